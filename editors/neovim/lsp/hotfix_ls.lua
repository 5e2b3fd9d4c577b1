---@brief
---
--- hotfix-ls judges the Python buffer on a hotfix branch against production.
---
--- Put this folder on the runtime path and switch the server on:
---
--- ```lua
--- vim.opt.runtimepath:append('/path/to/hotfix-ls/editors/neovim')
--- vim.lsp.enable('hotfix_ls')
--- ```
---
--- Needs Neovim 0.11 or newer, and `hotfix-ls` in the PATH. Settings stand in `hotfix.toml` or in
--- `pyproject.toml`. To override them in the editor:
---
--- ```lua
--- vim.lsp.config('hotfix_ls', { init_options = { ['timeout-seconds'] = 5 } })
--- ```

---@type vim.lsp.Config
return {
  cmd = { 'hotfix-ls', 'server' },
  filetypes = { 'python' },
  -- The nearest folder with settings wins. The server finds the git repository of each file by
  -- itself, so a file below none of these is judged as well.
  root_markers = { 'hotfix.toml', 'pyproject.toml', '.git' },
}

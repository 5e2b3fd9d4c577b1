---@brief
---
--- hotfix-ls judges the Python buffer on a hotfix branch against production. See |hotfix|.
---
--- ```lua
--- vim.opt.runtimepath:append('/path/to/hotfix-ls/editors/neovim')
--- vim.lsp.enable('hotfix_ls')
--- ```
---
--- Settings stand in `hotfix.toml` or in `pyproject.toml`. To override them in the editor:
---
--- ```lua
--- vim.lsp.config('hotfix_ls', { settings = { hotfix = { ['timeout-seconds'] = 5 } } })
--- ```

-- The folder may have come to the runtime path after Neovim had looked for plugins.
if vim.g.loaded_hotfix == nil then
  vim.cmd.runtime('plugin/hotfix.lua')
end

---@type vim.lsp.Config
return {
  cmd = require('hotfix.server').cmd(),
  -- Of Markdown only the record: see `root_dir`.
  filetypes = { 'python', 'markdown' },
  root_dir = function(buffer, start)
    require('hotfix.server').root_dir(buffer, start)
  end,
  -- One server for a repository: two of them would report its other changed files twice. Which
  -- `hotfix.toml` or `pyproject.toml` holds for a file is the server's business.
  root_markers = { '.git', 'hotfix.toml', 'pyproject.toml' },
  commands = {
    -- What a code lens runs. It names no document: the one that it stands in is meant.
    ['hotfix.checklist'] = function(_, context)
      require('hotfix.checklist').show(context.bufnr)
    end,
  },
  handlers = {
    ['hotfix/status'] = function(_, status, context)
      require('hotfix.status').changed(status, context)
    end,
  },
}

-- The line that `hotfix-ls demo` prints for Neovim, in real Neovim: it must end in findings. Started by
-- tests/editors/neovim/run with that line's own arguments.

local PATIENCE = 30000

vim.defer_fn(function()
  local shown = vim.wait(PATIENCE, function()
    return #vim.diagnostic.get(0) > 0
  end, 50)
  io.stdout:write(shown and 'ok      ' or 'FAILED  ', 'the line that the demo prints shows findings\n')
  vim.cmd(shown and 'qall!' or 'cquit!')
end, 100)

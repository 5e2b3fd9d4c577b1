-- What the tests in real Neovim share: counting, waiting, and a real repository with a hotfix.

local M = { passed = 0, failed = 0 }

function M.check(name, ok, detail)
  if ok then
    M.passed = M.passed + 1
  else
    M.failed = M.failed + 1
  end
  local shown = ok and '' or (': ' .. vim.inspect(detail))
  io.stdout:write(('%s  %s%s\n'):format(ok and 'ok    ' or 'FAILED', name, shown))
  return ok
end

function M.wait(seconds, reached)
  return vim.wait(seconds * 1000, reached, 10)
end

function M.finish()
  io.stdout:write(('%d passed, %d failed\n'):format(M.passed, M.failed))
  io.stdout:flush()
  os.exit(M.failed == 0 and 0 or 1)
end

--- Runs git in `root`.
function M.git(root, ...)
  local command = { 'git', '-c', 'user.name=Test', '-c', 'user.email=test@example.com', ... }
  local done = vim.system(command, { cwd = root, text = true }):wait()
  assert(done.code == 0, table.concat(command, ' ') .. ': ' .. (done.stderr or ''))
  return vim.trim(done.stdout or '')
end

--- A repository whose production has `files`, with the hotfix branch checked out.
---@param files table<string, string[]>
function M.repository(files)
  local root = vim.uv.fs_realpath(vim.fn.fnamemodify(vim.fn.tempname(), ':h')) .. '/shop'
  for path, lines in pairs(files) do
    vim.fn.mkdir(vim.fs.dirname(root .. '/' .. path), 'p')
    vim.fn.writefile(lines, root .. '/' .. path)
  end
  M.git(root, 'init', '--quiet', '--initial-branch=main')
  M.git(root, 'add', '--all')
  M.git(root, 'commit', '--quiet', '--message', 'Release 1.2.0')
  M.git(root, 'tag', 'v1.2.0')
  M.git(root, 'checkout', '--quiet', '-b', 'hotfix/v1.2.1')
  return root
end

--- What a user's configuration does. The client announces `encoding` alone if it is UTF-16.
function M.enable(repository, encoding, override)
  vim.opt.runtimepath:append(repository .. '/editors/neovim')
  -- `nvim -l` starts without them.
  vim.cmd('filetype plugin on')
  vim.cmd.runtime('plugin/hotfix.lua')
  override = override or {}
  if encoding == 'utf-16' then
    override.capabilities = vim.lsp.protocol.make_client_capabilities()
    override.capabilities.general.positionEncodings = { 'utf-16' }
  end
  vim.lsp.config('hotfix_ls', override)
  vim.lsp.enable('hotfix_ls')
end

--- The client of a buffer, once it is ready.
function M.client(buffer)
  local client = vim.lsp.get_clients({ bufnr = buffer, name = 'hotfix_ls' })[1]
  return client and client.initialized and client or nil
end

function M.lines(buffer)
  return vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
end

function M.text(buffer)
  return table.concat(M.lines(buffer), '\n')
end

--- What the plugin has said, newest last. Nothing else may appear on the screen.
M.said = {}
function M.listen()
  vim.notify = function(text, level)
    M.said[#M.said + 1] = { text = text, level = level }
  end
  M.said = {}
end

--- Whether a message that holds `words` came since the last call; forgets all.
function M.heard(words)
  local found = M.wait(10, function()
    return vim.iter(M.said):any(function(it)
      return it.text:find(words, 1, true) ~= nil
    end)
  end)
  local all = M.said
  M.said = {}
  return found, all
end

return M

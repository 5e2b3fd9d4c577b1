--- `:checkhealth hotfix`

local config = require('hotfix.config')
local server = require('hotfix.server')

local M = {}

local health = vim.health

--- How long a program or a server may take to answer, in milliseconds.
local PATIENCE = 3000

--- The first line that a program prints.
---@param command string[]
---@return string?
---@return string? problem
local function ask(command)
  local ok, started = pcall(vim.system, command, { text = true })
  if not ok then
    return nil, tostring(started)
  end
  local result = started:wait(PATIENCE)
  if result.code ~= 0 then
    local words = vim.trim(result.stderr or '')
    return nil, words ~= '' and words or ('it ended with %d'):format(result.code)
  end
  return (vim.trim(result.stdout or ''):gsub('\n.*', ''))
end

local function check_options()
  for _, problem in ipairs(config.problems()) do
    health.warn(problem, 'See :help g:hotfix')
  end
end

---@return string? version
local function check_binary()
  local cmd = (vim.lsp.config[server.NAME] or {}).cmd
  local binary, reason = server.find()
  if type(cmd) == 'function' then
    health.info('the server is started by a function of your configuration')
  elseif type(cmd) == 'table' and (binary and binary.path) ~= cmd[1] and vim.fn.executable(cmd[1]) == 1 then
    binary = { path = cmd[1], origin = 'your configuration of vim.lsp' }
  end
  if binary == nil then
    if type(cmd) ~= 'function' then
      health.error(reason or 'hotfix-ls is not found', server.ways_out())
    end
    return nil
  end
  local version, problem = ask({ binary.path, '--version' })
  if version == nil then
    health.error(('%s does not run: %s'):format(binary.path, problem), server.ways_out())
    return nil
  end
  health.ok(('%s: %s (%s)'):format(version, binary.path, binary.origin))
  return version:match('(%S+)$')
end

local function check_git()
  local version = vim.fn.executable('git') == 1 and ask({ 'git', '--version' }) or nil
  if version then
    health.ok(version)
  else
    health.warn('git is not in the PATH', 'The server reads repositories without it, large ones more slowly')
  end
end

local function check_enabled()
  if server.is_enabled() then
    health.ok('the server is switched on')
  else
    health.warn('the server is not switched on', "Write vim.lsp.enable('hotfix_ls') into your init.lua")
  end
end

---@param status hotfix.Status
---@param shown string
local function check_base(status, shown)
  local words = ('%s: %s'):format(shown, require('hotfix.status').sentence(status))
  if status.state == 'active' then
    health.ok(words)
  elseif status.state == 'inactive' then
    health.info(words)
  else
    health.error(words)
  end
end

---@param client vim.lsp.Client
---@param installed string?
local function check_client(client, installed)
  local version = vim.tbl_get(client, 'server_info', 'version')
  health.info(('client %d: root %s, %s'):format(client.id, client.root_dir or 'none', client.offset_encoding))
  if installed and version and installed ~= version then
    health.warn(('it runs version %s, installed is %s'):format(version, installed), 'Run :Hotfix restart')
  end
  for buffer in vim.spairs(client.attached_buffers) do
    local params = { textDocument = { uri = vim.uri_from_bufnr(buffer) } }
    local shown = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buffer), ':~:.')
    ---@diagnostic disable-next-line: param-type-mismatch
    local answer = client:request_sync('hotfix/status', params, PATIENCE, buffer)
    if answer and answer.result then
      check_base(answer.result, shown)
    else
      health.error(('%s: the server does not answer'):format(shown), 'Run :Hotfix restart')
    end
  end
end

---@param installed string?
local function check_clients(installed)
  local clients = server.clients()
  if #clients == 0 then
    health.info('no client: open a Python file on a hotfix branch')
  end
  for _, client in ipairs(clients) do
    check_client(client, installed)
  end
end

local function check_gitsigns()
  local gitsigns = require('hotfix.gitsigns')
  if not gitsigns.is_there() then
    health.info('gitsigns.nvim is not installed; nothing depends on it')
  elseif config.get().gitsigns then
    health.ok('gitsigns.nvim compares with production')
  else
    health.ok('gitsigns.nvim is there: :Hotfix gitsigns compares it with production')
  end
end

function M.check()
  health.start('hotfix: what it needs')
  if vim.fn.has('nvim-0.11') == 1 then
    health.ok(('Neovim %s'):format(tostring(vim.version())))
  else
    health.error('Neovim 0.11 or newer is needed')
    return
  end
  check_options()
  local installed = check_binary()
  check_git()
  check_enabled()
  health.start('hotfix: what is compared')
  check_clients(installed)
  health.start('hotfix: other plugins')
  check_gitsigns()
end

return M

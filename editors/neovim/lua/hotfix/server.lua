--- The server: where it is, its clients, its restart, its command line.

local config = require('hotfix.config')
local say = require('hotfix.say')

local M = {}

--- The name of the configuration in `lsp/`.
M.NAME = 'hotfix_ls'

local EXECUTABLE = vim.fn.has('win32') == 1 and 'hotfix-ls.exe' or 'hotfix-ls'

---@class hotfix.Binary
---@field path string
---@field origin string Where it was found, for a person.

--- The clone that this plugin is a folder of.
---@return string?
local function clone()
  local here = vim.fs.normalize(vim.fn.resolve(debug.getinfo(1, 'S').source:sub(2)))
  local root = vim.fs.joinpath(vim.fs.dirname(here), '../../../..')
  root = vim.fs.normalize(root)
  return vim.uv.fs_stat(root .. '/Cargo.toml') and root or nil
end

--- Finds hotfix-ls: by the option, in the PATH, in the clone that this plugin came with.
---@return hotfix.Binary?
---@return string? reason why there is none
function M.find()
  local named = config.get().server
  if type(named) == 'string' and named ~= '' then
    local path = vim.fs.normalize(named)
    if vim.fn.executable(path) == 1 then
      return { path = path, origin = 'vim.g.hotfix.server' }
    end
    return nil, ('vim.g.hotfix.server names %s, which cannot be run'):format(path)
  end
  local found = vim.fn.exepath('hotfix-ls')
  if found ~= '' then
    return { path = found, origin = 'PATH' }
  end
  local root = clone()
  local built = root and vim.fs.joinpath(root, 'target', 'release', EXECUTABLE)
  if built and vim.fn.executable(built) == 1 then
    return { path = built, origin = 'built in the clone of this plugin' }
  end
  return nil, 'hotfix-ls is not in the PATH'
end

--- What to do when there is no server.
---@return string[]
function M.ways_out()
  local root = clone()
  return {
    root and ('build it: cargo build --release in %s'):format(root)
      or 'install it: cargo install --path . in a clone of hotfix-ls',
    "or name it: vim.g.hotfix = { server = '/path/to/hotfix-ls' }",
  }
end

--- The command that starts the server. A missing one is named all the same, so that
--- `:checkhealth vim.lsp` shows what is wanted, and no other is taken for it.
---@return string[]
function M.cmd()
  local binary = M.find()
  local named = config.get().server
  local wanted = type(named) == 'string' and named ~= '' and vim.fs.normalize(named) or 'hotfix-ls'
  return { binary and binary.path or wanted, 'server' }
end

--- The program for the verbs of the command line: the one that runs as server, if its name tells.
---@return string?
---@return string? reason why there is none
function M.program()
  local set = vim.lsp.config[M.NAME]
  local cmd = set and set.cmd
  if type(cmd) == 'table' and vim.fs.basename(cmd[1]):find('^hotfix%-ls') and vim.fn.executable(cmd[1]) == 1 then
    return cmd[1]
  end
  local binary, reason = M.find()
  return binary and binary.path, reason
end

---@return boolean
function M.is_enabled()
  if vim.lsp.is_enabled then
    return vim.lsp.is_enabled(M.NAME)
  end
  -- The first releases of 0.11 have no public way to ask.
  local enabled = vim.lsp._enabled_configs or {}
  return enabled[M.NAME] ~= nil
end

local complained = false

--- Says once that the server is switched on and cannot be found.
function M.complain_if_missing()
  if complained or not M.is_enabled() then
    return
  end
  local cmd = vim.lsp.config[M.NAME].cmd
  if type(cmd) ~= 'table' or vim.fn.executable(cmd[1]) == 1 then
    return
  end
  complained = true
  local _, reason = M.find()
  local lines = { (reason or (cmd[1] .. ' cannot be run')) .. '.' }
  vim.list_extend(lines, M.ways_out())
  -- Not from within the autocommand: Neovim would take the message for a failure of it.
  vim.schedule(function()
    say.error(table.concat(lines, '\n  '))
  end)
end

--- Whether a buffer is a file that the server may have something to say about: Python, and of
--- Markdown what lies in `.hotfix/`.
---@param buffer integer
---@return boolean
function M.is_served(buffer)
  if vim.bo[buffer].buftype ~= '' then
    return false
  elseif vim.bo[buffer].filetype == 'python' then
    return true
  end
  local path = vim.fs.normalize(vim.api.nvim_buf_get_name(buffer))
  return vim.bo[buffer].filetype == 'markdown' and path:find('/.hotfix/', 1, true) ~= nil
end

--- Decides whether the server is started for a buffer, and for which folder: |lsp-root_dir()|.
---@param buffer integer
---@param start fun(root: string?)
function M.root_dir(buffer, start)
  if not M.is_served(buffer) then
    return
  end
  for _, markers in ipairs(vim.lsp.config[M.NAME].root_markers or {}) do
    local root = vim.fs.root(buffer, markers)
    if root then
      start(root)
      return
    end
  end
  start(nil)
end

--- The client of a buffer, once it has answered.
---@param buffer integer
---@return vim.lsp.Client?
function M.client(buffer)
  return vim.lsp.get_clients({ bufnr = buffer, name = M.NAME })[1]
end

--- The same for a command, which says what to do when there is none.
---@param buffer integer
---@return vim.lsp.Client?
function M.expect_client(buffer)
  local client = M.client(buffer)
  if client then
    return client
  end
  if not M.is_served(buffer) then
    say.warn('this is no Python file')
  elseif not M.is_enabled() then
    say.warn("the server is not switched on: vim.lsp.enable('hotfix_ls')")
  else
    say.warn('the server does not run here: try :Hotfix restart, see :checkhealth hotfix')
  end
end

--- The client of the repository that a buffer belongs to, whether or not it serves the buffer
--- itself. A buffer without a file belongs to the folder that Neovim is in.
---@param buffer integer
---@return vim.lsp.Client?
function M.of_repository(buffer)
  local own = M.client(buffer)
  if own then
    return own
  end
  local root = M.repository(buffer)
  local others = vim.tbl_filter(function(client)
    return client.root_dir ~= nil and vim.fs.normalize(client.root_dir) == root
  end, M.clients())
  return others[1]
end

--- The same for a command, which says what to do when there is none.
---@param buffer integer
---@return vim.lsp.Client?
function M.expect_repository(buffer)
  local client = M.of_repository(buffer)
  if client == nil and not M.is_served(buffer) then
    say.warn('no server runs for this repository: open one of its Python files first')
    return nil
  end
  return client or M.expect_client(buffer)
end

--- The repository that a buffer belongs to, else the folder that Neovim is in.
---@param buffer integer
---@return string
function M.repository(buffer)
  local is_file = vim.bo[buffer].buftype == '' and vim.api.nvim_buf_get_name(buffer) ~= ''
  local root = vim.fs.root(is_file and buffer or vim.fn.getcwd(), '.git')
  return vim.fs.normalize(root or vim.fn.getcwd())
end

--- All clients.
---@return vim.lsp.Client[]
function M.clients()
  return vim.lsp.get_clients({ name = M.NAME })
end

--- Sends a request for a command: what goes wrong is said.
---@param client vim.lsp.Client
---@param method string
---@param params table
---@param buffer integer
---@param done fun(result: any)
function M.request(client, method, params, buffer, done)
  ---@diagnostic disable-next-line: param-type-mismatch
  local sent = client:request(method, params, function(err, result)
    if err then
      say.warn(('the server did not answer: %s'):format(err.message))
    else
      done(result)
    end
  end, buffer)
  if not sent then
    say.warn('the server has ended: try :Hotfix restart')
  end
end

--- Runs a command of the server. Where it cannot do what it is for, its message says what to do.
---@param client vim.lsp.Client
---@param command { command: string, arguments?: any[] }
---@param buffer integer
---@param done? fun(result: any)
function M.execute(client, command, buffer, done)
  local params = { command = command.command, arguments = command.arguments }
  local sent = client:request('workspace/executeCommand', params, function(err, result)
    if err then
      say.warn(err.message)
    elseif done then
      done(result)
    end
  end, buffer)
  if not sent then
    say.warn('the server has ended: try :Hotfix restart')
  end
end

--- The only argument of a command that is about the repository of a buffer.
---@param buffer integer
---@return { uri?: string }
function M.about(buffer)
  if not M.is_served(buffer) then
    return vim.empty_dict()
  end
  return { uri = vim.uri_from_bufnr(buffer) }
end

--- How long a server may take to end, in milliseconds, before it is killed.
local PATIENCE = 3000

--- Ends the server, if it runs, looks for it anew and starts it for all Python buffers.
---@param done? fun()
function M.restart(done)
  complained = false
  local clients = M.clients()
  for _, client in ipairs(clients) do
    client:stop()
  end
  local timer = assert(vim.uv.new_timer())
  local begin = vim.uv.now()
  local function look()
    local alive = vim.tbl_filter(function(client)
      return vim.lsp.get_client_by_id(client.id) ~= nil
    end, clients)
    local late = vim.uv.now() - begin
    if #alive > 0 and late < 2 * PATIENCE then
      if late > PATIENCE then
        vim.iter(alive):each(function(client)
          client:stop(true)
        end)
      end
      return
    end
    if timer:is_closing() then
      return
    end
    timer:close()
    -- Also forgets which binary was found.
    vim.lsp.enable(M.NAME)
    M.complain_if_missing()
    if done then
      done()
    end
  end
  timer:start(0, 20, vim.schedule_wrap(look))
end

--- Runs a verb of the command line and hands its output to `done`, back in the main loop.
---@param arguments string[]
---@param cwd string?
---@param done fun(result: vim.SystemCompleted)
---@return vim.SystemObj? process
function M.run(arguments, cwd, done)
  local program, reason = M.program()
  if program == nil then
    say.error(('%s; see :checkhealth hotfix'):format(reason))
    return nil
  end
  local command = vim.list_extend({ program }, arguments)
  local ok, process = pcall(vim.system, command, { cwd = cwd, text = true }, vim.schedule_wrap(done))
  if not ok then
    say.error(('%s cannot be run: %s'):format(program, process))
    return nil
  end
  return process
end

return M

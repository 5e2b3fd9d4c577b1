--- `:Hotfix deferred`: what has left the hotfix, and the way back.

local say = require('hotfix.say')
local scratch = require('hotfix.scratch')
local server = require('hotfix.server')

local M = {}

local NAME = 'hotfix://deferred'

---@type string? The repository whose changes are listed.
local root

--- Counts what was asked for: a list that comes after a newer wish is out of date.
local wish = 0

---@param result vim.SystemCompleted
---@return string
local function problem(result)
  local words = vim.trim(result.stderr or '')
  return words ~= '' and words or ('hotfix-ls ended with %d'):format(result.code)
end

--- The number and the file of the change in a line of the list.
---@param line string
---@return string? number
---@return string? path
local function parse(line)
  return line:match('^%s*(%d+)%s+(.-):%d+%s')
end

---@param path string
---@return integer? buffer
local function opened(path)
  return vim.iter(vim.api.nvim_list_bufs()):find(function(buffer)
    return vim.api.nvim_buf_is_loaded(buffer) and vim.fs.normalize(vim.api.nvim_buf_get_name(buffer)) == path
  end)
end

---@param buffer integer
local function reload(buffer)
  local own = vim.bo[buffer].autoread
  vim.bo[buffer].autoread = true
  vim.cmd.checktime(buffer)
  vim.bo[buffer].autoread = own
end

---@param text string
---@return integer buffer
local function fill(text)
  local lines = vim.split((text:gsub('\n+$', '')), '\n', { plain = true })
  local buffer = scratch.fill(NAME, lines, '')
  vim.keymap.set('n', '<CR>', M.bring_back, { buffer = buffer, desc = 'Bring this change back' })
  return buffer
end

---@param done fun(text: string)
local function ask(done)
  server.run({ 'defer', '--list' }, root, function(result)
    if result.code ~= 0 then
      say.error(problem(result))
      return
    end
    done(result.stdout or '')
  end)
end

local function refresh()
  ask(function(text)
    local buffer = vim.fn.bufnr(NAME)
    if buffer == -1 then
      return
    elseif vim.trim(text) == '' then
      vim.api.nvim_buf_delete(buffer, {})
    else
      fill(text)
    end
  end)
end

--- Brings the change in the line of the cursor back into its file.
function M.bring_back()
  local number, path = parse(vim.api.nvim_get_current_line())
  if number == nil or path == nil or root == nil then
    return
  end
  local buffer = opened(vim.fs.joinpath(root, path))
  if buffer and vim.bo[buffer].modified then
    if not vim.o.autowrite and not vim.o.autowriteall then
      say.warn(('%s has unsaved text: write it first'):format(path))
      return
    end
    vim.api.nvim_buf_call(buffer, function()
      vim.cmd('silent write')
    end)
  end
  wish = wish + 1
  server.run({ 'defer', '--apply', number }, root, function(result)
    if result.code ~= 0 then
      say.error(problem(result))
      return
    end
    if buffer and vim.api.nvim_buf_is_loaded(buffer) then
      reload(buffer)
    end
    say.info(('the change %s is back in %s'):format(number, path))
    refresh()
  end)
end

--- Lists what has left the hotfix of a buffer's repository.
---@param buffer integer
---@param mods? vim.api.keyset.cmd.mods
function M.list(buffer, mods)
  root = server.repository(buffer)
  wish = wish + 1
  local mine = wish
  ask(function(text)
    if mine ~= wish then
      return
    end
    if vim.trim(text) == '' then
      say.info('nothing has left this hotfix: :Hotfix defer lets a change leave')
      return
    end
    local list = fill(text)
    if vim.fn.bufwinid(list) == -1 then
      vim.cmd({ cmd = 'sbuffer', args = { tostring(list) }, mods = mods or {} })
    end
  end)
end

return M

--- `:Hotfix start`: begins the record of the hotfix.

local say = require('hotfix.say')
local server = require('hotfix.server')

local M = {}

--- Begins the record; the server opens it. One that is there is opened, and keeps what is in it.
---@param buffer integer
---@param traceback? string
function M.begin(buffer, traceback)
  local client = server.expect_repository(buffer)
  if client == nil then
    return
  end
  local about = server.about(buffer)
  about.traceback = traceback
  server.execute(client, { command = 'hotfix.start', arguments = { about } }, buffer, function()
    -- A record that is open already may have been written into.
    vim.cmd.checktime()
  end)
end

--- The traceback that a command names: a range of lines, a register as `@x`, or a file.
---@param buffer integer
---@param word string?
---@param first integer?
---@param last integer?
---@return string? text
---@return string? problem
local function traceback_of(buffer, word, first, last)
  if word == nil then
    local lines = first and vim.api.nvim_buf_get_lines(buffer, first - 1, last, false)
    return lines and table.concat(lines, '\n')
  elseif word:sub(1, 1) == '@' then
    local text = #word == 2 and vim.fn.getreg(word:sub(2)) or ''
    return text, text == '' and ('the register %s is empty'):format(word) or nil
  end
  local ok, lines = pcall(vim.fn.readfile, vim.fs.normalize(word))
  if not ok then
    return nil, ('%s cannot be read'):format(word)
  end
  return table.concat(lines, '\n')
end

--- `:[range]Hotfix start [{file}|@{register}]`
---@param buffer integer
---@param word string?
---@param first integer? The first line of a traceback in the buffer.
---@param last integer?
function M.run(buffer, word, first, last)
  local traceback, problem = traceback_of(buffer, word, first, last)
  if problem then
    say.error(problem)
    return
  end
  M.begin(buffer, traceback)
end

return M

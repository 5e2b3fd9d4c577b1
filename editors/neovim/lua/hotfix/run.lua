--- Verbs of the command line that take a while or print a plan: their output in a buffer.

local say = require('hotfix.say')
local scratch = require('hotfix.scratch')
local server = require('hotfix.server')

local M = {}

--- What runs, by the buffer that shows it.
---@type table<integer, vim.SystemObj>
local running = {}

---@param buffer integer
---@param lines string[]
local function set(buffer, lines)
  vim.bo[buffer].modifiable = true
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].modified = false
  vim.bo[buffer].modifiable = false
end

---@param buffer integer
local function cancel(buffer)
  local process = running[buffer]
  running[buffer] = nil
  if process then
    process:kill('sigterm')
  end
end

--- A buffer for a verb, in a window. What still runs there ends when it goes.
---@param verb string
---@param mods vim.api.keyset.cmd.mods
---@return integer buffer
local function open(verb, mods)
  local buffer = scratch.fill('hotfix://' .. verb, { ('hotfix-ls %s runs …'):format(verb) }, '')
  if vim.fn.bufwinid(buffer) == -1 then
    vim.cmd({ cmd = 'sbuffer', args = { tostring(buffer) }, mods = mods })
  end
  vim.api.nvim_create_autocmd('BufWipeout', {
    buffer = buffer,
    once = true,
    callback = function()
      if running[buffer] then
        cancel(buffer)
        say.info(verb .. ' was cancelled')
      end
    end,
  })
  return buffer
end

--- Runs a verb in the repository of a buffer and shows what it says. Closing the window cancels it.
---@param buffer integer
---@param verb string
---@param words string[]
---@param mods? vim.api.keyset.cmd.mods
function M.start(buffer, verb, words, mods)
  local root = server.repository(buffer)
  local former = vim.fn.bufnr('^hotfix://' .. verb .. '$')
  if former ~= -1 and running[former] then
    say.warn(('%s still runs: close its window to cancel it'):format(verb))
    return
  end
  local missed = require('hotfix.check').unsaved()
  if missed > 0 then
    say.warn(('%d unsaved, taken as on disk'):format(missed))
  end
  local shown ---@type integer
  local process = server.run(vim.list_extend({ verb }, words), root, function(result)
    if running[shown] == nil then
      return
    end
    running[shown] = nil
    local text = vim.trim(result.stdout or '') .. '\n\n' .. vim.trim(result.stderr or '')
    set(shown, vim.split(vim.trim(text), '\n', { plain = true }))
    local words_of = { [0] = 'done', [1] = 'done: something is missing', [2] = 'could not be done' }
    local level = result.code == 2 and say.error or say.info
    level(('%s: %s'):format(verb, words_of[result.code] or ('ended with %d'):format(result.code)))
  end)
  if process == nil then
    return
  end
  shown = open(verb, mods or {})
  running[shown] = process
  say.info(verb .. ' runs: close its window to cancel it')
end

return M

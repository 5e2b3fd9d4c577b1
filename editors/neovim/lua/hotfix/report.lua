--- The report of the hotfix: the text of the pull request in a buffer, or the page in a browser.

local say = require('hotfix.say')
local scratch = require('hotfix.scratch')
local server = require('hotfix.server')

local M = {}

M.FORMATS = { 'markdown', 'html' }

--- Shows the text in a window; filled anew when it is there already.
---@param text string
---@param mods vim.api.keyset.cmd.mods
local function show(text, mods)
  local lines = vim.split(vim.trim(text), '\n', { plain = true })
  local buffer = scratch.fill('hotfix://report', lines, 'markdown')
  if vim.fn.bufwinid(buffer) == -1 then
    vim.cmd({ cmd = 'sbuffer', args = { tostring(buffer) }, mods = mods })
  end
end

--- Opens the page with what the system opens pages with, and says where it lies.
---@param page string
local function browse(page)
  local file = vim.fn.tempname() .. '.html'
  if not pcall(vim.fn.writefile, vim.split(page, '\n', { plain = true }), file) then
    say.error(('the report cannot be written to %s'):format(file))
    return
  end
  say.info(('the report is %s, until Neovim ends'):format(file))
  local _, problem = vim.ui.open(file)
  if problem then
    say.warn('no browser could be started: open the file by hand')
  end
end

--- `:Hotfix report [markdown|html]`: what is open and not saved counts.
---@param buffer integer
---@param format string?
---@param mods? vim.api.keyset.cmd.mods
function M.show(buffer, format, mods)
  local client = server.expect_repository(buffer)
  if client == nil then
    return
  end
  local about = server.about(buffer)
  about.format = format or M.FORMATS[1]
  server.execute(client, { command = 'hotfix.report', arguments = { about } }, buffer, function(result)
    if result.html then
      browse(result.html)
    else
      show(result.markdown, mods or {})
    end
  end)
end

return M

-- One hotfix in real Neovim: the finding appears while it is typed, is explained, fixed, saved and
-- undone. Started by tests/editors/neovim/run as: nvim -l hotfix.lua REPOSITORY ENCODING

local repository, encoding = _G.arg[1], _G.arg[2]
package.path = repository .. '/tests/editors/neovim/?.lua;' .. package.path
local support = require('support')
local check, wait = support.check, support.wait

local production = {
  'import requests',
  '',
  '',
  'def fetch_order(url):',
  '    """Return the order at url."""',
  '    response = requests.get(url, timeout=5)',
  '    response.raise_for_status()',
  '    return response.json()',
}
local root = support.repository({ ['service/client.py'] = production })
local file = root .. '/service/client.py'

local exit_code
support.enable(repository, encoding, {
  settings = { hotfix = { ['timeout-seconds'] = 7 } },
  on_exit = function(code, signal)
    exit_code = signal == 0 and code or ('signal ' .. signal)
  end,
})

vim.cmd.edit(file)
local buffer = vim.api.nvim_get_current_buf()
local attached = wait(20, function()
  return support.client(buffer) ~= nil
end)
if not check('the server attaches to a Python file', attached, vim.lsp.log.get_filename()) then
  support.finish()
end
local server = support.client(buffer)
check('the root is the repository', server.root_dir == root, server.root_dir)
check('the encoding is ' .. encoding, server.offset_encoding == encoding, server.offset_encoding)
check('the server says who it is', server.server_info and server.server_info.name == 'hotfix-ls', server.server_info)

-- The finding ----------------------------------------------------------------------------------------

local RULE = 'request-without-timeout'
local function findings()
  return vim.tbl_filter(function(diagnostic)
    return diagnostic.code == RULE
  end, vim.diagnostic.get(buffer))
end
local function lines()
  return support.lines(buffer)
end
local function text()
  return support.text(buffer)
end

-- Characters of two and four bytes stand before the call, so a column counted in the wrong unit
-- lands beside it. A key at a time would take long: the words come in three edits.
local added = { '', '', 'def _fetch_label(url):', '    prefix = "é😀"; ' }
vim.api.nvim_buf_set_lines(buffer, -1, -1, false, added)
local row = #lines() - 1
for _, typed in ipairs({ 'label = requests', '.get(url)', '; label.raise_for_status()' }) do
  local end_of_line = #lines()[row + 1]
  vim.api.nvim_buf_set_text(buffer, row, end_of_line, row, end_of_line, { typed })
end
vim.api.nvim_buf_set_lines(buffer, -1, -1, false, { '    return prefix + label.text' })

local appeared = wait(20, function()
  return #findings() == 1
end)
check('the finding appears while the buffer is unsaved', appeared, vim.diagnostic.get(buffer))
local finding = findings()[1] or { lnum = row, col = 0, end_col = 0 }
check('it comes from hotfix', finding.source == 'hotfix', finding.source)
check('it is a warning', finding.severity == vim.diagnostic.severity.WARN, finding.severity)
check('it stands on the added line', finding.lnum == row, finding)
local marked = lines()[row + 1]:sub(finding.col + 1, finding.end_col)
check('it marks the call, past é and 😀', vim.startswith(marked, 'requests.get'), marked)
check('production\'s own lines stay quiet', vim.iter(vim.diagnostic.get(buffer)):all(function(diagnostic)
  return diagnostic.lnum >= #production
end), vim.diagnostic.get(buffer))

-- The hover ------------------------------------------------------------------------------------------

vim.api.nvim_win_set_cursor(0, { row + 1, finding.col + 2 })
local function floating()
  return vim.tbl_filter(function(window)
    return vim.api.nvim_win_get_config(window).relative ~= ''
  end, vim.api.nvim_list_wins())
end
vim.lsp.buf.hover()
check('the hover opens', wait(10, function()
  return #floating() == 1
end), floating())
local explained = floating()[1] and vim.api.nvim_win_get_buf(floating()[1])
local hover = explained and table.concat(vim.api.nvim_buf_get_lines(explained, 0, -1, false), '\n') or ''
check('the hover explains the finding', hover:find('timeout', 1, true) ~= nil, hover)
for _, window in ipairs(floating()) do
  vim.api.nvim_win_close(window, true)
end

-- The fix --------------------------------------------------------------------------------------------

local before = text()
-- Without a person between them, Neovim would take the typing and the fix for one change.
vim.bo[buffer].undolevels = vim.bo[buffer].undolevels
vim.api.nvim_win_set_cursor(0, { row + 1, finding.col + 2 })
vim.lsp.buf.code_action({
  apply = true,
  context = { only = { 'quickfix' }, diagnostics = vim.lsp.diagnostic.from({ finding }) },
  filter = function(action)
    return action.isPreferred
  end,
})
check('the fix is applied to the buffer, as the settings say', wait(10, function()
  return text():find('requests.get(url, timeout=7)', 1, true) ~= nil
end), lines())
check('the finding is gone', wait(10, function()
  return #findings() == 0
end), findings())
check('production\'s own lines are untouched', vim.deep_equal(vim.list_slice(lines(), 1, #production), production), lines())

-- On disk ----------------------------------------------------------------------------------------------

vim.cmd('silent write')
check('the file on disk is what the buffer shows', table.concat(vim.fn.readfile(file), '\n') == text(), vim.fn.readfile(file))

vim.cmd('silent undo')
check('one undo takes the whole fix back', text() == before, lines())
check('the finding is back', wait(10, function()
  return #findings() == 1
end), vim.diagnostic.get(buffer))
vim.cmd('silent redo')
check('redo cures it again', wait(10, function()
  return #findings() == 0
end), findings())

-- The end ----------------------------------------------------------------------------------------------

server:stop()
check('the server ends by itself with exit code 0', wait(10, function()
  return exit_code ~= nil
end) and exit_code == 0, exit_code)
support.finish()

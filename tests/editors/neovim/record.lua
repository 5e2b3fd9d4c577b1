-- The checklist that follows, its code lens, and the record, in real Neovim. Started by
-- tests/editors/neovim/run as:
--   nvim -l record.lua REPOSITORY ENCODING

local repository, encoding = _G.arg[1], _G.arg[2]
package.path = repository .. '/tests/editors/neovim/?.lua;' .. package.path
local support = require('support')
local check, wait = support.check, support.wait

local production = {
  'import requests',
  '',
  '',
  'def fetch(url):',
  '    response = requests.get(url, timeout=5)',
  '    response.raise_for_status()',
  '    return response.json()["id"]',
}
local root = support.repository({
  ['shop/client.py'] = production,
  ['README.md'] = { '# Shop' },
  ['hotfix.toml'] = { 'production = "main"' },
})
local changed = vim.deepcopy(production)
changed[7] = '    return "é😀" + response.json().get("id", "")'
local file = root .. '/shop/client.py'
vim.fn.writefile(changed, file)

support.listen()
support.enable(repository, encoding)
vim.cmd.edit(file)
local buffer = vim.api.nvim_get_current_buf()
if not check('the server attaches', wait(20, function()
  return support.client(buffer) ~= nil
end)) then
  support.finish()
end
check('the encoding is ' .. encoding, support.client(buffer).offset_encoding == encoding)

-- The checklist --------------------------------------------------------------------------------------

local function statusline()
  return require('hotfix').statusline()
end
local function done()
  local list = (require('hotfix').status(buffer) or {}).checklist
  return list and list.done
end
check('the statusline says how many items hold', wait(20, function()
  return done() ~= nil and statusline():find(' · ' .. done() .. '/14', 1, true) ~= nil
end), statusline())

wait(20, function()
  return not require('hotfix').status(buffer).looking
end)

local NAME = 'hotfix://checklist'
local function lines()
  return support.lines(vim.fn.bufnr(NAME))
end
local function line_of(words)
  for number, line in ipairs(lines()) do
    if line:find(words, 1, true) then
      return number
    end
  end
end
vim.cmd('Hotfix checklist')
check('checklist opens its buffer', wait(10, function()
  return vim.api.nvim_buf_get_name(0) == NAME
end), support.said)
check('with the count', lines()[1] == ('# Hotfix checklist: %d of 14'):format(done()), lines())
local items = vim.tbl_filter(function(line)
  return vim.startswith(line, '- [')
end, vim.list_slice(lines(), 1, line_of('## ')))
check('and a line for each of the fourteen items', #items == 14, items)
check('as Markdown that cannot be changed', vim.bo.filetype == 'markdown' and not vim.bo.modifiable)
vim.wait(200)
check('to which no server attaches', #vim.lsp.get_clients({ bufnr = 0 }) == 0)

local mark = line_of('shop/client.py:4:')
check('a function without a comment is a mark', mark ~= nil, lines())
local function enter(line)
  vim.api.nvim_set_current_win(vim.fn.bufwinid(NAME))
  vim.api.nvim_win_set_cursor(0, { line, 0 })
  vim.api.nvim_feedkeys(vim.keycode('<CR>'), 'xt', false)
end
vim.api.nvim_win_set_cursor(vim.fn.bufwinid(buffer), { 1, 0 })
enter(mark or 1)
check('<CR> on it goes to the function', vim.api.nvim_get_current_buf() == buffer
  and vim.api.nvim_win_get_cursor(0)[1] == 4, vim.api.nvim_win_get_cursor(0))
enter(line_of('rolled back') or line_of('ollback') or 3)
check('<CR> on an item without a record says how to begin it', support.heard(':Hotfix start'), lines())
enter(line_of('no hotfix comment in') or 1)
check('<CR> on an item that fails goes to its mark', vim.api.nvim_get_current_buf() == buffer
  and vim.api.nvim_win_get_cursor(0)[1] == 4, lines())
enter(2)
check('<CR> elsewhere says so', support.heard('leads nowhere'))

local before = lines()
vim.api.nvim_buf_set_lines(buffer, 3, 3, false, { '# Hotfix (v1.2.1): an answer without an id is empty.' })
local function write()
  vim.api.nvim_buf_call(buffer, function()
    vim.cmd('silent write')
  end)
end
local function has_followed()
  return not vim.deep_equal(lines(), before)
end
write()
if not wait(8, has_followed) then
  -- On a busy machine the server may have looked a moment too early: it looks again when saved.
  write()
end
check('the checklist follows when the code changes', wait(20, has_followed), lines())
-- The line has moved with the comment above; the server knows once it has judged the new text.
for _ = 1, 5 do
  if wait(4, function()
    return line_of('masked-symptom in shop/client.py:8') ~= nil
  end) then
    break
  end
  write()
end
enter(line_of('masked-symptom in shop/client.py:8') or 1)
check('<CR> on an item goes to the place that it names', vim.api.nvim_get_current_buf() == buffer
  and vim.api.nvim_win_get_cursor(0)[1] == 8, vim.api.nvim_win_get_cursor(0))
check('and the count with it', wait(10, function()
  return lines()[1] == ('# Hotfix checklist: %d of 14'):format(done())
end), { lines()[1], done() })
vim.api.nvim_set_current_win(vim.fn.bufwinid(NAME))
vim.cmd.close()
check('closed, it leaves nothing behind', vim.fn.bufexists(NAME) == 0)

-- The lens -----------------------------------------------------------------------------------------------

vim.api.nvim_set_current_buf(buffer)
check('code lenses come', vim.wait(20000, function()
  vim.lsp.codelens.refresh({ bufnr = buffer })
  return #vim.lsp.codelens.get(buffer) > 1
end, 200), vim.lsp.codelens.get(buffer))
vim.api.nvim_win_set_cursor(0, { 1, 0 })
vim.lsp.codelens.run()
check('running one shows the checklist', wait(10, function()
  return vim.api.nvim_buf_get_name(0) == NAME
end), support.said)
vim.cmd.close()

-- The record -----------------------------------------------------------------------------------------------

vim.api.nvim_set_current_buf(buffer)
local path = root .. '/.hotfix/hotfix/v1.2.1.md'
vim.cmd('Hotfix start @z')
check('an empty register is said', support.heard('@z is empty'))
vim.cmd('Hotfix start nowhere.txt')
check('a file that is not there is said', support.heard('nowhere.txt cannot be read'))
check('and no record is begun', vim.uv.fs_stat(path) == nil)
vim.cmd('Hotfix start')
check('start opens the record', wait(20, function()
  return vim.api.nvim_buf_get_name(0) == path
end), { vim.api.nvim_buf_get_name(0), support.said })
local record = vim.api.nvim_get_current_buf()
check('the server attaches to the record', wait(10, function()
  return support.client(record) ~= nil
end))
check('it is the same one', support.client(record) and support.client(record).id == support.client(buffer).id)
check('open questions are diagnostics in it', wait(20, function()
  return #vim.diagnostic.get(record) > 0
end))
check('the status is there as well', wait(10, function()
  return vim.startswith(vim.b[record].hotfix_status or '', 'hotfix/v1.2.1 → main')
end), vim.b[record].hotfix_status)

local trace = {
  'Traceback (most recent call last):',
  ('  File "%s", line 8, in fetch'):format(file),
  '    return response.json()["id"]',
  "KeyError: 'id'",
}
vim.fn.setreg('z', trace)
vim.api.nvim_set_current_buf(buffer)
vim.cmd('Hotfix start @z')
check('a traceback from a register stands in the record then', wait(20, function()
  return support.text(record):find("KeyError", 1, true) ~= nil
end), support.text(record))
vim.cmd.enew()
vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'before' })
vim.fn.append(1, vim.tbl_map(function(line)
  return (line:gsub('KeyError', 'LookupError'))
end, trace))
vim.bo.modified = false
vim.cmd('2,5Hotfix start')
check('lines of a buffer without a file belong to no repository by themselves', support.heard('no server runs for this repository'))
vim.cmd.cd(root)
vim.cmd('2,5Hotfix start')
check('but to the one that Neovim is in', wait(20, function()
  return support.text(record):find("LookupError", 1, true) ~= nil
end), support.said)

vim.cmd('Hotfix checklist')
wait(10, function()
  return vim.api.nvim_buf_get_name(0) == NAME
end)
local question = line_of('## Open questions')
enter(question and question + 2 or 1)
local asked = lines()[(question or 1) + 2] or ''
check('<CR> on a question goes to it in the record', vim.api.nvim_get_current_buf() == record
  and asked:find(vim.trim(vim.api.nvim_get_current_line():gsub('^#+', '')), 1, true) ~= nil
  and vim.api.nvim_get_current_line() ~= '', { asked, vim.api.nvim_get_current_line() })

vim.cmd('Hotfix checklist')
wait(10, function()
  return vim.api.nvim_buf_get_name(0) == NAME and line_of('## After the release') ~= nil
end)
local step = line_of('- [ ] It runs in production')
enter(step or 1)
check('<CR> on a step after the release goes to it in the record', step ~= nil
  and vim.api.nvim_get_current_buf() == record
  and vim.startswith(vim.api.nvim_get_current_line(), '- [ ] It runs in production'),
  { step, vim.api.nvim_get_current_line() })

vim.cmd.edit(root .. '/README.md')
vim.wait(500)
check('other Markdown is left alone', #vim.lsp.get_clients({ bufnr = 0 }) == 0 and vim.bo.filetype == 'markdown')
support.finish()

-- What leaves the hotfix and comes back, and what is allowed with a reason, in real Neovim. Started
-- by tests/editors/neovim/run as:
--   nvim -l leave.lua REPOSITORY ENCODING

local repository, encoding = _G.arg[1], _G.arg[2]
package.path = repository .. '/tests/editors/neovim/?.lua;' .. package.path
local support = require('support')
local check, wait = support.check, support.wait

local production = {
  'import requests',
  '',
  '',
  'def fetch(url):',
  '    note = "é😀"; response = requests.get(url, timeout=5)',
  '    response.raise_for_status()',
  '    # The shop',
  '    # knows only',
  '    # text.',
  '    return note + response.text',
}
local root = support.repository({ ['shop/client.py'] = production })
local changed = vim.deepcopy(production)
changed[5] = '    note = "é😀"; response = requests.get(url)'
changed[10] = '    return note + response.text.strip()'
local file = root .. '/shop/client.py'
vim.fn.writefile(changed, file)

support.listen()
support.enable(repository, encoding)
vim.cmd.edit(file)
local buffer = vim.api.nvim_get_current_buf()
local function finding()
  return vim.iter(vim.diagnostic.get(buffer)):find(function(it)
    return it.code == 'removed-guard'
  end)
end
if not check('the finding comes', wait(20, function()
  return finding() ~= nil
end), vim.diagnostic.get(buffer)) then
  support.finish()
end
check('the encoding is ' .. encoding, support.client(buffer).offset_encoding == encoding)
local function at(line)
  vim.api.nvim_set_current_win(vim.fn.bufwinid(buffer))
  vim.api.nvim_win_set_cursor(0, { line, 0 })
end
local function lines()
  return support.lines(buffer)
end

-- allow ------------------------------------------------------------------------------------------------

local asked, answer
vim.ui.input = function(options, done)
  asked = options.prompt
  done(answer)
end
at(1)
vim.cmd('Hotfix allow')
check('without a finding there is nothing to allow', support.heard('no finding on this line'))
at(5)
answer = '  '
vim.cmd('Hotfix allow')
check('without a reason nothing is allowed', support.heard('without a reason'))
check('and nothing is written', vim.deep_equal(lines(), changed), lines())
answer = ' the gateway has\nits own limit '
vim.cmd('Hotfix allow')
check('allow writes the reason into the comment', wait(10, function()
  return support.text(buffer):find('# hotfix: allow(removed-guard) the gateway has its own limit', 1, true) ~= nil
end), lines())
check('it asks for it', asked == 'Why may this stay? ', asked)
check('nothing else changes', #lines() == #changed + 1 and lines()[6] == changed[5], lines())
check('the finding goes', wait(10, function()
  return finding() == nil
end), vim.diagnostic.get(buffer))
vim.cmd('silent undo')
check('one undo takes it back', vim.deep_equal(lines(), changed), lines())
wait(10, function()
  return finding() ~= nil
end)

-- defer --------------------------------------------------------------------------------------------------

local function patches()
  local found = vim.fn.glob(root .. '/.hotfix/deferred/*.patch', true, true)
  return #found
end
at(1)
vim.cmd('Hotfix deferred')
check('at first nothing has left', support.heard('nothing has left'))
vim.cmd('Hotfix defer')
check("production's own lines cannot leave", support.heard('nothing here that can leave'))
vim.cmd('Hotfix defer everything')
check('an unknown thing to defer is said', support.heard('takes hunk or definition, not everything'))
vim.cmd('10Hotfix defer')
check("a hunk leaves: production's line stands there again", wait(10, function()
  return lines()[10] == production[10]
end), lines())
check('the other hunk stays', lines()[5] == changed[5], lines())
check('its patch is there', patches() == 1)

local NAME = 'hotfix://deferred'
local function list()
  local shown = vim.fn.bufnr(NAME)
  return shown ~= -1 and support.lines(shown) or {}
end
local function bring_back()
  vim.api.nvim_set_current_win(vim.fn.bufwinid(NAME))
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  vim.api.nvim_feedkeys(vim.keycode('<CR>'), 'xt', false)
end
vim.cmd('Hotfix deferred')
check('deferred lists it', wait(10, function()
  return #list() == 1 and list()[1]:find('1  shop/client.py:10  ', 1, true) ~= nil
end), list())
bring_back()
check('what is not saved is not overwritten', support.heard('shop/client.py has unsaved text'))
check('and nothing comes back', patches() == 1 and lines()[10] == production[10])
at(1)
vim.cmd('silent write')
bring_back()
check('<CR> brings it back into the buffer', wait(10, function()
  return vim.deep_equal(lines(), changed)
end), lines())
check('which is what the disk holds', vim.deep_equal(vim.fn.readfile(file), changed) and not vim.bo[buffer].modified)
check('and says so', support.heard('the change 1 is back in shop/client.py'))
check('the list is closed with its last change', wait(10, function()
  return vim.fn.bufexists(NAME) == 0
end), list())
check('no patch is left', patches() == 0)

at(5)
vim.cmd('Hotfix defer definition')
check('all changes of a definition leave together', wait(10, function()
  return vim.deep_equal(lines(), production)
end), lines())
check('into one patch', patches() == 1)
vim.o.autowrite = true
vim.cmd('Hotfix deferred')
wait(10, function()
  return #list() == 1
end)
bring_back()
check("with 'autowrite' the buffer is written first, and they come back", wait(10, function()
  return vim.deep_equal(lines(), changed)
end), lines())
support.finish()

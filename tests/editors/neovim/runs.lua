-- Verbs of the command line in a buffer, and their end, in real Neovim. Started by
-- tests/editors/neovim/run as:
--   nvim -l runs.lua REPOSITORY ENCODING

local repository, encoding = _G.arg[1], _G.arg[2]
package.path = repository .. '/tests/editors/neovim/?.lua;' .. package.path
local support = require('support')
local check, wait = support.check, support.wait

local production = { 'def half(number):', '    return number / 2' }
local pids = vim.fn.tempname()
local root = support.repository({
  ['shop/half.py'] = production,
  ['hotfix.toml'] = {
    'production = "main"',
    'unit-tests = "exit 0"',
    ('smoke-tests = "echo $$ > %s; exec sleep 100"'):format(pids),
  },
})
support.git(root, 'branch', 'release/1.1')
local file = root .. '/shop/half.py'
vim.fn.writefile({ 'def half(number):', '    return number // 2' }, file)
support.git(root, 'commit', '--quiet', '--all', '--message', 'Halve to whole numbers')

support.listen()
support.enable(repository, encoding)
vim.cmd.edit(file)
local buffer = vim.api.nvim_get_current_buf()
check('the server attaches, with ' .. encoding, wait(20, function()
  return support.client(buffer) ~= nil
end) and support.client(buffer).offset_encoding == encoding)
local function shown(verb)
  local buffer = vim.fn.bufnr('^hotfix://' .. verb .. '$')
  return buffer ~= -1 and support.text(buffer) or ''
end
local function shows(verb, words)
  return wait(30, function()
    return shown(verb):find(words, 1, true) ~= nil
  end)
end
local function close(verb)
  vim.api.nvim_win_close(vim.fn.bufwinid('^hotfix://' .. verb .. '$'), true)
end

vim.cmd('Hotfix rollback')
check('rollback shows the plan', shows('rollback', 'git '), { shown('rollback'), support.said })
check('and says that it is done', support.heard('rollback: done'))
check('in a buffer that cannot be changed', not vim.bo[vim.fn.bufnr('hotfix://rollback')].modifiable)
close('rollback')

vim.cmd('Hotfix report')
check('report shows the text of the pull request', shows('report', 'v1.2.1'), { shown('report'), support.said })
check('as Markdown', vim.bo[vim.fn.bufnr('^hotfix://report$')].filetype == 'markdown')
check('in a buffer that cannot be changed', not vim.bo[vim.fn.bufnr('^hotfix://report$')].modifiable)
close('report')
check('its formats are completed', vim.deep_equal(vim.fn.getcompletion('Hotfix report ', 'cmdline'), { 'markdown', 'html' }))
local opened ---@type string?
vim.ui.open = function(path)
  opened = path
  return nil, 'there is no browser'
end
vim.cmd('Hotfix report html')
check('report html opens a page', wait(30, function()
  return opened ~= nil
end), support.said)
check('which is the whole report', opened ~= nil and vim.fn.readfile(opened)[1] == '<!doctype html>', opened)
check('and says what to do without a browser', support.heard('open the file by hand'))
vim.cmd('Hotfix report pdf')
check('another format is refused', support.heard('takes markdown or html, not pdf'))

vim.cmd('Hotfix backmerge')
check('backmerge wants a branch', support.heard('takes the branches'))
check('which is completed', vim.deep_equal(vim.fn.getcompletion('Hotfix backmerge rel', 'cmdline'), { 'release/1.1' }))
vim.cmd('Hotfix backmerge release/1.1')
check('backmerge says where the fix is missing', shows('backmerge', 'release/1.1'), { shown('backmerge'), support.said })
check('which is no failure of the command', support.heard('backmerge: done: something is missing'))
close('backmerge')

vim.cmd('Hotfix prove')
check('prove says what is missing', shows('prove', 'the hotfix changes no test'), shown('prove'))
check('as a result', support.heard('prove: done: something is missing'))
close('prove')

vim.cmd('Hotfix verify unit')
check('verify runs the tests', shows('verify', 'nit'), shown('verify'))
check('and is done', support.heard('verify: done'), shown('verify'))
close('verify')

check('nothing has run by itself', vim.uv.fs_stat(pids) == nil)
vim.cmd('Hotfix verify smoke')
check('what runs says how it is cancelled', support.heard('close its window to cancel it'))
check('the tests run', wait(30, function()
  return vim.uv.fs_stat(pids) ~= nil and #vim.fn.readfile(pids) == 1
end), shown('verify'))
vim.cmd('Hotfix verify')
check('a second run waits for the first', support.heard('verify still runs'))
local pid = tonumber((vim.fn.filereadable(pids) == 1 and vim.fn.readfile(pids) or {})[1])
check('they are alive', pid ~= nil and vim.uv.kill(pid, 0) == 0, pid)
close('verify')
check('closing the window cancels', support.heard('verify was cancelled'))
check('and ends what the tests have started', pid ~= nil and wait(10, function()
  return vim.uv.kill(pid, 0) ~= 0
end), pid)
vim.cmd('Hotfix verify unit')
check('and the next run works', shows('verify', 'nit') and support.heard('verify: done'), shown('verify'))
support.finish()

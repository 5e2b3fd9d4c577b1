-- Each `:Hotfix` command, the statusline, `:checkhealth hotfix`, and the way back after the server
-- was killed, in real Neovim. Started by tests/editors/neovim/run as:
--   nvim -l commands.lua REPOSITORY ENCODING

local repository, encoding = _G.arg[1], _G.arg[2]
package.path = repository .. '/tests/editors/neovim/?.lua;' .. package.path
local support = require('support')
local check, wait = support.check, support.wait

local client_py = {
  'import requests',
  '',
  '',
  'def fetch_order(url):',
  '    """Return the order at url."""',
  '    response = requests.get(url, timeout=5)',
  '    response.raise_for_status()',
  '    return response.json()',
  '',
  '',
  'def ping(url):',
  '    response = requests.head(url, timeout=5)',
  '    response.raise_for_status()',
}
local other_py = { 'def read(path):', '    with open(path) as file:', '        return file.read()' }
local root = support.repository({
  ['service/client.py'] = client_py,
  ['service/other.py'] = other_py,
  ['service/old_name.py'] = other_py,
})
local file = root .. '/service/client.py'

-- The hotfix, on disk: two risky edits in two files. The words before the call hold characters of
-- two and four bytes, so a column counted in the wrong unit lands beside it.
local changed = vim.deepcopy(client_py)
changed[6] = '    note = "é😀"; response = requests.get(url)'
vim.fn.writefile(changed, file)
vim.fn.writefile({ 'def read(path):', '    file = open(path)', '    return file.read()' }, root .. '/service/other.py')

--- Neovim does not tell it: the server is its only child of this name.
local function server_process()
  return vim.iter(vim.api.nvim_get_proc_children(vim.fn.getpid())):find(function(pid)
    return vim.startswith((vim.api.nvim_get_proc(pid) or {}).name or '', 'hotfix-ls')
  end)
end

-- Before anything is switched on ----------------------------------------------------------------

support.listen()
vim.opt.runtimepath:append(repository .. '/editors/neovim')
vim.cmd('filetype plugin on')
vim.cmd.runtime('plugin/hotfix.lua')
local eager = vim.tbl_filter(function(name)
  return vim.startswith(name, 'hotfix')
end, vim.tbl_keys(package.loaded))
check('the plugin loads nothing before it is used', #eager == 0, eager)
vim.cmd.edit(root .. '/service/old_name.py')
vim.cmd('Hotfix status')
check('a command says how to switch the server on', support.heard("vim.lsp.enable('hotfix_ls')"))

vim.g.hotfix = { server = root .. '/nowhere' }
vim.lsp.enable('hotfix_ls')
vim.cmd.edit(file)
local heard, said = support.heard('which cannot be run')
check('a wrong path to the server is said', heard, said)
check('and no other one is taken instead', #vim.lsp.get_clients() == 0)
check('with the ways out', said[1] and said[1].text:find('cargo build --release', 1, true) ~= nil, said)
vim.cmd('silent checkhealth hotfix')
local function shown()
  return support.text(vim.api.nvim_get_current_buf())
end
check('checkhealth says so too', shown():find('ERROR vim.g.hotfix.server names', 1, true) ~= nil, shown())
vim.cmd.bwipeout()

vim.g.hotfix = { sever = 'x', gitsigns = 1 }
local problems = require('hotfix.config').problems()
check('unknown options and wrong types are named', #problems == 2, problems)

-- Switched on: the binary that tests/run has built is in the PATH -----------------------------------

vim.g.hotfix = nil
if encoding == 'utf-16' then
  local capabilities = vim.lsp.protocol.make_client_capabilities()
  capabilities.general.positionEncodings = { 'utf-16' }
  vim.lsp.config('hotfix_ls', { capabilities = capabilities })
end
local buffer = vim.fn.bufnr(file)
vim.api.nvim_set_current_buf(buffer)
vim.cmd('Hotfix restart')
local attached = wait(20, function()
  return support.client(buffer) ~= nil
end)
if not check('restart looks for the server again and starts it', attached, vim.lsp.log.get_filename()) then
  support.finish()
end
check('the encoding is ' .. encoding, support.client(buffer).offset_encoding == encoding)

local function findings(of)
  local client = of ~= -1 and support.client(buffer)
  return client and vim.diagnostic.get(of, { namespace = vim.lsp.diagnostic.get_namespace(client.id) }) or {}
end
local function has(rule, of)
  return vim.iter(findings(of)):any(function(it)
    return it.code == rule
  end)
end
check('the dropped timeout is found', wait(20, function()
  return has('removed-guard', buffer)
end), findings())
check('findings of a file that is not open come too', wait(20, function()
  return has('unclosed-resource', vim.fn.bufnr(root .. '/service/other.py'))
end), findings())

-- The statusline ---------------------------------------------------------------------------------

local events = 0
vim.api.nvim_create_autocmd('User', {
  pattern = 'HotfixStatus',
  callback = function()
    events = events + 1
  end,
})
--- Without the count of the checklist, which is no matter here.
local function statusline()
  return (require('hotfix').statusline():gsub(' · %d+/14$', ''))
end
check('the statusline counts what is risky', wait(10, function()
  return statusline() == 'hotfix/v1.2.1 → main: 2 risky'
end), statusline())
check('the statusline can be used as an option', vim.startswith(vim.api.nvim_eval_statusline(
  "%{v:lua.require'hotfix'.statusline()}", {}
).str, 'hotfix/v1.2.1 → main: 2 risky'))
check('b:hotfix_status is the same', vim.b.hotfix_status == require('hotfix').statusline(), vim.b.hotfix_status)
check('the dictionary names the base', vim.b.hotfix_status_dict.base == support.git(root, 'rev-parse', 'main'))

support.listen()
vim.cmd('Hotfix')
check('without a word it says the status', support.heard('hotfix/v1.2.1 against main at '))

-- check, findings ------------------------------------------------------------------------------------

local function quickfix()
  return vim.fn.getqflist({ items = 0, title = 0, winid = 0 })
end
local function wait_for_quickfix(words)
  return wait(20, function()
    return quickfix().title:find(words, 1, true) ~= nil
  end)
end
vim.cmd('Hotfix check')
check('check fills the quickfix list', wait_for_quickfix('2 findings against main at '), quickfix().title)
local function item_of(list, name)
  return vim.iter(list.items):find(function(item)
    return vim.endswith(vim.api.nvim_buf_get_name(item.bufnr), name)
  end)
end
local item = item_of(quickfix(), 'client.py')
local call = changed[6]:find('requests.get', 1, true)
check('an entry stands on the call, in bytes', item and item.lnum == 6 and item.col == call, item)
check('an entry names its rule', item and item.text:find('[removed-guard]', 1, true) ~= nil, item)
check('certain findings are warnings', item and item.type == 'W', item)
check('the list is open', quickfix().winid ~= 0)
vim.cmd.cclose()
vim.cmd('Hotfix check service/other.py --base v1.2.0')
local narrow = function()
  return #quickfix().items == 1 and vim.startswith(quickfix().title, 'Hotfix: 1 finding against v1.2.0')
end
check('check takes paths and a base', wait(20, narrow), quickfix().title)
vim.cmd.cclose()
vim.cmd('Hotfix check --base nowhere')
check('an unknown base is an error, not an empty list', support.heard('nowhere'))
check('and the list stays', narrow())

vim.cmd('Hotfix findings')
check('findings come from the server', wait_for_quickfix('hotfix/v1.2.1 against main'), quickfix().title)
item = item_of(quickfix(), 'client.py')
check('with the same places', item and item.lnum == 6 and item.col == call, item)
check('in all files', item_of(quickfix(), 'other.py') ~= nil, quickfix().items)
vim.cmd.cclose()

-- next, prev, explain ------------------------------------------------------------------------------------

local function at(line, column)
  vim.api.nvim_set_current_buf(buffer)
  vim.api.nvim_win_set_cursor(0, { line, column or 0 })
end
local function close_floats()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= '' then
      vim.api.nvim_win_close(window, true)
    end
  end
end
at(1)
vim.cmd('Hotfix next')
check('next goes to the finding', wait(5, function()
  return vim.api.nvim_win_get_cursor(0)[1] == 6
end), vim.api.nvim_win_get_cursor(0))
close_floats()
at(#client_py)
vim.cmd('Hotfix prev')
check('prev goes back to it', wait(5, function()
  return vim.api.nvim_win_get_cursor(0)[1] == 6
end), vim.api.nvim_win_get_cursor(0))
close_floats()

vim.cmd('Hotfix explain')
check('explain opens the page of the finding here', wait(10, function()
  return vim.api.nvim_buf_get_name(0) == 'hotfix://rules/removed-guard'
end), vim.api.nvim_buf_get_name(0))
check('as Markdown', vim.bo.filetype == 'markdown' and shown():find('## Why', 1, true) ~= nil, shown())
vim.cmd.close()
check('and the page leaves nothing behind', vim.fn.bufexists('hotfix://rules/removed-guard') == 0)
vim.cmd('Hotfix explain none-access')
check('explain takes a name', wait(10, function()
  return vim.api.nvim_buf_get_name(0) == 'hotfix://rules/none-access'
end))
vim.cmd.close()
vim.cmd('Hotfix explain no-such-rule')
check('an unknown rule is said', support.heard('no page for the rule no-such-rule'))

-- fix, fix all ----------------------------------------------------------------------------------------------

at(1)
vim.cmd('Hotfix fix')
check('without a finding there is nothing to fix', support.heard('no finding on this line'))
local before = support.text(buffer)
at(6)
vim.cmd('Hotfix fix')
check('fix applies the preferred fix, also from the start of the line', wait(10, function()
  return support.lines(buffer)[6]:find('note = "é😀"; response = requests.get(url, timeout=', 1, true) ~= nil
end), support.lines(buffer)[6])
check('the finding goes', wait(10, function()
  return not has('removed-guard', buffer)
end), findings(buffer))
check('the statusline follows', wait(10, function()
  return statusline() == 'hotfix/v1.2.1 → main: 1 risky'
end), statusline())
check('User HotfixStatus tells it', events > 0)
vim.cmd('silent undo')
check('one undo takes the fix back', support.text(buffer) == before, support.lines(buffer))
wait(10, function()
  return has('removed-guard', buffer)
end)
vim.cmd('Hotfix fix all')
check('fix all mends the file', wait(10, function()
  return support.lines(buffer)[6]:find('timeout=', 1, true) ~= nil
end), support.lines(buffer))
wait(10, function()
  return not has('removed-guard', buffer)
end)
vim.cmd('Hotfix fix all')
check('fix all says when there is nothing', support.heard('nothing in this file that a safe fix can mend'))

-- restore -------------------------------------------------------------------------------------------------------

vim.cmd('silent undo')
at(1)
vim.cmd('Hotfix restore hunk')
check('restore says when the line is production\'s', support.heard('does not differ from production'))
at(6)
vim.cmd('Hotfix restore')
check('restore brings the hunk back', wait(10, function()
  return vim.deep_equal(support.lines(buffer), client_py)
end), support.lines(buffer))
vim.cmd('silent undo')
at(4)
vim.cmd('5,7Hotfix restore hunk')
check('restore takes a range', wait(10, function()
  return vim.deep_equal(support.lines(buffer), client_py)
end), support.lines(buffer))
vim.cmd('silent undo')
vim.api.nvim_buf_set_lines(buffer, 7, 8, false, { '    return response.text' })
at(6)
vim.cmd('Hotfix restore definition')
check('restore brings a whole function back', wait(10, function()
  return vim.deep_equal(support.lines(buffer), client_py)
end), support.lines(buffer))
vim.cmd('silent edit!')
wait(10, function()
  return has('removed-guard', buffer)
end)

-- production -------------------------------------------------------------------------------------------------------

vim.api.nvim_set_current_buf(buffer)
vim.cmd('silent only')
local window = vim.api.nvim_get_current_win()
vim.cmd('Hotfix production')
check('production opens a second window', wait(10, function()
  return #vim.api.nvim_tabpage_list_wins(0) == 2
end))
check('the cursor stays', vim.api.nvim_get_current_win() == window)
local production = vim.iter(vim.api.nvim_list_bufs()):find(function(it)
  return vim.startswith(vim.api.nvim_buf_get_name(it), 'hotfix://')
end)
local commit = support.git(root, 'rev-parse', 'main'):sub(1, 8)
check('it is named after the commit and the file',
  vim.api.nvim_buf_get_name(production) == ('hotfix://%s/service/client.py'):format(commit),
  vim.api.nvim_buf_get_name(production))
check('it holds production\'s text', vim.deep_equal(support.lines(production), client_py), support.lines(production))
check('it cannot be changed', not vim.bo[production].modifiable and vim.bo[production].buftype == 'nofile')
vim.wait(300)
check('it is Python, and no server attaches',
  vim.bo[production].filetype == 'python' and #vim.lsp.get_clients({ bufnr = production }) == 0)
local beside = vim.fn.bufwinid(production)
check('both are in diff mode', vim.wo[window].diff and vim.wo[beside].diff)
at(6)
check('the changed line is marked', vim.fn.diff_hlID(6, 1) ~= 0)
vim.cmd('Hotfix production')
vim.wait(300)
check('a second call opens no third window', #vim.api.nvim_tabpage_list_wins(0) == 2)
vim.cmd('6diffget')
check('diffget brings production\'s line here', support.lines(buffer)[6] == client_py[6], support.lines(buffer)[6])
vim.cmd('silent undo')
vim.api.nvim_win_close(beside, false)
check('closing production ends the diff', wait(5, function()
  return not vim.wo[window].diff
end))
check('and leaves no buffer behind', not vim.api.nvim_buf_is_valid(production))
vim.cmd('horizontal Hotfix production')
check('horizontal is obeyed', wait(10, function()
  return #vim.api.nvim_tabpage_list_wins(0) == 2
end) and vim.fn.winlayout()[1] == 'col', vim.fn.winlayout())
vim.cmd('silent only')

local added = root .. '/service/new.py'
vim.cmd.edit(added)
vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'x = 1' })
wait(10, function()
  return support.client(vim.api.nvim_get_current_buf()) ~= nil
end)
vim.cmd('Hotfix production')
heard, said = support.heard('production')
check('a new file has no text in production, and that is said', heard, said)
check('and no window opens', #vim.api.nvim_tabpage_list_wins(0) == 1)
vim.cmd('silent bwipeout!')

-- Completion, mistakes, Plug ---------------------------------------------------------------------------------------

local function completed(line)
  return vim.fn.getcompletion(line, 'cmdline')
end
check('the sub-commands are completed', vim.deep_equal(completed('Hotfix re'), { 'report', 'restart', 'restore' }), completed('Hotfix re'))
check('gitsigns is not offered where it is not', #completed('Hotfix gitsigns') == 0)
check('what can be restored is completed', vim.deep_equal(completed('Hotfix restore '), { 'hunk', 'definition', 'imports' }))
check('rules are completed', vim.tbl_contains(completed('Hotfix explain request'), 'request-without-timeout'))
check('a second word is not offered where there is none', #completed('Hotfix restore hunk ') == 0)
vim.cmd('Hotfix nonsense')
check('an unknown word is answered with those that there are', support.heard('there are allow, backmerge, check, checklist, defer, deferred, explain'))
vim.cmd('Hotfix restore everything')
check('an unknown thing to restore too', support.heard('takes hunk or definition or imports, not everything'))
vim.cmd('Hotfix status now')
check('and a word too many', support.heard('takes no now'))
at(6)
vim.api.nvim_feedkeys(vim.keycode('<Plug>(HotfixRestoreHunk)'), 'x', false)
check('<Plug>(HotfixRestoreHunk) restores', wait(10, function()
  return vim.deep_equal(support.lines(buffer), client_py)
end), support.lines(buffer))
vim.cmd('silent edit!')
local maps = vim.tbl_filter(function(map)
  return not vim.startswith(map.lhs, '<Plug>') and tostring(map.rhs):find('[Hh]otfix') ~= nil
end, vim.list_extend(vim.api.nvim_get_keymap('n'), vim.api.nvim_get_keymap('x')))
check('no key is mapped', #maps == 0, maps)

-- gitsigns: a stand-in that notes what it is told; the real one is not in a package registry -------------------------

local told = {}
package.loaded.gitsigns = {
  change_base = function(base)
    told[#told + 1] = { buffer = vim.api.nvim_get_current_buf(), base = base or 'its own' }
  end,
}
-- What gitsigns sets while it attaches, and once it has.
local attaching, counted = { head = 'hotfix/v1.2.1', root = root }, { head = 'hotfix/v1.2.1', root = root, added = 0, changed = 0, removed = 0 }
vim.b[buffer].gitsigns_status_dict = counted
vim.api.nvim_exec_autocmds('User', { pattern = 'GitSignsUpdate', data = { buffer = buffer } })
check('gitsigns is left alone unless it is wanted', #told == 0, told)
vim.b[buffer].gitsigns_status_dict = attaching
vim.cmd('Hotfix gitsigns on')
check('and while it attaches, when it would forget the base', #told == 0, told)
vim.b[buffer].gitsigns_status_dict = counted
vim.api.nvim_exec_autocmds('User', { pattern = 'GitSignsUpdate', data = { buffer = buffer } })
local base = support.git(root, 'rev-parse', 'main')
check('gitsigns gets the base', vim.deep_equal(told, { { buffer = buffer, base = base } }), told)
vim.api.nvim_exec_autocmds('User', { pattern = 'GitSignsUpdate', data = { buffer = buffer } })
check('once', #told == 1, told)
vim.cmd('Hotfix gitsigns off')
check('and gives it back', #told == 2 and told[2].base == 'its own', told)
package.loaded.gitsigns = nil

-- checkhealth --------------------------------------------------------------------------------------------------------

local function healthy(words)
  return shown():find(words, 1, true) ~= nil
end
vim.cmd('silent checkhealth hotfix')
check('checkhealth names the binary and its version', healthy('OK hotfix-ls ') and healthy('(PATH)'), shown())
check('and git', healthy('OK git version'), shown())
check('and the client', healthy('root ' .. root) and healthy(encoding), shown())
check('and the base', healthy('hotfix/v1.2.1 against main at ' .. commit), shown())
check('and finds nothing wrong', not healthy('ERROR') and not healthy('WARNING'), shown())
vim.cmd.bwipeout()

-- Another branch ----------------------------------------------------------------------------------------------------

support.listen()
vim.api.nvim_set_current_buf(buffer)
support.git(root, 'stash', '--quiet')
support.git(root, 'checkout', '--quiet', 'main')
vim.api.nvim_exec_autocmds('FocusGained', {})
check('on production nothing is judged', wait(10, function()
  return statusline() == 'hotfix: not judged'
end), statusline())
vim.cmd('Hotfix status')
heard, said = support.heard('branch main is not a hotfix branch')
check('and the status says why', heard, said)
vim.cmd('Hotfix findings')
check('findings says it too', support.heard('branch main is not'), { vim.b[buffer].hotfix_status_dict, quickfix().title })
vim.cmd('silent checkhealth hotfix')
check('and checkhealth, which is no error', healthy('main') and not healthy('ERROR'), shown())
vim.cmd.bwipeout()
support.git(root, 'checkout', '--quiet', 'hotfix/v1.2.1')
support.git(root, 'stash', 'pop', '--quiet')
vim.api.nvim_exec_autocmds('FocusGained', {})
check('back on the hotfix it is judged again', wait(10, function()
  return vim.startswith(statusline(), 'hotfix/v1.2.1 → main')
end), statusline())
vim.cmd('silent checktime')
-- Neovim attaches a buffer that it has read again a moment later. Were the server killed before that,
-- this would start another one.
local settled = false
vim.schedule(function()
  settled = true
end)
wait(10, function()
  return settled
end)

-- The server is killed --------------------------------------------------------------------------------------------------

local old = support.client(buffer)
vim.uv.kill(server_process(), 'sigkill')
check('a killed server is noticed', wait(10, function()
  return support.client(buffer) == nil
end))
check('the statusline is empty then', wait(5, function()
  return statusline() == ''
end), statusline())
vim.cmd('Hotfix status')
check('a command says how to go on', support.heard(':Hotfix restart'))
vim.cmd('Hotfix restart')
check('restart brings it back', wait(20, function()
  local new = support.client(buffer)
  return new ~= nil and new.id ~= old.id
end))
check('with its findings', wait(20, function()
  return has('removed-guard', buffer)
end), findings())
check('and its status', wait(10, function()
  return statusline() == 'hotfix/v1.2.1 → main: 2 risky'
end), statusline())
local running = support.client(buffer)
require('hotfix').restart()
check('a healthy server is restarted as well', wait(20, function()
  local new = support.client(buffer)
  return new ~= nil and new.id ~= running.id and vim.lsp.get_client_by_id(running.id) == nil
end))

vim.cmd('Hotfix log')
check('log opens the log', vim.api.nvim_buf_get_name(0) == vim.lsp.log.get_filename(), vim.api.nvim_buf_get_name(0))
vim.cmd('silent bwipeout')

-- The help ------------------------------------------------------------------------------------------------------------------

vim.cmd('silent help hotfix')
check(':help hotfix opens', vim.fs.basename(vim.api.nvim_buf_get_name(0)) == 'hotfix.txt', vim.api.nvim_buf_get_name(0))
local help = shown()
for _, name in ipairs(completed('Hotfix ')) do
  check((':help tells of :Hotfix %s'):format(name), help:find(('*:Hotfix-%s*'):format(name), 1, true) ~= nil)
end
for _, map in ipairs(vim.api.nvim_get_keymap('n')) do
  if vim.startswith(map.lhs, '<Plug>(Hotfix') then
    check(':help tells of ' .. map.lhs, help:find(('*%s*'):format(map.lhs), 1, true) ~= nil)
  end
end
local copied = vim.fn.tempname()
vim.fn.mkdir(copied, 'p')
vim.uv.fs_copyfile(repository .. '/editors/neovim/doc/hotfix.txt', copied .. '/hotfix.txt')
vim.cmd.helptags(copied)
local tags = vim.fn.readfile(copied .. '/tags')
check('doc/tags is what :helptags makes', vim.deep_equal(tags, vim.fn.readfile(repository .. '/editors/neovim/doc/tags')),
  'run: nvim --headless -c "helptags editors/neovim/doc" -c q')

for _, client in ipairs(vim.lsp.get_clients()) do
  client:stop()
end
wait(10, function()
  return #vim.lsp.get_clients() == 0
end)
support.finish()

--- `:Hotfix checklist`: how the items stand, in a buffer that follows.

local say = require('hotfix.say')
local scratch = require('hotfix.scratch')
local server = require('hotfix.server')

local M = {}

local NAME = 'hotfix://checklist'

---@class hotfix.Item
---@field title string
---@field state 'passed'|'failed'|'attested'|'not-applicable'|'open'
---@field says string
---@field rule? string

---@class hotfix.Mark
---@field rule string
---@field path string Relative to the repository.
---@field line integer From 1.
---@field message string

---@class hotfix.Checklist
---@field done integer
---@field total integer
---@field items hotfix.Item[]
---@field marks hotfix.Mark[]
---@field unanswered { section: string, title: string }[]
---@field steps { title: string, when: 'before-merge'|'after-release', state: string, reason: string }[]

---@class hotfix.Looked
---@field root string
---@field checklist hotfix.Checklist
---@field markdown string One line for each item.
---@field record string|vim.NIL Where the record lies below the root, whether it exists or not.

--- Where a line of the buffer leads: a place in the code, or words of the record.
---@alias hotfix.Target { place?: { path: string, line: integer }, title?: string }

---@class hotfix.Shown
---@field buffer integer
---@field source integer The buffer that it was asked for.
---@field root string
---@field record string?
---@field targets table<integer, hotfix.Target>

---@type hotfix.Shown?
local shown

--- The place in the code that an item is about, if it names one.
---@param looked hotfix.Looked
---@param item hotfix.Item
---@return { path: string, line: integer }?
local function place(looked, item)
  local path, line = item.says:match('([^%s:]+):(%d+)')
  if path and vim.uv.fs_stat(vim.fs.joinpath(looked.root, path)) then
    return { path = path, line = tonumber(line) }
  end
  return item.state == 'failed' and vim.iter(looked.checklist.marks):find(function(mark)
    return mark.rule == item.rule
  end) or nil
end

---@param looked hotfix.Looked
---@return string[] lines
---@return table<integer, hotfix.Target> targets
local function render(looked)
  local list = looked.checklist
  local lines, targets = {}, {} ---@type string[], table<integer, hotfix.Target>
  ---@param text string
  ---@param target? hotfix.Target
  local function add(text, target)
    lines[#lines + 1] = text
    targets[#lines] = target
  end
  add(('# Hotfix checklist: %d of %d'):format(list.done, list.total))
  add('')
  for index, text in ipairs(vim.split(vim.trim(looked.markdown), '\n', { plain = true })) do
    local item = list.items[index]
    add(text, item and { place = place(looked, item), title = item.title })
  end
  if #list.marks > 0 then
    add('')
    add('## In the code')
    add('')
    for _, mark in ipairs(list.marks) do
      add(('- %s:%d: %s [%s]'):format(mark.path, mark.line, mark.message, mark.rule), { place = mark })
    end
  end
  if #list.unanswered > 0 then
    add('')
    add('## Open questions of the record')
    add('')
    for _, question in ipairs(list.unanswered) do
      add(('- %s: %s'):format(question.section, question.title), { title = question.title })
    end
  end
  local headings = { ['before-merge'] = 'Before the merge', ['after-release'] = 'After the release' }
  local heading ---@type string?
  -- An older server knows no steps.
  for _, step in ipairs(list.steps or {}) do
    if heading ~= headings[step.when] then
      heading = headings[step.when]
      add('')
      add('## ' .. heading)
      add('')
    end
    local reason = step.state == 'not-applicable' and ': not applicable: ' .. step.reason or ''
    add(('- [%s] %s%s'):format(step.state == 'open' and ' ' or 'x', step.title, reason), { title = step.title })
  end
  return lines, targets
end

--- The record of the branch, if it exists.
---@return string?
local function record()
  local path = shown and shown.record and vim.fs.joinpath(shown.root, shown.record)
  return path and vim.uv.fs_stat(path) ~= nil and path or nil
end

--- Opens a file in the window before this one, if there is one for files, else above.
---@param path string
---@param line integer?
local function open(path, line)
  vim.cmd.wincmd('p')
  if vim.bo.buftype ~= '' then
    vim.cmd('aboveleft split')
  end
  vim.cmd.edit({ path, magic = { file = false } })
  if line then
    local last = vim.api.nvim_buf_line_count(0)
    vim.api.nvim_win_set_cursor(0, { math.min(line, last), 0 })
    vim.cmd('normal! ^zv')
  end
end

--- Goes to what the line of the cursor is about.
function M.go()
  local target = shown and shown.targets[vim.api.nvim_win_get_cursor(0)[1]]
  if shown == nil or target == nil then
    say.info('this line leads nowhere: go to an item or a question')
    return
  end
  if target.place then
    open(vim.fs.joinpath(shown.root, target.place.path), target.place.line)
    return
  end
  local path = record()
  if path == nil then
    say.info('there is no record yet: :Hotfix start begins it')
    return
  end
  open(path)
  local at = vim.iter(ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false))):find(function(_, text)
    return text:find(target.title, 1, true) ~= nil
  end)
  if at then
    vim.api.nvim_win_set_cursor(0, { at, 0 })
  end
end

---@param looked hotfix.Looked
---@param source integer
---@return integer buffer
local function fill(looked, source)
  local lines, targets = render(looked)
  local buffer = scratch.fill(NAME, lines, 'markdown')
  if shown == nil or shown.buffer ~= buffer then
    vim.keymap.set('n', '<CR>', M.go, { buffer = buffer, desc = 'Go to what this line is about' })
  end
  local path = type(looked.record) == 'string' and looked.record or nil
  shown = { buffer = buffer, source = source, root = looked.root, record = path, targets = targets }
  return buffer
end

---@param client vim.lsp.Client
---@param source integer
---@param done fun(looked: hotfix.Looked)
local function ask(client, source, done)
  local command = { command = 'hotfix.checklist', arguments = { server.about(source) } }
  server.execute(client, command, source, done)
end

--- Shows the checklist of a buffer's repository.
---@param source integer
---@param mods? vim.api.keyset.cmd.mods
function M.show(source, mods)
  -- From its own window it is asked for anew.
  if shown and source == shown.buffer then
    source = shown.source
  end
  if not vim.api.nvim_buf_is_valid(source) then
    source = vim.api.nvim_get_current_buf()
  end
  local client = server.expect_repository(source)
  if client == nil then
    return
  end
  ask(client, source, function(looked)
    local buffer = fill(looked, source)
    local window = vim.fn.bufwinid(buffer)
    if window ~= -1 then
      vim.api.nvim_set_current_win(window)
    else
      vim.cmd({ cmd = 'sbuffer', args = { tostring(buffer) }, mods = mods or {} })
    end
  end)
end

--- The server tells that something has changed: a checklist that is shown follows. Nobody has asked
--- for it, so nothing is said when it fails.
---@param client vim.lsp.Client
function M.follow(client)
  if shown == nil or vim.fn.bufwinid(shown.buffer) == -1 then
    return
  end
  local source = shown.source
  if not vim.api.nvim_buf_is_valid(source) or server.of_repository(source) ~= client then
    return
  end
  local params = { command = 'hotfix.checklist', arguments = { server.about(source) } }
  client:request('workspace/executeCommand', params, function(_, looked)
    if looked and shown and vim.fn.bufwinid(shown.buffer) ~= -1 then
      fill(looked, source)
    end
  end, source)
end

return M

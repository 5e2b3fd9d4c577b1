--- The server's code actions, asked for and applied by commands.

local findings = require('hotfix.findings')
local say = require('hotfix.say')
local server = require('hotfix.server')

local M = {}

---@class hotfix.Question
---@field range lsp.Range
---@field kind lsp.CodeActionKind
---@field diagnostics? lsp.Diagnostic[]

---@param client vim.lsp.Client
---@param buffer integer
---@param question hotfix.Question
---@param done fun(actions: lsp.CodeAction[])
local function offered(client, buffer, question, done)
  local params = {
    textDocument = { uri = vim.uri_from_bufnr(buffer) },
    range = question.range,
    context = { only = { question.kind }, diagnostics = question.diagnostics or {} },
  }
  server.request(client, 'textDocument/codeAction', params, buffer, function(actions)
    done(actions or {})
  end)
end

---@param client vim.lsp.Client
---@param buffer integer
---@param action lsp.CodeAction
---@param change? fun(edit: lsp.WorkspaceEdit) Completes the edit before it is made.
local function apply(client, buffer, action, change)
  if type(action.command) == 'table' and action.data == nil then
    -- The server sends the edit itself.
    server.execute(client, action.command, buffer)
    return
  end
  local tick = vim.api.nvim_buf_get_changedtick(buffer)
  server.request(client, 'codeAction/resolve', action, buffer, function(whole)
    if whole.edit and change then
      change(whole.edit)
    end
    if not vim.api.nvim_buf_is_loaded(buffer) or vim.api.nvim_buf_get_changedtick(buffer) ~= tick then
      say.warn('the buffer has changed meanwhile: try again')
    elseif whole.edit then
      vim.lsp.util.apply_workspace_edit(whole.edit, client.offset_encoding)
    end
  end)
end

--- Hands on the only action, or the one that the user picks.
---@param actions lsp.CodeAction[]
---@param nothing string What to say when there is none.
---@param done fun(action: lsp.CodeAction)
local function pick(actions, nothing, done)
  if #actions == 0 then
    say.info(nothing)
  elseif #actions == 1 then
    done(actions[1])
  else
    local options = {
      prompt = 'Which one?',
      kind = 'codeaction',
      format_item = function(action)
        return action.title
      end,
    }
    vim.ui.select(actions, options, function(action)
      if action then
        done(action)
      end
    end)
  end
end

--- Applies the only action, or the one that the user picks.
---@param client vim.lsp.Client
---@param buffer integer
---@param actions lsp.CodeAction[]
---@param nothing string What to say when there is none.
local function choose(client, buffer, actions, nothing)
  pick(actions, nothing, function(action)
    apply(client, buffer, action)
  end)
end

--- The question for actions of one kind about the findings at the cursor; says so if there is none.
---@param client vim.lsp.Client
---@param buffer integer
---@param kind string
---@return hotfix.Question?
local function about_findings(client, buffer, kind)
  local found = findings.at_cursor(client, buffer)
  if #found == 0 then
    say.info('there is no finding on this line')
    return nil
  end
  local diagnostics = vim.lsp.diagnostic.from(found)
  local range = vim.deepcopy(diagnostics[1].range)
  for _, diagnostic in ipairs(diagnostics) do
    range['end'] = diagnostic.range['end']
  end
  return { range = range, kind = kind, diagnostics = diagnostics }
end

--- Applies the preferred fix of the finding at the cursor. Where there are several findings, the
--- user picks one of their fixes.
---@param buffer integer
function M.fix(buffer)
  local client = server.expect_client(buffer)
  local question = client and about_findings(client, buffer, 'quickfix')
  if client == nil or question == nil then
    return
  end
  offered(client, buffer, question, function(actions)
    local preferred = vim.tbl_filter(function(action)
      return action.isPreferred == true
    end, actions)
    local nothing = "there is no fix for this: change it by hand, or bring production's lines back"
    choose(client, buffer, #preferred > 0 and preferred or actions, nothing)
  end)
end

--- Writes a reason behind the comment that an edit brings along.
---@param edit lsp.WorkspaceEdit
---@param reason string In one line.
local function explain(edit, reason)
  local edits = {} ---@type lsp.TextEdit[]
  for _, change in ipairs(edit.documentChanges or {}) do
    vim.list_extend(edits, change.edits or {})
  end
  for _, change in pairs(edit.changes or {}) do
    vim.list_extend(edits, change)
  end
  for _, it in ipairs(edits) do
    it.newText = it.newText:gsub('# hotfix: allow%b()', function(comment)
      return comment .. ' ' .. reason
    end)
  end
end

--- Allows the finding at the cursor by a comment; asks for the reason.
---@param buffer integer
function M.allow(buffer)
  local client = server.expect_client(buffer)
  local question = client and about_findings(client, buffer, 'refactor.rewrite.hotfix.allow')
  if client == nil or question == nil then
    return
  end
  offered(client, buffer, question, function(actions)
    pick(actions, 'a comment cannot allow this: see :Hotfix explain', function(action)
      vim.ui.input({ prompt = 'Why may this stay? ' }, function(written)
        local reason = vim.trim((written or ''):gsub('%s+', ' '))
        if reason == '' then
          say.info('nothing is allowed without a reason')
          return
        end
        apply(client, buffer, action, function(edit)
          explain(edit, reason)
        end)
      end)
    end)
  end)
end

--- Applies every safe fix of a buffer.
---@param buffer integer
function M.fix_all(buffer)
  local client = server.expect_client(buffer)
  if client == nil then
    return
  end
  local zero = { line = 0, character = 0 }
  local question = { range = { start = zero, ['end'] = zero }, kind = 'source.fixAll.hotfix' }
  offered(client, buffer, question, function(actions)
    choose(client, buffer, actions, 'there is nothing in this file that a safe fix can mend')
  end)
end

---@type table<string, string>
local NOTHING = {
  hunk = 'this line does not differ from production',
  definition = 'there is no function or class here that this hotfix changes and production has',
  imports = 'the imports here are production\'s, needed, or one change: restore hunk takes that',
}

--- The actions of one kind for what the cursor stands in, or for the lines from `first` to `last`
--- (both from 1).
---@param buffer integer
---@param kind string
---@param nothing string
---@param first? integer
---@param last? integer
local function at_lines(buffer, kind, nothing, first, last)
  local client = server.expect_client(buffer)
  if client == nil then
    return
  end
  local line = vim.api.nvim_win_get_cursor(0)[1]
  first, last = first or line, last or line
  local range = {
    start = { line = first - 1, character = 0 },
    ['end'] = { line = last, character = 0 },
  }
  offered(client, buffer, { range = range, kind = kind }, function(actions)
    choose(client, buffer, actions, nothing)
  end)
end

--- Brings back production's version of what the cursor stands in, or of the lines from `first` to
--- `last` (both from 1).
---@param buffer integer
---@param what 'hunk'|'definition'
---@param first? integer
---@param last? integer
function M.restore(buffer, what, first, last)
  at_lines(buffer, 'refactor.rewrite.hotfix.restore.' .. what, NOTHING[what], first, last)
end

--- Lets what the cursor stands in leave the hotfix, or what the lines from `first` to `last` touch.
---@param buffer integer
---@param what 'hunk'|'definition'
---@param first? integer
---@param last? integer
function M.defer(buffer, what, first, last)
  local nothing = 'the hotfix changes nothing here that can leave by itself: go to a changed line'
  at_lines(buffer, 'refactor.rewrite.hotfix.defer.' .. what, nothing, first, last)
end

return M

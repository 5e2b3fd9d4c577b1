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
local function apply(client, buffer, action)
  local tick = vim.api.nvim_buf_get_changedtick(buffer)
  server.request(client, 'codeAction/resolve', action, buffer, function(whole)
    if not vim.api.nvim_buf_is_loaded(buffer) or vim.api.nvim_buf_get_changedtick(buffer) ~= tick then
      say.warn('the buffer has changed meanwhile: try again')
    elseif whole.edit then
      vim.lsp.util.apply_workspace_edit(whole.edit, client.offset_encoding)
    end
  end)
end

--- Applies the only action, or the one that the user picks.
---@param client vim.lsp.Client
---@param buffer integer
---@param actions lsp.CodeAction[]
---@param nothing string What to say when there is none.
local function choose(client, buffer, actions, nothing)
  if #actions == 0 then
    say.info(nothing)
  elseif #actions == 1 then
    apply(client, buffer, actions[1])
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
        apply(client, buffer, action)
      end
    end)
  end
end

--- Applies the preferred fix of the finding at the cursor. Where there are several findings, the
--- user picks one of their fixes.
---@param buffer integer
function M.fix(buffer)
  local client = server.expect_client(buffer)
  if client == nil then
    return
  end
  local found = findings.at_cursor(client, buffer)
  if #found == 0 then
    say.info('there is no finding on this line')
    return
  end
  local diagnostics = vim.lsp.diagnostic.from(found)
  local range = vim.deepcopy(diagnostics[1].range)
  for _, diagnostic in ipairs(diagnostics) do
    range['end'] = diagnostic.range['end']
  end
  local question = { range = range, kind = 'quickfix', diagnostics = diagnostics }
  offered(client, buffer, question, function(actions)
    local preferred = vim.tbl_filter(function(action)
      return action.isPreferred == true
    end, actions)
    local nothing = "there is no fix for this: change it by hand, or bring production's lines back"
    choose(client, buffer, #preferred > 0 and preferred or actions, nothing)
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
}

--- Brings back production's version of what the cursor stands in, or of the lines from `first` to
--- `last` (both from 1).
---@param buffer integer
---@param what 'hunk'|'definition'
---@param first? integer
---@param last? integer
function M.restore(buffer, what, first, last)
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
  local question = { range = range, kind = 'refactor.rewrite.hotfix.restore.' .. what }
  offered(client, buffer, question, function(actions)
    choose(client, buffer, actions, NOTHING[what])
  end)
end

return M

--- What is compared with what, for each buffer: kept up to date by the server.
---
--- `b:hotfix_status_dict` holds the server's answer, `b:hotfix_status` the words for a statusline.
--- The event `User HotfixStatus` tells that they have changed.

local server = require('hotfix.server')

local M = {}

---@class hotfix.Counts
---@field warning integer
---@field information integer
---@field hint integer

---@class hotfix.Size
---@field lines integer How many lines of production code change.
---@field text string How much changes, in words.
---@field over boolean Whether that is more than the budget.

---@class hotfix.Status
---@field root? string The work tree.
---@field state 'active'|'inactive'|'error'
---@field reason? string Why nothing is judged, or what to do.
---@field branch? string
---@field production? string
---@field base? string The base commit, in full.
---@field version? string
---@field counts hotfix.Counts
---@field checklist? { done: integer, failed: integer, total: integer }
---@field looking boolean Whether something has not been judged yet.
---@field size? hotfix.Size

--- Findings that are a risk to look at; hints are not counted.
---@param status hotfix.Status
---@return integer
local function risky(status)
  return status.counts.warning + status.counts.information
end

--- What was found so far: "nothing" is said only when all has been judged.
---@param status hotfix.Status
---@param found string?
---@param nothing string
---@return string
local function so_far(status, found, nothing)
  if not status.looking then
    return found or nothing
  end
  return found and found .. ' so far' or 'still looking'
end

---@param status hotfix.Status
---@return string
local function short(status)
  if status.state == 'error' then
    return 'hotfix: cannot judge'
  elseif status.state == 'inactive' and status.looking then
    return 'hotfix: still looking'
  elseif status.state == 'inactive' then
    return 'hotfix: not judged'
  end
  local count = risky(status)
  local amount = so_far(status, count > 0 and ('%d risky'):format(count) or nil, 'nothing risky')
  local words = ('%s → %s: %s'):format(status.branch or 'HEAD', status.production or '?', amount)
  local list = status.checklist
  return list and ('%s · %d/%d'):format(words, list.done, list.total) or words
end

--- The status in one sentence, without a final dot.
---@param status hotfix.Status
---@return string
function M.sentence(status)
  if status.state ~= 'active' then
    return status.reason or 'nothing is judged'
  end
  local counts = status.counts
  local parts = {}
  for _, kind in ipairs({ 'warning', 'information', 'hint' }) do
    if counts[kind] > 0 then
      local plural = kind ~= 'information' and counts[kind] > 1 and 's' or ''
      parts[#parts + 1] = ('%d %s%s'):format(counts[kind], kind, plural)
    end
  end
  local branch = status.branch or 'HEAD'
  local version = status.version
  if version and not branch:find(version, 1, true) then
    branch = ('%s (%s)'):format(branch, version)
  end
  local found = so_far(status, #parts > 0 and table.concat(parts, ', ') or nil, 'no findings')
  local size = status.size
  if type(size) == 'table' then
    found = ('%s; %d lines%s'):format(found, size.lines, size.over and ', over budget' or '')
  end
  return ('%s against %s at %s: %s'):format(
    branch,
    status.production or '?',
    (status.base or '?'):sub(1, 8),
    found
  )
end

---@param buffer integer
---@param status hotfix.Status?
local function set(buffer, status)
  if not vim.api.nvim_buf_is_valid(buffer) then
    return
  end
  vim.b[buffer].hotfix_status_dict = status
  vim.b[buffer].hotfix_status = status and short(status) or nil
  if status then
    require('hotfix.gitsigns').sync(buffer)
  end
  vim.api.nvim_exec_autocmds('User', {
    pattern = 'HotfixStatus',
    modeline = false,
    data = { buffer = buffer },
  })
  vim.cmd.redrawstatus({ bang = true })
end

--- Asks the server about a buffer. Nobody has asked for it, so nothing is said when it fails.
---@param buffer integer
function M.ask(buffer)
  local client = server.client(buffer)
  if client == nil then
    return
  end
  local params = { textDocument = { uri = vim.uri_from_bufnr(buffer) } }
  ---@diagnostic disable-next-line: param-type-mismatch
  client:request('hotfix/status', params, function(_, status)
    -- The server may have ended while the answer was under way.
    if status and server.client(buffer) then
      set(buffer, status)
    end
  end, buffer)
end

--- The server tells that a repository's status has changed. A file may have a reason of its own
--- not to be judged, so each one that is shown is asked for; the others when they are entered.
---@param status hotfix.Status
---@param context lsp.HandlerContext
function M.changed(status, context)
  local client = vim.lsp.get_client_by_id(context.client_id)
  if client == nil or status == nil then
    return
  end
  if package.loaded['hotfix.checklist'] then
    require('hotfix.checklist').follow(client)
  end
  for buffer in pairs(client.attached_buffers) do
    if vim.fn.bufwinid(buffer) ~= -1 then
      M.ask(buffer)
    end
  end
end

---@param buffer integer
function M.attached(buffer)
  M.ask(buffer)
end

---@param buffer integer
function M.detached(buffer)
  -- The detached client is still listed while this event is handled, and after `:edit` it is
  -- attached again a moment later.
  vim.defer_fn(function()
    if vim.api.nvim_buf_is_valid(buffer) and server.client(buffer) == nil then
      set(buffer, nil)
    end
  end, 100)
end

--- `:Hotfix status`
---@param buffer integer
function M.show(buffer)
  local say = require('hotfix.say')
  local client = server.expect_client(buffer)
  if client == nil then
    return
  end
  local params = { textDocument = { uri = vim.uri_from_bufnr(buffer) } }
  server.request(client, 'hotfix/status', params, buffer, function(status)
    local level = status.state == 'error' and say.error or say.info
    level(M.sentence(status))
    set(buffer, status)
  end)
end

return M

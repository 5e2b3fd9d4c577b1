--- The findings that the server has reported, in open files and in others.

local say = require('hotfix.say')
local server = require('hotfix.server')

local M = {}

---@param client vim.lsp.Client
---@param buffer integer?
---@return vim.Diagnostic[]
local function of_client(client, buffer)
  return vim.diagnostic.get(buffer, { namespace = vim.lsp.diagnostic.get_namespace(client.id) })
end

--- The findings under the cursor, else those of its line.
---@param client vim.lsp.Client
---@param buffer integer
---@return vim.Diagnostic[]
function M.at_cursor(client, buffer)
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  row = row - 1
  local on_line = vim.tbl_filter(function(it)
    return it.lnum <= row and row <= it.end_lnum
  end, of_client(client, buffer))
  local under = vim.tbl_filter(function(it)
    local begins = it.lnum < row or it.col <= column
    local ends = row < it.end_lnum or column < it.end_col
    return begins and ends
  end, on_line)
  local found = #under > 0 and under or on_line
  table.sort(found, function(a, b)
    return a.lnum ~= b.lnum and a.lnum < b.lnum or a.lnum == b.lnum and a.col < b.col
  end)
  return found
end

--- `:Hotfix findings`: all of the buffer's repository, as the server sees them now, unsaved text
--- included, in the quickfix list.
---@param buffer integer
function M.list(buffer)
  local client = server.expect_client(buffer)
  if client == nil then
    return
  end
  local status = vim.b[buffer].hotfix_status_dict
  if status and status.state ~= 'active' then
    say.warn(require('hotfix.status').sentence(status))
    return
  end
  local found = vim.tbl_map(function(it)
    return vim.tbl_extend('force', it, { message = ('%s [%s]'):format(it.message, it.code) })
  end, of_client(client))
  local items = vim.diagnostic.toqflist(found)
  M.show(items, status and require('hotfix.status').sentence(status) or 'Hotfix')
end

--- Shows a quickfix list, or says that it would be empty.
---@param items vim.quickfix.entry[]
---@param title string
function M.show(items, title)
  vim.fn.setqflist({}, ' ', { title = 'Hotfix: ' .. title, items = items })
  if #items == 0 then
    vim.cmd.cclose()
    say.info(title)
  else
    vim.cmd('botright copen')
  end
end

--- Goes to the next finding of this tool, or to the one before.
---@param buffer integer
---@param count integer
function M.jump(buffer, count)
  local client = server.expect_client(buffer)
  if client == nil then
    return
  end
  if #of_client(client, buffer) == 0 then
    say.info('there are no findings in this file')
    return
  end
  vim.diagnostic.jump({
    count = count,
    namespace = vim.lsp.diagnostic.get_namespace(client.id),
    float = true,
  })
end

return M

--- Production's text of a file beside the buffer, as a diff.

local say = require('hotfix.say')
local server = require('hotfix.server')

local M = {}

---@class hotfix.ProductionText
---@field text? string
---@field reference? string
---@field commit? string
---@field path? string
---@field reason? string

--- A buffer that holds production's text.
---@param answer hotfix.ProductionText
---@param filetype string
---@return integer buffer
local function fill(answer, filetype)
  local name = ('hotfix://%s/%s'):format((answer.commit or ''):sub(1, 8), answer.path or '')
  local lines = vim.split(answer.text or '', '\n', { plain = true })
  if lines[#lines] == '' and #lines > 1 then
    lines[#lines] = nil
  end
  return require('hotfix.scratch').fill(name, lines, filetype)
end

--- Ends the diff when production's buffer goes away.
---@param production integer
---@param window integer
local function end_together(production, window)
  vim.api.nvim_create_autocmd('BufWipeout', {
    buffer = production,
    once = true,
    callback = vim.schedule_wrap(function()
      if vim.api.nvim_win_is_valid(window) then
        vim.api.nvim_win_call(window, vim.cmd.diffoff)
      end
    end),
  })
end

---@param answer hotfix.ProductionText
---@param buffer integer
---@param window integer
---@param mods vim.api.keyset.cmd.mods
local function open(answer, buffer, window, mods)
  if mods.tab and mods.tab >= 0 then
    vim.api.nvim_win_call(window, function()
      vim.cmd('tab split')
      window = vim.api.nvim_get_current_win()
    end)
    vim.api.nvim_set_current_win(window)
  end
  local production = fill(answer, vim.bo[buffer].filetype)
  local shown = vim.fn.bufwinid(production)
  if shown == -1 then
    local split = mods.horizontal and 'above' or 'left'
    shown = vim.api.nvim_open_win(production, false, { split = split, win = window })
    vim.wo[shown].winbar = '%f'
    end_together(production, window)
  end
  for _, each in ipairs({ shown, window }) do
    vim.api.nvim_win_call(each, vim.cmd.diffthis)
  end
end

--- `:Hotfix production`: obeys `:horizontal` and `:tab`.
---@param buffer integer
---@param mods? vim.api.keyset.cmd.mods
function M.show(buffer, mods)
  local client = server.expect_client(buffer)
  if client == nil then
    return
  end
  local window = vim.api.nvim_get_current_win()
  local params = { textDocument = { uri = vim.uri_from_bufnr(buffer) } }
  server.request(client, 'hotfix/productionText', params, buffer, function(answer)
    if answer == nil or answer.text == nil then
      say.warn(answer and answer.reason or 'production has no such file')
    elseif vim.api.nvim_win_is_valid(window) and vim.api.nvim_win_get_buf(window) == buffer then
      open(answer, buffer, window, mods or {})
    end
  end)
end

return M

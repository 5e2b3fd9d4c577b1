--- Lets gitsigns.nvim mark what differs from production instead of from the index.

local config = require('hotfix.config')
local say = require('hotfix.say')

local M = {}

---@type boolean? What `:Hotfix gitsigns` has said; else the option holds.
local wish

--- The base that was set, by buffer.
---@type table<integer, string>
local bases = {}

---@return boolean
function M.is_there()
  return package.loaded.gitsigns ~= nil or #vim.api.nvim_get_runtime_file('lua/gitsigns.lua', false) > 0
end

---@return boolean
local function is_wanted()
  if wish ~= nil then
    return wish
  end
  return config.get().gitsigns == true
end

--- Gives gitsigns the base of a buffer, where it is wanted, known and not set yet. Takes it back
--- where it is not.
---@param buffer integer
function M.sync(buffer)
  -- gitsigns names the branch here before it can take a base, and counts lines only afterwards.
  local counts = vim.b[buffer].gitsigns_status_dict
  if package.loaded.gitsigns == nil or counts == nil or counts.added == nil then
    bases[buffer] = nil
    return
  end
  local status = vim.b[buffer].hotfix_status_dict
  local is_active = status ~= nil and status.state == 'active'
  local base = is_wanted() and is_active and status.base or nil
  if bases[buffer] == base then
    return
  end
  bases[buffer] = base
  vim.api.nvim_buf_call(buffer, function()
    require('gitsigns').change_base(base)
  end)
end

--- `:Hotfix gitsigns [on|off]`
---@param word string?
function M.switch(word)
  if not M.is_there() then
    say.warn('gitsigns.nvim is not installed')
    return
  end
  wish = word == 'on' or (word == nil and not is_wanted())
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.b[buffer].hotfix_status_dict ~= nil then
      M.sync(buffer)
    end
  end
  say.info(wish and 'gitsigns compares with production' or 'gitsigns compares with its own base')
end

return M

--- Options of the plugin itself: |g:hotfix|.

local M = {}

---@class hotfix.Options
---@field server? string Path of `hotfix-ls`, where it is not in the PATH.
---@field gitsigns? boolean Whether gitsigns compares with production. Default: false.

---@type table<string, type>
local TYPES = { server = 'string', gitsigns = 'boolean' }

--- What the user has set.
---@return hotfix.Options
function M.get()
  local options = vim.g.hotfix
  return type(options) == 'table' and options or {}
end

--- What is wrong in |g:hotfix|, one sentence each.
---@return string[]
function M.problems()
  local options = vim.g.hotfix
  if options == nil then
    return {}
  end
  if type(options) ~= 'table' then
    return { 'vim.g.hotfix must be a table' }
  end
  local problems = {}
  for key, value in vim.spairs(options) do
    local expected = TYPES[key]
    if expected == nil then
      problems[#problems + 1] = ('vim.g.hotfix has no option %s'):format(key)
    elseif type(value) ~= expected then
      problems[#problems + 1] = ('vim.g.hotfix.%s must be a %s'):format(key, expected)
    end
  end
  return problems
end

return M

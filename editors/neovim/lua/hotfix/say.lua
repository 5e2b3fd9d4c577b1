--- Messages, all in the same form.

local M = {}

---@param text string
function M.info(text)
  vim.notify('Hotfix: ' .. text, vim.log.levels.INFO)
end

---@param text string
function M.warn(text)
  vim.notify('Hotfix: ' .. text, vim.log.levels.WARN)
end

---@param text string
function M.error(text)
  vim.notify('Hotfix: ' .. text, vim.log.levels.ERROR)
end

---@param text string
---@return string
function M.sentence(text)
  return text:sub(1, 1):upper() .. text:sub(2)
end

return M

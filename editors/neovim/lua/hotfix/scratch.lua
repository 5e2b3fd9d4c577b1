--- Buffers that show something and belong to no file.

local M = {}

--- A buffer of this name with these lines, not to be changed, gone when nobody shows it. One that is
--- shown already is filled anew.
---@param name string
---@param lines string[]
---@param filetype string
---@return integer buffer
function M.fill(name, lines, filetype)
  local buffer = vim.iter(vim.api.nvim_list_bufs()):find(function(it)
    return vim.api.nvim_buf_get_name(it) == name
  end)
  if buffer == nil then
    -- Not by `bufadd`: that one takes it for a file at first, and language servers attach.
    buffer = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_buf_set_name(buffer, name)
  end
  vim.bo[buffer].bufhidden = 'wipe'
  vim.bo[buffer].modifiable = true
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].modified = false
  vim.bo[buffer].modifiable = false
  vim.bo[buffer].filetype = filetype
  return buffer
end

return M

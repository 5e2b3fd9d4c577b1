if vim.g.loaded_hotfix then
  return
end
vim.g.loaded_hotfix = true

if vim.fn.has('nvim-0.11') == 0 then
  vim.notify('Hotfix: needs Neovim 0.11 or newer', vim.log.levels.ERROR)
  return
end

vim.api.nvim_create_user_command('Hotfix', function(command)
  require('hotfix.command').run(command)
end, {
  nargs = '*',
  range = true,
  complete = function(lead, line)
    return require('hotfix.command').complete(lead, line)
  end,
  desc = 'What this hotfix changes against production',
})

---@param modes string[]
---@param name string
---@param right string
---@param desc string
local function plug(modes, name, right, desc)
  vim.keymap.set(modes, ('<Plug>(Hotfix%s)'):format(name), right, { desc = desc, silent = true })
end
plug({ 'n' }, 'Fix', '<Cmd>Hotfix fix<CR>', 'Fix the finding here')
plug({ 'n' }, 'FixAll', '<Cmd>Hotfix fix all<CR>', 'Apply all safe fixes')
plug({ 'n' }, 'RestoreHunk', '<Cmd>Hotfix restore hunk<CR>', "Restore production's lines")
plug({ 'x' }, 'RestoreHunk', ':Hotfix restore hunk<CR>', "Restore production's lines")
plug({ 'n' }, 'RestoreDefinition', '<Cmd>Hotfix restore definition<CR>', "Restore production's function or class")
plug({ 'n' }, 'Production', '<Cmd>Hotfix production<CR>', 'Show production beside the buffer')
plug({ 'n' }, 'Findings', '<Cmd>Hotfix findings<CR>', 'List the findings of the branch')
plug({ 'n' }, 'Checklist', '<Cmd>Hotfix checklist<CR>', 'Show how the checklist stands')
plug({ 'n' }, 'Allow', '<Cmd>Hotfix allow<CR>', 'Allow the finding here, with a reason')
plug({ 'n' }, 'Defer', '<Cmd>Hotfix defer<CR>', 'Let this change leave the hotfix')
plug({ 'x' }, 'Defer', ':Hotfix defer<CR>', 'Let this change leave the hotfix')
plug({ 'n' }, 'Explain', '<Cmd>Hotfix explain<CR>', 'Explain the rule of the finding here')
plug({ 'n' }, 'Status', '<Cmd>Hotfix status<CR>', 'Say what is compared with what')
plug({ 'n' }, 'Next', '<Cmd>Hotfix next<CR>', 'Go to the next finding')
plug({ 'n' }, 'Prev', '<Cmd>Hotfix prev<CR>', 'Go to the finding before')

local group = vim.api.nvim_create_augroup('hotfix', {})

---@param event string|string[]
---@param opts vim.api.keyset.create_autocmd
local function on(event, opts)
  opts.group = group
  vim.api.nvim_create_autocmd(event, opts)
end

---@param event { data: { client_id: integer } }
local function is_ours(event)
  local client = vim.lsp.get_client_by_id(event.data.client_id)
  return client ~= nil and client.name == 'hotfix_ls'
end

on('LspAttach', {
  callback = function(event)
    if is_ours(event) then
      require('hotfix.status').attached(event.buf)
    end
  end,
})
on('LspDetach', {
  callback = function(event)
    if is_ours(event) then
      require('hotfix.status').detached(event.buf)
    end
  end,
})
-- The branch may have changed in a terminal: asking makes the server look.
on({ 'BufEnter', 'FocusGained' }, {
  callback = function()
    if vim.b.hotfix_status_dict ~= nil then
      require('hotfix.status').ask(vim.api.nvim_get_current_buf())
    end
  end,
})
on('User', {
  pattern = 'GitSignsUpdate',
  callback = function(event)
    local buffer = event.data and event.data.buffer
    if buffer and vim.b[buffer].hotfix_status_dict ~= nil then
      require('hotfix.gitsigns').sync(buffer)
    end
  end,
})
-- Neovim only writes to its log when a server is missing.
on('FileType', {
  pattern = 'python',
  callback = function(event)
    if vim.bo[event.buf].buftype == '' then
      require('hotfix.server').complain_if_missing()
    end
  end,
})

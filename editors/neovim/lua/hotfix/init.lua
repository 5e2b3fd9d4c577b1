--- What a configuration may call. Everything works without calling anything here; see |hotfix|.

local M = {}

---@param buffer integer?
---@return integer
local function resolve(buffer)
  return (buffer == nil or buffer == 0) and vim.api.nvim_get_current_buf() or buffer
end

--- The words for a statusline; empty where no server runs.
---@param buffer? integer
---@return string
function M.statusline(buffer)
  return vim.b[resolve(buffer)].hotfix_status or ''
end

--- The server's answer of which |hotfix.statusline()| is the short form.
---@param buffer? integer
---@return hotfix.Status?
function M.status(buffer)
  return vim.b[resolve(buffer)].hotfix_status_dict
end

--- Applies the preferred fix of the finding at the cursor.
function M.fix()
  require('hotfix.actions').fix(resolve())
end

--- Applies every safe fix of the buffer.
function M.fix_all()
  require('hotfix.actions').fix_all(resolve())
end

--- Brings production's version back.
---@param what? 'hunk'|'definition' Default: 'hunk'.
function M.restore(what)
  require('hotfix.actions').restore(resolve(), what or 'hunk')
end

--- Shows production's text beside the buffer, as a diff.
---@param mods? vim.api.keyset.cmd.mods `horizontal` or `tab`.
function M.production(mods)
  require('hotfix.production').show(resolve(), mods)
end

--- Lists the findings of the branch, unsaved text included.
function M.findings()
  require('hotfix.findings').list(resolve())
end

--- Judges the branch as it is on disk.
---@param arguments? string[] Paths and options for `hotfix-ls check`.
function M.check(arguments)
  require('hotfix.check').run(resolve(), arguments or {})
end

--- Shows how the items of the checklist stand, and follows them.
---@param mods? vim.api.keyset.cmd.mods
function M.checklist(mods)
  require('hotfix.checklist').show(resolve(), mods)
end

--- Begins the record of the hotfix and opens it.
---@param traceback? string The text of a traceback.
function M.start(traceback)
  require('hotfix.start').begin(resolve(), traceback)
end

--- Allows the finding at the cursor by a comment; asks for the reason.
function M.allow()
  require('hotfix.actions').allow(resolve())
end

--- Lets a change leave the hotfix.
---@param what? 'hunk'|'definition' Default: 'hunk'.
function M.defer(what)
  require('hotfix.actions').defer(resolve(), what or 'hunk')
end

--- Lists what has left the hotfix; `<CR>` brings a change back.
---@param mods? vim.api.keyset.cmd.mods
function M.deferred(mods)
  require('hotfix.deferred').list(resolve(), mods)
end

--- Ends the server and starts it again.
---@param done? fun() Called when it has been started.
function M.restart(done)
  require('hotfix.server').restart(done)
end

return M

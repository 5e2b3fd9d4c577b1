--- The page of a rule in a window.

local say = require('hotfix.say')
local server = require('hotfix.server')

local M = {}

---@class hotfix.Rule
---@field name string
---@field summary string
---@field docs string Markdown.

--- The rules, by the program that told them.
---@type table<string, hotfix.Rule[]>
local known = {}

---@param text string?
---@return hotfix.Rule[]?
local function decode(text)
  local ok, rules = pcall(vim.json.decode, text or '')
  return ok and type(rules) == 'table' and rules or nil
end

--- The names of all rules, for completion. Waits a moment for the program at first.
---@return string[]
function M.names()
  local program = server.program()
  if program == nil then
    return {}
  end
  if known[program] == nil then
    local ok, started = pcall(vim.system, { program, 'rules', '--format', 'json' }, { text = true })
    known[program] = ok and decode(started:wait(2000).stdout) or nil
  end
  return vim.tbl_map(function(rule)
    return rule.name
  end, known[program] or {})
end

---@param rule hotfix.Rule
---@param mods vim.api.keyset.cmd.mods
local function open(rule, mods)
  local lines = vim.split(vim.trim(rule.docs), '\n', { plain = true })
  local buffer = require('hotfix.scratch').fill('hotfix://rules/' .. rule.name, lines, 'markdown')
  vim.cmd({ cmd = 'sbuffer', args = { tostring(buffer) }, mods = mods })
end

--- `:Hotfix explain [RULE]`: without a name, the rule of the finding at the cursor.
---@param buffer integer
---@param name string?
---@param mods? vim.api.keyset.cmd.mods
function M.show(buffer, name, mods)
  if name == nil then
    local client = server.client(buffer)
    local found = client and require('hotfix.findings').at_cursor(client, buffer) or {}
    if #found == 0 then
      say.info('there is no finding on this line: name a rule')
      return
    end
    name = tostring(found[1].code)
  end
  server.run({ 'rules', '--format', 'json' }, nil, function(result)
    local rules = decode(result.stdout)
    if rules == nil then
      say.error(('hotfix-ls does not tell its rules: %s'):format(vim.trim(result.stderr or '')))
      return
    end
    for _, rule in ipairs(rules) do
      if rule.name == name then
        open(rule, mods or {})
        return
      end
    end
    say.warn(('there is no page for the rule %s'):format(name))
  end)
end

return M

--- `:Hotfix`: which word does what, and what may follow it.

local say = require('hotfix.say')

local M = {}

---@class hotfix.Call
---@field words string[] What follows the sub-command.
---@field buffer integer
---@field command vim.api.keyset.create_user_command.command_args

---@class hotfix.SubCommand
---@field run fun(call: hotfix.Call)
---@field words? fun(lead: string): string[] What may come first behind it.
---@field more? boolean Whether more than one word may follow.

---@param words string[]
---@return fun(): string[]
local function one_of(words)
  return function()
    return words
  end
end

--- Complains about a word that is none of `words`.
---@param call hotfix.Call
---@param words string[]
---@return boolean
local function is_one_of(call, words)
  local word = call.words[1]
  if word == nil or vim.tbl_contains(words, word) then
    return true
  end
  local name = call.command.fargs[1]
  say.error((':Hotfix %s takes %s, not %s'):format(name, table.concat(words, ' or '), word))
  return false
end

local PARTS = { 'hunk', 'definition' }
local RESTORED = { 'hunk', 'definition', 'imports' }
local SWITCH = { 'on', 'off' }

---@param call hotfix.Call
---@return integer? first
---@return integer? last
local function lines_of(call)
  if call.command.range > 0 then
    return call.command.line1, call.command.line2
  end
end

--- A verb of the command line whose output is shown.
---@param verb string
---@param words fun(lead: string): string[]
---@return hotfix.SubCommand
local function shown(verb, words)
  return {
    run = function(call)
      require('hotfix.run').start(call.buffer, verb, call.words, call.command.smods)
    end,
    words = words,
    more = true,
  }
end

--- The branches and tags of the repository.
---@return string[]
local function refs()
  local root = require('hotfix.server').repository(vim.api.nvim_get_current_buf())
  local git = { 'git', '-C', root, 'for-each-ref', '--format=%(refname:short)', 'refs/heads', 'refs/remotes', 'refs/tags' }
  local ok, started = pcall(vim.system, git, { text = true })
  return ok and vim.split(started:wait(2000).stdout or '', '\n', { plain = true, trimempty = true }) or {}
end

---@type table<string, hotfix.SubCommand>
local SUB = {
  allow = {
    run = function(call)
      require('hotfix.actions').allow(call.buffer)
    end,
  },
  -- The word that the command line wants before the branches goes without saying.
  backmerge = {
    run = function(call)
      if #call.words == 0 then
        say.error(':Hotfix backmerge takes the branches that need the fix as well')
        return
      end
      local words = call.words[1]:sub(1, 1) == '-' and call.words or vim.list_extend({ '--check' }, call.words)
      require('hotfix.run').start(call.buffer, 'backmerge', words, call.command.smods)
    end,
    words = refs,
    more = true,
  },
  check = {
    run = function(call)
      require('hotfix.check').run(call.buffer, call.words)
    end,
    words = function(lead)
      if lead:sub(1, 1) == '-' then
        return { '--all', '--base' }
      end
      return vim.fn.getcompletion(lead, 'file')
    end,
    more = true,
  },
  checklist = {
    run = function(call)
      require('hotfix.checklist').show(call.buffer, call.command.smods)
    end,
  },
  defer = {
    run = function(call)
      if is_one_of(call, PARTS) then
        require('hotfix.actions').defer(call.buffer, call.words[1] or 'hunk', lines_of(call))
      end
    end,
    words = one_of(PARTS),
  },
  deferred = {
    run = function(call)
      require('hotfix.deferred').list(call.buffer, call.command.smods)
    end,
  },
  explain = {
    run = function(call)
      require('hotfix.explain').show(call.buffer, call.words[1], call.command.smods)
    end,
    words = function()
      return require('hotfix.explain').names()
    end,
  },
  findings = {
    run = function(call)
      require('hotfix.findings').list(call.buffer)
    end,
  },
  fix = {
    run = function(call)
      if not is_one_of(call, { 'all' }) then
        return
      elseif call.words[1] == 'all' then
        require('hotfix.actions').fix_all(call.buffer)
      else
        require('hotfix.actions').fix(call.buffer)
      end
    end,
    words = one_of({ 'all' }),
  },
  gitsigns = {
    run = function(call)
      if is_one_of(call, SWITCH) then
        require('hotfix.gitsigns').switch(call.words[1])
      end
    end,
    words = one_of(SWITCH),
  },
  log = {
    run = function(call)
      vim.cmd.split({ vim.lsp.log.get_filename(), magic = { file = false }, mods = call.command.smods })
      vim.cmd('normal! G')
    end,
  },
  next = {
    run = function(call)
      require('hotfix.findings').jump(call.buffer, vim.v.count1)
    end,
  },
  prev = {
    run = function(call)
      require('hotfix.findings').jump(call.buffer, -vim.v.count1)
    end,
  },
  production = {
    run = function(call)
      require('hotfix.production').show(call.buffer, call.command.smods)
    end,
  },
  prove = shown('prove', one_of({ '--base', '--runs' })),
  report = {
    run = function(call)
      local report = require('hotfix.report')
      if is_one_of(call, report.FORMATS) then
        report.show(call.buffer, call.words[1], call.command.smods)
      end
    end,
    words = function()
      return require('hotfix.report').FORMATS
    end,
  },
  restart = {
    run = function()
      require('hotfix.server').restart()
    end,
  },
  restore = {
    run = function(call)
      if is_one_of(call, RESTORED) then
        require('hotfix.actions').restore(call.buffer, call.words[1] or 'hunk', lines_of(call))
      end
    end,
    words = one_of(RESTORED),
  },
  rollback = shown('rollback', refs),
  start = {
    run = function(call)
      require('hotfix.start').run(call.buffer, call.words[1], lines_of(call))
    end,
    words = function(lead)
      return lead:sub(1, 1) == '@' and { '@"', '@+', '@*' } or vim.fn.getcompletion(lead, 'file')
    end,
  },
  status = {
    run = function(call)
      require('hotfix.status').show(call.buffer)
    end,
  },
  verify = shown('verify', one_of({ 'unit', 'integration', 'smoke' })),
}

--- The sub-commands that make sense here.
---@return string[]
local function names()
  local all = vim.tbl_filter(function(name)
    return name ~= 'gitsigns' or require('hotfix.gitsigns').is_there()
  end, vim.tbl_keys(SUB))
  table.sort(all)
  return all
end

---@param command vim.api.keyset.create_user_command.command_args
function M.run(command)
  local name = command.fargs[1] or 'status'
  local sub = SUB[name]
  if sub == nil then
    say.error(('there is no :Hotfix %s; there are %s'):format(name, table.concat(names(), ', ')))
    return
  end
  local words = vim.list_slice(command.fargs, 2)
  local most = sub.more and math.huge or sub.words and 1 or 0
  if #words > most then
    say.error((':Hotfix %s takes no %s'):format(name, words[most + 1]))
    return
  end
  sub.run({ words = words, buffer = vim.api.nvim_get_current_buf(), command = command })
end

--- What may stand where the cursor is.
---@param lead string
---@param line string The command line up to the cursor.
---@return string[]
function M.complete(lead, line)
  local typed = line:match('Hot%a*%s+(.*)$') or ''
  local name, rest = typed:match('^(%S+)%s+(.*)$')
  local offered = {} ---@type string[]
  if name == nil then
    offered = names()
  elseif SUB[name] and SUB[name].words and (SUB[name].more or not rest:find('%s')) then
    offered = SUB[name].words(lead)
  end
  return vim.tbl_filter(function(word)
    return vim.startswith(word, lead)
  end, offered)
end

return M

--- `:Hotfix check`: the command line's judgement of the whole branch, as a quickfix list.

local findings = require('hotfix.findings')
local say = require('hotfix.say')
local server = require('hotfix.server')

local M = {}

---@class hotfix.Place
---@field line integer From 1.
---@field column integer From 1, in characters.

---@class hotfix.Finding
---@field rule string
---@field severity 'warning'|'information'|'hint'
---@field path string Relative to the folder of the run.
---@field range { start: hotfix.Place, ['end']: hotfix.Place }
---@field message string

---@class hotfix.Judgement
---@field base { kind: string, reference?: string, commit?: string, reason?: string }
---@field findings hotfix.Finding[]
---@field problems { path?: string, message: string }[]

---@type table<string, string>
local TYPES = { warning = 'W', information = 'I', hint = 'N' }

--- Reads each file once; the text on disk is what was judged.
---@return fun(path: string, place: hotfix.Place): integer column From 1, in bytes.
local function columns()
  local files = {} ---@type table<string, string[]>
  return function(path, place)
    if files[path] == nil then
      local ok, lines = pcall(vim.fn.readfile, path)
      files[path] = ok and lines or {}
    end
    local line = files[path][place.line] or ''
    return vim.str_byteindex(line, 'utf-32', place.column - 1, false) + 1
  end
end

---@param judgement hotfix.Judgement
---@param root string
---@return vim.quickfix.entry[]
local function items(judgement, root)
  local column = columns()
  local list = {}
  for _, problem in ipairs(judgement.problems) do
    list[#list + 1] = {
      filename = problem.path and vim.fs.joinpath(root, problem.path) or nil,
      text = problem.message,
      type = 'E',
    }
  end
  for _, finding in ipairs(judgement.findings) do
    local path = vim.fs.joinpath(root, finding.path)
    local first, last = finding.range.start, finding.range['end']
    list[#list + 1] = {
      filename = path,
      lnum = first.line,
      col = column(path, first),
      end_lnum = last.line,
      end_col = column(path, last),
      text = ('%s [%s]'):format(finding.message, finding.rule),
      type = TYPES[finding.severity],
    }
  end
  return list
end

---@param judgement hotfix.Judgement
---@return string
local function title(judgement)
  local base = judgement.base
  local against = base.kind == 'production' and ('%s at %s'):format(base.reference, base.commit:sub(1, 8))
    or 'nothing'
  local count = #judgement.findings
  local amount = count == 0 and 'no findings' or count == 1 and '1 finding' or ('%d findings'):format(count)
  return ('%s against %s'):format(amount, against)
end

--- Python files with unsaved text: it was not judged.
---@return integer
function M.unsaved()
  local count = 0
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.bo[buffer].filetype == 'python' and vim.bo[buffer].modified and vim.bo[buffer].buftype == '' then
      count = count + 1
    end
  end
  return count
end

---@param result vim.SystemCompleted
---@param root string
local function show(result, root)
  local ok, judgement = pcall(vim.json.decode, result.stdout or '', { luanil = { object = true } })
  if not ok or type(judgement) ~= 'table' then
    local words = vim.trim(result.stderr or '')
    say.error(words ~= '' and words or ('hotfix-ls ended with %d'):format(result.code))
    return
  end
  ---@cast judgement hotfix.Judgement
  if judgement.base.kind == 'inactive' then
    say.warn(judgement.base.reason or 'nothing was judged')
    return
  end
  local list = items(judgement, root)
  if judgement.base.kind == 'unknown' then
    say.error(judgement.problems[1] and judgement.problems[1].message or 'the base is not known')
    return
  end
  findings.show(list, title(judgement))
  local missed = M.unsaved()
  if missed > 0 then
    say.warn(('%d unsaved, judged as on disk; :Hotfix findings takes the buffers'):format(missed))
  end
end

--- Judges the branch of the repository around `buffer`.
---@param buffer integer
---@param arguments string[] Paths and options for `hotfix-ls check`.
function M.run(buffer, arguments)
  if vim.o.autowrite or vim.o.autowriteall then
    vim.cmd('silent! wall')
  end
  local root = vim.fs.root(buffer, '.git') or vim.fn.getcwd()
  -- Paths are written as seen from Neovim's folder.
  local words = vim.tbl_map(function(word)
    local is_path = word:sub(1, 1) ~= '-' and vim.uv.fs_stat(vim.fs.normalize(word)) ~= nil
    return is_path and vim.fn.fnamemodify(vim.fs.normalize(word), ':p') or word
  end, arguments)
  local command = vim.list_extend({ 'check', '--format', 'json' }, words)
  server.run(command, root, function(result)
    show(result, root)
  end)
end

return M

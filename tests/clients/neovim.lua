-- nvim --headless -u NONE -i NONE -l neovim.lua REPOSITORY VESPER
-- Run in a workspace that holds broken.vsp and team.role.yaml (test_neovim.py writes them). Prints a
-- line for each check and ends with exit code 1 if one failed.
local repository, vesper = _G.arg[1], _G.arg[2]
local patience = 15000
local failed = 0

local function check(name, holds, shown)
  failed = failed + (holds and 0 or 1)
  print((holds and 'ok   ' or 'FAIL ') .. name .. (shown and ('  ' .. tostring(shown)) or ''))
end

local function eventually(condition)
  return (vim.wait(patience, condition, 10))
end

-- The set-up of a user: our folder on the runtime path, and one line that enables the server.
vim.env.PATH = vim.fs.dirname(vesper) .. ':' .. vim.env.PATH
vim.opt.runtimepath:prepend(repository .. '/clients/neovim')
vim.cmd('filetype plugin on')
vim.cmd.runtime('ftdetect/vsp.lua')
vim.lsp.enable('vesper')

local told = 0
vim.lsp.handlers['vesper/tasksChanged'] = function()
  told = told + 1
end

local function open(file)
  vim.cmd.edit(file)
  local buffer = vim.api.nvim_get_current_buf()
  eventually(function()
    return #vim.lsp.get_clients({ bufnr = buffer, name = 'vesper' }) > 0
  end)
  return buffer, vim.lsp.get_clients({ bufnr = buffer, name = 'vesper' })[1]
end

local function codes(buffer)
  local found = vim.tbl_map(function(it)
    return it.code
  end, vim.diagnostic.get(buffer))
  table.sort(found)
  return table.concat(found, ' ')
end

local function line(buffer, row)
  return vim.api.nvim_buf_get_lines(buffer, row - 1, row, true)[1]
end

-- Puts the cursor on the first place of `words` in the row, as a person would before asking.
local function point_at(buffer, row, words)
  local column = assert(line(buffer, row):find(words, 1, true), words)
  vim.api.nvim_win_set_cursor(0, { row, column - 1 })
end

local function request(client, buffer, method, params)
  params = params or vim.lsp.util.make_position_params(0, client.offset_encoding)
  local reply, problem = client:request_sync(method, params, patience, buffer)
  return reply and reply.result, problem or (reply and reply.err and reply.err.message)
end

-- A code action, chosen by its title and run the way a mapping to vim.lsp.buf.code_action does it.
local function act(title)
  vim.lsp.buf.code_action({
    apply = true,
    filter = function(it)
      return it.title == title
    end,
  })
end

local function listed_tasks()
  local done = vim.system({ vesper, 'task', 'list', '--json' }, { text = true }):wait(patience)
  local read, tasks = pcall(vim.json.decode, done.stdout)
  return read and tasks or {}, done.stderr
end

local buffer, client = open('broken.vsp')
check('the file type of a document is vsp', vim.bo[buffer].filetype == 'vsp', vim.bo[buffer].filetype)
check('the server is attached to it', client ~= nil)
if not client then
  vim.cmd('cquit 1')
end
check('its workspace is the folder with .vesper', client.root_dir == vim.uv.cwd(), client.root_dir)

local both = eventually(function()
  return codes(buffer) == 'VSP116 VSP306'
end)
check('both problems are shown with their codes', both, codes(buffer))
local unknown = vim.tbl_filter(function(it)
  return it.code == 'VSP306'
end, vim.diagnostic.get(buffer))[1]
check(
  'a problem behind an emoji is marked where it stands',
  unknown and unknown.col == line(buffer, 11):find('nam', 1, true) - 1,
  unknown and unknown.col
)

point_at(buffer, 3, 'intent')
local hover, problem = request(client, buffer, 'textDocument/hover')
local shown = hover and hover.contents.value:gsub('%s+', ' ') or ''
check('hover says what a key means', shown:find('What the node is for', 1, true) ~= nil, problem or shown)

vim.api.nvim_buf_set_lines(buffer, 12, 12, true, { '    w' })
vim.api.nvim_win_set_cursor(0, { 13, 5 })
local completion, refused = request(client, buffer, 'textDocument/completion')
local offered = vim.tbl_map(function(it)
  return it.label
end, completion and (completion.items or completion) or {})
check('completion offers the keys of a step', vim.tbl_contains(offered, 'when'), refused or #offered)
vim.api.nvim_buf_set_lines(buffer, 12, 13, true, {})

local document = { textDocument = vim.lsp.util.make_text_document_params(buffer) }
local symbols = vim.inspect((request(client, buffer, 'textDocument/documentSymbol', document)))
check('the symbols hold the node and its step', symbols:find('hello_v1') and symbols:find('greet') ~= nil)

point_at(buffer, 2, 'fucntion')
act('Change it to `function`')
local mended = eventually(function()
  return line(buffer, 2) == 'type: function'
end)
check('a quick fix mends the line', mended, line(buffer, 2))
local one = eventually(function()
  return codes(buffer) == 'VSP306'
end)
check('and its problem goes', one, codes(buffer))

point_at(buffer, 11, 'nam')
act('Create task from this problem')
local tasks, complaint = {}, ''
local made = eventually(function()
  tasks, complaint = listed_tasks()
  return #tasks > 0
end)
check('a task is made from the other problem', made and #tasks == 1, made and tasks[1].title or complaint)
check('it keeps the code of the problem', made and vim.inspect(tasks[1]):find('VSP306') ~= nil)
local heard = eventually(function()
  return told > 0
end)
check('the editor is told that tasks changed', heard, told)

local roles, same = open('team.role.yaml')
check('the file type of a role file is vesper-role', vim.bo[roles].filetype == 'vesper-role')
check('the same server serves it', same ~= nil and same.id == client.id)
local role_problem = eventually(function()
  return codes(roles) == 'VSP112'
end)
check('the problem in a role is shown', role_problem, codes(roles))

client:stop()
local ended = eventually(function()
  return client:is_stopped()
end)
check('the server ends when it is asked to', ended)
print(string.format('Neovim %s, positions in %s', tostring(vim.version()), client.offset_encoding))
vim.cmd(failed > 0 and 'cquit 1' or 'quitall!')

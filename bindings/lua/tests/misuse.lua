-- Plays tests/cases/misuse.md. With an argument it is a program that another run of it started.

local ffi = require 'ffi'

if arg[1] == 'require' then return require 'graph_message' end

local graph = require 'graph_message'

ffi.cdef [[
int fork(void);
int waitpid(int pid, int *status, int options);
int kill(int pid, int signal);
int usleep(unsigned int us);
void _exit(int status);
]]

local base, endless = os.getenv 'GRAPH_BASE_URL', os.getenv 'GRAPH_ENDLESS_USER'
local drafts = {}
for line in io.lines(os.getenv 'GRAPH_DRAFTS') do drafts[#drafts + 1] = line end
local unknown_id = ('AAMk'):rep(30)

local function draft() return table.remove(drafts) end

local function output_of(command)
  local pipe = io.popen(command)
  local said = pipe:read '*a'
  pipe:close()
  return said
end

local function emulator(path, body)
  local url = base:gsub('/v1%.0$', '') .. '/_emulator/' .. path
  return output_of(('curl -s %s %s'):format(body and "-d '" .. body .. "'" or '', url))
end

-- How many have left.
local function mails() return select(2, emulator('mails'):gsub('"draft_id"', '')) end

local function resident_kb()
  for line in io.lines '/proc/self/status' do
    local kb = line:match '^VmRSS:%s+(%d+)'
    if kb then return tonumber(kb) end
  end
end

-- One mail leaves, and the receipt says so.
local function sends(client)
  local before = mails()
  local receipt = assert(client:send { token = 'user-token', id = draft() })
  assert(receipt.evidence == graph.GRAPH_EVIDENCE_ACCEPTED and mails() == before + 1)
end

local function with_log(log) return assert(graph.client { base_url = base, log = log }) end

-- nil and an error, which says that nothing was sent.
local function refused(result, err)
  assert(result == nil and err.sent == 0 and err.status == graph.GRAPH_INVALID_ARGUMENT, tostring(err))
  assert(err.message:find '^not sent: ' and not err.message:find('user-token', 1, true), err.message)
end

-- An error of Lua's, without the token.
local function raises(f, ...)
  local ok, err = pcall(f, ...)
  assert(not ok, 'nothing was raised')
  assert(type(err) == 'string' and not err:find('user-token', 1, true), tostring(err))
end

-- What is written to stderr meanwhile.
local function heard(f)
  local stderr, said = io.stderr, {}
  io.stderr = { write = function(_, ...) said[#said + 1] = table.concat { ... } end }
  local ok, err = pcall(f)
  io.stderr = stderr
  assert(ok, err)
  return table.concat(said)
end

-- What another program says that is this one with an argument, and how it ended.
local function another(argument, environment)
  local command = ('%s timeout 20 luajit misuse.lua %s 2>&1; echo " ended $?"'):format(environment or '', argument)
  local said, code = output_of(command):match '^(.*) ended (%d+)\n$'
  return said, tonumber(code)
end

io.stdout:setvbuf 'line'
local rows = {}

rows['log-throws'] = function()
  local said = heard(function() sends(with_log(function() error 'the disk is full' end)) end)
  assert(said:find 'the log failed: .*the disk is full', said)
end

rows['log-throws-odd'] = function()
  heard(function()
    local hostile = {
      setmetatable({}, { __tostring = function() error 'no text' end }),
      setmetatable({}, { __tostring = function() return {} end }),
      setmetatable({}, { __tostring = function(self) error(self) end }),
      setmetatable({}, { __metatable = false }), {}, false, 5, print, coroutine.create(print), ffi.new 'int[1]',
    }
    for _, odd in ipairs(hostile) do sends(with_log(function() error(odd) end)) end
    sends(with_log(function() error() end))
    sends(with_log(function(_, line) return line() end))
    sends(with_log(function() local function deep() return 1 + deep() end return deep() end))
    sends(with_log(function() return ('x'):rep(2 ^ 31) end))
    sends(with_log(setmetatable({}, { __call = function() error 'called' end })))
    sends(with_log(function() return 1, 2, {} end))
  end)
end

local function exit_in_log(close)
  local client = with_log(function() os.exit(7, close) end)
  client:send { token = 'user-token', id = os.getenv 'GRAPH_DRAFT' }
end

rows['log-leaves'] = function()
  -- A yield, out of a coroutine that sends.
  heard(function()
    local ended = 0
    local send = coroutine.wrap(function()
      sends(with_log(function() coroutine.yield 'left' end))
      ended = ended + 1
      return 'ended'
    end)
    assert(send() == 'ended' and ended == 1)
    -- Into another one that calls back, and is left.
    local client = with_log(function() coroutine.wrap(function() coroutine.yield() end)() error 'x' end)
    coroutine.wrap(function() sends(client) end)()
  end)
  -- A hook that raises in what the library calls, and not in the log function.
  local line = 0
  for text in io.lines '../graph_message.lua' do
    line = line + 1
    if text:find '^local function call_log' then break end
  end
  local client = with_log(function() end)
  local id, before = draft(), mails()
  debug.sethook(function() if debug.getinfo(2, 'S').linedefined == line then error 'too long' end end, '', 1)
  local receipt = client:send { token = 'user-token', id = id }
  assert(debug.gethook(), 'the hook is gone')
  debug.sethook()
  assert(receipt and mails() == before + 1)

  -- What a log function must not do to the call that it is called in.
  local refusals = {}
  local call = graph.call {}
  client = with_log(function()
    refusals[#refusals + 1] = { client:send { token = 'user-token', id = unknown_id } }
    refusals[#refusals + 1] = { client:check { token = 'user-token', id = unknown_id } }
    raises(client.close, client)
    raises(call.close, call)
    collectgarbage()
  end)
  local said = heard(function() assert(client:send { token = 'user-token', id = draft(), call = call }) end)
  assert(said == '', said)
  assert(#refusals >= 2)
  for _, refusal in ipairs(refusals) do refused(refusal[1], refusal[2]) end

  -- The end of the program, with and without its state's.
  for _, argument in ipairs { 'exit-in-log', 'close-in-log' } do
    local text, code = another(argument, 'GRAPH_DRAFT=' .. draft())
    assert(code == 7, argument .. ' ended with ' .. code .. ': ' .. text)
  end
end

rows['warning-throws'] = function()
  local stderr = io.stderr
  local fails = with_log(function() error 'x' end)
  for _, broken in ipairs { { write = function() error 'no stderr' end }, 5, { write = error } } do
    io.stderr = broken
    local ok, err = pcall(sends, fails)
    io.stderr = stderr
    assert(ok, err)
  end
  io.stderr = nil
  local ok, err = pcall(sends, fails)
  io.stderr = io.tmpfile()
  io.stderr:close()
  local also, other = pcall(sends, fails)
  io.stderr = stderr
  assert(ok and also, err or other)
end

rows['wrong-types'] = function()
  local before = mails()
  local client, call = graph.client { base_url = base }, graph.call {}
  for _, text in ipairs { 5, {}, false, true, print, client, coroutine.create(print), ffi.new 'char[2]' } do
    raises(client.send, client, { token = text, id = unknown_id })
    raises(client.send, client, { token = 'user-token', id = text })
    raises(client.send, client, { token = 'user-token', id = unknown_id, user = text })
    raises(graph.client, { base_url = text })
    raises(graph.call, { internet_message_id = text })
  end
  for _, text in ipairs { 'a\0b', '\255' } do
    refused(client:send { token = text, id = unknown_id })
    refused(client:send { token = 'user-token', id = text })
    refused(client:send { token = 'user-token', id = unknown_id, user = text })
    refused(graph.call { internet_message_id = text })
  end
  refused(client:send { id = unknown_id })
  refused(client:send { token = 'user-token' })
  for _, number in ipairs { 'x', {}, -1, 2 ^ 32, 0.5, 0 / 0, 1 / 0, true, 5LL, print } do
    refused(graph.client { timeout_ms = number })
    refused(graph.call { timeout_ms = number })
  end
  refused(graph.client { verify = 99 })
  refused(graph.client { roots = 4294967295 })
  -- Handles of every other kind, and what looks like one.
  for _, other in ipairs { 5, 'x', {}, true, print, call, setmetatable({ pointer = 5 }, getmetatable(client)) } do
    raises(client.send, other, { token = 'user-token', id = unknown_id })
    raises(client.cancel, other)
    raises(client.close, other)
  end
  raises(client.send, nil, { token = 'user-token', id = unknown_id })
  for _, other in ipairs { 5, 'x', {}, false, true, client, { timeout_ms = 500 } } do
    raises(client.send, client, { token = 'user-token', id = unknown_id, call = other })
  end
  for _, given in ipairs { 5, 'x', true, print } do
    raises(client.send, client, given)
    raises(graph.client, given)
    raises(graph.call, given)
  end
  raises(client.send, client)
  raises(client.send, client, { token = 'user-token', id = unknown_id, users = 'x' })
  raises(graph.client, { no_such_option = 1 })
  raises(graph.client, { { 5 } })
  for _, log in ipairs { 5, 'x', {}, false } do raises(graph.client, { log = log }) end
  for _, from in ipairs { 'no', 0, {} } do raises(graph.client, { proxy_from_environment = from }) end
  assert(mails() == before)
  sends(client)
end

rows['closed-twice'] = function()
  local client, call = with_log(print), graph.call {}
  for _ = 1, 2 do
    client:close()
    call:close()
  end
  client, call = nil, nil
  collectgarbage()
end

rows['used-after-close'] = function()
  local before = mails()
  local client, other, call = graph.client { base_url = base }, graph.client { base_url = base }, graph.call {}
  client:close()
  call:close()
  refused(client:send { token = 'user-token', id = draft() })
  refused(client:check { token = 'user-token', id = unknown_id })
  refused(other:send { token = 'user-token', id = draft(), call = call })
  client:cancel()
  call:cancel()
  assert(mails() == before)
end

-- More clients with a log than LuaJIT has room for callbacks; each one's function is collected with it.
local function many_logs()
  local clients, called = {}, 0
  for i = 1, 2000 do clients[i] = with_log(function() called = called + i end) end
  sends(clients[1])
  sends(clients[2000])
  assert(called > 0 and called % 2001 == 0, called)
end

rows.dropped = function()
  many_logs()
  local function drop(turn)
    for i = 1, 1000 do
      local client
      client = with_log(function() return client end)
      local call = graph.call { timeout_ms = 60000 }
      assert(client:send { token = 'user-token', user = endless, id = ('dropped-%d-%d'):format(turn, i), call = call })
    end
    collectgarbage()
    return resident_kb()
  end
  drop(0)
  local before = drop(1)
  local after = drop(2)
  io.stderr:write(('dropped: %d kB, then %d kB\n'):format(before, after))
  assert(after - before < 2000, 'memory grows')
end

rows['many-sends'] = function()
  local client = with_log(function() end)
  local function send(half)
    for i = 1, 5000 do
      assert(client:send { token = 'user-token', user = endless, id = ('many-%d-%d'):format(half, i) })
      local _, err = client:send { token = 'user-token', id = unknown_id }
      assert(err.status == graph.GRAPH_NOT_FOUND and err.sent == 0)
    end
    collectgarbage()
    return resident_kb()
  end
  local before = send(1)
  local after = send(2)
  io.stderr:write(('many-sends: %d kB, then %d kB\n'):format(before, after))
  assert(after - before < 2000, 'memory grows')
end

-- The child's answer is its exit status, so that it does not run what is the parent's.
local function in_child(f)
  local pid = ffi.C.fork()
  if pid == 0 then
    local ok, answer = pcall(f)
    ffi.C._exit(ok and answer or 99)
  end
  return pid
end

local function ended(pid)
  local status = ffi.new 'int[1]'
  assert(ffi.C.waitpid(pid, status, 0) == pid)
  return bit.rshift(status[0], 8)
end

rows.fork = function()
  local client = with_log(function() end)
  sends(client)
  local before, theirs, mine = mails(), draft(), draft()
  local pid = in_child(function()
    local receipt = client:send { token = 'user-token', id = theirs }
    client = nil
    collectgarbage()
    return receipt and receipt.evidence == graph.GRAPH_EVIDENCE_ACCEPTED and 1 or 2
  end)
  assert(client:send { token = 'user-token', id = mine })
  assert(ended(pid) == 1 and mails() == before + 2)
end

-- Lua has one thread: what ends is a forked process.
rows['thread-ends'] = function()
  local client = graph.client { base_url = base, settle_ms = 500 }
  sends(client)
  local id, before = draft(), mails()
  emulator('faults', '{"on": "send", "do": "accept-then-hang"}')
  local pid = in_child(function() client:send { token = 'user-token', id = id } return 1 end)
  for _ = 1, 100 do
    if mails() > before then break end
    ffi.C.usleep(50000)
  end
  ffi.C.kill(pid, 9)
  ended(pid)
  local message_id
  for found in emulator('mails'):gmatch '"internet_message_id": *"(.-)"' do message_id = found end
  local call = graph.call { internet_message_id = message_id }
  local receipt = assert(client:check { token = 'user-token', id = id, call = call })
  assert(receipt.sent_id ~= '' and mails() == before + 1)
  sends(client)
end

rows['old-library'] = function()
  local said, code = another('require', 'LD_LIBRARY_PATH=' .. os.getenv 'GRAPH_OLD_LIBRARY_DIR')
  assert(code == 1 and said:find('libgraph_message 0.0.9 has ABI 0, and graph_message.lua needs ABI 1', 1, true), said)
end

rows['no-library'] = function()
  local said, code = another('require', 'LD_LIBRARY_PATH=/nonexistent')
  assert(code == 1 and said:find('install graph-message, or name its folder in LD_LIBRARY_PATH', 1, true), said)
end

rows['loaded-twice'] = function()
  local client, call = with_log(function() end), graph.call {}
  package.loaded.graph_message, package.loaded.graph_message_c = nil, nil
  local again = require 'graph_message'
  assert(again ~= graph)
  sends(assert(again.client { base_url = base, log = function() end }))
  sends(client)
  assert(again.client { base_url = base }:send { token = 'user-token', id = draft(), call = call })

  -- Where other modules have used up LuaJIT's callbacks.
  package.loaded.graph_message = nil
  local third, used = require 'graph_message', {}
  repeat
    local made, cast = pcall(ffi.cast, 'void (*)(void)', function() end)
    used[#used + 1] = made and cast or nil
  until not made
  refused(third.client { base_url = base, log = function() end })
  for _, one in ipairs(used) do one:free() end
  sends(assert(third.client { base_url = base, log = function() end }))
end

rows['cancelled-twice'] = function()
  local client, call, before = graph.client { base_url = base }, graph.call {}, mails()
  call:cancel()
  call:cancel()
  for _ = 1, 11 do
    local receipt, err = client:send { token = 'user-token', id = drafts[1], call = call }
    assert(receipt == nil and err.status == graph.GRAPH_CANCELLED and err.sent == 0)
  end
  assert(mails() == before)
  call = graph.call {}
  assert(client:send { token = 'user-token', id = draft(), call = call })
  call:cancel()
  call:cancel()
  client:cancel()
  client:cancel()
  assert(mails() == before + 1)
  sends(client)
end

if arg[1] == 'exit-in-log' then exit_in_log(false) end
if arg[1] == 'close-in-log' then exit_in_log(true) end
for _, name in ipairs {
  'log-throws', 'log-throws-odd', 'log-leaves', 'warning-throws', 'wrong-types', 'closed-twice', 'used-after-close',
  'fork', 'thread-ends', 'old-library', 'no-library', 'loaded-twice', 'cancelled-twice', 'dropped', 'many-sends',
} do
  local ok, err = xpcall(rows[name], debug.traceback)
  if not ok then error(name .. ': ' .. tostring(err), 0) end
  print('ok ' .. name)
end

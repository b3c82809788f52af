-- Sends an existing draft through Microsoft Graph and says what became of it, over the C library graph-message.
--
-- graph_message.h is the manual. The module has its constants and functions as they are, such as GRAPH_UNKNOWN and
-- graph_version(), declared in graph_message_c.lua; its functions client and call wrap them. Needs LuaJIT, for its ffi.

local ffi = require 'ffi'

-- Declared once in a state, however often this file is loaded.
if not pcall(ffi.typeof, 'graph_client *') then ffi.cdef(require 'graph_message_c') end

local files = { Windows = 'graph_message.dll', OSX = 'libgraph_message.dylib' }
local file = files[ffi.os] or 'libgraph_message.so.1'
local found, C = pcall(ffi.load, file)
if not found then
  error('graph_message needs the library ' .. file .. ': install graph-message, or name its folder in LD_LIBRARY_PATH '
    .. '(PATH, DYLD_LIBRARY_PATH) before the program starts; ' .. tostring(C), 0)
end
if C.graph_abi_version() < C.GRAPH_ABI_VERSION then
  error(('libgraph_message %s has ABI %d, and graph_message.lua needs ABI %d: install a newer library'):format(
    ffi.string(C.graph_version()), C.graph_abi_version(), C.GRAPH_ABI_VERSION), 0)
end

local graph = setmetatable({}, { __index = function(_, name) return C[name] end })

-- An error is a table, and its message where a string is wanted.
local Error = {}
Error.__index = Error
function Error:__tostring() return self.message end

local ERROR_TEXTS = { 'code', 'message', 'request_id', 'client_request_id', 'claims', 'internet_message_id' }
local ERROR_NUMBERS = { 'status', 'http_status', 'retry_after_ms', 'attempts', 'seen' }
local RECEIPT_TEXTS = { 'request_id', 'client_request_id', 'sent_id' }
local RECEIPT_NUMBERS = { 'http_status', 'attempts', 'evidence' }

local function fields(kind, object, texts, numbers)
  local taken = {}
  for _, name in ipairs(texts) do taken[name] = ffi.string(C['graph_' .. kind .. '_' .. name](object)) end
  for _, name in ipairs(numbers) do taken[name] = C['graph_' .. kind .. '_' .. name](object) end
  C['graph_' .. kind .. '_free'](object)
  return taken
end

local function with_status(err)
  err.status_name = ffi.string(C.graph_status_name(err.status))
  err.sent = C.graph_status_sent(err.status) -- 0: certainly not sent by this call; -1: nobody can tell
  return setmetatable(err, Error)
end

-- What this file refuses before the library is asked: an error without an object behind it.
local function refused(message)
  local err = fields('error', nil, ERROR_TEXTS, ERROR_NUMBERS)
  err.status, err.message = C.GRAPH_INVALID_ARGUMENT, 'not sent: ' .. message
  return with_status(err)
end

-- C would read a text up to its first NUL. Nil is NULL.
local function check_text(name, value)
  if value == nil then return end
  if type(value) ~= 'string' then error(name .. ' is no string', 4) end
  local nul = value:find('\0', 1, true)
  if nul then return refused(('%s holds a NUL at byte %d, where C would end it: take it out'):format(name, nul - 1)) end
end

local function check_number(name, value)
  if type(value) ~= 'number' or value < 0 or value > 0xffffffff or value % 1 ~= 0 then
    return refused(name .. ' is no whole number from 0 to 4294967295')
  end
end

-- A mistyped "user" would send from another mailbox.
local function check_names(given, known)
  for name in pairs(given) do
    if not known[name] then error('no such argument: ' .. tostring(name), 3) end
  end
end

local OPTIONS = {
  base_url = check_text, proxy = check_text, ca_file = check_text, user_agent = check_text,
  timeout_ms = check_number, attempt_timeout_ms = check_number, connect_timeout_ms = check_number,
  max_attempts = check_number, verify = check_number, settle_ms = check_number, mailbox_concurrency = check_number,
  roots = check_number,
}

local function set(options, name, value)
  if name == 'proxy_from_environment' then
    if type(value) ~= 'boolean' then error(name .. ' is neither true nor false', 3) end
    if value then C.graph_options_set_proxy_from_environment(options) end
  else
    local check = OPTIONS[name] or error('no such option: ' .. tostring(name), 3)
    local err = check(name, value)
    if err then return err end
    C['graph_options_set_' .. name](options, value)
  end
end

-- What the library works with at the moment: a client, and a call or nil.
local running

-- The object of a client or call. Freed by close, and by the garbage collector; not while it is used, as when a log
-- function ends the program.
local function owned(pointer, kind)
  local free = C['graph_' .. kind .. '_free']
  return ffi.gc(pointer, function(freed)
    if not (running and running[kind] == freed) then free(freed) end
  end)
end

-- Null, where it was closed.
local function pointer_of(object, kind, level)
  local pointer = type(object) == 'table' and rawget(object, 'pointer')
  if not ffi.istype('graph_' .. kind .. ' *', pointer) then
    error(('%s is none of graph.%s: pass what it returned'):format(kind, kind), level + 1)
  end
  return pointer
end

local function close(object, kind)
  local pointer = pointer_of(object, kind, 3)
  if pointer == nil then return end
  if running and running[kind] == pointer then error('a log function cannot close what the library works with', 3) end
  object.pointer = ffi.cast('graph_' .. kind .. ' *', nil)
  C['graph_' .. kind .. '_free'](ffi.gc(pointer, nil))
end

-- Log functions by the contexts that the library knows them by. A client holds its own, so that one which refers to its
-- client is collected with it.
local logs = setmetatable({}, { __mode = 'v' })
local last_context = 0

-- One callback serves every client, since LuaJIT has room for a few hundred. Nothing may jump through the library: an
-- error goes to stderr, or nowhere.
local callback
local function call_log(context, level, line)
  local log = logs[tonumber(ffi.cast('intptr_t', context))]
  local ok, err = pcall(log, level, ffi.string(line))
  if not ok then
    pcall(function() io.stderr:write('graph_message: the log failed: ', tostring(err), '\n') end)
  end
end

-- Returns an error where other modules have used up the callbacks.
local function set_log(options, log)
  if not callback then
    local made, cast = pcall(ffi.cast, 'graph_log_fn', call_log)
    if not made then return refused('log needs one callback of LuaJIT, and none is left: ' .. tostring(cast)) end
    callback = cast
  end
  last_context = last_context + 1
  logs[last_context] = log
  C.graph_options_set_log(options, callback, ffi.cast('void *', last_context))
end

local function is_callable(value)
  local meta = getmetatable(value)
  return type(value) == 'function' or type(meta) == 'table' and type(meta.__call) == 'function'
end

local Client = {}
Client.__index = Client

-- To the garbage collector a client is a pointer: dropped ones would keep their connections for long.
local CLIENTS_A_COLLECTION = 100
local made = 0

-- Options by their names in graph_message.h without graph_options_set_; or, where their order matters, a list of
-- { name, value }. Returns a client; or nil and an error.
function graph.client(given)
  local pairs_of = {}
  for name, value in pairs(given or {}) do
    if type(name) ~= 'number' then pairs_of[#pairs_of + 1] = { name, value } end
  end
  for _, pair in ipairs(given or {}) do pairs_of[#pairs_of + 1] = pair end

  local options = ffi.gc(C.graph_options_new(), C.graph_options_free)
  local log
  for _, pair in ipairs(pairs_of) do
    if pair[1] == 'log' then
      log = pair[2]
      if not is_callable(log) then error('log is no function', 2) end
    else
      local err = set(options, pair[1], pair[2])
      if err then return nil, err end
    end
  end
  local err = log and set_log(options, log)
  if err then return nil, err end

  made = made + 1
  if made % CLIENTS_A_COLLECTION == 0 then collectgarbage() end
  local client, failure = ffi.new('graph_client *[1]'), ffi.new('graph_error *[1]')
  if C.graph_client_new(options, client, failure) ~= C.GRAPH_OK then
    return nil, with_status(fields('error', failure[0], ERROR_TEXTS, ERROR_NUMBERS))
  end
  return setmetatable({ pointer = owned(client[0], 'client'), log = log }, Client)
end

local ARGUMENTS = { token = true, user = true, id = true, call = true }

local function run(client, name, given)
  check_names(given, ARGUMENTS)
  local refusal = check_text('token', given.token) or check_text('user', given.user) or check_text('id', given.id)
  if refusal then return nil, refusal end
  local pointer, call = pointer_of(client, 'client', 3), given.call ~= nil and pointer_of(given.call, 'call', 3) or nil
  if pointer == nil then return nil, refused('the client is closed: make one') end
  if given.call ~= nil and call == nil then return nil, refused('the call is closed: make one') end
  if running then return nil, refused('a log function cannot send or check: the library works with another mail') end
  local receipt, err = ffi.new('graph_receipt *[1]'), ffi.new('graph_error *[1]')
  running = { client = pointer, call = call }
  -- What a hook raises, such as a limit of instructions, would jump through the library out of the log callback.
  local hook, mask, count = debug.gethook()
  debug.sethook()
  local status = C[name](pointer, call, given.token, given.user, given.id, receipt, err)
  debug.sethook(hook, mask, count)
  running = nil
  if status ~= C.GRAPH_OK then return nil, with_status(fields('error', err[0], ERROR_TEXTS, ERROR_NUMBERS)) end
  return fields('receipt', receipt[0], RECEIPT_TEXTS, RECEIPT_NUMBERS)
end
-- The log is called back, which compiled code does not survive.
jit.off(run)

-- Sends a draft: token, id, and user and call where they are wanted. Returns a receipt; or nil and an error.
function Client:send(given) return run(self, 'graph_client_send', given) end

-- Settles an earlier doubt about the same message; sends nothing.
function Client:check(given) return run(self, 'graph_client_check', given) end

function Client:cancel() C.graph_client_cancel(pointer_of(self, 'client', 2)) end

-- Frees the client now, and not when it is collected. What is sent with it later is refused.
function Client:close() close(self, 'client') end

local Call = {}
Call.__index = Call

local CALL_ARGUMENTS = { timeout_ms = true, internet_message_id = true }

-- What one call, or several, have of their own. Returns nil and an error where a value is refused.
function graph.call(given)
  given = given or {}
  check_names(given, CALL_ARGUMENTS)
  local timeout_ms, id = given.timeout_ms or 0, given.internet_message_id
  local refusal = check_number('timeout_ms', timeout_ms) or check_text('internet_message_id', id)
  if refusal then return nil, refusal end
  local call = owned(C.graph_call_new(), 'call')
  C.graph_call_set_timeout_ms(call, timeout_ms)
  if C.graph_call_set_internet_message_id(call, id) ~= C.GRAPH_OK then
    return nil, refused('internet_message_id is not one that Graph shows: <...@...>')
  end
  return setmetatable({ pointer = call }, Call)
end

-- Calls that begin later with these settings end as GRAPH_CANCELLED.
function Call:cancel() C.graph_call_cancel(pointer_of(self, 'call', 2)) end

-- Frees the call now, and not when it is collected.
function Call:close() close(self, 'call') end

return graph

-- Sends an existing draft through Microsoft Graph and says what became of it, over the C library graph-message.
--
-- graph_message.h is the manual. The module has its constants and functions as they are, such as GRAPH_UNKNOWN and
-- graph_version(); its functions client and call wrap them. Needs LuaJIT, for its ffi.

local ffi = require 'ffi'

ffi.cdef [[
static const int GRAPH_ABI_VERSION = 1;
static const int GRAPH_OK = 0;
static const int GRAPH_INVALID_ARGUMENT = 1;
static const int GRAPH_UNREACHABLE = 10;
static const int GRAPH_CANCELLED = 11;
static const int GRAPH_TIMED_OUT = 12;
static const int GRAPH_UNAUTHENTICATED = 20;
static const int GRAPH_FORBIDDEN = 21;
static const int GRAPH_NOT_FOUND = 22;
static const int GRAPH_REJECTED = 23;
static const int GRAPH_THROTTLED = 24;
static const int GRAPH_NOT_A_DRAFT = 25;
static const int GRAPH_UNAVAILABLE = 26;
static const int GRAPH_UNKNOWN = 40;
static const int GRAPH_INTERNAL = 90;
static const int GRAPH_ROOTS_SYSTEM = 0;
static const int GRAPH_ROOTS_BUNDLED = 1;
static const int GRAPH_VERIFY_NEVER = 0;
static const int GRAPH_VERIFY_ON_DOUBT = 1;
static const int GRAPH_VERIFY_ALWAYS = 2;
static const int GRAPH_LOG_INFO = 3;
static const int GRAPH_LOG_DEBUG = 4;
static const int GRAPH_SEEN_NOTHING = 0;
static const int GRAPH_SEEN_DRAFT = 1;
static const int GRAPH_SEEN_GONE = 2;
static const int GRAPH_SEEN_NOT_ALLOWED = 3;
static const int GRAPH_SEEN_NOT_A_DRAFT = 4;
static const int GRAPH_EVIDENCE_ACCEPTED = 1;
static const int GRAPH_EVIDENCE_FOUND = 2;

typedef struct graph_call graph_call;
typedef struct graph_client graph_client;
typedef struct graph_error graph_error;
typedef struct graph_options graph_options;
typedef struct graph_receipt graph_receipt;
typedef int32_t graph_status;
typedef void (*graph_log_fn)(void *context, int32_t level, const char *line);
const char *graph_version(void);
uint32_t graph_abi_version(void);
void graph_string_free(char *string);
const char *graph_status_name(graph_status status);
int32_t graph_status_sent(graph_status status);
graph_status graph_message_send(const char *token, const char *user, const char *id, graph_error **err);
graph_status graph_message_send_text(const char *token, const char *user, const char *id, char *message, uint32_t size,
                                     int32_t *http_status, uint32_t *retry_after_ms);
graph_status graph_init(const graph_options *options, graph_error **err);
graph_status graph_client_new(const graph_options *options, graph_client **client, graph_error **err);
graph_status graph_client_send(const graph_client *client, const graph_call *call, const char *token, const char *user,
                               const char *id, graph_receipt **receipt, graph_error **err);
graph_status graph_client_check(const graph_client *client, const graph_call *call, const char *token,
                                const char *user, const char *id, graph_receipt **receipt, graph_error **err);
void graph_client_cancel(const graph_client *client);
void graph_client_free(graph_client *client);
graph_call *graph_call_new(void);
void graph_call_cancel(const graph_call *call);
void graph_call_free(graph_call *call);
graph_status graph_call_set_timeout_ms(graph_call *call, uint32_t ms);
graph_status graph_call_set_internet_message_id(graph_call *call, const char *internet_message_id);
graph_options *graph_options_new(void);
void graph_options_free(graph_options *options);
graph_status graph_options_set_base_url(graph_options *options, const char *url);
graph_status graph_options_set_timeout_ms(graph_options *options, uint32_t ms);
graph_status graph_options_set_attempt_timeout_ms(graph_options *options, uint32_t ms);
graph_status graph_options_set_connect_timeout_ms(graph_options *options, uint32_t ms);
graph_status graph_options_set_max_attempts(graph_options *options, uint32_t attempts);
graph_status graph_options_set_verify(graph_options *options, int32_t verify);
graph_status graph_options_set_settle_ms(graph_options *options, uint32_t ms);
graph_status graph_options_set_mailbox_concurrency(graph_options *options, uint32_t at_once);
graph_status graph_options_set_proxy(graph_options *options, const char *url);
graph_status graph_options_set_proxy_from_environment(graph_options *options);
graph_status graph_options_set_ca_file(graph_options *options, const char *path);
graph_status graph_options_set_roots(graph_options *options, int32_t roots);
graph_status graph_options_set_user_agent(graph_options *options, const char *product);
graph_status graph_options_set_log(graph_options *options, graph_log_fn log, void *context);
graph_status graph_error_status(const graph_error *error);
int32_t graph_error_http_status(const graph_error *error);
const char *graph_error_code(const graph_error *error);
const char *graph_error_message(const graph_error *error);
const char *graph_error_request_id(const graph_error *error);
const char *graph_error_client_request_id(const graph_error *error);
uint32_t graph_error_retry_after_ms(const graph_error *error);
uint32_t graph_error_attempts(const graph_error *error);
const char *graph_error_claims(const graph_error *error);
int32_t graph_error_seen(const graph_error *error);
const char *graph_error_internet_message_id(const graph_error *error);
void graph_error_free(graph_error *error);
const char *graph_receipt_request_id(const graph_receipt *receipt);
const char *graph_receipt_client_request_id(const graph_receipt *receipt);
int32_t graph_receipt_http_status(const graph_receipt *receipt);
uint32_t graph_receipt_attempts(const graph_receipt *receipt);
int32_t graph_receipt_evidence(const graph_receipt *receipt);
const char *graph_receipt_sent_id(const graph_receipt *receipt);
void graph_receipt_free(graph_receipt *receipt);
]]

local files = { Windows = 'graph_message.dll', OSX = 'libgraph_message.dylib' }
local C = ffi.load(files[ffi.os] or 'libgraph_message.so.1')
if C.graph_abi_version() < C.GRAPH_ABI_VERSION then
  error('libgraph_message ' .. ffi.string(C.graph_version()) .. ' is older than graph_message.lua')
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
    if value then C.graph_options_set_proxy_from_environment(options) end
  else
    local check = OPTIONS[name] or error('no such option: ' .. tostring(name), 3)
    local err = check(name, value)
    if err then return err end
    C['graph_options_set_' .. name](options, value)
  end
end

-- An error must not jump through the library.
local function log_callback(log)
  return ffi.cast('graph_log_fn', function(_, level, line)
    local ok, err = pcall(log, level, ffi.string(line))
    if not ok then io.stderr:write('graph_message: the log failed: ', tostring(err), '\n') end
  end)
end

local Client = {}
Client.__index = Client

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
    else
      local err = set(options, pair[1], pair[2])
      if err then return nil, err end
    end
  end
  local callback = log and log_callback(log)
  if callback then C.graph_options_set_log(options, callback, nil) end

  local client, err = ffi.new('graph_client *[1]'), ffi.new('graph_error *[1]')
  if C.graph_client_new(options, client, err) ~= C.GRAPH_OK then
    if callback then callback:free() end
    return nil, with_status(fields('error', err[0], ERROR_TEXTS, ERROR_NUMBERS))
  end
  return setmetatable({
    pointer = ffi.gc(client[0], function(pointer)
      C.graph_client_free(pointer)
      if callback then callback:free() end
    end),
  }, Client)
end

local ARGUMENTS = { token = true, user = true, id = true, call = true }

local function run(client, name, given)
  check_names(given, ARGUMENTS)
  local refusal = check_text('token', given.token) or check_text('user', given.user) or check_text('id', given.id)
  if refusal then return nil, refusal end
  local receipt, err = ffi.new('graph_receipt *[1]'), ffi.new('graph_error *[1]')
  local call = given.call and given.call.pointer
  local status = C[name](client.pointer, call, given.token, given.user, given.id, receipt, err)
  if status ~= C.GRAPH_OK then return nil, with_status(fields('error', err[0], ERROR_TEXTS, ERROR_NUMBERS)) end
  return fields('receipt', receipt[0], RECEIPT_TEXTS, RECEIPT_NUMBERS)
end
-- The log is called back, which compiled code does not survive.
jit.off(run)

-- Sends a draft: token, id, and user and call where they are wanted. Returns a receipt; or nil and an error.
function Client:send(given) return run(self, 'graph_client_send', given) end

-- Settles an earlier doubt about the same message; sends nothing.
function Client:check(given) return run(self, 'graph_client_check', given) end

function Client:cancel() C.graph_client_cancel(self.pointer) end

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
  local call = ffi.gc(C.graph_call_new(), C.graph_call_free)
  C.graph_call_set_timeout_ms(call, timeout_ms)
  if C.graph_call_set_internet_message_id(call, id) ~= C.GRAPH_OK then
    return nil, refused('internet_message_id is not one that Graph shows: <...@...>')
  end
  return setmetatable({ pointer = call }, Call)
end

-- Calls that begin later with these settings end as GRAPH_CANCELLED.
function Call:cancel() C.graph_call_cancel(self.pointer) end

return graph

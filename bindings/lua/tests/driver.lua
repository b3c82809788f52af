-- Runs calls as it is told on standard input and prints what they ended in; the lines are those of tests/c/driver.c.

local ffi = require 'ffi'
local graph = require 'graph_message'

ffi.cdef [[
struct driver_time { long seconds, nanoseconds; };
int clock_gettime(int clock, struct driver_time *now);
]]

local function now_ms()
  local now = ffi.new('struct driver_time')
  ffi.C.clock_gettime(1, now)
  return tonumber(now.seconds) * 1e3 + tonumber(now.nanoseconds) / 1e6
end

local ERROR = { 'status', 'http_status', 'code', 'message', 'request_id', 'client_request_id', 'retry_after_ms',
  'attempts', 'claims', 'seen', 'internet_message_id' }
local RECEIPT = { 'http_status', 'request_id', 'client_request_id', 'attempts', 'evidence', 'sent_id' }
local TEXTS = { base_url = true, proxy = true, ca_file = true, user_agent = true }
local ARGUMENTS = { token = true, user = true, id = true, internet_message_id = true, call_timeout_ms = true,
  cancel_client_after_ms = true, cancel_call_after_ms = true }

local options, told, client = {}, {}, nil

local function show(name, value) io.write(name, '=', tostring(value), '\n') end

local function call(method)
  if told.cancel_client_after_ms or told.cancel_call_after_ms then
    return show('inexpressible', 'Lua has one thread, and it waits in the call')
  end
  local receipt, err
  if not client then client, err = graph.client(options) end
  local settings
  if client then
    settings, err = graph.call {
      timeout_ms = tonumber(told.call_timeout_ms or 0), internet_message_id = told.internet_message_id,
    }
  end
  if settings then
    local began = now_ms()
    receipt, err = client[method](client, { token = told.token, user = told.user, id = told.id, call = settings })
    show('elapsed_ms', math.floor(now_ms() - began))
  end
  if receipt then
    io.write('status=GRAPH_OK\nsent=1\n')
    for _, name in ipairs(RECEIPT) do show(name, receipt[name]) end
  else
    show('sent', err.sent)
    show('error_status', err.status_name)
    for _, name in ipairs(ERROR) do show(name, name == 'status' and err.status_name or err[name]) end
  end
end

for line in io.lines() do
  local name, value = line:match '^(%S+) ?(.*)$'
  value = value:gsub('\\x(%x%x)', function(byte) return string.char(tonumber(byte, 16)) end)
  if name == 'send' or name == 'check' then
    call(name)
    io.write('\n')
    io.flush()
  elseif ARGUMENTS[name] then
    told[name] = value
  else
    if name == 'log' then
      value = function(level, text) show('log', level .. ' ' .. text) end
    elseif name == 'proxy_from_environment' then
      value = true
    elseif not TEXTS[name] then
      value = tonumber(value)
    end
    options[#options + 1] = { name, value }
    client = nil
  end
end

-- luajit example.lua TOKEN DRAFT-ID [BASE-URL]
local graph = require 'graph_message'

local token, id, base_url = arg[1], arg[2], arg[3]
if not id or arg[4] then
  io.stderr:write('usage: luajit example.lua TOKEN DRAFT-ID [BASE-URL]\n')
  os.exit(64)
end
local client, err = graph.client { timeout_ms = 60000, base_url = base_url }
local receipt
if client then
  receipt, err = client:send { token = token, id = id } -- user = 'megan@contoso.example' for another mailbox
end
if receipt then
  print('sent, client-request-id ' .. receipt.client_request_id)
else
  io.stderr:write(err.message, '\n')
  os.exit(err.sent == 0 and 1 or 2) -- 2: call client:check later; do not send again blindly
end

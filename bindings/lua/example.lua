-- send TOKEN DRAFT-ID [BASE-URL]
local graph = require 'graph_message'

local token, id, base_url = arg[1], arg[2], arg[3]
local client = assert(graph.client { timeout_ms = 60000, base_url = base_url })
local receipt, err = client:send { token = token, id = id } -- user = 'megan@contoso.example' for another mailbox
if receipt then
  print('sent, client-request-id ' .. receipt.client_request_id)
elseif err.sent == 0 then
  io.stderr:write('not sent, ', err.status_name, ': ', err.message, '\n')
  os.exit(1)
else
  io.stderr:write('perhaps sent, call client:check later: ', err.message, '\n')
  os.exit(2)
end

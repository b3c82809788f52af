# send TOKEN DRAFT-ID [BASE-URL]
require 'graph_message'

token, id, base_url = ARGV
options = { timeout_ms: 60_000 }
options[:base_url] = base_url if base_url
begin
  client = GraphMessage::Client.new(options)
  receipt = client.send(token: token, id: id) # user: 'megan@contoso.example' for another mailbox
  puts "sent, client-request-id #{receipt.client_request_id}"
rescue GraphMessage::OutcomeUnknown => e
  warn "perhaps sent, call client.check later: #{e.message}"
  exit 2
rescue GraphMessage::Unsent => e
  warn "not sent, #{e.status_name}: #{e.message}"
  exit 1
end

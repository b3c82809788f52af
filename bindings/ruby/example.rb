# ruby example.rb TOKEN DRAFT-ID [BASE-URL]
require 'graph_message'

unless ARGV.size.between?(2, 3)
  warn 'usage: ruby example.rb TOKEN DRAFT-ID [BASE-URL]'
  exit 64
end
token, id, base_url = ARGV
options = { timeout_ms: 60_000 }
options[:base_url] = base_url if base_url
begin
  client = GraphMessage::Client.new(options)
  receipt = client.send(token: token, id: id) # user: 'megan@contoso.example' for another mailbox
  puts "sent, client-request-id #{receipt.client_request_id}"
rescue GraphMessage::OutcomeUnknown => e
  warn e.message
  exit 2 # call client.check later; do not send again blindly
rescue GraphMessage::Unsent => e
  warn e.message
  exit 1
end

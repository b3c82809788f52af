# send TOKEN DRAFT-ID [BASE-URL]
lappend auto_path [file dirname [info script]]
package require graph_message

lassign $argv token id base_url
set options {-timeout_ms 60000}
if {$base_url ne ""} {lappend options -base_url $base_url}
set client [graph_message::client {*}$options]
try {
    # -user megan@contoso.example for another mailbox
    set receipt [$client send -token $token -id $id]
    puts "sent, client-request-id [dict get $receipt client_request_id]"
} trap {GRAPH_MESSAGE UNKNOWN} message {
    puts stderr "perhaps sent, call \$client check later: $message"
    exit 2
} trap {GRAPH_MESSAGE UNSENT} {message options} {
    puts stderr "not sent, [lindex [dict get $options -errorcode] 2]: $message"
    exit 1
}

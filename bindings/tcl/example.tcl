# tclsh example.tcl TOKEN DRAFT-ID [BASE-URL]
lappend auto_path [file dirname [info script]]
package require graph_message

if {$argc < 2 || $argc > 3} {
    puts stderr "usage: tclsh example.tcl TOKEN DRAFT-ID \[BASE-URL\]"
    exit 64
}
lassign $argv token id base_url
set options {-timeout_ms 60000}
if {$base_url ne ""} {lappend options -base_url $base_url}
try {
    set client [graph_message::client {*}$options]
    # -user megan@contoso.example for another mailbox
    set receipt [$client send -token $token -id $id]
    puts "sent, client-request-id [dict get $receipt client_request_id]"
} trap {GRAPH_MESSAGE UNKNOWN} message {
    puts stderr $message
    exit 2 ;# call $client check later; do not send again blindly
} trap {GRAPH_MESSAGE UNSENT} message {
    puts stderr $message
    exit 1
}

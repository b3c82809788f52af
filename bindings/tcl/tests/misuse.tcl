# Plays tests/cases/misuse.md.

package require Thread
package require http
package require graph_message

set base $env(GRAPH_BASE_URL)
set endless $env(GRAPH_ENDLESS_USER)
set file [open $env(GRAPH_DRAFTS)]
set drafts [split [string trim [read $file]] \n]
close $file
fconfigure stdout -buffering line

proc ok {row} {puts "ok $row"}
proc expect {holds what} {if {![uplevel 1 [list expr $holds]]} {puts stderr "$what"; exit 1}}

proc draft {} {
    set ::drafts [lassign $::drafts next]
    return $next
}

proc control {path {body ""}} {
    set url [regsub {/v1\.0$} $::base ""]/_emulator/$path
    set token [http::geturl $url {*}[expr {$body eq "" ? "" : [list -query $body -type application/json]}]]
    set said [http::data $token]
    expect {[http::ncode $token] == 200} "$url: [http::code $token] $said"
    http::cleanup $token
    return $said
}

proc mails {} {return [regexp -all {"draft_id"} [control mails]]}
proc client {args} {return [graph_message::client -base_url $::base {*}$args]}

proc resident {} {
    set file [open /proc/self/status]
    regexp {VmRSS:\s+(\d+)} [read $file] - kilobytes
    close $file
    return $kilobytes
}

# A send is accepted, and one mail leaves, whatever is done with it.
proc sends {what client} {
    set before [mails]
    if {[catch {$client send -token user-token -id [draft]} outcome]} {expect 0 "$what: $outcome"}
    expect {[dict get $outcome http_status] == 202} "$what: $outcome"
    expect {[mails] == $before + 1} "$what: not one mail"
}

# Nothing is sent, and the error's text matches.
proc refused {what pattern script} {
    set before [mails]
    set code [catch {uplevel 1 $script} message]
    expect {$code == 1 && [string match $pattern $message]} "$what: $code $message"
    expect {[mails] == $before} "$what: a mail left"
}

# What a program of its own says, and its exit code.
proc child {script} {
    set code 0
    if {[catch {exec timeout 20 [info nameofexecutable] << $script 2>@1} said options]} {
        set code [lindex [dict get $options -errorcode] 2]
    }
    return [list $code $said]
}

set background 0
proc shown {message options} {incr ::background}
interp bgerror {} shown

proc fails {error level line} {return -code error $error}
sends log-throws [client -log {fails "of the log"}]
update
expect {$background > 0} "log-throws: nothing was shown"
ok log-throws

foreach odd {{} "a \{ b" "\u0000" "[string repeat x 100000]"} {sends log-throws-odd [client -log [list fails $odd]]}
foreach odd {
    {no such command} {error x y "not \{ a list"} {throw {} ""} {return -code 77 x} {return -options {-code 1 -level 0}}
} {
    sends log-throws-odd [client -log [list apply [list args $odd]]]
}
update
ok log-throws-odd

proc leaves {way level line} {uplevel 1 $way}
foreach way {
    break continue {return -level 3 -code break} {return -level 100} {return -code return} {tailcall error x} {yield 1}
    {interp cancel} {rename leaves leaves} {while 1 {update; break}} {uplevel #0 break} {set ::errorInfo {}}
} {
    set went_on 0
    foreach once 1 {
        sends "log-leaves by $way" [client -log [list leaves $way]]
        set went_on 1
    }
    expect {$went_on} "log-leaves by $way: the caller's code was jumped over"
}
# In a coroutine.
proc in_coroutine {} {sends "log-leaves in a coroutine" [client -log {leaves yield}]}
coroutine runs in_coroutine
# The client goes, or the interpreter.
set own [client -log {apply {args {$::own destroy}}}]
sends "log-leaves by destroy" $own
expect {[info commands $own] eq ""} "log-leaves by destroy: the client is there"
interp create other
other eval [list set auto_path $auto_path]
other eval {package require graph_message}
interp alias other gone {} interp delete other
set before [mails]
set made [other eval [list graph_message::client -base_url $base -log gone]]
catch {other eval [list $made send -token user-token -id [draft]]}
expect {[mails] == $before + 1} "log-leaves by the interpreter's end: not one mail"
# exit ends the process.
set before [mails]
lassign [child [format {
    set auto_path {%s}
    package require graph_message
    proc log args {exit 7}
    [graph_message::client -base_url %s -log log] send -token user-token -id %s
} $auto_path $base [draft]]] code said
expect {$code == 7 && [mails] == $before + 1} "log-leaves by exit: $code $said"
ok log-leaves

interp bgerror {} {fails again}
sends warning-throws [client -log {fails "of the log"}]
update
interp bgerror {} {leaves {return -level 100 -code break}}
sends warning-throws [client -log {fails "of the log"}]
catch {update}
interp bgerror {} shown
ok warning-throws

set client [client]
set id [lindex $drafts 0]
foreach wrong {-1 1.5 x "" 4294967296 {1 2} 1e3} {
    refused "timeout_ms $wrong" "not sent: timeout_ms is no whole*" {client -timeout_ms $wrong}
    refused "timeout_ms $wrong" "not sent: timeout_ms*" {$client send -token t -id $id -timeout_ms $wrong}
}
foreach wrong {"a \{" "\{"} {
    refused "log $wrong" "not sent: log is no list*" {client -log $wrong}
    refused "command $wrong" "not sent: command is no list*" {$client send -token user-token -id $id -command $wrong}
}
refused "no command" "not sent: command is empty*" {$client send -token user-token -id $id -command ""}
refused "verify" "not sent: *" {client -verify 9}
refused "proxy_from_environment" "expected boolean*" {client -proxy_from_environment perhaps}
refused "base_url" "not sent: *" {client -base_url {1 2}}
refused "no token" "not sent: *" {$client send -id $id}
refused "no id" "not sent: *" {$client send -token user-token}
refused "another id" "not sent: *" {$client send -token user-token -id $client}
refused "an internetMessageId" "not sent: *" {$client send -token user-token -id $id -internet_message_id {1 2}}
refused "a NUL" "not sent: id holds a NUL*" {$client send -token user-token -id $id\0}
refused "a surrogate" "not sent: *" {$client send -token user-token -id $id\ud800}
refused "a value is missing" "wrong # args*" {$client send -token user-token -id}
refused "an option" "bad option*" {$client send -token user-token -id $id -usr x}
refused "an option" "bad option*" {client -x y}
refused "a subcommand" "bad subcommand*" {$client sent}
refused "nothing" "wrong # args*" {$client}
refused "no client" "invalid command name*" {graph_message::client0 send -token user-token -id $id}
# What Tcl keeps of an error has no argument.
foreach arguments [list "-id" "-x y -id \{\}" "-id \{\}" "-timeout_ms x" "-command \{\}"] {
    catch {$client send -token secret-of-mine {*}$arguments} message options
    expect {![string match *secret-of-mine* "$message $options $::errorInfo"]} "wrong-types: $options"
    catch {graph_message::client -proxy http://u:secret-of-mine@x {*}$arguments} message options
    expect {![string match *secret-of-mine* "$message $options $::errorInfo"]} "wrong-types: $options"
}
ok wrong-types

set closed [client -log {apply {args {}}}]
$closed destroy
refused closed-twice "invalid command name*" {$closed destroy}
ok closed-twice
refused used-after-close "invalid command name*" {$closed send -token user-token -id $id}
refused used-after-close "invalid command name*" {$closed cancel}
# A client that goes while its call is in flight.
control faults {{"do": "slow", "delay_ms": 300, "on": "send", "times": 1}}
set before [mails]
set going [client]
$going send -token user-token -id [draft] -command {set outcome}
$going destroy
vwait outcome
expect {[dict get $outcome sent] == 1 && [mails] == $before + 1} "used-after-close: $outcome"
ok used-after-close

# Tcl keeps a client until it is destroyed, or its interpreter deleted.
proc drop {} {
    for {set i 0} {$i < 20} {incr i} {
        interp create dropped
        dropped eval [list set auto_path $::auto_path]
        dropped eval {package require graph_message}
        for {set j 0} {$j < 50} {incr j} {
            set made [dropped eval [list graph_message::client -base_url $::base -log {apply {args {}}}]]
            catch {dropped eval {graph_message::client -settle_ms 1000000}}
            catch {dropped eval {graph_message::client -timeout_ms x}}
            catch {dropped eval [list $made send -token t -id x -internet_message_id {1 2}]}
            rename [client] ""
        }
        interp delete dropped
    }
}
drop
drop
set before [resident]
drop
set grown [expr {[resident] - $before}]
puts stderr "dropped: $before + $grown kB"
expect {$grown < 1000} "dropped: $grown kB more"
ok dropped

proc many {from to} {
    set client [client -log {apply {args {}}}]
    for {set i $from} {$i < $to} {incr i} {
        set outcome [$client send -token user-token -user $::endless -id AAMk[format %076d $i]]
        expect {[dict get $outcome http_status] == 202} "many-sends: $outcome"
        try {
            $client send -token user-token -id AAMk1[format %075d $i]
            expect 0 "many-sends: an unknown id was sent"
        } trap {GRAPH_MESSAGE UNSENT GRAPH_NOT_FOUND} - {}
    }
}
many 1 5000
set middle [resident]
many 5000 10000
set grown [expr {[resident] - $middle}]
puts stderr "many-sends: $middle + $grown kB"
expect {$grown < 1000} "many-sends: $grown kB more in the second half"
ok many-sends

puts "cannot fork: Tcl has no command for it"

# The interpreter goes while its call is in flight.
set before [mails]
control faults {{"do": "slow", "delay_ms": 600, "on": "send", "times": 4}}
interp create other
other eval [list set auto_path $auto_path]
other eval {package require graph_message}
set made [other eval [list graph_message::client -base_url $base -log {apply {args {}}}]]
other eval [list $made send -token user-token -id [draft] -command {set outcome}]
interp delete other
# The thread of the client goes.
set thread [thread::create]
thread::send $thread [list set auto_path $auto_path]
thread::send $thread {package require graph_message}
set made [thread::send $thread [list graph_message::client -base_url $base -log {apply {args {}}}]]
thread::send $thread [list $made send -token user-token -id [draft] -command {set outcome}]
thread::release -wait $thread
# The process goes.
foreach wait {200 590} {
    lassign [child [format {
        set auto_path {%s}
        package require graph_message
        set client [graph_message::client -base_url %s -log {apply {args {}}}]
        $client send -token user-token -id %s -command {set outcome}
        after %d {exit 5}
        vwait forever
    } $auto_path $base [draft] $wait]] code said
    expect {$code == 5} "thread-ends: the process ended with $code: $said"
}
after 800 {set waited 1}
vwait waited
sends thread-ends $client
expect {[mails] == $before + 5} "thread-ends: not five mails"
ok thread-ends

proc load_with {folder} {
    set ::env(LD_LIBRARY_PATH) $folder
    return [child [format {
        set auto_path {%s}
        if {[catch {package require graph_message} why]} {puts $why; exit 1}
    } $::auto_path]]
}
set path $env(LD_LIBRARY_PATH)
lassign [load_with $env(GRAPH_OLD_LIBRARY_DIR)] code said
expect {$code == 1 && [string match "*graph-message 0.0.9 (ABI 0) is older than * graph_message *" $said]} $said
ok old-library
lassign [load_with ""] code said
expect {$code == 1 && [string match "*install the C library graph-message * folder in LD_LIBRARY_PATH*" $said]} $said
ok no-library
set env(LD_LIBRARY_PATH) $path

package forget graph_message
set library [lindex [lsearch -inline -index 1 [info loaded {}] Graph_message] 0]
load $library Graph_message
interp create other
load $library Graph_message other
set before [mails]
other eval [list [other eval [list graph_message::client -base_url $base]] send -token user-token -id [draft]]
interp delete other
sends loaded-twice $client
sends loaded-twice [client]
expect {[mails] == $before + 3} "loaded-twice: not three mails"
ok loaded-twice

set before [mails]
control faults {{"do": "accept-then-hang", "on": "send", "times": 1}}
set outcomes {}
set call [$client send -token user-token -id [draft] -command {lappend outcomes}]
after 400 {$client cancel $call; $client cancel $call; $client cancel $call}
vwait outcomes
expect {[dict get [lindex $outcomes 0] status] eq "GRAPH_UNKNOWN"} "cancelled-twice: $outcomes"
$client cancel $call
$client cancel
foreach none {call0 call99999 {} x {1 2}} {$client cancel $none}
after 200 {set waited 1}
vwait waited
expect {[llength $outcomes] == 1} "cancelled-twice: [llength $outcomes] outcomes"
# Before it has begun.
for {set i 0} {$i < 20} {incr i} {
    set call [$client send -token user-token -id unknown -command {set outcome}]
    $client cancel $call
    $client cancel $call
    vwait outcome
    expect {[dict get $outcome sent] != 1} "cancelled-twice: $outcome"
}
expect {[mails] == $before + 1} "cancelled-twice: not one mail"
sends cancelled-twice $client
ok cancelled-twice

# Runs calls as it is told on standard input and prints what they ended in; the lines are those of tests/c/driver.c.

package require graph_message

fconfigure stdin -translation binary
fconfigure stdout -encoding utf-8 -translation lf

set arguments {token user id internet_message_id call_timeout_ms cancel_client_after_ms cancel_call_after_ms}
set options {}
set client ""
set told {}

proc log {level line} {puts "log=$level $line"}

# A call that is to be cancelled is one with -command: the others block.
proc call {subcommand} {
    global client options told outcome
    if {[catch {
        if {$client eq ""} {set client [graph_message::client {*}$options]}
        set given {}
        foreach {name option} {
            token -token user -user id -id internet_message_id -internet_message_id call_timeout_ms -timeout_ms
        } {
            if {[dict exists $told $name]} {lappend given $option [dict get $told $name]}
        }
        set began [clock milliseconds]
        if {[dict exists $told cancel_client_after_ms] || [dict exists $told cancel_call_after_ms]} {
            set running [$client $subcommand {*}$given -command {set outcome}]
            if {[dict exists $told cancel_client_after_ms]} {
                after [dict get $told cancel_client_after_ms] [list $client cancel]
            } else {
                after [dict get $told cancel_call_after_ms] [list $client cancel $running]
            }
            vwait outcome
        } else {
            try {
                set outcome [$client $subcommand {*}$given]
            } trap GRAPH_MESSAGE {- failed} {
                set outcome [lindex [dict get $failed -errorcode] 3]
            }
        }
        puts "elapsed_ms=[expr {[clock milliseconds] - $began}]"
    } message failed]} {
        set code [dict get $failed -errorcode]
        if {[lindex $code 0] ne "GRAPH_MESSAGE"} {return -options $failed $message}
        set outcome [lindex $code 3]
    }
    if {[dict get $outcome sent] != 1} {puts "error_status=[dict get $outcome status]"}
    dict for {name value} $outcome {puts "$name=$value"}
}

while {[gets stdin line] >= 0} {
    set at [string first " " $line]
    set name [expr {$at < 0 ? $line : [string range $line 0 $at-1]}]
    set bytes [subst -nocommands -novariables [string range $line [string length $name]+1 end]]
    set value [encoding convertfrom utf-8 $bytes]
    if {[encoding convertto utf-8 $value] ne $bytes} {
        set refused "a string of Tcl is made of characters, and cannot be invalid UTF-8"
    } elseif {$name in {send check}} {
        if {[info exists refused]} {puts "inexpressible=$refused"} else {call $name}
        puts ""
        flush stdout
    } elseif {$name in $arguments} {
        dict set told $name $value
    } else {
        if {$name eq "log"} {set value log}
        if {$name eq "proxy_from_environment"} {set value yes}
        lappend options -$name $value
        if {$client ne ""} {$client destroy}
        set client ""
    }
}

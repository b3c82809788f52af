package ifneeded graph_message 0.1.0 [list apply {{file} {
    if {![catch {load $file Graph_message} why]} return
    if {[string match *libgraph_message* $why]} {
        append why ": install the C library graph-message and run ldconfig, or name its folder in LD_LIBRARY_PATH"
    }
    error $why
}} [file join $dir tclgraph_message[info sharedlibextension]]]

package ifneeded graph_message 0.1.0 \
    [list load [file join $dir tclgraph_message[info sharedlibextension]] Graph_message]

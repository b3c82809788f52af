module graphmessage

go 1.18

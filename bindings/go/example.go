//go:build ignore

package main // example TOKEN DRAFT-ID [BASE-URL]

import (
	"context"
	"errors"
	"fmt"
	"os"

	"graphmessage"
)

func main() {
	if len(os.Args) < 3 || len(os.Args) > 4 {
		fmt.Fprintln(os.Stderr, "usage: example TOKEN DRAFT-ID [BASE-URL]")
		os.Exit(64)
	}
	var receipt *graphmessage.Receipt
	client, err := graphmessage.NewClient(graphmessage.BaseURL(append(os.Args, "https://graph.microsoft.com/v1.0")[3]))
	if err == nil {
		receipt, err = client.Send(context.Background(), os.Args[1], "me", os.Args[2])
	}
	if failure := (*graphmessage.Error)(nil); errors.As(err, &failure) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1 - failure.Sent()) // 1: not sent. 2: may have been sent; check later, do not repeat blindly
	}
	fmt.Println("sent, request-id", receipt.RequestID)
}

//go:build ignore

package main // example TOKEN DRAFT-ID [BASE-URL]

import (
	"context"
	"errors"
	"log"
	"os"

	"graphmessage"
)

func main() {
	client, err := graphmessage.NewClient(graphmessage.BaseURL(append(os.Args, "https://graph.microsoft.com/v1.0")[3]))
	if err != nil {
		log.Fatal(err)
	}
	receipt, err := client.Send(context.Background(), os.Args[1], "me", os.Args[2])
	if failure := (*graphmessage.Error)(nil); errors.As(err, &failure) {
		log.Fatalf("%v, sent %d: %v", failure.Status, failure.Sent(), err)
	}
	log.Print("sent, request-id ", receipt.RequestID)
}

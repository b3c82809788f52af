package graphmessage

// Runs calls as it is told on standard input and prints what they ended in: the Go end of tests/cases. The lines are
// those of tests/c/driver.c. A test program, because only the package itself can pass NULL.

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

var (
	options []Option
	client  *Client
	given   = map[string]string{}
	output  = bufio.NewWriter(os.Stdout)
)

func number(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}

func ms(text string) time.Duration { return time.Duration(number(text)) * time.Millisecond }

// argument is nil for what was not given.
func argument(name string) *string {
	if value, is := given[name]; is {
		return &value
	}
	return nil
}

// optionNamed is nil where the name is none's; a refused value shows when the client is made.
func optionNamed(name, value string) Option {
	switch name {
	case "base_url":
		return BaseURL(value)
	case "timeout_ms":
		return Timeout(ms(value))
	case "attempt_timeout_ms":
		return AttemptTimeout(ms(value))
	case "connect_timeout_ms":
		return ConnectTimeout(ms(value))
	case "settle_ms":
		return Settle(ms(value))
	case "max_attempts":
		return MaxAttempts(uint32(number(value)))
	case "mailbox_concurrency":
		return MailboxConcurrency(uint32(number(value)))
	case "verify":
		return Verify(number(value))
	case "proxy":
		return Proxy(value)
	case "proxy_from_environment":
		return ProxyFromEnvironment()
	case "ca_file":
		return CAFile(value)
	case "roots":
		return Roots(number(value))
	case "user_agent":
		return UserAgent(value)
	case "log":
		return Log(func(level int, line string) { fmt.Fprintf(output, "log=%d %s\n", level, line) })
	}
	return nil
}

func answer(checking bool) (receipt *Receipt, err error) {
	if client == nil {
		if client, err = NewClient(options...); err != nil {
			return nil, err
		}
	}
	ctx := context.Background()
	if after := ms(given["cancel_call_after_ms"]); after > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, after)
		defer cancel()
	}
	if after := ms(given["cancel_client_after_ms"]); after > 0 {
		defer time.AfterFunc(after, client.Cancel).Stop()
	}
	settings := []CallOption{CallTimeout(ms(given["call_timeout_ms"])), InternetMessageID(given["internet_message_id"])}
	began := time.Now()
	defer func() { fmt.Fprintf(output, "elapsed_ms=%d\n", time.Since(began).Milliseconds()) }()
	token, user, id := argument("token"), argument("user"), argument("id")
	if token == nil || id == nil {
		return client.run(ctx, checking, token, user, id, settings)
	}
	if checking {
		return client.Check(ctx, *token, given["user"], *id, settings...)
	}
	return client.Send(ctx, *token, given["user"], *id, settings...)
}

func call(checking bool) {
	receipt, err := answer(checking)
	var failure *Error
	if errors.As(err, &failure) {
		fmt.Fprintf(output, "status=%v\nerror_status=%v\nsent=%d\nhttp_status=%d\ncode=%s\nmessage=%v\nrequest_id=%s\n",
			failure.Status, failure.Status, failure.Sent(), failure.HTTPStatus, failure.Code, err, failure.RequestID)
		fmt.Fprintf(output, "client_request_id=%s\nretry_after_ms=%d\nattempts=%d\nclaims=%s\n",
			failure.ClientRequestID, failure.RetryAfter.Milliseconds(), failure.Attempts, failure.Claims)
		fmt.Fprintf(output, "seen=%d\ninternet_message_id=%s\n", failure.Seen, failure.InternetMessageID)
	} else {
		fmt.Fprintf(output, "status=%v\nsent=%d\nhttp_status=%d\nrequest_id=%s\nclient_request_id=%s\n", OK, OK.Sent(),
			receipt.HTTPStatus, receipt.RequestID, receipt.ClientRequestID)
		fmt.Fprintf(output, "attempts=%d\nevidence=%d\nsent_id=%s\n", receipt.Attempts, receipt.Evidence,
			receipt.SentID)
	}
	fmt.Fprintln(output)
	output.Flush()
}

func TestMain(*testing.M) {
	escaped := regexp.MustCompile(`\\x[0-9a-f]{2}`)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		value = escaped.ReplaceAllStringFunc(value, func(text string) string {
			value, _ := strconv.ParseUint(text[2:], 16, 8)
			return string([]byte{byte(value)})
		})
		if name == "send" || name == "check" {
			call(name == "check")
		} else if option := optionNamed(name, value); option == nil {
			given[name] = value
		} else {
			options = append(options, option)
			client = nil
		}
	}
}

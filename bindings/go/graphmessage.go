// Package graphmessage sends an existing draft through Microsoft Graph and says what became of it.
//
//	client, err := graphmessage.NewClient()
//	receipt, err := client.Send(ctx, token, "megan@contoso.example", id)
//
// One file over the C library graph_message, whose header and manual is graph_message.h. Every error is an [*Error],
// for errors.As, and errors.Is compares it with a [Status].
//
// Strings that hold a NUL, which C would read only up to there, or that are not UTF-8 are refused before anything is
// sent.
//
// A Client may be used by any number of goroutines at once; each call holds a thread of the system while it waits.
package graphmessage

/*
#cgo LDFLAGS: -lgraph_message
#include <stdlib.h>

#include "graph_message.h"

extern void graphMessageLog(void *context, int32_t level, char *line);

// The context is a number, and no pointer that Go's garbage collector would look at.
static inline void graph_message_set_log(graph_options *options, uintptr_t context) {
    graph_options_set_log(options, (graph_log_fn)graphMessageLog, (void *)context);
}
*/
import "C"

import (
	"context"
	"fmt"
	"log"
	"runtime"
	"runtime/cgo"
	"strings"
	"sync"
	"time"
	"unsafe"
)

// Status says how a call ended. Treat a value that is not listed as Unknown.
type Status int32

const (
	OK              Status = C.GRAPH_OK
	InvalidArgument Status = C.GRAPH_INVALID_ARGUMENT
	Unreachable     Status = C.GRAPH_UNREACHABLE
	Cancelled       Status = C.GRAPH_CANCELLED
	TimedOut        Status = C.GRAPH_TIMED_OUT
	Unauthenticated Status = C.GRAPH_UNAUTHENTICATED
	Forbidden       Status = C.GRAPH_FORBIDDEN
	NotFound        Status = C.GRAPH_NOT_FOUND
	Rejected        Status = C.GRAPH_REJECTED
	Throttled       Status = C.GRAPH_THROTTLED
	NotADraft       Status = C.GRAPH_NOT_A_DRAFT
	Unavailable     Status = C.GRAPH_UNAVAILABLE
	Unknown         Status = C.GRAPH_UNKNOWN
	Internal        Status = C.GRAPH_INTERNAL
)

// Which certificate authorities to trust.
const (
	RootsSystem  = C.GRAPH_ROOTS_SYSTEM
	RootsBundled = C.GRAPH_ROOTS_BUNDLED
)

// When to look at the message that is sent.
const (
	VerifyNever   = C.GRAPH_VERIFY_NEVER
	VerifyOnDoubt = C.GRAPH_VERIFY_ON_DOUBT
	VerifyAlways  = C.GRAPH_VERIFY_ALWAYS
)

// Levels of a log line: one a call, and one an attempt or look.
const (
	LogInfo  = C.GRAPH_LOG_INFO
	LogDebug = C.GRAPH_LOG_DEBUG
)

// What the last look at the message showed; a newer library may have more.
const (
	SeenNothing    = C.GRAPH_SEEN_NOTHING
	SeenDraft      = C.GRAPH_SEEN_DRAFT
	SeenGone       = C.GRAPH_SEEN_GONE
	SeenNotAllowed = C.GRAPH_SEEN_NOT_ALLOWED
	SeenNotADraft  = C.GRAPH_SEEN_NOT_A_DRAFT
)

// How it is known that the mail was sent. After EvidenceFound another program may have been the one.
const (
	EvidenceAccepted = C.GRAPH_EVIDENCE_ACCEPTED
	EvidenceFound    = C.GRAPH_EVIDENCE_FOUND
)

// Error is the status's name, such as "GRAPH_NOT_FOUND": a status is what errors.Is compares with.
func (s Status) Error() string { return C.GoString(C.graph_status_name(C.graph_status(s))) }

// Sent says whether a call that ended so sent the mail: 1 it did, 0 it certainly did not, -1 nobody can tell.
func (s Status) Sent() int { return int(C.graph_status_sent(C.graph_status(s))) }

// Error says why a call did not end in OK.
type Error struct {
	Status            Status
	Message           string        // one line for a log: what failed, and what to do next
	HTTPStatus        int           // of the last reply; 0 where none came
	Code              string        // Graph's error.code, such as "ErrorAccessDenied": branch on it, not on Message
	RequestID         string        // what Microsoft's support asks for
	ClientRequestID   string        // a GUID that went with every attempt
	RetryAfter        time.Duration // how long Graph asks to wait
	Attempts          uint32        // how many handed on at least one byte of a request
	Claims            string        // JSON to pass as claims when asking for the next token
	Seen              int           // what the last look showed, one of Seen...
	InternetMessageID string        // keep it for a check

	cause error
}

func (e *Error) Error() string { return e.Message }

// Sent says whether the mail was sent all the same: 0 certainly not, -1 nobody can tell. Check later then.
func (e *Error) Sent() int { return e.Status.Sent() }

// Is makes errors.Is(err, graphmessage.Throttled) true for that status.
func (e *Error) Is(target error) bool { return target == error(e.Status) }

// Unwrap is the context's error where its end ended the call, else nil.
func (e *Error) Unwrap() error { return e.cause }

// Receipt is what is known of a mail that was sent: what an audit log keeps.
type Receipt struct {
	RequestID       string // what Microsoft's support asks for
	ClientRequestID string // a GUID that went with every attempt
	HTTPStatus      int    // of the last reply to a send; 0 where none came
	Attempts        uint32 // how many handed on at least one byte of a request
	Evidence        int    // how it is known, one of Evidence...
	SentID          string // the mail's id in Sent Items where a check learned it
}

// settings is what options are applied to.
type settings struct {
	options *C.graph_options
	log     func(level int, line string)
}

// Option is a setting of a client. A value that is refused makes NewClient fail.
type Option func(*settings) error

// BaseURL is the service root. Default https://graph.microsoft.com/v1.0; https, or http on loopback.
func BaseURL(url string) Option {
	return textOption("BaseURL", url, func(s *settings, url *C.char) { C.graph_options_set_base_url(s.options, url) })
}

// Timeout bounds a whole call, waiting and retries included. Default 100 s, as is 0.
func Timeout(d time.Duration) Option {
	return timeOption("Timeout", d, func(s *settings, ms C.uint32_t) { C.graph_options_set_timeout_ms(s.options, ms) })
}

// AttemptTimeout bounds one attempt, from its look-up to the end of the reply. Default 30 s.
func AttemptTimeout(d time.Duration) Option {
	return timeOption("AttemptTimeout", d, func(s *settings, ms C.uint32_t) {
		C.graph_options_set_attempt_timeout_ms(s.options, ms)
	})
}

// ConnectTimeout bounds look-up, connect, proxy and TLS handshake of one attempt together. Default 10 s.
func ConnectTimeout(d time.Duration) Option {
	return timeOption("ConnectTimeout", d, func(s *settings, ms C.uint32_t) {
		C.graph_options_set_connect_timeout_ms(s.options, ms)
	})
}

// Settle is how long the service may take to show that it accepted a mail. Default 20 s, at most 240 s.
func Settle(d time.Duration) Option {
	return timeOption("Settle", d, func(s *settings, ms C.uint32_t) { C.graph_options_set_settle_ms(s.options, ms) })
}

// MaxAttempts is how often a send is tried at most. Default 4; with 1 nothing is ever sent again.
func MaxAttempts(attempts uint32) Option {
	return option(func(s *settings) { C.graph_options_set_max_attempts(s.options, C.uint32_t(attempts)) })
}

// MailboxConcurrency is how many requests to one mailbox are in flight at once. Default 4, Graph's own limit.
func MailboxConcurrency(atOnce uint32) Option {
	return option(func(s *settings) { C.graph_options_set_mailbox_concurrency(s.options, C.uint32_t(atOnce)) })
}

// Verify is when to look at the message, one of Verify...; looking needs Mail.Read beside Mail.Send.
func Verify(when int) Option {
	return option(func(s *settings) { C.graph_options_set_verify(s.options, C.int32_t(when)) })
}

// Proxy is the proxy for https: http://, https:// or socks5://, with "user:password@" if it wants a login.
func Proxy(url string) Option {
	return textOption("Proxy", url, func(s *settings, url *C.char) { C.graph_options_set_proxy(s.options, url) })
}

// ProxyFromEnvironment takes the proxy from the environment as it is now: https_proxy, all_proxy, no_proxy.
func ProxyFromEnvironment() Option {
	return option(func(s *settings) { C.graph_options_set_proxy_from_environment(s.options) })
}

// CAFile is a PEM file of certificate authorities to trust besides the roots.
func CAFile(path string) Option {
	return textOption("CAFile", path, func(s *settings, path *C.char) { C.graph_options_set_ca_file(s.options, path) })
}

// Roots are the certificate authorities to trust: RootsSystem, the default, or RootsBundled.
func Roots(which int) Option {
	return option(func(s *settings) { C.graph_options_set_roots(s.options, C.int32_t(which)) })
}

// UserAgent is the calling program's name for the User-Agent header, such as "Billing/4.2".
func UserAgent(product string) Option {
	return textOption("UserAgent", product, func(s *settings, product *C.char) {
		C.graph_options_set_user_agent(s.options, product)
	})
}

// Log receives log lines while a call waits for it, several at once where several call. It has a goroutine of its
// own, so that it may end in every way: a panic goes to the standard logger, and the outcome of the mail is what it
// would have been. It must return, and must not use the client.
func Log(log func(level int, line string)) Option {
	return func(s *settings) error {
		s.log = log
		return nil
	}
}

func option(set func(*settings)) Option {
	return func(s *settings) error {
		set(s)
		return nil
	}
}

func textOption(name, value string, set func(*settings, *C.char)) Option {
	return func(s *settings) error {
		text, err := cString(name, &value)
		if err != nil {
			return err
		}
		defer C.free(unsafe.Pointer(text))
		set(s, text)
		return nil
	}
}

func timeOption(name string, d time.Duration, set func(*settings, C.uint32_t)) Option {
	return func(s *settings) error {
		ms, err := milliseconds(name, d)
		if err != nil {
			return err
		}
		set(s, ms)
		return nil
	}
}

// Client is settings, and the connections they led to. One serves a whole program.
type Client struct {
	mutex  sync.Mutex
	handle *C.graph_client
	users  int
	closed bool
	log    cgo.Handle
}

// NewClient makes a client. It connects when the first call needs it.
func NewClient(options ...Option) (*Client, error) {
	if C.graph_abi_version() < C.GRAPH_ABI_VERSION {
		return nil, refusal("libgraph_message %s has ABI %d, and graphmessage.go needs ABI %d: install a newer library",
			C.GoString(C.graph_version()), C.graph_abi_version(), C.GRAPH_ABI_VERSION)
	}
	s := settings{options: C.graph_options_new()}
	defer C.graph_options_free(s.options)
	for _, apply := range options {
		if err := apply(&s); err != nil {
			return nil, err
		}
	}
	client := &Client{users: 1}
	if s.log != nil {
		client.log = cgo.NewHandle(s.log)
		C.graph_message_set_log(s.options, C.uintptr_t(client.log))
	}
	var failure *C.graph_error
	if status := C.graph_client_new(s.options, &client.handle, &failure); status != C.GRAPH_OK {
		client.Close()
		return nil, takeError(status, failure)
	}
	runtime.SetFinalizer(client, (*Client).Close)
	return client, nil
}

// Close frees the client, after the calls in flight. Without it the garbage collector does.
func (c *Client) Close() {
	c.mutex.Lock()
	closed := c.closed
	c.closed = true
	c.mutex.Unlock()
	if !closed {
		c.release()
	}
}

// Cancel ends every call in flight within a tenth of a second; later ones are not touched.
func (c *Client) Cancel() {
	if c.acquire() == nil {
		C.graph_client_cancel(c.handle)
		c.release()
	}
}

// CallOption is a setting of one call.
type CallOption func(*C.graph_call) error

// CallTimeout bounds the whole call in place of the client's Timeout.
func CallTimeout(d time.Duration) CallOption {
	return func(call *C.graph_call) error {
		ms, err := milliseconds("CallTimeout", d)
		if err == nil {
			C.graph_call_set_timeout_ms(call, ms)
		}
		return err
	}
}

// InternetMessageID is the draft's internetMessageId: with it, a check finds the mail even where its id has changed.
func InternetMessageID(id string) CallOption {
	return func(call *C.graph_call) error {
		text, err := cString("InternetMessageID", &id)
		if err != nil {
			return err
		}
		defer C.free(unsafe.Pointer(text))
		if C.graph_call_set_internet_message_id(call, text) != C.GRAPH_OK {
			return refusal("InternetMessageID was refused: pass it as Graph showed it, <...@...>")
		}
		return nil
	}
}

// Send sends an existing draft - a new message, a reply, a reply-all or a forward - and waits for the answer. The end
// of the context ends the call: not sent where no request had left, else unknown.
//
// The token is an access token for Microsoft Graph with Mail.Send, without "Bearer ". The user is the mailbox; "" or
// "me" is that of the token's own user. The id is the draft's, as Graph gave it.
func (c *Client) Send(ctx context.Context, token, user, id string, options ...CallOption) (*Receipt, error) {
	return c.run(ctx, false, &token, &user, &id, options)
}

// Check settles an earlier error whose Sent is -1; sends nothing. A receipt: it was sent. An error that is
// Unavailable: it was not, and may be sent again.
func (c *Client) Check(ctx context.Context, token, user, id string, options ...CallOption) (*Receipt, error) {
	return c.run(ctx, true, &token, &user, &id, options)
}

// run calls C; nil is NULL there.
func (c *Client) run(
	ctx context.Context, checking bool, token, user, id *string, options []CallOption,
) (*Receipt, error) {
	if ctx == nil {
		return nil, refusal("the context is nil: pass context.Background()")
	}
	if err := c.acquire(); err != nil {
		return nil, err
	}
	defer c.release()
	var texts [3]*C.char
	for i, argument := range []*string{token, user, id} {
		text, err := cString([]string{"token", "user", "id"}[i], argument)
		if err != nil {
			return nil, err
		}
		defer C.free(unsafe.Pointer(text))
		texts[i] = text
	}
	call := C.graph_call_new()
	defer C.graph_call_free(call)
	for _, apply := range options {
		if err := apply(call); err != nil {
			return nil, err
		}
	}
	defer cancelWith(ctx, call)()

	var receipt *C.graph_receipt
	var failure *C.graph_error
	var status C.graph_status
	if checking {
		status = C.graph_client_check(c.handle, call, texts[0], texts[1], texts[2], &receipt, &failure)
	} else {
		status = C.graph_client_send(c.handle, call, texts[0], texts[1], texts[2], &receipt, &failure)
	}
	if status != C.GRAPH_OK {
		err := takeError(status, failure)
		err.cause = ctx.Err()
		return nil, err
	}
	defer C.graph_receipt_free(receipt)
	return &Receipt{
		RequestID:       C.GoString(C.graph_receipt_request_id(receipt)),
		ClientRequestID: C.GoString(C.graph_receipt_client_request_id(receipt)),
		HTTPStatus:      int(C.graph_receipt_http_status(receipt)),
		Attempts:        uint32(C.graph_receipt_attempts(receipt)),
		Evidence:        int(C.graph_receipt_evidence(receipt)),
		SentID:          C.GoString(C.graph_receipt_sent_id(receipt)),
	}, nil
}

func (c *Client) acquire() error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.closed {
		return refusal("the client was closed")
	}
	c.users++
	return nil
}

func (c *Client) release() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.users--; c.users > 0 {
		return
	}
	C.graph_client_free(c.handle)
	if c.log != 0 {
		c.log.Delete()
	}
}

// cancelWith cancels the call when the context ends, until the function that it returns was called.
func cancelWith(ctx context.Context, call *C.graph_call) func() {
	if ctx.Err() != nil {
		C.graph_call_cancel(call)
	}
	done := ctx.Done()
	if done == nil || ctx.Err() != nil {
		return func() {}
	}
	ended, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		select {
		case <-done:
			C.graph_call_cancel(call)
		case <-ended:
		}
	}()
	return func() {
		close(ended)
		// The call is freed next.
		<-stopped
	}
}

// takeError copies an error of C and frees it.
func takeError(status C.graph_status, failure *C.graph_error) *Error {
	defer C.graph_error_free(failure)
	return &Error{
		Status:            Status(status),
		Message:           C.GoString(C.graph_error_message(failure)),
		HTTPStatus:        int(C.graph_error_http_status(failure)),
		Code:              C.GoString(C.graph_error_code(failure)),
		RequestID:         C.GoString(C.graph_error_request_id(failure)),
		ClientRequestID:   C.GoString(C.graph_error_client_request_id(failure)),
		RetryAfter:        time.Duration(C.graph_error_retry_after_ms(failure)) * time.Millisecond,
		Attempts:          uint32(C.graph_error_attempts(failure)),
		Claims:            C.GoString(C.graph_error_claims(failure)),
		Seen:              int(C.graph_error_seen(failure)),
		InternetMessageID: C.GoString(C.graph_error_internet_message_id(failure)),
	}
}

func refusal(format string, values ...interface{}) *Error {
	return &Error{Status: InvalidArgument, Message: "not sent: " + fmt.Sprintf(format, values...)}
}

// cString is a copy for C, to be freed; NULL for nil.
func cString(name string, text *string) (*C.char, error) {
	if text == nil {
		return nil, nil
	}
	if at := strings.IndexByte(*text, 0); at >= 0 {
		return nil, refusal("%s holds a NUL at byte %d, where C would cut it off", name, at)
	}
	return C.CString(*text), nil
}

func milliseconds(name string, d time.Duration) (C.uint32_t, error) {
	ms := d / time.Millisecond
	if d%time.Millisecond > 0 {
		ms++
	}
	if d < 0 || ms > 1<<32-1 {
		return 0, refusal("%s is %v, not between 0 and 4294967295 ms", name, d)
	}
	return C.uint32_t(ms), nil
}

//export graphMessageLog
func graphMessageLog(handle unsafe.Pointer, level C.int32_t, line *C.char) {
	show := cgo.Handle(uintptr(handle)).Value().(func(int, string))
	text := C.GoString(line)
	ended := make(chan struct{})
	// C is above it on the stack, and neither a panic nor runtime.Goexit, which is t.Fatal's, may pass through that.
	go func() {
		defer close(ended)
		defer func() { _ = recover() }() // of the standard logger's own
		defer func() {
			if failure := recover(); failure != nil {
				log.Printf("graphmessage: the log function panicked: %v", failure)
			}
		}()
		show(int(level), text)
	}()
	<-ended
}

/*
 * graph-message: sends an existing draft through Microsoft Graph and says what became of it.
 *
 * This header is the manual. It is generated from src/ffi: change it there.
 *
 * One call is all it takes:
 *
 *     graph_error *err;
 *     graph_status status = graph_message_send(token, "megan@contoso.example", id, &err);
 *     if (status != GRAPH_OK) fprintf(stderr, "%s: %s\n", graph_status_name(status), graph_error_message(err));
 *     graph_error_free(err);
 *
 * WHAT THE ANSWER MEANS. A call ends in exactly one of: sent by this call, not sent by this call (certain), unknown
 * (a request left, and no answer that can be trusted came). graph_status_sent(status) gives 1, 0 or -1 for it. Callers
 * treat an unlisted value as GRAPH_UNKNOWN.
 *
 * THE PROMISE. A mail is sent at most once provided that the service shows an acceptance within settle_ms, that nothing
 * between us and Graph replays requests or answers in its name, and that no other process sends the same draft until it
 * shows as sent. With max_attempts 1 nothing is ever sent again. settle_ms counts from the moment at which the last doubtful
 * attempt was cut off: a service that acts on a request later than that, or shows it later, is outside of the promise.
 * GRAPH_OK with evidence 2 means that the message stopped being a draft after this call began: another program may have
 * been the one. (A mailbox over 30 messages a minute may keep accepted drafts visible longer: raise settle_ms.
 * Of several clients in one process that sent one draft, the longest settle_ms counts.)
 *
 * What is trusted: Graph's own 202, and its 4xx that refuse a message; what a look shows of this very message; and two
 * clocks, the service's (the Date of its replies) and this host's, for one question alone: whether a mail was sent before
 * this call. "Sent before" must be true by both, with five minutes to spare; where they leave it open the answer is
 * GRAPH_UNKNOWN. A suspended host and a clock that was set are noticed, but not where both happen in one call and cancel
 * each other out. What is never trusted: what is absent or unreadable; an answer about another message; a reply that is
 * not Graph's, also where it asks to wait; a reply that begins before the request has left, or repeats another request's
 * id; a draft that is seen again after it was seen gone.
 *
 * What Graph accepted in the last five minutes (of the last 4096), and what may have been sent in the last five minutes,
 * is remembered in this process by the message's id alone, whatever name the mailbox, token or host has. The first is
 * never sent again: GRAPH_NOT_A_DRAFT, and a check says GRAPH_OK. The second is looked at first. A forked child and a
 * program that is started again remember nothing: after a GRAPH_UNKNOWN they wait for settle_ms, and check, before they
 * send the draft.
 *
 * Before anything is sent a second time, and before "not sent" is said after a doubt, the mailbox is searched once, in
 * all folders, for the draft's internetMessageId, if it has one: in some tenants the sent copy is another item and the draft stays.
 * There, a program that is started again and looks first (GRAPH_VERIFY_ALWAYS) sees a draft: it calls graph_client_check
 * before it sends.
 *
 * DEFERRED MAIL. A draft with a deferred-send time (PidTagDeferredSendTime) waits in Drafts after it was accepted and
 * looks as before. After a doubt, and with GRAPH_VERIFY_ALWAYS, it proves nothing until that time and settle_ms have
 * passed: GRAPH_UNKNOWN, and nothing is sent again. Send it with GRAPH_VERIFY_ON_DOUBT.
 *
 * STRINGS in are NUL-terminated UTF-8 and copied. Strings out of an accessor are borrowed: never NULL, valid until the
 * object is freed, and not to be freed themselves.
 *
 * OBJECTS are made by _new or received through a pointer to a pointer, and freed by their _free. _free(NULL) does
 * nothing, and no _free does I/O. Freeing an object that a call still uses is the caller's error. Every accessor
 * accepts NULL. Pointer outputs are set to NULL on failure.
 *
 * THREADS. Functions that take a const T * may be called on the same object from any number of threads at once; those
 * that take a T * may not. No thread is left behind when a call returns, but for one helper that looks up a host name
 * where a call ended before the system's resolver did. Errors are objects and not tied to a thread.
 *
 * STACK. A call needs 64 KB of stack (measured with x86_64: 28 KB over plain http, 40 KB over TLS). A thread in a call must
 * not be ended by pthread_cancel or TerminateThread: the process may abort; cancel the call instead. Where memory runs out the
 * process aborts, as programs in Rust do; a call takes up to a megabyte for the body of a reply. On Windows the check
 * whether a certificate was revoked may take 10 seconds, which neither the deadline nor a cancel cuts short.
 *
 * FORK. A child process may use clients of its parent; it makes connections of its own, and does not remember its
 * parent's calls. No call may be in flight in the thread that forks.
 *
 * UNLOADING. The library stays loaded (ELF: nodelete; on Windows do not call FreeLibrary). No signal handler is
 * installed, nothing is written to stdout or stderr, sockets never take the numbers 0 to 2, errno is neither read nor promised, and no proxy is taken from the
 * environment unless an option asks for it.
 *
 * CALLING CONVENTION. Functions and callbacks are cdecl on every platform.
 *
 * ABI. Functions and values are only ever added. A program built with this header runs with any library whose
 * graph_abi_version() is GRAPH_ABI_VERSION or more.
 */

#ifndef GRAPH_MESSAGE_H
#define GRAPH_MESSAGE_H

#include <stdint.h>

/* The version of this header; graph_version() is that of the library. The number is major << 16 | minor << 8 | patch. */
#define GRAPH_VERSION "0.1.0"
#define GRAPH_VERSION_MAJOR 0
#define GRAPH_VERSION_MINOR 1
#define GRAPH_VERSION_PATCH 0
#define GRAPH_VERSION_NUMBER 256

/**
 * The operating system's certificate authorities, where a company's own are.
 */
#define GRAPH_ROOTS_SYSTEM 0

/**
 * Mozilla's certificate authorities, built in: for systems whose own store is missing or too old.
 */
#define GRAPH_ROOTS_BUNDLED 1

/**
 * Never look at the message: what is in doubt ends in GRAPH_UNKNOWN. For tokens that may not read.
 */
#define GRAPH_VERIFY_NEVER 0

/**
 * Look at the message after a doubtful attempt, and while a late answer is awaited. The default.
 */
#define GRAPH_VERIFY_ON_DOUBT 1

/**
 * Look before the first attempt as well: one request more for each mail. GRAPH_NOT_A_DRAFT and missing recipients are told
 * before anything is sent, and what is learned makes a later check certain. A draft whose deferred-send time lies ahead may have
 * been sent by an earlier run of the program: GRAPH_UNKNOWN, and nothing is sent.
 */
#define GRAPH_VERIFY_ALWAYS 2

/**
 * Level of a log line: one a call, what it ended in.
 */
#define GRAPH_LOG_INFO 3

/**
 * Level of a log line: one for each attempt, look and search.
 */
#define GRAPH_LOG_DEBUG 4

/**
 * No look was made, or none that showed anything.
 */
#define GRAPH_SEEN_NOTHING 0

/**
 * The last look showed a draft.
 */
#define GRAPH_SEEN_DRAFT 1

/**
 * The last look showed nothing under the message's id, or in Sent Items.
 */
#define GRAPH_SEEN_GONE 2

/**
 * The token may not look.
 */
#define GRAPH_SEEN_NOT_ALLOWED 3

/**
 * The last look showed a message that is no draft.
 */
#define GRAPH_SEEN_NOT_A_DRAFT 4

/**
 * Evidence of a receipt: Graph accepted the mail in its reply to this call.
 */
#define GRAPH_EVIDENCE_ACCEPTED 1

/**
 * Evidence of a receipt: a check found that the message stopped being a draft after the call began. Another program may have
 * been the one that sent it.
 */
#define GRAPH_EVIDENCE_FOUND 2

/**
 * The ABI that this header describes. Grows by one with each addition; a program built for N runs with any library whose
 * graph_abi_version is N or more.
 */
#define GRAPH_ABI_VERSION 1

/**
 * The settings of one call, and the means to cancel it from another thread.
 */
typedef struct graph_call graph_call;

/**
 * Settings, and the connections they led to. Used by any number of threads at once.
 */
typedef struct graph_client graph_client;

/**
 * Why a call did not end in GRAPH_OK. Its strings belong to it and are valid until it is freed. Read by any number of
 * threads at once; not tied to the thread that made it.
 */
typedef struct graph_error graph_error;

/**
 * Settings for a client. Not to be used by two threads at once.
 */
typedef struct graph_options graph_options;

/**
 * What is known of a mail that was sent: what an audit log keeps and Microsoft's support asks for. Its strings belong to it
 * and are valid until it is freed. Read by any number of threads at once.
 */
typedef struct graph_receipt graph_receipt;

/**
 * How a call ended. One of the GRAPH_* values below; treat a value that is not listed as GRAPH_UNKNOWN.
 */
typedef int32_t graph_status;

/**
 * Receives log lines: NUL-terminated UTF-8 without a line break, valid until it returns, and never with a token in it.
 * Called on the thread of the call that logs, so on several threads at once where several call. It must not call into the
 * client, throw, or jump out.
 */
typedef void (*graph_log_fn)(void *context, int32_t level, const char *line);

/**
 * Graph accepted the mail, or a check found it sent. Nothing is left to do.
 */
#define GRAPH_OK 0

/**
 * An argument or option is wrong: not sent, nothing left the process. Mend the call.
 */
#define GRAPH_INVALID_ARGUMENT 1

/**
 * DNS, connect, proxy or TLS failed; no attempt can have been accepted: not sent. Repeat later.
 */
#define GRAPH_UNREACHABLE 10

/**
 * Cancelled, and no attempt can have been accepted: not sent.
 */
#define GRAPH_CANCELLED 11

/**
 * The deadline cut a connect, or a wait for a slot or for another call, and no attempt can have been accepted: not sent. Repeat
 * later.
 */
#define GRAPH_TIMED_OUT 12

/**
 * Graph does not accept the token (401): not sent. Get a new token and repeat.
 */
#define GRAPH_UNAUTHENTICATED 20

/**
 * The token may not send this mail (403): not sent. Grant the permission.
 */
#define GRAPH_FORBIDDEN 21

/**
 * No such message or mailbox (404): not sent by this call. An earlier call may have sent it, its id changes when it
 * moves: look in Sent Items.
 */
#define GRAPH_NOT_FOUND 22

/**
 * Graph refused the draft (any other 4xx): no recipients, too large, a malformed id: not sent. Mend the draft.
 */
#define GRAPH_REJECTED 23

/**
 * Graph asks to wait (429), or a pause still runs for the mailbox, and no attempt or time is left: not sent. Repeat after
 * graph_error_retry_after_ms.
 */
#define GRAPH_THROTTLED 24

/**
 * The message exists and is no draft (any more): not sent by this call. Sent by an earlier call or another program, or
 * received.
 */
#define GRAPH_NOT_A_DRAFT 25

/**
 * The service failed, and the draft was seen to be still there: not sent. Repeat later.
 */
#define GRAPH_UNAVAILABLE 26

/**
 * It may have been sent: a request left and no answer that can be trusted came, and looking did not settle it.
 * graph_client_check later; do not repeat blindly.
 */
#define GRAPH_UNKNOWN 40

/**
 * A defect in this library. Treat it as GRAPH_UNKNOWN, and report it.
 */
#define GRAPH_INTERNAL 90

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The name of a status, such as "GRAPH_OK"; "unlisted" for a value that this library does not know. A constant string,
 * not to be freed. Any thread.
 */
const char *graph_status_name(graph_status status);

/**
 * Whether the call that returned this status sent the mail: 1 it did, 0 it certainly did not, -1 nobody can tell (also
 * for a value that this library does not know). A program that asks this instead of comparing values also understands the
 * statuses of a newer library. Any thread.
 */
int32_t graph_status_sent(graph_status status);

/**
 * Sends an existing draft - a new message, a reply, a reply-all or a forward - and waits for the answer, on a client that
 * the whole process shares. At most one mail leaves, as THE PROMISE above says; the status tells whether it did.
 *
 * token  an access token for Microsoft Graph with Mail.Send, without "Bearer ".
 * user   the mailbox: a user's id (GUID) or userPrincipalName, as it is, not percent-encoded. NULL, "" or "me" is the
 *        mailbox of the token's own user; a token of an application has none and must name one.
 * id     the draft's id as Graph gave it, not percent-encoded.
 * err    NULL, or receives NULL on success and else a new error to be freed with graph_error_free. What it held before
 *        is ignored.
 *
 * Any thread, any number at once. Returns by the deadline, 100 seconds unless graph_init set another.
 * POST {mailbox}/messages/{id}/send, https://learn.microsoft.com/graph/api/message-send
 */
graph_status graph_message_send(const char *token,
                                const char *user,
                                const char *id,
                                graph_error **err);

/**
 * Sends as graph_message_send does, for languages to which a pointer to a pointer is a burden: what came of it is written
 * into the caller's own memory. Trailing spaces of token, user and id are taken off, which the fields of COBOL and the fixed
 * strings of old Basics have; a NUL must follow them all the same.
 *
 * message         NULL, or receives one line: what failed and what to do next; or, where the mail was sent, the ids that an
 *                 audit log keeps. Ends in a NUL, and is cut between two characters where the buffer is too short.
 * size            the size of the buffer in bytes.
 * http_status     NULL, or receives the HTTP status, as graph_error_http_status has it, or graph_receipt_http_status.
 * retry_after_ms  NULL, or receives how long to wait, in milliseconds, as graph_error_retry_after_ms has it.
 *
 * Everything else is as for graph_message_send, graph_init included. Any thread, any number at once.
 */
graph_status graph_message_send_text(const char *token,
                                     const char *user,
                                     const char *id,
                                     char *message,
                                     uint32_t size,
                                     int32_t *http_status,
                                     uint32_t *retry_after_ms);

/**
 * Gives the shared client of graph_message_send other settings than the defaults. Optional; once, before the first
 * graph_message_send, else GRAPH_INVALID_ARGUMENT. The options are copied and stay the caller's. NULL is the defaults.
 * Any thread.
 */
graph_status graph_init(const graph_options *options,
                        graph_error **err);

/**
 * Makes a client. It connects when the first call needs it, keeps connections for the next calls, and starts no thread but, while
 * a host name is looked up, one helper. A connection that was not used for 15 seconds is used no more; the next call closes it, or
 * graph_client_free.
 *
 * options  copied; they stay the caller's. NULL is the defaults.
 * client   receives the client, to be freed with graph_client_free; NULL on failure.
 *
 * GRAPH_INVALID_ARGUMENT where an option was refused: the error names it. A client made before fork() works in the child,
 * which makes connections of its own.
 */
graph_status graph_client_new(const graph_options *options,
                              graph_client **client,
                              graph_error **err);

/**
 * Sends an existing draft, as graph_message_send does.
 *
 * call     NULL, or the call's own settings; a call that was cancelled sends nothing.
 * receipt  NULL, or receives what is known of the mail, to be freed with graph_receipt_free; NULL on failure.
 *
 * Any thread, any number at once.
 */
graph_status graph_client_send(const graph_client *client,
                               const graph_call *call,
                               const char *token,
                               const char *user,
                               const char *id,
                               graph_receipt **receipt,
                               graph_error **err);

/**
 * Settles an earlier GRAPH_UNKNOWN of the same message; sends nothing. GRAPH_OK: the mail was sent. GRAPH_UNAVAILABLE: it was
 * not, and the draft is still there; it may be sent again. GRAPH_NOT_A_DRAFT: the message is no draft and not in Sent Items: it
 * was received, or moved there. GRAPH_UNKNOWN: still nobody can tell. Looks at once, and where the draft is still there again
 * after settle_ms. Give the call the internetMessageId, if it is known.
 *
 * GRAPH_OK says that the message has been sent at some time, not by which call: a message in Sent Items was sent, however long
 * ago.
 *
 * The arguments are those of graph_client_send; the receipt's sent_id is the mail's id in Sent Items.
 */
graph_status graph_client_check(const graph_client *client,
                                const graph_call *call,
                                const char *token,
                                const char *user,
                                const char *id,
                                graph_receipt **receipt,
                                graph_error **err);

/**
 * Ends every call in flight on this client within a tenth of a second. A send ends in GRAPH_CANCELLED where no attempt can have
 * been accepted, else in GRAPH_UNKNOWN; a check ends in GRAPH_UNKNOWN. Does not wait for them. Calls that begin later are not
 * touched. Any thread; NULL is no client.
 */
void graph_client_cancel(const graph_client *client);

/**
 * Frees a client and closes its idle connections, without waiting for anything. No call may be in flight on it. NULL is
 * no client.
 */
void graph_client_free(graph_client *client);

/**
 * Makes a call's settings, to be freed with graph_call_free; NULL only where this library has a defect. It may serve
 * several calls, one after the other or at once; cancelling ends them all.
 */
graph_call *graph_call_new(void);

/**
 * Ends the call, or calls, in flight with these settings within a tenth of a second. A send ends in GRAPH_CANCELLED where no
 * attempt can have been accepted, else in GRAPH_UNKNOWN; a check ends in GRAPH_UNKNOWN. Does not wait for them. Stays: a call
 * that begins later with these settings ends at once, in the same way. Any thread; NULL is no call.
 */
void graph_call_cancel(const graph_call *call);

/**
 * Frees a call's settings. No call may be in flight with them. NULL is no call.
 */
void graph_call_free(graph_call *call);

/**
 * Bounds the whole call - waiting and retries included - in milliseconds, in place of the client's timeout_ms. 0 goes back
 * to that. Not while a call is in flight with these settings.
 */
graph_status graph_call_set_timeout_ms(graph_call *call,
                                       uint32_t ms);

/**
 * The draft's internetMessageId, as Graph showed it when the draft was made: "<...@...>". With it, a check finds the mail in
 * Sent Items even where its id has changed. NULL or "" is none. Not while a call is in flight with these settings.
 */
graph_status graph_call_set_internet_message_id(graph_call *call,
                                                const char *internet_message_id);

/**
 * Makes options with every default, to be freed with graph_options_free; NULL only where this library has a defect.
 *
 * A value that a setter refuses returns GRAPH_INVALID_ARGUMENT and spoils the options for good: graph_client_new and
 * graph_init then fail, and their error says which it was and why. So the statuses of setters need no checking.
 */
graph_options *graph_options_new(void);

/**
 * Frees options; clients made from them keep their copy. NULL is no options.
 */
void graph_options_free(graph_options *options);

/**
 * The service root. Default https://graph.microsoft.com/v1.0; the national clouds' are listed at
 * https://learn.microsoft.com/graph/deployments. Must be https, unless its host is localhost or a loopback address; without
 * credentials, query and fragment.
 */
graph_status graph_options_set_base_url(graph_options *options,
                                        const char *url);

/**
 * Bounds a whole call, waiting and retries included, in milliseconds. Default 100000; 0 is the default.
 */
graph_status graph_options_set_timeout_ms(graph_options *options, uint32_t ms);

/**
 * Bounds one attempt, from its DNS look-up to the end of the reply, in milliseconds. Default 30000; 0 is the default.
 */
graph_status graph_options_set_attempt_timeout_ms(graph_options *options,
                                                  uint32_t ms);

/**
 * Bounds the DNS look-up, connect, proxy and TLS handshake of one attempt together, in milliseconds. Default 10000; 0 is the
 * default.
 */
graph_status graph_options_set_connect_timeout_ms(graph_options *options,
                                                  uint32_t ms);

/**
 * How often a send is tried at most. Default 4; 0 is the default; with 1 nothing is ever sent again. Only after what
 * certainly did nothing: a 429, an attempt of which no byte left, and one after which the draft is found unsent.
 */
graph_status graph_options_set_max_attempts(graph_options *options,
                                            uint32_t attempts);

/**
 * When to look at the message that is sent: one of GRAPH_VERIFY_*. Looking needs Mail.Read beside Mail.Send; without it a doubt
 * ends in GRAPH_UNKNOWN, and GRAPH_VERIFY_ALWAYS in GRAPH_FORBIDDEN. Mail.ReadBasic does not show whether a draft is deferred
 * (https://learn.microsoft.com/graph/permissions-reference): do not use it where drafts are.
 */
graph_status graph_options_set_verify(graph_options *options,
                                      int32_t verify);

/**
 * How long the service may take to act on a request and to show that it accepted a mail, in milliseconds. Default 20000, at most
 * 240000; 0 is the default. It counts from the moment at which a doubtful attempt was cut off, and covers both: a service that
 * acts later than this is outside of the promise. A draft that is still there, unchanged, this long after the cut counts as not
 * sent. Raise it for a mailbox that sends more than 30 messages a minute, whose accepted drafts may stay visible longer. Where
 * calls of several clients sent one draft, the longest of their times counts.
 */
graph_status graph_options_set_settle_ms(graph_options *options,
                                         uint32_t ms);

/**
 * How many requests to one mailbox are in flight at once; further calls wait for their turn inside their deadlines. Default
 * 4, which is Graph's own limit for an application; 0 is the default.
 */
graph_status graph_options_set_mailbox_concurrency(graph_options *options,
                                                   uint32_t at_once);

/**
 * The proxy for https: http://, https:// or socks5://, with "user:password@" before the host if it wants a login (both
 * percent-encoded). NULL or "" is none, the default. A base URL of plain http is on loopback and never uses a proxy.
 */
graph_status graph_options_set_proxy(graph_options *options,
                                     const char *url);

/**
 * Takes the proxy from the environment as it is now: https_proxy, else all_proxy, and the exceptions of no_proxy, each in
 * lower case or else upper case. None where neither is set. No other function takes a proxy from the environment.
 */
graph_status graph_options_set_proxy_from_environment(graph_options *options);

/**
 * A PEM file of certificate authorities to trust besides the roots, such as that of a proxy which opens TLS. Read now; a
 * file that cannot be read or holds no usable certificate is refused.
 */
graph_status graph_options_set_ca_file(graph_options *options,
                                       const char *path);

/**
 * The certificate authorities to trust: GRAPH_ROOTS_SYSTEM, the default, or GRAPH_ROOTS_BUNDLED. The system's are loaded when
 * the first connection needs them; outside Windows and macOS the environment's SSL_CERT_FILE and SSL_CERT_DIR name them, if
 * set.
 */
graph_status graph_options_set_roots(graph_options *options,
                                     int32_t roots);

/**
 * The calling program's name for the User-Agent header, such as "Billing/4.2"; this library's follows it. NULL or "" is
 * none, the default.
 */
graph_status graph_options_set_user_agent(graph_options *options,
                                          const char *product);

/**
 * A function that receives log lines. NULL, the default, logs nothing. The context is passed on as it is, and must be valid
 * for as long as a client made from these options is used.
 */
graph_status graph_options_set_log(graph_options *options,
                                   graph_log_fn log,
                                   void *context);

/**
 * The status that the call returned; GRAPH_OK for NULL.
 */
graph_status graph_error_status(const graph_error *error);

/**
 * The HTTP status of the last reply to a send, or, where the look before sending failed or was refused, of the reply to that; other
 * looks do not count. 0 where none came, and for NULL.
 */
int32_t graph_error_http_status(const graph_error *error);

/**
 * Graph's error.code in the reply of graph_error_http_status, such as "ErrorAccessDenied"; "" where there is none. Branch on it,
 * not on the message. https://learn.microsoft.com/graph/errors
 */
const char *graph_error_code(const graph_error *error);

/**
 * One line for a log: what failed, where, and what to do next. In English; never with a token in it.
 */
const char *graph_error_message(const graph_error *error);

/**
 * The request-id of the reply of graph_error_http_status, which Microsoft's support asks for; "" where there is none.
 */
const char *graph_error_request_id(const graph_error *error);

/**
 * The client-request-id, a GUID that went with every attempt of the call: there also where no reply came; "" where the
 * arguments were refused.
 */
const char *graph_error_client_request_id(const graph_error *error);

/**
 * How long to wait before the draft is sent again, in milliseconds: as Graph asks, two minutes where it asks and does not say how
 * long; 0 where it does not ask.
 */
uint32_t graph_error_retry_after_ms(const graph_error *error);

/**
 * How many attempts to send handed on at least one byte of a request. Looks are not counted.
 */
uint32_t graph_error_attempts(const graph_error *error);

/**
 * The claims challenge of a GRAPH_UNAUTHENTICATED, decoded: JSON to pass as claims when asking for the next token; "" where
 * there is none. https://learn.microsoft.com/entra/identity-platform/claims-challenge
 */
const char *graph_error_claims(const graph_error *error);

/**
 * What the last look at the message showed: one of GRAPH_SEEN_*; a newer library may have more.
 */
int32_t graph_error_seen(const graph_error *error);

/**
 * The message's internetMessageId where it is known, from the caller or from a look; else "". Keep it for graph_client_check.
 */
const char *graph_error_internet_message_id(const graph_error *error);

/**
 * Frees an error and its strings. NULL is no error.
 */
void graph_error_free(graph_error *error);

/**
 * The request-id of the last reply to a send; "" where none came or it named none.
 */
const char *graph_receipt_request_id(const graph_receipt *receipt);

/**
 * The client-request-id, a GUID that went with every attempt of the call.
 */
const char *graph_receipt_client_request_id(const graph_receipt *receipt);

/**
 * The HTTP status of the last reply to a send: 202, as Graph documents it, or another 2xx; where a check found the mail sent,
 * whatever came, and 0 where nothing did. 0 for NULL.
 */
int32_t graph_receipt_http_status(const graph_receipt *receipt);

/**
 * How many attempts handed on at least one byte of a request.
 */
uint32_t graph_receipt_attempts(const graph_receipt *receipt);

/**
 * How it is known that the mail was sent: one of GRAPH_EVIDENCE_*; a newer library may have more. 0 for NULL.
 */
int32_t graph_receipt_evidence(const graph_receipt *receipt);

/**
 * The mail's id in Sent Items where a check learned it; else "".
 */
const char *graph_receipt_sent_id(const graph_receipt *receipt);

/**
 * Frees a receipt and its strings. NULL is no receipt.
 */
void graph_receipt_free(graph_receipt *receipt);

/**
 * The version of the library that is loaded, such as "1.4.0"; GRAPH_VERSION is that of the header. A constant string, not
 * to be freed. Any thread.
 */
const char *graph_version(void);

/**
 * The ABI of the library that is loaded: compare it with GRAPH_ABI_VERSION before the first other call where the library is
 * loaded at run time. Any thread.
 */
uint32_t graph_abi_version(void);

/**
 * Frees a string that a function of this library hands over to its caller. No function does so yet; one that does will name this
 * function in its description. NULL is no string. Such a string is never freed with free(), and a string that an accessor returned
 * is never freed with this function.
 */
void graph_string_free(char *string);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* GRAPH_MESSAGE_H */

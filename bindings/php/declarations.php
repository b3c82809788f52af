<?php

declare(strict_types=1);

namespace GraphMessage;

/**
 * The C interface of graph-message for PHP's FFI, written by bindings/declare. What each function does is told by
 * graph_message.h; graph_message.php is what a program uses.
 */
interface Declarations
{
    // How a call ended. Treat a value that is not listed as GRAPH_UNKNOWN.
    public const GRAPH_OK = 0;
    public const GRAPH_INVALID_ARGUMENT = 1;
    public const GRAPH_UNREACHABLE = 10;
    public const GRAPH_CANCELLED = 11;
    public const GRAPH_TIMED_OUT = 12;
    public const GRAPH_UNAUTHENTICATED = 20;
    public const GRAPH_FORBIDDEN = 21;
    public const GRAPH_NOT_FOUND = 22;
    public const GRAPH_REJECTED = 23;
    public const GRAPH_THROTTLED = 24;
    public const GRAPH_NOT_A_DRAFT = 25;
    public const GRAPH_UNAVAILABLE = 26;
    public const GRAPH_UNKNOWN = 40;
    public const GRAPH_INTERNAL = 90;
    // Which certificate authorities to trust.
    public const GRAPH_ROOTS_SYSTEM = 0;
    public const GRAPH_ROOTS_BUNDLED = 1;
    // When to look at the message that is sent.
    public const GRAPH_VERIFY_NEVER = 0;
    public const GRAPH_VERIFY_ON_DOUBT = 1;
    public const GRAPH_VERIFY_ALWAYS = 2;
    // Levels of a log line.
    public const GRAPH_LOG_INFO = 3;
    public const GRAPH_LOG_DEBUG = 4;
    // What the last look at the message showed.
    public const GRAPH_SEEN_NOTHING = 0;
    public const GRAPH_SEEN_DRAFT = 1;
    public const GRAPH_SEEN_GONE = 2;
    public const GRAPH_SEEN_NOT_ALLOWED = 3;
    public const GRAPH_SEEN_NOT_A_DRAFT = 4;
    // How it is known that the mail was sent.
    public const GRAPH_EVIDENCE_ACCEPTED = 1;
    public const GRAPH_EVIDENCE_FOUND = 2;
    // The library must have this ABI or a newer one.
    public const GRAPH_ABI_VERSION = 1;

    // What every library has. A const char * that is returned becomes a string of PHP, a copy.
    public const C_VERSION = <<<'C'
        const char *graph_version(void);
        uint32_t graph_abi_version(void);
        C;

    // All there is.
    public const C = <<<'C'
        typedef struct graph_call graph_call;
        typedef struct graph_client graph_client;
        typedef struct graph_error graph_error;
        typedef struct graph_options graph_options;
        typedef struct graph_receipt graph_receipt;
        typedef int32_t graph_status;
        typedef void (*graph_log_fn)(void *context, int32_t level, const char *line);
        const char *graph_status_name(graph_status status);
        int32_t graph_status_sent(graph_status status);
        graph_status graph_message_send(const char *token, const char *user, const char *id, graph_error **err);
        graph_status graph_message_send_text(const char *token, const char *user, const char *id, char *message,
            uint32_t size, int32_t *http_status, uint32_t *retry_after_ms);
        graph_status graph_init(const graph_options *options, graph_error **err);
        graph_status graph_client_new(const graph_options *options, graph_client **client, graph_error **err);
        graph_status graph_client_send(const graph_client *client, const graph_call *call, const char *token,
            const char *user, const char *id, graph_receipt **receipt, graph_error **err);
        graph_status graph_client_check(const graph_client *client, const graph_call *call, const char *token,
            const char *user, const char *id, graph_receipt **receipt, graph_error **err);
        void graph_client_cancel(const graph_client *client);
        void graph_client_free(graph_client *client);
        graph_call *graph_call_new(void);
        void graph_call_cancel(const graph_call *call);
        void graph_call_free(graph_call *call);
        graph_status graph_call_set_timeout_ms(graph_call *call, uint32_t ms);
        graph_status graph_call_set_internet_message_id(graph_call *call, const char *internet_message_id);
        graph_options *graph_options_new(void);
        void graph_options_free(graph_options *options);
        graph_status graph_options_set_base_url(graph_options *options, const char *url);
        graph_status graph_options_set_timeout_ms(graph_options *options, uint32_t ms);
        graph_status graph_options_set_attempt_timeout_ms(graph_options *options, uint32_t ms);
        graph_status graph_options_set_connect_timeout_ms(graph_options *options, uint32_t ms);
        graph_status graph_options_set_max_attempts(graph_options *options, uint32_t attempts);
        graph_status graph_options_set_verify(graph_options *options, int32_t verify);
        graph_status graph_options_set_settle_ms(graph_options *options, uint32_t ms);
        graph_status graph_options_set_mailbox_concurrency(graph_options *options, uint32_t at_once);
        graph_status graph_options_set_proxy(graph_options *options, const char *url);
        graph_status graph_options_set_proxy_from_environment(graph_options *options);
        graph_status graph_options_set_ca_file(graph_options *options, const char *path);
        graph_status graph_options_set_roots(graph_options *options, int32_t roots);
        graph_status graph_options_set_user_agent(graph_options *options, const char *product);
        graph_status graph_options_set_log(graph_options *options, graph_log_fn log, void *context);
        graph_status graph_error_status(const graph_error *error);
        int32_t graph_error_http_status(const graph_error *error);
        const char *graph_error_code(const graph_error *error);
        const char *graph_error_message(const graph_error *error);
        const char *graph_error_request_id(const graph_error *error);
        const char *graph_error_client_request_id(const graph_error *error);
        uint32_t graph_error_retry_after_ms(const graph_error *error);
        uint32_t graph_error_attempts(const graph_error *error);
        const char *graph_error_claims(const graph_error *error);
        int32_t graph_error_seen(const graph_error *error);
        const char *graph_error_internet_message_id(const graph_error *error);
        void graph_error_free(graph_error *error);
        const char *graph_receipt_request_id(const graph_receipt *receipt);
        const char *graph_receipt_client_request_id(const graph_receipt *receipt);
        int32_t graph_receipt_http_status(const graph_receipt *receipt);
        uint32_t graph_receipt_attempts(const graph_receipt *receipt);
        int32_t graph_receipt_evidence(const graph_receipt *receipt);
        const char *graph_receipt_sent_id(const graph_receipt *receipt);
        void graph_receipt_free(graph_receipt *receipt);
        const char *graph_version(void);
        uint32_t graph_abi_version(void);
        void graph_string_free(char *string);
        C;
}

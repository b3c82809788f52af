'use strict';

// The C interface of graph-message for koffi, written by bindings/declare. What each function does is told by
// include/graph_message.h; graph_message.cjs is what a program uses.

const constants = Object.freeze({
  // How a call ended. Treat a value that is not listed as GRAPH_UNKNOWN.
  GRAPH_OK: 0,
  GRAPH_INVALID_ARGUMENT: 1,
  GRAPH_UNREACHABLE: 10,
  GRAPH_CANCELLED: 11,
  GRAPH_TIMED_OUT: 12,
  GRAPH_UNAUTHENTICATED: 20,
  GRAPH_FORBIDDEN: 21,
  GRAPH_NOT_FOUND: 22,
  GRAPH_REJECTED: 23,
  GRAPH_THROTTLED: 24,
  GRAPH_NOT_A_DRAFT: 25,
  GRAPH_UNAVAILABLE: 26,
  GRAPH_UNKNOWN: 40,
  GRAPH_INTERNAL: 90,
  // Which certificate authorities to trust.
  GRAPH_ROOTS_SYSTEM: 0,
  GRAPH_ROOTS_BUNDLED: 1,
  // When to look at the message that is sent.
  GRAPH_VERIFY_NEVER: 0,
  GRAPH_VERIFY_ON_DOUBT: 1,
  GRAPH_VERIFY_ALWAYS: 2,
  // Levels of a log line.
  GRAPH_LOG_INFO: 3,
  GRAPH_LOG_DEBUG: 4,
  // What the last look at the message showed.
  GRAPH_SEEN_NOTHING: 0,
  GRAPH_SEEN_DRAFT: 1,
  GRAPH_SEEN_GONE: 2,
  GRAPH_SEEN_NOT_ALLOWED: 3,
  GRAPH_SEEN_NOT_A_DRAFT: 4,
  // How it is known that the mail was sent.
  GRAPH_EVIDENCE_ACCEPTED: 1,
  GRAPH_EVIDENCE_FOUND: 2,
  // The library must have this ABI or a newer one.
  GRAPH_ABI_VERSION: 1,
});

// What the library calls: the result, and the arguments.
const callbacks = {
  graph_log_fn: ['void', ['void *', 'int32_t', 'const char *']],
};

// By their names.
const functions = {
  graph_status_name: 'const char *graph_status_name(int32_t status)',
  graph_status_sent: 'int32_t graph_status_sent(int32_t status)',
  graph_message_send:
    'int32_t graph_message_send(const char *token, const char *user, const char *id, _Out_ void **err)',
  graph_message_send_text:
    'int32_t graph_message_send_text(const char *token, const char *user, const char *id, _Out_ char *message, '
    + 'uint32_t size, _Out_ int32_t *http_status, _Out_ uint32_t *retry_after_ms)',
  graph_init: 'int32_t graph_init(void *options, _Out_ void **err)',
  graph_client_new: 'int32_t graph_client_new(void *options, _Out_ void **client, _Out_ void **err)',
  graph_client_send:
    'int32_t graph_client_send(void *client, void *call, const char *token, const char *user, const char *id, _Out_ '
    + 'void **receipt, _Out_ void **err)',
  graph_client_check:
    'int32_t graph_client_check(void *client, void *call, const char *token, const char *user, const char *id, _Out_ '
    + 'void **receipt, _Out_ void **err)',
  graph_client_cancel: 'void graph_client_cancel(void *client)',
  graph_client_free: 'void graph_client_free(void *client)',
  graph_call_new: 'void *graph_call_new(void)',
  graph_call_cancel: 'void graph_call_cancel(void *call)',
  graph_call_free: 'void graph_call_free(void *call)',
  graph_call_set_timeout_ms: 'int32_t graph_call_set_timeout_ms(void *call, uint32_t ms)',
  graph_call_set_internet_message_id:
    'int32_t graph_call_set_internet_message_id(void *call, const char *internet_message_id)',
  graph_options_new: 'void *graph_options_new(void)',
  graph_options_free: 'void graph_options_free(void *options)',
  graph_options_set_base_url: 'int32_t graph_options_set_base_url(void *options, const char *url)',
  graph_options_set_timeout_ms: 'int32_t graph_options_set_timeout_ms(void *options, uint32_t ms)',
  graph_options_set_attempt_timeout_ms: 'int32_t graph_options_set_attempt_timeout_ms(void *options, uint32_t ms)',
  graph_options_set_connect_timeout_ms: 'int32_t graph_options_set_connect_timeout_ms(void *options, uint32_t ms)',
  graph_options_set_max_attempts: 'int32_t graph_options_set_max_attempts(void *options, uint32_t attempts)',
  graph_options_set_verify: 'int32_t graph_options_set_verify(void *options, int32_t verify)',
  graph_options_set_settle_ms: 'int32_t graph_options_set_settle_ms(void *options, uint32_t ms)',
  graph_options_set_mailbox_concurrency:
    'int32_t graph_options_set_mailbox_concurrency(void *options, uint32_t at_once)',
  graph_options_set_proxy: 'int32_t graph_options_set_proxy(void *options, const char *url)',
  graph_options_set_proxy_from_environment: 'int32_t graph_options_set_proxy_from_environment(void *options)',
  graph_options_set_ca_file: 'int32_t graph_options_set_ca_file(void *options, const char *path)',
  graph_options_set_roots: 'int32_t graph_options_set_roots(void *options, int32_t roots)',
  graph_options_set_user_agent: 'int32_t graph_options_set_user_agent(void *options, const char *product)',
  graph_options_set_log: 'int32_t graph_options_set_log(void *options, void *log, void *context)',
  graph_error_status: 'int32_t graph_error_status(void *error)',
  graph_error_http_status: 'int32_t graph_error_http_status(void *error)',
  graph_error_code: 'const char *graph_error_code(void *error)',
  graph_error_message: 'const char *graph_error_message(void *error)',
  graph_error_request_id: 'const char *graph_error_request_id(void *error)',
  graph_error_client_request_id: 'const char *graph_error_client_request_id(void *error)',
  graph_error_retry_after_ms: 'uint32_t graph_error_retry_after_ms(void *error)',
  graph_error_attempts: 'uint32_t graph_error_attempts(void *error)',
  graph_error_claims: 'const char *graph_error_claims(void *error)',
  graph_error_seen: 'int32_t graph_error_seen(void *error)',
  graph_error_internet_message_id: 'const char *graph_error_internet_message_id(void *error)',
  graph_error_free: 'void graph_error_free(void *error)',
  graph_receipt_request_id: 'const char *graph_receipt_request_id(void *receipt)',
  graph_receipt_client_request_id: 'const char *graph_receipt_client_request_id(void *receipt)',
  graph_receipt_http_status: 'int32_t graph_receipt_http_status(void *receipt)',
  graph_receipt_attempts: 'uint32_t graph_receipt_attempts(void *receipt)',
  graph_receipt_evidence: 'int32_t graph_receipt_evidence(void *receipt)',
  graph_receipt_sent_id: 'const char *graph_receipt_sent_id(void *receipt)',
  graph_receipt_free: 'void graph_receipt_free(void *receipt)',
  graph_version: 'const char *graph_version(void)',
  graph_abi_version: 'uint32_t graph_abi_version(void)',
  graph_string_free: 'void graph_string_free(void *string)',
};

module.exports = { constants, callbacks, functions };

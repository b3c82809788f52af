// The types of declarations.cjs and of the functions that koffi makes of it, written by bindings/declare.

/** An address; null is NULL. */
export type Pointer = bigint | null;

/** UTF-8, which a NUL ends where it is bytes; null is NULL. */
export type Text = string | Uint8Array | null;

/** A function of C. `async` runs it on another thread, and calls back. */
export type Native<F extends (...given: any[]) => any> = F & {
  async(...given: [...Parameters<F>, (error: Error | null, result: ReturnType<F>) => void]): void;
};

export declare const constants: {
  // How a call ended. Treat a value that is not listed as GRAPH_UNKNOWN.
  readonly GRAPH_OK: 0;
  readonly GRAPH_INVALID_ARGUMENT: 1;
  readonly GRAPH_UNREACHABLE: 10;
  readonly GRAPH_CANCELLED: 11;
  readonly GRAPH_TIMED_OUT: 12;
  readonly GRAPH_UNAUTHENTICATED: 20;
  readonly GRAPH_FORBIDDEN: 21;
  readonly GRAPH_NOT_FOUND: 22;
  readonly GRAPH_REJECTED: 23;
  readonly GRAPH_THROTTLED: 24;
  readonly GRAPH_NOT_A_DRAFT: 25;
  readonly GRAPH_UNAVAILABLE: 26;
  readonly GRAPH_UNKNOWN: 40;
  readonly GRAPH_INTERNAL: 90;
  // Which certificate authorities to trust.
  readonly GRAPH_ROOTS_SYSTEM: 0;
  readonly GRAPH_ROOTS_BUNDLED: 1;
  // When to look at the message that is sent.
  readonly GRAPH_VERIFY_NEVER: 0;
  readonly GRAPH_VERIFY_ON_DOUBT: 1;
  readonly GRAPH_VERIFY_ALWAYS: 2;
  // Levels of a log line.
  readonly GRAPH_LOG_INFO: 3;
  readonly GRAPH_LOG_DEBUG: 4;
  // What the last look at the message showed.
  readonly GRAPH_SEEN_NOTHING: 0;
  readonly GRAPH_SEEN_DRAFT: 1;
  readonly GRAPH_SEEN_GONE: 2;
  readonly GRAPH_SEEN_NOT_ALLOWED: 3;
  readonly GRAPH_SEEN_NOT_A_DRAFT: 4;
  // How it is known that the mail was sent.
  readonly GRAPH_EVIDENCE_ACCEPTED: 1;
  readonly GRAPH_EVIDENCE_FOUND: 2;
  // The library must have this ABI or a newer one.
  readonly GRAPH_ABI_VERSION: 1;
};

export interface Library {
  readonly graph_status_name: Native<(status: number) => string>;
  readonly graph_status_sent: Native<(status: number) => number>;
  readonly graph_message_send: Native<(token: Text, user: Text, id: Text, err: [Pointer]) => number>;
  readonly graph_message_send_text: Native<(token: Text, user: Text, id: Text, message: Uint8Array, size: number,
    http_status: [number], retry_after_ms: [number]) => number>;
  readonly graph_init: Native<(options: Pointer, err: [Pointer]) => number>;
  readonly graph_client_new: Native<(options: Pointer, client: [Pointer], err: [Pointer]) => number>;
  readonly graph_client_send: Native<(client: Pointer, call: Pointer, token: Text, user: Text, id: Text, receipt:
    [Pointer], err: [Pointer]) => number>;
  readonly graph_client_check: Native<(client: Pointer, call: Pointer, token: Text, user: Text, id: Text, receipt:
    [Pointer], err: [Pointer]) => number>;
  readonly graph_client_cancel: Native<(client: Pointer) => void>;
  readonly graph_client_free: Native<(client: Pointer) => void>;
  readonly graph_call_new: Native<() => Pointer>;
  readonly graph_call_cancel: Native<(call: Pointer) => void>;
  readonly graph_call_free: Native<(call: Pointer) => void>;
  readonly graph_call_set_timeout_ms: Native<(call: Pointer, ms: number) => number>;
  readonly graph_call_set_internet_message_id: Native<(call: Pointer, internet_message_id: Text) => number>;
  readonly graph_options_new: Native<() => Pointer>;
  readonly graph_options_free: Native<(options: Pointer) => void>;
  readonly graph_options_set_base_url: Native<(options: Pointer, url: Text) => number>;
  readonly graph_options_set_timeout_ms: Native<(options: Pointer, ms: number) => number>;
  readonly graph_options_set_attempt_timeout_ms: Native<(options: Pointer, ms: number) => number>;
  readonly graph_options_set_connect_timeout_ms: Native<(options: Pointer, ms: number) => number>;
  readonly graph_options_set_max_attempts: Native<(options: Pointer, attempts: number) => number>;
  readonly graph_options_set_verify: Native<(options: Pointer, verify: number) => number>;
  readonly graph_options_set_settle_ms: Native<(options: Pointer, ms: number) => number>;
  readonly graph_options_set_mailbox_concurrency: Native<(options: Pointer, at_once: number) => number>;
  readonly graph_options_set_proxy: Native<(options: Pointer, url: Text) => number>;
  readonly graph_options_set_proxy_from_environment: Native<(options: Pointer) => number>;
  readonly graph_options_set_ca_file: Native<(options: Pointer, path: Text) => number>;
  readonly graph_options_set_roots: Native<(options: Pointer, roots: number) => number>;
  readonly graph_options_set_user_agent: Native<(options: Pointer, product: Text) => number>;
  readonly graph_options_set_log: Native<(options: Pointer, log: Pointer, context: Pointer) => number>;
  readonly graph_error_status: Native<(error: Pointer) => number>;
  readonly graph_error_http_status: Native<(error: Pointer) => number>;
  readonly graph_error_code: Native<(error: Pointer) => string>;
  readonly graph_error_message: Native<(error: Pointer) => string>;
  readonly graph_error_request_id: Native<(error: Pointer) => string>;
  readonly graph_error_client_request_id: Native<(error: Pointer) => string>;
  readonly graph_error_retry_after_ms: Native<(error: Pointer) => number>;
  readonly graph_error_attempts: Native<(error: Pointer) => number>;
  readonly graph_error_claims: Native<(error: Pointer) => string>;
  readonly graph_error_seen: Native<(error: Pointer) => number>;
  readonly graph_error_internet_message_id: Native<(error: Pointer) => string>;
  readonly graph_error_free: Native<(error: Pointer) => void>;
  readonly graph_receipt_request_id: Native<(receipt: Pointer) => string>;
  readonly graph_receipt_client_request_id: Native<(receipt: Pointer) => string>;
  readonly graph_receipt_http_status: Native<(receipt: Pointer) => number>;
  readonly graph_receipt_attempts: Native<(receipt: Pointer) => number>;
  readonly graph_receipt_evidence: Native<(receipt: Pointer) => number>;
  readonly graph_receipt_sent_id: Native<(receipt: Pointer) => string>;
  readonly graph_receipt_free: Native<(receipt: Pointer) => void>;
  readonly graph_version: Native<() => string>;
  readonly graph_abi_version: Native<() => number>;
  readonly graph_string_free: Native<(string: Pointer) => void>;
}

// The C API of graph_message.h as JNA calls it, written by bindings/declare.

package graphmessage;

import com.sun.jna.Callback;
import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;

/** graph_message.h: texts in are bytes that a NUL ends, numbers of ms and attempts are unsigned. */
public interface GraphLibrary extends Library {
    /** graph_log_fn of C. */
    interface LogFunction extends Callback {
        void invoke(Pointer context, int level, Pointer line);
    }

    // How a call ended. Treat a value that is not listed as GRAPH_UNKNOWN.
    int GRAPH_OK = 0;
    int GRAPH_INVALID_ARGUMENT = 1;
    int GRAPH_UNREACHABLE = 10;
    int GRAPH_CANCELLED = 11;
    int GRAPH_TIMED_OUT = 12;
    int GRAPH_UNAUTHENTICATED = 20;
    int GRAPH_FORBIDDEN = 21;
    int GRAPH_NOT_FOUND = 22;
    int GRAPH_REJECTED = 23;
    int GRAPH_THROTTLED = 24;
    int GRAPH_NOT_A_DRAFT = 25;
    int GRAPH_UNAVAILABLE = 26;
    int GRAPH_UNKNOWN = 40;
    int GRAPH_INTERNAL = 90;
    // Which certificate authorities to trust.
    int GRAPH_ROOTS_SYSTEM = 0;
    int GRAPH_ROOTS_BUNDLED = 1;
    // When to look at the message that is sent.
    int GRAPH_VERIFY_NEVER = 0;
    int GRAPH_VERIFY_ON_DOUBT = 1;
    int GRAPH_VERIFY_ALWAYS = 2;
    // Levels of a log line.
    int GRAPH_LOG_INFO = 3;
    int GRAPH_LOG_DEBUG = 4;
    // What the last look at the message showed.
    int GRAPH_SEEN_NOTHING = 0;
    int GRAPH_SEEN_DRAFT = 1;
    int GRAPH_SEEN_GONE = 2;
    int GRAPH_SEEN_NOT_ALLOWED = 3;
    int GRAPH_SEEN_NOT_A_DRAFT = 4;
    // How it is known that the mail was sent.
    int GRAPH_EVIDENCE_ACCEPTED = 1;
    int GRAPH_EVIDENCE_FOUND = 2;
    // The library must have this ABI or a newer one.
    int GRAPH_ABI_VERSION = 1;

    Pointer graph_status_name(int status);
    int graph_status_sent(int status);
    int graph_message_send(byte[] token, byte[] user, byte[] id, PointerByReference err);
    int graph_message_send_text(byte[] token, byte[] user, byte[] id, byte[] message, int size,
        IntByReference httpStatus, IntByReference retryAfterMs);
    int graph_init(Pointer options, PointerByReference err);
    int graph_client_new(Pointer options, PointerByReference client, PointerByReference err);
    int graph_client_send(Pointer client, Pointer call, byte[] token, byte[] user, byte[] id,
        PointerByReference receipt, PointerByReference err);
    int graph_client_check(Pointer client, Pointer call, byte[] token, byte[] user, byte[] id,
        PointerByReference receipt, PointerByReference err);
    void graph_client_cancel(Pointer client);
    void graph_client_free(Pointer client);
    Pointer graph_call_new();
    void graph_call_cancel(Pointer call);
    void graph_call_free(Pointer call);
    int graph_call_set_timeout_ms(Pointer call, int ms);
    int graph_call_set_internet_message_id(Pointer call, byte[] internetMessageId);
    Pointer graph_options_new();
    void graph_options_free(Pointer options);
    int graph_options_set_base_url(Pointer options, byte[] url);
    int graph_options_set_timeout_ms(Pointer options, int ms);
    int graph_options_set_attempt_timeout_ms(Pointer options, int ms);
    int graph_options_set_connect_timeout_ms(Pointer options, int ms);
    int graph_options_set_max_attempts(Pointer options, int attempts);
    int graph_options_set_verify(Pointer options, int verify);
    int graph_options_set_settle_ms(Pointer options, int ms);
    int graph_options_set_mailbox_concurrency(Pointer options, int atOnce);
    int graph_options_set_proxy(Pointer options, byte[] url);
    int graph_options_set_proxy_from_environment(Pointer options);
    int graph_options_set_ca_file(Pointer options, byte[] path);
    int graph_options_set_roots(Pointer options, int roots);
    int graph_options_set_user_agent(Pointer options, byte[] product);
    int graph_options_set_log(Pointer options, LogFunction log, Pointer context);
    int graph_error_status(Pointer error);
    int graph_error_http_status(Pointer error);
    Pointer graph_error_code(Pointer error);
    Pointer graph_error_message(Pointer error);
    Pointer graph_error_request_id(Pointer error);
    Pointer graph_error_client_request_id(Pointer error);
    int graph_error_retry_after_ms(Pointer error);
    int graph_error_attempts(Pointer error);
    Pointer graph_error_claims(Pointer error);
    int graph_error_seen(Pointer error);
    Pointer graph_error_internet_message_id(Pointer error);
    void graph_error_free(Pointer error);
    Pointer graph_receipt_request_id(Pointer receipt);
    Pointer graph_receipt_client_request_id(Pointer receipt);
    int graph_receipt_http_status(Pointer receipt);
    int graph_receipt_attempts(Pointer receipt);
    int graph_receipt_evidence(Pointer receipt);
    Pointer graph_receipt_sent_id(Pointer receipt);
    void graph_receipt_free(Pointer receipt);
    Pointer graph_version();
    int graph_abi_version();
    void graph_string_free(Pointer string);
}

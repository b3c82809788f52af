package Graph::Message::C;

# The C interface of graph-message for FFI::Platypus, written by bindings/declare. What each function does is told by
# include/graph_message.h; Graph::Message is what a program uses.

use strict;
use warnings;

our %CONSTANTS = (
    # How a call ended. Treat a value that is not listed as GRAPH_UNKNOWN.
    GRAPH_OK => 0,
    GRAPH_INVALID_ARGUMENT => 1,
    GRAPH_UNREACHABLE => 10,
    GRAPH_CANCELLED => 11,
    GRAPH_TIMED_OUT => 12,
    GRAPH_UNAUTHENTICATED => 20,
    GRAPH_FORBIDDEN => 21,
    GRAPH_NOT_FOUND => 22,
    GRAPH_REJECTED => 23,
    GRAPH_THROTTLED => 24,
    GRAPH_NOT_A_DRAFT => 25,
    GRAPH_UNAVAILABLE => 26,
    GRAPH_UNKNOWN => 40,
    GRAPH_INTERNAL => 90,
    # Which certificate authorities to trust.
    GRAPH_ROOTS_SYSTEM => 0,
    GRAPH_ROOTS_BUNDLED => 1,
    # When to look at the message that is sent.
    GRAPH_VERIFY_NEVER => 0,
    GRAPH_VERIFY_ON_DOUBT => 1,
    GRAPH_VERIFY_ALWAYS => 2,
    # Levels of a log line.
    GRAPH_LOG_INFO => 3,
    GRAPH_LOG_DEBUG => 4,
    # What the last look at the message showed.
    GRAPH_SEEN_NOTHING => 0,
    GRAPH_SEEN_DRAFT => 1,
    GRAPH_SEEN_GONE => 2,
    GRAPH_SEEN_NOT_ALLOWED => 3,
    GRAPH_SEEN_NOT_A_DRAFT => 4,
    # How it is known that the mail was sent.
    GRAPH_EVIDENCE_ACCEPTED => 1,
    GRAPH_EVIDENCE_FOUND => 2,
    # The library must have this ABI or a newer one.
    GRAPH_ABI_VERSION => 1,
);

# What the library calls.
our %CALLBACKS = (
    graph_log_fn => '(opaque,sint32,string)->void',
);

# 'opaque*' is a reference to a pointer that the function fills in. A 'string' result is copied at once.
our @FUNCTIONS = (
    [graph_status_name => ['sint32'] => 'string'],
    [graph_status_sent => ['sint32'] => 'sint32'],
    [graph_message_send => ['string', 'string', 'string', 'opaque*'] => 'sint32'],
    [graph_message_send_text => ['string', 'string', 'string', 'opaque', 'uint32', 'sint32*', 'uint32*'] => 'sint32'],
    [graph_init => ['opaque', 'opaque*'] => 'sint32'],
    [graph_client_new => ['opaque', 'opaque*', 'opaque*'] => 'sint32'],
    [graph_client_send => ['opaque', 'opaque', 'string', 'string', 'string', 'opaque*', 'opaque*'] => 'sint32'],
    [graph_client_check => ['opaque', 'opaque', 'string', 'string', 'string', 'opaque*', 'opaque*'] => 'sint32'],
    [graph_client_cancel => ['opaque'] => 'void'],
    [graph_client_free => ['opaque'] => 'void'],
    [graph_call_new => [] => 'opaque'],
    [graph_call_cancel => ['opaque'] => 'void'],
    [graph_call_free => ['opaque'] => 'void'],
    [graph_call_set_timeout_ms => ['opaque', 'uint32'] => 'sint32'],
    [graph_call_set_internet_message_id => ['opaque', 'string'] => 'sint32'],
    [graph_options_new => [] => 'opaque'],
    [graph_options_free => ['opaque'] => 'void'],
    [graph_options_set_base_url => ['opaque', 'string'] => 'sint32'],
    [graph_options_set_timeout_ms => ['opaque', 'uint32'] => 'sint32'],
    [graph_options_set_attempt_timeout_ms => ['opaque', 'uint32'] => 'sint32'],
    [graph_options_set_connect_timeout_ms => ['opaque', 'uint32'] => 'sint32'],
    [graph_options_set_max_attempts => ['opaque', 'uint32'] => 'sint32'],
    [graph_options_set_verify => ['opaque', 'sint32'] => 'sint32'],
    [graph_options_set_settle_ms => ['opaque', 'uint32'] => 'sint32'],
    [graph_options_set_mailbox_concurrency => ['opaque', 'uint32'] => 'sint32'],
    [graph_options_set_proxy => ['opaque', 'string'] => 'sint32'],
    [graph_options_set_proxy_from_environment => ['opaque'] => 'sint32'],
    [graph_options_set_ca_file => ['opaque', 'string'] => 'sint32'],
    [graph_options_set_roots => ['opaque', 'sint32'] => 'sint32'],
    [graph_options_set_user_agent => ['opaque', 'string'] => 'sint32'],
    [graph_options_set_log => ['opaque', 'graph_log_fn', 'opaque'] => 'sint32'],
    [graph_error_status => ['opaque'] => 'sint32'],
    [graph_error_http_status => ['opaque'] => 'sint32'],
    [graph_error_code => ['opaque'] => 'string'],
    [graph_error_message => ['opaque'] => 'string'],
    [graph_error_request_id => ['opaque'] => 'string'],
    [graph_error_client_request_id => ['opaque'] => 'string'],
    [graph_error_retry_after_ms => ['opaque'] => 'uint32'],
    [graph_error_attempts => ['opaque'] => 'uint32'],
    [graph_error_claims => ['opaque'] => 'string'],
    [graph_error_seen => ['opaque'] => 'sint32'],
    [graph_error_internet_message_id => ['opaque'] => 'string'],
    [graph_error_free => ['opaque'] => 'void'],
    [graph_receipt_request_id => ['opaque'] => 'string'],
    [graph_receipt_client_request_id => ['opaque'] => 'string'],
    [graph_receipt_http_status => ['opaque'] => 'sint32'],
    [graph_receipt_attempts => ['opaque'] => 'uint32'],
    [graph_receipt_evidence => ['opaque'] => 'sint32'],
    [graph_receipt_sent_id => ['opaque'] => 'string'],
    [graph_receipt_free => ['opaque'] => 'void'],
    [graph_version => [] => 'string'],
    [graph_abi_version => [] => 'uint32'],
    [graph_string_free => ['opaque'] => 'void'],
);

1;

# The C interface of graph-message, written by bindings/declare. What each function does is told by
# include/graph_message.h; graph_client, graph_send and graph_check are what a program uses. What C fills in becomes a
# list, and the garbage collector frees what is dropped.

# How a call ended. Treat a value that is not listed as GRAPH_UNKNOWN.
GRAPH_OK <- 0L
GRAPH_INVALID_ARGUMENT <- 1L
GRAPH_UNREACHABLE <- 10L
GRAPH_CANCELLED <- 11L
GRAPH_TIMED_OUT <- 12L
GRAPH_UNAUTHENTICATED <- 20L
GRAPH_FORBIDDEN <- 21L
GRAPH_NOT_FOUND <- 22L
GRAPH_REJECTED <- 23L
GRAPH_THROTTLED <- 24L
GRAPH_NOT_A_DRAFT <- 25L
GRAPH_UNAVAILABLE <- 26L
GRAPH_UNKNOWN <- 40L
GRAPH_INTERNAL <- 90L

# Which certificate authorities to trust.
GRAPH_ROOTS_SYSTEM <- 0L
GRAPH_ROOTS_BUNDLED <- 1L

# When to look at the message that is sent.
GRAPH_VERIFY_NEVER <- 0L
GRAPH_VERIFY_ON_DOUBT <- 1L
GRAPH_VERIFY_ALWAYS <- 2L

# Levels of a log line.
GRAPH_LOG_INFO <- 3L
GRAPH_LOG_DEBUG <- 4L

# What the last look at the message showed.
GRAPH_SEEN_NOTHING <- 0L
GRAPH_SEEN_DRAFT <- 1L
GRAPH_SEEN_GONE <- 2L
GRAPH_SEEN_NOT_ALLOWED <- 3L
GRAPH_SEEN_NOT_A_DRAFT <- 4L

# How it is known that the mail was sent.
GRAPH_EVIDENCE_ACCEPTED <- 1L
GRAPH_EVIDENCE_FOUND <- 2L

# The library must have this ABI or a newer one.
GRAPH_ABI_VERSION <- 1L

graph_status_name <- function(status) .Call("r_graph_status_name", status, PACKAGE = "graphmessage")
graph_status_sent <- function(status) .Call("r_graph_status_sent", status, PACKAGE = "graphmessage")
graph_message_send <- function(token, user, id) .Call("r_graph_message_send", token, user, id, PACKAGE = "graphmessage")
graph_message_send_text <- function(token, user, id)
  .Call("r_graph_message_send_text", token, user, id, PACKAGE = "graphmessage")
graph_init <- function(options) .Call("r_graph_init", options, PACKAGE = "graphmessage")
graph_client_new <- function(options) .Call("r_graph_client_new", options, PACKAGE = "graphmessage")
graph_client_send <- function(client, call, token, user, id)
  .Call("r_graph_client_send", client, call, token, user, id, PACKAGE = "graphmessage")
graph_client_check <- function(client, call, token, user, id)
  .Call("r_graph_client_check", client, call, token, user, id, PACKAGE = "graphmessage")
graph_client_cancel <- function(client) .Call("r_graph_client_cancel", client, PACKAGE = "graphmessage")
graph_client_free <- function(client) .Call("r_graph_client_free", client, PACKAGE = "graphmessage")
graph_call_new <- function() .Call("r_graph_call_new", PACKAGE = "graphmessage")
graph_call_cancel <- function(call) .Call("r_graph_call_cancel", call, PACKAGE = "graphmessage")
graph_call_free <- function(call) .Call("r_graph_call_free", call, PACKAGE = "graphmessage")
graph_call_set_timeout_ms <- function(call, ms) .Call("r_graph_call_set_timeout_ms", call, ms, PACKAGE = "graphmessage")
graph_call_set_internet_message_id <- function(call, internet_message_id)
  .Call("r_graph_call_set_internet_message_id", call, internet_message_id, PACKAGE = "graphmessage")
graph_options_new <- function() .Call("r_graph_options_new", PACKAGE = "graphmessage")
graph_options_free <- function(options) .Call("r_graph_options_free", options, PACKAGE = "graphmessage")
graph_options_set_base_url <- function(options, url)
  .Call("r_graph_options_set_base_url", options, url, PACKAGE = "graphmessage")
graph_options_set_timeout_ms <- function(options, ms)
  .Call("r_graph_options_set_timeout_ms", options, ms, PACKAGE = "graphmessage")
graph_options_set_attempt_timeout_ms <- function(options, ms)
  .Call("r_graph_options_set_attempt_timeout_ms", options, ms, PACKAGE = "graphmessage")
graph_options_set_connect_timeout_ms <- function(options, ms)
  .Call("r_graph_options_set_connect_timeout_ms", options, ms, PACKAGE = "graphmessage")
graph_options_set_max_attempts <- function(options, attempts)
  .Call("r_graph_options_set_max_attempts", options, attempts, PACKAGE = "graphmessage")
graph_options_set_verify <- function(options, verify)
  .Call("r_graph_options_set_verify", options, verify, PACKAGE = "graphmessage")
graph_options_set_settle_ms <- function(options, ms)
  .Call("r_graph_options_set_settle_ms", options, ms, PACKAGE = "graphmessage")
graph_options_set_mailbox_concurrency <- function(options, at_once)
  .Call("r_graph_options_set_mailbox_concurrency", options, at_once, PACKAGE = "graphmessage")
graph_options_set_proxy <- function(options, url)
  .Call("r_graph_options_set_proxy", options, url, PACKAGE = "graphmessage")
graph_options_set_proxy_from_environment <- function(options)
  .Call("r_graph_options_set_proxy_from_environment", options, PACKAGE = "graphmessage")
graph_options_set_ca_file <- function(options, path)
  .Call("r_graph_options_set_ca_file", options, path, PACKAGE = "graphmessage")
graph_options_set_roots <- function(options, roots)
  .Call("r_graph_options_set_roots", options, roots, PACKAGE = "graphmessage")
graph_options_set_user_agent <- function(options, product)
  .Call("r_graph_options_set_user_agent", options, product, PACKAGE = "graphmessage")
graph_options_set_log <- function(options, log) .Call("r_graph_options_set_log", options, log, PACKAGE = "graphmessage")
graph_error_status <- function(error) .Call("r_graph_error_status", error, PACKAGE = "graphmessage")
graph_error_http_status <- function(error) .Call("r_graph_error_http_status", error, PACKAGE = "graphmessage")
graph_error_code <- function(error) .Call("r_graph_error_code", error, PACKAGE = "graphmessage")
graph_error_message <- function(error) .Call("r_graph_error_message", error, PACKAGE = "graphmessage")
graph_error_request_id <- function(error) .Call("r_graph_error_request_id", error, PACKAGE = "graphmessage")
graph_error_client_request_id <- function(error)
  .Call("r_graph_error_client_request_id", error, PACKAGE = "graphmessage")
graph_error_retry_after_ms <- function(error) .Call("r_graph_error_retry_after_ms", error, PACKAGE = "graphmessage")
graph_error_attempts <- function(error) .Call("r_graph_error_attempts", error, PACKAGE = "graphmessage")
graph_error_claims <- function(error) .Call("r_graph_error_claims", error, PACKAGE = "graphmessage")
graph_error_seen <- function(error) .Call("r_graph_error_seen", error, PACKAGE = "graphmessage")
graph_error_internet_message_id <- function(error)
  .Call("r_graph_error_internet_message_id", error, PACKAGE = "graphmessage")
graph_error_free <- function(error) .Call("r_graph_error_free", error, PACKAGE = "graphmessage")
graph_receipt_request_id <- function(receipt) .Call("r_graph_receipt_request_id", receipt, PACKAGE = "graphmessage")
graph_receipt_client_request_id <- function(receipt)
  .Call("r_graph_receipt_client_request_id", receipt, PACKAGE = "graphmessage")
graph_receipt_http_status <- function(receipt) .Call("r_graph_receipt_http_status", receipt, PACKAGE = "graphmessage")
graph_receipt_attempts <- function(receipt) .Call("r_graph_receipt_attempts", receipt, PACKAGE = "graphmessage")
graph_receipt_evidence <- function(receipt) .Call("r_graph_receipt_evidence", receipt, PACKAGE = "graphmessage")
graph_receipt_sent_id <- function(receipt) .Call("r_graph_receipt_sent_id", receipt, PACKAGE = "graphmessage")
graph_receipt_free <- function(receipt) .Call("r_graph_receipt_free", receipt, PACKAGE = "graphmessage")
graph_version <- function() .Call("r_graph_version", PACKAGE = "graphmessage")
graph_abi_version <- function() .Call("r_graph_abi_version", PACKAGE = "graphmessage")
graph_string_free <- function(string) .Call("r_graph_string_free", string, PACKAGE = "graphmessage")

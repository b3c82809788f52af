# graph-message for R: sends an existing Microsoft Graph draft and says what became of the mail.
#
# First the C interface as it is, by the shim graph_message.c; then graph_client, graph_send and graph_check, which are
# what a program uses. What each function does is told by include/graph_message.h.

# The shim lies beside this file.
local({
  sourced <- Filter(Negate(is.null), lapply(rev(sys.frames()), function(frame) frame$ofile))
  folder <- if (length(sourced)) dirname(sourced[[1]]) else "."
  dyn.load(file.path(folder, paste0("graph_message", .Platform$dynlib.ext)))
})

GRAPH_ROOTS_SYSTEM <- 0
GRAPH_ROOTS_BUNDLED <- 1
GRAPH_VERIFY_NEVER <- 0
GRAPH_VERIFY_ON_DOUBT <- 1
GRAPH_VERIFY_ALWAYS <- 2
GRAPH_LOG_INFO <- 3
GRAPH_LOG_DEBUG <- 4
GRAPH_SEEN_NOTHING <- 0
GRAPH_SEEN_DRAFT <- 1
GRAPH_SEEN_GONE <- 2
GRAPH_SEEN_NOT_ALLOWED <- 3
GRAPH_SEEN_NOT_A_DRAFT <- 4
GRAPH_EVIDENCE_ACCEPTED <- 1
GRAPH_EVIDENCE_FOUND <- 2
GRAPH_ABI_VERSION <- 1
GRAPH_OK <- 0
GRAPH_INVALID_ARGUMENT <- 1
GRAPH_UNREACHABLE <- 10
GRAPH_CANCELLED <- 11
GRAPH_TIMED_OUT <- 12
GRAPH_UNAUTHENTICATED <- 20
GRAPH_FORBIDDEN <- 21
GRAPH_NOT_FOUND <- 22
GRAPH_REJECTED <- 23
GRAPH_THROTTLED <- 24
GRAPH_NOT_A_DRAFT <- 25
GRAPH_UNAVAILABLE <- 26
GRAPH_UNKNOWN <- 40
GRAPH_INTERNAL <- 90

graph_status_name <- function(status) .Call("r_graph_status_name", status)
graph_status_sent <- function(status) .Call("r_graph_status_sent", status)
graph_message_send <- function(token, user, id) .Call("r_graph_message_send", token, user, id)
graph_message_send_text <- function(token, user, id) .Call("r_graph_message_send_text", token, user, id)
graph_init <- function(options) .Call("r_graph_init", options)
graph_client_new <- function(options) .Call("r_graph_client_new", options)
graph_client_send <- function(client, call, token, user, id)
  .Call("r_graph_client_send", client, call, token, user, id)
graph_client_check <- function(client, call, token, user, id)
  .Call("r_graph_client_check", client, call, token, user, id)
graph_client_cancel <- function(client) .Call("r_graph_client_cancel", client)
graph_client_free <- function(client) .Call("r_graph_client_free", client)
graph_call_new <- function() .Call("r_graph_call_new")
graph_call_cancel <- function(call) .Call("r_graph_call_cancel", call)
graph_call_free <- function(call) .Call("r_graph_call_free", call)
graph_call_set_timeout_ms <- function(call, ms) .Call("r_graph_call_set_timeout_ms", call, ms)
graph_call_set_internet_message_id <- function(call, internet_message_id)
  .Call("r_graph_call_set_internet_message_id", call, internet_message_id)
graph_options_new <- function() .Call("r_graph_options_new")
graph_options_free <- function(options) .Call("r_graph_options_free", options)
graph_options_set_base_url <- function(options, url) .Call("r_graph_options_set_base_url", options, url)
graph_options_set_timeout_ms <- function(options, ms) .Call("r_graph_options_set_timeout_ms", options, ms)
graph_options_set_attempt_timeout_ms <- function(options, ms)
  .Call("r_graph_options_set_attempt_timeout_ms", options, ms)
graph_options_set_connect_timeout_ms <- function(options, ms)
  .Call("r_graph_options_set_connect_timeout_ms", options, ms)
graph_options_set_max_attempts <- function(options, attempts)
  .Call("r_graph_options_set_max_attempts", options, attempts)
graph_options_set_verify <- function(options, verify) .Call("r_graph_options_set_verify", options, verify)
graph_options_set_settle_ms <- function(options, ms) .Call("r_graph_options_set_settle_ms", options, ms)
graph_options_set_mailbox_concurrency <- function(options, at_once)
  .Call("r_graph_options_set_mailbox_concurrency", options, at_once)
graph_options_set_proxy <- function(options, url) .Call("r_graph_options_set_proxy", options, url)
graph_options_set_proxy_from_environment <- function(options)
  .Call("r_graph_options_set_proxy_from_environment", options)
graph_options_set_ca_file <- function(options, path) .Call("r_graph_options_set_ca_file", options, path)
graph_options_set_roots <- function(options, roots) .Call("r_graph_options_set_roots", options, roots)
graph_options_set_user_agent <- function(options, product) .Call("r_graph_options_set_user_agent", options, product)
graph_options_set_log <- function(options, log) .Call("r_graph_options_set_log", options, log)
graph_error_status <- function(error) .Call("r_graph_error_status", error)
graph_error_http_status <- function(error) .Call("r_graph_error_http_status", error)
graph_error_code <- function(error) .Call("r_graph_error_code", error)
graph_error_message <- function(error) .Call("r_graph_error_message", error)
graph_error_request_id <- function(error) .Call("r_graph_error_request_id", error)
graph_error_client_request_id <- function(error) .Call("r_graph_error_client_request_id", error)
graph_error_retry_after_ms <- function(error) .Call("r_graph_error_retry_after_ms", error)
graph_error_attempts <- function(error) .Call("r_graph_error_attempts", error)
graph_error_claims <- function(error) .Call("r_graph_error_claims", error)
graph_error_seen <- function(error) .Call("r_graph_error_seen", error)
graph_error_internet_message_id <- function(error) .Call("r_graph_error_internet_message_id", error)
graph_error_free <- function(error) .Call("r_graph_error_free", error)
graph_receipt_request_id <- function(receipt) .Call("r_graph_receipt_request_id", receipt)
graph_receipt_client_request_id <- function(receipt) .Call("r_graph_receipt_client_request_id", receipt)
graph_receipt_http_status <- function(receipt) .Call("r_graph_receipt_http_status", receipt)
graph_receipt_attempts <- function(receipt) .Call("r_graph_receipt_attempts", receipt)
graph_receipt_evidence <- function(receipt) .Call("r_graph_receipt_evidence", receipt)
graph_receipt_sent_id <- function(receipt) .Call("r_graph_receipt_sent_id", receipt)
graph_receipt_free <- function(receipt) .Call("r_graph_receipt_free", receipt)
graph_version <- function() .Call("r_graph_version")
graph_abi_version <- function() .Call("r_graph_abi_version")
graph_string_free <- function(string) .Call("r_graph_string_free", string)

# Signals that nothing was sent because of an argument.
graph_refuse <- function(...) {
  fields <- list(message = paste0("not sent: ", ...), status = "GRAPH_INVALID_ARGUMENT", sent = 0L, http_status = 0L,
                 code = "", request_id = "", client_request_id = "", retry_after_ms = 0, attempts = 0, claims = "",
                 seen = GRAPH_SEEN_NOTHING, internet_message_id = "")
  stop(structure(class = c("graph_invalid_argument", "graph_not_sent", "graph_error", "error", "condition"),
                 c(fields, list(call = NULL))))
}

# A text that C can take, or the condition that says why not.
graph_text <- function(name, text) {
  if (is.null(text)) return(NULL)
  if (is.raw(text)) {
    if (any(text == as.raw(0))) graph_refuse(name, " holds a NUL")
    return(text)
  }
  if (!is.character(text) || length(text) != 1 || is.na(text)) graph_refuse(name, " is not one string")
  # Bytes that the locale cannot tell would be replaced by other characters.
  if (Encoding(text) == "unknown" && is.na(iconv(text, "", "UTF-8"))) {
    graph_refuse(name, " is not in the locale's encoding")
  }
  text
}

graph_number <- function(name, number) {
  if (!is.numeric(number) || length(number) != 1 || is.na(number) || number < 0 || number > 4294967295) {
    graph_refuse(name, " is not one number from 0 to 4294967295")
  }
  number
}

# The condition of an error: its classes are the status, such as graph_throttled, then graph_not_sent or
# graph_outcome_unknown, then graph_error.
graph_stop <- function(status, error) {
  on.exit(graph_error_free(error))
  name <- graph_status_name(status)
  sent <- graph_status_sent(status)
  stop(structure(
    class = unique(c(tolower(name), if (sent == 0L) "graph_not_sent" else "graph_outcome_unknown",
                     "graph_error", "error", "condition")),
    list(
      message = graph_error_message(error),
      call = NULL,
      status = name,
      sent = sent,
      http_status = graph_error_http_status(error),
      code = graph_error_code(error),
      request_id = graph_error_request_id(error),
      client_request_id = graph_error_client_request_id(error),
      retry_after_ms = graph_error_retry_after_ms(error),
      attempts = graph_error_attempts(error),
      claims = graph_error_claims(error),
      seen = graph_error_seen(error),
      internet_message_id = graph_error_internet_message_id(error)
    )
  ))
}

# Makes a client. Options have the names of the C interface: base_url, timeout_ms, attempt_timeout_ms,
# connect_timeout_ms, max_attempts, verify, settle_ms, mailbox_concurrency, proxy, proxy_from_environment, ca_file,
# roots, user_agent; and log, a function of a level and a line. Freed by the garbage collector, or by graph_client_free.
graph_client <- function(...) {
  given <- list(...)
  options <- graph_options_new()
  on.exit(graph_options_free(options))
  texts <- c("base_url", "proxy", "ca_file", "user_agent")
  numbers <- c("timeout_ms", "attempt_timeout_ms", "connect_timeout_ms", "max_attempts", "verify", "settle_ms",
               "mailbox_concurrency", "roots")
  for (i in seq_along(given)) {
    name <- names(given)[i]
    value <- given[[i]]
    if (isTRUE(name %in% texts)) {
      get(paste0("graph_options_set_", name))(options, graph_text(name, value))
    } else if (isTRUE(name %in% numbers)) {
      get(paste0("graph_options_set_", name))(options, graph_number(name, value))
    } else if (identical(name, "proxy_from_environment")) {
      if (isTRUE(as.logical(value))) graph_options_set_proxy_from_environment(options)
    } else if (identical(name, "log")) {
      graph_options_set_log(options, if (!is.null(value)) match.fun(value))
    } else {
      graph_refuse("there is no option ", name)
    }
  }
  made <- graph_client_new(options)
  if (made$status != GRAPH_OK) graph_stop(made$status, made$error)
  made$client
}

graph_request <- function(request, client, token, id, user, timeout_ms, internet_message_id) {
  call <- graph_call_new()
  on.exit(graph_call_free(call))
  graph_call_set_timeout_ms(call, graph_number("timeout_ms", timeout_ms))
  message_id <- graph_text("internet_message_id", internet_message_id)
  if (graph_call_set_internet_message_id(call, message_id) != GRAPH_OK) graph_refuse("internet_message_id was refused")
  ended <- request(client, call, graph_text("token", token), graph_text("user", user), graph_text("id", id))
  if (ended$status != GRAPH_OK) graph_stop(ended$status, ended$error)
  on.exit(graph_receipt_free(ended$receipt), add = TRUE)
  list(
    http_status = graph_receipt_http_status(ended$receipt),
    request_id = graph_receipt_request_id(ended$receipt),
    client_request_id = graph_receipt_client_request_id(ended$receipt),
    attempts = graph_receipt_attempts(ended$receipt),
    evidence = graph_receipt_evidence(ended$receipt),
    sent_id = graph_receipt_sent_id(ended$receipt)
  )
}

# Sends a draft and returns a receipt. Without user it is the mailbox of the token's own user; timeout_ms bounds this
# call.
graph_send <- function(client, token, id, user = NULL, timeout_ms = 0, internet_message_id = NULL) {
  graph_request(graph_client_send, client, token, id, user, timeout_ms, internet_message_id)
}

# Settles an earlier graph_outcome_unknown, sends nothing: returns a receipt where the mail was sent.
graph_check <- function(client, token, id, user = NULL, timeout_ms = 0, internet_message_id = NULL) {
  graph_request(graph_client_check, client, token, id, user, timeout_ms, internet_message_id)
}

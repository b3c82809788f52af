# What a program uses: graph_client, graph_send and graph_check. The C interface is in declarations.R.

.onLoad <- function(libname, pkgname) {
  tryCatch(library.dynam("graphmessage", pkgname, libname), error = function(failure) {
    stop("graphmessage needs the library libgraph_message.so.1: install graph-message, or name its folder in ",
         "LD_LIBRARY_PATH before R starts (PATH on Windows); ", conditionMessage(failure), call. = FALSE)
  })
  if (graph_abi_version() < GRAPH_ABI_VERSION) {
    stop("libgraph_message ", graph_version(), " has ABI ", graph_abi_version(), ", and graphmessage needs ABI ",
         GRAPH_ABI_VERSION, ": install a newer graph-message", call. = FALSE)
  }
}

# Signals that nothing was sent because of an argument. C calls it too.
refuse <- function(...) {
  fields <- list(message = paste0("not sent: ", ...), call = NULL, status = "GRAPH_INVALID_ARGUMENT", sent = 0L,
                 http_status = 0L, code = "", request_id = "", client_request_id = "", retry_after_ms = 0, attempts = 0,
                 claims = "", seen = GRAPH_SEEN_NOTHING, internet_message_id = "")
  stop(structure(class = c("graph_invalid_argument", "graph_not_sent", "graph_error", "error", "condition"), fields))
}

# A text that C can take, or the condition that says why not.
checked_text <- function(name, text) {
  if (is.null(text)) return(NULL)
  if (is.raw(text)) {
    if (any(text == as.raw(0))) refuse(name, " holds a NUL")
    return(text)
  }
  if (!is.character(text) || length(text) != 1 || is.na(text)) refuse(name, " is not one string")
  if (Encoding(text) == "bytes") refuse(name, " is marked as bytes: pass a raw vector of UTF-8, or mark its encoding")
  # Bytes that the locale cannot tell would be replaced by other characters.
  if (Encoding(text) == "unknown" && is.na(iconv(text, "", "UTF-8"))) refuse(name, " is not in the locale's encoding")
  text
}

# A class may give a number another meaning, as that of bit64 does.
checked_number <- function(name, number) {
  if (!is.numeric(number) || is.object(number) || length(number) != 1 || is.na(number) || number < 0 ||
      number > 4294967295 || number %% 1 != 0) {
    refuse(name, " is not one whole number from 0 to 4294967295")
  }
  number
}

# The condition of an error: its classes are the status, such as graph_throttled, then graph_not_sent or
# graph_outcome_unknown, then graph_error.
stop_with <- function(status, error) {
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

# Calls a log function; C calls this. What fails there is shown, and changes nothing: the caller's handlers do not see
# the warning, since they could lose the outcome of a mail.
log_guarded <- function(log, level, line) {
  tryCatch(log(level, line), error = function(failure) {
    why <- tryCatch(paste0(": ", conditionMessage(failure)), error = function(odd) "")
    warning("the log function failed", why, call. = FALSE, immediate. = TRUE)
  })
}

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
    set <- function(value) get(paste0("graph_options_set_", name))(options, value)
    if (isTRUE(name %in% texts)) {
      set(checked_text(name, value))
    } else if (isTRUE(name %in% numbers)) {
      set(checked_number(name, value))
    } else if (identical(name, "proxy_from_environment")) {
      if (!(is.logical(value) || is.numeric(value)) || length(value) != 1 || is.na(value)) {
        refuse(name, " is neither TRUE nor FALSE")
      }
      if (value) graph_options_set_proxy_from_environment(options)
    } else if (identical(name, "log")) {
      if (!is.null(value) && !is.function(value)) refuse("log is not a function")
      graph_options_set_log(options, value)
    } else {
      refuse(if (isTRUE(nzchar(name))) paste("there is no option", name) else "an option has no name")
    }
  }
  made <- graph_client_new(options)
  if (made$status != GRAPH_OK) stop_with(made$status, made$error)
  made$client
}

# Both requests: sends or checks, and returns a receipt.
requested <- function(request, client, token, id, user, timeout_ms, internet_message_id) {
  call <- graph_call_new()
  on.exit(graph_call_free(call))
  graph_call_set_timeout_ms(call, checked_number("timeout_ms", timeout_ms))
  message_id <- checked_text("internet_message_id", internet_message_id)
  if (graph_call_set_internet_message_id(call, message_id) != GRAPH_OK) refuse("internet_message_id was refused")
  ended <- request(client, call, checked_text("token", token), checked_text("user", user), checked_text("id", id))
  if (ended$status != GRAPH_OK) stop_with(ended$status, ended$error)
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

graph_send <- function(client, token, id, user = NULL, timeout_ms = 0, internet_message_id = NULL) {
  requested(graph_client_send, client, token, id, user, timeout_ms, internet_message_id)
}

graph_check <- function(client, token, id, user = NULL, timeout_ms = 0, internet_message_id = NULL) {
  requested(graph_client_check, client, token, id, user, timeout_ms, internet_message_id)
}

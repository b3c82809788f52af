# Runs calls as it is told on standard input, through the package: the R end of tests/cases. The lines are those of
# tests/c/driver.c.
library(graphmessage)

options_given <- list()
client <- NULL
given <- list()
arguments <- c("token", "user", "id", "internet_message_id", "call_timeout_ms", "cancel_client_after_ms",
               "cancel_call_after_ms")
numbers <- c("timeout_ms", "attempt_timeout_ms", "connect_timeout_ms", "max_attempts", "verify", "settle_ms",
             "mailbox_concurrency", "roots", "call_timeout_ms", "proxy_from_environment")

# \xHH is that byte; what is not UTF-8, or no text of R's, stays a raw vector.
decoded <- function(value) {
  parts <- regmatches(value, gregexpr("\\\\x[0-9a-f]{2}|[^\\\\]+", value))[[1]]
  bytes <- unlist(lapply(parts, function(part) {
    if (startsWith(part, "\\x")) as.raw(strtoi(substring(part, 3), 16L)) else charToRaw(part)
  }))
  if (is.null(bytes)) return("")
  if (any(bytes == 0)) return(bytes)
  text <- rawToChar(bytes)
  Encoding(text) <- "UTF-8"
  if (validUTF8(text)) text else bytes
}

show <- function(fields) {
  for (name in names(fields)) {
    value <- fields[[name]]
    if (!is.character(value)) value <- format(value, scientific = FALSE)
    writeBin(charToRaw(paste0(name, "=", enc2utf8(value), "\n")), out)
  }
}

answer <- function(name) {
  if (!is.null(given$cancel_client_after_ms) || !is.null(given$cancel_call_after_ms)) {
    return(show(list(inexpressible = "R runs on one thread: nothing can cancel while a call waits")))
  }
  began <- NULL
  fields <- tryCatch({
    if (is.null(client)) client <<- do.call(graph_client, options_given)
    began <- proc.time()[["elapsed"]]
    timeout_ms <- if (is.null(given$call_timeout_ms)) 0 else given$call_timeout_ms
    request <- if (name == "send") graph_send else graph_check
    receipt <- request(client, given$token, given$id, given$user, timeout_ms, given$internet_message_id)
    c(status = "GRAPH_OK", sent = 1L, receipt)
  }, graph_error = function(condition) {
    stopifnot(condition$sent == if (inherits(condition, "graph_not_sent")) 0L else -1L)
    c(error_status = condition$status, unclass(condition)[names(condition) != "call"])
  })
  if (!is.null(began)) show(list(elapsed_ms = round((proc.time()[["elapsed"]] - began) * 1000)))
  show(fields)
}

input <- file("stdin", "r")
# stdout() would write in the locale's encoding.
out <- pipe("cat", "wb")
while (length(line <- readLines(input, 1L)) == 1L) {
  space <- regexpr(" ", line, fixed = TRUE)
  name <- if (space > 0) substring(line, 1, space - 1) else line
  value <- decoded(if (space > 0) substring(line, space + 1) else "")
  if (name %in% numbers) value <- as.numeric(value)
  if (name == "log") value <- function(level, line) show(list(log = paste(level, line)))
  if (name %in% c("send", "check")) {
    answer(name)
    writeBin(charToRaw("\n"), out)
    flush(out)
  } else if (name %in% arguments) {
    given[[name]] <- value
  } else {
    client <- NULL
    options_given <- c(options_given, setNames(list(value), name))
  }
}

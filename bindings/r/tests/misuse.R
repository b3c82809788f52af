# Plays tests/cases/misuse.md.
library(graphmessage)

base_url <- Sys.getenv("GRAPH_BASE_URL")
endless <- Sys.getenv("GRAPH_ENDLESS_USER")
drafts <- readLines(Sys.getenv("GRAPH_DRAFTS"))

draft <- function() {
  taken <- drafts[[1]]
  drafts <<- drafts[-1]
  taken
}

emulator <- function(path, body = NULL) {
  url <- paste0(sub("/v1.0", "", base_url), "/_emulator/", path)
  paste(system2("curl", c("-s", if (!is.null(body)) c("-d", shQuote(body)), url), stdout = TRUE), collapse = "")
}

# How many have left.
mails <- function() sum(gregexpr('"draft_id"', emulator("mails"))[[1]] > 0)

resident_kb <- function() {
  line <- grep("^VmRSS", readLines("/proc/self/status"), value = TRUE)
  as.numeric(gsub("[^0-9]", "", line))
}

# One mail leaves, and the receipt says so.
sends <- function(client) {
  before <- mails()
  receipt <- graph_send(client, "user-token", draft())
  stopifnot(receipt$evidence == GRAPH_EVIDENCE_ACCEPTED, mails() == before + 1)
}

# Nothing leaves meanwhile.
sends_nothing <- function(expression) {
  before <- mails()
  force(expression)
  stopifnot(mails() == before)
}

# An error of R's, whose text a reader understands.
refuses <- function(expression, pattern = "^not sent: ", class = "error") {
  failure <- tryCatch({
    force(expression)
    NULL
  }, error = identity)
  if (is.null(failure)) stop("not refused: ", deparse1(substitute(expression)))
  message <- conditionMessage(failure)
  if (!inherits(failure, class) || !grepl(pattern, message)) stop("refused otherwise: ", message)
  stopifnot(!grepl("user-token", message))
}

# What another R says that runs these lines, and how it ended.
another <- function(lines, environment = character()) {
  program <- tempfile(fileext = ".R")
  writeLines(lines, program)
  arguments <- c("--vanilla", program)
  said <- suppressWarnings(system2("Rscript", arguments, stdout = TRUE, stderr = TRUE, env = environment, timeout = 20))
  status <- attr(said, "status")
  list(text = paste(said, collapse = "\n"), status = if (is.null(status)) 0 else status)
}

with_log <- function(log, ...) graph_client(base_url = base_url, log = log, ...)

log_throws <- function() {
  called <- 0
  sends(with_log(function(level, line) {
    called <<- called + 1
    stop("the disk is full")
  }))
  stopifnot(called > 0)
  shown <- another(c(
    "library(graphmessage)",
    sprintf("client <- graph_client(base_url = '%s', log = function(level, line) stop('the disk is full'))", base_url),
    sprintf("cat('sent', graph_send(client, 'user-token', '%s')$http_status)", draft())
  ))
  stopifnot(shown$status == 0, grepl("Warning.*the log function failed: the disk is full", shown$text),
            grepl("sent 202", shown$text))
}

log_throws_odd <- function() {
  sends(with_log(function(level, line) stop(structure(class = c("odd", "error", "condition"), list()))))
  registerS3method("conditionMessage", "hostile", function(c) stop("no text"), envir = baseenv())
  sends(with_log(function(level, line) stop(structure(class = c("hostile", "error", "condition"), list()))))
  no_error <- structure(class = c("no_error", "condition"), list(message = "x", call = NULL))
  sends(with_log(function(level, line) stop(no_error)))
  sends(with_log(function() NULL))
  sends(with_log(function(level, line) line(level)))
  sends(with_log(function(level, line) (function() sys.function()())()))
  recurse <- function(n) recurse(n + 1) + 1
  sends(with_log(function(level, line) recurse(1)))
  sends(with_log(function(level, line) stop(strrep("long ", 10000))))
}

log_leaves <- function() {
  # Every jump of R's, out of the log function and over the call that is in flight.
  callCC(function(leave) sends(with_log(function(level, line) leave("left"))))
  for (once in 1) sends(with_log(function(level, line) eval(quote(break), parent.frame(5))))
  here <- environment()
  sends(with_log(function(level, line) eval(quote(return("left")), here)))
  sends(with_log(function(level, line) invokeRestart("abort")))
  left <- TRUE
  withRestarts({
    sends(with_log(function(level, line) invokeRestart("outer")))
    left <- FALSE
  }, outer = function() NULL)
  stopifnot(!left)
  left <- tryCatch({
    sends(with_log(function(level, line) signalCondition(structure(class = c("mine", "condition"), list()))))
    FALSE
  }, mine = function(condition) TRUE)
  stopifnot(!left)
  sends(with_log(function(level, line) {
    tools::pskill(Sys.getpid(), tools::SIGINT)
    Sys.sleep(5)
  }))
  old <- options(error = quote(stop("in options(error)")))
  sends(with_log(function(level, line) stop("x")))
  callCC(function(leave) sends(with_log(function(level, line) leave("left"))))
  options(old)

  # What a log function must not do to the call that it is called in.
  client <- NULL
  refused <- NULL
  client <- with_log(function(level, line) {
    tried <- list(quote(graph_send(client, "user-token", "x")), quote(graph_message_send("user-token", NULL, "x")),
                  quote(graph_client_free(client)))
    for (one in tried) {
      refused <<- c(refused, tryCatch({
        eval(one)
        deparse1(one)
      }, error = function(e) conditionMessage(e)))
    }
    gc()
  })
  sends(client)
  if (!all(startsWith(refused, "not sent: "))) stop("a log function could: ", toString(refused))

  # The end of R.
  ended <- another(c(
    "library(graphmessage)",
    sprintf("client <- graph_client(base_url = '%s', log = function(level, line) quit(status = 7))", base_url),
    sprintf("graph_send(client, 'user-token', '%s')", draft())
  ))
  if (ended$status != 7) stop("quit() in a log function ended with ", ended$status, ": ", ended$text)
}

warning_throws <- function() {
  fails <- with_log(function(level, line) stop("x"))
  old <- options(warn = 2)
  sends(fails)
  options(old)
  tryCatch(sends(fails), warning = function(w) stop("the outcome is lost"))
  withCallingHandlers(sends(fails), warning = function(w) stop("the outcome is lost"))
  old <- options(warning.expression = quote(stop("in options(warning.expression)")))
  sends(fails)
  options(old)
}

wrong_types <- function() {
  client <- graph_client(base_url = base_url)
  call <- graph_call_new()
  saved <- tempfile()
  saveRDS(client, saved)
  symbol <- getNativeSymbolInfo("r_graph_version", "graphmessage")$address
  wrong <- list(list(1, 2), 1L, "x", call, graph_options_new(), environment(), NA, TRUE, sum, quote(x), 1:3, raw(2),
                symbol)
  for (one in c(wrong, list(NULL, readRDS(saved)))) {
    refuses(graph_send(one, "user-token", "id"), class = "graph_not_sent")
  }
  for (one in wrong) {
    refuses(graph_client_free(one))
    refuses(graph_client_cancel(one))
    refuses(graph_error_message(one))
    refuses(graph_receipt_attempts(one))
    refuses(graph_client_new(if (identical(typeof(one), "externalptr")) client else one))
  }
  # Also what looks like a text: bytes without an encoding, what is marked as UTF-8 and is not, a NUL.
  bytes <- "x\xff"
  Encoding(bytes) <- "bytes"
  latin1 <- "\xe4"
  Encoding(latin1) <- "UTF-8"
  texts <- list(list("x"), 1L, 1.5, c("a", "b"), character(), NA, NA_character_, TRUE, sum, quote(x), factor("a"),
                environment(), bytes, latin1, as.raw(c(65, 0)), as.raw(255), client)
  for (one in texts) {
    refuses(graph_send(client, one, "id"), class = "graph_not_sent")
    refuses(graph_send(client, "user-token", one), class = "graph_not_sent")
    refuses(graph_send(client, "user-token", "id", user = one), class = "graph_not_sent")
    refuses(graph_send(client, "user-token", "id", internet_message_id = one), class = "graph_not_sent")
    refuses(graph_client(base_url = one), class = "graph_not_sent")
  }
  for (one in list(1L, list("x"), character(), bytes)) refuses(graph_client_send(client, NULL, "user-token", NULL, one))
  refuses(graph_send(client, NULL, "id"), class = "graph_not_sent")
  refuses(graph_send(client, "user-token", NULL), class = "graph_not_sent")
  integer64 <- structure(5e-324, class = "integer64")
  for (one in list("1", list(1), NULL, NA, NaN, Inf, -1, 2^32, 0.5, 1:2, TRUE, sum, factor("1"), integer64,
                   Sys.time())) {
    refuses(graph_send(client, "user-token", "id", timeout_ms = one), class = "graph_not_sent")
    refuses(graph_client(max_attempts = one), class = "graph_not_sent")
    refuses(graph_call_set_timeout_ms(call, one))
    refuses(graph_status_name(if (identical(one, -1)) 0.5 else one))
  }
  for (one in list("x", 5, list(), environment(), quote(x))) {
    refuses(graph_client(log = one), class = "graph_not_sent")
    refuses(graph_options_set_log(graph_options_new(), one))
  }
  refuses(graph_client(proxy_from_environment = "no"), class = "graph_not_sent")
  refuses(graph_client(no_such_option = 1), class = "graph_not_sent")
  refuses(graph_client(base_url), class = "graph_not_sent")
  refuses(graph_send(client, "user-token", "id", mailbox = "x"), "unused argument")
}

closed_twice <- function() {
  client <- graph_client(base_url = base_url)
  options <- graph_options_new()
  call <- graph_call_new()
  for (time in 1:2) {
    graph_client_free(client)
    graph_options_free(options)
    graph_call_free(call)
  }
  graph_client_free(NULL)
  failed <- graph_client_send(NULL, NULL, "user-token", NULL, "id")$error
  graph_error_free(failed)
  graph_error_free(failed)
}

used_after_close <- function() {
  client <- graph_client(base_url = base_url)
  other <- graph_client(base_url = base_url)
  graph_client_free(client)
  refuses(graph_send(client, "user-token", draft()), class = "graph_not_sent")
  refuses(graph_check(client, "user-token", "id"), class = "graph_not_sent")
  refuses(graph_client_cancel(client))
  call <- graph_call_new()
  graph_call_free(call)
  refuses(graph_client_send(other, call, "user-token", NULL, "id"))
  refuses(graph_call_cancel(call))
  refuses(graph_call_set_timeout_ms(call, 1))
  options <- graph_options_new()
  graph_options_free(options)
  refuses(graph_options_set_timeout_ms(options, 1))
  refuses(graph_client_new(options))
  failed <- graph_client_send(NULL, NULL, "user-token", NULL, "id")$error
  graph_error_free(failed)
  refuses(graph_error_message(failed))
}

dropped <- function() {
  drop_many <- function(turn) {
    for (i in 1:1000) {
      client <- with_log(function(level, line) NULL)
      call <- graph_call_new()
      ended <- graph_client_send(client, call, "user-token", endless, paste0("dropped-", turn, "-", i))
      stopifnot(ended$status == GRAPH_OK)
    }
    gc()
    resident_kb()
  }
  drop_many(0)
  before <- drop_many(1)
  after <- drop_many(2)
  message("dropped: ", before, " kB, then ", after, " kB")
  stopifnot(after - before < 2000)
}

many_sends <- function() {
  unknown_id <- strrep("AAMk", 30)
  client <- with_log(function(level, line) NULL)
  send_half <- function(half) {
    for (i in 1:5000) {
      receipt <- graph_send(client, "user-token", paste0("many-", half, "-", i), user = endless)
      refused <- tryCatch(graph_send(client, "user-token", unknown_id), error = identity)
      stopifnot(receipt$http_status == 202, inherits(refused, "graph_not_found"))
    }
    gc()
    resident_kb()
  }
  before <- send_half(1)
  after <- send_half(2)
  message("many-sends: ", before, " kB, then ", after, " kB")
  stopifnot(after - before < 2000)
}

forks <- function() {
  client <- graph_client(base_url = base_url)
  sends(client)
  before <- mails()
  ids <- c(draft(), draft())
  child <- parallel::mcparallel({
    receipt <- graph_send(client, "user-token", ids[1])
    gc()
    receipt
  })
  mine <- graph_send(client, "user-token", ids[2])
  theirs <- parallel::mccollect(child)[[1]]
  stopifnot(mine$http_status == 202, theirs$http_status == 202, mails() == before + 2)
}

# R has one thread: what ends is the process that mcparallel makes.
thread_ends <- function() {
  client <- graph_client(base_url = base_url, settle_ms = 500)
  sends(client)
  id <- draft()
  emulator("faults", '{"on": "send", "do": "accept-then-hang"}')
  before <- mails()
  worker <- parallel::mcparallel(graph_send(client, "user-token", id))
  for (i in 1:100) {
    if (mails() > before) break
    Sys.sleep(0.05)
  }
  tools::pskill(worker$pid, tools::SIGKILL)
  suppressWarnings(parallel::mccollect(worker))
  seen <- regmatches(emulator("mails"), gregexpr('"internet_message_id": *"[^"]*"', emulator("mails")))[[1]]
  found <- graph_check(client, "user-token", id, internet_message_id = sub('.*"(<.*>)"', "\\1", tail(seen, 1)))
  stopifnot(found$sent_id != "", mails() == before + 1)
  sends(client)
}

old_library <- function() {
  said <- another("library(graphmessage)", paste0("LD_LIBRARY_PATH=", Sys.getenv("GRAPH_OLD_LIBRARY_DIR")))
  stopifnot(said$status == 1, grepl("libgraph_message 0.0.9 has ABI 0, and graphmessage needs ABI 1", said$text))
}

no_library <- function() {
  said <- another("library(graphmessage)", "LD_LIBRARY_PATH=/nonexistent")
  stopifnot(said$status == 1, grepl("install graph-message, or name its folder in LD_LIBRARY_PATH", said$text))
}

loaded_twice <- function() {
  client <- with_log(function(level, line) NULL)
  unloadNamespace("graphmessage")
  loadNamespace("graphmessage")
  stopifnot(graphmessage::graph_send(client, "user-token", draft())$http_status == 202)
  unloadNamespace("graphmessage")
  client <- NULL
  gc()
  library(graphmessage)
  sends(graph_client(base_url = base_url))
}

cancelled_twice <- function() {
  client <- graph_client(base_url = base_url)
  before <- mails()
  call <- graph_call_new()
  graph_call_cancel(call)
  graph_call_cancel(call)
  for (time in 1:11) {
    ended <- graph_client_send(client, call, "user-token", NULL, drafts[[1]])
    stopifnot(ended$status == GRAPH_CANCELLED, graph_error_status(ended$error) == GRAPH_CANCELLED, mails() == before)
  }
  call <- graph_call_new()
  stopifnot(graph_client_send(client, call, "user-token", NULL, draft())$status == GRAPH_OK)
  graph_call_cancel(call)
  graph_call_cancel(call)
  graph_client_cancel(client)
  graph_client_cancel(client)
  graph_call_cancel(NULL)
  stopifnot(mails() == before + 1)
  sends(client)
}

# What "dropped" frees stays with the process, and would hide what "many-sends" leaks: that one comes first.
rows <- list(
  "log-throws" = log_throws, "log-throws-odd" = log_throws_odd, "log-leaves" = log_leaves,
  "warning-throws" = warning_throws, "wrong-types" = function() sends_nothing(wrong_types()),
  "closed-twice" = closed_twice, "used-after-close" = function() sends_nothing(used_after_close()), "fork" = forks,
  "thread-ends" = thread_ends, "old-library" = old_library, "no-library" = no_library, "loaded-twice" = loaded_twice,
  "cancelled-twice" = cancelled_twice, "many-sends" = many_sends, "dropped" = dropped
)
for (name in names(rows)) {
  rows[[name]]()
  cat("ok ", name, "\n", sep = "")
}

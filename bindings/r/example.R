library(graphmessage)

fail <- function(code, text) {
  message(text)
  quit(status = code)
}

arguments <- commandArgs(trailingOnly = TRUE)
if (!length(arguments) %in% 2:3) fail(64, "usage: Rscript example.R TOKEN DRAFT-ID [BASE-URL]")
base_url <- if (length(arguments) == 3) arguments[3] else "https://graph.microsoft.com/v1.0"

tryCatch({
  client <- graph_client(base_url = base_url)
  receipt <- graph_send(client, arguments[1], arguments[2]) # user = "megan@contoso.example" for another mailbox
  cat("sent, client-request-id", receipt$client_request_id, "\n")
}, graph_not_sent = function(condition) {
  fail(1, conditionMessage(condition))
}, graph_outcome_unknown = function(condition) {
  fail(2, conditionMessage(condition)) # graph_check later; do not send again blindly
})

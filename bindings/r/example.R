library(graphmessage)

arguments <- commandArgs(trailingOnly = TRUE)
base_url <- if (length(arguments) > 2) arguments[3] else "https://graph.microsoft.com/v1.0"

tryCatch({
  client <- graph_client(base_url = base_url)
  receipt <- graph_send(client, arguments[1], arguments[2]) # user = "megan@contoso.example" for another mailbox
  cat("sent, client-request-id", receipt$client_request_id, "\n")
}, graph_not_sent = function(condition) {
  cat(conditionMessage(condition), "\n")
  quit(status = 1)
}, graph_outcome_unknown = function(condition) {
  cat(conditionMessage(condition), "\n") # graph_check later, do not repeat blindly
  quit(status = 1)
})

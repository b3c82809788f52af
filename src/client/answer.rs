//! The answer to the caller: a receipt, or an error that says what failed, where, and what to do next.

use std::time::Duration;

use super::Attempt;
use crate::error::Error;
use crate::message::{Request, Token};
use crate::outcome::{Cause, Doubt, Failure, GraphError, Reply, Verdict, claims};
use crate::status::Status;

/// What is known of a mail that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The `request-id` of the reply that accepted it, empty where it named none.
    pub request_id: String,
    /// The `client-request-id` sent with every attempt.
    pub client_request_id: String,
    /// The HTTP status of the reply that accepted it.
    pub http_status: u16,
    /// How many attempts handed on at least one byte of a request.
    pub attempts: u32,
}

/// What the whole call adds to the last attempt.
pub struct Evidence<'a> {
    pub request: &'a Request,
    pub handed_on: u32,
    pub out_of_time: bool,
}

impl Evidence<'_> {
    /// Fills in what every error of a call carries.
    pub fn complete(&self, error: Error) -> Error {
        let mut message = error.message;
        if !error.request_id.is_empty() {
            message.push_str(&format!(" [request-id {}]", error.request_id));
        }
        message.push_str(&format!(" [client-request-id {}]", self.request.client_request_id));
        Error { message, client_request_id: self.request.client_request_id.clone(), attempts: self.handed_on, ..error }
    }
}

/// The answer that the last attempt of a call gives.
pub fn of(attempt: Attempt, evidence: &Evidence) -> Result<Receipt, Error> {
    match (attempt.verdict, attempt.result) {
        (Verdict::Accepted, Ok(reply)) => Ok(Receipt {
            request_id: evidence.request.token.quote(&reply.request_id),
            client_request_id: evidence.request.client_request_id.clone(),
            http_status: reply.status,
            attempts: evidence.handed_on,
        }),
        (verdict, Ok(reply)) => Err(replied(&verdict, &reply, &evidence.request.token)),
        (verdict, Err(failure)) => Err(failed(&verdict, &failure, evidence.out_of_time)),
    }
}

/// The answer where the caller cancelled between two attempts, the first of which certainly did nothing.
pub fn cancelled_while_waiting() -> Result<Receipt, Error> {
    Err(Error::new(Status::Cancelled, "not sent: cancelled while waiting for the next attempt"))
}

fn replied(verdict: &Verdict, reply: &Reply, token: &Token) -> Error {
    let graph = GraphError::parse(&reply.body).unwrap_or_default();
    let code = token.quote(&graph.code);
    let said = match (code.as_str(), token.quote(&graph.message).as_str()) {
        ("", "") => format!("HTTP {}", reply.status),
        (code, "") => format!("HTTP {} {code}", reply.status),
        (code, message) => format!("HTTP {} {code}: {message}", reply.status),
    };
    let (status, retry_after, message) = match verdict {
        Verdict::Refused(status) => {
            (*status, None, format!("not sent: {} ({said}); {}", refusal(*status), advice(*status)))
        }
        Verdict::Throttled(wait) => {
            let after = wait.map_or(String::new(), |wait| format!(" in {} s", wait.as_secs_f64().ceil()));
            (Status::Throttled, *wait, format!("not sent: Graph asks to wait ({said}); send again{after}"))
        }
        Verdict::Doubtful(doubt) => (Status::Unknown, None, doubtful(&format!("{} ({said})", describe_doubt(*doubt)))),
        Verdict::Accepted | Verdict::NotBegun(_) => (Status::Internal, None, doubtful("a reply was judged to be none")),
    };
    Error {
        http_status: reply.status,
        code,
        request_id: token.quote(if reply.request_id.is_empty() { &graph.request_id } else { &reply.request_id }),
        retry_after: retry_after.unwrap_or_default(),
        claims: if reply.status == 401 { claims(&reply.www_authenticate).unwrap_or_default() } else { String::new() },
        ..Error::new(status, message)
    }
}

fn failed(verdict: &Verdict, failure: &Failure, out_of_time: bool) -> Error {
    let detail = &failure.detail;
    match verdict {
        Verdict::Doubtful(_) if failure.cause == Cause::Cancelled => {
            Error::new(Status::Unknown, doubtful("cancelled after the request went out"))
        }
        Verdict::Doubtful(_) => {
            Error::new(Status::Unknown, doubtful(&format!("the request went out and no reply came back: {detail}")))
        }
        _ => match failure.cause {
            Cause::Cancelled => Error::new(Status::Cancelled, "not sent: cancelled before a request went out"),
            Cause::TimedOut if out_of_time => {
                Error::new(Status::TimedOut, format!("not sent: the deadline passed, {detail}; send again later"))
            }
            Cause::Tls | Cause::Proxy | Cause::Local => {
                Error::new(Status::Unreachable, format!("not sent: {detail}; send again when that is mended"))
            }
            _ => Error::new(Status::Unreachable, format!("not sent: {detail}; send again later")),
        },
    }
}

fn doubtful(why: &str) -> String {
    format!("may have been sent: {why}; look in Sent Items before sending again")
}

fn refusal(status: Status) -> &'static str {
    match status {
        Status::Unauthenticated => "Graph does not accept the token",
        Status::Forbidden => "the token may not send this mail",
        Status::NotFound => "no such message or mailbox",
        _ => "Graph refused it",
    }
}

fn advice(status: Status) -> &'static str {
    match status {
        Status::Unauthenticated => "get a new token and send again",
        Status::Forbidden => "grant Mail.Send, and the right to send from this mailbox",
        Status::NotFound => {
            "an earlier call may have sent it, its id changes then: look in Sent Items; else mend the id or the user"
        }
        _ => "mend the draft and send again",
    }
}

fn describe_doubt(doubt: Doubt) -> &'static str {
    match doubt {
        Doubt::NoReply(_) => "no reply came back",
        Doubt::NotGraphs => "the reply is not Graph's but that of a proxy or gateway",
        Doubt::ServerError => "the service failed and does not say whether it had acted",
        Doubt::CutOff => "the reply said success and its end did not come",
        Doubt::UnlikelySuccess => "the reply said success, but not as Graph does: a login page or a proxy",
        Doubt::Redirect => "the reply is a redirect, which is not followed",
        Doubt::UnclearThrottle => "Graph asks to wait and does not say why, which it does after accepting, too",
    }
}

/// The debug line of an attempt.
pub fn describe_attempt(request: &Request, number: u32, attempt: &Attempt) -> String {
    let met = match &attempt.result {
        Ok(reply) => format!("HTTP {} [request-id {}]", reply.status, request.token.quote(&reply.request_id)),
        Err(failure) if failure.handed_on => format!("request handed on, {}", failure.detail),
        Err(failure) => format!("no request handed on, {}", failure.detail),
    };
    format!("attempt {number} {}: {met}: {:?}", request.url, attempt.verdict)
}

/// The info line of a call.
pub fn describe_call(request: &Request, result: &Result<Receipt, Error>, took: Duration) -> String {
    let ms = took.as_millis();
    match result {
        Ok(receipt) => format!(
            "GRAPH_OK {} HTTP {} attempts {} {ms} ms [request-id {}] [client-request-id {}]",
            request.url, receipt.http_status, receipt.attempts, receipt.request_id, receipt.client_request_id
        ),
        Err(error) => {
            format!("{} {} attempts {} {ms} ms: {}", error.status.name(), request.url, error.attempts, error.message)
        }
    }
}

//! The answer to the caller: a receipt, or an error that says what failed, where, and what to do next.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::attempt::Attempt;
use crate::delivery::check::{Blind, Known};
use crate::delivery::gate::Outside;
use crate::error::{Error, Seen};
use crate::message::{Target, Token};
use crate::outcome::{Cause, Doubt, Failure, GraphError, Reply, Sight, Verdict, claims};
use crate::status::Status;

/// What is known of a mail that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Whether a check found it sent; else Graph accepted it in its reply.
    pub found: bool,
    /// The `request-id` of the last reply to a send, empty where it named none.
    pub request_id: String,
    /// The `client-request-id` sent with every request of the call.
    pub client_request_id: Arc<str>,
    /// The HTTP status of the last reply to a send, 0 where none came.
    pub http_status: u16,
    /// How many attempts handed on at least one byte of a request.
    pub attempts: u32,
    /// Its id in Sent Items, where a check learned it.
    pub sent_id: String,
}

impl fmt::Display for Receipt {
    /// One line for a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = if self.found { "found sent" } else { "accepted" };
        write!(f, "sent: {how}, attempts {}, HTTP {}", self.attempts, self.http_status)?;
        if !self.request_id.is_empty() {
            write!(f, " [request-id {}]", self.request_id)?;
        }
        write!(f, " [client-request-id {}]", self.client_request_id)
    }
}

/// What a call met on its way.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// Attempts made.
    pub attempts: u32,
    /// Attempts of which at least one byte was handed on.
    pub handed_on: u32,
    /// Whether the deadline had passed when the last attempt ended.
    pub out_of_time: bool,
    /// The status and request-id of the last reply to a send.
    pub last_reply: Option<(u16, String)>,
    /// What the last look showed.
    pub seen: Seen,
}

impl Evidence {
    /// Notes what a look showed.
    pub fn saw(&mut self, sight: &Sight) {
        self.seen = match sight {
            Sight::Draft(_) => Seen::Draft,
            Sight::NotADraft(_) => Seen::NotADraft,
            Sight::Gone => Seen::Gone,
            Sight::NotAllowed(_) => Seen::NotAllowed,
            Sight::Nothing(_) => return,
        };
    }

    /// The receipt of a mail that a check found sent.
    pub fn receipt_of_a_find(&self, sent_id: String, target: &Target) -> Receipt {
        let (http_status, request_id) = self.last_reply.clone().unwrap_or_default();
        let client_request_id = Arc::clone(&target.client_request_id);
        Receipt { found: true, request_id, client_request_id, http_status, attempts: self.handed_on, sent_id }
    }

    /// Fills in what every error of a call carries.
    pub fn complete(&self, error: Error, target: &Target, known: &Known) -> Error {
        let (http_status, request_id) = match error.http_status {
            0 => self.last_reply.clone().unwrap_or_default(),
            status => (status, error.request_id.clone()),
        };
        let internet_message_id = target.token.quote(known.internet_message_id.as_deref().unwrap_or_default());
        let mut message = error.message;
        if !request_id.is_empty() {
            message.push_str(&format!(" [request-id {request_id}]"));
        }
        message.push_str(&format!(" [client-request-id {}]", target.client_request_id));
        Error {
            message,
            http_status,
            request_id,
            client_request_id: target.client_request_id.to_string(),
            attempts: self.handed_on,
            seen: self.seen,
            internet_message_id,
            ..error
        }
    }
}

/// The answer that an attempt gives by itself.
pub fn of(attempt: Attempt, evidence: &Evidence) -> Result<Receipt, Error> {
    match (attempt.verdict, attempt.result) {
        (Verdict::Accepted, Ok(reply)) => Ok(Receipt {
            found: false,
            request_id: evidence.last_reply.as_ref().map(|(_, id)| id.clone()).unwrap_or_default(),
            client_request_id: Arc::default(),
            http_status: reply.status,
            attempts: evidence.handed_on,
            sent_id: String::new(),
        }),
        (verdict, Ok(reply)) => Err(replied(&verdict, &reply, &attempt.token)),
        (verdict, Err(failure)) => Err(failed(&verdict, &failure, evidence.out_of_time)),
    }
}

/// The answer where the looks after a doubtful attempt could not tell.
pub fn unknown(attempt: Attempt, evidence: &Evidence, blind: Blind) -> Error {
    let error = of(attempt, evidence).err().unwrap_or_else(|| Error::new(Status::Unknown, ""));
    let message = format!("may have been sent: {}, and {}", what_happened(&error), describe(blind));
    Error { status: Status::Unknown, message, retry_after: wait_of(blind), ..error }
}

/// The answer where the draft was found unsent after a doubtful attempt, and there is to be no other.
pub fn not_sent_after(attempt: Attempt, evidence: &Evidence) -> Error {
    let error = of(attempt, evidence).err().unwrap_or_else(|| Error::new(Status::Unavailable, ""));
    Error {
        status: Status::Unavailable,
        message: format!("not sent: {}; the draft is still there, unchanged: send again later", what_happened(&error)),
        ..error
    }
}

/// What a doubtful attempt's error says happened, without what it says of the mail and what it advises.
fn what_happened(error: &Error) -> &str {
    error.message.trim_start_matches("may have been sent: ").split("; ").next().unwrap_or_default()
}

/// The answer of a check that found the draft unsent.
pub fn not_sent() -> Error {
    Error::new(Status::Unavailable, "not sent: the draft is still there, unchanged: send again")
}

/// The answer of a check that cannot tell.
pub fn still_unknown(blind: Blind) -> Error {
    let message = format!("may have been sent: {}", describe(blind));
    Error { retry_after: wait_of(blind), ..Error::new(Status::Unknown, message) }
}

/// The answer for an id that an earlier call left unknown, where that could not be settled.
pub fn left_unknown(blind: Blind) -> Error {
    let message = format!("an earlier call may have sent it, and {}; this call sent nothing", describe(blind));
    Error { retry_after: wait_of(blind), ..Error::new(Status::Unknown, message) }
}

/// The answer for what is no draft.
pub fn not_a_draft(why: &str) -> Error {
    Error::new(
        Status::NotADraft,
        format!("not sent: this is no draft any more, {why}; nothing is left to do, or mend the id"),
    )
}

/// The answer where a look finds nothing before anything was sent.
pub fn not_found() -> Error {
    Error::new(Status::NotFound, format!("not sent: {}; {}", refusal(Status::NotFound), advice(Status::NotFound)))
}

/// The answer for a draft without recipients, found before anything was sent.
pub fn no_recipients() -> Error {
    Error::new(Status::Rejected, "not sent: the draft has no recipients; add one and send again")
}

/// The answer where looking first is asked for and not allowed.
pub fn may_not_look(status: u16) -> Error {
    let (status, message) = match status {
        401 => (Status::Unauthenticated, "not sent: Graph does not accept the token; get a new one and send again"),
        _ => (Status::Forbidden, "not sent: verify always looks first, and the token may not read; grant Mail.Read"),
    };
    Error::new(status, message)
}

/// The answer where looking first fails, before anything was sent.
pub fn cannot_look(result: Result<Reply, Failure>, wait: Option<Duration>, out_of_time: bool) -> Error {
    let (status, http_status, what) = match &result {
        Ok(reply) if reply.status == 429 => (Status::Throttled, 429, "Graph asks to wait".to_owned()),
        Ok(reply) => (Status::Unavailable, reply.status, format!("HTTP {}", reply.status)),
        Err(failure) if failure.cause == Cause::Cancelled => {
            return Error::new(Status::Cancelled, "not sent: cancelled before anything was sent");
        }
        Err(failure) if out_of_time => (Status::TimedOut, 0, failure.detail.clone()),
        Err(failure) => (Status::Unreachable, 0, failure.detail.clone()),
    };
    Error {
        http_status,
        retry_after: wait.unwrap_or_default(),
        ..Error::new(status, format!("not sent: the look before sending failed ({what}); send again later"))
    }
}

/// The answer where the look before sending did not get inside the mailbox's gate.
pub fn blind_before(outside: Outside) -> Error {
    not_entered(outside, &Evidence::default())
}

/// The answer where an attempt did not get inside the mailbox's gate; what was attempted before certainly did nothing.
pub fn not_entered(outside: Outside, evidence: &Evidence) -> Error {
    match outside {
        Outside::Cancelled if evidence.attempts == 0 => {
            Error::new(Status::Cancelled, "not sent: cancelled before a request went out")
        }
        Outside::Cancelled => cancelled_while_waiting(),
        Outside::OutOfTime => Error::new(
            Status::TimedOut,
            "not sent: the deadline passed while waiting for the mailbox; send again later",
        ),
        Outside::Paused(wait) => Error {
            retry_after: wait,
            ..Error::new(
                Status::Throttled,
                format!("not sent: Graph asked to wait for this mailbox; send again in {}", seconds(wait)),
            )
        },
    }
}

/// The answer where the caller cancelled between two attempts, the first of which certainly did nothing.
pub fn cancelled_while_waiting() -> Error {
    Error::new(Status::Cancelled, "not sent: cancelled while waiting for the next attempt")
}

/// The answer for a call that stopped waiting for another call's send.
pub fn left(status: Status, in_doubt: bool, target: &Target) -> Error {
    let why = if status == Status::Cancelled { "cancelled" } else { "the deadline passed" };
    let error = if in_doubt {
        Error::new(Status::Unknown, format!("may have been sent: {why} while another call was sending the same draft"))
    } else {
        Error::new(status, format!("not sent: {why} while another call was about to send the same draft"))
    };
    Evidence::default().complete(error, target, &Known::default())
}

/// The answer of a check whose time was up while another call was sending the draft.
pub fn busy(target: &Target) -> Error {
    let error = Error::new(Status::Unknown, "may have been sent: another call was sending the same draft all the time");
    Evidence::default().complete(error, target, &Known::default())
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
            let after = wait.map_or(String::new(), |wait| format!(" in {}", seconds(wait)));
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

fn describe(blind: Blind) -> String {
    match blind {
        Blind::Gone => {
            "it is gone under its id and not found in Sent Items; look there before sending again".to_owned()
        }
        Blind::NotAllowed(status) => format!(
            "the token may not look (HTTP {status}); grant Mail.Read to have it settled, or look in Sent Items before sending again"
        ),
        Blind::Changed => "the draft was changed meanwhile; look in Sent Items before sending again".to_owned(),
        Blind::OutOfTime => "the time was up before it was settled; graph_client_check settles it".to_owned(),
        Blind::Paused(wait) => format!(
            "Graph asked to wait for this mailbox before it was settled; graph_client_check settles it in {}",
            seconds(wait)
        ),
        Blind::Cancelled => "it was cancelled before it was settled; graph_client_check settles it".to_owned(),
        Blind::NotAsked => "verify is never; look in Sent Items before sending again".to_owned(),
    }
}

fn wait_of(blind: Blind) -> Duration {
    match blind {
        Blind::Paused(wait) => wait,
        _ => Duration::ZERO,
    }
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64().ceil())
}

//! The answer to the caller: a receipt, or an error that says what failed, where, and what to do next.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::attempt::Attempt;
use crate::delivery::check::Blind;
use crate::delivery::ending::{Ending, NotADraft};
use crate::delivery::gate::Outside;
use crate::delivery::memory::Known;
use crate::error::{Error, Seen};
use crate::message::{Target, Token};
use crate::outcome::{
    Cause, Doubt, Failure, GraphError, Listed, Listing, LookFailure, Refusal, Reply, Sight, Verdict, claims,
};
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
            Sight::Another | Sight::Failed(_) => return,
        };
    }

    /// Notes what a search showed.
    pub fn listed(&mut self, listed: &Listed) {
        self.seen = match listed {
            Listed::Items(items) => match items.iter().any(|item| matches!(item, Listing::NotADraft(_))) {
                // A draft that is there stays the last that was seen.
                true if self.seen != Seen::Draft => Seen::NotADraft,
                true | false => return,
            },
            Listed::NotAllowed(_) => Seen::NotAllowed,
            Listed::Unfiltered | Listed::Failed(_) => return,
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

/// The answer of a call that ended so. The status is the machine's; the words are made here.
pub fn of(
    ending: &Ending,
    attempt: Option<Attempt>,
    looked: Option<Result<Reply, Failure>>,
    evidence: &Evidence,
    target: &Target,
    known: &Known,
) -> Result<Receipt, Error> {
    let error = match (ending, attempt) {
        (Ending::Accepted, Some(attempt)) => return Ok(accepted(&attempt, evidence, target)),
        (Ending::Found(id), _) => return Ok(evidence.receipt_of_a_find(target.token.quote(id), target)),
        (Ending::AsAttempted(_, out_of_time), Some(attempt)) => as_attempted(attempt, *out_of_time),
        (Ending::NotADraft(why), _) => not_a_draft(*why),
        (Ending::NoRecipients, _) => no_recipients(),
        (Ending::NotFound, _) => not_found(),
        (Ending::MayNotLook(status), _) => may_not_look(*status),
        (Ending::CannotLook(failure, _), _) => cannot_look(looked, *failure),
        (Ending::NotSent, Some(attempt)) => not_sent_after(attempt),
        (Ending::NotSent, None) => not_sent(),
        (Ending::Unknown(blind), Some(attempt)) => unknown(attempt, *blind),
        (Ending::Unknown(blind), None) => still_unknown(*blind),
        (Ending::EarlierUnknown(blind), _) => left_unknown(*blind),
        (Ending::KeptOut(outside), attempt) => not_entered(*outside, attempt.is_some()),
        (Ending::CancelledWhileWaiting, _) => cancelled_while_waiting(),
        (Ending::Left { cancelled, in_doubt }, _) => left_for_another(*cancelled, *in_doubt),
        (Ending::Accepted | Ending::AsAttempted(..), None) => return Err(Error::internal()),
    };
    Err(evidence.complete(Error { status: ending.status(), ..error }, target, known))
}

fn accepted(attempt: &Attempt, evidence: &Evidence, target: &Target) -> Receipt {
    Receipt {
        found: false,
        request_id: evidence.last_reply.as_ref().map(|(_, id)| id.clone()).unwrap_or_default(),
        client_request_id: Arc::clone(&target.client_request_id),
        http_status: attempt.result.as_ref().map_or(0, |reply| reply.status),
        attempts: evidence.handed_on,
        sent_id: String::new(),
    }
}

/// What an attempt says by itself.
fn as_attempted(attempt: Attempt, out_of_time: bool) -> Error {
    match attempt.result {
        Ok(reply) => replied(&attempt.verdict, &reply, &attempt.token),
        Err(failure) => failed(&attempt.verdict, &failure, out_of_time),
    }
}

/// The answer where the looks after a doubtful attempt could not tell.
fn unknown(attempt: Attempt, blind: Blind) -> Error {
    let error = as_attempted(attempt, false);
    let message = format!("may have been sent: {}, and {}", what_happened(&error), describe(blind));
    Error { status: Status::Unknown, message, retry_after: wait_of(blind), ..error }
}

/// The answer where the draft was found unsent after a doubtful attempt, and there is to be no other.
fn not_sent_after(attempt: Attempt) -> Error {
    let error = as_attempted(attempt, false);
    Error {
        status: Status::Unavailable,
        message: format!("not sent: {}; the draft is still there, unchanged: send again later", what_happened(&error)),
        ..error
    }
}

/// What a doubtful attempt's error says happened, without what it says of the mail and what it advises.
fn what_happened(error: &Error) -> &str {
    let said = error.message.as_str();
    let happened = said.strip_prefix("may have been sent: ").or(said.strip_prefix("not sent: ")).unwrap_or(said);
    happened.split("; ").next().unwrap_or_default()
}

/// The answer of a check that found the draft unsent.
fn not_sent() -> Error {
    Error::new(Status::Unavailable, "not sent: the draft is still there, unchanged: send again")
}

/// The answer of a check that cannot tell.
fn still_unknown(blind: Blind) -> Error {
    let message = format!("may have been sent: {}", describe(blind));
    Error { retry_after: wait_of(blind), ..Error::new(Status::Unknown, message) }
}

/// The answer for an id that an earlier call left unknown, where that could not be settled.
fn left_unknown(blind: Blind) -> Error {
    let message = format!("an earlier call may have sent it, and {}; this call sent nothing", describe(blind));
    Error { retry_after: wait_of(blind), ..Error::new(Status::Unknown, message) }
}

/// The answer for what is no draft.
fn not_a_draft(why: NotADraft) -> Error {
    let why = match why {
        NotADraft::BeforeCall => "this is no draft any more, it was sent or received before this call",
        NotADraft::EarlierCall => "this is no draft any more, an earlier call sent it",
        NotADraft::InMailbox => "this is no draft any more, a mail with its internetMessageId is in the mailbox",
        NotADraft::Received => "this is no draft and not in Sent Items: it was received, or moved from there",
    };
    Error::new(Status::NotADraft, format!("not sent: {why}; nothing is left to do, or mend the id"))
}

/// The answer where a look finds nothing before anything was sent.
fn not_found() -> Error {
    Error::new(
        Status::NotFound,
        format!("not sent: {}; {}", describe_refusal(Refusal::NotFound), advice(Refusal::NotFound)),
    )
}

/// The answer for a draft without recipients, found before anything was sent.
fn no_recipients() -> Error {
    Error::new(Status::Rejected, "not sent: the draft has no recipients; add one and send again")
}

/// The answer where looking first is asked for and not allowed.
fn may_not_look(status: u16) -> Error {
    let (status, message) = match status {
        401 => (Status::Unauthenticated, "not sent: Graph does not accept the token; get a new one and send again"),
        _ => (Status::Forbidden, "not sent: verify always looks first, and the token may not read; grant Mail.Read"),
    };
    Error::new(status, message)
}

/// The answer where looking first fails, before anything was sent.
fn cannot_look(looked: Option<Result<Reply, Failure>>, failure: Option<LookFailure>) -> Error {
    let (http_status, what) = match (&looked, failure) {
        (_, None) => (0, "it was answered with another message".to_owned()),
        (Some(Ok(reply)), Some(_)) if reply.status == 429 => (429, "Graph asks to wait".to_owned()),
        (Some(Ok(reply)), Some(_)) => (reply.status, format!("HTTP {}", reply.status)),
        (Some(Err(failure)), Some(_)) if failure.cause == Cause::Cancelled => {
            return Error::new(Status::Cancelled, "not sent: cancelled before anything was sent");
        }
        (Some(Err(failure)), Some(_)) => (0, failure.detail.clone()),
        (None, Some(_)) => (0, "no answer".to_owned()),
    };
    Error {
        http_status,
        retry_after: failure.and_then(|failure| failure.wait).unwrap_or_default(),
        ..Error::new(
            Status::Unavailable,
            format!("not sent: the look before sending failed ({what}); send again later"),
        )
    }
}

/// The answer where an attempt did not get inside the mailbox's gate; what was attempted before certainly did nothing.
fn not_entered(outside: Outside, has_attempted: bool) -> Error {
    match outside {
        Outside::Cancelled if !has_attempted => {
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
fn cancelled_while_waiting() -> Error {
    Error::new(Status::Cancelled, "not sent: cancelled while waiting for the next attempt")
}

/// The answer for a call that stopped waiting for another call's send.
pub fn left(status: Status, in_doubt: bool, target: &Target, known: Known) -> Error {
    let error = left_for_another(status == Status::Cancelled, in_doubt);
    Evidence::default().complete(error, target, &known)
}

fn left_for_another(cancelled: bool, in_doubt: bool) -> Error {
    let (status, why) = match cancelled {
        true => (Status::Cancelled, "cancelled"),
        false => (Status::TimedOut, "the deadline passed"),
    };
    if in_doubt {
        Error::new(Status::Unknown, format!("may have been sent: {why} while another call was sending the same draft"))
    } else {
        Error::new(status, format!("not sent: {why} while another call was about to send the same draft"))
    }
}

/// The answer of a check whose time was up while another call was sending the draft.
pub fn busy(target: &Target, known: Known) -> Error {
    let error = Error::new(Status::Unknown, "may have been sent: another call was sending the same draft all the time");
    Evidence::default().complete(error, target, &known)
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
        Verdict::Refused(refusal) => {
            (refusal.status(), None, format!("not sent: {} ({said}); {}", describe_refusal(*refusal), advice(*refusal)))
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
        Verdict::Accepted | Verdict::Refused(_) | Verdict::Throttled(_) | Verdict::NotBegun(_) => match failure.cause {
            Cause::Cancelled => Error::new(Status::Cancelled, "not sent: cancelled before a request went out"),
            Cause::TimedOut if out_of_time => {
                Error::new(Status::TimedOut, format!("not sent: the deadline passed, {detail}; send again later"))
            }
            Cause::Tls | Cause::Proxy | Cause::Local => {
                Error::new(Status::Unreachable, format!("not sent: {detail}; send again when that is mended"))
            }
            Cause::TimedOut | Cause::Resolve | Cause::Connection | Cause::Protocol => {
                Error::new(Status::Unreachable, format!("not sent: {detail}; send again later"))
            }
        },
    }
}

fn doubtful(why: &str) -> String {
    format!("may have been sent: {why}; look in Sent Items before sending again")
}

fn describe_refusal(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Unauthenticated => "Graph does not accept the token",
        Refusal::Forbidden => "the token may not send this mail",
        Refusal::NotFound => "no such message or mailbox",
        Refusal::Conflict | Refusal::Rejected => "Graph refused it",
    }
}

fn advice(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Unauthenticated => "get a new token and send again",
        Refusal::Forbidden => "grant Mail.Send, and the right to send from this mailbox",
        Refusal::NotFound => {
            "an earlier call may have sent it, its id changes then: look in Sent Items; else mend the id or the user"
        }
        Refusal::Conflict => "look at the draft: it changed, or another program holds it; then send again",
        Refusal::Rejected => "mend the draft and send again",
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
        Doubt::OnTheWay => {
            "the request may have been cut short on its way, and the reply does not say whether Graph had acted"
        }
        Doubt::NotOurs => "the reply answers another request, or came before this one",
        Doubt::UnclearThrottle => "Graph asks to wait and does not say why, which it does after accepting, too",
    }
}

fn describe(blind: Blind) -> String {
    match blind {
        Blind::Gone => {
            "it is gone under its id and not found in Sent Items; look there before sending again".to_owned()
        }
        Blind::GoneWithoutName => "it is gone under its id, and Sent Items could not be searched without its \
             internetMessageId; look there before sending again, and give the call the internetMessageId, or set verify to \
             always, to have it settled"
            .to_owned(),
        Blind::CameBack => "the service showed it gone and then as a draft again, one of which is an old picture; look in \
             Sent Items before sending again"
            .to_owned(),
        Blind::Copy => "the draft is still there, and so is a mail with its internetMessageId that may be the one sent; \
             look in Sent Items before sending again"
            .to_owned(),
        Blind::Namesake => "Graph accepted a mail with its internetMessageId under another id, which may be this one although \
             the draft is still there; look in Sent Items before sending again"
            .to_owned(),
        Blind::Undated => "it is no draft any more, and when it was sent cannot be told from its sentDateTime and the \
             clocks; look in Sent Items before sending again"
            .to_owned(),
        Blind::Deferred(Some(wait)) => format!(
            "the draft is to be sent later, and waits in Drafts until then if it was accepted; graph_client_check settles \
             it in {}",
            seconds(wait)
        ),
        Blind::Deferred(None) => "the draft is to be sent later, at a time that cannot be read, and waits in Drafts until \
             then if it was accepted; look in Sent Items afterwards"
            .to_owned(),
        Blind::Unsearchable => {
            "the service does not list what has its internetMessageId; look in Sent Items before sending again".to_owned()
        }
        Blind::Another => {
            "the service answers with another message; look in Sent Items before sending again".to_owned()
        }
        Blind::NotAllowed(status) => format!(
            "the token may not look (HTTP {status}); grant Mail.Read to have it settled, or look in Sent Items before sending again"
        ),
        Blind::Elsewhere => "it is no draft any more and not in Sent Items: received, or moved there by a rule; look for it \
             before sending again"
            .to_owned(),
        Blind::Changed => {
            "the draft was changed or moved meanwhile; look in Sent Items before sending again".to_owned()
        }
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
        Blind::Paused(wait) | Blind::Deferred(Some(wait)) => wait,
        Blind::Gone
        | Blind::GoneWithoutName
        | Blind::CameBack
        | Blind::Copy
        | Blind::Namesake
        | Blind::Undated
        | Blind::Deferred(None)
        | Blind::Unsearchable
        | Blind::Another
        | Blind::NotAllowed(_)
        | Blind::Elsewhere
        | Blind::Changed
        | Blind::OutOfTime
        | Blind::Cancelled
        | Blind::NotAsked => Duration::ZERO,
    }
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64().ceil())
}

//! The answer to the caller: a receipt, or an error with its facts. What a person reads of them is worded in `wording`.

use std::sync::Arc;
use std::time::Duration;

use super::Answer;
use super::receipt::Receipt;
use super::trail::{Attempt, Trail};
use super::wording::{AddressedTo, Cancelled, Facts, Failed, Looks, Mail, Said, Until, sentence};
use crate::delivery::ending::Ending;
use crate::delivery::finding::Unsettled;
use crate::delivery::kept_out::KeptOut;
use crate::delivery::remembered::Known;
use crate::delivery::verdict::{Refusal, Verdict};
use crate::engine::Stopped;
use crate::error::Error;
use crate::graph::{Cause, Failure, GraphError, LookFailure, Reply, Target, Token, claims};
use crate::status::Status;

/// What the caller is told to wait where Graph asks to and does not say how long: its limits are counted in minutes
/// (<https://learn.microsoft.com/graph/throttling-limits>).
const SUGGESTED_WAIT: Duration = Duration::from_secs(120);

/// Why a call failed: its facts, and how long to wait.
struct Explanation {
    facts: Facts,
    retry_after: Duration,
}

impl Explanation {
    fn new(mail: Mail, failed: Failed, target: &Target) -> Explanation {
        let asked = AddressedTo { of_me: target.mailbox.is_me(), has_version: target.base.has_version() };
        let facts = Facts { mail, failed, said: None, looked: None, asked };
        Explanation { facts, retry_after: Duration::ZERO }
    }

    /// With what a reply says.
    fn said(self, reply: &Reply, token: &Token) -> Explanation {
        let graph = GraphError::parse(&reply.body).unwrap_or_default();
        let id = if reply.request_id.is_empty() { &graph.request_id } else { &reply.request_id };
        let said = Said {
            status: reply.status,
            request_id: token.quote_name(id),
            code: token.quote_name(&graph.code),
            message: token.quote(&graph.message),
            claims: if reply.status == 401 { claims(&reply.www_authenticate) } else { None },
        };
        Explanation { facts: Facts { said: Some(said), ..self.facts }, ..self }
    }

    /// With what the looks showed.
    fn looked(self, mail: Mail, looked: Looks) -> Explanation {
        let retry_after = match looked {
            Looks::Unsettled(Unsettled::Paused(wait) | Unsettled::Deferred(Some(wait))) => wait,
            Looks::Unsettled(_) | Looks::Unsent => Duration::ZERO,
        };
        Explanation { facts: Facts { mail, looked: Some(looked), ..self.facts }, retry_after }
    }

    fn waiting(self, wait: Duration) -> Explanation {
        Explanation { retry_after: wait, ..self }
    }
}

/// The answer of a call that ended so. The status is the machine's; the facts are put together here.
pub fn of(ending: &Ending, trail: &mut Trail, target: &Target, known: &Known) -> Answer {
    let new = |mail, failed| Explanation::new(mail, failed, target);
    let explanation = match (ending, trail.attempt.take()) {
        (Ending::Accepted, Some(attempt)) => return Ok(accepted(&attempt, trail, target)),
        (Ending::Found(id), _) => return Ok(found(target.token.quote_id(id), trail, target)),
        (Ending::Accepted | Ending::AsAttempted { .. }, None) => return Err(Error::internal()),
        (Ending::AsAttempted { out_of_time, .. }, Some(attempt)) => as_attempted(&attempt, *out_of_time, target),
        (Ending::NotADraft(why), _) => new(Mail::NotSent, Failed::NotADraft(*why)),
        (Ending::NoRecipients, _) => new(Mail::NotSent, Failed::NoRecipients),
        (Ending::NotFound, _) => new(Mail::NotSent, Failed::Refused(Refusal::NotFound)),
        (Ending::MayNotLook(status), _) => may_not_look(*status, trail.looked.take(), target),
        (Ending::CannotLook { failure, .. }, _) => cannot_look(trail.looked.take(), *failure, target),
        (Ending::NotSent, Some(attempt)) => as_attempted(&attempt, false, target).looked(Mail::NotSent, Looks::Unsent),
        (Ending::NotSent, None) => new(Mail::NotSent, Failed::Nothing).looked(Mail::NotSent, Looks::Unsent),
        (Ending::Unknown(why), Some(attempt)) => {
            as_attempted(&attempt, false, target).looked(Mail::MayBeSent, Looks::Unsettled(*why))
        }
        (Ending::Unknown(why), None) => {
            new(Mail::MayBeSent, Failed::Nothing).looked(Mail::MayBeSent, Looks::Unsettled(*why))
        }
        (Ending::EarlierUnknown(why), _) => {
            new(Mail::MayBeSentBefore, Failed::Nothing).looked(Mail::MayBeSentBefore, Looks::Unsettled(*why))
        }
        (Ending::KeptOut(why), attempt) => kept_out(*why, attempt.is_some(), target),
        (Ending::CancelledWhileWaiting, _) => new(Mail::NotSent, Failed::Cancelled(Cancelled::Between)),
        (Ending::GaveUpWaiting { cancelled, in_doubt }, _) => {
            let stopped = if *cancelled { Stopped::Cancelled } else { Stopped::OutOfTime };
            behind_another(stopped, *in_doubt, target)
        }
    };
    Err(error(ending.status(), explanation, trail, target, known))
}

/// The receipt of a mail that Graph accepted.
fn accepted(attempt: &Attempt, trail: &mut Trail, target: &Target) -> Receipt {
    Receipt {
        found: false,
        request_id: trail.last_reply.take().map(|(_, id)| id).unwrap_or_default(),
        client_request_id: Arc::clone(&target.client_request_id),
        http_status: attempt.exchange.result.as_ref().map_or(0, |reply| reply.status),
        attempts: trail.handed_on,
        sent_id: String::new(),
    }
}

/// The receipt of a mail that a look found sent.
fn found(sent_id: String, trail: &Trail, target: &Target) -> Receipt {
    let (http_status, request_id) = trail.last_reply.clone().unwrap_or_default();
    let client_request_id = Arc::clone(&target.client_request_id);
    Receipt { found: true, request_id, client_request_id, http_status, attempts: trail.handed_on, sent_id }
}

/// The error of these facts, with what every error of a call carries.
fn error(status: Status, explanation: Explanation, trail: &Trail, target: &Target, known: &Known) -> Error {
    let token = &target.token;
    let mut message = token.redact(&sentence(&explanation.facts));
    let (http_status, request_id, code, claims) = match explanation.facts.said {
        Some(said) => (said.status, said.request_id, said.code, said.claims.unwrap_or_default()),
        // The last reply to a send, of which nothing is said.
        None => {
            let (status, request_id) = trail.last_reply.clone().unwrap_or_default();
            (status, request_id, String::new(), String::new())
        }
    };
    if !request_id.is_empty() {
        message.push_str(&format!(" [request-id {request_id}]"));
    }
    message.push_str(&format!(" [client-request-id {}]", target.client_request_id));
    Error {
        status,
        message,
        http_status,
        code,
        request_id,
        client_request_id: target.client_request_id.to_string(),
        retry_after: explanation.retry_after,
        attempts: trail.handed_on,
        claims: token.redact(&claims),
        last_look: trail.last_look,
        internet_message_id: internet_message_id_of(known, target),
    }
}

/// What an attempt says by itself.
fn as_attempted(attempt: &Attempt, out_of_time: bool, target: &Target) -> Explanation {
    match &attempt.exchange.result {
        Ok(reply) => replied(&attempt.exchange.verdict, reply, &attempt.token, target),
        Err(failure) => Explanation::new(
            mail_of(&attempt.exchange.verdict),
            failed(&attempt.exchange.verdict, failure, out_of_time),
            target,
        ),
    }
}

fn mail_of(verdict: &Verdict) -> Mail {
    match verdict {
        Verdict::Accepted | Verdict::Doubtful(_) => Mail::MayBeSent,
        Verdict::Refused(_) | Verdict::Throttled(_) | Verdict::NotBegun(_) => Mail::NotSent,
    }
}

fn replied(verdict: &Verdict, reply: &Reply, token: &Token, target: &Target) -> Explanation {
    let failed = match verdict {
        Verdict::Refused(refusal) => Failed::Refused(*refusal),
        Verdict::Throttled(wait) => Failed::Throttled(*wait),
        Verdict::Doubtful(doubt) => Failed::Doubtful(*doubt),
        Verdict::Accepted | Verdict::NotBegun(_) => Failed::Nothing,
    };
    let explanation = Explanation::new(mail_of(verdict), failed, target).said(reply, token);
    match verdict {
        Verdict::Throttled(wait) => explanation.waiting(wait.unwrap_or(SUGGESTED_WAIT)),
        Verdict::Accepted | Verdict::Refused(_) | Verdict::Doubtful(_) | Verdict::NotBegun(_) => explanation,
    }
}

fn failed(verdict: &Verdict, failure: &Failure, out_of_time: bool) -> Failed {
    let why = failure.detail.clone();
    match (verdict, failure.cause) {
        (Verdict::Doubtful(_), Cause::Cancelled) => Failed::Cancelled(Cancelled::After),
        (Verdict::Doubtful(_), _) => Failed::NoReply(why),
        (_, Cause::Cancelled) => Failed::Cancelled(Cancelled::Before),
        (_, Cause::TimedOut) if out_of_time => Failed::OutOfTime(why),
        (_, Cause::Tls | Cause::Proxy | Cause::Local) => Failed::NotBegun(why, Until::Mended),
        (_, Cause::TimedOut | Cause::Resolve | Cause::Connection | Cause::Protocol) => {
            Failed::NotBegun(why, Until::Later)
        }
    }
}

/// Looking first is asked for and not allowed.
fn may_not_look(status: u16, looked: Option<Result<Reply, Failure>>, target: &Target) -> Explanation {
    let failed = match status {
        401 => Failed::Refused(Refusal::Unauthenticated),
        _ => Failed::MayNotRead,
    };
    let explanation = Explanation::new(Mail::NotSent, failed, target);
    match looked.and_then(Result::ok) {
        Some(reply) => explanation.said(&reply, &target.token),
        None => explanation,
    }
}

/// Looking first fails.
fn cannot_look(looked: Option<Result<Reply, Failure>>, failure: Option<LookFailure>, target: &Target) -> Explanation {
    let new = |failed| Explanation::new(Mail::NotSent, failed, target);
    let wait = failure.and_then(|failure| failure.wait);
    match (looked, failure) {
        (_, None) => new(Failed::NoLook("it was answered with another message".to_owned())),
        (Some(Ok(reply)), Some(_)) if reply.status == 429 => {
            new(Failed::Throttled(wait)).said(&reply, &target.token).waiting(wait.unwrap_or(SUGGESTED_WAIT))
        }
        (Some(Ok(reply)), Some(_)) => {
            let why = "the reply shows nothing".to_owned();
            new(Failed::NoLook(why)).said(&reply, &target.token).waiting(wait.unwrap_or_default())
        }
        (Some(Err(failure)), Some(_)) if failure.cause == Cause::Cancelled => new(Failed::Cancelled(Cancelled::Before)),
        (Some(Err(failure)), Some(_)) => new(Failed::NoLook(failure.detail)),
        (None, Some(_)) => new(Failed::NoLook("no answer".to_owned())),
    }
}

/// An attempt was kept out of the mailbox's gate; what was attempted before certainly did nothing.
fn kept_out(why: KeptOut, has_attempted: bool, target: &Target) -> Explanation {
    let new = |failed| Explanation::new(Mail::NotSent, failed, target);
    match why {
        KeptOut::Cancelled if has_attempted => new(Failed::Cancelled(Cancelled::Between)),
        KeptOut::Cancelled => new(Failed::Cancelled(Cancelled::Before)),
        KeptOut::OutOfTime => new(Failed::OutOfTimeInLine),
        KeptOut::Paused(wait) => new(Failed::Paused(wait)).waiting(wait),
    }
}

/// The time was up, or the call was cancelled, while another call sent the same draft, or was about to.
fn behind_another(stopped: Stopped, in_doubt: bool, target: &Target) -> Explanation {
    let mail = if in_doubt { Mail::MayBeSent } else { Mail::NotSent };
    let failed = match stopped {
        Stopped::Cancelled => Failed::Cancelled(Cancelled::BehindAnother),
        Stopped::OutOfTime => Failed::BehindAnother,
    };
    Explanation::new(mail, failed, target)
}

/// The answer for a call that stopped waiting for another call's send.
pub fn gave_up_waiting(stopped: Stopped, in_doubt: bool, target: &Target, known: &Known) -> Error {
    let ending = Ending::GaveUpWaiting { cancelled: stopped == Stopped::Cancelled, in_doubt };
    let explanation = behind_another(stopped, in_doubt, target);
    let status = ending.status();
    error(status, explanation, &Trail::default(), target, known)
}

/// The error of a send that this call shared, which may know more of the mail than the call that sent.
pub fn of_a_shared_send(error: Error, target: &Target, known: &Known) -> Error {
    let internet_message_id = match error.internet_message_id.as_str() {
        "" => internet_message_id_of(known, target),
        _ => error.internet_message_id,
    };
    Error { internet_message_id, ..error }
}

fn internet_message_id_of(known: &Known, target: &Target) -> String {
    target.token.quote_id(known.internet_message_id.as_deref().unwrap_or_default())
}

/// The answer of a check that stopped waiting for another call, which was sending the draft.
pub fn busy(stopped: Stopped, target: &Target, known: &Known) -> Error {
    let failed = match stopped {
        Stopped::Cancelled => Failed::Cancelled(Cancelled::BehindAnother),
        Stopped::OutOfTime => Failed::AnotherCall,
    };
    let explanation = Explanation::new(Mail::MayBeSent, failed, target);
    error(Status::Unknown, explanation, &Trail::default(), target, known)
}

#[cfg(test)]
mod tests;

//! The sentences that a person reads: every failed call is worded here, from facts, and every advice stands here, by its cause.

use std::borrow::Cow;
use std::time::Duration;

use crate::delivery::ending::NotADraft;
use crate::delivery::finding::Unsettled;
use crate::delivery::verdict::{DoubtCause, Refusal};

/// What is known of a call that did not end in "sent".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// What became of the mail.
    pub mail: Mail,
    /// What failed.
    pub failed: Failed,
    /// What the reply says that failed it.
    pub said: Option<Said>,
    /// What the looks after it showed.
    pub looked: Option<Looks>,
    /// What was asked, where that may be what is wrong.
    pub asked: AddressedTo,
}

/// What became of the mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mail {
    /// This call did not send it.
    NotSent,
    /// This call, or the one that is asked about, may have sent it.
    MayBeSent,
    /// An earlier call may have sent it; this one sent nothing.
    MayBeSentBefore,
}

/// What failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failed {
    /// Nothing: only what was looked at counts.
    Nothing,
    /// Graph refused the request.
    Refused(Refusal),
    /// The token may not make the look before sending.
    MayNotRead,
    /// Graph asks to wait, for so long if it says that.
    Throttled(Option<Duration>),
    /// Graph asked for a wait that is still running.
    Paused(Duration),
    /// The reply settles nothing.
    Doubtful(DoubtCause),
    /// The request went out and no reply came, for this reason.
    NoReply(String),
    /// No request went out, for this reason. With it, what has to happen before the next.
    NotBegun(String, Until),
    /// The deadline passed in this step.
    OutOfTime(String),
    /// The deadline passed while waiting for a place among the mailbox's requests.
    OutOfTimeInLine,
    /// Cancelled.
    Cancelled(Cancelled),
    /// The look before sending failed, for this reason.
    NoLook(String),
    /// It is no draft.
    NotADraft(NotADraft),
    /// The draft has no recipients.
    NoRecipients,
    /// Another call was sending the same draft, all the time that this one had.
    AnotherCall,
    /// Another call was about to send the same draft when this one's time was up.
    BehindAnother,
}

/// When a call was cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancelled {
    /// Before a request went out.
    Before,
    /// After it went out.
    After,
    /// Between two attempts, of which the first did nothing.
    Between,
    /// While another call was sending the same draft, or was about to.
    BehindAnother,
}

/// What has to happen before a request can go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// It may pass by itself.
    Later,
    /// Somebody has to mend what the reason names.
    Mended,
}

/// What a reply says. Its texts are free of the token.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said {
    /// The HTTP status.
    pub status: u16,
    /// Its `request-id`.
    pub request_id: String,
    /// Graph's `error.code`.
    pub code: String,
    /// Graph's `error.message`.
    pub message: String,
    /// The claims that it challenges for, where it does.
    pub claims: Option<String>,
}

/// What the looks showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looks {
    /// The draft is there, unchanged, after the time to settle.
    Unsent,
    /// They could not tell.
    Unsettled(Unsettled),
}

/// What was asked, where that may be what is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AddressedTo {
    /// Whether the user was "me".
    pub of_me: bool,
    /// Whether the base URL ends in a version of Graph.
    pub has_version: bool,
}

/// The sentence: whether the mail was sent, what failed, what the looks showed, and what to do.
pub fn sentence(facts: &Facts) -> String {
    let mail = match facts.mail {
        Mail::NotSent => "not sent",
        Mail::MayBeSent | Mail::MayBeSentBefore => "may have been sent",
    };
    let before = match facts.mail {
        Mail::NotSent | Mail::MayBeSent => None,
        Mail::MayBeSentBefore => Some(Cow::Borrowed("by an earlier call, this one sent nothing")),
    };
    let failed = failed(&facts.failed).map(|failed| match &facts.said {
        Some(said) => Cow::Owned(format!("{failed} ({})", quoted(said))),
        None => failed,
    });
    let looked = facts.looked.map(looked);
    let what = [before, failed, looked].into_iter().flatten().collect::<Vec<_>>().join(", and ");
    format!("{mail}: {what}; {}", advice(facts))
}

fn quoted(said: &Said) -> String {
    let Said { status, code, message, .. } = said;
    match (code.as_str(), message.as_str()) {
        ("", "") => format!("HTTP {status}"),
        (code, "") => format!("HTTP {status} {code}"),
        ("", message) => format!("HTTP {status}: {message}"),
        (code, message) => format!("HTTP {status} {code}: {message}"),
    }
}

fn failed(failed: &Failed) -> Option<Cow<'static, str>> {
    Some(Cow::Borrowed(match failed {
        Failed::Nothing => return None,
        Failed::Refused(refusal) => match refusal {
            Refusal::Unauthenticated => "Graph does not accept the token",
            Refusal::Forbidden => "the token may not send this mail",
            Refusal::NotFound => "no such message or mailbox",
            Refusal::Conflict | Refusal::Rejected => "Graph refused it",
        },
        Failed::MayNotRead => "verify always looks first, and the token may not read",
        Failed::Throttled(_) => "Graph asks to wait",
        Failed::Paused(_) => "Graph asked to wait for this mailbox",
        Failed::Doubtful(doubt) => doubtful(*doubt),
        Failed::NoReply(why) => {
            return Some(Cow::Owned(format!("the request went out and no reply came back: {why}")));
        }
        Failed::NotBegun(why, Until::Later | Until::Mended) => return Some(Cow::Owned(why.clone())),
        Failed::OutOfTime(why) => return Some(Cow::Owned(format!("the deadline passed, {why}"))),
        Failed::OutOfTimeInLine => "the deadline passed while waiting for the mailbox",
        Failed::Cancelled(when) => match when {
            Cancelled::Before => "cancelled before a request went out",
            Cancelled::After => "cancelled after the request went out",
            Cancelled::Between => "cancelled while waiting for the next attempt",
            Cancelled::BehindAnother => "cancelled while waiting for another call that sends the same draft",
        },
        Failed::NoLook(why) => return Some(Cow::Owned(format!("the look before sending failed ({why})"))),
        Failed::NotADraft(why) => match why {
            NotADraft::BeforeCall => "this is no draft any more, it was sent or received before this call",
            NotADraft::EarlierCall => "this is no draft any more, an earlier call sent it",
            NotADraft::InMailbox => "this is no draft any more, a mail with its internetMessageId is in the mailbox",
            NotADraft::Received => "this is no draft and not in Sent Items: it was received, or moved from there",
        },
        Failed::NoRecipients => "the draft has no recipients",
        Failed::AnotherCall => "another call was sending the same draft all the time",
        Failed::BehindAnother => "the deadline passed while waiting for another call that sends the same draft",
    }))
}

fn doubtful(doubt: DoubtCause) -> &'static str {
    match doubt {
        DoubtCause::NoReply(_) => "no reply came back",
        DoubtCause::NotGraphs => "the reply is not Graph's but that of a proxy or gateway",
        DoubtCause::ServerError => "the service failed and does not say whether it had acted",
        DoubtCause::CutOff => "the reply broke off, or does not say where it ends",
        DoubtCause::UnlikelySuccess => "the reply said success, but not as Graph does: a login page or a proxy",
        DoubtCause::Redirect => "the reply is a redirect, which is not followed",
        DoubtCause::OnTheWay => {
            "the request may have been cut short on its way, and the reply does not say whether Graph had acted"
        }
        DoubtCause::NotOurs => "the reply answers another request, or came before this one",
        DoubtCause::UnclearThrottle => "Graph asks to wait and does not say why, which it does after accepting, too",
    }
}

fn looked(looks: Looks) -> Cow<'static, str> {
    let why = match looks {
        Looks::Unsent => return Cow::Borrowed("the draft is still there, unchanged"),
        Looks::Unsettled(why) => why,
    };
    Cow::Borrowed(match why {
        Unsettled::Gone => "it is gone under its id, and no mail in Sent Items is certainly it",
        Unsettled::GoneWithoutMessageId => {
            "it is gone under its id, and Sent Items could not be searched without its internetMessageId"
        }
        Unsettled::CameBack => "the service showed it gone and then as a draft again, one of which is an old picture",
        Unsettled::Copy => {
            "the draft is still there, and so is a mail with its internetMessageId that may be the one sent"
        }
        Unsettled::Namesake => {
            "Graph accepted a mail with its internetMessageId under another id, which may be this one although the draft \
             is still there"
        }
        Unsettled::Undated => {
            "it is no draft any more, and when it was sent cannot be told from its sentDateTime and the clocks"
        }
        Unsettled::Deferred(Some(_)) => {
            "the draft is to be sent later, and waits in Drafts until then if it was accepted"
        }
        Unsettled::Deferred(None) => {
            "the draft is to be sent later, and whether that time has come cannot be told: it waits in Drafts if it was accepted"
        }
        Unsettled::Unsearchable => "the service does not show what has its internetMessageId, or where it lies",
        Unsettled::Another => "the service answers with another message",
        Unsettled::NotAllowed(status) => return Cow::Owned(format!("the token may not look (HTTP {status})")),
        Unsettled::Elsewhere => "it is no draft any more and not in Sent Items: received, or moved there by a rule",
        Unsettled::Changed => "the draft was changed or moved meanwhile",
        Unsettled::OutOfTime => "the time was up before it was settled",
        Unsettled::Paused(_) => "Graph asked to wait for this mailbox before it was settled",
        Unsettled::Cancelled => "it was cancelled before it was settled",
        Unsettled::NotAsked => "verify is never, so nobody looked",
    })
}

const LOOK_THERE: &str = "look in Sent Items before sending again";

/// What to do.
fn advice(facts: &Facts) -> Cow<'static, str> {
    match facts.looked {
        Some(Looks::Unsettled(why)) => return advice_where_unsettled(why),
        Some(Looks::Unsent) if facts.failed != Failed::Nothing => return Cow::Borrowed("send again later"),
        Some(Looks::Unsent) => return Cow::Borrowed("send again"),
        None => {}
    }
    Cow::Borrowed(match &facts.failed {
        Failed::Refused(refusal) => advice_where_refused(*refusal, facts.said.as_ref(), facts.asked),
        Failed::MayNotRead => "grant Mail.Read",
        Failed::Throttled(Some(wait)) | Failed::Paused(wait) => {
            return Cow::Owned(format!("send again in {}", seconds(*wait)));
        }
        // Its limits are counted in minutes (<https://learn.microsoft.com/graph/throttling-limits>).
        Failed::Throttled(None) => "send again in some minutes",
        Failed::NoLook(_) | Failed::OutOfTime(_) | Failed::OutOfTimeInLine | Failed::NotBegun(_, Until::Later) => {
            "send again later"
        }
        Failed::NotBegun(_, Until::Mended) => "send again when that is mended",
        Failed::NotADraft(_) => "nothing is left to do, or mend the id",
        Failed::NoRecipients => "add one and send again",
        Failed::Nothing | Failed::Doubtful(_) | Failed::NoReply(_) | Failed::Cancelled(Cancelled::After) => LOOK_THERE,
        Failed::AnotherCall => "check again when that call has ended",
        Failed::Cancelled(Cancelled::Before | Cancelled::Between) => "send again if it is still wanted",
        Failed::Cancelled(Cancelled::BehindAnother) | Failed::BehindAnother => match facts.mail {
            Mail::NotSent => "send again if it is still wanted",
            Mail::MayBeSent | Mail::MayBeSentBefore => "see what that call ended in, or check",
        },
    })
}

fn advice_where_refused(refusal: Refusal, said: Option<&Said>, asked: AddressedTo) -> &'static str {
    let code = said.map_or("", |said| said.code.as_str());
    match refusal {
        Refusal::Unauthenticated if said.is_some_and(|said| said.claims.is_some()) => {
            "get a new token with the claims that this error holds (graph_error_claims) and send again"
        }
        Refusal::Unauthenticated => "get a new token and send again",
        Refusal::Forbidden => "grant Mail.Send, and the right to send from this mailbox",
        Refusal::NotFound | Refusal::Rejected if !asked.has_version => {
            "mend the base URL, which ends in a version: https://graph.microsoft.com/v1.0"
        }
        Refusal::NotFound => {
            "an earlier call may have sent it, its id changes then: look in Sent Items; else mend the id or the user"
        }
        Refusal::Conflict => "look at the draft: it changed, or another program holds it; then send again",
        Refusal::Rejected if code == "ErrorInvalidIdMalformed" => {
            "mend the id: it is none of a message, or was cut or altered"
        }
        Refusal::Rejected if code == "BadRequest" && asked.of_me => {
            "with an application's token, which has no \"me\", name the user; else mend the id and send again"
        }
        Refusal::Rejected => "mend the draft and send again",
    }
}

fn advice_where_unsettled(why: Unsettled) -> Cow<'static, str> {
    Cow::Borrowed(match why {
        Unsettled::Gone
        | Unsettled::CameBack
        | Unsettled::Copy
        | Unsettled::Namesake
        | Unsettled::Undated
        | Unsettled::Unsearchable
        | Unsettled::Another
        | Unsettled::Changed
        | Unsettled::NotAsked => LOOK_THERE,
        Unsettled::GoneWithoutMessageId => {
            "look there before sending again, and give the call the internetMessageId, or set verify to always, to have it \
             settled"
        }
        Unsettled::Deferred(Some(wait)) | Unsettled::Paused(wait) => {
            return Cow::Owned(format!("graph_client_check settles it in {}", seconds(wait)));
        }
        Unsettled::Deferred(None) => "look in Sent Items afterwards",
        Unsettled::NotAllowed(_) => "grant Mail.Read to have it settled, or look in Sent Items before sending again",
        Unsettled::Elsewhere => "look for it before sending again",
        Unsettled::OutOfTime | Unsettled::Cancelled => "graph_client_check settles it",
    })
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64().ceil())
}

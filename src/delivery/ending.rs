//! What a call ends in, and with which status.

use super::finding::Unsettled;
use super::kept_out::KeptOut;
use super::verdict::Verdict;
use crate::graph::{Cause, FailedBy, LookFailure};
use crate::status::Status;

/// What a call ended in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Graph accepted the mail.
    Accepted,
    /// A look found it sent. Its id, where it was learned.
    Found(String),
    /// What the last attempt says.
    AsAttempted {
        /// What that is.
        verdict: Verdict,
        /// Whether the deadline has passed.
        out_of_time: bool,
    },
    /// It is no draft, or none any more.
    NotADraft(NotADraft),
    /// It has no recipients.
    NoRecipients,
    /// There is nothing under its id, before anything was sent.
    NotFound,
    /// The token may not make the look before sending.
    MayNotLook(u16),
    /// The look before sending failed.
    CannotLook {
        /// Why; nothing where it was answered with another message.
        failure: Option<LookFailure>,
        /// Whether the deadline has passed.
        out_of_time: bool,
    },
    /// The draft was found unsent.
    NotSent,
    /// It may have been sent by this call, or, of a check, by the one that is asked about.
    Unknown(Unsettled),
    /// It may have been sent by an earlier call, and this one sent nothing.
    EarlierUnknown(Unsettled),
    /// The next attempt was kept out of the mailbox's gate.
    KeptOut(KeptOut),
    /// Cancelled while waiting for the next attempt.
    CancelledWhileWaiting,
    /// It gave up waiting for another call, which was sending a mail with the same `internetMessageId`.
    GaveUpWaiting {
        /// Whether it was cancelled; else its time was up.
        cancelled: bool,
        /// Whether the other call may have sent it.
        in_doubt: bool,
    },
}

/// Why a message counts as no draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotADraft {
    /// It was none before this call.
    BeforeCall,
    /// An earlier call sent it.
    EarlierCall,
    /// A mail with its `internetMessageId` is in the mailbox.
    InMailbox,
    /// It lies outside of Sent Items: received, or moved there.
    Received,
}

impl Ending {
    /// The status that the caller gets.
    pub fn status(&self) -> Status {
        match self {
            Ending::Accepted | Ending::Found(_) => Status::Ok,
            Ending::AsAttempted { verdict, out_of_time } => status_of(verdict, *out_of_time),
            Ending::NotADraft(
                NotADraft::BeforeCall | NotADraft::EarlierCall | NotADraft::InMailbox | NotADraft::Received,
            ) => Status::NotADraft,
            Ending::NoRecipients => Status::Rejected,
            Ending::NotFound => Status::NotFound,
            Ending::MayNotLook(401) => Status::Unauthenticated,
            Ending::MayNotLook(_) => Status::Forbidden,
            Ending::CannotLook { failure, out_of_time } => status_of_no_look(*failure, *out_of_time),
            Ending::NotSent => Status::Unavailable,
            Ending::Unknown(_) | Ending::EarlierUnknown(_) | Ending::GaveUpWaiting { in_doubt: true, .. } => {
                Status::Unknown
            }
            Ending::KeptOut(KeptOut::Cancelled)
            | Ending::CancelledWhileWaiting
            | Ending::GaveUpWaiting { cancelled: true, in_doubt: false } => Status::Cancelled,
            Ending::KeptOut(KeptOut::OutOfTime) | Ending::GaveUpWaiting { cancelled: false, in_doubt: false } => {
                Status::TimedOut
            }
            Ending::KeptOut(KeptOut::Paused(_)) => Status::Throttled,
        }
    }
}

/// What an attempt's verdict is by itself.
pub fn status_of(verdict: &Verdict, out_of_time: bool) -> Status {
    match verdict {
        Verdict::Accepted => Status::Ok,
        Verdict::Refused(refusal) => refusal.status(),
        Verdict::Throttled(_) => Status::Throttled,
        Verdict::NotBegun(Cause::Cancelled) => Status::Cancelled,
        Verdict::NotBegun(Cause::TimedOut) if out_of_time => Status::TimedOut,
        Verdict::NotBegun(
            Cause::TimedOut
            | Cause::Resolve
            | Cause::Connection
            | Cause::Proxy
            | Cause::Tls
            | Cause::Protocol
            | Cause::Local,
        ) => Status::Unreachable,
        Verdict::Doubtful(_) => Status::Unknown,
    }
}

fn status_of_no_look(failure: Option<LookFailure>, out_of_time: bool) -> Status {
    match failure.map(|failure| failure.what) {
        Some(FailedBy::Status(429)) => Status::Throttled,
        Some(FailedBy::Status(_)) | None => Status::Unavailable,
        Some(FailedBy::NoReply(Cause::Cancelled)) => Status::Cancelled,
        Some(FailedBy::NoReply(_)) if out_of_time => Status::TimedOut,
        Some(FailedBy::NoReply(
            Cause::TimedOut
            | Cause::Resolve
            | Cause::Connection
            | Cause::Proxy
            | Cause::Tls
            | Cause::Protocol
            | Cause::Local,
        )) => Status::Unreachable,
    }
}

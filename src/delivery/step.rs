//! What the send machine is told, and what it says: its events and actions.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::clocks::Moment;
use super::ending::Ending;
use super::kept_out::KeptOut;
use super::remembered::Remembered;
use super::retry::Wait;
use super::verdict::Verdict;
use crate::graph::{FolderResult, LookResult, SearchResult};

/// What another call of this process left behind of the message, or of one with the same `internetMessageId`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// What it left.
    pub what: Remembered,
    /// Whether it is about this message.
    pub same: Same,
}

/// Whether what another call sent is the message of this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Same {
    /// It is: it has the same id.
    Yes,
    /// It may be: it has the same `internetMessageId`, and an id of the other kind. One message has a plain and an immutable id;
    /// two copies may have one each.
    Perhaps,
    /// It is another message, that has the same `internetMessageId`: a relay's, or a copy.
    No,
}

/// What the machine is told.
#[derive(Debug, Clone)]
pub enum Event {
    /// The call begins.
    Begins,
    /// An attempt ended.
    Attempted {
        /// What it says.
        verdict: Verdict,
        /// What a look showed that was made while its answer was awaited.
        meanwhile: Option<LookResult>,
    },
    /// A look at a message ended.
    Looked {
        /// When it began.
        began: Moment,
        /// What it shows.
        shown: LookResult,
        /// The service's clock, by the date of the reply.
        date: Option<SystemTime>,
    },
    /// A search of the mailbox ended.
    Searched {
        /// When it began.
        began: Moment,
        /// What it shows.
        listed: SearchResult,
        /// The service's clock, by the date of the reply.
        date: Option<SystemTime>,
    },
    /// A look at Sent Items ended.
    SawSentItems(FolderResult),
    /// The wait is over, or was cancelled.
    Waited {
        /// Whether it was cancelled.
        cancelled: bool,
    },
    /// The credential was asked for another token.
    Renewed {
        /// Whether it had one.
        has_another: bool,
    },
    /// No other call sends a mail with this `internetMessageId` now.
    Claimed(Option<Earlier>),
    /// Another call sends one, and this one's time was up, or it was cancelled, before that ended.
    NotClaimed {
        /// Whether it was cancelled.
        cancelled: bool,
        /// Whether the other may have sent it.
        in_doubt: bool,
    },
    /// The request that was asked for was kept out of the mailbox's gate.
    KeptOut(KeptOut),
}

/// What the machine wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Send the request.
    Attempt {
        /// What it is to leave of the time that the call has.
        reserve: Duration,
        /// Whether to look at the message while a late answer is awaited.
        looks_meanwhile: bool,
    },
    /// Look at the message.
    Look {
        /// Whether its recipients are asked for.
        recipients: bool,
    },
    /// Look at the message with this id, in whatever folder.
    LookAt(String),
    /// Search the mailbox for this `internetMessageId`.
    Search(Arc<str>),
    /// Ask for the id of Sent Items.
    LookAtSentItems,
    /// Wait.
    Wait(Wait),
    /// Ask the credential for another token: the last reply refused this one.
    Renew,
    /// Wait until no other call sends a mail with this `internetMessageId`, and keep others from it until this call ends.
    Claim(Arc<str>),
    /// The call is over.
    Answer(Ending),
}

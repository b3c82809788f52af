//! What looking finds, and why it may not tell.

use std::time::Duration;

use super::kept_out::KeptOut;
use crate::graph::ItemSeen;

/// What the check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// It was sent, and not before the doubted call began. The id it has now.
    Sent(String),
    /// It is no draft, and nothing says that the doubted call sent it.
    NoDraft(ItemSeen),
    /// It is still a draft, unchanged, although an acceptance would have shown by now.
    NotSent,
    /// Looking cannot tell.
    Unknown(Unsettled),
}

/// Why looking cannot tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsettled {
    /// Gone under its id, and the mailbox holds no mail that is certainly it.
    Gone,
    /// Gone under its id, and the mailbox cannot be searched without an `internetMessageId`.
    GoneWithoutMessageId,
    /// It is a draft, and was seen gone or no draft before: one of the two is an old picture.
    CameBack,
    /// The draft is there, and so is a mail with its `internetMessageId` that may be the one sent.
    Copy,
    /// The draft is there, and Graph accepted a mail with its `internetMessageId` under an id of the other kind.
    Namesake,
    /// No draft any more; when it was sent cannot be told, or lies where the clocks do not agree.
    Undated,
    /// The draft is to be sent later: accepted, it waits in Drafts for so long.
    Deferred(Option<Duration>),
    /// The search for its `internetMessageId` does not show what is there.
    Unsearchable,
    /// The service answers with another message.
    Another,
    /// The token may not look: 401 or 403.
    NotAllowed(u16),
    /// No draft any more, and not in Sent Items: received, or moved there by a rule.
    Elsewhere,
    /// The draft was changed since the doubt.
    Changed,
    /// The time was up first.
    OutOfTime,
    /// The service asked everybody to wait for longer than the call has.
    Paused(Duration),
    /// Cancelled first.
    Cancelled,
    /// Looking is switched off.
    NotAsked,
}

impl From<KeptOut> for Unsettled {
    fn from(why: KeptOut) -> Unsettled {
        match why {
            KeptOut::Cancelled => Unsettled::Cancelled,
            KeptOut::OutOfTime => Unsettled::OutOfTime,
            KeptOut::Paused(wait) => Unsettled::Paused(wait),
        }
    }
}

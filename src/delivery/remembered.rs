//! What calls leave to later ones: what Graph accepted, what may have been sent, and what was learned of the message.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::clocks::Moment;
use crate::graph::{Deferred, DraftSeen};

/// What is known of a message beside the doubt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Its `internetMessageId`: from the caller, or from any look.
    pub internet_message_id: Option<Arc<str>>,
    /// The draft as it was last seen.
    pub draft: Option<DraftSeen>,
}

impl Known {
    /// Learns from a look at the message.
    pub fn learn(&mut self, draft: &DraftSeen) {
        if !draft.internet_message_id.is_empty() {
            self.internet_message_id = Some(draft.internet_message_id.as_str().into());
        }
        // What one look showed, another of the same version need not show.
        let before = self.draft.as_ref().filter(|before| before.change_key == draft.change_key);
        let deferred = before.map_or(Deferred::No, |before| before.deferred).max(draft.deferred);
        self.draft = Some(DraftSeen { deferred, ..draft.clone() });
    }

    /// Whether the draft is to be sent later, by any look at this version of it.
    pub fn deferred(&self) -> Deferred {
        self.draft.as_ref().map_or(Deferred::No, |draft| draft.deferred)
    }
}

/// What an earlier call left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remembered {
    /// Graph accepted the mail, or it was found sent.
    Accepted {
        /// When the call that sent it began.
        began: Moment,
        /// When it ended.
        ended: Instant,
        /// Its `internetMessageId`, where it was known.
        internet_message_id: Option<Arc<str>>,
    },
    /// It may have been sent.
    InDoubt(Doubt),
}

/// An attempt that may have been accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// When the call that made it began.
    pub began: Moment,
    /// When it was cut off, or its doubtful reply came: nothing of it can arrive later.
    pub cut_at: Instant,
    /// What was learned of the message.
    pub known: Known,
    /// Whether it was seen gone, or no draft any more, or with a mail beside it that may be it: a draft alone that is seen later is
    /// an old picture.
    pub was_seen_gone: bool,
    /// Whether the draft was seen to change since, which the service itself may have done on its way out.
    pub has_changed: bool,
    /// The longest time to settle of the calls that left it in doubt.
    pub settle: Duration,
    /// The time to settle after which it was found unsent, if it was. It stays in doubt for whoever allows it longer.
    pub settled: Option<Duration>,
    /// How long it is to be remembered beyond the usual time: a deferred draft shows nothing until its time.
    pub waits: Duration,
    /// Whether it is not this message's own, but that of a mail which Graph accepted under an id of the other kind: then nothing
    /// settles it but finding it sent.
    pub is_namesake: bool,
    /// Whether nobody knows when its attempt ended: its call met a defect, or was still running.
    pub end_unknown: bool,
}

impl Doubt {
    /// The doubt of a call that began and was cut off then, of whose message this is known.
    pub fn new(began: Moment, cut_at: Instant, known: Known) -> Doubt {
        Doubt {
            began,
            cut_at,
            known,
            was_seen_gone: false,
            has_changed: false,
            settle: Duration::ZERO,
            settled: None,
            waits: Duration::ZERO,
            is_namesake: false,
            end_unknown: false,
        }
    }

    /// How long an acceptance may take to show, for a call that allows it so long: whoever is in the doubt and allows it longest
    /// decides.
    pub fn settles_in(&self, settle: Duration) -> Duration {
        self.settle.max(settle)
    }
}

impl Remembered {
    /// The `internetMessageId` of the mail, where it was known.
    pub fn internet_message_id(&self) -> Option<&Arc<str>> {
        match self {
            Remembered::Accepted { internet_message_id, .. } => internet_message_id.as_ref(),
            Remembered::InDoubt(doubt) => doubt.known.internet_message_id.as_ref(),
        }
    }
}

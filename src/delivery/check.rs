//! The check: after a doubtful attempt, look until it is certain what became of the mail.
//!
//! Pure: it is told when it was looked and what was seen, and says what to do next.

use std::time::{Duration, Instant, SystemTime};

use super::gate::Outside;
use crate::outcome::{DraftSeen, ItemSeen, Sight};

/// How long the clocks of the service's front end and of the mailbox may differ, and the date's missing fractions.
const CLOCK_SLACK: Duration = Duration::from_secs(5);
/// The wait after the first look that settles nothing; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The longest wait between two looks.
const LONGEST_WAIT: Duration = Duration::from_secs(8);

/// What is known of a message beside the doubt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Its `internetMessageId`: from the caller, or from any look.
    pub internet_message_id: Option<String>,
    /// The draft as it was last seen.
    pub draft: Option<DraftSeen>,
}

impl Known {
    /// Learns from a look at the message.
    pub fn learn(&mut self, draft: &DraftSeen) {
        if !draft.internet_message_id.is_empty() {
            self.internet_message_id = Some(draft.internet_message_id.clone());
        }
        self.draft = Some(draft.clone());
    }
}

/// What the check is about: the last attempt that may have been accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doubted {
    /// When the call that made it began.
    pub began: Instant,
    /// When it was cut off, or its doubtful reply came: nothing of it can arrive later.
    pub cut_at: Instant,
}

/// What the check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// It was sent, and not before the doubted call began. The id it has now.
    Sent(String),
    /// It is no draft, and was sent or received before the doubted call began. Its id.
    SentBefore(String),
    /// It is still a draft, unchanged, although an acceptance would have shown by now.
    NotSent,
    /// Looking cannot tell.
    Unknown(Blind),
}

/// Why looking cannot tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blind {
    /// Gone under its id, and not found in Sent Items, or not to be found without an `internetMessageId`.
    Gone,
    /// The token may not look: 401 or 403.
    NotAllowed(u16),
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

impl From<Outside> for Blind {
    fn from(outside: Outside) -> Blind {
        match outside {
            Outside::Cancelled => Blind::Cancelled,
            Outside::OutOfTime => Blind::OutOfTime,
            Outside::Paused(wait) => Blind::Paused(wait),
        }
    }
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// The check is over.
    Settled(Finding),
    /// Look for this `internetMessageId` in Sent Items.
    LookInSentItems(String),
    /// Wait, then look at the message again.
    LookAgainIn(Duration),
}

/// One look: when it began, and by which of the server's times a mail of the doubted call can have been sent at the
/// earliest.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// When it began. What it shows is true of some moment after that.
    pub began: Instant,
    /// See [`earliest`]; nothing where the server's clock is not known.
    pub earliest: Option<SystemTime>,
}

/// The server's time at which the doubted call began: the date of a reply, less the time since then, less some slack.
pub fn earliest(date: SystemTime, since_began: Duration) -> SystemTime {
    date.checked_sub(since_began + CLOCK_SLACK).unwrap_or(SystemTime::UNIX_EPOCH)
}

/// A running check.
#[derive(Debug)]
pub struct Check {
    doubted: Doubted,
    settle: Duration,
    /// Whether Graph itself said that it accepted the doubted attempt: then its absence needs no second look.
    accepted: bool,
    baseline: Option<DraftSeen>,
    changed: bool,
    fruitless: u32,
}

impl Check {
    /// Begins. An acceptance is assumed to show within `settle` of the cut.
    pub fn new(doubted: Doubted, settle: Duration, known: &Known) -> Check {
        Check { doubted, settle, accepted: false, baseline: known.draft.clone(), changed: false, fruitless: 0 }
    }

    /// Begins, for an attempt that Graph said it accepted.
    pub fn of_accepted(doubted: Doubted, settle: Duration, known: &Known) -> Check {
        Check { accepted: true, ..Check::new(doubted, settle, known) }
    }

    /// What a look at the message shows.
    pub fn saw(&mut self, look: Look, sight: &Sight, known: &mut Known) -> Next {
        match sight {
            Sight::Draft(draft) => {
                self.changed |= self.baseline.as_ref().is_some_and(|before| !is_same(before, draft));
                self.baseline.get_or_insert_with(|| draft.clone());
                known.learn(draft);
                let settled_at = self.doubted.cut_at + self.settle;
                if look.began >= settled_at {
                    // The service itself may have changed it on its way out, so it is looked at until then.
                    let finding = if self.changed { Finding::Unknown(Blind::Changed) } else { Finding::NotSent };
                    Next::Settled(finding)
                } else {
                    // The look that counts is not to be missed by a longer wait.
                    Next::LookAgainIn(self.wait().min(settled_at - look.began))
                }
            }
            Sight::NotADraft(item) => self.sent(look, item),
            Sight::Gone => match &known.internet_message_id {
                Some(id) => Next::LookInSentItems(id.clone()),
                // Where ids stay, it may come back under its id.
                None => self.gone(look),
            },
            Sight::NotAllowed(status) => Next::Settled(Finding::Unknown(Blind::NotAllowed(*status))),
            Sight::Nothing(wait) => Next::LookAgainIn(self.wait().max(wait.unwrap_or_default())),
        }
    }

    /// What a look into Sent Items shows. Not finding it there proves nothing: it may be on its way.
    pub fn saw_in_sent_items(&mut self, look: Look, sight: &Sight) -> Next {
        match sight {
            Sight::NotADraft(item) => self.sent(look, item),
            Sight::NotAllowed(status) => Next::Settled(Finding::Unknown(Blind::NotAllowed(*status))),
            Sight::Gone | Sight::Draft(_) => self.gone(look),
            Sight::Nothing(wait) => Next::LookAgainIn(self.wait().max(wait.unwrap_or_default())),
        }
    }

    fn gone(&mut self, look: Look) -> Next {
        let settled_at = self.doubted.cut_at + self.settle;
        match self.accepted || look.began >= settled_at {
            true => Next::Settled(Finding::Unknown(Blind::Gone)),
            false => Next::LookAgainIn(self.wait().min(settled_at - look.began)),
        }
    }

    /// A message that is no draft counts as sent where its time is not before the doubted call, by the server's clock.
    fn sent(&mut self, look: Look, item: &ItemSeen) -> Next {
        match (item.sent_at, look.earliest) {
            (_, None) => Next::LookAgainIn(self.wait()),
            (Some(sent_at), Some(earliest)) if sent_at >= earliest => Next::Settled(Finding::Sent(item.id.clone())),
            _ => Next::Settled(Finding::SentBefore(item.id.clone())),
        }
    }

    fn wait(&mut self) -> Duration {
        let wait = FIRST_WAIT.saturating_mul(1 << self.fruitless.min(8)).min(LONGEST_WAIT);
        self.fruitless += 1;
        wait
    }
}

fn is_same(one: &DraftSeen, other: &DraftSeen) -> bool {
    one.folder == other.folder && one.change_key == other.change_key
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTLE: Duration = Duration::from_secs(20);
    const MS: fn(u64) -> Duration = Duration::from_millis;

    fn draft(change_key: &str) -> Sight {
        Sight::Draft(DraftSeen {
            folder: "drafts".to_owned(),
            change_key: change_key.to_owned(),
            internet_message_id: "<m>".to_owned(),
            has_recipients: None,
        })
    }

    fn at_server(second: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1000 + second)
    }

    struct Run {
        check: Check,
        cut_at: Instant,
        known: Known,
    }

    impl Run {
        fn new(known: Known) -> Run {
            let cut_at = Instant::now();
            Run { check: Check::new(Doubted { began: cut_at, cut_at }, SETTLE, &known), cut_at, known }
        }

        fn look(&self, after: Duration) -> Look {
            Look { began: self.cut_at + after, earliest: Some(at_server(0)) }
        }

        fn saw(&mut self, after: Duration, sight: &Sight) -> Next {
            let look = self.look(after);
            self.check.saw(look, sight, &mut self.known)
        }
    }

    #[test]
    fn a_draft_is_not_sent_only_once_the_time_to_settle_is_over() {
        let mut run = Run::new(Known::default());
        assert_eq!(run.saw(MS(0), &draft("k")), Next::LookAgainIn(MS(500)));
        assert_eq!(run.saw(MS(500), &draft("k")), Next::LookAgainIn(MS(1000)));
        assert_eq!(run.saw(MS(19_800), &draft("k")), Next::LookAgainIn(MS(200)));
        assert_eq!(run.saw(SETTLE, &draft("k")), Next::Settled(Finding::NotSent));
        assert_eq!(run.known.internet_message_id.as_deref(), Some("<m>"));
    }

    #[test]
    fn a_changed_draft_settles_nothing() {
        let mut run = Run::new(Known::default());
        run.saw(MS(0), &draft("k"));
        assert_eq!(run.saw(MS(500), &draft("l")), Next::LookAgainIn(MS(1000)));
        assert_eq!(run.saw(SETTLE, &draft("k")), Next::Settled(Finding::Unknown(Blind::Changed)));
        let Sight::Draft(before) = draft("k") else { unreachable!() };
        let mut run = Run::new(Known { draft: Some(before), ..Known::default() });
        assert_eq!(run.saw(SETTLE, &draft("l")), Next::Settled(Finding::Unknown(Blind::Changed)));
    }

    #[test]
    fn sent_by_its_time() {
        let item =
            |second: Option<u64>| Sight::NotADraft(ItemSeen { id: "s".to_owned(), sent_at: second.map(at_server) });
        let sent = |sight: &Sight| Run::new(Known::default()).saw(MS(0), sight);
        assert_eq!(sent(&item(Some(0))), Next::Settled(Finding::Sent("s".to_owned())));
        assert_eq!(
            sent(&Sight::NotADraft(ItemSeen { id: "s".to_owned(), sent_at: Some(at_server(0) - MS(1)) })),
            Next::Settled(Finding::SentBefore("s".to_owned()))
        );
        assert_eq!(sent(&item(None)), Next::Settled(Finding::SentBefore("s".to_owned())));
    }

    #[test]
    fn gone() {
        let mut run = Run::new(Known::default());
        assert_eq!(run.saw(MS(0), &Sight::Gone), Next::LookAgainIn(MS(500)));
        assert_eq!(run.saw(SETTLE, &Sight::Gone), Next::Settled(Finding::Unknown(Blind::Gone)));
        let mut run = Run::new(Known::default());
        run.check.accepted = true;
        assert_eq!(run.saw(MS(0), &Sight::Gone), Next::Settled(Finding::Unknown(Blind::Gone)));
        let mut run = Run::new(Known { internet_message_id: Some("<m>".to_owned()), draft: None });
        assert_eq!(run.saw(MS(0), &Sight::Gone), Next::LookInSentItems("<m>".to_owned()));
        let (early, late) = (run.look(MS(0)), run.look(SETTLE));
        assert_eq!(run.check.saw_in_sent_items(early, &Sight::Gone), Next::LookAgainIn(MS(500)));
        assert_eq!(run.check.saw_in_sent_items(late, &Sight::Gone), Next::Settled(Finding::Unknown(Blind::Gone)));
    }

    #[test]
    fn without_the_servers_clock_a_time_says_nothing() {
        let mut run = Run::new(Known::default());
        let look = Look { earliest: None, ..run.look(MS(0)) };
        let item = Sight::NotADraft(ItemSeen { id: "s".to_owned(), sent_at: Some(at_server(0)) });
        assert_eq!(run.check.saw(look, &item, &mut run.known), Next::LookAgainIn(MS(500)));
    }

    #[test]
    fn looks_that_fail_are_repeated() {
        let mut run = Run::new(Known::default());
        assert_eq!(run.saw(MS(0), &Sight::Nothing(Some(MS(3000)))), Next::LookAgainIn(MS(3000)));
        assert_eq!(run.saw(SETTLE, &Sight::Nothing(None)), Next::LookAgainIn(MS(1000)));
        assert_eq!(run.saw(SETTLE, &Sight::Nothing(Some(MS(0)))), Next::LookAgainIn(MS(2000)));
        assert_eq!(run.saw(MS(0), &Sight::NotAllowed(403)), Next::Settled(Finding::Unknown(Blind::NotAllowed(403))));
    }

    #[test]
    fn the_earliest_time_is_the_servers() {
        assert_eq!(earliest(at_server(10), MS(3000)), at_server(2));
    }
}

//! What a call saw: as facts, for the invariants, and as one number, to find the runs that no call could tell apart.

use std::time::SystemTime;

use graph_message::delivery::remembered::Remembered;
use graph_message::delivery::verdict::Verdict;
use graph_message::graph::{Deferred, FailedBy, FolderResult, Hit, LookFailure, LookResult, SearchResult};

use crate::clocks::{ms, ms_of, ms_of_system};

/// What the process knew of the mail as the call began, or got to know from another call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Inherited {
    Nothing,
    Doubt,
    Accepted,
}

/// What the last request of a kind brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brought {
    Draft,
    NoDraft,
    Gone,
    Items,
    NoItems,
    NotAllowed(u16),
    Nothing,
}

#[derive(Debug, Clone, Copy)]
pub struct Request {
    /// When it began, by the steady clock.
    pub began: i64,
    pub brought: Brought,
}

/// Times are by the steady clock.
#[derive(Debug, Clone)]
pub struct Facts {
    pub number: u64,
    pub began: i64,
    pub deadline: i64,
    wall: i64,
    pub inherited: Inherited,
    /// Whether the process must remember that Graph accepted the mail.
    pub accepted_before: bool,
    pub attempts: u32,
    pub renewals: u32,
    pub last: Option<Verdict>,
    pub last_at: i64,
    /// When the attempt that is in doubt was cut off: this call's, or the one it inherited.
    pub cut: Option<i64>,
    pub own_doubt: bool,
    /// Whether the message was seen gone or no draft after the doubt.
    pub has_left: bool,
    /// Whether this call saw it gone, or no draft, while an answer was awaited.
    pub left_ever: bool,
    /// Whether this run's calls were shown it gone, or no draft, at any time.
    pub was_shown_gone: bool,
    /// Whether the call whose doubt it inherited says so.
    pub was_gone_before: bool,
    /// Whether this call, or the one whose doubt it inherited, saw the draft.
    pub draft: bool,
    pub knows_name: bool,
    /// The draft as it was last seen before the doubt, or first after it: its folder and change key.
    pub picture: Option<(String, String)>,
    /// The draft as it was last seen.
    pub latest: Option<(String, String)>,
    /// Whether it was seen otherwise since.
    pub changed: bool,
    /// The longest time to settle of those who left the doubt.
    pub longest: i64,
    pub deferred: bool,
    /// Whether an answer was late and no look was asked for meanwhile, although nothing was known.
    pub missed_late_look: bool,
    pub look: Option<Request>,
    pub first_look: Option<Request>,
    /// The last look at a draft in another folder.
    pub elsewhere: Option<Request>,
    pub search: Option<Request>,
    pub cancelled: bool,
    pub kept_out: bool,
    pub paused: bool,
    pub not_claimed: Option<(bool, bool)>,
    pub refused: [bool; 5],
    pub throttled: bool,
    pub look_failed: Option<LookFailure>,
    pub looked_draft_settled: bool,
    pub folder: Option<Brought>,
    /// The longest wait that the service asked for.
    pub told: i64,
    pub no_recipients: bool,
    /// An attempt that did not begin for a reason that may pass, and another must follow.
    pub owes_attempt: bool,
}

impl Facts {
    pub fn new(steady: i64, wall: i64, timeout: i64, knows_name: bool) -> Facts {
        Facts {
            number: 0xcbf2_9ce4_8422_2325,
            began: steady,
            deadline: steady + timeout,
            wall,
            inherited: Inherited::Nothing,
            accepted_before: false,
            attempts: 0,
            renewals: 0,
            last: None,
            last_at: 0,
            cut: None,
            own_doubt: false,
            has_left: false,
            left_ever: false,
            was_shown_gone: false,
            was_gone_before: false,
            draft: false,
            knows_name,
            picture: None,
            latest: None,
            changed: false,
            longest: 0,
            deferred: false,
            missed_late_look: false,
            look: None,
            first_look: None,
            elsewhere: None,
            search: None,
            cancelled: false,
            kept_out: false,
            paused: false,
            not_claimed: None,
            refused: [false; 5],
            throttled: false,
            look_failed: None,
            looked_draft_settled: false,
            folder: None,
            told: 0,
            no_recipients: false,
            owes_attempt: false,
        }
    }

    pub fn in_doubt(&self) -> bool {
        self.own_doubt || self.inherited != Inherited::Nothing
    }

    pub fn mix(&mut self, value: u64) {
        let mixed = (self.number.rotate_left(5) ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.number = mixed ^ (mixed >> 29);
    }

    pub fn mix_ms(&mut self, value: i64) {
        self.mix(u64::from_ne_bytes(value.to_ne_bytes()));
    }

    fn mix_text(&mut self, text: &str) {
        self.mix(text.len() as u64);
        for chunk in text.as_bytes().chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.mix(u64::from_le_bytes(word));
        }
    }

    /// Times of the service's and the wall's are seen against the wall's at the beginning: no program knows more.
    fn mix_time(&mut self, time: SystemTime) {
        self.mix_ms(ms_of_system(time) - self.wall);
    }

    pub fn mix_date(&mut self, date: Option<SystemTime>) {
        match date {
            Some(date) => self.mix_time(date),
            None => self.mix(1),
        }
    }

    pub fn mix_moment(&mut self, steady: i64, wall: i64) {
        self.mix_ms(steady - self.began);
        self.mix_ms(wall - self.wall);
    }

    pub fn mix_verdict(&mut self, verdict: &Verdict) {
        let number = match verdict {
            Verdict::Accepted => 1,
            Verdict::Refused(refusal) => 100 + *refusal as u64,
            Verdict::Throttled(None) => 200,
            Verdict::Throttled(Some(wait)) => 300 + ms(*wait).unsigned_abs(),
            Verdict::NotBegun(cause) => 400 + *cause as u64,
            Verdict::Doubtful(doubt) => {
                500 + crate::letters::DOUBTS.iter().position(|other| other == doubt).unwrap() as u64
            }
        };
        self.mix(number);
    }

    pub fn mix_look(&mut self, shown: &LookResult) {
        match shown {
            LookResult::Draft(draft) => {
                self.mix(11);
                self.mix_text(&draft.folder);
                self.mix_text(&draft.change_key);
                self.mix_text(&draft.internet_message_id);
                self.mix(draft.has_recipients.map_or(2, u64::from));
                match draft.deferred {
                    Deferred::No => self.mix(1),
                    Deferred::Unreadable => self.mix(2),
                    Deferred::Until(until) => self.mix_time(until),
                }
            }
            LookResult::NotADraft(item) => {
                self.mix(12);
                self.mix_text(&item.id);
                self.mix_text(&item.folder);
                self.mix_date(item.sent_at);
            }
            LookResult::Gone => self.mix(13),
            LookResult::NotAllowed(status) => self.mix(u64::from(*status)),
            LookResult::Another => self.mix(15),
            LookResult::Failed(failure) => self.mix_failure(*failure),
        }
    }

    pub fn mix_listed(&mut self, listed: &SearchResult) {
        match listed {
            SearchResult::Items(items) => {
                self.mix(20 + items.len() as u64);
                for item in items {
                    match item {
                        Hit::Draft(draft) => {
                            self.mix_text(&draft.id);
                            self.mix_text(&draft.folder);
                            self.mix_text(&draft.change_key);
                        }
                        Hit::NotADraft(item) => self.mix_look(&LookResult::NotADraft(item.clone())),
                    }
                }
            }
            SearchResult::NotAllowed(status) => self.mix(u64::from(*status)),
            SearchResult::Unfiltered => self.mix(30),
            SearchResult::Failed(failure) => self.mix_failure(*failure),
        }
    }

    pub fn mix_folder(&mut self, folder: &FolderResult) {
        match folder {
            FolderResult::Id(id) => self.mix_text(id),
            FolderResult::NotAllowed(status) => self.mix(u64::from(*status)),
            FolderResult::Failed(failure) => self.mix_failure(*failure),
        }
    }

    fn mix_failure(&mut self, failure: LookFailure) {
        self.mix(match failure.what {
            FailedBy::Status(status) => 1000 + u64::from(status),
            FailedBy::NoReply(cause) => 40 + cause as u64,
        });
        self.mix_ms(failure.wait.map_or(-1, ms));
    }

    pub fn mix_remembered(&mut self, remembered: &Remembered) {
        match remembered {
            Remembered::Accepted { began, ended, internet_message_id } => {
                self.mix(51);
                self.mix_ms(ms_of(began.steady) - self.began);
                self.mix_time(began.wall);
                self.mix_ms(ms_of(*ended) - self.began);
                self.mix_text(internet_message_id.as_deref().unwrap_or_default());
            }
            Remembered::InDoubt(doubt) => {
                self.mix(52);
                self.mix_ms(ms_of(doubt.began.steady) - self.began);
                self.mix_time(doubt.began.wall);
                self.mix_ms(ms_of(doubt.cut_at) - self.began);
                self.mix(
                    u64::from(doubt.was_seen_gone)
                        + 2 * u64::from(doubt.end_unknown)
                        + 4 * u64::from(doubt.is_namesake)
                        + 8 * u64::from(doubt.has_changed),
                );
                self.mix_ms(doubt.settled.map_or(-1, ms));
                self.mix_ms(ms(doubt.waits));
                self.mix_text(doubt.known.internet_message_id.as_deref().unwrap_or_default());
                match &doubt.known.draft {
                    Some(draft) => self.mix_look(&LookResult::Draft(draft.clone())),
                    None => self.mix(0),
                }
            }
        }
    }
}

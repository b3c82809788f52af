//! The send, and the check, as a machine: the one place where it is decided what happens to a mail.
//!
//! Pure: it is told what happened, and says what to do next. `client::sending` carries that out and decides nothing; the
//! simulation drives the same machine.

mod conclusion;
mod first_look;
mod leaves;

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::check::{Check, Finding, Looking, Unsettled};
use super::clocks::{Moment, ServiceClock};
use super::ending::{Ending, NotADraft};
use super::gate::NotAdmitted;
use super::memory::{Doubt, Known, Remembered};
use super::retry;
use super::step::{Action, Earlier, Event, Same};
use super::verdict::{Refusal, Verdict};
use crate::graph::{Hit, ItemSeen, LookResult, SearchResult};

/// What an attempt leaves of the time for the looks after it, beside the time to settle.
const TIME_TO_LOOK: Duration = Duration::from_secs(2);
/// How often a check asks for the id of Sent Items where asking fails.
const MOST_FOLDER_LOOKS: u32 = 4;

/// When to look at the message that is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verify {
    /// Never: what is in doubt stays unknown.
    Never,
    /// After a doubtful attempt, and while a late answer is awaited.
    #[default]
    OnDoubt,
    /// Before the first attempt as well.
    Always,
}

/// What a call is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Send the draft.
    Send,
    /// Find out what became of it, and send nothing.
    Check,
}

/// The settings that decide.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// When to look.
    pub verify: Verify,
    /// How often a request is tried.
    pub max_attempts: u32,
    /// How long after the cut an acceptance may take to be made and to show.
    pub settle: Duration,
}

/// What the machine is waiting to be told.
#[derive(Debug, Clone)]
enum Phase {
    /// That the call begins.
    Start,
    /// What a look before the first attempt shows, and how often it was made.
    LooksFirst(u32),
    /// Whether the mailbox holds what is gone under its id before the first attempt.
    SearchesFirst,
    /// Whether another call sends the same mail.
    Claims,
    /// What an attempt ended in.
    Attempts,
    /// What a look shows at a mail that Graph accepted.
    Confirms,
    /// What the looks after a doubt show.
    Checks(Box<Check>),
    /// What a look shows at a draft that was found in another folder, under this id.
    ChecksElsewhere(Box<Check>, String),
    /// Which folder Sent Items is, of mails that are dated like what the doubted call sent.
    ChecksFolder(Box<Check>, Vec<ItemSeen>),
    /// Which folder Sent Items is, of a message that is no draft; and how often that was asked.
    AsksForSentItems(Box<Check>, ItemSeen, u32),
}

/// A call, on its way.
#[derive(Debug, Clone)]
pub struct Machine {
    purpose: Purpose,
    rules: Rules,
    began: Moment,
    deadline: Instant,
    clock: ServiceClock,
    known: Known,
    phase: Phase,
    /// What another call left behind.
    earlier: Option<Remembered>,
    /// The doubt that this call has to settle, or has settled: an earlier call's, or its own.
    doubt: Option<Doubt>,
    /// Whether that doubt is another call's.
    is_inherited: bool,
    in_doubt: bool,
    attempts: u32,
    last: Option<Verdict>,
    has_looked: bool,
    has_left: bool,
    has_changed: bool,
    has_claimed: bool,
    /// Whether Graph accepted a mail with its `internetMessageId`, under an id of the other kind.
    has_namesake: bool,
    /// Whether it was found that an earlier call sent it.
    has_found_sent: bool,
    /// Whether a check found it unsent, and only asks whether another call is sending it.
    has_found_unsent: bool,
    has_renewed: bool,
    /// Which folder Sent Items is, once that was learned.
    sent_items: Option<String>,
    /// What is done again once there is another token.
    refused: Option<Box<Action>>,
}

impl Machine {
    /// A call of which `internet_message_id` is what the caller knows, and `earlier` what another call left behind.
    pub fn new(
        purpose: Purpose,
        rules: Rules,
        began: Moment,
        deadline: Instant,
        internet_message_id: Option<Arc<str>>,
        earlier: Option<Remembered>,
    ) -> Machine {
        Machine {
            purpose,
            rules,
            began,
            deadline,
            clock: ServiceClock::new(began),
            known: Known { internet_message_id, draft: None },
            phase: Phase::Start,
            in_doubt: earlier.is_some(),
            earlier,
            doubt: None,
            is_inherited: false,
            attempts: 0,
            last: None,
            has_looked: false,
            has_left: false,
            has_changed: false,
            has_claimed: false,
            has_namesake: false,
            has_found_sent: false,
            has_found_unsent: false,
            has_renewed: false,
            sent_items: None,
            refused: None,
        }
    }

    /// What is known of the message.
    pub fn known(&self) -> &Known {
        &self.known
    }

    /// Whether an attempt, of this call or of the one whose doubt it settles, may have been accepted. It is true before an
    /// attempt begins.
    pub fn is_in_doubt(&self) -> bool {
        self.in_doubt
    }

    /// What to do next, now that this happened.
    pub fn next(&mut self, event: Event, now: Moment) -> Action {
        let phase = std::mem::replace(&mut self.phase, Phase::Start);
        let action = match event {
            Event::Begins => self.begins(now),
            Event::Attempted { verdict, meanwhile } => self.attempted(verdict, meanwhile, now),
            Event::Looked { began, shown, date } => self.looked(phase, began, shown, date, now),
            Event::Searched { began, listed, date } => self.searched(phase, began, &listed, date, now),
            Event::SawSentItems(folder) => self.saw_sent_items(phase, folder, now),
            Event::Waited { cancelled } => self.waited(phase, cancelled, now),
            Event::Renewed { has_another } => self.renewed(phase, has_another, now),
            Event::Claimed(earlier) => {
                self.has_claimed = true;
                self.after_another(earlier, now)
            }
            Event::NotClaimed { cancelled, in_doubt } => self.not_claimed(cancelled, in_doubt),
            Event::KeptOut(outside) => self.kept_out(phase, outside, now),
        };
        if let Action::Attempt { .. } = action {
            self.in_doubt = true;
        }
        action
    }

    fn begins(&mut self, now: Moment) -> Action {
        let earlier = self.earlier.clone();
        if let (Purpose::Check, None, Some(claim)) = (self.purpose, &earlier, self.claims()) {
            return claim;
        }
        self.after_another(earlier.map(|what| Earlier { what, same: Same::Yes }), now)
    }

    /// Another call sent the message, or may have, or sent another one with its `internetMessageId`.
    fn after_another(&mut self, earlier: Option<Earlier>, now: Moment) -> Action {
        match earlier {
            Some(Earlier { what: Remembered::Accepted { ended, internet_message_id, .. }, same: Same::Yes }) => {
                self.was_accepted(ended, internet_message_id)
            }
            // If it is this one it shows; a draft that stays may be a copy, or the service is slow.
            Some(Earlier { what: Remembered::Accepted { began, ended, .. }, same: Same::Perhaps }) => {
                let doubt = Doubt { is_namesake: true, ..Doubt::new(began, ended, Known::default()) };
                self.inherits(doubt, now)
            }
            Some(Earlier { what: Remembered::InDoubt(doubt), same: Same::Yes | Same::Perhaps }) => {
                self.inherits(doubt, now)
            }
            // Relays and copies: this one is another message, which is looked at first.
            Some(Earlier { same: Same::No, .. }) => {
                self.on_its_own(self.rules.verify != Verify::Never && self.attempts == 0, now)
            }
            None => self.on_its_own(self.rules.verify == Verify::Always, now),
        }
    }

    /// No other call has anything to do with the message.
    fn on_its_own(&mut self, looks_first: bool, now: Moment) -> Action {
        self.in_doubt = false;
        match self.purpose {
            Purpose::Check if self.has_found_unsent => Action::Answer(Ending::NotSent),
            Purpose::Check => self.starts_check(Check::of_nothing(now, self.rules.settle)),
            Purpose::Send if looks_first && !self.has_looked => self.claims().unwrap_or_else(|| self.looks_first(1)),
            Purpose::Send => self.attempts(now),
        }
    }

    /// A check answers for what other calls do as well. What the other may have sent is remembered by its id; this message's own
    /// gets it, too, for calls that do not know the `internetMessageId`. When that ends is not known.
    fn not_claimed(&mut self, cancelled: bool, in_doubt: bool) -> Action {
        if in_doubt {
            let doubt =
                self.doubt.take().unwrap_or_else(|| Doubt::new(self.began, self.began.steady, Known::default()));
            self.doubt = Some(Doubt { is_lost: true, ..doubt });
            self.in_doubt = true;
        }
        Action::Answer(match (self.purpose, cancelled) {
            (Purpose::Send, cancelled) => Ending::Left { cancelled, in_doubt },
            (Purpose::Check, true) => Ending::Unknown(Unsettled::Cancelled),
            (Purpose::Check, false) => Ending::Unknown(Unsettled::OutOfTime),
        })
    }

    /// Asks for the mail's name to be kept from other calls, once it is known.
    fn claims(&mut self) -> Option<Action> {
        let internet_message_id = self.known.internet_message_id.as_ref().filter(|_| !self.has_claimed)?;
        self.phase = Phase::Claims;
        Some(Action::Claim(Arc::clone(internet_message_id)))
    }

    /// Graph accepted the mail: it is never sent again, nor called unsent, however long it stays visible.
    fn was_accepted(&mut self, ended: Instant, internet_message_id: Option<Arc<str>>) -> Action {
        self.in_doubt = true;
        self.known.internet_message_id = self.known.internet_message_id.take().or(internet_message_id);
        match (self.purpose, self.rules.verify) {
            // They ran at the same time: that call's attempt was this one's, too.
            (Purpose::Send, _) if self.attempts == 0 && self.began.steady < ended => {
                Action::Answer(Ending::Found(String::new()))
            }
            (Purpose::Send, Verify::Never) => self.confirmed_as(String::new()),
            // Whatever a look shows: it only tells the caller where the message is.
            (Purpose::Check, _) | (Purpose::Send, Verify::OnDoubt | Verify::Always) => {
                self.phase = Phase::Confirms;
                Action::Look { recipients: false }
            }
        }
    }

    /// Graph itself said that it was accepted; this is its id now, where that was learned.
    fn confirmed_as(&self, id: String) -> Action {
        Action::Answer(match self.purpose {
            Purpose::Check => Ending::Found(id),
            Purpose::Send => Ending::NotADraft(NotADraft::EarlierCall),
        })
    }

    /// Another call may have sent the mail.
    fn inherits(&mut self, mut doubt: Doubt, now: Moment) -> Action {
        let internet_message_id = doubt.known.internet_message_id.clone();
        self.known.internet_message_id = self.known.internet_message_id.take().or(internet_message_id);
        let is_settled =
            doubt.settled.is_some_and(|settled| settled >= doubt.settles_in(self.rules.settle)) && !doubt.has_left;
        if is_settled && self.purpose == Purpose::Send {
            return self.after_another(None, now);
        }
        self.in_doubt = true;
        self.has_namesake |= doubt.is_namesake;
        // What this call has seen itself counts more.
        self.known.draft = self.known.draft.take().or(doubt.known.draft);
        doubt.known.draft = self.known.draft.clone();
        self.has_left = doubt.has_left;
        self.has_changed = doubt.has_changed;
        let check = Check::of(&doubt, self.rules.settle);
        self.doubt = Some(doubt);
        self.is_inherited = true;
        match (self.purpose, self.rules.verify) {
            (Purpose::Send, Verify::Never) => Action::Answer(Ending::EarlierUnknown(Unsettled::NotAsked)),
            (Purpose::Send, Verify::OnDoubt | Verify::Always) | (Purpose::Check, _) => self.starts_check(check),
        }
    }

    /// The next attempt; before it, nobody else may be sending the same mail under another id.
    fn attempts(&mut self, now: Moment) -> Action {
        if let Some(claim) = self.claims() {
            return claim;
        }
        self.phase = Phase::Attempts;
        let is_known = self.known.internet_message_id.is_some() && self.known.draft.is_some();
        let (reserve, looks_meanwhile) = match self.rules.verify {
            Verify::Never => (Duration::ZERO, false),
            // With plain ids the message is often gone under its id when the doubt comes, and then only what was learned
            // before can find it.
            Verify::OnDoubt | Verify::Always => ((self.rules.settle + TIME_TO_LOOK).min(self.left(now) / 2), !is_known),
        };
        Action::Attempt { reserve, looks_meanwhile }
    }

    fn starts_check(&mut self, check: Check) -> Action {
        self.phase = Phase::Checks(Box::new(check));
        Action::Look { recipients: false }
    }

    fn attempted(&mut self, verdict: Verdict, meanwhile: Option<LookResult>, now: Moment) -> Action {
        self.attempts += 1;
        self.last = Some(verdict.clone());
        let mut left_meanwhile = false;
        match meanwhile {
            Some(LookResult::Draft(draft)) => self.known.learn(&draft),
            Some(LookResult::NotADraft(_) | LookResult::Gone) => (self.has_left, left_meanwhile) = (true, true),
            Some(LookResult::NotAllowed(_) | LookResult::Another | LookResult::Failed(_)) | None => {}
        }
        self.in_doubt = match &verdict {
            Verdict::Accepted | Verdict::Doubtful(_) => true,
            Verdict::Refused(_) | Verdict::Throttled(_) | Verdict::NotBegun(_) => false,
        };
        match &verdict {
            Verdict::Accepted => Action::Answer(Ending::Accepted),
            Verdict::Doubtful(_) => self.doubts(now),
            // The draft was there, and now it is not: an attempt of the service's own may have met what an earlier one sent.
            Verdict::Refused(Refusal::NotFound | Refusal::Conflict) if self.known.draft.is_some() => self.doubts(now),
            // It may have left by this very attempt: a refusal of the message is that of an attempt of the service's own.
            Verdict::Refused(Refusal::NotFound | Refusal::Conflict | Refusal::Rejected) if left_meanwhile => {
                self.doubts(now)
            }
            // After a doubt such a refusal may just as well mean that the earlier attempt was accepted after all.
            Verdict::Refused(Refusal::NotFound | Refusal::Conflict | Refusal::Rejected) if self.doubt.is_some() => {
                self.doubts(now)
            }
            Verdict::Refused(Refusal::Unauthenticated) if !self.has_renewed => {
                self.phase = Phase::Attempts;
                Action::Renew
            }
            Verdict::Refused(_) | Verdict::Throttled(_) | Verdict::NotBegun(_) => self.tries_again(&verdict, now),
        }
    }

    fn tries_again(&mut self, verdict: &Verdict, now: Moment) -> Action {
        match retry::after(verdict, self.attempts, self.rules.max_attempts, self.left(now)) {
            Some(wait) => {
                self.phase = Phase::Attempts;
                Action::Wait(wait)
            }
            None => self.as_attempted(now),
        }
    }

    fn as_attempted(&self, now: Moment) -> Action {
        Action::Answer(match &self.last {
            Some(verdict) => Ending::AsAttempted(verdict.clone(), self.left(now).is_zero()),
            None => Ending::Unknown(Unsettled::NotAsked),
        })
    }

    /// The attempt that ended now may have been accepted.
    fn doubts(&mut self, now: Moment) -> Action {
        self.in_doubt = true;
        let mut doubt = Doubt::new(self.began, now.steady, self.known.clone());
        doubt.has_left = self.has_left;
        doubt.has_changed = self.has_changed;
        let check = Check::of(&doubt, self.rules.settle);
        self.doubt = Some(doubt);
        self.is_inherited = false;
        match self.rules.verify {
            Verify::Never => self.as_attempted(now),
            Verify::OnDoubt | Verify::Always => self.starts_check(check),
        }
    }

    fn looked(
        &mut self,
        phase: Phase,
        began: Moment,
        shown: LookResult,
        date: Option<SystemTime>,
        now: Moment,
    ) -> Action {
        if let Some(date) = date {
            self.clock.shows(date, now);
        }
        match phase {
            Phase::LooksFirst(looks) => self.looked_first(looks, shown, now),
            Phase::Confirms => self.confirmed(shown),
            Phase::Checks(mut check) => {
                if shown == LookResult::NotAllowed(401) && !self.has_renewed {
                    return self.renews(Phase::Checks(check), Action::Look { recipients: false });
                }
                let looking = self.looking(began, now);
                let next = check.saw(&shown, &mut self.known, &self.clock, looking);
                self.checked(check, next, now)
            }
            Phase::ChecksElsewhere(mut check, id) => {
                if shown == LookResult::NotAllowed(401) && !self.has_renewed {
                    let again = Action::LookAt(id.clone());
                    return self.renews(Phase::ChecksElsewhere(check, id), again);
                }
                let looking = self.looking(began, now);
                let next = check.saw_elsewhere(&shown, &self.clock, looking);
                self.checked(check, next, now)
            }
            Phase::Start
            | Phase::SearchesFirst
            | Phase::Claims
            | Phase::Attempts
            | Phase::ChecksFolder(..)
            | Phase::AsksForSentItems(..) => lost(),
        }
    }

    fn searched(
        &mut self,
        phase: Phase,
        began: Moment,
        listed: &SearchResult,
        date: Option<SystemTime>,
        now: Moment,
    ) -> Action {
        if let Some(date) = date {
            self.clock.shows(date, now);
        }
        match phase {
            Phase::SearchesFirst => Action::Answer(match holds_only_mails(listed) {
                true => Ending::NotADraft(NotADraft::InMailbox),
                false => Ending::NotFound,
            }),
            Phase::Confirms => self.confirmed_as(id_of_a_mail(listed)),
            Phase::Checks(mut check) => {
                if let (SearchResult::NotAllowed(401), false, Some(id)) =
                    (listed, self.has_renewed, &self.known.internet_message_id)
                {
                    let again = Action::Search(Arc::clone(id));
                    return self.renews(Phase::Checks(check), again);
                }
                let looking = self.looking(began, now);
                let next = check.searched(listed, &self.clock, looking);
                self.checked(check, next, now)
            }
            Phase::Start
            | Phase::LooksFirst(_)
            | Phase::Claims
            | Phase::Attempts
            | Phase::ChecksElsewhere(..)
            | Phase::ChecksFolder(..)
            | Phase::AsksForSentItems(..) => lost(),
        }
    }

    /// Graph accepted it: a look only tells where it is.
    fn confirmed(&mut self, shown: LookResult) -> Action {
        match (shown, &self.known.internet_message_id) {
            (LookResult::NotADraft(item), _) => self.confirmed_as(item.id),
            (LookResult::Gone, Some(id)) if self.purpose == Purpose::Check => {
                let search = Action::Search(Arc::clone(id));
                self.phase = Phase::Confirms;
                search
            }
            (
                LookResult::Gone
                | LookResult::Draft(_)
                | LookResult::NotAllowed(_)
                | LookResult::Another
                | LookResult::Failed(_),
                Some(_) | None,
            ) => self.confirmed_as(String::new()),
        }
    }

    fn waited(&mut self, phase: Phase, cancelled: bool, now: Moment) -> Action {
        match phase {
            Phase::Attempts | Phase::LooksFirst(_) if cancelled => Action::Answer(Ending::CancelledWhileWaiting),
            Phase::Checks(_) | Phase::ChecksElsewhere(..) if cancelled => {
                self.concludes(Finding::Unknown(Unsettled::Cancelled), now)
            }
            Phase::AsksForSentItems(..) if cancelled => Action::Answer(Ending::Unknown(Unsettled::Cancelled)),
            Phase::Attempts => self.attempts(now),
            Phase::LooksFirst(looks) => self.looks_first(looks),
            Phase::Checks(check) | Phase::ChecksElsewhere(check, _) => self.starts_check(*check),
            Phase::AsksForSentItems(check, item, asked) => self.asks_for_sent_items(check, item, asked),
            Phase::Start | Phase::SearchesFirst | Phase::Claims | Phase::Confirms | Phase::ChecksFolder(..) => lost(),
        }
    }

    fn renews(&mut self, phase: Phase, again: Action) -> Action {
        self.phase = phase;
        self.refused = Some(Box::new(again));
        Action::Renew
    }

    fn renewed(&mut self, phase: Phase, has_another: bool, now: Moment) -> Action {
        self.has_renewed = true;
        let refused = self.refused.take();
        match (phase, has_another) {
            (Phase::Attempts, true) => self.attempts(now),
            (Phase::Attempts, false) => self.as_attempted(now),
            (Phase::LooksFirst(_), false) => Action::Answer(Ending::MayNotLook(401)),
            (
                Phase::Checks(_) | Phase::ChecksElsewhere(..) | Phase::ChecksFolder(..) | Phase::AsksForSentItems(..),
                false,
            ) => self.concludes(Finding::Unknown(Unsettled::NotAllowed(401)), now),
            (phase, _) => match refused {
                Some(again) => {
                    self.phase = phase;
                    *again
                }
                None => lost(),
            },
        }
    }

    fn kept_out(&mut self, phase: Phase, outside: NotAdmitted, now: Moment) -> Action {
        match phase {
            Phase::Checks(_) | Phase::ChecksElsewhere(..) | Phase::ChecksFolder(..) | Phase::AsksForSentItems(..) => {
                self.concludes(Finding::Unknown(outside.into()), now)
            }
            Phase::Confirms => self.confirmed_as(String::new()),
            Phase::Start | Phase::LooksFirst(_) | Phase::SearchesFirst | Phase::Claims | Phase::Attempts => {
                self.in_doubt = false;
                Action::Answer(Ending::KeptOut(outside))
            }
        }
    }

    fn looking(&self, began: Moment, now: Moment) -> Looking {
        Looking { began, now, deadline: self.deadline }
    }

    fn left(&self, now: Moment) -> Duration {
        self.deadline.saturating_duration_since(now.steady)
    }
}

/// An event that answers nothing that was asked: a defect of the loop. Nothing is certain then.
fn lost() -> Action {
    Action::Answer(Ending::Unknown(Unsettled::NotAsked))
}

/// Whether the mailbox holds the mail, and no draft of it.
fn holds_only_mails(listed: &SearchResult) -> bool {
    match listed {
        SearchResult::Items(items) => !items.is_empty() && items.iter().all(|item| matches!(item, Hit::NotADraft(_))),
        SearchResult::NotAllowed(_) | SearchResult::Unfiltered | SearchResult::Failed(_) => false,
    }
}

/// The id of a mail that was accepted, where one alone is found.
fn id_of_a_mail(listed: &SearchResult) -> String {
    match listed {
        SearchResult::Items(items) => match items.as_slice() {
            [Hit::NotADraft(item)] => item.id.clone(),
            _ => String::new(),
        },
        SearchResult::NotAllowed(_) | SearchResult::Unfiltered | SearchResult::Failed(_) => String::new(),
    }
}

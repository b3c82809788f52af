//! The send, and the check, as a machine: the one place where it is decided what happens to a mail.
//!
//! Pure: it is told what happened, and says what to do next. `operation::run` carries that out and decides nothing; the
//! simulation drives the same machine.

mod another_call;
mod attempts;
mod conclusion;
mod first_look;
mod looks;
mod sent_items;
mod to_remember;

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::check::{Check, Looking};
use super::clocks::{Moment, ServiceClock};
use super::ending::Ending;
use super::finding::{Finding, Unsettled};
use super::kept_out::KeptOut;
use super::remembered::{Doubt, Known, Remembered};
use super::step::{Action, Earlier, Event, Same};
use super::verdict::Verdict;
use crate::graph::ItemSeen;

/// What an attempt leaves of the time for the looks after it, beside the time to settle.
const TIME_TO_LOOK: Duration = Duration::from_secs(2);

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
    /// Which folder Sent Items is: one of these mails may be what the doubted call sent, if it lies there.
    AsksForSentItemsOf(Box<Check>, Vec<ItemSeen>),
    /// Which folder Sent Items is, of a message that is no draft; and how often that was asked.
    AsksForSentItems(Box<Check>, ItemSeen, u32),
}

/// A call, on its way.
#[derive(Debug, Clone)]
pub struct Machine {
    /// What it is to do.
    purpose: Purpose,
    /// The settings that decide.
    rules: Rules,
    /// When the call began.
    began: Moment,
    /// When it must have ended.
    deadline: Instant,
    /// The service's clock, as the replies to looks have shown it.
    clock: ServiceClock,
    /// What is known of the message.
    known: Known,
    /// What it waits to be told.
    phase: Phase,
    /// What an earlier call left behind, as it was when this one began to run.
    earlier: Option<Remembered>,
    /// The doubt that this call has to settle, or has settled: an earlier call's, or its own.
    doubt: Option<Doubt>,
    /// Whether that doubt is another call's.
    is_inherited: bool,
    /// Whether an attempt may have been accepted: its own, or one of the call whose doubt it settles.
    in_doubt: bool,
    /// How many attempts were made.
    attempts: u32,
    /// What the last attempt said.
    last: Option<Verdict>,
    /// Whether a look before the first attempt has shown a draft that waits for nothing.
    has_looked: bool,
    /// Whether the message was seen gone, or no draft any more, or with a mail beside the draft that may be it: by this call, or by
    /// those whose doubt it inherits.
    was_seen_gone: bool,
    /// Whether the draft was seen to change since the doubt, by the same calls.
    has_changed: bool,
    /// Whether it holds the claim of its `internetMessageId`.
    has_claimed: bool,
    /// Whether Graph accepted a mail with its `internetMessageId`, under an id of the other kind.
    has_namesake: bool,
    /// Whether it was found that an earlier call sent it.
    has_found_sent: bool,
    /// Whether a check found it unsent, and only asks whether another call is sending it.
    has_found_unsent: bool,
    /// Whether the credential was asked for another token, which happens once.
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
            was_seen_gone: false,
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
            Event::KeptOut(why) => self.kept_out(phase, why, now),
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
            Phase::Start | Phase::SearchesFirst | Phase::Claims | Phase::Confirms | Phase::AsksForSentItemsOf(..) => {
                lost()
            }
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
                Phase::Checks(_)
                | Phase::ChecksElsewhere(..)
                | Phase::AsksForSentItemsOf(..)
                | Phase::AsksForSentItems(..),
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

    fn kept_out(&mut self, phase: Phase, why: KeptOut, now: Moment) -> Action {
        match phase {
            Phase::Checks(_)
            | Phase::ChecksElsewhere(..)
            | Phase::AsksForSentItemsOf(..)
            | Phase::AsksForSentItems(..) => self.concludes(Finding::Unknown(why.into()), now),
            Phase::Confirms => self.confirmed_as(String::new()),
            Phase::Start | Phase::LooksFirst(_) | Phase::SearchesFirst | Phase::Claims | Phase::Attempts => {
                self.in_doubt = false;
                Action::Answer(Ending::KeptOut(why))
            }
        }
    }

    fn looking(&self, began: Moment, now: Moment) -> Looking {
        Looking { began, now, deadline: self.deadline }
    }

    fn time_left(&self, now: Moment) -> Duration {
        self.deadline.saturating_duration_since(now.steady)
    }
}

/// An event that answers nothing that was asked: a defect of the loop. Nothing is certain then.
fn lost() -> Action {
    Action::Answer(Ending::Unknown(Unsettled::NotAsked))
}

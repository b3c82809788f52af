//! The send, and the check, as a machine: the one place where it is decided what happens to a mail.
//!
//! Pure: it is told what happened, and says what to do next. `client::sending` carries that out and decides nothing; the
//! simulation drives the same machine.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::check::{Blind, Check, Finding, Looking, Next};
use super::clocks::{Moment, ServiceClock, Waits};
use super::ending::{Ending, NotADraft};
use super::gate::Outside;
use super::memory::{Doubt, Known, Remembered};
use super::retry::{self, Wait};
use super::step::{Action, Earlier, Event, Same};
use crate::outcome::{DraftSeen, FolderSeen, ItemSeen, Listed, Listing, LookFailure, Refusal, Sight, Verdict};

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
    AsksForSentItems(ItemSeen, u32),
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
            Event::Looked { began, sight, date } => self.looked(phase, began, sight, date, now),
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

    /// What later calls must know of this one, which ended so.
    pub fn leaves(&self, ending: &Ending, now: Moment) -> Option<Remembered> {
        match self.purpose {
            Purpose::Send => self.send_leaves(ending, now),
            Purpose::Check => self.check_leaves(ending),
        }
    }

    /// What a check found sent needs no other look; when it was sent is what was known before.
    fn check_leaves(&self, ending: &Ending) -> Option<Remembered> {
        let Ending::Found(_) = ending else { return None };
        let (began, ended) = match &self.earlier {
            Some(accepted @ Remembered::Accepted { .. }) => return Some(accepted.clone()),
            Some(Remembered::InDoubt(doubt)) => (doubt.began, doubt.cut_at),
            None => (self.began, self.began.steady),
        };
        Some(Remembered::Accepted { began, ended, internet_message_id: self.known.internet_message_id.clone() })
    }

    fn send_leaves(&self, ending: &Ending, now: Moment) -> Option<Remembered> {
        match ending {
            Ending::Accepted | Ending::Found(_) => Some(Remembered::Accepted {
                began: self.began,
                ended: now.steady,
                internet_message_id: self.known.internet_message_id.clone(),
            }),
            Ending::Unknown(blind) | Ending::EarlierUnknown(blind) => self.doubt_left(None, *blind, now),
            Ending::AsAttempted(Verdict::Doubtful(_), _) => self.doubt_left(None, Blind::NotAsked, now),
            // What a look found sent needs no other look.
            Ending::NotADraft(NotADraft::EarlierCall) if self.has_found_sent => {
                let (began, ended) = self.doubt.as_ref().map_or((self.began, now.steady), |d| (d.began, d.cut_at));
                let internet_message_id = self.known.internet_message_id.clone();
                Some(Remembered::Accepted { began, ended, internet_message_id })
            }
            Ending::NotADraft(_) => self.earlier.clone(),
            // What was in doubt was settled by this call's time to settle, which may be shorter than another's.
            Ending::AsAttempted(
                Verdict::Accepted | Verdict::Refused(_) | Verdict::Throttled(_) | Verdict::NotBegun(_),
                _,
            )
            | Ending::NoRecipients
            | Ending::NotFound
            | Ending::MayNotLook(_)
            | Ending::CannotLook(..)
            | Ending::NotSent
            | Ending::KeptOut(_)
            | Ending::CancelledWhileWaiting
            | Ending::Left { .. } => {
                let settled = (!self.in_doubt).then_some(self.rules.settle);
                self.doubt_left(settled, Blind::NotAsked, now)
            }
        }
    }

    fn doubt_left(&self, settled: Option<Duration>, blind: Blind, now: Moment) -> Option<Remembered> {
        let doubt = match &self.doubt {
            Some(doubt) => doubt.clone(),
            // A look before sending met what an earlier run of the program may have sent.
            None if matches!(blind, Blind::Deferred(_)) => Doubt::new(self.began, now.steady, Known::default()),
            None => return self.earlier.clone(),
        };
        let waits = match blind {
            Blind::Deferred(Some(left)) => left,
            // Nobody knows until when; a day is beyond what a call waits for.
            Blind::Deferred(None) => Duration::from_secs(86_400),
            Blind::Gone
            | Blind::GoneWithoutName
            | Blind::CameBack
            | Blind::Copy
            | Blind::Namesake
            | Blind::Undated
            | Blind::Unsearchable
            | Blind::Another
            | Blind::NotAllowed(_)
            | Blind::Elsewhere
            | Blind::Changed
            | Blind::OutOfTime
            | Blind::Paused(_)
            | Blind::Cancelled
            | Blind::NotAsked => doubt.waits,
        };
        let known = self.known.clone();
        Some(Remembered::InDoubt(Doubt { known, has_left: self.has_left, settled, waits, ..doubt }))
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

    /// A check answers for what other calls do as well.
    fn not_claimed(&self, cancelled: bool, in_doubt: bool) -> Action {
        Action::Answer(match (self.purpose, cancelled) {
            (Purpose::Send, cancelled) => Ending::Left { cancelled, in_doubt },
            (Purpose::Check, true) => Ending::Unknown(Blind::Cancelled),
            (Purpose::Check, false) => Ending::Unknown(Blind::OutOfTime),
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
        match self.purpose {
            Purpose::Check => {
                self.phase = Phase::Confirms;
                Action::Look { recipients: false }
            }
            // They ran at the same time: that call's attempt was this one's, too.
            Purpose::Send if self.attempts == 0 && self.began.steady < ended => {
                Action::Answer(Ending::Found(String::new()))
            }
            Purpose::Send => Action::Answer(Ending::NotADraft(NotADraft::EarlierCall)),
        }
    }

    /// Another call may have sent the mail.
    fn inherits(&mut self, mut doubt: Doubt, now: Moment) -> Action {
        let internet_message_id = doubt.known.internet_message_id.clone();
        self.known.internet_message_id = self.known.internet_message_id.take().or(internet_message_id);
        let is_settled = doubt.settled.is_some_and(|settled| settled >= self.rules.settle) && !doubt.has_left;
        if is_settled && self.purpose == Purpose::Send {
            return self.after_another(None, now);
        }
        self.in_doubt = true;
        self.has_namesake |= doubt.is_namesake;
        // What this call has seen itself counts more.
        self.known.draft = self.known.draft.take().or(doubt.known.draft);
        doubt.known.draft = self.known.draft.clone();
        self.has_left = doubt.has_left;
        let check = Check::of(&doubt, self.rules.settle);
        self.doubt = Some(doubt);
        self.is_inherited = true;
        match (self.purpose, self.rules.verify) {
            (Purpose::Send, Verify::Never) => Action::Answer(Ending::EarlierUnknown(Blind::NotAsked)),
            (Purpose::Send, Verify::OnDoubt | Verify::Always) | (Purpose::Check, _) => self.starts_check(check),
        }
    }

    /// A look before the first attempt: what it shows needs no clock.
    fn looks_first(&mut self, looks: u32) -> Action {
        self.phase = Phase::LooksFirst(looks);
        Action::Look { recipients: true }
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

    fn attempted(&mut self, verdict: Verdict, meanwhile: Option<Sight>, now: Moment) -> Action {
        self.attempts += 1;
        self.last = Some(verdict.clone());
        match meanwhile {
            Some(Sight::Draft(draft)) => self.known.learn(&draft),
            Some(Sight::NotADraft(_) | Sight::Gone) => self.has_left = true,
            Some(Sight::NotAllowed(_) | Sight::Another | Sight::Failed(_)) | None => {}
        }
        self.in_doubt = match &verdict {
            Verdict::Accepted | Verdict::Doubtful(_) => true,
            Verdict::Refused(_) | Verdict::Throttled(_) | Verdict::NotBegun(_) => false,
        };
        match &verdict {
            Verdict::Accepted => Action::Answer(Ending::Accepted),
            Verdict::Doubtful(_) => self.doubts(now),
            // The draft was there, and now it is not: an attempt of the service's own may have met what an earlier one sent.
            Verdict::Refused(Refusal::NotFound) if self.known.draft.is_some() => self.doubts(now),
            // After a doubt such a refusal may just as well mean that the earlier attempt was accepted after all.
            Verdict::Refused(Refusal::NotFound | Refusal::Rejected) if self.doubt.is_some() => self.doubts(now),
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
            None => Ending::Unknown(Blind::NotAsked),
        })
    }

    /// The attempt that ended now may have been accepted.
    fn doubts(&mut self, now: Moment) -> Action {
        self.in_doubt = true;
        let mut doubt = Doubt::new(self.began, now.steady, self.known.clone());
        doubt.has_left = self.has_left;
        let check = Check::of(&doubt, self.rules.settle);
        self.doubt = Some(doubt);
        self.is_inherited = false;
        match self.rules.verify {
            Verify::Never => self.as_attempted(now),
            Verify::OnDoubt | Verify::Always => self.starts_check(check),
        }
    }

    fn looked(&mut self, phase: Phase, began: Moment, sight: Sight, date: Option<SystemTime>, now: Moment) -> Action {
        if let Some(date) = date {
            self.clock.shows(date, now);
        }
        match phase {
            Phase::LooksFirst(looks) => self.looked_first(looks, sight, now),
            Phase::Confirms => self.confirmed(sight),
            Phase::Checks(mut check) => {
                if sight == Sight::NotAllowed(401) && !self.has_renewed {
                    return self.renews(Phase::Checks(check), Action::Look { recipients: false });
                }
                let looking = self.looking(began, now);
                let next = check.saw(&sight, &mut self.known, &self.clock, looking);
                self.checked(check, next, now)
            }
            Phase::ChecksElsewhere(mut check, id) => {
                if sight == Sight::NotAllowed(401) && !self.has_renewed {
                    let again = Action::LookAt(id.clone());
                    return self.renews(Phase::ChecksElsewhere(check, id), again);
                }
                let looking = self.looking(began, now);
                let next = check.saw_elsewhere(&sight, &self.clock, looking);
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

    fn looked_first(&mut self, looks: u32, sight: Sight, now: Moment) -> Action {
        match sight {
            Sight::Draft(draft) => self.is_a_draft(looks, &draft, now),
            Sight::NotADraft(_) => Action::Answer(Ending::NotADraft(NotADraft::BeforeCall)),
            // An earlier run of the program may have sent it.
            Sight::Gone => match &self.known.internet_message_id {
                Some(id) => {
                    self.phase = Phase::SearchesFirst;
                    Action::Search(Arc::clone(id))
                }
                None => Action::Answer(Ending::NotFound),
            },
            Sight::NotAllowed(401) if !self.has_renewed => {
                self.renews(Phase::LooksFirst(looks), Action::Look { recipients: true })
            }
            Sight::NotAllowed(status) => Action::Answer(Ending::MayNotLook(status)),
            Sight::Another => self.looks_first_again(looks, None, now),
            Sight::Failed(failure) => self.looks_first_again(looks, Some(failure), now),
        }
    }

    fn is_a_draft(&mut self, looks: u32, draft: &DraftSeen, now: Moment) -> Action {
        self.known.learn(draft);
        // An earlier run may have sent it, and then it waits in Drafts.
        match self.clock.waits(draft.deferred, self.rules.settle, now) {
            Waits::No => {}
            Waits::For(left) if left < self.left(now) => {
                self.phase = Phase::LooksFirst(looks);
                return Action::Wait(Wait::exactly(left));
            }
            Waits::For(left) => return Action::Answer(Ending::EarlierUnknown(Blind::Deferred(Some(left)))),
            Waits::Unknown => return Action::Answer(Ending::EarlierUnknown(Blind::Deferred(None))),
        }
        self.has_looked = true;
        match draft.has_recipients {
            Some(false) => Action::Answer(Ending::NoRecipients),
            Some(true) | None => self.attempts(now),
        }
    }

    fn looks_first_again(&mut self, looks: u32, failure: Option<LookFailure>, now: Moment) -> Action {
        let told = failure.and_then(|failure| failure.wait);
        match retry::after(&Verdict::Throttled(told), looks, self.rules.max_attempts, self.left(now)) {
            Some(wait) => {
                self.phase = Phase::LooksFirst(looks + 1);
                Action::Wait(wait)
            }
            None => Action::Answer(Ending::CannotLook(failure, self.left(now).is_zero())),
        }
    }

    fn searched(
        &mut self,
        phase: Phase,
        began: Moment,
        listed: &Listed,
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
            Phase::Confirms => Action::Answer(Ending::Found(id_of_a_mail(listed))),
            Phase::Checks(mut check) => {
                if let (Listed::NotAllowed(401), false, Some(id)) =
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
    fn confirmed(&mut self, sight: Sight) -> Action {
        match (sight, &self.known.internet_message_id) {
            (Sight::NotADraft(item), _) => Action::Answer(Ending::Found(item.id)),
            (Sight::Gone, Some(id)) => {
                let search = Action::Search(Arc::clone(id));
                self.phase = Phase::Confirms;
                search
            }
            (
                Sight::Gone | Sight::Draft(_) | Sight::NotAllowed(_) | Sight::Another | Sight::Failed(_),
                Some(_) | None,
            ) => Action::Answer(Ending::Found(String::new())),
        }
    }

    fn checked(&mut self, check: Box<Check>, next: Next, now: Moment) -> Action {
        self.has_left |= check.has_left();
        let (phase, action) = match next {
            Next::Settled(finding) => return self.concludes(finding, now),
            Next::LookAt(id) => (Phase::ChecksElsewhere(check, id.clone()), Action::LookAt(id)),
            Next::Confirm(mails) => match self.sent_items.clone() {
                Some(folder) => return self.confirms(check, &mails, Some(&folder), now),
                None => (Phase::ChecksFolder(check, mails), Action::LookAtSentItems),
            },
            Next::Wait(wait) => (Phase::Checks(check), Action::Wait(Wait::exactly(wait))),
            Next::Search => match &self.known.internet_message_id {
                Some(id) => (Phase::Checks(check), Action::Search(Arc::clone(id))),
                None => return self.concludes(Finding::Unknown(Blind::GoneWithoutName), now),
            },
        };
        self.phase = phase;
        action
    }

    fn confirms(&mut self, mut check: Box<Check>, mails: &[ItemSeen], folder: Option<&str>, now: Moment) -> Action {
        let looking = self.looking(now, now);
        let next = check.confirmed(mails, folder, looking);
        self.checked(check, next, now)
    }

    /// What the check found, and what follows.
    fn concludes(&mut self, finding: Finding, now: Moment) -> Action {
        match self.purpose {
            Purpose::Check => self.concludes_check(finding),
            Purpose::Send if self.is_inherited => self.concludes_inherited(finding, now),
            Purpose::Send => self.concludes_own(finding, now),
        }
    }

    fn concludes_own(&mut self, finding: Finding, now: Moment) -> Action {
        match finding {
            Finding::Sent(id) => Action::Answer(Ending::Found(id)),
            Finding::NoDraft(_) => Action::Answer(Ending::NotADraft(NotADraft::BeforeCall)),
            Finding::Unknown(blind) => Action::Answer(Ending::Unknown(blind)),
            Finding::NotSent => {
                self.in_doubt = false;
                match &self.last {
                    Some(Verdict::Refused(_)) => self.as_attempted(now),
                    // Another doubt must still find the time to be settled.
                    Some(Verdict::Doubtful(_) | Verdict::Accepted | Verdict::Throttled(_) | Verdict::NotBegun(_))
                    | None
                        if self.attempts < self.rules.max_attempts
                            && self.left(now) > self.rules.settle + TIME_TO_LOOK =>
                    {
                        self.attempts(now)
                    }
                    Some(Verdict::Doubtful(_) | Verdict::Accepted | Verdict::Throttled(_) | Verdict::NotBegun(_))
                    | None => Action::Answer(Ending::NotSent),
                }
            }
        }
    }

    /// The doubt was an earlier call's: nothing was sent by this one yet.
    fn concludes_inherited(&mut self, finding: Finding, now: Moment) -> Action {
        let is_shared = self.attempts == 0 && self.doubt.as_ref().is_some_and(|doubt| self.began.steady < doubt.cut_at);
        match finding {
            // They ran at the same time: that call's attempt was this one's, too.
            Finding::Sent(id) if is_shared => Action::Answer(Ending::Found(id)),
            Finding::Sent(_) => {
                self.has_found_sent = true;
                Action::Answer(Ending::NotADraft(NotADraft::EarlierCall))
            }
            Finding::NoDraft(_) => Action::Answer(Ending::NotADraft(NotADraft::EarlierCall)),
            Finding::Unknown(blind) => Action::Answer(Ending::EarlierUnknown(blind)),
            Finding::NotSent if self.has_namesake => Action::Answer(Ending::EarlierUnknown(Blind::Namesake)),
            Finding::NotSent => {
                self.in_doubt = false;
                self.after_another(None, now)
            }
        }
    }

    fn concludes_check(&mut self, finding: Finding) -> Action {
        match finding {
            Finding::Sent(id) => Action::Answer(Ending::Found(id)),
            // Sent, or received: that depends on where it is.
            Finding::NoDraft(item) => self.asks_for_sent_items(item, 1),
            Finding::NotSent if self.has_namesake => Action::Answer(Ending::Unknown(Blind::Namesake)),
            Finding::NotSent => {
                self.has_found_unsent = true;
                // Another call may be sending it under its other id.
                self.claims().unwrap_or(Action::Answer(Ending::NotSent))
            }
            Finding::Unknown(blind) => Action::Answer(Ending::Unknown(blind)),
        }
    }

    fn asks_for_sent_items(&mut self, item: ItemSeen, asked: u32) -> Action {
        self.phase = Phase::AsksForSentItems(item, asked);
        Action::LookAtSentItems
    }

    fn saw_sent_items(&mut self, phase: Phase, folder: FolderSeen, now: Moment) -> Action {
        let (item, asked) = match phase {
            Phase::AsksForSentItems(item, asked) => (item, asked),
            Phase::ChecksFolder(check, mails) => return self.saw_sent_items_of(check, mails, folder, now),
            Phase::Start
            | Phase::LooksFirst(_)
            | Phase::SearchesFirst
            | Phase::Claims
            | Phase::Attempts
            | Phase::Confirms
            | Phase::Checks(_)
            | Phase::ChecksElsewhere(..) => return lost(),
        };
        match folder {
            FolderSeen::Id(folder) if folder == item.folder => Action::Answer(Ending::Found(item.id)),
            FolderSeen::Id(_) => Action::Answer(Ending::NotADraft(NotADraft::Received)),
            FolderSeen::NotAllowed(401) if !self.has_renewed => {
                self.renews(Phase::AsksForSentItems(item, asked), Action::LookAtSentItems)
            }
            FolderSeen::NotAllowed(status) => Action::Answer(Ending::Unknown(Blind::NotAllowed(status))),
            FolderSeen::Failed(failure) => {
                match retry::after(&Verdict::Throttled(failure.wait), asked, MOST_FOLDER_LOOKS, self.left(now)) {
                    Some(wait) => {
                        self.phase = Phase::AsksForSentItems(item, asked + 1);
                        Action::Wait(wait)
                    }
                    None => Action::Answer(Ending::Unknown(Blind::Unsearchable)),
                }
            }
        }
    }

    /// Where Graph does not tell, the times of the mails are all there is.
    fn saw_sent_items_of(
        &mut self,
        mut check: Box<Check>,
        mails: Vec<ItemSeen>,
        folder: FolderSeen,
        now: Moment,
    ) -> Action {
        let folder = match folder {
            FolderSeen::NotAllowed(401) if !self.has_renewed => {
                return self.renews(Phase::ChecksFolder(check, mails), Action::LookAtSentItems);
            }
            FolderSeen::Id(folder) => Some(folder),
            FolderSeen::NotAllowed(_) => None,
            FolderSeen::Failed(LookFailure { what: Ok(400..=407 | 409..=428), .. }) => None,
            FolderSeen::Failed(failure) => {
                let next = check.failed(failure, self.looking(now, now));
                return self.checked(check, next, now);
            }
        };
        self.sent_items.clone_from(&folder);
        self.confirms(check, &mails, folder.as_deref(), now)
    }

    fn waited(&mut self, phase: Phase, cancelled: bool, now: Moment) -> Action {
        match phase {
            Phase::Attempts | Phase::LooksFirst(_) if cancelled => Action::Answer(Ending::CancelledWhileWaiting),
            Phase::Checks(_) | Phase::ChecksElsewhere(..) if cancelled => {
                self.concludes(Finding::Unknown(Blind::Cancelled), now)
            }
            Phase::AsksForSentItems(..) if cancelled => Action::Answer(Ending::Unknown(Blind::Cancelled)),
            Phase::Attempts => self.attempts(now),
            Phase::LooksFirst(looks) => self.looks_first(looks),
            Phase::Checks(check) | Phase::ChecksElsewhere(check, _) => self.starts_check(*check),
            Phase::AsksForSentItems(item, asked) => self.asks_for_sent_items(item, asked),
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
            ) => self.concludes(Finding::Unknown(Blind::NotAllowed(401)), now),
            (phase, _) => match refused {
                Some(again) => {
                    self.phase = phase;
                    *again
                }
                None => lost(),
            },
        }
    }

    fn kept_out(&mut self, phase: Phase, outside: Outside, now: Moment) -> Action {
        match phase {
            Phase::Checks(_) | Phase::ChecksElsewhere(..) | Phase::ChecksFolder(..) | Phase::AsksForSentItems(..) => {
                self.concludes(Finding::Unknown(outside.into()), now)
            }
            Phase::Confirms => Action::Answer(Ending::Found(String::new())),
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
    Action::Answer(Ending::Unknown(Blind::NotAsked))
}

/// Whether the mailbox holds the mail, and no draft of it.
fn holds_only_mails(listed: &Listed) -> bool {
    match listed {
        Listed::Items(items) => !items.is_empty() && items.iter().all(|item| matches!(item, Listing::NotADraft(_))),
        Listed::NotAllowed(_) | Listed::Unfiltered | Listed::Failed(_) => false,
    }
}

/// The id of a mail that was accepted, where one alone is found.
fn id_of_a_mail(listed: &Listed) -> String {
    match listed {
        Listed::Items(items) => match items.as_slice() {
            [Listing::NotADraft(item)] => item.id.clone(),
            _ => String::new(),
        },
        Listed::NotAllowed(_) | Listed::Unfiltered | Listed::Failed(_) => String::new(),
    }
}

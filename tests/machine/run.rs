//! A run: calls after one another, each the machine on its way through a world. Letters are given to it one by one.

use std::fmt::Write;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use graph_message::delivery::ending::Ending;
use graph_message::delivery::kept_out::KeptOut;
use graph_message::delivery::machine::{Machine, Purpose, Rules, Verify};
use graph_message::delivery::remembered::{Doubt, Known, Remembered};
use graph_message::delivery::step::{Action, Earlier, Event, Same};
use graph_message::delivery::verdict::{Refusal, Verdict};
use graph_message::graph::{
    Cause, Deferred, DraftSeen, FolderResult, Hit, ItemSeen, ListedDraft, LookFailure, LookResult, MessageId,
    SearchResult,
};
use graph_message::sharing::key::MessageKey;
use graph_message::sharing::memory::Memory;

use crate::clocks::{SECOND, instant, millis, ms, system};
use crate::letters::{
    Acted, CAUSES, Claim, DOUBTS, Folder, Kept, Letter, NO_REPLY_IN_TIME, Reply, Says, Seen, TIMED_OUT, TOLD, may_look,
};
use crate::seen::{Brought, Facts, Inherited, Request};
use crate::setup::{Call, Forced, Setup};
use crate::world::{FOLDERS, Happening, Hidden, IDS, MAIN, NAME, SENT_ITEMS, Start, View, World, beside};

/// How long a request takes that is answered.
const EXCHANGE: i64 = 50;
/// How long an attempt takes.
const ATTEMPT: i64 = 100;
/// When in an attempt the service acts.
const ACTS: i64 = 10;
const ATTEMPT_TIMEOUT: i64 = 30 * SECOND;
const CONNECT_TIMEOUT: i64 = 10 * SECOND;
const LOOK_TIMEOUT: i64 = 10 * SECOND;
/// When an answer is late, and a look is made meanwhile.
const LATE: i64 = 3 * SECOND;
/// How long it is certain that an acceptance is remembered.
const CERTAINLY_REMEMBERED: i64 = 290 * SECOND;

/// A call that ended.
#[derive(Debug, Clone)]
pub struct Ended {
    pub nth: usize,
    pub facts: Facts,
    pub ending: Ending,
    /// The steady time at the end.
    pub at: i64,
}

#[derive(Debug, Clone)]
pub struct Run<'a> {
    pub setup: &'a Setup,
    pub world: World,
    pub nth: usize,
    machine: Machine,
    pub action: Action,
    pub seen: Facts,
    memory: Vec<(i64, bool, Remembered)>,
    /// When Graph said to a call that it accepted the mail, and under which id.
    accepted: Option<(i64, bool)>,
    /// Whether the doubt that is remembered is one of a message that was seen gone.
    doubt_has_left: bool,
    pub cancelled: bool,
    pub has_happened: bool,
    /// The letters that cost something, by step.
    pub path: Vec<(u8, u8)>,
    pub step: u8,
    pub faults: u8,
    /// What happened, where it is told.
    pub told: Option<String>,
    /// What the machine asked for and may not.
    pub broken: Option<String>,
}

fn key(immutable: bool) -> &'static MessageKey {
    static KEYS: OnceLock<[MessageKey; 2]> = OnceLock::new();
    let key = |id| MessageKey::of(&MessageId::parse(id).unwrap());
    &KEYS.get_or_init(|| [key("AAMkMain"), key("AAkALgMain")])[usize::from(immutable)]
}

fn name() -> Arc<str> {
    static SHARED: OnceLock<Arc<str>> = OnceLock::new();
    Arc::clone(SHARED.get_or_init(|| NAME.into()))
}

impl<'a> Run<'a> {
    pub fn new(setup: &'a Setup, hidden: Hidden, tells: bool) -> Run<'a> {
        let world = World::new(hidden, setup.bound);
        let call = &setup.calls[0];
        let mut run = Run {
            setup,
            machine: machine(call, &world, call.purpose, None),
            world,
            nth: 0,
            action: Action::Renew,
            seen: Facts::new(0, 0, 0, false),
            memory: Vec::new(),
            accepted: None,
            doubt_has_left: false,
            cancelled: false,
            has_happened: false,
            path: Vec::new(),
            step: 0,
            faults: 0,
            told: tells.then(String::new),
            broken: None,
        };
        run.begins();
        run
    }

    pub fn call(&self) -> &'a Call {
        &self.setup.calls[self.nth]
    }

    pub fn call_id(&self) -> &'static str {
        IDS[usize::from(MAIN)]
    }

    /// The time that is left, by the steady clock.
    pub fn left(&self) -> i64 {
        self.seen.deadline - self.world.clocks.steady()
    }

    /// The verdict that the next attempt gets for nothing.
    pub fn forced(&self) -> Forced {
        if self.seen.attempts == 0 { self.call().forced } else { Forced::Nothing }
    }

    pub fn is_first(&self) -> bool {
        self.nth == 0
    }

    pub fn remembers_nothing(&self) -> bool {
        self.memory.is_empty()
    }

    fn tell(&mut self, what: impl FnOnce(&Run) -> String) {
        let line = self.told.is_some().then(|| what(self));
        let (now, steady) = (self.world.clocks.now, self.world.clocks.steady());
        if let (Some(told), Some(line)) = (&mut self.told, line) {
            let _ = writeln!(told, "  {now:>9} (steady {steady:>8}) {line}");
        }
    }

    fn remembered(&self) -> Memory {
        let mut memory = Memory::default();
        for (at, immutable, what) in &self.memory {
            memory.remember(key(*immutable), what.clone(), instant(*at));
        }
        memory
    }

    /// The next call begins.
    fn begins(&mut self) {
        let call = self.call();
        let steady = self.world.clocks.steady();
        self.seen = Facts::new(steady, self.world.clocks.now + self.world.clocks.wall, call.timeout, call.knows_name);
        self.seen.accepted_before = self.accepted.is_some_and(|(at, immutable)| {
            steady - at < CERTAINLY_REMEMBERED && (immutable == call.immutable || call.knows_name)
        });
        let mut earlier = None;
        if !self.memory.is_empty() {
            let mut memory = self.remembered();
            earlier = memory.recall(key(call.immutable), instant(steady));
            if let (None, Purpose::Check, true) = (&earlier, call.purpose, call.knows_name) {
                let other = memory.recall_mail(NAME, key(call.immutable), instant(steady));
                earlier = other.filter(|(of, _)| key(call.immutable).may_be(of)).map(|(_, what)| what);
            }
        }
        self.inherits(earlier.as_ref());
        self.cancelled = false;
        self.machine = machine(call, &self.world, call.purpose, earlier);
        self.tell(|run| {
            format!("call {} begins: {:?} {:?}, knows {:?}", run.nth, call.purpose, call.rules, run.memory)
        });
        self.takes(Event::Begins);
    }

    /// What is known of an earlier call's mail.
    fn inherits(&mut self, earlier: Option<&Remembered>) {
        let Some(earlier) = earlier else { return };
        self.seen.mix_remembered(earlier);
        match earlier {
            Remembered::Accepted { .. } => self.seen.inherited = Inherited::Accepted,
            Remembered::InDoubt(doubt) => {
                self.seen.inherited = Inherited::Doubt;
                self.seen.was_gone_before |= doubt.was_seen_gone;
                // Found unsent by a call that allowed as much time.
                self.seen.looked_draft_settled =
                    doubt.settled.is_some_and(|settled| settled >= self.call().rules.settle) && !self.doubt_has_left;
                self.seen.cut = Some(crate::clocks::ms_of(doubt.cut_at));
                self.seen.has_left |= self.doubt_has_left;
                self.seen.was_shown_gone |= self.doubt_has_left;
                // What was found unsent is edited and sent again.
                let draft = doubt.known.draft.as_ref().filter(|_| !self.seen.looked_draft_settled);
                self.seen.picture = draft.map(|draft| (draft.folder.clone(), draft.change_key.clone()));
                self.seen.latest = self.seen.latest.take().or(self.seen.picture.clone());
                self.seen.longest = self.seen.longest.max(ms(doubt.settle));
                self.seen.draft |= doubt.known.draft.is_some() && !self.seen.looked_draft_settled;
                self.seen.knows_name |= doubt.known.internet_message_id.is_some();
            }
        }
    }

    /// The machine is told what happened.
    fn takes(&mut self, event: Event) {
        let moment = self.world.clocks.moment();
        let (steady, wall) = (self.world.clocks.steady(), self.world.clocks.now + self.world.clocks.wall);
        self.seen.mix_moment(steady, wall);
        if self.told.is_some() {
            let line = format!("told {event:?}");
            self.tell(|_| line);
        }
        self.action = self.machine.next(event, moment);
        self.has_happened = false;
        self.step += 1;
        self.tell(|run| format!("says {:?}", run.action));
        self.minds_action();
    }

    fn minds_action(&mut self) {
        if let Action::Attempt { looks_meanwhile, .. } = self.action {
            let call = self.call();
            self.seen.owes_attempt = false;
            let is_late_look_missed =
                !looks_meanwhile && call.rules.verify != Verify::Never && !(self.seen.knows_name && self.seen.draft);
            self.seen.missed_late_look |= is_late_look_missed && !self.seen.knows_name;
        }
        if let Some(broken) = self.forbids(&self.action) {
            self.broken = Some(broken);
        }
        if matches!(self.action, Action::Look { .. } | Action::Search(_)) && self.step > 200 {
            self.broken = Some("never ends".to_owned());
        }
    }

    /// What the machine may never ask for.
    pub fn forbids(&self, action: &Action) -> Option<String> {
        let steady = self.world.clocks.steady();
        match action {
            Action::Wait(wait) => {
                let time = ms(wait.time);
                let allowed = (30 * SECOND).max(self.seen.told).max(ms(self.call().rules.settle));
                if steady + time > self.seen.deadline {
                    Some(format!("I9: waits {time} ms, beyond the deadline"))
                } else if time > allowed && !self.seen.deferred {
                    Some(format!("I9: waits {time} ms, although nothing asked for so long"))
                } else {
                    None
                }
            }
            Action::Attempt { .. } => {
                let call = self.call();
                if call.purpose == Purpose::Check {
                    Some("a check sends".to_owned())
                } else if self.seen.accepted_before {
                    Some("I3: sends again what Graph accepted".to_owned())
                } else if self.seen.in_doubt() && self.seen.has_left {
                    Some("I4: sends again what was seen gone, or no draft".to_owned())
                } else if self.seen.attempts >= call.rules.max_attempts + self.seen.renewals {
                    Some("more attempts than are allowed".to_owned())
                } else {
                    None
                }
            }
            Action::Renew if self.seen.renewals > 0 => Some("renews twice".to_owned()),
            Action::Look { .. }
            | Action::LookAt(_)
            | Action::Search(_)
            | Action::LookAtSentItems
            | Action::Renew
            | Action::Claim(_)
            | Action::Answer(_) => {
                let is_look = matches!(action, Action::Look { .. } | Action::LookAt(_) | Action::Search(_));
                let call = self.call();
                (is_look && !may_look(call.purpose, call.rules.verify))
                    .then(|| "looks, although it must not".to_owned())
            }
        }
    }

    /// The ending, where the call is over.
    pub fn ended(&self) -> Option<Ended> {
        match &self.action {
            Action::Answer(ending) => Some(Ended {
                nth: self.nth,
                facts: self.seen.clone(),
                ending: ending.clone(),
                at: self.world.clocks.steady(),
            }),
            Action::Attempt { .. }
            | Action::Look { .. }
            | Action::LookAt(_)
            | Action::Search(_)
            | Action::LookAtSentItems
            | Action::Wait(_)
            | Action::Renew
            | Action::Claim(_) => None,
        }
    }

    /// After the end of a call, the next one, if there is one.
    pub fn goes_on(&mut self, ended: &Ended) -> bool {
        let call = self.call();
        if call.purpose == Purpose::Send {
            if let Some(left) = self.machine.to_remember(&ended.ending, self.world.clocks.moment()) {
                self.doubt_has_left =
                    matches!(left, Remembered::InDoubt(_)) && self.seen.in_doubt() && self.seen.has_left;
                self.memory.push((ended.at, call.immutable, left));
            }
        }
        if call.forgets {
            self.memory.clear();
            self.accepted = None;
            self.doubt_has_left = false;
        }
        if self.nth + 1 >= self.setup.calls.len() {
            return false;
        }
        self.nth += 1;
        let pause = self.call().pause;
        self.world.pass(self.world.clocks.now + pause);
        self.begins();
        true
    }

    /// Answers the action by a letter. Nothing where it does not fit.
    pub fn reads(&mut self, letter: Letter) -> bool {
        if self.told.is_some() {
            self.tell(|_| format!("met {letter:?}"));
        }
        match (letter, self.action.clone()) {
            (Letter::World(happening), _) => return self.happens(happening),
            (Letter::Kept(kept), _) => self.kept_out(kept),
            (Letter::Attempt { says, acted, reply }, Action::Attempt { reserve, looks_meanwhile }) => {
                return self.attempted(says, acted, reply, ms(reserve), looks_meanwhile);
            }
            (Letter::Look(seen), Action::Look { recipients }) => self.looked(seen, self.call_id(), recipients, true),
            (Letter::Look(seen), Action::LookAt(id)) => self.looked(seen, &id, false, false),
            (Letter::Search(seen), Action::Search(_)) => self.searched(seen),
            (Letter::Folder(folder), Action::LookAtSentItems) => self.saw_folder(folder),
            (Letter::Wait { cancelled }, Action::Wait(wait)) => {
                let time = ms(wait.time);
                self.world.pass(self.world.clocks.now + if cancelled { time / 2 } else { time });
                self.cancelled |= cancelled;
                self.seen.cancelled |= cancelled;
                self.seen.mix(u64::from(cancelled));
                self.takes(Event::Waited { cancelled });
            }
            (Letter::Renew { has_another }, Action::Renew) => {
                self.world.pass(self.world.clocks.now + EXCHANGE);
                self.seen.renewals += 1;
                self.seen.mix(u64::from(has_another));
                self.takes(Event::Renewed { has_another });
            }
            (Letter::Claim(claim), Action::Claim(_)) => self.claimed(claim),
            (
                Letter::Attempt { .. }
                | Letter::Look(_)
                | Letter::Search(_)
                | Letter::Folder(_)
                | Letter::Wait { .. }
                | Letter::Renew { .. }
                | Letter::Claim(_),
                _,
            ) => return false,
        }
        true
    }

    fn happens(&mut self, happening: Happening) -> bool {
        let Some(world) = self.world.happens(happening) else { return false };
        self.world = world;
        self.has_happened = true;
        self.step += 1;
        true
    }

    fn kept_out(&mut self, kept: Kept) {
        self.seen.kept_out = true;
        let why = match kept {
            Kept::Cancelled => {
                self.cancelled = true;
                self.seen.cancelled = true;
                KeptOut::Cancelled
            }
            Kept::OutOfTime => KeptOut::OutOfTime,
            Kept::Paused => {
                self.seen.paused = true;
                KeptOut::Paused(Duration::from_secs(600))
            }
        };
        self.seen.mix(700 + kept as u64);
        self.takes(Event::KeptOut(why));
    }

    fn attempted(&mut self, says: Says, acted: Acted, reply: Reply, reserve: i64, looks_meanwhile: bool) -> bool {
        let began = self.world.clocks.now;
        let left = self.left();
        let window = ATTEMPT_TIMEOUT.min(left - reserve);
        let connects = CONNECT_TIMEOUT.min(left);
        let takes = match says {
            Says::Doubtful(NO_REPLY_IN_TIME) => window,
            Says::NotBegun(TIMED_OUT) => connects,
            Says::Accepted
            | Says::AcceptedSlowly
            | Says::Unauthenticated
            | Says::Forbidden
            | Says::NotFound
            | Says::Conflict
            | Says::Rejected
            | Says::Throttled
            | Says::ThrottledShortly
            | Says::ThrottledLong
            | Says::NotBegun(_)
            | Says::Doubtful(_) => match reply {
                Reply::Soon => ATTEMPT.min(window),
                Reply::Late | Reply::LateUnseen | Reply::LateStale => window - 100,
            },
        };
        // No room for what the letter says.
        if takes < 1 || (reply != Reply::Soon && takes <= ACTS) {
            return false;
        }
        let looks = looks_meanwhile && takes > LATE;
        if !looks && matches!(reply, Reply::LateUnseen | Reply::LateStale) {
            return false;
        }
        match (acted, says) {
            (Acted::No, _) => {}
            (Acted::BeforeReply, Says::AcceptedSlowly) => {
                let who = self.nth;
                self.world.act_with(began + ACTS.min(takes), who, 200 * SECOND);
            }
            (Acted::BeforeReply, _) => self.world.acts_at(began + ACTS.min(takes), self.nth),
            (Acted::AfterCut, _) => self.world.acts_at(began + takes + self.world.acts_late(), self.nth),
        }
        let mut meanwhile = None;
        if looks && reply != Reply::LateUnseen {
            self.world.pass(began + LATE);
            let at = if reply == Reply::LateStale {
                self.world.clocks.now - self.world.stale()
            } else {
                self.world.clocks.now
            };
            if reply == Reply::LateStale
                && self.world.view(self.call_id(), at) == self.world.view(self.call_id(), began + LATE)
            {
                return false;
            }
            meanwhile = Some(self.shown(self.world.view(self.call_id(), at), Some(0), false));
        }
        self.world.pass(began + takes);
        let verdict = verdict(says);
        let steady = self.world.clocks.steady();
        let seen = &mut self.seen;
        seen.mix_verdict(&verdict);
        seen.attempts += 1;
        match &meanwhile {
            Some(shown) => {
                seen.mix_look(shown);
                self.learns(&meanwhile.clone().unwrap());
            }
            None => seen.mix(3),
        }
        let saw_draft = self.seen.draft;
        // Seen gone, or no draft, while the answer was awaited: it may have left by this very attempt.
        let left_meanwhile = matches!(meanwhile, Some(LookResult::Gone | LookResult::NotADraft(_)));
        self.seen.left_ever |= left_meanwhile;
        // Who never saw the draft cannot tell that an attempt of the service's own met what an earlier one sent.
        if matches!(says, Says::NotFound | Says::Conflict) && acted != Acted::No && !saw_draft {
            return false;
        }
        let late = takes > LATE;
        let seen = &mut self.seen;
        seen.missed_late_look = seen.missed_late_look && late;
        seen.last_at = steady;
        let in_doubt = match &verdict {
            Verdict::Doubtful(_) => true,
            // The draft was there, so an attempt may have been made of it.
            Verdict::Refused(Refusal::NotFound | Refusal::Conflict) => saw_draft || seen.left_ever || seen.own_doubt,
            Verdict::Refused(Refusal::Rejected) => seen.left_ever || seen.own_doubt,
            Verdict::Accepted | Verdict::Refused(_) | Verdict::Throttled(_) | Verdict::NotBegun(_) => false,
        };
        if in_doubt {
            seen.own_doubt = true;
            seen.cut = Some(steady);
            seen.looked_draft_settled = false;
            seen.changed = false;
            // What is looked at from now on is held against what was seen before this attempt.
            seen.picture = seen.latest.clone();
            seen.has_left |= left_meanwhile;
        }
        let call = self.call();
        let seen = &mut self.seen;
        match &verdict {
            Verdict::Accepted => self.accepted = Some((steady, call.immutable)),
            Verdict::Refused(refusal) => seen.refused[*refusal as usize] = true,
            Verdict::Throttled(told) => {
                seen.throttled = true;
                seen.told = seen.told.max(told.map_or(0, ms));
            }
            Verdict::NotBegun(Cause::Cancelled)
            | Verdict::Doubtful(graph_message::delivery::verdict::DoubtCause::NoReply(Cause::Cancelled)) => {
                self.cancelled = true;
                seen.cancelled = true;
            }
            Verdict::NotBegun(_) | Verdict::Doubtful(_) => {}
        }
        let seen = &mut self.seen;
        let has_more = seen.attempts < call.rules.max_attempts && seen.deadline - steady > 31 * SECOND;
        seen.owes_attempt = has_more
            && match &verdict {
                Verdict::NotBegun(Cause::Connection | Cause::Resolve | Cause::TimedOut) => true,
                Verdict::Throttled(told) => told.is_none_or(|told| ms(told) < 30 * SECOND),
                Verdict::NotBegun(_) | Verdict::Accepted | Verdict::Refused(_) | Verdict::Doubtful(_) => false,
            };
        seen.last = Some(verdict.clone());
        self.takes(Event::Attempted { verdict, meanwhile });
        true
    }

    /// What is learned from a look at the message.
    fn learns(&mut self, shown: &LookResult) {
        match shown {
            LookResult::Draft(draft) => {
                self.seen.draft = true;
                self.seen.knows_name = true;
                self.seen.deferred |= draft.deferred != Deferred::No;
                self.seen.no_recipients |= draft.has_recipients == Some(false);
                let picture = (draft.folder.clone(), draft.change_key.clone());
                self.seen.latest = Some(picture.clone());
                match &self.seen.picture {
                    Some(before) if self.seen.in_doubt() => self.seen.changed |= *before != picture,
                    Some(_) | None => self.seen.picture = Some(picture),
                }
            }
            LookResult::NotADraft(_) | LookResult::Gone => self.seen.was_shown_gone = true,
            LookResult::NotAllowed(_) | LookResult::Another | LookResult::Failed(_) => {}
        }
    }

    fn shown(&self, view: View, moved: Option<i64>, recipients: bool) -> LookResult {
        match view {
            View::Nowhere => LookResult::Gone,
            View::Draft { folder, key, .. } => {
                let start = self.world.hidden.start;
                LookResult::Draft(DraftSeen {
                    folder: FOLDERS[usize::from(folder)].to_owned(),
                    change_key: format!("key{key}"),
                    internet_message_id: NAME.to_owned(),
                    has_recipients: recipients.then_some(start != Start::NoRecipients),
                    deferred: match (start, self.world.deferred_stamp()) {
                        (Start::DeferredUnreadable, _) => Deferred::Unreadable,
                        (_, Some(until)) => Deferred::Until(system(until)),
                        (_, None) => Deferred::No,
                    },
                })
            }
            View::NoDraft { id, folder, sent_at } => LookResult::NotADraft(item((id, folder, sent_at), moved)),
        }
    }

    /// A reply to a look comes: its date, and how far the times of its items are off.
    fn reply(&mut self, seen: Seen) -> (Option<SystemTime>, Option<i64>) {
        let twist = seen.twist();
        let took = if twist.is_cut { LOOK_TIMEOUT } else { EXCHANGE };
        self.world.pass(self.world.clocks.now + took.min(self.left()));
        self.world.date_lied |= twist.date.is_some_and(|by| by != 0);
        (twist.date.map(|by| system(self.world.clocks.date() + by)), twist.stamp)
    }

    fn looked(&mut self, seen: Seen, id: &str, recipients: bool, is_it: bool) {
        let began = self.world.clocks.moment();
        let (at, steady) = (self.world.clocks.now, self.world.clocks.steady());
        let (date, stamp) = self.reply(seen);
        let shown = match seen {
            Seen::Another | Seen::Unfiltered => LookResult::Another,
            Seen::NotAllowed(status) => LookResult::NotAllowed(status),
            Seen::Stale => self.shown(self.world.view(id, at - self.world.stale()), stamp, recipients),
            Seen::OldDraft => self.shown(self.world.first_picture(), stamp, recipients),
            Seen::FalseGone | Seen::Lags => LookResult::Gone,
            Seen::Failed | Seen::FailedWithWait | Seen::FailedInTime => LookResult::Failed(self.fails(seen)),
            Seen::Truth
            | Seen::DateMissing
            | Seen::DateAhead
            | Seen::DateBehind
            | Seen::StampMissing
            | Seen::StampBehind
            | Seen::StampAhead => self.shown(self.world.view(id, at), stamp, recipients),
        };
        let brought = match &shown {
            LookResult::Draft(_) => Brought::Draft,
            LookResult::NotADraft(_) => Brought::NoDraft,
            LookResult::Gone => Brought::Gone,
            LookResult::NotAllowed(status) => Brought::NotAllowed(*status),
            LookResult::Another | LookResult::Failed(_) => Brought::Nothing,
        };
        let settle = ms(self.call().rules.settle);
        if is_it {
            self.learns(&shown);
            let request = Request { began: steady, brought };
            self.seen.look = Some(request);
            if recipients {
                self.seen.first_look = Some(request);
            }
            let in_doubt = self.seen.in_doubt();
            self.seen.has_left |=
                in_doubt && !self.seen.looked_draft_settled && matches!(brought, Brought::Gone | Brought::NoDraft);
            let settled_at = self.seen.cut.unwrap_or(self.seen.began) + settle;
            self.seen.looked_draft_settled |= brought == Brought::Draft && steady >= settled_at;
        } else {
            self.seen.elsewhere = Some(Request { began: steady, brought });
        }
        self.seen.mix_look(&shown);
        self.seen.mix_date(date);
        self.takes(Event::Looked { began, shown, date });
    }

    fn fails(&mut self, seen: Seen) -> LookFailure {
        let failure = seen.failure().unwrap();
        self.seen.told = self.seen.told.max(failure.wait.map_or(0, ms));
        self.seen.look_failed = Some(failure);
        failure
    }

    fn searched(&mut self, seen: Seen) {
        let began = self.world.clocks.moment();
        let (at, steady) = (self.world.clocks.now, self.world.clocks.steady());
        let mut views =
            if seen == Seen::Stale { self.world.named(at - self.world.stale()) } else { self.world.named(at) };
        let (date, stamp) = self.reply(seen);
        let listed = match seen {
            Seen::Unfiltered | Seen::Another => SearchResult::Unfiltered,
            Seen::Failed | Seen::FailedWithWait | Seen::FailedInTime => SearchResult::Failed(self.fails(seen)),
            Seen::NotAllowed(status) => SearchResult::NotAllowed(status),
            Seen::Truth
            | Seen::Stale
            | Seen::OldDraft
            | Seen::FalseGone
            | Seen::DateMissing
            | Seen::DateAhead
            | Seen::DateBehind
            | Seen::StampMissing
            | Seen::StampBehind
            | Seen::StampAhead
            | Seen::Lags => {
                if seen == Seen::OldDraft {
                    views[0] = self.world.first_picture();
                } else if seen == Seen::Lags {
                    views[0] = View::Nowhere;
                }
                SearchResult::Items(views.iter().filter_map(|view| listing(*view, stamp)).collect())
            }
        };
        let brought = match &listed {
            SearchResult::Items(items) if items.is_empty() => Brought::NoItems,
            SearchResult::Items(_) => Brought::Items,
            SearchResult::NotAllowed(status) => Brought::NotAllowed(*status),
            SearchResult::Unfiltered | SearchResult::Failed(_) => Brought::Nothing,
        };
        self.seen.search = Some(Request { began: steady, brought });
        self.seen.mix_listed(&listed);
        self.seen.mix_date(date);
        self.takes(Event::Searched { began, listed, date });
    }

    fn saw_folder(&mut self, folder: Folder) {
        self.world.pass(self.world.clocks.now + EXCHANGE.min(self.left()));
        let (seen, brought) = match folder {
            Folder::Id => (FolderResult::Id(FOLDERS[usize::from(SENT_ITEMS)].to_owned()), Brought::Items),
            Folder::Failed => (FolderResult::Failed(self.fails(Seen::Failed)), Brought::Nothing),
            Folder::FailedWithWait => (FolderResult::Failed(self.fails(Seen::FailedWithWait)), Brought::Nothing),
            Folder::NotAllowed(status) => (FolderResult::NotAllowed(status), Brought::NotAllowed(status)),
        };
        self.seen.folder = Some(brought);
        self.seen.mix_folder(&seen);
        self.takes(Event::SawSentItems(seen));
    }

    fn claimed(&mut self, claim: Claim) {
        let steady = self.world.clocks.steady();
        let earlier = match claim {
            Claim::Remembered if self.memory.is_empty() => None,
            Claim::Remembered => {
                let here = key(self.call().immutable);
                let other = self.remembered().recall_mail(NAME, here, instant(steady));
                other.map(|(of, what)| Earlier { what, same: if here.may_be(&of) { Same::Perhaps } else { Same::No } })
            }
            Claim::TwinAccepted => self.beside(Says::Accepted, Acted::No, false),
            Claim::TwinDoubt => self.beside(Says::Doubtful(0), Acted::No, false),
            Claim::SharedAccepted => self.beside(Says::Accepted, Acted::BeforeReply, true),
            Claim::SharedDoubtActed => self.beside(Says::Doubtful(0), Acted::BeforeReply, true),
            Claim::SharedDoubtNot => self.beside(Says::Doubtful(0), Acted::No, true),
            Claim::NotClaimed { cancelled, in_doubt, acted } => {
                if in_doubt {
                    let acted = if acted { Acted::BeforeReply } else { Acted::No };
                    self.beside(Says::Doubtful(0), acted, true);
                }
                let time = if cancelled { SECOND.min(self.left()) } else { self.left() };
                self.world.pass(self.world.clocks.now + time);
                self.cancelled |= cancelled;
                self.seen.cancelled |= cancelled;
                self.seen.not_claimed = Some((cancelled, in_doubt));
                self.seen.mix(900 + 2 * u64::from(cancelled) + u64::from(in_doubt));
                return self.takes(Event::NotClaimed { cancelled, in_doubt });
            }
        };
        self.seen.owes_attempt &= earlier.is_none();
        match &earlier {
            None => self.seen.mix(800),
            Some(earlier) => {
                let may_be_this = earlier.same != Same::No;
                self.seen.mix(801 + u64::from(may_be_this));
                if may_be_this {
                    // Accepted under the other id: this message, or a copy.
                    let namesake = match &earlier.what {
                        Remembered::Accepted { began, ended, internet_message_id } => {
                            let known = Known { internet_message_id: internet_message_id.clone(), draft: None };
                            Remembered::InDoubt(Doubt { is_namesake: true, ..Doubt::new(*began, *ended, known) })
                        }
                        doubt @ Remembered::InDoubt(_) => doubt.clone(),
                    };
                    self.inherits(Some(&namesake));
                } else {
                    self.seen.mix_remembered(&earlier.what);
                }
            }
        }
        self.takes(Event::Claimed(earlier));
    }

    /// What a call beside this one leaves, which ended while this one waited: of this message under its other id, or of a
    /// twin.
    fn beside(&mut self, says: Says, acted: Acted, is_this: bool) -> Option<Earlier> {
        let rules = Rules { verify: Verify::Never, ..self.call().rules };
        let call = Call { rules, knows_name: true, ..*self.call() };
        let mut other = machine(&call, &self.world, Purpose::Send, None);
        let mut action = other.next(Event::Begins, self.world.clocks.moment());
        if matches!(action, Action::Claim(_)) {
            action = other.next(Event::Claimed(None), self.world.clocks.moment());
        }
        assert!(matches!(action, Action::Attempt { .. }), "{action:?}");
        match acted {
            Acted::No => {}
            Acted::BeforeReply | Acted::AfterCut => self.world.acts_at(self.world.clocks.now + ACTS, beside(self.nth)),
        }
        self.world.pass(self.world.clocks.now + ATTEMPT.min(self.left()));
        let event = Event::Attempted { verdict: verdict(says), meanwhile: None };
        let moment = self.world.clocks.moment();
        let Action::Answer(ending) = other.next(event, moment) else { return None };
        let what = other.to_remember(&ending, moment)?;
        if is_this {
            self.memory.push((self.world.clocks.steady(), !self.call().immutable, what.clone()));
        }
        Some(Earlier { what, same: if is_this { Same::Perhaps } else { Same::No } })
    }
}

fn machine(call: &Call, world: &World, purpose: Purpose, earlier: Option<Remembered>) -> Machine {
    let began = world.clocks.moment();
    let known = call.knows_name.then(name);
    Machine::new(purpose, call.rules, began, began.steady + millis(call.timeout), known, earlier)
}

fn verdict(says: Says) -> Verdict {
    match says {
        Says::Accepted | Says::AcceptedSlowly => Verdict::Accepted,
        Says::Unauthenticated => Verdict::Refused(Refusal::Unauthenticated),
        Says::Forbidden => Verdict::Refused(Refusal::Forbidden),
        Says::NotFound => Verdict::Refused(Refusal::NotFound),
        Says::Conflict => Verdict::Refused(Refusal::Conflict),
        Says::Rejected => Verdict::Refused(Refusal::Rejected),
        Says::Throttled => Verdict::Throttled(None),
        Says::ThrottledShortly => Verdict::Throttled(Some(millis(TOLD))),
        Says::ThrottledLong => Verdict::Throttled(Some(Duration::from_secs(3600))),
        Says::NotBegun(cause) => Verdict::NotBegun(CAUSES[usize::from(cause)]),
        Says::Doubtful(doubt) => Verdict::Doubtful(DOUBTS[usize::from(doubt)]),
    }
}

/// An item as it is shown: with its time, moved by so much, or without.
fn item((id, folder, sent_at): (u8, u8, i64), moved: Option<i64>) -> ItemSeen {
    ItemSeen {
        id: IDS[usize::from(id)].to_owned(),
        folder: FOLDERS[usize::from(folder)].to_owned(),
        sent_at: moved.map(|by| system(sent_at + by)),
    }
}

fn listing(view: View, moved: Option<i64>) -> Option<Hit> {
    match view {
        View::Nowhere => None,
        View::Draft { id, folder, key } => Some(Hit::Draft(ListedDraft {
            id: IDS[usize::from(id)].to_owned(),
            folder: FOLDERS[usize::from(folder)].to_owned(),
            change_key: format!("key{key}"),
        })),
        View::NoDraft { id, folder, sent_at } => Some(Hit::NotADraft(item((id, folder, sent_at), moved))),
    }
}

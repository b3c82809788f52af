//! The alphabet: what the world can answer to an action. The first letter is what happens where nothing fails.

use graph_message::delivery::machine::{Purpose, Verify};
use graph_message::delivery::step::Action;
use graph_message::delivery::verdict::DoubtCause;
use graph_message::graph::{Cause, FailedBy, LookFailure};

use crate::clocks::{HOUR, SECOND, millis};
use crate::run::Run;
use crate::setup::Forced;
use crate::world::{Happening, Skew, Tenant, Twin, View};

/// The wait that a reply asks for.
pub const TOLD: i64 = 5 * SECOND;

pub const CAUSES: [Cause; 8] = [
    Cause::Connection,
    Cause::TimedOut,
    Cause::Cancelled,
    Cause::Resolve,
    Cause::Protocol,
    Cause::Proxy,
    Cause::Tls,
    Cause::Local,
];
pub const TIMED_OUT: u8 = 1;
pub const CANCELLED: u8 = 2;

pub const DOUBTS: [DoubtCause; 12] = [
    DoubtCause::ServerError,
    DoubtCause::NoReply(Cause::TimedOut),
    DoubtCause::NoReply(Cause::Cancelled),
    DoubtCause::NoReply(Cause::Connection),
    DoubtCause::NoReply(Cause::Protocol),
    DoubtCause::NotGraphs,
    DoubtCause::CutOff,
    DoubtCause::UnlikelySuccess,
    DoubtCause::Redirect,
    DoubtCause::UnclearThrottle,
    DoubtCause::OnTheWay,
    DoubtCause::NotOurs,
];
pub const SERVER_ERROR: u8 = 0;
pub const NO_REPLY_IN_TIME: u8 = 1;
pub const NO_REPLY_CANCELLED: u8 = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Says {
    Accepted,
    /// Accepted, and the mailbox has a backlog: the draft stays visible for minutes.
    AcceptedSlowly,
    Unauthenticated,
    Forbidden,
    NotFound,
    Conflict,
    Rejected,
    Throttled,
    ThrottledShortly,
    ThrottledLong,
    NotBegun(u8),
    Doubtful(u8),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Acted {
    No,
    BeforeReply,
    AfterCut,
}

/// When the reply comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reply {
    Soon,
    /// Late enough for a look meanwhile, which shows what is.
    Late,
    /// And the look did not come about.
    LateUnseen,
    /// And it shows an older state.
    LateStale,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Seen {
    Truth,
    /// The truth of a while ago.
    Stale,
    /// The draft as it was at first, after it was shown gone: reads go back.
    OldDraft,
    /// Nothing, although it is there.
    FalseGone,
    Another,
    Failed,
    FailedWithWait,
    FailedInTime,
    NotAllowed(u16),
    DateMissing,
    DateAhead,
    DateBehind,
    StampMissing,
    StampBehind,
    StampAhead,
    /// Of a search: more than was asked for, or not all.
    Unfiltered,
    /// Of a search: not the message, although it is there.
    Lags,
}

/// How a reply to a look or a search differs from what it would be.
#[derive(Debug, Clone, Copy)]
pub struct Twist {
    /// Whether it takes until its time is up.
    pub is_cut: bool,
    /// How far its date is off; nothing where it has none.
    pub date: Option<i64>,
    /// How far the times of its items are off; nothing where they have none.
    pub stamp: Option<i64>,
}

impl Seen {
    pub fn twist(self) -> Twist {
        let plain = Twist { is_cut: false, date: Some(0), stamp: Some(0) };
        match self {
            Seen::FailedInTime => Twist { is_cut: true, date: None, ..plain },
            Seen::DateMissing => Twist { date: None, ..plain },
            Seen::DateAhead => Twist { date: Some(HOUR), ..plain },
            Seen::DateBehind => Twist { date: Some(-HOUR), ..plain },
            Seen::StampMissing => Twist { stamp: None, ..plain },
            Seen::StampBehind => Twist { stamp: Some(-200 * SECOND), ..plain },
            Seen::StampAhead => Twist { stamp: Some(200 * SECOND), ..plain },
            Seen::Truth
            | Seen::Stale
            | Seen::OldDraft
            | Seen::FalseGone
            | Seen::Another
            | Seen::Failed
            | Seen::FailedWithWait
            | Seen::NotAllowed(_)
            | Seen::Unfiltered
            | Seen::Lags => plain,
        }
    }

    /// Why nothing is seen.
    pub fn failure(self) -> Option<LookFailure> {
        match self {
            Seen::Failed => Some(LookFailure { what: FailedBy::Status(503), wait: None }),
            Seen::FailedWithWait => Some(LookFailure { what: FailedBy::Status(429), wait: Some(millis(TOLD)) }),
            Seen::FailedInTime => Some(LookFailure { what: FailedBy::NoReply(Cause::TimedOut), wait: None }),
            Seen::Truth
            | Seen::Stale
            | Seen::OldDraft
            | Seen::FalseGone
            | Seen::Another
            | Seen::NotAllowed(_)
            | Seen::DateMissing
            | Seen::DateAhead
            | Seen::DateBehind
            | Seen::StampMissing
            | Seen::StampBehind
            | Seen::StampAhead
            | Seen::Unfiltered
            | Seen::Lags => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Folder {
    Id,
    Failed,
    FailedWithWait,
    NotAllowed(u16),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Claim {
    /// What the process remembers.
    Remembered,
    /// Another call sent the twin: accepted.
    TwinAccepted,
    /// Another call may have sent the twin.
    TwinDoubt,
    /// Another call, under the message's other id, sent it meanwhile.
    SharedAccepted,
    /// Another call may have: it did.
    SharedDoubtActed,
    /// It did not.
    SharedDoubtNot,
    NotClaimed {
        cancelled: bool,
        in_doubt: bool,
        acted: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kept {
    Cancelled,
    OutOfTime,
    Paused,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Letter {
    Attempt {
        says: Says,
        acted: Acted,
        reply: Reply,
    },
    Look(Seen),
    Search(Seen),
    Folder(Folder),
    Wait {
        cancelled: bool,
    },
    Renew {
        has_another: bool,
    },
    Claim(Claim),
    Kept(Kept),
    /// Something happens in the world, and the same action is answered after it.
    World(Happening),
}

/// A letter, what it costs, and whether it is one of many that are alike: those are met in schedules of up to two faults.
#[derive(Debug, Clone, Copy)]
pub struct Offer {
    pub letter: Letter,
    pub cost: u8,
    pub is_alike: bool,
}

struct Offers(Vec<Offer>);

impl Offers {
    fn free(&mut self, letter: Letter) {
        self.0.push(Offer { letter, cost: 0, is_alike: false });
    }

    fn fault(&mut self, letter: Letter) {
        self.0.push(Offer { letter, cost: 1, is_alike: false });
    }

    fn alike(&mut self, letter: Letter) {
        self.0.push(Offer { letter, cost: 1, is_alike: true });
    }
}

/// What can be answered to the action that is asked for.
pub fn offers(run: &Run) -> Vec<Offer> {
    let mut all = Offers(Vec::with_capacity(48));
    let is_request = match &run.action {
        Action::Wait(_) => {
            if run.cancelled {
                all.free(Letter::Wait { cancelled: true });
            } else {
                all.free(Letter::Wait { cancelled: false });
                all.fault(Letter::Wait { cancelled: true });
            }
            false
        }
        Action::Renew => {
            all.free(Letter::Renew { has_another: true });
            all.fault(Letter::Renew { has_another: false });
            false
        }
        Action::Claim(_) => {
            claims(run, &mut all);
            false
        }
        Action::Attempt { .. }
        | Action::Look { .. }
        | Action::LookAt(_)
        | Action::Search(_)
        | Action::LookAtSentItems => true,
        Action::Answer(_) => false,
    };
    // What comes before the search is given.
    if run.call().forced != Forced::Nothing && !matches!(run.action, Action::Attempt { .. }) {
        all.0.truncate(1);
    }
    if !is_request {
        return all.0;
    }
    // Who was cancelled, or is out of time, gets into no gate.
    if run.cancelled {
        all.free(Letter::Kept(Kept::Cancelled));
        return all.0;
    }
    if run.left() <= 0 {
        all.free(Letter::Kept(Kept::OutOfTime));
        return all.0;
    }
    match &run.action {
        Action::Attempt { .. } => attempts(run, &mut all),
        Action::Look { .. } => looks(run, run.call_id(), &mut all),
        Action::LookAt(id) => looks(run, id, &mut all),
        Action::Search(_) => searches(run, &mut all),
        Action::LookAtSentItems => {
            all.free(Letter::Folder(Folder::Id));
            all.fault(Letter::Folder(Folder::Failed));
            all.alike(Letter::Folder(Folder::FailedWithWait));
            all.fault(Letter::Folder(Folder::NotAllowed(401)));
            all.fault(Letter::Folder(Folder::NotAllowed(403)));
        }
        Action::Wait(_) | Action::Renew | Action::Claim(_) | Action::Answer(_) => {}
    }
    if run.call().forced != Forced::Nothing {
        all.0.retain(|offer| offer.cost == 0);
        return all.0;
    }
    all.fault(Letter::Kept(Kept::Cancelled));
    all.fault(Letter::Kept(Kept::Paused));
    if !run.has_happened {
        Happening::ALL.into_iter().for_each(|happening| all.fault(Letter::World(happening)));
    }
    all.0
}

fn claims(run: &Run, all: &mut Offers) {
    all.free(Letter::Claim(Claim::Remembered));
    // A program that was started again at once is outside of the promise where another of its calls sends, too.
    let is_alone = run.remembers_nothing() && run.is_first();
    if run.world.hidden.twin != Twin::None && is_alone {
        all.fault(Letter::Claim(Claim::TwinAccepted));
        all.fault(Letter::Claim(Claim::TwinDoubt));
    }
    // Graph accepts what is there: only then can another call have sent it.
    if run.world.takes(run.world.clocks.now) && is_alone {
        all.fault(Letter::Claim(Claim::SharedAccepted));
        all.fault(Letter::Claim(Claim::SharedDoubtActed));
        all.fault(Letter::Claim(Claim::NotClaimed { cancelled: false, in_doubt: true, acted: true }));
        all.alike(Letter::Claim(Claim::NotClaimed { cancelled: true, in_doubt: true, acted: true }));
    }
    if is_alone {
        all.fault(Letter::Claim(Claim::SharedDoubtNot));
    }
    for in_doubt in [false, true] {
        all.fault(Letter::Claim(Claim::NotClaimed { cancelled: false, in_doubt, acted: false }));
        all.alike(Letter::Claim(Claim::NotClaimed { cancelled: true, in_doubt, acted: false }));
    }
}

fn attempts(run: &Run, all: &mut Offers) {
    let world = &run.world;
    let takes = world.takes(world.clocks.now);
    let soon = |says, acted| Letter::Attempt { says, acted, reply: Reply::Soon };
    let late = |says, acted| Letter::Attempt { says, acted, reply: Reply::Late };
    let acts: &[Acted] = if takes { &[Acted::No, Acted::BeforeReply, Acted::AfterCut] } else { &[Acted::No] };
    let acts_before: &[Acted] = if takes { &[Acted::No, Acted::BeforeReply] } else { &[Acted::No] };
    match run.forced() {
        Forced::Accepted if takes => return all.free(soon(Says::Accepted, Acted::BeforeReply)),
        Forced::Doubt => {
            acts.iter().for_each(|acted| all.free(soon(Says::Doubtful(SERVER_ERROR), *acted)));
            if acts.len() == 1 {
                all.free(soon(Says::Doubtful(SERVER_ERROR), Acted::No));
            }
            return;
        }
        Forced::Nothing | Forced::Accepted => {}
    }
    if takes {
        all.fault(soon(Says::Conflict, Acted::No));
        all.free(soon(Says::Accepted, Acted::BeforeReply));
        all.fault(soon(Says::AcceptedSlowly, Acted::BeforeReply));
        all.alike(late(Says::Accepted, Acted::BeforeReply));
        all.fault(soon(Says::NotFound, Acted::No));
        all.fault(soon(Says::Rejected, Acted::No));
    } else if world.refuses_message() {
        all.free(soon(Says::Rejected, Acted::No));
        all.fault(soon(Says::NotFound, Acted::No));
    } else {
        all.free(soon(Says::NotFound, Acted::No));
        all.fault(soon(Says::Rejected, Acted::No));
    }
    for acted in acts {
        all.fault(soon(Says::Doubtful(SERVER_ERROR), *acted));
        all.fault(late(Says::Doubtful(NO_REPLY_IN_TIME), *acted));
        all.fault(soon(Says::Doubtful(NO_REPLY_CANCELLED), *acted));
        for says in 3..DOUBTS.len() {
            all.alike(soon(Says::Doubtful(u8::try_from(says).unwrap()), *acted));
        }
    }
    for acted in acts_before {
        all.alike(late(Says::Doubtful(SERVER_ERROR), *acted));
        for reply in [Reply::LateUnseen, Reply::LateStale] {
            all.alike(Letter::Attempt { says: Says::Doubtful(NO_REPLY_IN_TIME), acted: *acted, reply });
        }
        all.fault(late(Says::NotFound, *acted));
    }
    // An attempt of the service's own may meet what an earlier one sent. Who never saw the draft cannot tell.
    if takes && run.seen.draft {
        all.fault(soon(Says::NotFound, Acted::BeforeReply));
        all.fault(soon(Says::Conflict, Acted::BeforeReply));
    }
    for says in [Says::Unauthenticated, Says::Forbidden, Says::Throttled, Says::ThrottledShortly] {
        all.fault(soon(says, Acted::No));
    }
    all.alike(soon(Says::ThrottledLong, Acted::No));
    for (cause, _) in (0..).zip(CAUSES) {
        let letter = soon(Says::NotBegun(cause), Acted::No);
        if cause <= CANCELLED { all.fault(letter) } else { all.alike(letter) }
    }
}

fn looks(run: &Run, id: &str, all: &mut Offers) {
    let world = &run.world;
    let now = world.clocks.now;
    let truth = world.view(id, now);
    let of = Letter::Look;
    all.free(of(Seen::Truth));
    if world.view(id, now - world.stale()) != truth {
        all.fault(of(Seen::Stale));
    }
    let first = world.first_picture();
    if run.seen.was_shown_gone && matches!(first, View::Draft { .. }) && first != truth && id == run.call_id() {
        all.fault(of(Seen::OldDraft));
    }
    if truth != View::Nowhere {
        all.fault(of(Seen::FalseGone));
    }
    looked(run, matches!(truth, View::NoDraft { .. }), all, of);
    all.fault(of(Seen::Another));
}

fn searches(run: &Run, all: &mut Offers) {
    let world = &run.world;
    let now = world.clocks.now;
    let truth = world.named(now);
    let of = Letter::Search;
    all.free(of(Seen::Truth));
    if world.named(now - world.stale()) != truth {
        all.fault(of(Seen::Stale));
    }
    if run.seen.was_shown_gone && truth[0] != world.first_picture() {
        all.fault(of(Seen::OldDraft));
    }
    // Where the draft stays, the promise is that the copy is found.
    let is_there = truth[0] != View::Nowhere || truth[1] != View::Nowhere;
    if is_there && world.hidden.tenant != Tenant::Copies {
        all.fault(of(Seen::Lags));
    }
    looked(run, truth.iter().any(|view| matches!(view, View::NoDraft { .. })), all, of);
    all.fault(of(Seen::Unfiltered));
}

/// What can befall a look and a search alike.
fn looked(run: &Run, has_stamp: bool, all: &mut Offers, of: fn(Seen) -> Letter) {
    all.fault(of(Seen::Failed));
    all.alike(of(Seen::FailedWithWait));
    all.fault(of(Seen::FailedInTime));
    all.fault(of(Seen::NotAllowed(401)));
    all.fault(of(Seen::NotAllowed(403)));
    if !has_stamp {
        return;
    }
    all.fault(of(Seen::DateMissing));
    all.fault(of(Seen::StampMissing));
    all.fault(of(Seen::StampBehind));
    let hidden = run.world.hidden;
    // A clock that runs ahead makes the mail of just before the call one of this call: nobody could tell.
    if hidden.twin != Twin::SentJust {
        all.alike(of(Seen::StampAhead));
    }
    if run.world.clocks.wall == 0 && !run.world.was_set && hidden.skew != Skew::ServiceAhead {
        all.fault(of(Seen::DateAhead));
        if hidden.twin != Twin::SentJust {
            all.fault(of(Seen::DateBehind));
        }
    }
}

/// Whether a call may look at all.
pub fn may_look(purpose: Purpose, verify: Verify) -> bool {
    match (purpose, verify) {
        (Purpose::Send, Verify::Never) => false,
        (Purpose::Send, Verify::OnDoubt | Verify::Always) | (Purpose::Check, _) => true,
    }
}

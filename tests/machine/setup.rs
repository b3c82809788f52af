//! What does not vary within one search: what calls are made with which settings, and the worlds they may be in.

use std::fmt;

use graph_message::delivery::machine::{Purpose, Rules, Verify};

use crate::clocks::{SECOND, millis};
use crate::pairwise::covering;
use crate::world::{Hidden, Lateness, Skew, Start, Tenant, Twin};

/// Which verdict the first attempt of a call gets, for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Forced {
    Nothing,
    Accepted,
    /// A 504, whether or not the service acted.
    Doubt,
}

/// A call.
#[derive(Debug, Clone, Copy)]
pub struct Call {
    pub purpose: Purpose,
    pub rules: Rules,
    pub timeout: i64,
    pub knows_name: bool,
    /// Whether it names the message by its immutable id, of which the process cannot tell that it is the same message's.
    pub immutable: bool,
    pub forced: Forced,
    /// Whether the process ends with it.
    pub forgets: bool,
    /// How long after the end of the one before.
    pub pause: i64,
}

/// What the process remembers as the call begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Before {
    Nothing,
    Accepted,
    Doubt,
    /// The doubt of a call that named the message by its other id.
    DoubtOfOther,
    AcceptedOfOther,
    /// Nothing: there was a doubt, and another process.
    Forgotten,
}

/// The call that follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum After {
    Nothing,
    SendAtOnce,
    SendSettled,
    Check,
    /// A send by a client that allows more time to settle.
    SendPatient,
    /// A send by one that allows less.
    SendHasty,
}

#[derive(Debug)]
pub struct Setup {
    pub calls: Vec<Call>,
    /// The time that the promise allows: that of the most patient client.
    pub bound: i64,
    /// The common ones first.
    pub worlds: Vec<Hidden>,
    /// How many of them differ in nothing that shows before something is sent: each could be taken for any other.
    pub common: usize,
    name: String,
}

impl fmt::Display for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Setup {
    /// How many calls are searched: of what comes before the first, the verdict is given.
    pub fn searched_calls(&self) -> usize {
        self.calls.iter().filter(|call| call.forced == Forced::Nothing).count()
    }
}

const VERIFY: [Verify; 3] = [Verify::OnDoubt, Verify::Always, Verify::Never];
const PURPOSES: [Purpose; 2] = [Purpose::Send, Purpose::Check];
const ATTEMPTS: [u32; 3] = [2, 1, 4];
const SETTLE: [i64; 2] = [20 * SECOND, 4 * SECOND];
const TIMEOUTS: [i64; 2] = [100 * SECOND, 18 * SECOND];
const BEFORE: [Before; 6] = [
    Before::Nothing,
    Before::Doubt,
    Before::Accepted,
    Before::DoubtOfOther,
    Before::AcceptedOfOther,
    Before::Forgotten,
];
const AFTER: [After; 6] =
    [After::Nothing, After::SendAtOnce, After::SendSettled, After::Check, After::SendPatient, After::SendHasty];

const TENANTS: [Tenant; 5] = [Tenant::Hides, Tenant::InPlace, Tenant::Stamps, Tenant::Copies, Tenant::KeepsNone];
const LATENESS: [Lateness; 4] = [Lateness::OldReads, Lateness::LeavesLate, Lateness::ActsLate, Lateness::Mixed];
const TWINS: [Twin; 6] =
    [Twin::None, Twin::Draft, Twin::SentLongAgo, Twin::SentJust, Twin::ReceivedLongAgo, Twin::ComesBack];
const STARTS: [Start; 8] = [
    Start::Draft,
    Start::NoRecipients,
    Start::SentLongAgo,
    Start::Received,
    Start::Missing,
    Start::DeferredSoon,
    Start::DeferredFar,
    Start::DeferredUnreadable,
];
const SKEWS: [Skew; 7] = [
    Skew::None,
    Skew::OursAhead,
    Skew::OursBehind,
    Skew::ServiceAhead,
    Skew::ServiceBehind,
    Skew::MailboxAhead,
    Skew::MailboxBehind,
];

/// All pairs of what a call cannot know.
fn all_worlds() -> Vec<Hidden> {
    let sizes = [TENANTS.len(), 2, LATENESS.len(), TWINS.len(), STARTS.len(), SKEWS.len()];
    let worlds = covering(&sizes, |_| true).into_iter();
    let hidden = |at: Vec<usize>| Hidden {
        tenant: TENANTS[at[0]],
        ids_stay: at[1] == 1,
        lateness: LATENESS[at[2]],
        twin: TWINS[at[3]],
        start: STARTS[at[4]],
        skew: SKEWS[at[5]],
    };
    worlds.map(hidden).collect()
}

/// The worlds of a message that is a draft, of which each could be met: every kind of tenant with each kind of ids.
fn common_worlds() -> Vec<Hidden> {
    let mut worlds = Vec::new();
    for tenant in TENANTS {
        for (ids_stay, lateness, skew) in [
            (false, Lateness::LeavesLate, Skew::None),
            (true, Lateness::LeavesLate, Skew::None),
            (false, Lateness::OldReads, Skew::MailboxBehind),
            (true, Lateness::Mixed, Skew::None),
            (false, Lateness::ActsLate, Skew::MailboxAhead),
        ] {
            worlds.push(Hidden { tenant, ids_stay, lateness, twin: Twin::None, start: Start::Draft, skew });
        }
    }
    worlds
}

/// All pairs of what is asked for. `all` says whether every pair of worlds is met, too, or the common ones alone.
pub fn setups(all: bool) -> Vec<Setup> {
    let sizes =
        [PURPOSES.len(), VERIFY.len(), ATTEMPTS.len(), SETTLE.len(), TIMEOUTS.len(), 2, BEFORE.len(), AFTER.len()];
    // A check ends a run, and makes no attempts. Under another id a message is known by its name alone. A process that forgets looks
    // before it sends, by name.
    let makes_sense = |at: &[usize]| {
        (at[0] == 0 || (at[7] == 0 && at[2] == 0))
            && (at[6] < 3 || at[5] == 1)
            && (at[6] != 5 || at[0] == 1 || at[1] == 1)
    };
    let mut worlds = common_worlds();
    if all {
        worlds.extend(all_worlds());
    }
    covering(&sizes, makes_sense).into_iter().map(|at| setup(&at, worlds.clone())).collect()
}

fn setup(at: &[usize], worlds: Vec<Hidden>) -> Setup {
    let settle = SETTLE[at[3]];
    let rules = Rules { verify: VERIFY[at[1]], max_attempts: ATTEMPTS[at[2]], settle: millis(settle) };
    let main = Call {
        purpose: PURPOSES[at[0]],
        rules,
        timeout: TIMEOUTS[at[4]],
        knows_name: at[5] == 1,
        immutable: false,
        forced: Forced::Nothing,
        forgets: false,
        pause: 0,
    };
    let (before, after) = (BEFORE[at[6]], AFTER[at[7]]);
    let first = |forced, immutable| {
        let rules = Rules { verify: Verify::Never, ..rules };
        Some(Call {
            purpose: Purpose::Send,
            rules,
            forced,
            immutable,
            knows_name: immutable || main.knows_name,
            ..main
        })
    };
    let mut calls = Vec::new();
    calls.extend(match before {
        Before::Nothing => None,
        Before::Accepted => first(Forced::Accepted, false),
        Before::Doubt => first(Forced::Doubt, false),
        Before::DoubtOfOther => first(Forced::Doubt, true),
        Before::AcceptedOfOther => first(Forced::Accepted, true),
        Before::Forgotten => first(Forced::Doubt, false).map(|call| Call { forgets: true, ..call }),
    });
    let bound = match after {
        After::SendPatient => 2 * settle,
        After::SendHasty => settle / 2,
        After::Nothing | After::SendAtOnce | After::SendSettled | After::Check => settle,
    };
    let pause = match (before, main.purpose) {
        (Before::Nothing, _) => 0,
        // As the header asks for it.
        (Before::Forgotten, Purpose::Send) => bound,
        _ => SECOND,
    };
    calls.push(Call { pause, ..main });
    let again = |settle: i64, pause| {
        let rules = Rules { settle: millis(settle), ..rules };
        Some(Call { purpose: Purpose::Send, rules, pause, timeout: TIMEOUTS[0], ..main })
    };
    calls.extend(match after {
        After::Nothing => None,
        After::SendAtOnce => again(settle, 500),
        After::SendSettled => again(settle, settle),
        After::Check => Some(Call { purpose: Purpose::Check, pause: 500, timeout: TIMEOUTS[0], ..main }),
        After::SendPatient => again(2 * settle, 500),
        After::SendHasty => again(settle / 2, 500),
    });
    let name = format!(
        "{:?} verify={:?} attempts={} settle={settle} timeout={} name={} before={before:?} after={after:?}",
        main.purpose, rules.verify, rules.max_attempts, main.timeout, main.knows_name
    );
    Setup { calls, bound, worlds, common: common_worlds().len(), name }
}

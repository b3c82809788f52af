//! The kinds of trouble that a run is made of. `RANDOM_RUNS_ONLY=busy,copies` leaves these alone.

use std::collections::BTreeSet;

/// What a reply to a send can be, besides a plain 202. Whether the service acted is drawn apart from it.
pub const REPLIES: [&str; 18] = [
    "busy",       // 500, 503, 504 of Graph's, with and without Retry-After
    "throttle",   // 429 of Graph's that says so: nothing was done
    "unknown429", // 429 UnknownError
    "late408",    // 408 of Graph's
    "html",       // a gateway's 502
    "login",      // 200 with a page
    "xchunked",   // 202 with a transfer coding that nobody knows
    "reset",      // no reply
    "close",      // no reply
    "silence",    // no reply until the client gives up
    "cut",        // a 202 that ends in its head or body
    "slow",       // a 202 that takes its time
    "hint",       // 202 with Retry-After
    "refused",    // 400 or 403 of Graph's: nothing was done
    "denied",     // 404 although it acted, to a call that saw the draft
    "stranger",   // 202 that names another request
    "early",      // a 202 that was there before the request
    "mute",       // accepts, and closes without a reply
];

/// What can become of a message, beside being moved to Sent Items.
pub const FATES: [&str; 11] = [
    "copies",    // what was sent is another item, the draft stays
    "deferred",  // accepted, and waits in Drafts
    "backlog",   // accepted by a clean 202, and visible as a draft for seconds
    "unkept",    // no copy is kept
    "unstable",  // the immutable id changes too
    "twins",     // two drafts of one internetMessageId
    "edits",     // changed by its user after the first send
    "moves",     // moved to another folder by its user
    "deletions", // deleted by its user
    "received",  // never was a draft
    "settles",   // shows later than the shorter settle_ms in use
];

/// What looks can meet.
pub const LOOKS: [&str; 5] = ["looks", "stale", "times", "wrong", "flaps"];

/// What callers do.
pub const CALLERS: [&str; 9] =
    ["followers", "again", "checks", "cancels", "tokens", "short", "names", "immutable", "volume"];

/// Those that a run has.
pub struct Kinds(BTreeSet<&'static str>);

impl Kinds {
    pub fn from_environment() -> Kinds {
        let all = || REPLIES.into_iter().chain(FATES).chain(LOOKS).chain(CALLERS);
        let Ok(only) = std::env::var("RANDOM_RUNS_ONLY") else { return Kinds(all().collect()) };
        let named = |name: &str| all().find(|kind| *kind == name).unwrap_or_else(|| panic!("no kind {name:?}"));
        Kinds(only.split(',').map(str::trim).filter(|name| !name.is_empty()).map(named).collect())
    }

    pub fn has(&self, kind: &str) -> bool {
        self.0.contains(kind)
    }

    /// The replies of this run.
    pub fn replies(&self) -> Vec<&'static str> {
        REPLIES.into_iter().filter(|kind| self.has(kind)).collect()
    }
}

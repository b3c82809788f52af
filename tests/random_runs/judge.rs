//! The judge: from what the service did alone, whether each answer is true. It knows nothing of how the library decides.
//!
//! Where a rule leaves a doubt, the answer stands: what is reported is false in every reading. What is let pass for a reason is
//! counted under that reason.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::{Duration, Instant};

use graph_message::status::Status;

use crate::callers::Ended;
use crate::lateness::Lateness;
use crate::world::{Act, Draft, SETTLES, short};

/// How much later than its deadline, or than its cancelling, a call may end.
const GRACE: Duration = Duration::from_millis(250);
/// A thread that is told of its end notes it this much later at most.
const SLACK: Duration = Duration::from_millis(150);
/// Where the machine itself was this late, the service's margin may not have been kept.
const TOO_LATE: Duration = Duration::from_millis(60);
/// What the library takes off the start of a call when it compares clocks, and what the service's clocks are wrong by.
const CLOCKS: Duration = Duration::from_secs(12);
/// An acceptance may be forgotten once this many others followed.
const REMEMBERED: u64 = 3_900;

#[derive(Default)]
pub struct Judged {
    pub drafts: u64,
    pub calls: u64,
    pub posts: u64,
    pub acts: u64,
    pub statuses: BTreeMap<(bool, i32), u64>,
    pub let_pass: BTreeMap<&'static str, u64>,
    pub broken: BTreeMap<&'static str, u64>,
    /// The first of each kind, in full.
    pub stories: Vec<String>,
    pub first: Option<Instant>,
    /// The longest that a call went past its deadline, or past its cancelling: as it was, and beyond what the machine explains.
    pub worst: (Duration, Duration),
    /// Doubts by kind of message, and all calls of it.
    pub unknown: BTreeMap<&'static str, (u64, u64)>,
}

impl Judged {
    pub fn failures(&self) -> u64 {
        self.broken.values().sum()
    }

    /// Judges a message and its calls.
    pub fn judge(&mut self, draft: &Draft, lateness: &Lateness) {
        self.drafts += 1;
        self.posts += draft.posts.len() as u64;
        self.acts += draft.acts.len() as u64;
        if draft.unfair {
            return self.pass("a reply before its request that looked honest");
        }
        assert!(!draft.calls.is_empty() || draft.posts.is_empty(), "sent what nobody asked for: {:?}", draft.journal);
        let mut findings = Vec::new();
        self.twice(draft, &mut findings);
        self.again(draft, &mut findings);
        for call in &draft.calls {
            self.calls += 1;
            *self.statuses.entry((call.asked.check, call.status.value())).or_default() += 1;
            let (unknown, all) = self.unknown.entry(fate(draft)).or_default();
            *unknown += u64::from(call.status == Status::Unknown);
            *all += 1;
            self.late(call, lateness, &mut findings);
            match (call.asked.check, call.status.sent()) {
                (_, None) if call.status == Status::Internal => findings.push(("a defect of the library", call)),
                (_, None) => {}
                (false, Some(true)) => self.sent(draft, call, &mut findings),
                (true, Some(true)) => {
                    if !draft.acts.iter().any(|act| act.at <= call.end) {
                        findings.push(("check: OK, and nothing was sent", call));
                    }
                }
                (false, Some(false)) => self.not_sent(draft, call, lateness, &mut findings),
                (true, Some(false)) => self.checked_not_sent(draft, call, &mut findings),
            }
        }
        let false_for_time = |act: &Act| {
            let post = &draft.posts[act.post];
            post.late + lateness.worst(post.at, act.limit + SLACK) > TOO_LATE
        };
        for (what, call) in findings {
            if !what.starts_with("late") && draft.acts.iter().any(false_for_time) {
                self.pass("the machine was too late for the service's margin");
                continue;
            }
            self.first.get_or_insert_with(Instant::now);
            let count = self.broken.entry(what).or_default();
            *count += 1;
            if *count <= 2 {
                self.stories.push(story(what, draft, call));
            }
        }
    }

    fn pass(&mut self, reason: &'static str) {
        *self.let_pass.entry(reason).or_default() += 1;
    }

    /// As [`pass`](Judged::pass), of an answer that is false to the letter: one is told in full where that is asked for.
    fn pass_with(&mut self, reason: &'static str, draft: &Draft, call: &Ended) {
        if std::env::var_os("RANDOM_RUNS_TELL").is_some() && !self.let_pass.contains_key(reason) {
            self.stories.push(story(reason, draft, call));
        }
        self.pass(reason);
    }

    /// No message is accepted twice.
    fn twice<'a>(&mut self, draft: &'a Draft, findings: &mut Vec<(&'static str, &'a Ended)>) {
        let Some(pair) = draft.acts.windows(2).next() else { return };
        let (first, second) = (&pair[0], &pair[1]);
        let by = |act: &Act| draft.calls.iter().find(|call| call.caller == draft.posts[act.post].caller);
        let (Some(of_first), Some(of_second)) = (by(first), by(second)) else {
            findings.push(("a request of no call", &draft.calls[0]));
            return;
        };
        let others = |act: &Act| draft.posts[act.post].others;
        let traits = &draft.traits;
        let has_short = draft
            .posts
            .iter()
            .any(|post| draft.calls.iter().any(|call| call.caller == post.caller && call.settle == SETTLES[0]));
        // What one call, or calls of one time, sent again was not forgotten.
        let is_later = of_second.start >= of_first.end;
        if traits.long && has_short {
            self.pass("sent twice: showed later than the settle_ms of a caller");
        } else if traits.backlog && !of_first.accepted {
            self.pass("sent twice: a backlog, and its 202 did not reach the caller");
        } else if is_later && of_first.status == Status::Ok && others(second) - others(first) > REMEMBERED {
            self.pass("sent twice: the acceptance may be forgotten by then");
        } else {
            findings.push(("sent twice", of_second));
        }
    }

    /// What Graph's own 202 was for is not asked for again while it is remembered, whether or not it would be accepted.
    fn again<'a>(&mut self, draft: &'a Draft, findings: &mut Vec<(&'static str, &'a Ended)>) {
        for call in draft.calls.iter().filter(|call| draft.posts.iter().any(|post| post.caller == call.caller)) {
            let known = |other: &Ended| {
                other.accepted
                    && !other.asked.check
                    && other.asked.id == call.asked.id
                    && other.end < call.start
                    && call.others - other.others <= REMEMBERED
            };
            if !call.asked.check && draft.calls.iter().any(known) {
                findings.push(("asked for again after a 202", call));
                return;
            }
        }
    }

    /// "Sent" is said of what left in this call: by its own requests, by those of a call that ran beside it, or, as the header
    /// has it of a find, of what stopped being a draft since it began.
    fn sent<'a>(&mut self, draft: &'a Draft, call: &'a Ended, findings: &mut Vec<(&'static str, &'a Ended)>) {
        let beside = |act: &Act| {
            let post = &draft.posts[act.post];
            post.caller == call.caller
                || draft
                    .calls
                    .iter()
                    .any(|other| other.caller == post.caller && other.start <= call.end && call.start <= other.end)
        };
        // What was accepted by a request of the call later than it said so is sent: by luck, but so it is.
        if draft.acts.iter().any(beside) {
            return;
        }
        if call.accepted {
            findings.push(("OK by a 202 that was none, and not sent", call));
            return;
        }
        let acts = || draft.acts.iter().filter(|act| act.at <= call.end);
        if acts().any(|act| act.limit >= call.start) {
            self.pass_with("OK: stopped being a draft in the call, sent before it", draft, call);
        } else if acts().any(|act| act.at + CLOCKS >= call.start) {
            self.pass_with("OK: sent seconds before the call, within what clocks differ by", draft, call);
        } else {
            findings.push(("OK, and not sent", call));
        }
    }

    /// "Not sent" is said where no request of the call was or will be accepted, nor one of another that it waited for.
    fn not_sent<'a>(
        &mut self,
        draft: &'a Draft,
        call: &'a Ended,
        lateness: &Lateness,
        findings: &mut Vec<(&'static str, &'a Ended)>,
    ) {
        if draft.traits.long && call.settle == SETTLES[0] {
            return;
        }
        let post = |act: &Act| &draft.posts[act.post];
        // A later look cannot be asked of a backlog, and its 202 came too late for the call.
        if draft.acts.iter().any(|act| post(act).caller == call.caller) {
            if draft.traits.backlog && draft.acts.iter().all(|act| post(act).reply == "202") {
                self.pass("not sent: a backlog, and its 202 did not reach the caller");
                return;
            }
            findings.push((false_no(call.status), call));
            return;
        }
        // From here on: of a call that only waited. Which call it waited for is the library's own affair, so only those are
        // held against it that were the same in everything, and whose request fell well inside of it.
        if draft.asked.contains(&call.caller) || draft.traits.backlog {
            return;
        }
        let slack = SLACK + lateness.worst(call.start, call.end) * 2;
        let shared = draft.acts.iter().any(|act| {
            let post = post(act);
            post.at >= call.start
                && post.at + slack <= call.end
                && draft.calls.iter().any(|other| other.caller == post.caller && is_same(other, call))
        });
        if !shared {
            return;
        }
        match call.status {
            Status::Unreachable | Status::Cancelled | Status::TimedOut | Status::Unavailable => {
                findings.push(("not sent, and a request that it waited for was accepted", call));
            }
            _ => self.pass("not sent: another status, of a call that waited"),
        }
    }

    /// A check that finds the draft still there says that it may be sent again.
    fn checked_not_sent<'a>(
        &mut self,
        draft: &'a Draft,
        call: &'a Ended,
        findings: &mut Vec<(&'static str, &'a Ended)>,
    ) {
        let accepted_beside = draft.calls.iter().any(|other| {
            other.accepted
                && other.asked.id == call.asked.id
                && other.start >= call.start
                && other.end + SLACK <= call.end
        });
        if accepted_beside && call.status == Status::Unavailable {
            return findings.push(("check: not sent, and it was accepted meanwhile", call));
        }
        let was_sent = draft.acts.iter().any(|act| draft.posts[act.post].at <= call.start);
        if !was_sent || draft.traits.long && call.settle == SETTLES[0] {
            return;
        }
        if call.status != Status::Unavailable {
            return self.pass("check: an error of its own, and it was sent");
        }
        let accepted = |act: &Act| {
            let caller = &draft.posts[act.post].caller;
            draft
                .calls
                .iter()
                .find(|other| other.caller == *caller && other.accepted)
                .is_some_and(|other| other.end <= call.start)
        };
        // Only what is remembered lets a check know better than its eyes.
        if draft.traits.backlog && !draft.acts.iter().any(accepted) {
            return self.pass("check: a backlog, and its 202 did not reach the caller");
        }
        let forgotten = draft.acts.iter().any(|act| draft.posts[act.post].others + REMEMBERED < call.others);
        if forgotten && draft.traits.backlog {
            return self.pass("check: the acceptance may be forgotten by then");
        }
        findings.push(("check: not sent, and it was", call));
    }

    /// A call is back by its deadline, and soon after it was cancelled.
    fn late<'a>(&mut self, call: &'a Ended, lateness: &Lateness, findings: &mut Vec<(&'static str, &'a Ended)>) {
        let due = call.start + call.timeout;
        let due = call.cancelled_at.map_or(due, |at| due.min(at.max(call.start)));
        let over = call.end.saturating_duration_since(due);
        let explained = lateness.worst(due - SLACK, call.end) * 2 + call.kept_waiting;
        let net = over.saturating_sub(explained);
        self.worst = (self.worst.0.max(over), self.worst.1.max(net));
        if net > GRACE {
            findings.push((if call.cancelled_at.is_some() { "late after a cancel" } else { "late" }, call));
        }
    }
}

fn false_no(status: Status) -> &'static str {
    match status {
        Status::NotADraft => "not sent (NOT_A_DRAFT), and its own request was accepted",
        Status::Unavailable => "not sent (UNAVAILABLE), and its own request was accepted",
        Status::NotFound => "not sent (NOT_FOUND), and its own request was accepted",
        Status::Rejected => "not sent (REJECTED), and its own request was accepted",
        Status::Throttled => "not sent (THROTTLED), and its own request was accepted",
        _ => "not sent (another status), and its own request was accepted",
    }
}

/// Whether two calls are the same in everything that can tell sends apart.
fn is_same(one: &Ended, other: &Ended) -> bool {
    one.asked.id == other.asked.id
        && one.asked.token == other.asked.token
        && one.asked.user.eq_ignore_ascii_case(&other.asked.user)
        && one.base.eq_ignore_ascii_case(&other.base)
}

fn fate(draft: &Draft) -> &'static str {
    let traits = &draft.traits;
    match () {
        () if traits.trouble == 0.0 => "plain",
        () if traits.copy => "copies",
        () if traits.deferred => "deferred",
        () if traits.backlog => "backlog",
        () if traits.unkept => "unkept",
        () if traits.unstable => "unstable",
        () if traits.edits => "edits",
        () if traits.moves => "moves",
        () if traits.deletions => "deletions",
        () if traits.received => "received",
        () => "others",
    }
}

/// All that is known of a message, in the order of time.
fn story(what: &str, draft: &Draft, call: &Ended) -> String {
    let began = draft.calls.iter().map(|call| call.start).min().unwrap();
    let mut lines = draft.journal.clone();
    for call in &draft.calls {
        let kind = if call.asked.check { "check" } else { "send" };
        lines.push((call.start, format!("   call begins: {kind} [{}]", short(&call.caller))));
    }
    lines.sort_by_key(|(at, _)| *at);
    let mut text = format!("{what}: call [{}] of draft {}\n  {:?}\n", short(&call.caller), draft.number, draft.traits);
    for (at, line) in lines {
        let at = at
            .checked_duration_since(began)
            .map_or("before".to_owned(), |at| format!("{:8.1}", at.as_secs_f64() * 1e3));
        writeln!(text, "  {at} ms  {line}").unwrap();
    }
    text
}

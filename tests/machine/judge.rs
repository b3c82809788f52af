//! What must hold of every call, held against the truth of the world. The statuses and their meaning are the header's.

use graph_message::delivery::machine::{Purpose, Verify};
use graph_message::delivery::verdict::{Refusal, Verdict};
use graph_message::graph::{Cause, FailedBy};
use graph_message::status::Status;

use crate::clocks::{SECOND, ms};
use crate::knowledge::came_back;
use crate::letters::may_look;
use crate::run::{Ended, Run};
use crate::seen::{Brought, Facts, Inherited};
use crate::setup::Call;
use crate::world::{Start, Tenant, Twin};

/// How long a request may take that began before the deadline.
const ONE_REQUEST: i64 = 30 * SECOND;

/// What became of the mail, once everything has come to its end.
#[derive(Debug, Clone, Copy)]
pub struct Truth {
    /// Mails of this call's requests, or of those it shared.
    pub own: u8,
    /// Of these, those of a call beside it.
    pub shared: u8,
    /// Mails of earlier calls.
    pub before: u8,
    /// Whether another program sent it before the first call.
    pub long_ago: bool,
}

impl Truth {
    pub fn of(run: &Run) -> Truth {
        let end = run.world.settled();
        Truth {
            own: end.mails_of(run.nth),
            shared: end.mails_of(run.nth) - end.mails_by(run.nth),
            before: (0..run.nth).map(|nth| end.mails_of(nth)).sum(),
            long_ago: run.world.hidden.start == Start::SentLongAgo,
        }
    }

    /// Which of the four truths it is, that make a difference to a caller.
    pub fn number(self) -> u8 {
        u8::from(self.own > 0) + 2 * u8::from(self.own + self.before > 0 || self.long_ago)
    }
}

/// Whether a call may count on what the promise says of the service.
pub fn is_promised(run: &Run, nth: usize) -> bool {
    ms(run.setup.calls[nth].rules.settle) >= run.setup.bound
}

/// What is wrong with a call that ended.
pub fn broken(run: &Run, ended: &Ended) -> Option<String> {
    if let Some(broken) = &run.broken {
        return Some(broken.clone());
    }
    let truth = Truth::of(run);
    let (facts, call, status) = (&ended.facts, run.call(), ended.ending.status());
    by_truth(run, ended, truth)
        .or_else(|| by_memory(facts, call, status))
        .or_else(|| by_sight(facts, call, status).map(|why| format!("I6: {why}")))
        .or_else(|| {
            let was_never_gone = came_back(&ended.ending, facts) && !facts.was_shown_gone && !facts.was_gone_before;
            was_never_gone.then(|| "I6: came back, and was never gone".to_owned())
        })
        .or_else(|| left_unmade(facts, call, status, ended.at))
        .or_else(|| (ended.at > facts.deadline + ONE_REQUEST).then(|| "I9: ends after the deadline".to_owned()))
}

/// I1 and I2.
fn by_truth(run: &Run, ended: &Ended, truth: Truth) -> Option<String> {
    let status = ended.ending.status();
    if !is_promised(run, run.nth) {
        return None;
    }
    // A tenant that keeps the draft tells another process nothing of what was sent.
    let is_forgotten = run.setup.calls[..run.nth].iter().any(|call| call.forgets);
    let keeps_draft = is_forgotten && run.world.hidden.tenant == Tenant::Copies;
    if keeps_draft && run.call().purpose == Purpose::Send {
        return None;
    }
    let all_promised = (0..=run.nth).all(|nth| is_promised(run, nth));
    if truth.own > 1
        || (truth.own > 0 && truth.before > 0)
        || (all_promised && !keeps_draft && truth.own + truth.before > 1)
    {
        return Some(format!("I1: {} mails, {} of them by earlier calls", truth.own + truth.before, truth.before));
    }
    let sent_at_all = truth.own + truth.before > 0 || truth.long_ago;
    let is_gone = ended.facts.look.is_some_and(|look| look.brought == Brought::Gone);
    let twin_passes_for_it = is_gone && run.world.twin_was_sent();
    let has_sent_twin = matches!(run.world.hidden.twin, Twin::SentLongAgo | Twin::SentJust) || twin_passes_for_it;
    match (status.sent(), run.call().purpose) {
        (Some(true), Purpose::Send) if truth.own == 0 && twin_passes_for_it => None,
        (Some(true), Purpose::Send) if truth.own == 0 => Some("I2: no mail of this call left".to_owned()),
        // A twin that was sent looks as the mail would: nobody could tell.
        (Some(true), Purpose::Check) if !sent_at_all && has_sent_twin && ended.facts.search.is_some() => None,
        (Some(true), Purpose::Check) if !sent_at_all => Some("I2: no mail left".to_owned()),
        (Some(false), _) if status == Status::Unavailable && ended.facts.attempts > 0 && sent_at_all => {
            Some("I2: a mail of an earlier call left".to_owned())
        }
        // Whose attempts came to nothing may say that another call's did not.
        (Some(false), Purpose::Send) if truth.own == truth.shared && ended.facts.attempts > 0 => None,
        (Some(false), Purpose::Send) if truth.own > 0 => Some("I2: a mail of this call left".to_owned()),
        (Some(false), Purpose::Check) if truth.own + truth.before > 0 => {
            // What is no draft and not in Sent Items counts as received, where nothing is remembered.
            let may_be_received = is_forgotten && run.world.hidden.tenant == Tenant::InPlace;
            let is_about_mail = status == Status::Unavailable || (status == Status::NotADraft && !may_be_received);
            is_about_mail.then(|| "I2: a mail left".to_owned())
        }
        (Some(true | false) | None, Purpose::Send | Purpose::Check) => None,
    }
}

/// I3 and I4, as far as they concern the answer.
fn by_memory(facts: &Facts, call: &Call, status: Status) -> Option<String> {
    if facts.accepted_before {
        match (call.purpose, status) {
            (Purpose::Check, Status::Ok) | (Purpose::Send, Status::NotADraft) => {}
            // Before it came to that.
            (Purpose::Send, Status::Cancelled | Status::TimedOut | Status::Throttled | Status::NotFound)
            | (Purpose::Send, Status::Unauthenticated | Status::Forbidden)
                if facts.attempts == 0 && facts.inherited != Inherited::Accepted => {}
            (Purpose::Send, Status::Unavailable | Status::Unreachable | Status::Unknown | Status::Rejected)
                if facts.attempts == 0 && facts.inherited != Inherited::Accepted => {}
            // Accepted under the other id: it may be a copy.
            (Purpose::Check, Status::Unknown) if facts.inherited != Inherited::Accepted => {}
            (Purpose::Send | Purpose::Check, _) => return Some(format!("I3: {status:?} of what Graph accepted")),
        }
    }
    (facts.in_doubt() && facts.has_left && status == Status::Unavailable)
        .then(|| "I4: not sent, although seen gone or no draft".to_owned())
}

/// I6: the statuses that the header's table allows for what was seen.
fn by_sight(facts: &Facts, call: &Call, status: Status) -> Option<String> {
    // No attempt of which it is unknown what became of it, or it was settled since.
    let clear = !facts.in_doubt() || facts.looked_draft_settled;
    let first = facts.first_look.map(|look| look.brought);
    let look = facts.look.map(|look| look.brought);
    let found = facts.search.is_some_and(|search| search.brought == Brought::Items);
    let failed =
        |causes: bool| facts.look_failed.is_some_and(|failure| matches!(failure.what, FailedBy::NoReply(_)) == causes);
    let before_attempts = facts.attempts == 0 && clear;
    let is_check = call.purpose == Purpose::Check;
    let allowed = match status {
        Status::Ok => match call.purpose {
            Purpose::Send => facts.last == Some(Verdict::Accepted) || facts.in_doubt(),
            Purpose::Check => facts.inherited != Inherited::Nothing || look == Some(Brought::NoDraft) || found,
        },
        Status::Unreachable => {
            clear && (matches!(facts.last, Some(Verdict::NotBegun(_))) || (before_attempts && failed(true)))
        }
        Status::Cancelled => (clear || facts.not_claimed == Some((true, false))) && facts.cancelled,
        Status::TimedOut => {
            let in_time = matches!(facts.last, Some(Verdict::NotBegun(Cause::TimedOut)));
            clear && (facts.kept_out || in_time || facts.not_claimed.is_some() || (before_attempts && failed(true)))
        }
        Status::Unauthenticated => {
            let looked = before_attempts && first == Some(Brought::NotAllowed(401));
            clear && facts.renewals == 1 && (facts.refused[Refusal::Unauthenticated as usize] || looked)
        }
        Status::Forbidden => {
            let looked = before_attempts && first == Some(Brought::NotAllowed(403));
            clear && (facts.refused[Refusal::Forbidden as usize] || looked)
        }
        Status::NotFound => {
            let refused = facts.refused[Refusal::NotFound as usize] && (!facts.draft || facts.looked_draft_settled);
            clear && (refused || (before_attempts && first == Some(Brought::Gone)))
        }
        Status::Rejected => {
            // What a conflict says of a draft that was seen is looked behind.
            let conflict = facts.refused[Refusal::Conflict as usize] && (!facts.draft || facts.looked_draft_settled);
            clear && (facts.refused[Refusal::Rejected as usize] || conflict || facts.no_recipients)
        }
        Status::Throttled => clear && (facts.throttled || facts.paused || (before_attempts && failed(false))),
        Status::NotADraft => {
            let earlier = facts.inherited != Inherited::Nothing;
            let before = first == Some(Brought::NoDraft) || (first == Some(Brought::Gone) && found);
            earlier || before || (facts.in_doubt() || is_check) && (look == Some(Brought::NoDraft) || found)
        }
        Status::Unavailable => {
            let unsent = facts.looked_draft_settled && !facts.changed && !(facts.has_left && facts.in_doubt());
            let never_looked = before_attempts && !is_check && (failed(false) || first == Some(Brought::Nothing));
            unsent && (facts.in_doubt() || is_check) || never_looked
        }
        Status::Unknown => {
            facts.in_doubt() || is_check || facts.deferred || matches!(facts.not_claimed, Some((_, true)))
        }
        Status::InvalidArgument | Status::Internal => false,
    };
    (!allowed).then(|| format!("{status:?} does not follow from what was seen"))
}

/// What could still have been asked, and was not: for want of time, when cancelled, kept out or not allowed it need not be.
fn left_unmade(facts: &Facts, call: &Call, status: Status, at: i64) -> Option<String> {
    let left = facts.deadline - at;
    let may_go_on = !facts.cancelled && !facts.kept_out && facts.not_claimed.is_none();
    if may_go_on && facts.owes_attempt {
        return Some("I8: no further attempt, although none began or acted".to_owned());
    }
    let settle = ms(call.rules.settle);
    if may_go_on && status == Status::Unavailable && facts.own_doubt {
        let may_repeat = facts.attempts < call.rules.max_attempts && left > settle + ONE_REQUEST;
        let is_refused = matches!(facts.last, Some(Verdict::Refused(_)));
        if may_repeat && !is_refused {
            return Some("I8: no further attempt, although the draft was found unsent".to_owned());
        }
    }
    let gone_first = facts.first_look.is_some_and(|look| look.brought == Brought::Gone);
    if status == Status::NotFound && facts.attempts == 0 && gone_first && facts.knows_name && facts.search.is_none() {
        return Some("I5: not found, and not searched for".to_owned());
    }
    if status != Status::Unknown || !may_go_on || !may_look(call.purpose, call.rules.verify) || facts.deferred {
        return None;
    }
    let denied = |request: Option<crate::seen::Request>| {
        request.is_some_and(|request| matches!(request.brought, Brought::NotAllowed(_)))
    };
    if denied(facts.look)
        || denied(facts.elsewhere)
        || denied(facts.search)
        || matches!(facts.folder, Some(Brought::NotAllowed(_)))
    {
        return None;
    }
    let settled_at = facts.cut.unwrap_or(facts.began) + settle;
    let look_began = facts.look.map_or(i64::MIN, |look| look.began);
    let looks_again = settled_at.max(facts.began) + 12 * SECOND < facts.deadline;
    if looks_again && look_began < settled_at {
        return Some("I5: unknown, and not looked at once it would have shown".to_owned());
    }
    let is_gone = facts.look.is_some_and(|look| look.brought == Brought::Gone);
    let searched = facts.search.is_some_and(|search| search.began >= look_began);
    if is_gone && facts.knows_name && !searched && left > 0 {
        return Some("I5: unknown, and not searched for".to_owned());
    }
    if is_gone && !facts.knows_name && facts.missed_late_look && call.rules.verify != Verify::Never {
        return Some("I5: unknown, and not looked at while the answer was late".to_owned());
    }
    None
}

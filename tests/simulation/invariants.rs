//! What must hold in every run within the assumptions, whatever the schedule. It is held against what Graph did and what
//! was put on the wire, in the words of the promise; nothing here repeats how the library decides.

use std::time::Duration;

use graph_message::client::Verify;
use graph_message::error::Error;
use graph_message::status::Status;

use crate::faults::{Acted, End, Nature};
use crate::generate::REMEMBERED_MS;
use crate::model::{Exchange, Kind, MS, Mail, Shown};
use crate::names::{Id, Manner, RENEWED, TOKEN};
use crate::plain_fate::{dawdled, overlooked, unjustified};
use crate::run::{CallEnd, CallMade, Run};
use crate::schedule::{Action, Fault, Schedule};

/// How much a find may be older than the call: the slack for the service's clocks, and for dates without fractions.
const SLACK: Duration = Duration::from_secs(15);
/// What an attempt and the wait before it take at the most, where nothing is in doubt.
const ONE_MORE: Duration = Duration::from_secs(45);

/// Everything that a run broke.
pub fn broken(schedule: &Schedule, run: &Run) -> Vec<String> {
    let mut broken = run.violations.clone();
    let is_promised = is_promised(schedule, run);
    let ours = run.mails.iter().filter(|mail| mail.exchange.is_some()).count();
    if is_promised && ours > 1 {
        broken.push(format!("I1: the mail left {ours} times"));
    }
    for number in 0..run.calls.len() {
        let call = Held { run, number, call: &run.calls[number] };
        let of_the_promise = if is_promised { [call.answer(), call.unknown()] } else { [None, None] };
        let always = [
            call.accepted_before(),
            call.seen_gone(),
            call.status(),
            call.fields(),
            call.gives_up(),
            call.deadline(),
            call.requests(),
            call.pauses_kept(),
            call.paused_by_a_stranger(),
            call.silence(),
            call.care(),
        ];
        let found = of_the_promise.into_iter().chain(always).flatten();
        broken.extend(found.map(|what| format!("call {number}: {what}")));
    }
    if run.log.iter().any(|line| line.contains(TOKEN) || line.contains(RENEWED)) {
        broken.push("I7: a token is in the log".to_owned());
    }
    broken.extend(all_well(schedule, run));
    broken
}

/// Whether what the header assumes held in a run: what Graph does in doubt shows within the time to settle, nobody else
/// sends the draft, and what was only accepted is still remembered.
fn is_promised(schedule: &Schedule, run: &Run) -> bool {
    let shows_in_time = schedule.setup.lag_ms() < schedule.setup.settle_ms;
    let is_beyond = |fault: &Fault| match fault {
        Fault::Send(_, fault) => fault.acted == Acted::Beyond && fault.end.nature() == Nature::Open,
        Fault::World(_, _, event) => *event == crate::faults::Event::OtherSends,
        Fault::Look(..) | Fault::Crash(..) => false,
    };
    let misleads = |send: &Exchange| send.is_doubtful() || send.status == 404 && send.accepted == Some(true);
    let is_in_doubt = run.exchanges.iter().any(misleads) || run.calls.iter().any(|call| call.process > 0);
    let is_forgetful = |later: &crate::schedule::Later| matches!(later.action, Action::Restart | Action::Fork);
    // What was accepted may be forgotten for want of room.
    let is_before_many = |number: usize| run.many_after.is_some_and(|many_after| number < many_after);
    let is_forgotten = run.exchanges.iter().any(|send| send.is_accepted() && is_before_many(send.call));
    // One message under two ids is one where its internetMessageId is known.
    let is_immutable = |by: Manner| by == Manner::Immutable;
    let is_one = run.calls.iter().all(|call| call.knows_id || is_immutable(call.by) == is_immutable(run.setup.by));
    (shows_in_time || !is_in_doubt)
        && is_one
        && !schedule.faults.iter().any(is_beyond)
        && !schedule.then.iter().any(is_forgetful)
        && !is_forgotten
}

/// Where nothing goes wrong, a send is one request, and with verify always two.
fn all_well(schedule: &Schedule, run: &Run) -> Option<String> {
    let setup = &run.setup;
    let is_plain = setup.item == crate::schedule::Item::Draft && setup.deferred_ms == 0;
    if !schedule.faults.is_empty() || !is_plain || setup.first == Action::Check {
        return None;
    }
    let always = setup.verify == Verify::Always;
    let requests = run.exchanges.iter().filter(|exchange| exchange.call == 0).count();
    let expected = if always { 2 } else { 1 };
    let is_wrong = requests != expected || run.calls[0].status() != Some(Status::Ok);
    (is_wrong && (setup.may_read || !always))
        .then(|| format!("I6: with no fault, {requests} requests and {:?}", run.calls[0].status()))
}

impl CallMade {
    /// What it ended in, unless the process ended in it.
    pub fn status(&self) -> Option<Status> {
        match &self.end {
            CallEnd::Answer(Ok(_)) => Some(Status::Ok),
            CallEnd::Answer(Err(error)) => Some(error.status),
            CallEnd::Crashed | CallEnd::Panicked => None,
        }
    }

    pub fn error(&self) -> Option<&Error> {
        match &self.end {
            CallEnd::Answer(Err(error)) => Some(error),
            CallEnd::Answer(Ok(_)) | CallEnd::Crashed | CallEnd::Panicked => None,
        }
    }
}

/// A call, held against its run.
pub struct Held<'a> {
    pub run: &'a Run,
    pub number: usize,
    pub call: &'a CallMade,
}

impl Held<'_> {
    pub fn exchanges(&self) -> impl DoubleEndedIterator<Item = &Exchange> {
        self.run.exchanges.iter().filter(|exchange| exchange.call == self.number)
    }

    pub fn sends(&self) -> impl DoubleEndedIterator<Item = &Exchange> {
        self.exchanges().filter(|exchange| exchange.is_send())
    }

    fn looks(&self) -> impl DoubleEndedIterator<Item = &Exchange> {
        self.exchanges().filter(|exchange| !exchange.is_send())
    }

    pub fn is_check(&self) -> bool {
        self.call.action == Action::Check
    }

    /// The calls of the same process before this one, the last first.
    fn earlier(&self) -> impl Iterator<Item = Held<'_>> {
        let calls = self.run.calls[..self.number].iter().enumerate().rev();
        calls.filter(|(_, call)| call.process == self.call.process).map(|(number, call)| Held {
            run: self.run,
            number,
            call,
        })
    }

    /// I2: sent is sent, and not sent is not sent, then and later.
    fn answer(&self) -> Option<String> {
        let by_call = |mail: &&Mail| mail.exchange.is_some_and(|at| self.run.exchanges[at].call == self.number);
        // A check answers for what was done before it.
        let before = |mail: &&Mail| mail.exchange.is_some_and(|at| self.run.exchanges[at].call <= self.number);
        let mut mails = self.run.mails.iter().filter(|mail| if self.is_check() { before(mail) } else { by_call(mail) });
        match &self.call.end {
            CallEnd::Answer(Ok(receipt)) => {
                let slack = SLACK + Duration::from_secs(self.run.setup.mailbox_skew_s.unsigned_abs());
                let is_recent = |mail: &Mail| mail.at + slack >= self.call.true_began;
                let left = mails.next().is_some() || receipt.found && self.run.mails.iter().any(is_recent);
                (!left).then(|| "I2: sent, although no mail left".to_owned())
            }
            CallEnd::Answer(Err(error)) if error.status == Status::Internal => Some(format!("I2: {error}")),
            CallEnd::Answer(Err(error)) if self.is_check() && error.status == Status::NotADraft => {
                mails.next().map(|mail| format!("I2: {error}: but it left at {:?}", mail.at))
            }
            CallEnd::Answer(Err(error)) if self.is_check() && error.status != Status::Unavailable => None,
            CallEnd::Answer(Err(error)) if error.status.sent() == Some(false) => {
                mails.next().map(|mail| format!("I2: {error}: but it left at {:?}", mail.at))
            }
            CallEnd::Answer(Err(_)) | CallEnd::Crashed => None,
            CallEnd::Panicked => Some("I2: panicked".to_owned()),
        }
    }

    /// I3: what Graph itself accepted is never sent again, nor called unsent, while it is remembered.
    fn accepted_before(&self) -> Option<String> {
        let accepted = self.earlier().find(|call| call.sends().any(Exchange::is_accepted))?;
        let is_remembered = self.call.began < accepted.call.returned + MS(REMEMBERED_MS);
        let is_immutable = |by: Manner| by == Manner::Immutable;
        let is_one_id = is_immutable(accepted.call.by) == is_immutable(self.call.by);
        let is_known = is_one_id || self.call.knows_id;
        let is_forgotten = self.run.many_after.is_some_and(|many| accepted.number < many && many <= self.number);
        if accepted.call.status() != Some(Status::Ok) || !is_remembered || !is_known || is_forgotten {
            return None;
        }
        if let Some(send) = self.sends().next() {
            return Some(format!(
                "I3: sent at {:?} what call {} had been told was accepted",
                send.began, accepted.number
            ));
        }
        let error = self.call.error()?;
        let is_wrong = match error.status {
            Status::Rejected => true,
            // Nothing can be seen under the other id, and that is no more than it says.
            Status::Unavailable => is_one_id || self.looks().any(|look| matches!(look.shown, Shown::Draft { .. })),
            Status::NotFound => is_one_id,
            Status::NotADraft => self.is_check(),
            Status::Ok
            | Status::InvalidArgument
            | Status::Unreachable
            | Status::Cancelled
            | Status::TimedOut
            | Status::Unauthenticated
            | Status::Forbidden
            | Status::Throttled
            | Status::Unknown
            | Status::Internal => false,
        };
        is_wrong.then(|| format!("I3: {error}: of what call {} had been told was accepted", accepted.number))
    }

    /// I4: once it was seen gone or no draft after a doubt, a draft never yields "not sent", nor another attempt.
    fn seen_gone(&self) -> Option<String> {
        let doubted = self.sends().find(|send| send.is_doubtful())?.ended?;
        let mut after = self.exchanges().skip_while(|exchange| exchange.began < doubted);
        let gone = after.find(|look| matches!(look.shown, Shown::Gone | Shown::NotADraft))?;
        if let Some(send) = after.find(|exchange| exchange.is_send()) {
            return Some(format!("I4: seen {:?} at {:?}, and sent again at {:?}", gone.shown, gone.began, send.began));
        }
        let error = self.call.error()?;
        // Sent before this call, by its time.
        let is_not_sent = error.status.sent() == Some(false) && error.status != Status::NotADraft;
        is_not_sent.then(|| format!("I4: {error}: although seen {:?} at {:?}", gone.shown, gone.began))
    }

    /// I5: unknown only where nobody could know, and known as soon as it could be.
    fn unknown(&self) -> Option<String> {
        if let Some(why) = overlooked(self) {
            return Some(format!("I5: not found, although {why}"));
        }
        if let Some(why) = dawdled(self) {
            return Some(format!("I5: {why}"));
        }
        if self.call.status() != Some(Status::Unknown) {
            return None;
        }
        unjustified(self).map(|why| format!("I5: unknown, although {why}"))
    }

    /// I6: the status is one that goes with what was put on the wire.
    fn status(&self) -> Option<String> {
        let error = self.call.error()?;
        let status_of = |wanted: &[u16]| self.exchanges().any(|exchange| wanted.contains(&exchange.status));
        let refused =
            |natures: &dyn Fn(End) -> bool| self.sends().any(|send| send.status > 0 && send.end.is_some_and(natures));
        let fits = match error.status {
            Status::Ok | Status::InvalidArgument | Status::Internal => false,
            // Also a look that failed, before anything was sent.
            Status::Unreachable => {
                let has_failed =
                    |exchange: &Exchange| !exchange.handed_on || !exchange.is_send() && exchange.status == 0;
                self.exchanges().any(has_failed)
            }
            Status::Cancelled => self.call.cancelled.is_some(),
            // Also a look that failed until then.
            Status::TimedOut => self.call.returned + ONE_MORE >= self.call.deadline,
            Status::Unauthenticated => status_of(&[401]),
            Status::Forbidden => status_of(&[403, 401]),
            Status::NotFound => self.exchanges().any(|exchange| {
                exchange.shown == Shown::Gone || exchange.is_send() && exchange.end == Some(End::Missing404)
            }),
            Status::Rejected => refused(&|end| matches!(end, End::Bad400 | End::Conflict412 | End::TooLarge413)),
            Status::Throttled => {
                status_of(&[429]) || self.pauses(self.call.returned).any(|(_, until)| until > self.call.began)
            }
            Status::NotADraft => {
                let seen = |shown: Shown| match shown {
                    Shown::NotADraft | Shown::Other => true,
                    Shown::List { others, .. } => others > 0,
                    Shown::Nothing | Shown::Draft { .. } | Shown::Gone | Shown::Refused => false,
                };
                // An earlier call sent it, or a check found it sent.
                let is_known = |call: Held| call.sends().next().is_some() || call.call.status() == Some(Status::Ok);
                self.looks().any(|look| seen(look.shown)) || self.earlier().any(is_known)
            }
            Status::Unavailable => return self.unavailable(error),
            Status::Unknown => {
                let is_doubtful = |call: &Held<'_>| call.sends().any(|send| send.handed_on);
                let is_deferred = self.run.setup.deferred_ms > 0;
                // A check under the other id found it sent, which may be a copy.
                let is_immutable = |call: &Held<'_>| call.call.by == Manner::Immutable;
                let may_be_a_copy = |call: &Held<'_>| {
                    call.is_check()
                        && call.call.status() == Some(Status::Ok)
                        && is_immutable(call) != is_immutable(self)
                };
                let is_open = |call: Held<'_>| is_doubtful(&call) || may_be_a_copy(&call);
                self.is_check() || is_deferred || is_doubtful(self) || self.earlier().any(is_open)
            }
        };
        (!fits).then(|| format!("I6: {error}: goes with nothing that it met"))
    }

    /// "settle_ms or more after the last doubtful attempt was cut off the draft was still there".
    fn unavailable(&self, error: &Error) -> Option<String> {
        let doubtful = |call: &Held<'_>| {
            let ends = call.sends().filter(|send| send.is_doubtful()).filter_map(|send| send.ended);
            ends.max()
        };
        let doubted = doubtful(self).or_else(|| self.earlier().find_map(|call| doubtful(&call)))?;
        let settled = doubted + MS(self.call.settle_ms);
        let is_settled = |look: &Exchange| matches!(look.shown, Shown::Draft { .. }) && look.ended >= Some(settled);
        let is_before = self.sends().next().is_none() && !self.is_check();
        (!is_before && !self.looks().any(is_settled))
            .then(|| format!("I6: {error}: and no draft was seen after {settled:?}"))
    }

    /// I7: the fields say what happened.
    fn fields(&self) -> Option<String> {
        let sends = u32::try_from(self.sends().filter(|send| send.handed_on).count()).unwrap();
        let http = self.sends().rfind(|send| send.status > 0).map_or(0, |send| send.status);
        let (attempts, said, id) = match &self.call.end {
            CallEnd::Answer(Ok(receipt)) => (receipt.attempts, receipt.http_status, &*receipt.client_request_id),
            CallEnd::Answer(Err(error)) => (error.attempts, error.http_status, &*error.client_request_id),
            CallEnd::Crashed | CallEnd::Panicked => return None,
        };
        if attempts != sends {
            return Some(format!("I7: {attempts} attempts are told, and {sends} were made"));
        }
        // A refused look stands for a send that was not made.
        if sends > 0 && said != http || sends == 0 && said > 0 && !self.looks().any(|look| look.status == said) {
            return Some(format!("I7: HTTP {said} is told, and the last reply to a send was {http}"));
        }
        if self.exchanges().any(|exchange| exchange.client_request_id != id) {
            return Some("I7: another client-request-id".to_owned());
        }
        let CallEnd::Answer(Ok(receipt)) = &self.call.end else { return None };
        let ids = [Id::DRAFT, Id::MOVED, Id::SENT, Id::COPY, Id::TWIN, Id::Immutable].map(|id| id.text(0));
        let is_one = receipt.sent_id.is_empty() || ids.contains(&receipt.sent_id);
        (!is_one).then(|| format!("I7: {} is no id of this message", receipt.sent_id))
    }

    /// I8: not begun or told to wait, attempts and time left: another attempt.
    fn gives_up(&self) -> Option<String> {
        let setup = &self.run.setup;
        let last = self.sends().next_back()?;
        let sends = self.sends().count();
        let error = self.call.error()?;
        let has_time = self.call.returned + ONE_MORE < self.call.deadline && self.call.cancelled.is_none();
        let is_paused = self.pauses(self.call.returned).any(|(_, until)| until > self.call.returned);
        if !has_time || is_paused || last.is_doubtful() || self.call.by == Manner::NoRoute {
            return None;
        }
        let passes = matches!(last.end, Some(End::NoConnection | End::NoName | End::NoConnectInTime));
        let waits = matches!(last.end, Some(End::Wait429 | End::DateWait429 | End::NoWait429));
        if (passes || waits) && sends < setup.max_attempts as usize {
            return Some(format!("I8: {error}: after {sends} of {} attempts", setup.max_attempts));
        }
        let is_refused = matches!(last.end, Some(End::Token401 | End::Claims401));
        let is_first = self.exchanges().filter(|exchange| exchange.status == 401).count() == 1;
        (is_refused && is_first && setup.renewable && !self.is_check())
            .then(|| format!("I8: {error}: and there was another token"))
    }

    /// I9: back by the deadline, and once it is cancelled.
    fn deadline(&self) -> Option<String> {
        let CallMade { deadline, returned, true_returned, cancelled, .. } = *self.call;
        if returned > deadline {
            return Some(format!("I9: ended at {returned:?}, after its deadline {deadline:?}"));
        }
        let cancelled = cancelled.filter(|cancelled| true_returned > *cancelled)?;
        // It may have been suspended in the meantime.
        let is_awake = true_returned - self.call.true_began == returned - self.call.began;
        is_awake.then(|| format!("I9: ended at {true_returned:?}, cancelled at {cancelled:?}"))
    }

    fn requests(&self) -> Option<String> {
        let setup = &self.run.setup;
        let sends = self.sends().count();
        let allowed = if self.is_check() { 0 } else { setup.max_attempts + u32::from(setup.renewable) };
        (sends > allowed as usize).then(|| format!("I9: {sends} sends, and {allowed} are allowed"))
    }

    /// No token in any text.
    fn silence(&self) -> Option<String> {
        let text = match &self.call.end {
            CallEnd::Answer(result) => format!("{result:?}"),
            CallEnd::Crashed | CallEnd::Panicked => return None,
        };
        (text.contains(TOKEN) || text.contains(RENEWED)).then(|| "I7: a token is in its answer".to_owned())
    }

    /// Keeps the harm small beyond the assumptions: nothing is sent again after the draft was seen to change.
    fn care(&self) -> Option<String> {
        let all: Vec<&Exchange> = self.exchanges().collect();
        let doubt = all.iter().position(|exchange| exchange.is_doubtful())?;
        let version = |look: &&&Exchange| match look.shown {
            Shown::Draft { version } if look.kind == Kind::Look => Some(version),
            _ => None,
        };
        // What was edited before the first send was sent as it was then.
        let sends = all.iter().position(|exchange| exchange.is_send())?;
        let first = all[..sends].iter().rposition(|look| version(&look).is_some()).unwrap_or(0);
        for (at, send) in all.iter().enumerate().skip(doubt + 1).filter(|(_, exchange)| exchange.is_send()) {
            let versions: Vec<u32> = all[first..at].iter().filter_map(|look| version(&look)).collect();
            if versions.windows(2).any(|two| two[0] != two[1]) {
                return Some(format!("I1: sent again at {:?}, although the draft had changed", send.began));
            }
        }
        None
    }
}

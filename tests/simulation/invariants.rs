//! What must hold in every run within the assumptions, whatever the schedule.

use std::time::Duration;

use graph_message::client::Verify;
use graph_message::error::Error;
use graph_message::status::Status;

use crate::model::{Exchange, Kind, MS, Mail, Met, Time, looks};
use crate::run::{CallEnd, CallMade, RENEWED, Run, TOKEN};
use crate::schedule::{Action, Schedule};

/// How much a find may be older than the call: the slack for the server's clocks, and for dates without fractions.
const SLACK: Duration = Duration::from_secs(15);
/// A last look begins that long before the deadline, and takes its time.
const LAST_LOOK: Duration = Duration::from_millis(1100);

/// How long a client remembers what it sent.
const REMEMBERED: Duration = Duration::from_secs(300);

/// Everything that a run broke.
pub fn broken(schedule: &Schedule, run: &Run) -> Vec<String> {
    let mut broken = run.violations.clone();
    let ours: Vec<&Mail> = run.mails.iter().filter(|mail| mail.exchange.is_some()).collect();
    if ours.len() > 1 {
        broken.push(format!("the mail left {} times", ours.len()));
    }
    for number in 0..run.calls.len() {
        let call = Held { run, number, call: &run.calls[number] };
        let found =
            [call.answer(), call.deadline(), call.requests(), call.gate(), call.silence(), call.unknown(), call.care()];
        broken.extend(found.into_iter().flatten().map(|what| format!("call {number}: {what}")));
    }
    if run.log.iter().any(|line| line.contains(TOKEN) || line.contains(RENEWED)) {
        broken.push("a token is in the log".to_owned());
    }
    if schedule.faults.is_empty() {
        let expected = if run.setup.verify == Verify::Always { 2 } else { 1 };
        let requests = run.exchanges.iter().filter(|exchange| exchange.call == 0).count();
        let is_plain = run.setup.may_read || run.setup.verify != Verify::Always;
        if is_plain && (requests != expected || run.calls[0].status() != Some(Status::Ok)) {
            broken.push(format!("with no fault, {requests} requests and {:?}", run.calls[0].status()));
        }
    }
    broken
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

    fn error(&self) -> Option<&Error> {
        match &self.end {
            CallEnd::Answer(Err(error)) => Some(error),
            _ => None,
        }
    }
}

/// A call, held against its run.
struct Held<'a> {
    run: &'a Run,
    number: usize,
    call: &'a CallMade,
}

impl Held<'_> {
    fn exchanges(&self) -> impl Iterator<Item = &Exchange> {
        self.run.exchanges.iter().filter(|exchange| exchange.call == self.number)
    }

    /// Sent is sent, and not sent is not sent, then and later.
    fn answer(&self) -> Option<String> {
        let of_call = |mail: &&Mail| mail.exchange.is_some_and(|at| self.run.exchanges[at].call == self.number);
        // A check answers for what was done before it.
        let before = |mail: &&Mail| mail.exchange.is_some_and(|at| self.run.exchanges[at].call <= self.number);
        let is_check = self.call.action == Action::Check;
        let mut mails = self.run.mails.iter().filter(|mail| if is_check { before(mail) } else { of_call(mail) });
        match &self.call.end {
            CallEnd::Answer(Ok(receipt)) => {
                let left = mails.next().is_some()
                    || receipt.found && self.run.mails.iter().any(|mail| mail.at + SLACK >= self.call.began);
                (!left).then(|| "sent, although no mail left".to_owned())
            }
            CallEnd::Answer(Err(error)) if error.status.sent() == Some(false) => {
                mails.next().map(|mail| format!("{error}: but it left at {:?}", mail.at))
            }
            CallEnd::Answer(Err(error)) if error.status == Status::Internal => Some(error.to_string()),
            CallEnd::Panicked => Some("panicked".to_owned()),
            _ => None,
        }
    }

    fn deadline(&self) -> Option<String> {
        let CallMade { deadline, returned, cancelled, .. } = self.call;
        if returned > deadline {
            return Some(format!("ended at {returned:?}, after its deadline {deadline:?}"));
        }
        let cancelled = cancelled.filter(|cancelled| returned > cancelled)?;
        Some(format!("ended at {returned:?}, cancelled at {cancelled:?}"))
    }

    /// How many requests, and what they have in common.
    fn requests(&self) -> Option<String> {
        let setup = &self.run.setup;
        let sends = self.exchanges().filter(|exchange| exchange.kind == Kind::Send).count();
        let allowed =
            if self.call.action == Action::Check { 0 } else { setup.max_attempts + u32::from(setup.renewable) };
        if sends > allowed as usize {
            return Some(format!("{sends} sends, and {allowed} are allowed"));
        }
        let id = match &self.call.end {
            CallEnd::Answer(Ok(receipt)) => &*receipt.client_request_id,
            CallEnd::Answer(Err(error)) => &*error.client_request_id,
            _ => return None,
        };
        let same = self.exchanges().all(|exchange| exchange.client_request_id == *id);
        (!same).then(|| "another client-request-id".to_owned())
    }

    /// Nobody asks anything while Graph asked everybody to wait.
    fn gate(&self) -> Option<String> {
        let early = self.exchanges().filter(|exchange| !exchange.nested).find(|exchange| {
            self.pauses(exchange.began).any(|(seen, until)| seen <= exchange.began && exchange.began < until)
        })?;
        Some(format!("{:?} at {:?} although Graph asked to wait", early.kind, early.began))
    }

    /// The pauses that the client was asked for until then: when, and until when.
    fn pauses(&self, by: Time) -> impl Iterator<Item = (Time, Time)> {
        let known = self.run.exchanges.iter().filter(move |exchange| {
            self.run.calls[exchange.call].client == self.call.client
                && matches!(exchange.met, Met::Throttled | Met::Doubt | Met::Blind)
                && exchange.ended.is_some_and(|ended| ended <= by)
        });
        known.filter_map(|exchange| Some((exchange.ended?, exchange.pause?)))
    }

    /// No token in any text.
    fn silence(&self) -> Option<String> {
        let text = match &self.call.end {
            CallEnd::Answer(result) => format!("{result:?}"),
            _ => return None,
        };
        (text.contains(TOKEN) || text.contains(RENEWED)).then(|| "a token is in its answer".to_owned())
    }

    /// When the last attempt was cut off that may have been accepted; an earlier call's where this one made none.
    fn doubted_at(&self) -> Option<Time> {
        let doubts = self.exchanges().filter(|exchange| exchange.kind == Kind::Send && exchange.met == Met::Doubt);
        let own = doubts.filter_map(|exchange| exchange.ended).max();
        own.or_else(|| self.earlier_doubt())
    }

    /// The doubt that an earlier call of the same client left behind.
    fn earlier_doubt(&self) -> Option<Time> {
        let mut later = self.call.began;
        for (number, call) in self.run.calls[..self.number].iter().enumerate().rev() {
            if call.action == Action::Check {
                continue;
            }
            if call.client != self.call.client || later >= call.returned + REMEMBERED {
                return None;
            }
            match call.status()? {
                Status::Ok => return Some(call.returned),
                Status::Unknown => return Held { run: self.run, number, call }.doubted_at().or(Some(call.returned)),
                // It remembers what it was told.
                Status::NotADraft => later = call.began,
                // It settled what was in doubt.
                _ => return None,
            }
        }
        None
    }

    /// Unknown is what the looks that were allowed could not tell, and they were made.
    fn unknown(&self) -> Option<String> {
        if self.call.error()?.status != Status::Unknown {
            return None;
        }
        let is_check = self.call.action == Action::Check;
        let Some(doubted_at) = self.doubted_at().or(is_check.then_some(self.call.began)) else {
            return Some("unknown, and nothing was ever in doubt".to_owned());
        };
        if self.call.cancelled.is_some() || !(looks(self.call.verify) || is_check) {
            return None;
        }
        let settled_at = doubted_at + MS(self.run.setup.settle_ms);
        let made: Vec<&Exchange> =
            self.exchanges().filter(|look| look.kind != Kind::Send && look.began >= doubted_at).collect();
        // A later attempt, even one that was refused, opens the question anew.
        let sends = self.exchanges().filter(|exchange| exchange.kind == Kind::Send);
        let last_send = sends.filter_map(|send| send.ended).max().unwrap_or(doubted_at);
        let since: Vec<&Exchange> = made.iter().filter(|look| look.began >= last_send).copied().collect();
        self.overlooked(&since, settled_at).or_else(|| self.gave_up(&made, doubted_at, settled_at))
    }

    /// A look told, and was not believed.
    fn overlooked(&self, made: &[&Exchange], settled_at: Time) -> Option<String> {
        let versions = self.run.exchanges.iter().filter_map(|look| match look.met {
            Met::Draft { version } if self.run.calls[look.call].client == self.call.client => Some(version),
            _ => None,
        });
        let versions: Vec<u32> = versions.collect();
        let unchanged = versions.windows(2).all(|two| two[0] == two[1]);
        let told = made.iter().find(|look| match look.met {
            Met::NotADraft { dated } => dated,
            Met::Draft { .. } => look.began >= settled_at && unchanged,
            _ => false,
        })?;
        Some(format!("unknown, although a look at {:?} told {:?}", told.began, told.met))
    }

    /// What is not needed for any of the above within the assumptions, and keeps the harm small beyond them: nothing is sent
    /// again after a draft was seen to change, and a refusal after a doubt is looked behind.
    fn care(&self) -> Option<String> {
        let all: Vec<&Exchange> = self.exchanges().collect();
        let doubt = all.iter().position(|exchange| exchange.kind == Kind::Send && exchange.met == Met::Doubt)?;
        let (before, after) = all.split_at(doubt + 1);
        let seen = |looks: &[&Exchange]| -> Vec<u32> {
            let versions = looks.iter().filter_map(|look| match look.met {
                Met::Draft { version } => Some(version),
                _ => None,
            });
            versions.collect()
        };
        for (at, send) in after.iter().enumerate().filter(|(_, exchange)| exchange.kind == Kind::Send) {
            let versions: Vec<u32> = seen(before).into_iter().chain(seen(&after[..at])).collect();
            if versions.windows(2).any(|two| two[0] != two[1]) {
                return Some(format!("sent again at {:?}, although the draft had changed", send.began));
            }
            let is_refused = send.met == Met::Refused && !matches!(send.status, 401 | 403);
            let has_time = send.ended? < self.call.deadline && self.call.cancelled.is_none();
            if is_refused && has_time && after.len() == at + 1 && !self.is_paused(send.ended?) {
                return Some(format!("refused with {} after a doubt, and not looked behind", send.status));
            }
        }
        None
    }

    fn is_paused(&self, at: Time) -> bool {
        self.pauses(at).any(|(_, until)| until > at)
    }

    /// There was time and permission for a look that might have told.
    fn gave_up(&self, made: &[&Exchange], doubted_at: Time, settled_at: Time) -> Option<String> {
        let CallMade { began, deadline, returned, .. } = *self.call;
        if self.pauses(returned).any(|(_, until)| until >= deadline) {
            return None;
        }
        if made.is_empty() && doubted_at.max(began) < deadline {
            return Some("unknown without a look".to_owned());
        }
        let is_hopeless = made.iter().any(|look| match look.met {
            Met::NotAllowed => true,
            Met::Draft { .. } | Met::Gone => look.began >= settled_at,
            _ => false,
        });
        if is_hopeless || returned + LAST_LOOK >= deadline {
            return None;
        }
        let last = made.last().map(|look| look.met);
        Some(format!("unknown at {returned:?} after {last:?}, although {settled_at:?} and {deadline:?} were to come"))
    }
}

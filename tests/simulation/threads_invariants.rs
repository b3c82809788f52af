//! What must hold of calls that run side by side.

use std::time::Duration;

use graph_message::client::Receipt;
use graph_message::error::Error;
use graph_message::status::Status;

use crate::faults::Nature;
use crate::model::{Exchange, MS, Mail, Model, Shown, Time};
use crate::names::Manner;
use crate::run::settle_ms;
use crate::schedule::Action;
use crate::threads_plan::{Part, Plan};

/// What came of one thread's call.
#[derive(Debug)]
pub struct Done {
    pub began: Time,
    pub returned: Time,
    /// How many lines it logged.
    pub lines: u32,
    /// Nothing where the call unwound.
    pub result: Option<Result<Receipt, Error>>,
}

/// Everything that a run broke.
pub fn broken(plan: &Plan, model: &Model, violations: &[String], done: &[Done]) -> Vec<String> {
    let mut broken = violations.to_vec();
    for draft in 0..3 {
        let mails: Vec<&Mail> = model.mails.iter().filter(|mail| mail.draft == draft).collect();
        // Who settles in less time than Graph takes, sends again by its own setting.
        let again = mails.iter().skip(1).filter(|mail| {
            let part = mail.exchange.map(|at| &plan.parts[model.exchanges[at].call]);
            part.is_some_and(|part| settles(plan, part))
        });
        if again.count() > 0 {
            broken.push(format!("I1: draft {draft} left {} times", mails.len()));
        }
    }
    for (number, (part, done)) in plan.parts.iter().zip(done).enumerate() {
        let ended = Ended { plan, model, number, part, done };
        let found = [ended.in_time(), ended.answer(), ended.of_its_own(), ended.settled()];
        broken.extend(found.into_iter().flatten().map(|why| format!("thread {number}: {why}")));
    }
    broken
}

/// Whether what Graph does shows within the time that a thread's client settles in.
fn settles(plan: &Plan, part: &Part) -> bool {
    plan.setup.lag_ms() < settle_ms(&plan.setup, part.by.which())
}

/// A thread's call that has ended.
struct Ended<'a> {
    plan: &'a Plan,
    model: &'a Model,
    number: usize,
    part: &'a Part,
    done: &'a Done,
}

impl Ended<'_> {
    /// A slow log function is the caller's time.
    fn logged(&self) -> Duration {
        self.plan.log.unwrap_or_default() * self.done.lines
    }

    fn exchanges(&self) -> impl Iterator<Item = (&Exchange, &Part)> {
        let all = self.model.exchanges.iter().filter(|exchange| exchange.draft == self.part.draft);
        all.map(|exchange| (exchange, &self.plan.parts[exchange.call]))
    }

    /// I9
    fn in_time(&self) -> Option<String> {
        let Done { began, returned, .. } = *self.done;
        let deadline = began + self.part.timeout + self.logged();
        if returned > deadline {
            return Some(format!("I9: ended at {returned:?}, after its deadline {deadline:?}"));
        }
        let cancelled = self.part.cancelled.map(|at| at.max(began) + self.logged());
        let cancelled = cancelled.filter(|cancelled| returned > *cancelled)?;
        Some(format!("I9: ended at {returned:?}, cancelled at {cancelled:?}"))
    }

    /// I2
    fn answer(&self) -> Option<String> {
        let returned = self.done.returned;
        let mut mails = self.model.mails.iter().filter(|mail| mail.draft == self.part.draft);
        let by_this = |mail: &Mail| mail.exchange.is_some_and(|at| self.model.exchanges[at].call == self.number);
        // Its last line is logged after it decided.
        let decided = returned.saturating_sub(self.plan.log.unwrap_or_default());
        let is_check = self.part.action == Action::Check;
        match self.done.result.as_ref()? {
            Ok(_) => (!mails.any(|mail| mail.at <= returned)).then(|| "I2: sent, although no mail left".to_owned()),
            Err(error) if error.status == Status::Internal => Some(format!("I2: {error}")),
            Err(error) if error.status.sent() != Some(false) || !settles(self.plan, self.part) => None,
            Err(error) if is_check => {
                let tells = matches!(error.status, Status::Unavailable | Status::NotADraft);
                let mail = mails.find(|mail| tells && mail.at <= decided)?;
                Some(format!("I2: {error} at {returned:?}: but it left at {:?}", mail.at))
            }
            Err(error) => {
                let mail =
                    mails.find(|mail| by_this(mail) || mail.at <= decided && self.is_shared(mail, error.status))?;
                Some(format!("I2: {error} at {returned:?}: but it left at {:?}", mail.at))
            }
        }
    }

    /// Whether a mail is one of this call, too: sent while it waited.
    fn is_shared(&self, mail: &Mail, status: Status) -> bool {
        let Some(send) = mail.exchange.map(|at| &self.model.exchanges[at]) else { return false };
        let is_immutable = |part: &Part| part.by == Manner::Immutable;
        let is_one_id = is_immutable(&self.plan.parts[send.call]) == is_immutable(self.part);
        // These say that no shared attempt can have been accepted; the others tell of this id.
        let is_of_all = matches!(status, Status::Cancelled | Status::TimedOut) && self.plan.setup.knows_id;
        let overlaps = mail.at > self.done.began && send.ended.is_none_or(|ended| ended > self.done.began);
        Manner::GOOD.contains(&self.part.by) && overlaps && (is_one_id || is_of_all)
    }

    /// I6: an answer is about its own token and its own way, or about those of one that has the same.
    fn of_its_own(&self) -> Option<String> {
        let error = self.done.result.as_ref()?.as_ref().err()?;
        let token = |part: &Part| part.by.token() == self.part.by.token();
        let way = |part: &Part| part.by.which() == self.part.by.which();
        let is_own = match error.status {
            Status::Unauthenticated | Status::Forbidden => {
                self.exchanges().any(|(exchange, part)| token(part) && matches!(exchange.status, 401 | 403))
            }
            Status::NotFound => self
                .exchanges()
                .any(|(exchange, part)| token(part) && (exchange.status == 404 || exchange.shown == Shown::Gone)),
            Status::Rejected => self
                .exchanges()
                .any(|(exchange, part)| token(part) && exchange.end.is_some_and(|end| end.nature() == Nature::Refuses)),
            // Also a look that failed, before anything was sent.
            Status::Unreachable => self.exchanges().any(|(exchange, part)| {
                way(part) && (!exchange.handed_on || !exchange.is_send() && exchange.status == 0)
            }),
            Status::Ok
            | Status::InvalidArgument
            | Status::Cancelled
            | Status::TimedOut
            | Status::Throttled
            | Status::NotADraft
            | Status::Unavailable
            | Status::Unknown
            | Status::Internal => true,
        };
        (!is_own).then(|| format!("I6: {error}: of another's token or way"))
    }

    /// I6: still a draft means: after its own time to settle.
    fn settled(&self) -> Option<String> {
        let error = self.done.result.as_ref()?.as_ref().err()?;
        let sends = self.exchanges().filter(|(send, _)| send.is_doubtful() && send.began <= self.done.returned);
        let doubted = sends.filter_map(|(send, _)| send.ended).filter(|ended| *ended <= self.done.returned).max()?;
        let settled = doubted + MS(settle_ms(&self.plan.setup, self.part.by.which()));
        let seen = |(look, _): (&Exchange, &Part)| {
            matches!(look.shown, Shown::Draft { .. }) && look.ended.is_some_and(|ended| ended >= settled)
        };
        let is_early = error.status == Status::Unavailable && !self.exchanges().any(seen);
        // A look before sending may have failed.
        (is_early && error.attempts > 0).then(|| format!("I6: {error}: and no draft was seen after {settled:?}"))
    }
}

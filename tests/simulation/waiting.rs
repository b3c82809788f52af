//! Waits that are asked for: Graph's own are kept, and nobody else's.

use std::time::Duration;

use graph_message::status::Status;

use crate::invariants::Held;
use crate::model::{Exchange, Time};

/// The longest that a mailbox is paused for.
const LONGEST_PAUSE: Duration = Duration::from_secs(600);

impl Held<'_> {
    /// I9: nobody asks anything while Graph asked everybody to wait.
    pub fn pauses_kept(&self) -> Option<String> {
        let early = self.exchanges().filter(|exchange| !exchange.nested).find(|exchange| {
            let pauses = self.pauses_at(&exchange.door, exchange.began);
            pauses.into_iter().any(|(seen, until)| seen <= exchange.began && exchange.began < until)
        })?;
        Some(format!("I9: {:?} at {:?} although Graph asked to wait", early.kind, early.began))
    }

    /// The pauses that Graph itself asked the process for until then: when, and until when.
    pub fn pauses(&self, by: Time) -> impl Iterator<Item = (Time, Time)> {
        let known = self.run.exchanges.iter().filter(move |exchange| {
            self.run.calls.get(exchange.call).is_some_and(|call| call.process == self.call.process)
                && exchange.ended.is_some_and(|ended| ended <= by)
        });
        known.filter_map(|exchange| {
            let ended = exchange.ended?;
            Some((ended, exchange.pause?.min(ended + LONGEST_PAUSE)))
        })
    }

    fn pauses_at(&self, door: &str, by: Time) -> Vec<(Time, Time)> {
        let at = |exchange: &&Exchange| {
            exchange.door == door
                && exchange.ended.is_some_and(|ended| ended <= by)
                && self.run.calls.get(exchange.call).is_some_and(|call| call.process == self.call.process)
        };
        let known = self.run.exchanges.iter().filter(at);
        let pauses = known.filter_map(|exchange| {
            let ended = exchange.ended?;
            Some((ended, exchange.pause?.min(ended + LONGEST_PAUSE)))
        });
        pauses.collect()
    }

    /// I9: a pause is Graph's own, and ten minutes at most.
    pub fn paused_by_a_stranger(&self) -> Option<String> {
        let error = self.call.error()?;
        let is_for_long = self.run.setup.deferred_ms == 0 && error.retry_after > LONGEST_PAUSE;
        let is_throttled = error.status == Status::Throttled || error.status == Status::Unknown && is_for_long;
        let is_graphs = self.exchanges().any(|exchange| exchange.status == 429 || exchange.pause.is_some())
            || self.pauses(self.call.returned).any(|(_, until)| until > self.call.began);
        (is_throttled && !is_graphs).then(|| format!("I9: {error}: and Graph itself asked for no wait"))
    }
}

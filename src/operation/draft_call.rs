//! A call about one draft, checked.

use std::sync::Arc;
use std::time::Duration;

use super::Answer;
use super::log_lines;
use crate::credential::Credential;
use crate::delivery::machine::Rules;
use crate::delivery::remembered::Known;
use crate::engine::{Bounds, Clock, Engine, Level, Stopped};
use crate::graph::{Request, Target};
use crate::sharing::Shared;
use crate::sharing::flights::{Caller, Flight, Landed};
use crate::sharing::gate::Gate;
use crate::sharing::key::MessageKey;

/// What a call about one draft was asked for, and what it has to keep to.
pub struct DraftCall<'a, T, C> {
    /// What carries its requests.
    pub engine: &'a Arc<Engine<T, C>>,
    /// What it shares with the other calls of the process.
    pub shared: &'a Shared<Answer>,
    /// The settings that decide.
    pub rules: Rules,
    /// When an answer counts as late, so that the message is looked at meanwhile.
    pub late_after: Duration,
    /// Which draft, and who asks.
    pub target: Target,
    /// The draft, as other calls know it.
    pub key: MessageKey,
    /// Who asks, as far as it matters to calls that share a send.
    pub caller: Caller,
    /// The `internetMessageId` that the caller knows.
    pub internet_message_id: Option<Arc<str>>,
    /// Where its tokens come from.
    pub credential: &'a dyn Credential,
    /// What ends it.
    pub bounds: Bounds,
}

impl<T, C: Clock> DraftCall<'_, T, C> {
    /// What is known of the message before anything was asked.
    pub fn known(&self) -> Known {
        Known { internet_message_id: self.internet_message_id.clone(), draft: None }
    }

    /// The gate of its mailbox.
    pub fn gate(&self) -> Gate<'_> {
        Gate { gates: &self.shared.gates, mailbox: &self.caller.mailbox }
    }

    /// Waits until a flight has landed.
    pub fn landing(&self, flight: &Flight<Answer>) -> Result<Landed<Answer>, Stopped> {
        self.engine.until(&self.shared.flights.landed, &self.bounds, || flight.landed())
    }

    /// Tells the log what the call ended in, which is named by its request.
    pub fn report(&self, request: impl FnOnce() -> Request, answer: &Answer) {
        self.engine.log.write(Level::Info, || {
            let took = self.engine.clock.now().saturating_duration_since(self.bounds.began.steady);
            log_lines::of_call(&request(), answer, took)
        });
    }
}

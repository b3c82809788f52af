//! One request inside its bounds: the deadline and the cancel of its call, the gate of its mailbox, its token and the renewal of
//! that, and its repetition where that is safe. Knows no operation: what a reply is to be stands in the request, and what follows
//! from it is the operation's affair.
//!
//! No operation of today uses repetition, bodies and their stall, a second host, or the headers of a reply that a request asks for:
//! the requests for tokens, the writing of mails and the uploads that are to come need them.

#![cfg_attr(not(test), deny(clippy::wildcard_enum_match_arm))]

mod bounds;
mod clock;
mod exchange;
mod log;
mod repeat;
mod session;

use std::time::Duration;

pub use bounds::{Bounds, Stopped};
pub use clock::{Clock, SystemClock};
pub use exchange::{Exchange, exchange_if_room};
pub use log::{Level, Log};
pub use repeat::Repeat;
pub use session::{Session, Terms};

use crate::delivery::clocks::Moment;
use crate::signal::Signal;

/// What carries requests and waits: the same for all calls of a client.
#[derive(Debug)]
pub struct Engine<T, C> {
    /// Carries one request.
    pub transport: T,
    /// Time.
    pub clock: C,
    /// Where log lines go.
    pub log: Log,
    /// How long a request may take, and how often it is tried.
    pub settings: EngineSettings,
}

/// How long a request may take, and how often it is tried.
#[derive(Debug, Clone)]
pub struct EngineSettings {
    /// Bounds one attempt; where a body is read while it is sent, what may pass without a byte moving.
    pub attempt_timeout: Duration,
    /// Bounds the DNS look-up, the connect, the proxy and the TLS handshake of one attempt together.
    pub connect_timeout: Duration,
    /// How often a request is tried.
    pub max_attempts: u32,
    /// How many requests to one mailbox are in flight at once.
    pub mailbox_concurrency: u32,
}

impl<T, C: Clock> Engine<T, C> {
    /// Now, on both clocks.
    pub fn moment(&self) -> Moment {
        Moment { steady: self.clock.now(), wall: self.clock.wall() }
    }

    /// Waits until something is there that a signal tells of, or the call is to stop.
    pub fn until<R>(&self, signal: &Signal, bounds: &Bounds, ready: impl Fn() -> Option<R>) -> Result<R, Stopped> {
        loop {
            let seen = signal.raised();
            if let Some(ready) = ready() {
                return Ok(ready);
            }
            let left = bounds.left(self.clock.now())?;
            self.clock.wait_for(signal, seen, left, &bounds.cancel);
        }
    }
}

#[cfg(test)]
pub mod tests;

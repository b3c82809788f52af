//! What the calls of a process have to do with each other, and every lock for it: one draft has one send in flight ([`flights`]),
//! what was sent or may have been is remembered for minutes ([`memory`]), and a mailbox gets no more requests at once than its
//! limits allow ([`gate`]). Nothing here waits by itself: it says what to wait for.

#![cfg_attr(not(test), deny(clippy::wildcard_enum_match_arm))]

pub mod flights;
pub mod gate;
pub mod key;
pub mod memory;
mod request_ids;

use std::sync::Arc;

use flights::Flights;
use gate::Gates;
pub use request_ids::RequestIds;

/// What the calls of one process share. `R` is what a call ends in.
#[derive(Debug)]
pub struct Shared<R> {
    /// The sends and checks in flight, and what those of the last minutes left behind.
    pub flights: Arc<Flights<R>>,
    /// The mailboxes that have a request in flight or a pause.
    pub gates: Arc<Gates>,
    /// The `client-request-id`s.
    pub request_ids: RequestIds,
}

impl<R> Default for Shared<R> {
    fn default() -> Self {
        Shared { flights: Arc::default(), gates: Arc::default(), request_ids: RequestIds::default() }
    }
}

//! One attempt, from inside the mailbox's gate: what it is judged by, and what its reply asks of all calls to the mailbox.

use std::time::{Instant, SystemTime};

use super::Engine;
use super::bounds::Bounds;
use super::clock::Clock;
use crate::credential::{Credential, Means};
use crate::delivery::clocks::Moment;
use crate::delivery::verdict::{Verdict, judge};
use crate::error::Error;
use crate::graph::{Failure, Method, Reply, Request, Token, asked_to_wait};
use crate::sharing::gate::{Entry, Gate, Slot};
use crate::transport::{Body, Cancel, Limits, Transport};

/// One attempt: what came of it, and what that says.
#[derive(Debug)]
pub struct Exchange {
    /// When it began.
    pub began: Moment,
    /// When it ended, on the wall.
    pub ended: SystemTime,
    /// What came back.
    pub result: Result<Reply, Failure>,
    /// What that says.
    pub verdict: Verdict,
}

/// Makes a request inside the mailbox's gate where there is room at once, while another of the call is awaited: nobody waits for
/// room then.
pub fn exchange_if_room<T: Transport, C: Clock>(
    engine: &Engine<T, C>,
    gate: Gate,
    request: &Request,
    by: Instant,
    cancel: &Cancel,
) -> Option<Exchange> {
    let began = engine.moment();
    let Entry::Entered(slot) = gate.enter(engine.settings.mailbox_concurrency, began.steady) else { return None };
    let limits = Limits { connect_by: by, reply_by: by, stall: None, cancel: cancel.clone(), late: None };
    Some(engine.exchange(slot, request, Body::None, &limits, gate, began))
}

impl<T: Transport, C: Clock> Engine<T, C> {
    /// The token of a credential for a call that begins, inside the bounds of that.
    pub fn token(&self, credential: &dyn Credential, bounds: &Bounds) -> Result<Token, Error> {
        credential.token(self.means(bounds))
    }

    pub(super) fn means<'a>(&'a self, bounds: &'a Bounds) -> Means<'a> {
        Means {
            transport: &self.transport,
            deadline: bounds.deadline,
            attempt_timeout: self.settings.attempt_timeout,
            connect_timeout: self.settings.connect_timeout,
            cancel: &bounds.cancel,
        }
    }

    /// Makes a request once, from a place inside the gate, which it gives back.
    pub(super) fn exchange(
        &self,
        mut slot: Slot,
        request: &Request,
        body: Body,
        limits: &Limits,
        gate: Gate,
        began: Moment,
    ) -> Exchange {
        let result = self.transport.exchange(request, body, limits);
        let ended = self.clock.wall();
        let verdict = judge(result.as_ref(), request.expected, &request.client_request_id, ended);
        if verdict == Verdict::Accepted && request.method != Method::Get {
            slot.taken();
        }
        // What a reply asks of all calls to the mailbox, before another of them enters.
        let asked = result.as_ref().ok().and_then(|reply| asked_to_wait(reply, &request.client_request_id, ended));
        if let Some(wait) = asked {
            gate.pause(self.clock.now(), wait);
        }
        drop(slot);
        Exchange { began, ended, result, verdict }
    }
}

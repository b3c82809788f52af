//! The requests of one call.

use std::time::{Duration, Instant};

use super::Engine;
use super::bounds::Bounds;
use super::clock::Clock;
use super::exchange::Exchange;
use super::repeat::Repeat;
use crate::credential::Credential;
use crate::delivery::clocks::Moment;
use crate::delivery::kept_out::KeptOut;
use crate::delivery::verdict::{Refusal, Verdict};
use crate::graph::{Reply, Request, Token, claims};
use crate::sharing::gate::{Entry, Gate, Slot};
use crate::transport::{Body, Late, Limits, Transport, WhenLate};

/// The requests of one call, to one mailbox.
pub struct Session<'a, T, C> {
    engine: &'a Engine<T, C>,
    gate: Gate<'a>,
    bounds: &'a Bounds,
    credential: &'a dyn Credential,
    /// The challenges of the last reply that refused the token.
    challenges: Vec<String>,
}

/// On what terms one attempt is made.
#[derive(Clone)]
pub struct Terms {
    /// The longest it may take, beside the setting for an attempt.
    pub longest: Duration,
    /// What it is to leave of the time that the call has.
    pub reserve: Duration,
    /// What to do where there is no reply after so long.
    pub late: Option<(Duration, WhenLate)>,
}

impl Default for Terms {
    fn default() -> Self {
        Terms { longest: Duration::MAX, reserve: Duration::ZERO, late: None }
    }
}

impl<'a, T: Transport, C: Clock> Session<'a, T, C> {
    /// For a call with this credential, to the mailbox of this gate, inside these bounds.
    pub fn new(
        engine: &'a Engine<T, C>,
        gate: Gate<'a>,
        bounds: &'a Bounds,
        credential: &'a dyn Credential,
    ) -> Session<'a, T, C> {
        Session { engine, gate, bounds, credential, challenges: Vec::new() }
    }

    /// Makes a request once, inside the mailbox's gate.
    pub fn exchange(&mut self, request: &Request, body: Body, terms: Terms) -> Result<Exchange, KeptOut> {
        let (slot, now) = self.enter()?;
        let (began, settings) = (Moment { steady: now, wall: self.engine.clock.wall() }, &self.engine.settings);
        let latest = self.bounds.deadline.checked_sub(terms.reserve).unwrap_or(now);
        let longest = settings.attempt_timeout.min(terms.longest);
        let (reply_by, stall) = match body {
            Body::None | Body::Bytes { .. } => (latest.min(now + longest), None),
            // It takes as long as it takes, and moves meanwhile.
            Body::Reader { .. } => (latest, Some(longest)),
        };
        let late = terms.late.map(|(after, call)| Late { at: now + after, call });
        let (connect, whole) = (settings.connect_timeout, settings.attempt_timeout);
        let within = Limits::within(self.bounds.deadline, connect, whole, now, &self.bounds.cancel);
        let limits = Limits { reply_by, stall, late, ..within };
        let exchange = self.engine.exchange(slot, request, body, &limits, self.gate, began);
        if let Ok(Reply { status: 401, www_authenticate, .. }) = &exchange.result {
            self.challenges.clone_from(www_authenticate);
        }
        Ok(exchange)
    }

    /// Makes a request, and again as it may be, until its answer is certain, or no attempt or time is left: then the last one is
    /// the answer. A token that is refused is renewed once.
    pub fn request(&mut self, mut request: Request, body: Body, repeat: Repeat) -> Result<Exchange, KeptOut> {
        let (mut attempts, mut has_renewed) = (0, false);
        loop {
            let terms = Terms { reserve: repeat.reserve(), ..Terms::default() };
            let exchange = self.exchange(&request, body, terms)?;
            attempts += 1;
            if exchange.verdict == Verdict::Refused(Refusal::Unauthenticated) && !has_renewed {
                has_renewed = true;
                if let Some(token) = request.token.as_ref().and_then(|refused| self.renewed(refused)) {
                    request.token = Some(token);
                    continue;
                }
            }
            let reply = exchange.result.as_ref().ok();
            let left = self.bounds.deadline.saturating_duration_since(self.engine.clock.now());
            let attempted = (attempts, self.engine.settings.max_attempts);
            let id = &request.client_request_id;
            let Some(wait) = repeat.after(&exchange.verdict, reply, id, exchange.ended, attempted, left) else {
                return Ok(exchange);
            };
            let wait = wait.with(|| self.engine.clock.jitter());
            if !self.engine.clock.wait(wait, &self.bounds.cancel) {
                return Err(KeptOut::Cancelled);
            }
        }
    }

    /// Another token in place of one that the service refused, if the credential has one.
    pub fn renewed(&self, refused: &Token) -> Option<Token> {
        let claims = claims(&self.challenges).unwrap_or_default();
        self.credential.renewed(refused, &claims, self.engine.means(self.bounds)).ok().flatten()
    }

    /// Waits for a place inside the mailbox's gate. Tells when it got it.
    fn enter(&self) -> Result<(Slot, Instant), KeptOut> {
        loop {
            let now = self.engine.clock.now();
            let left = self.bounds.left(now)?;
            match self.gate.enter(self.engine.settings.mailbox_concurrency, now) {
                Entry::Entered(slot) => return Ok((slot, now)),
                Entry::Paused { until, asked } if until >= self.bounds.deadline => {
                    return Err(KeptOut::Paused(asked.saturating_duration_since(now)));
                }
                Entry::Paused { until, .. } => {
                    self.engine.clock.wait(until.saturating_duration_since(now), &self.bounds.cancel);
                }
                Entry::Full(seen) => {
                    self.engine.clock.wait_for(self.gate.freed(), seen, left, &self.bounds.cancel);
                }
            }
        }
    }
}

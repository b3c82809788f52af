//! One call, from its arguments to its answer: build, exchange, judge, decide.

mod answer;
mod call;
mod clock;
mod log;
mod settings;

use std::time::{Duration, Instant};

use uuid::Uuid;

pub use answer::Receipt;
pub use call::Call;
pub use clock::{Clock, SystemClock};
pub use log::{Level, Log};
pub use settings::Settings;

pub use crate::transport::http::Roots;

use crate::error::Error;
use crate::message::{Mailbox, MessageId, Request, Token, send_request};
use crate::outcome::{Failure, Reply, Verdict, judge};
use crate::policy::{Progress, Step, next_step};
use crate::transport::http::HttpTransport;
use crate::transport::{Cancel, CancelSource, Limits, Transport};

/// Settings, connections, and the calls in flight; used by any number of threads at once.
pub struct Client<T = HttpTransport, C = SystemClock> {
    settings: Settings,
    transport: T,
    clock: C,
    cancel: CancelSource,
}

impl Client {
    /// A client that talks to the service. Connects when the first call needs it.
    pub fn new(settings: Settings) -> Client {
        let transport = HttpTransport::new(settings.http.clone());
        Client::with_parts(settings, transport, SystemClock)
    }
}

/// One attempt: what came of it and what that says.
struct Attempt {
    result: Result<Reply, Failure>,
    verdict: Verdict,
}

impl<T: Transport, C: Clock> Client<T, C> {
    /// A client on another transport and clock.
    pub fn with_parts(settings: Settings, transport: T, clock: C) -> Client<T, C> {
        Client { settings, transport, clock, cancel: CancelSource::default() }
    }

    /// Ends every call in flight; calls that begin later are not touched.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// Sends the draft, and answers by the deadline whatever happens.
    pub fn send(&self, call: Option<&Call>, token: &str, user: &str, id: &str) -> Result<Receipt, Error> {
        let began = self.clock.now();
        let cancel = Cancel::observing(&self.cancel, call.map(Call::cancel_source));
        let timeout = call.and_then(Call::timeout).unwrap_or(self.settings.timeout);
        let deadline = began + timeout;

        let token = Token::parse(token)?;
        let mailbox = Mailbox::parse(user)?;
        let id = MessageId::parse(id)?;
        let client_request_id = Uuid::new_v4().to_string();
        let request =
            send_request(&self.settings.base_url, &mailbox, &id, token, client_request_id, self.settings.user_agent());

        let mut attempts = 0;
        let mut handed_on = 0;
        loop {
            let attempt = self.attempt(&request, deadline, &cancel);
            attempts += 1;
            handed_on += u32::from(!matches!(attempt.verdict, Verdict::NotBegun(_)));
            self.settings.log.write(Level::Debug, || answer::describe_attempt(&request, attempts, &attempt));

            let left = deadline.saturating_duration_since(self.clock.now());
            let progress =
                Progress { attempts, max_attempts: self.settings.max_attempts, left, jitter: self.clock.jitter() };
            let ended_waiting = match next_step(&attempt.verdict, progress) {
                Step::Finish => None,
                Step::RetryAfter(wait) if self.clock.wait(wait, &cancel) => continue,
                Step::RetryAfter(_) => Some(answer::cancelled_while_waiting()),
            };
            let evidence = answer::Evidence { request: &request, handed_on, out_of_time: left.is_zero() };
            let result =
                ended_waiting.unwrap_or_else(|| answer::of(attempt, &evidence)).map_err(|e| evidence.complete(e));
            self.settings.log.write(Level::Info, || answer::describe_call(&request, &result, self.since(began)));
            return result;
        }
    }

    fn attempt(&self, request: &Request, deadline: Instant, cancel: &Cancel) -> Attempt {
        let now = self.clock.now();
        let limits = Limits {
            connect_by: deadline.min(now + self.settings.connect_timeout),
            reply_by: deadline.min(now + self.settings.attempt_timeout),
            cancel: cancel.clone(),
        };
        let result = self.transport.exchange(request, &limits);
        let verdict = judge(result.as_ref(), self.clock.wall());
        Attempt { result, verdict }
    }

    fn since(&self, began: Instant) -> Duration {
        self.clock.now().saturating_duration_since(began)
    }
}

#[cfg(test)]
mod tests;

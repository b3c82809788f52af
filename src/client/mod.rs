//! One call, from its arguments to its answer: build, exchange, judge, decide.

mod answer;
mod attempt;
mod call;
mod clock;
mod credential;
mod log;
mod looking;
mod request_id;
mod sending;
mod settings;

use std::sync::Arc;
use std::time::Instant;

use once_cell::sync::OnceCell;
use uuid::Uuid;

pub use answer::{Evidence, Receipt};
pub use call::Call;
pub use clock::{Clock, SystemClock};
pub use credential::{Credential, Fixed};
pub use log::{Level, Log};
pub use settings::{Settings, Verify};

pub use crate::transport::Interrupt;
pub use crate::transport::http::Roots;

use crate::delivery::flights::{Flight, Flights, Landed, Part};
use crate::delivery::gate::Gates;
use crate::delivery::key::DraftKey;
use crate::error::Error;
use crate::message::{Mailbox, MessageId, Target, Token};
use crate::per_process::PerProcess;
use crate::status::Status;
use crate::transport::http::HttpTransport;
use crate::transport::{Cancel, CancelSource, Transport};
use request_id::RequestIds;
use sending::Sending;

/// Settings, connections, and the calls in flight; used by any number of threads at once.
pub struct Client<T = HttpTransport, C = SystemClock> {
    core: Arc<Core<T, C>>,
    cancel: CancelSource,
}

/// What a call needs of its client, also where it looks while it waits.
struct Core<T, C> {
    settings: Settings,
    transport: T,
    clock: C,
    traffic: Arc<PerProcess<Traffic>>,
}

/// What calls have to do with each other: those to one draft, those to one mailbox, and all by their ids.
#[derive(Default)]
pub struct Traffic {
    flights: Arc<Flights<Result<Receipt, Error>>>,
    gates: Arc<Gates>,
    request_ids: RequestIds,
}

/// The traffic of all clients of this process: two of them may well be asked to send the same draft.
fn shared_traffic() -> Arc<PerProcess<Traffic>> {
    static SHARED: OnceCell<Arc<PerProcess<Traffic>>> = OnceCell::new();
    Arc::clone(SHARED.get_or_init(|| Arc::new(PerProcess::new(Traffic::default()))))
}

/// What a call was asked for, checked, and the bounds it keeps to.
struct Order<'a> {
    traffic: &'a Traffic,
    target: Target,
    key: DraftKey,
    internet_message_id: Option<String>,
    credential: &'a dyn Credential,
    began: Instant,
    deadline: Instant,
    cancel: Cancel,
}

impl Client {
    /// A client that talks to the service. Connects when the first call needs it.
    pub fn new(settings: Settings) -> Client {
        let transport = HttpTransport::new(settings.http.clone());
        Client::with_traffic(settings, transport, SystemClock, shared_traffic())
    }
}

impl<T: Transport + 'static, C: Clock + 'static> Client<T, C> {
    /// A client on another transport and clock, with traffic of its own.
    pub fn with_parts(settings: Settings, transport: T, clock: C) -> Client<T, C> {
        Client::with_traffic(settings, transport, clock, Arc::new(PerProcess::new(Traffic::default())))
    }

    /// A client that shares another's traffic, as all clients of one process do.
    pub fn sharing<U, D>(other: &Client<U, D>, settings: Settings, transport: T, clock: C) -> Client<T, C> {
        Client::with_traffic(settings, transport, clock, Arc::clone(&other.core.traffic))
    }

    fn with_traffic(settings: Settings, transport: T, clock: C, traffic: Arc<PerProcess<Traffic>>) -> Client<T, C> {
        Client { core: Arc::new(Core { settings, transport, clock, traffic }), cancel: CancelSource::default() }
    }

    /// Ends every call in flight; calls that begin later are not touched.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// Sends the draft, and answers by the deadline whatever happens.
    pub fn send(&self, call: Option<&Call>, token: &str, user: &str, id: &str) -> Result<Receipt, Error> {
        self.send_with(call, &Fixed(Token::parse(token)?), user, id)
    }

    /// As [`send`](Client::send), with a credential that may renew its token.
    pub fn send_with(
        &self,
        call: Option<&Call>,
        credential: &dyn Credential,
        user: &str,
        id: &str,
    ) -> Result<Receipt, Error> {
        let order = self.order(call, credential, user, id)?;
        let traffic = order.traffic;
        let result = loop {
            match traffic.flights.join(&order.key, self.core.clock.now()) {
                Part::Lead(lead) => break Sending::new(&self.core, &order).lead(lead),
                Part::Follow(flight) => match self.follow(&traffic.flights, &flight, &order) {
                    Some(result) => break result,
                    None => continue,
                },
            }
        };
        self.report(&order, &result);
        result
    }

    /// Settles an earlier [`Status::Unknown`]: says whether the mail was sent, and sends nothing.
    pub fn check(&self, call: Option<&Call>, token: &str, user: &str, id: &str) -> Result<Receipt, Error> {
        let credential = Fixed(Token::parse(token)?);
        let order = self.order(call, &credential, user, id)?;
        let flights = &order.traffic.flights;
        let result = loop {
            match flights.join(&order.key, self.core.clock.now()) {
                // A call that sends the draft meanwhile waits: what is found here must still be true then.
                Part::Lead(mut lead) => {
                    let recent = lead.recent.take();
                    let result = Sending::new(&self.core, &order).check_alone(recent);
                    lead.leave();
                    break result;
                }
                // While another call sends it, nothing can be found out; afterwards it can.
                Part::Follow(flight) => match self.landing(flights, &flight, &order) {
                    Ok(_) => continue,
                    Err(_) => break Err(answer::busy(&order.target)),
                },
            }
        };
        self.report(&order, &result);
        result
    }

    fn order<'a>(
        &'a self,
        call: Option<&Call>,
        credential: &'a dyn Credential,
        user: &str,
        id: &str,
    ) -> Result<Order<'a>, Error> {
        let settings = &self.core.settings;
        let began = self.core.clock.now();
        let cancel = Cancel::observing(&self.cancel, call.map(Call::cancel_source))
            .or_interrupted(call.and_then(Call::interrupt));
        let traffic = self.core.traffic();
        let target = Target {
            base: settings.base_url.clone(),
            mailbox: Mailbox::parse(user)?,
            id: MessageId::parse(id)?,
            token: credential.token(),
            client_request_id: traffic.request_ids.next().hyphenated().encode_lower(&mut Uuid::encode_buffer()).into(),
            user_agent: settings.user_agent(),
        };
        Ok(Order {
            traffic,
            key: DraftKey::of(&target),
            target,
            internet_message_id: call.and_then(Call::internet_message_id).map(str::to_owned),
            credential,
            began,
            deadline: began + call.and_then(Call::timeout).unwrap_or(settings.timeout),
            cancel,
        })
    }

    /// Waits for another call that sends the same draft. Gives its result where that holds for this call, too; nothing where
    /// this call is to take over: the other's token was refused, its time was up, it was cancelled, or it does not know.
    fn follow(
        &self,
        flights: &Flights<Result<Receipt, Error>>,
        flight: &Flight<Result<Receipt, Error>>,
        order: &Order,
    ) -> Option<Result<Receipt, Error>> {
        match self.landing(flights, flight, order) {
            Ok(Landed::With(result)) => is_shared(&result).then_some(result),
            Ok(Landed::Lost) => None,
            Err(status) => Some(Err(answer::left(status, flight.is_in_doubt(), &order.target))),
        }
    }

    /// Waits until a flight has landed. Ends sooner, with the status for it, when the call is cancelled or its time is up.
    fn landing(
        &self,
        flights: &Flights<Result<Receipt, Error>>,
        flight: &Flight<Result<Receipt, Error>>,
        order: &Order,
    ) -> Result<Landed<Result<Receipt, Error>>, Status> {
        loop {
            let seen = flights.landed.raised();
            if let Some(landed) = flight.landed() {
                return Ok(landed);
            }
            let left = order.deadline.saturating_duration_since(self.core.clock.now());
            if order.cancel.is_cancelled() {
                return Err(Status::Cancelled);
            }
            if left.is_zero() {
                return Err(Status::TimedOut);
            }
            self.core.clock.wait_for(&flights.landed, seen, left, &order.cancel);
        }
    }

    fn report(&self, order: &Order, result: &Result<Receipt, Error>) {
        self.core.settings.log.write(Level::Info, || {
            let took = self.core.clock.now().saturating_duration_since(order.began);
            log::of_call(&order.target.send(), result, took)
        });
    }
}

impl<T, C> Core<T, C> {
    fn traffic(&self) -> &Traffic {
        self.traffic.current(Traffic::default)
    }
}

/// Whether what one call ended in holds for every call that waited for it.
fn is_shared(result: &Result<Receipt, Error>) -> bool {
    !matches!(
        result.as_ref().map_err(|error| error.status),
        Err(Status::Unauthenticated
            | Status::Forbidden
            | Status::Throttled
            | Status::Cancelled
            | Status::TimedOut
            | Status::NotADraft
            | Status::Unknown
            | Status::Internal)
    )
}

#[cfg(test)]
mod tests;

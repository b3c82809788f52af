//! One call, from its arguments to its answer: what `delivery` says is carried out, and put into words.

#![cfg_attr(not(test), deny(clippy::wildcard_enum_match_arm))]

mod answer;
mod attempt;
mod call;
mod clock;
mod credential;
mod log;
mod request_id;
mod sending;
mod settings;
mod wording;

use std::sync::Arc;
use std::time::Instant;

use once_cell::sync::OnceCell;
use uuid::Uuid;

pub use answer::{Receipt, Trail};
pub use call::Call;
pub use clock::{Clock, SystemClock};
pub use credential::{Credential, Fixed};
pub use log::{Level, Log};
pub use settings::Settings;

pub use crate::delivery::machine::Verify;

pub use crate::transport::Interrupt;
pub use crate::transport::http::Roots;

use crate::delivery::clocks::Moment;
use crate::delivery::flights::{Caller, Flight, Flights, Landed, Role};
use crate::delivery::gate::Gates;
use crate::delivery::key::{MailboxKey, MessageKey};
use crate::delivery::memory::Known;
use crate::error::Error;
use crate::graph::{Mailbox, MessageId, Target, Token};
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
    key: MessageKey,
    caller: Caller,
    internet_message_id: Option<Arc<str>>,
    credential: &'a dyn Credential,
    /// When it began, on the wall as well: a host that is suspended stops the steady clock.
    began: Moment,
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

    /// A client on another transport and clock that shares the traffic of another client, as all of a process do.
    pub fn sharing(other: &Client<T, C>, settings: Settings, transport: T, clock: C) -> Client<T, C> {
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
            match traffic.flights.join(&order.key, &order.caller, self.core.moment()) {
                Role::Lead(lead) => break Sending::new(&self.core, &order).lead(lead),
                Role::Follow(flight) => match self.follow(&traffic.flights, &flight, &order) {
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
            match flights.join(&order.key, &order.caller, self.core.moment()) {
                Role::Lead(lead) => break Sending::new(&self.core, &order).check(lead),
                // While another call sends it, nothing can be found out; afterwards it can.
                Role::Follow(flight) => match self.core.landing(flights, &flight, &order) {
                    Ok(_) => continue,
                    Err(_) => break Err(answer::busy(&order.target, &order.known())),
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
        let began = self.core.moment();
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
            key: MessageKey::of(&target.id),
            caller: Caller {
                client: Arc::as_ptr(&self.core) as usize,
                mailbox: MailboxKey::of(&target),
                token: target.token.clone(),
                settle: settings.settle,
            },
            target,
            internet_message_id: call.and_then(Call::internet_message_id).map(Arc::from),
            credential,
            began,
            deadline: began.steady + call.and_then(Call::timeout).unwrap_or(settings.timeout),
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
        match self.core.landing(flights, flight, order) {
            Ok(Landed::With(result)) => {
                let status = result.as_ref().map_or_else(|error| error.status, |_| Status::Ok);
                let holds = flight.holds_for(status, &order.caller);
                holds.then(|| result.map_err(|error| answer::of_a_shared_send(error, &order.target, &order.known())))
            }
            Ok(Landed::Lost) => None,
            Err(status) => Some(Err(answer::left(status, flight.is_in_doubt(), &order.target, &order.known()))),
        }
    }

    fn report(&self, order: &Order, result: &Result<Receipt, Error>) {
        self.core.settings.log.write(Level::Info, || {
            let took = self.core.clock.now().saturating_duration_since(order.began.steady);
            log::of_call(&order.target.send(), result, took)
        });
    }
}

impl Order<'_> {
    fn known(&self) -> Known {
        Known { internet_message_id: self.internet_message_id.clone(), draft: None }
    }
}

impl<T, C> Core<T, C> {
    fn traffic(&self) -> &Traffic {
        self.traffic.current(Traffic::default)
    }
}

impl<T, C: Clock> Core<T, C> {
    fn moment(&self) -> Moment {
        Moment { steady: self.clock.now(), wall: self.clock.wall() }
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
            let left = order.deadline.saturating_duration_since(self.clock.now());
            if order.cancel.is_cancelled() {
                return Err(Status::Cancelled);
            }
            if left.is_zero() {
                return Err(Status::TimedOut);
            }
            self.clock.wait_for(&flights.landed, seen, left, &order.cancel);
        }
    }
}

#[cfg(test)]
mod tests;

//! The face: a client with its settings, a call with its own. Puts the real parts together, and checks what it is given.

#![cfg_attr(not(test), deny(clippy::wildcard_enum_match_arm))]

mod call;
mod settings;

use std::sync::Arc;

use once_cell::sync::OnceCell;
use uuid::Uuid;

pub use call::Call;
pub use settings::Settings;

pub use crate::credential::{Credential, Fixed, Means};
pub use crate::delivery::machine::Verify;
pub use crate::engine::{Clock, Level, Log, SystemClock};
pub use crate::operation::Receipt;
pub use crate::transport::{Interrupt, Roots};

use crate::engine::{Bounds, Engine};
use crate::error::Error;
use crate::graph::{Mailbox, MessageId, Target, Token};
use crate::operation::{self, Answer, DraftCall};
use crate::per_process::PerProcess;
use crate::sharing::Shared;
use crate::sharing::flights::Caller;
use crate::sharing::key::{MailboxKey, MessageKey};
use crate::transport::{Cancel, CancelSource, HttpTransport, Transport};

/// Settings, connections, and the calls in flight; used by any number of threads at once.
pub struct Client<T = HttpTransport, C = SystemClock> {
    settings: Settings,
    engine: Arc<Engine<T, C>>,
    shared: Arc<PerProcess<Shared<Answer>>>,
    cancel: CancelSource,
}

/// What all clients of this process share: two of them may well be asked to send the same draft.
fn of_this_process() -> Arc<PerProcess<Shared<Answer>>> {
    static SHARED: OnceCell<Arc<PerProcess<Shared<Answer>>>> = OnceCell::new();
    Arc::clone(SHARED.get_or_init(|| Arc::new(PerProcess::new(Shared::default()))))
}

impl Client {
    /// A client that talks to the service. Connects when the first call needs it.
    pub fn new(settings: Settings) -> Client {
        let transport = HttpTransport::new(settings.http.clone());
        Client::with_shared(settings, transport, SystemClock, of_this_process())
    }
}

impl<T: Transport + 'static, C: Clock + 'static> Client<T, C> {
    /// A client on another transport and clock that shares nothing with others.
    pub fn with_parts(settings: Settings, transport: T, clock: C) -> Client<T, C> {
        Client::with_shared(settings, transport, clock, Arc::new(PerProcess::new(Shared::default())))
    }

    /// A client on another transport and clock that shares what another client does, as all of a process do.
    pub fn sharing(other: &Client<T, C>, settings: Settings, transport: T, clock: C) -> Client<T, C> {
        Client::with_shared(settings, transport, clock, Arc::clone(&other.shared))
    }

    fn with_shared(
        settings: Settings,
        transport: T,
        clock: C,
        shared: Arc<PerProcess<Shared<Answer>>>,
    ) -> Client<T, C> {
        let engine = Engine { transport, clock, log: settings.log.clone(), settings: settings.engine() };
        Client { settings, engine: Arc::new(engine), shared, cancel: CancelSource::default() }
    }

    /// Ends every call in flight; calls that begin later are not touched.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// Sends the draft, and answers by the deadline whatever happens.
    pub fn send(&self, call: Option<&Call>, token: &str, user: &str, id: &str) -> Answer {
        self.send_with(call, &Fixed(Token::parse(token)?), user, id)
    }

    /// As [`send`](Client::send), with a credential that may renew its token.
    pub fn send_with(&self, call: Option<&Call>, credential: &dyn Credential, user: &str, id: &str) -> Answer {
        operation::send(&self.draft_call(call, credential, user, id)?)
    }

    /// Settles an earlier [`Status::Unknown`](crate::status::Status::Unknown): says whether the mail was sent, and sends nothing.
    pub fn check(&self, call: Option<&Call>, token: &str, user: &str, id: &str) -> Answer {
        operation::check(&self.draft_call(call, &Fixed(Token::parse(token)?), user, id)?)
    }

    fn draft_call<'a>(
        &'a self,
        call: Option<&Call>,
        credential: &'a dyn Credential,
        user: &str,
        id: &str,
    ) -> Result<DraftCall<'a, T, C>, Error> {
        let settings = &self.settings;
        let began = self.engine.moment();
        let cancel = Cancel::observing(&self.cancel, call.map(Call::cancel_source))
            .or_interrupted(call.and_then(Call::interrupt));
        let deadline = began.steady + call.and_then(Call::timeout).unwrap_or(settings.timeout);
        let bounds = Bounds { began, deadline, cancel };
        let (mailbox, id) = (Mailbox::parse(user)?, MessageId::parse(id)?);
        let shared = self.shared.current(Shared::default);
        let target = Target {
            base: settings.base_url.clone(),
            mailbox,
            id,
            token: self.engine.token(credential, &bounds)?,
            client_request_id: shared.request_ids.next().hyphenated().encode_lower(&mut Uuid::encode_buffer()).into(),
            user_agent: settings.user_agent(),
        };
        Ok(DraftCall {
            engine: &self.engine,
            shared,
            rules: settings.rules(),
            late_after: settings.late_after,
            key: MessageKey::of(&target.id),
            caller: Caller {
                client: Arc::as_ptr(&self.engine) as usize,
                mailbox: MailboxKey::of(&target.base, &target.mailbox, credential.identity()),
                token: target.token.clone(),
                settle: settings.settle,
            },
            target,
            internet_message_id: call.and_then(Call::internet_message_id).map(Arc::from),
            credential,
            bounds,
        })
    }
}

#[cfg(test)]
mod tests;

//! What one call has of its own.

use std::time::Duration;

use crate::error::Error;
use crate::graph::InternetMessageId;
use crate::transport::{CancelSource, Interrupt};

/// The settings of one call, and the means to cancel it.
#[derive(Default)]
pub struct Call {
    timeout: Option<Duration>,
    internet_message_id: Option<InternetMessageId>,
    cancel: CancelSource,
    interrupt: Option<Interrupt>,
}

impl Call {
    /// Bounds the whole call, in place of the client's setting; zero goes back to that.
    pub fn set_timeout(&mut self, timeout: Duration) {
        self.timeout = (!timeout.is_zero()).then_some(timeout);
    }

    /// Its own bound, if it has one.
    pub fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    /// The `internetMessageId` of the draft, by which it can be found in Sent Items; empty is none.
    pub fn set_internet_message_id(&mut self, id: &str) -> Result<(), Error> {
        self.internet_message_id = if id.is_empty() { None } else { Some(InternetMessageId::parse(id)?) };
        Ok(())
    }

    /// The `internetMessageId`, if it is known.
    pub fn internet_message_id(&self) -> Option<&str> {
        self.internet_message_id.as_ref().map(InternetMessageId::as_str)
    }

    /// Asks this, on the thread of the call and a few dozen times a second, whether the call is to end.
    pub fn set_interrupt(&mut self, interrupt: Interrupt) {
        self.interrupt = Some(interrupt);
    }

    /// What is asked whether the call is to end.
    pub fn interrupt(&self) -> Option<Interrupt> {
        self.interrupt.clone()
    }

    /// Ends the call, also one that begins later.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// What ends the call.
    pub fn cancel_source(&self) -> &CancelSource {
        &self.cancel
    }
}

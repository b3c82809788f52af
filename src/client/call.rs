//! What one call has of its own.

use std::time::Duration;

use crate::transport::CancelSource;

/// The settings of one call, and the means to cancel it.
#[derive(Debug, Default)]
pub struct Call {
    timeout: Option<Duration>,
    cancel: CancelSource,
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

    /// Ends the call, also one that begins later.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// What ends the call.
    pub fn cancel_source(&self) -> &CancelSource {
        &self.cancel
    }
}

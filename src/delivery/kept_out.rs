//! Why a request was kept out of the gate of its mailbox.

use std::time::Duration;

/// Why a request was kept out of the gate of its mailbox: nothing of it left the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptOut {
    /// The call was cancelled.
    Cancelled,
    /// The deadline of the call passed.
    OutOfTime,
    /// The service asked everybody to wait for the mailbox, longer than the call has; for so long.
    Paused(Duration),
}

//! Why a request was not made.

use std::time::Duration;

/// Why a request was not made: nothing of it left the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAdmitted {
    /// The call was cancelled.
    Cancelled,
    /// The deadline of the call passed.
    OutOfTime,
    /// The service asked everybody to wait for the mailbox, longer than the call has; for so long.
    Paused(Duration),
}

//! An attempt that brought no reply.

/// Why an exchange ended without a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The caller cancelled.
    Cancelled,
    /// The time for the attempt, or for the connect, ran out.
    TimedOut,
    /// The host name could not be resolved.
    Resolve,
    /// No connection came about, or it broke.
    Connection,
    /// The proxy refused, for a reason that another attempt will meet again.
    Proxy,
    /// The TLS handshake failed, for a reason that another attempt will meet again.
    Tls,
    /// What came back is no HTTP.
    Protocol,
    /// The request cannot be made here (no thread, no socket, unusable certificate store).
    Local,
}

/// An exchange without a reply, and how far the request had got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Whether the operating system took at least one byte of the request. Measured, never inferred from the cause, but for the
    /// one alert that says that nothing was read (`demanded_certificate`). While this is `false`, the service cannot have acted.
    pub handed_on: bool,
    /// Why it ended.
    pub cause: Cause,
    /// What happened, where, for a person; holds nothing secret.
    pub detail: String,
}

impl Cause {
    /// Whether the same attempt may well succeed a little later.
    pub fn may_pass(self) -> bool {
        match self {
            Cause::TimedOut | Cause::Resolve | Cause::Connection | Cause::Protocol => true,
            Cause::Cancelled | Cause::Proxy | Cause::Tls | Cause::Local => false,
        }
    }
}

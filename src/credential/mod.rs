//! Where tokens come from.

mod fixed;

pub use fixed::Fixed;

use crate::error::Error;
use crate::graph::Token;
use crate::transport::{Limits, Transport};

/// A source of tokens. Asked from any thread. What it has to fetch, it fetches by the transport it is given, and within the limits:
/// they are those of the call that asks.
pub trait Credential: Send + Sync {
    /// What tells it from other credentials, and with it whose mailbox `me` is. May be a secret: it is compared by its hash, and
    /// never shown.
    fn identity(&self) -> &str;

    /// The token to use now. Where there is none, why: nothing was sent then.
    fn token(&self, transport: &dyn Transport, limits: &Limits) -> Result<Token, Error>;

    /// Another token after the service refused this one, with the claims that it asks for, if any; nothing where there is no
    /// other. Asked once a call at most.
    fn renewed(
        &self,
        refused: &Token,
        claims: &str,
        transport: &dyn Transport,
        limits: &Limits,
    ) -> Result<Option<Token>, Error>;
}

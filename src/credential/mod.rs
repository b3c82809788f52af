//! Where tokens come from.

mod fixed;

pub use fixed::Fixed;

use std::time::{Duration, Instant};

use crate::error::Error;
use crate::graph::Token;
use crate::transport::{Cancel, Limits, Transport};

/// What a credential fetches a token by, and within which limits: those of the call that asks.
#[derive(Clone, Copy)]
pub struct Means<'a> {
    /// Carries its requests, as it does those of the call.
    pub transport: &'a dyn Transport,
    /// When the call must have ended.
    pub deadline: Instant,
    /// Bounds one request.
    pub attempt_timeout: Duration,
    /// Bounds the connect of one request.
    pub connect_timeout: Duration,
    /// The caller's wish to stop.
    pub cancel: &'a Cancel,
}

impl Means<'_> {
    /// The limits of a request that is made now.
    pub fn limits(&self, now: Instant) -> Limits {
        Limits::within(self.deadline, self.connect_timeout, self.attempt_timeout, now, self.cancel)
    }
}

/// A source of tokens. Asked from any thread. What it has to fetch, it fetches by the means that it is given.
pub trait Credential: Send + Sync {
    /// What tells it from other credentials, and with it whose mailbox `me` is. May be a secret: it is never shown. Only its
    /// length and its last 48 bytes are compared, by their hash: let it end in what differs.
    fn identity(&self) -> &str;

    /// The token to use now. Where there is none, why: nothing was sent then.
    fn token(&self, means: Means) -> Result<Token, Error>;

    /// Another token after the service refused this one, with the claims that it asks for, if any; nothing where there is no
    /// other. Asked once a call at most.
    fn renewed(&self, refused: &Token, claims: &str, means: Means) -> Result<Option<Token>, Error>;
}

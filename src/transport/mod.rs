//! Carries one request over HTTPS and brings back the reply, or tells how far it got.

mod body;
mod cancel;
pub mod http;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use body::Body;
pub use cancel::{Cancel, CancelSource, Interrupt, SLICE};
pub use http::{HttpOptions, HttpTransport, Proxy, Roots};

use crate::graph::{Failure, Reply, Request};

/// How long one exchange may take, and who may end it sooner.
#[derive(Debug, Clone)]
pub struct Limits {
    /// When the connection, TLS included, must stand.
    pub connect_by: Instant,
    /// When the whole reply must be there.
    pub reply_by: Instant,
    /// The longest that no byte of the request is taken and none of the reply comes, once the connection stands; nothing where
    /// `reply_by` alone counts. For a body that takes long and moves.
    pub stall: Option<Duration>,
    /// The caller's wish to stop.
    pub cancel: Cancel,
    /// What to do where the reply is late.
    pub late: Option<Late>,
}

impl Limits {
    /// Of one request that begins now: so long for the connect and for the whole, and not beyond the deadline of its call.
    pub fn within(deadline: Instant, connect: Duration, whole: Duration, now: Instant, cancel: &Cancel) -> Limits {
        Limits {
            connect_by: deadline.min(now + connect.min(whole)),
            reply_by: deadline.min(now + whole),
            stall: None,
            cancel: cancel.clone(),
            late: None,
        }
    }
}

/// Something to do, once, while a late reply is still awaited.
#[derive(Clone)]
pub struct Late {
    /// When the reply counts as late.
    pub at: Instant,
    /// What is done.
    pub call: WhenLate,
}

/// What is done while a late reply is awaited: called on the thread that waits, with the time by which it must have ended, since
/// that goes on waiting afterwards.
pub type WhenLate = Arc<dyn Fn(Instant) + Send + Sync>;

impl fmt::Debug for Late {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Late({:?})", self.at)
    }
}

/// One exchange at a time, from any number of threads.
///
/// An implementation keeps to the limits whatever the peer does, follows no redirect, repeats nothing, and where it
/// gives up after the first byte of the request makes sure that the rest of it is not delivered later.
pub trait Transport: Send + Sync {
    /// Sends the request with its body and reads the reply to its end, or to [`LONGEST_BODY`](crate::graph::LONGEST_BODY).
    fn exchange(&self, request: &Request, body: Body, limits: &Limits) -> Result<Reply, Failure>;
}

//! A host that is spoken to, and what it was seen to do.

use std::sync::atomic::{AtomicBool, Ordering};

use http::HeaderValue;

use super::call_state::Came;
use crate::graph::{Reply, Request};

/// A host and port, over TLS or not.
#[derive(Debug)]
pub struct Host {
    name: HeaderValue,
    is_tls: bool,
    /// Whether a reply of it has repeated a `client-request-id`.
    repeats_request_ids: AtomicBool,
}

impl Host {
    /// The host of a request.
    pub fn of(request: &Request) -> Host {
        Host { name: request.host.clone(), is_tls: is_tls(request), repeats_request_ids: AtomicBool::new(false) }
    }

    /// Whether a request goes to this host.
    pub fn is_of(&self, request: &Request) -> bool {
        self.name == request.host && self.is_tls == is_tls(request)
    }

    /// Whether a reply is a success that was there at once and repeats no `client-request-id`, where others have done so. Between
    /// the question whether a peer has spoken and the write there is always a moment: what is said in it is not seen to be early.
    pub fn repeats_no_request_id(&self, reply: &Reply, came: Came) -> bool {
        if reply.client_request_ids.is_empty() {
            let is_success = (200..300).contains(&reply.status);
            return is_success && came == Came::AtOnce && self.repeats_request_ids.load(Ordering::Relaxed);
        }
        // What was early teaches nothing.
        if came != Came::Early {
            self.repeats_request_ids.store(true, Ordering::Relaxed);
        }
        false
    }
}

fn is_tls(request: &Request) -> bool {
    // Of http and https, which alone are asked for.
    matches!(request.url.as_bytes().get("http".len()), Some(b's' | b'S'))
}

//! A request on its way out.

use std::io::{self, Read};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Uri, header};

use super::trouble::Trouble;
use crate::graph::{Cause, Failure, Method, Request, Token};
use crate::transport::Body;

static CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");

/// Keeps the text of a token wiped after use: the header's bytes are the token's own.
struct Authorization(Token);

impl AsRef<[u8]> for Authorization {
    fn as_ref(&self) -> &[u8] {
        self.0.authorization().as_bytes()
    }
}

/// A request as HTTP has it, without its body.
pub fn http_request(request: &Request, body: &Body) -> Result<http::Request<()>, Failure> {
    let unusable = |_: http::Error| Failure {
        handed_on: false,
        cause: Cause::Local,
        detail: "the request cannot be written as HTTP".to_owned(),
    };
    let id = HeaderValue::from_str(&request.client_request_id).map_err(|error| unusable(error.into()))?;
    // Not by the builder of `http`, which moves the whole request along for each header.
    let mut made = http::Request::new(());
    *made.uri_mut() =
        Uri::from_maybe_shared(Bytes::from(request.url.clone())).map_err(|error| unusable(error.into()))?;
    let headers = made.headers_mut();
    let (length, content_type) = (content_length(request.method, body), body.content_type());
    // Those of a send. Room for one more would double what is allocated.
    headers.reserve(6);
    headers.insert(header::HOST, request.host.clone());
    if let Some(length) = length {
        headers.insert(header::CONTENT_LENGTH, length);
    }
    if let Some(content_type) = content_type {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    if let Some(token) = &request.token {
        let mut authorization = HeaderValue::from_maybe_shared(Bytes::from_owner(Authorization(token.clone())))
            .map_err(|error| unusable(error.into()))?;
        authorization.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, authorization);
    }
    headers.insert(header::USER_AGENT, request.user_agent.clone());
    headers.insert(CLIENT_REQUEST_ID.clone(), id);
    for (name, value) in &request.headers {
        headers.insert(name.clone(), value.clone());
    }
    *made.method_mut() = match request.method {
        Method::Get => http::Method::GET,
        Method::Post => http::Method::POST,
        Method::Put => http::Method::PUT,
        Method::Patch => http::Method::PATCH,
        Method::Delete => http::Method::DELETE,
    };
    Ok(made)
}

/// A method that may have a body and has none says so: without it the service answers 411
/// (<https://learn.microsoft.com/graph/api/message-send>).
fn content_length(method: Method, body: &Body) -> Option<HeaderValue> {
    match (method, body) {
        (Method::Get | Method::Delete, Body::None) => None,
        (Method::Post | Method::Put | Method::Patch, Body::None) => Some(HeaderValue::from_static("0")),
        (_, Body::Bytes { .. } | Body::Reader { .. }) => Some(HeaderValue::from(body.length())),
    }
}

/// A body that is read while it is sent, held to the length that its request tells.
pub struct WholeBody<R> {
    reader: R,
    left: u64,
}

impl<R: Read> WholeBody<R> {
    /// Of a reader that is to give so many bytes.
    pub fn of(reader: R, length: u64) -> WholeBody<R> {
        WholeBody { reader, left: length }
    }
}

impl<R: Read> Read for WholeBody<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Ok(0);
        }
        let room = buf.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let amount = self.reader.read(&mut buf[..room]).map_err(unreadable)?;
        if amount == 0 && room > 0 {
            return Err(changed("has fewer bytes than were announced"));
        }
        self.left -= amount as u64;
        // Asked before the last byte leaves: nobody reads beyond it.
        if self.left == 0 && self.reader.read(&mut [0]).map_err(unreadable)? > 0 {
            return Err(changed("has more bytes than were announced"));
        }
        Ok(amount)
    }
}

/// A body that cannot be opened or read.
pub fn unreadable(error: io::Error) -> io::Error {
    Trouble::error(Cause::Local, format!("the body of the request cannot be read ({error})"))
}

fn changed(how: &str) -> io::Error {
    Trouble::error(Cause::Local, format!("the body of the request {how}: it changed meanwhile"))
}

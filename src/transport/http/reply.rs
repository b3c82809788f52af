//! A reply on its way in.

use std::io::{self, Read};

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::call_state::CallState;
use super::framing::framing;
use crate::graph::{BodyEnd, Framing, LONGEST_BODY, Reply, Request, is_printable};

static REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
static CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");

/// Reads the reply to a request, to the end of its body.
pub fn read_reply(response: http::Response<ureq::Body>, request: &Request, call: &CallState) -> io::Result<Reply> {
    let (parts, mut body) = response.into_parts();
    let status = parts.status.as_u16();
    let mut framing = framing(status, parts.version, &parts.headers);
    let (body, body_end) = match framing {
        // Nothing in such a body could make the reply certain, so nobody waits for a connection to end.
        Framing::Uncertain if parts.status.is_success() => (Vec::new(), BodyEnd::CutOff),
        _ => read_body(&mut body.as_reader())?,
    };
    if framing == Framing::Chunked && !call.ends_in_last_chunk() {
        framing = Framing::Uncertain;
    }
    let (mut date, mut retry_after) = (Sole::Absent, Sole::Absent);
    let mut request_id = String::new();
    let (mut www_authenticate, mut client_request_ids) = (Vec::new(), Vec::new());
    for (name, value) in &parts.headers {
        if *name == header::DATE {
            date.add(value);
        } else if *name == header::RETRY_AFTER {
            retry_after.add(value);
        } else if *name == header::WWW_AUTHENTICATE {
            www_authenticate.push(text(value));
        } else if *name == REQUEST_ID && request_id.is_empty() {
            request_id = text(value);
        } else if *name == CLIENT_REQUEST_ID {
            client_request_ids.push(text(value));
        }
    }
    let (date, retry_after) = (date.text(), retry_after.text());
    let headers =
        if request.reply_headers.is_empty() { Vec::new() } else { wanted(&parts.headers, request.reply_headers) };
    Ok(Reply {
        status,
        framing,
        body_end,
        body,
        request_id,
        retry_after,
        date,
        www_authenticate,
        client_request_ids,
        headers,
        came_early: false,
        repeats_no_request_id: false,
    })
}

/// The headers that a request asked for.
fn wanted(headers: &HeaderMap, names: &[HeaderName]) -> Vec<(HeaderName, String)> {
    let values =
        names.iter().flat_map(|name| headers.get_all(name).iter().map(move |value| (name.clone(), text(value))));
    values.collect()
}

/// A header that can say one thing only: where it comes again and says another, neither can be relied on.
enum Sole<'a> {
    Absent,
    Says(&'a HeaderValue),
    Differs,
}

impl<'a> Sole<'a> {
    fn add(&mut self, value: &'a HeaderValue) {
        *self = match *self {
            Sole::Absent => Sole::Says(value),
            Sole::Says(first) if first == value => return,
            Sole::Says(_) | Sole::Differs => Sole::Differs,
        }
    }

    fn text(self) -> Option<String> {
        match self {
            Sole::Says(value) => Some(text(value)),
            Sole::Absent | Sole::Differs => None,
        }
    }
}

/// A header as text that can stand in one line of a log.
fn text(value: &HeaderValue) -> String {
    // Not by `to_str`, which asks about each byte by itself what is asked here of all.
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) if is_printable(text) => return text.to_owned(),
        _ => {}
    }
    String::from_utf8_lossy(value.as_bytes()).chars().filter(|c| !c.is_control()).collect()
}

/// Reads a body as far as it comes. A body that breaks off is no failure of the exchange: the status line and headers
/// are there, and the judgement is not made here.
fn read_body(reader: &mut impl Read) -> io::Result<(Vec<u8>, BodyEnd)> {
    let mut body = Vec::new();
    match reader.take(LONGEST_BODY as u64 + 1).read_to_end(&mut body) {
        Ok(_) if body.len() > LONGEST_BODY => {
            body.truncate(LONGEST_BODY);
            Ok((body, BodyEnd::TooLong))
        }
        Ok(_) => Ok((body, BodyEnd::Complete)),
        Err(_) => Ok((body, BodyEnd::CutOff)),
    }
}

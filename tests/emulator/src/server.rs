//! Connections: accepted here, read by hyper, and taken back from it where a fault needs the bare socket.

use std::convert::Infallible;
use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use crate::answer::{Answer, Held, answer};
use crate::control;
use crate::faults::{self, ConnectionFault, Fault, Then, unasked};
use crate::graph::MAX_BODY;
use crate::reply::Reply;
use crate::request::Request;
use crate::wire::{Script, Socket};
use crate::world::Shared;

/// Accepts connections until it is dropped.
pub async fn run(listener: TcpListener, shared: Arc<Shared>) -> Infallible {
    let mut number = 0;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                number += 1;
                tokio::spawn(connection(stream, Arc::clone(&shared), number));
            }
            // Out of descriptors, or a client that has gone already: neither is the end of the server.
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
        }
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>, number: u64) {
    let _ = stream.set_nodelay(true);
    let mut socket = Socket::new(stream);
    let (name, fault) = shared.lock().rules.take_connection().unzip();
    let (name, mut answered) = (name.unwrap_or_default(), None);
    match fault {
        None => {}
        Some(ConnectionFault::ResetOnConnect) => return socket.reset(),
        Some(ConnectionFault::CloseOnConnect) => return socket.close().await,
        Some(ConnectionFault::ResetBeforeReading) => {
            socket.wait_for_bytes().await;
            return socket.reset();
        }
        Some(ConnectionFault::Hang) => return socket.hang().await,
        Some(ConnectionFault::AnswerBeforeReading { accept }) => {
            if !socket.write(unasked().as_bytes(), None).await {
                return;
            }
            let then = if accept { "accept-then-close" } else { "close" };
            answered = faults::expand(Some(then), serde_json::Map::new()).ok().map(|fault| (name, fault));
        }
    }
    while let Some((mut taken, script, held)) = serve(socket, &shared, number, answered.clone()).await {
        let written = taken.write(&script.bytes, script.trickle).await;
        let Held { active, slot } = held;
        drop(active);
        if !written {
            return;
        }
        match script.then {
            Then::Keep => {}
            Then::Close => return taken.close().await,
            Then::Reset => return taken.reset(),
            Then::Hang => return taken.hang().await,
            Then::Trickle => return taken.trickle_for_ever().await,
        }
        drop(slot);
        socket = taken;
    }
}

/// Tells hyper to let go of a connection; the script lies beside it.
#[derive(Debug)]
struct Taken;

impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection was taken back")
    }
}

impl std::error::Error for Taken {}

/// Serves requests by HTTP's rules until the connection ends, or until one is to be answered by a script.
async fn serve(
    socket: Socket,
    shared: &Arc<Shared>,
    number: u64,
    answered: Option<(String, Fault)>,
) -> Option<(Socket, Script, Held)> {
    let slot: Arc<Mutex<Option<(Script, Held)>>> = Arc::default();
    let service = service_fn(|request| {
        let (shared, slot, answered) = (Arc::clone(shared), Arc::clone(&slot), answered.clone());
        Box::pin(async move {
            let request = read(request).await.map_err(|_| Taken)?;
            if control::is_for(&request) {
                return Ok(response(control::answer(&shared, &request)));
            }
            match answer(&shared, number, request, answered).await {
                Answer::Reply(reply) => Ok(response(reply)),
                Answer::Script(script, held) => {
                    *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some((script, held));
                    Err(Taken)
                }
            }
        })
    });
    // Who closes after a request has still made it.
    // The Date header is the reply's own affair: a mailbox can be set to give none.
    let mut connection =
        http1::Builder::new().half_close(true).auto_date_header(false).serve_connection(TokioIo::new(socket), service);
    let _ = poll_fn(|cx| connection.poll_without_shutdown(cx)).await;
    let parts = connection.into_parts();
    let mut socket = parts.io.into_inner();
    let script = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
    match script {
        Some((script, held)) => {
            socket.unread(parts.read_buf);
            Some((socket, script, held))
        }
        None => {
            socket.close().await;
            None
        }
    }
}

/// Reads a request to its end, and keeps as much of the body as the service would.
async fn read(request: hyper::Request<Incoming>) -> Result<Request, hyper::Error> {
    let (head, mut incoming) = request.into_parts();
    let mut body = Vec::new();
    let mut body_len = 0;
    while let Some(frame) = incoming.frame().await {
        if let Ok(data) = frame?.into_data() {
            body_len += data.len() as u64;
            if body_len <= MAX_BODY {
                body.extend_from_slice(&data);
            }
        }
    }
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Ok(Request {
        method: head.method.as_str().to_owned(),
        target: head.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned(),
        headers: head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
        body,
        body_len,
    })
}

fn response(reply: Reply) -> hyper::Response<Full<Bytes>> {
    let mut response = hyper::Response::new(Full::new(Bytes::from(reply.body)));
    *response.status_mut() =
        hyper::StatusCode::from_u16(reply.status).unwrap_or(hyper::StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in reply.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

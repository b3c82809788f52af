//! What happens to one request: it is written down, a fault may be waiting for it, it is carried out, it is answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::task::JoinHandle;

use crate::clock::{self, Now};
use crate::failure::Failure;
use crate::faults::{self, Fault, Framing, Then};
use crate::graph::{self, Access};
use crate::journal::Seen;
use crate::reply::{Reply, Trace};
use crate::request::Request;
use crate::wire::{self, Script};
use crate::world::{Active, Shared, Slot, World};

/// The header by which one request asks for a fault itself: the name of a preset, or a fault in JSON.
const FAULT_HEADER: &str = "x-emulator-fault";

/// How a request is answered.
#[derive(Debug)]
pub enum Answer {
    /// By HTTP's rules.
    Reply(Reply),
    /// By bytes on the socket.
    Script(Script, Held),
}

/// What a request holds on to until it is over.
#[derive(Debug)]
pub struct Held {
    /// Let go when the bytes are written.
    pub active: Active,
    /// Let go when the connection has come to its end.
    pub slot: Option<Slot>,
}

/// One request on its way.
struct Call {
    shared: Arc<Shared>,
    request: Request,
    access: Access,
    trace: Trace,
    sequence: u64,
    started: Instant,
    noted: AtomicBool,
}

/// Answers a request.
///
/// `answered` is the fault of a connection on which the reply went before the request.
pub async fn answer(
    shared: &Arc<Shared>,
    connection: u64,
    request: Request,
    answered: Option<(String, Fault)>,
) -> Answer {
    let active = Active::new(shared);
    let now = Now::read();
    let (call, slot, fault, latency) = {
        let mut world = shared.lock();
        let dates = world.store.settings.date_header_s.clone();
        let trace = Trace::new(request.header("client-request-id"), now.wall, dates);
        let access = graph::resolve(&world.store, &request);
        let mailbox = access.mailbox;
        let name = mailbox.and_then(|at| world.store.mailboxes().get(at)).map(|m| m.user_principal_name.clone());
        let sequence = world.journal.add(seen(connection, &request, &access, &trace, name, now));
        let app = access.token.as_ref().map(|(_, app)| app.clone());
        let framed = request.is_framed_where_needed();
        let limited = mailbox.zip(app).filter(|_| framed && access.granted().is_ok());
        let slot = match limited {
            None => Ok(None),
            Some((at, app)) => Slot::take(shared, &mut world, at, &app).map(Some).ok_or(()),
        };
        let fault = match answered {
            Some(answered) => Ok(Some(answered)),
            None if framed && slot.is_ok() => fault(&mut world, &request, &access),
            None => Ok(None),
        };
        if let (Ok(Some((name, _))), Some(seen)) = (&fault, world.journal.get_mut(sequence)) {
            seen.fault = Some(name.clone());
        }
        let latency = world.store.settings.latency_ms;
        let call = Call {
            shared: Arc::clone(shared),
            request,
            access,
            trace,
            sequence,
            started: now.instant,
            noted: AtomicBool::new(false),
        };
        (Arc::new(call), slot, fault, latency)
    };
    if !call.request.is_framed_where_needed() {
        return call.reply(graph::length_required());
    }
    let Ok(slot) = slot else {
        let seconds = call.shared.lock().store.settings.retry_after_s;
        let reply = Failure::over_limit(seconds).reply(&call.trace).dressed(&call.trace);
        return call.reply(reply);
    };
    pause(latency).await;
    match fault {
        Err(message) => call.reply(Reply::text(400, "text/plain", message)),
        Ok(None) => call.reply(call.perform()),
        Ok(Some((_, fault))) => call.fail(&fault, Held { active, slot }).await,
    }
}

async fn pause(ms: u64) {
    if ms > 0 {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}

/// The fault that waits for this request: its own header's, or that of a rule.
fn fault(world: &mut World, request: &Request, access: &Access) -> Result<Option<(String, Fault)>, String> {
    if let Some(asked) = request.header(FAULT_HEADER) {
        if !asked.starts_with('{') {
            return Ok(Some((asked.to_owned(), faults::expand(Some(asked), serde_json::Map::new())?)));
        }
        let Ok(Value::Object(mut parts)) = serde_json::from_str(asked) else {
            return Err(format!("{FAULT_HEADER} is the name of a preset or a JSON object"));
        };
        let preset = parts.remove("do");
        let preset = preset.as_ref().and_then(Value::as_str);
        return Ok(Some((preset.unwrap_or("custom").to_owned(), faults::expand(preset, parts)?)));
    }
    let World { store, rules, .. } = world;
    let is_mailbox = |name: &str| access.mailbox.is_some() && store.find_mailbox(name) == access.mailbox;
    Ok(rules.take_request(access.operation_name(), is_mailbox))
}

impl Call {
    /// Carries the operation out. Returns its reply.
    fn perform(&self) -> Reply {
        let mut world = self.shared.lock();
        let now = world.store.now();
        let reply = graph::perform(&mut world.store, &self.request, &self.access, &self.trace, now);
        let success = reply.status < 300;
        if let Some(seen) = world.journal.get_mut(self.sequence) {
            seen.performed = success;
        }
        reply.dressed(&self.trace)
    }

    fn reply(&self, reply: Reply) -> Answer {
        self.note(Some(reply.status));
        Answer::Reply(reply)
    }

    fn note(&self, status: Option<u16>) {
        self.noted.store(true, Ordering::Release);
        let duration = self.started.elapsed().as_millis();
        self.shared.answered(self.sequence, |seen| {
            seen.status = status;
            seen.duration_ms = u64::try_from(duration).unwrap_or(u64::MAX);
        });
    }

    async fn fail(self: &Arc<Self>, fault: &Fault, held: Held) -> Answer {
        let own = if !fault.accept {
            None
        } else if fault.accept_delay_ms == 0 && !fault.detached {
            Some(self.perform())
        } else {
            let task = self.perform_later(fault.accept_delay_ms);
            if fault.detached { None } else { task.await.ok() }
        };
        pause(fault.delay_ms).await;
        let (mut bytes, status) = match (&fault.raw, &fault.reply, own) {
            (Some(raw), _, _) => (raw.clone().into_bytes(), None),
            (None, Some(plan), own) => {
                let reply = plan.make(own, &self.trace, |text| self.fill(text));
                (wire::bytes(&reply, Some(plan)), Some(reply.status))
            }
            (None, None, own) => {
                let reply = own.unwrap_or_else(|| Reply::empty(500));
                (wire::bytes(&reply, None), Some(reply.status))
            }
        };
        if let Some(prelude) = &fault.prelude {
            bytes.splice(0..0, prelude.bytes());
        }
        if let Some(postlude) = &fault.postlude {
            bytes.extend_from_slice(postlude.as_bytes());
        }
        self.note(status);
        let ends = matches!(fault.reply.as_ref().map(|r| r.framing), Some(Framing::Close | Framing::Cut))
            || fault.raw.is_some()
            || self.request.wants_close();
        let then = fault.then.unwrap_or(if ends { Then::Close } else { Then::Keep });
        let trickle = (fault.trickle_ms > 0).then(|| Duration::from_millis(fault.trickle_ms));
        Answer::Script(Script { bytes, trickle, then }, held)
    }

    /// What a string in a fault's `item` stands for, if not for itself.
    fn fill(&self, text: &str) -> Option<String> {
        let world = self.shared.lock();
        if let Some(seconds) = text.strip_prefix("time:").and_then(|seconds| seconds.parse().ok()) {
            return Some(clock::timestamp(clock::shifted(world.store.now().wall, seconds)));
        }
        let mailbox = world.store.mailboxes().get(self.access.mailbox?)?;
        mailbox.folder(text.strip_prefix("folder:")?).ok().map(|folder| mailbox.folder_id(folder))
    }

    /// Carries the operation out after a while, whether the client is still there or not.
    fn perform_later(self: &Arc<Self>, delay_ms: u64) -> JoinHandle<Reply> {
        let (call, active) = (Arc::clone(self), Active::new(&self.shared));
        tokio::spawn(async move {
            pause(delay_ms).await;
            let done = call.perform();
            drop(active);
            done
        })
    }
}

/// A client that goes before its answer leaves this to say so.
impl Drop for Call {
    fn drop(&mut self) {
        if !self.noted.load(Ordering::Acquire) {
            self.note(None);
        }
    }
}

impl Request {
    /// A request with a body says how long it is; one that needs none may leave that out.
    fn is_framed_where_needed(&self) -> bool {
        !matches!(self.method.as_str(), "POST" | "PUT" | "PATCH") || self.is_framed()
    }
}

fn seen(connection: u64, request: &Request, access: &Access, trace: &Trace, mailbox: Option<String>, now: Now) -> Seen {
    let secret = ["authorization", "proxy-authorization", "cookie"];
    let shown = request.headers.iter().filter(|(name, _)| !secret.contains(&name.as_str()));
    Seen {
        sequence: 0,
        connection,
        at: clock::precise(now.wall),
        method: request.method.clone(),
        path: request.target.clone(),
        operation: access.operation_name().to_owned(),
        mailbox,
        authorization: request.header("authorization").is_some(),
        token: access.token.as_ref().map(|(name, _)| name.clone()),
        user_agent: request.header("user-agent").map(str::to_owned),
        client_request_id: request.header("client-request-id").map(str::to_owned),
        request_id: trace.request_id.to_string(),
        headers: shown.cloned().collect(),
        body_len: request.body_len,
        status: None,
        performed: false,
        fault: None,
        duration_ms: 0,
    }
}

//! The emulator's own interface, under `/_emulator/`.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::error::Error;
use crate::faults;
use crate::reply::Reply;
use crate::request::Request;
use crate::store::NewDrafts;
use crate::world::Shared;

/// Where it lies.
const ROOT: &str = "/_emulator";

/// One of the requests there are.
struct Entry {
    method: &'static str,
    path: &'static str,
    /// What it does, in a line.
    does: &'static str,
    answer: fn(&Call<'_>) -> Result<Reply, Error>,
}

const fn entry(
    method: &'static str,
    path: &'static str,
    does: &'static str,
    answer: fn(&Call<'_>) -> Result<Reply, Error>,
) -> Entry {
    Entry { method, path, does, answer }
}

/// All of them: those that are answered are those that are listed.
static ENTRIES: &[Entry] = &[
    entry("GET", "", "this list", list),
    entry("GET", "journal", "every request seen: headers, status, fault; never a token", |call| {
        json(call.shared.lock().journal.all())
    }),
    entry("DELETE", "journal", "forget the requests seen", |call| {
        call.shared.lock().journal.clear();
        done()
    }),
    entry("GET", "mails", "every mail that left", |call| json(call.shared.lock().store.mails())),
    entry("POST", "drafts", "make a draft that can be sent; answers its id: mailbox?, count?, subject?", add_drafts),
    entry("POST", "faults", "add a fault rule, or an array of them: on, do, times?, ...", |call| {
        call.shared.lock().rules.add(&call.body()?)?;
        done()
    }),
    entry("DELETE", "faults", "forget all fault rules", |call| {
        call.shared.lock().rules.clear();
        done()
    }),
    entry("GET", "presets", "what a rule can do, by name, and each written out", |_| json(&faults::presets())),
    entry("GET", "settings", "how the mailboxes behave", |call| json(&call.shared.lock().store.settings)),
    entry("PATCH", "settings", "change the settings that are named", change_settings),
    entry("POST", "settle", "move every accepted draft to Sent Items now", |call| {
        let mut world = call.shared.lock();
        let now = world.store.now();
        world.store.settle_all(now);
        done()
    }),
    entry("POST", "mailboxes", "add a mailbox: userPrincipalName, id?, mail?, displayName?, enabled?", add_mailbox),
    entry("POST", "tokens", "add a token: token, name?, mailbox?, scopes?, expired?, app?", |call| {
        call.shared.lock().store.add_token(call.body()?)?;
        done()
    }),
    entry("GET", "state", "settings, mailboxes and the messages in them", |call| json(&call.shared.describe())),
    entry("POST", "reset", "as it was at the start, without drafts, mails, rules and journal", |call| {
        call.shared.reset();
        done()
    }),
];

/// A request on its way to its answer.
struct Call<'a> {
    shared: &'a Shared,
    request: &'a Request,
}

impl Call<'_> {
    fn body<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let body: Value =
            serde_json::from_slice(&self.request.body).map_err(|e| Error::new(format!("the body is not JSON: {e}")))?;
        Ok(serde_json::from_value(body)?)
    }
}

/// Whether a request is one to the emulator itself.
pub fn is_for(request: &Request) -> bool {
    path(request).is_some()
}

fn path(request: &Request) -> Option<&str> {
    let path = request.path().strip_prefix(ROOT)?;
    if path.is_empty() { Some(path) } else { path.strip_prefix('/') }
}

/// Answers a request to the emulator itself.
pub fn answer(shared: &Shared, request: &Request) -> Reply {
    let (method, path) = (request.method.as_str(), path(request).unwrap_or_default());
    let Some(entry) = ENTRIES.iter().find(|entry| entry.method == method && entry.path == path) else {
        return refuse(404, &format!("the emulator has no {method} {ROOT}/{path}; GET {ROOT}/ lists what it has"));
    };
    (entry.answer)(&Call { shared, request }).unwrap_or_else(|error| refuse(400, &error.to_string()))
}

fn refuse(status: u16, message: &str) -> Reply {
    pretty(status, &json!({ "error": message }))
}

fn pretty(status: u16, body: &Value) -> Reply {
    Reply::text(status, "application/json", format!("{body:#}\n"))
}

fn json<T: Serialize + ?Sized>(body: &T) -> Result<Reply, Error> {
    Ok(pretty(200, &serde_json::to_value(body)?))
}

fn done() -> Result<Reply, Error> {
    json(&json!({}))
}

fn list(call: &Call<'_>) -> Result<Reply, Error> {
    let requests: BTreeMap<String, &str> =
        ENTRIES.iter().map(|entry| (format!("{} {ROOT}/{}", entry.method, entry.path), entry.does)).collect();
    json(&json!({
        "base_url": call.shared.base_url(),
        "tokens": call.shared.lock().store.describe_tokens(),
        "requests": requests,
    }))
}

/// Answers in plain text, for shells: `draft=$(curl -sf -d '' ...)`. curl calls an empty body a form.
fn add_drafts(call: &Call<'_>) -> Result<Reply, Error> {
    let new = if call.request.body.is_empty() { NewDrafts::default() } else { call.body()? };
    let mut world = call.shared.lock();
    let now = world.store.now();
    let ids = world.store.add_drafts(&new, now)?;
    Ok(Reply::text(201, "text/plain", ids.join("\n") + "\n"))
}

fn add_mailbox(call: &Call<'_>) -> Result<Reply, Error> {
    let new = call.body()?;
    let mut world = call.shared.lock();
    let now = world.store.now();
    let id = world.store.add_mailbox(new, now)?;
    json(&json!({ "id": id.to_string() }))
}

fn change_settings(call: &Call<'_>) -> Result<Reply, Error> {
    let changes = call.body()?;
    let mut world = call.shared.lock();
    world.store.settings = world.store.settings.with(&changes)?;
    json(&world.store.settings)
}

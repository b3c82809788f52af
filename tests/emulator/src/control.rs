//! The emulator's own interface, under `/_emulator/`.

use serde_json::{Value, json};

use crate::error::Error;
use crate::faults;
use crate::reply::Reply;
use crate::request::Request;
use crate::world::Shared;

/// Where it lies.
pub const PREFIX: &str = "/_emulator/";

/// Answers a request to the emulator itself.
pub fn answer(shared: &Shared, request: &Request) -> Reply {
    let path = request.path().strip_prefix(PREFIX).unwrap_or_default();
    match call(shared, &request.method, path, &request.body) {
        Ok(Some(body)) => Reply::text(200, "application/json", format!("{body:#}\n")),
        Ok(None) => refuse(404, &format!("the emulator has no {} /_emulator/{path}", request.method)),
        Err(error) => refuse(400, &error.to_string()),
    }
}

fn refuse(status: u16, message: &str) -> Reply {
    Reply::text(status, "application/json", format!("{:#}\n", json!({ "error": message })))
}

fn call(shared: &Shared, method: &str, path: &str, body: &[u8]) -> Result<Option<Value>, Error> {
    let read = || -> Result<Value, Error> {
        serde_json::from_slice(body).map_err(|e| Error::new(format!("the body is not JSON: {e}")))
    };
    let done = Ok(Some(json!({})));
    match (method, path) {
        ("GET", "journal") => Ok(Some(serde_json::to_value(shared.lock().journal.all())?)),
        ("DELETE", "journal") => {
            shared.lock().journal.clear();
            done
        }
        ("GET", "mails") => Ok(Some(serde_json::to_value(shared.lock().store.mails())?)),
        ("GET", "state") => Ok(Some(shared.describe())),
        ("GET", "presets") => Ok(Some(faults::presets())),
        ("POST", "faults") => {
            shared.lock().rules.add(&read()?)?;
            done
        }
        ("DELETE", "faults") => {
            shared.lock().rules.clear();
            done
        }
        ("POST", "mailboxes") => {
            let new = serde_json::from_value(read()?)?;
            let mut world = shared.lock();
            let now = world.store.now();
            let id = world.store.add_mailbox(new, now)?;
            Ok(Some(json!({ "id": id.to_string() })))
        }
        ("POST", "tokens") => {
            let new = serde_json::from_value(read()?)?;
            shared.lock().store.add_token(new)?;
            done
        }
        ("GET", "settings") => Ok(Some(serde_json::to_value(&shared.lock().store.settings)?)),
        ("PATCH", "settings") => {
            let changes = read()?;
            let mut world = shared.lock();
            world.store.settings = world.store.settings.with(&changes)?;
            Ok(Some(serde_json::to_value(&world.store.settings)?))
        }
        ("POST", "settle") => {
            let mut world = shared.lock();
            let now = world.store.now();
            world.store.settle_all(now);
            done
        }
        ("POST", "reset") => {
            shared.reset();
            done
        }
        _ => Ok(None),
    }
}

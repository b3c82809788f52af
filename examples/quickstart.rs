//! Sends a new message, a reply, a reply-all and a forward through the exported C function, to an emulated mailbox.
//!
//! `cargo run --example quickstart` needs no account, no network and no other set-up.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::ffi::{CStr, CString};
use std::ptr;

use graph_emulator::{Config, Emulator};
use graph_message::ffi;
use serde_json::{Value, json};

const MAILBOX: &str = "megan@contoso.example";
const TOKEN: &str = "user-token";

fn main() -> Result<(), Box<dyn Error>> {
    let emulator = Emulator::start(Config::default())?;
    println!("A mailbox that behaves like Graph's listens on {}\n", emulator.base_url());
    point_the_library_at(&emulator)?;

    let http = ureq::agent();
    let to = json!([{ "emailAddress": { "address": "lee@fabrikam.example" } }]);
    let received = segment(&emulator.received_id(MAILBOX)?);
    let drafts = [
        ("a new message", "messages".to_owned(), json!({ "subject": "Invoice 4711", "toRecipients": to })),
        ("a reply", format!("messages/{received}/createReply"), json!({ "comment": "Thanks" })),
        ("a reply to all", format!("messages/{received}/createReplyAll"), json!({ "comment": "Thanks, all" })),
        (
            "a forward",
            format!("messages/{received}/createForward"),
            json!({ "comment": "See below", "toRecipients": to }),
        ),
    ];
    for (what, path, body) in drafts {
        let draft = request(&http, &emulator, "POST", &path, Some(&body))?;
        let id = draft["id"].as_str().ok_or("a draft without an id")?;
        emulator.clear_journal();

        let (status, message) = send(id)?;

        println!("{what}: {status}{message}");
        for seen in emulator.journal() {
            println!("  request     {} {} -> {}", seen.method, shortened(&seen.path), seen.status.unwrap_or_default());
        }
        let filter = format!("internetMessageId eq '{}'", draft["internetMessageId"].as_str().unwrap_or_default());
        let query = format!("mailFolders/sentitems/messages?$filter={}", segment(&filter));
        let found = request(&http, &emulator, "GET", &query, None)?;
        let item = &found["value"][0];
        println!("  Sent Items  {} to {}, sent {}\n", item["subject"], recipients(item), item["sentDateTime"]);
        if status != "GRAPH_OK" || item["isDraft"] != json!(false) {
            return Err(format!("{what} did not go out").into());
        }
    }
    Ok(())
}

/// `graph_init`, so that `graph_message_send` goes to the emulator and not to Microsoft.
fn point_the_library_at(emulator: &Emulator) -> Result<(), Box<dyn Error>> {
    let base_url = CString::new(emulator.base_url())?;
    let mut options = ffi::graph_options_new();
    // SAFETY: the URL is a terminated string that outlives the call.
    unsafe { ffi::graph_options_set_base_url(options.as_deref_mut(), base_url.as_ptr()) };
    let status = ffi::graph_init(options.as_deref(), None);
    ffi::graph_options_free(options);
    if status == ffi::GRAPH_OK { Ok(()) } else { Err("graph_init failed".into()) }
}

/// `graph_message_send`, called through its symbol as C calls it. Gives the status by its name, and the error's message.
fn send(id: &str) -> Result<(String, String), Box<dyn Error>> {
    let (token, id) = (CString::new(TOKEN)?, CString::new(id)?);
    let mut err = std::mem::MaybeUninit::uninit();
    // SAFETY: token and id are terminated strings that outlive the call; a NULL user is the token's own mailbox.
    let status = unsafe { ffi::graph_message_send(token.as_ptr(), ptr::null(), id.as_ptr(), Some(&mut err)) };
    // SAFETY: the name is a constant string.
    let name = unsafe { CStr::from_ptr(ffi::graph_status_name(status)) }.to_string_lossy().into_owned();
    // SAFETY: the call has written it: NULL, or an error that is this program's to free.
    let err = unsafe { err.assume_init() };
    if err.is_null() {
        return Ok((name, String::new()));
    }
    // SAFETY: it is not NULL, and the message belongs to the error, which is freed after it was copied.
    let (message, err) = unsafe {
        (CStr::from_ptr(ffi::graph_error_message(Some(&*err))).to_string_lossy().into_owned(), Box::from_raw(err))
    };
    ffi::graph_error_free(Some(err));
    Ok((name, format!(" ({message})")))
}

/// What a program does with its own HTTP client: makes drafts, looks into folders.
fn request(
    http: &ureq::Agent,
    emulator: &Emulator,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> Result<Value, Box<dyn Error>> {
    let request = ureq::http::Request::builder()
        .method(method)
        .uri(format!("{}/me/{path}", emulator.base_url()))
        .header("Authorization", format!("Bearer {TOKEN}"))
        .header("Content-Type", "application/json");
    let mut reply = match body {
        Some(body) => http.run(request.body(body.to_string())?)?,
        None => http.run(request.body(())?)?,
    };
    Ok(serde_json::from_str(&reply.body_mut().read_to_string()?)?)
}

fn segment(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn recipients(item: &Value) -> String {
    let addresses = item["toRecipients"].as_array().into_iter().flatten();
    addresses.filter_map(|to| to["emailAddress"]["address"].as_str()).collect::<Vec<_>>().join(", ")
}

/// A path whose long id is shortened for the screen.
fn shortened(path: &str) -> String {
    path.split('/')
        .map(
            |part| {
                if part.len() > 40 { format!("{}…{}", &part[..8], &part[part.len() - 10..]) } else { part.to_owned() }
            },
        )
        .collect::<Vec<_>>()
        .join("/")
}

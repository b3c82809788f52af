//! The emulator's own interface, over HTTP and in Rust.

use std::sync::{Arc, Mutex};

use graph_emulator::{Config, Emulator};
use serde_json::{Value, json};

use crate::client::{MEGAN, call, draft, emulator, get, send, send_path};

#[test]
fn the_journal_keeps_what_was_asked_and_no_token() {
    let emulator = emulator(&json!({}));
    let id = draft(&emulator).replace('=', "%3D");
    send(&emulator, &id);
    let seen = &emulator.journal()[0];
    assert_eq!((seen.sequence, seen.method.as_str(), seen.path.as_str()), (1, "POST", send_path(&id).as_str()));
    assert_eq!((seen.operation.as_str(), seen.mailbox.as_deref(), seen.status), ("send", Some(MEGAN), Some(202)));
    assert_eq!((seen.authorization, seen.token.as_deref(), seen.performed), (true, Some("user-token"), true));
    assert!(seen.headers.iter().any(|(name, value)| name == "content-length" && value == "0"));
    assert!(!seen.headers.iter().any(|(name, _)| name == "authorization"));

    call(&emulator, "GET", "/v1.0/me", "s3cret", None);
    let journal = call(&emulator, "GET", "/_emulator/journal", "", None);
    assert!(!journal.body.contains("s3cret"));
    assert_eq!(journal.json().as_array().unwrap().len(), 2);
    assert_eq!(call(&emulator, "DELETE", "/_emulator/journal", "", None).status, 200);
    assert!(emulator.journal().is_empty());
}

#[test]
fn everything_can_be_asked_over_http() {
    let emulator = emulator(&json!({}));
    let control = |method: &str, path: &str, body: Value| {
        call(&emulator, method, &format!("/_emulator/{path}"), "", if body.is_null() { None } else { Some(&body) })
    };
    assert_eq!(control("PATCH", "settings", json!({"move_delay_ms": 60_000})).json()["move_delay_ms"], 60_000);
    assert_eq!(control("POST", "mailboxes", json!({"userPrincipalName": "new@contoso.example"})).status, 200);
    let token = json!({"token": "t", "mailbox": "new@contoso.example", "scopes": ["Mail.ReadWrite"]});
    assert_eq!(control("POST", "tokens", token).status, 200);
    assert_eq!(call(&emulator, "GET", "/v1.0/me/messages", "t", None).status, 200);
    assert_eq!(control("POST", "faults", json!([{"do": "503"}, {"do": "429"}])).status, 200);
    assert_eq!(control("GET", "state", Value::Null).json()["rules"], 2);
    assert_eq!(control("DELETE", "faults", Value::Null).status, 200);
    assert_eq!(send(&emulator, &draft(&emulator)).status, 202);
    assert_eq!(control("POST", "settle", Value::Null).status, 200);
    assert!(control("GET", "mails", Value::Null).json()[0]["sent_id"].is_string());
    assert!(control("GET", "presets", Value::Null).json()["accept-then-504"].is_object());
    assert_eq!(control("GET", "nonsense", Value::Null).status, 404);

    assert_eq!(control("POST", "reset", Value::Null).status, 200);
    assert_eq!(get(&emulator, "/v1.0/users/new@contoso.example").status, 404);
    assert_eq!(control("GET", "settings", Value::Null).json()["move_delay_ms"], 0);
    assert!(emulator.mails().is_empty());
}

#[test]
fn unknown_names_are_errors_that_name_them() {
    let emulator = emulator(&json!({}));
    let error = |result: Result<(), graph_emulator::Error>| result.unwrap_err().to_string();
    assert!(error(emulator.settings(&json!({"mvoe_delay_ms": 1}))).contains("mvoe_delay_ms"));
    assert!(error(emulator.settings(&json!({"ids_on_move": "maybe"}))).contains("maybe"));
    assert!(error(emulator.faults(&json!({"on": "sned", "do": "504"}))).contains("sned"));
    assert!(error(emulator.faults(&json!({"on": "send", "do": "505"}))).contains("505"));
    assert!(error(emulator.faults(&json!({"do": "504", "tmies": 2}))).contains("tmies"));
    assert!(error(emulator.faults(&json!({"do": "504", "reply": {"staus": 2}}))).contains("staus"));
    assert!(error(emulator.faults(&json!({"on": "connection", "do": "504"}))).contains("connection"));
    assert!(error(emulator.add_token(&json!({"token": "x", "scopes": ["Mail.Sned"]}))).contains("Mail.Sned"));
    assert!(emulator.add_mailbox(&json!({"userPrincipalName": MEGAN})).is_err());
    let reply = call(&emulator, "POST", "/_emulator/faults", "", Some(&json!([{"do": "504"}, {"do": "505"}])));
    assert_eq!(reply.status, 400);
    assert_eq!(send(&emulator, &draft(&emulator)).status, 202);
}

#[test]
fn an_observer_hears_of_every_request() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&heard);
    let on_request = Box::new(move |seen: &graph_emulator::Seen| {
        listener.lock().unwrap().push((seen.operation.clone(), seen.status));
    });
    let emulator = Emulator::start(Config { on_request: Some(on_request), ..Config::default() }).unwrap();
    get(&emulator, "/v1.0/me");
    assert_eq!(*heard.lock().unwrap(), [("getUser".to_owned(), Some(200))]);
}

#[test]
fn a_port_in_use_is_an_error() {
    let emulator = emulator(&json!({}));
    let second = Emulator::start(Config { port: emulator.port(), ..Config::default() });
    assert!(second.unwrap_err().to_string().contains(&emulator.port().to_string()));
}

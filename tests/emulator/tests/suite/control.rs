//! The emulator's own interface, over HTTP and in Rust.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use graph_emulator::{Config, Emulator};
use serde_json::{Value, json};

use crate::client::{Connection, MEGAN, Reply, call, draft, emulator, get, send, send_path};

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

/// The requests in the README's table, as the list writes them.
fn requests_of_the_readme() -> BTreeSet<String> {
    let readme = include_str!("../../README.md");
    let control = readme.split("\n## ").find(|section| section.starts_with("Control\n")).unwrap();
    let requests = control.lines().filter_map(|line| line.strip_prefix("| `")?.split_once(" |"));
    requests
        .flat_map(|(requests, _)| requests.trim_end_matches('`').split("`, `"))
        .map(|request| {
            let (method, path) = request.split_once(' ').unwrap();
            format!("{method} /_emulator/{}", path.trim_start_matches("/_emulator/"))
        })
        .collect()
}

#[test]
fn the_list_names_every_request_there_is() {
    let emulator = emulator(&json!({}));
    let reply = call(&emulator, "GET", "/_emulator/", "", None);
    assert_eq!(call(&emulator, "GET", "/_emulator", "", None).body, reply.body);
    let list = reply.json();
    assert_eq!(list["base_url"], emulator.base_url());
    let requests = list["requests"].as_object().unwrap();
    assert_eq!(requests.keys().cloned().collect::<BTreeSet<_>>(), requests_of_the_readme());
    for (request, does) in requests {
        let (method, path) = request.split_once(' ').unwrap();
        assert!(does.as_str().is_some_and(|does| !does.is_empty()), "{request}");
        let body = json!({});
        let reply = call(&emulator, method, path, "", if method == "GET" { None } else { Some(&body) });
        assert!(matches!(reply.status, 200 | 201 | 400), "{request}: {reply:?}");
    }
}

#[test]
fn the_list_says_what_tokens_may() {
    let emulator = emulator(&json!({}));
    emulator.add_token(&json!({"token": "idle", "mailbox": "invoices@contoso.example"})).unwrap();
    let tokens = call(&emulator, "GET", "/_emulator/", "", None).json()["tokens"].clone();
    let expected = json!({
        "app-token": "an application, any mailbox through /users/...: Mail.ReadWrite, Mail.Send",
        "expired-token": "megan@contoso.example: nothing, it has expired",
        "idle": "invoices@contoso.example: nothing",
        "send-only-token": "megan@contoso.example: Mail.Send",
        "user-token": "megan@contoso.example: Mail.ReadWrite, Mail.ReadWrite.Shared, Mail.Send, Mail.Send.Shared",
    });
    assert_eq!(tokens, expected);
}

#[test]
fn a_request_it_does_not_have_is_sent_to_the_list() {
    let emulator = emulator(&json!({}));
    for (method, path) in [("GET", "/_emulator/draft"), ("GET", "/_emulator/drafts"), ("PUT", "/_emulator/")] {
        let reply = call(&emulator, method, path, "", None);
        let expected = format!("the emulator has no {method} {path}; GET /_emulator/ lists what it has");
        assert_eq!((reply.status, &reply.json()["error"]), (404, &expected.into()));
    }
    // What only begins the same is Graph's affair.
    assert_eq!(get(&emulator, "/_emulators").code(), "BadRequest");
}

/// Asks for drafts as `curl -d` does, which calls any body a form.
fn drafts(emulator: &Emulator, body: &str) -> Reply {
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    Connection::open(emulator).call("POST", "/_emulator/drafts", "", form, Some(body))
}

#[test]
fn drafts_that_can_be_sent_are_made_on_request() {
    let emulator = emulator(&json!({}));
    let folder = get(&emulator, "/v1.0/me/mailFolders/drafts").json();
    assert_eq!(folder["totalItemCount"], 0, "{folder}");

    let reply = drafts(&emulator, "");
    assert_eq!((reply.status, reply.header("content-type")), (201, Some("text/plain")));
    assert_eq!(send(&emulator, reply.body.strip_suffix('\n').unwrap()).status, 202);

    let three = r#"{"mailbox": "invoices@contoso.example", "count": 3, "subject": "Reminder"}"#;
    let ids: Vec<String> = drafts(&emulator, three).body.lines().map(str::to_owned).collect();
    assert_eq!(ids.len(), 3);
    for id in ids {
        let path = format!("/v1.0/users/invoices@contoso.example/messages/{id}");
        assert_eq!(get(&emulator, &path).json()["subject"], "Reminder");
        assert_eq!(call(&emulator, "POST", &format!("{path}/send"), "app-token", None).status, 202);
    }
    assert_eq!(emulator.create_drafts(&json!({"count": 2})).unwrap().len(), 2);
    assert_eq!(emulator.mails().len(), 4);
}

#[test]
fn drafts_that_cannot_be_made_are_errors_that_say_why() {
    let emulator = emulator(&json!({}));
    for (body, says) in [
        (r#"{"mailbx": "megan@contoso.example"}"#, "mailbx"),
        (r#"{"mailbox": "nobody@contoso.example"}"#, "nobody@contoso.example"),
        (r#"{"count": 0}"#, "count"),
        (r#"{"count": 10001}"#, "10001"),
        (r#"{"count": "3"}"#, "\"3\""),
        ("count=3", "not JSON"),
    ] {
        let reply = drafts(&emulator, body);
        let error = reply.json()["error"].as_str().unwrap().to_owned();
        assert!(reply.status == 400 && error.contains(says), "{body}: {reply:?}");
    }
    assert!(emulator.create_drafts(&json!({"mailbx": MEGAN})).unwrap_err().to_string().starts_with("drafts: "));
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

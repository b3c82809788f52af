//! Concurrency, reuse of connections, and faults of a connection itself.

use std::io::ErrorKind;
use std::time::Duration;

use serde_json::json;

use crate::client::{Connection, draft, emulator, get, send_path};

#[test]
fn the_fifth_request_in_flight_is_throttled() {
    let emulator = emulator(&json!({"latency_ms": 300}));
    let mut waiting: Vec<Connection> = (0..4).map(|_| Connection::open(&emulator)).collect();
    for connection in &mut waiting {
        connection.request("GET", "/v1.0/me/messages", "user-token", "", None);
    }
    while emulator.journal().len() < 4 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let fifth = get(&emulator, "/v1.0/me/messages");
    assert_eq!((fifth.status, fifth.code().as_str()), (429, "ApplicationThrottled"));
    assert_eq!(fifth.header("retry-after"), Some("1"));
    assert_eq!(fifth.json()["error"]["message"], "Application is over its MailboxConcurrency limit.");
    let other = get(&emulator, "/v1.0/users/invoices@contoso.example/messages");
    assert_eq!(other.status, 200);
    assert!(waiting.iter_mut().all(|connection| connection.reply().status == 200));
    emulator.settings(&json!({"latency_ms": 0})).unwrap();
    assert_eq!(get(&emulator, "/v1.0/me/messages").status, 200);
}

#[test]
fn the_journal_tells_connections_apart() {
    let emulator = emulator(&json!({}));
    let mut connection = Connection::open(&emulator);
    for _ in 0..2 {
        assert_eq!(connection.call("GET", "/v1.0/me", "user-token", "", None).status, 200);
    }
    get(&emulator, "/v1.0/me");
    let numbers: Vec<u64> = emulator.journal().iter().map(|seen| seen.connection).collect();
    assert_eq!(numbers, [1, 1, 2]);
}

#[test]
fn a_connection_goes_on_after_a_scripted_reply() {
    let emulator = emulator(&json!({}));
    emulator.faults(&json!({"on": "send", "do": "504"})).unwrap();
    let id = draft(&emulator);
    let mut connection = Connection::open(&emulator);
    // The second request is on the wire before the first is answered.
    connection.request("POST", &send_path(&id), "user-token", "", None);
    connection.request("POST", &send_path(&id), "user-token", "", None);
    assert_eq!((connection.reply().status, connection.reply().status), (504, 202));
    assert!(emulator.journal().iter().all(|seen| seen.connection == 1));
}

#[test]
fn a_connection_is_answered_before_it_is_read() {
    let emulator = emulator(&json!({}));
    for (fault, mails) in [("202-before-reading", 0), ("202-before-reading-then-accept", 1)] {
        emulator.faults(&json!({"on": "connection", "do": fault})).unwrap();
        let id = draft(&emulator);
        let mut connection = Connection::open(&emulator);
        assert_eq!(connection.reply().status, 202);
        connection.request("POST", &send_path(&id), "user-token", "", None);
        assert_eq!(connection.read_to_end(), (String::new(), None));
        assert_eq!(emulator.mails().len(), mails, "{fault}");
        let journal = emulator.journal();
        let seen = journal.last().unwrap();
        assert_eq!((seen.fault.as_deref(), seen.status, seen.performed), (Some(fault), None, mails == 1));
    }
}

#[test]
fn connections_fail_before_they_are_read() {
    let emulator = emulator(&json!({}));
    for (fault, end) in [
        ("reset-on-connect", Some(ErrorKind::ConnectionReset)),
        ("reset-before-reading", Some(ErrorKind::ConnectionReset)),
        ("close-on-connect", None),
        ("hang", Some(ErrorKind::WouldBlock)),
    ] {
        emulator.faults(&json!({"on": "connection", "do": fault})).unwrap();
        let mut connection = Connection::open(&emulator).patience(100);
        if fault == "reset-before-reading" || fault == "hang" {
            connection.request("GET", "/v1.0/me", "user-token", "", None);
        }
        assert_eq!(connection.read_to_end(), (String::new(), end), "{fault}");
        assert_eq!(get(&emulator, "/v1.0/me").status, 200);
    }
    assert_eq!(emulator.journal().len(), 4);
}

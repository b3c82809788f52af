//! Every preset, as the bytes on the wire and as what became of the draft.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use graph_emulator::Emulator;
use serde_json::{Value, json};

use crate::client::{Connection, MEGAN, Reply, draft, emulator, get, send, send_path};

/// Sends a draft under a rule and returns all bytes of the answer, how it ended, and how many mails left.
fn raw(rule: Value) -> (String, Option<ErrorKind>, usize) {
    let emulator = emulator(&json!({}));
    emulator.faults(&rule).unwrap();
    let id = draft(&emulator);
    let mut connection = Connection::open(&emulator).patience(150);
    connection.request("POST", &send_path(&id), "user-token", "", None);
    let (bytes, end) = connection.read_to_end();
    (bytes, end, emulator.mails().len())
}

/// The same for a well-framed answer.
fn framed(rule: Value) -> (Reply, usize) {
    let emulator = emulator(&json!({}));
    emulator.faults(&rule).unwrap();
    let reply = send(&emulator, &draft(&emulator));
    (reply, emulator.mails().len())
}

const OPEN: Option<ErrorKind> = Some(ErrorKind::WouldBlock);
const RESET: Option<ErrorKind> = Some(ErrorKind::ConnectionReset);

#[test]
fn presets_without_an_answer() {
    for (preset, end, mails) in [
        ("accept-then-reset", RESET, 1),
        ("accept-then-close", None, 1),
        ("accept-then-hang", OPEN, 1),
        ("reset", RESET, 0),
        ("close", None, 0),
        ("hang", OPEN, 0),
    ] {
        assert_eq!(raw(json!({"do": preset})), (String::new(), end, mails), "{preset}");
    }
}

#[test]
fn presets_with_an_answer_of_graph() {
    for (preset, status, code, mails) in [
        ("accept-then-504", 504, "UnknownError", 1),
        ("accept-then-500", 500, "ErrorInternalServerError", 1),
        ("accept-then-503", 503, "ErrorServerBusy", 1),
        ("accept-then-404", 404, "ErrorItemNotFound", 1),
        ("accept-then-408", 408, "RequestTimeout", 1),
        ("accept-then-421", 421, "MisdirectedRequest", 1),
        ("accept-then-499", 499, "ClientClosedRequest", 1),
        ("408", 408, "RequestTimeout", 0),
        ("421", 421, "MisdirectedRequest", 0),
        ("499", 499, "ClientClosedRequest", 0),
        ("504", 504, "UnknownError", 0),
        ("500", 500, "ErrorInternalServerError", 0),
        ("503", 503, "ErrorServerBusy", 0),
        ("429", 429, "ApplicationThrottled", 0),
        ("429-unknown", 429, "UnknownError", 0),
        ("401-expired", 401, "InvalidAuthenticationToken", 0),
        ("401-claims", 401, "InvalidAuthenticationToken", 0),
        ("403", 403, "ErrorAccessDenied", 0),
        ("404", 404, "ErrorItemNotFound", 0),
        ("412", 412, "ErrorIrresolvableConflict", 0),
        ("413", 413, "RequestEntityTooLarge", 0),
        ("400-no-inner-error", 400, "ErrorInvalidRecipients", 0),
        ("400-lowercase-innererror", 400, "ErrorInvalidRecipients", 0),
        ("400-nested", 400, "BadRequest", 0),
        ("400-large", 400, "ErrorInvalidRecipients", 0),
    ] {
        let (reply, left) = framed(json!({"do": preset}));
        assert_eq!((reply.status, reply.code().as_str(), left), (status, code, mails), "{preset}");
        assert!(reply.header("request-id").is_some(), "{preset}");
        let error = reply.json()["error"].clone();
        assert_eq!(error.get("innerError").is_some(), !preset.starts_with("400-no") && !preset.starts_with("400-low"));
        assert_eq!(error.get("innererror").is_some(), preset == "400-lowercase-innererror");
        if preset == "400-nested" {
            assert_eq!(error["innerError"]["innerError"]["code"], "ErrorInvalidRecipients");
        }
    }
    assert!(framed(json!({"do": "400-large", "bytes": 5000})).0.body.len() > 5000);
}

#[test]
fn presets_with_an_answer_of_something_else() {
    for (preset, status, mails) in [
        ("accept-then-html-502", 502, 1),
        ("html-502", 502, 0),
        ("503-html", 503, 0),
        ("400-html", 400, 0),
        ("200-login-page", 200, 0),
        ("200-empty-foreign", 200, 0),
        ("302", 302, 0),
        ("429-empty", 429, 0),
        ("429-html", 429, 0),
    ] {
        let (reply, left) = framed(json!({"do": preset}));
        assert_eq!((reply.status, left), (status, mails), "{preset}");
        assert!(reply.header("request-id").is_none(), "{preset}");
        assert_eq!(reply.header("location").is_some(), preset == "302");
        assert_eq!(reply.body.is_empty(), matches!(preset, "200-empty-foreign" | "302" | "429-empty"), "{preset}");
    }
}

#[test]
fn presets_that_accept_in_an_unusual_form() {
    let (reply, mails) = framed(json!({"do": "202-with-retry-after"}));
    assert_eq!((reply.status, reply.header("retry-after"), mails), (202, Some("2"), 1));
    let (reply, mails) = framed(json!({"do": "200-empty-graph"}));
    assert_eq!((reply.status, reply.header("content-length"), mails), (200, Some("0"), 1));
    assert!(reply.header("request-id").is_some());
    let (reply, mails) = framed(json!({"do": "202-with-body"}));
    assert_eq!((reply.status, reply.body.as_str(), mails), (202, r#"{"status":"queued"}"#, 1));
    let (reply, mails) = framed(json!({"do": "400-empty"}));
    assert_eq!((reply.status, reply.body.as_str(), mails), (400, "", 0));
    let (reply, mails) = framed(json!({"do": "204"}));
    assert_eq!((reply.status, reply.header("content-length"), mails), (204, None, 1));

    let another = |preset: &str| {
        let (reply, mails) = framed(json!({"do": preset}));
        assert_ne!(reply.header("client-request-id"), reply.header("request-id"));
        (reply.status, mails)
    };
    assert_eq!(another("202-of-another-request"), (202, 0));
    assert_eq!(another("accept-then-202-of-another-request"), (202, 1));

    let (bytes, end, mails) = raw(json!({"do": "202-xchunked"}));
    assert_eq!((end, mails), (None, 1));
    assert!(bytes.ends_with("Transfer-Encoding: xchunked\r\n\r\n"), "{bytes}");
    let (bytes, end, mails) = raw(json!({"do": "202-twice"}));
    assert_eq!((bytes.matches("HTTP/1.1 202 Accepted\r\n").count(), end, mails), (2, OPEN, 1));
    let (bytes, end, mails) = raw(json!({"do": "202-unframed"}));
    assert_eq!((end, mails), (OPEN, 1));
    assert!(bytes.ends_with("\r\n\r\n") && !bytes.to_lowercase().contains("content-length"), "{bytes}");
    let (bytes, end, mails) = raw(json!({"do": "202-unframed-close"}));
    assert_eq!((end, mails), (None, 1));
    assert!(bytes.contains("Connection: close\r\n") && !bytes.to_lowercase().contains("content-length"));
    let (bytes, end, mails) = raw(json!({"do": "202-chunked"}));
    assert_eq!((end, mails), (OPEN, 1));
    assert!(bytes.contains("Transfer-Encoding: chunked\r\n") && bytes.ends_with("\r\n\r\n0\r\n\r\n"), "{bytes}");
    let (bytes, _, mails) = raw(json!({"do": "100-continue-then"}));
    assert!(bytes.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\n"), "{bytes}");
    assert_eq!(mails, 1);
}

#[test]
fn presets_that_break_off_or_never_end() {
    let (bytes, end, mails) = raw(json!({"do": "accept-then-cut"}));
    assert!(bytes.starts_with("HTTP/1.1 200 OK\r\n") && bytes.ends_with("Content-Length: 10\r\n\r\n"), "{bytes}");
    assert_eq!((end, mails), (None, 1));
    assert_eq!(raw(json!({"do": "half-status-line"})), ("HTTP/1.1 20".to_owned(), None, 0));
    let (bytes, end, mails) = raw(json!({"do": "garbage"}));
    assert!(!bytes.is_empty() && !bytes.contains("HTTP/1"));
    assert_eq!((end, mails), (None, 0));
}

/// Reads for a while and returns what came: bytes that come for ever would keep `read_to_end` for ever.
fn read_for(rule: Value, ms: u64) -> (String, usize) {
    use std::io::Read;
    let emulator = emulator(&json!({}));
    emulator.faults(&rule).unwrap();
    let id = draft(&emulator);
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", emulator.port())).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(ms))).unwrap();
    let request = format!(
        "POST {} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer user-token\r\nContent-Length: 0\r\n\r\n",
        send_path(&id)
    );
    std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
    let end = Instant::now() + Duration::from_millis(ms);
    let mut all = Vec::new();
    let mut buffer = [0; 1024];
    while Instant::now() < end {
        match stream.read(&mut buffer) {
            Ok(n) if n > 0 => all.extend_from_slice(&buffer[..n]),
            _ => break,
        }
    }
    (String::from_utf8(all).unwrap(), emulator.mails().len())
}

#[test]
fn bytes_that_come_one_by_one() {
    let (bytes, mails) = read_for(json!({"do": "trickle-headers-forever"}), 200);
    assert!(bytes.starts_with("HTTP/1.1 202 Accepted\r\nX-Endless: xx"), "{bytes}");
    assert_eq!(mails, 0);
    let (bytes, mails) = read_for(json!({"do": "accept-then-trickle-body-forever"}), 200);
    assert!(bytes.contains("\r\n\r\nxx") && bytes.contains("Content-Length: 1000000000\r\n"), "{bytes}");
    assert_eq!(mails, 1);
    let (bytes, mails) = read_for(json!({"do": "trickle", "trickle_ms": 20}), 200);
    assert!("HTTP/1.1 202 Accepted".starts_with(&bytes) && !bytes.is_empty(), "{bytes}");
    assert_eq!(mails, 1);
}

#[test]
fn a_slow_answer_is_late_and_a_late_operation_is_too() {
    let emulator = emulator(&json!({}));
    emulator.faults(&json!({"do": "slow", "delay_ms": 60})).unwrap();
    let started = Instant::now();
    assert_eq!(send(&emulator, &draft(&emulator)).status, 202);
    assert!(started.elapsed() >= Duration::from_millis(60));

    emulator.faults(&json!({"do": "late", "delay_ms": 60})).unwrap();
    let id = draft(&emulator);
    let mut connection = Connection::open(&emulator).patience(10);
    connection.request("POST", &send_path(&id), "user-token", "", None);
    connection.read_to_end();
    drop(connection);
    assert_eq!(emulator.mails().len(), 1);
    assert!(emulator.wait_idle(Duration::from_secs(5)));
    assert_eq!(emulator.mails().len(), 2);

    emulator.faults(&json!({"do": "504-then-accept", "delay_ms": 60})).unwrap();
    assert_eq!(send(&emulator, &draft(&emulator)).status, 504);
    assert_eq!(emulator.mails().len(), 2);
    assert!(emulator.wait_idle(Duration::from_secs(5)));
    assert_eq!(emulator.mails().len(), 3);
}

#[test]
fn a_connection_that_ends_after_a_good_answer() {
    for (preset, end) in [("normal-then-close", None), ("normal-then-hang", OPEN), ("normal-then-reset", RESET)] {
        let (bytes, ended, mails) = raw(json!({"do": preset}));
        assert!(bytes.starts_with("HTTP/1.1 202 Accepted\r\n"), "{preset}: {bytes}");
        assert!(!bytes.contains("Connection: close"));
        assert_eq!((ended, mails), (end, 1), "{preset}");
    }
}

#[test]
fn retry_after_as_seconds_date_or_not_at_all() {
    let header = |rule| framed(rule).0.header("retry-after").map(str::to_owned);
    assert_eq!(header(json!({"do": "429"})).as_deref(), Some("1"));
    assert_eq!(header(json!({"do": "429", "retry_after": "7"})).as_deref(), Some("7"));
    assert_eq!(header(json!({"do": "429", "retry_after": null})), None);
    let date = header(json!({"do": "429", "retry_after": "date:+2"})).unwrap();
    assert!(date.ends_with(" GMT"), "{date}");
    assert_eq!(header(json!({"do": "503", "retry_after": "3"})).as_deref(), Some("3"));
    for preset in ["302", "429-html", "503-html"] {
        assert_eq!(header(json!({"do": preset})), None);
        let far = "Fri, 31 Dec 9999 23:59:59 GMT";
        assert_eq!(header(json!({"do": preset, "retry_after": far})).as_deref(), Some(far), "{preset}");
    }
}

#[test]
fn claims_challenges_plain_and_folded() {
    let (plain, _) = framed(json!({"do": "401-claims"}));
    let header = plain.header("www-authenticate").unwrap();
    assert!(header.contains("error=\"insufficient_claims\", claims=\"eyJ"), "{header}");
    let (folded, _, _) = raw(json!({"do": "401-claims-folded"}));
    assert!(folded.contains(",\r\n error=\"insufficient_claims\",\r\n claims=\"eyJ"), "{folded}");
}

#[test]
fn rules_are_for_some_requests_only() {
    let emulator = emulator(&json!({}));
    let status = |emulator: &Emulator| send(emulator, &draft(emulator)).status;
    emulator.faults(&json!({"on": "send", "skip": 1, "times": 2, "do": "503"})).unwrap();
    let seen: Vec<u16> = (0..5).map(|_| status(&emulator)).collect();
    assert_eq!(seen, [202, 503, 503, 202, 202]);

    emulator.faults(&json!({"on": "send", "mailbox": "invoices@contoso.example", "times": 0, "do": "503"})).unwrap();
    assert_eq!(status(&emulator), 202);
    emulator.faults(&json!({"on": "any", "mailbox": MEGAN, "times": 0, "do": "403"})).unwrap();
    assert_eq!((status(&emulator), get(&emulator, "/v1.0/me").status), (403, 403));
    emulator.clear_faults();
    emulator.faults(&json!([{"on": "get", "do": "404"}, {"on": "list", "do": "500"}])).unwrap();
    assert_eq!(status(&emulator), 202);
    assert_eq!(get(&emulator, "/v1.0/me/messages").status, 500);
    let id = draft(&emulator);
    let statuses = [(); 2].map(|()| get(&emulator, &format!("/v1.0/me/messages/{id}")).status);
    assert_eq!(statuses, [404, 200]);
}

#[test]
fn faults_of_ones_own() {
    let rule = json!({
        "on": "send", "accept": true, "delay_ms": 1,
        "reply": {"status": 299, "headers": {"X-A": ["1", "2"], "Date": null}, "body": {"a": 1}, "graph": false},
        "then": "close",
    });
    let (bytes, end, mails) = raw(rule);
    assert!(bytes.starts_with("HTTP/1.1 299 \r\nX-A: 1\r\nX-A: 2\r\nContent-Length: 7\r\n\r\n{\"a\":1}"), "{bytes}");
    assert_eq!((end, mails), (None, 1));
    let (reply, _) = framed(json!({"do": "504", "reply": {"status": 400, "error": {"code": "", "message": "a., b"}}}));
    assert_eq!((reply.status, reply.code().as_str()), (400, ""));
}

#[test]
fn an_answer_about_another_message() {
    let emulator = emulator(&json!({}));
    emulator.faults(&json!([{"on": "get", "do": "another-message"}, {"on": "list", "do": "another-message"}])).unwrap();
    let path = format!("/v1.0/me/messages/{}", draft(&emulator));
    let own = emulator.message(MEGAN, path.rsplit('/').next().unwrap()).unwrap().unwrap();
    let folder = get(&emulator, "/v1.0/me/mailFolders/sentitems").json()["id"].clone();
    let look = get(&emulator, &path).json();
    let list = get(&emulator, "/v1.0/me/mailFolders/drafts/messages").json();
    for other in [&look, &list["value"][0]] {
        assert_eq!((&other["isDraft"], &other["parentFolderId"]), (&json!(false), &folder));
        assert_ne!((&other["id"], &other["internetMessageId"]), (&own["id"], &own["internetMessageId"]));
        let sent = humantime::parse_rfc3339_weak(other["sentDateTime"].as_str().unwrap()).unwrap();
        assert!(sent.elapsed().unwrap() < Duration::from_secs(3));
    }
    assert_eq!(get(&emulator, &path).json()["isDraft"], true);

    // What is not there is not made up.
    emulator.faults(&json!({"on": "get", "reply": {"item": {"isDraft": false}}})).unwrap();
    let unknown = get(&emulator, &format!("/v1.0/me/messages/{}", emulator.unknown_id()));
    assert_eq!((unknown.status, unknown.json().get("isDraft")), (404, None));
}

#[test]
fn one_request_asks_for_its_own_fault() {
    let emulator = emulator(&json!({}));
    let path = send_path(&draft(&emulator));
    let mut connection = Connection::open(&emulator);
    let mut asked = |value: &str| {
        connection.call("POST", &path, "user-token", &format!("X-Emulator-Fault: {value}\r\n"), None).status
    };
    assert_eq!(asked("503-html"), 503);
    assert_eq!(asked(r#"{"do": "429", "retry_after": null}"#), 429);
    assert_eq!(asked("nonsense"), 400);
    assert_eq!(emulator.mails(), []);
    assert_eq!(asked("accept-then-504"), 504);
    assert_eq!(emulator.mails().len(), 1);
    assert_eq!(emulator.journal()[3].fault.as_deref(), Some("accept-then-504"));
}

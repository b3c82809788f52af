//! The case table, run through the shared library by the driver of each language. `cases/README.md` explains a case.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod support;

use std::any::Any;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use graph_emulator::{Config, Emulator, Seen};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use support::pace::{Gauge, Pace};
use support::{Answer, C99, CXX17, Driver, compile};

const MAILBOX: &str = "megan@contoso.example";

/// The keys that a case may have, so that a mistyped one is not taken for an absent one.
const CASE_KEYS: [&str; 19] = [
    "name",
    "why",
    "fixed_times",
    "settings",
    "faults",
    "mailbox",
    "new_mailbox",
    "new_token",
    "draft",
    "options",
    "token",
    "user",
    "id",
    "expect",
    "expect_in_text",
    "again",
    "internet_message_id",
    "call",
    "sent_before",
];
const AGAIN_KEYS: [&str; 11] =
    ["token", "user", "id", "faults", "call", "expect", "why", "options", "settings", "times", "clear_faults"];
const EXPECT_KEYS: [&str; 21] = [
    "status",
    "http_status",
    "code",
    "attempts",
    "retry_after_ms",
    "evidence",
    "message",
    "message_at_most",
    "never",
    "claims",
    "request_id",
    "requests",
    "mails",
    "connections",
    "elapsed_ms",
    "user_agent",
    "why",
    "seen",
    "sent_id",
    "internet_message_id",
    "looks",
];

/// What graph_message_send_text tells.
const TOLD_IN_TEXT: [&str; 6] = ["status", "sent", "http_status", "retry_after_ms", "message", "elapsed_ms"];

/// The accessors that a driver can print.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// Those of receipts and errors.
    Objects,
    /// What graph_message_send_text tells.
    Text,
}

impl Form {
    fn tells(self, name: &str) -> bool {
        self == Form::Objects || TOLD_IN_TEXT.contains(&name)
    }
}

#[test]
fn c() {
    let program = compile("cc", &C99, "driver.c");
    run_table("C", Form::Objects, |_| Driver::start(&program), &BTreeSet::new());
}

/// The form for languages to which a pointer to a pointer is a burden says the same of the same cases.
#[test]
fn c_text() {
    let program = compile("cc", &C99, "driver.c");
    // It does not check, and its calls have no settings of their own.
    let is_beyond = |case: &Value| {
        let again = case["again"].as_array().into_iter().flatten();
        case["internet_message_id"] == true || std::iter::once(case).chain(again).any(|call| call["call"] == "check")
    };
    let beyond = table().into_iter().filter(|(_, case)| is_beyond(case));
    let inexpressible = beyond.map(|(_, case)| text(&case["name"])).collect();
    let start = |_| Driver::start_command(std::process::Command::new(&program).arg("text"));
    run_table("C, into a buffer", Form::Text, start, &inexpressible);
}

#[test]
fn cpp() {
    let program = compile("c++", &CXX17, "../../bindings/cpp/tests/driver.cpp");
    run_table("C++", Form::Objects, |_| Driver::start(&program), &BTreeSet::new());
}

/// Runs the table through the driver that the environment names, for languages whose compilers not every machine has:
/// `GRAPH_DRIVER` is the command, and `GRAPH_INEXPRESSIBLE` the names, a line each, of the cases that the language has no way
/// to say.
#[test]
#[ignore = "needs GRAPH_DRIVER"]
fn driver() {
    let command = std::env::var("GRAPH_DRIVER").unwrap();
    let inexpressible = lines(&std::env::var("GRAPH_INEXPRESSIBLE").unwrap_or_default());
    // A driver that has times of its own stretches them likewise.
    let start = |factor: f64| Driver::start_command(Driver::named().unwrap().env("GRAPH_FACTOR", factor.to_string()));
    run_table(&command, Form::Objects, start, &inexpressible);
}

fn lines(text: &str) -> BTreeSet<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Every case, and its file.
fn table() -> Vec<(String, Value)> {
    let mut files: Vec<_> =
        fs::read_dir(support::root().join("tests/cases")).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    let mut table = Vec::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|e| e == "json")) {
        let cases: Vec<Value> = serde_json::from_str(&fs::read_to_string(file).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let name = Path::new(file.file_name().unwrap()).display().to_string();
        table.extend(cases.into_iter().map(|case| (name.clone(), case)));
    }
    table
}

/// Runs every case with drivers of one language, several at once, since most of a case is waiting.
fn run_table(language: &str, form: Form, driver: impl Fn(f64) -> Driver + Sync, inexpressible: &BTreeSet<String>) {
    let mut table = table();
    // The longest first, so that none is waited for alone.
    table.sort_by_key(|(_, case)| Reverse(calls(case)));
    let mut names = BTreeSet::new();
    for (_, case) in &table {
        assert!(names.insert(text(&case["name"])), "two cases have the name {}", case["name"]);
    }
    let mut gauge = Gauge::new(driver(1.0));
    let pace = Pace::measured(&mut gauge);
    println!("a send in {language} takes {} ms: times of cases x {:.1}", pace.recent().as_millis(), pace.factor());

    let run_case = |case: &Value, factor: f64| {
        // A driver that dies is a failure of the case that it died in.
        let ran = catch_unwind(AssertUnwindSafe(|| run(&stretched(case, factor), form, driver(factor), factor)));
        ran.unwrap_or_else(|panic| Err(said_by(&*panic)))
    };
    let next = AtomicUsize::new(0);
    let ended: Mutex<Vec<_>> = Mutex::default();
    std::thread::scope(|scope| {
        let run_cases = || {
            while let Some((file, case)) = table.get(next.fetch_add(1, Ordering::Relaxed)) {
                let factor = pace.factor();
                let ran = run_case(case, factor);
                ended.lock().unwrap().push((file, case, factor, ran));
            }
        };
        let measuring = scope.spawn(|| pace.go_on(&mut gauge));
        let running: Vec<_> = (0..at_once()).map(|_| scope.spawn(run_cases)).collect();
        let ran: Vec<_> = running.into_iter().map(|one| one.join()).collect();
        pace.end();
        measuring.join().unwrap();
        ran.into_iter().for_each(|one| one.unwrap());
    });

    let mut failures = Vec::new();
    let mut not_said = BTreeSet::new();
    let slowest = support::pace::factor(pace.longest());
    for (file, case, factor, ran) in ended.into_inner().unwrap() {
        let name = text(&case["name"]);
        let ran = match ran {
            // The machine was slower than its times were stretched for, and they do not stand to each other as they should.
            Err(failure) if factor < slowest => {
                println!("{name:?} again, alone, its times x {slowest:.1} and not {factor:.1}: {failure}");
                run_case(case, slowest)
            }
            ran => ran,
        };
        match ran {
            Ok(Ran::Held) => {}
            Ok(Ran::Inexpressible(why)) => {
                println!("inexpressible in {language}: {name}: {why}");
                not_said.insert(name);
            }
            Err(failure) => failures.push(format!("{file} {name:?}: {failure}")),
        }
    }
    println!("the longest send meanwhile took {} ms: x {slowest:.1}", pace.longest().as_millis());
    assert!(failures.is_empty(), "{} of {} cases failed:\n{}", failures.len(), names.len(), failures.join("\n"));
    assert_eq!(not_said, *inexpressible, "what {language} cannot express");
    println!("{} cases held in {language}, {} inexpressible", names.len() - not_said.len(), not_said.len());
    assert!(names.len() >= 290, "only {} cases", names.len());
}

/// How many cases run at once: `GRAPH_CASES_AT_ONCE`, or what does not keep the machine busy.
fn at_once() -> usize {
    let named = std::env::var("GRAPH_CASES_AT_ONCE").ok().map(|named| named.parse().unwrap());
    named.unwrap_or_else(|| 4 * std::thread::available_parallelism().map_or(1, usize::from))
}

fn said_by(panic: &(dyn Any + Send)) -> String {
    let said = panic.downcast_ref::<&str>().map(|said| (*said).to_owned());
    said.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

/// The times that a case chooses. Those of the library itself, and of a `Retry-After`, are as they are.
const TIMES: [&str; 8] = [
    "timeout_ms",
    "attempt_timeout_ms",
    "connect_timeout_ms",
    "settle_ms",
    "delay_ms",
    "move_delay_ms",
    "sent_items_delay_ms",
    "list_delay_ms",
];

/// The case with its times stretched, so that they stand to each other as they did, and with them what is expected of
/// `elapsed_ms`: the most always, the least where it comes of the case's own times.
fn stretched(case: &Value, factor: f64) -> Value {
    let mut case = case.clone();
    let is_fixed = case["fixed_times"] == json!(true);
    let has_times = !is_fixed && stretch_times(&mut case, factor);
    stretch_expectations(&mut case, factor, has_times);
    case
}

fn stretch(time: &mut Value, factor: f64) {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let stretched = (time.as_f64().unwrap() * factor).ceil() as u64;
    *time = json!(stretched);
}

/// Whether there was one.
fn stretch_times(value: &mut Value, factor: f64) -> bool {
    let mut found = false;
    for (name, value) in value.as_object_mut().into_iter().flatten() {
        if TIMES.contains(&name.as_str()) && value.is_number() {
            stretch(value, factor);
            found = true;
        } else if !name.starts_with("expect") {
            found |= stretch_times(value, factor);
        }
    }
    for value in value.as_array_mut().into_iter().flatten() {
        found |= stretch_times(value, factor);
    }
    found
}

fn stretch_expectations(call: &mut Value, factor: f64, has_times: bool) {
    for name in ["expect", "expect_in_text"] {
        if let Some(range) = call.get_mut(name).and_then(|expect| expect.get_mut("elapsed_ms")) {
            if has_times {
                stretch(&mut range[0], factor);
            }
            stretch(&mut range[1], factor);
        }
    }
    for again in call.get_mut("again").and_then(Value::as_array_mut).into_iter().flatten() {
        stretch_expectations(again, factor, has_times);
    }
}

/// How a case ended that did not fail.
enum Ran {
    Held,
    /// The language has no way to say it, and why.
    Inexpressible(String),
}

fn check_keys(object: &Value, known: &[&str]) -> Result<(), String> {
    match object.as_object().unwrap().keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(format!("no such key: {key}")),
        None => Ok(()),
    }
}

fn run(case: &Value, form: Form, mut driver: Driver, factor: f64) -> Result<Ran, String> {
    check_keys(case, &CASE_KEYS)?;
    let emulator = Emulator::start(Config::default()).unwrap();
    let problem = |error: graph_emulator::Error| error.to_string();
    if !case["settings"].is_null() {
        emulator.settings(&case["settings"]).map_err(problem)?;
    }
    let mailbox = case["mailbox"].as_str().unwrap_or(MAILBOX);
    if !case["new_mailbox"].is_null() {
        emulator.add_mailbox(&case["new_mailbox"]).map_err(problem)?;
    }
    if !case["new_token"].is_null() {
        emulator.add_token(&case["new_token"]).map_err(problem)?;
    }
    let mut table =
        Table { emulator, factor, mailbox: mailbox.to_owned(), draft: String::new(), first_draft: String::new() };
    for (name, value) in options(&case["options"]) {
        driver.set(&name, table.fill(&value));
    }

    let default = json!([]);
    let again = case["again"].as_array().or(default.as_array()).unwrap();
    let repeated = again.iter().flat_map(|call| std::iter::repeat_n(call, times(call)));
    for (number, call) in std::iter::once(case).chain(repeated).enumerate() {
        if number > 0 {
            check_keys(call, &AGAIN_KEYS)?;
            for (name, value) in call["options"].as_object().into_iter().flatten() {
                driver.set(name, table.fill(&text(value)));
            }
            if call["clear_faults"] == json!(true) {
                table.emulator.clear_faults();
            }
            if !call["settings"].is_null() {
                table.emulator.settings(&call["settings"]).map_err(problem)?;
            }
        }
        let field = |name: &str| if call[name].is_null() { &case[name] } else { &call[name] };
        let id = match (&call["id"], number) {
            (Value::Null, 0) if call.as_object().unwrap().contains_key("id") => None,
            (Value::Null, _) => Some(table.new_draft(&case["draft"])?),
            (Value::String(what), _) => Some(match what.as_str() {
                "draft" => table.new_draft(&case["draft"])?,
                "same" => table.draft.clone().into_bytes(),
                "first" => {
                    table.draft.clone_from(&table.first_draft);
                    table.draft.clone().into_bytes()
                }
                "immutable" => {
                    if number == 0 {
                        table.new_draft(&case["draft"])?;
                    }
                    table.emulator.immutable_id(mailbox, &table.draft).map_err(problem)?.into_bytes()
                }
                "received" => table.emulator.received_id(mailbox).map_err(problem)?.into_bytes(),
                "unknown" => table.emulator.unknown_id().into_bytes(),
                other => return Err(format!("no such id: {other}")),
            }),
            (id, _) => Some(bytes(id)),
        };
        if number == 0 && case["sent_before"] == json!(true) {
            table.send_elsewhere()?;
        }
        if !call["faults"].is_null() {
            table.emulator.faults(&call["faults"]).map_err(problem)?;
        }
        if number == 0 {
            table.first_draft.clone_from(&table.draft);
        }
        let token = match field("token") {
            Value::Null if case.as_object().unwrap().contains_key("token") => None,
            Value::Null => Some(b"user-token".to_vec()),
            token => Some(bytes(token)),
        };
        for (name, value) in [("token", &token), ("id", &id)] {
            if let Some(value) = value {
                driver.set(name, value);
            }
        }
        if !field("user").is_null() {
            driver.set("user", bytes(field("user")));
        }

        if case["internet_message_id"] == json!(true) {
            let draft = table.emulator.message(mailbox, &table.draft).map_err(problem)?.ok_or("no draft")?;
            driver.set("internet_message_id", text(&draft["internetMessageId"]));
        }

        table.emulator.clear_journal();
        let before = table.emulator.count_mails(None);
        let action = call["call"].as_str().unwrap_or("send");
        let answer = driver.call(action);
        if !answer.get("inexpressible").is_empty() {
            return Ok(Ran::Inexpressible(answer.get("inexpressible").to_owned()));
        }
        table.emulator.wait_idle(Duration::from_secs(2).mul_f64(factor));
        let differs = form == Form::Text && !call["expect_in_text"].is_null();
        let expect = if differs { &call["expect_in_text"] } else { &call["expect"] };
        let token = token.map(|token| String::from_utf8_lossy(&token).into_owned());
        always(&answer, form, &table, token.as_deref())
            .and_then(|()| truth(&answer, &table, action, before))
            .and_then(|()| expected(expect, &answer, form, &table))
            .map_err(|why| format!("call {}: {why}\n  {answer:?}", number + 1))?;
    }
    driver.finish();
    Ok(Ran::Held)
}

/// How many calls a case makes.
fn calls(case: &Value) -> usize {
    1 + case["again"].as_array().into_iter().flatten().map(times).sum::<usize>()
}

/// How often a call is made.
fn times(call: &Value) -> usize {
    call["times"].as_u64().map_or(1, |times| usize::try_from(times).unwrap())
}

/// The options in their order: an object, or pairs where an option is set twice.
fn options(options: &Value) -> Vec<(String, String)> {
    match options {
        Value::Null => vec![("base_url".to_owned(), "{base}".to_owned())],
        Value::Object(options) => options.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
        pairs => pairs.as_array().unwrap().iter().map(|pair| (text(&pair[0]), text(&pair[1]))).collect(),
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn bytes(value: &Value) -> Vec<u8> {
    match value {
        Value::Object(object) if object.contains_key("bytes") => object["bytes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|byte| u8::try_from(byte.as_u64().unwrap()).unwrap())
            .collect(),
        Value::Object(object) if object.contains_key("repeat") => {
            text(&object["repeat"]).repeat(usize::try_from(object["times"].as_u64().unwrap()).unwrap()).into_bytes()
        }
        Value::Object(object) => text(&object["text"]).into_bytes(),
        value => text(value).into_bytes(),
    }
}

/// One case's server.
struct Table {
    emulator: Emulator,
    /// What times are stretched by.
    factor: f64,
    mailbox: String,
    draft: String,
    first_draft: String,
}

impl Table {
    fn new_draft(&mut self, draft: &Value) -> Result<Vec<u8>, String> {
        let problem = |error: graph_emulator::Error| error.to_string();
        let message = match draft {
            Value::Null => json!({
                "subject": "Invoice 4711",
                "toRecipients": [{ "emailAddress": { "address": "lee@fabrikam.example" } }],
            }),
            Value::String(kind) => return self.derived_draft(kind),
            message => message.clone(),
        };
        self.draft = self.emulator.create_draft(&self.mailbox, &message).map_err(problem)?;
        Ok(self.draft.clone().into_bytes())
    }

    /// A reply or forward, made over HTTP as a caller makes it.
    fn derived_draft(&mut self, kind: &str) -> Result<Vec<u8>, String> {
        let received = self.emulator.received_id(&self.mailbox).map_err(|error| error.to_string())?;
        let (action, body) = match kind {
            "reply" => ("createReply", json!({ "comment": "Thanks" })),
            "replyAll" => ("createReplyAll", json!({ "comment": "Thanks" })),
            "forward" => (
                "createForward",
                json!({ "toRecipients": [{ "emailAddress": { "address": "lee@fabrikam.example" } }], "comment": "See" }),
            ),
            other => return Err(format!("no such draft: {other}")),
        };
        let url = format!("{}/me/messages/{}/{action}", self.emulator.base_url(), encoded(&received));
        let (status, created) = support::http::post(&url, "user-token", &body);
        if status != 201 {
            return Err(format!("{action}: {status} {created}"));
        }
        self.draft = text(&created["id"]);
        Ok(self.draft.clone().into_bytes())
    }

    /// Sends the draft as another program does.
    fn send_elsewhere(&self) -> Result<(), String> {
        let base = self.emulator.base_url();
        let url = format!("{base}/users/{}/messages/{}/send", encoded(&self.mailbox), encoded(&self.draft));
        match support::http::post(&url, "user-token", &json!({})) {
            (202, _) => Ok(()),
            (status, said) => Err(format!("sent elsewhere: {status} {said}")),
        }
    }

    fn fill(&self, text: &str) -> String {
        text.replace("{base}", &self.emulator.base_url())
            .replace("{port}", &self.emulator.port().to_string())
            .replace("{id}", &encoded(&self.draft))
    }
}

fn encoded(id: &str) -> String {
    const SEGMENT: &percent_encoding::AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(id, SEGMENT).to_string()
}

fn check(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

/// What holds in every case.
fn always(answer: &Answer, form: Form, table: &Table, token: Option<&str>) -> Result<(), String> {
    let status = answer.get("status");
    let seen = sends(table);
    if let Some(token) = token.filter(|token| token.len() > 4) {
        check(!answer.text().contains(token), || "the token is shown".to_owned())?;
    }
    // The three answers are true.
    let expected_sent = match status {
        "GRAPH_OK" => "1",
        "GRAPH_UNKNOWN" | "GRAPH_INTERNAL" => "-1",
        _ => "0",
    };
    check(answer.get("sent") == expected_sent, || format!("{status} says sent {}", answer.get("sent")))?;
    // An error explains itself in one line and names the call.
    if status != "GRAPH_OK" {
        check(!form.tells("error_status") || answer.get("error_status") == status, || {
            "the error has another status".to_owned()
        })?;
        let message = answer.get("message");
        check(!message.is_empty(), || "no message".to_owned())?;
        // Also where a binding refuses an argument itself.
        check(expected_sent != "0" || message.starts_with("not sent: "), || format!("no \"not sent: \": {message}"))?;
    }
    let id = match form {
        Form::Objects => answer.get("client_request_id"),
        Form::Text => bracketed(answer.get("message"), "client-request-id"),
    };
    if status == "GRAPH_INVALID_ARGUMENT" {
        check(id.is_empty(), || "a request that was never made has an id".to_owned())?;
    } else {
        check(id.len() == 36, || format!("client-request-id {id:?}"))?;
        check(status == "GRAPH_OK" || answer.get("message").contains(id), || {
            "the message does not name the call".to_owned()
        })?;
    }
    for request in &seen {
        let header =
            |name: &str| request.headers.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.as_str());
        check(header("client-request-id") == id, || "another client-request-id was sent".to_owned())?;
        check(header("content-length") == "0", || "a send without Content-Length: 0".to_owned())?;
        check(header("user-agent").contains(concat!("graph-message/", env!("CARGO_PKG_VERSION"))), || {
            format!("User-Agent {}", header("user-agent"))
        })?;
        check(request.authorization && request.body_len == 0, || format!("{request:?}"))?;
        check(!request.headers.iter().any(|(name, _)| name == "x-injected"), || "a header was injected".to_owned())?;
    }
    Ok(())
}

/// Whether the answer is true, whatever the case expects. `before` is the number of mails that had left before the call.
fn truth(answer: &Answer, table: &Table, action: &str, before: usize) -> Result<(), String> {
    let status = answer.get("status");
    let of_this = || table.emulator.count_mails(Some(&table.draft));
    let left = table.emulator.count_mails(None) - before;
    check(left <= usize::from(action == "send"), || format!("{left} mails left by one {action}"))?;
    check(answer.get("sent") != "0" || left == 0, || format!("{status} and {left} mails left"))?;
    // A server that answers before it reads may act a moment after its answer is here.
    check(status != "GRAPH_OK" || comes_true(table.factor, || of_this() > 0), || {
        "GRAPH_OK and the mail has not left".to_owned()
    })?;
    let says_unsent = action == "check" && status == "GRAPH_UNAVAILABLE";
    check(!says_unsent || of_this() == 0, || "said to be unsent, and the mail has left".to_owned())
}

/// What a message has in brackets after a name.
fn bracketed<'a>(message: &'a str, name: &str) -> &'a str {
    message.split_once(&format!("[{name} ")).and_then(|(_, rest)| rest.split_once(']')).map_or("", |(value, _)| value)
}

fn sends(table: &Table) -> Vec<Seen> {
    table.emulator.journal().into_iter().filter(|seen| seen.path.ends_with("/send")).collect()
}

/// Whether something is true, or becomes it within a second of an idle machine.
fn comes_true(factor: f64, is_so: impl Fn() -> bool) -> bool {
    let began = Instant::now();
    while !is_so() {
        if began.elapsed() > Duration::from_secs(1).mul_f64(factor) {
            return false;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    true
}

fn expected(expect: &Value, answer: &Answer, form: Form, table: &Table) -> Result<(), String> {
    check_keys(expect, &EXPECT_KEYS)?;
    let asked = |name: &str| if form.tells(name) { &expect[name] } else { &Value::Null };
    let seen = sends(table);
    check(!expect["status"].is_null(), || "the case expects no status".to_owned())?;
    if let Some(any) = asked("status").as_array() {
        let is_among = any.iter().any(|status| status == answer.get("status"));
        check(is_among, || format!("status is {:?} and none of {any:?}", answer.get("status")))?;
    }
    for name in ["retry_after_ms", "elapsed_ms"] {
        if let Some(range) = asked(name).as_array() {
            let is = answer.number(name);
            let inside = (range[0].as_i64().unwrap()..=range[1].as_i64().unwrap()).contains(&is);
            check(inside, || format!("{name} is {is} and not in {range:?}"))?;
        }
    }
    for name in ["status", "http_status", "code", "attempts", "retry_after_ms", "evidence", "seen"] {
        if !asked(name).is_null() && !asked(name).is_array() {
            let wanted = text(asked(name));
            check(answer.get(name) == wanted, || format!("{name} is {:?} and not {wanted:?}", answer.get(name)))?;
        }
    }
    for name in ["message", "claims"] {
        for part in asked(name).as_array().into_iter().flatten().map(text) {
            check(answer.get(name).contains(&part), || format!("{name} does not hold {part:?}"))?;
        }
    }
    for part in expect["never"].as_array().into_iter().flatten().map(text) {
        check(!answer.text().contains(&part), || format!("{part:?} is shown"))?;
    }
    if let Some(most) = expect["message_at_most"].as_u64() {
        check(answer.get("message").len() as u64 <= most, || "the message is too long".to_owned())?;
    }
    for name in ["request_id", "sent_id", "internet_message_id"] {
        if let Some(wanted) = asked(name).as_bool() {
            check(answer.get(name).is_empty() != wanted, || format!("{name} is {:?}", answer.get(name)))?;
        }
    }
    if let Some(wanted) = expect["looks"].as_u64() {
        let looks = table.emulator.journal().iter().filter(|seen| seen.method == "GET").count() as u64;
        check(looks == wanted, || format!("{looks} looks and not {wanted}"))?;
    }
    if let Some(wanted) = expect["mails"].as_u64() {
        let mails = || table.emulator.count_mails(None) as u64;
        check(comes_true(table.factor, || mails() == wanted), || format!("{} mails left and not {wanted}", mails()))?;
    }
    if let Some(wanted) = expect["connections"].as_u64() {
        let last = seen.iter().map(|seen| seen.connection).max().unwrap_or_default();
        check(last == wanted, || format!("{last} connections and not {wanted}"))?;
    }
    if let Some(start) = expect["user_agent"].as_str() {
        check(seen.iter().all(|seen| seen.user_agent.as_deref().is_some_and(|ua| ua.starts_with(start))), || {
            "User-Agent begins otherwise".to_owned()
        })?;
    }
    match &expect["requests"] {
        Value::Null => Ok(()),
        Value::Number(count) => {
            check(seen.len() as u64 == count.as_u64().unwrap(), || format!("{} requests and not {count}", seen.len()))
        }
        requests => {
            let requests = requests.as_array().unwrap();
            check(seen.len() == requests.len(), || format!("{} requests and not {}", seen.len(), requests.len()))?;
            for (request, seen) in requests.iter().zip(&seen) {
                check_keys(request, &["method", "path", "status"])?;
                let same = |wanted: &Value, is: &str| wanted.is_null() || table.fill(&text(wanted)) == is;
                check(same(&request["method"], &seen.method), || format!("method {}", seen.method))?;
                check(same(&request["path"], &seen.path), || format!("path {}", seen.path))?;
                check(same(&request["status"], &seen.status.unwrap_or_default().to_string()), || {
                    format!("status {:?}", seen.status)
                })?;
            }
            Ok(())
        }
    }
}

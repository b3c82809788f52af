//! A whole call against a service that knows whether it accepted: valid replies, looks and lists, with bytes changed. Whatever is
//! made of them, the answer must not be false, the mail must leave once, and the call must end in time.
//!
//! Changed bytes may happen to say something else that is valid: another status, another time. Then the service lied, and what the
//! call answers is not held against the truth.
#![no_main]
#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use arbitrary::Arbitrary;
use graph_message::client::{Call, Client, Settings, Verify};
use graph_message::error::Error;
use graph_message::status::Status;
use graph_message_fuzz::edits::{Edit, edited, with_another_value};
use graph_message_fuzz::reading::Reading;
use graph_message_fuzz::secret::{self, TOKEN};
use graph_message_fuzz::server::{self, Answer, Asked};
use graph_message_fuzz::{GRACE, lie};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

const TIMEOUT: Duration = Duration::from_millis(400);
/// Calls at once: they mostly wait.
const AT_ONCE: usize = 64;
const SETTLE: Duration = Duration::from_millis(40);
const FOLDERS: [&str; 2] = ["AAMkAFolderOfDrafts", "AAMkAFolderOfSentItems"];

#[derive(Debug, Arbitrary)]
struct Input {
    verify: u8,
    max_attempts: u8,
    knows_name: bool,
    /// Whether the id stays when the item moves.
    ids_stay: bool,
    /// Whether it was sent before the call.
    was_sent: bool,
    looks_while_it_waits: bool,
    check: bool,
    /// How many changes of looks take turns: with one, every look is changed alike.
    different_looks: u8,
    sends: [Send; 3],
    /// What happens to the answers to looks, lists and folders, in turn.
    looks: [Changes; 4],
}

#[derive(Debug, Clone, Arbitrary)]
struct Send {
    acts: bool,
    reply: Reply,
    changes: Changes,
    /// Whether the connection is closed after it.
    closes: bool,
}

/// What happens to a reply.
#[derive(Debug, Clone, Default, Arbitrary)]
struct Changes {
    /// To a value in its body, and to that body, before it is counted.
    value: Option<(u8, u8)>,
    body: Vec<Edit>,
    /// To all of it.
    whole: Vec<Edit>,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Reply {
    Accepted,
    AcceptedInChunks,
    Ok200,
    Error503,
    Gateway504,
    Reset,
    Silence,
    // What follows says that it did not act: as if it had not, where it is to.
    Refused400,
    Refused401,
    Refused403,
    Throttled429,
    Conflict409,
}

impl Reply {
    fn says_that_it_acted(self) -> bool {
        matches!(self, Reply::Accepted | Reply::AcceptedInChunks | Reply::Ok200)
    }

    fn says_that_it_did_not(self) -> bool {
        match self {
            Reply::Refused400 | Reply::Refused401 | Reply::Refused403 | Reply::Throttled429 | Reply::Conflict409 => {
                true
            }
            Reply::Accepted | Reply::AcceptedInChunks | Reply::Ok200 => false,
            Reply::Error503 | Reply::Gateway504 | Reply::Reset | Reply::Silence => false,
        }
    }
}

/// One message, and what the service does about it.
struct Message {
    input: Input,
    id: String,
    sends: usize,
    looks: usize,
    acts: usize,
    /// When it was sent, by this call or before it.
    sent: Option<SystemTime>,
    /// What was said that is not so.
    lied: bool,
}

static MESSAGES: LazyLock<Mutex<HashMap<String, Arc<Mutex<Message>>>>> = LazyLock::new(Mutex::default);
static PORT: LazyLock<u16> = LazyLock::new(|| server::start(answer));
static NEXT: AtomicU64 = AtomicU64::new(0);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap()
}

impl Message {
    fn name(&self) -> String {
        format!("<{}@contoso.example>", self.id)
    }

    /// The id under which it is found now.
    fn id_now(&self) -> String {
        match self.sent.is_some() && !self.input.ids_stay {
            true => format!("{}Sent", self.id),
            false => self.id.clone(),
        }
    }

    fn json(&self) -> Value {
        let time = self.sent.unwrap_or(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000));
        let name = |address: &str| json!([{"emailAddress": {"address": address}}]);
        json!({
            "@odata.etag": "W/\"CQAAABYA\"",
            "id": self.id_now(),
            "changeKey": if self.sent.is_some() { "CQAAABYB" } else { "CQAAABYA" },
            "isDraft": self.sent.is_none(),
            "parentFolderId": FOLDERS[usize::from(self.sent.is_some())],
            "internetMessageId": self.name(),
            "sentDateTime": humantime::format_rfc3339_seconds(time).to_string(),
            "toRecipients": name("lee@fabrikam.example"),
        })
    }

    fn send(&mut self, asked: &Asked) -> Answer {
        let plan = self.input.sends[self.sends.min(self.input.sends.len() - 1)].clone();
        self.sends += 1;
        if self.sent.is_some() {
            // What is no draft any more cannot be sent.
            return self.says(
                asked,
                404,
                &[],
                &error("ErrorItemNotFound", "The specified object was not found."),
                &plan.changes,
                false,
            );
        }
        if (plan.acts || plan.reply.says_that_it_acted()) && !plan.reply.says_that_it_did_not() {
            let began = Instant::now();
            if !asked.is_awaited() {
                return Answer::Reset;
            }
            self.acts += 1;
            self.sent = Some(SystemTime::now());
            // The machine was elsewhere in between: it may have acted too late.
            self.lied |= began.elapsed() > SETTLE / 2;
        }
        let (status, headers, body): (u16, &[(&str, &str)], String) = match plan.reply {
            Reply::Accepted => (202, &[], String::new()),
            Reply::AcceptedInChunks => (202, &[("Transfer-Encoding", "chunked")], "0\r\n\r\n".to_owned()),
            Reply::Ok200 => (200, &[], String::new()),
            Reply::Error503 => (503, &[("Retry-After", "1")], error("ServiceUnavailable", "Try again.")),
            Reply::Gateway504 => (504, &[], format!("<html>Gateway timeout for Bearer {TOKEN}</html>")),
            Reply::Reset => return Answer::Reset,
            Reply::Silence => return Answer::Silence,
            Reply::Refused400 => (400, &[], error("ErrorInvalidRecipients", &format!("Not with {TOKEN}."))),
            Reply::Refused401 => {
                (401, &[("WWW-Authenticate", "Bearer realm=\"\"")], error("InvalidAuthenticationToken", "Expired."))
            }
            Reply::Refused403 => (403, &[], error("ErrorAccessDenied", "Access is denied.")),
            Reply::Throttled429 => (429, &[("Retry-After", "0")], error("ApplicationThrottled", "Slower.")),
            Reply::Conflict409 => (409, &[], error("ErrorIrresolvableConflict", "It changed.")),
        };
        self.says(asked, status, headers, &body, &plan.changes, plan.closes)
    }

    fn shows(&mut self, asked: &Asked, path: &str) -> Answer {
        let changes = self.input.looks[self.looks % (1 + usize::from(self.input.different_looks % 4))].clone();
        self.looks += 1;
        let (status, body) = match path {
            "messages" => (200, json!({"value": [self.json()]}).to_string()),
            "mailFolders/sentitems" => (200, json!({"id": FOLDERS[1]}).to_string()),
            path if path == format!("messages/{}", self.id_now()) => (200, self.json().to_string()),
            _ => (404, error("ErrorItemNotFound", "The specified object was not found in the store.")),
        };
        self.says(asked, status, &[], &body, &changes, false)
    }

    fn says(
        &mut self,
        asked: &Asked,
        status: u16,
        headers: &[(&str, &str)],
        body: &str,
        changes: &Changes,
        closes: bool,
    ) -> Answer {
        let mut head = format!(
            "HTTP/1.1 {status} x\r\nrequest-id: 6a1b\r\nclient-request-id: {}\r\nDate: {}\r\n",
            asked.header("client-request-id"),
            httpdate::fmt_http_date(SystemTime::now()),
        );
        headers.iter().for_each(|(name, value)| head += &format!("{name}: {value}\r\n"));
        let is_counted = !headers.iter().any(|(name, _)| *name == "Transfer-Encoding");
        let whole = |body: &[u8]| {
            let length = if is_counted { format!("Content-Length: {}\r\n", body.len()) } else { String::new() };
            [head.as_bytes(), length.as_bytes(), b"\r\n", body].concat()
        };
        let valid = whole(body.as_bytes());
        let other = match changes.value {
            Some((which, value)) => with_another_value(body.as_bytes(), which, value),
            None => body.into(),
        };
        let bytes = edited(&whole(&edited(&other, &changes.body)), &changes.whole);
        self.lied |= lie::is_one(&Reading::of(&valid), &Reading::of(&bytes));
        if closes { Answer::Last(bytes) } else { Answer::Bytes(bytes) }
    }
}

fn error(code: &str, message: &str) -> String {
    json!({"error": {"code": code, "message": message, "innerError": {"request-id": "6a1b"}}}).to_string()
}

fn answer(asked: &Asked) -> Answer {
    let Some((method, rest)) = asked.line.split_once(' ') else { return Answer::Reset };
    let target = rest.split(' ').next().unwrap_or_default();
    // Each input has a mailbox of its own, by which its requests are known.
    let Some((mailbox, path)) = target.strip_prefix("/v1.0/users/").and_then(|rest| rest.split_once('/')) else {
        panic!("what is {}?", asked.line)
    };
    let Some(message) = lock(&MESSAGES).get(mailbox).cloned() else { return Answer::Reset };
    let path = path.split('?').next().unwrap_or_default();
    let mut message = lock(&message);
    match method {
        "POST" => message.send(asked),
        _ => message.shows(asked, path),
    }
}

fuzz_target!(|inputs: [Input; AT_ONCE]| {
    thread::scope(|scope| {
        for input in inputs {
            scope.spawn(|| play(input));
        }
    });
});

fn play(input: Input) {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let mailbox = format!("m{number}");
    let id = format!("AAMkAGUwNjQ4{number:08}");
    let mut settings = Settings::default();
    settings.set_base_url(&format!("http://127.0.0.1:{}/v1.0", *PORT)).unwrap();
    settings.set_timeout_ms(u32::try_from(TIMEOUT.as_millis()).unwrap());
    settings.set_attempt_timeout_ms(100);
    settings.set_settle_ms(u32::try_from(SETTLE.as_millis()).unwrap()).unwrap();
    settings.set_max_attempts(1 + u32::from(input.max_attempts % 3));
    settings
        .set_verify([Verify::OnDoubt, Verify::OnDoubt, Verify::Always, Verify::Never][usize::from(input.verify % 4)]);
    if input.looks_while_it_waits {
        settings.set_late_after(Duration::from_millis(10));
    }
    let (knows_name, check) = (input.knows_name, input.check);
    let sent = input.was_sent.then(|| SystemTime::now() - Duration::from_secs(3600));
    let message = Message { input, id: id.clone(), sends: 0, looks: 0, acts: 0, sent, lied: false };
    let name = message.name();
    let message = Arc::new(Mutex::new(message));
    lock(&MESSAGES).insert(mailbox.clone(), Arc::clone(&message));

    let mut call = Call::default();
    if knows_name {
        call.set_internet_message_id(&name).unwrap();
    }
    let client = Client::new(settings);
    let began = Instant::now();
    let result = client.send(Some(&call), TOKEN, &mailbox, &id);
    let took = began.elapsed();
    judge(&lock(&message), result.as_ref().map(|_| ()), took);
    if check {
        let began = Instant::now();
        let checked = client.check(Some(&call), TOKEN, &mailbox, &id);
        let took = began.elapsed();
        judge_check(&lock(&message), checked.as_ref().map(|_| ()), took);
    }
    lock(&MESSAGES).remove(&mailbox);
}

fn judge(message: &Message, result: Result<(), &Error>, took: Duration) {
    told(result, took);
    if message.lied {
        return;
    }
    let what = || format!("{result:?}; left {} times, {:?}", message.acts, message.input);
    assert!(message.acts <= 1, "left twice: {}", what());
    match result.map_or_else(|error| error.status.sent(), |()| Some(true)) {
        Some(true) => assert!(message.acts == 1, "sent, and it did not leave: {}", what()),
        Some(false) => assert!(message.acts == 0, "not sent, and it left: {}", what()),
        None => {}
    }
}

/// A check that says yes or no says so of what left before it.
fn judge_check(message: &Message, result: Result<(), &Error>, took: Duration) {
    told(result, took);
    if message.lied {
        return;
    }
    let what = || format!("check: {result:?}; left {} times, {:?}", message.acts, message.input);
    match result.map_or_else(|error| error.status.sent(), |()| Some(true)) {
        Some(true) => assert!(message.acts == 1 || message.input.was_sent, "sent, and it did not leave: {}", what()),
        Some(false) => assert!(message.acts == 0, "not sent, and it left: {}", what()),
        None => {}
    }
}

/// What holds of every answer, also to lies.
fn told(result: Result<(), &Error>, took: Duration) {
    assert!(took < TIMEOUT + GRACE, "late: {took:?}");
    let Err(error) = result else { return };
    assert_ne!(error.status, Status::Internal, "{error:?}");
    for text in [&error.message, &error.code, &error.request_id, &error.claims, &error.internet_message_id] {
        secret::is_hidden_in(text);
        assert!(!text.contains(['\n', '\r']), "{text:?}");
    }
}

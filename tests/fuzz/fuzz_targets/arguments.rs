//! Any arguments and options through the C API: refused with a sentence before anything is sent, or sent exactly as they are.
#![no_main]
#![allow(clippy::unwrap_used)]

use std::ffi::{CStr, CString, c_char, c_void};
use std::mem::{self, MaybeUninit};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

use arbitrary::Arbitrary;
use graph_message::ffi::*;
use graph_message_fuzz::server::{self, Answer};
use graph_message_fuzz::{GRACE, secret};
use libfuzzer_sys::fuzz_target;
use percent_encoding::percent_decode_str;

#[derive(Debug, Arbitrary)]
struct Input {
    options: Vec<Setting>,
    token: Argument,
    user: Argument,
    id: Argument,
    internet_message_id: Argument,
    check: bool,
}

#[derive(Debug, Arbitrary)]
enum Setting {
    BaseUrl(Argument),
    Timeout(u32),
    AttemptTimeout(u32),
    ConnectTimeout(u32),
    MaxAttempts(u32),
    Verify(i32),
    Settle(u32),
    Concurrency(u32),
    Proxy(Argument),
    CaFile(Argument),
    Roots(i32),
    UserAgent(Argument),
}

#[derive(Debug, Arbitrary)]
enum Argument {
    Null,
    /// What a caller means to pass.
    Good,
    /// That, with bytes put into it.
    Spoiled(u8, Vec<u8>),
    Bytes(Vec<u8>),
    Long(u8, u16),
}

impl Argument {
    fn text(&self, good: &str) -> Option<CString> {
        let bytes = match self {
            Argument::Null => return None,
            Argument::Good => good.as_bytes().to_vec(),
            Argument::Spoiled(at, bytes) => {
                let at = usize::from(*at) % (good.len() + 1);
                [&good.as_bytes()[..at], bytes, &good.as_bytes()[at..]].concat()
            }
            Argument::Bytes(bytes) => bytes.clone(),
            Argument::Long(byte, times) => vec![*byte; usize::from(*times)],
        };
        Some(CString::new(bytes.into_iter().filter(|byte| *byte != 0).collect::<Vec<u8>>()).unwrap())
    }
}

const GOOD_USER: &str = "megan@contoso.example";
const GOOD_ID: &str = "AAMkAGUwNjQ4ZjIxLTQ3Y2YtNDhkMi05AEYAAA==";
const GOOD_NAME: &str = "<a@contoso.example>";
const LIMIT_MS: u32 = 300;

/// What has arrived: request lines and headers.
static ARRIVED: LazyLock<Arc<Mutex<Vec<(String, Vec<String>)>>>> = LazyLock::new(Arc::default);
static PORT: LazyLock<u16> = LazyLock::new(|| {
    let arrived = Arc::clone(&ARRIVED);
    server::start(move |asked| {
        arrived.lock().unwrap().push((asked.line.clone(), asked.headers.clone()));
        Answer::Bytes(match asked.line.starts_with("POST ") {
            true => b"HTTP/1.1 202 Accepted\r\nrequest-id: 1\r\nContent-Length: 0\r\n\r\n".to_vec(),
            false => b"HTTP/1.1 404 Not Found\r\nrequest-id: 1\r\nContent-Length: 0\r\n\r\n".to_vec(),
        })
    })
});

extern "C" fn log(_: *mut c_void, _: i32, line: *const c_char) {
    // SAFETY: the library passes a terminated string that lives until this returns.
    is_a_line(unsafe { CStr::from_ptr(line) }.to_str().unwrap());
}

fn is_a_line(text: &str) {
    assert!(!text.contains(['\n', '\r']), "more than one line: {text:?}");
    secret::is_hidden_in(text);
}

fn pointer(text: &Option<CString>) -> *const c_char {
    text.as_ref().map_or(std::ptr::null(), |text| text.as_ptr())
}

/// The options, or nothing where one of them leads out of this machine.
fn options(settings: &[Setting], run: &str) -> Option<Box<graph_options>> {
    let mut options = graph_options_new().unwrap();
    let base = CString::new(format!("http://127.0.0.1:{}/{run}/v1.0", *PORT)).unwrap();
    let mut leaves = false;
    for setting in settings {
        let to = Some(&mut *options);
        // SAFETY: every pointer is NULL or a terminated string that lives until the call returns.
        unsafe {
            match setting {
                Setting::BaseUrl(url) => {
                    leaves = true;
                    graph_options_set_base_url(to, pointer(&url.text("https://graph.microsoft.com/v1.0")))
                }
                Setting::Timeout(ms) => graph_options_set_timeout_ms(to, *ms),
                Setting::AttemptTimeout(ms) => graph_options_set_attempt_timeout_ms(to, *ms),
                Setting::ConnectTimeout(ms) => graph_options_set_connect_timeout_ms(to, *ms),
                Setting::MaxAttempts(attempts) => graph_options_set_max_attempts(to, *attempts),
                Setting::Verify(verify) => graph_options_set_verify(to, *verify),
                Setting::Settle(ms) => graph_options_set_settle_ms(to, *ms),
                Setting::Concurrency(at_once) => graph_options_set_mailbox_concurrency(to, *at_once),
                // Loopback http uses none.
                Setting::Proxy(url) => graph_options_set_proxy(to, pointer(&url.text("http://u:p@proxy.example:3128"))),
                Setting::CaFile(Argument::Bytes(_) | Argument::Long(..)) => continue,
                Setting::CaFile(path) => graph_options_set_ca_file(to, pointer(&path.text("/nowhere/ca.pem"))),
                Setting::Roots(roots) => graph_options_set_roots(to, *roots),
                Setting::UserAgent(name) => graph_options_set_user_agent(to, pointer(&name.text("Billing/4.2"))),
            }
        };
    }
    graph_options_set_log(Some(&mut options), Some(log), std::ptr::null_mut());
    if leaves {
        let mut client = MaybeUninit::uninit();
        graph_client_new(Some(&options), Some(&mut client), None);
        // SAFETY: `graph_client_new` writes NULL or a client that is ours.
        graph_client_free(unsafe { boxed(client) });
        graph_options_free(Some(options));
        return None;
    }
    // SAFETY: as above.
    unsafe { graph_options_set_base_url(Some(&mut options), base.as_ptr()) };
    Some(options)
}

/// # Safety
/// The pointer was written by the library, which hands over what it points to.
unsafe fn boxed<T>(pointer: MaybeUninit<*mut T>) -> Option<Box<T>> {
    // SAFETY: the caller's.
    let pointer = unsafe { pointer.assume_init() };
    // SAFETY: as above.
    (!pointer.is_null()).then(|| unsafe { Box::from_raw(pointer) })
}

fuzz_target!(|input: Input| {
    static RUNS: AtomicU64 = AtomicU64::new(0);
    // What an earlier call gave up may be read during this one.
    let run = RUNS.fetch_add(1, Ordering::Relaxed).to_string();
    let Some(options) = options(&input.options, &run) else { return };
    let (mut client, mut err) = (MaybeUninit::uninit(), MaybeUninit::uninit());
    let made = graph_client_new(Some(&options), Some(&mut client), Some(&mut err));
    graph_options_free(Some(options));
    // SAFETY: both were written by the call above.
    let (client, error) = unsafe { (boxed(client), boxed(err)) };
    assert_eq!(made == GRAPH_OK, client.is_some());
    if client.is_none() {
        refused(error);
        return;
    }

    let texts = [input.token.text(secret::TOKEN), input.user.text(GOOD_USER), input.id.text(GOOD_ID)];
    let name = input.internet_message_id.text(GOOD_NAME);
    let mut call = graph_call_new().unwrap();
    graph_call_set_timeout_ms(Some(&mut call), LIMIT_MS);
    // SAFETY: NULL or a terminated string.
    unsafe { graph_call_set_internet_message_id(Some(&mut call), pointer(&name)) };
    let (mut receipt, mut err) = (MaybeUninit::uninit(), MaybeUninit::uninit());
    let ask = if input.check { graph_client_check } else { graph_client_send };
    let [token, user, id] = &texts;
    let began = Instant::now();
    // SAFETY: NULL, terminated strings, or objects that live until the call returns.
    let status = unsafe {
        ask(
            client.as_deref(),
            Some(&call),
            pointer(token),
            pointer(user),
            pointer(id),
            Some(&mut receipt),
            Some(&mut err),
        )
    };
    assert!(began.elapsed() < Duration::from_millis(LIMIT_MS.into()) + GRACE, "late: {:?}", began.elapsed());
    // SAFETY: both were written by the call above.
    let (receipt, error) = unsafe { (boxed(receipt), boxed(err)) };
    assert_eq!((status == GRAPH_OK, status == GRAPH_OK), (receipt.is_some(), error.is_none()));
    assert_ne!(status, GRAPH_INTERNAL);
    let mut arrived = mem::take(&mut *ARRIVED.lock().unwrap());
    let is_earlier = |line: &str| line.split('/').nth(1).is_some_and(|of| of != run && of.parse::<u64>().is_ok());
    arrived.retain(|(line, _)| !is_earlier(line));
    if status == GRAPH_INVALID_ARGUMENT {
        assert!(arrived.is_empty(), "refused, and sent: {arrived:?}");
        refused(error);
    } else {
        arrived.iter().for_each(|(line, headers)| is_what_was_given(line, headers, user, id));
        graph_error_free(error);
    }
    graph_receipt_free(receipt);
    graph_call_free(Some(call));
    graph_client_free(client);
});

fn refused(error: Option<Box<graph_error>>) {
    // SAFETY: an accessor's string lives until its object is freed.
    let message = unsafe { CStr::from_ptr(graph_error_message(error.as_deref())) }.to_str().unwrap();
    assert!(message.starts_with("not sent: "), "{message}");
    is_a_line(message);
    graph_error_free(error);
}

/// A request that leaves names the mailbox and the message that were given, and no header comes out of an argument.
fn is_what_was_given(line: &str, headers: &[String], user: &Option<CString>, id: &Option<CString>) {
    let text =
        |text: &Option<CString>| text.as_ref().map_or_else(String::new, |text| text.to_str().unwrap().to_owned());
    let (user, id) = (text(user), text(id));
    let [method, target, "HTTP/1.1"] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
    let path = target.split('?').next().unwrap();
    let decoded = |text: &str| percent_decode_str(text).decode_utf8().unwrap().into_owned();
    let segments: Vec<String> = path.split('/').map(decoded).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let key = format!("users('{}')", user.replace('\'', "''"));
    let rest = match segments[..] {
        ["", _, "v1.0", "me", ref rest @ ..] if user.is_empty() || user.eq_ignore_ascii_case("me") => rest,
        ["", _, "v1.0", "users", of, ref rest @ ..] if of == user => rest,
        ["", _, "v1.0", of, ref rest @ ..] if of == key => rest,
        _ => panic!("{line} is not about the mailbox {user:?}"),
    };
    match (method, rest) {
        ("POST", ["messages", of, "send"]) | ("GET", ["messages", of]) => assert_eq!(*of, id),
        ("GET", ["messages"] | ["mailFolders", "sentitems"]) => {}
        _ => panic!("what is {line}?"),
    }
    let mut names: Vec<String> =
        headers.iter().map(|header| header.split_once(':').unwrap().0.to_ascii_lowercase()).collect();
    names.sort();
    let known = [
        "accept",
        "authorization",
        "client-request-id",
        "content-length",
        "host",
        "return-client-request-id",
        "user-agent",
    ];
    names.iter().for_each(|name| assert!(known.contains(&&**name), "a header {name}: {headers:?}"));
    let all = names.len();
    names.dedup();
    assert_eq!(names.len(), all, "a header twice: {headers:?}");
}

//! Any bytes in answer to a request: the transport reads them, and what is judged of them is held against a plain reading.
#![no_main]
#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::thread;
use std::time::{Duration, SystemTime};

use graph_message::delivery::verdict::{Verdict, judge};
use graph_message::graph::{BaseUrl, Expected, LookReply, LookResult, LookTarget, read_look, read_search};
use graph_message::transport::http::HttpOptions;
use graph_message_fuzz::exchange::{self, CALL, ID};
use graph_message_fuzz::reading::Reading;
use graph_message_fuzz::secret;
use graph_message_fuzz::server::{self, Answer};
use libfuzzer_sys::fuzz_target;

const NAME: &str = "<a@contoso.example>";

static BYTES: LazyLock<Arc<Mutex<Vec<u8>>>> = LazyLock::new(Arc::default);
/// The last run of which the server read the request.
static READ: AtomicU64 = AtomicU64::new(0);
static PORT: LazyLock<u16> = LazyLock::new(|| {
    let bytes = Arc::clone(&BYTES);
    server::start(move |asked| {
        let run = asked.line.split('/').nth(1).and_then(|run| run.parse().ok());
        READ.fetch_max(run.unwrap_or_default(), Ordering::SeqCst);
        Answer::Last(bytes.lock().unwrap().clone())
    })
});
/// Where no byte was handed on, how long a request is waited for all the same.
const UNTIL_IT_WOULD_BE_READ: Duration = Duration::from_millis(200);

fuzz_target!(|data: &[u8]| {
    static RUNS: AtomicU64 = AtomicU64::new(1);
    // What an earlier run gave up may be read during this one.
    let run = RUNS.fetch_add(1, Ordering::Relaxed);
    let target = exchange::target(BaseUrl::parse(&format!("http://127.0.0.1:{}/{run}/v1.0", *PORT)).unwrap());
    *BYTES.lock().unwrap() = data.to_vec();
    let result = exchange::send(&target, HttpOptions::default());

    let now = SystemTime::now();
    let attempt = result.as_ref();
    let reading = Reading::of(data);
    match judge(attempt, Expected::Empty, CALL, now) {
        Verdict::Accepted => {
            let is_success = reading.status.is_some_and(|status| (200..300).contains(&status));
            assert!(is_success, "accepted, and the status is {:?}", reading.status);
            let named = || reading.headers("request-id").iter().any(|id| !id.is_empty());
            assert!(reading.status == Some(202) || named(), "accepted without a request-id");
            let is_of_another = |id: &String| *id != CALL && !reading.headers("request-id").contains(id);
            assert!(!reading.headers("client-request-id").iter().any(is_of_another), "accepted by another's reply");
            assert!(
                reading.body.is_empty() || reading.status == Some(204) || ends_where_it_says(&reading),
                "accepted by a reply that says something"
            );
        }
        Verdict::Refused(how) => {
            assert!(
                matches!(reading.status, Some(400..=499)),
                "refused ({how:?}), and the status is {:?}",
                reading.status
            );
            assert!(!matches!(reading.status, Some(408 | 421 | 425 | 499)), "refused by who does not know");
            let is_graphs = !reading.headers("request-id").is_empty() || find(reading.body, b"error").is_some();
            assert!(is_graphs, "refused by who is not Graph");
        }
        Verdict::Throttled(_) => {
            assert!(matches!(reading.status, Some(400..=599)), "throttled by {:?}", reading.status)
        }
        // A machine that is busy may not come to it in time.
        Verdict::NotBegun(cause) => {
            thread::sleep(UNTIL_IT_WOULD_BE_READ);
            assert_ne!(READ.load(Ordering::SeqCst), run, "not begun ({cause:?}), and the request was read");
        }
        Verdict::Doubtful(_) => {}
    }
    if let Ok(reply) = attempt {
        secret::is_hidden_in(&target.token.quote_name(&reply.request_id));
        secret::is_hidden_in(&target.token.quote(&String::from_utf8_lossy(&reply.body)));
    }

    let looked = LookReply { result: attempt, client_request_id: CALL, now };
    let asked = LookTarget { id: &target.id, internet_message_id: Some(NAME) };
    // One of its two names is enough where the other is not there.
    let is_about_it = says(data, ID.as_bytes()) || says(data, NAME.as_bytes());
    match read_look(looked, asked) {
        LookResult::Draft(_) => assert!(says(data, b"true") && is_about_it, "a draft that nothing says"),
        LookResult::NotADraft(_) => {
            assert!(says(data, b"false") && is_about_it, "no draft any more, and nothing says so")
        }
        LookResult::Gone => assert_eq!(reading.status, Some(404), "gone"),
        LookResult::NotAllowed(status) => assert!(matches!(status, 401 | 403) && reading.status == Some(status)),
        LookResult::Another | LookResult::Failed(_) => {}
    }
    let _ = read_search(looked, NAME);
});

/// Whether the body is framed as empty: `Content-Length: 0`, or a last chunk, and what stands behind is none of it.
fn ends_where_it_says(reading: &Reading) -> bool {
    let lengths = reading.headers("content-length");
    let is_zero = |length: &String| !length.is_empty() && length.bytes().all(|digit| digit == b'0');
    let is_last_chunk = || {
        reading.body.iter().position(|byte| *byte == b'\n').is_some_and(|end| {
            let size = reading.body[..end].split(|byte| *byte == b';').next().unwrap_or_default();
            size.iter().any(|byte| *byte == b'0') && size.iter().all(|byte| matches!(byte, b'0' | b' ' | b'\t' | b'\r'))
        })
    };
    (!lengths.is_empty() && lengths.iter().all(is_zero))
        || (!reading.headers("transfer-encoding").is_empty() && is_last_chunk())
}

/// Whether it stands there, also escaped: then there is an escape at least.
fn says(data: &[u8], what: &[u8]) -> bool {
    find(data, what).is_some() || find(data, b"\\u").is_some() || find(data, b"chunked").is_some()
}

fn find(data: &[u8], what: &[u8]) -> Option<usize> {
    data.to_ascii_lowercase().windows(what.len()).position(|window| window.eq_ignore_ascii_case(what))
}

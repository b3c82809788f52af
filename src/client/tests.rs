//! The loop on a scripted transport and a clock that only waiting moves.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use super::*;
use crate::outcome::{BodyEnd, Cause, Framing};
use crate::status::Status;

type Script = Result<Reply, Failure>;

/// Plays a script, and remembers what was asked of it.
#[derive(Clone)]
struct Scripted {
    script: Arc<Mutex<VecDeque<(Duration, Script)>>>,
    asked: Arc<Mutex<Vec<(Request, Limits)>>>,
    clock: Simulated,
}

/// A clock that only waiting and exchanges move.
#[derive(Clone)]
struct Simulated(Arc<Mutex<(Instant, Vec<Duration>)>>);

impl Simulated {
    fn pass(&self, time: Duration) {
        self.0.lock().unwrap().0 += time;
    }
}

impl Clock for Simulated {
    fn now(&self) -> Instant {
        self.0.lock().unwrap().0
    }

    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }

    fn wait(&self, time: Duration, cancel: &Cancel) -> bool {
        self.0.lock().unwrap().1.push(time);
        self.pass(time);
        !cancel.is_cancelled()
    }

    fn jitter(&self) -> f64 {
        1.0
    }
}

impl Transport for Scripted {
    fn exchange(&self, request: &Request, limits: &Limits) -> Script {
        self.asked.lock().unwrap().push((request.clone(), limits.clone()));
        let (takes, result) = self.script.lock().unwrap().pop_front().expect("one exchange too many");
        self.clock.pass(takes);
        result
    }
}

const MS: fn(u64) -> Duration = Duration::from_millis;

fn client(script: impl IntoIterator<Item = (Duration, Script)>) -> Client<Scripted, Simulated> {
    let clock = Simulated(Arc::new(Mutex::new((Instant::now(), Vec::new()))));
    let script = Arc::new(Mutex::new(script.into_iter().collect()));
    let transport = Scripted { script, asked: Arc::default(), clock: clock.clone() };
    Client::with_parts(Settings::default(), transport, clock)
}

impl Client<Scripted, Simulated> {
    fn requests(&self) -> Vec<(Request, Limits)> {
        self.transport.asked.lock().unwrap().clone()
    }

    fn waits(&self) -> Vec<Duration> {
        self.clock.0.lock().unwrap().1.clone()
    }
}

fn reply(status: u16, code: &str) -> (Duration, Script) {
    let body =
        if code.is_empty() { String::new() } else { format!(r#"{{"error":{{"code":"{code}","message":"m"}}}}"#) };
    let reply = Reply {
        status,
        framing: Framing::Length,
        body_end: BodyEnd::Complete,
        body: body.into_bytes(),
        request_id: "r".to_owned(),
        retry_after: None,
        date: None,
        www_authenticate: Vec::new(),
    };
    (MS(10), Ok(reply))
}

fn throttled(retry_after: &str) -> (Duration, Script) {
    let (takes, script) = reply(429, "ApplicationThrottled");
    (takes, script.map(|reply| Reply { retry_after: Some(retry_after.to_owned()), ..reply }))
}

fn failure(handed_on: bool, cause: Cause) -> (Duration, Script) {
    (MS(10), Err(Failure { handed_on, cause, detail: "detail".to_owned() }))
}

fn send(client: &Client<Scripted, Simulated>) -> Result<Receipt, Error> {
    client.send(None, "token", "me", "id")
}

#[test]
fn accepted_at_once() {
    let client = client([reply(202, "")]);
    let receipt = send(&client).unwrap();
    assert_eq!((receipt.http_status, receipt.attempts, receipt.request_id.as_str()), (202, 1, "r"));
    let (request, limits) = &client.requests()[0];
    assert_eq!(request.client_request_id, receipt.client_request_id);
    let spent = MS(10);
    let now = client.clock.now();
    assert_eq!((limits.connect_by + spent - now, limits.reply_by + spent - now), (MS(10_000), MS(30_000)));
}

#[test]
fn throttling_is_waited_out() {
    let client = client([throttled("3"), reply(429, "TooManyRequests"), reply(202, "")]);
    assert_eq!(send(&client).unwrap().attempts, 3);
    assert_eq!(client.waits(), [MS(3000), MS(1000)]);
    let ids: Vec<String> = client.requests().into_iter().map(|(request, _)| request.client_request_id).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "one client-request-id for a call");
}

#[test]
fn a_wait_beyond_the_deadline_is_the_answer() {
    let client = client([throttled("100")]);
    let error = send(&client).unwrap_err();
    assert_eq!((error.status, error.retry_after), (Status::Throttled, Duration::from_secs(100)));
    assert_eq!(client.waits(), []);
    assert!(error.message.contains("in 100 s"), "{error}");
}

#[test]
fn what_certainly_did_nothing_is_tried_again() {
    let client = client([failure(false, Cause::Connection), failure(false, Cause::Resolve), reply(202, "")]);
    assert_eq!(send(&client).unwrap().attempts, 1);
    assert_eq!(client.waits(), [MS(500), MS(1000)]);
}

#[test]
fn attempts_end() {
    let script = std::iter::repeat_with(|| failure(false, Cause::Connection)).take(4);
    let error = send(&client(script)).unwrap_err();
    assert_eq!((error.status, error.attempts), (Status::Unreachable, 0));
    let mut once = client([throttled("0")]);
    once.settings.set_max_attempts(1);
    assert_eq!(send(&once).unwrap_err().status, Status::Throttled);
}

#[test]
fn what_is_in_doubt_is_never_tried_again() {
    for script in [
        failure(true, Cause::Connection),
        failure(true, Cause::TimedOut),
        failure(true, Cause::Cancelled),
        failure(true, Cause::Protocol),
        reply(500, "ErrorInternalServerError"),
        reply(504, "UnknownError"),
        reply(429, "UnknownError"),
        reply(302, ""),
        reply(200, "x"),
    ] {
        let client = client([script]);
        let error = send(&client).unwrap_err();
        assert_eq!((error.status, error.attempts), (Status::Unknown, 1), "{error}");
        assert!(error.message.starts_with("may have been sent: "), "{error}");
        assert!(error.message.ends_with(&format!("[client-request-id {}]", error.client_request_id)), "{error}");
    }
}

#[test]
fn a_refusal_is_final() {
    for (status, expected) in [
        (400, Status::Rejected),
        (401, Status::Unauthenticated),
        (403, Status::Forbidden),
        (404, Status::NotFound),
        (412, Status::Rejected),
    ] {
        let error = send(&client([reply(status, "ErrorX")])).unwrap_err();
        assert_eq!((error.status, error.code.as_str(), error.http_status), (expected, "ErrorX", status));
        assert!(error.message.starts_with("not sent: "), "{error}");
    }
}

#[test]
fn time_runs_out_before_a_request() {
    let timed_out = failure(false, Cause::TimedOut).1;
    // The time to connect ran out, and there is time for another attempt.
    let retried = client([(MS(10_000), timed_out.clone()), reply(202, "")]);
    assert!(send(&retried).is_ok());
    // The deadline itself passed.
    let client = client([(MS(100_000), timed_out)]);
    assert_eq!(send(&client).unwrap_err().status, Status::TimedOut);
}

#[test]
fn bad_certificates_and_refusing_proxies_are_not_asked_again() {
    for cause in [Cause::Tls, Cause::Proxy, Cause::Local] {
        assert_eq!(send(&client([failure(false, cause)])).unwrap_err().status, Status::Unreachable);
    }
}

#[test]
fn cancelled_while_waiting() {
    let client = client([throttled("1")]);
    let call = Call::default();
    call.cancel();
    let error = client.send(Some(&call), "token", "me", "id").unwrap_err();
    assert_eq!((error.status, error.attempts), (Status::Cancelled, 1));
}

#[test]
fn a_calls_own_timeout() {
    let client = client([throttled("5")]);
    let mut call = Call::default();
    call.set_timeout(MS(4000));
    assert_eq!(client.send(Some(&call), "token", "me", "id").unwrap_err().status, Status::Throttled);
    assert_eq!(client.waits(), []);
}

#[test]
fn arguments_are_refused_before_anything_is_sent() {
    let client = client([]);
    for (token, user, id) in [("", "me", "id"), ("Bearer x", "me", "id"), ("t", "a b", "id"), ("t", "me", "")] {
        let error = client.send(None, token, user, id).unwrap_err();
        assert_eq!((error.status, error.attempts), (Status::InvalidArgument, 0));
    }
}

#[test]
fn the_log_tells_of_every_attempt_and_never_the_token() {
    let mut client = client([
        throttled("0"),
        (MS(10), Ok(Reply { request_id: "s3cret".into(), ..reply(504, "s3cret").1.unwrap() })),
    ]);
    let lines: Arc<Mutex<Vec<(Level, String)>>> = Arc::default();
    let sink = Arc::clone(&lines);
    client.settings.set_log(Log::to(move |level, line| sink.lock().unwrap().push((level, line.to_owned()))));
    let error = client.send(None, "s3cret", "me", "id").unwrap_err();
    let lines = lines.lock().unwrap();
    let levels: Vec<Level> = lines.iter().map(|(level, _)| *level).collect();
    assert_eq!(levels, [Level::Debug, Level::Debug, Level::Info]);
    assert!(!format!("{lines:?} {error:?}").contains("s3cret"), "{lines:?} {error:?}");
}

//! The loop on a scripted transport and a clock that only waiting moves.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::*;
use crate::engine::tests::scripted::{MS, NOW, Script, Scripted, Simulated};
use crate::graph::{Cause, Failure, Reply, Request};
use crate::status::Status;
use crate::transport::Limits;

/// A client that does not look.
fn client(script: impl IntoIterator<Item = (Duration, Script)>) -> Client<Scripted, Simulated> {
    client_with(script, |settings| settings.set_verify(Verify::Never))
}

fn client_with(
    script: impl IntoIterator<Item = (Duration, Script)>,
    set: impl FnOnce(&mut Settings),
) -> Client<Scripted, Simulated> {
    let mut settings = Settings::default();
    set(&mut settings);
    let clock = Simulated::begin();
    Client::with_parts(settings, Scripted::playing(script, &clock), clock)
}

impl Client<Scripted, Simulated> {
    fn requests(&self) -> Vec<(Request, Limits)> {
        self.engine.transport.asked.lock().unwrap().clone()
    }

    fn waits(&self) -> Vec<Duration> {
        self.engine.clock.waits.lock().unwrap().clone()
    }
}

fn reply(status: u16, code: &str) -> (Duration, Script) {
    let body =
        if code.is_empty() { String::new() } else { format!(r#"{{"error":{{"code":"{code}","message":"m"}}}}"#) };
    (MS(10), Ok(Reply::whole(status, &body)))
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
    assert_eq!(*request.client_request_id, *receipt.client_request_id);
    let spent = MS(10);
    let now = client.engine.clock.now();
    assert_eq!((limits.connect_by + spent - now, limits.reply_by + spent - now), (MS(10_000), MS(30_000)));
}

#[test]
fn throttling_is_waited_out() {
    let client = client([throttled("3"), reply(429, "TooManyRequests"), reply(202, "")]);
    assert_eq!(send(&client).unwrap().attempts, 3);
    assert_eq!(client.waits(), [MS(3000), MS(1000)]);
    let ids: Vec<Arc<str>> = client.requests().into_iter().map(|(request, _)| request.client_request_id).collect();
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
    let once = client_with([throttled("0")], |settings| settings.set_max_attempts(1));
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
    *client.engine.clock.cancels.lock().unwrap() = Some(call.cancel_source().clone());
    let error = client.send(Some(&call), "token", "me", "id").unwrap_err();
    assert_eq!((error.status, error.attempts), (Status::Cancelled, 1));
}

#[test]
fn a_call_that_was_cancelled_sends_nothing() {
    let call = Call::default();
    call.cancel();
    let error = client([]).send(Some(&call), "token", "me", "id").unwrap_err();
    assert_eq!((error.status, error.attempts), (Status::Cancelled, 0));
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
    let script =
        [throttled("0"), (MS(10), Ok(Reply { request_id: "s3cret".into(), ..reply(504, "s3cret").1.unwrap() }))];
    let lines: Arc<Mutex<Vec<(Level, String)>>> = Arc::default();
    let sink = Arc::clone(&lines);
    let client = client_with(script, |settings| {
        settings.set_verify(Verify::Never);
        settings.set_log(Log::to(move |level, line| sink.lock().unwrap().push((level, line.to_owned()))));
    });
    let error = client.send(None, "s3cret", "me", "id").unwrap_err();
    let lines = lines.lock().unwrap();
    let levels: Vec<Level> = lines.iter().map(|(level, _)| *level).collect();
    assert_eq!(levels, [Level::Debug, Level::Debug, Level::Info]);
    assert!(!format!("{lines:?} {error:?}").contains("s3cret"), "{lines:?} {error:?}");
}

/// A look that shows a draft.
fn draft(change_key: &str) -> (Duration, Script) {
    looked(&format!(
        r#"{{"id":"id","isDraft":true,"parentFolderId":"f","changeKey":"{change_key}","internetMessageId":"<m>",
            "toRecipients":[{{}}],"ccRecipients":[],"bccRecipients":[]}}"#
    ))
}

/// A look that shows the message sent, at the beginning of the simulated time or at its end.
fn no_draft(sent_at: &str) -> (Duration, Script) {
    looked(&format!(
        r#"{{"id":"id","isDraft":false,"parentFolderId":"s","internetMessageId":"<m>","sentDateTime":"{sent_at}"}}"#
    ))
}

/// A search that finds those.
fn found(items: &[&str]) -> (Duration, Script) {
    looked(&format!(r#"{{"value":[{}]}}"#, items.join(",")))
}

/// The id of Sent Items.
fn sent_items(id: &str) -> (Duration, Script) {
    looked(&format!(r#"{{"id":"{id}"}}"#))
}

const SENT_COPY: &str = r#"{"id":"sent","isDraft":false,"parentFolderId":"s","internetMessageId":"<m>","sentDateTime":"2026-11-23T10:00:00Z"}"#;
const THE_DRAFT: &str = r#"{"id":"id","isDraft":true,"parentFolderId":"f","internetMessageId":"<m>"}"#;

fn looked(body: &str) -> (Duration, Script) {
    let (takes, script) = reply(200, "");
    (takes, script.map(|reply| Reply { body: body.as_bytes().to_vec(), date: Some(NOW.to_owned()), ..reply }))
}

const SENT_NOW: &str = "2026-11-23T10:00:00Z";
const SENT_BEFORE: &str = "2026-11-23T09:00:00Z";

fn looking(script: impl IntoIterator<Item = (Duration, Script)>) -> Client<Scripted, Simulated> {
    client_with(script, |_| {})
}

#[test]
fn a_doubt_is_looked_into() {
    let client = looking([failure(true, Cause::Connection), no_draft(SENT_NOW), sent_items("s")]);
    let receipt = send(&client).unwrap();
    assert_eq!((receipt.found, receipt.sent_id.as_str(), receipt.attempts, receipt.http_status), (true, "id", 1, 0));
    assert!(client.requests()[1].0.url.contains("/messages/id?$select=id,isDraft"));
    // Until it has settled the time may still be that of the draft.
    let looks = std::iter::repeat_with(|| no_draft(SENT_BEFORE)).take(7);
    let error = send(&looking(std::iter::once(failure(true, Cause::Connection)).chain(looks))).unwrap_err();
    assert_eq!(error.status, Status::NotADraft);
}

#[test]
fn a_draft_that_stays_is_sent_again_after_the_time_to_settle() {
    let looks = std::iter::repeat_with(|| draft("k")).take(7);
    let search = found(&[THE_DRAFT]);
    let client = looking([reply(504, "UnknownError")].into_iter().chain(looks).chain([search, reply(202, "")]));
    let receipt = send(&client).unwrap();
    assert!(client.requests()[8].0.url.contains("/me/messages?$filter=internetMessageId"));
    assert_eq!((receipt.attempts, receipt.found), (2, false));
    let waited: Duration = client.waits().iter().sum();
    assert!(waited >= MS(19_900) && waited <= MS(20_000), "{:?}", client.waits());
}

#[test]
fn a_draft_that_stays_is_unsent_where_no_attempt_is_left() {
    let looks = std::iter::repeat_with(|| draft("k")).take(7);
    let script = std::iter::once(reply(504, "UnknownError")).chain(looks).chain([found(&[])]);
    let client = client_with(script, |settings| settings.set_max_attempts(1));
    let error = send(&client).unwrap_err();
    assert_eq!(
        (error.status, error.http_status, error.internet_message_id.as_str()),
        (Status::Unavailable, 504, "<m>")
    );
    assert!(error.message.contains("the draft is still there"), "{error}");
}

#[test]
fn what_is_gone_is_found_in_sent_items() {
    let gone = || reply(404, "ErrorItemNotFound");
    let client = looking([failure(true, Cause::TimedOut), draft("k"), gone(), found(&[SENT_COPY]), sent_items("s")]);
    let receipt = send(&client).unwrap();
    assert!(receipt.found);
    assert_eq!(receipt.sent_id, "sent");
    // A draft elsewhere may be this message, moved: then the mail is not known to be its own.
    let moved = r#"{"id":"moved","isDraft":true,"internetMessageId":"<m>"}"#;
    let round = || [gone(), found(&[SENT_COPY, moved]), looked(moved)];
    let looks = [draft("k")].into_iter().chain(std::iter::repeat_with(round).take(6).flatten());
    let client = looking(std::iter::once(failure(true, Cause::TimedOut)).chain(looks));
    assert_eq!(send(&client).unwrap_err().status, Status::Unknown);
    let gone = std::iter::repeat_with(|| reply(404, "ErrorItemNotFound")).take(7);
    let client = looking(std::iter::once(failure(true, Cause::TimedOut)).chain(gone));
    let error = send(&client).unwrap_err();
    assert_eq!((error.status, error.last_look), (Status::Unknown, crate::error::LastLook::Gone));
}

#[test]
fn a_doubtful_reply_may_ask_to_wait() {
    let busy = |retry_after: &str| {
        let (takes, script) = reply(503, "ErrorServerBusy");
        (takes, script.map(|reply| Reply { retry_after: Some(retry_after.to_owned()), ..reply }))
    };
    let client = looking([busy("3"), no_draft(SENT_NOW), sent_items("s")]);
    assert!(send(&client).unwrap().found);
    assert_eq!(client.waits(), [MS(3000)]);
    let error = send(&looking([busy("300")])).unwrap_err();
    assert_eq!((error.status, error.retry_after), (Status::Unknown, MS(300_000)), "{error}");
    assert!(error.message.contains("graph_client_check settles it in 300 s"), "{error}");
}

#[test]
fn a_missing_permission_is_named() {
    let client = looking([reply(504, "UnknownError"), reply(403, "ErrorAccessDenied")]);
    let error = send(&client).unwrap_err();
    assert_eq!((error.status, error.last_look), (Status::Unknown, crate::error::LastLook::NotAllowed));
    assert!(error.message.contains("Mail.Read"), "{error}");
}

#[test]
fn a_refusal_after_a_doubt_proves_nothing() {
    let looks = || std::iter::repeat_with(|| draft("k")).take(7);
    let gone = std::iter::repeat_with(|| [reply(404, "ErrorItemNotFound"), found(&[])]).take(7).flatten();
    let script = [reply(504, "UnknownError")].into_iter().chain(looks()).chain([found(&[THE_DRAFT])]);
    let script = script.chain([reply(404, "ErrorItemNotFound")]).chain(gone);
    let error = send(&looking(script)).unwrap_err();
    assert_eq!(error.status, Status::Unknown, "{error}");
    assert!(!error.message.contains("not sent"), "{error}");
}

#[test]
fn an_id_is_looked_at_before_it_is_sent_again() {
    // Graph itself accepted it: whatever a look shows, it is not sent again.
    for shown in [no_draft(SENT_NOW), draft("k"), reply(404, ""), reply(500, "")] {
        let client = looking([reply(202, ""), shown]);
        assert!(send(&client).is_ok());
        assert_eq!(send(&client).unwrap_err().status, Status::NotADraft);
    }
    let client = client_with([reply(202, "")], |settings| settings.set_verify(Verify::Never));
    assert!(send(&client).is_ok());
    assert_eq!(send(&client).unwrap_err().status, Status::NotADraft);
}

#[test]
fn looking_first() {
    let always = |script: Vec<(Duration, Script)>| client_with(script, |settings| settings.set_verify(Verify::Always));
    assert!(send(&always(vec![draft("k"), reply(202, "")])).is_ok());
    assert_eq!(send(&always(vec![no_draft(SENT_BEFORE)])).unwrap_err().status, Status::NotADraft);
    assert_eq!(send(&always(vec![reply(404, "ErrorItemNotFound")])).unwrap_err().status, Status::NotFound);
    assert_eq!(send(&always(vec![reply(403, "ErrorAccessDenied")])).unwrap_err().status, Status::Forbidden);
    let (takes, script) = draft("k");
    let nobody = script.map(|reply| Reply {
        body: String::from_utf8(reply.body).unwrap().replace("[{}]", "[]").into_bytes(),
        ..reply
    });
    assert_eq!(send(&always(vec![(takes, nobody)])).unwrap_err().status, Status::Rejected);
    let once = |result: (Duration, Script)| {
        client_with([result], |settings| {
            settings.set_verify(Verify::Always);
            settings.set_max_attempts(1);
        })
    };
    assert_eq!(send(&once(failure(true, Cause::Cancelled))).unwrap_err().status, Status::Cancelled);
    assert_eq!(send(&once(failure(true, Cause::Connection))).unwrap_err().status, Status::Unreachable);
    let (_, cut_off) = failure(true, Cause::TimedOut);
    assert_eq!(send(&once((MS(100_000), cut_off))).unwrap_err().status, Status::TimedOut);
    let error = send(&always(vec![throttled("300")])).unwrap_err();
    assert_eq!((error.status, error.retry_after), (Status::Throttled, MS(300_000)));
}

#[test]
fn a_check_sends_nothing() {
    let check = |script: Vec<(Duration, Script)>| {
        let client = looking(script);
        let result = client.check(None, "token", "me", "id");
        assert!(client.requests().iter().all(|(request, _)| request.method == crate::graph::Method::Get));
        result
    };
    assert_eq!(check(vec![no_draft(SENT_BEFORE), sent_items("s")]).unwrap().sent_id, "id");
    let round = || [no_draft(SENT_BEFORE), sent_items("another")];
    let received = check(std::iter::repeat_with(round).take(7).flatten().collect()).unwrap_err();
    assert_eq!(received.status, Status::NotADraft);
    let looks = std::iter::repeat_with(|| draft("k")).take(7).chain([found(&[THE_DRAFT])]).collect();
    assert_eq!(check(looks).unwrap_err().status, Status::Unavailable);
    let gone = std::iter::repeat_with(|| reply(404, "")).take(7).collect();
    assert_eq!(check(gone).unwrap_err().status, Status::Unknown);
}

#[test]
fn a_token_is_renewed_once() {
    struct Renewing;
    impl Credential for Renewing {
        fn identity(&self) -> &str {
            "renewing"
        }

        fn token(&self, _: Means) -> Result<Token, Error> {
            Token::parse("old")
        }

        fn renewed(&self, refused: &Token, _: &str, _: Means) -> Result<Option<Token>, Error> {
            assert_eq!(refused.authorization(), "Bearer old");
            Token::parse("new").map(Some)
        }
    }
    let refused = || reply(401, "InvalidAuthenticationToken");
    let client = looking([refused(), reply(202, "")]);
    assert!(client.send_with(None, &Renewing, "me", "id").is_ok());
    assert_eq!(client.requests()[1].0.token.as_ref().unwrap().authorization(), "Bearer new");
    let client = looking([refused(), refused()]);
    assert_eq!(client.send_with(None, &Renewing, "me", "id").unwrap_err().status, Status::Unauthenticated);
    // A token may run out between an attempt and the look after it.
    let client = looking([failure(true, Cause::Connection), refused(), no_draft(SENT_NOW), sent_items("s")]);
    assert!(client.send_with(None, &Renewing, "me", "id").unwrap().found);
    assert_eq!(client.requests()[2].0.token.as_ref().unwrap().authorization(), "Bearer new");
    let client = looking([refused(), failure(true, Cause::Connection), refused()]);
    assert_eq!(client.send_with(None, &Renewing, "me", "id").unwrap_err().status, Status::Unknown);
}

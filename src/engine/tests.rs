//! Requests on a scripted transport, and a clock that only waiting moves.

pub mod scripted;

use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use scripted::{MS, Script, Scripted, Simulated};

use super::*;
use crate::credential::{Credential, Fixed, Means};
use crate::delivery::kept_out::KeptOut;
use crate::delivery::verdict::{DoubtCause, Refusal, Verdict};
use crate::error::Error;
use crate::graph::{BaseUrl, Cause, Expected, Failure, Mailbox, MessageId, Method, Reply, Request, Target, Token};
use crate::sharing::gate::{Gate, Gates};
use crate::sharing::key::MailboxKey;
use crate::transport::{Body, Cancel, CancelSource, Limits};

const ID: &str = "4f1c";

/// What is asked for and made: a message.
fn a_create() -> Request {
    let target = Target {
        base: BaseUrl::default(),
        mailbox: Mailbox::Me,
        id: MessageId::parse("AAMk").unwrap(),
        token: Token::parse("old").unwrap(),
        client_request_id: ID.into(),
        user_agent: HeaderValue::from_static("ua"),
    };
    target.request(Method::Post, &["/messages"], Expected::Json(201))
}

struct Played {
    exchange: Result<Exchange, KeptOut>,
    requests: Vec<(Request, Limits)>,
    waits: Vec<Duration>,
}

impl Played {
    fn verdict(&self) -> Verdict {
        self.exchange.as_ref().unwrap().verdict.clone()
    }
}

fn play_with(
    script: impl IntoIterator<Item = (Duration, Script)>,
    (body, repeat): (Body, Repeat),
    credential: &dyn Credential,
    cancels: Option<CancelSource>,
) -> Played {
    let clock = Simulated::begin();
    let cancel = Cancel::observing(&cancels.clone().unwrap_or_default(), None);
    *clock.cancels.lock().unwrap() = cancels;
    let transport = Scripted::playing(script, &clock);
    let settings = EngineSettings {
        attempt_timeout: MS(30_000),
        connect_timeout: MS(10_000),
        max_attempts: 4,
        mailbox_concurrency: 4,
    };
    let engine = Engine { transport: transport.clone(), clock: clock.clone(), log: Log::default(), settings };
    let mailbox = MailboxKey::of(&BaseUrl::default(), &Mailbox::Me, "t");
    let gate = Gate { gates: &Arc::new(Gates::default()), mailbox: &mailbox };
    let began = engine.moment();
    let bounds = Bounds { began, deadline: began.steady + MS(100_000), cancel };
    let exchange = Session::new(&engine, gate, &bounds, credential).request(a_create(), body, repeat);
    let requests = transport.asked.lock().unwrap().clone();
    let waits = clock.waits.lock().unwrap().clone();
    Played { exchange, requests, waits }
}

fn play(script: impl IntoIterator<Item = (Duration, Script)>, repeat: Repeat) -> Played {
    let fixed = Fixed(Token::parse("old").unwrap());
    play_with(script, (Body::None, repeat), &fixed, None)
}

fn reply(status: u16, code: &str) -> (Duration, Script) {
    let error = format!(r#"{{"error":{{"code":"{code}","message":"m"}}}}"#);
    (MS(10), Ok(Reply::whole(status, if code.is_empty() { r#"{"id":"AAMk"}"# } else { &error })))
}

fn failure(handed_on: bool) -> (Duration, Script) {
    (MS(10), Err(Failure { handed_on, cause: Cause::Connection, detail: "detail".to_owned() }))
}

const AFTER_CHECK: Repeat = Repeat::AfterCheck { reserve: Duration::from_secs(80) };

#[test]
fn what_certainly_did_nothing_is_repeated_whatever_it_is() {
    for repeat in [Repeat::Safe, Repeat::IfNotBegun, AFTER_CHECK] {
        let played = play([failure(false), reply(429, "TooManyRequests"), reply(201, "")], repeat);
        assert_eq!(played.verdict(), Verdict::Accepted, "{repeat:?}");
        assert_eq!(played.waits, [MS(500), MS(1000)]);
    }
}

#[test]
fn what_may_have_been_acted_on_is_repeated_where_that_is_safe_alone() {
    for doubt in [|| failure(true), || reply(504, "UnknownError"), || reply(200, "")] {
        let safe = play([doubt(), reply(201, "")], Repeat::Safe);
        assert_eq!((safe.verdict(), safe.requests.len()), (Verdict::Accepted, 2));
        for repeat in [Repeat::IfNotBegun, AFTER_CHECK] {
            let played = play([doubt()], repeat);
            assert!(matches!(played.verdict(), Verdict::Doubtful(_)), "{repeat:?}");
            assert_eq!(played.requests.len(), 1);
        }
    }
    let ends = play((0..4).map(|_| failure(true)), Repeat::Safe);
    assert_eq!(ends.verdict(), Verdict::Doubtful(DoubtCause::NoReply(Cause::Connection)));
}

#[test]
fn a_refusal_is_final_and_a_wait_is_kept_to() {
    let refused = play([reply(404, "ErrorItemNotFound")], Repeat::Safe);
    assert_eq!(refused.verdict(), Verdict::Refused(Refusal::NotFound));
    let told = |(takes, script): (Duration, Script)| {
        (takes, script.map(|reply| Reply { retry_after: Some("7".to_owned()), ..reply }))
    };
    let busy = play([told(reply(503, "serviceNotAvailable")), reply(201, "")], Repeat::Safe);
    // By the wait, and by the gate, which keeps everybody out for as long.
    assert_eq!((busy.verdict(), busy.waits[0]), (Verdict::Accepted, MS(7000)));
}

#[test]
fn time_is_left_for_the_check() {
    let left = |repeat| {
        let (_, limits) = play([reply(201, "")], repeat).requests.remove(0);
        limits.reply_by - limits.connect_by
    };
    assert_eq!(left(Repeat::IfNotBegun), MS(20_000));
    assert_eq!(left(AFTER_CHECK), MS(10_000));
}

#[test]
fn a_body_that_is_read_is_bounded_by_its_stall() {
    let open = || -> std::io::Result<Box<dyn std::io::Read>> { Ok(Box::new(std::io::empty())) };
    let body = Body::Reader { content_type: "text/plain", length: 0, open: &open };
    let fixed = Fixed(Token::parse("old").unwrap());
    let played = play_with([reply(201, "")], (body, AFTER_CHECK), &fixed, None);
    let limits = &played.requests[0].1;
    assert_eq!((limits.stall, limits.reply_by - limits.connect_by), (Some(MS(30_000)), MS(10_000)));
    let short = play([reply(201, "")], Repeat::IfNotBegun);
    assert_eq!(short.requests[0].1.stall, None);
}

#[test]
fn a_token_that_is_refused_is_renewed_once() {
    struct Renewing;
    impl Credential for Renewing {
        fn identity(&self) -> &str {
            "renewing"
        }

        fn token(&self, _: Means) -> Result<Token, Error> {
            Token::parse("old")
        }

        fn renewed(&self, refused: &Token, claims: &str, means: Means) -> Result<Option<Token>, Error> {
            assert_eq!((refused.authorization(), claims), ("Bearer old", r#"{"access_token":{}}"#));
            let limits = means.limits(means.deadline - MS(90_000));
            assert_eq!(limits.reply_by - limits.connect_by, MS(20_000));
            Token::parse("new").map(Some)
        }
    }
    let challenged = || {
        let (takes, script) = reply(401, "InvalidAuthenticationToken");
        let challenge = r#"Bearer claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ==""#.to_owned();
        (takes, script.map(|reply| Reply { www_authenticate: vec![challenge], ..reply }))
    };
    let played = play_with([challenged(), reply(201, "")], (Body::None, Repeat::IfNotBegun), &Renewing, None);
    assert_eq!(played.verdict(), Verdict::Accepted);
    let tokens = played.requests.iter().map(|(request, _)| request.token.as_ref().unwrap().authorization());
    assert_eq!(tokens.collect::<Vec<_>>(), ["Bearer old", "Bearer new"]);
    let again = play_with([challenged(), challenged()], (Body::None, Repeat::Safe), &Renewing, None);
    assert_eq!(again.verdict(), Verdict::Refused(Refusal::Unauthenticated));
}

#[test]
fn who_is_cancelled_while_waiting_asks_no_more() {
    let fixed = Fixed(Token::parse("old").unwrap());
    let played = play_with([failure(false)], (Body::None, Repeat::Safe), &fixed, Some(CancelSource::default()));
    assert_eq!((played.exchange.unwrap_err(), played.requests.len()), (KeptOut::Cancelled, 1));
}

//! What the answers say: every sentence of the library in one table, and what must not be in them.

use std::fmt::Write as _;
use std::fs;
use std::time::{Instant, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;

use super::*;
use crate::delivery::clocks::Moment;
use crate::delivery::ending::NotADraft;
use crate::delivery::finding::Unsettled;
use crate::delivery::verdict::DoubtCause;
use crate::engine::Exchange;
use crate::graph::{BaseUrl, FailedBy, Mailbox, MessageId};

const TOKEN: &str =
    "eyJ0eXAiOiJKV1QiLCJub25jZSI6IkFRQUJBQUFB.eyJhdWQiOiJodHRwczovL2dyYXBo_Zz09.c2lnbmF0dXJl-_QUJDREVGR0g";

fn target(base: &str, user: &str) -> Target {
    Target {
        base: BaseUrl::parse(base).unwrap(),
        mailbox: Mailbox::parse(user).unwrap(),
        id: MessageId::parse("AAMk").unwrap(),
        token: Token::parse(TOKEN).unwrap(),
        client_request_id: "7e1c6d5a-0000-4000-8000-00000000000a".into(),
        user_agent: HeaderValue::from_static("ua"),
    }
}

fn me() -> Target {
    target("https://graph.microsoft.com/v1.0", "me")
}

fn reply(status: u16, code: &str, message: &str) -> Reply {
    let body = serde_json::json!({ "error": { "code": code, "message": message } }).to_string();
    Reply {
        request_id: "b3f0c2d4-0000-4000-8000-00000000000b".to_owned(),
        ..Reply::whole(status, if code.is_empty() { "" } else { &body })
    }
}

fn attempt(result: Result<Reply, Failure>, verdict: Verdict) -> Attempt {
    let (steady, wall) = (Instant::now(), SystemTime::UNIX_EPOCH);
    let exchange = Exchange { began: Moment { steady, wall }, ended: wall, result, verdict };
    Attempt { token: Token::parse(TOKEN).unwrap(), exchange }
}

fn failure(cause: Cause, handed_on: bool, detail: &str) -> Failure {
    Failure { handed_on, cause, detail: detail.to_owned() }
}

fn error(ending: &Ending, attempt: Option<Attempt>, target: &Target) -> Error {
    of(ending, &mut Trail { attempt, ..Trail::default() }, target, &Known::default()).unwrap_err()
}

fn refused(reply: Reply, refusal: Refusal, target: &Target) -> Error {
    let verdict = Verdict::Refused(refusal);
    error(
        &Ending::AsAttempted { verdict: verdict.clone(), out_of_time: false },
        Some(attempt(Ok(reply), verdict)),
        target,
    )
}

/// Every way in which looking may not tell. A new one does not compile until it stands here.
fn every_unsettled() -> Vec<Unsettled> {
    let all = vec![
        Unsettled::Gone,
        Unsettled::GoneWithoutMessageId,
        Unsettled::CameBack,
        Unsettled::Copy,
        Unsettled::Namesake,
        Unsettled::Undated,
        Unsettled::Deferred(Some(Duration::from_secs(3600))),
        Unsettled::Deferred(None),
        Unsettled::Unsearchable,
        Unsettled::Another,
        Unsettled::NotAllowed(403),
        Unsettled::Elsewhere,
        Unsettled::Changed,
        Unsettled::OutOfTime,
        Unsettled::Paused(Duration::from_secs(30)),
        Unsettled::Cancelled,
        Unsettled::NotAsked,
    ];
    for why in &all {
        match why {
            Unsettled::Gone
            | Unsettled::GoneWithoutMessageId
            | Unsettled::CameBack
            | Unsettled::Copy
            | Unsettled::Namesake
            | Unsettled::Undated
            | Unsettled::Deferred(_)
            | Unsettled::Unsearchable
            | Unsettled::Another
            | Unsettled::NotAllowed(_)
            | Unsettled::Elsewhere
            | Unsettled::Changed
            | Unsettled::OutOfTime
            | Unsettled::Paused(_)
            | Unsettled::Cancelled
            | Unsettled::NotAsked => {}
        }
    }
    all
}

/// Every way in which a reply may settle nothing, with one that does so.
fn every_doubt() -> Vec<(DoubtCause, Reply)> {
    let all = vec![
        (DoubtCause::NotGraphs, reply(502, "", "")),
        (DoubtCause::ServerError, reply(504, "UnknownError", "")),
        (DoubtCause::CutOff, reply(202, "", "")),
        (DoubtCause::UnlikelySuccess, reply(200, "", "")),
        (DoubtCause::Redirect, reply(302, "", "")),
        (DoubtCause::UnclearThrottle, reply(429, "UnknownError", "")),
        (DoubtCause::OnTheWay, reply(408, "", "")),
        (DoubtCause::NotOurs, reply(202, "", "")),
    ];
    for (doubt, _) in &all {
        match doubt {
            DoubtCause::NoReply(_)
            | DoubtCause::NotGraphs
            | DoubtCause::ServerError
            | DoubtCause::CutOff
            | DoubtCause::UnlikelySuccess
            | DoubtCause::Redirect
            | DoubtCause::UnclearThrottle
            | DoubtCause::OnTheWay
            | DoubtCause::NotOurs => {}
        }
    }
    all
}

/// Each with its own refusal, as `judge` has it.
fn refusals() -> Vec<(Refusal, Reply, Target)> {
    let challenge = r#"Bearer claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ==""#.to_owned();
    let claims = Reply { www_authenticate: vec![challenge], ..reply(401, "InvalidAuthenticationToken", "m") };
    let bare = target("https://graph.microsoft.com", "me");
    let named = target("https://graph.microsoft.com/v1.0", "lee@contoso.example");
    vec![
        (Refusal::Unauthenticated, reply(401, "InvalidAuthenticationToken", "m"), me()),
        (Refusal::Unauthenticated, claims, me()),
        (Refusal::Forbidden, reply(403, "ErrorAccessDenied", "m"), me()),
        (Refusal::NotFound, reply(404, "ErrorItemNotFound", "m"), me()),
        (Refusal::NotFound, reply(404, "ResourceNotFound", "m"), bare.clone()),
        (Refusal::Conflict, reply(412, "ErrorIrresolvableConflict", "m"), me()),
        (Refusal::Rejected, reply(400, "ErrorInvalidRecipients", "m"), me()),
        (Refusal::Rejected, reply(400, "ErrorInvalidIdMalformed", "Id is malformed."), me()),
        (Refusal::Rejected, reply(400, "BadRequest", "Invalid version: me"), bare),
        (
            Refusal::Rejected,
            reply(400, "BadRequest", "/me request is only valid with delegated authentication flow."),
            me(),
        ),
        (Refusal::Rejected, reply(400, "BadRequest", "m"), named),
    ]
}

fn failures() -> Vec<(Cause, &'static str)> {
    vec![
        (Cause::Cancelled, "cancelled"),
        (Cause::TimedOut, "the host name was not resolved in time"),
        (Cause::Resolve, "cannot resolve graph.example (no such host)"),
        (Cause::Connection, "cannot connect to graph.example at 192.0.2.1:443 (refused)"),
        (Cause::Proxy, "proxy proxy.example:3128: it refused the name and password (407)"),
        (Cause::Tls, "TLS with graph.example failed: invalid peer certificate: UnknownIssuer"),
        (Cause::Protocol, "the peer spoke before it was asked"),
        (Cause::Local, "no certificate authorities can be loaded"),
    ]
}

/// Every status and cause, with its sentence.
fn all() -> Vec<Error> {
    let mut all = vec![Error::invalid("token is empty"), Error::internal()];
    all.extend(refusals().into_iter().map(|(refusal, reply, target)| refused(reply, refusal, &target)));
    let attempted = |ending: Ending, result: Result<Reply, Failure>, verdict: Verdict| {
        error(&ending, Some(attempt(result, verdict)), &me())
    };
    for wait in [Some(Duration::from_secs(30)), None] {
        let verdict = Verdict::Throttled(wait);
        let asks = reply(429, "ApplicationThrottled", "m");
        all.push(attempted(Ending::AsAttempted { verdict: verdict.clone(), out_of_time: false }, Ok(asks), verdict));
    }
    for (cause, detail) in failures() {
        for out_of_time in [false, true] {
            if out_of_time && cause != Cause::TimedOut {
                continue;
            }
            let verdict = Verdict::NotBegun(cause);
            let ending = Ending::AsAttempted { verdict: verdict.clone(), out_of_time };
            all.push(attempted(ending, Err(failure(cause, false, detail)), verdict));
        }
    }
    for (doubt, reply) in every_doubt() {
        let verdict = Verdict::Doubtful(doubt);
        all.push(attempted(Ending::AsAttempted { verdict: verdict.clone(), out_of_time: false }, Ok(reply), verdict));
    }
    let (cause, late) = (Cause::TimedOut, failure(Cause::TimedOut, true, "no whole reply came in time"));
    for (cause, failure) in [(cause, late.clone()), (Cause::Cancelled, failure(Cause::Cancelled, true, "cancelled"))] {
        let verdict = Verdict::Doubtful(DoubtCause::NoReply(cause));
        all.push(attempted(
            Ending::AsAttempted { verdict: verdict.clone(), out_of_time: false },
            Err(failure),
            verdict,
        ));
    }
    let verdict = Verdict::Doubtful(DoubtCause::NoReply(cause));
    for why in every_unsettled() {
        all.push(attempted(Ending::Unknown(why), Err(late.clone()), verdict.clone()));
        all.push(error(&Ending::Unknown(why), None, &me()));
        all.push(error(&Ending::EarlierUnknown(why), None, &me()));
    }
    all.push(attempted(Ending::NotSent, Err(late), verdict));
    let no_look = |what| Ending::CannotLook { failure: Some(LookFailure { what, wait: None }), out_of_time: false };
    for ending in [
        Ending::NotADraft(NotADraft::BeforeCall),
        Ending::NotADraft(NotADraft::EarlierCall),
        Ending::NotADraft(NotADraft::InMailbox),
        Ending::NotADraft(NotADraft::Received),
        Ending::NoRecipients,
        Ending::NotFound,
        Ending::MayNotLook(401),
        Ending::MayNotLook(403),
        Ending::CannotLook { failure: None, out_of_time: false },
        Ending::NotSent,
        Ending::KeptOut(KeptOut::Cancelled),
        Ending::KeptOut(KeptOut::OutOfTime),
        Ending::KeptOut(KeptOut::Paused(Duration::from_secs(600))),
        Ending::CancelledWhileWaiting,
        Ending::GaveUpWaiting { cancelled: true, in_doubt: false },
        Ending::GaveUpWaiting { cancelled: true, in_doubt: true },
        Ending::GaveUpWaiting { cancelled: false, in_doubt: false },
        Ending::GaveUpWaiting { cancelled: false, in_doubt: true },
    ] {
        all.push(error(&ending, None, &me()));
    }
    let looked = |result: Result<Reply, Failure>, what| {
        of(&no_look(what), &mut Trail { looked: Some(result), ..Trail::default() }, &me(), &Known::default())
            .unwrap_err()
    };
    all.push(looked(Ok(reply(503, "", "")), FailedBy::Status(503)));
    all.push(looked(Ok(reply(429, "ApplicationThrottled", "m")), FailedBy::Status(429)));
    let lost = failure(Cause::Connection, false, "cannot connect to graph.example at 192.0.2.1:443 (refused)");
    all.push(looked(Err(lost), FailedBy::NoReply(Cause::Connection)));
    for stopped in [Stopped::OutOfTime, Stopped::Cancelled] {
        all.push(busy(stopped, &me(), &Known::default()));
    }
    all
}

/// tests/messages.txt is what a person reads, to be read from top to bottom. With `WRITE_MESSAGES` set it is written again.
#[test]
fn every_sentence() {
    let mut errors = all();
    errors.sort_by_key(|error| (error.status as i32, error.message.clone()));
    errors.dedup_by_key(|error| (error.status as i32, error.message.clone()));
    let (mut text, mut status) = (String::new(), None);
    for error in &errors {
        if status != Some(error.status) {
            status = Some(error.status);
            writeln!(text, "{}{}", if text.is_empty() { "" } else { "\n" }, error.status.name()).unwrap();
        }
        let shown = error.message.split(" [request-id").next().unwrap().split(" [client-request-id").next().unwrap();
        writeln!(text, "    {shown}").unwrap();
        // Whether it was sent, what failed, and what to do; in one line.
        let begins = if error.status.sent() == Some(false) { "not sent: " } else { "may have been sent: " };
        assert!(shown.starts_with(begins), "{shown}");
        assert!(!shown.contains('\n'), "{shown}");
        assert!(shown.contains("; ") || error.status == Status::InvalidArgument, "{shown}");
    }
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/messages.txt");
    if std::env::var_os("WRITE_MESSAGES").is_some() {
        fs::write(file, &text).unwrap();
    }
    assert_eq!(fs::read_to_string(file).unwrap_or_default(), text, "WRITE_MESSAGES=1 writes tests/messages.txt again");
}

#[test]
fn graphs_words_are_not_taken_apart() {
    let verdict = Verdict::Doubtful(DoubtCause::ServerError);
    let busy = reply(503, "ErrorServerBusy", "busy; mailbox moves to another server");
    let error = error(&Ending::Unknown(Unsettled::OutOfTime), Some(attempt(Ok(busy), verdict)), &me());
    assert!(
        error.message.contains("(HTTP 503 ErrorServerBusy: busy; mailbox moves to another server), and"),
        "{error}"
    );
}

#[test]
fn no_part_of_the_token_is_shown() {
    let encoded = STANDARD.encode(TOKEN);
    let claims = STANDARD.encode(format!(r#"{{"access_token":"{TOKEN}"}}"#));
    for echoed in [TOKEN, &TOKEN[..TOKEN.len() - 1], &TOKEN[4..60], &encoded, &TOKEN.replace('.', " . ")] {
        let challenges = Reply {
            www_authenticate: vec![format!("Bearer claims=\"{claims}\"")],
            request_id: echoed.to_owned(),
            ..reply(401, echoed, &format!("said {echoed}"))
        };
        let error = refused(challenges, Refusal::Unauthenticated, &me());
        let shown = format!("{error:?}");
        assert!(shown.contains("[token]") && error.claims.contains("[token]"), "{shown}");
        assert!(!shown.contains(&TOKEN[8..24]) && !shown.contains(&encoded[8..24]), "{shown}");
        let known = Known { internet_message_id: Some(echoed.into()), draft: None };
        let found = Ending::Found(echoed.to_owned());
        let receipt = of(&found, &mut Trail::default(), &me(), &known).unwrap();
        assert!(!receipt.sent_id.contains(&TOKEN[8..24]), "{receipt:?}");
    }
}

#[test]
fn a_challenge_is_told_of_wherever_it_is_met() {
    let challenge = r#"Bearer claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ==""#.to_owned();
    let challenged = Reply { www_authenticate: vec![challenge], ..reply(401, "InvalidAuthenticationToken", "m") };
    let sent = refused(challenged.clone(), Refusal::Unauthenticated, &me());
    let (looked, ending) = (Some(Ok(challenged)), Ending::MayNotLook(401));
    let looked = of(&ending, &mut Trail { looked, ..Trail::default() }, &me(), &Known::default()).unwrap_err();
    for error in [sent, looked] {
        assert_eq!((error.claims.as_str(), error.http_status), (r#"{"access_token":{}}"#, 401));
        assert_eq!(error.code, "InvalidAuthenticationToken");
        assert!(error.message.contains("graph_error_claims"), "{error}");
    }
}

#[test]
fn who_shares_a_send_is_told_the_internet_message_id_that_it_gave() {
    let known = Known { internet_message_id: Some("<m>".into()), draft: None };
    let error = of_a_shared_send(Error::new(Status::Rejected, "m"), &me(), &known);
    assert_eq!(error.internet_message_id, "<m>");
    assert_eq!(busy(Stopped::OutOfTime, &me(), &known).internet_message_id, "<m>");
    assert_eq!(gave_up_waiting(Stopped::Cancelled, false, &me(), &known).internet_message_id, "<m>");
}

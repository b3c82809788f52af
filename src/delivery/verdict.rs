//! The judgement: what one attempt says about the mail.

use std::time::{Duration, SystemTime};

use crate::graph::{BodyEnd, Cause, Expected, Failure, Framing, GraphError, Reply, is_json, retry_after};
use crate::status::Status;

/// What one attempt says about the mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Graph accepted it.
    Accepted,
    /// Graph refused it, for certain; the status says how.
    Refused(Refusal),
    /// Graph asks to wait; it did not act. The wait where Graph told one.
    Throttled(Option<Duration>),
    /// No byte of the request was handed on: nobody can have acted.
    NotBegun(Cause),
    /// It may have been accepted.
    Doubtful(DoubtCause),
}

/// How Graph refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// 401: the token.
    Unauthenticated,
    /// 403: what the token may do.
    Forbidden,
    /// 404: no such message or mailbox.
    NotFound,
    /// 409, 410, 412, 423, or a code that says that the item is not what it was. Graph's servers may repeat our request among
    /// themselves: one repetition sent the mail, the next no longer found the draft as it was, and its refusal is what we get.
    Conflict,
    /// Any other of its 4xx: the message.
    Rejected,
}

impl Refusal {
    /// The status that the caller gets.
    pub fn status(self) -> Status {
        match self {
            Refusal::Unauthenticated => Status::Unauthenticated,
            Refusal::Forbidden => Status::Forbidden,
            Refusal::NotFound => Status::NotFound,
            Refusal::Conflict | Refusal::Rejected => Status::Rejected,
        }
    }
}

/// Why an attempt settles nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoubtCause {
    /// The request went out and no reply came back.
    NoReply(Cause),
    /// A reply that is not Graph's: a proxy's, a gateway's, a login page.
    NotGraphs,
    /// A 5xx: the service may fail after it has acted, and does
    /// (<https://learn.microsoft.com/answers/questions/2286986>).
    ServerError,
    /// A 2xx of which the end did not arrive, or is uncertain; a 4xx that breaks off.
    CutOff,
    /// A 2xx that says something, or has no `request-id`: not the answer of a send.
    UnlikelySuccess,
    /// A redirect; redirects are not followed.
    Redirect,
    /// A 429 without a code or with `UnknownError`: seen although the mail went out.
    UnclearThrottle,
    /// A 4xx that tells of the request's way and not of the message, such as 408, 421 or 499: whoever says so may not know what
    /// became of the request behind him.
    OnTheWay,
    /// The reply began before the request was handed on, or repeats the id of another: it answers something else.
    NotOurs,
}

/// Judges one attempt to have a reply of this kind, made under this `client-request-id`. `now` is the wall clock, for a
/// `Retry-After` given as a date.
pub fn judge(
    attempt: Result<&Reply, &Failure>,
    expected: Expected,
    client_request_id: &str,
    now: SystemTime,
) -> Verdict {
    match attempt {
        Ok(reply) if !reply.is_for(client_request_id) => Verdict::Doubtful(DoubtCause::NotOurs),
        Ok(reply) => judge_reply(reply, expected, now),
        Err(failure) if failure.handed_on => Verdict::Doubtful(DoubtCause::NoReply(failure.cause)),
        Err(failure) => Verdict::NotBegun(failure.cause),
    }
}

fn judge_reply(reply: &Reply, expected: Expected, now: SystemTime) -> Verdict {
    let is_graphs = reply.is_graphs();
    match reply.status {
        200..=299 => judge_success(reply, expected),
        300..=399 => Verdict::Doubtful(DoubtCause::Redirect),
        400..=499 if !is_graphs => Verdict::Doubtful(DoubtCause::NotGraphs),
        // Whoever broke off may not be whoever began to speak.
        400..=499 if breaks_off(reply) => Verdict::Doubtful(DoubtCause::CutOff),
        401 => Verdict::Refused(Refusal::Unauthenticated),
        403 => Verdict::Refused(Refusal::Forbidden),
        404 => Verdict::Refused(Refusal::NotFound),
        429 => match GraphError::parse(&reply.body).map(|error| error.code).as_deref() {
            None | Some("" | "UnknownError") => Verdict::Doubtful(DoubtCause::UnclearThrottle),
            Some(_) => Verdict::Throttled(retry_after(reply.retry_after.as_deref(), reply.date.as_deref(), now)),
        },
        409 | 410 | 412 | 423 => Verdict::Refused(Refusal::Conflict),
        status if is_refusal(status) => Verdict::Refused(match GraphError::parse(&reply.body) {
            Some(error) if is_about_a_moved_item(&error.code) => Refusal::Conflict,
            Some(_) | None => Refusal::Rejected,
        }),
        400..=499 => Verdict::Doubtful(DoubtCause::OnTheWay),
        _ if is_graphs => Verdict::Doubtful(DoubtCause::ServerError),
        _ => Verdict::Doubtful(DoubtCause::NotGraphs),
    }
}

/// The 4xx by which Graph says that it did not act: those of its table (<https://learn.microsoft.com/graph/errors>), and what
/// HTTP says of the request itself. A list of what is certain: whatever else comes is in doubt.
fn is_refusal(status: u16) -> bool {
    matches!(status, 400..=406 | 409..=417 | 422 | 423 | 428 | 431 | 451)
}

/// Whether the end of a body did not come that its framing tells.
fn breaks_off(reply: &Reply) -> bool {
    match reply.framing {
        Framing::Length | Framing::Chunked => reply.body_end == BodyEnd::CutOff,
        // Where it ends is uncertain, so nothing says that it broke off.
        Framing::Uncertain => false,
    }
}

/// The codes by which Exchange says that an item is gone or has changed
/// (<https://learn.microsoft.com/exchange/client-developer/web-service-reference/responsecode>).
fn is_about_a_moved_item(code: &str) -> bool {
    matches!(code, "ErrorItemNotFound" | "ErrorMessageNotFound" | "ErrorIrresolvableConflict" | "ErrorStaleObject")
}

/// What else comes with a success does not matter: a 202 may carry `Retry-After`, and sending again on it makes duplicates
/// (<https://github.com/microsoftgraph/msgraph-sdk-java/issues/1487>).
fn judge_success(reply: &Reply, expected: Expected) -> Verdict {
    if reply.framing == Framing::Uncertain || reply.body_end != BodyEnd::Complete {
        return Verdict::Doubtful(DoubtCause::CutOff);
    }
    let is_expected = match expected {
        // Captive portals like to say an empty 200, so any other 2xx must have a `request-id`, as Graph gives each.
        Expected::Empty => reply.body.is_empty() && (reply.status == 202 || !reply.request_id.is_empty()),
        Expected::Json(status) => reply.status == status && is_json(&reply.body),
    };
    if is_expected { Verdict::Accepted } else { Verdict::Doubtful(DoubtCause::UnlikelySuccess) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anonymous(status: u16, body: &str) -> Reply {
        Reply { request_id: String::new(), ..Reply::whole(status, body) }
    }

    fn verdict(reply: Reply) -> Verdict {
        judge(Ok(&reply), Expected::Empty, CALL, SystemTime::now())
    }

    const CALL: &str = "4f1c";

    const ERROR: &str = r#"{"error":{"code":"ErrorX","message":"m"}}"#;

    #[test]
    fn success() {
        assert_eq!(verdict(Reply::whole(202, "")), Verdict::Accepted);
        assert_eq!(verdict(anonymous(202, "")), Verdict::Accepted);
        assert_eq!(verdict(Reply { retry_after: Some("5".into()), ..Reply::whole(202, "") }), Verdict::Accepted);
        assert_eq!(verdict(Reply { framing: Framing::Chunked, ..Reply::whole(202, "") }), Verdict::Accepted);
        for status in [200, 201, 204] {
            assert_eq!(verdict(Reply::whole(status, "")), Verdict::Accepted);
            assert_eq!(verdict(anonymous(status, "")), Verdict::Doubtful(DoubtCause::UnlikelySuccess));
        }
        assert_eq!(verdict(Reply::whole(202, "x")), Verdict::Doubtful(DoubtCause::UnlikelySuccess));
        assert_eq!(verdict(Reply::whole(200, "<html>")), Verdict::Doubtful(DoubtCause::UnlikelySuccess));
        assert_eq!(
            verdict(Reply { framing: Framing::Uncertain, ..Reply::whole(202, "") }),
            Verdict::Doubtful(DoubtCause::CutOff)
        );
        for body_end in [BodyEnd::CutOff, BodyEnd::TooLong] {
            assert_eq!(verdict(Reply { body_end, ..Reply::whole(202, "") }), Verdict::Doubtful(DoubtCause::CutOff));
        }
    }

    #[test]
    fn refusals() {
        for (status, expected) in [
            (400, Refusal::Rejected),
            (401, Refusal::Unauthenticated),
            (403, Refusal::Forbidden),
            (404, Refusal::NotFound),
            (405, Refusal::Rejected),
            (409, Refusal::Conflict),
            (410, Refusal::Conflict),
            (412, Refusal::Conflict),
            (413, Refusal::Rejected),
            (423, Refusal::Conflict),
        ] {
            assert_eq!(verdict(anonymous(status, ERROR)), Verdict::Refused(expected));
            assert_eq!(verdict(Reply::whole(status, "")), Verdict::Refused(expected));
            assert_eq!(verdict(anonymous(status, "<html>")), Verdict::Doubtful(DoubtCause::NotGraphs));
            let cut = Reply { body_end: BodyEnd::CutOff, ..Reply::whole(status, "{") };
            assert_eq!(verdict(cut.clone()), Verdict::Doubtful(DoubtCause::CutOff));
            assert_eq!(verdict(Reply { framing: Framing::Uncertain, ..cut }), Verdict::Refused(expected));
        }
        let moved = r#"{"error":{"code":"ErrorItemNotFound","message":"m"}}"#;
        assert_eq!(verdict(Reply::whole(400, moved)), Verdict::Refused(Refusal::Conflict));
    }

    #[test]
    fn throttling() {
        let throttled = Reply { retry_after: Some("2".into()), ..Reply::whole(429, ERROR) };
        assert_eq!(verdict(throttled), Verdict::Throttled(Some(Duration::from_secs(2))));
        assert_eq!(verdict(Reply::whole(429, ERROR)), Verdict::Throttled(None));
        for body in ["", r#"{"error":{"code":"UnknownError","message":""}}"#, r#"{"error":{"code":"","message":""}}"#] {
            assert_eq!(verdict(Reply::whole(429, body)), Verdict::Doubtful(DoubtCause::UnclearThrottle));
        }
    }

    #[test]
    fn refusals_of_the_way() {
        for status in [407, 408, 418, 421, 424, 425, 426, 444, 449, 460, 498, 499] {
            assert_eq!(verdict(Reply::whole(status, ERROR)), Verdict::Doubtful(DoubtCause::OnTheWay), "{status}");
        }
    }

    #[test]
    fn replies_to_something_else() {
        for status in [202, 400, 404, 429, 503] {
            let early = Reply { came_early: true, ..Reply::whole(status, "") };
            assert_eq!(verdict(early), Verdict::Doubtful(DoubtCause::NotOurs), "{status}");
            let silent = Reply { repeats_no_request_id: true, ..Reply::whole(status, "") };
            assert_eq!(verdict(silent), Verdict::Doubtful(DoubtCause::NotOurs), "{status}");
            let repeats = |ids: &[&str]| Reply {
                client_request_ids: ids.iter().map(ToString::to_string).collect(),
                ..Reply::whole(status, if status == 202 { "" } else { ERROR })
            };
            for ids in [&["another"][..], &[CALL, "another"], &[""]] {
                assert_eq!(verdict(repeats(ids)), Verdict::Doubtful(DoubtCause::NotOurs), "{status} {ids:?}");
            }
            for ids in [&[CALL][..], &["4F1C"], &["r"], &[CALL, "r"], &[]] {
                assert_ne!(verdict(repeats(ids)), Verdict::Doubtful(DoubtCause::NotOurs), "{status} {ids:?}");
            }
        }
    }

    #[test]
    fn doubts() {
        assert_eq!(verdict(Reply::whole(302, "")), Verdict::Doubtful(DoubtCause::Redirect));
        assert_eq!(verdict(Reply::whole(504, ERROR)), Verdict::Doubtful(DoubtCause::ServerError));
        assert_eq!(verdict(anonymous(502, "<html>")), Verdict::Doubtful(DoubtCause::NotGraphs));
        assert_eq!(verdict(Reply::whole(199, "")), Verdict::Doubtful(DoubtCause::ServerError));
        for cause in [Cause::Cancelled, Cause::TimedOut, Cause::Connection] {
            let failure = |handed_on| Failure { handed_on, cause, detail: String::new() };
            let judge = |handed_on| judge(Err(&failure(handed_on)), Expected::Empty, CALL, SystemTime::now());
            assert_eq!(judge(true), Verdict::Doubtful(DoubtCause::NoReply(cause)));
            assert_eq!(judge(false), Verdict::NotBegun(cause));
        }
    }

    #[test]
    fn json_is_expected_with_its_status() {
        let verdict = |reply: Reply| judge(Ok(&reply), Expected::Json(201), CALL, SystemTime::now());
        assert_eq!(verdict(Reply::whole(201, r#"{"id":"AAMk"}"#)), Verdict::Accepted);
        for other in [
            Reply::whole(200, r#"{"id":"AAMk"}"#),
            Reply::whole(201, ""),
            Reply::whole(201, "<html>"),
            Reply::whole(202, ""),
        ] {
            assert_eq!(verdict(other), Verdict::Doubtful(DoubtCause::UnlikelySuccess));
        }
        let cut = Reply { body_end: BodyEnd::CutOff, ..Reply::whole(201, "{}") };
        assert_eq!(verdict(cut), Verdict::Doubtful(DoubtCause::CutOff));
        assert_eq!(verdict(Reply::whole(404, ERROR)), Verdict::Refused(Refusal::NotFound));
    }
}

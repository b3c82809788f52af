//! The judgement: what one attempt says about the mail.

use std::time::{Duration, SystemTime};

use super::{BodyEnd, Cause, Failure, Framing, GraphError, Reply, retry_after};
use crate::status::Status;

/// What one attempt says about the mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Graph accepted it.
    Accepted,
    /// Graph refused it, for certain; the status says how.
    Refused(Status),
    /// Graph asks to wait; it did not act. The wait where Graph told one.
    Throttled(Option<Duration>),
    /// No byte of the request was handed on: nobody can have acted.
    NotBegun(Cause),
    /// It may have been accepted.
    Doubtful(Doubt),
}

/// Why an attempt settles nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// The request went out and no reply came back.
    NoReply(Cause),
    /// A reply that is not Graph's: a proxy's, a gateway's, a login page.
    NotGraphs,
    /// A 5xx: the service may fail after it has acted, and does
    /// (<https://learn.microsoft.com/answers/questions/2286986>).
    ServerError,
    /// A 2xx of which the end did not arrive, or whose end nothing marks.
    CutOff,
    /// A 2xx that says something, or does not name a request: not the answer of a send.
    UnlikelySuccess,
    /// A redirect; redirects are not followed.
    Redirect,
    /// A 429 without a code or with `UnknownError`: seen although the mail went out.
    UnclearThrottle,
}

/// Judges one attempt. `now` is the wall clock, for a `Retry-After` given as a date.
pub fn judge(attempt: Result<&Reply, &Failure>, now: SystemTime) -> Verdict {
    match attempt {
        Ok(reply) => judge_reply(reply, now),
        Err(failure) if failure.handed_on => Verdict::Doubtful(Doubt::NoReply(failure.cause)),
        Err(failure) => Verdict::NotBegun(failure.cause),
    }
}

fn judge_reply(reply: &Reply, now: SystemTime) -> Verdict {
    let is_graphs = is_graphs(reply);
    match reply.status {
        200..=299 => judge_success(reply),
        300..=399 => Verdict::Doubtful(Doubt::Redirect),
        400..=499 if !is_graphs => Verdict::Doubtful(Doubt::NotGraphs),
        401 => Verdict::Refused(Status::Unauthenticated),
        403 => Verdict::Refused(Status::Forbidden),
        404 => Verdict::Refused(Status::NotFound),
        429 => match GraphError::parse(&reply.body).map(|error| error.code).as_deref() {
            None | Some("" | "UnknownError") => Verdict::Doubtful(Doubt::UnclearThrottle),
            Some(_) => Verdict::Throttled(retry_after(reply.retry_after.as_deref(), reply.date.as_deref(), now)),
        },
        400..=499 => Verdict::Refused(Status::Rejected),
        _ if is_graphs => Verdict::Doubtful(Doubt::ServerError),
        _ => Verdict::Doubtful(Doubt::NotGraphs),
    }
}

/// Whether a reply comes from Graph, and not from a proxy or gateway on the way.
pub fn is_graphs(reply: &Reply) -> bool {
    !reply.request_id.is_empty() || GraphError::parse(&reply.body).is_some()
}

/// A send is answered by 202 and nothing else in the body. What else comes with it does not matter: a 202 may carry
/// `Retry-After`, and sending again on it makes duplicates (<https://github.com/microsoftgraph/msgraph-sdk-java/issues/1487>).
/// Captive portals like to say an empty 200, so any other 2xx must name its request as Graph does.
fn judge_success(reply: &Reply) -> Verdict {
    if reply.framing == Framing::UntilClose || reply.body_end == BodyEnd::CutOff {
        Verdict::Doubtful(Doubt::CutOff)
    } else if !reply.body.is_empty() || (reply.status != 202 && reply.request_id.is_empty()) {
        Verdict::Doubtful(Doubt::UnlikelySuccess)
    } else {
        Verdict::Accepted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, body: &str) -> Reply {
        Reply {
            status,
            framing: Framing::Length,
            body_end: BodyEnd::Complete,
            body: body.as_bytes().to_vec(),
            request_id: "r".to_owned(),
            retry_after: None,
            date: None,
            www_authenticate: Vec::new(),
            client_request_ids: Vec::new(),
            came_early: false,
        }
    }

    fn anonymous(status: u16, body: &str) -> Reply {
        Reply { request_id: String::new(), ..reply(status, body) }
    }

    fn verdict(reply: Reply) -> Verdict {
        judge(Ok(&reply), SystemTime::now())
    }

    const ERROR: &str = r#"{"error":{"code":"ErrorX","message":"m"}}"#;

    #[test]
    fn success() {
        assert_eq!(verdict(reply(202, "")), Verdict::Accepted);
        assert_eq!(verdict(anonymous(202, "")), Verdict::Accepted);
        assert_eq!(verdict(Reply { retry_after: Some("5".into()), ..reply(202, "") }), Verdict::Accepted);
        assert_eq!(verdict(Reply { framing: Framing::Chunked, ..reply(202, "") }), Verdict::Accepted);
        for status in [200, 201, 204] {
            assert_eq!(verdict(reply(status, "")), Verdict::Accepted);
            assert_eq!(verdict(anonymous(status, "")), Verdict::Doubtful(Doubt::UnlikelySuccess));
        }
        assert_eq!(verdict(reply(202, "x")), Verdict::Doubtful(Doubt::UnlikelySuccess));
        assert_eq!(verdict(reply(200, "<html>")), Verdict::Doubtful(Doubt::UnlikelySuccess));
        assert_eq!(verdict(Reply { framing: Framing::UntilClose, ..reply(202, "") }), Verdict::Doubtful(Doubt::CutOff));
        assert_eq!(verdict(Reply { body_end: BodyEnd::CutOff, ..reply(202, "") }), Verdict::Doubtful(Doubt::CutOff));
    }

    #[test]
    fn refusals() {
        for (status, expected) in [
            (400, Status::Rejected),
            (401, Status::Unauthenticated),
            (403, Status::Forbidden),
            (404, Status::NotFound),
            (405, Status::Rejected),
            (412, Status::Rejected),
            (413, Status::Rejected),
        ] {
            assert_eq!(verdict(anonymous(status, ERROR)), Verdict::Refused(expected));
            assert_eq!(verdict(reply(status, "")), Verdict::Refused(expected));
            assert_eq!(verdict(anonymous(status, "<html>")), Verdict::Doubtful(Doubt::NotGraphs));
        }
    }

    #[test]
    fn throttling() {
        let throttled = Reply { retry_after: Some("2".into()), ..reply(429, ERROR) };
        assert_eq!(verdict(throttled), Verdict::Throttled(Some(Duration::from_secs(2))));
        assert_eq!(verdict(reply(429, ERROR)), Verdict::Throttled(None));
        for body in ["", r#"{"error":{"code":"UnknownError","message":""}}"#, r#"{"error":{"code":"","message":""}}"#] {
            assert_eq!(verdict(reply(429, body)), Verdict::Doubtful(Doubt::UnclearThrottle));
        }
    }

    #[test]
    fn doubts() {
        assert_eq!(verdict(reply(302, "")), Verdict::Doubtful(Doubt::Redirect));
        assert_eq!(verdict(reply(504, ERROR)), Verdict::Doubtful(Doubt::ServerError));
        assert_eq!(verdict(anonymous(502, "<html>")), Verdict::Doubtful(Doubt::NotGraphs));
        assert_eq!(verdict(reply(199, "")), Verdict::Doubtful(Doubt::ServerError));
        for cause in [Cause::Cancelled, Cause::TimedOut, Cause::Connection] {
            let failure = |handed_on| Failure { handed_on, cause, detail: String::new() };
            assert_eq!(judge(Err(&failure(true)), SystemTime::now()), Verdict::Doubtful(Doubt::NoReply(cause)));
            assert_eq!(judge(Err(&failure(false)), SystemTime::now()), Verdict::NotBegun(cause));
        }
    }
}

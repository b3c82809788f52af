//! `Retry-After`, in seconds or as an HTTP-date.

use std::time::{Duration, SystemTime};

use super::Reply;

/// How long the server asks to wait. A date is measured against the reply's own `Date` where it came, because the clock
/// of this machine may be wrong; nothing where the header is missing or unreadable. Fractions of a second are met in
/// replies that passed a gateway, and are accepted.
pub fn retry_after(header: Option<&str>, date: Option<&str>, now: SystemTime) -> Option<Duration> {
    let value = header?.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let until = httpdate::parse_http_date(value).ok()?;
    let since = date.and_then(|date| httpdate::parse_http_date(date.trim()).ok()).unwrap_or(now);
    Some(until.duration_since(since).unwrap_or_default())
}

/// How long a reply asks everybody to wait. An acceptance asks nobody, whatever it carries; and only Graph itself may ask: a
/// proxy's page would stop a mailbox for as long as it likes.
pub fn asked_to_wait(reply: &Reply, client_request_id: &str, now: SystemTime) -> Option<Duration> {
    match reply.status {
        429 | 500..=599 if reply.is_graphs() && reply.is_for(client_request_id) => {
            retry_after(reply.retry_after.as_deref(), reply.date.as_deref(), now)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_ask_to_wait() {
        let reply = |status, request_id: &str| Reply {
            request_id: request_id.to_owned(),
            retry_after: Some("7".to_owned()),
            ..Reply::whole(status, "<html>")
        };
        let wait = |reply: Reply| asked_to_wait(&reply, "c", SystemTime::UNIX_EPOCH).map(|wait| wait.as_secs());
        assert_eq!(wait(reply(503, "r")), Some(7));
        assert_eq!(wait(reply(429, "r")), Some(7));
        assert_eq!(wait(reply(503, "")), None);
        assert_eq!(wait(reply(429, "")), None);
        assert_eq!(wait(reply(302, "r")), None);
        assert_eq!(wait(reply(202, "r")), None);
        assert_eq!(wait(Reply { client_request_ids: vec!["another".to_owned()], ..reply(503, "r") }), None);
    }

    #[test]
    fn seconds_and_dates() {
        let now = httpdate::parse_http_date("Mon, 23 Nov 2026 10:00:00 GMT").unwrap();
        let wait = |header: &str, date: Option<&str>| retry_after(Some(header), date, now);
        let seconds = |s| Some(Duration::from_secs(s));
        assert_eq!(wait("10", None), seconds(10));
        assert_eq!(wait(" 10 ", None), seconds(10));
        assert_eq!(wait("1.5", None), Some(Duration::from_millis(1500)));
        assert_eq!(wait("0", None), seconds(0));
        assert_eq!(wait("Mon, 23 Nov 2026 10:00:07 GMT", None), seconds(7));
        assert_eq!(wait("Mon, 23 Nov 2026 12:00:07 GMT", Some("Mon, 23 Nov 2026 12:00:00 GMT")), seconds(7));
        assert_eq!(wait("Mon, 23 Nov 2026 09:00:00 GMT", None), seconds(0));
        for unreadable in ["", "soon", "-1", "NaN", "inf", "1e300"] {
            assert_eq!(wait(unreadable, None), None, "{unreadable}");
        }
        assert_eq!(retry_after(None, None, now), None);
    }
}

//! `Retry-After`, and who may ask for a wait.

use std::time::Duration;

use graph_message::graph::{Reply, asked_to_wait};

use crate::differences::Differences;
use crate::reply::{BODIES, CLIENT_REQUEST_IDS, DATE, OURS, REQUEST_ID, Row, now};

/// `Retry-After`, and the waits that it may mean.
pub type Asked = (Option<&'static str>, &'static [Option<Duration>]);

const fn seconds(s: u64) -> Option<Duration> {
    Some(Duration::from_secs(s))
}

pub const WAITS: [Asked; 19] = [
    (None, &[None]),
    // [P 4] Seconds, or an HTTP-date, of which RFC 9110 5.6.7 knows three forms.
    (Some("10"), &[seconds(10)]),
    (Some("0"), &[seconds(0)]),
    (Some("1"), &[seconds(1)]),
    (Some("2.5"), &[Some(Duration::from_millis(2500))]),
    (Some("Mon, 23 Nov 2026 10:00:07 GMT"), &[seconds(7)]),
    (Some("Monday, 23-Nov-26 10:00:07 GMT"), &[seconds(7)]),
    (Some("Mon Nov 23 10:00:07 2026"), &[seconds(7)]),
    (Some("Mon, 23 Nov 2026 09:00:00 GMT"), &[seconds(0)]),
    // [D Evidence] The error says what was asked for; the ten minutes that are held at most are the gate's.
    (Some("31536000"), &[seconds(31_536_000)]),
    // The 253402214400th second is 9999-12-31.
    (Some("Fri, 31 Dec 9999 00:00:00 GMT"), &[seconds(253_402_214_400 - 1_795_428_000)]),
    // [D Evidence] What is unreadable proves nothing.
    (Some(""), &[None]),
    (Some("soon"), &[None]),
    (Some("-1"), &[None]),
    (Some("NaN"), &[None]),
    (Some("inf"), &[None]),
    (Some("1e300"), &[None]),
    (Some("Mon, 31 Feb 2026 10:00:00 GMT"), &[None]),
    (Some("2026-11-23T10:00:07Z"), &[None]),
];

/// Only Graph's own reply to this request may ask for a wait ([D Evidence], [B1]), and only one that puts off: an acceptance
/// never does ([P 1.2]), nor a redirect ([B1]); [P 4] 429 does, and 5xx. Of other refusals the sources do not say it.
pub fn allowed(row: &Row, waits: &[Option<Duration>]) -> Vec<Option<Duration>> {
    let (asks, may_ask) = match row.reply.status {
        429 | 500..=599 => (row.is_graphs() == Some(true), row.is_graphs() != Some(false)),
        400..=499 => (false, row.is_graphs() != Some(false)),
        _ => (false, false),
    };
    let mut allowed = Vec::new();
    if may_ask && row.is_ours() {
        allowed.extend(waits);
    }
    if !(asks && row.is_ours()) {
        allowed.push(None);
    }
    allowed
}

#[test]
fn who_may_ask_for_a_wait() {
    let mut differences = Differences::default();
    for status in 100..=599 {
        for request_id in [REQUEST_ID, ""] {
            for body in BODIES {
                for (number, ids) in CLIENT_REQUEST_IDS.iter().enumerate() {
                    // Every wait with every status, body and id, though not all at once.
                    let (header, waits) = WAITS[(number * 7 + usize::from(status) + body.0.len()) % WAITS.len()];
                    let mut row = Row::new(status, body);
                    row.reply.request_id = request_id.to_owned();
                    row.reply.retry_after = header.map(str::to_owned);
                    row.reply.client_request_ids = ids.iter().map(|&id| id.to_owned()).collect();
                    row.reply.came_early = number == 1 && status % 3 == 0;
                    let wait = asked_to_wait(&row.reply, OURS, now());
                    differences.one_of(&wait, &allowed(&row, waits), || row.shown());
                }
            }
        }
    }
    differences.end(500 * 2 * 21 * 8);
}

#[test]
fn every_wait_with_what_may_ask_for_one() {
    let mut differences = Differences::default();
    for status in [302, 202, 429, 500, 502, 503, 504, 509, 599] {
        for (header, waits) in WAITS {
            let mut row = Row::new(status, BODIES[2]);
            row.reply.retry_after = header.map(str::to_owned);
            for date in [None, Some(DATE.to_owned()), Some("yesterday".to_owned())] {
                row.reply.date = date;
                let wait = asked_to_wait(&row.reply, OURS, now());
                differences.one_of(&wait, &allowed(&row, waits), || row.shown());
            }
        }
    }
    differences.end(9 * 19 * 3);
}

/// A date is by the clock of who wrote it, so it is measured against his `Date`: ours may be wrong by hours.
#[test]
fn a_date_is_measured_by_the_clock_of_its_writer() {
    let mut differences = Differences::default();
    for (date, until) in [
        ("Mon, 23 Nov 2026 12:00:00 GMT", "Mon, 23 Nov 2026 12:00:30 GMT"),
        ("Thu, 01 Jan 1970 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:30 GMT"),
    ] {
        let mut row = Row::new(429, BODIES[2]);
        row.reply = Reply { date: Some(date.to_owned()), retry_after: Some(until.to_owned()), ..row.reply };
        differences.one_of(&asked_to_wait(&row.reply, OURS, now()), &[seconds(30)], || row.shown());
    }
    differences.end(2);
}

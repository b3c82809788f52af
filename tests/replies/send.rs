//! What one attempt to send says about the mail.

use std::collections::BTreeMap;
use std::time::Duration;

use graph_message::delivery::verdict::{DoubtCause, Refusal, Verdict, judge};
use graph_message::graph::{BodyEnd, Expected, Failure, Framing};

use crate::differences::Differences;
use crate::reply::{
    BODIES, CAUSES, CLIENT_REQUEST_IDS, ENDS, ErrorJson, FRAMINGS, GATEWAY_ERRORS, OURS, REQUEST_ID, Row, now,
};
use crate::wait::WAITS;

/// All that the sources allow an attempt with this reply to say.
fn allowed(row: &Row, waits: &[Option<Duration>]) -> Vec<Verdict> {
    let status = row.reply.status;
    let is_empty = row.reply.body.is_empty();
    let has_request_id = !row.reply.request_id.is_empty();
    let is_whole = row.reply.body_end == BodyEnd::Complete;

    // Whatever the status, no answer to this request settles anything [A10].
    let certain = match status {
        _ if !row.is_ours() => None,
        // [D Answer] A reply that breaks off is whoever broke it off's.
        400..=499 if row.breaks_off() => None,
        // [D Answer] Emptiness that is framed; 202 whatever else it says [P 1.2], any other 2xx [P 1.2] if it names its request.
        202 => (is_empty && is_whole && row.reply.framing != Framing::Uncertain).then_some(Verdict::Accepted),
        200..=299 => (is_empty && is_whole && row.reply.framing != Framing::Uncertain && has_request_id)
            .then_some(Verdict::Accepted),
        // [D Answer] 429 waits, but for one without a code or with `UnknownError`: [P 1.6] ambiguous.
        429 => match row.json {
            ErrorJson::Code("" | "UnknownError") | ErrorJson::Unsettled | ErrorJson::No => None,
            ErrorJson::Code(_) => {
                return waits.iter().map(|&wait| Verdict::Throttled(wait)).collect();
            }
        },
        // [D Answer] Graph's 4xx is certain; which it is, by the table of statuses [D 2].
        401 => Some(Verdict::Refused(Refusal::Unauthenticated)),
        403 => Some(Verdict::Refused(Refusal::Forbidden)),
        404 => Some(Verdict::Refused(Refusal::NotFound)),
        // [A11] These tell of the way, or of who gave up waiting.
        408 | 421 | 499 => None,
        // What is said of an item that is not what it was [A18]: refused, though not for the message.
        409 | 410 | 412 | 423 => Some(Verdict::Refused(Refusal::Conflict)),
        400..=499 if row.json == ErrorJson::Code("ErrorItemNotFound") => Some(Verdict::Refused(Refusal::Conflict)),
        400..=499 => Some(Verdict::Refused(Refusal::Rejected)),
        // [D Answer] 3xx and 5xx are in doubt [P 1.5], and so is what nobody knows.
        _ => None,
    };
    // [D Answer] A reply that is not Graph's is in doubt, but for 202, which a 2xx alone decides.
    let needs_graph = (400..=499).contains(&status);
    match certain {
        Some(verdict) if !needs_graph || row.is_graphs() == Some(true) => {
            let mut allowed = vec![verdict];
            // [P 7] names the 4xx that Graph uses; what it never says may as well be somebody's on the way.
            if needs_graph && !GRAPHS_OWN.contains(&status) {
                allowed.push(Verdict::Doubtful(DoubtCause::OnTheWay));
            }
            allowed
        }
        Some(verdict) if row.is_graphs().is_none() => [vec![verdict], doubts(row)].concat(),
        _ => doubts(row),
    }
}

/// [P 7] The 4xx of Graph's own table of statuses.
const GRAPHS_OWN: [u16; 16] = [400, 401, 402, 403, 404, 405, 406, 409, 410, 411, 412, 413, 415, 416, 422, 423];

/// All reasons to doubt that hold for a reply, by what the names of the doubts mean; any of them may be the one named.
fn doubts(row: &Row) -> Vec<Verdict> {
    let reply = &row.reply;
    let is_success = (200..=299).contains(&reply.status);
    let no_code = matches!(row.json, ErrorJson::Code("" | "UnknownError") | ErrorJson::Unsettled | ErrorJson::No);
    let is_refusal = (400..=499).contains(&reply.status);
    let reasons = [
        (DoubtCause::NotOurs, !row.is_ours()),
        (DoubtCause::NotGraphs, row.is_graphs() != Some(true)),
        (DoubtCause::Redirect, (300..=399).contains(&reply.status)),
        (DoubtCause::ServerError, (500..=599).contains(&reply.status)),
        (DoubtCause::CutOff, is_refusal && row.breaks_off()),
        (
            DoubtCause::CutOff,
            is_success && (reply.body_end != BodyEnd::Complete || reply.framing == Framing::Uncertain),
        ),
        (DoubtCause::UnlikelySuccess, is_success && (!reply.body.is_empty() || reply.body_end == BodyEnd::TooLong)),
        (DoubtCause::UnlikelySuccess, is_success && reply.status != 202 && reply.request_id.is_empty()),
        (DoubtCause::UnclearThrottle, reply.status == 429 && no_code),
        (DoubtCause::OnTheWay, is_refusal && reply.status != 429 && !GRAPHS_OWN.contains(&reply.status)),
        // No name is meant for a status that ends nothing; this one says the same to the caller.
        (DoubtCause::ServerError, reply.status < 200),
    ];
    reasons.into_iter().filter(|(_, holds)| *holds).map(|(doubt, _)| Verdict::Doubtful(doubt)).collect()
}

/// The name of a verdict and, where it has one, of its kind, to count them by.
fn kind(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Throttled(wait) => format!("Throttled {}", wait.is_some()),
        other => format!("{other:?}"),
    }
}

/// All replies of some statuses: every body, framing, end, time and naming of the request.
fn cross(statuses: impl Iterator<Item = u16>, rows: usize, kinds: &[&str]) {
    let mut differences = Differences::default();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut number = 0;
    for status in statuses {
        for request_id in [REQUEST_ID, ""] {
            for body in BODIES {
                for framing in FRAMINGS {
                    for end in ENDS {
                        for came_early in [false, true] {
                            let mut row = Row::new(status, body).ends(end);
                            row.reply.request_id = request_id.to_owned();
                            row.reply.framing = framing;
                            row.reply.came_early = came_early;
                            if !row.is_possible() {
                                continue;
                            }
                            // One early reply is like another, whatever it names.
                            let named = if came_early { &CLIENT_REQUEST_IDS[1..2] } else { &CLIENT_REQUEST_IDS[..] };
                            for ids in named {
                                // 19 waits go round over numbers of other factors, so that each meets each.
                                let (header, waits) = WAITS[number % WAITS.len()];
                                number += 1;
                                row.reply.retry_after = header.map(str::to_owned);
                                row.reply.client_request_ids = ids.iter().map(|&id| id.to_owned()).collect();
                                let verdict = judge(Ok(&row.reply), Expected::Empty, OURS, now());
                                differences.one_of(&verdict, &allowed(&row, waits), || row.shown());
                                *seen.entry(kind(&verdict)).or_default() += 1;
                            }
                        }
                    }
                }
            }
        }
    }
    assert_eq!(seen.keys().map(String::as_str).collect::<Vec<_>>(), kinds, "what the table reaches");
    differences.end(rows);
}

#[test]
fn informational() {
    cross(100..=199, 3_600, &["Doubtful(NotGraphs)", "Doubtful(NotOurs)", "Doubtful(ServerError)"]);
}

#[test]
fn success() {
    cross(200..=299, 331_488, &["Accepted", "Doubtful(CutOff)", "Doubtful(NotOurs)", "Doubtful(UnlikelySuccess)"]);
}

#[test]
fn redirect() {
    cross(300..=399, 331_488, &["Doubtful(NotOurs)", "Doubtful(Redirect)"]);
}

#[test]
fn refusal() {
    cross(
        400..=499,
        334_800,
        &[
            "Doubtful(CutOff)",
            "Doubtful(NotGraphs)",
            "Doubtful(NotOurs)",
            "Doubtful(OnTheWay)",
            "Doubtful(UnclearThrottle)",
            "Refused(Conflict)",
            "Refused(Forbidden)",
            "Refused(NotFound)",
            "Refused(Rejected)",
            "Refused(Unauthenticated)",
            "Throttled false",
            "Throttled true",
        ],
    );
}

#[test]
fn server_error() {
    cross(500..=599, 334_800, &["Doubtful(NotGraphs)", "Doubtful(NotOurs)", "Doubtful(ServerError)"]);
}

/// [D Phase] Before the first byte: certain. After: in doubt.
#[test]
fn no_reply() {
    let mut differences = Differences::default();
    for cause in CAUSES {
        for (handed_on, verdict) in
            [(false, Verdict::NotBegun(cause)), (true, Verdict::Doubtful(DoubtCause::NoReply(cause)))]
        {
            let failure = Failure { handed_on, cause, detail: "202 Accepted".to_owned() };
            differences
                .one_of(&judge(Err(&failure), Expected::Empty, OURS, now()), &[verdict], || format!("{failure:?}"));
        }
    }
    differences.end(16);
}

/// Every wait, where Graph asks for it: the verdict names it.
#[test]
fn throttled() {
    let mut differences = Differences::default();
    for (header, waits) in WAITS {
        for body in BODIES {
            let mut row = Row::new(429, body);
            row.reply.retry_after = header.map(str::to_owned);
            differences
                .one_of(&judge(Ok(&row.reply), Expected::Empty, OURS, now()), &allowed(&row, waits), || row.shown());
        }
    }
    differences.end(19 * 21);
}

/// [D Answer] neither Graph's error JSON nor a `request-id`: in doubt.
#[test]
fn another_services_error_is_not_graphs() {
    let mut differences = Differences::default();
    for status in 400..=599 {
        for text in GATEWAY_ERRORS {
            let mut row = Row::new(status, (text, ErrorJson::No));
            row.reply.request_id.clear();
            row.reply.client_request_ids.clear();
            differences.one_of(&judge(Ok(&row.reply), Expected::Empty, OURS, now()), &doubts(&row), || row.shown());
        }
    }
    differences.end(400);
}

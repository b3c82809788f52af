//! The invariants are asked about runs that were tampered with: each assertion must fail for one of them. What none could break
//! would hold nothing.

use std::collections::BTreeSet;
use std::time::Duration;

use graph_message::client::Receipt;
use graph_message::error::Error;
use graph_message::status::Status;

use crate::assertions::{all_are_said, without_numbers};
use crate::faults::{Acted, End, SendFault, Speed};
use crate::generate;
use crate::invariants::broken;
use crate::model::{Exchange, Shown};
use crate::names::TOKEN;
use crate::run::{CallEnd, Run, play};
use crate::schedule::{Fault, Schedule};
use crate::search::nth_seed;

/// Where the assertions stand.
const SOURCES: [&str; 2] = [include_str!("invariants.rs"), include_str!("waiting.rs")];
/// How many random schedules are played, each once for every way to tamper with it.
const SCHEDULES: u64 = 1500;

const HOUR: Duration = Duration::from_secs(3600);

type Tamper = fn(&mut Run);

pub fn every_assertion_can_fail() {
    let mut said = BTreeSet::new();
    let random = (0..SCHEDULES).map(|nth| generate::random(nth_seed(4, nth)));
    for schedule in [plain(), refused_once()].into_iter().chain(random) {
        for tamper in TAMPERS {
            let mut run = play(&schedule, true);
            tamper(&mut run);
            said.extend(broken(&schedule, &run).into_iter().map(|text| without_numbers(&text)));
        }
        for status in Status::ALL {
            let mut run = play(&schedule, false);
            for call in &mut run.calls {
                call.end = CallEnd::Answer(match status {
                    Status::Ok => Ok(receipt()),
                    status => Err(Error { retry_after: HOUR, ..Error::new(status, "said") }),
                });
            }
            said.extend(broken(&schedule, &run).into_iter().map(|text| without_numbers(&text)));
        }
    }
    let assertions = all_are_said(&SOURCES, &said);
    println!("{assertions} assertions, each of which fails for a run that was tampered with");
}

/// One call, with no fault.
fn plain() -> Schedule {
    "".parse().unwrap()
}

/// A call whose token is refused, which could be renewed.
fn refused_once() -> Schedule {
    let mut schedule = plain();
    schedule.setup.renewable = true;
    let refused = SendFault { end: End::Token401, acted: Acted::No, speed: Speed::Quick };
    schedule.faults.push(Fault::Send(0, refused));
    schedule
}

fn receipt() -> Receipt {
    Receipt {
        found: false,
        request_id: String::new(),
        client_request_id: "another".into(),
        http_status: 202,
        attempts: 1,
        sent_id: String::new(),
    }
}

const TAMPERS: [Tamper; 17] = [
    |run| run.calls.iter_mut().for_each(|call| call.end = CallEnd::Panicked),
    |run| run.calls.iter_mut().for_each(|call| call.returned += HOUR),
    |run| {
        for call in &mut run.calls {
            (call.returned, call.cancelled) = (call.began, Some(call.true_began));
            call.true_returned = call.true_began + Duration::from_secs(1);
            call.returned += Duration::from_secs(1);
        }
    },
    |run| run.mails.extend(run.mails.clone()),
    |run| run.mails.clear(),
    |run| receipts(run, |receipt| receipt.attempts += 1),
    |run| receipts(run, |receipt| receipt.http_status = 418),
    |run| receipts(run, |receipt| receipt.client_request_id = "another".into()),
    |run| receipts(run, |receipt| receipt.sent_id = "another".to_owned()),
    |run| receipts(run, |receipt| receipt.request_id = TOKEN.to_owned()),
    |run| run.log.push(TOKEN.to_owned()),
    |run| {
        // Sent again and again, after all that was seen.
        for number in 0..run.calls.len() {
            let mut sends = run.exchanges.iter().filter(|exchange| exchange.call == number && exchange.is_send());
            let Some(send) = sends.next_back().cloned() else { continue };
            let after = run.calls[number].returned;
            run.exchanges.extend((0..9).map(|_| Exchange { began: after, ended: Some(after), ..send.clone() }));
        }
    },
    |run| {
        // Seen in two versions between a doubt and another attempt.
        let Some(doubt) = run.exchanges.iter().find(|exchange| exchange.is_doubtful()).cloned() else { return };
        let Some(look) =
            run.exchanges.iter().find(|exchange| exchange.call == doubt.call && !exchange.is_send()).cloned()
        else {
            return;
        };
        for version in [1, 2] {
            run.exchanges.push(Exchange {
                shown: Shown::Draft { version },
                kind: crate::model::Kind::Look,
                ..look.clone()
            });
        }
        run.exchanges.push(doubt);
    },
    |run| {
        for look in run.exchanges.iter_mut().filter(|exchange| !exchange.is_send()) {
            look.shown = Shown::Refused;
        }
    },
    |run| run.exchanges.iter_mut().for_each(|exchange| exchange.pause = Some(HOUR)),
    |run| run.exchanges.extend(run.exchanges.clone()),
    |run| {
        // Given up after the first request.
        run.mails.clear();
        run.exchanges.truncate(1);
        for call in &mut run.calls {
            call.end = CallEnd::Answer(Err(Error::new(Status::Unauthenticated, "said")));
            (call.returned, call.cancelled) = (call.began, None);
        }
    },
];

fn receipts(run: &mut Run, change: fn(&mut Receipt)) {
    for call in &mut run.calls {
        if let CallEnd::Answer(Ok(receipt)) = &mut call.end {
            change(receipt);
        }
    }
}

//! What was found once, as schedules: at the time, each of them broke what its row of the findings says.

use std::sync::Arc;

use crate::invariants::broken;
use crate::run::play;
use crate::schedule::Schedule;
use crate::threads;
use crate::threads_plan::Plan;

/// The row, and the schedules of one thread that broke something.
const ROWS: &[(&str, &[&str])] = &[
    // No usable time, or clocks that differ by seconds, make no "sent before this call".
    (
        "A1",
        &[
            "send.0=Late504,Early,Quick ids_stay=true look.0=SentNull",
            "send.0=Late504,Early,Quick ids_stay=true look.0=SentAbsent",
            "send.0=Late504,Early,Quick ids_stay=true look.0=SentEmpty",
            "send.0=Late504,Early,Quick ids_stay=true look.0=SentNumber",
            "send.0=Late504,Early,Quick ids_stay=true look.0=SentInYearOne",
            "send.0=Late504,Early,Quick ids_stay=true look.0=SentWithOffset",
            "send.0=Late504,Early,Quick ids_stay=true look.0=SentUnreadable",
            "send.0=Late504,Early,Quick ids_stay=true look.0=DateSlightlyAhead",
            "send.0=Late504,Early,Quick ids_stay=true look.0=DateAhead",
            "send.0=Late504,Early,Quick knows_id=true look.1=SentNull",
            "send.0=Late504,Early,Quick ids_stay=true mailbox_skew=-6",
        ],
    ),
    // An answer about another message is no evidence.
    (
        "A2",
        &[
            "send.0=Reset,No,Quick look.0=OtherMessage",
            "send.0=Reset,No,Quick knows_id=true event.0.25=Delete look.1=Unfiltered",
        ],
    ),
    // A draft that is deferred proves nothing.
    (
        "A3",
        &[
            "attempts=4 deferred=86400000 send.0=Wait503,Early,Quick send.1=Wait503,Early,Quick",
            "deferred=86400000 send.0=Wait503,Early,Quick attempts=1 then.0=Rerun",
            "deferred=86400000 then.0=Rerun",
            "deferred=86400000 send.0=Silence,Early,Quick event.0.25=CancelCall then.0=Check",
            // Its time has passed by our clock, and the service's is not shown.
            "verify=OnDoubt settle=2000 deferred=10000 skew=-7200 look.0=BadDate then.1000=Rerun",
            "verify=OnDoubt settle=2000 deferred=10000 skew=-7200 crash.0=After look.0=NoDate",
        ],
    ),
    // The sent copy is another item, and the draft stays.
    ("A4", &["copy=true send.0=Late504,Early,Quick", "copy=true send.0=Late504,Early,Quick attempts=1"]),
    // More drafts than are remembered come between two calls.
    (
        "A5",
        &[
            "settle=120000 leaves=119000 send.0=Silence,Early,Quick event.0.25=CancelCall then.0=Many then.0=Send",
            "settle=120000 leaves=119000 verify=Never send.0=Late504,Early,Quick then.0=Many then.0=Send",
        ],
    ),
    // One mailbox under several names, tokens, hosts and versions.
    (
        "A6",
        &[
            "by=Me send.0=Silence,Early,Quick event.0.25=CancelCall leaves=19000 then.0=Send,MeRenewed",
            "by=Me send.0=Silence,Early,Quick event.0.25=CancelCall leaves=19000 then.0=Send",
            "send.0=Silence,Early,Quick event.0.25=CancelCall leaves=19000 then.0=Send,Guid",
            "send.0=Silence,Early,Quick event.0.25=CancelCall leaves=19000 then.0=Send,OtherHost",
            "send.0=Silence,Early,Quick event.0.25=CancelCall leaves=19000 then.0=Send,Beta",
        ],
    ),
    // A 2xx that began too early, or names another request.
    ("A10", &["send.0=Early202,No,Quick", "send.0=Others202,No,Quick"]),
    // 4xx that are no refusals.
    (
        "A11",
        &[
            "send.0=Late408,Early,Quick",
            "send.0=Misdirected421,Early,Quick",
            "send.0=Closed499,Early,Quick",
            "send.0=Late408,No,Quick",
        ],
    ),
    // A check of a message that never was a draft.
    ("A12", &["first=Check item=Received"]),
    // What Graph accepted stays visible longer than it takes to settle.
    ("A15", &["leaves=60000 then.25000=Send", "leaves=60000 then.25000=Check"]),
    // Our host is suspended.
    (
        "A16",
        &[
            "ids_stay=true send.0=Silence,Early,Quick event.0.25=Suspend",
            "knows_id=true send.0=Silence,Early,Quick event.0.25=Suspend",
            "knows_id=true send.0=Silence,Early,Quick event.0.25=Suspend suspend=6000",
        ],
    ),
    // Two messages with one internetMessageId.
    ("A17", &["knows_id=true send.0=Late504,No,Quick event.0.60=Move event.0.25=TwinSent"]),
    // A 404 to a send that acted.
    ("A18", &["verify=Always send.0=Missing404,Early,Quick", "verify=Always send.0=Conflict412,Early,Quick"]),
    // Reads that go back.
    (
        "A19",
        &[
            "stale=40000 attempts=1 send.0=Late504,Early,Quick look.6=Stale",
            "stale=40000 send.0=Late504,Early,Quick look.6=Stale",
        ],
    ),
    // One message under two ids.
    ("A20", &["knows_id=true send.0=Silence,Early,Quick event.0.25=CancelCall leaves=19000 then.0=Send,Immutable"]),
    // Strangers that ask to wait, and Graph itself for longer than ten minutes.
    (
        "B1",
        &[
            "attempts=1 send.0=PageYear503,No,Quick then.700000=Send",
            "attempts=1 send.0=PageDate503,No,Quick then.700000=Send",
            "attempts=1 send.0=PageYear429,No,Quick then.700000=Send",
            "verify=Always look.0=RedirectYear302 then.700000=Send",
            "verify=Always look.0=PageYear429 then.700000=Send",
            "attempts=1 send.0=YearWait429,No,Quick then.700000=Send",
        ],
    ),
];

/// The row, and what several threads did that broke something.
const THREADS: &[(&str, &[&str])] = &[
    // Under two names at once.
    (
        "A6",
        &[
            "part.0=Send,Upn,0,100000 part.0=Send,Guid,0,100000",
            "leaves=700 part.0=Send,Upn,0,100000 part.0=Send,Guid,0,100000",
            "part.0=Send,Me,0,100000 part.0=Send,Upn,0,100000",
            "part.0=Send,Upn,0,100000 part.0=Send,OtherHost,0,100000",
            "part.0=Send,Upn,0,100000 part.0=Send,Beta,0,100000",
        ],
    ),
    // Who follows settles by its own setting.
    (
        "A7",
        &[
            "leaves=5000 attempts=1 send.0=Wait503,Early,Quick part.0=Send,ShortSettle,0,100000 part.15=Send,Upn,0,100000",
        ],
    ),
    // Under two ids at once.
    (
        "A20",
        &[
            "knows_id=true part.0=Send,Upn,0,100000 part.0=Send,Immutable,0,100000",
            "knows_id=true leaves=700 part.0=Send,Upn,0,100000 part.0=Send,Immutable,0,100000",
        ],
    ),
    // What holds for another's token, or another's proxy.
    (
        "A21",
        &[
            "part.0=Send,StrangersToken,0,100000 part.15=Send,Upn,0,100000",
            "part.0=Send,NoRoute,0,100000 part.5=Send,Upn,0,100000",
        ],
    ),
];

/// Replays them all, and tells every one that still breaks something.
pub fn found_before() {
    let mut failures = Vec::new();
    for (row, lines) in ROWS {
        for line in *lines {
            let schedule: Schedule = line.parse().unwrap();
            let broken = broken(&schedule, &play(&schedule, false));
            if !broken.is_empty() {
                failures.push(format!("{row}: {}\n    SIMULATION_REPLAY='{schedule}'", broken.join("\n    ")));
            }
        }
    }
    for (row, lines) in THREADS {
        for line in *lines {
            let plan: Arc<Plan> = Arc::new(line.parse().unwrap());
            let broken = threads::run(&plan);
            if !broken.is_empty() {
                failures.push(format!("{row}: {}\n    SIMULATION_THREADS_REPLAY='{plan}'", broken.join("\n    ")));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

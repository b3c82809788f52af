//! The oracle is asked about answers that no call gave: each of its assertions must fail for one of them. What none could break would
//! hold nothing.

use std::time::Duration;

use graph_message::delivery::ending::{Ending, NotADraft};
use graph_message::delivery::finding::Unsettled;
use graph_message::delivery::kept_out::KeptOut;
use graph_message::delivery::retry::Wait;
use graph_message::delivery::step::Action;
use graph_message::delivery::verdict::{DoubtCause, Refusal, Verdict};
use graph_message::graph::{Cause, FailedBy, LookFailure};

use crate::assertions::{all_are_said, without_numbers};
use crate::clocks::SECOND;
use crate::judge;
use crate::run::{Ended, Run};
use crate::search;
use crate::seen::{Brought, Facts, Inherited};

/// Where the assertions stand.
const SOURCES: [&str; 2] = [include_str!("judge.rs"), include_str!("run.rs")];

pub fn every_assertion_can_fail() {
    let said = search::of_the_tampered();
    let assertions = all_are_said(&SOURCES, &said);
    println!("{assertions} assertions, each of which fails for an answer that was tampered with");
}

/// What the oracle says of this end with another answer, other facts or another world.
pub fn sayings(run: &Run, ended: &Ended) -> Vec<String> {
    let mut said = Vec::new();
    let mut worlds = vec![run.clone()];
    let mut another = run.clone();
    another.world.another_leaves(run.nth);
    another.world.another_leaves(run.nth);
    worlds.push(another);
    for run in &worlds {
        for ending in endings() {
            for facts in facts_of(&ended.facts) {
                for at in [ended.at, ended.facts.deadline + 3600 * SECOND] {
                    let tampered = Ended { nth: ended.nth, facts: facts.clone(), ending: ending.clone(), at };
                    said.extend(judge::broken(run, &tampered));
                }
            }
        }
    }
    for facts in facts_of(&ended.facts) {
        let mut run = run.clone();
        run.seen = facts;
        for action in actions() {
            said.extend(run.forbids(&action));
        }
    }
    said.iter().map(|text| without_numbers(text)).collect()
}

fn endings() -> Vec<Ending> {
    let refused = |refusal| Ending::AsAttempted { verdict: Verdict::Refused(refusal), out_of_time: false };
    vec![
        Ending::Accepted,
        Ending::Found("id".to_owned()),
        refused(Refusal::Unauthenticated),
        refused(Refusal::Forbidden),
        refused(Refusal::NotFound),
        refused(Refusal::Rejected),
        Ending::AsAttempted { verdict: Verdict::Throttled(None), out_of_time: false },
        Ending::AsAttempted { verdict: Verdict::NotBegun(Cause::Connection), out_of_time: false },
        Ending::AsAttempted { verdict: Verdict::Doubtful(DoubtCause::ServerError), out_of_time: false },
        Ending::NotADraft(NotADraft::BeforeCall),
        Ending::NoRecipients,
        Ending::NotFound,
        Ending::MayNotLook(403),
        Ending::CannotLook {
            failure: Some(LookFailure { what: FailedBy::Status(500), wait: None }),
            out_of_time: false,
        },
        Ending::NotSent,
        Ending::Unknown(Unsettled::Gone),
        Ending::Unknown(Unsettled::CameBack),
        Ending::EarlierUnknown(Unsettled::OutOfTime),
        Ending::KeptOut(KeptOut::OutOfTime),
        Ending::CancelledWhileWaiting,
    ]
}

/// These facts, and such as differ in one.
fn facts_of(facts: &Facts) -> Vec<Facts> {
    let with = |change: fn(&mut Facts)| {
        let mut other = facts.clone();
        change(&mut other);
        other
    };
    vec![
        facts.clone(),
        with(|facts| facts.accepted_before = true),
        with(|facts| (facts.own_doubt, facts.has_left) = (true, true)),
        with(|facts| facts.owes_attempt = true),
        with(|facts| {
            (facts.own_doubt, facts.looked_draft_settled, facts.attempts) = (true, true, 1);
            facts.last = Some(Verdict::Doubtful(DoubtCause::ServerError));
        }),
        with(|facts| {
            if let Some(look) = &mut facts.first_look {
                look.brought = Brought::Gone;
            }
            (facts.attempts, facts.knows_name, facts.search) = (0, true, None);
        }),
        with(|facts| {
            if let Some(look) = &mut facts.look {
                (look.brought, look.began) = (Brought::Gone, i64::MAX / 4);
            }
            (facts.knows_name, facts.search) = (true, None);
        }),
        with(|facts| {
            if let Some(look) = &mut facts.look {
                (look.brought, look.began) = (Brought::Gone, i64::MAX / 4);
            }
            (facts.knows_name, facts.missed_late_look, facts.inherited) = (false, true, Inherited::Doubt);
        }),
        with(|facts| facts.look = None),
    ]
}

fn actions() -> Vec<Action> {
    let wait = |time| Action::Wait(Wait::exactly(Duration::from_secs(time)));
    vec![wait(86_400), wait(61), Action::Attempt { reserve: Duration::ZERO, looks_meanwhile: false }, Action::Renew]
}

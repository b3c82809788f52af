//! Sending a draft.

use super::Answer;
use super::answer;
use super::draft_call::DraftCall;
use super::run::Run;
use crate::delivery::clocks::Moment;
use crate::delivery::machine::Purpose;
use crate::engine::Clock;
use crate::sharing::flights::{Flight, Landed, Lead, Role};
use crate::status::Status;
use crate::transport::Transport;

/// Sends the draft, or shares the send of another call that is at it. Answers by the deadline whatever happens.
pub fn send<T: Transport + 'static, C: Clock + 'static>(call: &DraftCall<T, C>) -> Answer {
    let mut now = call.bounds.began;
    let answer = loop {
        match call.shared.flights.join(&call.key, &call.caller, now) {
            Role::Lead(flight) => break lead(call, flight, now),
            Role::Follow(flight) => match follow(call, &flight) {
                Some(answer) => break answer,
                None => now = call.engine.moment(),
            },
        }
    };
    call.report(|| call.target.send(), &answer);
    answer
}

/// Sends it, and tells those who follow.
fn lead<T: Transport + 'static, C: Clock + 'static>(
    call: &DraftCall<T, C>,
    mut flight: Lead<Answer>,
    now: Moment,
) -> Answer {
    let ended = Run::new(call).until_answered(Purpose::Send, &mut flight, now);
    flight.land(&ended.answer, ended.remembered, ended.at);
    ended.answer
}

/// Waits for another call that sends or checks the same draft. Gives its answer where that holds for this call, too. Gives nothing
/// where this call is to take over: where `Flight::holds_for` says that the answer does not hold, and where there is none.
fn follow<T, C: Clock>(call: &DraftCall<T, C>, flight: &Flight<Answer>) -> Option<Answer> {
    match call.landing(flight) {
        Ok(Landed::With(answer)) => {
            let status = answer.as_ref().map_or_else(|error| error.status, |_| Status::Ok);
            let holds = flight.holds_for(status, &call.caller);
            holds.then(|| answer.map_err(|error| answer::of_a_shared_send(error, &call.target, &call.known())))
        }
        Ok(Landed::WithoutAnswer) => None,
        Err(stopped) => Some(Err(answer::gave_up_waiting(stopped, flight.is_in_doubt(), &call.target, &call.known()))),
    }
}

//! Settling what an earlier call left unknown.

use super::Answer;
use super::answer;
use super::draft_call::DraftCall;
use super::run::Run;
use crate::delivery::clocks::Moment;
use crate::delivery::machine::Purpose;
use crate::engine::Clock;
use crate::sharing::flights::{Lead, Role};
use crate::transport::Transport;

/// Says whether the mail was sent, and sends nothing.
pub fn check<T: Transport + 'static, C: Clock + 'static>(call: &DraftCall<T, C>) -> Answer {
    let mut now = call.bounds.began;
    let answer = loop {
        match call.shared.flights.join(&call.key, &call.caller, now) {
            Role::Lead(flight) => break look(call, flight, now),
            // While another call sends it, nothing can be found out; afterwards it can.
            Role::Follow(flight) => match call.landing(&flight) {
                Ok(_) => now = call.engine.moment(),
                Err(stopped) => break Err(answer::busy(stopped, &call.target, &call.known())),
            },
        }
    };
    call.report(|| call.target.look(), &answer);
    answer
}

/// Looks. A call that sends the message meanwhile waits: what is found here must still be true then.
fn look<T: Transport + 'static, C: Clock + 'static>(
    call: &DraftCall<T, C>,
    mut flight: Lead<Answer>,
    now: Moment,
) -> Answer {
    let ended = Run::new(call).until_answered(Purpose::Check, &mut flight, now);
    flight.leave(ended.remembered, ended.at);
    ended.answer
}

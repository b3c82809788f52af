//! Settling what an earlier call left unknown.

use super::Answer;
use super::answer;
use super::draft_call::DraftCall;
use super::run::Run;
use crate::delivery::machine::Purpose;
use crate::engine::Clock;
use crate::sharing::flights::{Lead, Role};
use crate::transport::Transport;

/// Says whether the mail was sent, and sends nothing.
pub fn check<T: Transport + 'static, C: Clock + 'static>(call: &DraftCall<T, C>) -> Answer {
    let answer = loop {
        match call.shared.flights.join(&call.key, &call.caller, call.engine.moment()) {
            Role::Lead(flight) => break look(call, flight),
            // While another call sends it, nothing can be found out; afterwards it can.
            Role::Follow(flight) => match call.landing(&flight) {
                Ok(_) => continue,
                Err(_) => break Err(answer::busy(&call.target, &call.known())),
            },
        }
    };
    call.report(&answer);
    answer
}

/// Looks. A call that sends the message meanwhile waits: what is found here must still be true then.
fn look<T: Transport + 'static, C: Clock + 'static>(call: &DraftCall<T, C>, mut flight: Lead<Answer>) -> Answer {
    let (answer, remembered) = Run::new(call).until_answered(Purpose::Check, &mut flight);
    flight.leave(remembered, call.engine.clock.now());
    answer
}

//! Single flight: calls that send one draft at once share one send, and wait for those that send the same mail under another id. A
//! check leads a flight as well, so that nobody sends the draft meanwhile; what it ends in is its own.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::key::{KeyMap, MailboxKey, MessageKey};
use super::memory::Memory;
use crate::delivery::clocks::Moment;
use crate::delivery::remembered::{Doubt, Known, Remembered};
use crate::delivery::step::{Earlier, Same};
use crate::graph::Token;
use crate::signal::Signal;
use crate::status::Status;
use crate::sync::{Mutex, MutexGuard, PoisonError};

/// The sends and checks in flight, and what those of the last minutes left behind. `R` is what a call ends in.
#[derive(Debug)]
pub struct Flights<R> {
    state: Mutex<State<R>>,
    /// Raised when a flight lands.
    pub landed: Signal,
}

#[derive(Debug)]
struct State<R> {
    flying: KeyMap<MessageKey, Arc<Flight<R>>>,
    /// Which flight has the mail of an `internetMessageId` to itself.
    claimed: HashMap<Arc<str>, Arc<Flight<R>>>,
    memory: Memory,
}

/// One send, shared by the call that leads it and those that follow; or one check, for whose end they wait.
#[derive(Debug)]
pub struct Flight<R> {
    leader: Caller,
    state: Mutex<FlightState<R>>,
}

#[derive(Debug)]
struct FlightState<R> {
    in_doubt: bool,
    landed: Option<Landed<R>>,
}

/// Who makes a call, as far as it matters to those who share a flight.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Which client, by a number that no other has at the same time: its settings and its proxy.
    pub client: usize,
    /// Which mailbox is named, and under which root.
    pub mailbox: MailboxKey,
    /// The token.
    pub token: Token,
    /// How long the client lets an acceptance take to show.
    pub settle: Duration,
}

/// How a flight ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Landed<R> {
    /// With what its leader's call ended in.
    With(R),
    /// The leader was a check, or met a defect: whoever follows takes over.
    WithoutAnswer,
}

/// The part that a call has in a flight.
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // It lives on the stack of one call, and for a moment.
pub enum Role<R> {
    /// It sends or checks, and tells the others when that has ended.
    Lead(Lead<R>),
    /// Another call sends or checks; this one waits for its end.
    Follow(Arc<Flight<R>>),
}

/// How a claim ends.
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // It lives for a moment.
pub enum Claim<R> {
    /// Nobody else sends the mail until this flight lands. What an earlier call left behind that sent it under another id.
    Granted(Option<Earlier>),
    /// Another call has claimed it, which sends or checks it.
    Taken(Arc<Flight<R>>),
}

/// The leader's part. Dropped without `land` or `leave`, it met a defect, and the draft is in doubt.
#[derive(Debug)]
pub struct Lead<R> {
    flights: Arc<Flights<R>>,
    key: MessageKey,
    flight: Arc<Flight<R>>,
    claimed: Option<Arc<str>>,
    began: Moment,
    /// What an earlier call left behind.
    pub earlier: Option<Remembered>,
    has_landed: bool,
}

impl<R> Default for Flights<R> {
    fn default() -> Self {
        let state = State { flying: KeyMap::default(), claimed: HashMap::new(), memory: Memory::default() };
        Flights { state: Mutex::new(state), landed: Signal::default() }
    }
}

impl<R: Clone> Flights<R> {
    /// Joins the flight of a message, or begins one.
    pub fn join(self: &Arc<Self>, key: &MessageKey, caller: &Caller, now: Moment) -> Role<R> {
        let mut state = self.lock();
        if let Some(flight) = state.flying.get(key) {
            return Role::Follow(Arc::clone(flight));
        }
        let earlier = state.memory.recall(key, now.steady);
        // A follower of this flight may have followed the earlier call as well; if it leaves now, it must not say "not sent", since
        // that attempt was its own, too.
        let flight_state = FlightState { in_doubt: earlier.is_some(), landed: None };
        let flight = Arc::new(Flight { leader: caller.clone(), state: Mutex::new(flight_state) });
        state.flying.insert(key.clone(), Arc::clone(&flight));
        let flights = Arc::clone(self);
        Role::Lead(Lead { flights, key: key.clone(), flight, claimed: None, began: now, earlier, has_landed: false })
    }
}

impl<R> Flights<R> {
    fn lock(&self) -> MutexGuard<'_, State<R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R: Clone> Flight<R> {
    /// How it ended, if it has.
    pub fn landed(&self) -> Option<Landed<R>> {
        self.state().landed.clone()
    }

    /// Whether an attempt of it may have been accepted.
    pub fn is_in_doubt(&self) -> bool {
        self.state().in_doubt
    }

    /// Whether what its leader's call ended in holds for a call that waited for it.
    pub fn holds_for(&self, status: Status, caller: &Caller) -> bool {
        holds_for_both(status, &self.leader, caller)
    }
}

/// Whether a status that one call ended in is the other's, too. A list of what may be shared: whatever else, a call finds out for
/// itself.
fn holds_for_both(status: Status, leader: &Caller, follower: &Caller) -> bool {
    let same_client = leader.client == follower.client;
    match status {
        // One mail left, for both.
        Status::Ok => true,
        // What Graph says of a message, to this token under this name of the mailbox.
        Status::NotFound | Status::Rejected => {
            leader.mailbox == follower.mailbox && leader.token.authorization() == follower.token.authorization()
        }
        // By the same way to the service.
        Status::Unreachable => same_client,
        // Found unsent after the leader's time to settle.
        Status::Unavailable => same_client && leader.settle >= follower.settle,
        Status::InvalidArgument
        | Status::Cancelled
        | Status::TimedOut
        | Status::Unauthenticated
        | Status::Forbidden
        | Status::Throttled
        | Status::NotADraft
        | Status::Unknown
        | Status::Internal => false,
    }
}

impl<R> Flight<R> {
    fn state(&self) -> MutexGuard<'_, FlightState<R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R> Lead<R> {
    /// Tells those who follow whether an attempt may have been accepted.
    pub fn set_in_doubt(&self, in_doubt: bool) {
        self.flight.state().in_doubt = in_doubt;
    }

    /// Claims the mail of this `internetMessageId` until the flight lands. One message has a plain and an immutable id, so two flights
    /// may be about it; the second waits for the first. A flight that has claimed a mail waits for no other flight, so no two wait
    /// for each other.
    pub fn claim(&mut self, internet_message_id: &Arc<str>, now: Instant) -> Claim<R> {
        let mut state = self.flights.lock();
        if let Some(other) = state.claimed.get(internet_message_id) {
            if !Arc::ptr_eq(other, &self.flight) {
                return Claim::Taken(Arc::clone(other));
            }
        }
        state.claimed.insert(Arc::clone(internet_message_id), Arc::clone(&self.flight));
        let earlier = recall_mail(&mut state.memory, internet_message_id, &self.key, now);
        drop(state);
        self.claimed = Some(Arc::clone(internet_message_id));
        Claim::Granted(earlier)
    }

    /// Ends the flight of a send for all, and remembers what is to be remembered of it.
    pub fn land(mut self, result: &R, remembered: Option<Remembered>, now: Instant)
    where
        R: Clone,
    {
        self.has_landed = true;
        self.end(|| Landed::With(result.clone()), remembered, now);
    }

    /// Ends the flight of a check, which sent nothing: those who follow take over, and what was remembered stays, or is replaced.
    pub fn leave(mut self, remembered: Option<Remembered>, now: Instant) {
        self.has_landed = true;
        self.end(|| Landed::WithoutAnswer, remembered, now);
    }

    /// Ends the flight, and changes in the same step what is remembered.
    fn end(&self, landed: impl FnOnce() -> Landed<R>, remembered: Option<Remembered>, now: Instant) {
        let mut state = self.flights.lock();
        state.flying.remove(&self.key);
        if let Some(claimed) = &self.claimed {
            state.claimed.remove(claimed);
        }
        if let Some(remembered) = remembered {
            state.memory.remember(&self.key, remembered, now);
        }
        drop(state);
        // Out of the maps, it gains no followers; most have none.
        if Arc::strong_count(&self.flight) > 1 {
            self.flight.state().landed = Some(landed());
            self.flights.landed.raise();
        }
    }
}

fn recall_mail(memory: &mut Memory, internet_message_id: &str, key: &MessageKey, now: Instant) -> Option<Earlier> {
    let (other, what) = memory.recall_mail(internet_message_id, key, now)?;
    let same = if key.may_be(&other) { Same::Perhaps } else { Same::No };
    Some(Earlier { what, same })
}

impl<R> Drop for Lead<R> {
    fn drop(&mut self) {
        if !self.has_landed {
            // The thread is unwinding: whatever it did is unknown from the moment it began.
            let earlier = self.flights.lock().memory.recall(&self.key, self.began.steady);
            let known = Known { internet_message_id: self.claimed.clone(), draft: None };
            let doubt = match earlier {
                Some(Remembered::InDoubt(doubt)) => doubt,
                Some(Remembered::Accepted { .. }) | None => Doubt::new(self.began, self.began.steady, known),
            };
            let settle = doubt.settles_in(self.flight.leader.settle);
            let doubt = Doubt { end_unknown: true, settle, settled: None, ..doubt };
            self.end(|| Landed::WithoutAnswer, Some(Remembered::InDoubt(doubt)), self.began.steady);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{BaseUrl, Mailbox, MessageId};
    use std::time::SystemTime;

    fn key(id: &str) -> MessageKey {
        MessageKey::of(&MessageId::parse(id).unwrap())
    }

    fn caller(client: usize, user: &str, token: &str, settle: u64) -> Caller {
        let mailbox = MailboxKey::of(&BaseUrl::default(), &Mailbox::parse(user).unwrap(), token);
        Caller { client, mailbox, token: Token::parse(token).unwrap(), settle: Duration::from_secs(settle) }
    }

    fn now() -> Moment {
        Moment { steady: Instant::now(), wall: SystemTime::UNIX_EPOCH }
    }

    fn join(flights: &Arc<Flights<u32>>, id: &str, now: Moment) -> Role<u32> {
        flights.join(&key(id), &caller(1, "me", "t", 20), now)
    }

    fn lead(flights: &Arc<Flights<u32>>, id: &str, now: Moment) -> Lead<u32> {
        match join(flights, id, now) {
            Role::Lead(lead) => lead,
            Role::Follow(_) => panic!("another leads"),
        }
    }

    fn accepted(now: Moment) -> Remembered {
        Remembered::Accepted { began: now, ended: now.steady, internet_message_id: Some("<m>".into()) }
    }

    #[test]
    fn one_leads_and_the_others_follow() {
        let (flights, now) = (Arc::new(Flights::default()), now());
        let leader = lead(&flights, "a", now);
        let _other_draft = lead(&flights, "b", now);
        let Role::Follow(flight) = join(&flights, "a", now) else { panic!("two lead") };
        assert_eq!((flight.landed(), flight.is_in_doubt()), (None, false));
        leader.set_in_doubt(true);
        assert!(flight.is_in_doubt());
        leader.land(&7, Some(accepted(now)), now.steady);
        assert_eq!(flight.landed(), Some(Landed::With(7)));
        assert_eq!(lead(&flights, "a", now).earlier, Some(accepted(now)));
    }

    #[test]
    fn a_lost_leader_is_told_and_remembered() {
        let (flights, now) = (Arc::new(Flights::default()), now());
        let leader = lead(&flights, "a", now);
        let Role::Follow(flight) = join(&flights, "a", now) else { panic!("two lead") };
        drop(leader);
        assert_eq!(flight.landed(), Some(Landed::WithoutAnswer));
        assert!(matches!(lead(&flights, "a", now).earlier, Some(Remembered::InDoubt(_))));
    }

    #[test]
    fn a_lost_leader_adds_to_an_earlier_doubt() {
        let (flights, now) = (Arc::new(Flights::default()), now());
        let second = Duration::from_secs(1);
        let doubt = Doubt { was_seen_gone: true, ..Doubt::new(now, now.steady, Known::default()) };
        lead(&flights, "a", now).land(&7, Some(Remembered::InDoubt(doubt)), now.steady);
        let later = Moment { steady: now.steady + second, ..now };
        drop(lead(&flights, "a", later));
        let Some(Remembered::InDoubt(ref doubt)) = lead(&flights, "a", later).earlier else { panic!("no doubt") };
        assert_eq!((doubt.began, doubt.was_seen_gone), (now, true));
        assert!(doubt.settle > Duration::ZERO);
    }

    #[test]
    fn an_earlier_doubt_is_one_for_those_who_follow() {
        let (flights, now) = (Arc::new(Flights::default()), now());
        lead(&flights, "a", now).land(&7, Some(accepted(now)), now.steady);
        let _leader = lead(&flights, "a", now);
        let Role::Follow(flight) = join(&flights, "a", now) else { panic!("two lead") };
        assert!(flight.is_in_doubt());
    }

    #[test]
    fn a_leader_that_leaves_keeps_what_was_remembered() {
        let (flights, now) = (Arc::new(Flights::default()), now());
        lead(&flights, "a", now).land(&7, Some(accepted(now)), now.steady);
        let leader = lead(&flights, "a", now);
        let Role::Follow(flight) = join(&flights, "a", now) else { panic!("two lead") };
        leader.leave(None, now.steady);
        assert_eq!(flight.landed(), Some(Landed::WithoutAnswer));
        assert_eq!(lead(&flights, "a", now).earlier, Some(accepted(now)));
    }

    #[test]
    fn one_mail_under_two_ids() {
        let (flights, now) = (Arc::new(Flights::default()), now());
        let mail: Arc<str> = "<m>".into();
        let mut plain = lead(&flights, "AAMkX", now);
        let mut immutable = lead(&flights, "AAkALgX", now);
        assert!(matches!(plain.claim(&mail, now.steady), Claim::Granted(None)));
        let Claim::Taken(flight) = immutable.claim(&mail, now.steady) else { panic!("both have it") };
        assert_eq!(flight.landed(), None);
        plain.land(&7, Some(accepted(now)), now.steady);
        assert_eq!(flight.landed(), Some(Landed::With(7)));
        let Claim::Granted(Some(earlier)) = immutable.claim(&mail, now.steady) else { panic!("forgotten") };
        assert_eq!(earlier, Earlier { what: accepted(now), same: Same::Perhaps });
        // Another message of the same Message-ID is another message.
        let mut twin = lead(&flights, "AAMkY", now);
        immutable.leave(None, now.steady);
        let Claim::Granted(Some(earlier)) = twin.claim(&mail, now.steady) else { panic!("forgotten") };
        assert_eq!(earlier.same, Same::No);
    }

    #[test]
    fn what_holds_for_both() {
        let leader = caller(1, "megan@contoso.example", "t", 20);
        let holds = |status, follower: &Caller| holds_for_both(status, &leader, follower);
        let same = leader.clone();
        let (other_client, other_token) =
            (caller(2, "megan@contoso.example", "t", 20), caller(1, "megan@contoso.example", "u", 20));
        let (other_name, patient) = (caller(1, "me", "t", 20), caller(1, "megan@contoso.example", "t", 60));
        let shared = |follower: &Caller| -> Vec<Status> {
            Status::ALL.into_iter().filter(|status| holds(*status, follower)).collect()
        };
        use Status::{NotFound, Ok, Rejected, Unavailable, Unreachable};
        assert_eq!(shared(&same), [Ok, Unreachable, NotFound, Rejected, Unavailable]);
        assert_eq!(shared(&other_client), [Ok, NotFound, Rejected]);
        assert_eq!(shared(&other_token), [Ok, Unreachable, Unavailable]);
        assert_eq!(shared(&other_name), [Ok, Unreachable, Unavailable]);
        assert_eq!(shared(&patient), [Ok, Unreachable, NotFound, Rejected]);
    }
}

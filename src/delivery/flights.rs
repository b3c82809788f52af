//! Single flight: calls that send one draft at once share one send, and an id that was accepted or left unknown a short
//! while ago is remembered.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::check::{Doubted, Known};
use super::key::{DraftKey, KeyMap};
use crate::signal::Signal;
use crate::sync::{Mutex, MutexGuard, PoisonError};

/// How long an id is remembered: longer than an acceptance takes to show, and than a person takes to click again.
const REMEMBERED: Duration = Duration::from_secs(300);
/// The most ids that are remembered; the oldest is forgotten first.
const MOST_REMEMBERED: usize = 1024;

/// What an earlier call left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recent {
    /// Whether Graph accepted the mail; else it is unknown.
    pub accepted: bool,
    /// The attempt that it is about.
    pub doubted: Doubted,
    /// What was learned of the message.
    pub known: Known,
    /// Whether the call met a defect, so that nobody knows when its attempt ended.
    pub is_lost: bool,
}

/// The sends in flight, and those of the last minutes. `R` is what a call ends in.
#[derive(Debug)]
pub struct Flights<R> {
    state: Mutex<State<R>>,
    /// Raised when a flight lands.
    pub landed: Signal,
}

#[derive(Debug)]
struct State<R> {
    flying: KeyMap<DraftKey, Arc<Flight<R>>>,
    recent: KeyMap<DraftKey, (Instant, Recent)>,
    /// The remembered ids, the oldest first. An id that was remembered again stands in it twice.
    order: VecDeque<(Instant, DraftKey)>,
}

/// One send, shared by the call that leads it and those that follow.
#[derive(Debug)]
pub struct Flight<R>(Mutex<Progress<R>>);

#[derive(Debug)]
struct Progress<R> {
    in_doubt: bool,
    landed: Option<Landed<R>>,
}

/// How a flight ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Landed<R> {
    /// With what its leader's call ended in.
    With(R),
    /// Without a result: its leader met a defect.
    Lost,
}

/// The part that a call has in a flight.
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // It lives on the stack of one call, and for a moment.
pub enum Part<R> {
    /// It sends, and tells the others.
    Lead(Lead<R>),
    /// Another call sends; this one waits for its end.
    Follow(Arc<Flight<R>>),
}

/// The leader's part; dropped without [`Lead::land`], the flight is lost.
#[derive(Debug)]
pub struct Lead<R> {
    flights: Arc<Flights<R>>,
    key: DraftKey,
    flight: Arc<Flight<R>>,
    began: Instant,
    /// What an earlier call left behind.
    pub recent: Option<Recent>,
    has_landed: bool,
}

impl<R> Default for Flights<R> {
    fn default() -> Self {
        let state = State { flying: KeyMap::default(), recent: KeyMap::default(), order: VecDeque::new() };
        Flights { state: Mutex::new(state), landed: Signal::default() }
    }
}

impl<R: Clone> Flights<R> {
    /// Joins the flight of a draft, or begins one.
    pub fn join(self: &Arc<Self>, key: &DraftKey, now: Instant) -> Part<R> {
        let mut state = self.lock();
        if let Some(flight) = state.flying.get(key) {
            return Part::Follow(Arc::clone(flight));
        }
        let recent = state.recent(key, now);
        // Some of those who follow may have followed the call that left it behind, too.
        let in_doubt = recent.is_some();
        let flight = Arc::new(Flight(Mutex::new(Progress { in_doubt, landed: None })));
        state.flying.insert(key.clone(), Arc::clone(&flight));
        Part::Lead(Lead { flights: Arc::clone(self), key: key.clone(), flight, began: now, recent, has_landed: false })
    }
}

impl<R> Flights<R> {
    /// Ends a flight, and changes in the same step what is remembered.
    fn end(
        &self,
        key: &DraftKey,
        flight: &Arc<Flight<R>>,
        landed: impl FnOnce() -> Landed<R>,
        change: impl FnOnce(&mut State<R>),
    ) {
        let mut state = self.lock();
        state.flying.remove(key);
        change(&mut state);
        drop(state);
        // Out of the map, it gains no followers; most have none.
        if Arc::strong_count(flight) > 1 {
            flight.progress().landed = Some(landed());
            self.landed.raise();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R> State<R> {
    fn recent(&mut self, key: &DraftKey, now: Instant) -> Option<Recent> {
        let (at, recent) = self.recent.get_mut(key)?;
        if recent.is_lost {
            // It ended at some time until now.
            (recent.doubted.cut_at, recent.is_lost, *at) = (now, false, now);
        }
        (now.saturating_duration_since(*at) < REMEMBERED).then(|| recent.clone())
    }

    fn remember(&mut self, key: &DraftKey, recent: Recent, now: Instant) {
        self.recent.insert(key.clone(), (now, recent));
        self.order.push_back((now, key.clone()));
        while let Some((at, oldest)) = self.order.front() {
            let is_old = now.saturating_duration_since(*at) >= REMEMBERED;
            if !is_old && self.order.len() <= MOST_REMEMBERED {
                break;
            }
            // Remembered again since then, it stays under its later time.
            if self.recent.get(oldest).is_some_and(|(remembered, _)| remembered == at) {
                self.recent.remove(oldest);
            }
            self.order.pop_front();
        }
    }
}

impl<R: Clone> Flight<R> {
    /// How it ended, if it has.
    pub fn landed(&self) -> Option<Landed<R>> {
        self.progress().landed.clone()
    }

    /// Whether an attempt of it may have been accepted.
    pub fn is_in_doubt(&self) -> bool {
        self.progress().in_doubt
    }
}

impl<R> Flight<R> {
    fn progress(&self) -> MutexGuard<'_, Progress<R>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R> Lead<R> {
    /// Tells those who follow whether an attempt may have been accepted.
    pub fn set_in_doubt(&self, in_doubt: bool) {
        self.flight.progress().in_doubt = in_doubt;
    }

    /// Ends the flight for all, and remembers what is to be remembered of it.
    pub fn land(mut self, result: &R, recent: Option<Recent>, now: Instant)
    where
        R: Clone,
    {
        self.has_landed = true;
        self.flights.end(
            &self.key,
            &self.flight,
            || Landed::With(result.clone()),
            |state| match recent {
                Some(recent) => state.remember(&self.key, recent, now),
                None => drop(state.recent.remove(&self.key)),
            },
        );
    }

    /// Ends a flight in which nothing was sent: those who follow take over, and what was remembered stays.
    pub fn leave(mut self) {
        self.has_landed = true;
        self.flights.end(&self.key, &self.flight, || Landed::Lost, |_| {});
    }
}

impl<R> Drop for Lead<R> {
    fn drop(&mut self) {
        if !self.has_landed {
            // The thread is unwinding: whatever it did is unknown from the moment it began.
            let doubted = Doubted { began: self.began, cut_at: self.began };
            let recent = Recent { accepted: false, doubted, known: Known::default(), is_lost: true };
            let remember = |state: &mut State<R>| state.remember(&self.key, recent, self.began);
            self.flights.end(&self.key, &self.flight, || Landed::Lost, remember);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{BaseUrl, Mailbox, MessageId, Target, Token};

    fn key(id: &str) -> DraftKey {
        DraftKey::of(&Target {
            base: BaseUrl::default(),
            mailbox: Mailbox::Me,
            id: MessageId::parse(id).unwrap(),
            token: Token::parse("t").unwrap(),
            client_request_id: "c".into(),
            user_agent: http::HeaderValue::from_static("ua"),
        })
    }

    fn lead(flights: &Arc<Flights<u32>>, id: &str, now: Instant) -> Lead<u32> {
        match flights.join(&key(id), now) {
            Part::Lead(lead) => lead,
            Part::Follow(_) => panic!("another leads"),
        }
    }

    fn recent(now: Instant) -> Recent {
        Recent { accepted: true, doubted: Doubted { began: now, cut_at: now }, known: Known::default(), is_lost: false }
    }

    #[test]
    fn one_leads_and_the_others_follow() {
        let (flights, now) = (Arc::new(Flights::default()), Instant::now());
        let leader = lead(&flights, "a", now);
        let _other_draft = lead(&flights, "b", now);
        let Part::Follow(flight) = flights.join(&key("a"), now) else { panic!("two lead") };
        assert_eq!((flight.landed(), flight.is_in_doubt()), (None, false));
        leader.set_in_doubt(true);
        assert!(flight.is_in_doubt());
        leader.land(&7, Some(recent(now)), now);
        assert_eq!(flight.landed(), Some(Landed::With(7)));
        assert_eq!(lead(&flights, "a", now).recent, Some(recent(now)));
    }

    #[test]
    fn a_lost_leader_is_told_and_remembered() {
        let (flights, now) = (Arc::new(Flights::default()), Instant::now());
        let leader = lead(&flights, "a", now);
        let Part::Follow(flight) = flights.join(&key("a"), now) else { panic!("two lead") };
        drop(leader);
        assert_eq!(flight.landed(), Some(Landed::Lost));
        assert!(!lead(&flights, "a", now).recent.as_ref().unwrap().accepted);
    }

    #[test]
    fn an_earlier_doubt_is_one_for_those_who_follow() {
        let (flights, now) = (Arc::new(Flights::default()), Instant::now());
        lead(&flights, "a", now).land(&7, Some(recent(now)), now);
        let _leader = lead(&flights, "a", now);
        let Part::Follow(flight) = flights.join(&key("a"), now) else { panic!("two lead") };
        assert!(flight.is_in_doubt());
    }

    #[test]
    fn a_leader_that_leaves_keeps_what_was_remembered() {
        let (flights, now) = (Arc::new(Flights::default()), Instant::now());
        lead(&flights, "a", now).land(&7, Some(recent(now)), now);
        let leader = lead(&flights, "a", now);
        let Part::Follow(flight) = flights.join(&key("a"), now) else { panic!("two lead") };
        leader.leave();
        assert_eq!(flight.landed(), Some(Landed::Lost));
        assert_eq!(lead(&flights, "a", now).recent, Some(recent(now)));
    }

    #[test]
    fn what_is_remembered_is_bounded_in_time_and_number() {
        let (flights, now) = (Arc::new(Flights::default()), Instant::now());
        for number in 0..2 * MOST_REMEMBERED {
            lead(&flights, &number.to_string(), now).land(&0, Some(recent(now)), now);
        }
        let state = flights.lock();
        assert_eq!((state.recent.len(), state.order.len()), (MOST_REMEMBERED, MOST_REMEMBERED));
        drop(state);
        let last = key(&(2 * MOST_REMEMBERED - 1).to_string());
        assert!(flights.lock().recent(&last, now + REMEMBERED - Duration::from_millis(1)).is_some());
        assert_eq!(flights.lock().recent(&last, now + REMEMBERED), None);
        assert_eq!(flights.lock().recent(&key("0"), now), None);
    }

    #[test]
    fn what_is_remembered_again_stays() {
        let (flights, now) = (Arc::new(Flights::default()), Instant::now());
        let later = now + REMEMBERED / 2;
        lead(&flights, "a", now).land(&0, Some(recent(now)), now);
        lead(&flights, "a", later).land(&0, Some(recent(later)), later);
        lead(&flights, "b", now + REMEMBERED).land(&0, Some(recent(now)), now + REMEMBERED);
        assert!(flights.lock().recent(&key("a"), now + REMEMBERED).is_some());
    }
}

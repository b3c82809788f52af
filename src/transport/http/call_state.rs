//! What a call and the connection it runs on tell each other.

use std::io;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::framing::{LAST_CHUNK, ends_in_last_chunk};
use super::trouble::Trouble;
use crate::graph::Cause;
use crate::transport::{Late, Limits, SLICE};

/// How far a connection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stage {
    /// The host name is looked up.
    LookUp,
    /// TCP connects.
    Connect,
    /// A proxy is asked for the way.
    Proxy,
    /// The TLS handshake.
    Handshake,
    /// The connection stands: a request, and its reply.
    #[default]
    Exchange,
}

/// How a reply came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    /// Before the request was handed on.
    Early,
    /// It was there as soon as it was asked for: quicker than a service answers, and perhaps from before the request.
    AtOnce,
    /// After a wait.
    Later,
}

/// A wait that is shorter was none: the bytes were there.
const AT_ONCE: Duration = Duration::from_micros(10);

/// The limits of the call that runs, for the connection; what became of its bytes, for the call. One thread uses it at a
/// time.
#[derive(Debug, Default)]
pub struct CallState(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    limits: Option<Limits>,
    stage: Stage,
    requesting: bool,
    handed_on: bool,
    is_stale: bool,
    came_early: bool,
    /// When the time that is left was last asked for: before every wait.
    asked_at: Option<Instant>,
    /// When a byte last moved, where that is limited.
    moved_at: Option<Instant>,
    /// The longest that was waited for bytes of the reply.
    longest_wait: Duration,
    /// The last bytes of the reply, as far as it was read.
    end_of_reply: [u8; LAST_CHUNK],
}

impl State {
    /// The time that is left until then, or the trouble that ends the stage.
    fn left(&mut self, by: impl Fn(&Limits) -> Instant) -> io::Result<Duration> {
        let Some(limits) = self.limits.as_ref() else {
            return Err(Trouble::error(Cause::Local, "no call is running on this connection"));
        };
        if limits.cancel.is_cancelled() {
            return Err(Trouble::error(Cause::Cancelled, "cancelled"));
        }
        let now = Instant::now();
        self.asked_at = Some(now);
        let left = by(limits).saturating_duration_since(now);
        if left.is_zero() {
            return Err(Trouble::error(Cause::TimedOut, self.stage.too_late(self.handed_on)));
        }
        let (Some(stall), Stage::Exchange) = (limits.stall, self.stage) else { return Ok(left) };
        let moved = self.moved_at.get_or_insert(now);
        let stalls_in = (*moved + stall).saturating_duration_since(now);
        if stalls_in.is_zero() {
            return Err(Trouble::error(Cause::TimedOut, format!("nothing moved for {} s", stall.as_secs_f64())));
        }
        Ok(left.min(stalls_in))
    }

    /// What is to be done now because the reply is late, the first time it is asked for.
    fn late_now(&mut self) -> Option<Late> {
        let handed_on = self.handed_on;
        self.limits.as_mut()?.late.take_if(|late| handed_on && late.at <= Instant::now())
    }
}

impl Stage {
    /// What is said where its time is up.
    fn too_late(self, handed_on: bool) -> &'static str {
        match self {
            Stage::LookUp => "the host name was not resolved in time",
            Stage::Connect => "no connection came about in time",
            Stage::Proxy => "it did not answer in time",
            Stage::Handshake => "the TLS handshake did not end in time",
            Stage::Exchange if handed_on => "no whole reply came in time",
            Stage::Exchange => "no time was left for the request",
        }
    }
}

impl CallState {
    /// A new call begins: nothing of its request is handed on yet.
    pub fn begin(&self, limits: &Limits) {
        *self.state() = State { limits: Some(limits.clone()), ..State::default() };
    }

    /// The call is over, and nothing of it is kept: what it would do when late holds on to its client. Tells how its reply came.
    pub fn end(&self) -> Came {
        let state = mem::take(&mut *self.state());
        match state.came_early {
            true => Came::Early,
            false if state.longest_wait < AT_ONCE => Came::AtOnce,
            false => Came::Later,
        }
    }

    /// The connection gets to its next stage. In all but the last, the time to connect runs. A stage that ended too late is
    /// the one that gets the blame, and not the next, which had no time.
    pub fn enters(&self, stage: Stage) -> io::Result<()> {
        self.ends_in_time()?;
        self.state().stage = stage;
        Ok(())
    }

    /// The trouble with a stage that has ended, if there is one: also that no reply could come any more.
    pub fn ends_in_time(&self) -> io::Result<()> {
        self.state().left(|limits| limits.connect_by.min(limits.reply_by)).map(drop)
    }

    /// The bytes that follow are the request's own; those of handshakes and of `CONNECT` went before. Tells whether they are
    /// its first.
    pub fn request_begins(&self) -> bool {
        !mem::replace(&mut self.state().requesting, true)
    }

    /// Notes that the connection waited for a request for too long, and that nothing of this one was written to it.
    pub fn mark_stale(&self) {
        self.state().is_stale = true;
    }

    /// Whether another connection can do what this one was too old for.
    pub fn is_stale(&self) -> bool {
        self.state().is_stale
    }

    /// Bytes of a reply have come, and the request is not handed on to its end.
    pub fn reply_came_early(&self) {
        self.state().came_early = true;
    }

    /// A wait for bytes to read is over.
    pub fn has_waited(&self) {
        let mut state = self.state();
        if let Some(began) = state.asked_at.filter(|_| state.requesting && state.longest_wait < AT_ONCE) {
            state.longest_wait = began.elapsed().max(state.longest_wait);
        }
    }

    /// The operating system took bytes of whatever is being written.
    pub fn bytes_taken(&self) {
        let mut state = self.state();
        state.handed_on |= state.requesting;
        state.moved_at = None;
    }

    /// More of the reply was read.
    pub fn bytes_read(&self, bytes: &[u8]) {
        let mut state = self.state();
        state.moved_at = None;
        let end = &mut state.end_of_reply;
        let added = &bytes[bytes.len().saturating_sub(LAST_CHUNK)..];
        end.copy_within(added.len().., 0);
        end[LAST_CHUNK - added.len()..].copy_from_slice(added);
    }

    /// Whether the reply, as far as it was read, ends in a last chunk.
    pub fn ends_in_last_chunk(&self) -> bool {
        ends_in_last_chunk(&self.state().end_of_reply)
    }

    /// Whether a byte of the request was taken.
    pub fn handed_on(&self) -> bool {
        self.state().handed_on
    }

    /// How long to wait at most before asking again, or the trouble that ends the waiting. What is to be done where the reply is
    /// late is done here.
    pub fn slice(&self) -> io::Result<Duration> {
        let mut state = self.state();
        if let Some(late) = state.late_now() {
            let by = state.limits.as_ref().map_or(late.at, |limits| limits.reply_by);
            drop(state);
            (late.call)(by);
            // The reply may have come meanwhile, which must be asked before the time is.
            self.state().longest_wait = AT_ONCE;
            return Ok(Duration::ZERO);
        }
        let is_connecting = state.stage != Stage::Exchange;
        let left = state.left(|limits| if is_connecting { limits.connect_by } else { limits.reply_by })?;
        Ok(left.min(SLICE))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

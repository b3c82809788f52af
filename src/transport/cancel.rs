//! Ending a call from another thread.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::sync::atomic::{AtomicU64, Ordering};

/// The longest that the thread of a call waits without asking whether it was cancelled.
pub const SLICE: Duration = Duration::from_millis(25);

/// Ends the calls that observe it. Whether later ones are ended too is said where it is observed.
#[derive(Debug, Clone, Default)]
pub struct CancelSource(Arc<AtomicU64>);

impl CancelSource {
    /// Ends every call that observes this source now.
    pub fn cancel(&self) {
        self.0.fetch_add(1, Ordering::Release);
    }

    /// Whether it was ever cancelled.
    pub fn was_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire) != 0
    }
}

/// Says whether the host program wants the call to end. Asked on the thread of the call, a few dozen times a second.
pub type Interrupt = Arc<dyn Fn() -> bool + Send + Sync>;

/// A call's view of what can end it. Asked between short waits, so it costs nothing to set up or to drop.
#[derive(Clone, Default)]
pub struct Cancel {
    watched: [Option<(CancelSource, u64)>; 2],
    interrupt: Option<Interrupt>,
}

impl Cancel {
    /// Observes a client's source from now on: what was cancelled before does not end this call. Observes a call's own source from
    /// its beginning: once cancelled, it ends every later call as well.
    pub fn observing(client: &CancelSource, call: Option<&CancelSource>) -> Cancel {
        let now = client.0.load(Ordering::Acquire);
        Cancel { watched: [Some((client.clone(), now)), call.map(|source| (source.clone(), 0))], interrupt: None }
    }

    /// Observes an interrupt as well.
    pub fn or_interrupted(self, interrupt: Option<Interrupt>) -> Cancel {
        Cancel { interrupt, ..self }
    }

    /// Whether one of the sources was cancelled, or the interrupt says so.
    pub fn is_cancelled(&self) -> bool {
        self.watched.iter().flatten().any(|(source, seen)| source.0.load(Ordering::Acquire) != *seen)
            || self.interrupt.as_ref().is_some_and(|interrupt| interrupt())
    }
}

impl fmt::Debug for Cancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cancel").field("watched", &self.watched).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_ends_what_runs_and_not_what_comes() {
        let client = CancelSource::default();
        let before = Cancel::observing(&client, None);
        client.cancel();
        assert!(before.is_cancelled());
        assert!(!Cancel::observing(&client, None).is_cancelled());
    }

    #[test]
    fn an_interrupt_is_asked_each_time() {
        let wanted = CancelSource::default();
        let asked = wanted.clone();
        let cancel = Cancel::default().or_interrupted(Some(Arc::new(move || asked.was_cancelled())));
        assert!(!cancel.is_cancelled());
        wanted.cancel();
        assert!(cancel.is_cancelled());
    }

    #[test]
    fn a_call_stays_cancelled() {
        let (client, call) = (CancelSource::default(), CancelSource::default());
        call.cancel();
        assert!(Cancel::observing(&client, Some(&call)).is_cancelled());
    }
}

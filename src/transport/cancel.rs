//! Ending a call from another thread.

use std::sync::Arc;

use crate::sync::atomic::{AtomicU64, Ordering};

/// Ends what was started from it. Cancelling is sticky for what was running, and does not touch what starts later.
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

/// A call's view of the sources that can end it. Asked between short waits, so it costs nothing to set up or to drop.
#[derive(Debug, Clone, Default)]
pub struct Cancel {
    watched: [Option<(CancelSource, u64)>; 2],
}

impl Cancel {
    /// Observes a client's source from now on, and a call's own source from its beginning.
    pub fn observing(client: &CancelSource, call: Option<&CancelSource>) -> Cancel {
        let now = client.0.load(Ordering::Acquire);
        Cancel { watched: [Some((client.clone(), now)), call.map(|source| (source.clone(), 0))] }
    }

    /// Whether one of the sources was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.watched.iter().flatten().any(|(source, seen)| source.0.load(Ordering::Acquire) != *seen)
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
    fn a_call_stays_cancelled() {
        let (client, call) = (CancelSource::default(), CancelSource::default());
        call.cancel();
        assert!(Cancel::observing(&client, Some(&call)).is_cancelled());
    }
}

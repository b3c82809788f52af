//! How late the machine itself is: a thread that does nothing but wake up says it, and the kernel, thread by thread.

use std::fs;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

/// How long this thread has been ready to run until now, and no processor had room for it. Nothing where the kernel does not say.
pub fn kept_waiting() -> Duration {
    let told = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = told.split_whitespace().nth(1).and_then(|text| text.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or(0))
}

const STEP: Duration = Duration::from_millis(5);
/// Less than this is nothing.
const NOTED: Duration = Duration::from_millis(8);

/// When the thread was to wake, and when it did.
#[derive(Default)]
pub struct Lateness(Mutex<Vec<(Instant, Instant)>>);

impl Lateness {
    /// Measures until the time is over.
    pub fn measure(&self, until: impl Fn() -> bool) {
        while until() {
            let due = Instant::now() + STEP;
            thread::sleep(STEP);
            let now = Instant::now();
            if now > due + NOTED {
                self.0.lock().unwrap().push((due, now));
            }
        }
    }

    /// The longest within a time.
    pub fn worst(&self, from: Instant, to: Instant) -> Duration {
        let noted = self.0.lock().unwrap();
        let first = noted.partition_point(|(_, woke)| *woke < from);
        noted[first..]
            .iter()
            .take_while(|(due, _)| *due <= to)
            .map(|(due, woke)| *woke - *due)
            .max()
            .unwrap_or_default()
    }
}

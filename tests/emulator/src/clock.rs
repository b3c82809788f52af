//! Times as Graph and HTTP write them.

use std::time::{Duration, Instant, SystemTime};

/// `2026-01-31T10:17:05Z`, as in every property of a message.
pub fn timestamp(at: SystemTime) -> String {
    humantime::format_rfc3339_seconds(at).to_string()
}

/// A timestamp read.
pub fn read(text: &str) -> Option<SystemTime> {
    humantime::parse_rfc3339_weak(text).ok()
}

/// The same instant as a timestamp, on a clock an hour ahead of UTC.
pub fn with_offset(text: &str) -> String {
    let local = read(text).map(|at| timestamp(at + Duration::from_secs(3600)));
    local.map(|local| format!("{}+01:00", local.trim_end_matches('Z'))).unwrap_or_default()
}

/// The same instant as seconds since 1970.
pub fn unix_seconds(text: &str) -> u64 {
    read(text).and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok()).map_or(0, |since| since.as_secs())
}

/// The timestamp with a letter in its day.
pub fn unreadable(text: &str) -> String {
    text.char_indices().map(|(at, c)| if at == 9 { 'N' } else { c }).collect()
}

/// The same without the zone, as in the `date` of an `innerError`.
pub fn zoneless(at: SystemTime) -> String {
    timestamp(at).trim_end_matches('Z').to_owned()
}

/// Milliseconds kept, as in the journal.
pub fn precise(at: SystemTime) -> String {
    humantime::format_rfc3339_millis(at).to_string()
}

/// An HTTP date.
pub fn http_date(at: SystemTime) -> String {
    httpdate::fmt_http_date(at)
}

/// A moment so many seconds later, or earlier.
pub fn shifted(at: SystemTime, seconds: i64) -> SystemTime {
    let distance = Duration::from_secs(seconds.unsigned_abs());
    let shifted = if seconds < 0 { at.checked_sub(distance) } else { at.checked_add(distance) };
    shifted.unwrap_or(at)
}

/// An HTTP date not before this moment: dates have whole seconds, and a wait until one must not be too short.
pub fn http_date_not_before(at: SystemTime) -> String {
    let fraction = at.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
    let up = if fraction == 0 { Duration::ZERO } else { Duration::from_nanos(1_000_000_000 - u64::from(fraction)) };
    http_date(at + up)
}

/// One moment on both clocks: the steady one for delays, the wall's for what is written down.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    /// For delays.
    pub instant: Instant,
    /// For timestamps.
    pub wall: SystemTime,
}

impl Now {
    /// This moment.
    pub fn read() -> Self {
        Self { instant: Instant::now(), wall: SystemTime::now() }
    }

    /// This moment by a wall clock that is so many seconds ahead.
    pub fn ahead(seconds: i64) -> Self {
        let now = Self::read();
        Self { wall: shifted(now.wall, seconds), ..now }
    }
}

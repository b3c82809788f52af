//! What the fuzz targets share: servers on loopback, and what no text of the library may hold.

#![allow(clippy::unwrap_used)]

pub mod edits;
pub mod exchange;
pub mod lie;
pub mod reading;
pub mod secret;
pub mod server;

use std::time::Duration;

/// How much later than its deadline a call may end on a machine that does other things as well.
pub const GRACE: Duration = Duration::from_secs(3);

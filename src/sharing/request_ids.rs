//! The `client-request-id` of each call: a GUID, as Graph asks for one that tells requests apart
//! (<https://learn.microsoft.com/graph/best-practices-concept>).

use std::sync::atomic::{AtomicU64, Ordering};

use uuid::Uuid;

/// The part of a GUID that counts: what version and variant leave of its second half.
const COUNTED: u64 = (1 << 62) - 1;

/// The GUIDs of one process: the first is random, and each is the next after the one before. To draw every one from the
/// operating system would be a system call each.
#[derive(Debug)]
pub struct RequestIds {
    first: Uuid,
    count: AtomicU64,
}

impl Default for RequestIds {
    fn default() -> Self {
        RequestIds { first: Uuid::new_v4(), count: AtomicU64::new(0) }
    }
}

impl RequestIds {
    /// A GUID that no other call has.
    pub fn next(&self) -> Uuid {
        let (high, low) = self.first.as_u64_pair();
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        Uuid::from_u64_pair(high, low & !COUNTED | low.wrapping_add(count) & COUNTED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_another_guid() {
        // Near the end, so that it is passed.
        let first = Uuid::from_u64_pair(Uuid::new_v4().as_u64_pair().0, 0xBFFF_FFFF_FFFF_FFFE);
        let ids = RequestIds { first, count: AtomicU64::new(0) };
        let drawn: Vec<Uuid> = (0..4).map(|_| ids.next()).collect();
        assert_eq!(drawn.iter().collect::<std::collections::HashSet<_>>().len(), 4);
        for id in drawn {
            assert_eq!((id.get_version_num(), id.get_variant()), (4, uuid::Variant::RFC4122), "{id}");
        }
        assert_ne!(RequestIds::default().next(), RequestIds::default().next());
    }
}

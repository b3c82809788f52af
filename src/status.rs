//! What a call ended in. The values are the C ABI's and never change their meaning.

// A new status must be given its meaning everywhere before it compiles.
#![cfg_attr(not(test), deny(clippy::wildcard_enum_match_arm))]

/// The end of a call, with the value the C API returns for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum Status {
    /// Graph accepted the mail, or a check found it sent.
    Ok = 0,
    /// An argument or option is wrong; nothing left the process.
    InvalidArgument = 1,
    /// DNS, connect, proxy or TLS failed, and no attempt can have been accepted.
    Unreachable = 10,
    /// Cancelled, and no attempt can have been accepted.
    Cancelled = 11,
    /// The deadline passed, and no attempt can have been accepted.
    TimedOut = 12,
    /// Graph refused the token.
    Unauthenticated = 20,
    /// The token may not do this.
    Forbidden = 21,
    /// No such message or mailbox.
    NotFound = 22,
    /// Graph refused the draft for another reason.
    Rejected = 23,
    /// Graph asks to wait, or a pause still runs for the mailbox, and no attempt or time is left.
    Throttled = 24,
    /// The message exists and is no draft.
    NotADraft = 25,
    /// The service failed, and the draft was seen to be still there.
    Unavailable = 26,
    /// It may have been sent.
    Unknown = 40,
    /// A defect in this library.
    Internal = 90,
}

impl Status {
    /// Every status, in the order of the values.
    pub const ALL: [Status; 14] = [
        Status::Ok,
        Status::InvalidArgument,
        Status::Unreachable,
        Status::Cancelled,
        Status::TimedOut,
        Status::Unauthenticated,
        Status::Forbidden,
        Status::NotFound,
        Status::Rejected,
        Status::Throttled,
        Status::NotADraft,
        Status::Unavailable,
        Status::Unknown,
        Status::Internal,
    ];

    /// The value of the C API.
    pub fn value(self) -> i32 {
        self as i32
    }

    /// The status of a value, if it is listed.
    pub fn of(value: i32) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.value() == value)
    }

    /// The name of the C constant.
    pub fn name(self) -> &'static str {
        match self {
            Status::Ok => "GRAPH_OK",
            Status::InvalidArgument => "GRAPH_INVALID_ARGUMENT",
            Status::Unreachable => "GRAPH_UNREACHABLE",
            Status::Cancelled => "GRAPH_CANCELLED",
            Status::TimedOut => "GRAPH_TIMED_OUT",
            Status::Unauthenticated => "GRAPH_UNAUTHENTICATED",
            Status::Forbidden => "GRAPH_FORBIDDEN",
            Status::NotFound => "GRAPH_NOT_FOUND",
            Status::Rejected => "GRAPH_REJECTED",
            Status::Throttled => "GRAPH_THROTTLED",
            Status::NotADraft => "GRAPH_NOT_A_DRAFT",
            Status::Unavailable => "GRAPH_UNAVAILABLE",
            Status::Unknown => "GRAPH_UNKNOWN",
            Status::Internal => "GRAPH_INTERNAL",
        }
    }

    /// Whether this call sent the mail: `Some(true)`, `Some(false)`, or `None` where nobody can tell.
    pub fn sent(self) -> Option<bool> {
        match self {
            Status::Ok => Some(true),
            Status::Unknown | Status::Internal => None,
            Status::InvalidArgument
            | Status::Unreachable
            | Status::Cancelled
            | Status::TimedOut
            | Status::Unauthenticated
            | Status::Forbidden
            | Status::NotFound
            | Status::Rejected
            | Status::Throttled
            | Status::NotADraft
            | Status::Unavailable => Some(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_statuses_agree() {
        for status in Status::ALL {
            assert_eq!(Status::of(status.value()), Some(status));
        }
        assert_eq!(Status::of(2), None);
        assert_eq!(Status::of(-1), None);
    }
}

//! The alphabet of looks: what a look at the message, or a search for it, can meet.

/// What a look meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookFault {
    NoConnection,
    Reset,
    Silence,
    Error500,
    Page200,
    Unframed200,
    Wait429,
    LongWait429,
    Wait429Zero,
    /// Strangers that ask to wait for a year.
    PageYear429,
    PageYear503,
    RedirectYear302,
    Denied403,
    Token401,
    Stale,
    Slow,
    NoDate,
    /// A `Date` that an hour was added to, or taken from.
    DateAhead,
    DateBack,
    /// A `Date` six seconds ahead of the mailbox's clock.
    DateSlightlyAhead,
    BadDate,
    /// What is no draft any more shows no usable time.
    SentNull,
    SentAbsent,
    SentEmpty,
    SentNumber,
    SentInYearOne,
    SentUnreadable,
    /// The same moment, written in another zone.
    SentWithOffset,
    /// The answer is about another message: one that was sent just now, or a draft.
    OtherMessage,
    OtherDraft,
    /// The list was not filtered.
    Unfiltered,
}

impl LookFault {
    pub const ALL: [LookFault; 31] = [
        LookFault::NoConnection,
        LookFault::Reset,
        LookFault::Silence,
        LookFault::Error500,
        LookFault::Page200,
        LookFault::Unframed200,
        LookFault::Wait429,
        LookFault::LongWait429,
        LookFault::Wait429Zero,
        LookFault::PageYear429,
        LookFault::PageYear503,
        LookFault::RedirectYear302,
        LookFault::Denied403,
        LookFault::Token401,
        LookFault::Stale,
        LookFault::Slow,
        LookFault::NoDate,
        LookFault::DateAhead,
        LookFault::DateBack,
        LookFault::DateSlightlyAhead,
        LookFault::BadDate,
        LookFault::SentNull,
        LookFault::SentAbsent,
        LookFault::SentEmpty,
        LookFault::SentNumber,
        LookFault::SentInYearOne,
        LookFault::SentUnreadable,
        LookFault::SentWithOffset,
        LookFault::OtherMessage,
        LookFault::OtherDraft,
        LookFault::Unfiltered,
    ];

    /// The few that stand for all of a kind, where two or more are combined.
    pub const FEW: [LookFault; 9] = [
        LookFault::NoConnection,
        LookFault::Error500,
        LookFault::Wait429,
        LookFault::Denied403,
        LookFault::Stale,
        LookFault::NoDate,
        LookFault::DateSlightlyAhead,
        LookFault::SentNull,
        LookFault::OtherMessage,
    ];

    /// How long Graph itself asks everybody to wait, in seconds.
    pub fn pause_s(self) -> Option<u64> {
        let all = [(LookFault::Wait429, 2), (LookFault::LongWait429, 150), (LookFault::Wait429Zero, 0)];
        all.into_iter().find(|(fault, _)| *fault == self).map(|(_, wait)| wait)
    }

    /// Whether it makes the service's clock wrong by more than seconds: ours must be right then.
    pub fn is_wrong_date(self) -> bool {
        matches!(self, LookFault::DateAhead | LookFault::DateBack)
    }
}

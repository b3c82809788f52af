//! What callers call one thing: a mailbox, a service root, a message; and with which token and client they come.

pub const TOKEN: &str = "s3cret-t0ken";
/// What a refused credential gives next, and what the same user's program comes with an hour later.
pub const RENEWED: &str = "n3w-t0ken";
/// A token that may not do anything.
pub const REFUSED: &str = "b4d-t0ken";
/// A token of somebody who has no access to the mailbox, from whom Graph hides what is in it.
pub const STRANGERS: &str = "str4nger-t0ken";

const UPN: &str = "megan@contoso.example";
const GUID: &str = "48d31887-5fad-4d73-a9f5-3c356e68a038";
pub const ROOT: &str = "https://graph.microsoft.com/v1.0";
pub const BETA: &str = "https://graph.microsoft.com/beta";
pub const HOST: &str = "https://127.0.0.1:8443/v1.0";

/// The id, and the `internetMessageId`, of a message that nobody asked about.
pub const OTHER: &str = "AAMkAGUwNjQ4ZjIxLTQ3Y2YtNDhkMi05AEYAAA-otherAAA=";
pub const OTHERS_ID: &str = "<other@contoso.example>";

/// How one call comes: all of these mean the same message of the same mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    Upn,
    /// The same name in other letters.
    Upper,
    Guid,
    Me,
    /// As `Me`, with the token that followed the first.
    MeRenewed,
    /// Through a client of another API version.
    Beta,
    /// Through a client of another host name.
    OtherHost,
    /// Under the message's immutable id.
    Immutable,
    /// Through a client that settles in a millisecond.
    ShortSettle,
    /// Through a client of the same settings.
    OtherClient,
    /// Through a client whose proxy refuses.
    NoRoute,
    /// With a token that may not do anything.
    RefusedToken,
    /// With a token from which Graph hides the mailbox.
    StrangersToken,
}

/// Which client a call comes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    Main,
    Beta,
    OtherHost,
    ShortSettle,
    Second,
    NoRoute,
}

impl Manner {
    pub const ALL: [Manner; 13] = [
        Manner::Upn,
        Manner::Upper,
        Manner::Guid,
        Manner::Me,
        Manner::MeRenewed,
        Manner::Beta,
        Manner::OtherHost,
        Manner::Immutable,
        Manner::ShortSettle,
        Manner::OtherClient,
        Manner::NoRoute,
        Manner::RefusedToken,
        Manner::StrangersToken,
    ];
    /// Those with which one thread's calls go well.
    pub const GOOD: [Manner; 9] = [
        Manner::Upn,
        Manner::Upper,
        Manner::Guid,
        Manner::Me,
        Manner::MeRenewed,
        Manner::Beta,
        Manner::OtherHost,
        Manner::Immutable,
        Manner::OtherClient,
    ];

    pub fn user(self) -> &'static str {
        match self {
            Manner::Upper => "Megan@Contoso.example",
            Manner::Guid => GUID,
            Manner::Me | Manner::MeRenewed => "me",
            Manner::Upn
            | Manner::Beta
            | Manner::OtherHost
            | Manner::Immutable
            | Manner::ShortSettle
            | Manner::OtherClient
            | Manner::NoRoute
            | Manner::RefusedToken
            | Manner::StrangersToken => UPN,
        }
    }

    pub fn token(self) -> &'static str {
        match self {
            Manner::MeRenewed => RENEWED,
            Manner::RefusedToken => REFUSED,
            Manner::StrangersToken => STRANGERS,
            Manner::Upn
            | Manner::Upper
            | Manner::Guid
            | Manner::Me
            | Manner::Beta
            | Manner::OtherHost
            | Manner::Immutable
            | Manner::ShortSettle
            | Manner::OtherClient
            | Manner::NoRoute => TOKEN,
        }
    }

    pub fn which(self) -> Which {
        match self {
            Manner::Beta => Which::Beta,
            Manner::OtherHost => Which::OtherHost,
            Manner::ShortSettle => Which::ShortSettle,
            Manner::OtherClient => Which::Second,
            Manner::NoRoute => Which::NoRoute,
            Manner::Upn
            | Manner::Upper
            | Manner::Guid
            | Manner::Me
            | Manner::MeRenewed
            | Manner::Immutable
            | Manner::RefusedToken
            | Manner::StrangersToken => Which::Main,
        }
    }

    pub fn id(self, draft: usize) -> String {
        if self == Manner::Immutable { Id::Immutable.text(draft) } else { Id::DRAFT.text(draft) }
    }
}

impl Which {
    pub fn root(self) -> &'static str {
        match self {
            Which::Beta => BETA,
            Which::OtherHost => HOST,
            Which::Main | Which::ShortSettle | Which::Second | Which::NoRoute => ROOT,
        }
    }
}

/// One of the ids that a message has, or had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Id {
    /// The plain id, which changes with each move: this is that of the n-th place.
    Plain(u8),
    Immutable,
}

impl Id {
    /// In Drafts.
    pub const DRAFT: Id = Id::Plain(0);
    /// In the folder that a user moved the draft to.
    pub const MOVED: Id = Id::Plain(1);
    /// In Sent Items.
    pub const SENT: Id = Id::Plain(2);
    /// The copy in Sent Items of a draft that stays.
    pub const COPY: Id = Id::Plain(3);
    /// Another message with the same `internetMessageId`.
    pub const TWIN: Id = Id::Plain(4);

    /// In the form of Graph's own: prefix, alphabet and padding.
    pub fn text(self, draft: usize) -> String {
        match self {
            Id::Plain(place) => format!("AAMkAGUwNjQ4ZjIxLTQ3Y2YtNDhkMi05AEYAAA-{draft:06}_{place:02}AAA="),
            Id::Immutable => format!("AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A{draft:06}"),
        }
    }

    pub fn read(text: &str) -> Option<(usize, Id)> {
        if let Some(draft) = text.strip_prefix("AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A") {
            return Some((draft.parse().ok()?, Id::Immutable));
        }
        let rest = text.strip_prefix("AAMkAGUwNjQ4ZjIxLTQ3Y2YtNDhkMi05AEYAAA-")?.strip_suffix("AAA=")?;
        let (draft, place) = rest.split_once('_')?;
        Some((draft.parse().ok()?, Id::Plain(place.parse().ok()?)))
    }
}

pub fn internet_message_id(draft: usize) -> String {
    format!("<mail-{draft}@contoso.example>")
}

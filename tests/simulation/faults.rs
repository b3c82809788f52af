//! The alphabet: what a send, a look, the world and the process can meet.

use std::fmt::{self, Display};
use std::str::FromStr;

use graph_message::outcome::Cause;

use crate::schedule::named;

/// What a send meets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SendFault {
    pub end: End,
    /// Whether Graph accepts the mail, where the end leaves that open, and when.
    pub accepted: Accepted,
    pub speed: Speed,
}

/// When a mail is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    No,
    /// As soon as the request is there.
    Early,
    /// At the last moment before the reply, or before the client gives up.
    Late,
}

/// When the end comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speed {
    Quick,
    /// Later than the client waits before it looks meanwhile.
    Slow,
    /// Just before the longest default attempt ends.
    Last,
}

/// How a send ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    NoConnection,
    NoName,
    BadCertificate,
    NoConnectInTime,
    Reset,
    Silence,
    Plain202,
    RetryAfter202,
    Unframed202,
    Cut202,
    WithId200,
    Anonymous200,
    Unframed200,
    WithId204,
    Anonymous204,
    Page200,
    Redirect302,
    Bad400,
    Token401,
    Denied403,
    Missing404,
    Conflict412,
    TooLarge413,
    Wait429,
    LongWait429,
    NoWait429,
    Unclear429,
    Empty429,
    Error500,
    Page502,
    Wait503,
    Late504,
    Page403,
    Page404,
    Trickle,
}

/// What an end says about the mail, if it is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    NotHandedOn,
    /// Graph's success, which nobody gives in its name.
    Accepted,
    /// Graph's refusal, which it gives without having acted.
    Refused,
    Throttled,
    /// Nothing that can be relied on.
    Nothing,
}

impl End {
    pub const ALL: [End; 35] = [
        End::NoConnection,
        End::NoName,
        End::BadCertificate,
        End::NoConnectInTime,
        End::Reset,
        End::Silence,
        End::Plain202,
        End::RetryAfter202,
        End::Unframed202,
        End::Cut202,
        End::WithId200,
        End::Anonymous200,
        End::Unframed200,
        End::WithId204,
        End::Anonymous204,
        End::Page200,
        End::Redirect302,
        End::Bad400,
        End::Token401,
        End::Denied403,
        End::Missing404,
        End::Conflict412,
        End::TooLarge413,
        End::Wait429,
        End::LongWait429,
        End::NoWait429,
        End::Unclear429,
        End::Empty429,
        End::Error500,
        End::Page502,
        End::Wait503,
        End::Late504,
        End::Page403,
        End::Page404,
        End::Trickle,
    ];

    pub fn says(self) -> Says {
        match self {
            End::NoConnection | End::NoName | End::BadCertificate | End::NoConnectInTime => Says::NotHandedOn,
            End::Plain202 | End::RetryAfter202 | End::WithId200 | End::WithId204 => Says::Accepted,
            End::Bad400 | End::Token401 | End::Denied403 | End::Missing404 | End::Conflict412 | End::TooLarge413 => {
                Says::Refused
            }
            End::Wait429 | End::LongWait429 | End::NoWait429 => Says::Throttled,
            _ => Says::Nothing,
        }
    }

    pub fn cause(self) -> Option<Cause> {
        match self {
            End::NoConnection => Some(Cause::Connection),
            End::NoName => Some(Cause::Resolve),
            End::BadCertificate => Some(Cause::Tls),
            End::NoConnectInTime => Some(Cause::TimedOut),
            _ => None,
        }
    }
}

impl SendFault {
    /// What goes well.
    pub const NONE: SendFault = SendFault { end: End::Plain202, accepted: Accepted::Early, speed: Speed::Quick };

    /// What the exhaustive runs try: each end, accepted or not where that is open, and the slow ones that matter.
    pub fn alphabet() -> Vec<SendFault> {
        let mut all = Vec::new();
        for end in End::ALL {
            let accepted: &[Accepted] = match end.says() {
                Says::Nothing => &[Accepted::No, Accepted::Early],
                Says::Accepted => &[Accepted::Early],
                _ => &[Accepted::No],
            };
            for &accepted in accepted {
                all.push(SendFault { end, accepted, speed: Speed::Quick });
            }
        }
        // Silence lasts until the client gives up, which is the last moment to accept; a late answer is looked behind.
        all.retain(|fault| fault.end != End::Plain202);
        all.push(SendFault { end: End::Silence, accepted: Accepted::Late, speed: Speed::Quick });
        for speed in [Speed::Slow, Speed::Last] {
            all.push(SendFault { end: End::Plain202, accepted: Accepted::Late, speed });
            for accepted in [Accepted::No, Accepted::Early, Accepted::Late] {
                all.push(SendFault { end: End::Late504, accepted, speed });
            }
        }
        all
    }

    pub fn random(rng: &mut fastrand::Rng) -> SendFault {
        let end = End::ALL[rng.usize(..End::ALL.len())];
        let accepted = [Accepted::No, Accepted::Early, Accepted::Late][rng.usize(..3)];
        let speed = [Speed::Quick, Speed::Quick, Speed::Slow, Speed::Last][rng.usize(..4)];
        SendFault { end, accepted, speed }
    }
}

impl Display for SendFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?},{:?},{:?}", self.end, self.accepted, self.speed)
    }
}

impl FromStr for SendFault {
    type Err = String;

    fn from_str(text: &str) -> Result<SendFault, String> {
        let parts: Vec<&str> = text.split(',').collect();
        let read = || {
            Some(SendFault {
                end: named(&End::ALL, parts.first()?)?,
                accepted: named(&[Accepted::No, Accepted::Early, Accepted::Late], parts.get(1)?)?,
                speed: named(&[Speed::Quick, Speed::Slow, Speed::Last], parts.get(2)?)?,
            })
        };
        read().ok_or_else(|| format!("{text} is no fault of a send"))
    }
}

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
    Denied403,
    Token401,
    Stale,
    NoDate,
    Slow,
}

impl LookFault {
    pub const ALL: [LookFault; 14] = [
        LookFault::NoConnection,
        LookFault::Reset,
        LookFault::Silence,
        LookFault::Error500,
        LookFault::Page200,
        LookFault::Unframed200,
        LookFault::Wait429,
        LookFault::LongWait429,
        LookFault::Wait429Zero,
        LookFault::Denied403,
        LookFault::Token401,
        LookFault::Stale,
        LookFault::NoDate,
        LookFault::Slow,
    ];
}

/// What happens in the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A user edits the draft.
    Edit,
    /// A user deletes it.
    Delete,
    CancelClient,
    CancelCall,
    /// Another program sends it: outside of what is promised.
    OtherSends,
}

impl Event {
    pub const ALL: [Event; 5] = [Event::Edit, Event::Delete, Event::CancelClient, Event::CancelCall, Event::OtherSends];
    /// Those within the promise.
    pub const PROMISED: [Event; 4] = [Event::Edit, Event::Delete, Event::CancelClient, Event::CancelCall];
}

/// Where in a request the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    Before,
    /// The request is on its way, and arrives.
    InFlight,
    /// The reply is there, and nothing was done about it.
    After,
}

impl Cut {
    pub const ALL: [Cut; 3] = [Cut::Before, Cut::InFlight, Cut::After];
}

//! The alphabet: what a send, the world and the process can meet.

use std::fmt::{self, Display};
use std::str::FromStr;

use graph_message::graph::Cause;

use crate::schedule::named;

/// What a send meets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SendFault {
    pub end: End,
    /// Whether and when Graph acts: decided here, whatever the reply says, unless Graph's contract binds the two.
    pub acted: Acted,
    pub speed: Speed,
}

/// When Graph acts on a send that it was handed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acted {
    No,
    /// As soon as the request is there.
    Early,
    /// At the last moment before the reply, or before the client gives up.
    Late,
    /// After the reply or the cut, and so that it shows within the time to settle.
    After,
    /// Later than that: outside of the promise.
    Beyond,
}

impl Acted {
    pub const ALL: [Acted; 5] = [Acted::No, Acted::Early, Acted::Late, Acted::After, Acted::Beyond];
    /// Those within the promise.
    pub const PROMISED: [Acted; 4] = [Acted::No, Acted::Early, Acted::Late, Acted::After];
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

impl Speed {
    const ALL: [Speed; 3] = [Speed::Quick, Speed::Slow, Speed::Last];
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
    /// It began before the request was handed on.
    Early202,
    /// It names another request.
    Others202,
    WithId200,
    Anonymous200,
    Unframed200,
    WithId204,
    Anonymous204,
    Page200,
    Redirect302,
    RedirectYear302,
    Bad400,
    Token401,
    Claims401,
    Denied403,
    Missing404,
    Late408,
    Conflict412,
    TooLarge413,
    Misdirected421,
    Wait429,
    LongWait429,
    YearWait429,
    DateWait429,
    NoWait429,
    Unclear429,
    Empty429,
    PageYear429,
    Closed499,
    Error500,
    Page502,
    Wait503,
    /// A stranger asks to wait for a year.
    PageYear503,
    /// A stranger asks to wait until the year 9999.
    PageDate503,
    Late504,
    Page403,
    Page404,
    Trickle,
}

/// What Graph's contract binds an end to (<https://learn.microsoft.com/graph/api/message-send>, <https://learn.microsoft.com/graph/errors>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    NotHandedOn,
    /// Graph's success: it acted, or there is nothing to act on, and then it says that.
    Accepts,
    /// Graph's refusal, given without having acted.
    Refuses,
    /// Graph's own 429 that says why: it did not act.
    Waits,
    /// It goes with any act.
    Open,
}

impl End {
    pub const ALL: [End; 47] = [
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
        End::Early202,
        End::Others202,
        End::WithId200,
        End::Anonymous200,
        End::Unframed200,
        End::WithId204,
        End::Anonymous204,
        End::Page200,
        End::Redirect302,
        End::RedirectYear302,
        End::Bad400,
        End::Token401,
        End::Claims401,
        End::Denied403,
        End::Missing404,
        End::Late408,
        End::Conflict412,
        End::TooLarge413,
        End::Misdirected421,
        End::Wait429,
        End::LongWait429,
        End::YearWait429,
        End::DateWait429,
        End::NoWait429,
        End::Unclear429,
        End::Empty429,
        End::PageYear429,
        End::Closed499,
        End::Error500,
        End::Page502,
        End::Wait503,
        End::PageYear503,
        End::PageDate503,
        End::Late504,
        End::Page403,
        End::Page404,
        End::Trickle,
    ];

    /// Whether an attempt of Graph's own may say so that met what another of them had sent (A18).
    pub fn may_be_an_inner_retrys(self) -> bool {
        matches!(self, End::Missing404 | End::Conflict412)
    }

    pub fn nature(self) -> Nature {
        match self {
            End::NoConnection | End::NoName | End::BadCertificate | End::NoConnectInTime => Nature::NotHandedOn,
            End::Plain202 | End::RetryAfter202 | End::WithId200 | End::WithId204 => Nature::Accepts,
            End::Bad400
            | End::Token401
            | End::Claims401
            | End::Denied403
            | End::Missing404
            | End::Conflict412
            | End::TooLarge413 => Nature::Refuses,
            End::Wait429 | End::LongWait429 | End::YearWait429 | End::DateWait429 | End::NoWait429 => Nature::Waits,
            End::Reset
            | End::Silence
            | End::Unframed202
            | End::Cut202
            | End::Early202
            | End::Others202
            | End::Anonymous200
            | End::Unframed200
            | End::Anonymous204
            | End::Page200
            | End::Redirect302
            | End::RedirectYear302
            | End::Late408
            | End::Misdirected421
            | End::Unclear429
            | End::Empty429
            | End::PageYear429
            | End::Closed499
            | End::Error500
            | End::Page502
            | End::Wait503
            | End::PageYear503
            | End::PageDate503
            | End::Late504
            | End::Page403
            | End::Page404
            | End::Trickle => Nature::Open,
        }
    }

    /// How long Graph itself asks everybody to wait, in seconds: a stranger may not.
    pub fn pause_s(self) -> Option<u64> {
        let all = [
            (End::Wait429, 2),
            (End::Unclear429, 2),
            (End::Wait503, 2),
            (End::DateWait429, 4),
            (End::LongWait429, 150),
            (End::YearWait429, 31_536_000),
        ];
        all.into_iter().find(|(end, _)| *end == self).map(|(_, wait)| wait)
    }

    /// Why it is not handed on, where it is not.
    pub fn cause(self) -> Option<Cause> {
        let all = [
            (End::NoConnection, Cause::Connection),
            (End::NoName, Cause::Resolve),
            (End::BadCertificate, Cause::Tls),
            (End::NoConnectInTime, Cause::TimedOut),
        ];
        all.into_iter().find(|(end, _)| *end == self).map(|(_, cause)| cause)
    }
}

impl SendFault {
    /// What goes well.
    pub const NONE: SendFault = SendFault { end: End::Plain202, acted: Acted::Early, speed: Speed::Quick };

    /// What the exhaustive runs try: each end with each act that it can go with, and the slow ones that matter.
    pub fn alphabet() -> Vec<SendFault> {
        let mut all = Vec::new();
        for end in End::ALL {
            let acts: &[Acted] = match end.nature() {
                Nature::Open => &[Acted::No, Acted::Early, Acted::After],
                Nature::Accepts => &[Acted::Early],
                Nature::Refuses if end.may_be_an_inner_retrys() => &[Acted::No, Acted::Early],
                Nature::Refuses | Nature::Waits | Nature::NotHandedOn => &[Acted::No],
            };
            all.extend(acts.iter().map(|&acted| SendFault { end, acted, speed: Speed::Quick }));
        }
        // Silence lasts until the client gives up, which is the last moment to act; a late answer is looked behind.
        all.retain(|fault| fault.end != End::Plain202);
        all.push(SendFault { end: End::Silence, acted: Acted::Late, speed: Speed::Quick });
        for speed in [Speed::Slow, Speed::Last] {
            all.push(SendFault { end: End::Plain202, acted: Acted::Late, speed });
            for acted in Acted::PROMISED {
                all.push(SendFault { end: End::Late504, acted, speed });
            }
        }
        all
    }

    /// The few that stand for all of a kind, where two or more are combined.
    pub fn few() -> Vec<SendFault> {
        let mut all = Vec::new();
        for end in [End::NoConnection, End::Denied403, End::Missing404, End::Wait429, End::RetryAfter202] {
            all.push(SendFault { end, acted: Acted::No, speed: Speed::Quick });
        }
        for end in [End::Late504, End::Silence, End::Reset] {
            all.extend([Acted::No, Acted::Early, Acted::After].map(|acted| SendFault {
                end,
                acted,
                speed: Speed::Quick,
            }));
        }
        all.push(SendFault { end: End::Missing404, acted: Acted::Early, speed: Speed::Quick });
        all.push(SendFault { end: End::Late504, acted: Acted::Early, speed: Speed::Last });
        all
    }

    pub fn random(rng: &mut fastrand::Rng) -> SendFault {
        let end = End::ALL[rng.usize(..End::ALL.len())];
        let acted = Acted::PROMISED[rng.usize(..4)];
        let speed = [Speed::Quick, Speed::Quick, Speed::Slow, Speed::Last][rng.usize(..4)];
        SendFault { end, acted, speed }
    }
}

impl Display for SendFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?},{:?},{:?}", self.end, self.acted, self.speed)
    }
}

impl FromStr for SendFault {
    type Err = String;

    fn from_str(text: &str) -> Result<SendFault, String> {
        let parts: Vec<&str> = text.split(',').collect();
        let read = || {
            Some(SendFault {
                end: named(&End::ALL, parts.first()?)?,
                acted: named(&Acted::ALL, parts.get(1)?)?,
                speed: named(&Speed::ALL, parts.get(2)?)?,
            })
        };
        read().ok_or_else(|| format!("{text} is no fault of a send"))
    }
}

/// What happens in the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A user edits the draft.
    Edit,
    /// A user deletes it.
    Delete,
    /// A user moves the draft to another folder.
    Move,
    /// Another message with the same `internetMessageId` is sent.
    TwinSent,
    CancelClient,
    CancelCall,
    /// Our host is suspended: its steady clock stops, and time goes on.
    Suspend,
    /// Our clock on the wall is set an hour ahead, or back.
    StepAhead,
    StepBack,
    /// Another program sends it: outside of what is promised.
    OtherSends,
}

impl Event {
    pub const ALL: [Event; 10] = [
        Event::Edit,
        Event::Delete,
        Event::Move,
        Event::TwinSent,
        Event::CancelClient,
        Event::CancelCall,
        Event::Suspend,
        Event::StepAhead,
        Event::StepBack,
        Event::OtherSends,
    ];
    /// Those within the promise.
    pub const PROMISED: [Event; 9] = [
        Event::Edit,
        Event::Delete,
        Event::Move,
        Event::TwinSent,
        Event::CancelClient,
        Event::CancelCall,
        Event::Suspend,
        Event::StepAhead,
        Event::StepBack,
    ];
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

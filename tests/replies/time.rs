//! Times as a message may give them, and what each may be read as.

use std::time::{Duration, SystemTime};

/// What the JSON of a time may be read as.
#[derive(Debug, Clone, Copy)]
pub enum Reads {
    /// Nothing: it is no time, or one that stands for none.
    Nothing,
    /// This time, in whole seconds since 1970.
    Time(i64),
    /// This time or nothing: the schema does not have the form, but it has one meaning.
    Perhaps(i64),
}

/// Ten o'clock on 23 November 2026.
pub const TEN: i64 = 1_795_428_000;

use Reads::{Nothing, Perhaps, Time};

/// [G message] `sentDateTime` is a date-time of the pattern that the schema gives, in UTC; [A1] what is anything else, or stands
/// for no time, is no usable one.
pub const TIMES: [(Option<&str>, Reads); 49] = [
    (None, Nothing),
    (Some("null"), Nothing),
    (Some(r#""""#), Nothing),
    (Some("1795428000"), Nothing),
    (Some("true"), Nothing),
    (Some(r#"["2026-11-23T10:00:00Z"]"#), Nothing),
    (Some(r#"{"dateTime":"2026-11-23T10:00:00Z","timeZone":"UTC"}"#), Nothing),
    (Some(r#""2026-11-23T10:00:00Z""#), Time(TEN)),
    (Some(r#""2026-11-23T09:59:59Z""#), Time(TEN - 1)),
    (Some(r#""2024-02-29T00:00:00Z""#), Time(1_709_164_800)),
    (Some(r#""2026-11-23T10:00:00.5Z""#), Time(TEN)),
    (Some(r#""2026-11-23T10:00:00.0000000Z""#), Time(TEN)),
    (Some(r#""2026-11-23T10:00:00.9999999Z""#), Time(TEN)),
    (Some(r#""2026-11-23T10:00:00.123456789Z""#), Time(TEN)),
    (Some(r#""2026-11-23T10:00:00.123456789012Z""#), Perhaps(TEN)),
    (Some("\"2026-11-23T10:00:00\\u005a\""), Time(TEN)),
    // An offset is in the pattern; [A1] takes it for unusable; another time than the right one it never is.
    (Some(r#""2026-11-23T12:00:00+02:00""#), Perhaps(TEN)),
    (Some(r#""2026-11-23T02:00:00-08:00""#), Perhaps(TEN)),
    (Some(r#""2026-11-23T10:00:00+00:00""#), Perhaps(TEN)),
    (Some(r#""2026-11-23T10:00:00""#), Perhaps(TEN)),
    (Some(r#""2026-11-23t10:00:00z""#), Perhaps(TEN)),
    (Some(r#""2026-11-23 10:00:00Z""#), Perhaps(TEN)),
    (Some(r#"" 2026-11-23T10:00:00Z""#), Perhaps(TEN)),
    (Some(r#""2026-11-23T10:00:00Z ""#), Perhaps(TEN)),
    (Some(r#""2026-11-23T10:00Z""#), Perhaps(TEN)),
    (Some(r#""20261123T100000Z""#), Perhaps(TEN)),
    (Some(r#""Mon, 23 Nov 2026 10:00:00 GMT""#), Perhaps(TEN)),
    // A leap second is the last of its day or the first of the next.
    (Some(r#""2016-12-31T23:59:60Z""#), Perhaps(1_483_228_800)),
    (Some(r#""2026-11-2NT10:00:00Z""#), Nothing),
    (Some(r#""2026-11-23T10:00:0Z""#), Nothing),
    (Some(r#""2026-11-23T10:00:61Z""#), Nothing),
    (Some(r#""2026-11-23T10:60:00Z""#), Nothing),
    (Some(r#""2026-11-23T25:00:00Z""#), Nothing),
    (Some(r#""2026-13-01T10:00:00Z""#), Nothing),
    (Some(r#""2026-00-23T10:00:00Z""#), Nothing),
    (Some(r#""2026-11-31T10:00:00Z""#), Nothing),
    (Some(r#""2026-02-29T10:00:00Z""#), Nothing),
    (Some(r#""2026-11-00T10:00:00Z""#), Nothing),
    (Some(r#""2026-11-23""#), Nothing),
    (Some(r#""2026-11-23T10:00:00.Z""#), Perhaps(TEN)),
    (Some(r#""2026-11-23T10:00:00Z2027-11-23T10:00:00Z""#), Nothing),
    (Some("\"2026-11-23T10:00:00Z\\u0000\""), Nothing),
    (Some("\"\u{ff12}\u{ff10}26-11-23T10:00:00Z\""), Nothing),
    (Some(r#""-2026-11-23T10:00:00Z""#), Nothing),
    // What stands for no time: .NET's first, FILETIME's zero, Outlook's "None"; and a zero that may be meant.
    (Some(r#""0001-01-01T00:00:00Z""#), Nothing),
    (Some(r#""1601-01-01T00:00:00Z""#), Nothing),
    (Some(r#""1970-01-01T00:00:00Z""#), Perhaps(0)),
    // 4501 and 9999 are such, too, by convention alone: a time in the future is the reader's to judge.
    (Some(r#""4501-01-01T00:00:00Z""#), Perhaps(79_870_665_600)),
    (Some(r#""9999-12-31T23:59:59Z""#), Perhaps(253_402_300_799)),
];

/// A time with something after its end is none, either.
pub const OVERLONG_TIMES: [(Option<&str>, Reads); 2] =
    [(Some(r#""2026-11-23T10:00:00ZZ""#), Nothing), (Some(r#""2026-11-23T10:00:00ZZZ""#), Nothing)];

impl Reads {
    /// Whether a time may have been read so. Below a second, it is not later than written and not a second earlier.
    pub fn allows(self, read: Option<SystemTime>) -> bool {
        let is = |second: i64| {
            let begin = SystemTime::UNIX_EPOCH + Duration::from_secs(second.unsigned_abs());
            read.is_some_and(|read| read >= begin && read < begin + Duration::from_secs(1))
        };
        match self {
            Nothing => read.is_none(),
            Time(second) => is(second),
            // The second before a leap second is as right as the one after.
            Perhaps(second) => read.is_none() || is(second) || (second == 1_483_228_800 && is(second - 1)),
        }
    }
}

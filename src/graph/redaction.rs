//! Texts from outside without the token, which servers and proxies do echo: whole or in part, as it is, percent-encoded, escaped,
//! in base64, or broken by spaces.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::Zeroizing;

/// The shortest run of a token's characters that is taken out. Shorter ones say nothing of it, and words of any text are such.
pub const SHORTEST_RUN: usize = 16;
/// How often what passes a text on may have encoded it.
const MOST_LAYERS: usize = 3;
/// What stands in place of it.
const INSTEAD: &str = "[token]";

/// The text without any run of the token's characters. A token that is shorter than a run is taken out as a whole.
pub fn redact<'a>(text: &'a str, token: &str) -> Cow<'a, str> {
    if token.len() < SHORTEST_RUN {
        return match text.contains(token) {
            true => Cow::Owned(text.replace(token, INSTEAD)),
            false => Cow::Borrowed(text),
        };
    }
    if text.len() < SHORTEST_RUN {
        return Cow::Borrowed(text);
    }
    let mut reading = as_it_is(text);
    let mut readings = Vec::new();
    while readings.len() < MOST_LAYERS && reading.iter().any(|unit| matches!(unit.byte, b'%' | b'\\' | b'&')) {
        let inner = decoded(&reading);
        readings.push(std::mem::replace(&mut reading, inner));
    }
    readings.push(reading);
    let shown: HashSet<u128> =
        readings.iter().flat_map(|reading| windows(reading.iter().map(|unit| unit.byte))).collect();
    let secret: HashSet<u128> =
        forms(token).iter().flat_map(|form| windows(form.iter().copied())).filter(|run| shown.contains(run)).collect();
    if secret.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut hidden: Vec<Range<usize>> = readings.iter().flat_map(|reading| ranges(reading, &secret)).collect();
    hidden.sort_by_key(|range| range.start);
    Cow::Owned(without(text, &hidden))
}

/// A byte that a part of a text stands for.
struct Unit {
    byte: u8,
    at: Range<usize>,
}

/// A text's bytes, but for what may break a token: spaces and control characters.
fn as_it_is(text: &str) -> Vec<Unit> {
    let units = text.bytes().enumerate().map(|(at, byte)| Unit { byte: folded(byte), at: at..at + 1 });
    units.filter(|unit| !is_break(unit.byte)).collect()
}

/// The same, with what stands for another byte read as that: `%2E`, `\u002e`, `\x2e`, `\/` and `&#46;`.
fn decoded(reading: &[Unit]) -> Vec<Unit> {
    let bytes: Vec<u8> = reading.iter().map(|unit| unit.byte).collect();
    let (mut units, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(&byte) = bytes.get(at) {
        let (byte, length) = escape(&bytes[at..]).unwrap_or((byte, 1));
        if !is_break(byte) {
            units.push(Unit { byte: folded(byte), at: reading[at].at.start..reading[at + length - 1].at.end });
        }
        at += length;
    }
    units
}

/// The byte that an escape at the beginning stands for, and the escape's length.
fn escape(text: &[u8]) -> Option<(u8, usize)> {
    let hex = |at: usize, digits: usize| {
        let digits = std::str::from_utf8(text.get(at..at + digits)?).ok()?;
        u8::try_from(u32::from_str_radix(digits, 16).ok()?).ok()
    };
    match text {
        [b'%', ..] => Some((hex(1, 2)?, 3)),
        [b'\\', b'u', ..] => Some((hex(2, 4)?, 6)),
        [b'\\', b'x', ..] => Some((hex(2, 2)?, 4)),
        [b'\\', b'n' | b'r' | b't', ..] => Some((b' ', 2)),
        [b'\\', escaped, ..] => Some((*escaped, 2)),
        [b'&', b'#', number @ ..] => {
            let end = number.iter().take(6).position(|byte| *byte == b';')?;
            let number = std::str::from_utf8(&number[..end]).ok()?;
            let byte = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u8::from_str_radix(hex, 16),
                None => number.parse(),
            };
            Some((byte.ok()?, end + 3))
        }
        _ => None,
    }
}

/// What a token looks like in a text: as it is, and in base64 at each of the three places that it can have in a longer value.
fn forms(token: &str) -> [Zeroizing<Vec<u8>>; 4] {
    let as_it_is = Zeroizing::new(token.bytes().map(folded).collect());
    let in_base64 = |before: usize| {
        let value = Zeroizing::new([&[0; 2][..before], token.as_bytes()].concat());
        let encoded = Zeroizing::new(STANDARD_NO_PAD.encode(&*value));
        // The first characters are those of what stands before it, too.
        let own = if before == 0 { 0 } else { before + 1 };
        Zeroizing::new(encoded.bytes().skip(own).map(folded).collect())
    };
    [as_it_is, in_base64(0), in_base64(1), in_base64(2)]
}

/// One byte for both alphabets of base64.
fn folded(byte: u8) -> u8 {
    match byte {
        b'-' => b'+',
        b'_' => b'/',
        byte => byte,
    }
}

fn is_break(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte.is_ascii_control()
}

/// Every run of some bytes, as one number.
fn windows(bytes: impl Iterator<Item = u8>) -> impl Iterator<Item = u128> {
    let runs = bytes.scan(0u128, |run, byte| {
        *run = *run << 8 | u128::from(byte);
        Some(*run)
    });
    runs.skip(SHORTEST_RUN - 1)
}

/// Where the text shows one of these runs.
fn ranges(reading: &[Unit], secret: &HashSet<u128>) -> Vec<Range<usize>> {
    let runs = windows(reading.iter().map(|unit| unit.byte)).enumerate().filter(|(_, run)| secret.contains(run));
    runs.map(|(first, _)| reading[first].at.start..reading[first + SHORTEST_RUN - 1].at.end).collect()
}

/// The text with each of these ranges, which are in the order of their beginnings, and all that overlap it, replaced by one word.
fn without(text: &str, hidden: &[Range<usize>]) -> String {
    let (mut line, mut read_to, mut is_hiding) = (String::with_capacity(text.len()), 0, false);
    for range in hidden {
        if range.start > read_to || !is_hiding {
            line.push_str(&text[read_to..range.start]);
            line.push_str(INSTEAD);
            is_hiding = true;
        }
        read_to = read_to.max(range.end);
    }
    line.push_str(&text[read_to..]);
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

    const TOKEN: &str =
        "eyJ0eXAiOiJKV1QiLCJub25jZSI6IkFRQUJBQUFB.eyJhdWQiOiJodHRwczovL2dyYXBo-_Zz09.c2lnbmF0dXJl-_QUJDREVGR0g";

    #[test]
    fn any_run_in_any_form() {
        let base64 = |before: &str| STANDARD_NO_PAD.encode(format!("{before}{TOKEN}"));
        let spelled = |unit: fn(u8) -> String| TOKEN.bytes().map(unit).collect::<String>();
        let shown = [
            TOKEN.to_owned(),
            TOKEN[..TOKEN.len() - 1].to_owned(),
            TOKEN[10..26].to_owned(),
            base64(""),
            base64("u"),
            base64("me"),
            base64("user:"),
            base64("").replace('+', "-").replace('/', "_"),
            base64("")[..40].to_owned(),
            utf8_percent_encode(TOKEN, NON_ALPHANUMERIC).to_string(),
            spelled(|byte| format!("%{byte:02x}")),
            spelled(|byte| format!("\\u{byte:04x}")),
            spelled(|byte| format!("\\x{byte:02x}")),
            spelled(|byte| format!("&#{byte};")),
            spelled(|byte| format!("&#x{byte:x};")),
            TOKEN.bytes().map(|byte| format!("%25{byte:02x}")).collect(),
            utf8_percent_encode(&spelled(|byte| format!("\\u{byte:04x}")), NON_ALPHANUMERIC).to_string(),
            TOKEN.replace('.', "\\."),
            TOKEN.replace(".", " . "),
            TOKEN.as_bytes().chunks(5).map(|part| String::from_utf8_lossy(part)).collect::<Vec<_>>().join("\r\n"),
        ];
        for shown in shown {
            let redacted = redact(&format!("héllo: {shown}"), TOKEN).into_owned();
            // What is left of a form that ends in a character of its own is at most a part of a run.
            assert!(redacted.contains(INSTEAD) && redacted.len() < 16 + SHORTEST_RUN, "{shown}: {redacted}");
            assert_eq!(redact(&format!("{shown} and {shown}"), TOKEN).matches(INSTEAD).count(), 2, "{shown}");
        }
    }

    #[test]
    fn what_is_no_part_of_it_stays() {
        for text in
            ["", "short", "a text of more than sixteen bytes", "100 % of a \\ text & more", &TOKEN[3..18], "%", "\\u00"]
        {
            assert!(matches!(redact(text, TOKEN), Cow::Borrowed(same) if same == text), "{text}");
        }
        // Two pieces that are shorter than a run, with a word between them.
        let pieces = format!("{} and {}", &TOKEN[..10], &TOKEN[30..40]);
        assert_eq!(redact(&pieces, TOKEN), pieces);
    }

    #[test]
    fn a_short_token_as_a_whole() {
        assert_eq!(redact("you sent s3cret, s3cre", "s3cret"), "you sent [token], s3cre");
    }
}

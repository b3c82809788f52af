//! Changes of bytes, as the fuzzer chooses them.

use std::ops::Range;

use arbitrary::Arbitrary;

/// One change. Places are taken modulo the length, so that each means something in every text.
#[derive(Debug, Clone, Arbitrary)]
pub enum Edit {
    /// Another byte in place of one.
    Put(u16, u8),
    /// A bit turned over.
    Flip(u16, u8),
    /// So many bytes taken out.
    Cut(u16, u8),
    /// Something put in.
    Insert(u16, Piece),
    /// So many bytes written twice.
    Twice(u16, u8),
    /// The end taken off.
    End(u16),
}

/// What is put in.
#[derive(Debug, Clone, Arbitrary)]
pub enum Piece {
    /// Anything.
    Bytes([u8; 4]),
    /// What has a meaning in HTTP or JSON.
    Word(u8),
}

const WORDS: [&str; 24] = [
    "\r\n",
    "\r\n\r\n",
    "\n",
    ": ",
    "\0",
    "\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    "null",
    "0",
    "9",
    "-",
    "T",
    "Z",
    "Content-Length: 0\r\n",
    "Transfer-Encoding: chunked\r\n",
    "0\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n",
    "Connection: close\r\n",
    "Retry-After: 31536000\r\n",
    "client-request-id: 1\r\n",
];

const VALUES: [&str; 10] = [
    "null",
    "\"\"",
    "\"x\"",
    "7",
    "{}",
    "[]",
    "true",
    "\"2026-11-26 10:00\"",
    "\"2026-13-45T99:99:99Z\"",
    "\"0001-01-01T00:00:00Z\"",
];

/// JSON with one of these in place of a string that is some name's value.
pub fn with_another_value(json: &[u8], which: u8, value: u8) -> Vec<u8> {
    let strings = strings(json);
    let Some(range) = strings.get(usize::from(which) % strings.len().max(1)) else { return json.to_vec() };
    let value = VALUES[usize::from(value) % VALUES.len()].as_bytes();
    [&json[..range.start], value, &json[range.end..]].concat()
}

/// Where a text has a JSON string for the value of a name.
fn strings(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (at, _) in bytes.windows(2).enumerate().filter(|(_, two)| two == b":\"") {
        let from = at + 1;
        if let Some(length) = bytes[from + 1..].iter().position(|byte| *byte == b'"') {
            found.push(from..from + 1 + length + 1);
        }
    }
    found
}

/// The bytes, changed in this order.
pub fn edited(bytes: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for edit in edits {
        let at = |place: &u16| usize::from(*place) % bytes.len().max(1);
        let range = |place: &u16, length: &u8| {
            let from = at(place);
            from..bytes.len().min(from + usize::from(*length) % 64)
        };
        match edit {
            Edit::Put(place, byte) => {
                let at = at(place);
                bytes.get_mut(at).into_iter().for_each(|old| *old = *byte);
            }
            Edit::Flip(place, bit) => {
                let at = at(place);
                bytes.get_mut(at).into_iter().for_each(|old| *old ^= 1 << (bit % 8));
            }
            Edit::Cut(place, length) => drop(bytes.drain(range(place, length))),
            Edit::Insert(place, piece) => {
                let from = at(place);
                let piece: &[u8] = match piece {
                    Piece::Bytes(bytes) => bytes,
                    Piece::Word(word) => WORDS[usize::from(*word) % WORDS.len()].as_bytes(),
                };
                drop(bytes.splice(from..from, piece.iter().copied()));
            }
            Edit::Twice(place, length) => {
                let range = range(place, length);
                let twice = bytes[range.clone()].to_vec();
                drop(bytes.splice(range.start..range.start, twice));
            }
            Edit::End(place) => bytes.truncate(at(place)),
        }
    }
    bytes
}

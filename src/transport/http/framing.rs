//! Where a reply's body ends (RFC 9112, section 6.3).
//!
//! ureq reads the body, and is more lenient than the RFC: any `chunked` in a list of codings will do for it, a chunk's size may
//! have a sign, a last chunk need not end. So framing counts as known only where the RFC leaves one reading and ureq reads the
//! same; whatever else there is may come from something on the way that reads it in its own manner.

use ::http::{HeaderMap, HeaderValue, Version, header};

use crate::graph::Framing;

/// How a reply says where its body ends.
pub fn framing(status: u16, version: Version, headers: &HeaderMap) -> Framing {
    let (mut codings, mut is_chunked, mut length) = (0, false, None);
    for (name, value) in headers {
        if *name == header::TRANSFER_ENCODING {
            codings += 1;
            is_chunked = trimmed(value.as_bytes()).eq_ignore_ascii_case(b"chunked");
        } else if *name == header::CONTENT_LENGTH && !agrees(&mut length, value) {
            return Framing::Uncertain;
        }
    }
    match (status, codings, length) {
        // No body follows it, and one that announces a body belies itself.
        (204, 0, None | Some(0)) => Framing::Length,
        (204, _, _) => Framing::Uncertain,
        // What it announces is the length of another reply.
        (304, _, _) => Framing::Length,
        (_, 0, Some(_)) => Framing::Length,
        // HTTP/1.0 knows no codings; with a length as well, two recipients may each go by another.
        (_, 1, None) if is_chunked && version == Version::HTTP_11 => Framing::Chunked,
        _ => Framing::Uncertain,
    }
}

/// As many of the last bytes as are needed to see whether they are a last chunk: ureq takes sizes of up to 20 digits.
pub const LAST_CHUNK: usize = 32;

/// Whether what was read of a reply ends in a last chunk and nothing else: no sign, no extension, no trailer.
pub fn ends_in_last_chunk(read: &[u8]) -> bool {
    let Some(size) = read.strip_suffix(b"\r\n\r\n") else { return false };
    let zeros = size.iter().rev().take_while(|&&byte| byte == b'0').count();
    zeros > 0 && size[..size.len() - zeros].ends_with(b"\r\n")
}

/// Whether a `Content-Length` is a number, and the one that came before; the RFC and ureq both take it repeated, as a header or
/// in a list.
fn agrees(length: &mut Option<u64>, value: &HeaderValue) -> bool {
    value.as_bytes().split(|&byte| byte == b',').all(|number| {
        let number = decimal(trimmed(number));
        number.is_some_and(|number| *length.get_or_insert(number) == number)
    })
}

/// Digits alone; Rust's own reading also takes a sign.
fn decimal(digits: &[u8]) -> Option<u64> {
    let with = |number: u64, digit: &u8| match digit {
        b'0'..=b'9' => number.checked_mul(10)?.checked_add(u64::from(digit - b'0')),
        _ => None,
    };
    if digits.is_empty() { None } else { digits.iter().try_fold(0, with) }
}

/// Without the blanks that may stand around a value: spaces and tabs.
fn trimmed(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, version: Version, lines: &[&str]) -> Framing {
        let mut headers = HeaderMap::new();
        for line in lines {
            let (name, value) = line.split_once(':').unwrap();
            let name: ::http::HeaderName = name.parse().unwrap();
            headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        framing(status, version, &headers)
    }

    #[test]
    fn known() {
        for (lines, expected) in [
            (&["Content-Length: 0"][..], Framing::Length),
            (&["Content-Length:\t0\t "], Framing::Length),
            (&["Content-Length: 000"], Framing::Length),
            (&["Content-Length: 17"], Framing::Length),
            (&["Content-Length: 0", "Content-Length: 0"], Framing::Length),
            (&["Content-Length: 0, 0"], Framing::Length),
            (&["Transfer-Encoding: chunked"], Framing::Chunked),
            (&["transfer-encoding: \t ChUnKeD \t"], Framing::Chunked),
        ] {
            assert_eq!(read(202, Version::HTTP_11, lines), expected, "{lines:?}");
        }
        assert_eq!(read(202, Version::HTTP_10, &["Content-Length: 0"]), Framing::Length);
        assert_eq!(read(204, Version::HTTP_11, &[]), Framing::Length);
        assert_eq!(read(204, Version::HTTP_11, &["Content-Length: 0"]), Framing::Length);
        assert_eq!(read(304, Version::HTTP_11, &["Content-Length: 17"]), Framing::Length);
    }

    #[test]
    fn not_known() {
        for lines in [
            &[][..],
            &["Transfer-Encoding: xchunked"],
            &["Transfer-Encoding: chunkedx"],
            &["Transfer-Encoding: x-chunked"],
            &["Transfer-Encoding: \"chunked\""],
            &["Transfer-Encoding: chunke\u{212a}d"],
            &["Transfer-Encoding: chunked\u{a0}"],
            &["Transfer-Encoding: identity"],
            &["Transfer-Encoding: "],
            &["Transfer-Encoding: chunked;q=1"],
            &["Transfer-Encoding: chunked;"],
            &["Transfer-Encoding: chunked,"],
            &["Transfer-Encoding: ,chunked"],
            &["Transfer-Encoding: gzip, chunked"],
            &["Transfer-Encoding: chunked, gzip"],
            &["Transfer-Encoding: chunked, identity"],
            &["Transfer-Encoding: chunked, chunked"],
            &["Transfer-Encoding: chunked chunked"],
            &["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
            &["Transfer-Encoding: gzip", "Transfer-Encoding: chunked"],
            &["Transfer-Encoding: chunked", "Transfer-Encoding: gzip"],
            &["Transfer-Encoding: chunked", "Transfer-Encoding: "],
            &["Transfer-Encoding: chunked", "Content-Length: 0"],
            &["Content-Length: 0", "Transfer-Encoding: identity"],
            &["Content-Length: 0", "Transfer-Encoding: xchunked"],
            &["Content-Length: "],
            &["Content-Length: +0"],
            &["Content-Length: -0"],
            &["Content-Length: -1"],
            &["Content-Length: 0x0"],
            &["Content-Length: 0.0"],
            &["Content-Length: 0;"],
            &["Content-Length: 0 0"],
            &["Content-Length: 0,"],
            &["Content-Length: ,0"],
            &["Content-Length: 0, 5"],
            &["Content-Length: 0, +0"],
            &["Content-Length: \"0\""],
            &["Content-Length: \u{660}"],
            &["Content-Length: 18446744073709551616"],
            &["Content-Length: 0", "Content-Length: 5"],
            &["Content-Length: 0", "Content-Length: "],
        ] {
            assert_eq!(read(202, Version::HTTP_11, lines), Framing::Uncertain, "{lines:?}");
        }
        assert_eq!(read(202, Version::HTTP_10, &["Transfer-Encoding: chunked"]), Framing::Uncertain);
        assert_eq!(
            read(202, Version::HTTP_10, &["Transfer-Encoding: chunked", "Content-Length: 0"]),
            Framing::Uncertain
        );
        for lines in [&["Transfer-Encoding: chunked"][..], &["Content-Length: 5"], &["Content-Length: +0"]] {
            assert_eq!(read(204, Version::HTTP_11, lines), Framing::Uncertain, "{lines:?}");
        }
    }

    #[test]
    fn last_chunks() {
        for read in
            ["\r\n\r\n0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n", "\r\n000\r\n\r\n", "\r\n00000000000000000000\r\n\r\n"]
        {
            assert!(ends_in_last_chunk(read.as_bytes()), "{read:?}");
        }
        for read in [
            "",
            "0\r\n\r\n",
            "\r\n\r\n",
            "\r\n0\r\n",
            "\r\n0\r\n\r",
            "\r\n0\n\n",
            "\n0\r\n\r\n",
            "\r\n+0\r\n\r\n",
            "\r\n-0\r\n\r\n",
            "\r\n 0\r\n\r\n",
            "\r\n0 \r\n\r\n",
            "\r\n0x0\r\n\r\n",
            "\r\n0;a=b\r\n\r\n",
            "\r\n0\r\na: b\r\n\r\n",
            "\r\n10\r\n\r\n",
            "\r\n0\r\n\r\nHTTP/1.1 202 Accepted\r\n",
        ] {
            assert!(!ends_in_last_chunk(read.as_bytes()), "{read:?}");
        }
    }
}

//! Where a reply's body ends (RFC 9112, section 6.3).
//!
//! ureq reads the body, and is more lenient than the RFC: any `chunked` in a list of codings will do for it, a chunk's size may
//! have a sign, a last chunk need not end. So framing counts as known only where the RFC leaves one reading and ureq reads the
//! same; whatever else there is may come from something on the way that reads it in its own manner.

use ::http::{HeaderMap, HeaderValue, Version, header};

use crate::outcome::Framing;

/// How a reply says where its body ends; `UntilClose` also where it says so in no way that everybody understands alike.
pub fn framing(status: u16, version: Version, headers: &HeaderMap) -> Framing {
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    let length = match content_length(headers) {
        Ok(length) => length,
        Err(Malformed) => return Framing::UntilClose,
    };
    match (codings.next(), length) {
        // No body follows them, and a reply that announces one belies itself.
        (None, None | Some(0)) if status == 204 => Framing::Length,
        (_, _) if status == 204 => Framing::UntilClose,
        // What they announce is the length of another reply.
        (_, _) if status == 304 => Framing::Length,
        (None, Some(_)) => Framing::Length,
        (None, None) => Framing::UntilClose,
        // HTTP/1.0 knows no codings; with a length as well, two recipients may each go by another.
        (Some(coding), None)
            if version == Version::HTTP_11
                && codings.next().is_none()
                && without_blanks(coding).eq_ignore_ascii_case(b"chunked") =>
        {
            Framing::Chunked
        }
        (Some(_), _) => Framing::UntilClose,
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

/// A `Content-Length` that is no number, or several that differ.
struct Malformed;

/// The length, also where the header is repeated with the same number, which the RFC and ureq both take.
fn content_length(headers: &HeaderMap) -> Result<Option<u64>, Malformed> {
    let mut length = None;
    for value in headers.get_all(header::CONTENT_LENGTH) {
        for number in value.as_bytes().split(|&byte| byte == b',') {
            let number = decimal(trimmed(number)).ok_or(Malformed)?;
            if length.is_some_and(|length| length != number) {
                return Err(Malformed);
            }
            length = Some(number);
        }
    }
    Ok(length)
}

/// Digits alone; Rust would also take a sign.
fn decimal(digits: &[u8]) -> Option<u64> {
    let is_decimal = digits.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(digits).ok().filter(|_| is_decimal)?.parse().ok()
}

fn without_blanks(value: &HeaderValue) -> &[u8] {
    trimmed(value.as_bytes())
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
            assert_eq!(read(202, Version::HTTP_11, lines), Framing::UntilClose, "{lines:?}");
        }
        assert_eq!(read(202, Version::HTTP_10, &["Transfer-Encoding: chunked"]), Framing::UntilClose);
        assert_eq!(
            read(202, Version::HTTP_10, &["Transfer-Encoding: chunked", "Content-Length: 0"]),
            Framing::UntilClose
        );
        for lines in [&["Transfer-Encoding: chunked"][..], &["Content-Length: 5"], &["Content-Length: +0"]] {
            assert_eq!(read(204, Version::HTTP_11, lines), Framing::UntilClose, "{lines:?}");
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

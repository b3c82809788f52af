//! A plain reading of what a reply says, to hold the library's against. It knows nothing of how that reads.

use std::time::SystemTime;

use serde_json::Value;

/// The last head of a reply, after whatever 1xx came before it, and what follows.
pub struct Reading<'a> {
    /// The status, where the first line has one.
    pub status: Option<u16>,
    head: &'a [u8],
    /// What stands behind the empty line.
    pub body: &'a [u8],
}

impl<'a> Reading<'a> {
    /// Reads bytes as a reply.
    pub fn of(bytes: &'a [u8]) -> Reading<'a> {
        let (head, body) = split(bytes);
        let status = status(head);
        match status {
            Some(100..=199) if !body.is_empty() => Reading::of(body),
            _ => Reading { status, head, body },
        }
    }

    /// The values of a header.
    pub fn headers(&self, name: &str) -> Vec<String> {
        let text = String::from_utf8_lossy(self.head).into_owned();
        let named = text.split('\n').filter_map(|line| line.split_once(':'));
        let named = named.filter(|(found, _)| found.trim().eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.trim().to_owned()).collect()
    }

    /// The body as JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(self.body).ok()
    }

    /// The times that `Date` headers name, as far as they can be read.
    pub fn dates(&self) -> Vec<SystemTime> {
        self.headers("date").iter().filter_map(|date| httpdate::parse_http_date(date).ok()).collect()
    }
}

fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    // Empty lines before the first are passed over.
    let start = bytes.iter().position(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or(bytes.len());
    let mut line = start;
    for (at, _) in bytes.iter().enumerate().skip(start).filter(|(_, byte)| **byte == b'\n') {
        if matches!(&bytes[line..at], b"" | b"\r") {
            return (&bytes[start..line], &bytes[at + 1..]);
        }
        line = at + 1;
    }
    (&bytes[start..], &[])
}

fn status(head: &[u8]) -> Option<u16> {
    let line = head.split(|byte| *byte == b'\n').next()?;
    let digits =
        line.split(|byte| byte.is_ascii_whitespace()).find(|word| !word.is_empty() && !word.starts_with(b"HTTP"))?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

//! A whole request, read from the wire.

/// What a client asked.
#[derive(Debug, Clone)]
pub struct Request {
    /// The HTTP method.
    pub method: String,
    /// Path and query exactly as on the wire.
    pub target: String,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, up to the largest the service reads.
    pub body: Vec<u8>,
    /// How long the body was.
    pub body_len: u64,
}

impl Request {
    /// The path without the query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The query without the `?`.
    pub fn query(&self) -> Option<&str> {
        self.target.split_once('?').map(|(_, query)| query)
    }

    /// The first header of this name, given in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(present, _)| present == name).map(|(_, value)| value.as_str())
    }

    /// Every header of this name, given in lower case.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(present, _)| present == name).map(|(_, value)| value.as_str())
    }

    /// The access token.
    pub fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }

    /// The media type of the body, without parameters, in lower case.
    pub fn content_type(&self) -> String {
        let value = self.header("content-type").unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// Whether the length of the body is said one way or the other.
    pub fn is_framed(&self) -> bool {
        self.header("content-length").is_some() || self.header("transfer-encoding").is_some()
    }

    /// Whether the client will not use the connection again.
    pub fn wants_close(&self) -> bool {
        self.all("connection").any(|value| value.to_ascii_lowercase().contains("close"))
    }
}

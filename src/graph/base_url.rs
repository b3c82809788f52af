//! The service root under which requests are made.

use std::net::IpAddr;
use std::sync::Arc;

use http::{HeaderValue, Uri};

use crate::error::Error;

/// Graph v1.0 of the global cloud, and its host.
const GLOBAL: (&str, &str) = ("https://graph.microsoft.com/v1.0", "graph.microsoft.com");

/// A service root, such as `https://graph.microsoft.com/v1.0`: https, or http on a loopback host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(Arc<Root>);

#[derive(Debug, PartialEq, Eq)]
struct Root {
    url: String,
    host: HeaderValue,
}

impl BaseUrl {
    /// Reads the `base_url` option.
    pub fn parse(url: &str) -> Result<BaseUrl, Error> {
        // The text is quoted only where it can hold no credentials.
        let refuse = |why: &str| Err(Error::invalid(format!("base_url {why}")));
        if url.contains('#') {
            return refuse("has a fragment (#...): give the service root alone");
        }
        if url.contains('?') {
            return refuse("has a query (?...): give the service root alone");
        }
        let uri: Uri = match url.parse() {
            Ok(uri) => uri,
            Err(_) => return refuse("is no valid URL; it looks like https://graph.microsoft.com/v1.0"),
        };
        if !url.is_ascii() {
            return refuse("holds a character outside ASCII: percent-encode it");
        }
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return refuse("has no scheme or no host; it looks like https://graph.microsoft.com/v1.0");
        };
        if authority.as_str().contains('@') {
            return refuse("has credentials (user@host): the token is an argument of the call");
        }
        if authority.host().is_empty() {
            return refuse("has no host; it looks like https://graph.microsoft.com/v1.0");
        }
        if authority.as_str().len() > authority.host().len() && authority.port_u16().is_none_or(|port| port == 0) {
            return refuse("has a port that is no number from 1 to 65535");
        }
        match scheme {
            "https" => {}
            "http" if is_loopback(authority.host()) => {}
            "http" => {
                return refuse(
                    "is plain http: a token would be readable on the way; use https (http is for loopback hosts only)",
                );
            }
            _ => return refuse("is neither https nor, on a loopback host, http"),
        }
        match HeaderValue::from_str(authority.as_str()) {
            Ok(host) => Ok(BaseUrl(Arc::new(Root { url: url.trim_end_matches('/').to_owned(), host }))),
            Err(_) => refuse("has a host that cannot be written into a request"),
        }
    }

    /// Whether two roots are one, however their letters are written.
    pub fn is_same(&self, other: &BaseUrl) -> bool {
        // Mostly it is that of one client.
        Arc::ptr_eq(&self.0, &other.0) || self.0.url.eq_ignore_ascii_case(&other.0.url)
    }

    /// Whether it ends in a version, as every root of Graph's does.
    pub fn has_version(&self) -> bool {
        let last = self.0.url.rsplit('/').next().unwrap_or_default();
        last.eq_ignore_ascii_case("beta")
            || last.starts_with(['v', 'V']) && last[1..].starts_with(|c: char| c.is_ascii_digit())
    }

    /// The `Host` header of its requests.
    pub fn host(&self) -> HeaderValue {
        self.0.host.clone()
    }

    /// The URL of a path below a mailbox, which comes in parts. The mailbox's path and this one begin with `/`, and are
    /// percent-encoded already.
    pub fn join(&self, mailbox: &str, path: &[&str]) -> String {
        let length = self.0.url.len() + mailbox.len() + path.iter().map(|part| part.len()).sum::<usize>();
        let mut url = String::with_capacity(length);
        url.push_str(&self.0.url);
        url.push_str(mailbox);
        url.extend(path.iter().copied());
        url
    }
}

impl Default for BaseUrl {
    fn default() -> Self {
        BaseUrl(Arc::new(Root { url: GLOBAL.0.to_owned(), host: HeaderValue::from_static(GLOBAL.1) }))
    }
}

/// Whether a URL's host names this machine alone: `localhost` or a loopback address.
pub fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || without_brackets(host).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// A URL's host without the brackets in which an IPv6 address stands.
pub fn without_brackets(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted() {
        for url in [
            GLOBAL.0,
            "https://graph.microsoft.us/v1.0/",
            "HTTPS://dod-graph.microsoft.us/v1.0",
            "https://microsoftgraph.chinacloudapi.cn:443/v1.0",
            "http://localhost:8080/v1.0",
            "http://LOCALHOST:1",
            "http://127.0.0.1:8080/v1.0",
            "http://127.9.9.9/v1.0",
            "http://[::1]:8080/v1.0",
        ] {
            assert!(BaseUrl::parse(url).is_ok(), "{url}: {:?}", BaseUrl::parse(url));
        }
        assert_eq!(BaseUrl::parse(GLOBAL.0).unwrap(), BaseUrl::default());
        assert_eq!(BaseUrl::parse("http://[::1]:8080/v1.0").unwrap().host(), "[::1]:8080");
        assert_eq!(
            BaseUrl::parse("https://host/v1.0//").unwrap().join("/me", &["/messages"]),
            "https://host/v1.0/me/messages"
        );
    }

    #[test]
    fn refused() {
        for (url, why) in [
            ("", "no valid URL"),
            ("graph.microsoft.com", "no scheme"),
            ("https://", "no valid URL"),
            ("https:///v1.0", "no valid URL"),
            ("http://graph.microsoft.com/v1.0", "plain http"),
            ("http://localhost.example/v1.0", "plain http"),
            ("http://127.0.0.1.example/v1.0", "plain http"),
            ("http://10.0.0.1/v1.0", "plain http"),
            ("ftp://graph.microsoft.com", "neither https"),
            ("https://user:s3cret@graph.microsoft.com/v1.0", "credentials"),
            ("https://graph.microsoft.com@evil.example/v1.0", "credentials"),
            ("https://graph.microsoft.com/v1.0?x=1", "query"),
            ("https://graph.microsoft.com/v1.0#x", "fragment"),
            ("https://graph.microsoft.com:0/v1.0", "port"),
            ("https://graph.microsoft.com:99999/v1.0", "port"),
            ("https://graph.microsoft.com /v1.0", "no valid URL"),
            ("https://graph.microsoft.com/\u{85}/v1.0", "ASCII"),
        ] {
            let error = BaseUrl::parse(url).unwrap_err();
            assert!(error.message.contains(why), "{url}: {error}");
            assert!(!error.message.contains("s3cret"));
        }
    }
}

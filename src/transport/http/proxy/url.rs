//! A proxy as it is set: a URL, or what the environment says.

use std::env;
use std::fmt;
use std::sync::Arc;

use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::graph::without_brackets;

/// How a proxy is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `CONNECT`.
    Http,
    /// `CONNECT`, under TLS with the proxy.
    Https,
    /// SOCKS5; the proxy resolves names.
    Socks5,
}

/// Name and password for a proxy; wiped when dropped, never shown.
#[derive(Clone)]
pub struct Login {
    /// The user's name.
    pub user: Arc<Zeroizing<String>>,
    /// The password.
    pub password: Arc<Zeroizing<String>>,
}

/// A proxy for connections to the service.
#[derive(Clone)]
pub struct Proxy {
    /// How it is spoken to.
    pub kind: Kind,
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// What it is told of the user.
    pub login: Option<Login>,
    except: Vec<String>,
}

const EXAMPLE: &str = "http://proxy.example:3128";

impl Proxy {
    /// Reads the `proxy` option: `http://`, `https://` or `socks5://`, with `user:password@` percent-encoded if need be.
    pub fn parse(url: &str) -> Result<Proxy, Error> {
        Proxy::read(url).map_err(|why| Error::invalid(format!("proxy {why}; it looks like {EXAMPLE}")))
    }

    /// Or what is wrong with it. The text may hold a password, so that quotes nothing of it.
    fn read(url: &str) -> Result<Proxy, &'static str> {
        let Some((scheme, rest)) = url.split_once("://") else {
            return Err("has no scheme");
        };
        let (kind, default_port) = match scheme.to_ascii_lowercase().as_str() {
            "http" => (Kind::Http, 80),
            "https" => (Kind::Https, 443),
            "socks5" | "socks5h" => (Kind::Socks5, 1080),
            _ => return Err("has a scheme other than http, https and socks5"),
        };
        let (userinfo, place) = match rest.trim_end_matches('/').rsplit_once('@') {
            Some((userinfo, place)) => (Some(userinfo), place),
            None => (None, rest.trim_end_matches('/')),
        };
        let Ok(authority) = place.parse::<::http::uri::Authority>() else {
            return Err("has no valid host and port");
        };
        let host = authority.host();
        let port = match authority.port_u16() {
            None if place.len() > host.len() => return Err("has a port that is no number from 1 to 65535"),
            Some(0) => return Err("has port 0"),
            port => port.unwrap_or(default_port),
        };
        if host.is_empty() {
            return Err("has no host");
        }
        let login = match userinfo.map(read_login) {
            Some(None) => {
                return Err("has a name or password that is no percent-encoded UTF-8, or has control characters");
            }
            login => login.flatten(),
        };
        Ok(Proxy { kind, host: host.to_owned(), port, login, except: Vec::new() })
    }

    /// What the environment says: `https_proxy` or `all_proxy` and `no_proxy`, in lower case or else upper case, as curl
    /// reads them. Nothing where none is set.
    pub fn from_environment() -> Result<Option<Proxy>, Error> {
        let read = |name: &str| {
            let names = [name.to_owned(), name.to_ascii_uppercase()];
            match names.into_iter().find_map(|name| env::var_os(name).filter(|value| !value.is_empty())) {
                None => Ok(None),
                Some(value) => match value.into_string() {
                    Ok(value) => Ok(Some(value)),
                    Err(_) => Err(Error::invalid(format!("the environment's {name} is not valid UTF-8"))),
                },
            }
        };
        let value = match read("https_proxy")? {
            None => read("all_proxy")?,
            set => set,
        };
        let Some(value) = value else { return Ok(None) };
        let value = if value.contains("://") { value } else { format!("http://{value}") };
        let mut proxy = Proxy::read(&value).map_err(|why| {
            Error::invalid(format!("the environment's https_proxy or all_proxy {why}; it looks like {EXAMPLE}"))
        })?;
        proxy.except = read("no_proxy")?.unwrap_or_default().split([',', ' ']).map(str::to_ascii_lowercase).collect();
        Ok(Some(proxy))
    }

    /// Whether connections to a host go through it.
    pub fn is_for(&self, host: &str) -> bool {
        let host = without_brackets(host).to_ascii_lowercase();
        !self.except.iter().any(|entry| {
            let domain = without_brackets(entry.trim_start_matches("*.").trim_start_matches('.'));
            entry == "*"
                || (!domain.is_empty() && host == domain)
                || (!domain.is_empty() && host.strip_suffix(domain).is_some_and(|front| front.ends_with('.')))
        })
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({:?} {}:{}", self.kind, self.host, self.port)?;
        f.write_str(if self.login.is_some() { ", with a password)" } else { ")" })
    }
}

fn read_login(userinfo: &str) -> Option<Login> {
    let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
    let decode = |text: &str| {
        let text = Zeroizing::new(percent_decode_str(text).decode_utf8().ok()?.into_owned());
        (!text.chars().any(char::is_control)).then(|| Arc::new(text))
    };
    Some(Login { user: decode(user)?, password: decode(password)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted() {
        let proxy = Proxy::parse("http://u%40ser:p%3Ass@proxy.example:3128/").unwrap();
        assert_eq!((proxy.kind, proxy.host.as_str(), proxy.port), (Kind::Http, "proxy.example", 3128));
        let login = proxy.login.as_ref().unwrap();
        assert_eq!((login.user.as_str(), login.password.as_str()), ("u@ser", "p:ss"));
        assert!(!format!("{proxy:?}").contains("p:ss"));
        assert_eq!(Proxy::parse("https://proxy.example").unwrap().port, 443);
        assert_eq!(Proxy::parse("socks5h://[::1]").unwrap().port, 1080);
    }

    #[test]
    fn refused_without_the_password() {
        for url in [
            "",
            "proxy.example:3128",
            "socks4://proxy.example",
            "ftp://proxy.example",
            "http://",
            "http://user:s3cret@",
            "http://user:s3cret@proxy.example:0",
            "http://user:s3cret@proxy.example:x",
            "http://user:s3cret@proxy.example:99999",
            "http://user:s3cret%0D%0A@proxy.example",
            "http://user:s3cret%FF@proxy.example",
            "http://user:s3cret@proxy example",
            "http://user:s3cret@proxy.example/path",
        ] {
            let error = Proxy::parse(url).unwrap_err();
            assert!(
                error.message.starts_with("not sent: proxy ") && !error.message.contains("s3cret"),
                "{url}: {error}"
            );
        }
    }

    #[test]
    fn exceptions() {
        let mut proxy = Proxy::parse("http://proxy.example").unwrap();
        proxy.except = ["corp.example", ".intra.example", "*.dmz.example", "::1", ""].map(str::to_owned).to_vec();
        for host in ["[::1]", "corp.example", "mail.corp.example", "intra.example", "a.intra.example", "A.DMZ.example"]
        {
            assert!(!proxy.is_for(host), "{host}");
        }
        for host in ["graph.microsoft.com", "notcorp.example", "example"] {
            assert!(proxy.is_for(host), "{host}");
        }
        proxy.except = vec!["*".to_owned()];
        assert!(!proxy.is_for("graph.microsoft.com"));
    }
}

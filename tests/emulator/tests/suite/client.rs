//! A client of a few lines on a bare socket, so that every byte is seen.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use graph_emulator::{Config, Emulator, Settings};
use serde_json::{Value, json};

pub const MEGAN: &str = "megan@contoso.example";

/// An emulator with these settings.
pub fn emulator(settings: &Value) -> Emulator {
    let settings = Settings::default().with(settings).unwrap();
    Emulator::start(Config { settings, ..Config::default() }).unwrap()
}

/// A reply, read from the wire.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    pub fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    pub fn id(&self) -> String {
        self.json()["id"].as_str().unwrap_or_default().to_owned()
    }
}

/// One connection.
pub struct Connection(TcpStream);

impl Connection {
    pub fn open(emulator: &Emulator) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", emulator.port())).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        Self(stream)
    }

    pub fn patience(self, ms: u64) -> Self {
        self.0.set_read_timeout(Some(Duration::from_millis(ms))).unwrap();
        self
    }

    pub fn write(&mut self, bytes: &str) {
        let _ = self.0.write_all(bytes.as_bytes());
    }

    pub fn request(&mut self, method: &str, path: &str, token: &str, headers: &str, body: Option<&str>) {
        let length = match body {
            Some(body) => format!("Content-Length: {}\r\n", body.len()),
            None if method == "POST" => "Content-Length: 0\r\n".to_owned(),
            None => String::new(),
        };
        let auth = if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
        let body = body.unwrap_or_default();
        self.write(&format!("{method} {path} HTTP/1.1\r\nHost: graph.test\r\n{auth}{length}{headers}\r\n{body}"));
    }

    /// Everything until the connection ends, and how it ended: `None` in order, else the error.
    pub fn read_to_end(&mut self) -> (String, Option<ErrorKind>) {
        let mut all = Vec::new();
        let mut buffer = [0; 65536];
        loop {
            match self.0.read(&mut buffer) {
                Ok(0) => return (String::from_utf8_lossy(&all).into_owned(), None),
                Ok(n) => all.extend_from_slice(&buffer[..n]),
                Err(e) => return (String::from_utf8_lossy(&all).into_owned(), Some(e.kind())),
            }
        }
    }

    /// One reply framed by `Content-Length` or chunks (of which there is no more than one).
    pub fn reply(&mut self) -> Reply {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            assert_eq!(self.0.read(&mut byte).unwrap(), 1, "the connection ended: {}", String::from_utf8_lossy(&head));
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|s| s.parse().ok()).unwrap();
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let mut reply = Reply { status, headers, body: String::new() };
        let length = reply.header("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).unwrap();
        reply.body = String::from_utf8(body).unwrap();
        reply
    }

    pub fn call(&mut self, method: &str, path: &str, token: &str, headers: &str, body: Option<&str>) -> Reply {
        self.request(method, path, token, headers, body);
        self.reply()
    }
}

/// One request on a connection of its own.
pub fn call(emulator: &Emulator, method: &str, path: &str, token: &str, body: Option<&Value>) -> Reply {
    let text = body.map(Value::to_string);
    let headers = if body.is_some() { "Content-Type: application/json\r\n" } else { "" };
    Connection::open(emulator).call(method, path, token, headers, text.as_deref())
}

pub fn get(emulator: &Emulator, path: &str) -> Reply {
    call(emulator, "GET", path, "user-token", None)
}

pub fn post(emulator: &Emulator, path: &str, body: Option<&Value>) -> Reply {
    call(emulator, "POST", path, "user-token", body)
}

/// A draft of Megan's that can be sent.
pub fn draft(emulator: &Emulator) -> String {
    emulator.create_draft(MEGAN, &letter("Hello")).unwrap()
}

pub fn letter(subject: &str) -> Value {
    json!({"subject": subject, "toRecipients": [{"emailAddress": {"address": "bob@fabrikam.example"}}]})
}

pub fn send_path(id: &str) -> String {
    format!("/v1.0/me/messages/{id}/send")
}

/// Sends a draft of Megan's.
pub fn send(emulator: &Emulator, id: &str) -> Reply {
    post(emulator, &send_path(id), None)
}

/// The internetMessageId of a message of Megan's, as it stands in a URL.
pub fn internet_message_id(emulator: &Emulator, id: &str) -> String {
    let message = emulator.message(MEGAN, id).unwrap().unwrap();
    message["internetMessageId"].as_str().unwrap().replace('<', "%3C").replace('>', "%3E")
}

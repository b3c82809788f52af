//! A host program's logger receives nothing from this library or what it is made of, least of all a token.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Mutex;
use std::thread;

use graph_message::client::{Client, Settings, Verify};
use graph_message::status::Status;
use log::{Level, LevelFilter, Log, Metadata, Record};

/// Keeps everything.
struct Everything(Mutex<Vec<String>>);

impl Log for Everything {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        self.0.lock().unwrap().push(format!("{} {}: {}", record.level(), record.target(), record.args()));
    }

    fn flush(&self) {}
}

static LOGGER: Everything = Everything(Mutex::new(Vec::new()));

/// A server that gives every connection the same answer as soon as something was said.
fn serve(answer: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serve_one = |mut stream: TcpStream| {
        while stream.read(&mut [0; 4096]).is_ok_and(|n| n > 0) && stream.write_all(answer).is_ok() {}
    };
    thread::spawn(move || {
        for stream in listener.incoming() {
            thread::spawn(move || serve_one(stream.unwrap()));
        }
    });
    address
}

/// An id goes by itself, whatever the host is called: each server gets ids of its own.
fn send(base_url: &str, ids: [&str; 2]) -> Result<(), Status> {
    let mut settings = Settings::default();
    settings.set_base_url(base_url).unwrap();
    settings.set_max_attempts(2);
    settings.set_verify(Verify::Never);
    let client = Client::new(settings);
    // The second goes out on the connection of the first, where there is one.
    let first = client.send(None, "s3cr3t-token", "me", ids[0]).map(drop).map_err(|error| error.status);
    let second = client.send(None, "s3cr3t-token", "me", ids[1]).map(drop).map_err(|error| error.status);
    assert_eq!(first, second);
    first
}

#[test]
fn not_one_record() {
    log::set_logger(&LOGGER).unwrap();
    log::set_max_level(LevelFilter::Trace);
    // The macros are compiled away here as they are there; whoever calls the logger itself is heard.
    log::error!("nobody hears this");
    assert_eq!(*LOGGER.0.lock().unwrap(), [""; 0]);
    log::logger().log(&Record::builder().level(Level::Error).target("test").args(format_args!("heard")).build());
    assert_eq!(LOGGER.0.lock().unwrap().drain(..).collect::<Vec<_>>(), ["ERROR test: heard"]);

    let accepted = serve(b"HTTP/1.1 202 Accepted\r\nrequest-id: r\r\nContent-Length: 0\r\n\r\n");
    let refused = serve(
        b"HTTP/1.1 404 Not Found\r\nrequest-id: r\r\nContent-Length: 39\r\n\r\n{\"error\":{\"code\":\"ErrorItemNotFound\"}}\n",
    );
    let garbage = serve(b"SSH-2.0-not-http\r\n");
    assert_eq!(send(&format!("http://{accepted}/v1.0"), ["AAMk0=", "AQMk0="]), Ok(()));
    assert_eq!(send(&format!("http://{refused}/v1.0"), ["AAMk1=", "AQMk1="]), Err(Status::NotFound));
    assert_eq!(send(&format!("http://{garbage}/v1.0"), ["AAMk2=", "AQMk2="]), Err(Status::Unknown));
    // The TLS library and the system's certificates have their turn.
    assert_eq!(send(&format!("https://{garbage}/v1.0"), ["AAMk3=", "AQMk3="]), Err(Status::Unreachable));

    assert_eq!(*LOGGER.0.lock().unwrap(), [""; 0]);
}

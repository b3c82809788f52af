//! A server on loopback that reads HTTP requests and answers each as the target says.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use socket2::SockRef;

/// Nobody waits longer in any target.
const LONGEST: Duration = Duration::from_secs(5);

/// A request as it was read: the request line, the headers, and nothing of a body.
pub struct Asked<'a> {
    stream: &'a TcpStream,
    /// `POST /v1.0/... HTTP/1.1`.
    pub line: String,
    /// The headers as they came, without line ends.
    pub headers: Vec<String>,
}

impl Asked<'_> {
    /// Whether the client still waits: what acts later than it gave up, by more than it allows, is no service that it can trust.
    pub fn is_awaited(&self) -> bool {
        let peek = || {
            self.stream.set_nonblocking(true)?;
            let came = self.stream.peek(&mut [0]);
            self.stream.set_nonblocking(false)?;
            came
        };
        matches!(peek(), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }

    /// The first header of a name, in lower case.
    pub fn header(&self, name: &str) -> &str {
        let mut named = self.headers.iter().filter_map(|header| header.split_once(':'));
        named.find(|(found, _)| found.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value.trim())
    }
}

/// What the server does about a request.
pub enum Answer {
    /// Writes this, and goes on with the connection.
    Bytes(Vec<u8>),
    /// Writes this, and closes the connection.
    Last(Vec<u8>),
    /// Resets the connection.
    Reset,
    /// Says nothing until the client goes.
    Silence,
}

/// Starts a server that lives as long as the process. Gives its port.
pub fn start(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            // A connection ends in many ways, and each of them is part of the run.
            thread::spawn(move || drop(serve(&stream, &*answer)));
        }
    });
    port
}

/// Starts a server that waits for the first bytes, whatever they are, and answers with all it has to say.
pub fn start_unasked(answer: impl Fn() -> Vec<u8> + Send + 'static) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let bytes = answer();
            thread::spawn(move || {
                let _ = stream.set_read_timeout(Some(LONGEST));
                let _ = stream.read(&mut [0; 512]).and_then(|_| stream.write_all(&bytes));
            });
        }
    });
    port
}

fn serve(mut stream: &TcpStream, answer: &dyn Fn(&Asked) -> Answer) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(LONGEST))?;
    let mut reader = BufReader::new(stream);
    while let Some(asked) = read(stream, &mut reader)? {
        match answer(&asked) {
            Answer::Bytes(bytes) => stream.write_all(&bytes)?,
            Answer::Last(bytes) => {
                stream.write_all(&bytes)?;
                return Ok(());
            }
            Answer::Reset => return SockRef::from(stream).set_linger(Some(Duration::ZERO)),
            Answer::Silence => {
                let _ = stream.read(&mut [0]);
                return Ok(());
            }
        }
    }
    Ok(())
}

fn read<'a>(stream: &'a TcpStream, reader: &mut impl BufRead) -> io::Result<Option<Asked<'a>>> {
    let mut lines = Vec::new();
    loop {
        let mut line = Vec::new();
        if reader.read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned();
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    let line = if lines.is_empty() { String::new() } else { lines.remove(0) };
    Ok(Some(Asked { stream, line, headers: lines }))
}

//! The client's side of SOCKS5 (RFC 1928) with name and password (RFC 1929); the proxy resolves the name.

use std::io::{self, Read, Write};

use zeroize::Zeroizing;

use super::url::Login;
use crate::graph::{Cause, without_brackets};
use crate::transport::http::stream::Stream;
use crate::transport::http::trouble::Trouble;

const VERSION: u8 = 5;
const NO_LOGIN: u8 = 0;
const PASSWORD: u8 = 2;
const CONNECT: u8 = 1;
const NAME: u8 = 3;

/// Asks the proxy for a connection to `host:port`.
pub fn connect(stream: &mut Stream, login: Option<&Login>, host: &str, port: u16) -> io::Result<()> {
    match login {
        Some(_) => stream.write_all(&[VERSION, 2, NO_LOGIN, PASSWORD])?,
        None => stream.write_all(&[VERSION, 1, NO_LOGIN])?,
    }
    match (read::<2>(stream)?, login) {
        ([VERSION, NO_LOGIN], _) => {}
        ([VERSION, PASSWORD], Some(login)) => log_in(stream, login)?,
        ([VERSION, _], None) => return Err(refused("it wants a login: socks5://user:password@host:port")),
        ([VERSION, _], _) => return Err(refused("it wants another kind of login")),
        _ => return Err(refused("it does not speak SOCKS5")),
    }
    let bare = without_brackets(host);
    let mut request = vec![VERSION, CONNECT, 0, NAME, length(bare)?];
    request.extend_from_slice(bare.as_bytes());
    request.extend_from_slice(&port.to_be_bytes());
    stream.write_all(&request)?;
    let [version, code, _, kind] = read::<4>(stream)?;
    if version != VERSION {
        return Err(refused("its answer is not SOCKS5's"));
    }
    match code {
        0 => {}
        2 => return Err(refused("its rules forbid the connection")),
        // The network's trouble may pass.
        1 | 3..=6 => {
            return Err(Trouble::error(
                Cause::Connection,
                format!("it could not connect to {host}:{port} (SOCKS {code})"),
            ));
        }
        _ => return Err(refused("it cannot do what was asked of it")),
    }
    // The address it connected from, which is of no use here.
    let rest = match kind {
        1 => 4,
        4 => 16,
        NAME => usize::from(read::<1>(stream)?[0]),
        _ => return Err(refused("its answer is not SOCKS5's")),
    };
    stream.read_exact(&mut [0; 255 + 2][..rest + 2])
}

fn log_in(stream: &mut Stream, login: &Login) -> io::Result<()> {
    let mut request = Zeroizing::new(vec![1, length(&login.user)?]);
    request.extend_from_slice(login.user.as_bytes());
    request.push(length(&login.password)?);
    request.extend_from_slice(login.password.as_bytes());
    stream.write_all(&request)?;
    match read::<2>(stream)? {
        [_, 0] => Ok(()),
        _ => Err(refused("it refused the name and password")),
    }
}

fn length(text: &str) -> io::Result<u8> {
    u8::try_from(text.len()).map_err(|_| refused("a name or password has more than the 255 bytes that SOCKS5 allows"))
}

fn read<const N: usize>(stream: &mut Stream) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn refused(why: &str) -> io::Error {
    Trouble::error(Cause::Proxy, why)
}

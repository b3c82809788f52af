//! Connections through real proxies, and proxies that refuse, fail, or misbehave. The calls are made from C.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use support::servers::{Nginx, Peer, ProxyServer, certificates, free_port, hold, read_head, wait_until};
use support::{Answer, C99, Driver, compile};

const TOKEN: &str = "eyJ0eXAi.c2VjcmV0LXRva2Vu.c2lnbmF0dXJl";

/// How soon after its limit a call must have ended.
const GRACE_MS: i64 = 100;

const VARIABLES: [&str; 8] =
    ["http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"];

/// What a peer does on a connection.
type Part = fn(&mut TcpStream);

fn command() -> Command {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let mut command = Command::new(PROGRAM.get_or_init(|| compile("cc", &C99, "driver.c")));
    // Cargo sets it, to a folder first that may hold the library of an earlier build.
    command.env_remove("LD_LIBRARY_PATH");
    for name in VARIABLES {
        command.env_remove(name);
    }
    command
}

/// A driver with the arguments of a call, which trusts the authority of the tests.
fn prepared(command: &mut Command, base_url: &str) -> Driver {
    let mut driver = Driver::start_command(command);
    driver.set("base_url", base_url).set("token", TOKEN).set("id", "AAMkAGI2=").set("log", "1");
    driver.set("ca_file", certificates().ca.to_str().unwrap());
    driver
}

fn through(proxy: &str, base_url: &str) -> Driver {
    let mut driver = prepared(&mut command(), base_url);
    driver.set("proxy", proxy);
    driver
}

#[track_caller]
fn accepted(answer: &Answer) {
    assert_eq!((answer.get("status"), answer.get("http_status")), ("GRAPH_OK", "202"), "{answer:?}");
    assert_eq!(answer.get("attempts"), "1", "{answer:?}");
    nothing_shows(answer);
}

/// No byte of the request was written, and the message says why, without a password.
#[track_caller]
fn not_sent(answer: &Answer, status: &str, why: &[&str]) {
    assert_eq!((answer.get("status"), answer.get("sent")), (status, "0"), "{answer:?}");
    assert_eq!((answer.get("attempts"), answer.get("http_status")), ("0", "0"), "{answer:?}");
    for part in why {
        assert!(answer.get("message").contains(part), "{part:?} is not in {answer:?}");
    }
    nothing_shows(answer);
}

/// The secrets of these tests, plain and as a header carries them: `user:`, `other:` and `:` before a password.
#[track_caller]
fn nothing_shows(answer: &Answer) {
    for secret in [TOKEN, "s3cr", "wr0ng", "dXNlcj", "b3RoZX", "OnMzY3"] {
        assert!(!answer.text().contains(secret), "{secret:?} is in {answer:?}");
    }
}

/// As [`not_sent`], and not tried again: only a person can mend it.
#[track_caller]
fn refused(answer: &Answer, why: &[&str]) {
    not_sent(answer, "GRAPH_UNREACHABLE", why);
    assert_eq!(answer.log().len(), 2, "{answer:?}");
}

/// Several calls through one proxy: they are accepted, on one connection through it.
#[track_caller]
fn one_tunnel(proxy: &ProxyServer, proxy_url: &str, nginx: &Nginx, base_url: &str) {
    let (tunnels, connections) = (proxy.tunnels(), nginx.connections());
    let mut driver = through(proxy_url, base_url);
    for _ in 0..5 {
        accepted(&driver.send_another());
    }
    driver.finish();
    wait_until("the proxy logs the connection", || proxy.tunnels() > tunnels);
    assert_eq!((proxy.tunnels() - tunnels, nginx.connections() - connections), (1, 1), "{}", proxy.text());
    for part in TOKEN.split('.') {
        assert!(!proxy.text().contains(part));
    }
}

/// Wrong and missing names and passwords: nothing reaches the service. What a wrong one is answered with differs.
#[track_caller]
fn wrong_logins(proxy: &ProxyServer, nginx: &Nginx, scheme: &str, wrong: &str) {
    let base_url = nginx.url("https://localhost");
    let before = nginx.connections();
    for login in ["user:wr0ng@", "other:s3cret@", "user@", ":s3cret@"] {
        refused(&through(&proxy.url(scheme, login), &base_url).send_another(), &["proxy 127.0.0.1", "refused", wrong]);
    }
    refused(&through(&proxy.url(scheme, ""), &base_url).send_another(), &["proxy 127.0.0.1", "407", "user:password@"]);
    assert_eq!(nginx.connections(), before);
}

#[test]
fn tinyproxy_without_a_login() {
    let (nginx, proxy) = (Nginx::good(), ProxyServer::tinyproxy(""));
    one_tunnel(&proxy, &proxy.url("http", ""), &nginx, &nginx.url("https://localhost"));
    one_tunnel(&proxy, &proxy.url("HTTP", ""), &nginx, &nginx.url("https://127.0.0.1"));
    // A login that nobody asked for does no harm.
    one_tunnel(&proxy, &proxy.url("http", "user:s3cret@"), &nginx, &nginx.url("https://127.0.0.1"));
}

#[test]
fn tinyproxy_with_a_login() {
    let (nginx, proxy) = (Nginx::good(), ProxyServer::tinyproxy("BasicAuth user s3cret"));
    one_tunnel(&proxy, &proxy.url("http", "user:s3cret@"), &nginx, &nginx.url("https://localhost"));
    one_tunnel(&proxy, &proxy.url("http", "%75ser:s3%63ret@"), &nginx, &nginx.url("https://localhost"));
    // For a wrong password tinyproxy mistakes itself for the service.
    wrong_logins(&proxy, &nginx, "http", "401");
}

/// squid's rules: everything, for those who log in with `user` and `s3cr:et@`.
fn with_login(dir: &Path) -> String {
    // `openssl passwd -apr1 -salt graphmsg 's3cr:et@'`
    fs::write(dir.join("passwords"), "user:$apr1$graphmsg$HDv92p0Zb01iZbA54AFHz0\n").unwrap();
    let (helper, passwords) = ("/usr/lib/squid/basic_ncsa_auth", dir.join("passwords"));
    assert!(Path::new(helper).is_file(), "squid is installed without {helper}");
    format!(
        "auth_param basic program {helper} {}\nauth_param basic children 2 startup=1\n\
         acl known proxy_auth REQUIRED\nhttp_access allow known\nhttp_access deny all",
        passwords.display()
    )
}

fn open_to_all(_: &Path) -> String {
    "http_access allow all".to_owned()
}

/// The name of the service is known to the proxy alone.
#[test]
fn squid_without_a_login() {
    let (nginx, proxy) = (Nginx::good(), ProxyServer::squid(None, open_to_all));
    one_tunnel(&proxy, &proxy.url("http", ""), &nginx, &nginx.url("https://graph.test"));
    let mut direct = prepared(&mut command(), &nginx.url("https://graph.test"));
    not_sent(
        &direct.set("max_attempts", "1").set("connect_timeout_ms", "2000").send_another(),
        "GRAPH_UNREACHABLE",
        &[],
    );
}

#[test]
fn squid_with_a_login() {
    let (nginx, proxy) = (Nginx::good(), ProxyServer::squid(None, with_login));
    one_tunnel(&proxy, &proxy.url("http", "user:s3cr%3Aet%40@"), &nginx, &nginx.url("https://localhost"));
    // As people write it: the last @ ends the password.
    one_tunnel(&proxy, &proxy.url("http", "user:s3cr:et@@"), &nginx, &nginx.url("https://graph.test"));
    wrong_logins(&proxy, &nginx, "http", "name and password (407)");
}

/// TLS to the proxy, and TLS to the service through it.
#[test]
fn a_proxy_over_tls() {
    let (nginx, proxy) = (Nginx::good(), ProxyServer::squid(Some(&certificates().good), with_login));
    let proxy_url = proxy.url("https", "user:s3cr%3Aet%40@");
    one_tunnel(&proxy, &proxy_url, &nginx, &nginx.url("https://localhost"));
    let by_name = proxy_url.replace("127.0.0.1", "localhost");
    one_tunnel(&proxy, &by_name, &nginx, &nginx.url("https://graph.test"));
    wrong_logins(&proxy, &nginx, "https", "name and password (407)");

    let before = nginx.connections();
    let mut untrusting = Driver::start_command(&mut command());
    untrusting.set("base_url", nginx.url("https://localhost")).set("token", TOKEN).set("id", "x").set("log", "1");
    refused(&untrusting.set("proxy", &proxy_url).send_another(), &["proxy 127.0.0.1", "TLS with 127.0.0.1", "ca_file"]);
    // A proxy that does not speak TLS; tinyproxy waits for the end of a line.
    let plain = ProxyServer::tinyproxy("");
    let mut driver = through(&plain.url("https", ""), &nginx.url("https://localhost"));
    let answer = driver.set("connect_timeout_ms", "400").set("max_attempts", "1").send_another();
    not_sent(&answer, "GRAPH_UNREACHABLE", &["proxy 127.0.0.1"]);
    // squid says what it thinks of it.
    let plain = ProxyServer::squid(None, open_to_all);
    let answer = through(&plain.url("https", ""), &nginx.url("https://localhost")).send_another();
    refused(&answer, &["proxy 127.0.0.1", "TLS with 127.0.0.1"]);
    assert_eq!(nginx.connections(), before);
}

#[test]
fn socks_without_a_login() {
    let (nginx, proxy) = (Nginx::good(), ProxyServer::microsocks(None));
    one_tunnel(&proxy, &proxy.url("socks5", ""), &nginx, &nginx.url("https://127.0.0.1"));
    one_tunnel(&proxy, &proxy.url("socks5h", "user:s3cret@"), &nginx, &nginx.url("https://127.0.0.1"));
    // The proxy's own trouble may pass, so it is tried again.
    let closed = format!("https://127.0.0.1:{}/v1.0", free_port());
    let answer = through(&proxy.url("socks5", ""), &closed).set("max_attempts", "2").send_another();
    not_sent(&answer, "GRAPH_UNREACHABLE", &["proxy 127.0.0.1", "could not connect to 127.0.0.1"]);
    assert_eq!(answer.log().len(), 3, "{answer:?}");
}

#[test]
fn socks_with_a_login() {
    let (nginx, proxy) = (Nginx::good(), ProxyServer::microsocks(Some(("user", "s3cret"))));
    let base_url = nginx.url("https://127.0.0.1");
    one_tunnel(&proxy, &proxy.url("socks5", "user:s3cret@"), &nginx, &base_url);
    let before = nginx.connections();
    for login in ["user:wr0ng@", "other:s3cret@"] {
        refused(&through(&proxy.url("socks5", login), &base_url).send_another(), &["refused the name and password"]);
    }
    refused(&through(&proxy.url("socks5", ""), &base_url).send_another(), &["proxy 127.0.0.1", "login"]);
    let long = format!("user:{}@", "s3cret".repeat(50));
    refused(&through(&proxy.url("socks5", &long), &base_url).send_another(), &["255"]);
    assert_eq!(nginx.connections(), before);
}

#[test]
fn loopback_http_never_uses_a_proxy() {
    let (nginx, proxy) = (Nginx::plain(), Peer::new(hold));
    let proxy_url = format!("http://127.0.0.1:{}", proxy.port());
    for host in ["http://127.0.0.1", "http://localhost"] {
        for scheme in ["http", "https", "socks5"] {
            accepted(&through(&proxy_url.replacen("http", scheme, 1), &nginx.url(host)).send_another());
        }
        let mut environment = command();
        environment.env("http_proxy", &proxy_url).env("https_proxy", &proxy_url).env("all_proxy", &proxy_url);
        accepted(&prepared(&mut environment, &nginx.url(host)).set("proxy_from_environment", "").send_another());
    }
    assert_eq!(proxy.connections(), 0);
}

#[test]
fn the_environment_is_obeyed_where_it_is_asked_for_and_only_there() {
    let (nginx, proxy) = (Nginx::good(), ProxyServer::tinyproxy("BasicAuth user s3cret"));
    let good = proxy.url("http", "user:s3cret@");
    let bare = good.trim_start_matches("http://");
    let base_url = nginx.url("https://localhost");
    // Whoever is connected to wrongly is seen.
    let other = Peer::new(hold);
    let wrong = format!("http://127.0.0.1:{}", other.port());

    let check = |variables: &[(&str, &str)], used: usize| {
        let mut environment = command();
        environment.envs(variables.iter().copied());
        let before = proxy.tunnels();
        accepted(&prepared(&mut environment, &base_url).set("proxy_from_environment", "").send_another());
        assert_eq!(proxy.tunnels() - before, used, "{variables:?}");
    };
    for name in VARIABLES {
        accepted(&prepared(command().env(name, &wrong), &base_url).send_another());
    }
    assert_eq!(other.connections(), 0);
    check(&[], 0);
    for name in ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        check(&[(name, &good)], 1);
        check(&[(name, bare)], 1);
        check(&[(name, "")], 0);
    }
    // The special before the general, lower case before upper case.
    check(&[("https_proxy", &good), ("HTTPS_PROXY", &wrong), ("all_proxy", &wrong), ("ALL_PROXY", &wrong)], 1);
    check(&[("HTTPS_PROXY", &good), ("all_proxy", &wrong)], 1);
    check(&[("all_proxy", &good), ("ALL_PROXY", &wrong)], 1);
    check(&[("http_proxy", &wrong), ("HTTP_PROXY", &wrong)], 0);
    for list in
        ["localhost", "LOCALHOST", "*", ".localhost", "a.test,localhost", "a.test localhost", "a.test, localhost"]
    {
        check(&[("https_proxy", &wrong), ("no_proxy", list)], 0);
        check(&[("ALL_PROXY", &wrong), ("NO_PROXY", list)], 0);
    }
    for list in ["", ",", "host", "calhost", "local", "example.test", "127.0.0.1"] {
        check(&[("https_proxy", &good), ("no_proxy", list)], 1);
    }
    check(&[("https_proxy", &good), ("no_proxy", "example.test"), ("NO_PROXY", "localhost")], 1);
    assert_eq!(other.connections(), 0);
}

#[test]
fn a_bad_value_in_the_environment_is_refused() {
    for value in ["ftp://user:s3cret@127.0.0.1:1", "http://user:s3cret@", "http://user:s3cret@127.0.0.1:0"] {
        for name in ["https_proxy", "ALL_PROXY"] {
            let mut driver = prepared(command().env(name, value), "https://localhost:1/v1.0");
            let answer = driver.set("proxy_from_environment", "").send_another();
            not_sent(&answer, "GRAPH_INVALID_ARGUMENT", &["https_proxy", "proxy"]);
        }
    }
}

#[test]
fn values_that_are_no_proxy_are_refused() {
    for value in [
        "socks4://user:s3cret@127.0.0.1:1080",
        "socks4a://user:s3cret@127.0.0.1:1080",
        "ftp://user:s3cret@127.0.0.1",
        "user:s3cret@127.0.0.1:3128",
        "127.0.0.1:3128",
        "://user:s3cret@127.0.0.1",
        "http:user:s3cret@127.0.0.1",
        "http://",
        "http:///",
        "http://user:s3cret@",
        "http://user:s3cret@:3128",
        "http://user:s3cret@127.0.0.1:0",
        "http://user:s3cret@127.0.0.1:65536",
        "http://user:s3cret@127.0.0.1:-1",
        "http://user:s3cret@127.0.0.1:",
        "http://user:s3cret@127.0.0.1:port",
        "http://user:s3cret@127.0.0.1/path",
        "http://user:s3cret@127.0.0.1?query",
        "http://user:s3cret@127.0.0.1#fragment",
        "http://user:s3cret@[::1",
        "http://user:s3cret@::1:3128",
        "http://user:s3cret@a b",
        "http://user:s3cret@a\r\nb",
        "http://user:s3cret%0d%0aX:@127.0.0.1",
        "http://user:s3cret%ff@127.0.0.1",
        "http://user:s3cret\u{1}@127.0.0.1",
        "http://user:s3cret@\u{fc}.test:3128",
    ] {
        let mut driver = prepared(&mut command(), "https://localhost:1/v1.0");
        let answer = driver.set("proxy", value).send_another();
        assert_eq!(answer.get("status"), "GRAPH_INVALID_ARGUMENT", "{value:?}: {answer:?}");
        not_sent(&answer, "GRAPH_INVALID_ARGUMENT", &["proxy"]);
        driver.finish();
    }
}

#[test]
fn a_proxy_that_forbids_the_service() {
    let nginx = Nginx::good();
    let forbids = |_: &Path| "http_access deny all".to_owned();
    for proxy in [ProxyServer::tinyproxy("ConnectPort 443"), ProxyServer::squid(None, forbids)] {
        let answer = through(&proxy.url("http", ""), &nginx.url("https://localhost")).send_another();
        refused(&answer, &["proxy 127.0.0.1", "refused to connect to localhost", "403"]);
    }
    assert_eq!(nginx.connections(), 0);
}

/// A gateway's trouble may pass: it is tried again.
#[test]
fn a_proxy_that_cannot_reach_the_service() {
    let closed = format!("https://localhost:{}/v1.0", free_port());
    for proxy in [ProxyServer::tinyproxy(""), ProxyServer::squid(None, open_to_all)] {
        let answer = through(&proxy.url("http", ""), &closed).set("max_attempts", "2").send_another();
        not_sent(&answer, "GRAPH_UNREACHABLE", &["proxy 127.0.0.1", "could not connect to localhost", "50"]);
        assert_eq!(answer.log().len(), 3, "{answer:?}");
    }
}

#[test]
fn a_proxy_that_is_not_there() {
    for (scheme, attempts) in [("http", 1), ("https", 2), ("socks5", 1)] {
        let proxy = format!("{scheme}://user:s3cret@127.0.0.1:{}", free_port());
        let mut driver = through(&proxy, "https://localhost:1/v1.0");
        let answer = driver.set("max_attempts", attempts.to_string()).send_another();
        not_sent(&answer, "GRAPH_UNREACHABLE", &["proxy 127.0.0.1", "cannot connect"]);
        assert_eq!(answer.log().len(), attempts + 1, "{answer:?}");
    }
    let mut driver = through("http://no-such-proxy.invalid:3128", "https://localhost:1/v1.0");
    let answer = driver.set("max_attempts", "1").set("connect_timeout_ms", "2000").send_another();
    not_sent(&answer, "GRAPH_UNREACHABLE", &["proxy no-such-proxy.invalid:3128"]);
}

#[test]
fn a_proxy_that_answers_garbage() {
    let parts: [(&str, Part); 8] = [
        ("no HTTP", |s| reply(s, b"SSH-2.0-OpenSSH_9.2\r\n\r\n")),
        ("no HTTP", |s| reply(s, b"\xff\xfe\0\x01\r\n\r\n")),
        ("no HTTP", |s| reply(s, b"HTTP/1.1 abc OK\r\n\r\n")),
        ("does not end", |s| reply(s, &[b'x'; 20_000])),
        // It goes without an answer, or in the middle of one.
        ("proxy 127.0.0.1", |s| drop(s.write_all(b""))),
        ("it wants Negotiate or NTLM (407) and this library speaks Basic alone", |s| {
            read_head(s);
            let _ = s.write_all(
                b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Negotiate\r\n\
                  Proxy-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n",
            );
        }),
        ("refused the name and password (407)", |s| {
            read_head(s);
            let _ = s.write_all(
                b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Digest realm=\"p\"\r\n\
                  Proxy-Authenticate: basic realm=\"p\"\r\nContent-Length: 0\r\n\r\n",
            );
        }),
        ("closed the connection", |s| {
            read_head(s);
            let _ = s.write_all(b"HTTP/1.1 200 Connection est");
        }),
    ];
    for (why, part) in parts {
        let peer = Peer::new(part);
        let proxy = format!("http://user:s3cret@127.0.0.1:{}", peer.port());
        let mut driver = through(&proxy, "https://localhost:1/v1.0");
        let answer = driver.set("max_attempts", "1").set("connect_timeout_ms", "3000").send_another();
        not_sent(&answer, "GRAPH_UNREACHABLE", &["proxy 127.0.0.1", why]);
        assert!(answer.number("elapsed_ms") < 2000, "{answer:?}");
    }
    for answers in SOCKS_GARBAGE {
        let peer = Peer::new(answers);
        let proxy = format!("socks5://user:s3cret@127.0.0.1:{}", peer.port());
        let answer = through(&proxy, "https://localhost:1/v1.0").set("max_attempts", "1").send_another();
        not_sent(&answer, "GRAPH_UNREACHABLE", &["proxy 127.0.0.1"]);
        assert!(answer.number("elapsed_ms") < 2000, "{answer:?}");
    }
}

fn reply(stream: &mut TcpStream, answer: &[u8]) {
    read_head(stream);
    let _ = stream.write_all(answer);
    hold(stream);
}

const SOCKS_GARBAGE: [Part; 5] = [
    |s| socks(s, b"HTTP/1.1 400 Bad Request\r\n\r\n", b""),
    |s| socks(s, b"\x04\x00", b""),
    |s| socks(s, b"\x05\xff", b""),
    |s| socks(s, b"\x05\x00", b"\x05\x00\x00\x07\x00\x00"),
    |s| socks(s, b"\x05\x00", b"\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00"),
];

/// Answers the greeting and then the request.
fn socks(stream: &mut TcpStream, greeting: &[u8], request: &[u8]) {
    for answer in [greeting, request] {
        let _ = stream.read(&mut [0; 1024]);
        let _ = stream.write_all(answer);
    }
    hold(stream);
}

/// One byte each 50 ms, for ever: no wait for a single one is long.
fn trickle(stream: &mut TcpStream, start: &[u8], then: &[u8]) {
    let mut bytes = start.iter().chain(then.iter().cycle());
    while stream.write_all(&[*bytes.next().unwrap()]).is_ok() {
        thread::sleep(Duration::from_millis(50));
    }
}

/// A proxy that never comes to an end is given up in time, with nothing sent: at the connect timeout, then it is
/// unreachable, or at the deadline of the call. A noisy machine may delay any single run, so a bound counts as kept when
/// one of three runs keeps it; what the call ends in must be right in all.
fn given_up_in_time(scheme: &str, part: Part) {
    let peer = Peer::new(part);
    let proxy = format!("{scheme}://user:s3cret@127.0.0.1:{}", peer.port());
    for (limit, attempts, status) in
        [("connect_timeout_ms", 1, "GRAPH_UNREACHABLE"), ("timeout_ms", 4, "GRAPH_TIMED_OUT")]
    {
        let kept = (0..3).any(|_| {
            let mut driver = through(&proxy, "https://localhost:1/v1.0");
            let answer = driver.set(limit, "400").set("max_attempts", attempts.to_string()).send_another();
            not_sent(&answer, status, &["in time"]);
            let took = answer.number("elapsed_ms");
            assert!(took >= 399, "{limit}: {answer:?}");
            took <= 400 + GRACE_MS
        });
        assert!(kept, "{scheme} {limit}: three runs took too long");
    }
    assert!(peer.connections() >= 2);
}

#[test]
fn a_proxy_that_says_nothing() {
    thread::scope(|scope| {
        for scheme in ["http", "https", "socks5"] {
            scope.spawn(move || given_up_in_time(scheme, hold));
        }
    });
}

#[test]
fn a_proxy_that_trickles_its_answer() {
    thread::scope(|scope| {
        scope.spawn(|| given_up_in_time("http", |s| trickle(s, b"HTTP/1.1 200 OK\r\n", b"X-Y: z\r\n")));
        scope.spawn(|| given_up_in_time("http", |s| trickle(s, b"HTTP/1.1 200 ", b"Connection established")));
        // The head of a handshake record of 16 KiB.
        scope.spawn(|| given_up_in_time("https", |s| trickle(s, b"\x16\x03\x03\x40\x00", b"\x02")));
        scope.spawn(|| given_up_in_time("socks5", |s| trickle(s, b"\x05\x00\x05\x00\x00\x03\xff", b"x")));
    });
}

#[test]
fn a_tunnel_that_leads_nowhere() {
    thread::scope(|scope| {
        scope.spawn(|| given_up_in_time("http", |s| reply(s, b"HTTP/1.1 200 OK\r\n\r\n")));
        scope.spawn(|| {
            given_up_in_time("http", |s| {
                read_head(s);
                trickle(s, b"HTTP/1.1 200 OK\r\n\r\n\x16\x03\x03\x40\x00", b"\x02");
            })
        });
        scope.spawn(|| {
            given_up_in_time("socks5", |s| {
                socks(s, b"\x05\x00", b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00");
            })
        });
    });
}

/// The answer to `CONNECT` ends with its head, and an attempt that fails after it in TLS has sent nothing either.
#[test]
fn a_tunnel_that_breaks() {
    let parts: [(&str, Part); 3] = [
        ("TLS with localhost", |s| reply(s, b"HTTP/1.1 200 OK\r\n\r\n<html>not TLS</html>\r\n\r\n")),
        ("broke in the TLS handshake", |s| {
            read_head(s);
            let _ = s.write_all(b"HTTP/1.1 200 OK\r\nX: y\r\n\r\n");
            let _ = s.read(&mut [0; 4096]);
        }),
        ("refused to connect", |s| reply(s, b"HTTP/1.1 302 Found\r\nLocation: http://login.test/\r\n\r\n")),
    ];
    for (why, part) in parts {
        let peer = Peer::new(part);
        let proxy = format!("http://user:s3cret@127.0.0.1:{}", peer.port());
        let answer = through(&proxy, "https://localhost:1/v1.0").set("max_attempts", "1").send_another();
        not_sent(&answer, "GRAPH_UNREACHABLE", &[why]);
    }
}

//! TLS against real servers: what is trusted, what is refused, and how connections are kept. The calls are made from C, or by
//! the driver that `GRAPH_DRIVER` names.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use support::servers::{Identity, Nginx, Peer, certificates, free_port, hold, output_of};
use support::{Answer, C99, Driver, compile, scratch, tool};

const TOKEN: &str = "eyJ0eXAi.c2VjcmV0LXRva2Vu.c2lnbmF0dXJl";

fn command() -> Command {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let program = || PROGRAM.get_or_init(|| compile("cc", &C99, "driver.c"));
    let mut command = Driver::named().unwrap_or_else(|| Command::new(program()));
    // Cargo sets it, to a folder first that may hold the library of an earlier build.
    command.env_remove("LD_LIBRARY_PATH");
    // What the environment of the test says must not decide.
    command.env_remove("SSL_CERT_FILE").env_remove("SSL_CERT_DIR");
    command
}

/// A driver with the arguments of a call.
fn prepared(command: &mut Command, base_url: &str) -> Driver {
    let mut driver = Driver::start_command(command);
    driver.set("base_url", base_url).set("token", TOKEN).set("id", "AAMkAGI2=").set("log", "1");
    driver
}

fn driver(base_url: &str) -> Driver {
    prepared(&mut command(), base_url)
}

fn trust(driver: &mut Driver, file: &Path) {
    driver.set("ca_file", file.to_str().unwrap());
}

/// A driver that trusts the authority of the tests.
fn trusting(base_url: &str) -> Driver {
    let mut driver = driver(base_url);
    trust(&mut driver, &certificates().ca);
    driver
}

#[track_caller]
fn accepted(answer: &Answer) {
    assert_eq!((answer.get("status"), answer.get("http_status")), ("GRAPH_OK", "202"), "{answer:?}");
    assert_eq!(answer.get("attempts"), "1", "{answer:?}");
    assert!(!answer.text().contains(TOKEN), "{answer:?}");
}

/// Refused in the handshake: no byte of the request was written, and the message says why.
#[track_caller]
fn refused(answer: &Answer, why: &[&str]) {
    assert_eq!((answer.get("status"), answer.get("sent")), ("GRAPH_UNREACHABLE", "0"), "{answer:?}");
    assert_eq!((answer.get("attempts"), answer.get("http_status")), ("0", "0"), "{answer:?}");
    for part in why {
        assert!(answer.get("message").contains(part), "{part:?} is not in {answer:?}");
    }
    // One debug line an attempt and one info line: what is refused once is not tried again.
    assert_eq!(answer.log().len(), 2, "{answer:?}");
    assert!(!answer.text().contains(TOKEN), "{answer:?}");
}

fn accepted_with_ca_file(roots: &str) {
    let nginx = Nginx::good();
    for host in ["https://localhost", "https://127.0.0.1"] {
        let mut driver = trusting(&nginx.url(host));
        accepted(&driver.set("roots", roots).send_another());
        driver.finish();
    }
    assert_eq!(nginx.connections(), 2);
    for request in nginx.requests(2) {
        assert_eq!(request[1..5], ["202", "TLSv1.3", ".", "POST"]);
        assert!(request[5].starts_with("/v1.0/me/messages/AAMkAGI") && request[5].ends_with("%3D/send"), "{request:?}");
    }
}

#[test]
fn ca_file_is_trusted_besides_the_systems_roots() {
    accepted_with_ca_file("0");
}

#[test]
fn ca_file_is_trusted_besides_the_bundled_roots() {
    accepted_with_ca_file("1");
}

#[test]
fn an_authority_that_nobody_named_is_refused_once() {
    let nginx = Nginx::good();
    for roots in ["0", "1"] {
        for host in ["https://localhost", "https://127.0.0.1"] {
            let before = nginx.connections();
            let mut driver = driver(&nginx.url(host));
            refused(&driver.set("roots", roots).send_another(), &["UnknownIssuer", "ca_file"]);
            assert_eq!(nginx.connections() - before, 1);
        }
    }
    let mut driver = driver(&nginx.url("https://localhost"));
    trust(&mut driver, &certificates().other_ca);
    // The authority of another name does not help.
    refused(&driver.send_another(), &["UnknownIssuer"]);
    nginx.requests(0);
}

#[test]
fn a_certificate_for_another_host_is_refused() {
    let nginx = Nginx::tls(&certificates().wrong_name, "");
    for (roots, host) in [("0", "https://localhost"), ("1", "https://localhost"), ("0", "https://127.0.0.1")] {
        let name = host.trim_start_matches("https://");
        let mut driver = trusting(&nginx.url(host));
        refused(&driver.set("roots", roots).send_another(), &[name, "not valid for name", "elsewhere.test"]);
    }
    assert_eq!(nginx.connections(), 3);
    nginx.requests(0);
}

#[test]
fn an_expired_certificate_is_refused() {
    let nginx = Nginx::tls(&certificates().expired, "");
    for roots in ["0", "1"] {
        let mut driver = trusting(&nginx.url("https://localhost"));
        refused(&driver.set("roots", roots).send_another(), &["expired", "clock"]);
    }
    assert_eq!(nginx.connections(), 2);
    nginx.requests(0);
}

#[test]
fn a_self_signed_certificate_is_refused_unless_it_is_the_ca_file() {
    let nginx = Nginx::tls(&certificates().self_signed, "");
    let mut driver = trusting(&nginx.url("https://localhost"));
    refused(&driver.send_another(), &["UnknownIssuer", "ca_file"]);
    assert_eq!(nginx.connections(), 1);
    trust(&mut driver, &certificates().self_signed.certificate);
    accepted(&driver.send_another());
}

#[test]
fn tls_1_1_is_refused() {
    let nginx = Nginx::tls(&certificates().good, "ssl_protocols TLSv1.1; ssl_ciphers DEFAULT@SECLEVEL=0;");
    // The server does speak it, so it is the library that refuses.
    let said = output_of(
        Command::new(tool("openssl"))
            .args(["s_client", "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0", "-connect"])
            .arg(format!("127.0.0.1:{}", nginx.port())),
    );
    assert!(said.contains("Protocol  : TLSv1.1"), "{said}");
    let before = nginx.connections();
    refused(
        &trusting(&nginx.url("https://localhost")).send_another(),
        &["TLS with localhost", "TLS 1.2 or 1.3 is needed"],
    );
    assert_eq!(nginx.connections() - before, 1);
    nginx.requests(0);
}

#[test]
fn a_critical_extension_that_nobody_knows_is_named() {
    let nginx = Nginx::tls(&certificates().critical, "");
    for roots in ["0", "1"] {
        let mut driver = trusting(&nginx.url("https://localhost"));
        refused(&driver.set("roots", roots).send_another(), &["a critical extension that the verifier does not know"]);
    }
    nginx.requests(0);
}

/// Peers as old as TLS 1.2 is, which have only suites that are not safe any more.
#[test]
fn suites_that_are_too_old_are_named() {
    let dir = scratch("rsa");
    fs::create_dir_all(&dir).unwrap();
    let rsa = Identity { certificate: dir.join("rsa.pem"), key: dir.join("rsa.key") };
    output_of(
        Command::new(tool("openssl"))
            .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout"])
            .arg(&rsa.key)
            .arg("-out")
            .arg(&rsa.certificate),
    );
    for (identity, suite) in [(&rsa, "AES128-GCM-SHA256"), (&certificates().good, "ECDHE-ECDSA-AES128-SHA")] {
        let nginx = Nginx::tls(identity, &format!("ssl_protocols TLSv1.2; ssl_ciphers {suite};"));
        // The server does speak it, so it is the library that has no such suite.
        let said = output_of(
            Command::new(tool("openssl"))
                .args(["s_client", "-tls1_2", "-cipher", suite, "-connect"])
                .arg(format!("127.0.0.1:{}", nginx.port())),
        );
        assert!(said.contains(&format!("Cipher    : {suite}")), "{said}");
        refused(
            &trusting(&nginx.url("https://localhost")).send_another(),
            &["TLS with localhost", "1.2 with ECDHE and AES-GCM or ChaCha20-Poly1305"],
        );
        nginx.requests(0);
    }
}

fn keeps_its_connection(protocol: &str) {
    let nginx = Nginx::tls(&certificates().good, &format!("ssl_protocols {protocol}; keepalive_timeout 60s;"));
    let mut driver = trusting(&nginx.url("https://localhost"));
    for _ in 0..20 {
        accepted(&driver.send_another());
    }
    assert_eq!(nginx.connections(), 1);
    let requests = nginx.requests(20);
    assert!(requests.iter().all(|r| r[0] == requests[0][0] && r[2] == protocol && r[3] == "."), "{requests:?}");
    driver.finish();
}

#[test]
fn tls_1_2_keeps_its_connection() {
    keeps_its_connection("TLSv1.2");
}

/// Its session tickets come after the handshake.
#[test]
fn tls_1_3_keeps_its_connection() {
    keeps_its_connection("TLSv1.3");
}

/// The settings of a TLS server of our own.
fn server() -> ServerConfig {
    let good = &certificates().good;
    let chain = CertificateDer::pem_file_iter(&good.certificate).unwrap().map(Result::unwrap).collect();
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, PrivateKeyDer::from_pem_file(&good.key).unwrap())
        .unwrap()
}

/// A TLS server that sends a record of its own, as a late session ticket is one, after each reply. nginx's tickets come
/// along with the handshake, so it takes a peer of our own.
fn replies_and_a_record(stream: &mut TcpStream) {
    let mut tls = StreamOwned::new(ServerConnection::new(Arc::new(server())).unwrap(), stream);
    let mut head = Vec::new();
    let mut byte = [0];
    while tls.read(&mut byte).is_ok_and(|n| n > 0) {
        head.push(byte[0]);
        if head.ends_with(b"\r\n\r\n") {
            head.clear();
            tls.write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nrequest-id: r\r\n\r\n").unwrap();
            tls.flush().unwrap();
            thread::sleep(Duration::from_millis(20));
            tls.conn.refresh_traffic_keys().unwrap();
            tls.flush().unwrap();
        }
    }
}

/// A TLS server may speak as soon as it has said that its own side of the handshake is done.
fn replies_in_the_handshake(stream: &mut TcpStream) {
    let mut config = server();
    config.send_half_rtt_data = true;
    let mut connection = ServerConnection::new(Arc::new(config)).unwrap();
    connection.writer().write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nrequest-id: r\r\n\r\n").unwrap();
    let mut request = Vec::new();
    let _ = StreamOwned::new(connection, stream).read_to_end(&mut request);
    assert!(request.is_empty(), "{}", String::from_utf8_lossy(&request));
}

#[test]
fn a_reply_before_the_request_is_none() {
    let peer = Peer::new(replies_in_the_handshake);
    let mut driver = trusting(&format!("https://localhost:{}/v1.0", peer.port()));
    let answer = driver.set("max_attempts", "1").send_another();
    refused(&answer, &["spoke before it was asked"]);
}

#[test]
fn records_that_come_while_idle_are_taken_in() {
    let peer = Peer::new(replies_and_a_record);
    let mut driver = trusting(&format!("https://localhost:{}/v1.0", peer.port()));
    for _ in 0..3 {
        accepted(&driver.send_another());
        thread::sleep(Duration::from_millis(80));
    }
    assert_eq!(peer.connections(), 1);
}

/// The second connection resumes the session: the tickets of the first had been taken in.
fn survives_a_close_while_idle(protocol: &str) {
    let nginx = Nginx::tls(&certificates().good, &format!("ssl_protocols {protocol}; keepalive_timeout 1s;"));
    let mut driver = trusting(&nginx.url("https://localhost"));
    accepted(&driver.send_another());
    thread::sleep(Duration::from_millis(1300));
    accepted(&driver.send_another());
    accepted(&driver.send_another());
    assert_eq!(nginx.connections(), 2);
    let requests = nginx.requests(3);
    assert_eq!(requests.iter().map(|r| r[3].as_str()).collect::<Vec<_>>(), [".", "r", "r"], "{requests:?}");
    assert!(requests[0][0] != requests[1][0] && requests[1][0] == requests[2][0], "{requests:?}");
}

#[test]
fn tls_1_2_survives_a_close_while_idle() {
    survives_a_close_while_idle("TLSv1.2");
}

#[test]
fn tls_1_3_survives_a_close_while_idle() {
    survives_a_close_while_idle("TLSv1.3");
}

/// `keepalive_timeout 0`: the reply says `Connection: close`, and the close itself races with the next call.
#[test]
fn a_server_that_closes_after_each_reply() {
    let nginx = Nginx::tls(&certificates().good, "keepalive_timeout 0;");
    let mut driver = trusting(&nginx.url("https://localhost"));
    for _ in 0..20 {
        accepted(&driver.send_another());
    }
    assert_eq!(nginx.connections(), 20);
    nginx.requests(20);
}

#[test]
fn https_to_a_port_of_plain_http() {
    let nginx = Nginx::plain();
    let answer = trusting(&nginx.url("https://localhost")).send_another();
    refused(&answer, &["TLS with localhost"]);
    assert!(answer.number("elapsed_ms") < 2000, "{answer:?}");
    assert_eq!(nginx.connections(), 1);
}

#[test]
fn plain_http_to_a_port_of_https() {
    let nginx = Nginx::good();
    let answer = driver(&nginx.url("http://localhost")).set("verify", "0").send_another();
    // The request did leave, and whatever answered is not Graph.
    assert_eq!((answer.get("status"), answer.get("http_status")), ("GRAPH_UNKNOWN", "400"), "{answer:?}");
    assert_eq!((answer.get("sent"), answer.get("attempts")), ("-1", "1"), "{answer:?}");
    assert!(answer.number("elapsed_ms") < 2000, "{answer:?}");
    assert_eq!(nginx.connections(), 1);
}

#[test]
fn a_peer_that_says_nothing_in_the_handshake() {
    let peer = Peer::new(hold);
    let mut driver = trusting(&format!("https://127.0.0.1:{}/v1.0", peer.port()));
    let answer = driver.set("connect_timeout_ms", "400").set("max_attempts", "1").send_another();
    refused(&answer, &["the TLS handshake did not end in time"]);
    assert!((400..2000).contains(&answer.number("elapsed_ms")), "{answer:?}");
    assert_eq!(peer.connections(), 1);
}

#[test]
fn a_ca_file_that_is_none_is_refused_by_its_name() {
    let key = fs::read(&certificates().good.key).unwrap();
    let no_certificate = b"-----BEGIN CERTIFICATE-----\nbm8gY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n";
    let broken = b"-----BEGIN CERTIFICATE-----\n%%%%\n-----END CERTIFICATE-----\n";
    let mut good_and_bad = fs::read(&certificates().ca).unwrap();
    good_and_bad.extend_from_slice(no_certificate);
    let url = format!("https://localhost:{}/v1.0", free_port());
    for (name, content) in [
        ("missing.pem", None),
        ("empty.pem", Some(&b""[..])),
        ("garbage.pem", Some(b"\x00\x01 no PEM \xff\xfe\n")),
        ("key.pem", Some(&key)),
        ("no-certificate.pem", Some(no_certificate)),
        ("broken.pem", Some(broken)),
        ("good-and-bad.pem", Some(&good_and_bad)),
    ] {
        let file = scratch(name);
        if let Some(content) = content {
            fs::write(&file, content).unwrap();
        }
        let mut driver = driver(&url);
        trust(&mut driver, &file);
        let answer = driver.send_another();
        assert_eq!((answer.get("status"), answer.get("sent")), ("GRAPH_INVALID_ARGUMENT", "0"), "{name}: {answer:?}");
        let message = answer.get("message");
        assert!(message.contains("ca_file") && message.contains(file.to_str().unwrap()), "{name}: {answer:?}");
        // The options stay spoiled.
        trust(&mut driver, &certificates().ca);
        assert_eq!(driver.send_another().get("status"), "GRAPH_INVALID_ARGUMENT", "{name}");
    }
    let mut driver = driver(&url);
    trust(&mut driver, scratch("x").parent().unwrap());
    assert_eq!(driver.send_another().get("status"), "GRAPH_INVALID_ARGUMENT", "a folder");
}

#[test]
fn ssl_cert_file_replaces_the_systems_store() {
    let nginx = Nginx::good();
    let url = nginx.url("https://localhost");
    let with = |file: &Path| prepared(command().env("SSL_CERT_FILE", file), &url);
    accepted(&with(&certificates().ca).send_another());
    refused(&with(&certificates().other_ca).send_another(), &["UnknownIssuer", "ca_file"]);
    // The bundled roots are what they are.
    refused(&with(&certificates().ca).set("roots", "1").send_another(), &["UnknownIssuer", "ca_file"]);
    // Both are trusted where both are given.
    let mut driver = with(&certificates().other_ca);
    trust(&mut driver, &certificates().ca);
    accepted(&driver.send_another());
}

/// Editors on Windows put it before the first line of a file.
#[test]
fn a_byte_order_mark_is_no_part_of_a_file() {
    let nginx = Nginx::good();
    let url = nginx.url("https://localhost");
    let marked = scratch("marked.pem");
    fs::write(&marked, ["\u{feff}".as_bytes(), &fs::read(&certificates().ca).unwrap()].concat()).unwrap();
    let mut named = driver(&url);
    trust(&mut named, &marked);
    accepted(&named.send_another());
    accepted(&prepared(command().env("SSL_CERT_FILE", &marked), &url).send_another());
}

/// A machine whose clock stands where no certificate is valid. Nothing is printed: the driver's stderr is the test's own, and a
/// panic of a dependency ends in GRAPH_INTERNAL.
#[test]
fn a_clock_that_is_wrong() {
    if Driver::named().is_some() {
        println!("skipped: what fakes the clock is for this machine's own programs");
        return;
    }
    // It leaves shared memory behind, and goes no further where an earlier process of the same number left some.
    for left in fs::read_dir("/dev/shm").unwrap().flatten() {
        let name = left.file_name().to_string_lossy().into_owned();
        let of = name.contains("faketime_").then(|| name.rsplit('_').next().unwrap().to_owned());
        if of.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
            let _ = fs::remove_file(left.path());
        }
    }
    // Valid in 2000.
    let nginx = Nginx::tls(&certificates().expired, "");
    let url = nginx.url("https://localhost");
    for (date, why) in [
        ("1960-01-01 00:00:00", &["clock stands before 1970"][..]),
        ("1999-01-01 00:00:00", &["is valid from 2000-01-01", "clock says 1999-01-01", "clock right?"]),
        ("2026-01-01 00:00:00", &["expired on 2001-01-01", "clock says 2026-01-01", "clock right?"]),
    ] {
        for roots in ["0", "1"] {
            let program = command();
            let mut faked = Command::new(tool("faketime"));
            faked.arg("-f").arg(format!("@{date}")).arg(program.get_program()).args(program.get_args());
            faked.env_remove("LD_LIBRARY_PATH").env_remove("SSL_CERT_FILE").env_remove("SSL_CERT_DIR");
            let mut driver = prepared(&mut faked, &url);
            trust(&mut driver, &certificates().ca);
            refused(&driver.set("roots", roots).send_another(), why);
        }
    }
}

/// A server that ends the handshake of a client without a certificate.
fn demands_a_certificate<const TLS_1_3: bool>(stream: &mut TcpStream) {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(&certificates().ca).unwrap()).unwrap();
    let provider = Arc::new(ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    let good = &certificates().good;
    let chain = CertificateDer::pem_file_iter(&good.certificate).unwrap().map(Result::unwrap).collect();
    let version = if TLS_1_3 { &rustls::version::TLS13 } else { &rustls::version::TLS12 };
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_client_cert_verifier(verifier.build().unwrap())
        .with_single_cert(chain, PrivateKeyDer::from_pem_file(&good.key).unwrap())
        .unwrap();
    let mut request = Vec::new();
    let mut tls = StreamOwned::new(ServerConnection::new(Arc::new(config)).unwrap(), stream);
    let _ = tls.read_to_end(&mut request);
    assert!(request.is_empty(), "{}", String::from_utf8_lossy(&request));
    // What is left unread would reset the connection, and with it what was said.
    let _ = tls.sock.shutdown(Shutdown::Write);
    let _ = std::io::copy(tls.sock, &mut std::io::sink());
}

/// By TLS 1.3 the request is on its way before the server says so, or was not written yet when it does.
#[test]
fn a_certificate_of_the_client_that_is_demanded() {
    for peer in [Peer::new(demands_a_certificate::<false>), Peer::new(demands_a_certificate::<true>)] {
        let mut driver = trusting(&format!("https://localhost:{}/v1.0", peer.port()));
        let answer = driver.set("max_attempts", "1").send_another();
        // Which of the two depends on who is quicker.
        refused(&answer, &[]);
    }
}

#[test]
fn ssl_cert_file_that_is_missing() {
    let nginx = Nginx::good();
    let url = nginx.url("https://localhost");
    let with_none = || prepared(command().env("SSL_CERT_FILE", scratch("missing.pem")), &url);
    refused(&with_none().send_another(), &["ca_file"]);
    accepted(&with_none().set("ca_file", certificates().ca.to_str().unwrap()).send_another());
    accepted(&with_none().set("ca_file", certificates().ca.to_str().unwrap()).set("roots", "1").send_another());
}

#[test]
fn the_token_shows_nowhere() {
    let stderr = scratch("stderr");
    for nginx in [Nginx::good(), Nginx::tls(&certificates().expired, ""), Nginx::plain()] {
        for scheme in ["https", "http"] {
            let url = nginx.url(&format!("{scheme}://localhost"));
            let mut driver = prepared(command().stderr(File::create(&stderr).unwrap()), &url);
            trust(&mut driver, &certificates().ca);
            // Where the answer leaves a doubt, there is nothing to be seen that would settle it.
            let answer = driver.set("timeout_ms", "2000").send_another();
            assert!(!answer.log().is_empty(), "{answer:?}");
            let text = answer.text();
            driver.finish();
            for part in TOKEN.split('.') {
                assert!(!text.contains(part) && !nginx.text().contains(part), "{text} {}", nginx.text());
            }
            assert_eq!(fs::read_to_string(&stderr).unwrap(), "");
        }
    }
}

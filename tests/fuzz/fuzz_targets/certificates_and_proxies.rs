//! Any bytes as a file of certificates, and in place of what a proxy answers or what comes through it: no panic, no request, in time.
#![no_main]
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex};
use std::{fs, process};

use graph_message::graph::BaseUrl;
use graph_message::transport::http::{ExtraRoots, HttpOptions, Proxy, Roots};
use graph_message_fuzz::exchange;
use graph_message_fuzz::secret;
use graph_message_fuzz::server::{self, Answer};
use libfuzzer_sys::fuzz_target;

static BYTES: LazyLock<Arc<Mutex<Vec<u8>>>> = LazyLock::new(Arc::default);
static PORT: LazyLock<u16> = LazyLock::new(|| {
    let bytes = Arc::clone(&BYTES);
    server::start(move |_| Answer::Last(bytes.lock().unwrap().clone()))
});
static SOCKS_PORT: LazyLock<u16> = LazyLock::new(|| {
    let bytes = Arc::clone(&BYTES);
    server::start_unasked(move || bytes.lock().unwrap().clone())
});
static FILE: LazyLock<PathBuf> =
    LazyLock::new(|| std::env::temp_dir().join(format!("graph-fuzz-{}.pem", process::id())));

fuzz_target!(|data: &[u8]| {
    let Some((first, data)) = data.split_first() else { return };
    match first % 4 {
        0 => certificates(data),
        // The tunnel stands, and the bytes come in place of a TLS handshake.
        1 => through_proxy("http", &[b"HTTP/1.1 200 OK\r\n\r\n", data].concat()),
        2 => through_proxy("http", data),
        _ => through_proxy("socks5", data),
    }
});

fn certificates(file: &[u8]) {
    fs::write(&*FILE, file).unwrap();
    match ExtraRoots::read(&FILE) {
        Ok(_) => {
            let text = String::from_utf8_lossy(file);
            assert!(text.contains("-----BEGIN"), "certificates out of {text:?}");
        }
        Err(error) => {
            assert!(error.message.starts_with("not sent: ca_file "), "{}", error.message);
            assert!(!error.message.contains(['\n', '\r']), "{}", error.message);
        }
    }
}

fn through_proxy(scheme: &str, answer: &[u8]) {
    *BYTES.lock().unwrap() = answer.to_vec();
    let port = if scheme == "http" { *PORT } else { *SOCKS_PORT };
    let options = HttpOptions {
        proxy: Some(Proxy::parse(&format!("{scheme}://user:correct-horse@127.0.0.1:{port}")).unwrap()),
        roots: Roots::Bundled,
        ..HttpOptions::default()
    };
    let target = exchange::target(BaseUrl::default());
    let failure = exchange::send(&target, options).expect_err("nobody here is Graph");
    // No certificate of Graph's was shown, so that no byte of the request left.
    assert!(!failure.handed_on, "{failure:?}");
    secret::is_hidden_in(&failure.detail);
    let detail = target.token.redact(&failure.detail);
    assert!(!detail.contains("horse"), "{detail}");
}

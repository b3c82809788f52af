//! Bare ureq with the headers that this library sends: one agent for all threads. See harness.c for the arguments.

use std::fs;
use std::io::Read;
use std::net::SocketAddr;
use std::sync::Barrier;
use std::time::Instant;

use ureq::config::{AutoHeaderValue, Config};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

const ID: &str = "AAMkAGVmMDEzMTM4LTZmYWUtNDdkNC1hMDZiLTU1OGY5OTZhYmY4OABGAAAAAAAiQ8W967B7TKBjgx9rVEURBwAiIsqMbYjsT5e-T7KzowPTAAAAAAEQAAAiIsqMbYjsT5e-T7KzowPTAAAY";

/// Looks nothing up: ureq asks before each request, and its own resolver would start a thread each time.
#[derive(Debug)]
struct Known(SocketAddr);

impl Resolver for Known {
    fn resolve(&self, _: &ureq::http::Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut addresses = self.empty();
        addresses.push(self.0);
        Ok(addresses)
    }
}

fn agent(base: &str, threads: usize) -> ureq::Agent {
    let address = base.split('/').nth(2).expect("a URL").parse().expect("an address and a port");
    let tls = match std::env::var("SSL_CERT_FILE") {
        Ok(file) if base.starts_with("https:") => {
            let authority = Certificate::from_pem(&fs::read(file).expect("the CA file")).expect("a certificate");
            TlsConfig::builder().root_certs(RootCerts::new_with_certs(&[authority])).build()
        }
        _ => TlsConfig::default(),
    };
    let config = Config::builder()
        .tls_config(tls)
        .proxy(None)
        .http_status_as_error(false)
        .max_redirects(0)
        .user_agent(AutoHeaderValue::None)
        .accept_encoding(AutoHeaderValue::None)
        .accept("application/json")
        .max_idle_connections(threads)
        .max_idle_connections_per_host(threads)
        .build();
    ureq::Agent::with_parts(config, DefaultConnector::default(), Known(address))
}

fn send(agent: &ureq::Agent, mailbox: &str, authorization: &str, number: usize) {
    let response = agent
        .post(format!("{mailbox}/messages/{ID}{number:08}/send"))
        .header("content-length", "0")
        .header("authorization", authorization)
        .header("user-agent", "graph-message/0.1.0")
        .header("client-request-id", "4f1c2a8e-7d0b-4c55-9a37-0e6f3b8d9c21")
        .send(&[] as &[u8])
        .expect("a reply");
    assert_eq!(response.status(), 202);
    let mut body = Vec::new();
    response.into_body().as_reader().read_to_end(&mut body).expect("a body");
}

/// The time that this process took of the processors, in user mode and in all, in nanoseconds.
fn cpu() -> [i64; 2] {
    // SAFETY: getrusage only writes into the structure.
    let used = unsafe {
        let mut used = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &mut used);
        used
    };
    let [user, system] = [used.ru_utime, used.ru_stime].map(|time| time.tv_sec * 1_000_000_000 + time.tv_usec * 1_000);
    [user, user + system]
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (base, latencies_file) = (arguments[0].as_str(), arguments.get(4));
    let authorization = format!("Bearer {}", fs::read_to_string(&arguments[1]).expect("the token").trim());
    let count: usize = arguments[2].parse().expect("a count");
    let threads: usize = arguments[3].parse().expect("a number of threads");
    let agent = agent(base, threads);
    let [connected, go, done] = [(); 3].map(|()| Barrier::new(threads + 1));

    let run = |thread: usize| {
        let mailbox = format!("{base}/users/user-{thread}@contoso.example");
        let (from, to) = (count * thread / threads, count * (thread + 1) / threads);
        let mut latencies = Vec::with_capacity(if latencies_file.is_some() { to - from } else { 0 });
        send(&agent, &mailbox, &authorization, from + thread);
        connected.wait();
        go.wait();
        for number in from..to {
            let began = latencies_file.map(|_| Instant::now());
            send(&agent, &mailbox, &authorization, number + thread + 1);
            latencies.extend(began.map(|began| began.elapsed().as_nanos()));
        }
        let ended = Instant::now();
        done.wait();
        (ended, latencies)
    };
    let latencies: Vec<u128> = std::thread::scope(|scope| {
        let run = &run;
        let handles: Vec<_> = (0..threads).map(|thread| scope.spawn(move || run(thread))).collect();
        connected.wait();
        let (before, began) = (cpu(), Instant::now());
        go.wait();
        done.wait();
        let after = cpu();
        let results: Vec<_> = handles.into_iter().map(|handle| handle.join().expect("a thread")).collect();
        let ended = results.iter().map(|(ended, _)| *ended).max().expect("a thread");
        let status = fs::read_to_string("/proc/self/status").expect("Linux");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
        println!(
            "{{\"sends\": {count}, \"wall_ns\": {}, \"cpu_ns\": {}, \"user_ns\": {}, \"rss_kb\": {}}}",
            (ended - began).as_nanos(),
            after[1] - before[1],
            after[0] - before[0],
            peak.trim().trim_end_matches(" kB")
        );
        results.into_iter().flat_map(|(_, latencies)| latencies).collect()
    });
    if let Some(file) = latencies_file {
        fs::write(file, format!("{latencies:?}\n")).expect("the latencies");
    }
}

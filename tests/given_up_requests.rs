//! A request that was written into an outage and then given up on must not arrive once the network is back.
//!
//! The outage is real: two network namespaces joined by a pair of interfaces, and the service's end of it taken down. Needs
//! the rights to make them, which root has.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs::{self, File};
use std::io::Write;
use std::net::TcpStream;
use std::os::fd::AsRawFd;
use std::process::{Command, id};
use std::thread;
use std::time::{Duration, Instant};

use graph_emulator::{Config, Emulator};
use serde_json::json;
use support::{C99, Driver, compile, tool};

const MAILBOX: &str = "megan@contoso.example";
// Loopback addresses, because the library talks plain HTTP to those alone; here they are a link apart.
const HERE: &str = "127.77.0.1";
const THERE: &str = "127.77.0.2";
const ROUTE_LOCALNET: &str = "/proc/sys/net/ipv4/conf/all/route_localnet";
/// How long the network is down: some of the kernel's attempts to send again fall into it.
const OUTAGE: Duration = Duration::from_secs(2);
/// Longer than the kernel waits between two attempts by then: each wait is twice the one before.
const AFTER_IT: Duration = Duration::from_secs(10);

#[test]
fn a_request_given_up_on_does_not_arrive_later() {
    let inside = std::env::current_exe().unwrap();
    let output = Command::new(tool("unshare"))
        .arg("--net")
        .arg(inside)
        .args(["--exact", "in_a_network_of_its_own", "--ignored", "--nocapture"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

/// The service, in a network namespace that a link joins to this one.
struct Service {
    emulator: Emulator,
    /// Names the namespace for as long as it is open.
    namespace: File,
}

impl Service {
    fn start() -> Service {
        fs::write(ROUTE_LOCALNET, "1").unwrap();
        let (namespace, emulator) = thread::spawn(|| {
            // SAFETY: `unshare` moves this thread alone, which made no socket yet and ends soon, into a new network namespace.
            assert_eq!(unsafe { libc::unshare(libc::CLONE_NEWNET) }, 0);
            let namespace = File::open("/proc/thread-self/ns/net").unwrap();
            let of_this_thread = path(&namespace);
            ip(&["link", "add", "here", "type", "veth", "peer", "name", "there", "netns", &of_this_thread]);
            // Of the namespace of the thread that writes.
            fs::write(ROUTE_LOCALNET, "1").unwrap();
            within(&of_this_thread, &["addr", "add", &format!("{THERE}/24"), "dev", "there"]);
            within(&of_this_thread, &["link", "set", "there", "up"]);
            ip(&["addr", "add", &format!("{HERE}/24"), "dev", "here"]);
            ip(&["link", "set", "here", "up"]);
            let emulator = Emulator::start(Config { address: THERE.parse().unwrap(), ..Config::default() }).unwrap();
            (namespace, emulator)
        })
        .join()
        .unwrap();
        Service { emulator, namespace }
    }

    fn link(&self, state: &str) {
        within(&path(&self.namespace), &["link", "set", "there", state]);
    }

    fn draft(&self, subject: &str) -> String {
        let to = json!([{ "emailAddress": { "address": "lee@fabrikam.example" } }]);
        self.emulator.create_draft(MAILBOX, &json!({ "subject": subject, "toRecipients": to })).unwrap()
    }

    fn sent(&self) -> Vec<String> {
        self.emulator.mails().into_iter().map(|mail| mail.subject).collect()
    }
}

fn path(namespace: &File) -> String {
    format!("/proc/{}/fd/{}", id(), namespace.as_raw_fd())
}

/// Runs `ip` in the namespace of the process, which is not always that of the thread.
fn ip(arguments: &[&str]) {
    within(&format!("/proc/{}/ns/net", id()), arguments);
}

fn within(namespace: &str, arguments: &[&str]) {
    let mut command = Command::new(tool("nsenter"));
    let status = command.arg(format!("--net={namespace}")).arg(tool("ip")).args(arguments).status();
    assert!(status.unwrap().success(), "ip {arguments:?}");
}

#[test]
#[ignore = "run by the test above, in a network namespace of its own"]
fn in_a_network_of_its_own() {
    let service = Service::start();
    let (before, given_up, control) = (service.draft("before"), service.draft("given up"), service.draft("control"));

    // A connection of the library that stands, and one of a client that gives up as any other does: by closing.
    let mut driver = Driver::start(compile("cc", &C99, "driver.c"));
    driver
        .set("base_url", service.emulator.base_url())
        .set("token", "user-token")
        .set("verify", "0")
        .set("id", &before);
    assert_eq!(driver.send().get("status"), "GRAPH_OK");
    let mut other = TcpStream::connect((THERE, service.emulator.port())).unwrap();

    service.link("down");
    let down = Instant::now();
    driver.set("id", &given_up).set("call_timeout_ms", "500");
    let answer = driver.send();
    assert_eq!((answer.get("status"), answer.get("attempts")), ("GRAPH_UNKNOWN", "1"), "{answer:?}");
    let path = control.replace('=', "%3D");
    let request = format!(
        "POST /v1.0/me/messages/{path}/send HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer user-token\r\nContent-Length: 0\r\n\r\n"
    );
    other.write_all(request.as_bytes()).unwrap();
    drop(other);
    thread::sleep(OUTAGE.saturating_sub(down.elapsed()));
    assert_eq!(service.sent(), ["before"]);

    service.link("up");
    let up = Instant::now();
    while service.sent().len() < 2 && up.elapsed() < AFTER_IT {
        thread::sleep(Duration::from_millis(100));
    }
    // The control shows that what the kernel keeps does arrive; whatever else it keeps has as long again.
    thread::sleep(up.elapsed() + Duration::from_secs(1));
    assert_eq!(service.sent(), ["before", "control"]);
    driver.finish();
}

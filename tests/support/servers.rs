//! Real servers on loopback, started for one test and ended with it: nginx, tinyproxy, squid and microsocks.

use std::cell::Cell;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};

use super::{scratch, tool};

/// Longer than any server takes to start, or to write a line of its log.
const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until something holds; that it never does fails the test.
pub fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < PATIENCE, "waited in vain: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// A port that nothing listens on, and that no other test of this process was given.
pub fn free_port() -> u16 {
    static GIVEN: OnceLock<Mutex<HashSet<u16>>> = OnceLock::new();
    loop {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        if GIVEN.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner).insert(port) {
            return port;
        }
    }
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned()
}

/// A running server program with a folder of its own.
struct Server {
    child: Child,
    dir: PathBuf,
    ports: [u16; 2],
}

/// What starts a server, and what tells that it listens.
type Start = (Command, Box<dyn Fn() -> bool>);

impl Server {
    /// Starts a server on free ports. Between the choice of a port and its use another program may take it: the server
    /// ends then, and gets others.
    fn start(folder: impl Fn() -> PathBuf, prepare: impl Fn(&Path, [u16; 2]) -> Start) -> Server {
        let mut said = String::new();
        for _ in 0..5 {
            let (dir, ports) = (folder(), [free_port(), free_port()]);
            fs::create_dir_all(&dir).unwrap();
            let (mut command, ready) = prepare(&dir, ports);
            let output = File::create(dir.join("output")).unwrap();
            command.stdin(Stdio::null()).stdout(output.try_clone().unwrap()).stderr(output);
            let mut server = Server { child: command.spawn().unwrap(), dir, ports };
            let began = Instant::now();
            while server.child.try_wait().unwrap().is_none() && began.elapsed() < PATIENCE {
                if ready() {
                    return server;
                }
                thread::sleep(Duration::from_millis(5));
            }
            said = format!("{command:?}: {}{}", read(&server.dir.join("output")), read(&server.dir.join("error.log")));
        }
        panic!("the server does not start: {said}");
    }

    fn file(&self, name: &str) -> String {
        read(&self.dir.join(name))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.dir);
        // squid leaves its shared memory behind when it is killed.
        let leftover = format!("{}-", service_name(self.ports[0]));
        for entry in fs::read_dir("/dev/shm").into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(&leftover) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// Keeps one squid's shared memory apart from another's.
fn service_name(port: u16) -> String {
    format!("graphmessage{port}")
}

/// A certificate and its key, as PEM files.
pub struct Identity {
    /// The certificate.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

/// The certificates of the tests.
pub struct Certificates {
    /// The certificate authority of all but `self_signed`.
    pub ca: PathBuf,
    /// An authority that signed nothing.
    pub other_ca: PathBuf,
    /// For localhost, graph.test and 127.0.0.1.
    pub good: Identity,
    /// For another host.
    pub wrong_name: Identity,
    /// For localhost and 127.0.0.1, until 2001.
    pub expired: Identity,
    /// For localhost and 127.0.0.1, with a critical extension that nobody knows.
    pub critical: Identity,
    /// For localhost and 127.0.0.1, signed by itself.
    pub self_signed: Identity,
}

/// Makes the certificates, once.
pub fn certificates() -> &'static Certificates {
    static MADE: OnceLock<Certificates> = OnceLock::new();
    MADE.get_or_init(|| {
        let dir = scratch("certificates");
        fs::create_dir_all(&dir).unwrap();
        let (ca, issuer) = authority(&dir, "ca");
        let (other_ca, _) = authority(&dir, "other-ca");
        let names = ["localhost", "127.0.0.1"];
        let mut expired = leaf(&names);
        (expired.not_before, expired.not_after) = (date_time_ymd(2000, 1, 1), date_time_ymd(2001, 1, 1));
        let mut critical = leaf(&names);
        let mut extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 32473, 1], vec![0x05, 0x00]);
        extension.set_criticality(true);
        critical.custom_extensions.push(extension);
        Certificates {
            critical: signed(&dir, "critical", &critical, Some(&issuer)),
            good: signed(&dir, "good", &leaf(&["localhost", "graph.test", "127.0.0.1"]), Some(&issuer)),
            wrong_name: signed(&dir, "wrong-name", &leaf(&["elsewhere.test"]), Some(&issuer)),
            expired: signed(&dir, "expired", &expired, Some(&issuer)),
            self_signed: signed(&dir, "self-signed", &leaf(&names), None),
            ca,
            other_ca,
        }
    })
}

fn authority(dir: &Path, name: &str) -> (PathBuf, Issuer<'static, KeyPair>) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate().unwrap();
    let file = dir.join(name).with_extension("pem");
    fs::write(&file, params.self_signed(&key).unwrap().pem()).unwrap();
    (file, Issuer::new(params, key))
}

fn leaf(names: &[&str]) -> CertificateParams {
    let mut params = CertificateParams::new(names.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap();
    // Not the host's name: Debian's ssl-cert package puts a certificate of that name into the system's store.
    params.distinguished_name.push(DnType::CommonName, "graph-message test");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

fn signed(dir: &Path, name: &str, params: &CertificateParams, by: Option<&Issuer<'static, KeyPair>>) -> Identity {
    let key = KeyPair::generate().unwrap();
    let certificate = match by {
        Some(issuer) => params.signed_by(&key, issuer),
        None => params.self_signed(&key),
    };
    let identity =
        Identity { certificate: dir.join(name).with_extension("pem"), key: dir.join(name).with_extension("key") };
    fs::write(&identity.certificate, certificate.unwrap().pem()).unwrap();
    fs::write(&identity.key, key.serialize_pem()).unwrap();
    identity
}

/// nginx, which answers a POST as Graph answers a send.
pub struct Nginx {
    server: Server,
    asked: Cell<u64>,
}

impl Nginx {
    /// Plain http.
    pub fn plain() -> Nginx {
        Nginx::start("", String::new())
    }

    /// https with further directives, such as `ssl_protocols TLSv1.3;`.
    pub fn tls(identity: &Identity, directives: &str) -> Nginx {
        let (certificate, key) = (identity.certificate.display(), identity.key.display());
        let own = format!("ssl_certificate \"{certificate}\"; ssl_certificate_key \"{key}\"; {directives}");
        Nginx::start("ssl", own)
    }

    /// https with the good certificate.
    pub fn good() -> Nginx {
        Nginx::tls(&certificates().good, "")
    }

    fn start(listen: &str, directives: String) -> Nginx {
        let server = Server::start(
            || scratch("nginx"),
            |dir, [port, status_port]| {
                let d = dir.display();
                // One process, that of the caller: nothing is left behind when it is killed, and root needs no other user.
                let config = format!(
                    r#"daemon off; master_process off; pid "{d}/pid"; error_log "{d}/error.log" info;
events {{ worker_connections 512; }}
http {{
    client_body_temp_path "{d}/body"; proxy_temp_path "{d}/proxy"; fastcgi_temp_path "{d}/fastcgi";
    uwsgi_temp_path "{d}/uwsgi"; scgi_temp_path "{d}/scgi";
    ssl_protocols TLSv1.2 TLSv1.3;
    log_format connections "$connection $status $ssl_protocol $ssl_session_reused $request_method $request_uri";
    server {{
        listen 127.0.0.1:{port} {listen};
        access_log "{d}/access.log" connections;
        {directives}
        location / {{
            if ($request_method != POST) {{ return 405; }}
            add_header request-id $request_id always;
            return 202;
        }}
    }}
    server {{
        listen 127.0.0.1:{status_port};
        access_log off;
        location / {{ stub_status; }}
    }}
}}
"#
                );
                let file = dir.join("nginx.conf");
                fs::write(&file, config).unwrap();
                let mut command = Command::new(tool("nginx"));
                command.arg("-p").arg(dir).arg("-e").arg(dir.join("error.log")).arg("-c").arg(file);
                // It is written when every port is bound.
                let pid = dir.join("pid");
                (command, Box::new(move || pid.exists()))
            },
        );
        Nginx { server, asked: Cell::new(0) }
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.server.ports[0]
    }

    /// A service root on it.
    pub fn url(&self, scheme_and_host: &str) -> String {
        format!("{scheme_and_host}:{}/v1.0", self.port())
    }

    /// How many connections it accepted, as it counts them itself.
    pub fn connections(&self) -> u64 {
        let mut stream = TcpStream::connect(("127.0.0.1", self.server.ports[1])).unwrap();
        self.asked.set(self.asked.get() + 1);
        stream.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
        let mut status = String::new();
        stream.read_to_string(&mut status).unwrap();
        let numbers = status.lines().skip_while(|line| !line.starts_with("server accepts")).nth(1).unwrap();
        numbers.split_whitespace().next().unwrap().parse::<u64>().unwrap() - self.asked.get()
    }

    /// The requests it answered, once there are so many: connection, status, protocol, `r` where the TLS session was
    /// resumed and `.` where not, method, path.
    pub fn requests(&self, count: usize) -> Vec<Vec<String>> {
        let lines = || self.server.file("access.log").lines().map(str::to_owned).collect::<Vec<_>>();
        wait_until("nginx logs its requests", || lines().len() >= count);
        let lines = lines();
        assert_eq!(lines.len(), count, "{lines:?}");
        lines.iter().map(|line| line.split(' ').map(str::to_owned).collect()).collect()
    }

    /// All it wrote.
    pub fn text(&self) -> String {
        ["access.log", "error.log", "output"].map(|name| self.server.file(name)).concat()
    }
}

/// A proxy, and what it writes of the connections that it makes.
pub struct ProxyServer {
    server: Server,
    log: &'static str,
    mark: &'static str,
}

impl ProxyServer {
    /// tinyproxy with further directives, such as `BasicAuth user password`.
    pub fn tinyproxy(directives: &str) -> ProxyServer {
        let server = Server::start(
            || scratch("tinyproxy"),
            |dir, [port, _]| {
                let (file, log) = (dir.join("tinyproxy.conf"), dir.join("log"));
                let config = format!(
                    "Port {port}\nListen 127.0.0.1\nTimeout 30\nMaxClients 50\nAllow 127.0.0.1\nLogLevel Info\n\
                     LogFile \"{}\"\n{directives}\n",
                    log.display()
                );
                fs::write(&file, config).unwrap();
                let mut command = Command::new(tool("tinyproxy"));
                command.arg("-d").arg("-c").arg(file);
                (command, Box::new(move || read(&log).contains("Accepting connections")))
            },
        );
        ProxyServer { server, log: "log", mark: ": CONNECT " }
    }

    /// squid, over TLS where it is given an identity; it resolves graph.test to this machine. `rules`, made in its folder,
    /// decide what it allows.
    pub fn squid(identity: Option<&Identity>, rules: impl Fn(&Path) -> String) -> ProxyServer {
        let server = Server::start(public_folder, |dir, [port, _]| {
            let (d, file, log) = (dir.display(), dir.join("squid.conf"), dir.join("cache.log"));
            fs::write(dir.join("hosts"), "127.0.0.1 localhost graph.test\n").unwrap();
            let listen = identity.map_or(format!("http_port 127.0.0.1:{port}"), |identity| {
                let (certificate, key) = (dir.join("certificate.pem"), dir.join("key.pem"));
                fs::copy(&identity.certificate, &certificate).unwrap();
                fs::copy(&identity.key, &key).unwrap();
                let (certificate, key) = (certificate.display(), key.display());
                format!("https_port 127.0.0.1:{port} tls-cert={certificate} tls-key={key}")
            });
            let rules = rules(dir);
            // squid asks the system's name servers for nothing: every name is in its hosts file.
            let config = format!(
                "{listen}\n{rules}\npid_filename none\ncache_log {d}/cache.log\naccess_log stdio:{d}/access.log\n\
                 hosts_file {d}/hosts\ncoredump_dir {d}\ncache deny all\nmemory_cache_shared off\npinger_enable off\n\
                 visible_hostname localhost\nshutdown_lifetime 0 seconds\nnetdb_filename none\n\
                 max_filedescriptors 1024\ndns_nameservers 127.0.0.1\n"
            );
            fs::write(&file, config).unwrap();
            let mut command = Command::new(tool("squid"));
            command.arg("-N").arg("-n").arg(service_name(port)).arg("-f").arg(file);
            // Both http_port and https_port say so, each in its own words.
            (command, Box::new(move || read(&log).contains("Socket connections at")))
        });
        ProxyServer { server, log: "access.log", mark: " CONNECT " }
    }

    /// microsocks, with a name and password if wanted.
    pub fn microsocks(login: Option<(&str, &str)>) -> ProxyServer {
        let server = Server::start(
            || scratch("microsocks"),
            |_, [port, _]| {
                let mut command = Command::new(tool("microsocks"));
                command.args(["-i", "127.0.0.1", "-p", &port.to_string()]);
                if let Some((user, password)) = login {
                    command.args(["-u", user, "-P", password]);
                }
                (command, Box::new(move || TcpStream::connect(("127.0.0.1", port)).is_ok()))
            },
        );
        ProxyServer { server, log: "output", mark: ": connected to " }
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.server.ports[0]
    }

    /// Its URL, with `user:password@` or nothing before the host.
    pub fn url(&self, scheme: &str, login: &str) -> String {
        format!("{scheme}://{login}127.0.0.1:{}", self.port())
    }

    /// How many connections it was asked for so far; squid counts one when it has ended.
    pub fn tunnels(&self) -> usize {
        self.server.file(self.log).lines().filter(|line| line.contains(self.mark)).count()
    }

    /// All it wrote.
    pub fn text(&self) -> String {
        ["log", "access.log", "cache.log", "output"].map(|name| self.server.file(name)).concat()
    }
}

/// A folder that everybody may use: squid, started by root, becomes another user, who may not enter the build folder.
fn public_folder() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let dir = std::env::temp_dir().join(format!("graph-message-{}-{number}", std::process::id()));
    fs::create_dir_all(&dir).unwrap();
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o777)).unwrap();
    dir
}

/// A program that starts and ends at once, for its answer: all it printed.
pub fn output_of(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A peer that the test plays itself, for what no real server does: each connection gets a thread.
pub struct Peer {
    port: u16,
    came_from: Arc<Mutex<Vec<SocketAddr>>>,
}

impl Peer {
    /// Plays `part` on every connection, until the test process ends.
    pub fn new(part: fn(&mut TcpStream)) -> Peer {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let came_from = Arc::new(Mutex::new(Vec::new()));
        let list = Arc::clone(&came_from);
        thread::spawn(move || {
            loop {
                let (mut stream, from) = listener.accept().unwrap();
                list.lock().unwrap().push(from);
                thread::spawn(move || part(&mut stream));
            }
        });
        Peer { port, came_from }
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How many connections came. Connections are accepted in their order, so once one made here was, all before it were.
    pub fn connections(&self) -> usize {
        let own = TcpStream::connect(("127.0.0.1", self.port)).unwrap().local_addr().unwrap();
        wait_until("the connection is accepted", || self.came_from.lock().unwrap().contains(&own));
        let mut came_from = self.came_from.lock().unwrap();
        came_from.retain(|from| *from != own);
        came_from.len()
    }
}

/// Reads the head of a request.
pub fn read_head(stream: &mut TcpStream) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n > 0) {
        head.push(byte[0]);
    }
}

/// Keeps a connection open until the other side goes.
pub fn hold(stream: &mut TcpStream) {
    let mut bytes = [0; 4096];
    while stream.read(&mut bytes).is_ok_and(|n| n > 0) {}
}

//! What several tests need: the shared library, a C compiler, and the C driver of the case table.

#![allow(dead_code)]

pub mod servers;

pub mod http;

pub mod pace;

pub mod programs;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// The root of the project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text of the C header.
pub fn c_header() -> String {
    std::fs::read_to_string(root().join("include/graph_message.h")).unwrap()
}

/// The folder with the shared library that was built along with this test, also under its soname, which is what a program
/// linked with it asks for.
pub fn library_dir() -> PathBuf {
    static DIR: OnceLock<PathBuf> = OnceLock::new();
    DIR.get_or_init(|| {
        let test = std::env::current_exe().unwrap();
        let dir = test.parent().unwrap().to_path_buf();
        let library = dir.join("libgraph_message.so");
        assert!(library.exists(), "no shared library in {}", dir.display());
        match std::os::unix::fs::symlink("libgraph_message.so", dir.join(soname(&library))) {
            // Another test, or an earlier run.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => (),
            made => made.unwrap(),
        }
        dir
    })
    .clone()
}

/// The soname of a shared library.
pub fn soname(library: &Path) -> String {
    let output = Command::new(tool("readelf")).args(["-W", "-d"]).arg(library).env("LC_ALL", "C").output().unwrap();
    let dynamic = String::from_utf8(output.stdout).unwrap();
    let line = dynamic.lines().find(|line| line.contains("(SONAME)")).expect("the library has no soname");
    line.split_once('[').unwrap().1.trim_end_matches(']').to_owned()
}

/// A fresh path for something that a test makes.
pub fn scratch(name: &str) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{number}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    dir.join(name)
}

/// Where a tool is; a tool that is missing fails the test, because `tests/gate/run` installs every one of them.
pub fn tool(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin"].map(PathBuf::from))
        .map(|dir| dir.join(name))
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("{name} is not installed: run tests/gate/run, which installs what the tests need"))
}

/// What `GRAPH_CFLAGS` adds to every compilation: `tests/gate/memory` names the sanitizer there that the library was built with.
pub fn sanitizer() -> Vec<String> {
    let flags = std::env::var("GRAPH_CFLAGS").unwrap_or_default();
    flags.split_whitespace().map(str::to_owned).collect()
}

/// Compiles a program of `tests/c` and links it with the shared library.
pub fn compile(compiler: &str, flags: &[&str], source: &str) -> PathBuf {
    let program = scratch(source.rsplit('/').next().unwrap().split('.').next().unwrap());
    let source = root().join("tests/c").join(source);
    let output = Command::new(tool(compiler))
        .args(flags)
        .args(sanitizer())
        .arg("-I")
        .arg(root().join("include"))
        .arg(&source)
        .arg("-o")
        .arg(&program)
        .arg("-L")
        .arg(library_dir())
        .arg(format!("-Wl,-rpath,{}", library_dir().display()))
        // As RPATH, which LD_LIBRARY_PATH does not override: cargo names a folder there that may hold an earlier build.
        .arg("-Wl,--disable-new-dtags")
        .args(["-lgraph_message", "-lpthread", "-ldl"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{compiler} {}: {said}", source.display());
    program
}

/// Strict C99, as the oldest programs that use the library are compiled.
pub const C99: [&str; 8] =
    ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-g", "-O1", "-D_POSIX_C_SOURCE=200809L"];

/// Strict C++11, from the same sources.
pub const CXX11: [&str; 9] = ["-x", "c++", "-std=c++11", "-pedantic", "-Wall", "-Wextra", "-Werror", "-g", "-O1"];

/// Strict C++17 with the C++ header, for the programs of `bindings/cpp`.
pub const CXX17: [&str; 10] = [
    "-std=c++17",
    "-pedantic",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-Wconversion",
    "-Wshadow",
    "-g",
    "-O1",
    "-Ibindings/cpp",
];

/// What one call of a driver printed.
#[derive(Debug)]
pub struct Answer(BTreeMap<String, String>, Vec<String>);

impl Answer {
    /// One result by its name; empty where the driver did not print it.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// One result as a number.
    pub fn number(&self, name: &str) -> i64 {
        self.get(name).parse().unwrap_or_else(|_| panic!("{name} is no number in {self:?}"))
    }

    /// The log lines.
    pub fn log(&self) -> &[String] {
        &self.1
    }

    /// Everything, for a search in it.
    pub fn text(&self) -> String {
        format!("{:?}", self)
    }
}

/// A running driver: a program in some language that calls the shared library as it is told.
pub struct Driver {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Driver {
    /// Starts a driver.
    pub fn start(program: impl AsRef<OsStr>) -> Driver {
        Driver::start_command(&mut Command::new(program))
    }

    /// The command that `GRAPH_DRIVER` names, if it is set: a driver that this test does not build itself.
    pub fn named() -> Option<Command> {
        let named = std::env::var("GRAPH_DRIVER").ok()?;
        let mut command = Command::new("sh");
        command.args(["-c", &format!("exec {named}")]);
        Some(command)
    }

    /// Starts a driver that needs arguments or an environment.
    pub fn start_command(command: &mut Command) -> Driver {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let input = child.stdin.take();
        Driver { child, input, output }
    }

    /// Sets an option or an argument; bytes that a line cannot hold are escaped.
    pub fn set(&mut self, name: &str, value: impl AsRef<[u8]>) -> &mut Driver {
        let mut line = format!("{name} ").into_bytes();
        for &byte in value.as_ref() {
            match byte {
                b'\\' | 0..=31 | 127..=255 => line.extend(format!("\\x{byte:02x}").bytes()),
                _ => line.push(byte),
            }
        }
        line.push(b'\n');
        self.input.as_mut().unwrap().write_all(&line).unwrap();
        self
    }

    /// Sends.
    pub fn send(&mut self) -> Answer {
        self.call("send")
    }

    /// Sends a draft that no call before was about, to a server that knows no drafts: nothing is looked at.
    pub fn send_another(&mut self) -> Answer {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        self.set("id", format!("AAMkAGI{number}=")).send()
    }

    /// Makes the call: "send" or "check".
    pub fn call(&mut self, name: &str) -> Answer {
        self.input.as_mut().unwrap().write_all(format!("{name}\n").as_bytes()).unwrap();
        let (mut results, mut log) = (BTreeMap::new(), Vec::new());
        loop {
            let mut line = String::new();
            let read = self.output.read_line(&mut line).unwrap();
            assert!(read > 0, "the driver ended in the middle of an answer: {:?}", self.child.wait());
            match line.trim_end_matches('\n') {
                "" => return Answer(results, log),
                line => match line.split_once('=').unwrap_or_else(|| panic!("driver said {line:?}")) {
                    ("log", line) => log.push(line.to_owned()),
                    (name, value) => {
                        assert!(results.insert(name.to_owned(), value.to_owned()).is_none(), "{name} twice")
                    }
                },
            }
        }
    }

    /// Lets it end; it must end well.
    pub fn finish(mut self) {
        drop(self.input.take());
        assert!(self.child.wait().unwrap().success(), "the driver failed");
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! The C API as C and C++ programs meet it: each program of `tests/c` is compiled in both languages without a warning,
//! runs against the emulator, and runs again under valgrind.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod support;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use graph_emulator::{Config, Emulator, Seen};
use serde_json::json;
use support::{C99, CXX11, compile, library_dir, root, scratch, tool};

const MAILBOX: &str = "megan@contoso.example";
const TOKEN: &str = "user-token";

const COMPILERS: [(&str, &[&str]); 2] = [("gcc", &C99), ("g++", &CXX11)];

/// A program in both languages.
fn both(source: &str) -> [PathBuf; 2] {
    COMPILERS.map(|(compiler, flags)| compile(compiler, flags, source))
}

/// A program in both languages with libraries of its own choice.
fn both_linked_with(source: &str, libraries: &[&OsStr]) -> [PathBuf; 2] {
    COMPILERS.map(|(compiler, flags)| {
        let program = scratch(source.trim_end_matches(".c"));
        let source = root().join("tests/c").join(source);
        let mut command = Command::new(tool(compiler));
        command.args(flags).arg("-I").arg(root().join("include")).arg(source).args(["-x", "none"]);
        let output = command.args(libraries).arg("-o").arg(&program).output().unwrap();
        assert!(output.status.success(), "{compiler}: {}", String::from_utf8_lossy(&output.stderr));
        program
    })
}

/// An emulator without a limit on concurrent requests, and arguments that point to it.
struct Server(Emulator);

impl Server {
    fn start() -> Server {
        let emulator = Emulator::start(Config::default()).unwrap();
        emulator.settings(&json!({"concurrency": 0})).unwrap();
        Server(emulator)
    }

    fn draft(&self) -> String {
        let to = json!([{"emailAddress": {"address": "adele@fabrikam.example"}}]);
        self.0.create_draft(MAILBOX, &json!({"subject": "Hello", "toRecipients": to})).unwrap()
    }

    /// The internetMessageId of a draft.
    fn message_id(&self, id: &str) -> String {
        let draft = self.0.message(MAILBOX, id).unwrap().unwrap();
        draft["internetMessageId"].as_str().unwrap().to_owned()
    }

    fn drafts(&self, count: usize) -> Vec<String> {
        (0..count).map(|_| self.draft()).collect()
    }

    /// That each of these drafts left as one mail, and nothing else did.
    fn sent_once(&self, drafts: &[String]) {
        let mut mails: Vec<String> = self.0.mails().into_iter().map(|mail| mail.draft_id).collect();
        assert_eq!(mails.len(), drafts.len());
        mails.sort();
        let mut drafts = drafts.to_vec();
        drafts.sort();
        assert_eq!(mails, drafts);
    }

    /// The request that sent a draft.
    fn request_for(&self, draft: &str) -> Seen {
        let segment: String = draft
            .bytes()
            .map(|b| match b {
                b'-' | b'.' | b'_' | b'~' => char::from(b).to_string(),
                b if b.is_ascii_alphanumeric() => char::from(b).to_string(),
                b => format!("%{b:02X}"),
            })
            .collect();
        let mut seen = self.0.journal().into_iter().filter(|seen| seen.path.contains(&segment));
        let request = seen.next().expect("a request for the draft");
        assert!(seen.next().is_none(), "more than one request for the draft");
        request
    }
}

fn file_of(lines: &[String]) -> PathBuf {
    let path = scratch("drafts");
    fs::write(&path, lines.join("\n") + "\n").unwrap();
    path
}

/// A way to run a program.
type Start = fn(&Path, &[&str]) -> String;

/// Runs a program; it must end well and, but for what it prints on purpose, in silence.
fn run(program: &Path, arguments: &[&str]) -> String {
    ended(program, Command::new(program).args(arguments).stdin(Stdio::null()).output().unwrap())
}

fn ended(program: &Path, output: Output) -> String {
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let ok = output.status.success() && complained.is_empty();
    assert!(ok, "{} ended with {}:\n{said}{complained}", program.display(), output.status);
    said.into_owned()
}

/// Runs a program under valgrind: no access out of place, and nothing lost.
fn valgrind(program: &Path, arguments: &[&str]) -> String {
    under_valgrind(program, arguments, "full")
}

/// The same where a process forks while it has threads: the child loses what the stacks of those threads held, as any
/// child does, so nothing can be said of leaks.
fn valgrind_but_leaks(program: &Path, arguments: &[&str]) -> String {
    under_valgrind(program, arguments, "no")
}

/// The report goes to a file of its own: what reaches stderr is the program's.
fn under_valgrind(program: &Path, arguments: &[&str], leak_check: &str) -> String {
    let report = scratch("valgrind");
    let output = Command::new(tool("valgrind"))
        .args(["--error-exitcode=99", "--errors-for-leak-kinds=definite", "--show-leak-kinds=definite"])
        .args(["--num-callers=30", "--fair-sched=yes"])
        .arg(format!("--leak-check={leak_check}"))
        .arg(format!("--log-file={}.%p", report.display()))
        .arg(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let name = program.file_name().unwrap().to_string_lossy();
    let prefix = format!("{}.", report.file_name().unwrap().to_string_lossy());
    let mut reports = 0;
    for entry in fs::read_dir(report.parent().unwrap()).unwrap() {
        let entry = entry.unwrap();
        if !entry.file_name().to_string_lossy().starts_with(&prefix) {
            continue;
        }
        let text = fs::read_to_string(entry.path()).unwrap();
        let summary = ["definitely lost:", "still reachable:", "no leaks are possible", "ERROR SUMMARY:"];
        for line in text.lines().filter(|line| summary.iter().any(|what| line.contains(what))) {
            println!("{name} {line}");
        }
        let complained = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name} ended with {}: {complained}\n{text}", output.status);
        assert!(text.contains("ERROR SUMMARY: 0 errors"), "{name}:\n{text}");
        reports += 1;
    }
    assert!(reports > 0, "valgrind wrote no report");
    ended(program, output)
}

#[test]
fn every_program_is_run() {
    let here = fs::read_to_string(root().join("tests/c_programs.rs")).unwrap();
    let elsewhere = BTreeSet::from(["driver.c", "many.c", "slow_resolver.c"]);
    for entry in fs::read_dir(root().join("tests/c")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let run = !name.ends_with(".c") || elsewhere.contains(&*name) || here.contains(&format!("\"{name}\""));
        assert!(run, "nothing runs tests/c/{name}");
    }
}

#[test]
fn without_a_server() {
    for source in ["header.c", "values.c", "nulls.c", "utf8.c", "one_call.c"] {
        for program in both(source) {
            assert_eq!(run(&program, &[]), "");
            assert_eq!(valgrind(&program, &[]), "");
        }
    }
}

fn basic(programs: [PathBuf; 2]) {
    let server = Server::start();
    let mut drafts = Vec::new();
    for program in programs {
        for start in [run as Start, valgrind] {
            drafts.push(server.draft());
            let id = drafts.last().unwrap();
            let message_id = server.message_id(id);
            assert_eq!(start(&program, &[&server.0.base_url(), TOKEN, MAILBOX, id, &message_id]), "");
        }
    }
    server.sent_once(&drafts);
    assert!(server.0.journal().iter().all(|seen| {
        let user_agent = seen.user_agent.as_deref().unwrap_or_default();
        user_agent.starts_with("basic/1.0 ") && seen.token.as_deref() == Some(TOKEN)
    }));
}

#[test]
fn a_client_and_its_accessors() {
    basic(both("basic.c"));
}

#[test]
fn linked_statically() {
    let archive = library_dir().join("libgraph_message.a");
    // What rustc names with --print native-static-libs.
    let system = ["-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm", "-ldl", "-lc"].map(OsStr::new);
    let mut libraries = vec![archive.as_os_str()];
    libraries.extend(system);
    let programs = both_linked_with("basic.c", &libraries);
    for program in &programs {
        let output = Command::new(tool("readelf")).arg("-d").arg(program).output().unwrap();
        assert!(!String::from_utf8_lossy(&output.stdout).contains("graph_message"));
    }
    basic(programs);
}

#[test]
fn the_shared_client() {
    let server = Server::start();
    let mut drafts = Vec::new();
    for program in both("one_call.c") {
        for start in [run as Start, valgrind] {
            drafts.push(server.draft());
            assert_eq!(start(&program, &[&server.0.base_url(), TOKEN, drafts.last().unwrap()]), "");
        }
    }
    server.sent_once(&drafts);
}

#[test]
fn many_threads_on_one_client() {
    for program in both("threads.c") {
        for (start, threads, each) in [(run as Start, 32, 20), (valgrind, 8, 3)] {
            let server = Server::start();
            let drafts = server.drafts(threads * each);
            let ids = file_of(&drafts);
            let arguments = [&server.0.base_url(), TOKEN, ids.to_str().unwrap(), &threads.to_string()];
            assert_eq!(start(&program, &arguments), "");
            server.sent_once(&drafts);
            let connections: BTreeSet<u64> = server.0.journal().iter().map(|seen| seen.connection).collect();
            println!("{threads} threads, {} mails, {} connections", drafts.len(), connections.len());
            assert!(connections.len() <= threads, "connections are not kept");
        }
    }
}

#[test]
fn cancelling() {
    for program in both("cancel.c") {
        for (start, threads, limit_ms) in [(run as Start, 32, "300"), (valgrind, 4, "1000")] {
            let server = Server::start();
            server.0.faults(&json!({"on": "send", "do": "hang", "times": threads + 2})).unwrap();
            let drafts = server.drafts(1);
            let arguments = [&server.0.base_url(), TOKEN, &drafts[0], &threads.to_string(), limit_ms];
            print!("{threads} threads: {}", start(&program, &arguments).replace('\n', "  "));
            println!();
            server.sent_once(&drafts);
        }
    }
}

#[test]
fn forking() {
    const ALONE: usize = 4;
    const PER_ROUND: usize = 25;
    for program in both("fork.c") {
        for (start, rounds) in [(run as Start, 50), (valgrind, 0), (valgrind_but_leaks, 2)] {
            let server = Server::start();
            let drafts = server.drafts(ALONE + rounds * PER_ROUND);
            let ids = file_of(&drafts);
            let arguments = [&server.0.base_url(), TOKEN, ids.to_str().unwrap(), &rounds.to_string()];
            assert_eq!(start(&program, &arguments), "");
            server.sent_once(&drafts);

            let connection = |index: usize| server.request_for(&drafts[index]).connection;
            let [parent, child, childs_own, parent_again] = [0, 1, 2, 3].map(connection);
            assert_eq!(parent, parent_again, "the parent lost its connection");
            assert_ne!(parent, child, "the child used its parent's connection");
            assert_ne!(parent, childs_own);
            assert_ne!(child, childs_own, "two clients shared a connection");

            let requests: Vec<(u64, usize)> =
                (0..rounds).map(|round| ALONE + (round + 1) * PER_ROUND - 1).map(|i| (connection(i), i)).collect();
            for (used, index) in requests {
                let also = server.0.journal().iter().filter(|seen| seen.connection == used).count();
                assert_eq!(also, 1, "the child that sent draft {index} shared a connection");
            }
        }
    }
}

#[test]
fn loaded_at_run_time() {
    let library = library_dir().join("libgraph_message.so");
    let symbols = root().join("tests/abi/symbols.txt");
    for program in both_linked_with("dlopen.c", &["-lpthread", "-ldl"].map(OsStr::new)) {
        for (start, rounds) in [(run as Start, 20), (valgrind, 2)] {
            let server = Server::start();
            let drafts = server.drafts(rounds);
            let ids = file_of(&drafts);
            let paths = [&library, &symbols, &ids].map(|path| path.to_str().unwrap());
            assert_eq!(start(&program, &[paths[0], paths[1], &server.0.base_url(), TOKEN, paths[2]]), "");
            server.sent_once(&drafts);
        }
    }
}

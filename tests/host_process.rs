//! What the library does to the process it runs in, as the operating system sees it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use graph_emulator::{Config, Emulator};
use serde_json::json;
use support::{C99, compile, scratch, tool};

const MAILBOX: &str = "megan@contoso.example";
const TOKEN: &str = "user-token";

/// How many mails the traced program sends; the environment may ask for more.
fn count() -> usize {
    std::env::var("GRAPH_MESSAGE_SENDS").map_or(200, |count| count.parse().expect("GRAPH_MESSAGE_SENDS is a number"))
}

fn drafts(emulator: &Emulator, count: usize) -> Vec<String> {
    let to = json!([{"emailAddress": {"address": "adele@fabrikam.example"}}]);
    let draft = json!({"subject": "Hello", "toRecipients": to});
    (0..count).map(|_| emulator.create_draft(MAILBOX, &draft).unwrap()).collect()
}

fn file_of(lines: &[String]) -> PathBuf {
    let path = scratch("drafts");
    fs::write(&path, lines.join("\n") + "\n").unwrap();
    path
}

/// Runs a program under strace and returns its system calls, one a line, those that were interrupted put together.
fn traced(program: &Path, arguments: &[&str]) -> Vec<String> {
    let trace = scratch("trace");
    let output = Command::new(tool("strace"))
        .args(["-f", "-yy", "-s", "256", "-o"])
        .arg(&trace)
        .arg(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(
        !complained.contains("ptrace") && !complained.contains("PTRACE"),
        "strace may not trace here; this test needs a container or machine that allows ptrace: {complained}"
    );
    assert!(output.status.success() && complained.is_empty(), "ended with {}: {complained}", output.status);
    let mut unfinished: BTreeMap<String, String> = BTreeMap::new();
    let mut calls = Vec::new();
    for line in fs::read_to_string(&trace).unwrap().lines() {
        let (process, call) = line.split_once(' ').expect("a process and a call");
        let call = call.trim_start();
        if let Some(start) = call.strip_suffix(" <unfinished ...>") {
            unfinished.insert(process.to_owned(), start.to_owned());
        } else if let Some((_, end)) = call.strip_prefix("<... ").and_then(|call| call.split_once(" resumed>")) {
            calls.push(unfinished.remove(process).unwrap_or_default() + end);
        } else {
            calls.push(call.to_owned());
        }
    }
    calls
}

fn name(call: &str) -> &str {
    call.split('(').next().unwrap_or_default()
}

/// A call that makes a thread or a process.
fn makes_a_thread(call: &str) -> bool {
    ["clone", "clone3", "fork", "vfork"].contains(&name(call))
}

/// A call that opens anything at all.
fn opens(call: &str) -> bool {
    ["open", "openat", "openat2", "socket", "connect"].contains(&name(call))
}

fn is_tcp_connect_to(call: &str, port: u16) -> bool {
    name(call) == "connect" && call.contains("<TCP") && call.contains(&format!("htons({port})"))
}

#[test]
fn after_the_first_send_nothing_but_sends() {
    let count = count();
    assert!(count > 1);
    let emulator = Emulator::start(Config::default()).unwrap();
    let (port, drafts) = (emulator.port(), drafts(&emulator, count));
    let ids = file_of(&drafts);
    let base_url = format!("http://localhost:{port}/v1.0");
    let calls = traced(&compile("gcc", &C99, "many.c"), &[&base_url, TOKEN, ids.to_str().unwrap()]);
    assert_eq!(emulator.mails().len(), count);

    let says = |what: String| {
        let found = calls.iter().position(|call| name(call) == "write" && call.contains(&format!("\"{what}\\n\"")));
        found.unwrap_or_else(|| panic!("the trace does not show the line {what:?}"))
    };
    let (first, last) = (says("sent 1".to_owned()), says(format!("sent {count}")));
    let (before, after) = (&calls[..first], &calls[first..]);
    let matching = |calls: &[String], is: &dyn Fn(&str) -> bool| {
        calls.iter().filter(|call| is(call)).cloned().collect::<Vec<String>>()
    };

    // The trace would show a look-up and a helper for it, were there any later: the first send has them.
    assert_eq!(matching(before, &makes_a_thread).len(), 1, "one helper looks the name up");
    assert!(matching(before, &opens).iter().any(|call| call.contains("/etc/hosts")), "no look-up was seen");

    assert_eq!(matching(after, &makes_a_thread), [""; 0]);
    assert_eq!(matching(after, &opens), [""; 0]);
    let is_connect = |call: &str| is_tcp_connect_to(call, port);
    let connects = matching(&calls, &|call| is_connect(call) && !call.contains("ECONNREFUSED"));
    // The emulator listens on 127.0.0.1; localhost may be ::1 as well, where nobody listens.
    let to_emulator: Vec<&String> = connects.iter().filter(|call| call.contains("AF_INET,")).collect();
    assert_eq!(to_emulator.len(), 1, "{connects:#?}");

    let connections: BTreeSet<u64> = emulator.journal().iter().map(|seen| seen.connection).collect();
    assert_eq!(connections.len(), 1);

    let mut each: BTreeMap<&str, usize> = BTreeMap::new();
    for call in &calls[first + 1..last] {
        *each.entry(name(call)).or_default() += 1;
    }
    println!("{count} sends: {} TCP connect, {} system calls before the end of the first", to_emulator.len(), first);
    println!("system calls of the {} sends after it: {each:?}", count - 1);
}

/// Whatever goes wrong, the streams are the host program's own.
#[test]
fn nothing_on_stdout_or_stderr() {
    let emulator = Emulator::start(Config::default()).unwrap();
    let draft = &drafts(&emulator, 1)[0];
    let quiet = |source: &str, arguments: &[&str]| {
        let mut command = Command::new(compile("gcc", &C99, source));
        // What makes other libraries talk.
        command.env("RUST_LOG", "trace").env("RUST_BACKTRACE", "full").env("SSLKEYLOGFILE", scratch("keys"));
        let output = command.args(arguments).stdin(Stdio::null()).output().unwrap();
        let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{source}: {complained}");
        assert_eq!((&*said, &*complained), ("", ""), "{source}");
    };
    let message = emulator.message(MAILBOX, draft).unwrap().unwrap();
    let message_id = message["internetMessageId"].as_str().unwrap();
    quiet("basic.c", &[&emulator.base_url(), TOKEN, MAILBOX, draft, message_id]);
    quiet("nulls.c", &[]);
    quiet("one_call.c", &[]);
}

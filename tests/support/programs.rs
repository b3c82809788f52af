//! Compiled programs that send to the emulator: how they are run, plainly and under valgrind, and what must have left.

#![allow(clippy::print_stdout)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use graph_emulator::{Config, Emulator, Seen};
use serde_json::json;

use super::{sanitizer, scratch, tool};

pub const MAILBOX: &str = "megan@contoso.example";
pub const TOKEN: &str = "user-token";

/// An emulator without a limit on concurrent requests, and arguments that point to it.
pub struct Server(pub Emulator);

impl Server {
    pub fn start() -> Server {
        let emulator = Emulator::start(Config::default()).unwrap();
        emulator.settings(&json!({"concurrency": 0})).unwrap();
        Server(emulator)
    }

    pub fn draft(&self) -> String {
        let to = json!([{"emailAddress": {"address": "adele@fabrikam.example"}}]);
        self.0.create_draft(MAILBOX, &json!({"subject": "Hello", "toRecipients": to})).unwrap()
    }

    /// The internetMessageId of a draft.
    pub fn message_id(&self, id: &str) -> String {
        let draft = self.0.message(MAILBOX, id).unwrap().unwrap();
        draft["internetMessageId"].as_str().unwrap().to_owned()
    }

    pub fn drafts(&self, count: usize) -> Vec<String> {
        (0..count).map(|_| self.draft()).collect()
    }

    /// That each of these drafts left as one mail, and nothing else did.
    pub fn sent_once(&self, drafts: &[String]) {
        let mut mails: Vec<String> = self.0.mails().into_iter().map(|mail| mail.draft_id).collect();
        assert_eq!(mails.len(), drafts.len());
        mails.sort();
        let mut drafts = drafts.to_vec();
        drafts.sort();
        assert_eq!(mails, drafts);
    }

    /// The request that sent a draft.
    pub fn request_for(&self, draft: &str) -> Seen {
        let segment: String = draft
            .bytes()
            .map(|b| match b {
                b'-' | b'.' | b'_' | b'~' => char::from(b).to_string(),
                b if b.is_ascii_alphanumeric() => char::from(b).to_string(),
                b => format!("%{b:02X}"),
            })
            .collect();
        // On a busy machine an answer is late, and the message is looked at meanwhile.
        let is_send = |seen: &Seen| seen.method == "POST" && seen.path.contains(&segment);
        let mut seen = self.0.journal().into_iter().filter(is_send);
        let request = seen.next().expect("a request for the draft");
        assert!(seen.next().is_none(), "more than one request for the draft");
        request
    }
}

pub fn file_of(lines: &[String]) -> PathBuf {
    let path = scratch("drafts");
    fs::write(&path, lines.join("\n") + "\n").unwrap();
    path
}

/// A way to run a program.
pub type Start = fn(&Path, &[&str]) -> String;

/// Runs a program; it must end well and, but for what it prints on purpose, in silence.
pub fn run(program: &Path, arguments: &[&str]) -> String {
    ended(program, Command::new(program).args(arguments).stdin(Stdio::null()).output().unwrap())
}

fn ended(program: &Path, output: Output) -> String {
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let ok = output.status.success() && complained.is_empty();
    assert!(ok, "{} ended with {}:\n{said}{complained}", program.display(), output.status);
    said.into_owned()
}

/// Runs a program under valgrind: no access out of place, and nothing lost.
pub fn valgrind(program: &Path, arguments: &[&str]) -> String {
    under_valgrind(program, arguments, "full")
}

/// The same where a process forks while it has threads: the child loses what the stacks of those threads held, as any
/// child does, so nothing can be said of leaks.
pub fn valgrind_but_leaks(program: &Path, arguments: &[&str]) -> String {
    under_valgrind(program, arguments, "no")
}

/// The report goes to a file of its own: what reaches stderr is the program's.
fn under_valgrind(program: &Path, arguments: &[&str], leak_check: &str) -> String {
    // Of two that watch the same memory one is enough.
    if !sanitizer().is_empty() {
        return run(program, arguments);
    }
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

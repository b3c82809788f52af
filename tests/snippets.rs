//! Every C, C++ and Python snippet of every README is a whole program: `send TOKEN DRAFT-ID BASE-URL`. Each is compiled as it
//! stands there, and must send its draft; so must the example of every other language, and say so where it cannot.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use graph_emulator::{Config, Emulator};
use serde_json::json;
use support::{C99, CXX17, compile, root, scratch};

/// A block of a README, with the line it begins at.
struct Snippet {
    file: PathBuf,
    line: usize,
    text: String,
}

impl Snippet {
    fn name(&self) -> String {
        format!("{}:{}", self.file.display(), self.line)
    }
}

fn readmes(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && !name.starts_with('.') && !matches!(name, "target" | "node_modules") {
            readmes(&path, found);
        } else if name == "README.md" {
            found.push(path);
        }
    }
}

fn snippets(language: &str) -> Vec<Snippet> {
    let mut files = Vec::new();
    readmes(root(), &mut files);
    let mut found = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let mut open: Option<Snippet> = None;
        for (number, line) in text.lines().enumerate() {
            match &mut open {
                Some(snippet) if line == "```" => {
                    found.push(Snippet {
                        text: std::mem::take(&mut snippet.text),
                        file: file.clone(),
                        line: snippet.line,
                    });
                    open = None;
                }
                Some(snippet) => snippet.text += &format!("{line}\n"),
                None if line == format!("```{language}") => {
                    open = Some(Snippet { file: file.clone(), line: number + 1, text: String::new() });
                }
                None => {}
            }
        }
        assert!(open.is_none(), "{}: a snippet without an end", file.display());
    }
    found
}

/// Runs a program as a reader of the README would, and looks into the mailbox.
fn sends(name: &str, command: &mut Command) {
    let emulator = Emulator::start(Config::default()).unwrap();
    let to = json!([{ "emailAddress": { "address": "lee@fabrikam.example" } }]);
    let draft = emulator
        .create_draft("megan@contoso.example", &json!({ "subject": "Invoice 4711", "toRecipients": to }))
        .unwrap();
    let output = command.args(["user-token", &draft, &emulator.base_url()]).output().unwrap();
    assert!(output.status.success(), "{name}: {output:?}");
    assert_eq!(emulator.mails().len(), 1, "{name}: {output:?}");
    println!("{name}: {}", String::from_utf8_lossy(&output.stdout).trim());
}

/// Runs a program with the id of no draft: it fails, and says why.
fn refuses(name: &str, command: &mut Command) {
    let emulator = Emulator::start(Config::default()).unwrap();
    let output = command.args(["user-token", &emulator.unknown_id(), &emulator.base_url()]).output().unwrap();
    assert!(!output.status.success(), "{name}: {output:?}");
    let said = [output.stdout, output.stderr].concat();
    assert!(String::from_utf8_lossy(&said).contains("ErrorItemNotFound"), "{name}: {}", String::from_utf8_lossy(&said));
    assert_eq!(emulator.mails().len(), 0, "{name}");
}

fn compiled(language: &str, compiler: &str, flags: &[&str], at_least: usize) {
    let snippets = snippets(language);
    assert!(snippets.len() >= at_least, "{} snippets", snippets.len());
    for snippet in &snippets {
        let source = scratch(&format!("snippet{}.{language}", snippet.line));
        fs::write(&source, &snippet.text).unwrap();
        let program = compile(compiler, flags, source.to_str().unwrap());
        sends(&snippet.name(), &mut Command::new(program));
    }
}

#[test]
fn c() {
    compiled("c", "cc", &C99, 1);
}

#[test]
fn cpp() {
    compiled("cpp", "c++", &CXX17, 2);
}

#[test]
#[ignore = "needs GRAPH_PYTHON, an interpreter that has the package"]
fn python() {
    let python = std::env::var("GRAPH_PYTHON").unwrap();
    let snippets = snippets("python");
    assert!(snippets.len() >= 2, "{} snippets", snippets.len());
    for snippet in &snippets {
        sends(&snippet.name(), Command::new(&python).arg("-c").arg(&snippet.text));
    }
}

#[test]
#[ignore = "needs GRAPH_EXAMPLE, a command that takes TOKEN DRAFT-ID BASE-URL"]
fn example() {
    let command = std::env::var("GRAPH_EXAMPLE").unwrap();
    sends(&command, &mut Command::new(&command));
    refuses(&command, &mut Command::new(&command));
}

//! What pages show is done. Every C, C++ and Python snippet of every README is a whole program: `send TOKEN DRAFT-ID BASE-URL`.
//! Each is compiled as it stands there, and must send its draft. So must the example of every other language; each says in one line,
//! and by its exit code, what became of the mail. The shell blocks of every page are pasted.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod support;

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

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

fn emulator_with_a_draft() -> (Emulator, String) {
    let emulator = Emulator::start(Config::default()).unwrap();
    let to = json!([{ "emailAddress": { "address": "lee@fabrikam.example" } }]);
    let draft = emulator
        .create_draft("megan@contoso.example", &json!({ "subject": "Invoice 4711", "toRecipients": to }))
        .unwrap();
    (emulator, draft)
}

/// Runs a program as a reader of the README would, and looks into the mailbox.
fn sends(name: &str, command: &[&str]) {
    let (emulator, draft) = emulator_with_a_draft();
    let output = run(command, &["user-token", &draft, &emulator.base_url()]);
    assert!(output.status.success(), "{name}: {output:?}");
    assert_eq!(emulator.mails().len(), 1, "{name}: {output:?}");
    println!("{name}: {}", String::from_utf8_lossy(&output.stdout).trim());
}

fn run(command: &[&str], arguments: &[&str]) -> Output {
    Command::new(command[0]).args(&command[1..]).args(arguments).output().unwrap()
}

/// One line on standard error, with this in it, and this exit code. `not_sent` is how often that is said.
fn says(name: &str, output: &Output, code: i32, what: &str, not_sent: usize) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{name}: {output:?}");
    // COBOL's words have no underscores.
    assert!(said.replace("BASE-URL", "base_url").contains(what) && output.stdout.is_empty(), "{name}: {output:?}");
    assert_eq!(said.matches("not sent").count(), not_sent, "{name}: {said}");
    assert_eq!(said.trim_end().lines().count(), 1, "{name}: {said}");
}

/// Without arguments, with too many, with the id of no draft, with a URL that is refused, and where nobody can tell.
fn fails_well(name: &str, command: &[&str]) {
    says(name, &run(command, &[]), 64, "usage: ", 0);
    says(name, &run(command, &["user-token"]), 64, "usage: ", 0);
    says(name, &run(command, &["user-token", "id", "http://127.0.0.1:1/v1.0", "more"]), 64, "usage: ", 0);
    let (emulator, draft) = emulator_with_a_draft();
    let (url, unknown) = (emulator.base_url(), emulator.unknown_id());
    says(name, &run(command, &["user-token", &unknown, &url]), 1, "ErrorItemNotFound", 1);
    says(name, &run(command, &["user-token", &draft, "http://graph.example/v1.0"]), 1, "base_url", 1);
    assert_eq!(emulator.mails().len(), 0, "{name}");
    // A token that may not look leaves the doubt.
    emulator.faults(&json!({ "on": "send", "do": "accept-then-504" })).unwrap();
    says(name, &run(command, &["send-only-token", &draft, &url]), 2, "may have been sent", 0);
}

fn compiled(language: &str, compiler: &str, flags: &[&str], at_least: usize) {
    let snippets = snippets(language);
    assert!(snippets.len() >= at_least, "{} snippets", snippets.len());
    for snippet in &snippets {
        let source = scratch(&format!("snippet{}.{language}", snippet.line));
        fs::write(&source, &snippet.text).unwrap();
        let program = compile(compiler, flags, source.to_str().unwrap());
        sends(&snippet.name(), &[program.to_str().unwrap()]);
        fails_well(&snippet.name(), &[program.to_str().unwrap()]);
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
        sends(&snippet.name(), &[&python, "-c", &snippet.text]);
    }
}

#[test]
#[ignore = "needs GRAPH_EXAMPLE, a command that takes TOKEN DRAFT-ID BASE-URL"]
fn example() {
    let command = std::env::var("GRAPH_EXAMPLE").unwrap();
    sends(&command, &[&command]);
    fails_well(&command, &[&command]);
}

/// The name under which a page says that the block below is to be saved: "Save this as `send.c`".
fn saved_as(paragraph: &str) -> Option<&str> {
    let (_, rest) = paragraph.split_once("ave this as `").or_else(|| paragraph.split_once("ave it as `"))?;
    rest.split_once('`').map(|(name, _)| name)
}

/// What a reader of a page does: saves what the page says to save, and pastes its `sh` blocks, one after the other, into one shell.
fn script_of(page: &str) -> String {
    let (mut script, mut rest) = (String::new(), page);
    while let Some((before, block)) = rest.split_once("\n```") {
        let (language, text) = block.split_once('\n').unwrap();
        let (text, after) = text.split_once("\n```").expect("a block that ends");
        let paragraph = before.trim_end().rsplit("\n\n").next().unwrap_or_default();
        match (language, saved_as(paragraph)) {
            ("sh", _) => script += &format!("{text}\n"),
            (_, Some(name)) => script += &format!("cat > {name} <<'END OF THE BLOCK'\n{text}\nEND OF THE BLOCK\n"),
            (_, None) => {}
        }
        rest = after;
    }
    script
}

/// Files that git does not know, and was not told to ignore.
fn untracked() -> Vec<PathBuf> {
    let arguments = ["ls-files", "-z", "--others", "--exclude-standard"];
    let listed = Command::new("git").args(arguments).current_dir(root()).output().unwrap();
    let names = String::from_utf8(listed.stdout).unwrap();
    names.split_terminator('\0').map(|name| root().join(name)).collect()
}

/// Pastes a page into a shell at the root of the checkout, takes away what it left there, and returns what was said.
fn pasted(script: &str) -> Result<String, String> {
    const LIMIT: Duration = Duration::from_secs(600);
    let log = scratch("said");
    let file = fs::File::create(&log).unwrap();
    let before = untracked();
    let mut shell = Command::new("bash")
        .args(["-euo", "pipefail", "-c", script])
        .current_dir(root())
        .stdin(Stdio::null())
        .stdout(file.try_clone().unwrap())
        .stderr(file)
        .process_group(0)
        .spawn()
        .unwrap();
    let began = Instant::now();
    let ended = loop {
        match shell.try_wait().unwrap() {
            None if began.elapsed() < LIMIT => sleep(Duration::from_millis(50)),
            ended => break ended,
        }
    };
    // An emulator that still runs would have the port of the next page.
    let group = format!("-{}", shell.id());
    Command::new("bash").args(["-c", "kill -KILL -- $0 2>/dev/null; true", &group]).status().unwrap();
    shell.wait().unwrap();
    for file in untracked().iter().filter(|file| !before.contains(file)) {
        fs::remove_file(file).unwrap();
    }
    let said = String::from_utf8_lossy(&fs::read(&log).unwrap()).into_owned();
    match ended {
        Some(status) if status.success() => Ok(said),
        Some(status) => Err(format!("{status}\n{said}")),
        None => Err(format!("it hangs\n{said}")),
    }
}

/// From an account of nothing to a mail that left, on each page: what a newcomer does first.
#[test]
#[ignore = "needs what each language needs; GRAPH_PAGES names some of the pages"]
fn pages() {
    let chosen = std::env::var("GRAPH_PAGES").unwrap_or_default();
    let mut files = Vec::new();
    readmes(root(), &mut files);
    files.sort();
    let mut failed = Vec::new();
    let mut count = 0;
    for file in files {
        let name = file.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
        let script = script_of(&fs::read_to_string(&file).unwrap());
        let of_a_language = file.with_file_name("tests").join("example").exists();
        if !chosen.is_empty() && !chosen.split_whitespace().any(|one| one == name) {
            continue;
        }
        assert!(!of_a_language || script.contains("graph-emulator"), "{name}: nothing to try");
        if script.is_empty() {
            continue;
        }
        let began = Instant::now();
        match pasted(&script) {
            Ok(said) if !script.contains("graph-emulator") || said.contains("mail left") => {
                println!("{name}: {:.0} s", began.elapsed().as_secs_f32());
            }
            Ok(said) => failed.push(format!("{name}: no mail left\n{said}")),
            Err(said) => failed.push(format!("{name}: {said}")),
        }
        count += 1;
    }
    assert!(!chosen.is_empty() || count > 20, "only {count} pages");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

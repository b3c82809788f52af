//! The program.

use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

/// The program, which ends with the test, however the test ends.
struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    port: String,
    /// What it printed at the start, without the first line.
    welcome: Vec<String>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    /// Starts it, and reads what it says before the first request.
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = lines.next().unwrap().unwrap();
        let port =
            url.strip_prefix("http://127.0.0.1:").and_then(|rest| rest.strip_suffix("/v1.0")).unwrap().to_owned();
        let mut welcome = Vec::new();
        while welcome.last().is_none_or(|line: &String| !line.starts_with("  all requests ")) {
            welcome.push(lines.next().unwrap().unwrap());
        }
        Self { child, lines, port, welcome }
    }

    fn drafts(&self) -> Vec<String> {
        let ids = self.welcome.iter().filter_map(|line| line.strip_prefix("  draft "));
        ids.map(|id| id.trim().to_owned()).collect()
    }

    /// What these commands print. They are written for port 8025.
    fn shell(&self, commands: &str) -> String {
        let commands = commands.replace("8025", &self.port);
        let output = Command::new("bash").args(["-euo", "pipefail", "-c", &commands]).output().unwrap();
        assert!(output.status.success(), "{commands}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn ask(&self, path: &str) -> Value {
        let said = self.shell(&format!("curl -sf http://127.0.0.1:8025/_emulator/{path}"));
        serde_json::from_str(&said).unwrap()
    }

    fn send(&self, id: &str) -> String {
        let path = format!("http://127.0.0.1:8025/v1.0/me/messages/{id}/send");
        self.shell(&format!(
            "curl -sd '' -o /dev/null -w '%{{http_code}}' -H 'Authorization: Bearer user-token' {path}"
        ))
    }

    /// The line that it prints for the next request.
    fn line(&mut self) -> String {
        self.lines.next().unwrap().unwrap()
    }
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_graph-emulator"))
}

#[test]
fn it_prints_where_it_is_and_a_line_for_each_request() {
    let mut running = Running::start(program().args(["--fault", r#"{"on": "send", "do": "accept-then-504"}"#]));
    assert!(running.welcome[0].contains("user-token"));
    assert_eq!(running.send("x"), "504");
    let line = running.line();
    assert!(line.starts_with("POST /v1.0/me/messages/x/send  504  accept-then-504  "), "{line}");
}

#[test]
fn it_starts_with_a_draft_that_can_be_sent() {
    let mut running = Running::start(&mut program());
    let drafts = running.drafts();
    assert_eq!(drafts.len(), 1);
    assert_eq!(running.send(&drafts[0]), "202");
    let (line, id) = (running.line(), &drafts[0]);
    let short = format!("{}~{}", &id[..6], &id[id.len() - 14..]);
    assert!(line.starts_with(&format!("POST /v1.0/me/messages/{short}/send  202  mail left  ")), "{line}");
}

#[test]
fn it_starts_with_as_many_drafts_as_are_asked_for() {
    for (asked, made) in [("0", 0), ("7", 7)] {
        let running = Running::start(program().args(["--draft", asked]));
        assert_eq!(running.drafts().len(), made);
        let state = running.ask("state");
        let messages = state["mailboxes"][0]["messages"].as_array().unwrap();
        assert_eq!(messages.iter().filter(|message| message["isDraft"] == true).count(), made);
    }
}

#[test]
fn an_accepted_draft_is_seen_until_it_moves() {
    // Both by one curl, on one connection: the look comes at once.
    let send_and_look = |running: &Running| {
        let draft = format!("http://127.0.0.1:8025/v1.0/me/messages/{}", running.drafts()[0]);
        let curl = "-so /dev/null -w '%{http_code} ' -H 'Authorization: Bearer user-token'";
        running.shell(&format!("curl {curl} -d '' {draft}/send --next {curl} {draft}"))
    };
    let fault = ["--fault", r#"{"do": "accept-then-504"}"#];
    let running = Running::start(program().args(fault));
    assert_eq!(running.ask("settings")["move_delay_ms"], 1000);
    assert_eq!(send_and_look(&running), "504 200 ");
    while running.ask("mails")[0]["sent_id"].is_null() {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let running = Running::start(program().args(fault).args(["--move-delay-ms", "0"]));
    assert_eq!(send_and_look(&running), "504 404 ");
}

/// The examples of `--help`: what each is said to do, and its commands.
fn examples() -> Vec<(String, String)> {
    let help = String::from_utf8(program().arg("--help").output().unwrap().stdout).unwrap();
    let (_, examples) = help.split_once("Examples:\n").unwrap();
    let mut found: Vec<(String, String)> = Vec::new();
    for line in examples.lines().filter(|line| !line.is_empty()) {
        match line.strip_prefix("    ") {
            Some(command) => found.last_mut().unwrap().1 += &format!("{command}\n"),
            None => found.push((line.trim().to_owned(), String::new())),
        }
    }
    found
}

#[test]
fn every_example_of_the_help_does_what_it_says() {
    let folder = Path::new(env!("CARGO_BIN_EXE_graph-emulator")).parent().unwrap().to_str().unwrap();
    let path = format!("{folder}:{}", std::env::var("PATH").unwrap());
    let examples = examples();
    let a_send = &examples.iter().find(|(does, _)| does == "Make another draft, and send it:").unwrap().1;
    let mut running: Option<Running> = None;
    for (does, commands) in &examples {
        if commands.starts_with("graph-emulator ") {
            let start = format!("exec {}", commands.replace("8025", "0"));
            running = Some(Running::start(Command::new("bash").args(["-c", &start]).env("PATH", &path)));
        }
        let running = running.as_ref().unwrap();
        let said = || running.shell(commands);
        let status = || running.shell(a_send).lines().next().unwrap()[..12].to_owned();
        let mails = || running.ask("mails").as_array().unwrap().len();
        match does.as_str() {
            "Run it on a fixed port, with three drafts to send:" => assert_eq!(running.drafts().len(), 3),
            "Make another draft, and send it:" => assert!(said().starts_with("HTTP/1.1 202 Accepted\r\n")),
            "See what left:" => assert_eq!(said().matches("\"draft_id\"").count(), 1),
            "Let the next send be accepted and answered with 504:" => {
                said();
                assert_eq!((status().as_str(), mails()), ("HTTP/1.1 504", 2));
            }
            "See all that can be asked, and all presets with what they do:" => {
                let said = said();
                assert!(said.contains("\"GET /_emulator/mails\"") && said.contains("\"accept-then-504\""), "{said}");
            }
            "Start again, with no drafts, mails and faults:" => {
                said();
                let state = running.ask("state");
                assert_eq!((&state["mails"], &state["rules"]), (&0.into(), &0.into()));
                assert!(!state.to_string().contains(r#""isDraft":true"#), "{state}");
            }
            "Accept every send, and answer the third one with 504:" => {
                let statuses: Vec<String> = (0..4).map(|_| status()).collect();
                assert_eq!(statuses, ["HTTP/1.1 202", "HTTP/1.1 202", "HTTP/1.1 504", "HTTP/1.1 202"]);
                assert_eq!(mails(), 4);
            }
            "Be a tenant in which Sent Items holds another item and the draft stays:" => {
                assert_eq!(running.send(&running.drafts()[0]), "202");
                running.shell("curl -sd '' http://127.0.0.1:8025/_emulator/settle");
                let state = running.ask("state");
                let messages = state["mailboxes"][0]["messages"].as_array().unwrap();
                let count = |folder: &str| messages.iter().filter(|message| message["folder"] == folder).count();
                assert_eq!((count("drafts"), count("sentitems")), (1, 1));
            }
            other => panic!("nothing here checks the example \"{other}\""),
        }
    }
}

#[test]
fn a_setting_it_does_not_know_ends_it() {
    let said = |settings: &str| {
        let output = program().args(["--settings", settings]).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(said(r#"{"sent_itme": "copy"}"#).starts_with("graph-emulator: settings: unknown field `sent_itme`"));
    assert!(said("copy").starts_with("graph-emulator: --settings: "));
}

#[test]
fn a_rule_it_does_not_understand_ends_it() {
    let output = program().args(["--fault", r#"{"do": "nonsense"}"#]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("graph-emulator: unknown preset 'nonsense'; known are accept-then-504"), "{said}");
}

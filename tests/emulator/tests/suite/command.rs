//! The program.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// Ends the program with the test, however the test ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_graph-emulator"))
}

#[test]
fn it_prints_where_it_is_and_a_line_for_each_request() {
    let mut command = program();
    command.args(["--fault", r#"{"on": "send", "do": "accept-then-504"}"#]).stdout(Stdio::piped());
    let mut running = Running(command.spawn().unwrap());
    let mut lines = BufReader::new(running.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let url = lines.next().unwrap();
    let address = url.strip_prefix("http://").unwrap().strip_suffix("/v1.0").unwrap();
    assert!(lines.next().unwrap().contains("user-token"));

    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let request = "POST /v1.0/me/messages/x/send HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
    std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
    let line = lines.find(|line| line.starts_with("POST")).unwrap();
    assert!(line.starts_with("POST /v1.0/me/messages/x/send  504  accept-then-504  "), "{line}");
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

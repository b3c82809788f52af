//! The command line.

use std::io::{self, Write};

use clap::{Parser, ValueEnum};
use graph_emulator::{Config, Emulator, Error, IdsOnMove, Observer, Seen, Settings};

const EXAMPLES: &str = r#"Examples:
  Run it on a fixed port; every send is accepted, and every third one answered with 504:
    graph-emulator --port 8080 --fault '{"on": "send", "skip": 2, "do": "accept-then-504"}'

  A tenant in which Sent Items holds another item and the draft stays:
    graph-emulator --settings '{"sent_item": "copy"}'

  Make a draft and send it:
    curl -H 'Authorization: Bearer user-token' -H 'Content-Type: application/json' \
         -d '{"subject": "Hi", "toRecipients": [{"emailAddress": {"address": "a@b.example"}}]}' \
         http://127.0.0.1:8080/v1.0/me/messages
    curl -X POST -H 'Authorization: Bearer user-token' -H 'Content-Length: 0' \
         http://127.0.0.1:8080/v1.0/me/messages/ID/send

  See what left, add a fault, start again:
    curl http://127.0.0.1:8080/_emulator/mails
    curl -d '{"on": "send", "do": "429", "retry_after": "date:+2"}' http://127.0.0.1:8080/_emulator/faults
    curl -X POST http://127.0.0.1:8080/_emulator/reset

  All presets with what they do:
    curl http://127.0.0.1:8080/_emulator/presets"#;

/// A Microsoft Graph mailbox on a loopback port that misbehaves on request.
///
/// It has mailboxes with drafts, tokens to reach them, and keeps count of the mails that really left. It is reached
/// from this machine only, knows no real tenant and sends nothing to anybody.
#[derive(Debug, Parser)]
#[command(version, after_long_help = EXAMPLES, after_help = "--help shows examples.")]
pub struct Arguments {
    /// The port on 127.0.0.1; 0 = one that is free
    #[arg(long, default_value_t = 0)]
    port: u16,

    /// Milliseconds between the acceptance of a send and the draft's move to Sent Items
    #[arg(long, value_name = "MS", default_value_t = 0)]
    move_delay_ms: u64,

    /// Whether a message keeps its ordinary id when it moves
    #[arg(long, value_enum, default_value_t = OnMove::Change)]
    ids_on_move: OnMove,

    /// Requests in flight allowed on one mailbox; 0 = no limit
    #[arg(long, value_name = "N", default_value_t = 4)]
    concurrency: u32,

    /// Milliseconds every request takes
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latency_ms: u64,

    /// Any settings by their names, as the README lists them
    #[arg(long, value_name = "JSON", default_value = "{}")]
    settings: String,

    /// A fault rule; may be given several times
    #[arg(long, value_name = "JSON")]
    fault: Vec<String>,

    /// Print no line per request
    #[arg(long)]
    quiet: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum OnMove {
    Change,
    Keep,
}

/// Starts the emulator and serves for ever.
pub fn run(arguments: Arguments) -> Result<(), Error> {
    let settings = Settings {
        move_delay_ms: arguments.move_delay_ms,
        ids_on_move: match arguments.ids_on_move {
            OnMove::Change => IdsOnMove::Change,
            OnMove::Keep => IdsOnMove::Keep,
        },
        concurrency: arguments.concurrency,
        latency_ms: arguments.latency_ms,
        ..Settings::default()
    };
    let more = serde_json::from_str(&arguments.settings).map_err(|e| Error::from(format!("--settings: {e}")))?;
    let settings = settings.with(&more)?;
    let on_request: Option<Observer> = if arguments.quiet { None } else { Some(Box::new(report)) };
    let emulator = Emulator::start(Config { port: arguments.port, settings, on_request, ..Config::default() })?;
    for rule in &arguments.fault {
        let rule = serde_json::from_str(rule).map_err(|e| Error::from(format!("--fault: {e}")))?;
        emulator.faults(&rule)?;
    }
    welcome(&emulator)?;
    loop {
        std::thread::park();
    }
}

fn welcome(emulator: &Emulator) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", emulator.base_url())?;
    writeln!(out, "  user-token       megan@contoso.example, and the other mailboxes through /users/...")?;
    writeln!(out, "  send-only-token  megan@contoso.example, Mail.Send alone")?;
    writeln!(out, "  app-token        an application: every mailbox through /users/..., no /me")?;
    writeln!(out, "  expired-token    always 401")?;
    out.flush()
}

/// One line about one request.
fn report(seen: &Seen) {
    let status = seen.status.map_or("-".to_owned(), |status| status.to_string());
    let fault = seen.fault.as_ref().map(|fault| format!("  {fault}")).unwrap_or_default();
    let left = if seen.performed && seen.operation == "send" { "  mail left" } else { "" };
    let path = seen.path.split('/').map(short).collect::<Vec<_>>().join("/");
    let mut out = io::stdout().lock();
    // A reader that has gone, such as `head`, is no reason to stop serving.
    let _ = writeln!(out, "{} {path}  {status}{fault}{left}  {} ms", seen.method, seen.duration_ms);
    let _ = out.flush();
}

/// A long id, shortened to where ids differ.
fn short(segment: &str) -> String {
    match (segment.get(..6), segment.len().checked_sub(14).and_then(|at| segment.get(at..))) {
        (Some(head), Some(tail)) if segment.len() > 60 && !segment.contains('?') => format!("{head}~{tail}"),
        _ => segment.to_owned(),
    }
}

/// Says on the standard error what went wrong.
pub fn complain(error: &Error) {
    let _ = writeln!(io::stderr(), "graph-emulator: {error}");
}

//! The command line.

use std::io::{self, Write};

use clap::{Parser, ValueEnum};
use graph_emulator::{Config, Emulator, Error, IdsOnMove, Observer, Seen, Settings};
use serde_json::json;

use crate::log;

/// Graph accepts a draft some time before the draft leaves Drafts. That time is what tells a client that has lost the
/// answer what became of its mail: it sees the draft, and then sees it go. Without it there is nothing under the id from
/// the first look on, as if somebody had thrown the draft away. `Settings::default()` has none: tests set what they need.
const MOVE_DELAY_MS: u64 = 1000;

/// Each is run by a test, as it stands here.
const EXAMPLES: &str = r#"Examples:
  Run it on a fixed port, with three drafts to send:
    graph-emulator --port 8025 --draft 3

  Make another draft, and send it:
    draft=$(curl -sf -d '' http://127.0.0.1:8025/_emulator/drafts)
    curl -i -d '' -H 'Authorization: Bearer user-token' \
         http://127.0.0.1:8025/v1.0/me/messages/$draft/send

  See what left:
    curl http://127.0.0.1:8025/_emulator/mails

  Let the next send be accepted and answered with 504:
    curl -d '{"on": "send", "do": "accept-then-504"}' http://127.0.0.1:8025/_emulator/faults

  See all that can be asked, and all presets with what they do:
    curl http://127.0.0.1:8025/_emulator/
    curl http://127.0.0.1:8025/_emulator/presets

  Start again, with no drafts, mails and faults:
    curl -d '' http://127.0.0.1:8025/_emulator/reset

  Accept every send, and answer the third one with 504:
    graph-emulator --port 8025 --fault '{"on": "send", "skip": 2, "do": "accept-then-504"}'

  Be a tenant in which Sent Items holds another item and the draft stays:
    graph-emulator --port 8025 --settings '{"sent_item": "copy"}'"#;

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

    /// How many drafts of megan@contoso.example that can be sent there are at the start; their ids are printed
    #[arg(long, value_name = "N", default_value_t = 1)]
    draft: u32,

    /// Milliseconds between the acceptance of a send and the draft's move to Sent Items; 0 = it moves before the answer
    ///
    /// A client that has lost the answer looks at the draft. Where it sees the draft and then sees it go, it knows that
    /// the mail left; where the draft has moved before its first look, it may not find out.
    #[arg(long, value_name = "MS", default_value_t = MOVE_DELAY_MS)]
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
    let drafts = if arguments.draft > 0 {
        emulator.create_drafts(&json!({"count": arguments.draft})).map_err(|e| Error::from(format!("--draft: {e}")))?
    } else {
        Vec::new()
    };
    welcome(&emulator, &drafts)?;
    loop {
        std::thread::park();
    }
}

/// What a newcomer needs, the ids whole: to be copied.
fn welcome(emulator: &Emulator, drafts: &[String]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let control = format!("http://127.0.0.1:{}/_emulator", emulator.port());
    writeln!(out, "{}", emulator.base_url())?;
    writeln!(out, "  user-token       megan@contoso.example, and the other mailboxes through /users/...")?;
    writeln!(out, "  send-only-token  megan@contoso.example, Mail.Send alone")?;
    writeln!(out, "  app-token        an application: every mailbox through /users/..., no /me")?;
    writeln!(out, "  expired-token    always 401")?;
    for draft in drafts {
        writeln!(out, "  draft            {draft}")?;
    }
    writeln!(out, "  more drafts      curl -d '' {control}/drafts")?;
    writeln!(out, "  all requests     curl {control}/")?;
    out.flush()
}

/// One line about one request.
fn report(seen: &Seen) {
    let mut out = io::stdout().lock();
    // A reader that has gone, such as `head`, is no reason to stop serving.
    let _ = writeln!(out, "{}", log::line(seen));
    let _ = out.flush();
}

/// Says on the standard error what went wrong.
pub fn complain(error: &Error) {
    let _ = writeln!(io::stderr(), "graph-emulator: {error}");
}

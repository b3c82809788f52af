use std::ffi::c_void;
use std::path::Path;

use libc::c_char;

use super::argument::{object, text, text_or_empty};
use super::guard::guard;
use super::panic::guard_value;
use super::status::graph_status;
use super::string::c_string;
use crate::client::{Level, Log, Roots, Settings, Verify};
use crate::error::Error;

/// The operating system's certificate authorities, where a company's own are.
pub const GRAPH_ROOTS_SYSTEM: i32 = 0;
/// Mozilla's certificate authorities, built in: for systems whose own store is missing or too old.
pub const GRAPH_ROOTS_BUNDLED: i32 = 1;

/// Never look at the message: what is in doubt ends in GRAPH_UNKNOWN. For tokens that may not read.
pub const GRAPH_VERIFY_NEVER: i32 = 0;
/// Look at the message after a doubtful attempt, and while a late answer is awaited. The default.
pub const GRAPH_VERIFY_ON_DOUBT: i32 = 1;
/// Look before the first attempt as well: one request more for each mail. GRAPH_NOT_A_DRAFT and missing recipients are told
/// before anything is sent, and what is learned makes a later check certain. A draft whose deferred-send time lies ahead may have
/// been sent by an earlier run of the program: GRAPH_UNKNOWN, and nothing is sent.
pub const GRAPH_VERIFY_ALWAYS: i32 = 2;

/// Level of a log line: one a call, what it ended in.
pub const GRAPH_LOG_INFO: i32 = 3;
/// Level of a log line: one for each attempt, look and search.
pub const GRAPH_LOG_DEBUG: i32 = 4;

/// Receives log lines: NUL-terminated UTF-8 without a line break, valid until it returns, and never with a token in it.
/// Called on the thread of the call that logs, so on several threads at once where several call. It must not call into the
/// client, throw, or jump out.
pub type graph_log_fn = Option<extern "C" fn(context: *mut c_void, level: i32, line: *const c_char)>;

/// Settings for a client. Not to be used by two threads at once.
pub struct graph_options {
    settings: Settings,
    refused: Option<Error>,
}

impl graph_options {
    /// The settings for a client, unless one of them was refused: ignoring it could send a mail to the wrong place.
    pub(super) fn settings_of(options: Option<&graph_options>) -> Result<Settings, Error> {
        match options {
            None => Ok(Settings::default()),
            Some(graph_options { refused: Some(error), .. }) => Err(error.clone()),
            Some(graph_options { settings, .. }) => Ok(settings.clone()),
        }
    }
}

/// Sets one option; a refusal stays with the options.
fn set(options: Option<&mut graph_options>, setter: impl FnOnce(&mut Settings) -> Result<(), Error>) -> graph_status {
    guard(None, || {
        let options = object("options", options)?;
        setter(&mut options.settings).inspect_err(|error| options.refused = Some(error.clone()))
    })
}

/// Makes options with every default, to be freed with graph_options_free; NULL only where this library has a defect.
///
/// A value that a setter refuses returns GRAPH_INVALID_ARGUMENT and spoils the options for good: graph_client_new and
/// graph_init then fail, and their error says which it was and why. So the statuses of setters need no checking.
#[unsafe(no_mangle)]
pub extern "C" fn graph_options_new() -> Option<Box<graph_options>> {
    guard_value(None, || Some(Box::new(graph_options { settings: Settings::default(), refused: None })))
}

/// Frees options; clients made from them keep their copy. NULL is no options.
#[unsafe(no_mangle)]
pub extern "C" fn graph_options_free(options: Option<Box<graph_options>>) {
    guard_value((), || drop(options));
}

/// The service root. Default https://graph.microsoft.com/v1.0; the national clouds' are listed at
/// https://learn.microsoft.com/graph/deployments. Must be https, unless its host is localhost or a loopback address; without
/// credentials, query and fragment.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn graph_options_set_base_url(
    options: Option<&mut graph_options>,
    url: *const c_char,
) -> graph_status {
    set(options, |settings| {
        // SAFETY: the header asks for NULL or a terminated string.
        settings.set_base_url(unsafe { text("base_url", url)? })
    })
}

/// Bounds a whole call, waiting and retries included, in milliseconds. Default 100000; 0 is the default.
#[unsafe(no_mangle)]
pub extern "C" fn graph_options_set_timeout_ms(options: Option<&mut graph_options>, ms: u32) -> graph_status {
    set(options, |settings| {
        settings.set_timeout_ms(ms);
        Ok(())
    })
}

/// Bounds one attempt, from its DNS look-up to the end of the reply, in milliseconds. Default 30000; 0 is the default.
#[unsafe(no_mangle)]
pub extern "C" fn graph_options_set_attempt_timeout_ms(options: Option<&mut graph_options>, ms: u32) -> graph_status {
    set(options, |settings| {
        settings.set_attempt_timeout_ms(ms);
        Ok(())
    })
}

/// Bounds the DNS look-up, connect, proxy and TLS handshake of one attempt together, in milliseconds. Default 10000; 0 is the
/// default.
#[unsafe(no_mangle)]
pub extern "C" fn graph_options_set_connect_timeout_ms(options: Option<&mut graph_options>, ms: u32) -> graph_status {
    set(options, |settings| {
        settings.set_connect_timeout_ms(ms);
        Ok(())
    })
}

/// How often a send is tried at most. Default 4; 0 is the default; with 1 nothing is ever sent again. Only after what
/// certainly did nothing: a 429, an attempt of which no byte left, and one after which the draft is found unsent.
#[unsafe(no_mangle)]
pub extern "C" fn graph_options_set_max_attempts(options: Option<&mut graph_options>, attempts: u32) -> graph_status {
    set(options, |settings| {
        settings.set_max_attempts(attempts);
        Ok(())
    })
}

/// When to look at the message that is sent: one of GRAPH_VERIFY_*. Looking needs Mail.Read beside Mail.Send; without it a doubt
/// ends in GRAPH_UNKNOWN, and GRAPH_VERIFY_ALWAYS in GRAPH_FORBIDDEN. Mail.ReadBasic does not show whether a draft is deferred
/// (https://learn.microsoft.com/graph/permissions-reference): do not use it where drafts are.
#[unsafe(no_mangle)]
pub extern "C" fn graph_options_set_verify(options: Option<&mut graph_options>, verify: i32) -> graph_status {
    set(options, |settings| {
        settings.set_verify(match verify {
            GRAPH_VERIFY_NEVER => Verify::Never,
            GRAPH_VERIFY_ON_DOUBT => Verify::OnDoubt,
            GRAPH_VERIFY_ALWAYS => Verify::Always,
            _ => return Err(Error::invalid(format!("verify is {verify}, which is none of GRAPH_VERIFY_*"))),
        });
        Ok(())
    })
}

/// How long the service may take to act on a request and to show that it accepted a mail, in milliseconds. Default 20000, at most
/// 240000; 0 is the default. It counts from the moment at which a doubtful attempt was cut off, and covers both: a service that
/// acts later than this is outside of the promise. A draft that is still there, unchanged, this long after the cut counts as not
/// sent. Raise it for a mailbox that sends more than 30 messages a minute, whose accepted drafts may stay visible longer. Where
/// calls of several clients sent one draft, the longest of their times counts.
#[unsafe(no_mangle)]
pub extern "C" fn graph_options_set_settle_ms(options: Option<&mut graph_options>, ms: u32) -> graph_status {
    set(options, |settings| settings.set_settle_ms(ms))
}

/// How many requests to one mailbox are in flight at once; further calls wait for their turn inside their deadlines. Default
/// 4, which is Graph's own limit for an application; 0 is the default.
#[unsafe(no_mangle)]
pub extern "C" fn graph_options_set_mailbox_concurrency(
    options: Option<&mut graph_options>,
    at_once: u32,
) -> graph_status {
    set(options, |settings| {
        settings.set_mailbox_concurrency(at_once);
        Ok(())
    })
}

/// The proxy for https: http://, https:// or socks5://, with "user:password@" before the host if it wants a login (both
/// percent-encoded). NULL or "" is none, the default. A base URL of plain http is on loopback and never uses a proxy.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn graph_options_set_proxy(
    options: Option<&mut graph_options>,
    url: *const c_char,
) -> graph_status {
    set(options, |settings| {
        // SAFETY: the header asks for NULL or a terminated string.
        settings.set_proxy(unsafe { text_or_empty("proxy", url)? })
    })
}

/// Takes the proxy from the environment as it is now: https_proxy, else all_proxy, and the exceptions of no_proxy, each in
/// lower case or else upper case. None where neither is set. No other function takes a proxy from the environment.
#[unsafe(no_mangle)]
pub extern "C" fn graph_options_set_proxy_from_environment(options: Option<&mut graph_options>) -> graph_status {
    set(options, Settings::set_proxy_from_environment)
}

/// A PEM file of certificate authorities to trust besides the roots, such as that of a proxy which opens TLS. Read now; a
/// file that cannot be read or holds no usable certificate is refused.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn graph_options_set_ca_file(
    options: Option<&mut graph_options>,
    path: *const c_char,
) -> graph_status {
    set(options, |settings| {
        // SAFETY: the header asks for NULL or a terminated string.
        settings.set_ca_file(Path::new(unsafe { text("ca_file", path)? }))
    })
}

/// The certificate authorities to trust: GRAPH_ROOTS_SYSTEM, the default, or GRAPH_ROOTS_BUNDLED. The system's are loaded when
/// the first connection needs them; outside Windows and macOS the environment's SSL_CERT_FILE and SSL_CERT_DIR name them, if
/// set.
#[unsafe(no_mangle)]
pub extern "C" fn graph_options_set_roots(options: Option<&mut graph_options>, roots: i32) -> graph_status {
    set(options, |settings| {
        settings.set_roots(match roots {
            GRAPH_ROOTS_SYSTEM => Roots::System,
            GRAPH_ROOTS_BUNDLED => Roots::Bundled,
            _ => return Err(Error::invalid(format!("roots is {roots}, which is none of GRAPH_ROOTS_*"))),
        });
        Ok(())
    })
}

/// The calling program's name for the User-Agent header, such as "Billing/4.2"; this library's follows it. NULL or "" is
/// none, the default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn graph_options_set_user_agent(
    options: Option<&mut graph_options>,
    product: *const c_char,
) -> graph_status {
    set(options, |settings| {
        // SAFETY: the header asks for NULL or a terminated string.
        settings.set_user_agent(unsafe { text_or_empty("user_agent", product)? })
    })
}

/// A function that receives log lines. NULL, the default, logs nothing. The context is passed on as it is, and must be valid
/// for as long as a client made from these options is used.
#[unsafe(no_mangle)]
pub extern "C" fn graph_options_set_log(
    options: Option<&mut graph_options>,
    log: graph_log_fn,
    context: *mut c_void,
) -> graph_status {
    set(options, |settings| {
        settings.set_log(log.map_or_else(Log::default, |function| {
            let context = Context(context);
            Log::to(move |level: Level, line: &str| {
                function(context.pointer(), level as i32, c_string(line).as_ptr());
            })
        }));
        Ok(())
    })
}

/// The caller's pointer, which is carried and never looked at.
struct Context(*mut c_void);

impl Context {
    fn pointer(&self) -> *mut c_void {
        self.0
    }
}

// SAFETY: the pointer is never dereferenced here; what it points to is the caller's, whom the header tells that the
// function is called with it on any thread, on several at once.
unsafe impl Send for Context {}
// SAFETY: as above.
unsafe impl Sync for Context {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_agree() {
        assert_eq!((GRAPH_LOG_INFO, GRAPH_LOG_DEBUG), (Level::Info as i32, Level::Debug as i32));
    }
}

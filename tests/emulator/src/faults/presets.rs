//! Faults by name: each is the general form, written out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::plan::Fault;
use crate::error::Error;
use crate::failure::CHALLENGE;
use crate::ids;

const LOGIN_PAGE: &str = "<!DOCTYPE html><html><head><title>Sign in to your network</title></head>\
    <body><form action=\"/login\"><input name=\"user\"></form></body></html>";
const BAD_GATEWAY: &str = "<html><head><title>502 Bad Gateway</title></head>\
    <body><center><h1>502 Bad Gateway</h1></center></body></html>";
const TOO_MANY: &str = "<html><body><h1>Too many requests</h1></body></html>";
const UNAVAILABLE: &str = "<html><body><h1>The service is unavailable</h1></body></html>";
const BAD_REQUEST: &str = "<HTML><HEAD><TITLE>Bad Request</TITLE></HEAD><BODY><h2>Bad Request</h2></BODY></HTML>";

/// A `client-request-id` that no client of a test has given.
const ANOTHER_REQUEST: &str = "5f2ef3a1-0d4c-4d0b-9a55-0c6b1e0f7a11";

/// A 202 that belongs to no request.
pub fn unasked() -> String {
    format!("HTTP/1.1 202 Accepted\r\nrequest-id: {ANOTHER_REQUEST}\r\nContent-Length: 0\r\n\r\n")
}

/// A parameter of a preset and its value where a rule names none.
type Parameter = (&'static str, Value);

/// The general form of a preset, given the value of its parameter.
fn preset(name: &str, value: &Value) -> Option<Value> {
    let html = |status: u16, page: &str| json!({"status": status, "graph": false, "headers": {"Content-Type": "text/html"}, "body": page});
    let error =
        |status: u16, code: &str, message: &str| json!({"status": status, "error": {"code": code, "message": message}});
    let waiting = |mut reply: Value| {
        reply["headers"]["Retry-After"] = value.clone();
        reply
    };
    let no = |reply: Value| json!({"accept": false, "reply": reply});
    let yes = |reply: Value| json!({"reply": reply});
    let timeout = || error(504, "UnknownError", "");
    let internal =
        || error(500, "ErrorInternalServerError", "An internal server error occurred. The operation failed.");
    let busy = || waiting(error(503, "ErrorServerBusy", "The server cannot service this request right now."));
    let not_found = || error(404, "ErrorItemNotFound", "The specified object was not found in the store.");
    let too_late = || error(408, "RequestTimeout", "The request was not received in time.");
    let misdirected = || error(421, "MisdirectedRequest", "The request was directed at another server.");
    let gone = || error(499, "ClientClosedRequest", "The client closed the request.");
    Some(match name {
        "accept-then-504" => yes(timeout()),
        "accept-then-500" => yes(internal()),
        "accept-then-503" => yes(busy()),
        "accept-then-404" => yes(not_found()),
        "accept-then-408" => yes(too_late()),
        "accept-then-421" => yes(misdirected()),
        "accept-then-499" => yes(gone()),
        "accept-then-html-502" => yes(html(502, BAD_GATEWAY)),
        "accept-then-reset" => json!({"raw": "", "then": "reset"}),
        "accept-then-close" => json!({"raw": "", "then": "close"}),
        "accept-then-hang" => json!({"raw": "", "then": "hang"}),
        "accept-then-cut" => yes(json!({"status": 200, "framing": "cut"})),
        "accept-then-trickle-body-forever" => json!({
            "reply": {"framing": "cut", "missing_bytes": 1_000_000_000}, "then": "trickle"}),
        "late" => json!({"accept_delay_ms": value}),
        "504-then-accept" => json!({"accept_delay_ms": value, "detached": true, "reply": timeout()}),
        "reset-then-accept" => json!({"accept_delay_ms": value, "detached": true, "raw": "", "then": "reset"}),
        "slow" => json!({"delay_ms": value}),
        "trickle" => json!({"trickle_ms": value}),
        "normal-then-close" => json!({"then": "close"}),
        "normal-then-reset" => json!({"then": "reset"}),
        "normal-then-hang" => json!({"then": "hang"}),
        "100-continue-then" => json!({"prelude": "HTTP/1.1 100 Continue\r\n\r\n"}),
        "202-with-retry-after" => yes(waiting(json!({}))),
        "202-unframed" => json!({"reply": {"framing": "none"}, "then": "keep"}),
        "202-unframed-close" => yes(json!({"framing": "close"})),
        "202-chunked" => yes(json!({"framing": "chunked"})),
        "202-xchunked" => {
            json!({"reply": {"headers": {"Transfer-Encoding": "xchunked"}, "framing": "none"}, "then": "close"})
        }
        "202-of-another-request" => no(json!({"status": 202, "headers": {"client-request-id": ANOTHER_REQUEST}})),
        "accept-then-202-of-another-request" => yes(json!({"headers": {"client-request-id": ANOTHER_REQUEST}})),
        "202-twice" => json!({"postlude": unasked()}),
        "another-message" => yes(json!({"item": {
            "id": ids::message(Uuid::max(), Uuid::max(), 9, 1), "internetMessageId": "<other@emulator.example>",
            "isDraft": false, "sentDateTime": "time:+0", "parentFolderId": "folder:sentitems"}})),
        "202-with-body" => yes(json!({"headers": {"Content-Type": "application/json"}, "body": {"status": "queued"}})),
        "200-empty-graph" => yes(json!({"status": 200})),
        "200-empty-foreign" => no(json!({"status": 200, "graph": false})),
        "200-login-page" => no(html(200, LOGIN_PAGE)),
        "204" => yes(json!({"status": 204})),
        "302" => {
            let headers = json!({"Location": "http://login.emulator.example/?from=graph"});
            no(waiting(json!({"status": 302, "graph": false, "headers": headers})))
        }
        "400-no-inner-error" => no(json!({"status": 400, "error": {
            "code": "ErrorInvalidRecipients", "message": "At least one recipient is not valid.", "inner": "none"}})),
        "400-lowercase-innererror" => no(json!({"status": 400, "error": {
            "code": "ErrorInvalidRecipients", "message": "At least one recipient is not valid.",
            "inner": "lowercase"}})),
        "400-nested" => no(json!({"status": 400, "error": {
            "code": "BadRequest", "message": "The request is invalid.", "inner_code": "ErrorInvalidRecipients"}})),
        "400-html" => no(html(400, BAD_REQUEST)),
        "400-empty" => no(json!({"status": 400})),
        "400-large" => no(json!({"status": 400, "error": {
            "code": "ErrorInvalidRecipients", "message": "", "bytes": value}})),
        "401-expired" => {
            let mut reply =
                error(401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.");
            reply["headers"]["WWW-Authenticate"] = CHALLENGE.into();
            no(reply)
        }
        "401-claims" | "401-claims-folded" => {
            let mut reply =
                error(401, "InvalidAuthenticationToken", "Continuous access evaluation resulted in challenge.");
            let gap = if name == "401-claims" { ", " } else { ",\r\n " };
            reply["headers"]["WWW-Authenticate"] = claims(gap).into();
            no(reply)
        }
        "403" => no(error(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")),
        "404" => no(not_found()),
        "408" => no(too_late()),
        "421" => no(misdirected()),
        "499" => no(gone()),
        "412" => no(error(
            412,
            "ErrorIrresolvableConflict",
            "The send or update operation could not be performed because the change key passed in the request \
             does not match the current change key for the item.",
        )),
        "413" => no(error(413, "RequestEntityTooLarge", "The request is too large.")),
        "429" => no(waiting(error(429, "ApplicationThrottled", "Application is over its MailboxConcurrency limit."))),
        "429-unknown" => no(error(429, "UnknownError", "")),
        "429-html" => no(waiting(html(429, TOO_MANY))),
        "429-empty" => no(json!({"status": 429, "graph": false})),
        "500" => no(internal()),
        "503" => no(busy()),
        "503-html" => no(waiting(html(503, UNAVAILABLE))),
        "504" => no(timeout()),
        "html-502" => no(html(502, BAD_GATEWAY)),
        "hang" => json!({"accept": false, "raw": "", "then": "hang"}),
        "close" => json!({"accept": false, "raw": "", "then": "close"}),
        "reset" => json!({"accept": false, "raw": "", "then": "reset"}),
        "half-status-line" => json!({"accept": false, "raw": "HTTP/1.1 20", "then": "close"}),
        "garbage" => json!({"accept": false, "raw": "\u{1}SSH-2.0-not-http\r\n\u{2}\u{3}\r\n", "then": "close"}),
        "trickle-headers-forever" => {
            json!({"accept": false, "raw": "HTTP/1.1 202 Accepted\r\nX-Endless: ", "then": "trickle"})
        }
        _ => return None,
    })
}

/// Every preset's name.
const NAMES: &[&str] = &[
    "accept-then-504",
    "accept-then-500",
    "accept-then-503",
    "accept-then-404",
    "accept-then-408",
    "accept-then-421",
    "accept-then-499",
    "accept-then-html-502",
    "accept-then-reset",
    "accept-then-close",
    "accept-then-hang",
    "accept-then-cut",
    "accept-then-trickle-body-forever",
    "late",
    "504-then-accept",
    "reset-then-accept",
    "slow",
    "trickle",
    "normal-then-close",
    "normal-then-reset",
    "normal-then-hang",
    "100-continue-then",
    "202-with-retry-after",
    "202-unframed",
    "202-unframed-close",
    "202-chunked",
    "202-xchunked",
    "202-with-body",
    "202-twice",
    "202-of-another-request",
    "accept-then-202-of-another-request",
    "another-message",
    "200-empty-graph",
    "200-empty-foreign",
    "200-login-page",
    "204",
    "302",
    "400-no-inner-error",
    "400-lowercase-innererror",
    "400-nested",
    "400-html",
    "400-empty",
    "400-large",
    "401-expired",
    "401-claims",
    "401-claims-folded",
    "403",
    "404",
    "408",
    "412",
    "413",
    "421",
    "429",
    "429-unknown",
    "429-html",
    "429-empty",
    "499",
    "500",
    "503",
    "503-html",
    "504",
    "html-502",
    "hang",
    "close",
    "reset",
    "half-status-line",
    "garbage",
    "trickle-headers-forever",
];

/// The parameter a preset takes beside those of the general form.
fn parameter(name: &str) -> Option<Parameter> {
    Some(match name {
        "429" => ("retry_after", "1".into()),
        "302" | "429-html" | "503" | "503-html" | "accept-then-503" => ("retry_after", Value::Null),
        "202-with-retry-after" => ("retry_after", "2".into()),
        "400-large" => ("bytes", (2 << 20).into()),
        "slow" => ("delay_ms", 1000.into()),
        "late" | "504-then-accept" | "reset-then-accept" => ("delay_ms", 1000.into()),
        "trickle" => ("trickle_ms", 5.into()),
        _ => return None,
    })
}

/// A preset with what a rule adds to it, or the general form alone.
pub fn expand(name: Option<&str>, mut more: Map<String, Value>) -> Result<Fault, Error> {
    let mut fault = Map::new();
    if let Some(name) = name {
        let (parameter, default) = parameter(name).unwrap_or(("", Value::Null));
        let value = more.remove(parameter).unwrap_or(default);
        let Some(Value::Object(general)) = preset(name, &value) else {
            return Err(Error::new(format!("unknown preset '{name}'; known are {}", NAMES.join(", "))));
        };
        fault = general;
    } else if more.is_empty() {
        return Err(Error::new("a fault rule needs 'do', the name of a preset, or the parts of a fault"));
    }
    fault.extend(more);
    let fault: Fault =
        serde_json::from_value(Value::Object(fault)).map_err(|e| Error::new(format!("fault rule: {e}")))?;
    fault.check()
}

/// Every preset in its general form.
pub fn all() -> Value {
    let one = |name: &&str| {
        let value = parameter(name).map_or(Value::Null, |(_, default)| default);
        ((*name).to_owned(), preset(name, &value).unwrap_or(Value::Null))
    };
    Value::Object(NAMES.iter().map(one).collect())
}

/// A claims challenge as continuous access evaluation sends it.
fn claims(gap: &str) -> String {
    let claims = STANDARD.encode(r#"{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}"#);
    format!("{CHALLENGE}{gap}error=\"insufficient_claims\"{gap}claims=\"{claims}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_valid_fault() {
        for name in NAMES {
            expand(Some(name), Map::new()).unwrap_or_else(|e| panic!("{name}: {e}"));
        }
    }

    #[test]
    fn unknown_names_are_errors_that_say_so() {
        let more = |json: Value| json.as_object().cloned().unwrap_or_default();
        let message = |name, json| expand(name, more(json)).map(|_| ()).unwrap_err().to_string();
        assert!(message(Some("504x"), json!({})).contains("unknown preset '504x'"));
        assert!(message(Some("504"), json!({"dealy_ms": 1})).contains("dealy_ms"));
        assert!(message(None, json!({})).contains("needs 'do'"));
        assert!(message(None, json!({"accept": false})).contains("accept"));
        assert!(message(None, json!({"raw": "", "reply": {}})).contains("not both"));
    }
}

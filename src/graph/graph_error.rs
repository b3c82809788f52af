//! Graph's error JSON: `{"error":{"code","message","innerError":{...}}}`.

use serde_json::Value;

use super::json;

/// What Graph says went wrong (<https://learn.microsoft.com/graph/errors>).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GraphError {
    /// `error.code`, and where that is empty the outermost nested code that is not.
    pub code: String,
    /// `error.message`, as it came.
    pub message: String,
    /// `request-id` of the nested error; the header is the better source where it came.
    pub request_id: String,
}

impl GraphError {
    /// Reads a body, and gives nothing where it is not Graph's error JSON (an HTML page, an empty body, other JSON).
    pub fn parse(body: &[u8]) -> Option<GraphError> {
        let json = json::parse(body)?;
        let outer = json.get("error")?.as_object()?;
        // Other services have an `error`, too: with a number for its code, or none.
        outer.get("code")?.as_str()?;
        let mut found = GraphError { message: text(outer.get("message")).to_owned(), ..GraphError::default() };
        let mut level = Some(outer);
        while let Some(error) = level {
            if found.code.is_empty() {
                found.code = text(error.get("code")).to_owned();
            }
            if found.request_id.is_empty() {
                found.request_id = text(error.get("request-id")).to_owned();
            }
            // The service writes `innerError`, its schema `innererror`; both are met.
            level = error.get("innerError").or_else(|| error.get("innererror")).and_then(Value::as_object);
        }
        Some(found)
    }
}

fn text(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(body: &str) -> Option<GraphError> {
        GraphError::parse(body.as_bytes())
    }

    #[test]
    fn either_casing_and_any_depth() {
        for inner in ["innerError", "innererror"] {
            let body = format!(
                r#"{{"error":{{"code":"","message":"m","{inner}":{{"code":"ErrorAccessDenied","{inner}":{{"request-id":"r1"}}}}}}}}"#
            );
            let error = parse(&body).unwrap();
            assert_eq!(
                (error.code.as_str(), error.message.as_str(), error.request_id.as_str()),
                ("ErrorAccessDenied", "m", "r1")
            );
        }
        // The outer code is the one to branch on; the documented 429 nests a mere "429".
        let error = parse(r#"{"error":{"code":"TooManyRequests","innerError":{"code":"429"},"message":"m"}}"#).unwrap();
        assert_eq!(error.code, "TooManyRequests");
    }

    #[test]
    fn not_graphs() {
        for body in [
            "",
            "<html>",
            "{}",
            "[]",
            r#"{"error":"x"}"#,
            r#"{"error":{}}"#,
            r#"{"error":{"a":1}}"#,
            r#"{"error":{"message":"no route"}}"#,
            r#"{"error":{"code":404,"message":"Not found.","status":"NOT_FOUND"}}"#,
            r#"{"error":{"code":null,"message":"no route"}}"#,
            "{\"error\":{\"code\":\"x\"",
        ] {
            assert_eq!(parse(body), None, "{body}");
        }
    }

    #[test]
    fn odd_types_are_no_texts() {
        let error = parse(r#"{"error":{"code":"","message":["x"],"innerError":"y"}}"#).unwrap();
        assert_eq!(error, GraphError::default());
    }
}

//! The C header as tests read it.

use std::fs;

/// The header.
pub fn c_header() -> String {
    fs::read_to_string(super::root().join("include/graph_message.h")).unwrap()
}

/// A C or C++ text without its comments.
pub fn without_comments(text: &str) -> String {
    let (mut code, mut rest) = (String::new(), text);
    while let Some((before, comment)) = rest.split_once("/*") {
        code.push_str(before);
        rest = comment.split_once("*/").expect("a comment that ends").1;
    }
    code.push_str(rest);
    code.lines()
        .map(|line| line.split_once("//").map_or(line, |(code, _)| code))
        .fold(String::new(), |text, line| text + line + "\n")
}

/// The functions that it declares, in its order.
pub fn declared_functions() -> Vec<String> {
    let code = without_comments(&c_header());
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let calls = code.match_indices('(').map(|(at, _)| {
        let before = code[..at].trim_end();
        before[before.rfind(|c| !is_name(c)).map_or(0, |at| at + 1)..].to_owned()
    });
    calls.filter(|name| name.starts_with("graph_")).collect()
}

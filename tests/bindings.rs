//! What every language's folder holds: declarations that are the header's - a function that is missing or a constant that has
//! another value fails - and a README that opens with the example.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use support::header::{c_header, declared_functions, without_comments};
use support::root;

/// The header's constants, and their values.
fn constants() -> Vec<(String, String)> {
    let code = without_comments(&c_header());
    let defines = code.lines().filter_map(|line| line.strip_prefix("#define ")?.split_once(' '));
    // The version is the header's own affair.
    let numbers = defines.filter(|(name, value)| value.parse::<i64>().is_ok() && !name.starts_with("GRAPH_VERSION"));
    numbers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}

/// What a language writes for a name: COBOL has hyphens, and some languages do not tell upper from lower case.
fn folded(text: &str) -> String {
    text.replace('-', "_").to_lowercase()
}

#[test]
fn the_header_is_read() {
    let mut functions = declared_functions();
    functions.sort();
    let symbols = fs::read_to_string(root().join("tests/abi/symbols.txt")).unwrap();
    let listed: Vec<&str> =
        symbols.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(functions, listed);
    let constants = constants();
    assert!(constants.contains(&("GRAPH_UNKNOWN".to_owned(), "40".to_owned())), "{constants:?}");
}

fn folders() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("bindings")).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = entries.filter(|folder| folder.join("binding.json").exists()).collect();
    folders.sort();
    folders
}

#[test]
fn declarations_are_the_headers() {
    let (functions, constants) = (declared_functions(), constants());
    let mut wrong = Vec::new();
    for folder in folders() {
        let binding: Value = serde_json::from_str(&fs::read_to_string(folder.join("binding.json")).unwrap()).unwrap();
        let file = folder.join(binding["declarations"].as_str().unwrap());
        let text = folded(&fs::read_to_string(&file).unwrap());
        let name = file.strip_prefix(root()).unwrap().display().to_string();
        for function in &functions {
            if !text.lines().any(|line| words(line).any(|word| word == function)) {
                wrong.push(format!("{name}: no {function}"));
            }
        }
        for (constant, value) in &constants {
            let constant = constant.to_lowercase();
            // Name and value stand on one line, and the value is the first number after the name.
            let found = text.lines().find_map(|line| {
                let mut after = words(line).skip_while(|word| *word != constant);
                after.next()?;
                after.find(|word| word.chars().all(|c| c.is_ascii_digit())).map(str::to_owned)
            });
            if found.as_deref() != Some(value) {
                wrong.push(format!("{name}: {constant} is {found:?} and not {value}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Who opens the page sees a program that can be pasted.
#[test]
fn readmes_open_with_the_example() {
    for folder in folders() {
        let mut files = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        let example = files
            .find(|file| file.file_stem().is_some_and(|stem| stem.eq_ignore_ascii_case("example")))
            .unwrap_or_else(|| panic!("{}: no example", folder.display()));
        let text = fs::read_to_string(&example).unwrap().replace("\r\n", "\n");
        assert!(text.lines().count() <= 25, "{}: more than 25 lines", example.display());
        let readme = fs::read_to_string(folder.join("README.md")).unwrap();
        let (before, rest) = readme.split_once("```").unwrap();
        let shown = rest.split_once('\n').unwrap().1.split_once("\n```").unwrap().0;
        assert_eq!(shown.trim_end(), text.trim_end(), "{}: the first block is not the example", folder.display());
        assert!(before.lines().count() <= 12, "{}: the example is not on the first screen", folder.display());
    }
}

//! The C++ header as C++ programs meet it: complete, clean in every language mode, and each program of
//! `bindings/cpp/tests` runs against the emulator, and again under valgrind. The case table runs from `tests/cases.rs`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::json;
use support::programs::{Server, Start, TOKEN, file_of, run, valgrind};
use support::{CXX17, c_header, compile, root, scratch, tool};

/// A program of `bindings/cpp/tests`, strictly in C++17.
fn program(source: &str) -> PathBuf {
    program_with(source, &CXX17)
}

/// The same with flags of its own.
fn program_with(source: &str, flags: &[&str]) -> PathBuf {
    compile("c++", flags, &format!("../../bindings/cpp/tests/{source}"))
}

fn header() -> String {
    fs::read_to_string(root().join("bindings/cpp/graph_message.hpp")).unwrap()
}

/// A C or C++ text without its comments.
fn without_comments(text: &str) -> String {
    let (mut code, mut rest) = (String::new(), text);
    while let Some((before, comment)) = rest.split_once("/*") {
        code.push_str(before);
        rest = comment.split_once("*/").expect("a comment that ends").1;
    }
    code.push_str(rest);
    code.lines().map(|line| line.split_once("//").map_or(line, |(code, _)| code)).collect::<Vec<_>>().join("\n")
}

/// The names in a C or C++ text that begin so, comments left out.
fn names(text: &str, prefix: &str) -> BTreeSet<String> {
    let code = without_comments(text);
    let words = code.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with(prefix)).map(str::to_owned).collect()
}

/// What the C header declares and the C++ header may leave alone.
fn not_wrapped() -> BTreeMap<&'static str, &'static str> {
    BTreeMap::from([
        ("graph_string_free", "no function hands a string over"),
        ("graph_message_send_text", "for languages without pointers to pointers"),
        ("GRAPH_MESSAGE_H", "the guard of the C header"),
        ("GRAPH_VERSION", "of the preprocessor, for the program; version() is the library's"),
        ("GRAPH_VERSION_MAJOR", "as GRAPH_VERSION"),
        ("GRAPH_VERSION_MINOR", "as GRAPH_VERSION"),
        ("GRAPH_VERSION_PATCH", "as GRAPH_VERSION"),
        ("GRAPH_VERSION_NUMBER", "as GRAPH_VERSION"),
        ("graph_log_fn", "a type, which graph::Log takes the place of"),
    ])
}

/// A function or constant that is added to the C header needs its place here too.
#[test]
fn the_header_is_complete() {
    let c = c_header();
    let cpp = header();
    let mut missing = BTreeSet::new();
    let mut count = 0;
    for prefix in ["graph_", "GRAPH_"] {
        let used = names(&cpp, prefix);
        let declared = names(&c, prefix);
        count += declared.len();
        missing.extend(declared.into_iter().filter(|name| !used.contains(name)));
    }
    assert!(count > 80, "only {count} names found: the search is broken");
    let allowed: BTreeSet<String> = not_wrapped().into_keys().map(str::to_owned).collect();
    assert_eq!(missing, allowed, "not used in graph_message.hpp, against the list of what need not be");
}

/// Functions that differed between the language modes would be taken for one another in a program that mixes them.
#[test]
fn the_header_is_the_same_in_every_mode() {
    assert!(!header().contains("__cpl") && !header().contains("__cpp_"));
}

#[test]
fn every_mode_and_compiler_is_clean() {
    let warnings: Vec<&str> = CXX17.into_iter().filter(|flag| !flag.starts_with("-std=")).collect();
    let sources = ["example.cpp", "tests/moves.cpp", "tests/results.cpp", "tests/driver.cpp"];
    for compiler in ["g++", "clang++"] {
        for standard in ["c++17", "c++20", "c++2b"] {
            let output = Command::new(tool(compiler))
                .arg(format!("-std={standard}"))
                .args(&warnings)
                .args(["-Wsign-conversion", "-Wold-style-cast", "-Wnon-virtual-dtor", "-Iinclude", "-fsyntax-only"])
                .args(sources.map(|source| format!("bindings/cpp/{source}")))
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success() && said.is_empty(), "{compiler} {standard}: {said}");
        }
    }
}

#[test]
fn every_program_is_run() {
    let here = fs::read_to_string(root().join("tests/cpp_programs.rs")).unwrap();
    for entry in fs::read_dir(root().join("bindings/cpp/tests")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let run = name == "driver.cpp" || name == "check.hpp" || here.contains(&format!("(\"{name}\""));
        assert!(run, "nothing runs bindings/cpp/tests/{name}");
    }
}

#[test]
fn moves() {
    let program = program("moves.cpp");
    assert_eq!(run(&program, &[]), "");
    assert_eq!(valgrind(&program, &[]), "");
}

/// Only the drafts that were named in full left, and nothing else was asked of the server.
#[test]
fn texts() {
    let program = program("texts.cpp");
    for start in [run as Start, valgrind] {
        let server = Server::start();
        let drafts = server.drafts(2);
        server.0.clear_journal();
        assert_eq!(start(&program, &[&server.0.base_url(), TOKEN, &drafts[0], &drafts[1]]), "");
        server.sent_once(&drafts);
        assert_eq!(server.0.journal().len(), drafts.len());
    }
}

fn results(program: PathBuf) {
    for start in [run as Start, valgrind] {
        let server = Server::start();
        let drafts = server.drafts(5);
        // After one that is sent, one that is not found, and one whose token has expired.
        let faults = json!([
            {"on": "send", "skip": 3, "do": "429", "retry_after": "7"},
            {"on": "send", "skip": 3, "do": "504"},
        ]);
        server.0.faults(&faults).unwrap();
        let mut arguments = vec![server.0.base_url(), TOKEN.to_owned()];
        arguments.extend(drafts.iter().cloned());
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        assert_eq!(start(&program, &arguments), "");
        server.sent_once(&[drafts[0].clone(), drafts[3].clone(), drafts[4].clone()]);
    }
}

#[test]
fn results_in_cpp17() {
    results(program("results.cpp"));
}

/// With a standard library that has std::expected, to which a result converts.
#[test]
fn results_in_cpp23() {
    let mut flags = CXX17;
    flags[0] = "-std=c++2b";
    results(program_with("results.cpp", &flags));
}

#[test]
fn many_threads_and_a_log_that_throws() {
    let program = program("threads.cpp");
    for (start, threads, each) in [(run as Start, 32, 20), (valgrind, 8, 3)] {
        let server = Server::start();
        let drafts = server.drafts(threads * each);
        let ids = file_of(&drafts);
        let arguments = [&server.0.base_url(), TOKEN, ids.to_str().unwrap(), &threads.to_string()];
        assert_eq!(start(&program, &arguments), "");
        server.sent_once(&drafts);
    }
}

#[test]
fn cancelling() {
    let program = program("cancel.cpp");
    for start in [run as Start, valgrind] {
        let server = Server::start();
        server.0.faults(&json!({"on": "send", "skip": 1, "do": "hang", "times": 3})).unwrap();
        let drafts = server.drafts(2);
        assert_eq!(start(&program, &[&server.0.base_url(), TOKEN, &drafts[0], &drafts[1]]), "");
        server.sent_once(&drafts);
    }
}

/// Not under valgrind, which would put its own operator new in the place of the program's.
#[test]
fn memory() {
    let server = Server::start();
    let drafts = server.drafts(2);
    assert_eq!(run(&program("memory.cpp"), &[&server.0.base_url(), TOKEN, &drafts[0], &drafts[1]]), "");
    server.sent_once(&drafts);
}

#[test]
fn the_shared_client() {
    let program = program("shared.cpp");
    for start in [run as Start, valgrind] {
        let server = Server::start();
        let drafts = server.drafts(2);
        assert_eq!(start(&program, &[&server.0.base_url(), TOKEN, &drafts[0], &drafts[1]]), "");
        server.sent_once(&drafts);
    }
}

/// The C header as a later version would have it, in front of the real one.
#[test]
fn a_library_older_than_the_header() {
    let c = c_header();
    let newer = scratch("graph_message.h");
    let (before, after) = c.split_once("#define GRAPH_ABI_VERSION ").unwrap();
    fs::write(&newer, format!("{before}#define GRAPH_ABI_VERSION 99{after}")).unwrap();
    let include = format!("-I{}", newer.parent().unwrap().display());
    let mut flags = vec![&*include];
    flags.extend(CXX17);
    let server = Server::start();
    let draft = server.draft();
    server.0.clear_journal();
    let program = program_with("old_library.cpp", &flags);
    for start in [run as Start, valgrind] {
        assert_eq!(start(&program, &[&server.0.base_url(), TOKEN, &draft]), "");
    }
    assert_eq!(server.0.journal().len(), 0);
}

#[test]
fn the_example() {
    let program = compile("c++", &CXX17, "../../bindings/cpp/example.cpp");
    let server = Server::start();
    let base_url = server.0.base_url();
    let with = |arguments: &[&str]| {
        let output = Command::new(&program).args(arguments).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let sent = server.draft();
    let (code, said, complained) = with(&[TOKEN, &sent, &base_url]);
    assert!(code == Some(0) && said.starts_with("sent, client-request-id ") && complained.is_empty(), "{complained}");
    let (code, said, complained) = with(&["expired-token", "x", &base_url]);
    assert!(code == Some(1) && said.is_empty() && complained.starts_with("not sent: "), "{complained}");
    assert!(with(&[TOKEN, "x", "http://example.com"]).0 == Some(1));
    for arguments in [&[][..], &[TOKEN][..], &[TOKEN, "x", &base_url, "more"][..]] {
        let (code, said, complained) = with(arguments);
        assert!(code == Some(64) && said.is_empty() && complained.starts_with("usage: "), "{complained}");
    }

    // The deadline cuts it off in doubt, and the check that follows finds that it has left.
    let doubted = server.draft();
    server.0.settings(&json!({"ids_on_move": "keep"})).unwrap();
    let looks_fail = json!([{"on": "send", "do": "accept-then-504"}, {"on": "get", "do": "403"}]);
    server.0.faults(&looks_fail).unwrap();
    let (code, said, complained) = with(&[TOKEN, &doubted, &base_url]);
    assert!(code == Some(0) && said == "sent, as a check found\n", "{code:?} {said} {complained}");
    server.sent_once(&[sent, doubted]);
}

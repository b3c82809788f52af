//! What the shared library promises to programs that are already compiled: its symbols, its header, and what it needs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use support::{c_header, library_dir, root, soname, tool};

fn library() -> PathBuf {
    library_dir().join("libgraph_message.so")
}

/// What a tool prints about the library.
fn ask(name: &str, arguments: &[&str]) -> String {
    let output = Command::new(tool(name)).args(arguments).arg(library()).env("LC_ALL", "C").output().unwrap();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// `symbols.txt`: each symbol and the version that introduced it.
fn listed() -> Vec<(String, String)> {
    let text = fs::read_to_string(root().join("tests/abi/symbols.txt")).unwrap();
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split_once(' ').expect("a symbol and a version")).map(|(s, v)| (s.into(), v.into())).collect()
}

fn listed_symbols() -> BTreeSet<String> {
    listed().into_iter().map(|(symbol, _)| symbol).collect()
}

#[test]
fn the_list_is_in_order() {
    let listed = listed();
    assert!(listed.is_sorted_by(|(a, _), (b, _)| a < b), "sort tests/abi/symbols.txt, and list no symbol twice");
    let number = |version: &str| {
        version.split('.').map(|part| part.parse::<u32>().expect("a version is three numbers")).collect::<Vec<_>>()
    };
    for (symbol, since) in listed {
        assert_eq!(number(&since).len(), 3, "{symbol} {since}");
        assert!(number(&since) <= number(env!("CARGO_PKG_VERSION")), "{symbol} comes with {since}, a later version");
    }
}

#[test]
fn exports_are_the_list() {
    let named = |line: &str| line.split(' ').next_back().unwrap().split('@').next().unwrap().to_owned();
    let exported: BTreeSet<String> = ask("nm", &["-D", "--defined-only"]).lines().map(named).collect();
    assert_eq!(exported, listed_symbols());
}

/// A value that `tests/c/values.c` does not know could be changed without anybody noticing.
#[test]
fn every_value_is_fixed() {
    let fixed = fs::read_to_string(root().join("tests/c/values.c")).unwrap();
    for name in c_header().lines().filter_map(|line| line.strip_prefix("#define ")) {
        let name = name.split(' ').next().unwrap();
        let version = name == "GRAPH_MESSAGE_H" || name == "GRAPH_ABI_VERSION" || name.starts_with("GRAPH_VERSION");
        assert!(version || fixed.contains(&format!("VALUE({name}, ")), "tests/c/values.c does not fix {name}");
    }
}

#[test]
fn the_header_has_the_version() {
    let version = env!("CARGO_PKG_VERSION");
    let parts = [env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"), env!("CARGO_PKG_VERSION_PATCH")];
    let [major, minor, patch] = parts.map(|part| part.parse::<u32>().unwrap());
    let header = c_header();
    for define in [
        format!("#define GRAPH_VERSION \"{version}\""),
        format!("#define GRAPH_VERSION_MAJOR {major}"),
        format!("#define GRAPH_VERSION_MINOR {minor}"),
        format!("#define GRAPH_VERSION_PATCH {patch}"),
        format!("#define GRAPH_VERSION_NUMBER {}", major << 16 | minor << 8 | patch),
    ] {
        assert_eq!(header.lines().filter(|line| *line == define).count(), 1, "{define}");
    }
}

#[test]
fn no_python() {
    for line in ask("nm", &["-D"]).lines() {
        let symbol = line.split(' ').next_back().unwrap();
        assert!(!symbol.trim_start_matches('_').starts_with("Py"), "{line}");
    }
}

/// Compiled programs ask for this file. The ABI is only ever added to, so the number stays.
#[test]
fn it_is_asked_for_by_this_name() {
    assert_eq!(soname(&library()), "libgraph_message.so.1");
}

/// Threads of the host program end whenever they like, and run destructors of ours when they do.
#[test]
fn it_stays_loaded() {
    let flags = ask("readelf", &["-W", "-d"]);
    let flags = flags.lines().find(|line| line.contains("(FLAGS_1)")).unwrap_or_default();
    assert!(flags.contains("NODELETE"), "FLAGS_1: {flags:?}");
}

#[test]
fn it_needs_the_c_library_alone() {
    let dynamic = ask("readelf", &["-W", "-d"]);
    let needed: Vec<&str> = dynamic.lines().filter(|line| line.contains("(NEEDED)")).collect();
    assert!(!needed.is_empty());
    for line in needed {
        let name = line.split_once('[').unwrap().1.trim_end_matches(']');
        let system = ["libc.so.", "libgcc_s.so.", "libm.so.", "libpthread.so.", "libdl.so.", "librt.so.", "ld-linux"];
        assert!(system.iter().any(|start| name.starts_with(start)), "it needs {name}");
    }
}

/// ureq's log statements, the one that prints requests with their tokens among them, are compiled away. Without
/// optimisation their texts stay behind as dead code, which shows that these are the texts to look for.
#[test]
fn no_log_statements() {
    let bytes = fs::read(library()).unwrap();
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    let hex_digits: String = (0..=255).map(|byte| format!("{byte:02x}")).collect();
    for text in [hex_digits.as_str(), "Return to pool: ", "Use pooled: ", "Pool gone: "] {
        assert_eq!(holds(text), cfg!(debug_assertions), "{text:?}");
    }
}

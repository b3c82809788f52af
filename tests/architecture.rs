//! The architecture as `src/lib.rs` draws it, held against the source: who may use whom, and what stands where.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

/// Which modules each top-level module may use. Arrows go down only.
const ARROWS: [(&str, &[&str]); 12] = [
    ("ffi", &["client", "error", "panic", "status"]),
    ("python", &["client", "error", "panic"]),
    ("panic", &[]),
    ("client", &["delivery", "error", "graph", "per_process", "signal", "status", "transport"]),
    ("delivery", &["graph", "signal", "status", "sync"]),
    ("signal", &["sync"]),
    ("sync", &[]),
    ("transport", &["error", "graph", "per_process", "sync"]),
    ("per_process", &[]),
    ("graph", &["error"]),
    ("error", &["status"]),
    ("status", &[]),
];

/// Modules that take values and return values.
const PURE: [&str; 3] = ["graph", "error", "status"];

struct Source {
    path: PathBuf,
    module: String,
    /// The code without its tests and comments, a line each.
    lines: Vec<String>,
}

fn sources() -> Vec<Source> {
    fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    walk(&src, &mut paths);
    paths
        .into_iter()
        .filter(|path| path.file_name().unwrap() != "tests.rs")
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let path = path.strip_prefix(&src).unwrap().to_path_buf();
            let module = path.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned();
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
            let lines = code.lines().map(|line| line.split("//").next().unwrap().to_owned()).collect();
            Source { path, module, lines }
        })
        .collect()
}

fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let part = |c: char| c.is_alphanumeric() || c == '_';
        !line[..at].ends_with(part) && !line[at + word.len()..].starts_with(part)
    })
}

/// Fails with every line for which the test says that it breaks a rule.
fn none(rule: &str, breaks: impl Fn(&Source, &str) -> bool) {
    let broken: Vec<String> = sources()
        .iter()
        .flat_map(|source| {
            let broken = source.lines.iter().filter(|line| breaks(source, line));
            broken.map(|line| format!("src/{}: {}", source.path.display(), line.trim())).collect::<Vec<_>>()
        })
        .collect();
    assert!(broken.is_empty(), "{rule}:\n{}", broken.join("\n"));
}

#[test]
fn every_module_is_drawn() {
    for source in sources().iter().filter(|source| source.module != "lib") {
        assert!(ARROWS.iter().any(|(module, _)| *module == source.module), "{} has no place", source.path.display());
    }
}

#[test]
fn arrows_go_down_only() {
    for (module, allowed) in ARROWS {
        none(&format!("{module} may use {allowed:?} alone"), |source, line| {
            source.module == module
                && ARROWS.iter().any(|(other, _)| {
                    *other != module && !allowed.contains(other) && line.contains(&format!("crate::{other}"))
                })
        });
    }
    none("imports of several modules hide arrows", |_, line| line.contains("crate::{"));
}

#[test]
fn ureq_is_named_in_one_folder() {
    none("only src/transport/http knows ureq", |source, line| {
        has_word(line, "ureq") && !source.path.starts_with("transport/http")
    });
}

#[test]
fn unsafe_is_at_the_c_boundary_alone() {
    none("only src/ffi holds unsafe", |source, line| has_word(line, "unsafe") && source.module != "ffi");
}

#[test]
fn nothing_panics_or_prints() {
    none("no panic, no print", |_, line| {
        [
            "unwrap",
            "expect",
            "panic",
            "unreachable",
            "todo",
            "unimplemented",
            "assert",
            "print",
            "println",
            "eprint",
            "eprintln",
            "dbg",
        ]
        .iter()
        .any(|word| line.contains(&format!("{word}!(")) || line.contains(&format!(".{word}(")))
    });
}

#[test]
fn pure_modules_are_pure() {
    none("values in, values out", |source, line| {
        PURE.contains(&source.module.as_str())
            && [
                "TcpStream",
                "TcpListener",
                "UdpSocket",
                "ToSocketAddrs",
                "std::fs",
                "std::io",
                "std::env",
                "std::thread",
                "std::process",
                "::now()",
            ]
            .iter()
            .any(|effect| line.contains(effect))
    });
}

#[test]
fn every_export_is_guarded() {
    let mut exports = 0;
    for source in sources() {
        for (at, _) in source.lines.iter().enumerate().filter(|(_, line)| line.contains("no_mangle")) {
            exports += 1;
            let name = &source.lines[at + 1];
            let end = source.lines[at..].iter().position(|line| line == "}").unwrap();
            let body = source.lines[at..at + end].join("\n");
            assert!(
                ["guard(", "guard_value(", "set(", "text_of(", "answer("].iter().any(|guard| body.contains(guard)),
                "{name} lets a panic through"
            );
        }
    }
    assert!(exports > 40, "only {exports} exports found: the search is broken");
}

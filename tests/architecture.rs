//! The architecture as `src/lib.rs` draws it, held against the source: who may use whom, and what stands where.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "architecture/files.rs"]
mod files;

use std::fs;
use std::path::{Path, PathBuf};

/// Modules that take values and return values.
const PURE: [&str; 4] = ["delivery", "graph", "error", "status"];

struct Source {
    path: PathBuf,
    module: String,
    /// The code without its tests and comments, a line each.
    lines: Vec<String>,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
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
    let src = root().join("src");
    let mut paths = Vec::new();
    walk(&src, &mut paths);
    paths
        .into_iter()
        .filter(|path| !path.iter().any(|part| part == "tests" || part == "tests.rs"))
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

/// Which modules each top-level module uses, as `src/lib.rs` draws it, from the top to the bottom.
fn drawn() -> Vec<(String, Vec<String>)> {
    let text = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let lines = text.lines().filter_map(|line| line.strip_prefix("//! ")?.split_once(" uses "));
    let used = |users: &str| users.split(' ').filter(|name| *name != "nothing").map(str::to_owned).collect();
    lines.map(|(name, users)| (name.trim().to_owned(), used(users))).collect()
}

#[test]
fn folders_use_what_is_drawn_and_nothing_else() {
    let drawn = drawn();
    assert!(drawn.len() > 10, "the drawing in src/lib.rs is not found");
    let sources = sources();
    for source in sources.iter().filter(|source| source.module != "lib") {
        assert!(drawn.iter().any(|(name, _)| *name == source.module), "{} is not drawn", source.path.display());
    }
    for (at, (module, allowed)) in drawn.iter().enumerate() {
        let of_it = || sources.iter().filter(|source| source.module == *module);
        let uses = |other: &str| of_it().any(|source| source.lines.iter().any(|line| names(line, other)));
        for (number, (other, _)) in drawn.iter().enumerate().filter(|(_, (other, _))| other != module) {
            assert_eq!(uses(other), allowed.contains(other), "{module} uses {other}, or src/lib.rs draws that it does");
            assert!(!uses(other) || number > at, "{module} uses {other}, which is drawn above it");
        }
    }
    none("imports of several modules hide arrows", |_, line| line.contains("crate::{"));
}

fn names(line: &str, module: &str) -> bool {
    line.match_indices("crate::").any(|(at, found)| {
        let rest = &line[at + found.len()..];
        rest.strip_prefix(module).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    })
}

#[test]
fn files_have_no_circles() {
    let uses = files::uses();
    assert!(uses.len() > 80, "only {} files found: the search is broken", uses.len());
    if let Some(circle) = files::circle(&uses) {
        panic!("a circle: {}", circle.join(" -> "));
    }
}

#[test]
fn files_have_one_subject() {
    const MOST_LINES: usize = 350;
    for source in sources() {
        let lines = source.lines.len();
        assert!(lines <= MOST_LINES, "src/{} has {lines} lines without its tests", source.path.display());
    }
}

/// The tour of `CONTRIBUTING.md`: each line names a file and the functions that are passed in it.
#[test]
fn the_tour_can_be_walked() {
    let text = fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let tour = text.split("## The tour").nth(1).unwrap().split("\n## ").next().unwrap();
    let mut stops = 0;
    for line in tour.lines().filter(|line| line.starts_with("| `src/")) {
        let mut quoted = line.split('`').skip(1).step_by(2);
        let path = quoted.next().unwrap();
        let code = fs::read_to_string(root().join(path)).unwrap_or_else(|_| panic!("{path} is not there"));
        for function in quoted {
            stops += 1;
            let name = function.rsplit("::").next().unwrap();
            let defines = [format!("fn {name}("), format!("fn {name}<")].iter().any(|start| code.contains(start));
            assert!(defines, "{path} has no function {name}");
        }
    }
    assert!(stops > 20, "only {stops} functions found: the search is broken");
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

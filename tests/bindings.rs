//! What every language's folder holds: a README that opens with the example, and a description of its package that has the
//! version of Cargo.toml. Its declarations are written, and compared by `bindings/declare --check`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;
use std::path::PathBuf;

use support::root;

fn folders() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("bindings")).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = entries.filter(|folder| folder.join("binding.json").exists()).collect();
    folders.sort();
    folders
}

/// Where the example of a folder without a binding.json stands.
const OTHER_EXAMPLES: [&str; 3] = ["c/example/send.c", "cpp/example.cpp", "python/example.py"];

/// A folder's page, and its example.
fn examples() -> Vec<(PathBuf, PathBuf)> {
    let example_of = |folder: PathBuf| {
        let mut files = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        let example = files
            .find(|file| file.file_stem().is_some_and(|stem| stem.eq_ignore_ascii_case("example")))
            .unwrap_or_else(|| panic!("{}: no example", folder.display()));
        (folder.join("README.md"), example)
    };
    let others = OTHER_EXAMPLES.iter().map(|example| {
        let bindings = root().join("bindings");
        (bindings.join(example.split('/').next().unwrap()).join("README.md"), bindings.join(example))
    });
    folders().into_iter().map(example_of).chain(others).collect()
}

/// Who opens the page sees a program that can be pasted.
#[test]
fn readmes_open_with_the_example() {
    for (readme, example) in examples() {
        let text = fs::read_to_string(&example).unwrap().replace("\r\n", "\n");
        assert!(text.lines().count() <= 30, "{}: more than 30 lines", example.display());
        let page = fs::read_to_string(&readme).unwrap();
        let (before, rest) = page.split_once("```").unwrap();
        let shown = rest.split_once('\n').unwrap().1.split_once("\n```").unwrap().0;
        assert_eq!(shown.trim_end(), text.trim_end(), "{}: the first block is not the example", readme.display());
        assert!(before.lines().count() <= 12, "{}: the example is not on the first screen", readme.display());
    }
}

/// Where each ecosystem has the version of a package, and how. Of a Go module it is the tag.
const VERSIONS: [(&str, &str); 15] = [
    ("ada/alire.toml", "version = \"{}\""),
    ("common-lisp/graph-message.asd", ":version \"{}\""),
    ("csharp/GraphMessage.csproj", "<Version>{}</Version>"),
    ("csharp/GraphMessage.nuspec", "<version>{}</version>"),
    ("fortran/fpm.toml", "version = \"{}\""),
    ("java/pom.xml", "  <version>{}</version>"),
    ("lua/graph-message-{}-1.rockspec", "version = '{}-1'"),
    ("node/package.json", "\"version\": \"{}\""),
    ("node/package-lock.json", "  \"version\": \"{}\""),
    ("perl/lib/Graph/Message.pm", "our $VERSION = '{}'"),
    ("php/composer.json", "\"version\": \"{}\""),
    ("python/pyproject.toml", "dynamic = [\"version\"]"),
    ("r/DESCRIPTION", "Version: {}"),
    ("ruby/graph_message.gemspec", "gem.version = '{}'"),
    ("tcl/Makefile", "VERSION = {}"),
];

#[test]
fn packages_have_the_version() {
    let version = |text: &str| text.replace("{}", env!("CARGO_PKG_VERSION"));
    for (file, has) in VERSIONS {
        let file = root().join("bindings").join(version(file));
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert!(text.contains(&version(has)), "{}: no {}", file.display(), version(has));
    }
    let lazarus = fs::read_to_string(root().join("bindings/pascal/graph_message.lpk")).unwrap();
    let [major, minor, patch] =
        [env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"), env!("CARGO_PKG_VERSION_PATCH")];
    let has = format!("<Version Major=\"{major}\" Minor=\"{minor}\" Release=\"{patch}\"/>");
    assert!(lazarus.contains(&has), "pascal/graph_message.lpk: no {has}");
}

/// The version behind a name of ours, as in `graph-message-1.2.3.tgz`, `graph_message 1.2.3` and `graphmessage@v1.2.3`.
fn named_versions(text: &str) -> Vec<&str> {
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    for name in ["graph-message", "graph_message", "graphmessage"] {
        for (at, _) in lower.match_indices(name) {
            let rest = &text[at + name.len()..];
            let behind = rest.trim_start_matches(['-', '_', '@', ' ', '.']).trim_start_matches('v');
            let end = behind.find(|char: char| !char.is_ascii_digit() && char != '.').unwrap_or(behind.len());
            let version = behind[..end].trim_end_matches('.');
            if version.split('.').count() == 3 {
                found.push(version);
            }
        }
    }
    found
}

/// Pages say what to install, and some files name the archive that they are in. Tests name versions that never were.
#[test]
fn pages_name_the_version() {
    let mut count = 0;
    for folder in folders() {
        for file in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).filter(|file| file.is_file()) {
            let Ok(text) = fs::read_to_string(&file) else { continue };
            for version in named_versions(&text) {
                assert_eq!(version, env!("CARGO_PKG_VERSION"), "{}", file.display());
                count += 1;
            }
        }
    }
    assert!(count > 10, "only {count} versions found: the search is broken");
}

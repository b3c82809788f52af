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
}

//! What every language's folder holds: a README that opens with the example. Its declarations are written, and compared by
//! `bindings/declare --check`.

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

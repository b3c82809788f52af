//! What Cargo.toml promises: the minimum Rust is that of the dependencies, each dependency is explained, no Python by default.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--manifest-path"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().unwrap()
}

/// The packages that the library is built from, on any system; not those of its tests.
fn packages(metadata: &Value) -> Vec<&Value> {
    let node = |id: &Value| list(&metadata["resolve"], "nodes").iter().find(|node| node["id"] == *id).unwrap();
    let root = list(metadata, "packages").iter().find(|package| package["name"] == "graph-message").unwrap();
    let (mut seen, mut left) = (BTreeSet::new(), vec![&root["id"]]);
    while let Some(id) = left.pop() {
        if seen.insert(id.to_string()) {
            let needed = |dep: &&Value| list(dep, "dep_kinds").iter().any(is_in_the_library);
            left.extend(list(node(id), "deps").iter().filter(needed).map(|dep| &dep["pkg"]));
        }
    }
    list(metadata, "packages").iter().filter(|package| seen.contains(&package["id"].to_string())).collect()
}

/// Whether a dependency is built for the library; the model checker of tests/interleavings.rs takes the place of its locks.
fn is_in_the_library(dependency: &Value) -> bool {
    dependency["kind"] != "dev" && dependency["target"] != "cfg(graph_message_loom)"
}

fn minor(version: &Value) -> u32 {
    version.as_str().and_then(|version| version.split('.').nth(1)).map_or(0, |minor| minor.parse().unwrap())
}

#[test]
fn the_minimum_rust_is_that_of_the_dependencies() {
    let metadata = metadata();
    let packages = packages(&metadata);
    let (ours, theirs): (Vec<_>, Vec<_>) = packages.into_iter().partition(|package| package["name"] == "graph-message");
    let needed = theirs.iter().map(|package| minor(&package["rust_version"])).max().unwrap();
    assert_eq!(minor(&ours[0]["rust_version"]), needed);
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    assert!(readme.contains(&format!("Rust 1.{needed} or newer")), "the README names another Rust");
}

#[test]
fn every_dependency_is_explained() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let metadata = metadata();
    for package in packages(&metadata).iter().filter(|package| package["name"] == "graph-message") {
        for dependency in list(package, "dependencies").iter().filter(|kind| is_in_the_library(kind)) {
            let name = dependency["name"].as_str().unwrap();
            assert!(readme.contains(&format!("`{name}`")), "the README does not say why there is {name}");
        }
    }
}

#[test]
fn there_is_no_python_by_default() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--edges", "normal,build", "--prefix", "none", "--package", "graph-message", "--manifest-path"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .output()
        .unwrap();
    let tree = String::from_utf8(output.stdout).unwrap();
    assert!(tree.contains("ureq v") && !tree.contains("pyo3"), "{tree}");
}

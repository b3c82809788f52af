//! Which file of `src` uses which, by their imports and paths.
//!
//! A name that a `mod.rs` passes on with `pub use` counts as that of the file that has it, and passing on does not count as use.

use std::collections::{BTreeMap, BTreeSet};

use super::{Source, sources};

/// Modules by their path below the crate, such as `transport::http::tcp`.
pub type Uses = BTreeMap<String, BTreeSet<String>>;

/// What each file uses of the others.
pub fn uses() -> Uses {
    let sources = sources();
    let modules: BTreeMap<String, &Source> = sources.iter().map(|source| (module(source), source)).collect();
    let passed_on = modules.iter().map(|(name, source)| (name.clone(), passed_on(name, source, &modules))).collect();
    let used = |name: &String, source: &Source| {
        let paths = paths(source).into_iter().filter_map(|path| resolved(name, &path, &modules, &passed_on));
        paths.filter(|other| other != name && !other.is_empty()).collect()
    };
    modules.iter().map(|(name, source)| (name.clone(), used(name, source))).collect()
}

/// Some circle, if there is one.
pub fn circle(uses: &Uses) -> Option<Vec<String>> {
    fn walk(name: &str, uses: &Uses, way: &mut Vec<String>, done: &mut BTreeSet<String>) -> Option<Vec<String>> {
        if let Some(at) = way.iter().position(|passed| passed == name) {
            return Some(way[at..].iter().cloned().chain([name.to_owned()]).collect());
        }
        if !done.contains(name) {
            way.push(name.to_owned());
            for other in &uses[name] {
                if let Some(circle) = walk(other, uses, way, done) {
                    return Some(circle);
                }
            }
            way.pop();
            done.insert(name.to_owned());
        }
        None
    }
    let mut done = BTreeSet::new();
    uses.keys().find_map(|name| walk(name, uses, &mut Vec::new(), &mut done))
}

fn module(source: &Source) -> String {
    let path = source.path.with_extension("");
    let mut parts: Vec<&str> = path.iter().map(|part| part.to_str().unwrap()).collect();
    if matches!(parts.last(), Some(&("mod" | "lib"))) {
        parts.pop();
    }
    parts.join("::")
}

fn joined(module: &str, name: &str) -> String {
    if module.is_empty() { name.to_owned() } else { format!("{module}::{name}") }
}

/// The code of a file in one line, and its `use` statements.
fn statements(source: &Source) -> (String, Vec<(bool, String)>) {
    let code = source.lines.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
    let (mut rest, mut imports) = (String::new(), Vec::new());
    for statement in code.split_inclusive(';') {
        match statement.rsplit_once("use ") {
            Some((before, tree)) if before.is_empty() || before.ends_with(|c: char| " ;{}".contains(c)) => {
                let is_passed_on = before.trim_end().ends_with("pub");
                imports.push((is_passed_on, tree.trim_end_matches(';').replace(' ', "")));
                rest.push_str(before);
            }
            Some(_) | None => rest.push_str(statement),
        }
    }
    (rest, imports)
}

/// The paths in a tree of imports.
fn expanded(tree: &str) -> Vec<String> {
    let Some((start, inner)) = tree.split_once('{') else { return vec![tree.to_owned()] };
    let inner = inner.strip_suffix('}').unwrap_or(inner);
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for c in inner.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if c == ',' && depth == 0 {
            parts.push(String::new());
        } else {
            parts.last_mut().unwrap().push(c);
        }
    }
    parts.iter().filter(|part| !part.is_empty()).flat_map(|part| expanded(&format!("{start}{part}"))).collect()
}

/// Every path of a file that may lead to another.
fn paths(source: &Source) -> Vec<String> {
    let (rest, imports) = statements(source);
    let is_facade = source.path.ends_with("mod.rs");
    let imported = imports.iter().filter(|(is_passed_on, _)| !(is_facade && *is_passed_on));
    let mut paths: Vec<String> = imported.flat_map(|(_, tree)| expanded(tree)).collect();
    let word = |c: char| !(c.is_alphanumeric() || c == '_' || c == ':');
    let named = rest.split(word).filter(|path| path.starts_with("super::") || path.starts_with("crate::"));
    paths.extend(named.map(str::to_owned));
    paths
}

/// The names that a module passes on, and the module that has each.
fn passed_on(name: &str, source: &Source, modules: &BTreeMap<String, &Source>) -> BTreeMap<String, String> {
    let trees = statements(source).1.into_iter().filter(|(is_passed_on, _)| *is_passed_on);
    let paths = trees.flat_map(|(_, tree)| expanded(&tree));
    let owned = paths.filter_map(|path| {
        let (first, last) = path.split_once("::")?;
        let owner = joined(name, first);
        modules.contains_key(&owner).then(|| (last.rsplit("::").next().unwrap().to_owned(), owner))
    });
    owned.collect()
}

/// The module that a path leads to, seen from another.
fn resolved(
    from: &str,
    path: &str,
    modules: &BTreeMap<String, &Source>,
    passed_on: &BTreeMap<String, BTreeMap<String, String>>,
) -> Option<String> {
    let mut parts = path.split("::").peekable();
    let mut at = match *parts.peek()? {
        "crate" => String::new(),
        "self" | "super" => from.to_owned(),
        first if modules.contains_key(&joined(from, first)) => from.to_owned(),
        _ => return None,
    };
    for part in parts {
        match part {
            "crate" | "self" => {}
            "super" => at = at.rsplit_once("::").map_or(String::new(), |(parent, _)| parent.to_owned()),
            _ => match (modules.get(&joined(&at, part)), passed_on.get(&at).and_then(|names| names.get(part))) {
                (Some(_), _) => at = joined(&at, part),
                (None, Some(owner)) => at.clone_from(owner),
                (None, None) => break,
            },
        }
    }
    Some(at)
}

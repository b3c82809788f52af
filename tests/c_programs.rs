//! The C API as C and C++ programs meet it: each program of `tests/c` is compiled in both languages without a warning,
//! runs against the emulator, and runs again under valgrind.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod support;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::json;
use support::programs::{MAILBOX, Server, Start, TOKEN, file_of, run, valgrind, valgrind_but_leaks};
use support::{C99, CXX11, compile, library_dir, root, sanitizer, scratch, tool};

const COMPILERS: [(&str, &[&str]); 2] = [("gcc", &C99), ("g++", &CXX11)];

/// A program in both languages.
fn both(source: &str) -> [PathBuf; 2] {
    COMPILERS.map(|(compiler, flags)| compile(compiler, flags, source))
}

/// A program in both languages with libraries of its own choice.
fn both_linked_with(source: &str, libraries: &[&OsStr]) -> [PathBuf; 2] {
    COMPILERS.map(|(compiler, flags)| {
        let program = scratch(source.trim_end_matches(".c"));
        let source = root().join("tests/c").join(source);
        let mut command = Command::new(tool(compiler));
        command.args(flags).args(sanitizer()).arg("-I").arg(root().join("include")).arg(source).args(["-x", "none"]);
        let output = command.args(libraries).arg("-o").arg(&program).output().unwrap();
        assert!(output.status.success(), "{compiler}: {}", String::from_utf8_lossy(&output.stderr));
        program
    })
}

#[test]
fn every_program_is_run() {
    let here = fs::read_to_string(root().join("tests/c_programs.rs")).unwrap();
    let elsewhere = BTreeSet::from(["budget.c", "driver.c", "many.c", "slow_resolver.c"]);
    for entry in fs::read_dir(root().join("tests/c")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let run = !name.ends_with(".c") || elsewhere.contains(&*name) || here.contains(&format!("\"{name}\""));
        assert!(run, "nothing runs tests/c/{name}");
    }
}

#[test]
fn without_a_server() {
    for source in ["header.c", "values.c", "nulls.c", "utf8.c", "one_call.c"] {
        for program in both(source) {
            assert_eq!(run(&program, &[]), "");
            assert_eq!(valgrind(&program, &[]), "");
        }
    }
}

fn basic(programs: [PathBuf; 2]) {
    let server = Server::start();
    let mut drafts = Vec::new();
    for program in programs {
        for start in [run as Start, valgrind] {
            drafts.push(server.draft());
            let id = drafts.last().unwrap();
            let message_id = server.message_id(id);
            assert_eq!(start(&program, &[&server.0.base_url(), TOKEN, MAILBOX, id, &message_id]), "");
        }
    }
    server.sent_once(&drafts);
    assert!(server.0.journal().iter().all(|seen| {
        let user_agent = seen.user_agent.as_deref().unwrap_or_default();
        user_agent.starts_with("basic/1.0 ") && seen.token.as_deref() == Some(TOKEN)
    }));
}

#[test]
fn closed_standard_streams() {
    let server = Server::start();
    let programs = both("closed_streams.c");
    let drafts = programs.map(|program| {
        let id = server.draft();
        assert_eq!(run(&program, &[&server.0.base_url(), TOKEN, MAILBOX, &id]), "");
        id
    });
    server.sent_once(&drafts);
}

#[test]
fn a_client_and_its_accessors() {
    basic(both("basic.c"));
}

#[test]
fn linked_statically() {
    let archive = library_dir().join("libgraph_message.a");
    // What rustc names with --print native-static-libs.
    let system = ["-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm", "-ldl", "-lc"].map(OsStr::new);
    let mut libraries = vec![archive.as_os_str()];
    libraries.extend(system);
    let programs = both_linked_with("basic.c", &libraries);
    for program in &programs {
        let output = Command::new(tool("readelf")).arg("-d").arg(program).output().unwrap();
        assert!(!String::from_utf8_lossy(&output.stdout).contains("graph_message"));
    }
    basic(programs);
}

#[test]
fn the_shared_client() {
    let server = Server::start();
    let mut drafts = Vec::new();
    for program in both("one_call.c") {
        for start in [run as Start, valgrind] {
            drafts.push(server.draft());
            assert_eq!(start(&program, &[&server.0.base_url(), TOKEN, drafts.last().unwrap()]), "");
        }
    }
    server.sent_once(&drafts);
}

#[test]
fn text_into_a_buffer() {
    for program in both("text.c") {
        for start in [run as Start, valgrind] {
            let server = Server::start();
            let drafts = server.drafts(2);
            server.0.faults(&json!({"on": "send", "do": "429", "retry_after": "7", "skip": 1})).unwrap();
            assert_eq!(start(&program, &[&server.0.base_url(), TOKEN, &drafts[0], &drafts[1]]), "");
            server.sent_once(&drafts[..1]);
        }
    }
}

#[test]
fn many_threads_on_one_client() {
    for program in both("threads.c") {
        for (start, threads, each) in [(run as Start, 32, 20), (valgrind, 8, 3)] {
            let server = Server::start();
            let drafts = server.drafts(threads * each);
            let ids = file_of(&drafts);
            let arguments = [&server.0.base_url(), TOKEN, ids.to_str().unwrap(), &threads.to_string()];
            assert_eq!(start(&program, &arguments), "");
            server.sent_once(&drafts);
            let connections: BTreeSet<u64> = server.0.journal().iter().map(|seen| seen.connection).collect();
            println!("{threads} threads, {} mails, {} connections", drafts.len(), connections.len());
            assert!(connections.len() <= threads, "connections are not kept");
        }
    }
}

#[test]
fn cancelling() {
    for program in both("cancel.c") {
        // Under valgrind, and on a busy machine, what counts is that it ends.
        for (start, threads, limit_ms) in [(run as Start, 32, "300"), (valgrind, 4, "10000")] {
            let server = Server::start();
            server.0.faults(&json!({"on": "send", "do": "hang", "times": threads + 2})).unwrap();
            let drafts = server.drafts(1);
            let arguments = [&server.0.base_url(), TOKEN, &drafts[0], &threads.to_string(), limit_ms];
            print!("{threads} threads: {}", start(&program, &arguments).replace('\n', "  "));
            println!();
            server.sent_once(&drafts);
        }
    }
}

#[test]
fn forking() {
    const ALONE: usize = 4;
    const PER_ROUND: usize = 25;
    for program in both("fork.c") {
        for (start, rounds) in [(run as Start, 50), (valgrind, 0), (valgrind_but_leaks, 2)] {
            // The child of a process with threads finds the sanitizer's allocator as they had locked it, until LLVM 18:
            // https://github.com/llvm/llvm-project/pull/75290
            let rounds = if sanitizer().is_empty() { rounds } else { 0 };
            let server = Server::start();
            let drafts = server.drafts(ALONE + rounds * PER_ROUND);
            let ids = file_of(&drafts);
            let arguments = [&server.0.base_url(), TOKEN, ids.to_str().unwrap(), &rounds.to_string()];
            assert_eq!(start(&program, &arguments), "");
            server.sent_once(&drafts);

            let connection = |index: usize| server.request_for(&drafts[index]).connection;
            let [parent, child, childs_own, parent_again] = [0, 1, 2, 3].map(connection);
            assert_eq!(parent, parent_again, "the parent lost its connection");
            assert_ne!(parent, child, "the child used its parent's connection");
            assert_ne!(parent, childs_own);
            assert_ne!(child, childs_own, "two clients shared a connection");

            let requests: Vec<(u64, usize)> =
                (0..rounds).map(|round| ALONE + (round + 1) * PER_ROUND - 1).map(|i| (connection(i), i)).collect();
            for (used, index) in requests {
                let also = server.0.journal().iter().filter(|seen| seen.connection == used).count();
                assert_eq!(also, 1, "the child that sent draft {index} shared a connection");
            }
        }
    }
}

#[test]
fn loaded_at_run_time() {
    let library = library_dir().join("libgraph_message.so");
    let symbols = root().join("tests/abi/symbols.txt");
    for program in both_linked_with("dlopen.c", &["-lpthread", "-ldl"].map(OsStr::new)) {
        for (start, rounds) in [(run as Start, 20), (valgrind, 2)] {
            let server = Server::start();
            let drafts = server.drafts(rounds);
            let ids = file_of(&drafts);
            let paths = [&library, &symbols, &ids].map(|path| path.to_str().unwrap());
            assert_eq!(start(&program, &[paths[0], paths[1], &server.0.base_url(), TOKEN, paths[2]]), "");
            server.sent_once(&drafts);
        }
    }
}

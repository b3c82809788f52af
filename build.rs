//! Writes `include/graph_message.h` from `src/ffi`, gives the shared library its name, and marks it as one that stays loaded.

use std::env;
use std::error::Error;
use std::path::Path;

/// The files of the C API, in the order in which the header reads.
const FILES: [&str; 8] = ["status", "send", "client", "call", "options", "error", "receipt", "version"];

/// What a program that is linked with the shared library asks the loader for. The ABI is only ever added to, so the number
/// stays.
const SONAME: &str = "libgraph_message.so.1";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=src/ffi");
    println!("cargo:rerun-if-changed=cbindgen.toml");
    println!("cargo:rerun-if-changed=include/graph_message.h");
    write_header(Path::new("include/graph_message.h"))?;

    let object_format_is_elf = !matches!(env::var("CARGO_CFG_TARGET_OS")?.as_str(), "windows" | "macos" | "ios");
    if object_format_is_elf {
        // The Python module is loaded by its path, and by nothing else.
        if env::var_os("CARGO_FEATURE_PYTHON").is_none() {
            println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,{SONAME}");
        }
        // Threads that have called into the library run destructors of its thread-locals when they end, which must still be
        // there then, whatever the host program does with dlclose.
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
    Ok(())
}

fn write_header(header: &Path) -> Result<(), Box<dyn Error>> {
    let mut config = cbindgen::Config::from_file("cbindgen.toml")?;
    config.after_includes = Some(version_macros()?);
    let mut builder = cbindgen::Builder::new().with_config(config);
    for file in FILES.iter().chain(&["string"]) {
        builder = builder.with_src(format!("src/ffi/{file}.rs"));
    }
    builder.generate()?.write_to_file(header);
    Ok(())
}

fn version_macros() -> Result<String, Box<dyn Error>> {
    let part =
        |name: &str| -> Result<u32, Box<dyn Error>> { Ok(env::var(format!("CARGO_PKG_VERSION_{name}"))?.parse()?) };
    let (major, minor, patch) = (part("MAJOR")?, part("MINOR")?, part("PATCH")?);
    Ok(format!(
        "\n/* The version of this header; graph_version() is that of the library. The number is major << 16 | minor << 8 | patch. */\n\
         #define GRAPH_VERSION \"{}\"\n\
         #define GRAPH_VERSION_MAJOR {major}\n\
         #define GRAPH_VERSION_MINOR {minor}\n\
         #define GRAPH_VERSION_PATCH {patch}\n\
         #define GRAPH_VERSION_NUMBER {}",
        env::var("CARGO_PKG_VERSION")?,
        major << 16 | minor << 8 | patch,
    ))
}

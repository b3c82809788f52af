use std::ffi::CStr;

use libc::c_char;

use super::panic::guard_value;

/// The ABI that this header describes. Grows by one with each addition; a program built for N runs with any library whose
/// graph_abi_version is N or more.
pub const GRAPH_ABI_VERSION: u32 = 1;

const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
    Ok(version) => version,
    Err(_) => c"",
};

/// The version of the library that is loaded, such as "1.4.0"; GRAPH_VERSION is that of the header. A constant string, not
/// to be freed. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn graph_version() -> *const c_char {
    guard_value(VERSION.as_ptr(), || VERSION.as_ptr())
}

/// The ABI of the library that is loaded: compare it with GRAPH_ABI_VERSION before the first other call where the library is
/// loaded at run time. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn graph_abi_version() -> u32 {
    guard_value(GRAPH_ABI_VERSION, || GRAPH_ABI_VERSION)
}

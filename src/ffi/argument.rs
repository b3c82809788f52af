//! Strings and objects on their way in; objects and times on their way out.

use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::ptr;
use std::time::Duration;

use libc::c_char;

use crate::error::Error;

/// A string argument; NULL is read as empty.
///
/// # Safety
/// `text` is NULL or points to a NUL-terminated string that nobody changes while `'a` lasts.
pub unsafe fn text_or_empty<'a>(what: &str, text: *const c_char) -> Result<&'a str, Error> {
    if text.is_null() {
        return Ok("");
    }
    // SAFETY: it is not NULL, and the caller passes on the C caller's promise that it is terminated and stays unchanged.
    let text = unsafe { CStr::from_ptr(text) };
    if text.to_bytes().is_ascii() {
        // SAFETY: ASCII is UTF-8. The standard library finds it out in a fifth of the time that checking UTF-8 takes, and tokens
        // are long.
        return Ok(unsafe { std::str::from_utf8_unchecked(text.to_bytes()) });
    }
    text.to_str().map_err(|error| {
        Error::invalid(format!("{what} is not valid UTF-8 (byte {}); convert it before the call", error.valid_up_to()))
    })
}

/// A string argument that must be there.
///
/// # Safety
/// As for [`text_or_empty`].
pub unsafe fn text<'a>(what: &str, text: *const c_char) -> Result<&'a str, Error> {
    if text.is_null() {
        return Err(Error::invalid(format!("{what} is NULL")));
    }
    // SAFETY: the caller's promise is the same.
    unsafe { text_or_empty(what, text) }
}

/// An object argument that must be there.
pub fn object<T>(what: &str, object: Option<T>) -> Result<T, Error> {
    object.ok_or_else(|| Error::invalid(format!("{what} is NULL")))
}

/// Hands an object to the caller, or NULL; without a place for it, it is dropped.
pub fn give<T>(out: Option<&mut MaybeUninit<*mut T>>, value: Option<T>) {
    if let Some(out) = out {
        out.write(value.map_or(ptr::null_mut(), |value| Box::into_raw(Box::new(value))));
    }
}

/// A time in milliseconds, rounded up, and the longest there is where it is longer.
pub fn milliseconds(time: Duration) -> u32 {
    u32::try_from(time.as_micros().div_ceil(1000)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        assert_eq!(milliseconds(Duration::from_micros(1)), 1);
        assert_eq!(milliseconds(Duration::from_secs(1 << 40)), u32::MAX);
    }
}

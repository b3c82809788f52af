use std::ffi::CString;
use std::time::Duration;

use libc::c_char;

use super::guard::guard_value;

/// Frees a string that a function of this library handed over, and says so where it does. NULL is no string. Never free such
/// a string with free(), nor one that an accessor returned with this.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn graph_string_free(string: *mut c_char) {
    guard_value((), || {
        if !string.is_null() {
            // SAFETY: the header asks for a string that this library handed over, which `CString::into_raw` made, and that
            // was not freed.
            drop(unsafe { CString::from_raw(string) });
        }
    });
}

/// A text for C. Texts that came from outside were freed of control characters long before; a NUL becomes a space here.
pub(super) fn c_string(text: &str) -> CString {
    CString::new(text).unwrap_or_else(|_| CString::new(text.replace('\0', " ")).unwrap_or_default())
}

/// A time in milliseconds, rounded up, and the longest there is where it is longer.
pub(super) fn milliseconds(time: Duration) -> u32 {
    u32::try_from(time.as_micros().div_ceil(1000)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_times() {
        assert_eq!(c_string("a\0b").as_c_str(), c"a b");
        assert_eq!(milliseconds(Duration::from_micros(1)), 1);
        assert_eq!(milliseconds(Duration::from_secs(1 << 40)), u32::MAX);
        // SAFETY: both are what the function takes.
        unsafe {
            graph_string_free(c_string("x").into_raw());
            graph_string_free(std::ptr::null_mut());
        }
    }
}

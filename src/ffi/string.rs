use std::ffi::CString;
use std::ptr;

use libc::c_char;

use super::panic::guard_value;

/// Frees a string that a function of this library hands over to its caller. No function does so yet; one that does will name this
/// function in its description. NULL is no string. Such a string is never freed with free(), and a string that an accessor returned
/// is never freed with this function.
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

/// Writes a text and its NUL into a buffer, as much of it as there is room for, in whole characters.
///
/// # Safety
/// `buffer` is NULL or has room for `size` bytes, and nobody else uses it meanwhile.
pub(super) unsafe fn fill(buffer: *mut c_char, size: u32, text: &str) {
    let Some(room) = size.checked_sub(1).filter(|_| !buffer.is_null()) else { return };
    let text = c_string(text);
    let text = text.as_bytes();
    let mut end = text.len().min(usize::try_from(room).unwrap_or(usize::MAX));
    // The byte after the cut must not be one in the middle of a character.
    while text.get(end).is_some_and(|byte| byte & 0xC0 == 0x80) {
        end -= 1;
    }
    // SAFETY: `end` and the NUL after it are within `size`, for which the caller answers; `text` is a copy of its own.
    unsafe {
        ptr::copy_nonoverlapping(text.as_ptr(), buffer.cast(), end);
        buffer.add(end).write(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_is_filled_as_far_as_it_goes() {
        let filled = |size: u32, text: &str| {
            let mut buffer = [b'x'; 8];
            // SAFETY: `size` is not more than the buffer has.
            unsafe { fill(buffer.as_mut_ptr().cast(), size, text) };
            buffer
        };
        assert_eq!(&filled(8, "sent"), b"sent\0xxx");
        assert_eq!(&filled(5, "sent"), b"sent\0xxx");
        assert_eq!(&filled(4, "sent"), b"sen\0xxxx");
        assert_eq!(&filled(3, "né"), b"n\0xxxxxx");
        assert_eq!(&filled(4, "né"), b"n\xc3\xa9\0xxxx");
        assert_eq!(&filled(1, "sent"), b"\0xxxxxxx");
        assert_eq!(&filled(0, "sent"), b"xxxxxxxx");
        // SAFETY: NULL is no buffer.
        unsafe { fill(ptr::null_mut(), 8, "sent") };
    }

    #[test]
    fn texts() {
        assert_eq!(c_string("a\0b").as_c_str(), c"a b");
        // SAFETY: both are what the function takes.
        unsafe {
            graph_string_free(c_string("x").into_raw());
            graph_string_free(std::ptr::null_mut());
        }
    }
}

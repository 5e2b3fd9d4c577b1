//! A blob's bytes made comparable with what an editor shows.

use super::base::NotComparable;

/// The largest production version that is compared, in bytes. The largest hand-written Python files
/// have about one MiB; beyond this a file is generated, and parsing it would stall every keystroke.
pub const LIMIT_BYTES: u64 = 8 * 1024 * 1024;

/// A pointer file is smaller than this by the LFS specification, in bytes.
const LFS_POINTER_BYTES: usize = 1024;

/// The text of `bytes` without byte order mark and with `\r\n` folded to `\n`. Lone `\r` stay: they
/// are line ends of their own to Python.
///
/// # Errors
/// [`NotComparable`] when the bytes are too many, an LFS pointer, binary or not UTF-8.
pub fn comparable(bytes: &[u8]) -> Result<String, NotComparable> {
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if LIMIT_BYTES < size {
        return Err(NotComparable::TooLarge {
            size,
            limit: LIMIT_BYTES,
        });
    }
    if is_lfs_pointer(bytes) {
        return Err(NotComparable::LfsPointer);
    }
    // UTF-16 is full of NUL bytes but is text to its reader, so its mark is looked at first.
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(NotComparable::NotUtf8);
    }
    if memchr::memchr(0, bytes).is_some() {
        return Err(NotComparable::Binary);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| NotComparable::NotUtf8)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Ok(text.replace("\r\n", "\n"))
}

pub(super) fn is_lfs_pointer(bytes: &[u8]) -> bool {
    bytes.len() < LFS_POINTER_BYTES
        && bytes.starts_with(b"version https://git-lfs.github.com/spec/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_and_windows_line_ends_are_no_difference() {
        assert_eq!(
            comparable("\u{feff}a\r\nb\n".as_bytes()).as_deref(),
            Ok("a\nb\n")
        );
    }

    #[test]
    fn a_lone_carriage_return_stays_a_line_end() {
        assert_eq!(comparable(b"a\rb").as_deref(), Ok("a\rb"));
    }

    #[test]
    fn each_unreadable_kind_has_its_own_reason() {
        let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n";
        assert_eq!(comparable(pointer), Err(NotComparable::LfsPointer));
        assert_eq!(comparable(b"a\0b"), Err(NotComparable::Binary));
        assert_eq!(comparable(b"\xff\xfea\0"), Err(NotComparable::NotUtf8));
        let latin = b"# -*- coding: latin-1 -*-\nname = '\xe9'\n";
        assert_eq!(comparable(latin), Err(NotComparable::NotUtf8));
    }

    #[test]
    fn a_generated_giant_is_refused_with_its_size() {
        let giant = vec![b'x'; 8 * 1024 * 1024 + 1];
        assert!(matches!(
            comparable(&giant),
            Err(NotComparable::TooLarge {
                size: 8_388_609,
                ..
            })
        ));
    }
}

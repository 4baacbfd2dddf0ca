//! Bytes to text.
//!
//! In: a page's bytes and what its headers and markup say about their charset. Out: text without NUL characters. Not done here: markup.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use crate::fetch::Page;

/// How far into the markup a charset declaration is looked for, bytes; the standard says 1024, real pages put scripts before it.
const PRESCAN_BYTES: usize = 8 * 1024;

/// Decodes a page: byte order mark, then valid UTF-8, then `Content-Type`, then the markup's own declaration, then Windows-1252.
///
/// Valid UTF-8 with letters beyond ASCII is believed before any declaration: text in another charset is never valid UTF-8 by accident.
pub(in crate::extract) fn decode<'a>(page: &'a Page, problems: &mut Vec<String>) -> Cow<'a, str> {
    decode_bytes(&page.body, page.charset().as_deref(), problems)
}

fn decode_bytes<'a>(body: &'a [u8], header: Option<&str>, problems: &mut Vec<String>) -> Cow<'a, str> {
    if let Some((encoding, length)) = Encoding::for_bom(body) {
        return without_nul(encoding.decode_without_bom_handling(&body[length..]).0);
    }
    let in_header = header.and_then(|label| Encoding::for_label(label.as_bytes()));
    let declared = || in_header.or_else(|| declared_in_markup(body));
    // A seven-bit charset with escapes (ISO-2022-JP) is valid UTF-8 too.
    let may_escape = in_header.is_some() || body.contains(&b'\x1b');
    let escapes = may_escape && declared().is_some_and(|encoding| !encoding.is_ascii_compatible());
    if !escapes && let Ok(text) = std::str::from_utf8(body) {
        return without_nul(Cow::Borrowed(text));
    }
    let declared = declared();
    let encoding = match declared {
        Some(encoding) if encoding != UTF_8 => encoding,
        Some(_) if mostly_utf8(body) => UTF_8,
        _ => WINDOWS_1252,
    };
    let (text, had_errors) = encoding.decode_without_bom_handling(body);
    if had_errors {
        problems.push(format!("some bytes are not valid {}", encoding.name()));
    }
    without_nul(text)
}

fn without_nul(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "")) } else { text }
}

/// True when sequences beyond ASCII are mostly well-formed: a truncated or patched UTF-8 page rather than a mislabelled one.
fn mostly_utf8(body: &[u8]) -> bool {
    let (mut good, mut bad) = (0usize, 0usize);
    for chunk in body.utf8_chunks() {
        good += chunk.valid().bytes().filter(|b| *b >= 0xc0).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good >= bad
}

/// The charset that `<meta charset>`, `<meta http-equiv>` or the XML declaration names.
fn declared_in_markup(body: &[u8]) -> Option<&'static Encoding> {
    let head = &body[..body.len().min(PRESCAN_BYTES)];
    let mut at = 0;
    while let Some(found) = find(&head[at..], b"charset").or_else(|| find(&head[at..], b"encoding")) {
        at += found + 7;
        let rest = &head[at..];
        let rest = rest.strip_prefix(b"g").unwrap_or(rest);
        let rest = rest.trim_ascii_start();
        let Some(rest) = rest.strip_prefix(b"=") else { continue };
        let rest = rest.trim_ascii_start();
        let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest);
        let length = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':')).count();
        if let Some(encoding) = Encoding::for_label(&rest[..length]) {
            // A declaration that could be read as ASCII cannot be UTF-16 (the standard's rule).
            return Some(if encoding.is_ascii_compatible() || encoding.name() == "ISO-2022-JP" { encoding } else { UTF_8 });
        }
    }
    None
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window.eq_ignore_ascii_case(needle))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &[u8], header: Option<&str>, expected: &str) {
        assert_eq!(decode_bytes(body, header, &mut Vec::new()), expected);
    }

    #[test]
    fn the_bytes_outweigh_a_wrong_label() {
        check("déjà".as_bytes(), Some("iso-8859-1"), "déjà");
        check(b"d\xe9j\xe0 <meta charset=utf-8>", None, "déjà <meta charset=utf-8>");
        check(b"\xef\xbb\xbfabc", Some("windows-1251"), "abc");
    }

    #[test]
    fn header_then_markup_then_western() {
        check(b"\xcf\xf0\xe8\xe2\xe5\xf2", Some("windows-1251"), "Привет");
        check(b"<meta charset='windows-1251'>\xcf\xf0", None, "<meta charset='windows-1251'>Пр");
        check(b"<?xml version='1.0' encoding=\"koi8-r\"?>\xf0", None, "<?xml version='1.0' encoding=\"koi8-r\"?>П");
        check(
            b"<meta http-equiv=content-type content='text/html; charset=euc-kr'>\xc7\xd1",
            None,
            "<meta http-equiv=content-type content='text/html; charset=euc-kr'>한",
        );
        check(b"caf\xe9", None, "café");
        check(b"caf\xe9", Some("no-such-charset"), "café");
    }

    #[test]
    fn nul_and_nothing_are_survived() {
        check(b"", None, "");
        check(b"a\0b", None, "ab");
    }
}

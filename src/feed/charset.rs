//! Bytes to characters: in goes a body with what its headers say of it, out comes text without control characters.
//!
//! The order is that of RFC 7303 §3: byte order mark, `Content-Type`, XML declaration, UTF-8 if it is valid, else windows-1252. A
//! label that
//! does not fit the bytes is passed over.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Where an XML declaration has ended.
const DECLARATION_BYTES: usize = 1024;
/// One broken sequence among this many whole ones does not make UTF-8 something else.
const WHOLE_PER_BROKEN: usize = 20;

/// The text of `body`; `declared` is the charset of its `Content-Type`.
pub(super) fn decode<'a>(body: &'a [u8], declared: Option<&str>) -> Cow<'a, str> {
    match decode_unicode(body).unwrap_or_else(|| decode_labelled(body, declared)) {
        Cow::Borrowed(text) => clean(text),
        Cow::Owned(text) => Cow::Owned(match clean(&text) {
            Cow::Owned(cleaned) => cleaned,
            Cow::Borrowed(_) => text,
        }),
    }
}

/// Encodings that show themselves: a byte order mark, or the first characters of an XML document in units of two or four bytes.
fn decode_unicode(body: &[u8]) -> Option<Cow<'_, str>> {
    if let Some(rest) = body.strip_prefix(b"\xef\xbb\xbf") {
        return Some(String::from_utf8_lossy(rest));
    }
    // The forms of UTF-32 come first, for UTF-16's are their beginnings.
    for (mark, skip, big) in [
        (b"\x00\x00\xfe\xff".as_slice(), 4, true),
        (b"\xff\xfe\x00\x00", 4, false),
        (b"\x00\x00\x00<", 0, true),
        (b"<\x00\x00\x00", 0, false),
    ] {
        if body.starts_with(mark) {
            return Some(Cow::Owned(decode_utf32(&body[skip..], big)));
        }
    }
    for (mark, skip, encoding) in
        [(b"\xfe\xff".as_slice(), 2, UTF_16BE), (b"\xff\xfe", 2, UTF_16LE), (b"\x00<\x00", 0, UTF_16BE), (b"<\x00", 0, UTF_16LE)]
    {
        if body.starts_with(mark) {
            return Some(encoding.decode_without_bom_handling(&body[skip..]).0);
        }
    }
    None
}

fn decode_utf32(body: &[u8], big: bool) -> String {
    let units = body.chunks_exact(4).map(|unit| {
        let unit: [u8; 4] = unit.try_into().unwrap_or_default();
        if big { u32::from_be_bytes(unit) } else { u32::from_le_bytes(unit) }
    });
    units.map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

fn decode_labelled<'a>(body: &'a [u8], declared: Option<&str>) -> Cow<'a, str> {
    let utf8 = std::str::from_utf8(body).ok();
    let has_multibyte = || !body.is_ascii();
    let header = declared.and_then(|label| Encoding::for_label(label.as_bytes()));
    let prolog = declaration(body).and_then(|label| Encoding::for_label(label.as_bytes()));
    for encoding in [header, prolog].into_iter().flatten() {
        // A declaration that could be read byte by byte is not in UTF-16, whatever it says.
        if encoding == UTF_16BE || encoding == UTF_16LE {
            continue;
        }
        // Many servers add their default, windows-1252, to documents that are valid UTF-8 and say nothing else: chance does not
        // write UTF-8.
        if encoding == WINDOWS_1252
            && has_multibyte()
            && prolog.is_none_or(|p| p == UTF_8)
            && let Some(text) = utf8
        {
            return Cow::Borrowed(text);
        }
        if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(body) {
            return text;
        }
    }
    if let Some(text) = utf8 {
        return Cow::Borrowed(text);
    }
    let lossy = String::from_utf8_lossy(body);
    let broken = lossy.matches(char::REPLACEMENT_CHARACTER).count();
    let whole = lossy.chars().filter(|c| !c.is_ascii()).count() - broken;
    if whole > broken * WHOLE_PER_BROKEN { lossy } else { WINDOWS_1252.decode_without_bom_handling(body).0 }
}

/// The `encoding` of an XML declaration.
fn declaration(body: &[u8]) -> Option<&str> {
    let body = body.trim_ascii_start();
    if !body.starts_with(b"<?xml") {
        return None;
    }
    let body = &body[..body.len().min(DECLARATION_BYTES)];
    let end = body.windows(2).position(|two| two == b"?>")?;
    let text = std::str::from_utf8(&body[..end]).ok()?;
    let value = text.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value[1..].split(quote).next().map(str::trim)
}

/// The text without control characters; C1 controls are read as the windows-1252 characters that their writer meant.
fn clean(text: &str) -> Cow<'_, str> {
    let is_dirty = |c: char| matches!(c, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\x7f'..='\u{9f}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}');
    // Only these bytes begin such a character; a document without them, or whose characters all are clean, stays as it is.
    let may_be_dirty = |byte: u8| (byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) || matches!(byte, 0x7f | 0xc2 | 0xef);
    let has_any = text.as_bytes().chunks(64).any(|chunk| chunk.iter().fold(false, |any, &byte| any | may_be_dirty(byte)));
    if !has_any || !text.contains(is_dirty) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter_map(|c| if is_dirty(c) { from_c1(c) } else { Some(c) }).collect())
}

/// What a C1 control stands for in windows-1252, if anything.
pub(super) fn from_c1(c: char) -> Option<char> {
    let byte = u8::try_from(u32::from(c)).ok().filter(|byte| (0x80..=0x9f).contains(byte))?;
    WINDOWS_1252.decode_without_bom_handling(&[byte]).0.chars().next().filter(|c| !c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &[u8], declared: Option<&str>, expected: &str) {
        assert_eq!(decode(body, declared), expected);
    }

    #[test]
    fn mark_then_header_then_declaration_then_utf8_then_windows_1252() {
        check("\u{feff}é".as_bytes(), Some("koi8-r"), "é");
        check(b"\xff\xfe\xe9\x00", Some("koi8-r"), "é");
        check(b"\x00\x00\xfe\xff\x00\x00\x00\xe9", None, "é");
        check(b"\x00<\x00a\x00>", None, "<a>");
        check(b"<\x00\x00\x00a\x00\x00\x00>\x00\x00\x00", None, "<a>");
        check(b"<?xml version='1.0' encoding='utf-8'?>\xeb", Some("koi8-r"), "<?xml version='1.0' encoding='utf-8'?>К");
        check(b"<?xml version='1.0' encoding='iso-8859-1'?>\xe9", None, "<?xml version='1.0' encoding='iso-8859-1'?>é");
        check("été".as_bytes(), None, "été");
        check(b"\xe9t\xe9 \x80", None, "été €");
    }

    #[test]
    fn a_label_that_does_not_fit_is_passed_over() {
        check("été".as_bytes(), Some("us-ascii"), "été");
        check(b"<?xml version='1.0' encoding='utf-16'?>a", None, "<?xml version='1.0' encoding='utf-16'?>a");
        check(b"\xe9", Some("utf-8"), "é");
        check(b"\xe9", Some("no-such-charset"), "é");
        let mut text = "북한과 러시아 ".repeat(10).into_bytes();
        text.push(0xff);
        check(&text, Some("utf-8"), &String::from_utf8_lossy(&text));
    }

    #[test]
    fn controls_are_dropped_and_misplaced_windows_characters_understood() {
        check(b"a\x0bb\x00c\td", None, "abc\td");
        check("don\u{92}t".as_bytes(), Some("utf-8"), "don’t");
    }
}

//! Character references: in goes text with `&amp;`, `&#8217;`, `&eacute;`, out comes what they stand for. What is none stays as
//! it is; nothing a document declares is expanded.

use std::borrow::Cow;

use html5ever::data::NAMED_ENTITIES;

use super::charset::from_c1;

/// The longest name is that of HTML's `CounterClockwiseContourIntegral`.
const MAX_REFERENCE_BYTES: usize = 33;

/// The text with every known reference replaced, once.
pub(super) fn decode(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find('&') else { return Cow::Borrowed(text) };
    let mut out = String::with_capacity(text.len());
    out.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let name_end = rest[1..].bytes().take(MAX_REFERENCE_BYTES).position(|b| !(b.is_ascii_alphanumeric() || b == b'#'));
        let name = name_end.filter(|end| rest.as_bytes()[1 + end] == b';').map(|end| &rest[1..=end]);
        let length = match name {
            Some(name) if push_reference(&mut out, name, &rest[1..name.len() + 2]) => name.len() + 2,
            _ => {
                out.push('&');
                1
            }
        };
        rest = &rest[length..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Appends what `name` (between `&` and `;`, and once more with the `;`) stands for; false when it stands for nothing.
fn push_reference(out: &mut String, name: &str, closed: &str) -> bool {
    let Some(number) = name.strip_prefix('#') else {
        // The document types that feeds quote are HTML 4's, which has other brackets here.
        if let Some(bracket) = match name {
            "lang" => Some('\u{2329}'),
            "rang" => Some('\u{232a}'),
            _ => None,
        } {
            out.push(bracket);
            return true;
        }
        let Some((first, second)) = NAMED_ENTITIES.get(closed).filter(|(first, _)| *first != 0) else { return false };
        out.extend(char::from_u32(*first));
        out.extend(char::from_u32(*second).filter(|c| *c != '\0'));
        return true;
    };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => number.parse(),
    };
    let Some(c) = code.ok().and_then(char::from_u32) else { return false };
    match c {
        '\t' | '\n' | '\r' => out.push(c),
        '\u{80}'..='\u{9f}' => out.extend(from_c1(c)),
        c if c.is_control() => {}
        c => out.push(c),
    }
    true
}

/// The text as it must stand in HTML.
pub(super) fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"']) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(decode(text), expected);
    }

    #[test]
    fn known_references_are_read_and_the_rest_stays() {
        check("L&rsquo;&eacute;t&eacute;", "L’été");
        check("&#8217;&#x2019;&#146;", "’’’");
        check("R&D AT&T; &unknown; &#xZZ; &", "R&D AT&T; &unknown; &#xZZ; &");
        check("&amp;amp;", "&amp;");
        check("&#0;&#11;a", "a");
        check("&#99999999;", "&#99999999;");
    }

    proptest! {
        #[test]
        fn escaping_is_undone_by_decoding(text in ".{0,60}") {
            let escaped = escape(&text).into_owned();
            prop_assert_eq!(decode(&escaped).into_owned(), text.clone());
            let _ = decode(&text);
        }
    }
}

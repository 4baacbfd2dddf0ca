//! Character references: `&amp;`, `&#233;`, `&eacute` and what only looks like one.
//!
//! In: text or an attribute's value as it stands in markup. Out: the text it means, by the HTML standard (13.2.5.72 and following).

use html5ever::data::{C1_REPLACEMENTS, NAMED_ENTITIES};

/// No name is longer, bytes.
const MAX_NAME_BYTES: usize = 32;

/// The text with its references replaced; in an attribute an unclosed name before a letter, a digit or `=` is an address's parameter and stays.
pub(in crate::extract) fn decoded(text: &str, is_attribute: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length =
            if rest.as_bytes().get(1) == Some(&b'#') { number(rest, &mut out) } else { name(rest, is_attribute, &mut out) };
        if length == 0 {
            out.push('&');
            rest = &rest[1..];
        } else {
            rest = &rest[length..];
        }
    }
    out.push_str(rest);
    out
}

/// Reads `&#233;` or `&#xe9;`; how long it is, or 0 when it is none.
fn number(text: &str, out: &mut String) -> usize {
    let is_hex = matches!(text.as_bytes().get(2), Some(b'x' | b'X'));
    let (begin, base) = if is_hex { (3, 16) } else { (2, 10) };
    let digits = text.as_bytes()[begin..].iter().take_while(|b| char::from(**b).is_digit(base)).count();
    if digits == 0 {
        return 0;
    }
    let end = begin + digits;
    // What is too large for a number is no letter.
    let code = u32::from_str_radix(&text[begin..end], base).unwrap_or(u32::MAX);
    let letter = match code {
        0 => None,
        0x80..=0x9f => C1_REPLACEMENTS[(code - 0x80) as usize].or(char::from_u32(code)),
        _ => char::from_u32(code),
    };
    out.push(letter.unwrap_or('\u{fffd}'));
    end + usize::from(text.as_bytes().get(end) == Some(&b';'))
}

/// Reads `&name;`, or the names that stand without a semicolon too; how long it is, or 0 when it is none.
fn name(text: &str, is_attribute: bool, out: &mut String) -> usize {
    let run = text.as_bytes()[1..].iter().take(MAX_NAME_BYTES).take_while(|b| b.is_ascii_alphanumeric()).count();
    let end = 1 + run;
    let next = text.as_bytes().get(end).copied();
    let known = |end: usize| NAMED_ENTITIES.get(&text[1..end]).filter(|(first, _)| *first != 0).copied();
    let closed = (next == Some(b';')).then(|| known(end + 1)).flatten().map(|letters| (letters, end + 1));
    let found = closed.or_else(|| {
        if is_attribute {
            // A shorter name has a letter behind it.
            let is_parameter = next.is_some_and(|b| b == b'=' || b.is_ascii_alphanumeric());
            known(end).filter(|_| !is_parameter).map(|letters| (letters, end))
        } else {
            (2..=end).rev().find_map(|end| known(end).map(|letters| (letters, end)))
        }
    });
    let Some(((first, second), end)) = found else { return 0 };
    out.extend(char::from_u32(first));
    out.extend(char::from_u32(second).filter(|c| *c != '\0'));
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, in_text: &str, in_attribute: &str) {
        assert_eq!(decoded(text, false), in_text, "{text}");
        assert_eq!(decoded(text, true), in_attribute, "{text}");
    }

    #[test]
    fn references_are_read_as_browsers_read_them() {
        check("a &amp; b &eacute;", "a & b é", "a & b é");
        check(
            "&#233;&#xE9;&#xe9 &#128;&#0;&#xD800;&#99999999999;",
            "ééé €\u{fffd}\u{fffd}\u{fffd}",
            "ééé €\u{fffd}\u{fffd}\u{fffd}",
        );
        check("?a=1&copy=2&b&lt", "?a=1©=2&b<", "?a=1&copy=2&b<");
        check("&notit; &notin;", "¬it; ∉", "&notit; ∉");
        check("& &; &# &#; &#x; &nonsense; &", "& &; &# &#; &#x; &nonsense; &", "& &; &# &#; &#x; &nonsense; &");
        check("&NotEqualTilde;&AMP&nbsp", "≂\u{338}&\u{a0}", "≂\u{338}&\u{a0}");
    }
}

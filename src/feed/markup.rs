//! HTML to one line of text: in goes markup as feeds carry it, out come its words. Nothing active survives, for no tag does.

use super::entities;

/// Elements whose content is no text.
const SILENT: &[&str] = &["script", "style", "iframe", "noscript", "object", "template"];
/// Elements that do not end a word.
const INLINE: &[&str] = &[
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd", "mark", "q",
    "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var", "wbr", "blink", "nobr",
];

/// Elements that are seldom closed or never meant as text.
const STANDALONE: &[&str] =
    &["br", "p", "img", "hr", "div", "script", "iframe", "style", "link", "meta", "base", "object", "embed", "applet"];

/// The words of some HTML on one line: tags gone, references read, white space folded.
pub fn plain_text(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        text.push_str(&entities::decode(&rest[..at]));
        rest = &rest[at..];
        rest = match tag(rest) {
            Some(tag) => {
                if !INLINE.contains(&tag.name.as_str()) {
                    text.push(' ');
                }
                let after = &rest[tag.length..];
                if SILENT.contains(&tag.name.as_str()) && tag.opens { after_end_tag(after, &tag.name) } else { after }
            }
            None => {
                text.push('<');
                &rest[1..]
            }
        };
    }
    text.push_str(&entities::decode(rest));
    one_line(&text)
}

/// Text on one line: white space folded, ends trimmed.
pub(super) fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Whether text that calls itself plain is HTML all the same: it closes a tag, or holds one that stands alone, or a reference.
pub(super) fn looks_like_html(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let length = match tag(rest) {
            Some(tag) if !tag.opens || STANDALONE.contains(&tag.name.as_str()) => return true,
            // All that was looked at is passed, so that the time stays linear.
            Some(tag) => tag.length,
            None => 1,
        };
        rest = &rest[length..];
    }
    entities::decode(text) != text
}

struct Tag {
    name: String,
    opens: bool,
    length: usize,
}

/// The tag, comment or declaration at the beginning of `text`, when there is one.
fn tag(text: &str) -> Option<Tag> {
    let after = text.strip_prefix('<')?;
    if let Some(comment) = after.strip_prefix("!--") {
        let length = comment.find("-->").map_or(text.len(), |at| at + "<!--".len() + "-->".len());
        return Some(Tag { name: "!".to_owned(), opens: false, length });
    }
    let (opens, named) = match after.strip_prefix('/') {
        Some(named) => (false, named),
        None => (true, after),
    };
    if !named.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '!' | '?')) {
        return None;
    }
    let name_end =
        named.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '!' | '?' | '-' | ':'))).unwrap_or(named.len());
    let mut quote = None;
    let end = text.bytes().position(|b| {
        match (quote, b) {
            (Some(q), b) if q == b => quote = None,
            (None, b'"' | b'\'') => quote = Some(b),
            (None, b'>') => return true,
            _ => {}
        }
        false
    });
    // A quote that never closes hides the end of its tag: then the first ">" is it, and without one the rest is the tag.
    let end = end.or_else(|| text.find('>')).map_or(text.len(), |at| at + 1);
    Some(Tag { name: named[..name_end].to_ascii_lowercase(), opens: opens && !text[..end].ends_with("/>"), length: end })
}

/// What follows the end tag of a silent element; nothing when it never ends.
fn after_end_tag<'a>(text: &'a str, name: &str) -> &'a str {
    let mut rest = text;
    while let Some(at) = rest.find("</") {
        rest = &rest[at + 2..];
        if rest.get(..name.len()).is_some_and(|word| word.eq_ignore_ascii_case(name)) {
            return rest.find('>').map_or("", |at| &rest[at + 1..]);
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(html: &str, expected: &str) {
        assert_eq!(plain_text(html), expected);
    }

    #[test]
    fn words_stay_and_markup_goes() {
        check("un <b>gras</b> &amp; deux", "un gras & deux");
        check("<p>one</p><p>two<br>three</p>", "one two three");
        check("L&rsquo;<em>été</em>\n  d&eacute;jà", "L’été déjà");
        check("5 < 6 et R&D", "5 < 6 et R&D");
        check("a<!-- hidden --> b", "a b");
        check(r#"<a href="x>y" onclick='z'>link</a>"#, "link");
    }

    #[test]
    fn nothing_active_survives() {
        check("a<script>alert(1)</script>b", "a b");
        check("a<SCRIPT src=x>alert(1)", "a");
        check("a<style>p{}</style >b", "a b");
        check("<iframe src='javascript:x'>", "");
    }

    #[test]
    fn plain_text_is_told_from_html() {
        for html in ["a <b>c</b>", "one<br>two", "R&amp;D", "<script>x"] {
            assert!(looks_like_html(html), "{html}");
        }
        for plain in ["The element <blink> is gone", "5 < 6", "R&D", "a > b"] {
            assert!(!looks_like_html(plain), "{plain}");
        }
    }

    proptest! {
        #[test]
        fn any_markup_is_read_to_its_end(html in "[<>/!a-c='\"& -]{0,60}") {
            let _ = (plain_text(&html), looks_like_html(&html));
        }
    }
}

//! Text constructs: in goes an element that holds text in one of the ways that feeds have, out comes HTML or plain text.

use super::element::{Element, Node, Space};
use super::entities;
use super::markup::{looks_like_html, one_line, plain_text};

/// The longest title kept, characters.
const MAX_TITLE_CHARS: usize = 1_000;
/// The longest summary or content kept, bytes: a long article is 50 kB of HTML.
const MAX_HTML_BYTES: usize = 1_000_000;

/// The element's text as plain text on one line; `None` when there is none.
pub(super) fn title(element: &Element) -> Option<String> {
    let text = plain_text(&html(element));
    let text = match text.char_indices().nth(MAX_TITLE_CHARS) {
        Some((end, _)) => text[..end].to_owned(),
        None => text,
    };
    (!text.is_empty()).then_some(text)
}

/// The element's text as HTML, unsafe; empty when there is none.
pub(super) fn html(element: &Element) -> String {
    let kind = element.attribute("type").unwrap_or_default().to_ascii_lowercase();
    let mode = element.attribute("mode").unwrap_or_default().to_ascii_lowercase();
    let has_elements = element.elements().next().is_some();
    let text = if has_elements {
        xhtml(element)
    } else {
        let text = element.own_text();
        let is_encoded = mode == "base64" || is_binary(&kind);
        match is_encoded.then(|| base64(&text)).flatten() {
            Some(decoded) => decoded,
            // Atom says "text" and often means HTML; RSS says nothing and always may.
            None if matches!(kind.as_str(), "text" | "text/plain") && !looks_like_html(&text) => {
                entities::escape(&text).into_owned()
            }
            None => text,
        }
    };
    cut(text)
}

/// The element's text as it is, on one line: for names, addresses, dates.
pub(super) fn value(element: &Element) -> String {
    one_line(&element.own_text())
}

/// Inline markup; the `div` that Atom wraps around XHTML is not part of it.
fn xhtml(element: &Element) -> String {
    let mut inner = element.children.iter().filter(|node| !matches!(node, Node::Text(text) if text.trim().is_empty()));
    match (inner.next(), inner.next()) {
        (Some(Node::Element(only)), None) if only.name == "div" && only.space == Space::Xhtml => only.inner_html(),
        _ => element.inner_html(),
    }
}

/// Media types of Atom whose text is base64 (RFC 4287 §4.1.3.3).
fn is_binary(kind: &str) -> bool {
    kind.contains('/')
        && !kind.starts_with("text/")
        && !kind.ends_with("+xml")
        && !kind.ends_with("/xml")
        && !kind.starts_with("message/")
}

fn cut(mut text: String) -> String {
    if text.len() > MAX_HTML_BYTES {
        let end = (0..=MAX_HTML_BYTES).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        text.truncate(end);
    }
    text
}

/// The text that base64 stands for, white space ignored; `None` when it is none or no text.
fn base64(text: &str) -> Option<String> {
    let digit = |b: u8| match b {
        b'A'..=b'Z' => Some(b - b'A'),
        b'a'..=b'z' => Some(b - b'a' + 26),
        b'0'..=b'9' => Some(b - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let digits: Option<Vec<u8>> = text.bytes().filter(|b| !b.is_ascii_whitespace() && *b != b'=').map(digit).collect();
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    for group in digits?.chunks(4) {
        let bits = group.iter().fold(0u32, |bits, d| bits << 6 | u32::from(*d)) << (6 * (4 - group.len()));
        bytes.extend_from_slice(&bits.to_be_bytes()[1..group.len()]);
    }
    String::from_utf8(bytes).ok().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::element::read;

    fn element(text: &str) -> Element {
        read(text, None, &mut |_| ()).expect("a test element")
    }

    #[track_caller]
    fn check(text: &str, expected_html: &str, expected_title: &str) {
        let element = element(text);
        assert_eq!(html(&element), expected_html);
        assert_eq!(title(&element).unwrap_or_default(), expected_title);
    }

    #[test]
    fn every_way_to_write_text_is_read() {
        check("<title>a &amp;amp; b</title>", "a &amp; b", "a & b");
        check("<title><![CDATA[un <b>gras</b>]]></title>", "un <b>gras</b>", "un gras");
        check("<title type='text'>where &lt;main> begins</title>", "where &lt;main&gt; begins", "where <main> begins");
        check("<title type='text'>a &lt;b>c&lt;/b></title>", "a <b>c</b>", "a c");
        check(
            "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>a <b>c</b> &lt;</div></content>",
            "a <b>c</b> &lt;",
            "a c <",
        );
        check("<content type='application/octet-stream'>\n PGI+YTwv\nYj4=</content>", "<b>a</b>", "a");
        check("<title mode='base64'>YWI=</title>", "ab", "ab");
        check("<description>a<br/>b</description>", "a<br>b", "a b");
    }
}

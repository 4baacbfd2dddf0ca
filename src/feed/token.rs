//! Text to tags: in goes a document as people write XML, out come its tags and the text between them. It never fails, expands
//! nothing and skips
//! declarations, comments and processing instructions; whether tags match is not known here (element.rs).

use super::entities;

/// The largest number of attributes kept of one tag; real ones stay below 20.
const MAX_ATTRIBUTES: usize = 64;

/// One piece of a document.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'a> {
    /// Text between tags, references unread.
    Text(&'a str),
    /// The inside of a CDATA section.
    Verbatim(&'a str),
    /// A start tag; `empty` when it ends with `/>`.
    Start { name: &'a str, attributes: Vec<(&'a str, String)>, empty: bool },
    /// An end tag.
    End { name: &'a str },
}

/// The tokens of a document, in order.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    rest: &'a str,
    /// Quote characters that do not occur again: looking for them anew at each tag would take quadratic time.
    no_more_double: bool,
    no_more_single: bool,
    /// Only one DOCTYPE is looked into, for the same reason.
    had_doctype: bool,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str) -> Tokens<'a> {
        Tokens { rest: text, no_more_double: false, no_more_single: false, had_doctype: false }
    }

    /// Takes the first `length` bytes.
    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    /// Takes everything up to and including `end`, or all that is left; returns what stands before it.
    fn take_through(&mut self, end: &str) -> &'a str {
        match self.rest.find(end) {
            Some(at) => {
                let before = self.take(at);
                self.take(end.len());
                before
            }
            None => self.take(self.rest.len()),
        }
    }

    /// Skips a declaration; of the first DOCTYPE its internal subset in brackets too.
    fn skip_declaration(&mut self) {
        let is_doctype = self.rest.as_bytes().get(2..9).is_some_and(|word| word.eq_ignore_ascii_case(b"DOCTYPE"));
        if !is_doctype || std::mem::replace(&mut self.had_doctype, true) {
            self.take_through(">");
            return;
        }
        let mut depth = 0usize;
        let mut quote = None;
        let end = self.rest.bytes().position(|b| {
            match (quote, b) {
                (Some(q), b) if q == b => quote = None,
                (Some(_), _) => {}
                (None, b'"' | b'\'') => quote = Some(b),
                (None, b'[') => depth += 1,
                (None, b']') => depth = depth.saturating_sub(1),
                (None, b'>') => return depth == 0,
                _ => {}
            }
            false
        });
        match end {
            Some(end) => {
                self.take(end + 1);
            }
            // A subset that never ends must not swallow the document.
            None => {
                self.take_through(">");
            }
        }
    }

    /// Reads attributes up to the end of the tag; the tag's name is already taken.
    fn take_attributes(&mut self) -> (Vec<(&'a str, String)>, bool) {
        let mut attributes: Vec<(&'a str, String)> = Vec::new();
        loop {
            self.rest = self.rest.trim_ascii_start();
            let Some(first) = self.rest.bytes().next() else { return (attributes, false) };
            match first {
                b'>' => {
                    self.take(1);
                    return (attributes, false);
                }
                b'/' if self.rest[1..].starts_with('>') => {
                    self.take(2);
                    return (attributes, true);
                }
                // The tag was never closed: the next one begins here.
                b'<' => return (attributes, false),
                b'/' | b'=' | b'"' | b'\'' => {
                    self.take(1);
                }
                _ => {
                    let length = self
                        .rest
                        .find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '>' | '/' | '<' | '"' | '\''))
                        .unwrap_or(self.rest.len());
                    let name = self.take(length);
                    let value = self.take_value();
                    if attributes.len() < MAX_ATTRIBUTES {
                        attributes.push((name, entities::decode(value).into_owned()));
                    }
                }
            }
        }
    }

    fn take_value(&mut self) -> &'a str {
        let Some(after) = self.rest.trim_ascii_start().strip_prefix('=') else { return "" };
        self.rest = after.trim_ascii_start();
        let quote = self.rest.chars().next().filter(|c| matches!(c, '"' | '\''));
        if let Some(quote) = quote {
            let none_left = if quote == '"' { &mut self.no_more_double } else { &mut self.no_more_single };
            let closing = if *none_left { None } else { self.rest[1..].find(quote) };
            *none_left = closing.is_none();
            if let Some(at) = closing {
                self.take(1);
                let value = self.take(at);
                self.take(1);
                return value;
            }
            self.take(1);
        }
        let length = self.rest.find(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '<')).unwrap_or(self.rest.len());
        // `<a href=x/>`: the slash ends the tag.
        let length = if self.rest[..length].ends_with('/') && self.rest[length..].starts_with('>') { length - 1 } else { length };
        self.take(length)
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let after = match self.rest.strip_prefix('<') {
                None if self.rest.is_empty() => return None,
                None => {
                    let length = self.rest.find('<').unwrap_or(self.rest.len());
                    return Some(Token::Text(self.take(length)));
                }
                Some(after) => after,
            };
            if after.starts_with("![CDATA[") {
                self.take("<![CDATA[".len());
                return Some(Token::Verbatim(self.take_through("]]>")));
            }
            if after.starts_with("!--") {
                self.take("<!--".len());
                self.take_through("-->");
            } else if after.starts_with('!') {
                self.skip_declaration();
            } else if after.starts_with('?') {
                self.take_through("?>");
            } else if let Some(name) = after.strip_prefix('/') {
                let length = name.find(['>', '<']).unwrap_or(name.len());
                self.take(2);
                let name = self.take(length).trim_ascii();
                if self.rest.starts_with('>') {
                    self.take(1);
                }
                return Some(Token::End { name });
            } else if after.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == ':') {
                self.take(1);
                let length = self
                    .rest
                    .find(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/' | '<' | '='))
                    .unwrap_or(self.rest.len());
                let name = self.take(length);
                let (attributes, empty) = self.take_attributes();
                return Some(Token::Start { name, attributes, empty });
            } else {
                // A bare "<" in running text, with what follows it.
                let length = 1 + after.find('<').unwrap_or(after.len());
                return Some(Token::Text(self.take(length)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> String {
        let show = |token: Token<'_>| match token {
            Token::Text(text) => format!("{text:?}"),
            Token::Verbatim(text) => format!("!{text:?}"),
            Token::Start { name, attributes, empty } => {
                let attributes: String = attributes.iter().map(|(n, v)| format!(" {n}={v}")).collect();
                format!("<{name}{attributes}{}>", if empty { "/" } else { "" })
            }
            Token::End { name } => format!("</{name}>"),
        };
        Tokens::new(text).map(show).collect::<Vec<_>>().join(" ")
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(shown(text), expected);
    }

    #[test]
    fn tags_text_and_verbatim_sections_are_told_apart() {
        check(r#"<a b="1" c='x &amp; y'>t</a >"#, r#"<a b=1 c=x & y> "t" </a>"#);
        check("<br/><br /><a href=x/>", "<br/> <br/> <a href=x/>");
        check("<![CDATA[<b>]] &amp;]]>", r#"!"<b>]] &amp;""#);
        check("<?xml version='1.0'?><!-- <a> --><b>", "<b>");
    }

    #[test]
    fn declarations_are_skipped_with_all_that_they_declare() {
        check(r#"<!DOCTYPE rss [<!ENTITY a "x>y]"> <!ENTITY b SYSTEM 'file:///x'>]><rss>"#, "<rss>");
        check(r#"<!DOCTYPE rss SYSTEM "http://x/d.dtd"><rss>"#, "<rss>");
        check("<!DOCTYPE rss [ ><rss>", "<rss>");
    }

    #[test]
    fn broken_markup_loses_no_more_than_itself() {
        check("1 < 2 && 3 > 2<b>", r#""1 " "< 2 && 3 > 2" <b>"#);
        check(r#"<a href="x>text</a>"#, r#"<a href=x> "text" </a>"#);
        check("<a <b>", "<a> <b>");
        check("</a", "</a>");
        check("<", r#""<""#);
    }

    proptest! {
        #[test]
        fn any_text_is_read_to_its_end(text in "[<>/!?\\[\\]CDAT='\" a-c-]{0,80}") {
            prop_assert!(Tokens::new(&text).count() <= text.len());
        }
    }
}

//! Markup to tags and texts.
//!
//! In: decoded markup without NUL. Out: its tokens, handed to html5ever's tree builder, up to the limits. This is the tokenizer of the HTML standard (13.2.5) for
//! a page that is there as a whole: it cuts slices where html5ever's own, made for a stream, moves letter by letter (half the time of a page), and it
//! steps over scripts and styles that no rule reads (half the bytes of a page). A test holds the two against each other on made markup.
//! Doctypes are rare and intricate; html5ever reads them. Not done here: the tree (`tree`), character references (`entities`).

use std::borrow::Cow;
use std::cell::RefCell;

use html5ever::tendril::{StrTendril, SubtendrilError};
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, CharacterTokens, CommentToken, Doctype, DoctypeToken, EOFToken, EndTag, StartTag, Tag, TagToken, Token,
    TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts, TreeSink};
use html5ever::{Attribute, LocalName, QualName, local_name, ns};

use super::entities;
use super::met::Met;
use super::raw;
use super::tree::{Builder, MAX_ATTRIBUTES, Tree};

/// Markup beyond this is not read, bytes, scripts and styles not counted; the text of a longer page stands before its endless lists.
pub(in crate::extract) const MAX_MARKUP_BYTES: usize = 3 * 1024 * 1024;
/// The limits are looked at after so many bytes.
const CHECK_BYTES: usize = 2 * 1024;
/// Slices are cut from copies of the markup of this length, bytes; a copy lives as long as one of its slices.
const WINDOW_BYTES: usize = 32 * 1024;

/// Reads markup into a tree, stopping at the limits.
pub(in crate::extract) fn read(markup: &str, builder: Builder, problems: &mut Vec<String>) -> Tree {
    let markup = normalised(markup);
    let mut reader = Reader {
        markup: &markup,
        at: 0,
        end: markup.floor_char_boundary(MAX_MARKUP_BYTES),
        builder: TreeBuilder::new(builder, TreeBuilderOpts::default()),
        awaits_doctype: true,
        window: (0, StrTendril::new()),
        names: Met::new(),
    };
    match reader.run() {
        Err(problem) => problems.push(problem),
        Ok(()) if reader.end < markup.len() => problems.push(format!("only the first {MAX_MARKUP_BYTES} bytes were read")),
        Ok(()) => {}
    }
    reader.emit(EOFToken);
    reader.builder.end();
    reader.builder.sink.finish()
}

/// The standard's preprocessing: no byte order mark and one kind of line break.
fn normalised(markup: &str) -> Cow<'_, str> {
    let markup = markup.strip_prefix('\u{feff}').unwrap_or(markup);
    if !markup.contains('\r') {
        return Cow::Borrowed(markup);
    }
    let mut out = String::with_capacity(markup.len());
    let mut rest = markup;
    while let Some(at) = rest.find('\r') {
        out.push_str(&rest[..at]);
        out.push('\n');
        rest = &rest[at + 1..];
        rest = rest.strip_prefix('\n').unwrap_or(rest);
    }
    out.push_str(rest);
    Cow::Owned(out)
}

struct Reader<'a> {
    markup: &'a str,
    at: usize,
    /// Where reading ends; it moves on when a script is stepped over.
    end: usize,
    builder: TreeBuilder<u32, Builder>,
    awaits_doctype: bool,
    /// Where the last copy of the markup begins, and the copy.
    window: (usize, StrTendril),
    /// Names met before, by their letters: making one anew costs a look-up in a large table.
    names: Met<'a, LocalName>,
}

impl<'a> Reader<'a> {
    fn run(&mut self) -> Result<(), String> {
        let mut checked = 0;
        while self.at < self.end {
            if self.at - checked >= CHECK_BYTES {
                checked = self.at;
                if self.builder.sink.is_at_limit() {
                    return Err("too many or too deeply nested elements: the rest of the page was not read".to_owned());
                }
            }
            let rest = self.rest();
            let text = rest.find('<').unwrap_or(rest.len());
            if text > 0 {
                self.text(text);
            } else {
                self.markup_at(rest)?;
            }
        }
        Ok(())
    }

    /// What is still to be read.
    fn rest(&self) -> &'a str {
        &self.markup[self.at..self.end]
    }

    fn emit(&self, token: Token) {
        // Only tags are answered with anything that matters here.
        let _ = self.builder.process_token(token, 1);
    }

    /// Reads what begins with `<`.
    fn markup_at(&mut self, rest: &'a str) -> Result<(), String> {
        match rest.as_bytes()[1..] {
            [b, ..] if b.is_ascii_alphabetic() => return self.tag(1),
            [b'/', b, ..] if b.is_ascii_alphabetic() => return self.tag(2),
            [b'/', b'>', ..] => self.at += "</>".len(),
            [b'/'] => self.text(rest.len()),
            [b'!', ..] => self.declaration(rest),
            [b'/' | b'?', ..] => self.comment(rest.find('>').map_or(rest.len(), |at| at + 1)),
            _ => {
                // No tag begins so: the sign is text.
                let text = rest[1..].find('<').map_or(rest.len(), |at| at + 1);
                self.text(text);
            }
        }
        Ok(())
    }

    fn comment(&mut self, length: usize) {
        self.at += length;
        self.emit(CommentToken(StrTendril::new()));
    }

    /// Reads what begins with `<!`.
    fn declaration(&mut self, rest: &'a str) {
        let begins = |with: &str| rest.as_bytes().get(2..2 + with.len()).is_some_and(|b| b.eq_ignore_ascii_case(with.as_bytes()));
        let after = |mark: &str, from: usize| rest[from..].find(mark).map_or(rest.len(), |at| from + at + mark.len());
        if begins("--") {
            let inside = &rest[4..];
            let length = match inside.as_bytes() {
                [b'>', ..] => 5,
                [b'-', b'>', ..] => 6,
                _ => {
                    let end = after("-->", 4);
                    // `--!>` ends a comment too.
                    rest[..end].get(4..).and_then(|inside| inside.find("--!>")).map_or(end, |at| 4 + at + 4)
                }
            };
            self.comment(length);
        } else if begins("doctype") {
            let length = after(">", 9);
            self.at += length;
            // Later ones mean nothing.
            if let Some(doctype) = std::mem::take(&mut self.awaits_doctype).then(|| doctype(&rest[..length])).flatten() {
                self.emit(DoctypeToken(doctype));
            }
        } else if rest.starts_with("<![CDATA[") && self.builder.adjusted_current_node_present_but_not_in_html_namespace() {
            let length = rest.find("]]>").unwrap_or(rest.len());
            let inside = self.slice(self.at + "<![CDATA[".len(), self.at + length);
            self.emit(CharacterTokens(inside));
            self.at += (length + "]]>".len()).min(rest.len());
        } else {
            self.comment(after(">", 2));
        }
    }

    /// Reads a run of text, character references and all.
    fn text(&mut self, length: usize) {
        let (begin, end) = (self.at, self.at + length);
        self.at = end;
        let text = self.value(begin, end, false);
        if !text.is_empty() {
            self.emit(CharacterTokens(text));
        }
    }

    /// A text or an attribute's value with its character references read.
    fn value(&mut self, begin: usize, end: usize, is_attribute: bool) -> StrTendril {
        let text = &self.markup[begin..end];
        if text.contains('&') { StrTendril::from_slice(&entities::decoded(text, is_attribute)) } else { self.slice(begin, end) }
    }

    /// A slice of the markup that shares its bytes with other slices.
    fn slice(&mut self, begin: usize, end: usize) -> StrTendril {
        let text = &self.markup[begin..end];
        if text.len() <= 8 || text.len() > WINDOW_BYTES / 4 {
            return StrTendril::from_slice(text);
        }
        let (start, window) = &self.window;
        if begin < *start || end > start + window.len() {
            let until = self.markup.floor_char_boundary(begin + WINDOW_BYTES);
            self.window = (begin, StrTendril::from_slice(&self.markup[begin..until]));
        }
        let (start, window) = &self.window;
        let shared: Result<StrTendril, SubtendrilError> = window.try_subtendril((begin - start) as u32, (end - begin) as u32);
        shared.unwrap_or_else(|_| StrTendril::from_slice(text))
    }

    /// Reads a tag whose name begins `name_at` bytes on.
    fn tag(&mut self, name_at: usize) -> Result<(), String> {
        let Some(Scanned { name, attributes, is_self_closing, end }) = self.scan_tag(name_at)? else {
            // The page ends inside the tag, which then is none.
            self.at = self.end;
            return Ok(());
        };
        self.at = end;
        let is_opening = name_at == 1;
        let kind = attributes.iter().find(|a| a.name.local == local_name!("type")).map(|a| a.value.clone());
        let token = Tag {
            kind: if is_opening { StartTag } else { EndTag },
            name: name.clone(),
            self_closing: is_self_closing,
            attrs: attributes,
            had_duplicate_attributes: false,
        };
        match self.builder.process_token(TagToken(token), 1) {
            TokenSinkResult::RawData(raw) => self.inside(raw, &name, kind.as_deref().unwrap_or_default()),
            TokenSinkResult::Plaintext => {
                let rest = self.slice(self.at, self.end);
                self.at = self.end;
                self.emit(CharacterTokens(rest));
            }
            TokenSinkResult::Continue | TokenSinkResult::Script(_) | TokenSinkResult::EncodingIndicator(_) => {}
        }
        Ok(())
    }

    /// Reads the text inside an element that holds no markup.
    fn inside(&mut self, raw: RawKind, name: &LocalName, kind: &str) {
        let all = &self.markup[self.at..];
        let is_script = matches!(raw, RawKind::ScriptData | RawKind::ScriptDataEscaped(_));
        if *name == local_name!("style") || (is_script && !is_read(kind)) {
            let length = if is_script { raw::inside_script(all) } else { raw::inside(all, name) };
            self.at += length;
            self.end = self.markup.floor_char_boundary(self.end + length);
            if length > 0 {
                // It remains an element that holds something.
                self.emit(CharacterTokens(StrTendril::from_slice(" ")));
            }
            return;
        }
        let length = if is_script { raw::inside_script(self.rest()) } else { raw::inside(self.rest(), name) };
        if raw == RawKind::Rcdata {
            self.text(length);
        } else if length > 0 {
            let inside = self.slice(self.at, self.at + length);
            self.at += length;
            self.emit(CharacterTokens(inside));
        }
    }

    /// Takes a tag apart; `None` when the page ends inside it.
    fn scan_tag(&mut self, name_at: usize) -> Result<Option<Scanned>, String> {
        let (markup, end) = (self.markup, self.end);
        let bytes = &markup.as_bytes()[..end];
        let mut at = self.at + name_at;
        let name_end = until(bytes, at, |b| is_space(b) || matches!(b, b'/' | b'>'));
        let name = self.name(&markup[at..name_end]);
        at = name_end;
        let mut attributes: Vec<Attribute> = Vec::new();
        let mut is_self_closing = false;
        let mut met = 0;
        loop {
            at = until(bytes, at, |b| !is_space(b));
            match bytes.get(at) {
                None => return Ok(None),
                Some(b'>') => return Ok(Some(Scanned { name, attributes, is_self_closing, end: at + 1 })),
                Some(b'/') => {
                    is_self_closing = bytes.get(at + 1) == Some(&b'>');
                    at += 1;
                    continue;
                }
                Some(_) => {}
            }
            met += 1;
            if met > MAX_ATTRIBUTES {
                return Err(format!("an element with more than {MAX_ATTRIBUTES} attributes: the page was read up to it"));
            }
            // An equals sign may begin a name; it cannot stand in one.
            let name_end = until(bytes, at + 1, |b| is_space(b) || matches!(b, b'/' | b'>' | b'='));
            let name = self.name(&markup[at..name_end]);
            at = until(bytes, name_end, |b| !is_space(b));
            let mut value = (at, at);
            if bytes.get(at) == Some(&b'=') {
                at = until(bytes, at + 1, |b| !is_space(b));
                match bytes.get(at) {
                    Some(&quote @ (b'"' | b'\'')) => {
                        let close = until(bytes, at + 1, |b| b == quote);
                        value = (at + 1, close);
                        at = (close + 1).min(end);
                        if close == end {
                            return Ok(None);
                        }
                    }
                    Some(b'>') | None => {}
                    Some(_) => {
                        let close = until(bytes, at, |b| is_space(b) || b == b'>');
                        value = (at, close);
                        at = close;
                    }
                }
            }
            if !attributes.iter().any(|a| a.name.local == name) {
                let value = self.value(value.0, value.1, true);
                attributes.push(Attribute { name: QualName::new(None, ns!(), name), value });
            }
        }
    }

    /// The name of a tag or attribute, in lower case.
    fn name(&mut self, name: &'a str) -> LocalName {
        self.names.recall(name, |name| {
            if name.bytes().any(|b| b.is_ascii_uppercase()) {
                LocalName::from(name.to_ascii_lowercase())
            } else {
                LocalName::from(name)
            }
        })
    }
}

/// The parts of a tag.
struct Scanned {
    name: LocalName,
    attributes: Vec<Attribute>,
    is_self_closing: bool,
    /// One past its `>`.
    end: usize,
}

/// True for a script whose `type` says that some rule reads it.
fn is_read(kind: &str) -> bool {
    kind.to_ascii_lowercase().contains("ld+json")
}

/// The standard's white space, line breaks being normalised.
fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\n' | b'\t' | b'\x0c')
}

/// The place of the first byte, from `at` on, of which `is_end` holds.
fn until(bytes: &[u8], at: usize, is_end: impl Fn(u8) -> bool) -> usize {
    bytes.get(at..).and_then(|rest| rest.iter().position(|b| is_end(*b))).map_or(bytes.len(), |found| at + found)
}

/// What html5ever's own tokenizer reads in a doctype.
fn doctype(markup: &str) -> Option<Doctype> {
    #[derive(Default)]
    struct Found(RefCell<Option<Doctype>>);
    impl TokenSink for Found {
        type Handle = ();
        fn process_token(&self, token: Token, _line_number: u64) -> TokenSinkResult<()> {
            if let DoctypeToken(doctype) = token {
                self.0.replace(Some(doctype));
            }
            TokenSinkResult::Continue
        }
    }
    let tokenizer = Tokenizer::new(Found::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(markup));
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.take()
}

#[cfg(test)]
mod tests {
    use html5ever::driver::{ParseOpts, parse_document};
    use html5ever::tendril::TendrilSink;
    use proptest::prelude::*;

    use super::super::dom::{Dom, Kind};
    use super::*;

    /// A tree in one line: names, attributes, texts; the texts of scripts and styles left out.
    fn shown(tree: &Tree) -> String {
        let dom = Dom::of(tree);
        let mut out = String::new();
        for (at, node) in dom.nodes.iter().enumerate() {
            match node.kind {
                Kind::Text(_) if matches!(dom.name(node.parent), "script" | "style") && at > 0 => out.push('~'),
                Kind::Text(text) => out.push_str(&format!("{text:?}")),
                Kind::Element(element) => {
                    out.push_str(&format!("<{}{:?} ..{}>", element.name(), element.attrs().collect::<Vec<_>>(), node.end));
                }
            }
        }
        out
    }

    #[track_caller]
    fn check(markup: &str) {
        // NUL never comes this far: decoding takes it out.
        let markup = markup.replace('\0', "");
        let markup = normalised(&markup);
        let expected = parse_document(Builder::default(), ParseOpts::default()).one(&*markup);
        let mut problems = Vec::new();
        let got = read(&markup, Builder::default(), &mut problems);
        assert_eq!(problems, [""; 0]);
        assert_eq!(shown(&got), shown(&expected), "{markup}");
    }

    #[test]
    fn the_tree_is_the_one_that_html5ever_makes_alone() {
        for markup in [
            "<!doctype html><title>a &amp; b</title><p class=x id='y' data-z=\"1 &copy=2\">text<br/>more",
            "<!DOCTYPE html PUBLIC \"-//W3C//DTD HTML 3.2//EN\"><p>a<table><tr><td>x</table>y",
            "<!doctype html><p>a<table><tr><td>x</table>y",
            "a<b< c <> </> </ x> <?php x ?> <!x> <!-- a -- b --> <!--> c <!---> d <!-- --!> e <!-- --!-- -->f",
            "<script>if(a<b)</script><script><!-- <script> </script> --></script><style><p></style>after",
            "<svg><style><p>x</style><script>a<b>c</script><title><b>d</title><![CDATA[ <x> ]]></svg><![CDATA[ y ]]>",
            "<textarea>\n\n<b>&lt;</textareas></TEXTAREA >z<pre>\n\nx</pre><plaintext></p>&amp;<b>",
            "<noscript><p>x</noscript><iframe><p></iframe><xmp><b></xmp><select><option>a<script>b</script><title>c",
            "<a b=c/d e='f'g=h i = j =k l=\"m\"/><a/><a / ><A B=1 b=2><div =x y=>z",
            "<b><p>x</b>y<a href=1><a href=2><table><a>x<tr><p>",
            "<p a='unclosed>x",
            "<p a=b",
            "</p",
            "x</",
            "<",
            "<!--",
            "<!doctype",
            "<script>never closed",
            "<title>never closed &amp",
            "\u{feff}<p>x",
            "a\r\nb\rc<p title='d\r\ne'>",
            "<template><p>x</template><frameset><p>",
        ] {
            check(markup);
        }
    }

    /// Pieces of tag soup.
    fn piece() -> impl Strategy<Value = String> {
        let names = "(p|div|b|a|i|table|tr|td|svg|math|title|textarea|script|style|noscript|iframe|xmp|select|option|li|ul|body|head|html|form|template|br|PRE|h1|mi|desc|foreignObject|font|frameset|button)";
        let attribute = "( |/|\n)(class|id|x|=y|a\"|href|type|encoding)?(=|= | =)?(\"[^\"<]{0,6}\"|'[^']{0,6}'|[a-z&;=<\"'/]{0,5}|\"text/html\"|\"&amp;&lt=&copyb;\")";
        prop_oneof![
            4 => proptest::string::string_regex(&format!("<{names}({attribute}){{0,3}} ?/?>")).expect("a pattern"),
            3 => proptest::string::string_regex(&format!("</{names}( x='>')? ?>")).expect("a pattern"),
            2 => "[a-zé \n]{0,8}",
            1 => "(<!--|-->|--!>|<!|<\\?|</|<|>|<!\\[CDATA\\[|\\]\\]>|\"|'|<!doctype html>|<script|</script|<!-->|-)",
            1 => "&(amp|lt|eacute|not|notin|copy|#233|#x80|#0|nonsense|#|)[;=a ]?",
        ]
    }

    proptest! {
        #[test]
        fn on_any_tag_soup_too(pieces in proptest::collection::vec(piece(), 0..40)) {
            check(&pieces.concat());
        }
    }
}

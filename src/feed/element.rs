//! Tags to elements: in go tokens, out come the elements that announce something (item, entry, url), one at a time and each with
//! its subtree, and at
//! the end what stands around them. Tags need not match; names are told apart by namespace and folded to lower case. Meaning is
//! given in reader.rs.

use std::sync::Arc;

use url::Url;

use super::entities;
use super::token::{Token, Tokens};

/// Elements inside elements that are kept apart; deeper ones lose their tags and keep their text. Real feeds stay below 20.
const MAX_DEPTH: usize = 48;

/// The vocabularies that mean something to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    /// RSS and Atom of every age, and whatever has no namespace.
    Core,
    /// Dublin Core, terms included.
    Dc,
    /// `content:encoded`.
    Content,
    /// iTunes.
    Itunes,
    /// Media RSS.
    Media,
    /// Google News sitemaps.
    News,
    /// XHTML inside a feed.
    Xhtml,
    /// Anything else.
    Other,
}

/// An element with all that is in it.
#[derive(Debug, Clone)]
pub(super) struct Element {
    pub(super) space: Space,
    /// Lower case, without prefix.
    pub(super) name: String,
    /// Lower case; prefixes only for `xml:` and `rdf:`.
    attributes: Vec<(String, String)>,
    /// `xml:base` in force here, absolute.
    pub(super) base: Option<Arc<Url>>,
    pub(super) children: Vec<Node>,
}

/// What stands in an element.
#[derive(Debug, Clone)]
pub(super) enum Node {
    /// Text, references read.
    Text(String),
    /// An element.
    Element(Element),
}

impl Element {
    /// The value of an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, value)| value.trim())
    }

    /// The elements directly inside.
    pub(super) fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The text directly inside, trimmed.
    pub(super) fn own_text(&self) -> String {
        let text: String = self
            .children
            .iter()
            .filter_map(|node| match node {
                Node::Text(text) => Some(text.as_str()),
                Node::Element(_) => None,
            })
            .collect();
        text.trim().to_owned()
    }

    /// Everything inside as HTML. The depth is bounded by the parser, so recursion is too.
    pub(super) fn inner_html(&self) -> String {
        let mut out = String::new();
        self.push_inner(&mut out);
        out
    }

    fn push_inner(&self, out: &mut String) {
        for node in &self.children {
            match node {
                Node::Text(text) => out.push_str(&entities::escape(text)),
                Node::Element(element) => {
                    out.push('<');
                    out.push_str(&element.name);
                    for (name, value) in &element.attributes {
                        out.push(' ');
                        out.push_str(name);
                        out.push_str("=\"");
                        out.push_str(&entities::escape(value));
                        out.push('"');
                    }
                    out.push('>');
                    if !(is_void(&element.name) && element.children.is_empty()) {
                        element.push_inner(out);
                        out.push_str("</");
                        out.push_str(&element.name);
                        out.push('>');
                    }
                }
            }
        }
    }
}

/// Elements of HTML that hold nothing and are not closed. Names that feeds use otherwise (link, source) are not among them.
fn is_void(name: &str) -> bool {
    matches!(name, "br" | "hr" | "img" | "wbr" | "input" | "col" | "area")
}

/// Names of elements that each announce one thing.
pub(super) fn is_entry(element: &Element) -> bool {
    element.space == Space::Core && matches!(element.name.as_str(), "item" | "entry" | "url")
}

/// Reads `text`; each entry goes to `on_entry` when it is complete, and the rest comes back as the root element.
pub(super) fn read(text: &str, base: Option<&Url>, on_entry: &mut dyn FnMut(Element)) -> Option<Element> {
    let mut builder = Builder {
        open: Vec::new(),
        prefixes: Vec::new(),
        flattened: 0,
        root: None,
        document: base.cloned().map(Arc::new),
        on_entry,
    };
    for token in Tokens::new(text) {
        match token {
            Token::Text(text) => builder.text(&entities::decode(text)),
            Token::Verbatim(text) => builder.text(text),
            Token::Start { name, attributes, empty } => builder.start(name, attributes, empty),
            Token::End { name } => builder.end(name),
        }
        if builder.root.is_some() {
            break;
        }
    }
    while !builder.open.is_empty() {
        builder.close();
    }
    builder.root
}

struct Builder<'b> {
    /// Open elements, outermost first, with their names as written and the number of prefixes known outside them.
    open: Vec<(Element, String, usize)>,
    /// Prefix to namespace, innermost last.
    prefixes: Vec<(String, Space)>,
    /// Start tags past the depth limit that are not yet closed.
    flattened: usize,
    root: Option<Element>,
    document: Option<Arc<Url>>,
    on_entry: &'b mut dyn FnMut(Element),
}

impl Builder<'_> {
    fn text(&mut self, text: &str) {
        let Some((element, ..)) = self.open.last_mut() else { return };
        match element.children.last_mut() {
            Some(Node::Text(before)) => before.push_str(text),
            _ => element.children.push(Node::Text(text.to_owned())),
        }
    }

    fn start(&mut self, raw: &str, attributes: Vec<(&str, String)>, empty: bool) {
        if self.open.len() >= MAX_DEPTH {
            self.flattened += usize::from(!empty);
            return;
        }
        let known_outside = self.prefixes.len();
        for (name, value) in &attributes {
            let prefix = match name.strip_prefix("xmlns") {
                Some("") => "",
                Some(rest) if rest.starts_with(':') => &rest[1..],
                _ => continue,
            };
            self.prefixes.push((prefix.to_ascii_lowercase(), space_of(value)));
        }
        let (space, name) = self.resolve(raw);
        let mut kept = Vec::with_capacity(attributes.len());
        for (name, value) in attributes {
            let name = name.to_ascii_lowercase();
            match name.split_once(':') {
                Some(("xmlns", _)) => {}
                Some(("xml" | "rdf", _)) => kept.push((name, value)),
                Some((_, local)) => kept.push((local.to_owned(), value)),
                None if name == "xmlns" => {}
                None => kept.push((name, value)),
            }
        }
        let outer = self.open.last().map_or(&self.document, |(element, ..)| &element.base).clone();
        let mut element = Element { space, name, attributes: kept, base: outer, children: Vec::new() };
        if let Some(base) = element.attribute("xml:base") {
            let absolute = match &element.base {
                Some(outer) => outer.join(base).ok(),
                None => Url::parse(base).ok(),
            };
            // A base that leads off the web (javascript:, file:) is nobody's address.
            if let Some(absolute) = absolute.filter(|url| matches!(url.scheme(), "http" | "https")) {
                element.base = Some(Arc::new(absolute));
            }
        }
        self.open.push((element, raw.to_owned(), known_outside));
        if empty || self.open.last().is_some_and(|(element, ..)| is_void(&element.name)) {
            self.close();
        }
    }

    fn end(&mut self, raw: &str) {
        if self.flattened > 0 {
            self.flattened -= 1;
            return;
        }
        let Some(at) = self.open.iter().rposition(|(_, name, _)| name.eq_ignore_ascii_case(raw)) else { return };
        while self.open.len() > at {
            self.close();
        }
    }

    fn close(&mut self) {
        let Some((element, _, known_outside)) = self.open.pop() else { return };
        self.prefixes.truncate(known_outside);
        match self.open.last_mut() {
            None => self.root = Some(element),
            // An item inside an item is an accident of writing; one inside a title or description is markup.
            Some((parent, ..)) if is_entry(&element) && is_container(&parent.name) => (self.on_entry)(element),
            Some((parent, ..)) => parent.children.push(Node::Element(element)),
        }
    }

    fn resolve(&self, raw: &str) -> (Space, String) {
        let (prefix, local) = raw.split_once(':').unwrap_or(("", raw));
        let prefix = prefix.to_ascii_lowercase();
        let declared = self.prefixes.iter().rev().find(|(p, _)| *p == prefix).map(|(_, space)| *space);
        let space = declared.unwrap_or_else(|| space_of_prefix(&prefix));
        // A feed whose default namespace nobody knows is still a feed.
        let space = if prefix.is_empty() && space == Space::Other { Space::Core } else { space };
        (space, local.to_ascii_lowercase())
    }
}

fn is_container(name: &str) -> bool {
    matches!(name, "rss" | "channel" | "feed" | "rdf" | "items" | "urlset" | "item" | "entry")
}

fn space_of(uri: &str) -> Space {
    let uri = uri.trim().to_ascii_lowercase();
    let uri = uri.split_once("://").map_or(uri.as_str(), |(_, rest)| rest).trim_end_matches(['/', '#']);
    match uri {
        "" => Space::Core,
        "www.w3.org/2005/atom"
        | "purl.org/atom/ns"
        | "purl.org/rss/1.0"
        | "my.netscape.com/rdf/simple/0.9"
        | "www.sitemaps.org/schemas/sitemap/0.9"
        | "www.w3.org/1999/02/22-rdf-syntax-ns" => Space::Core,
        "www.w3.org/1999/xhtml" => Space::Xhtml,
        "www.google.com/schemas/sitemap-news/0.9" => Space::News,
        "search.yahoo.com/mrss" => Space::Media,
        _ if uri.starts_with("purl.org/dc/") => Space::Dc,
        _ if uri.starts_with("purl.org/rss/1.0/modules/content") => Space::Content,
        _ if uri.starts_with("www.itunes.com/dtds/podcast-") || uri.starts_with("example.com/dtds/podcast-") => Space::Itunes,
        _ if uri.contains("rss") && !uri.contains("module") => Space::Core,
        _ => Space::Other,
    }
}

/// What a prefix usually stands for, for feeds that forget to declare it.
fn space_of_prefix(prefix: &str) -> Space {
    match prefix {
        "" | "rss" | "atom" | "atom10" | "atom03" | "a10" | "rdf" => Space::Core,
        "dc" | "dcterms" => Space::Dc,
        "content" => Space::Content,
        "itunes" => Space::Itunes,
        "media" => Space::Media,
        "news" => Space::News,
        "xhtml" => Space::Xhtml,
        _ => Space::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> (Vec<String>, String) {
        let mut entries = Vec::new();
        let root = read(text, None, &mut |element| entries.push(element.inner_html()));
        (entries, root.map(|root| root.inner_html()).unwrap_or_default())
    }

    #[test]
    fn entries_come_one_by_one_and_leave_the_rest() {
        let (entries, rest) = shown("<rss><channel><title>t</title><item><title>a</title></item><item>b</item></channel></rss>");
        assert_eq!(entries, ["<title>a</title>", "b"]);
        assert_eq!(rest, "<channel><title>t</title></channel>");
    }

    #[test]
    fn tags_that_do_not_match_are_mended() {
        let (entries, _) = shown("<rss><item><description>a<p>b<br>c</description><link>l</LINK></b></item></rss");
        assert_eq!(entries, ["<description>a<p>b<br>c</p></description><link>l</link>"]);
    }

    #[test]
    fn namespaces_are_known_by_address_or_by_habit() {
        let mut found = Vec::new();
        let text = r#"<rss xmlns:x="http://purl.org/dc/elements/1.1/"><item><x:date/><dc:creator/><media:title/><atom:link/></item></rss>"#;
        read(text, None, &mut |element| found.extend(element.elements().map(|e| (e.space, e.name.clone()))));
        let expected = [(Space::Dc, "date"), (Space::Dc, "creator"), (Space::Media, "title"), (Space::Core, "link")];
        assert_eq!(found, expected.map(|(space, name)| (space, name.to_owned())));
    }

    #[test]
    fn bases_nest() {
        let base = Url::parse("http://site.example/feed").expect("a test address");
        let mut bases = Vec::new();
        let text = r#"<feed xml:base="/top/"><entry xml:base="sub/"/><entry xml:base="javascript:x"/></feed>"#;
        read(text, Some(&base), &mut |element| bases.push(element.base.map(|b| b.to_string()).unwrap_or_default()));
        assert_eq!(bases, ["http://site.example/top/sub/", "http://site.example/top/"]);
    }

    #[test]
    fn a_tower_of_tags_is_flattened() {
        let n = 200_000;
        let text = format!(
            "<rss><item><title>t</title><description>{}deep{}</description></item></rss>",
            "<a>".repeat(n),
            "</a>".repeat(n)
        );
        let (entries, _) = shown(&text);
        assert!(entries[0].starts_with("<title>t</title>") && entries[0].contains("deep"), "{}", entries[0]);
    }
}

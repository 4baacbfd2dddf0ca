//! Feeds that a web page names: in goes HTML, out come the addresses in its `<link rel="alternate">`. Nothing is fetched or guessed.

use url::Url;

use super::token::{Token, Tokens};
use crate::types::url::parse_http;

/// Feeds named by one page that are kept; sites with a feed for each section name dozens.
const MAX_FOUND: usize = 100;

/// A feed that a page names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscoveredFeed {
    /// Its address.
    pub url: Url,
    /// What the page calls it.
    pub title: Option<String>,
}

/// The feeds that a page names, in its order, each once.
pub fn discover(html: &str, base: Option<&Url>) -> Vec<DiscoveredFeed> {
    let mut base = base.cloned();
    let mut found: Vec<DiscoveredFeed> = Vec::new();
    for token in Tokens::new(html) {
        let Token::Start { name, attributes, .. } = token else { continue };
        let attribute =
            |wanted: &str| attributes.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim());
        if name.eq_ignore_ascii_case("base") {
            base = attribute("href").and_then(|href| parse_http(href, base.as_ref())).or(base);
        }
        if !name.eq_ignore_ascii_case("link") || !names_feed(attribute("rel"), attribute("type")) {
            continue;
        }
        let Some(url) = attribute("href").and_then(|href| parse_http(href, base.as_ref())) else { continue };
        if found.iter().all(|known| known.url != url) {
            found.push(DiscoveredFeed { url, title: attribute("title").filter(|title| !title.is_empty()).map(str::to_owned) });
        }
        if found.len() == MAX_FOUND {
            break;
        }
    }
    found
}

fn names_feed(rel: Option<&str>, kind: Option<&str>) -> bool {
    let is_alternate = rel.is_some_and(|rel| {
        rel.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("alternate") || word.eq_ignore_ascii_case("feed"))
    });
    let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    is_alternate
        && matches!(
            kind.as_str(),
            "application/rss+xml"
                | "application/atom+xml"
                | "application/feed+json"
                | "application/rdf+xml"
                | "application/x.atom+xml"
                | "text/rss+xml"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternate_links_of_feed_types_are_found_once() {
        let base = Url::parse("https://site.example/a/").expect("a test address");
        let html = "<html><head><base href='/b/'><LINK REL='alternate' TYPE='application/rss+xml' HREF='feed.xml' title='À la une'>\
            <link rel=alternate type=application/atom+xml href=https://other.example/atom><link rel=alternate hreflang=en href=/en>\
            <link rel='alternate' type='application/rss+xml' href='/b/feed.xml'><link rel=stylesheet href=x.css><link rel=alternate type=application/rss+xml href='javascript:x'>";
        let found: Vec<(String, Option<String>)> =
            discover(html, Some(&base)).into_iter().map(|f| (f.url.into(), f.title)).collect();
        assert_eq!(
            found,
            [
                ("https://site.example/b/feed.xml".to_owned(), Some("À la une".to_owned())),
                ("https://other.example/atom".to_owned(), None)
            ]
        );
    }
}

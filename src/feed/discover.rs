//! Feeds that a web page names: in goes HTML, out come the addresses in its `<link rel="alternate">`. Nothing is fetched or guessed.

use std::sync::LazyLock;

use scraper::{Html, Selector};
use url::Url;

use super::charset;
use crate::fetch::Page;
use crate::types::url::parse_http;

/// Feeds named by one page that are kept; sites with a feed for each section name dozens.
const MAX_FOUND: usize = 100;

/// So much of a page is read: the links stand in its head, and the parser's work on elements inside one another grows with their square, bytes.
const MAX_HEAD_BYTES: usize = 128 * 1024;

/// A feed that a page names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscoveredFeed {
    /// Its address.
    pub url: Url,
    /// What the page calls it.
    pub title: Option<String>,
}

/// The feeds that a page names as it came, in whatever charset.
pub fn discover_in(page: &Page) -> Vec<DiscoveredFeed> {
    discover(&charset::decode(&page.body, page.charset().as_deref()), page.url.as_ref())
}

/// The feeds that the beginning of a page names, in its order, each once.
pub fn discover(html: &str, base: Option<&Url>) -> Vec<DiscoveredFeed> {
    let head = Html::parse_document(&html[..html.floor_char_boundary(MAX_HEAD_BYTES)]);
    let stated = head.select(&BASE).find_map(|element| parse_http(element.attr("href")?.trim(), base));
    let base = stated.as_ref().or(base);
    let mut found: Vec<DiscoveredFeed> = Vec::new();
    for link in head.select(&LINKS).map(|element| element.value()).filter(|link| names_feed(link.attr("rel"), link.attr("type")))
    {
        let Some(url) = link.attr("href").and_then(|href| parse_http(href.trim(), base)) else { continue };
        if found.iter().all(|known| known.url != url) {
            let title = link.attr("title").map(str::trim).filter(|title| !title.is_empty());
            found.push(DiscoveredFeed { url, title: title.map(str::to_owned) });
        }
        if found.len() == MAX_FOUND {
            break;
        }
    }
    found
}

static BASE: LazyLock<Selector> = LazyLock::new(|| Selector::parse("base[href]").expect("a selector of ours parses"));
static LINKS: LazyLock<Selector> = LazyLock::new(|| Selector::parse("link[rel][type][href]").expect("a selector of ours parses"));

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
        assert!(discover("<!-- <link rel=alternate type=application/rss+xml href=/feed> --><p>no feed", Some(&base)).is_empty());
    }
}

//! The stage itself: in goes a page, out comes the feed that it is, or the reason why it is none.

use std::borrow::Cow;

use url::Url;

use super::collect::Collector;
use super::discover::discover;
use super::element;
use super::entry::{FeedProblem, ParsedFeed};
use super::reader::{self, About};
use super::token::{Token, Tokens};
use super::{charset, json};
use crate::fetch::Page;
use crate::schedule::Hints;
use crate::types::url::parse_http;

/// How much of a document is looked at to tell what it is, bytes: a licence in a comment before the root is the longest seen.
const SNIFFED_BYTES: usize = 16 * 1024;

/// What a document is, by its first element.
#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Xml,
    Json,
    Html,
    Empty,
    Other(String),
}

/// Reads a feed of any format; what had to be mended is told in `problems`.
pub fn parse(page: &Page) -> Result<ParsedFeed, FeedProblem> {
    let text = charset::decode(&page.body, page.charset().as_deref());
    let base = base(page);
    let mut collector = Collector::new(page.fetched_at);
    let about = match kind(&text) {
        Kind::Empty => return Err(FeedProblem::Empty),
        Kind::Html => {
            return Err(FeedProblem::Html { feed: discover(&text, base.as_deref()).into_iter().next().map(|found| found.url) });
        }
        Kind::Other(what) => return Err(FeedProblem::Unreadable(what)),
        Kind::Json => json::read(&text, base.as_deref(), &mut |draft| collector.add(draft))
            .ok_or_else(|| FeedProblem::Unreadable("it is JSON, but no JSON Feed".to_owned()))?,
        Kind::Xml => {
            let root = element::read(&text, base.as_deref(), &mut |found| collector.add(reader::entry(&found)));
            root.as_ref().map_or_else(About::default, reader::about)
        }
    };
    let (entries, problems) = collector.finish();
    Ok(ParsedFeed {
        title: about.title,
        language: about.language,
        entries,
        hints: Hints { ttl: about.ttl, ..Hints::default() },
        problems,
    })
}

/// Whether a body begins like a feed: for telling saved feeds from saved pages.
pub fn looks_like_feed(body: &[u8]) -> bool {
    let text = charset::decode(&body[..body.len().min(SNIFFED_BYTES)], None);
    match kind(&text) {
        Kind::Xml => true,
        Kind::Json => text.contains("jsonfeed.org/version"),
        _ => false,
    }
}

/// What relative addresses are relative to: `Content-Location` when it leads to the web, else the page's address.
fn base(page: &Page) -> Option<Cow<'_, Url>> {
    let location = page.headers.get("content-location").and_then(|location| parse_http(location, page.url.as_ref()));
    location.map(Cow::Owned).or(page.url.as_ref().map(Cow::Borrowed))
}

fn kind(text: &str) -> Kind {
    let text = text.trim_start();
    if text.is_empty() {
        return Kind::Empty;
    }
    if text.starts_with(['{', '[']) {
        return Kind::Json;
    }
    let root = Tokens::new(text).find_map(|token| match token {
        Token::Start { name, .. } => Some(name.rsplit(':').next().unwrap_or(name).to_ascii_lowercase()),
        _ => None,
    });
    match root.as_deref() {
        Some("rss" | "feed" | "rdf" | "channel" | "urlset") => Kind::Xml,
        Some("html" | "head" | "body" | "meta" | "title" | "script" | "div" | "p" | "link" | "h1") => Kind::Html,
        Some("sitemapindex") => {
            Kind::Other("it is a list of sitemaps; name the one with the news, which it lists, as the feed's address".to_owned())
        }
        Some(name) => Kind::Other(format!("its first element is <{}>", name.chars().take(40).collect::<String>())),
        None => Kind::Other("it holds no element".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn page(body: impl Into<Vec<u8>>) -> Page {
        let url = Url::parse("http://site.example/dir/feed").expect("a test address");
        Page::saved(Some(url), body.into(), "2025-06-03T12:00:00Z".parse().expect("a test instant"))
    }

    #[track_caller]
    fn check(body: &str, expected: &[&str]) {
        let feed = parse(&page(body)).expect("a feed");
        let shown: Vec<String> = feed
            .entries
            .iter()
            .map(|e| {
                format!(
                    "{} {} {}",
                    e.title,
                    e.link.as_ref().map(Url::as_str).unwrap_or("-"),
                    e.published.map(|at| at.to_string()).unwrap_or("-".into())
                )
            })
            .collect();
        assert_eq!(shown, expected);
        assert!(looks_like_feed(body.as_bytes()));
    }

    #[test]
    fn every_format_is_read() {
        check(
            "<?xml version='1.0'?><rss version='2.0'><channel><title>t</title><item><title>a</title><link>x/1</link><pubDate>Tue, 03 Jun 2025 08:00:00 GMT</pubDate></item></channel></rss>",
            &["a http://site.example/dir/x/1 2025-06-03T08:00:00Z"],
        );
        check(
            "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><entry><title>a</title><link rel='alternate' type='text/html' href='/1'/><id>tag:x</id><issued>2025-06-03T08:00:00Z</issued></entry></feed>",
            &["a http://site.example/1 2025-06-03T08:00:00Z"],
        );
        check(
            "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel rdf:about='http://x/'><title>t</title></channel><item rdf:about='http://x.example/1'><title>a</title><link>http://x.example/1</link><dc:date>2025-06-03T10:00:00+02:00</dc:date></item></rdf:RDF>",
            &["a http://x.example/1 2025-06-03T08:00:00Z"],
        );
        check(
            r#"{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","url":"/1","title":"a"}]}"#,
            &["a http://site.example/1 -"],
        );
    }

    #[test]
    fn broken_feeds_are_read_as_far_as_they_go() {
        check(
            "\n \n<rss><channel><item><title>L&rsquo;&eacute;t&eacute; R&D AT&T\x0b</title></item></channel></rss>",
            &["L’été R&D AT&T - -"],
        );
        check("<!DOCTYPE rss [<!ENTITY l \"lol\">]><rss><item><title>a &l;</title></item>", &["a &l; - -"]);
        check("<rss><item><title>a</title><pubDate>Tue, 03 Jun 2035 08:00:00 GMT</pubDate></item></rss>", &["a - -"]);
    }

    #[test]
    fn what_is_no_feed_is_named() {
        let problem = |body: &str| parse(&page(body)).expect_err("no feed");
        assert_eq!(problem(" \n"), FeedProblem::Empty);
        let html = "<!doctype html><html><head><link rel=alternate type=application/rss+xml href=/real.xml></head>";
        assert!(problem(html).to_string().contains("http://site.example/real.xml"));
        assert_eq!(problem("<opml/>"), FeedProblem::Unreadable("its first element is <opml>".into()));
        assert!(problem("<sitemapindex><sitemap/></sitemapindex>").to_string().contains("name the one with the news"));
        assert!(matches!(problem("{\"a\":1}"), FeedProblem::Unreadable(_)));
        assert!(matches!(problem("\u{1}\u{2}plain words"), FeedProblem::Unreadable(_)));
        assert!(!looks_like_feed(html.as_bytes()) && !looks_like_feed(b"{\"a\":1}") && !looks_like_feed(b""));
    }

    #[test]
    fn content_location_is_the_base_when_it_is_on_the_web() {
        let of = |location: &str| {
            let mut page = page("<rss><item><title>a</title><link>1</link></item></rss>");
            page.headers.push("Content-Location", location);
            parse(&page).expect("a feed").entries[0].link.clone().map(String::from)
        };
        assert_eq!(of("http://other.example/x/").as_deref(), Some("http://other.example/x/1"));
        assert_eq!(of("/y/").as_deref(), Some("http://site.example/y/1"));
        assert_eq!(of("javascript:x").as_deref(), Some("http://site.example/dir/1"));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "<(rss|feed)>[<>/a-z&;!='\" \\[\\]]{0,100}") {
            let _ = (parse(&page(bytes.clone())), parse(&page(text)), looks_like_feed(&bytes));
        }
    }
}

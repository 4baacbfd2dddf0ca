//! Headings as a reader sees them.
//!
//! In: the places of heading elements. Out: their text without the kicker, and whether they are the site's own name. Not done here: choosing.

use super::title::line;
use crate::extract::content::text::key;
use crate::extract::markup::dom::{Dom, Element, attr};

/// A heading's text is cut here, bytes.
const MAX_HEADING_BYTES: usize = 600;
/// A heading with more nodes holds the rest of the page, unclosed.
const MAX_HEADING_NODES: usize = 120;
/// A headline is no shorter than this once its kicker is taken off, bytes of its key.
const MIN_HEADLINE_KEY_BYTES: usize = 8;
/// What class names call a line above or below the headline, or text for screen readers only.
const KICKERS: &[&str] = &[
    "kicker",
    "roofline",
    "overline",
    "topline",
    "dachzeile",
    "toptitle",
    "top-title",
    "pretitle",
    "pre-title",
    "preheadline",
    "pre-headline",
    "eyebrow",
    "spitzmarke",
    "supertitle",
    "surtitre",
    "surtitle",
    "antetitulo",
    "occhiello",
    "subtitle",
    "sub-title",
    "subline",
    "subheadline",
    "visually-hidden",
    "visuallyhidden",
    "sr-only",
    "screen-reader",
    "aural",
    "h1small",
];
/// What class names call the site's own name, or the page's place in it.
const SITE_TITLES: &[&str] =
    &["breadcrumb", "site-title", "sitetitle", "site-name", "sitename", "blog-title", "blogtitle", "site-logo", "site-branding"];

/// A heading.
pub(super) struct Heading {
    /// Text without kicker, one line.
    pub(super) text: String,
    /// `text` as a key.
    pub(super) key: String,
    /// The key of everything that the element holds.
    pub(super) whole_key: String,
    /// True when it links to the front page or calls itself the site's title.
    pub(super) is_site: bool,
}

/// Reads the headings at `places`, those with less than three letters left out.
pub(super) fn headings(dom: &Dom<'_>, places: &[usize], limit: usize) -> Vec<Heading> {
    places.iter().take(limit).map(|at| heading(dom, *at)).filter(|h| h.key.len() >= 3).collect()
}

fn heading(dom: &Dom<'_>, at: usize) -> Heading {
    let whole = text_without(dom, at, |_| false);
    let whole_key = key(&whole);
    let has_kicker = (at + 1..end(dom, at)).any(|i| dom.element(i).is_some_and(is_kicker));
    let bare = has_kicker.then(|| text_without(dom, at, is_kicker)).filter(|bare| key(bare).len() >= MIN_HEADLINE_KEY_BYTES);
    Heading {
        text: line(bare.as_deref().unwrap_or(&whole)),
        key: bare.as_deref().map_or_else(|| whole_key.clone(), key),
        is_site: is_site(dom, at, whole_key.len()),
        whole_key,
    }
}

/// One past the last node of a heading that is looked at.
fn end(dom: &Dom<'_>, at: usize) -> usize {
    dom.nodes[at].end.min(at + MAX_HEADING_NODES)
}

/// The text under `at` without the elements that `leave_out` names.
fn text_without(dom: &Dom<'_>, at: usize, leave_out: impl Fn(&Element) -> bool) -> String {
    dom.text_without(at, end(dom, at), MAX_HEADING_BYTES, leave_out)
}

fn is_kicker(element: &Element) -> bool {
    element.name() == "small" || attr(element, "class").is_some_and(|names| holds_any(names, KICKERS))
}

fn holds_any(names: &str, words: &[&str]) -> bool {
    let names = names.to_ascii_lowercase();
    words.iter().any(|word| names.contains(word))
}

/// True for the site's name at the top of every page: a link to the front page, or a class that says so.
fn is_site(dom: &Dom<'_>, at: usize, letters: usize) -> bool {
    let own = dom.element(at).into_iter().chain(dom.element(dom.nodes[at].parent));
    if own.filter_map(|e| attr(e, "class").or_else(|| attr(e, "id"))).any(|names| holds_any(names, SITE_TITLES)) {
        return true;
    }
    let inside = (at + 1..dom.nodes[at].end).take(20);
    let around = std::iter::once(dom.nodes[at].parent);
    inside.chain(around).any(|i| {
        dom.element(i).is_some_and(|element| {
            element.name() == "a"
                && (attr(element, "rel").is_some_and(|rel| rel.eq_ignore_ascii_case("home"))
                    || attr(element, "href").is_some_and(is_front_page))
                && key(&text_without(dom, i, |_| false)).len() * 2 > letters
        })
    })
}

/// True for the address of a front page: no path beyond a slash or an index file.
fn is_front_page(address: &str) -> bool {
    let address = address.trim();
    let path = match address.find("://") {
        Some(at) => address[at + 3..].find('/').map_or("", |slash| &address[at + 3 + slash..]),
        None => address,
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    (address.contains("://") && path.is_empty())
        || matches!(path, "/" | "./" | "../" | "/index.html" | "/index.php" | "index.html" | "index.php" | "/index.htm")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::markup::dom::parse;

    #[track_caller]
    fn check(html: &str, text: &str, is_site: bool) {
        let tree = parse(html, &mut Vec::new());
        let dom = Dom::of(&tree);
        let places: Vec<usize> = (0..dom.nodes.len()).filter(|at| matches!(dom.name(*at), "h1" | "h2")).collect();
        let found = headings(&dom, &places, 10);
        assert_eq!((found[0].text.as_str(), found[0].is_site), (text, is_site), "{html}");
    }

    #[test]
    fn a_kicker_is_no_part_of_the_headline() {
        check(
            "<h1><span class=kicker>Harbour</span><span class=visually-hidden>:</span> Boats counted</h1>",
            "Boats counted",
            false,
        );
        check("<h1><small>Harbour</small><br>Boats counted</h1>", "Boats counted", false);
        check("<h1><span class=subtitle>Boats counted</span></h1>", "Boats counted", false);
        check("<h1><ruby>港<rt>みなと</rt></ruby>の船が三隻もどった</h1>", "港の船が三隻もどった", false);
        check("<h1>Boats coun\u{ad}ted</h1>", "Boats counted", false);
    }

    #[test]
    fn an_unclosed_heading_ends_somewhere() {
        let html = format!("<h1>Boats counted{}", "<h2>".repeat(50) + &"<i></i>".repeat(1000) + "the end");
        check(&html, "Boats counted", false);
    }

    #[test]
    fn the_sites_name_links_to_the_front_page() {
        check("<h1><a href=/>The Pier</a></h1>", "The Pier", true);
        check("<h1><a href='https://pier.example'>The Pier</a></h1>", "The Pier", true);
        check("<div class=site-title><h1>The Pier</h1></div>", "The Pier", true);
        check("<h1 class=breadcrumb_last>Boats counted</h1>", "Boats counted", true);
        check("<h2><a href='/2024/boats'>Boats counted</a></h2>", "Boats counted", false);
        check("<h1>Boats counted <a href=/>Home</a></h1>", "Boats counted Home", false);
    }
}

//! The headline.
//!
//! In: the page's statements and its headings. Out: one line of plain text without the site's name and without the kicker above the headline.
//! Not done here: judging a page that shows no article.

use super::Metadata;
use super::headings::{Heading, headings};
use super::site_name::SiteName;
use crate::extract::content::blocks::Block;
use crate::extract::content::text::key;
use crate::extract::markup::dom::Dom;
use crate::extract::markup::entities::decoded;

/// So much of a stated headline is read, bytes.
const MAX_STATEMENT_BYTES: usize = 2_000;
/// A heading with a shorter key is confirmed by nothing, bytes.
const MIN_KEY_BYTES: usize = 5;
/// A key shorter than this confirms nothing by standing inside a longer one, bytes.
const MIN_PART_KEY_BYTES: usize = 12;
/// Headings that are compared; a page with more is a list.
const MAX_HEADINGS: usize = 40;

/// Statements of the headline outside the text, unescaped.
struct Statements {
    /// JSON-LD.
    stated: Option<String>,
    /// `og:title`, else its like.
    open_graph: Option<String>,
    /// `<title>`.
    document: Option<String>,
}

impl Statements {
    fn of(metadata: &Metadata<'_>) -> Statements {
        let names = ["og:title", "twitter:title", "dc.title", "title", "parsely-title", "sailthru.title"];
        Statements {
            // What was escaped twice is still escaped once; as in an attribute, "Q&A" is no reference.
            stated: metadata.stated.headline.as_deref().map(stated_line).filter(|h| !h.is_empty()),
            open_graph: metadata.meta_of(&names).map(stated_line),
            document: metadata.title.as_deref().map(stated_line).filter(|t| !t.is_empty()),
        }
    }

    fn all(&self) -> impl Iterator<Item = &String> {
        [&self.stated, &self.open_graph, &self.document].into_iter().flatten()
    }
}

/// Chooses the headline: a heading that the metadata confirms, then the metadata, then a heading of its own.
pub(in crate::extract) fn choose(dom: &Dom<'_>, metadata: &Metadata<'_>) -> String {
    let site = SiteName::of(metadata);
    let statements = Statements::of(metadata);
    let first: Vec<Heading> =
        headings(dom, &metadata.headings, MAX_HEADINGS).into_iter().filter(|h| !h.is_site && !site.is(&h.key)).collect();
    let keys: Vec<Key> = statements.all().map(|t| Key::of(t, &site)).collect();
    let strength = |heading: &Heading| keys.iter().map(|k| k.confirms(heading)).sum::<u32>();
    // Ties go to the first; `max_by_key` would take the last.
    let lesser = || headings(dom, &metadata.lesser_headings, MAX_HEADINGS).into_iter();
    if let Some(confirmed) = first.iter().rev().max_by_key(|h| strength(h)).filter(|h| strength(h) > 0) {
        // An `h1` for search engines, over the headline that the page is shared under.
        let shared = statements.open_graph.as_deref().map(key).unwrap_or_default();
        if statements.stated.is_none()
            && shared.len() >= MIN_PART_KEY_BYTES
            && !shared.starts_with(&confirmed.key)
            && let Some(heading) = lesser().find(|h| h.key == shared)
        {
            return heading.text;
        }
        return with_topic(confirmed, &statements, &site)
            .or_else(|| shared_form(confirmed, &statements, &site))
            .unwrap_or_else(|| confirmed.text.clone());
    }
    // A page whose `h1` is its name or its section: the headline is the lesser heading that the metadata repeats whole.
    if let Some(heading) = lesser().find(|h| !h.is_site && !site.is(&h.key) && keys.iter().any(|k| k.repeats(&h.key) > 0)) {
        return with_topic(&heading, &statements, &site).unwrap_or_else(|| heading.text.clone());
    }
    match (&statements.stated, &statements.open_graph) {
        (Some(_), Some(title)) => return line(&site.without(title)),
        (Some(stated), None) => return line(&site.without(stated)),
        _ => {}
    }
    if let [only] = first.as_slice()
        && only.key.len() > 20
    {
        return only.text.clone();
    }
    if let Some(title) = &statements.open_graph {
        return line(&site.without(title));
    }
    if let Some(heading) = first.iter().find(|h| h.key.len() > 12) {
        return heading.text.clone();
    }
    statements.document.map(|title| line(&site.without_tail(&title))).unwrap_or_default()
}

/// A statement of the headline, ready for comparison.
struct Key {
    whole: String,
    without_site: String,
    parts: Vec<String>,
}

impl Key {
    fn of(statement: &str, site: &SiteName) -> Key {
        Key {
            whole: key(statement),
            without_site: key(&site.without(statement)),
            parts: site.parts(statement).map(key).filter(|k| k.len() >= 5).collect(),
        }
    }

    /// How surely the statement is the heading: 3 for all of it, 2 for its first or last part, 1 for one between, 0 for none.
    fn repeats(&self, heading: &str) -> u32 {
        if heading.len() < MIN_KEY_BYTES {
            0
        } else if self.whole == heading || self.without_site == heading {
            3
        } else {
            let last = self.parts.len().saturating_sub(1);
            match self.parts.iter().position(|part| part == heading) {
                Some(0) => 2,
                Some(at) if heading.len() >= MIN_PART_KEY_BYTES => 1 + u32::from(at == last),
                _ => 0,
            }
        }
    }

    /// The same, where the heading may also be the beginning or the end of a longer statement, or hold a kicker that the statement has too.
    fn confirms(&self, heading: &Heading) -> u32 {
        let repeats = self.repeats(&heading.key);
        if repeats > 0 {
            return repeats;
        }
        let is_end = heading.key.len() >= MIN_PART_KEY_BYTES
            && (self.whole.starts_with(&heading.key) || self.whole.ends_with(&heading.key));
        u32::from(is_end || self.repeats(&heading.whole_key) > 0)
    }
}

/// The headline with the topic that the metadata puts before it, as in "Harbour: Three boats come home".
///
/// Newspapers print the topic as a kicker and mean both: measured on 125 news pages, the longer form was the headline on all 9 that had it.
fn with_topic(heading: &Heading, statements: &Statements, site: &SiteName) -> Option<String> {
    let metadata = statements.open_graph.as_ref().or(statements.stated.as_ref())?;
    let whole = line(&site.without(metadata));
    let (topic, rest) = whole.split_once(": ")?;
    let is_denied = statements.stated.as_deref().is_some_and(|stated| key(stated) == heading.key);
    (key(rest) == heading.key && !is_denied && !site.is(&key(topic))).then_some(whole)
}

/// The form under which the page is shared, where an `h1` that only `<title>` repeats is a longer one for search engines.
fn shared_form(heading: &Heading, statements: &Statements, site: &SiteName) -> Option<String> {
    let shared = site.without(statements.open_graph.as_ref()?);
    let document = key(&site.without_tail(statements.document.as_ref()?));
    if statements.stated.is_some() || document != heading.key || key(&shared).len() * 2 < heading.key.len() {
        return None;
    }
    let words = |text: &str| text.split_whitespace().map(key).filter(|w| w.len() > 3).collect::<Vec<_>>();
    let shown = words(&heading.text);
    let (common, all) = words(&shared).iter().fold((0, 0), |(common, all), w| (common + usize::from(shown.contains(w)), all + 1));
    (common * 3 >= all * 2 && all >= 3).then(|| line(&shared))
}

/// Every form of the headline that the page states, as keys, for recognising it in the text.
pub(in crate::extract) fn forms(dom: &Dom<'_>, metadata: &Metadata<'_>, chosen: &str) -> Vec<String> {
    let site = SiteName::of(metadata);
    let mut out = vec![key(chosen)];
    out.extend(metadata.stated.headline.as_deref().map(key));
    out.extend(metadata.meta_of(&["og:title"]).map(|t| key(&site.without(t))));
    out.extend(metadata.meta_of(&["twitter:title"]).map(|t| key(&site.without(t))));
    out.extend(metadata.title.as_deref().map(|t| key(&site.without_tail(t))));
    if let [only] = metadata.headings.as_slice() {
        out.push(key(&dom.text(*only, 400)));
    }
    out.retain(|k| k.len() >= 8);
    out.dedup();
    out
}

/// Where the headline stands among the blocks.
pub(in crate::extract) fn place(blocks: &[Block], title: &str) -> Option<usize> {
    let title = key(title);
    if title.is_empty() {
        return None;
    }
    let holds = |b: &&Block| b.text.len() < title.len() * 4 + 200 && key(&b.text).ends_with(&title);
    blocks
        .iter()
        .filter(|b| b.is_heading())
        .find(holds)
        .or_else(|| blocks.iter().find(holds))
        .map(|found| blocks.partition_point(|b| b.at < found.at))
}

/// A statement of the metadata with its entities decoded: some are escaped twice.
fn stated_line(text: &str) -> String {
    decoded(&text[..text.floor_char_boundary(MAX_STATEMENT_BYTES)], true)
}

/// One line without soft hyphens and characters of no width.
pub(in crate::extract) fn line(text: &str) -> String {
    let text = text.trim_start_matches([':', '|', ' ', '\u{a0}']);
    let visible: String = text.chars().filter(|c| !matches!(c, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}')).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::content::hints;
    use crate::extract::markup::dom::parse;

    #[track_caller]
    fn check(html: &str, expected: &str) {
        let tree = parse(html, &mut Vec::new());
        let dom = Dom::of(&tree);
        let hints = hints::all(&dom);
        assert_eq!(choose(&dom, &Metadata::of(&dom, &hints)), expected, "{html}");
    }

    #[test]
    fn the_heading_that_the_metadata_repeats_is_the_headline() {
        check(
            "<title>Boats counted again | The Pier</title><h1>The Pier today</h1><h1>Boats counted again</h1>",
            "Boats counted again",
        );
        check("<title>Boats counted | The Pier</title><h1><a href=/>The Pier</a></h1><h2>Boats counted</h2>", "Boats counted");
        check(
            "<meta property=og:title content='Three boats come home'><title>Pier - News - Three boats come home</title><h1>News</h1><h1>Three boats come home</h1>",
            "Three boats come home",
        );
        check(
            "<title>The Pier » Archive » Three boats come home</title><h1><a href=/>The Pier</a></h1><h2>Three boats come home</h2>",
            "Three boats come home",
        );
    }

    #[test]
    fn the_metadata_speaks_where_no_heading_is_confirmed() {
        check("<meta property=og:title content='Three boats come home'><h1>News</h1>", "Three boats come home");
        check("<title>Three boats come home today - The Pier</title>", "Three boats come home today");
        check("<h1>Three boats come home</h1><title>Welcome</title>", "Three boats come home");
        check("<p>Nothing</p>", "");
    }

    #[test]
    fn a_topic_before_the_headline_belongs_to_it_when_the_metadata_says_so() {
        let topic = "<meta property=og:title content='Harbour: Three boats come home'><h1>Three boats come home</h1>";
        check(topic, "Harbour: Three boats come home");
        let stated =
            "<script type='application/ld+json'>{\"@type\":\"NewsArticle\",\"headline\":\"Three boats come home\"}</script>";
        check(&format!("{topic}{stated}"), "Three boats come home");
        check(
            "<meta property=og:site_name content='The Pier'><meta property=og:title content='The Pier: Three boats come home'><h1>Three boats come home</h1>",
            "Three boats come home",
        );
    }

    #[test]
    fn the_shared_form_is_the_headline_where_the_h1_is_for_search_engines() {
        check(
            "<title>Three red boats come home after the storm - The Pier</title><h1>Three red boats come home after the storm</h1>\
             <meta property=og:title content='Three boats come home after storm'>",
            "Three boats come home after storm",
        );
    }

    #[test]
    fn a_headline_is_one_line_of_plain_text() {
        check("<meta property=og:title content='Boats &amp;amp; nets\u{ad} counted'>", "Boats & nets counted");
    }
}

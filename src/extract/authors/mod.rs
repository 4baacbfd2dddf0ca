//! Who wrote it.
//!
//! In: the page's statements, its byline elements and its lines by the headline. Out: names, in order. A site that names only itself is named
//! only where its structured data says so. Not done here: taking a statement apart (`names`).

mod names;
mod words;

use std::sync::LazyLock;

use regex::Regex;

use crate::extract::content::blocks::{Block, BlockKind};
use crate::extract::content::text::key;
use crate::extract::markup::dom::{Dom, attr};
use crate::extract::metadata::Metadata;
use crate::extract::metadata::site_name::SiteName;
use names::{Source, is_lead_word, is_person, names};

/// No article has more authors worth naming.
const MAX_AUTHORS: usize = 20;
/// Authors of one article are named within so many nodes of each other; farther ones wrote other articles.
const MAX_BYLINE_NODES: usize = 150;
/// Elements that are looked at; a page with more is a list.
const MAX_LOOKED_AT: usize = 12;
/// A byline is no longer, bytes.
const MAX_BYLINE_BYTES: usize = 120;
/// Short lines in which a byline is looked for.
const MAX_LINES: usize = 60;
/// A byline in the text stands this near to the headline, blocks before and after it.
const BLOCKS_AROUND_TITLE: (usize, usize) = (4, 12);

/// `meta` names that carry authors, surest first.
const META_NAMES: &[&str] = &[
    "author",
    "article:author_name",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "dc:creator",
    "byl",
    "citation_author",
    "article:author",
    "og:article:author",
    "cxenseparse:author",
    "cxenseparse:recs:author",
    "rbauthors",
    "twitter:data1",
];

static NAME_LINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\p{Lu}[\p{Ll}’'-]+(?: (?:de|du|von|van|der|le|la))?(?: \p{Lu}[\p{L}’'.-]+){1,2}$")
        .expect("a pattern of ours compiles")
});
/// "By" and names with capitals, up to the end of the line or the next thing on it.
static BYLINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?:^|[\s.,|·–-])(?:[Pp]ar|[Bb]y|[Vv]on|[Pp]or|[Dd]i|[Dd]oor|[Aa]v|PAR|BY|VON|POR)\s+((?:\p{Lu}[\p{L}.'’-]*|de|du|von|van|der|la|le|al|bin|el)(?:\s+(?:\p{Lu}[\p{L}.'’-]*|de|du|von|van|der|la|le|al|bin|el|et|and|und|y|e|,))*)\s*(?:$|[|·•,(@]|\s[–-]|\d)",
    )
    .expect("a pattern of ours compiles")
});

/// Chooses the authors: persons before bodies; JSON-LD, `meta`, marked elements, then a byline in the text.
pub(in crate::extract) fn choose(
    dom: &Dom<'_>,
    metadata: &Metadata<'_>,
    blocks: &[Block],
    title_at: Option<usize>,
) -> Vec<String> {
    let site = SiteName::of(metadata);
    let is_own = |name: &String| site.is_own(&key(name));
    let stated: Vec<String> = metadata.stated.authors.iter().flat_map(|a| names(a, Source::Stated)).collect();
    let has_person = |found: &Vec<String>| found.iter().any(|name| is_person(name) && !is_own(name));
    if has_person(&stated) {
        return unique(stated);
    }
    let mut metas = of_metas(metadata);
    metas.retain(|name| !is_own(name));
    if has_person(&metas) {
        return unique(metas);
    }
    let mut marked = marked(dom, metadata);
    marked.retain(|name| !is_own(name));
    if has_person(&marked) {
        return unique(marked);
    }
    let found = near_title(blocks, title_at)
        .or_else(|| Some(stated).filter(|s| !s.is_empty()))
        .or_else(|| Some(metas).filter(|m| !m.is_empty()))
        .or_else(|| Some(marked).filter(|m| !m.is_empty()))
        .or_else(|| in_text(blocks))
        .unwrap_or_default();
    unique(found)
}

fn unique(found: Vec<String>) -> Vec<String> {
    let mut seen = Vec::new();
    let is_new = |name: &String| {
        let key = key(name);
        let is_new = !seen.contains(&key);
        seen.push(key);
        is_new
    };
    found.into_iter().filter(is_new).take(MAX_AUTHORS).collect()
}

/// The names in the first `meta` that has any.
fn of_metas(metadata: &Metadata<'_>) -> Vec<String> {
    let has_label = || metadata.meta_of(&["twitter:label1"]).is_some_and(is_author_label);
    let of = |name: &str| -> Vec<String> {
        if name == "twitter:data1" && !has_label() {
            return Vec::new();
        }
        metadata.metas_of(name).flat_map(|content| names(content, Source::Marked)).collect()
    };
    META_NAMES.iter().map(|name| of(name)).find(|found| !found.is_empty()).unwrap_or_default()
}

fn is_author_label(label: &str) -> bool {
    let label = label.trim().to_lowercase();
    matches!(label.trim_end_matches(':'), "by" | "author" | "autor" | "автор" | "auteur" | "autore" | "verfasser" | "написано")
        || [
            "written by",
            "écrit par",
            "geschrieben von",
            "escrito por",
            "verfasst von",
            "scritto da",
            "geschreven door",
            "napisane przez",
            "napisano przez",
        ]
        .contains(&label.as_str())
}

/// Names in elements that the markup marks as the author's: microdata, links, classes.
fn marked(dom: &Dom<'_>, metadata: &Metadata<'_>) -> Vec<String> {
    [of_itemprops, of_links, of_classes].iter().map(|of| of(dom, metadata)).find(|found| !found.is_empty()).unwrap_or_default()
}

fn of_itemprops(dom: &Dom<'_>, metadata: &Metadata<'_>) -> Vec<String> {
    let is_author = |property: &str| property.split_ascii_whitespace().any(|p| p == "author" || p == "creator");
    let mut places = metadata.itemprops.iter().filter(|(p, _)| is_author(p)).map(|(_, at)| *at).peekable();
    let first = places.peek().copied().unwrap_or(0);
    let mut out = Vec::new();
    for at in places.take_while(|at| at - first < MAX_BYLINE_NODES) {
        let inside = metadata.itemprops.iter().find(|(p, i)| *p == "name" && *i > at && *i < dom.nodes[at].end);
        let at = inside.map_or(at, |(_, i)| *i);
        let text = dom.element(at).and_then(|e| attr(e, "content")).map_or_else(|| dom.text(at, 200), str::to_owned);
        out.extend(names(&text, Source::Marked));
    }
    out
}

/// Links that lead to an author's page, and those beside them.
fn of_links(dom: &Dom<'_>, metadata: &Metadata<'_>) -> Vec<String> {
    let has_rel = |at: usize| dom.element(at).and_then(|e| attr(e, "rel")).is_some_and(|r| r.contains("author"));
    let links = || metadata.author_links.iter().copied().take(MAX_LOOKED_AT * 4);
    let sure = links().filter(|at| has_rel(*at));
    for first in sure.chain(links()) {
        let parent = dom.nodes[first].parent;
        // Links beside the first one name its co-authors.
        let beside = links().filter(|at| dom.nodes[*at].parent == parent);
        let found: Vec<String> = beside.flat_map(|at| names(&dom.text(at, 200), Source::Marked)).collect();
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// Elements whose class or id says author or byline.
fn of_classes(dom: &Dom<'_>, metadata: &Metadata<'_>) -> Vec<String> {
    let mut unsure = Vec::new();
    for at in metadata.bylines.iter().copied().take(MAX_LOOKED_AT * 2) {
        let Some(element) = dom.element(at) else { continue };
        let says_author = element.attrs().any(|(name, value)| {
            matches!(name, "class" | "id" | "data-testid") && {
                let value = value.to_ascii_lowercase();
                ["author", "byline", "autor", "auteur", "writer"].iter().any(|word| value.contains(word))
            }
        });
        if !says_author {
            continue;
        }
        let text = dom.text(at, 200);
        if text.len() >= MAX_BYLINE_BYTES {
            continue;
        }
        let found = names(&text, Source::Marked);
        if found.iter().any(|name| is_person(name)) {
            return found;
        }
        // One word may be a handle; several are a list of something else.
        if unsure.is_empty() && found.len() == 1 {
            unsure = found;
        }
    }
    unsure
}

/// A byline by the headline: "publié le 11/11/2024 Par Marie Dupont", or a line that is nothing but a person's name.
fn near_title(blocks: &[Block], title_at: Option<usize>) -> Option<Vec<String>> {
    let title = title_at?;
    let (before, after) = BLOCKS_AROUND_TITLE;
    let below = &blocks[(title + 1).min(blocks.len())..(title + after).min(blocks.len())];
    let above = &blocks[title.saturating_sub(before)..title];
    in_text(below).or_else(|| in_text(above)).or_else(|| {
        let beside = below.iter().take(1).chain(above.last());
        let is_plain = |b: &&Block| b.link_letters == 0 && b.kind == BlockKind::Paragraph;
        let found = beside.filter(is_plain).find_map(|b| NAME_LINE.is_match(&b.text).then(|| vec![b.text.clone()]));
        found.or_else(|| below.iter().take(3).find_map(|block| beside_date(&block.text)))
    })
}

/// The name on a line that holds nothing else but a date: "06.11.2024 - Jane Roe".
fn beside_date(line: &str) -> Option<Vec<String>> {
    if line.len() > MAX_BYLINE_BYTES / 2 || line.bytes().filter(u8::is_ascii_digit).count() < 5 {
        return None;
    }
    let mut others =
        line.split([',', '|', '•', '·']).flat_map(|part| part.split(" - ")).flat_map(|part| part.split(" – ")).map(str::trim);
    let mut named = others.by_ref().filter(|part| !part.bytes().any(|b| b.is_ascii_digit()) && !part.is_empty());
    let only = named.next().filter(|name| NAME_LINE.is_match(name))?;
    named.next().is_none().then(|| vec![only.to_owned()])
}

/// The first byline among short lines that are no headings.
fn in_text(blocks: &[Block]) -> Option<Vec<String>> {
    let is_short = |b: &&Block| b.text.len() < MAX_BYLINE_BYTES && b.link_share() < 0.9 || b.text.len() < MAX_BYLINE_BYTES / 2;
    blocks.iter().filter(|b| !b.is_heading()).filter(is_short).take(MAX_LINES).find_map(|block| {
        let captures = BYLINE.captures(&block.text)?;
        let (whole, name) = (captures.get(0)?, captures.get(1)?);
        let before = block.text[..whole.start()].trim();
        // A person needs no more than a line that begins so; one word needs "posted by" or a date before it.
        let found = names(name.as_str(), Source::Marked);
        let is_said = is_lead(before);
        let is_meant = if found.iter().any(|n| is_person(n)) { before.is_empty() || is_said } else { is_said };
        Some(found).filter(|found| is_meant && !found.is_empty())
    })
}

/// True for what stands before "by" in a byline: "posted", "Ein Kommentar", "06.11.2024,".
fn is_lead(before: &str) -> bool {
    if before.is_empty() {
        return false;
    }
    if before.ends_with(['|', '·', '•']) || before.bytes().filter(u8::is_ascii_digit).count() >= 5 {
        return true;
    }
    before.split(' ').count() <= 4 && before.split(' ').all(|word| is_lead_word(word.trim_matches([',', ':', '.', '–', '-'])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::content::blocks::blocks;
    use crate::extract::content::hints;
    use crate::extract::markup::dom::parse;
    use crate::extract::metadata::title;

    #[track_caller]
    fn check(html: &str, expected: &[&str]) {
        let tree = parse(html, &mut Vec::new());
        let dom = Dom::of(&tree);
        let hints = hints::all(&dom);
        let metadata = Metadata::of(&dom, &hints);
        let blocks = blocks(&dom, &[]);
        let title_at = title::place(&blocks, &title::choose(&dom, &metadata));
        assert_eq!(choose(&dom, &metadata, &blocks, title_at), expected, "{html}");
    }

    fn json(author: &str) -> String {
        format!("<script type='application/ld+json'>{{\"@type\":\"NewsArticle\",\"author\":{author}}}</script>")
    }

    const SITE: &str = "<meta property=og:site_name content='The Pier'>";
    const TITLE: &str = "<h1>Three boats come home</h1>";

    #[test]
    fn persons_come_before_bodies() {
        check(
            &format!("{}<meta name=author content='John Poe'>", json("[\"Jane Roe\",\"The Pier\"]")),
            &["Jane Roe", "The Pier"],
        );
        check(&format!("{SITE}{}<meta name=author content='John Poe'>", json("\"The Pier\"")), &["John Poe"]);
        check(&format!("{SITE}{}<a rel=author href=/jane>Jane Roe</a>", json("\"The Pier\"")), &["Jane Roe"]);
        check(&format!("{SITE}{}", json("{\"name\":\"The Pier\"}")), &["The Pier"]);
    }

    #[test]
    fn a_site_that_names_itself_in_a_meta_names_nobody() {
        check(&format!("{SITE}<meta name=author content='The Pier'>"), &[]);
        check("<link rel=canonical href='https://www.the-pier.example/a'><meta name=author content='The Pier'>", &[]);
        check("<meta name=author content='https://social.example/pier'>", &[]);
    }

    #[test]
    fn marked_elements_name_persons_and_handles() {
        check("<span itemprop=author itemscope><span itemprop=name>Jane Roe</span>, editor</span>", &["Jane Roe"]);
        check("<p><a href=/author/jane>Jane Roe</a>, <a href=/author/john>John Poe</a></p>", &["Jane Roe", "John Poe"]);
        check("<a rel=author href=/u/gull77>gull77</a>", &["gull77"]);
        check("<div class=byline>By Jane Roe | 6 November 2024</div>", &["Jane Roe"]);
        check("<span class=authorname>Jane Roe</span>", &["Jane Roe"]);
        let text = "<p>It was cold.</p>".repeat(10);
        check(&format!("{text}<section id=comments><span class=author>John Poe</span></section>"), &[]);
        check("<meta name=twitter:label1 content='Written by'><meta name=twitter:data1 content='Jane Roe'>", &["Jane Roe"]);
        check("<meta name=twitter:label1 content='Reading time'><meta name=twitter:data1 content='Jane Roe'>", &[]);
    }

    #[test]
    fn a_line_by_the_headline_names_its_author() {
        check(&format!("{TITLE}<p>Publié le 06/11/2024 par Marie Dupont</p>"), &["Marie Dupont"]);
        check(&format!("{TITLE}<p>Ein Kommentar von Max Muster</p>"), &["Max Muster"]);
        check(&format!("{TITLE}<p>Posted by Gull</p>"), &["Gull"]);
        check(&format!("{TITLE}<p>06.11.2024 - Jane Roe</p>"), &["Jane Roe"]);
        check(&format!("{TITLE}<p>Jane Roe</p>"), &["Jane Roe"]);
    }

    #[test]
    fn prose_and_headlines_name_no_author() {
        check(&format!("{TITLE}<p>A statement was read by Jane Roe</p>"), &[]);
        check("<h1>A new book by Jane Roe</h1><p>It is long.</p>", &[]);
        check(&format!("{TITLE}<p>The boats were built by hand.</p>"), &[]);
    }
}

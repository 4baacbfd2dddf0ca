//! Who wrote it.
//!
//! In: the page's statements and its byline elements. Out: names, in order, without "By", roles and addresses.

use std::sync::LazyLock;

use regex::Regex;

use super::blocks::{Block, BlockKind};
use super::dom::{Dom, attr};
use super::metadata::Metadata;
use super::text::key;

/// No name is longer, characters.
const MAX_NAME_CHARS: usize = 60;
/// No article has more authors worth naming.
const MAX_AUTHORS: usize = 20;

/// Authors of one article are named within so many nodes of each other; farther ones wrote other articles.
const MAX_BYLINE_NODES: usize = 150;

static LEAD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:(?:(?:written|reported|posted|published|story|words|text|texte|post|geschrieben|ein(?:e)? (?:artikel|kommentar|gastbeitrag|analyse|reportage|interview)|article|propos recueillis|article rédigé|écrit)\s+)?(?:by|von|par|por|di|door|av|af|przez)\b\s*:?|(?:autor(?:in|en|a)?|author|auteur|autore|text|texte|redaktion|rédaction|foto|автор|текст)\s*:)\s*").expect("a pattern of ours compiles")
});
static SPLIT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\s*(?:[,;|/•·&]|\s(?:and|und|et|y|e|en|och|og|i|и|with|mit|avec)\s)\s*").expect("a pattern of ours compiles")
});
static NAME_LINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\p{Lu}[\p{Ll}’'-]+(?: (?:de|du|von|van|der|le|la))?(?: \p{Lu}[\p{L}’'.-]+){1,2}$")
        .expect("a pattern of ours compiles")
});
static BYLINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[\s.,|·–-])(?:[Pp]ar|[Bb]y|[Vv]on|[Pp]or|PAR|BY|VON)\s+((?:\p{Lu}[\p{L}.'’-]*|de|du|von|van|der|la|le|al|bin|el)(?:\s+(?:\p{Lu}[\p{L}.'’-]*|de|du|von|van|der|la|le|al|bin|el|et|and|und|,))+)\s*(?:$|[|·•,(–-]|\d)").expect("a pattern of ours compiles")
});

/// Chooses the authors: JSON-LD, then `meta`, then marked elements, then a byline in the text.
pub(super) fn choose(dom: &Dom<'_>, metadata: &Metadata<'_>, blocks: &[Block], title: &str) -> Vec<String> {
    let site = metadata.meta_of(&["og:site_name"]).map(key).unwrap_or_default();
    let stated: Vec<String> = metadata.stated.authors.iter().flat_map(|a| names(a, false)).collect();
    let metas: Vec<String> = [
        "author",
        "article:author_name",
        "parsely-author",
        "sailthru.author",
        "dc.creator",
        "dcterms.creator",
        "byl",
        "citation_author",
        "article:author",
        "cxenseparse:author",
        "twitter:data1",
    ]
    .iter()
    .map(|name| {
        metadata
            .metas_of(name)
            .filter(|_| *name != "twitter:data1" || metadata.meta_of(&["twitter:label1"]).is_some_and(is_author_label))
            .flat_map(|c| names(c, true))
            .collect::<Vec<_>>()
    })
    .find(|found| !found.is_empty())
    .unwrap_or_default();
    let is_person = |found: &Vec<String>| found.iter().any(|n| key(n) != site && n.split_whitespace().count() >= 2);
    // A site that names itself as the author where it was not asked for an author names none.
    let publisher = metadata.stated.publisher.as_deref().map(key).unwrap_or_default();
    let is_body_else = |found: &Vec<String>| found.iter().any(|n| ![&site, &publisher].contains(&&key(n)));
    let found = [stated.clone(), metas.clone(), marked(dom, metadata)].into_iter().find(is_person);
    let found = found
        .or_else(|| in_text(blocks))
        .or_else(|| beside_title(blocks, title))
        .or_else(|| Some(stated).filter(|s| !s.is_empty()))
        .or_else(|| Some(metas).filter(|m| is_body_else(m)))
        .or_else(|| Some(marked(dom, metadata)).filter(|m| is_body_else(m)))
        .unwrap_or_default();
    let mut seen = Vec::new();
    found
        .into_iter()
        .filter(|name| {
            let key = key(name);
            let is_new = !seen.contains(&key);
            seen.push(key);
            is_new
        })
        .take(MAX_AUTHORS)
        .collect()
}

fn is_author_label(label: &str) -> bool {
    matches!(
        label.trim().to_lowercase().as_str(),
        "written by"
            | "écrit par"
            | "geschrieben von"
            | "escrito por"
            | "verfasst von"
            | "by"
            | "scritto da"
            | "geschreven door"
            | "author"
            | "autor"
            | "napisano przez"
            | "автор"
    )
}

/// Names in elements that the markup marks as the author's.
fn marked(dom: &Dom<'_>, metadata: &Metadata<'_>) -> Vec<String> {
    let in_author: Vec<usize> =
        metadata.itemprops.iter().filter(|(p, _)| p.split_ascii_whitespace().any(|p| p == "author")).map(|(_, at)| *at).collect();
    let mut out: Vec<String> = Vec::new();
    let first = in_author.first().copied().unwrap_or(0);
    for at in in_author.into_iter().take_while(|at| at - first < MAX_BYLINE_NODES) {
        let name_inside = metadata.itemprops.iter().find(|(p, i)| *p == "name" && *i > at && *i < dom.nodes[at].end);
        let at = name_inside.map_or(at, |(_, i)| *i);
        let text = dom.element(at).and_then(|e| attr(e, "content")).map_or_else(|| dom.text(at, 200), str::to_owned);
        out.extend(names(&text, true));
    }
    if out.is_empty() {
        let rel = |at: &&usize| dom.element(**at).and_then(|e| attr(e, "rel")).is_some_and(|r| r.contains("author"));
        let first = metadata.author_links.iter().find(rel).or_else(|| metadata.author_links.first());
        if let Some(first) = first {
            // Links beside the first one name its co-authors.
            let parent = dom.nodes[*first].parent;
            for at in metadata.author_links.iter().filter(|at| dom.nodes[**at].parent == parent) {
                out.extend(names(&dom.text(*at, 200), true));
            }
        }
    }
    if out.is_empty() {
        for at in metadata.bylines.iter().take(12) {
            let Some(element) = dom.element(*at) else { continue };
            let named = element.attrs().any(|(n, v)| {
                matches!(n, "class" | "id" | "data-testid")
                    && ["author", "byline", "autor", "auteur", "writer"].iter().any(|w| v.to_ascii_lowercase().contains(w))
            });
            let text = dom.text(*at, 200);
            if named && text.len() < 120 {
                out = names(&text, true);
                if !out.is_empty() {
                    break;
                }
            }
        }
    }
    out
}

/// A byline among the first or last lines: "publié le 11/11/2024 Par Marie Dupont".
fn in_text(blocks: &[Block]) -> Option<Vec<String>> {
    let short = blocks.iter().filter(|b| b.text.len() < 120 && b.link_share() < 0.9 || b.text.len() < 60).take(60);
    for block in short {
        if let Some(captures) = BYLINE.captures(&block.text)
            && let Some(found) = captures.get(1)
        {
            let found = names(found.as_str(), true);
            if !found.is_empty() {
                return Some(found);
            }
        }
    }
    None
}

/// A line beside the headline that is nothing but a person's name.
fn beside_title(blocks: &[Block], title: &str) -> Option<Vec<String>> {
    let title = key(title);
    let at = blocks.iter().position(|b| !title.is_empty() && key(&b.text) == title)?;
    let near = [at + 1, at.wrapping_sub(1)].into_iter().filter_map(|i| blocks.get(i));
    near.filter(|b| b.link_letters == 0 && b.kind == BlockKind::Paragraph && NAME_LINE.is_match(&b.text))
        .map(|b| vec![b.text.clone()])
        .next()
}

/// Splits a statement into names; `strict` asks that each looks like one.
fn names(statement: &str, strict: bool) -> Vec<String> {
    let text: String = statement.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = text.trim_matches(['"', '\'', ' ', ',', ';', '|', '-', '–', '•', '·', '[', ']']);
    if text.is_empty()
        || text.len() > 400
        || text.contains("://")
        || text.starts_with("www.")
        || text.starts_with('@')
        || text.starts_with('/')
    {
        return Vec::new();
    }
    let text = LEAD.replace(text, "");
    SPLIT
        .split(&text)
        .map(|name| {
            let name = name.split(['(', '<', '[']).next().unwrap_or_default();
            let name = name.split(" - ").next().unwrap_or_default().split(" – ").next().unwrap_or_default();
            let name = LEAD.replace(name.trim(), "");
            // "ByJane Roe": the markup had no space.
            let name = name.strip_prefix("By").filter(|n| n.starts_with(char::is_uppercase)).unwrap_or(&name);
            let name = [" 기자", " sagt:", " said", " says:", " schreibt:", ":"]
                .iter()
                .fold(name, |name, end| name.trim_end().trim_end_matches(end));
            name.split_whitespace().filter(|w| !w.contains('@')).collect::<Vec<_>>().join(" ")
        })
        .filter(|name| is_name(name, strict))
        .collect()
}

fn is_name(name: &str, strict: bool) -> bool {
    let chars = name.chars().count();
    if !(2..=MAX_NAME_CHARS).contains(&chars) || name.split_whitespace().count() > 6 || !name.chars().any(char::is_alphabetic) {
        return false;
    }
    if !strict {
        return !matches!(key(name).as_str(), "admin" | "null" | "undefined" | "none" | "anonymous");
    }
    let lower = name.to_lowercase();
    let is_role = [
        "editor",
        "reporter",
        "correspondent",
        "contributor",
        "writer",
        "journalist",
        "staff",
        "admin",
        "unknown",
        "redakteur",
        "undefined",
        "null",
        "follow",
        "share",
        "comments",
        "updated",
        "published",
        "photo",
        "getty",
        "twitter",
        "facebook",
        "about the author",
        "uhr",
        "name *",
        "name",
        "authors",
        "comment",
        "category",
        "tags",
        "redaktion",
    ]
    .iter()
    .any(|w| lower == *w || (lower.contains(w) && (lower.starts_with(w) || lower.ends_with(w))));
    !is_role
        && !name.chars().any(|c| c.is_ascii_digit())
        && name.chars().next().is_some_and(|c| !c.is_lowercase() || matches!(c, 'd' | 'v' | 'a' | 'e' | 'l' | 'r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(statement: &str, expected: &[&str]) {
        assert_eq!(names(statement, true), expected, "{statement}");
    }

    #[test]
    fn names_come_without_what_surrounds_them() {
        check("By Jane Roe and John Poe", &["Jane Roe", "John Poe"]);
        check("Par Marie Dupont", &["Marie Dupont"]);
        check("Von Max Muster, Redakteur", &["Max Muster"]);
        check("https://site.example/author/jane", &[]);
        check("Jane Roe (Brussels)", &["Jane Roe"]);
        check("김철수", &["김철수"]);
    }
}

//! From a page to an article: the order in which the rules of this room are asked.
//!
//! In: a [`Page`] and the wall lexicon. Out: an [`Article`], always.

use super::access::paywall::WallLexicon;
use super::access::{garbled, wall};
use super::article::{Access, Article, Origin, Paywall};
use super::content::blocks::{Block, blocks, letters};
use super::content::boilerplate::{self, Reason};
use super::content::hints::{self, Hints};
use super::content::stated_body::StatedBody;
use super::content::text::key;
use super::content::{self, PageView, boxes, notes, parts};
use super::markup::charset;
use super::markup::dom::{self, Dom};
use super::metadata::{Metadata, language, title};
use super::{authors, date, state};
use crate::fetch::Page;
use crate::text::sentences::sentences;
use crate::types::Lang;
use crate::types::url::parse_http;

/// Less text than this beside a shell's words is no article, letters.
const MAX_SHELL_LETTERS: usize = 500;
/// With less visible text than this, hidden text is looked at too: some pages show their text by script, letters.
const MIN_VISIBLE_LETTERS: usize = 250;

/// With less text than this the page's state is looked at for more, letters.
const MAX_SLIGHT_LETTERS: usize = 600;

/// Extracts the article; never fails, never panics.
pub fn extract(page: &Page, walls: &WallLexicon) -> Article {
    let mut article = Article::empty(Origin::Page);
    article.url.clone_from(&page.url);
    if let Some(kind) = foreign_kind(page) {
        article.access = Access::Blocked;
        article.problems.push(format!("not a page of text: {kind}"));
        return article;
    }
    let markup = charset::decode(page, &mut article.problems);
    if markup.trim().is_empty() {
        article.access = Access::Blocked;
        article.problems.push("the page is empty".to_owned());
        return article;
    }
    let html = dom::parse(&markup, &mut article.problems);
    drop(markup);
    let dom = Dom::of(&html);
    read(&dom, page, walls, &mut article);
    if let Some(access) = wall::access_of_status(page.status) {
        article.access = access;
        article.problems.push(format!("the server answered {}", page.status));
        article.paragraphs.clear();
    }
    article
}

/// What the body is when it is no HTML: by its first bytes and its media type.
fn foreign_kind(page: &Page) -> Option<String> {
    let body = page.body.as_slice();
    for (magic, kind) in [
        (&b"%PDF-"[..], "PDF"),
        (b"\x89PNG", "PNG image"),
        (b"\xff\xd8\xff", "JPEG image"),
        (b"GIF8", "GIF image"),
        (b"PK\x03\x04", "ZIP archive"),
        (b"RIFF", "RIFF media"),
        (b"\x1f\x8b", "gzip data"),
    ] {
        if body.starts_with(magic) {
            return Some(kind.to_owned());
        }
    }
    let kind = page.media_type()?;
    let is_text = kind.is_empty()
        || kind.starts_with("text/")
        || kind.contains("html")
        || kind.contains("xml")
        || kind == "application/octet-stream";
    (!is_text).then_some(kind)
}

fn read(dom: &Dom<'_>, page: &Page, walls: &WallLexicon, article: &mut Article) {
    let mut hints: Vec<Hints> = hints::all(dom);
    let metadata = Metadata::of(dom, &hints);
    parts::show(dom, &metadata.stated.unfree_parts, &mut hints);
    let hidden: Vec<bool> = hints
        .iter()
        .enumerate()
        .map(|(at, h)| (h.is_hidden && !matches!(dom.name(at), "html" | "body")) || (h.is_tucked && dom.name(at) == "span"))
        .collect();
    let mut all = blocks(dom, &hidden);
    if all.iter().map(|b| b.letters).sum::<usize>() < MIN_VISIBLE_LETTERS {
        all = blocks(dom, &[]);
    }
    article.title = title::choose(dom, &metadata);
    article.site_name = metadata.meta_of(&["og:site_name"]).map(str::to_owned).or_else(|| metadata.stated.publisher.clone());
    article.canonical_url =
        metadata.canonical.or_else(|| metadata.meta_of(&["og:url"])).and_then(|u| parse_http(u, page.url.as_ref()));
    let title_at = title::place(&all, &article.title);
    article.authors = authors::choose(dom, &metadata, &all, title_at);
    let dates = date::choose(dom, &metadata, &all, title_at, page.url.as_ref(), page.fetched_at);
    article.published = dates.published;
    article.modified = dates.modified;
    let declared = declared_language(page, &metadata);
    body(dom, &hints, &all, &metadata, page, walls, article);
    drop_garbled(declared, &metadata, article);
    article.language = language::detect_language(declared, &article.text());
}

fn declared_language(page: &Page, metadata: &Metadata<'_>) -> Option<Lang> {
    let root = metadata.root_language.and_then(Lang::parse);
    let stated = metadata.stated.language.as_deref().and_then(Lang::parse);
    root.or(stated)
        .or_else(|| metadata.meta_of(&["content-language", "language", "dc.language", "og:locale"]).and_then(Lang::parse))
        .or_else(|| page.headers.get("content-language").and_then(Lang::parse))
}

/// Fills in text, access and wall.
fn body(
    dom: &Dom<'_>,
    hints: &[Hints],
    all: &[Block],
    metadata: &Metadata<'_>,
    page: &Page,
    walls: &WallLexicon,
    article: &mut Article,
) {
    let mut reasons = boilerplate::judge(dom, hints, all, walls);
    let titles = title::forms(dom, metadata, &article.title);
    let end = wall::end_of_flow(all, &reasons);
    let title_at = all.iter().position(|b| b.is_heading() && titles.contains(&key(&b.text))).unwrap_or(0);
    let found = wall::find(dom, all, &reasons, end, title_at, walls);
    for at in &found.strong {
        reasons[*at] = Some(Reason::Wall);
    }
    let stated = StatedBody::of(metadata.stated.body.as_deref().unwrap_or_default());
    let view = PageView {
        dom,
        hints,
        blocks: all,
        reasons: &reasons,
        titles: &titles,
        description: metadata.meta_of(&["og:description", "description", "twitter:description"]).map(key).unwrap_or_default(),
        stated_body: stated.key(),
        end: found.ending.as_ref().map_or(end, |w| w.block),
    };
    let mut content = content::choose(&view);
    if found.ending.is_some() {
        content.kept.retain(|i| !walls.is_offer(&all[*i].text) || all[*i].letters > 150);
    }
    boxes::drop(dom, all, walls, &mut content.kept);
    notes::drop(all, &article.authors, &mut content.kept);
    let shown = content::kept_letters(&view, &content);
    article.paragraphs = content.kept.iter().map(|i| all[*i].text.clone()).collect();
    if stated.replaces(shown, &article.paragraphs, walls) {
        article.paragraphs = stated.paragraphs();
        return;
    }
    let claims = wall::Claims {
        is_locked: metadata.meta_of(&["article:content_tier"]).is_some_and(|t| t.eq_ignore_ascii_case("locked")),
        is_unfree: metadata.stated.is_free == Some(false),
        words: metadata.stated.words,
    };
    if let Some(ending) = found.ending {
        article.access = Access::Partial;
        article.paywall = Some(ending.paywall);
    } else if let Some(paywall) = wall::weak_verdict(all, &content.kept, &reasons, &claims, walls) {
        article.access = Access::Partial;
        article.paywall = Some(paywall);
    }
    if asks_for_consent(&article.paragraphs, walls) {
        article.access = Access::Blocked;
        article.paywall = None;
        article.problems.push("the page asks for consent and shows no article".to_owned());
        article.paragraphs.clear();
        return;
    }
    if shown < MAX_SLIGHT_LETTERS && article.access == Access::Open && found.bare.is_none() {
        // Decoded once more: hardly any page comes here, and none is to hold its markup until then.
        let markup = charset::decode(page, &mut Vec::new());
        let known = state::Known { titles: &titles, description: &view.description, shown: &article.paragraphs };
        if let Some(paragraphs) = state::article(&markup, &known) {
            article.paragraphs = paragraphs;
            article.problems.push("the text is from the data that the page holds for its scripts".to_owned());
            return;
        }
    }
    if shown < MAX_SHELL_LETTERS && article.access == Access::Open {
        let is_unframed = |(b, r): &(&Block, &Option<Reason>)| r.is_none() && walls.is_shell(&b.text);
        let shell = all.iter().zip(&reasons).take(200).find(is_unframed).map(|(b, _)| b);
        if let Some(marker) = found.bare.filter(|_| shown < 200) {
            article.access = Access::Blocked;
            article.paywall = Some(Paywall { marker, missing_percent: None });
            article.paragraphs.clear();
        } else if let Some(shell) = shell.filter(|_| shown < 250) {
            article.access = Access::Blocked;
            article.problems.push(format!("the page shows no article: {}", shell.text));
            article.paragraphs.clear();
        } else if shown == 0 {
            article.access = Access::Blocked;
            article.problems.push("the page holds no text".to_owned());
        }
    }
}

/// A consent wall is no longer than this, letters; an article about such walls is.
const MAX_CONSENT_LETTERS: usize = 4_000;

/// True when most of the text asks for consent to cookies and partners.
fn asks_for_consent(paragraphs: &[String], walls: &WallLexicon) -> bool {
    let all: usize = paragraphs.iter().map(|p| letters(p)).sum();
    if all == 0 || all > MAX_CONSENT_LETTERS {
        return false;
    }
    let asking: usize = paragraphs.iter().filter(|p| walls.is_consent(p)).map(|p| letters(p)).sum();
    asking * 2 > all
}

/// Takes scrambled and filler paragraphs out; what they stand for is missing.
fn drop_garbled(declared: Option<Lang>, metadata: &Metadata<'_>, article: &mut Article) {
    let marks = garbled::garbled(&article.paragraphs, declared);
    let Some(first) = marks.iter().position(|m| *m) else { return };
    let marker = sentences(&article.paragraphs[first]).first().map_or_else(String::new, |s| (*s).to_owned());
    let mut marks = marks.into_iter();
    article.paragraphs.retain(|_| !marks.next().unwrap_or(false));
    if article.paragraphs.is_empty() {
        article.paragraphs.extend(metadata.meta_of(&["og:description", "description"]).map(str::to_owned));
    }
    article.problems.push("part of the text is scrambled or filler".to_owned());
    article.access = Access::Partial;
    article.paywall.get_or_insert(Paywall { marker, missing_percent: None });
}

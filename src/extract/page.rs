//! From a page to an article: the order in which the rules of this room are asked.
//!
//! In: a [`Page`] and the wall lexicon. Out: an [`Article`], always.

use super::article::{Access, Article, Origin, Paywall};
use super::blocks::{Block, blocks, letters};
use super::boilerplate::{self, Reason};
use super::content::{self, PageView};
use super::dom::{self, Dom};
use super::hints::{self, Hints};
use super::metadata::Metadata;
use super::paywall::WallLexicon;
use super::text::key;
use super::{authors, boxes, charset, date, garbled, language, parts, phrases, state, title, wall};
use crate::fetch::Page;
use crate::text::sentences::sentences;
use crate::types::Lang;
use crate::types::url::parse_http;

/// Less text than this beside a shell's words is no article, letters.
const MAX_SHELL_LETTERS: usize = 500;
/// With less visible text than this, hidden text is looked at too: some pages show their text by script, letters.
const MIN_VISIBLE_LETTERS: usize = 250;
/// The body in the metadata is used when the page shows less than this share of it.
const STATED_BODY_SHARE: f32 = 0.75;
/// So much of a body in the metadata is compared with the page's text, bytes: each block is looked for in it.
const MAX_STATED_KEY_BYTES: usize = 100_000;
/// A body in the metadata shorter than this is a teaser, letters.
const MIN_STATED_LETTERS: usize = 400;

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
    let stated_body = metadata.stated.body.as_deref().map(plain).unwrap_or_default();
    let stated_key = key(&stated_body[..stated_body.floor_char_boundary(MAX_STATED_KEY_BYTES)]);
    let view = PageView {
        dom,
        hints,
        blocks: all,
        reasons: &reasons,
        titles: &titles,
        description: metadata.meta_of(&["og:description", "description", "twitter:description"]).map(key).unwrap_or_default(),
        stated_body: &stated_key,
        end: found.ending.as_ref().map_or(end, |w| w.block),
    };
    let mut content = content::choose(&view);
    if found.ending.is_some() {
        content.kept.retain(|i| !walls.is_offer(&all[*i].text) || all[*i].letters > 150);
    }
    boxes::drop(dom, all, walls, &mut content.kept);
    drop_author_notes(all, &article.authors, &mut content.kept);
    let shown = content::kept_letters(&view, &content);
    article.paragraphs = content.kept.iter().map(|i| all[*i].text.clone()).collect();
    let stated_letters = letters(&stated_body);
    if stated_letters >= MIN_STATED_LETTERS
        && (shown as f32) < STATED_BODY_SHARE * stated_letters as f32
        && !is_cut(&stated_body, shown, walls)
        && !is_repeated(&stated_key, &article.paragraphs)
    {
        article.paragraphs = paragraphs_of(&stated_body);
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

/// So many last paragraphs may tell of the authors.
const MAX_AUTHOR_NOTES: usize = 3;
/// A note on an author is no longer, letters.
const MAX_NOTE_LETTERS: usize = 450;
/// It names the author this early, bytes.
const MAX_NOTE_NAME_AT: usize = 80;

/// Takes off last paragraphs that tell who wrote the text: they begin with an author's name.
fn drop_author_notes(all: &[Block], authors: &[String], kept: &mut Vec<usize>) {
    let is_note = |i: &usize| {
        let text = all[*i].text.as_str();
        let head = &text[..text.floor_char_boundary(MAX_NOTE_NAME_AT)];
        all[*i].letters <= MAX_NOTE_LETTERS && authors.iter().any(|name| name.contains(' ') && head.contains(name.as_str()))
    };
    let from = kept.len().saturating_sub(MAX_AUTHOR_NOTES).max(1);
    let mut place = 0;
    kept.retain(|i| {
        place += 1;
        place <= from || !is_note(i)
    });
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

/// True when the body in the metadata is itself the cut text, or a wall's words.
fn is_cut(stated_body: &str, shown: usize, walls: &WallLexicon) -> bool {
    letters(stated_body) < shown + 200 || stated_body.lines().last().is_some_and(|last| walls.is_strong(last))
}

/// True when the body in the metadata (as a key) holds a paragraph of the page twice: some systems write the text once more for every part.
fn is_repeated(stated_body: &str, paragraphs: &[String]) -> bool {
    paragraphs
        .iter()
        .map(|p| key(p))
        .filter(|key| key.len() >= 100)
        .take(3)
        .any(|key| stated_body.matches(key.as_str()).count() > 1)
}

/// The body out of the metadata as plain text: some sites put markup there.
fn plain(body: &str) -> String {
    if body.contains("</") || body.contains("&lt;") || body.contains("<br") || body.contains("&nbsp;") || body.contains("&#") {
        super::text::fragment_paragraphs(body).join("\n")
    } else {
        body.to_owned()
    }
}

fn paragraphs_of(body: &str) -> Vec<String> {
    body.lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|line| !line.is_empty() && !phrases::is_chrome(line))
        .collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    const LONG: &str =
        "The harbour town counted its boats on Tuesday, and the mayor said that three of them had come back without their nets.";

    fn read(html: &str) -> Article {
        extract(&Page::saved(None, html.as_bytes().to_vec(), Timestamp::UNIX_EPOCH), WallLexicon::shipped())
    }

    /// Checks text (what must be there and what must not) and access.
    #[track_caller]
    fn check(html: &str, access: Access, keep: &[&str], drop: &[&str]) -> Article {
        let article = read(html);
        let text = article.text();
        for part in keep {
            assert!(text.contains(part), "lacks {part:?}: {text}");
        }
        for part in drop {
            assert!(!text.contains(part), "still holds {part:?}: {text}");
        }
        assert_eq!(article.access, access, "{article:?}");
        article
    }

    #[test]
    fn the_page_around_the_article_is_left_out() {
        let html = format!(
            "<html lang=en><title>Boats counted | The Pier</title><body><nav><a href=/>Home</a></nav><article><h1>Boats counted</h1>\
             <p class=byline>By Jane Roe</p><p>{LONG}</p><h2>What comes next</h2><p>{LONG} Again.</p><ul><li>One boat is red, one is blue.</li></ul></article>\
             <div id=comments><p>{LONG} I do not believe it.</p></div><aside class=related><p>Another story from the pier, with a long teaser text.</p></aside></body>"
        );
        let article = check(
            &html,
            Access::Open,
            &["counted its boats", "What comes next", "one is blue"],
            &["Jane Roe", "believe", "Another story", "Home"],
        );
        assert_eq!(article.title, "Boats counted");
        assert_eq!(article.authors, ["Jane Roe"]);
        assert_eq!(article.language.map(|l| l.as_str().to_owned()).as_deref(), Some("en"));
    }

    #[test]
    fn the_state_speaks_where_the_page_shows_little() {
        let page = |shown: &str, wall: &str| {
            let body = (1..9).map(|n| format!("\"{LONG} It was the {n}th count.\"")).collect::<Vec<_>>().join(",");
            format!(
                "<html lang=en><title>Boats counted by the mayor | The Pier</title><body><h1>Boats counted by the mayor</h1><article>{shown}</article>{wall}\
                 <script>window.S={{\"title\":\"Boats counted by the mayor\",\"body\":[{body}]}}</script></body>"
            )
        };
        let teaser = format!("<p>{LONG}</p>");
        for shown in ["", "<p>Please enable JavaScript to view this page.</p>", &teaser] {
            let article = check(&page(shown, ""), Access::Open, &["1th count", "8th count"], &["enable"]);
            assert_eq!(article.problems.len(), 1, "{article:?}");
        }
        let wall = "<p>Subscribe to continue reading</p>";
        assert!(!check(&page(&teaser, wall), Access::Partial, &["counted its boats"], &["1th count"]).paragraphs.is_empty());
        let whole = (0..5).map(|n| format!("<p>{LONG} Mark {n} stands.</p>")).collect::<String>();
        check(&page(&whole, ""), Access::Open, &["Mark 4"], &["1th count"]);
    }

    #[test]
    fn a_flat_page_ends_where_its_wall_or_its_comment_form_begins() {
        let lines = [
            LONG,
            LONG,
            "Il reste encore 61,5 % de cet article à consulter.",
            "Laisser un commentaire",
            "2 × 5 =",
            "Lire aussi",
            LONG,
            LONG,
            LONG,
        ];
        let html: String = lines.iter().map(|l| format!("<p>{l}</p>")).collect();
        let article = check(&html, Access::Partial, &["counted its boats"], &["Il reste", "commentaire", "2 × 5", "Lire aussi"]);
        assert_eq!(article.paragraphs.len(), 2);
        let paywall = article.paywall.expect("a wall");
        assert_eq!(paywall.marker, "Il reste encore 61,5 % de cet article à consulter.");
        assert_eq!(paywall.missing_percent, Some(61.5));
    }

    #[test]
    fn what_only_looks_like_a_wall_leaves_the_article_open() {
        let prose = format!("<p>{LONG}</p>").repeat(4);
        let middle = format!("<article>{prose}<p>Subscribe to continue reading</p>{prose}</article>");
        check(&middle, Access::Open, &["counted its boats"], &["Subscribe"]);
        let hidden = format!("<article>{prose}</article><div hidden><p>Subscribe to continue reading</p></div>");
        check(&hidden, Access::Open, &[], &["Subscribe"]);
        let comments = format!(
            "<article>{prose}</article><section><p>Comments are for subscribers only. Already a subscriber? Log in</p></section>"
        );
        check(&comments, Access::Open, &[], &["Comments"]);
    }

    #[test]
    fn a_body_in_the_metadata_replaces_a_missing_one() {
        let body = format!("{LONG}\\n\\n{LONG} And so on.\\n\\n{LONG} To the end. {LONG} {LONG}");
        let html = format!(
            "<script type='application/ld+json'>{{\"@type\":\"NewsArticle\",\"headline\":\"Boats\",\"articleBody\":\"{body}\"}}</script><p>Boats.</p>"
        );
        check(&html, Access::Open, &["And so on.", "To the end."], &[]);
    }

    #[test]
    fn a_consent_wall_is_not_the_article_and_an_article_on_cookies_is_one() {
        let wall = "<h1>Your privacy</h1><p>We and our 812 partners use cookies to show personalised ads and to measure our audience. You can withdraw \
                    your consent at any time.</p><p>Accept all</p><p>Manage my choices</p>";
        check(wall, Access::Blocked, &[], &["partners"]);
        let article = format!(
            "<article><h1>Regulator fines site over cookies</h1><p>The regulator found that cookies were set before anybody gave consent.</p><p>{LONG}</p><p>{LONG}</p></article>"
        );
        check(&article, Access::Open, &["set before anybody"], &[]);
    }

    #[test]
    fn a_page_without_an_article_is_blocked() {
        check(
            "<title>Log in</title><form><label>Name</label></form><p>Forgot your password?</p>",
            Access::Blocked,
            &[],
            &["password"],
        );
        check("<div id=root></div><p>You need to enable JavaScript to run this app.</p>", Access::Blocked, &[], &["JavaScript"]);
        check("<h1>Boats</h1><p>This article is for subscribers only</p>", Access::Blocked, &[], &["subscribers"]);
        check("%PDF-1.7 ...", Access::Blocked, &[], &["PDF"]);
        check("", Access::Blocked, &[], &[]);
        check("\0\0\0", Access::Blocked, &[], &[]);
        let mut page = Page::saved(None, format!("<p>{LONG}</p>").into_bytes(), Timestamp::UNIX_EPOCH);
        page.status = 403;
        assert_eq!(extract(&page, WallLexicon::shipped()).access, Access::Blocked);
    }
}

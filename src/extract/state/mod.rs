//! The article in a page's JSON state: what its scripts would show.
//!
//! In: markup, and what the page itself shows and says of its article. Out: the paragraphs of the article when the state holds more of it than the
//! page shows. Not done here: finding JSON in scripts (`script_values`), their notations (`tree`, `items`).

mod items;
mod script_values;
mod tree;

use std::collections::HashMap;

use serde_json::Value;

use crate::extract::content::blocks::letters;
use crate::extract::content::text::{fragment_paragraphs, key};
use crate::extract::markup::entities;
use tree::{State, through};

/// Bodies that are looked at; a page of teasers has more.
const MAX_CANDIDATES: usize = 1_000;
/// Markup of all bodies, bytes: a list within a list is in both.
const MAX_MARKUP_BYTES: usize = 8 * 1024 * 1024;
/// Bodies that are made into paragraphs, the likeliest first.
const MAX_READ: usize = 10;
/// A body is no shorter, letters: less is a teaser.
const MIN_LETTERS: usize = 400;
/// A paragraph is no shorter, letters.
const MIN_PARAGRAPH_LETTERS: usize = 40;
/// So many of its paragraphs end as sentences do.
const MIN_SENTENCES: usize = 2;
/// The body is so many times what the page shows.
const TIMES_SHOWN: usize = 2;
/// Objects above a body that may state its headline.
const MAX_LEVELS: usize = 8;
/// Strings that are compared with the headline, in all.
const MAX_TITLES: usize = 200_000;
/// What a string that must be unescaped counts.
const ESCAPED_COST: usize = 50;
/// A key shorter than this is no headline that could speak for or against a body, bytes.
const MIN_TITLE_KEY_BYTES: usize = 12;
/// So much of a description or of a shown paragraph is looked for in a body, bytes of its key.
const PROBE_BYTES: usize = 60;
/// A key shorter than this is found in many texts, bytes.
const MIN_PROBE_BYTES: usize = 40;
/// Parts of a state that hold other texts than the article.
const FOREIGN: &[&str] = &[
    "comment",
    "related",
    "recommend",
    "recirc",
    "promo",
    "newsletter",
    "consent",
    "cookie",
    "privacy",
    "footer",
    "disclaimer",
    "summary",
    "excerpt",
    "teaser",
    "abstract",
];
/// A longer key is an address or a query, which names many things, bytes.
const MAX_KEY_BYTES: usize = 60;

/// What the page says of its article.
pub(in crate::extract) struct Known<'a> {
    /// The forms of the headline, as keys.
    pub(in crate::extract) titles: &'a [String],
    /// The description in the metadata, as a key.
    pub(in crate::extract) description: &'a str,
    /// The paragraphs that the page shows.
    pub(in crate::extract) shown: &'a [String],
}

/// The article that the state holds, when it is surely this page's and far more than the page shows.
pub(in crate::extract) fn article(markup: &str, known: &Known<'_>) -> Option<Vec<String>> {
    let scripts = script_values::read(markup);
    if scripts.values.is_empty() {
        return None;
    }
    let state = State::of(&scripts);
    let mut bodies = bodies(&state);
    let mut verdicts = Verdicts { known: HashMap::new(), strings_left: MAX_TITLES };
    for body in &mut bodies {
        body.is_titled = is_titled(&state, body.frame, known, &mut verdicts);
    }
    join_sections(&mut bodies);
    bodies.sort_by_key(|body| (!body.is_titled, std::cmp::Reverse(body.markup.len())));
    let shown: usize = known.shown.iter().map(|p| letters(p)).sum();
    let read = bodies.iter().take(MAX_READ).map(|body| {
        let mut paragraphs = fragment_paragraphs(&body.markup);
        paragraphs.retain(|p| !known.titles.contains(&key(p)));
        (body, paragraphs)
    });
    let is_this = |(body, paragraphs): &(&Body, Vec<String>)| {
        let all: usize = paragraphs.iter().map(|p| letters(p)).sum();
        all >= MIN_LETTERS.max(TIMES_SHOWN * shown)
            && paragraphs.iter().filter(|p| is_prose(p)).count() >= MIN_SENTENCES
            && (body.is_titled || is_known(&key(&paragraphs.concat()), known))
    };
    read.filter(is_this).map(|(_, paragraphs)| paragraphs).next()
}

fn is_prose(paragraph: &str) -> bool {
    let ends = ['.', '!', '?', '…', '。', '！', '？', '؟', '।'];
    letters(paragraph) >= MIN_PARAGRAPH_LETTERS
        && paragraph.trim_end_matches(|c: char| !c.is_alphanumeric() && !ends.contains(&c)).ends_with(ends)
}

/// True when a text (as a key) holds what the description or a shown paragraph begins with.
fn is_known(text: &str, known: &Known<'_>) -> bool {
    let is_in = |key: &str| key.len() >= MIN_PROBE_BYTES && text.contains(&key[..key.floor_char_boundary(PROBE_BYTES)]);
    is_in(known.description) || known.shown.iter().any(|p| is_in(&key(p)))
}

/// A text that may be the article's.
struct Body {
    frame: usize,
    /// The list of objects one of which holds it, and its key there.
    section_of: Option<(usize, String)>,
    markup: String,
    is_titled: bool,
}

/// What was found of the objects above bodies, and how many strings may still be looked at.
struct Verdicts {
    known: HashMap<usize, Option<bool>>,
    strings_left: usize,
}

/// Adds to the first of several bodies that stand alike in the objects of one list what the others hold: they are the sections of one text.
fn join_sections(bodies: &mut [Body]) {
    let mut firsts: HashMap<(usize, String), usize> = HashMap::new();
    for at in 0..bodies.len() {
        if !bodies[at].is_titled {
            continue;
        }
        let Some(section) = bodies[at].section_of.clone() else { continue };
        let first = *firsts.entry(section).or_insert(at);
        if first < at {
            let markup = std::mem::take(&mut bodies[at].markup);
            bodies[first].markup.push_str(&markup);
        }
    }
}

/// All texts that look like an article's.
fn bodies(state: &State<'_>) -> Vec<Body> {
    let mut out = Vec::new();
    let mut budget = items::Budget::default();
    let mut bytes = 0;
    for (at, frame) in state.frames.iter().enumerate() {
        if out.len() >= MAX_CANDIDATES || bytes > MAX_MARKUP_BYTES {
            break;
        }
        let mut add = |markup: String, object: usize, name: &str| {
            if !is_foreign(state, at) {
                bytes += markup.len();
                let list = state.frames.get(object).map(|f| f.parent).filter(|list| state.is_list(*list));
                let section_of = list.map(|list| (list, name.to_owned()));
                out.push(Body { frame: at, section_of, markup, is_titled: false });
            }
        };
        match frame.value {
            Value::Array(items) => {
                if let Some(markup) = items::markup(state, items, frame.table, &mut budget) {
                    add(markup, frame.parent, frame.key);
                }
            }
            Value::Object(fields) => {
                for (name, value) in fields {
                    if let Value::String(string) = through(value, frame.table)
                        && let Some(markup) = items::body(state.text(string))
                        && !is_foreign_key(name)
                    {
                        add(markup, at, name);
                    }
                }
            }
            _ => {}
        }
    }
    out
}

/// True in a part of the state that is named as something else.
fn is_foreign(state: &State<'_>, frame: usize) -> bool {
    state.above(frame).any(|at| is_foreign_key(state.frames[at].key))
}

/// True when the nearest object above that states a headline states the page's, or the page's description.
fn is_titled(state: &State<'_>, frame: usize, known: &Known<'_>, verdicts: &mut Verdicts) -> bool {
    let objects = state.above(frame).filter(|at| state.frames[*at].value.is_object());
    let found = objects.take(MAX_LEVELS).find_map(|at| {
        if !verdicts.known.contains_key(&at) {
            let verdict = verdict(state, at, known, &mut verdicts.strings_left);
            verdicts.known.insert(at, verdict);
        }
        verdicts.known[&at]
    });
    found == Some(true)
}

/// True for an object that states the page's headline, false for one that states another.
fn verdict(state: &State<'_>, frame: usize, known: &Known<'_>, strings_left: &mut usize) -> Option<bool> {
    let mut verdict = None;
    for (name, text) in state.short_strings(frame) {
        let is_escaped = text.contains('&');
        *strings_left = strings_left.checked_sub(if is_escaped { ESCAPED_COST } else { 1 })?;
        let title = if is_escaped { key(&entities::decoded(text, true)) } else { key(text) };
        if known.titles.contains(&title) || (title.len() >= MIN_PROBE_BYTES && title == known.description) {
            return Some(true);
        }
        if title.len() >= MIN_TITLE_KEY_BYTES && matches!(key(name).as_str(), "title" | "headline" | "headlines") {
            verdict = Some(false);
        }
    }
    verdict
}

fn is_foreign_key(key: &str) -> bool {
    key.len() < MAX_KEY_BYTES && {
        let key = key.to_ascii_lowercase();
        FOREIGN.iter().any(|part| key.contains(part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four sentences of about 150 letters each.
    const PARAGRAPHS: [&str; 4] = [
        "The harbour town counted its boats on Tuesday, and the mayor said that three of them had come back without their nets, which nobody could explain at first.",
        "A fisherman who was out that night spoke of a current that no chart shows, and of lights under the water that moved with the boats until the morning came.",
        "The council will meet on Thursday to decide whether the fleet may leave again; the owners want an answer before the season of the herring ends in a month.",
        "Two of the nets were found on the beach in the afternoon, whole and dry, and the police have sealed the place until somebody from the capital looks at them.",
    ];
    const TITLE: &str = "Three boats come home without nets";

    /// Reads a page that shows `shown` and holds `script`.
    fn read(script: &str, shown: &[&str]) -> Option<Vec<String>> {
        let shown: Vec<String> = shown.iter().map(|p| (*p).to_owned()).collect();
        article(
            &format!("<div id=app></div><script>{script}</script>"),
            &Known { titles: &[key(TITLE)], description: "", shown: &shown },
        )
    }

    /// A state that states a headline and has a body of the four paragraphs, each in a notation (`%` is its text).
    fn state(title: &str, item: &str) -> String {
        let items: Vec<String> = PARAGRAPHS.iter().map(|p| item.replace('%', p)).collect();
        format!(r#"window.S = {{"page":{{"headline":"{title}","body":[{}]}}}};"#, items.join(","))
    }

    #[track_caller]
    fn check(script: &str) {
        assert_eq!(read(script, &[]).unwrap_or_default(), PARAGRAPHS, "{script}");
    }

    #[track_caller]
    fn check_none(script: &str, shown: &[&str]) {
        assert_eq!(read(script, shown), None, "{script}");
    }

    #[test]
    fn a_body_is_read_in_every_notation() {
        for item in [
            r#""%""#,
            r#"{"type":"paragraph","content":"%"}"#,
            r#"{"type":"text","content":"%"},{"type":"image","caption":"The boats, seen from the pier on Tuesday."}"#,
            r#"{"type":"list","items":[{"type":"text","content":"%"}]}"#,
            r#"{"__typename":"ParagraphBlock","content":[{"__typename":"TextInline","text":"%"}]}"#,
            r#"{"_type":"block","style":"normal","children":[{"_type":"span","text":"%"}]}"#,
            r#"{"nodeType":"paragraph","content":[{"nodeType":"text","value":"%"}]}"#,
            r#"{"type":"text","model":{"blocks":[{"type":"paragraph","model":{"text":"%","blocks":[{"type":"fragment","model":{"text":"%"}}]}}]}}"#,
            r#"{"blockName":"core/paragraph","attrs":[],"innerHTML":"\n<p>%</p>\n"}"#,
            r#"{"component":"paragraph","content":{"text":"%"}}"#,
            r#"{"bodyElementType":"text","content":"%"}"#,
            r#"["p",{"class":"x"},["em","%"]]"#,
            r##"[{"type":"#text","value":"%"}]"##,
        ] {
            check(&state(TITLE, item));
        }
        // Links and marks are texts within a paragraph.
        let pieces = state(TITLE, r#"{"type":"paragraph","children":[{"text":"%"}]}"#);
        check(&pieces.replace(" and ", r#""},{"type":"link","children":[{"text":" and "}]},{"text":""#));
    }

    #[test]
    fn a_body_is_read_from_a_string() {
        let markup = PARAGRAPHS.map(|p| format!("<p>{p}</p>")).concat();
        check(&format!(
            r#"S={{"title":{{"rendered":"{TITLE}"}},"content":{{"rendered":"{markup}<p><a href=x>Read more</a></p>"}}}}"#
        ));
        check(&format!(r#"S={{"title":"{TITLE}","body":"{}"}}"#, markup.replace('<', "&lt;").replace('>', "&gt;")));
        check(&format!(r#"S={{"title":"{TITLE}","body":"{}"}}"#, PARAGRAPHS.join(r"\n\n")));
        let push = |piece: &str| format!("self.__next_f.push([1,{}])", serde_json::to_string(piece).expect("a string"));
        let row = format!("1:[\"$\",\"$La\",null,{{\"headline\":\"{TITLE}\",\"body\":\"$2\"}}]\n2:T{:x},{markup}", markup.len());
        check(&push(&row));
    }

    #[test]
    fn places_names_and_sections_are_gone_through() {
        let [a, b, c, d] = PARAGRAPHS;
        check(&format!(
            r#"[["Reactive",1],{{"title":2,"body":3}},"{TITLE}",[4,5,6,7],{{"type":8,"content":9}},{{"type":8,"content":10}},{{"type":8,"content":11}},{{"type":8,"content":12}},"text","{a}","{b}","{c}","{d}"]"#
        ));
        let entity = |n: usize, p: &str| format!(r#""P:{n}":{{"__typename":"Paragraph","text":"{p}"}}"#);
        let entities: Vec<String> = PARAGRAPHS.iter().enumerate().map(|(n, p)| entity(n, p)).collect();
        let names = r#"{"__ref":"P:0"},{"__ref":"P:1"},{"type":"id","id":"P:2"},{"__ref":"P:3"}"#;
        check(&format!(r#"S={{{},"A:1":{{"title":"{TITLE}","body":[{names}]}}}}"#, entities.join(",")));
        check(&format!(r#"S={{"title":"{TITLE}","parts":[{{"rows":["{a}","{b}"]}},{{"rows":["{c}","{d}"]}}]}}"#));
        let circle = r#"{"type":"text","children":[{"__ref":"P:0"},{"__ref":"P:0"}],"__typename":"Text"}"#;
        check_none(
            &format!(r#"S={{"title":"{TITLE}","P:0":{circle},"body":[{circle},{circle}],"pad":"{}"}}"#, "x".repeat(500)),
            &[],
        );
    }

    #[test]
    fn only_the_article_of_the_page_is_taken() {
        let item = r#"{"type":"paragraph","content":"%"}"#;
        check_none(&state("Another story from the pier altogether", item), &[]);
        check_none(&state("", item), &[]);
        check_none(&state(TITLE, item).replace("\"body\"", "\"comments\""), &[]);
        check_none(&state(TITLE, item).replace("paragraph", "author"), &[]);
        // What it shows begins the body, and is little of it.
        let untitled = state("", item);
        assert!(read(&untitled, &[&PARAGRAPHS[0][..80]]).is_some());
        check_none(&untitled, &["Boats were counted, and nobody could say why they came home so late."]);
        // The page shows most of what the state holds.
        check_none(&state(TITLE, item), &PARAGRAPHS[..3]);
        // The nearest headline decides.
        let other = format!(
            r#"{{"headline":"{TITLE}","more":[{}]}}"#,
            &state("Another story from the pier", item)["window.S = ".len()..].trim_end_matches(';')
        );
        check_none(&format!("S={other}"), &[]);
        // Labels are no prose.
        let labels = (0..80).map(|n| format!("\"Label number {n}\"")).collect::<Vec<_>>().join(",");
        check_none(&format!(r#"S={{"title":"{TITLE}","items":[{labels}]}}"#), &[]);
    }
}

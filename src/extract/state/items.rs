//! The items of a body in a page's JSON state: the notations in which content systems keep paragraphs.
//!
//! In: a list of items, or a string. Out: markup of paragraphs, headings and list items, when it is a body. Not done here: whose body it is
//! (`state`), dropping captions and labels (`text`).

use serde_json::Value;

use super::tree::{State, Table, through};
use crate::extract::content::text::key;

/// Values that are gone through in search of texts, in all.
const MAX_VALUES: usize = 300_000;
/// The markup of one body, bytes.
const MAX_BYTES: usize = 512 * 1024;
/// A list with fewer paragraphs is no body.
const MIN_ITEMS: usize = 2;
/// Markup that is no section of a body either, bytes.
const MIN_SECTION_BYTES: usize = 100;
/// A string with fewer paragraphs is no body.
const MIN_PARAGRAPHS: usize = 2;
/// A text is no shorter, bytes.
const MIN_BODY_BYTES: usize = 400;

/// A kind is a word or two, bytes.
const MAX_KIND_BYTES: usize = 60;

/// A text of lines has fewer tags than one in so many bytes; more are markup without paragraphs.
const MIN_BYTES_A_TAG: usize = 50;

/// Fields that say what an item is.
const KINDS: &[&str] = &["type", "__typename", "@type", "_type", "kind", "component", "tag", "name"];
/// Fields that hold an item's text.
const TEXTS: &[&str] =
    &["text", "html", "content", "value", "body", "copy", "markup", "rendered", "processed", "innerHTML", "paragraph", "data"];
/// Fields that hold the parts of an item.
const PARTS: &[&str] = &[
    "content",
    "children",
    "model",
    "data",
    "attributes",
    "attrs",
    "props",
    "properties",
    "fields",
    "text",
    "body",
    "value",
    "blocks",
    "items",
    "nodes",
    "elements",
    "spans",
    "runs",
    "fragments",
    "paragraph",
];
/// Items that are no text of the article, by a part of their kind.
const OTHERS: &[&str] = &[
    "image",
    "photo",
    "picture",
    "video",
    "audio",
    "embed",
    "raw",
    "iframe",
    "advert",
    "related",
    "link",
    "teaser",
    "promo",
    "newsletter",
    "caption",
    "credit",
    "byline",
    "author",
    "button",
    "gallery",
    "tweet",
    "social",
    "comment",
    "context",
    "copyright",
    "input",
    "javascript",
];
/// The same inside an item, where a link is part of a sentence.
const OTHERS_INSIDE: &[&str] =
    &["image", "photo", "picture", "video", "audio", "embed", "iframe", "advert", "caption", "gallery"];

/// Elements that may be written as lists.
const TAGS: &[&str] = &[
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "blockquote",
    "em",
    "strong",
    "a",
    "span",
    "b",
    "i",
    "u",
    "sub",
    "sup",
];

/// How much may still be looked at.
pub(super) struct Budget(usize);

impl Budget {
    /// Takes `count` off; false when there was less, and then nothing is left.
    fn take(&mut self, count: usize) -> bool {
        let is_enough = self.0 >= count;
        self.0 = self.0.saturating_sub(count);
        is_enough
    }
}

impl Default for Budget {
    fn default() -> Budget {
        Budget(MAX_VALUES)
    }
}

/// What an item is.
#[derive(Clone, Copy, PartialEq)]
enum Role {
    Paragraph,
    Heading,
    Item,
    /// A list or another holder of items.
    Holder,
}

impl Role {
    fn tag(self) -> &'static str {
        match self {
            Role::Paragraph => "p",
            Role::Heading => "h2",
            Role::Item => "li",
            Role::Holder => "div",
        }
    }
}

/// The markup of a list of items, when two or more are paragraphs.
pub(super) fn markup<'a>(state: &State<'a>, items: &'a [Value], table: Table<'a>, budget: &mut Budget) -> Option<String> {
    if list_tag(items).is_some() {
        // One element, not a list of them.
        return None;
    }
    let mut out = String::new();
    let mut paragraphs = 0;
    for item in items {
        if out.len() > MAX_BYTES || !budget.take(1) {
            break;
        }
        let item = state.part(item, table);
        let role = match item {
            Value::String(_) => Role::Paragraph,
            Value::Array(parts) => match list_tag(parts).and_then(|tag| role(tag, OTHERS)) {
                Some(role) => role,
                // A paragraph that is nothing but the list of its texts.
                None if parts.first().is_some_and(|part| is_paragraph(part, table)) => Role::Paragraph,
                None => continue,
            },
            _ => match kind(item, table).as_deref().and_then(|kind| role(kind, OTHERS)) {
                Some(role) => role,
                None => continue,
            },
        };
        let before = out.len();
        push_item(state, item, role, table, &mut out, budget);
        paragraphs += usize::from(out.len() > before && role != Role::Heading);
    }
    (paragraphs >= MIN_ITEMS && out.len() >= MIN_SECTION_BYTES).then_some(out)
}

/// The markup of a string, when it has several paragraphs.
pub(super) fn body(text: &str) -> Option<String> {
    if text.len() < MIN_BODY_BYTES {
        return None;
    }
    let count =
        |tag: &str| text.match_indices(tag).filter(|(at, _)| text[at + tag.len()..].starts_with(['>', ' ', '/', '&'])).count();
    if count("<p") + count("<br") + count("&lt;p") + count("<P") >= MIN_PARAGRAPHS {
        return Some(text.to_owned());
    }
    let lines = || text.lines().filter(|line| !line.trim().is_empty());
    (text.matches('<').count() * MIN_BYTES_A_TAG < text.len() && lines().nth(MIN_PARAGRAPHS - 1).is_some())
        .then(|| lines().map(|line| format!("<p>{line}</p>")).collect())
}

/// The tag that an element in the notation of lists (`JsonML`: `["p", {"class": "x"}, "text"]`) begins with.
fn list_tag(items: &[Value]) -> Option<&str> {
    items.first().and_then(Value::as_str).filter(|tag| items.len() > 1 && TAGS.contains(tag))
}

/// What an item says it is, as a key.
fn kind<'a>(item: &'a Value, table: Table<'a>) -> Option<String> {
    let fields = item.as_object()?;
    let word = |value: &'a Value| through(value, table).as_str().map(key).filter(|k| !k.is_empty() && k.len() < MAX_KIND_BYTES);
    // `type`, else the first of `blockName`, `bodyElementType` and their like.
    let compound =
        || fields.iter().filter(|(name, _)| name.ends_with("Type") || name.as_str() == "blockName").map(|(_, value)| value);
    KINDS.iter().filter_map(|name| fields.get(*name)).chain(compound()).find_map(word)
}

fn is_paragraph<'a>(item: &'a Value, table: Table<'a>) -> bool {
    kind(item, table).as_deref().and_then(|kind| role(kind, OTHERS)) == Some(Role::Paragraph)
}

fn role(kind: &str, others: &[&str]) -> Option<Role> {
    let has = |parts: &[&str]| parts.iter().any(|part| kind.contains(part));
    match kind {
        "p" | "block" | "blockquote" | "quote" => Some(Role::Paragraph),
        "li" => Some(Role::Item),
        "ul" | "ol" => Some(Role::Holder),
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Some(Role::Heading),
        _ if has(others) => None,
        _ if has(&["listitem"]) => Some(Role::Item),
        _ if has(&["paragraph", "text", "prose", "copy", "html", "markdown"]) => Some(Role::Paragraph),
        _ if has(&["head", "subtitle"]) => Some(Role::Heading),
        _ if has(&["list"]) => Some(Role::Holder),
        _ => None,
    }
}

/// Writes an item's texts in order; an item inside that is a block by itself becomes one.
fn push_item<'a>(
    state: &State<'a>,
    item: &'a Value,
    role_of_item: Role,
    table: Table<'a>,
    out: &mut String,
    budget: &mut Budget,
) {
    let begin = out.len();
    let open = |out: &mut String, role: Role| out.extend(["<", role.tag(), ">"]);
    let close = |out: &mut String, role: Role| out.extend(["</", role.tag(), ">"]);
    enum Step<'a> {
        Go(&'a Value, bool),
        Close(Role),
    }
    open(out, role_of_item);
    let inner = out.len();
    let mut steps = vec![Step::Go(item, true)];
    while let Some(step) = steps.pop() {
        if out.len() > MAX_BYTES {
            break;
        }
        let (value, is_root) = match step {
            Step::Go(value, is_root) => (state.part(value, table), is_root),
            Step::Close(role) => {
                close(out, role);
                continue;
            }
        };
        match value {
            Value::String(text) => {
                out.push_str(state.text(text));
                // Items of a list that are bare texts.
                if role_of_item == Role::Holder {
                    out.push_str("<br>");
                }
            }
            // What is pushed is paid for: names of objects (`__ref`) may go in circles.
            Value::Array(items) if budget.take(items.len()) => {
                // After the tag stands an object of attributes, or not.
                let tag = list_tag(items);
                let first = usize::from(tag.is_some()) + usize::from(tag.is_some() && items[1].is_object());
                if let Some(role) = tag.filter(|_| !is_root).and_then(|tag| role(tag, OTHERS_INSIDE)) {
                    open(out, role);
                    steps.push(Step::Close(role));
                }
                steps.extend(items[first..].iter().rev().map(|v| Step::Go(v, false)));
            }
            Value::Object(fields) if budget.take(1 + PARTS.len()) => {
                if !is_root && let Some(kind) = kind(value, table) {
                    if OTHERS_INSIDE.iter().any(|part| kind.contains(part)) {
                        continue;
                    }
                    let is_leaf = kind.contains("text") || kind.contains("fragment") || kind.contains("span");
                    if let Some(role) = role(&kind, OTHERS_INSIDE).filter(|_| !is_leaf) {
                        open(out, role);
                        steps.push(Step::Close(role));
                    } else if kind.contains("break") || kind == "br" {
                        out.push_str("<br>");
                    }
                }
                let field = |name: &&str| fields.get(*name).map(|v| state.part(v, table));
                let text = TEXTS.iter().filter_map(field).find(|v| v.as_str().is_some_and(|text| !text.trim().is_empty()));
                if let Some(text) = text {
                    steps.push(Step::Go(text, false));
                } else {
                    let parts = PARTS.iter().rev().filter_map(|name| fields.get(*name));
                    steps.extend(parts.filter(|v| !state.part(v, table).is_string()).map(|v| Step::Go(v, false)));
                }
            }
            _ => {}
        }
    }
    if out.len() == inner {
        out.truncate(begin);
    } else {
        close(out, role_of_item);
    }
}

//! JSON Feed (versions 1 and 1.1): in goes the document, out come drafts of entries and facts about the feed.
//!
//! feed-rs reads it; here stands what has to be mended before (numbers as ids, stray items, a missing title) and what is made of its model after.

use feed_rs::model::{Entry, Feed};
use jiff::Timestamp;
use serde_json::{Map, Value};
use url::Url;

use super::collect::Draft;
use super::entities::escape;
use super::markup::plain_text;
use super::reader::About;
use crate::types::Lang;

/// Reads a JSON Feed; `None` when the text is no JSON object, or one without items.
///
/// The parser refuses more than 128 levels of nesting by itself.
pub(super) fn read(text: &str, base: Option<&Url>, on_entry: &mut dyn FnMut(Draft)) -> Option<About> {
    let mended = mend(serde_json::from_str(text).ok()?)?;
    // Without an id of its own an entry is identified by our rules, not by a drawn one.
    let parser = feed_rs::parser::Builder::new().base_uri(base.map(Url::as_str)).id_generator(|_, _, _| String::new()).build();
    let feed: Feed = parser.parse(mended.to_string().as_bytes()).ok()?;
    let title = feed.title.map(|title| plain_text(&escape(&title.content))).filter(|title| !title.is_empty());
    for entry in feed.entries {
        on_entry(draft(entry, base));
    }
    Some(About { title, language: feed.language.as_deref().and_then(Lang::parse), ttl: None })
}

/// What feed-rs would refuse a whole feed for, put right: members of the wrong type, items that are none, no version, no title.
fn mend(document: Value) -> Option<Value> {
    let Value::Object(mut feed) = document else { return None };
    let Some(Value::Array(items)) = feed.remove("items") else { return None };
    let mut mended: Map<String, Value> = feed.into_iter().filter_map(|(name, value)| Some((name, text_member(value)?))).collect();
    mended.entry("title").or_insert_with(|| Value::from(""));
    mended.insert("version".to_owned(), Value::from("https://jsonfeed.org/version/1.1"));
    mended.insert("items".to_owned(), Value::Array(items.into_iter().filter_map(mend_item).collect()));
    Some(Value::Object(mended))
}

fn mend_item(item: Value) -> Option<Value> {
    let Value::Object(item) = item else { return None };
    let mut out = Map::new();
    for (name, value) in item {
        match (name.as_str(), value) {
            // Version 1 has one author, version 1.1 a list; what is not an object with a name is none.
            ("author" | "authors", value @ (Value::Object(_) | Value::Array(_))) if names_somebody(&value) => {
                out.insert(name, value);
            }
            ("author" | "authors" | "attachments" | "tags", _) => {}
            (_, value) => {
                if let Some(text) = text_member(value) {
                    out.insert(name, text);
                }
            }
        }
    }
    Some(Value::Object(out))
}

fn names_somebody(value: &Value) -> bool {
    let named = |v: &Value| v.as_object().is_some_and(|o| o.values().all(Value::is_string));
    value.as_array().map_or_else(|| named(value), |list| list.iter().all(named))
}

/// A member as text; ids are numbers in some feeds. Anything else is left out.
fn text_member(value: Value) -> Option<Value> {
    match value {
        Value::String(text) => Some(Value::String(text.trim().to_owned())).filter(|v| v.as_str() != Some("")),
        Value::Number(number) => Some(Value::String(number.to_string())),
        _ => None,
    }
}

fn draft(entry: Entry, base: Option<&Url>) -> Draft {
    let content = entry.content.and_then(|content| {
        let body = content.body?;
        Some(if content.content_type.essence().to_string() == "text/plain" { paragraphs(&body) } else { body })
    });
    Draft {
        guid: Some(entry.id).filter(|id| !id.is_empty()),
        link: entry.links.into_iter().next().map(|link| link.href),
        base: base.cloned(),
        title: entry.title.map(|title| plain_text(&escape(&title.content))).unwrap_or_default(),
        summary: entry.summary.map(|text| escape(&text.content).into_owned()).unwrap_or_default(),
        content,
        authors: entry.authors.into_iter().filter_map(|person| person.name).collect(),
        published: entry.published.or(entry.updated).and_then(|at| Timestamp::from_microsecond(at.timestamp_micros()).ok()),
        language: entry.language.as_deref().and_then(Lang::parse),
    }
}

fn paragraphs(text: &str) -> String {
    text.split("\n\n").map(|paragraph| format!("<p>{}</p>", escape(paragraph.trim()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_are_read() {
        let text = r#"{"version":"https://jsonfeed.org/version/1.1","title":"R&D","language":"fr","items":[
            {"id":1,"url":"/p/1","title":"a <b> é","content_text":"one\n\ntwo","date_published":"2025-06-03T08:00:00Z","authors":[{"name":"Jane Roe"}]},
            {"id":"2","external_url":"http://x.example/","content_html":"<p>t</p>","author":{"name":"Jan"},"date_modified":"2025-06-03"}, 7]}"#;
        let mut drafts = Vec::new();
        let about = read(text, None, &mut |draft| drafts.push(draft)).expect("a feed");
        assert_eq!((about.title.as_deref(), about.language, drafts.len()), (Some("R&D"), Some(Lang::FR), 2));
        assert_eq!((drafts[0].guid.as_deref(), drafts[0].title.as_str()), (Some("1"), "a <b> é"));
        assert_eq!((drafts[0].content.as_deref(), drafts[0].authors.len()), (Some("<p>one</p><p>two</p>"), 1));
        assert_eq!((drafts[1].link.as_deref(), drafts[1].published.is_some()), (Some("http://x.example/"), true));
    }

    #[test]
    fn other_json_is_no_feed() {
        for text in ["{}", "[1]", "{\"items\":7}", "{", ""] {
            assert!(read(text, None, &mut |_| ()).is_none(), "{text}");
        }
    }
}

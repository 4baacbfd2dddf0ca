//! The article that a page's JSON-LD describes.
//!
//! In: the contents of `<script type="application/ld+json">`, and what else the page says of itself. Out: what they state of its article.
//! Not done here: mending broken JSON (`json_mend`), choosing between these statements and others.

use std::collections::HashMap;

use serde_json::Value;

use super::json_mend::parse;
use crate::extract::content::text::key;

/// Values looked at in all, so that a made script costs no more than a page.
const MAX_VALUES: usize = 50_000;

/// What JSON-LD states of the article.
#[derive(Debug, Default)]
pub(in crate::extract) struct Stated {
    pub(in crate::extract) headline: Option<String>,
    pub(in crate::extract) authors: Vec<String>,
    pub(in crate::extract) published: Option<String>,
    pub(in crate::extract) modified: Option<String>,
    pub(in crate::extract) body: Option<String>,
    pub(in crate::extract) description: Option<String>,
    pub(in crate::extract) language: Option<String>,
    pub(in crate::extract) publisher: Option<String>,
    /// `wordCount`.
    pub(in crate::extract) words: Option<usize>,
    /// `isAccessibleForFree`.
    pub(in crate::extract) is_free: Option<bool>,
    /// CSS selectors of the parts that are not free (`hasPart`): when they are in the page, they are the article's text.
    pub(in crate::extract) unfree_parts: Vec<String>,
}

/// What the page says of its article elsewhere, by which one of several is known.
#[derive(Debug, Default)]
pub(in crate::extract) struct Known<'k> {
    /// The canonical address.
    pub(in crate::extract) address: Option<&'k str>,
    /// The headline under which it is shared.
    pub(in crate::extract) headline: Option<&'k str>,
}

impl Known<'_> {
    fn is_of(&self, value: &Value) -> bool {
        let is_address = |value: &Value| {
            let of_id = value.get("@id").unwrap_or(value).as_str();
            of_id.zip(self.address).is_some_and(|(a, b)| a.trim_end_matches('/') == b.trim_end_matches('/'))
        };
        let is_headline = |text: &Value| {
            text.as_str().zip(self.headline).is_some_and(|(a, b)| {
                let key = key(a);
                !key.is_empty() && key == self::key(b)
            })
        };
        value.get("headline").is_some_and(is_headline)
            || ["url", "mainEntityOfPage"].iter().filter_map(|name| value.get(*name)).any(is_address)
    }
}

/// The things that the scripts describe.
#[derive(Default)]
struct Found<'v> {
    articles: Vec<&'v Value>,
    /// Articles in lists: other ones, unless there is none besides.
    listed: Vec<&'v Value>,
    pages: Vec<&'v Value>,
    /// Names by `@id`, for those who are named once and referred to elsewhere.
    names: Names<'v>,
}

/// Names by `@id`.
type Names<'v> = HashMap<&'v str, &'v Value>;

/// Reads all scripts; the first statement of each fact wins, the page's own article before others, articles before other things.
pub(in crate::extract) fn read(scripts: &[&str], known: &Known<'_>) -> Stated {
    let values: Vec<Value> = scripts.iter().filter_map(|script| parse(script)).collect();
    let found = find(&values);
    let mut articles = if found.articles.is_empty() { found.listed } else { found.articles };
    if articles.len() > 1 && articles.iter().any(|article| known.is_of(article)) {
        articles.retain(|article| known.is_of(article));
    }
    let mut stated = Stated::default();
    for article in articles {
        fill(&mut stated, article, &found.names);
    }
    if stated.published.is_none() {
        // A web page's own dates are better than none; its name is the site's.
        for page in found.pages {
            let (headline, body) = (stated.headline.take(), stated.body.take());
            fill(&mut stated, page, &found.names);
            (stated.headline, stated.body) = (headline, body);
        }
    }
    stated
}

fn find(values: &[Value]) -> Found<'_> {
    let mut found = Found::default();
    let mut left = MAX_VALUES;
    for value in values {
        // A stack, not recursion; reversed pushes keep the order of the text.
        let mut stack = vec![(value, false)];
        while let Some((value, is_listed)) = stack.pop() {
            left = left.saturating_sub(1);
            if left == 0 {
                break;
            }
            match value {
                Value::Array(items) => stack.extend(items.iter().rev().map(|item| (item, is_listed))),
                Value::Object(object) => {
                    if let (Some(Value::String(id)), Some(name)) = (object.get("@id"), object.get("name")) {
                        found.names.entry(id).or_insert(name);
                    }
                    match kind(value) {
                        Kind::Article if is_listed => found.listed.push(value),
                        Kind::Article => found.articles.push(value),
                        Kind::Page => found.pages.push(value),
                        Kind::Other => {}
                    }
                    let nested = ["@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "item"];
                    let inner = nested.iter().filter_map(|k| Some((object.get(*k)?, is_listed || *k == "itemListElement")));
                    stack.extend(inner.filter(|(v, _)| v.is_object() || v.is_array()));
                }
                _ => {}
            }
        }
    }
    found
}

enum Kind {
    Article,
    Page,
    Other,
}

fn kind(value: &Value) -> Kind {
    let names: Vec<&str> = match value.get("@type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => return if value.get("articleBody").is_some() { Kind::Article } else { Kind::Other },
    };
    let is = |f: fn(&str) -> bool| {
        names.iter().map(|n| n.trim_start_matches("http://schema.org/").trim_start_matches("https://schema.org/")).any(f)
    };
    if is(|n| {
        n.ends_with("Article")
            || n.ends_with("BlogPosting")
            || matches!(n, "Report" | "Review" | "ClaimReview" | "Recipe" | "SocialMediaPosting" | "CreativeWork")
    }) {
        Kind::Article
    } else if is(|n| n == "WebPage" || n == "ItemPage" || n == "VideoObject") {
        Kind::Page
    } else {
        Kind::Other
    }
}

fn fill(stated: &mut Stated, value: &Value, known: &Names<'_>) {
    let text = |key: &str| value.get(key).and_then(string).filter(|s| !s.trim().is_empty());
    stated.headline = stated.headline.take().or_else(|| text("headline")).or_else(|| text("name"));
    stated.published =
        stated.published.take().or_else(|| text("datePublished")).or_else(|| text("dateCreated")).or_else(|| text("uploadDate"));
    stated.modified = stated.modified.take().or_else(|| text("dateModified"));
    if let Some(body) = text("articleBody").or_else(|| text("text"))
        && stated.body.as_ref().is_none_or(|known| known.len() < body.len())
    {
        stated.body = Some(body);
    }
    stated.description = stated.description.take().or_else(|| text("description"));
    stated.language = stated.language.take().or_else(|| text("inLanguage"));
    stated.words = stated.words.or_else(|| {
        let words = value.get("wordCount")?;
        words.as_u64().or_else(|| words.as_str()?.trim().parse().ok()).and_then(|n| usize::try_from(n).ok())
    });
    stated.is_free = stated.is_free.or_else(|| is_free(value));
    let parts = match value.get("hasPart") {
        Some(Value::Array(parts)) => parts.as_slice(),
        Some(part) => std::slice::from_ref(part),
        None => &[],
    };
    for part in parts.iter().filter(|part| is_free(part) == Some(false)) {
        match part.get("cssSelector") {
            Some(Value::Array(all)) => stated.unfree_parts.extend(all.iter().filter_map(Value::as_str).map(str::to_owned)),
            Some(Value::String(one)) => stated.unfree_parts.push(one.clone()),
            _ => {}
        }
    }
    if stated.publisher.is_none() {
        stated.publisher = value.get("publisher").and_then(|publisher| names(publisher, known).into_iter().next());
    }
    if stated.authors.is_empty() {
        for key in ["author", "creator"] {
            if stated.authors.is_empty()
                && let Some(author) = value.get(key)
            {
                stated.authors = names(author, known);
            }
        }
    }
}

fn is_free(value: &Value) -> Option<bool> {
    match value.get("isAccessibleForFree")? {
        Value::Bool(free) => Some(*free),
        Value::String(word) => Some(!matches!(word.to_ascii_lowercase().as_str(), "false" | "no" | "0")),
        _ => None,
    }
}

/// The first text in a value: itself, the first of a list, `@value` or `name` of an object.
fn string(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => items.iter().find_map(|v| v.as_str().map(str::to_owned)),
        Value::Object(object) => object.get("@value").or_else(|| object.get("name")).and_then(Value::as_str).map(str::to_owned),
        _ => None,
    }
}

/// Names of people or bodies, looked up by `@id` where a value only refers to them.
fn names(value: &Value, known: &Names<'_>) -> Vec<String> {
    let one = |value: &Value| -> Vec<String> {
        let Value::Object(object) = value else { return value.as_str().map(str::to_owned).into_iter().collect() };
        let id = || object.get("@id").and_then(Value::as_str);
        match object.get("name").or_else(|| known.get(id()?).copied()) {
            Some(Value::String(name)) => vec![name.clone()],
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => match (object.get("givenName").and_then(Value::as_str), object.get("familyName").and_then(Value::as_str)) {
                (Some(given), Some(family)) => vec![format!("{given} {family}")],
                _ => Vec::new(),
            },
        }
    };
    match value {
        Value::Array(items) => items.iter().take(50).flat_map(one).collect(),
        other => one(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(scripts: &[&str]) -> Stated {
        read(scripts, &Known::default())
    }

    #[test]
    fn an_article_is_found_wherever_it_stands() {
        let stated = read_all(&[
            r#"{"@graph":[{"@type":"WebSite","name":"Site"},{"@type":["NewsArticle"],"headline":"H","author":[{"name":"A B"},"C D"],"datePublished":"2024-11-06"}]}"#,
        ]);
        assert_eq!(stated.headline.as_deref(), Some("H"));
        assert_eq!(stated.authors, ["A B", "C D"]);
        assert_eq!(stated.published.as_deref(), Some("2024-11-06"));
    }

    #[test]
    fn broken_json_is_mended_or_passed_over() {
        let stated = read_all(&["{nonsense", "<!-- {\"@type\":\"Article\",\"headline\":\"two\nlines \\'x\\'\",} -->"]);
        assert_eq!(stated.headline.as_deref(), Some("two\nlines 'x'"));
        let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(read_all(&[&deep]).headline.is_none());
    }

    #[test]
    fn free_is_read_in_words_too() {
        assert_eq!(read_all(&[r#"{"@type":"NewsArticle","isAccessibleForFree":"False"}"#]).is_free, Some(false));
    }

    #[test]
    fn names_are_found_by_reference() {
        let stated = read_all(&[
            r##"{"@graph":[{"@type":"NewsArticle","headline":"H","author":[{"@id":"#jane"},{"@type":"Person","name":"John Poe"}],"publisher":{"@id":"#site"}},
                {"@type":"Person","@id":"#jane","name":"Jane Roe"},{"@type":"Organization","@id":"#site","name":"The Pier"}]}"##,
        ]);
        assert_eq!(stated.authors, ["Jane Roe", "John Poe"]);
        assert_eq!(stated.publisher.as_deref(), Some("The Pier"));
    }

    #[test]
    fn the_pages_own_article_is_told_from_others() {
        let other = r#"{"@type":"NewsArticle","headline":"Other","author":"A B","url":"https://pier.example/other"}"#;
        let own = r#"{"@type":"NewsArticle","headline":"Own","url":"https://pier.example/own/","datePublished":"2024-11-06"}"#;
        let by_address = Known { address: Some("https://pier.example/own"), headline: None };
        let by_headline = Known { address: None, headline: Some("Own!") };
        for known in [by_address, by_headline] {
            let stated = read(&[other, own], &known);
            assert_eq!(stated.headline.as_deref(), Some("Own"));
            assert!(stated.authors.is_empty(), "the other article's author");
        }
        let list = format!(r#"{{"@type":"ItemList","itemListElement":[{{"item":{other}}}]}}"#);
        assert_eq!(read_all(&[&list, own]).headline.as_deref(), Some("Own"));
        assert_eq!(read_all(&[&list]).headline.as_deref(), Some("Other"));
    }
}

//! The article that a page's JSON-LD describes.
//!
//! In: the contents of `<script type="application/ld+json">`. Out: what they state of an article. Broken JSON is mended where the break is
//! known (raw line breaks, trailing commas, comment marks), else passed over.

use serde_json::Value;

/// Scripts longer than this are catalogues, bytes.
const MAX_SCRIPT_BYTES: usize = 1024 * 1024;
/// Values looked at in all, so that a made script costs no more than a page.
const MAX_VALUES: usize = 50_000;

/// What JSON-LD states of the article.
#[derive(Debug, Default)]
pub(super) struct Stated {
    pub(super) headline: Option<String>,
    pub(super) authors: Vec<String>,
    pub(super) published: Option<String>,
    pub(super) modified: Option<String>,
    pub(super) body: Option<String>,
    pub(super) description: Option<String>,
    pub(super) language: Option<String>,
    pub(super) publisher: Option<String>,
    /// `wordCount`.
    pub(super) words: Option<usize>,
    /// `isAccessibleForFree`.
    pub(super) is_free: Option<bool>,
    /// CSS selectors of the parts that are not free (`hasPart`): when they are in the page, they are the article's text.
    pub(super) unfree_parts: Vec<String>,
}

/// Reads all scripts; the first statement of each fact wins, articles before other things.
pub(super) fn read(scripts: &[&str]) -> Stated {
    let mut stated = Stated::default();
    let mut pages = Vec::new();
    let mut left = MAX_VALUES;
    let values: Vec<Value> = scripts.iter().filter_map(|script| parse(script)).collect();
    for value in &values {
        // A stack, not recursion; reversed pushes keep the order of the text.
        let mut stack = vec![value];
        while let Some(value) = stack.pop() {
            left = left.saturating_sub(1);
            if left == 0 {
                break;
            }
            match value {
                Value::Array(items) => stack.extend(items.iter().rev()),
                Value::Object(object) => {
                    match kind(value) {
                        Kind::Article => fill(&mut stated, value),
                        Kind::Page => pages.push(value),
                        Kind::Other => {}
                    }
                    let nested = ["@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "item", "liveBlogUpdate_"];
                    stack.extend(nested.iter().filter_map(|k| object.get(*k)).filter(|v| v.is_object() || v.is_array()));
                }
                _ => {}
            }
        }
    }
    if stated.published.is_none() {
        // A web page's own dates are better than none; its name is the site's.
        for page in pages {
            let (headline, body) = (stated.headline.take(), stated.body.take());
            fill(&mut stated, page);
            (stated.headline, stated.body) = (headline, body);
        }
    }
    stated
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

fn fill(stated: &mut Stated, value: &Value) {
    let text = |key: &str| value.get(key).and_then(string).filter(|s| !s.trim().is_empty());
    stated.headline = stated.headline.take().or_else(|| text("headline")).or_else(|| text("name"));
    stated.published = stated.published.take().or_else(|| text("datePublished")).or_else(|| text("dateCreated"));
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
        stated.publisher = value.get("publisher").and_then(|p| p.get("name")).and_then(string);
    }
    if stated.authors.is_empty() {
        for key in ["author", "creator"] {
            if stated.authors.is_empty()
                && let Some(author) = value.get(key)
            {
                stated.authors = names(author);
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

/// Names of people or bodies.
fn names(value: &Value) -> Vec<String> {
    let one = |v: &Value| -> Vec<String> {
        match v {
            Value::String(name) => vec![name.clone()],
            Value::Object(object) => match object.get("name") {
                Some(Value::String(name)) => vec![name.clone()],
                Some(Value::Array(all)) => all.iter().filter_map(|n| n.as_str().map(str::to_owned)).collect(),
                _ => match (object.get("givenName").and_then(Value::as_str), object.get("familyName").and_then(Value::as_str)) {
                    (Some(given), Some(family)) => vec![format!("{given} {family}")],
                    _ => Vec::new(),
                },
            },
            _ => Vec::new(),
        }
    };
    match value {
        Value::Array(items) => items.iter().take(50).flat_map(one).collect(),
        other => one(other),
    }
}

fn parse(script: &str) -> Option<Value> {
    if script.len() > MAX_SCRIPT_BYTES {
        return None;
    }
    let script = script.trim().trim_start_matches('\u{feff}');
    if let Ok(value) = serde_json::from_str(script) {
        return Some(value);
    }
    let inner = script.trim_start_matches("<!--").trim_start_matches("//").trim_start().trim_start_matches("<![CDATA[");
    let inner = inner.trim().trim_end_matches("-->").trim_end().trim_end_matches("//").trim_end_matches("]]>").trim_end();
    let inner = inner.trim_end_matches("//").trim().trim_end_matches(';');
    let mended = mend(inner);
    // Whatever follows the first whole value is not ours to understand.
    serde_json::Deserializer::from_str(&mended).into_iter::<Value>().next()?.ok()
}

/// Escapes raw control characters inside strings and drops commas before a closing bracket.
fn mend(script: &str) -> String {
    let mut out = String::with_capacity(script.len() + 16);
    let (mut in_string, mut escaped) = (false, false);
    for c in script.chars() {
        if in_string {
            if escaped {
                escaped = false;
                if !matches!(c, '"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' | 'u') {
                    // `\'` and its like: the backslash goes.
                    out.pop();
                }
                out.push(c);
                continue;
            }
            match c {
                '\\' => escaped = true,
                '"' => in_string = false,
                '\n' | '\r' | '\t' => {
                    out.push_str(if c == '\t' { "\\t" } else { "\\n" });
                    continue;
                }
                c if c.is_control() => continue,
                _ => {}
            }
        } else if c == '"' {
            in_string = true;
        } else if matches!(c, ']' | '}') {
            out.truncate(out.trim_end().trim_end_matches(',').len());
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_is_found_wherever_it_stands() {
        let stated = read(&[
            r#"{"@graph":[{"@type":"WebSite","name":"Site"},{"@type":["NewsArticle"],"headline":"H","author":[{"name":"A B"},"C D"],"datePublished":"2024-11-06"}]}"#,
        ]);
        assert_eq!(stated.headline.as_deref(), Some("H"));
        assert_eq!(stated.authors, ["A B", "C D"]);
        assert_eq!(stated.published.as_deref(), Some("2024-11-06"));
    }

    #[test]
    fn broken_json_is_mended_or_passed_over() {
        let stated = read(&["{nonsense", "<!-- {\"@type\":\"Article\",\"headline\":\"two\nlines \\'x\\'\",} -->"]);
        assert_eq!(stated.headline.as_deref(), Some("two\nlines 'x'"));
        let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(read(&[&deep]).headline.is_none());
    }

    #[test]
    fn free_is_read_in_words_too() {
        assert_eq!(read(&[r#"{"@type":"NewsArticle","isAccessibleForFree":"False"}"#]).is_free, Some(false));
    }
}

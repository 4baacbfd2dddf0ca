//! The `[[feed]]` tables of a file as text: where they stand, one more at the end, one less.
//!
//! In: the text of a file that was read without mistakes. Out: another text in which everything else is as it was, byte for byte. Not done here:
//! files (`feed_file`), and whether the result is a configuration (`load`).

use toml::Value;
use toml::de::{DeTable, DeValue};
use url::Url;

use super::lines::Lines;
use super::sections::web_address;
use crate::feed::FeedSpec;
use crate::types::{FeedId, Lang};

/// One `[[feed]]` of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedTable {
    /// Its identifier, stated or derived.
    pub id: FeedId,
    /// Its name for people.
    pub name: Option<String>,
    /// Its address.
    pub url: Url,
    /// The line of its header, from 1.
    pub line: usize,
    /// From its header to the end of its last value, bytes.
    span: std::ops::Range<usize>,
}

/// A feed to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFeed {
    /// Its identifier.
    pub id: FeedId,
    /// Its name for people.
    pub name: Option<String>,
    /// Its address.
    pub url: Url,
    /// The language of its articles.
    pub language: Option<Lang>,
}

/// The address of a feed, or what would be right instead.
pub fn feed_address(text: &str) -> Result<Url, String> {
    web_address(text)
}

/// Every `[[feed]]` of a file, in its order; one without a right address is left out.
pub fn feed_tables(text: &str) -> Vec<FeedTable> {
    let (root, _) = DeTable::parse_recoverable(text);
    let lines = Lines::of(text);
    let Some(DeValue::Array(items)) = root.get_ref().get("feed").map(|value| value.get_ref()) else { return Vec::new() };
    let mut out = Vec::new();
    for item in items.iter() {
        let DeValue::Table(table) = item.get_ref() else { continue };
        let string = |key: &str| match table.get(key).map(|value| value.get_ref()) {
            Some(DeValue::String(value)) => Some(value.to_string()),
            _ => None,
        };
        let Some(url) = string("url").and_then(|url| web_address(&url).ok()) else { continue };
        let id = string("id").map_or_else(|| FeedSpec::derived_id(&url), FeedId);
        let start = item.span().start;
        let end = table.values().map(|value| value.span().end).max().unwrap_or(start);
        out.push(FeedTable { id, name: string("name"), url, line: lines.line_at(start), span: start..end });
    }
    out
}

/// The text with `feeds` behind it, and the line on which each begins.
pub fn append(text: &str, feeds: &[NewFeed]) -> (String, Vec<usize>) {
    let end_of_line = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut out = text.to_owned();
    let mut starts = Vec::new();
    for feed in feeds {
        if !out.is_empty() && !out.ends_with('\n') {
            out.push_str(end_of_line);
        }
        let ends_blank = out.lines().next_back().is_none_or(|line| line.trim().is_empty());
        if !ends_blank {
            out.push_str(end_of_line);
        }
        starts.push(out.matches('\n').count() + 1);
        let string = |text: &str| Some(Value::String(text.to_owned()).to_string());
        let keys = [
            ("id", string(feed.id.as_str())),
            ("name", feed.name.as_deref().and_then(string)),
            ("url", string(feed.url.as_str())),
            ("language", feed.language.and_then(|language| string(language.as_str()))),
        ];
        out.push_str("[[feed]]");
        out.push_str(end_of_line);
        for (key, value) in keys {
            if let Some(value) = value {
                out.push_str(&format!("{key} = {value}{end_of_line}"));
            }
        }
    }
    (out, starts)
}

/// The text without the feed `id`: its table, and the comments that stand directly above or below without a blank line between.
///
/// A comment directly above the next header is that one's. Of two blank lines that would meet, one goes too.
pub fn remove(text: &str, id: &FeedId) -> Result<String, String> {
    let before = feed_tables(text);
    let Some(table) = before.iter().find(|table| table.id == *id) else { return Err(format!("holds no feed \"{id}\"")) };
    if !text[table.span.start..].starts_with("[[") {
        return Err(format!("the feed \"{id}\" on line {} is not written as a [[feed]] table; remove it by hand", table.line));
    }
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let positions = Lines::of(text);
    let is_comment = |at: usize| lines.get(at).is_some_and(|line| line.trim_start().starts_with('#'));
    let is_blank = |at: usize| lines.get(at).is_none_or(|line| line.trim().is_empty());
    let mut first = table.line - 1;
    while first > 0 && is_comment(first - 1) {
        first -= 1;
    }
    // The last value ends on this line; `end` is the line behind it.
    let mut end = positions.line_at(table.span.end.saturating_sub(1));
    let behind = (end..).find(|at| !is_comment(*at)).unwrap_or(end);
    if is_blank(behind) {
        end = behind;
    }
    if is_blank(end) {
        if first > 0 && is_blank(first - 1) {
            first -= 1;
        } else if first == 0 && end < lines.len() {
            end += 1;
        }
    }
    let out = lines[..first].concat() + &lines[end.min(lines.len())..].concat();
    // What only looked like a comment (a line of a long string) shows here.
    let identity = |table: &FeedTable| (table.id.clone(), table.url.clone(), table.name.clone());
    let left: Vec<_> = before.iter().filter(|table| table.id != *id).map(identity).collect();
    if feed_tables(&out).iter().map(identity).ne(left) {
        return Err(format!(
            "the feed \"{id}\" on line {} cannot be told from what stands around it; remove it by hand",
            table.line
        ));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn new(id: &str, name: Option<&str>) -> NewFeed {
        let url = Url::parse(&format!("https://{id}.example/rss")).expect("a test address");
        NewFeed { id: FeedId::from(id), name: name.map(str::to_owned), url, language: None }
    }

    #[track_caller]
    fn check_append(text: &str, expected: &str, line: usize) {
        assert_eq!(append(text, &[new("a", None)]), (expected.to_owned(), vec![line]));
    }

    #[test]
    fn a_feed_is_written_behind_everything_after_one_blank_line() {
        let table = "[[feed]]\nid = \"a\"\nurl = \"https://a.example/rss\"\n";
        check_append("", table, 1);
        check_append("# mine\n", &format!("# mine\n\n{table}"), 3);
        check_append("x = 1\n\n", &format!("x = 1\n\n{table}"), 3);
        check_append("x = 1", &format!("x = 1\n\n{table}"), 3);
        check_append("x = 1\r\n", &format!("x = 1\n\n{table}").replace('\n', "\r\n"), 3);
    }

    #[test]
    fn several_feeds_stand_apart_and_each_line_is_known() {
        let language = NewFeed { language: Some(Lang::FR), ..new("b", Some("L'\"Écho\" \\ C")) };
        let (text, lines) = append("", &[new("a", None), language]);
        assert_eq!(lines, [1, 5]);
        assert!(text.contains("language = \"fr\""), "{text}");
        let tables = feed_tables(&text);
        assert_eq!(tables.iter().map(|t| t.line).collect::<Vec<_>>(), lines);
        assert_eq!(tables[1].name.as_deref(), Some("L'\"Écho\" \\ C"));
    }

    #[test]
    fn a_feed_without_an_identifier_has_the_derived_one() {
        let tables = feed_tables("[poll]\n[[feed]]\nurl = \"https://www.b.example/x.xml\"\n[[feed]]\nurl = \"no\"\n");
        assert_eq!(tables.iter().map(|t| (t.id.as_str(), t.line)).collect::<Vec<_>>(), [("b-example-x", 2)]);
    }

    #[track_caller]
    fn check_remove(text: &str, expected: Result<&str, &str>) {
        let result = remove(text, &FeedId::from("x"));
        match expected {
            Ok(expected) => assert_eq!(result.as_deref(), Ok(expected)),
            Err(part) => assert!(result.as_ref().is_err_and(|e| e.contains(part)), "{result:?}"),
        }
    }

    const X: &str = "[[feed]]\nid = \"x\"\nurl = \"https://x.example/\"\n";
    const Y: &str = "[[feed]]\nid = \"y\" # [[feed]]\nurl = \"https://y.example/\"\n";

    #[test]
    fn exactly_one_table_goes_with_the_comments_that_touch_it() {
        check_remove(X, Ok(""));
        check_remove(&format!("{X}\n{Y}"), Ok(Y));
        check_remove(&format!("{Y}\n{X}"), Ok(Y));
        check_remove(&format!("{Y}{X}{Y}",).replacen("\"y\"", "\"z\"", 1), Ok(&format!("{Y}{Y}").replacen("\"y\"", "\"z\"", 1)));
        check_remove(&format!("# all\n\n# of x\n# still\n{X}# interval = \"5m\"\n\n{Y}"), Ok(&format!("# all\n\n{Y}")));
        check_remove(&format!("{X}# of y\n{Y}"), Ok(&format!("# of y\n{Y}")));
        check_remove(&format!("{Y}\n# section\n\n{X}\n# next\n\n[poll]\n"), Ok(&format!("{Y}\n# section\n\n# next\n\n[poll]\n")));
        check_remove(&format!("{X}topics = [\n  \"a\", # one\n]\n[web]\n"), Ok("[web]\n"));
        check_remove(&format!("{X}name = \"\"\"\nlong\"\"\" # end\n\n[web]\n"), Ok("[web]\n"));
        check_remove(X.trim_end(), Ok(""));
        check_remove(&format!("{Y}\n{X}").replace('\n', "\r\n"), Ok(&Y.replace('\n', "\r\n")));
    }

    #[test]
    fn what_cannot_be_removed_safely_is_left_to_a_person() {
        check_remove(Y, Err("holds no feed"));
        check_remove("feed = [{ id = \"x\", url = \"https://x.example/\" }]\n", Err("by hand"));
        check_remove(
            &format!("[[feed]]\nid = \"y\"\nurl = \"https://y.example/\"\nname = \"\"\"\n# long\"\"\"\n{X}"),
            Err("by hand"),
        );
    }

    proptest! {
        #[test]
        fn what_was_added_can_be_removed_again(before in 0..4usize, names in proptest::collection::vec(proptest::option::of("\\PC{0,12}"), 1..4)) {
            let feeds: Vec<NewFeed> = names.iter().enumerate().map(|(n, name)| new(&format!("f{n}"), name.as_deref())).collect();
            let start = ["", "# mine\n", "[poll]\ninterval = \"5m\"\n", "[[feed]]\nurl = \"https://o.example/\"\n# end\n"][before];
            let (text, _) = append(start, &feeds);
            let read: Vec<Option<String>> = feed_tables(&text).into_iter().rev().take(names.len()).map(|t| t.name).rev().collect();
            prop_assert_eq!(read, names);
            let removed = feeds.iter().try_fold(text, |text, feed| remove(&text, &feed.id));
            prop_assert_eq!(removed.as_deref(), Ok(start));
        }
    }
}

//! Short wordings that belong to pages in general: list titles, labels, comment forms, bylines.
//!
//! In: the text of one block. Out: what kind of furniture it is. The wordings are data and live in `config/phrases.toml`; what has a shape and
//! no words (dates, names, sums) is known here. Wall wordings live in `config/paywall.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;
use toml::Spanned;

use super::notation::Wordings;

/// A block longer than this is prose, bytes.
const MAX_LABEL_BYTES: usize = 160;
/// The title of a list is no longer, bytes.
const MAX_TITLE_BYTES: usize = 80;
/// A line of names and dates is no longer, bytes.
const MAX_BYLINE_BYTES: usize = 120;
/// After "published" and its like no more follows in a byline, characters.
const MAX_AFTER_LEAD_CHARS: usize = 91;

/// The file, ready for look-ups.
#[derive(Debug, Default)]
struct Phrases {
    titles: Wordings,
    labels: Wordings,
    leads: Wordings,
    comments: Wordings,
    bylines: Wordings,
    names: Wordings,
    durations: Wordings,
}

/// The file as written; every key optional, none unknown.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct Section {
    titles: Vec<Spanned<String>>,
    labels: Vec<Spanned<String>>,
    leads: Vec<Spanned<String>>,
    comments: Vec<Spanned<String>>,
    bylines: Vec<Spanned<String>>,
    names: Vec<Spanned<String>>,
    durations: Vec<Spanned<String>>,
}

static SHIPPED: LazyLock<Phrases> =
    LazyLock::new(|| parse(include_str!("../../../config/phrases.toml")).expect("the shipped phrases are tested"));

/// Names after "by", perhaps a date after them; met with the text's [`shape`].
static NAMES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^ ?:? (?:[a-zJ-L][a-zJ-L.'-]*[ ,&|/]*){1,8}(?:[,|B-]? ?[\x00-\x7f]{0,40}[0-9]{4}[\x00-\x7f]{0,25})?$")
});
/// A date alone, perhaps with the weekday before it and the time after it; met with the text's [`shape`].
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^[a-zJ-L]{0,12}\.?,? ?(?:[0-9]{1,2}\.? ?(?:de )?[a-zJ-L]{3,10}\.?,? (?:de )?[0-9]{4}|[a-zJ-L]{3,10}\.? [0-9]{1,2},? [0-9]{4}|[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}|[0-9]{4}[./J-] ?[0-9]{1,2}[./K-] ?[0-9]{1,2}L?)[ ,|BD-]*(?:(?:at|a|um|a las|as|alle|om|o godz\.|kl\.)? ?[0-9]{1,2}[:.h][0-9]{0,2}[\x00-\x7f]{0,20})?$",
    )
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of ours compiles")
}

/// Reads the file; every mistake with its line.
fn parse(toml_text: &str) -> Result<Phrases, Vec<(usize, String)>> {
    let line = |at: usize| toml_text[..toml_text.floor_char_boundary(at)].matches('\n').count() + 1;
    let sections: BTreeMap<String, Section> = toml::from_str(toml_text)
        .map_err(|error| vec![(line(error.span().map_or(0, |span| span.start)), error.message().to_owned())])?;
    let mut phrases = Phrases::default();
    let mut mistakes = Vec::new();
    for section in sections.values() {
        for (into, entries) in [
            (&mut phrases.titles, &section.titles),
            (&mut phrases.labels, &section.labels),
            (&mut phrases.leads, &section.leads),
            (&mut phrases.comments, &section.comments),
            (&mut phrases.bylines, &section.bylines),
            (&mut phrases.names, &section.names),
            (&mut phrases.durations, &section.durations),
        ] {
            for entry in entries {
                if let Err(mistake) = into.add(entry.get_ref()) {
                    mistakes.push((line(entry.span().start), mistake));
                }
            }
        }
    }
    mistakes.sort();
    if mistakes.is_empty() { Ok(phrases) } else { Err(mistakes) }
}

/// The text in lower case with one kind of apostrophe and of space, ready for a look-up; `None` when it is too long for a label.
fn label(text: &str) -> Option<String> {
    if text.len() > MAX_LABEL_BYTES {
        return None;
    }
    if text.is_ascii() {
        return Some(text.to_ascii_lowercase());
    }
    let mut lower = text.to_lowercase();
    if lower.contains(['’', '‘', '\u{a0}', '\u{202f}']) {
        lower = lower.replace(['’', '‘'], "'").replace(['\u{a0}', '\u{202f}'], " ");
    }
    Some(lower)
}

/// True for the title of a list of other articles, of tags, of share links.
pub(in crate::extract) fn is_list_title(text: &str) -> bool {
    text.len() <= MAX_TITLE_BYTES && label(text).is_some_and(|text| is_title(&text))
}

fn is_title(text: &str) -> bool {
    let bare = text.trim_end_matches([':', '.', '…', '»', '>', '›', '→']);
    let trimmed = bare.trim_end();
    SHIPPED.titles.hold(trimmed) || (trimmed.len() < bare.len() && SHIPPED.titles.hold(bare))
}

/// True for a label, a link to another article, an advertisement's mark.
pub(in crate::extract) fn is_chrome(text: &str) -> bool {
    label(text).is_some_and(|text| SHIPPED.labels.hold(&text) || is_title(&text) || is_led(&text) || is_sum(&text))
}

/// True for a line that begins as a link to another article does ("Read also: …"), however long it is.
pub(crate) fn begins_link(text: &str) -> bool {
    /// Letters of the longest beginning.
    const MOST: usize = 40;
    let head: String = text.chars().take(MOST).collect();
    label(&head).is_some_and(|head| is_led(&head))
}

/// "Read also: another article".
fn is_led(text: &str) -> bool {
    text.match_indices([':', '>', '»', '›', '-', '|']).any(|(at, _)| {
        let lead = &text[..at];
        SHIPPED.leads.hold(lead) || lead.strip_suffix(' ').is_some_and(|lead| SHIPPED.leads.hold(lead))
    })
}

/// The little sum of a comment form ("2 × 5 ="), or a row of asterisks.
fn is_sum(text: &str) -> bool {
    let after = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let Some(operator) = after.trim_start().strip_prefix(['×', 'x', '+', '*', '−', '-']).filter(|_| after.len() < text.len())
    else {
        return !text.is_empty() && text.bytes().all(|b| b == b'*');
    };
    let operand = operator.trim_start();
    let rest = operand.trim_start_matches(|c: char| c.is_ascii_digit() || c.is_ascii_lowercase());
    rest.len() < operand.len() && rest.trim_start().starts_with('=')
}

/// True for the first line of a comment form or list.
pub(in crate::extract) fn begins_comments(text: &str) -> bool {
    label(text).is_some_and(|text| {
        let bare = text.strip_suffix(':').unwrap_or(&text).trim_end();
        SHIPPED.comments.hold(&text) || SHIPPED.comments.hold(bare)
    })
}

/// True for a line that names authors or a date and says nothing else.
pub(in crate::extract) fn is_byline(text: &str) -> bool {
    text.len() <= MAX_BYLINE_BYTES && label(text).is_some_and(|text| is_dated(&text) || has_byline_shape(&text))
}

/// "Published on Tuesday"; "5 minutes read".
fn is_dated(text: &str) -> bool {
    SHIPPED.durations.hold(text)
        || SHIPPED
            .bylines
            .after(text)
            .any(|rest| rest.is_empty() || (rest.starts_with([' ', ':']) && rest.chars().nth(MAX_AFTER_LEAD_CHARS).is_none()))
}

fn has_byline_shape(text: &str) -> bool {
    let shape = shape(text);
    // One byte for each character: what follows the lead is the end of the shape.
    DATE.is_match(&shape) || SHIPPED.names.after(text).any(|rest| NAMES.is_match(&shape[shape.len() - rest.chars().count()..]))
}

/// One ASCII letter for each character, so that patterns on it need no tables of all the world's letters: `a` for a letter, `B` and `D` for the
/// bullets and dashes of bylines, `J`, `K`, `L` for the signs of year, month and day, `X` for what no byline holds.
fn shape(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            c if c.is_ascii() => c,
            '年' => 'J',
            '月' => 'K',
            '日' => 'L',
            '•' | '·' => 'B',
            '–' => 'D',
            c if c.is_alphabetic() => 'a',
            _ => 'X',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(of: fn(&str) -> bool, yes: &[&str], no: &[&str]) {
        for text in yes {
            assert!(of(text), "{text:?}");
        }
        for text in no {
            assert!(!of(text), "{text:?}");
        }
    }

    #[test]
    fn mistakes_come_with_their_line() {
        let mistakes = parse("[en]\ntitles = ['more', '(related']\nlabels = [\n  'Share',\n]\n").expect_err("two mistakes");
        assert_eq!(mistakes.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 4]);
        let mistakes = parse("[en]\ntitels = []\n").expect_err("an unknown key");
        assert!(mistakes[0].0 == 2 && mistakes[0].1.contains("titels"), "{mistakes:?}");
    }

    #[test]
    fn labels_are_told_from_sentences() {
        check(
            is_list_title,
            &["Lire aussi", "Related Articles:", "Mehr zum Thema", "関連記事"],
            &["Related to this, the minister said more.", "Les plus lus des auteurs russes vivent à Berlin"],
        );
        check(
            is_chrome,
            &["2 × 5 =", "*", "Lire aussi : un autre article", "Advertisement", "Share"],
            &["The share price fell.", "More than 20 people died."],
        );
        check(
            begins_comments,
            &["Laisser un commentaire", "Leave a Reply", "3 comments", "Soyez le premier à commenter"],
            &["Comments by the minister angered allies"],
        );
        check(
            is_byline,
            &[
                "publié le 11/11/2024 Par Marie Dupont",
                "Par Marie Dupont",
                "By Jane Roe and John Poe",
                "12 novembre 2024",
                "November 12, 2024 at 10:30",
            ],
            &[
                "By Friday, 300 people had left.",
                "Published figures show a fall of 3% in 2024, and the ministry expects another fall in the year after that one.",
            ],
        );
    }
}

//! Words of the news that mean the same in every language: countries, offices, acts, disasters, sports.
//!
//! In: a text and its language. Out: the terms it names, by numbers that are the same in every language. The words stand in `vocabulary/*.txt`, one term a
//! line: its name, then for each language the beginnings of its words (`_` for a space, `$` where the word must end), folded. Not done here: what the terms
//! of a topic mean (matcher); the words here are general, and no topic's own.

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use aho_corasick::{AhoCorasick, Anchored, Input, MatchKind, StartKind};

use crate::text::matching::fold_for_matching;
use crate::text::words::is_unspaced;
use crate::types::Lang;

/// A term, by its place in the tables.
pub(super) type Term = u16;

const TABLES: [&str; 3] =
    [include_str!("vocabulary/geo.txt"), include_str!("vocabulary/affairs.txt"), include_str!("vocabulary/society.txt")];

/// Arabic writes "and", "in", "to", "like", "so" and the article in one word with the next one.
const ARABIC_PREFIXES: &[char] = &['و', 'ف', 'ب', 'ل', 'ك', 'ا', 'س'];
/// Prefixes that one word has at most: "wa" + "bi" + "al".
const MOST_PREFIXES: usize = 4;

struct Vocabulary {
    names: Vec<&'static str>,
    languages: HashMap<&'static str, Language>,
}

/// The words of one language; the automaton is built when the language is first met.
#[derive(Default)]
struct Language {
    words: Vec<(String, Term)>,
    finder: OnceLock<Option<AhoCorasick>>,
}

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
    let mut vocabulary = Vocabulary { names: Vec::new(), languages: HashMap::new() };
    for (term, line) in (0..).zip(TABLES.iter().flat_map(|table| table.lines()).filter(|line| !line.trim().is_empty())) {
        let mut cells = line.split(" | ").map(str::trim);
        vocabulary.names.extend(cells.next());
        for (language, words) in cells.filter_map(|cell| cell.split_once(':')) {
            let language = vocabulary.languages.entry(language).or_default();
            language.words.extend(words.split_whitespace().map(|word| (searched(&word.replace(['$', '_'], " ")), term)));
        }
    }
    vocabulary
});

impl Language {
    fn finder(&self) -> Option<&AhoCorasick> {
        let build = || {
            let mut builder = AhoCorasick::builder();
            let builder = builder.match_kind(MatchKind::LeftmostLongest).start_kind(StartKind::Anchored);
            builder.build(self.words.iter().map(|(word, _)| word)).ok()
        };
        self.finder.get_or_init(build).as_ref()
    }
}

/// The terms that `text` names, in its order, one for each time; of words that begin alike the longest counts. None in a language without a table.
pub(super) fn terms(text: &str, language: Option<Lang>) -> Vec<Term> {
    let mut out = Vec::new();
    let Some(language) = language else { return out };
    let Some(words) = VOCABULARY.languages.get(language.as_str()) else { return out };
    let Some(finder) = words.finder() else { return out };
    // A space at the end lets the last word end.
    let mut text = searched(text);
    text.push(' ');
    let has_prefixes = language.as_str() == "ar";
    let mut before = ' ';
    let mut prefixes = 0;
    let mut next = 0;
    for (at, letter) in text.char_indices() {
        let begins = is_unspaced(letter) || !before.is_alphanumeric() || prefixes > 0;
        prefixes = match begins && has_prefixes && prefixes < MOST_PREFIXES && ARABIC_PREFIXES.contains(&letter) {
            true => prefixes + 1,
            false => 0,
        };
        before = letter;
        if at < next || !begins || !letter.is_alphanumeric() {
            continue;
        }
        if let Some(found) = finder.find(Input::new(&text).range(at..).anchored(Anchored::Yes)) {
            out.extend(words.words.get(found.pattern().as_usize()).map(|(_, term)| *term));
            next = found.end();
            prefixes = 0;
        }
    }
    out
}

/// The name of a term: `country.france`, `act.arrest`.
pub(super) fn name(term: Term) -> &'static str {
    VOCABULARY.names.get(usize::from(term)).copied().unwrap_or_default()
}

/// Text as words are looked for in it: folded, one space for whatever stands between words.
fn searched(text: &str) -> String {
    let folded = fold_for_matching(text);
    let mut out = String::with_capacity(folded.len() + 1);
    for c in folded.chars() {
        match c.is_alphanumeric() {
            true => out.push(c),
            false if out.ends_with(' ') => {}
            false => out.push(' '),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[track_caller]
    fn check(language: &str, text: &str, expected: &[&str]) {
        let found: BTreeSet<&str> = terms(text, Lang::parse(language)).into_iter().map(name).collect();
        assert_eq!(found.into_iter().collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn a_term_has_one_name_in_every_language() {
        check("en", "Earthquake: Chile", &["country.chile", "disaster.earthquake"]);
        check("fr", "Séisme au Chili", &["country.chile", "disaster.earthquake"]);
        check("ru", "Землетрясение в Чили", &["country.chile", "disaster.earthquake"]);
        check("ko", "칠레에서 지진", &["country.chile", "disaster.earthquake"]);
        check("zh", "智利發生地震", &["country.chile", "disaster.earthquake"]);
        check("ja", "チリで地震", &["country.chile", "disaster.earthquake"]);
        check("ar", "والزلزال في تشيلي", &["country.chile", "disaster.earthquake"]);
    }

    #[test]
    fn a_word_must_begin_and_where_it_is_said_end_there() {
        check("en", "warehouse", &[]);
        check("en", "the prime minister", &["politics.prime_minister"]);
        check("en", "a seaquake", &[]);
        check("xx", "earthquake", &[]);
    }

    #[test]
    fn every_line_of_the_tables_is_well_formed() {
        let mut names = BTreeSet::new();
        for line in TABLES.iter().flat_map(|table| table.lines()) {
            let mut cells = line.split(" | ");
            let name = cells.next().unwrap_or_default();
            assert!(name.split_once('.').is_some_and(|(kind, name)| !kind.is_empty() && !name.is_empty()), "{line}");
            assert!(names.insert(name), "{name} stands twice");
            let mut languages = BTreeSet::new();
            for cell in cells {
                let (language, words) = cell.split_once(": ").unwrap_or_default();
                assert!(Lang::parse(language).is_some() && languages.insert(language), "{name}: {cell}");
                for word in words.split(' ') {
                    let bare = word.trim_end_matches('$').replace('_', " ");
                    assert_eq!(searched(&bare), bare, "{name}: {cell}: not folded, or empty");
                }
            }
        }
    }
}

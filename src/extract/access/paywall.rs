//! Wall wordings, read from `config/paywall.toml`.
//!
//! In: the file's text. Out: a lexicon that knows a wall sentence, an offer, a stated share and a shell page when it sees one.
//! Not done here: where in the page they stand (`wall`).

use std::sync::LazyLock;

use serde::Deserialize;
use toml::Spanned;

use crate::extract::wordings::patterns::Patterns;
use crate::text::normalise::fold;
use crate::text::sentences::sentences;

/// A block longer than this is prose even when a wall wording stands in it, bytes.
const MAX_WALL_BYTES: usize = 700;

/// What is wrong with a wall file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WallProblem {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, in words.
    pub message: String,
}

/// A paragraph of a consent page may be long, bytes.
const MAX_CONSENT_BYTES: usize = 3_000;

/// Wordings of consent in one paragraph that make it one: a single one ("cookies") stands in articles too.
const CONSENT_WORDINGS: usize = 2;

/// The wordings of walls, compiled.
#[derive(Debug)]
pub struct WallLexicon {
    strong: Patterns,
    weak: Patterns,
    offers: Patterns,
    shells: Patterns,
    consents: Patterns,
    decoys: Patterns,
    percents: Patterns,
}

/// Patterns with their places in the file.
type Entries = Vec<Spanned<String>>;
/// Takes one kind of pattern out of a section.
type Pick = fn(&Section) -> &Entries;

/// The file as written; every key optional, none unknown.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    #[serde(default)]
    strong: Entries,
    #[serde(default)]
    weak: Entries,
    #[serde(default)]
    offers: Entries,
    #[serde(default)]
    shells: Entries,
    #[serde(default)]
    consents: Entries,
    #[serde(default)]
    decoys: Entries,
    #[serde(default)]
    percents: Entries,
}

impl WallLexicon {
    /// The lexicon that ships with the program.
    pub fn shipped() -> &'static WallLexicon {
        static SHIPPED: LazyLock<WallLexicon> = LazyLock::new(|| {
            WallLexicon::read(include_str!("../../../config/paywall.toml"), false).expect("the shipped wall file is tested")
        });
        &SHIPPED
    }

    /// Reads a wall file; every mistake comes back with its line.
    pub fn parse(toml_text: &str) -> Result<WallLexicon, Vec<WallProblem>> {
        WallLexicon::read(toml_text, true)
    }

    /// `is_checked` compiles every pattern at once, which the shipped file does not need.
    fn read(toml_text: &str, is_checked: bool) -> Result<WallLexicon, Vec<WallProblem>> {
        let line = |at: usize| toml_text[..toml_text.floor_char_boundary(at)].matches('\n').count() + 1;
        let sections: std::collections::BTreeMap<String, Section> = match toml::from_str(toml_text) {
            Ok(sections) => sections,
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                return Err(vec![WallProblem { line: line(at), message: error.message().to_owned() }]);
            }
        };
        let mut problems = Vec::new();
        let mut gather = |picks: &[Pick]| {
            let texts: Vec<&Spanned<String>> = picks.iter().flat_map(|pick| sections.values().flat_map(pick)).collect();
            // A Unicode word boundary keeps the engine from its fast path on text beyond ASCII; the wordings need none.
            let patterns = texts.iter().map(|text| text.get_ref().replace(r"\b", r"(?-u:\b)").replace('’', "'"));
            let (patterns, mistakes) = Patterns::of(patterns, is_checked);
            problems.extend(
                mistakes.into_iter().map(|(place, message)| WallProblem { line: line(texts[place].span().start), message }),
            );
            patterns
        };
        let lexicon = WallLexicon {
            // A stated share is a wall by itself.
            strong: gather(&[|s| &s.strong, |s| &s.percents]),
            weak: gather(&[|s| &s.weak]),
            offers: gather(&[|s| &s.offers]),
            shells: gather(&[|s| &s.shells]),
            consents: gather(&[|s| &s.consents]),
            decoys: gather(&[|s| &s.decoys]),
            percents: gather(&[|s| &s.percents]),
        };
        let has_no_group =
            |pattern: &str| regex_syntax::parse(pattern).is_ok_and(|p| p.properties().explicit_captures_len() == 0);
        let shares = sections.values().flat_map(|s| &s.percents).filter(|text| has_no_group(text.get_ref()));
        problems.extend(shares.map(|text| WallProblem {
            line: line(text.span().start),
            message: "a share needs one (group) around its number".to_owned(),
        }));
        problems.sort_by(|a, b| (a.line, &a.message).cmp(&(b.line, &b.message)));
        problems.dedup();
        if problems.is_empty() { Ok(lexicon) } else { Err(problems) }
    }

    /// True when the text holds a wording that ends an article.
    pub(in crate::extract) fn is_strong(&self, text: &str) -> bool {
        text.len() <= MAX_WALL_BYTES && {
            let folded = fold(text);
            self.strong.is_match(&folded) && !self.decoys.is_match(&folded)
        }
    }

    /// True when the text holds a wording that stands on complete pages too.
    pub(in crate::extract) fn is_weak(&self, text: &str) -> bool {
        text.len() <= MAX_WALL_BYTES && {
            let folded = fold(text);
            self.weak.is_match(&folded) && !self.decoys.is_match(&folded)
        }
    }

    /// True for a line of an offer: prices, trial months, "already a subscriber?".
    pub(in crate::extract) fn is_offer(&self, text: &str) -> bool {
        text.len() <= MAX_WALL_BYTES && {
            let folded = fold(text);
            self.offers.is_match(&folded) || self.weak.is_match(&folded)
        }
    }

    /// True for the words of comment forms, newsletters and alerts.
    pub(in crate::extract) fn is_decoy(&self, text: &str) -> bool {
        text.len() <= MAX_WALL_BYTES && self.decoys.is_match(&fold(text))
    }

    /// True for the words of a page that shows no article: log in, enable JavaScript, prove you are human.
    pub(in crate::extract) fn is_shell(&self, text: &str) -> bool {
        text.len() <= MAX_WALL_BYTES && self.shells.is_match(&fold(text))
    }

    /// True for a paragraph that asks for consent: it says two or more of the things that such pages say.
    pub(in crate::extract) fn is_consent(&self, text: &str) -> bool {
        text.len() <= MAX_CONSENT_BYTES && self.consents.matching(&fold(text), CONSENT_WORDINGS) >= CONSENT_WORDINGS
    }

    /// The sentence of `text` that holds a strong wording, word for word.
    pub(in crate::extract) fn marker<'t>(&self, text: &'t str) -> Option<&'t str> {
        let found = sentences(text).into_iter().find(|sentence| self.strong.is_match(&fold(sentence)));
        found.or_else(|| self.is_strong(text).then_some(text))
    }

    /// The share that the text says is missing, percent.
    pub(in crate::extract) fn missing_percent(&self, text: &str) -> Option<f64> {
        if text.len() > MAX_WALL_BYTES {
            return None;
        }
        let folded = fold(text);
        let captures = self.percents.captures(&folded)?;
        let share: f64 = captures.get(1)?.as_str().replace(',', ".").replace(' ', "").parse().ok()?;
        (share > 0.0 && share <= 100.0).then_some(share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_file_is_whole() {
        let walls = WallLexicon::shipped();
        for strong in [
            "Il vous reste 57,09 % de cet article à lire.",
            "La suite est réservée aux abonnés.",
            "Subscribe to continue reading",
            "This article is for subscribers only",
            "Dieser Artikel ist exklusiv für Abonnenten.",
            "Материал доступен только подписчикам",
            "이 기사는 유료 회원 전용입니다.",
            "この記事は会員限定です。",
            "Tento článek je jen pro předplatitele.",
        ] {
            assert!(walls.is_strong(strong), "{strong}");
        }
        for open in [
            "Les commentaires sont réservés aux abonnés.",
            "Comments are for subscribers only.",
            "Abonnez-vous à notre newsletter",
            "The service has two million subscribers.",
            "40 % de réduction",
            "Die Kommentarfunktion ist nur für Abonnenten.",
        ] {
            assert!(!walls.is_strong(open), "{open}");
        }
    }

    #[test]
    fn a_share_is_read_in_both_notations() {
        let walls = WallLexicon::shipped();
        assert_eq!(walls.missing_percent("Il vous reste 57.09% de cet article à lire."), Some(57.09));
        assert_eq!(walls.missing_percent("Il reste encore 57,09 % de cet article à consulter."), Some(57.09));
        assert_eq!(walls.missing_percent("Pozostało 62% tekstu"), Some(62.0));
        assert_eq!(walls.missing_percent("Jetzt mit 50 % Rabatt"), None);
    }

    #[test]
    fn mistakes_come_with_their_line() {
        let problems = WallLexicon::parse("[fr]\nstrong = [\n  'a(b',\n]\npercents = ['x']\n").expect_err("two mistakes");
        assert_eq!(problems.iter().map(|p| p.line).collect::<Vec<_>>(), [3, 5]);
        let problems = WallLexicon::parse("[fr]\nstrnog = []\n").expect_err("an unknown key");
        assert_eq!(problems[0].line, 2);
        assert!(problems[0].message.contains("strnog"), "{problems:?}");
    }
}

//! One alias as it is looked for.
//!
//! In: an alias as a topic file writes it. Out: a [`Pattern`], which says of a place in folded text whether the alias stands there, and how far it reaches.
//!
//! The language of aliases: words apart by spaces or hyphens; `росси*` takes every ending, `*korean` every beginning; `=Kim` wants capitals where it has
//! them; `|` at either end wants no letter there, in scripts that put no space between words.

use std::ops::Range;

use crate::text::letters::{is_letter, is_syllable, word_rest};
use crate::text::matching::{Folded, fold_for_matching};
use crate::text::normalise::fold;
use crate::text::words::{is_hangul, is_unspaced};

/// Terms of so many letters or fewer must have their accents right: "nga" is not "ngã".
const EXACT_LETTERS: usize = 4;

/// A term of so many letters is also found glued to the word before it.
const GLUED_LETTERS: usize = 4;

/// A word with dots of so many bytes is initials, such as "u.s".
const INITIALS_BYTES: usize = 5;

/// Names of so many words are found even where bad extraction glued the next word to them.
const GLUED_WORDS: usize = 3;

/// What may stand beside an end of the alias.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Edge {
    /// Anything.
    Free,
    /// No letter of an alphabet.
    Word,
    /// No letter of any script.
    Alone,
    /// After a shorthand such as 北 or 러: what cannot make it a part of a longer word.
    Shorthand,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Word {
    text: String,
    open_end: bool,
}

/// An alias, ready to be looked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Pattern {
    words: Vec<Word>,
    /// The word that the scan looks for; the others are checked around it.
    anchor: usize,
    start: Edge,
    end: Edge,
    /// So few letters that chance may spell them.
    is_short: bool,
    /// The alias folded with its accents, letters only, when they matter.
    exact: Option<String>,
    /// The letters of the alias as written, when capitals matter.
    cased: Option<Vec<char>>,
}

/// One place and the text it lies in.
pub(super) struct Place<'a> {
    /// The folded text.
    pub folded: &'a Folded,
    /// The pieces it was made of.
    pub pieces: &'a [&'a str],
}

impl Pattern {
    /// Reads an alias; the error says what is wrong with it.
    pub(super) fn parse(alias: &str) -> Result<Pattern, String> {
        let mut rest = alias.trim();
        let cased = rest.strip_prefix('=').inspect(|after| rest = after).is_some();
        let alone_start = rest.strip_prefix('|').inspect(|after| rest = after).is_some();
        let alone_end = rest.strip_suffix('|').inspect(|before| rest = before).is_some();
        let open_start = rest.strip_prefix('*').inspect(|after| rest = after).is_some();
        let mut words = Vec::new();
        for word in words_of(&fold_for_matching(rest)) {
            let text = word.trim_end_matches('*');
            if text.is_empty() || text.contains('*') {
                return Err(format!("\"{alias}\": a star stands at the end of a word, or at the very beginning"));
            }
            words.push(Word { text: text.to_owned(), open_end: text.len() < word.len() });
        }
        let (Some(first), Some(last)) = (words.first(), words.last()) else {
            return Err(format!("\"{alias}\" holds no word"));
        };
        let letters: String = words.iter().flat_map(|w| w.text.chars()).collect();
        let short = letters.chars().count();
        if short == 1 && letters.chars().all(|c| !is_syllable(c)) {
            return Err(format!("\"{alias}\" is a single letter, which stands everywhere"));
        }
        let shorthand = short == 1 && !open_start;
        let start = match first.text.chars().next() {
            _ if open_start => Edge::Free,
            _ if alone_start || shorthand => Edge::Alone,
            Some(c) if is_syllable(c) => Edge::Free,
            _ => Edge::Word,
        };
        let end = match last.text.chars().next_back() {
            _ if last.open_end => Edge::Free,
            _ if alone_end => Edge::Alone,
            _ if shorthand => Edge::Shorthand,
            Some(c) if is_syllable(c) => Edge::Free,
            _ => Edge::Word,
        };
        let anchor = (0..words.len()).max_by_key(|&i| (words[i].text.chars().count(), words.len() - i)).unwrap_or_default();
        let exact = (short <= EXACT_LETTERS && !letters.chars().any(is_syllable)).then(|| letters_of(&fold(rest)));
        let cased = cased.then(|| rest.chars().filter(|c| c.is_alphanumeric()).collect());
        Ok(Pattern { words, is_short: short < GLUED_LETTERS, anchor, start, end, exact, cased })
    }

    /// The word to scan for.
    pub(super) fn anchor(&self) -> &str {
        &self.words[self.anchor].text
    }

    /// Whether the anchor may stand inside a word of an alphabet: an alias that takes every beginning.
    pub(super) fn is_inside(&self) -> bool {
        let first = self.words[0].text.chars().next();
        self.anchor == 0 && self.start == Edge::Free && !first.is_some_and(is_syllable)
    }

    /// The whole range of the alias, given where its anchor was seen.
    pub(super) fn verify(&self, place: &Place<'_>, anchor: Range<usize>) -> Option<Range<usize>> {
        let text = place.folded.as_str();
        // Most anchors in a text are parts of other words: the cheapest question comes first.
        if self.anchor == 0 && !self.starts_well(place, anchor.start) {
            return None;
        }
        let mut start = anchor.start;
        for word in self.words[..self.anchor].iter().rev() {
            start = word_before(text, start, word)?;
        }
        let mut end = self.word_end(text, anchor.end, &self.words[self.anchor], self.anchor);
        for (i, word) in self.words.iter().enumerate().skip(self.anchor + 1) {
            let next = end + separators(&text[end..], true)?;
            if !text[next..].starts_with(&word.text) {
                return None;
            }
            end = self.word_end(text, next + word.text.len(), word, i);
        }
        let range = start..end;
        let fits =
            (self.anchor == 0 || self.starts_well(place, start)) && self.ends_well(place, end) && self.is_spelt_so(place, &range);
        fits.then_some(range)
    }

    /// The end of a word of which the literal part ends at `literal_end`.
    fn word_end(&self, text: &str, literal_end: usize, word: &Word, index: usize) -> usize {
        let last = index + 1 == self.words.len();
        // A word of Han or Hangul has no visible end; an open one in an alphabet reaches to where its letters end.
        let joined = word.text.chars().next_back().is_some_and(is_syllable);
        if !word.open_end || (joined && last) {
            return literal_end;
        }
        literal_end + word_rest(&text[literal_end..])
    }

    fn starts_well(&self, place: &Place<'_>, start: usize) -> bool {
        let Some(before) = place.folded.as_str()[..start].chars().next_back() else { return true };
        match self.start {
            Edge::Free => true,
            Edge::Alone => !is_letter(before),
            // Short terms stand inside too many words to be taken out of a glued one.
            _ => !is_letter(before) || is_syllable(before) || (!self.is_short && place.folded.is_glued(start)),
        }
    }

    fn ends_well(&self, place: &Place<'_>, end: usize) -> bool {
        let rest = &place.folded.as_str()[end..];
        let Some(after) = rest.chars().next() else { return true };
        match self.end {
            Edge::Free => true,
            Edge::Alone => !is_letter(after),
            Edge::Shorthand => shorthand_ends(&self.words[self.words.len() - 1].text, rest),
            Edge::Word => {
                !is_letter(after) || is_syllable(after) || self.words.len() >= GLUED_WORDS || place.folded.is_glued(end)
            }
        }
    }

    fn is_spelt_so(&self, place: &Place<'_>, range: &Range<usize>) -> bool {
        if self.exact.is_none() && self.cased.is_none() {
            return true;
        }
        let original = original(place, range);
        let accents = self.exact.as_ref().is_none_or(|exact| letters_of(&fold(original)).starts_with(exact.as_str()));
        let capitals = self.cased.as_ref().is_none_or(|wanted| {
            let found = original.chars().filter(|c| c.is_alphanumeric());
            wanted.iter().zip(found).all(|(wanted, found)| !wanted.is_uppercase() || found.is_uppercase())
        });
        accents && capitals
    }
}

/// The words as they stand in the article.
pub(super) fn original<'a>(place: &Place<'a>, range: &Range<usize>) -> &'a str {
    let piece = place.folded.piece_at(range.start);
    let text = place.pieces.get(piece).copied().unwrap_or_default();
    let (start, end) = (place.folded.original(range.start), place.folded.original(range.end));
    text.get(start..end).unwrap_or_default().trim()
}

/// What stands between the words of a name: a space, a hyphen, a dot in the middle or after an initial.
fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '-' | '·' | '.' | '=')
}

/// The words of an alias; "u.s" is one, "n. korea" are two.
fn words_of(alias: &str) -> Vec<&str> {
    let is_apart = |c: char| is_separator(c) && c != '.';
    let words = alias
        .split(is_apart)
        .flat_map(|w| if w.len() <= INITIALS_BYTES { vec![w.trim_end_matches('.')] } else { w.split('.').collect() });
    words.filter(|w| !w.is_empty()).collect()
}

/// The bytes of separators at the beginning of `text`; `None` when there are none, or a sentence ends among them.
fn separators(text: &str, forward: bool) -> Option<usize> {
    let count = |c: char| is_separator(c);
    let run: &str = if forward {
        &text[..text.find(|c| !count(c)).unwrap_or(text.len())]
    } else {
        &text[text.rfind(|c| !count(c)).map_or(0, |at| at + text[at..].chars().next().map_or(0, char::len_utf8))..]
    };
    // More than ". " is punctuation, not a name's own.
    (!run.is_empty() && run.chars().count() <= 3).then_some(run.len())
}

/// Where `word` begins when it stands, after separators, before `end`.
fn word_before(text: &str, end: usize, word: &Word) -> Option<usize> {
    let end = end - separators(&text[..end], false)?;
    if word.open_end {
        let start = text[..end]
            .rfind(|c: char| !c.is_alphanumeric())
            .map_or(0, |at| at + text[at..].chars().next().map_or(0, char::len_utf8));
        return text[start..end].starts_with(&word.text).then_some(start);
    }
    text[..end].ends_with(&word.text).then(|| end - word.text.len())
}

/// Korean particles that may follow a one-syllable shorthand.
const PARTICLES: &[char] = &['와', '에', '의', '도', '는', '가', '를', '로', '서', '선', '측', '군'];

/// Whether a one-letter shorthand ends before `rest`: a Han one before anything but Han or Kana, a Hangul one before anything but Hangul, save a particle.
fn shorthand_ends(shorthand: &str, rest: &str) -> bool {
    let mut following = rest.chars();
    let Some(after) = following.next() else { return true };
    if shorthand.chars().all(is_hangul) {
        return !is_letter(after)
            || is_unspaced(after)
            || (PARTICLES.contains(&after) && !following.next().is_some_and(is_hangul));
    }
    !is_unspaced(after) && !after.is_ascii_alphanumeric()
}

fn letters_of(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `alias` finds in `text`, as it stands there.
    fn found(alias: &str, text: &str) -> Vec<String> {
        let pattern = Pattern::parse(alias).expect("a readable alias");
        let mut folded = Folded::default();
        folded.push(text);
        let pieces = [text];
        let place = Place { folded: &folded, pieces: &pieces };
        let anchors = folded.as_str().match_indices(pattern.anchor());
        anchors.filter_map(|(at, a)| pattern.verify(&place, at..at + a.len())).map(|r| original(&place, &r).to_owned()).collect()
    }

    #[track_caller]
    fn check(alias: &str, text: &str, expected: &[&str]) {
        assert_eq!(found(alias, text), expected, "{alias} in {text}");
    }

    #[test]
    fn alphabets_have_word_boundaries() {
        check("Russie", "La Russie et la Biélorussie", &["Russie"]);
        check("russia*", "Belarussian and Russian", &["Russian"]);
        check("КНДР", "в КНДР, анКНДРа", &["КНДР"]);
        check("DPRK", "the DPRK's army", &["DPRK"]);
    }

    #[test]
    fn stems_take_every_ending_even_inside_a_name() {
        check("северн* коре*", "в Северной Корее и Северную Корею", &["Северной Корее", "Северную Корею"]);
        check("Kore* Północn*", "Koreą Północną", &["Koreą Północną"]);
        check("*coréen", "sud-coréen nordcoréen", &["coréen", "coréen"]);
    }

    #[test]
    fn hyphens_spaces_apostrophes_and_case_are_free() {
        check("Kim Jong Un", "KIM JONG-UN, Kim Jong‑un’s, kim jong un", &["KIM JONG-UN", "Kim Jong‑un", "kim jong un"]);
        check("キム・ジョンウン", "キム・ジョンウン氏", &["キム・ジョンウン"]);
        check("N. Korea", "N. Korea, N Korea, N.Korea", &["N. Korea", "N Korea", "N.Korea"]);
        check("U.S", "the U.S. and the u.s, not us", &["U.S", "u.s"]);
    }

    #[test]
    fn accents_matter_only_in_short_terms() {
        check("Corée du Nord", "coree du nord", &["coree du nord"]);
        check("Nga", "Nga ngã", &["Nga"]);
    }

    #[test]
    fn capitals_matter_where_the_alias_asks_for_them() {
        check("=Kim", "Kim są? kim KIM", &["Kim", "KIM"]);
    }

    #[test]
    fn glued_words_come_apart_at_a_capital() {
        check("Kim Jong Un", "ComradeKim Jong Unsent", &["Kim Jong Un"]);
        check("Putin", "toVladimir Putin toPutin compUtin", &["Putin", "Putin"]);
    }

    #[test]
    fn a_shorthand_stands_alone_or_before_another_script() {
        check("北", "北, 러와 밀착 北노동자 北海道 東北 北상", &["北", "北", "北"]);
        check("러", "러 외무 클러스터 러와 러닝 한러", &["러", "러"]);
        check("|하산|", "하산 무하산 하산역", &["하산"]);
    }

    #[test]
    fn an_alias_without_a_word_is_refused() {
        for wrong in ["", "*", "a", "ко*ре", "=|"] {
            assert!(Pattern::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}

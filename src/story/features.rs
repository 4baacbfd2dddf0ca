//! Words as features: folded, in one alphabet, cut to a stem-like prefix, hashed so that they stay the same between versions.

use xxhash_rust::xxh3::xxh3_64;

use super::hashed::SPREAD;
use crate::text::matching::fold_into;
use crate::text::words::{is_hangul, is_unspaced, word_indices};

/// Letters kept of a word: a crude stem that serves all alphabetic languages alike. Measured on the grouping sets: 5 beats 4, 6 and whole words.
const STEM: usize = 5;

/// Parts of fewer bytes are no words: `McCain`, `iPhone`.
const GLUED_BYTES: usize = 3;

/// One word of a text as a feature.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    /// The stem, hashed.
    pub(super) stem: u64,
    /// The whole folded word, hashed.
    pub(super) word: u64,
    /// Where the word stands in the text, bytes.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Begins with an upper-case letter.
    pub(super) is_capitalised: bool,
    /// Begins with a digit.
    pub(super) is_number: bool,
    /// A word of an alphabet, not a pair of signs.
    pub(super) is_alphabetic: bool,
    /// Belongs to the same word as the one before: the second pair of syllables of a Korean word, and the next ones.
    pub(super) goes_on: bool,
    /// Letters of the folded word.
    pub(super) letters: usize,
}

/// The words of `text`, at most `limit`. Korean words and unspaced scripts come as pairs of syllables or signs, for there particles and neighbours cling
/// to the word.
pub(super) fn tokens(text: &str, limit: usize) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::new();
    each_token(text, limit, |token| out.push(token));
    out
}

/// Hands each of [`tokens`] over.
pub(super) fn each_token(text: &str, limit: usize, mut take: impl FnMut(Token)) {
    let mut count = 0;
    let mut push = |token: Token| {
        count += 1;
        take(token);
        count >= limit
    };
    let mut folder = Folder::default();
    let mut previous_sign: Option<(usize, char)> = None;
    for (start, word) in word_indices(text).flat_map(|(start, word)| unglued(start, word)) {
        let end = start + word.len();
        let Some(first) = word.chars().next() else { continue };
        let mut is_full = false;
        if is_unspaced(first) {
            // UAX #29 gives these sign by sign: pairs of neighbours make the features.
            if let Some((at, sign)) = previous_sign
                && at == start
            {
                is_full = push(pair(sign, first, start - sign.len_utf8(), end));
            }
            previous_sign = Some((end, first));
        } else if is_hangul(first) {
            previous_sign = None;
            hangul(word, start, |token| is_full = push(token));
        } else {
            previous_sign = None;
            if let Some(token) = alphabetic(word, start, first, &mut folder) {
                is_full = push(token);
            }
        }
        if is_full {
            return;
        }
    }
}

/// Adds a token to the words of a text, where a Korean word is one again.
pub(super) fn push_word(words: &mut Vec<u64>, token: &Token) {
    match words.last_mut().filter(|_| token.goes_on) {
        Some(word) => *word = word.rotate_left(9).wrapping_mul(SPREAD) ^ token.word,
        None => words.push(token.word),
    }
}

/// A word of an alphabet; `None` for a single letter.
fn alphabetic(word: &str, start: usize, first: char, folder: &mut Folder) -> Option<Token> {
    let folded = folder.fold(word);
    let (letters, cut) = if folded.is_ascii() {
        (folded.len(), folded.len().min(STEM))
    } else {
        (folded.chars().count(), folded.char_indices().nth(STEM).map_or(folded.len(), |(at, _)| at))
    };
    if letters < 2 && !first.is_ascii_digit() {
        return None;
    }
    let hash = xxh3_64(folded.as_bytes());
    Some(Token {
        stem: if cut == folded.len() { hash } else { xxh3_64(&folded.as_bytes()[..cut]) },
        word: hash,
        start,
        end: start + word.len(),
        is_capitalised: if first.is_ascii() { first.is_ascii_uppercase() } else { first.is_uppercase() },
        is_number: first.is_ascii_digit(),
        is_alphabetic: true,
        goes_on: false,
        letters,
    })
}

/// The words that bad extraction glued together (`ComradeKim`), apart: at a capital right after a small letter, as the matcher parts them.
fn unglued(start: usize, word: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = glue(word);
    let mut rest = Some((start, word));
    std::iter::from_fn(move || {
        let (start, word) = rest?;
        match at.take() {
            Some(cut) => {
                rest = Some((start + cut, &word[cut..]));
                at = glue(&word[cut..]);
                Some((start, &word[..cut]))
            }
            None => rest.take(),
        }
    })
}

/// Where the first word of several glued ones ends.
fn glue(word: &str) -> Option<usize> {
    if word.len() < 2 * GLUED_BYTES {
        return None;
    }
    if word.is_ascii() {
        let is_glue = |two: &[u8]| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase();
        let pairs = &word.as_bytes()[GLUED_BYTES - 1..=word.len() - GLUED_BYTES];
        return pairs.windows(2).position(is_glue).map(|at| at + GLUED_BYTES);
    }
    let mut letters = word.char_indices();
    let mut before = letters.next()?.1;
    letters.find_map(|(at, c)| {
        let is_glue = c.is_uppercase() && before.is_lowercase() && at >= GLUED_BYTES && word.len() - at >= GLUED_BYTES;
        before = c;
        is_glue.then_some(at)
    })
}

fn pair(first: char, second: char, start: usize, end: usize) -> Token {
    let mut text = String::from(first);
    text.push(second);
    let hash = xxh3_64(text.as_bytes());
    Token {
        stem: hash,
        word: hash,
        start,
        end,
        is_capitalised: false,
        is_number: false,
        is_alphabetic: false,
        goes_on: false,
        letters: 2,
    }
}

fn hangul(word: &str, start: usize, mut take: impl FnMut(Token)) {
    let mut signs = word.char_indices();
    let Some((mut at, mut sign)) = signs.next() else { return };
    let mut is_single = true;
    for (next, second) in signs {
        take(Token { goes_on: !is_single, ..pair(sign, second, start + at, start + next + second.len_utf8()) });
        (at, sign, is_single) = (next, second, false);
    }
    if is_single {
        let hash = xxh3_64(word.as_bytes());
        let end = start + word.len();
        take(Token {
            stem: hash,
            word: hash,
            start,
            end,
            is_capitalised: false,
            is_number: false,
            is_alphabetic: false,
            goes_on: false,
            letters: 2,
        });
    }
}

/// Folds words one after the other.
#[derive(Default)]
pub(super) struct Folder {
    plain: String,
    latin: String,
}

impl Folder {
    /// Lower case, no accents, Latin letters for Cyrillic ones, without `l'` before or `'s` after it.
    pub(super) fn fold(&mut self, word: &str) -> &str {
        if word.is_ascii() && !word.contains('\'') {
            self.plain.clear();
            self.plain.push_str(word);
            self.plain.make_ascii_lowercase();
            return &self.plain;
        }
        fold_into(word, &mut self.plain);
        // Kim's → kim, l'accord → accord.
        let bare = match self.plain.split_once('\'') {
            Some((head, tail)) if head.chars().count() <= 2 && !tail.is_empty() => tail,
            Some((head, _)) => head,
            None => &self.plain,
        };
        if bare.is_ascii() {
            return bare;
        }
        self.latin.clear();
        for c in bare.chars() {
            match latin(c) {
                Some(letters) => self.latin.push_str(letters),
                None => self.latin.push(c),
            }
        }
        &self.latin
    }
}

/// The usual Latin letters for a Cyrillic one, so that names of people and places meet across the two alphabets.
fn latin(c: char) -> Option<&'static str> {
    Some(match c {
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' | 'ґ' => "g",
        'д' => "d",
        'е' | 'э' | 'є' => "e",
        'ж' => "zh",
        'з' => "z",
        'и' | 'й' | 'і' | 'ї' => "i",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' => "u",
        'ф' => "f",
        'х' => "kh",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "sch",
        'ъ' | 'ь' => "",
        'ы' => "y",
        'ю' => "yu",
        'я' => "ya",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(left: &str, right: &str, expected: bool) {
        let stems = |text| tokens(text, 50).into_iter().map(|t| t.stem).collect::<Vec<_>>();
        assert_eq!(stems(left) == stems(right), expected, "{left:?} {right:?}");
    }

    #[test]
    fn forms_of_one_word_share_a_stem() {
        check("Soldats", "soldat", true);
        check("l’accord", "ACCORDS", true);
        check("Kim’s", "Kim", true);
        check("Путин", "Putin", true);
        check("sanctions", "sanitaire", false);
    }

    #[test]
    fn spellings_are_folded_as_the_matcher_folds_them() {
        check("nord\u{ad}coréen", "NORDCOREEN", true);
        check("Сергеи\u{306}", "Сергей", true);
        check("ＤＰＲＫ", "dprk", true);
        check("ComradeKim", "comrade Kim", true);
        check("товарищКим", "товарищ Ким", true);
        check("McCain", "mc cain", false);
    }

    #[test]
    fn scripts_without_spaces_come_in_pairs() {
        assert_eq!(tokens("김정은이 왔다", 50).len(), 4);
        assert_eq!(tokens("朝鮮半島", 50).len(), 3);
        assert_eq!(tokens("러", 50).len(), 1);
        let token = &tokens("在北朝鮮", 50)[1];
        assert_eq!(&"在北朝鮮"[token.start..token.end], "北朝");
    }

    #[test]
    fn no_more_than_the_limit_is_read() {
        assert_eq!(tokens(&"mot ".repeat(100), 7).len(), 7);
    }
}

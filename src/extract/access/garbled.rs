//! Text that stands where the article should and says nothing: scrambled letters, filler Latin.
//!
//! In: paragraphs and the declared language. Out: which of them are garbled. Some sites fill the place of the paid text so that the page keeps its length.

use std::collections::HashSet;
use std::hash::BuildHasherDefault;
use std::sync::LazyLock;

use crate::extract::markup::met::Mixer;
use crate::types::Lang;

/// Languages whose commonest words are listed; for others nothing is judged.
const JUDGED: &[&str] = &["fr", "en", "de", "es", "it", "pt", "nl"];
/// The commonest words of those languages: no real text of sixty words goes without them.
const COMMON: &[&str] = &[
    "le", "la", "les", "de", "des", "du", "et", "est", "en", "un", "une", "que", "qui", "dans", "pour", "au", "sur", "par",
    "pas", "il", "the", "of", "and", "to", "in", "is", "was", "that", "for", "on", "with", "as", "it", "his", "he", "at", "by",
    "be", "a", "i", "der", "die", "das", "und", "den", "von", "zu", "mit", "sich", "auf", "für", "ist", "im", "dem", "nicht",
    "ein", "eine", "als", "auch", "es", "an", "werden", "aus", "er", "hat", "dass", "sie", "nach", "wird", "bei", "el", "los",
    "las", "y", "se", "con", "no", "su", "para", "del", "una", "por", "che", "di", "e", "il", "per", "non", "si", "o", "os",
    "da", "do", "em", "um", "uma", "het", "een", "van", "dat", "niet", "op", "te", "zijn", "voor", "met", "you", "we", "this",
    "from", "but", "are", "have", "wir", "ich", "so", "wie",
];
/// The vocabulary of filler generators.
const FILLER: &[&str] = &[
    "lorem",
    "ipsum",
    "dolor",
    "ipsam",
    "ipsa",
    "voluptatem",
    "voluptates",
    "voluptas",
    "quia",
    "dolores",
    "consequatur",
    "consequuntur",
    "aliquam",
    "laboriosam",
    "omnis",
    "quod",
    "rerum",
    "sint",
    "veritatis",
    "iure",
    "numquam",
    "tenetur",
    "repellat",
    "laborum",
    "eos",
    "nulla",
    "sapiente",
    "libero",
    "eaque",
    "minima",
    "assumenda",
    "amet",
    "consectetur",
    "adipiscing",
    "elit",
    "officia",
    "blanditiis",
    "aspernatur",
    "pariatur",
    "quasi",
    "animi",
    "dicta",
    "debitis",
    "odio",
];
/// Fewer words are not judged.
const MIN_WORDS: usize = 60;
/// Real text of these languages has at least this share of common words.
const MIN_COMMON_SHARE: f32 = 0.05;
/// Real text in Latin script has at least this share of vowels; letters drawn evenly have less than a quarter.
const MIN_VOWEL_SHARE: f32 = 0.31;
/// Filler has at least this share of its own vocabulary.
const MIN_FILLER_SHARE: f32 = 0.15;

type Words = HashSet<&'static str, BuildHasherDefault<Mixer>>;
static COMMON_WORDS: LazyLock<Words> = LazyLock::new(|| COMMON.iter().copied().collect());
static FILLER_WORDS: LazyLock<Words> = LazyLock::new(|| FILLER.iter().copied().collect());

/// Marks garbled paragraphs; nothing is marked unless what is garbled is long enough to be sure.
pub(in crate::extract) fn garbled(paragraphs: &[String], declared: Option<Lang>) -> Vec<bool> {
    let is_judged = declared.is_some_and(|lang| JUDGED.contains(&lang.as_str()));
    let mut marks = vec![false; paragraphs.len()];
    let mut words = 0;
    for (mark, paragraph) in marks.iter_mut().zip(paragraphs) {
        // Letters of other scripts than the judged languages'.
        if paragraph.chars().any(|c| (c as u32) >= 0x250 && c.is_alphabetic()) {
            continue;
        }
        let lower = paragraph.to_lowercase();
        let all: Vec<&str> =
            lower.split_whitespace().map(|w| w.trim_matches(|c: char| !c.is_alphabetic())).filter(|w| !w.is_empty()).collect();
        if all.len() < 4 {
            continue;
        }
        let share = |list: &Words| all.iter().filter(|w| list.contains(**w)).count() as f32 / all.len() as f32;
        let is_filler = all.len() >= 8 && share(&FILLER_WORDS) >= MIN_FILLER_SHARE;
        let is_scrambled = is_judged && share(&COMMON_WORDS) < MIN_COMMON_SHARE && vowel_share(&all) < MIN_VOWEL_SHARE;
        if is_filler || is_scrambled {
            *mark = true;
            words += all.len();
        }
    }
    let marked = marks.iter().filter(|m| **m).count();
    // A real text may hold a table or a list without common words, but is not mostly such.
    if words < MIN_WORDS || marked * 2 < paragraphs.len() { vec![false; paragraphs.len()] } else { marks }
}

/// The share of vowels among the letters; accented letters count as vowels.
fn vowel_share(words: &[&str]) -> f32 {
    let (mut vowels, mut letters) = (0usize, 0usize);
    for c in words.iter().flat_map(|w| w.chars()).filter(|c| c.is_alphabetic()) {
        letters += 1;
        vowels += usize::from(!c.is_ascii() || matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y'));
    }
    vowels as f32 / letters.max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scrambled_and_filler_text_is_marked() {
        let scrambled = "Xqe wub gzcmi dfgqt wzjnr xcc zayyw ".repeat(10);
        let filler = "Dolor ipsam et est cumque laboriosam sed delectus rerum sint qui natus ".repeat(6);
        let real =
            "Der Minister hat am Dienstag gesagt, dass die Verhandlungen mit den beiden Ländern im Herbst beginnen. ".repeat(5);
        assert_eq!(garbled(std::slice::from_ref(&scrambled), Some(Lang::EN)), [true]);
        assert_eq!(garbled(&[filler.clone(), filler], Lang::parse("de")), [true, true]);
        assert_eq!(garbled(&[real], Lang::parse("de")), [false]);
        assert_eq!(garbled(&[scrambled], Lang::parse("tr")), [false]);
    }
}

//! What letters become when text is folded for matching, and what they are to the words around them.
//!
//! Most letters cost one look into a table; the tables are made once, from the rules of [`fold`](super::normalise::fold).

use std::ops::Range;
use std::sync::LazyLock;

use super::normalise::{fold, strip_accents};
use super::words::{is_hangul, is_unspaced};

/// Letters of these ranges are folded by table: Latin, Greek and Cyrillic; Latin with several marks, as in Vietnamese; general punctuation; the signs of
/// Chinese and Japanese; letters of full width.
const TABLED: [Range<u32>; 5] = [0..0x0530, 0x1e00..0x1f00, 0x2000..0x2070, 0x3000..0x3041, 0xff00..0xfff0];

/// What each letter of [`TABLED`] becomes, and what it is to the words around it.
static TABLES: LazyLock<[Vec<Entry>; 5]> =
    LazyLock::new(|| TABLED.map(|range| range.map(|code| char::from_u32(code).map_or(Entry::Slow, entry)).collect()));

/// What a letter becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    /// One letter of a kind.
    One(char, Kind),
    /// Nothing.
    Nothing,
    /// More than a table can say.
    Slow,
}

fn entry(c: char) -> Entry {
    if ('\u{0300}'..='\u{036f}').contains(&c) {
        return Entry::Slow;
    }
    let mut out = String::new();
    push_folded(&mut out, c);
    let mut letters = out.chars();
    match (letters.next(), letters.next()) {
        (Some(one), None) => Entry::One(one, kind_of(c)),
        (None, None) => Entry::Nothing,
        _ => Entry::Slow,
    }
}

pub(super) fn tabled(c: char) -> Entry {
    let code = u32::from(c);
    match code {
        // Han, Kana and Hangul syllables are their own folded form.
        0x3041..=0x3096 | 0x30a1..=0x30fa | 0x3400..=0x9fff | 0xac00..=0xd7a3 => Entry::One(c, Kind::Syllable),
        0..0x0530 => TABLES[0][code as usize],
        0x1e00..0x1f00 => TABLES[1][(code - 0x1e00) as usize],
        0x2000..0x2070 => TABLES[2][(code - 0x2000) as usize],
        0x3000..=0x3040 => TABLES[3][(code - 0x3000) as usize],
        0xff00..0xfff0 => TABLES[4][(code - 0xff00) as usize],
        _ => Entry::Slow,
    }
}

/// What a letter is to the words around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It belongs to no word: space, punctuation, sign.
    Apart,
    /// A small letter of an alphabet, which makes a word with its neighbours.
    Small,
    /// The same, a capital.
    Capital,
    /// The same, a digit or a letter of an alphabet without capitals.
    Digit,
    /// A letter that stands against others without a space: Han, Kana, Hangul.
    Syllable,
}

/// Whether a word may begin at a letter of the second kind that stands after one of the first.
pub(super) static BEGINS: [[bool; 5]; 5] = {
    let mut begins = [[false; 5]; 5];
    let mut before = 0;
    while before < 5 {
        let is_apart = before == Kind::Apart as usize || before == Kind::Syllable as usize;
        begins[before][Kind::Small as usize] = is_apart;
        begins[before][Kind::Digit as usize] = is_apart;
        begins[before][Kind::Capital as usize] = is_apart || before == Kind::Small as usize;
        begins[before][Kind::Syllable as usize] = true;
        before += 1;
    }
    begins
};

/// [`kind_of`] for ASCII.
pub(super) static ASCII_KINDS: [Kind; 128] = {
    let mut kinds = [Kind::Apart; 128];
    let mut byte = 0;
    while byte < 128 {
        let c = byte as u8;
        if c.is_ascii_uppercase() {
            kinds[byte] = Kind::Capital;
        } else if c.is_ascii_lowercase() {
            kinds[byte] = Kind::Small;
        } else if c.is_ascii_digit() {
            kinds[byte] = Kind::Digit;
        }
        byte += 1;
    }
    kinds
};

pub(super) fn kind_of(c: char) -> Kind {
    match c {
        c if is_syllable(c) => Kind::Syllable,
        c if c.is_uppercase() => Kind::Capital,
        c if c.is_lowercase() => Kind::Small,
        c if c.is_alphanumeric() => Kind::Digit,
        _ => Kind::Apart,
    }
}

/// A letter or digit of any script: [`char::is_alphanumeric`], by table.
pub fn is_letter(c: char) -> bool {
    match tabled(c) {
        Entry::One(_, kind) => kind != Kind::Apart,
        _ => c.is_alphanumeric(),
    }
}

/// Where the word of an alphabet ends that `text` begins inside of.
pub fn word_rest(text: &str) -> usize {
    let ends = |c: char| match tabled(c) {
        Entry::One(_, kind) => matches!(kind, Kind::Apart | Kind::Syllable),
        _ => !c.is_alphanumeric() || is_syllable(c),
    };
    // Most words are of ASCII, and most end at a sign of ASCII.
    let plain = text.bytes().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(text.len());
    match text.as_bytes().get(plain) {
        Some(byte) if !byte.is_ascii() => plain + text[plain..].find(ends).unwrap_or(text.len() - plain),
        _ => plain,
    }
}

/// Han, Kana, Hangul and the like: letters that stand against each other without a space.
pub fn is_syllable(c: char) -> bool {
    is_unspaced(c) || is_hangul(c)
}

/// Appends the folded form of any letter, by the rules rather than by table.
pub(super) fn push_folded(out: &mut String, c: char) {
    // The Korean "araea", used as a middle dot, would become a vowel under NFKC.
    if matches!(c, 'ㆍ' | '‧' | '•' | '∙' | '⋅' | '・' | '･') {
        out.push('·');
        return;
    }
    let folded = fold(c.encode_utf8(&mut [0; 4]));
    out.push_str(&strip_accents(&folded));
}

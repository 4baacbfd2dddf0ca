//! The form in which terms are looked for: folded, accents away, with the way back to the words as they stand.
//!
//! In: pieces of text. Out: one [`Folded`] buffer that a single pass can scan, and for each place in it the place in the piece it came from.
//! [`fold`](super::normalise::fold) keeps accents and compares two words; this one is made for speed on whole articles: most letters cost one table look-up.

use std::ops::Range;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use super::normalise::strip_accents;

/// Letters up to here are folded by table: Latin, Greek, Cyrillic.
const TABLE_END: usize = 0x0530;

/// What stands in the table for a letter that needs more than a look-up.
const SLOW: char = '\u{ffff}';

static TABLE: LazyLock<Vec<char>> = LazyLock::new(|| (0..TABLE_END as u32).map(simple_fold).collect());

/// Text folded for matching, made of one or more pieces.
#[derive(Debug, Default)]
pub struct Folded {
    text: String,
    /// Where the distance between folded and original offset changes: (folded offset, original offset), ascending.
    steps: Vec<(u32, u32)>,
    /// Where each piece begins in `text`.
    pieces: Vec<u32>,
}

impl Folded {
    /// An empty buffer with room for `bytes` of text.
    pub fn with_capacity(bytes: usize) -> Folded {
        Folded { text: String::with_capacity(bytes + bytes / 16), steps: Vec::new(), pieces: Vec::new() }
    }

    /// Folds `piece` and appends it; a line feed, which no folded text holds, ends every piece.
    pub fn push(&mut self, piece: &str) {
        self.pieces.push(self.text.len() as u32);
        self.steps.push((self.text.len() as u32, 0));
        let bytes = piece.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let run = bytes[at..].iter().position(|b| !b.is_ascii()).unwrap_or(bytes.len() - at);
            push_ascii(&mut self.text, &piece[at..at + run]);
            at += run;
            let Some(c) = piece[at..].chars().next() else { break };
            let before = self.text.len();
            self.push_letter(c);
            at += c.len_utf8();
            if self.text.len() != before + c.len_utf8() {
                self.steps.push((self.text.len() as u32, at as u32));
            }
        }
        self.text.push('\n');
    }

    /// The folded text of all pieces.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The piece that holds a folded offset.
    pub fn piece_at(&self, offset: usize) -> usize {
        self.pieces.partition_point(|&start| start as usize <= offset).saturating_sub(1)
    }

    /// The folded range of a piece, without its end mark.
    pub fn piece(&self, index: usize) -> Range<usize> {
        let start = self.pieces[index] as usize;
        let end = self.pieces.get(index + 1).map_or(self.text.len(), |&next| next as usize);
        start..end - 1
    }

    /// The offset in the original piece from which the folded offset comes.
    pub fn original(&self, offset: usize) -> usize {
        let next = self.steps.partition_point(|&(folded, _)| folded as usize <= offset);
        let Some(&(folded, original)) = next.checked_sub(1).and_then(|step| self.steps.get(step)) else { return 0 };
        let plain = original as usize + (offset - folded as usize);
        // Inside a letter that became several, the way back ends with that letter.
        match self.steps.get(next) {
            Some(&(_, end)) if end > original => plain.min(end as usize),
            _ => plain,
        }
    }

    /// The folded offset of a place in an original piece; the way back of [`Folded::original`].
    pub fn folded(&self, piece: usize, original: usize) -> usize {
        let range = self.piece(piece);
        let first = self.steps.partition_point(|&(folded, _)| (folded as usize) < range.start);
        let last = self.steps.partition_point(|&(folded, _)| folded as usize <= range.end);
        let steps = &self.steps[first..last];
        let next = steps.partition_point(|&(_, at)| at as usize <= original);
        let Some(&(folded, at)) = next.checked_sub(1).and_then(|step| steps.get(step)) else { return range.start };
        // Inside a letter that became fewer or more, the way ends with that letter.
        let end = steps.get(next).map_or(range.end, |&(folded, _)| folded as usize);
        (folded as usize + (original - at as usize)).min(end)
    }

    fn push_letter(&mut self, c: char) {
        match c {
            '\u{0300}'..='\u{036f}' | '\u{3099}' | '\u{309a}' => self.push_mark(c),
            c if (c as usize) < TABLE_END && TABLE[c as usize] != SLOW => self.text.push(TABLE[c as usize]),
            // Han, Kana and Hangul syllables are their own folded form.
            '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' => {
                self.text.push(c)
            }
            c => push_slow(&mut self.text, c),
        }
    }

    /// A combining mark: an accent goes, what makes another letter of the one before (й, ї, が) is joined to it.
    fn push_mark(&mut self, mark: char) {
        let Some(base) = self.text.chars().next_back() else { return };
        let joined: String = [base, mark].iter().collect::<String>().nfc().collect();
        let mut letters = joined.chars();
        if let (Some(one), None) = (letters.next(), letters.next()) {
            self.text.truncate(self.text.len() - base.len_utf8());
            self.push_letter(one);
        }
    }
}

/// One text folded for matching, for patterns.
pub fn fold_for_matching(text: &str) -> String {
    let mut folded = Folded::with_capacity(text.len());
    folded.push(text);
    folded.text.pop();
    folded.text
}

fn push_ascii(out: &mut String, run: &str) {
    let start = out.len();
    out.push_str(run);
    out[start..].make_ascii_lowercase();
    if run.bytes().any(|b| matches!(b, b'\t' | b'\n' | b'\r' | b'\x0b' | b'\x0c' | b'`')) {
        let tail: String = out[start..]
            .chars()
            .map(|c| {
                if c == '`' {
                    '\''
                } else if c.is_whitespace() {
                    ' '
                } else {
                    c
                }
            })
            .collect();
        out.truncate(start);
        out.push_str(&tail);
    }
}

/// The folded form of a letter below [`TABLE_END`] when it is one letter, else [`SLOW`].
fn simple_fold(code: u32) -> char {
    let Some(c) = char::from_u32(code) else { return SLOW };
    let mut out = String::new();
    push_slow(&mut out, c);
    let mut letters = out.chars();
    match (letters.next(), letters.next()) {
        (Some(one), None) => one,
        _ => SLOW,
    }
}

fn push_slow(out: &mut String, c: char) {
    // The Korean "araea", used as a middle dot, would become a vowel under NFKC.
    if matches!(c, 'ㆍ' | '‧' | '•' | '∙' | '⋅' | '・' | '･') {
        out.push('·');
        return;
    }
    let folded = super::normalise::fold(c.encode_utf8(&mut [0; 4]));
    out.push_str(&strip_accents(&folded));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(fold_for_matching(text), expected);
    }

    #[test]
    fn spellings_of_one_term_fold_to_one_form() {
        check("La CORÉE du Nord", "la coree du nord");
        check("L’axe Moscou–Pyongyang", "l'axe moscou-pyongyang");
        check("nord\u{ad}coréen", "nordcoreen");
        check("Core\u{301}e", "coree");
        check("Сергеи\u{306} сапёр Лавровъ", "сергей сапер лавровъ");
        check("ТриỀu TIÊN", "триeu tien");
        check("북ㆍ러 ・ 中", "북·러 · 中");
        check("ＤＰＲＫ\u{a0}10\u{202f}000\tx", "dprk 10 000 x");
        check("か\u{3099}", "が");
    }

    #[test]
    fn a_folded_place_leads_back_to_the_words_as_they_stand() {
        let original = "« Œufs » à Œdipe : la Corée\u{ad} du Nord";
        let mut folded = Folded::default();
        folded.push("Ğ first");
        folded.push(original);
        let at = folded.as_str().find("coree").expect("the word is there");
        assert_eq!(folded.piece_at(at), 1);
        assert!(original[folded.original(at)..].starts_with("Corée"));
        let end = folded.as_str().find("nord").expect("the word is there") + 4;
        assert_eq!(folded.original(end), original.len());
        assert_eq!(&folded.as_str()[folded.piece(0)], "g first");
    }

    proptest! {
        #[test]
        fn every_place_leads_back_to_a_letter(text in "\\PC{0,40}") {
            let mut folded = Folded::default();
            folded.push(&text);
            prop_assert_eq!(folded.folded(0, text.len()), folded.piece(0).end);
            for (at, _) in folded.as_str().char_indices() {
                prop_assert!(folded.original(at) <= text.len());
            }
        }
    }
}

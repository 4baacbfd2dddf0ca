//! The form in which terms are looked for: folded, accents away, with the way back to the words as they stand.
//!
//! In: pieces of text. Out: one [`Folded`] buffer that a single pass can scan, and for each place in it the place in the piece it came from.
//! [`fold`](super::normalise::fold) keeps accents and compares two words; this one is made for speed on whole articles: most letters cost one table look-up.

use std::ops::Range;
use unicode_normalization::UnicodeNormalization;

use super::letters::{ASCII_KINDS, BEGINS, Entry, Kind, kind_of, push_folded, tabled};

/// Text folded for matching, made of one or more pieces.
#[derive(Debug, Default)]
pub struct Folded {
    text: String,
    /// Where the distance between folded and original offset changes: (folded offset, original offset), ascending.
    steps: Vec<(u32, u32)>,
    /// Where each piece begins in `text`.
    pieces: Vec<u32>,
    /// Where a word may begin, ascending; see [`Folded::word_starts`].
    starts: Vec<u32>,
    /// Where a capital stands right after a small letter: two words that bad extraction glued together. Ascending.
    glued: Vec<u32>,
}

impl Folded {
    /// An empty buffer with room for `bytes` of text.
    pub fn with_capacity(bytes: usize) -> Folded {
        Folded { text: String::with_capacity(bytes + bytes / 16), ..Folded::default() }
    }

    /// Folds `piece` and appends it; a line feed, which no folded text holds, ends every piece.
    pub fn push(&mut self, piece: &str) {
        self.pieces.push(self.text.len() as u32);
        self.steps.push((self.text.len() as u32, 0));
        let bytes = piece.as_bytes();
        let mut before = Kind::Apart;
        let mut at = 0;
        while at < bytes.len() {
            let run = bytes[at..].iter().position(|b| !b.is_ascii()).unwrap_or(bytes.len() - at);
            before = self.push_ascii(&piece[at..at + run], before);
            at += run;
            let Some(c) = piece[at..].chars().next() else { break };
            let start = self.text.len();
            before = self.push_letter(c, before);
            at += c.len_utf8();
            if self.text.len() != start + c.len_utf8() {
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

    /// Every offset at which a word may begin, ascending: after what is no letter, at each letter of a script without spaces and after it, and at a capital
    /// right after a small letter.
    pub fn word_starts(&self) -> &[u32] {
        &self.starts
    }

    /// Whether a capital stands at a folded offset, right after a small letter.
    pub fn is_glued(&self, offset: usize) -> bool {
        self.glued.binary_search(&(offset as u32)).is_ok()
    }

    /// Appends letters of ASCII; `before` and the answer are the kinds of the letters before and at the end.
    fn push_ascii(&mut self, run: &str, mut before: Kind) -> Kind {
        let (start, first) = (self.text.len(), before);
        self.text.push_str(run);
        self.text[start..].make_ascii_lowercase();
        // Without branches: where the letters are is as good as chance.
        let mut count = self.starts.len();
        self.starts.resize(count + run.len(), 0);
        let (mut is_plain, mut is_glued) = (true, false);
        for (at, &byte) in run.as_bytes().iter().enumerate() {
            let kind = ASCII_KINDS[byte as usize];
            self.starts[count] = (start + at) as u32;
            count += usize::from(BEGINS[before as usize][kind as usize]);
            is_glued |= before == Kind::Small && kind == Kind::Capital;
            is_plain &= byte >= b' ' && byte != b'`';
            before = kind;
        }
        self.starts.truncate(count);
        if is_glued {
            self.note_glued(start, run, first);
        }
        if !is_plain {
            let tail: String = self.text[start..].chars().map(plain_ascii).collect();
            self.text.truncate(start);
            self.text.push_str(&tail);
        }
        before
    }

    /// Notes the capitals after small letters in a run that begins at `start`, after a letter of the kind `before`.
    #[cold]
    fn note_glued(&mut self, start: usize, run: &str, before: Kind) {
        let kinds = || run.bytes().map(|byte| ASCII_KINDS[byte as usize]);
        let pairs = std::iter::once(before).chain(kinds()).zip(kinds()).enumerate();
        let glued = pairs.filter(|(_, (before, kind))| *before == Kind::Small && *kind == Kind::Capital);
        self.glued.extend(glued.map(|(at, _)| (start + at) as u32));
    }

    /// Appends any other letter.
    fn push_letter(&mut self, c: char, before: Kind) -> Kind {
        let start = self.text.len();
        let kind = match tabled(c) {
            Entry::One(folded, kind) => {
                self.text.push(folded);
                kind
            }
            Entry::Nothing => return before,
            Entry::Slow if matches!(c, '\u{0300}'..='\u{036f}' | '\u{3099}' | '\u{309a}') => {
                self.push_mark(c);
                return before;
            }
            Entry::Slow => {
                push_folded(&mut self.text, c);
                if self.text.len() == start {
                    return before;
                }
                kind_of(c)
            }
        };
        if BEGINS[before as usize][kind as usize] {
            self.starts.push(start as u32);
            if before == Kind::Small && kind == Kind::Capital {
                self.glued.push(start as u32);
            }
        }
        kind
    }

    /// A combining mark: an accent goes, what makes another letter of the one before (й, ї, が) is joined to it.
    fn push_mark(&mut self, mark: char) {
        let Some(base) = self.text.chars().next_back() else { return };
        let joined: String = [base, mark].iter().collect::<String>().nfc().collect();
        let mut letters = joined.chars();
        if let (Some(one), None) = (letters.next(), letters.next()) {
            self.text.truncate(self.text.len() - base.len_utf8());
            match tabled(one) {
                Entry::One(folded, _) => self.text.push(folded),
                _ => push_folded(&mut self.text, one),
            }
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

/// [`fold_for_matching`] into a buffer that is there already: for words, of which a text has thousands.
pub fn fold_into(text: &str, out: &mut String) {
    out.clear();
    for c in text.chars() {
        if c.is_ascii() {
            out.push(plain_ascii(c.to_ascii_lowercase()));
            continue;
        }
        match tabled(c) {
            Entry::One(folded, _) => out.push(folded),
            Entry::Nothing => {}
            Entry::Slow => {
                *out = fold_for_matching(text);
                return;
            }
        }
    }
}

/// A control character is a space, and a grave accent an apostrophe.
fn plain_ascii(c: char) -> char {
    match c {
        '`' => '\'',
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(fold_for_matching(text), expected);
        let mut buffer = "other".to_owned();
        fold_into(text, &mut buffer);
        assert_eq!(buffer, expected);
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

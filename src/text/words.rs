//! Where words lie, in every script.

use unicode_segmentation::{UnicodeSegmentation, UnicodeWordIndices};

/// The words of `text` in order: runs of letters and digits by Unicode's word boundaries (UAX #29); Han and Kana come letter by letter.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    word_indices(text).map(|(_, word)| word)
}

/// The words with their byte offsets.
pub fn word_indices(text: &str) -> impl Iterator<Item = (usize, &str)> {
    WordIndices { text, at: 0, plain_until: 0, slow: None }
}

/// What a letter is to the words around it: the classes of UAX #29 that nearly all text is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Belongs to no word.
    Apart,
    Letter,
    Digit,
    Katakana,
    /// Joins with any of these: the low line.
    Joins,
    /// Stands inside a word when letters, digits, or two of one kind are around it.
    InLetters,
    InDigits,
    InBoth,
    /// A word of its own: Han, Hiragana.
    Alone,
    /// Anything else: marks, other alphabets. The piece between two spaces that it stands in is cut by the rules themselves.
    Slow,
}

static ASCII: [Class; 128] = {
    let mut classes = [Class::Apart; 128];
    let mut byte = 0u8;
    while byte < 128 {
        classes[byte as usize] = match byte {
            b'a'..=b'z' | b'A'..=b'Z' => Class::Letter,
            b'0'..=b'9' => Class::Digit,
            b'_' => Class::Joins,
            b':' => Class::InLetters,
            b',' | b';' => Class::InDigits,
            b'.' | b'\'' => Class::InBoth,
            _ => Class::Apart,
        };
        byte += 1;
    }
    classes
};

fn class(c: char) -> Class {
    match c {
        '\0'..='\x7f' => ASCII[c as usize],
        'ª' | 'µ' | 'º' | 'À'..='Ö' | 'Ø'..='ö' | 'ø'..='\u{2af}' => Class::Letter,
        '\u{400}'..='\u{481}' | '\u{48a}'..='\u{52f}' | '\u{ac00}'..='\u{d7a3}' => Class::Letter,
        '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | 'ぁ'..='ゖ' => Class::Alone,
        'ァ'..='ヺ' | 'ー' => Class::Katakana,
        '’' | '‘' => Class::InBoth,
        '·' | '‧' => Class::InLetters,
        '，' => Class::InDigits,
        '\u{a0}' | '«' | '»' | '“' | '”' | '„' | '‹' | '›' | '–' | '—' | '…' | '•' | '°' | '§' | '€' | '£' | '™' | '©' | '®' => {
            Class::Apart
        }
        '、' | '。' | '「' | '」' | '『' | '』' | '・' | '《' | '》' | '【' | '】' | '（' | '）' | '！' | '？' => {
            Class::Apart
        }
        _ => Class::Slow,
    }
}

/// The words of a text; see [`word_indices`].
struct WordIndices<'t> {
    text: &'t str,
    at: usize,
    /// No slow letter stands before it.
    plain_until: usize,
    /// A piece that the rules themselves cut, and where it begins.
    slow: Option<(usize, UnicodeWordIndices<'t>)>,
}

impl<'t> WordIndices<'t> {
    /// The class of the letter at an offset, and where it ends.
    fn class_at(&self, at: usize) -> (Class, usize) {
        match self.text.as_bytes().get(at) {
            Some(byte) if byte.is_ascii() => (ASCII[*byte as usize], at + 1),
            Some(_) => self.text[at..].chars().next().map_or((Class::Apart, at + 1), |c| (class(c), at + c.len_utf8())),
            None => (Class::Apart, at + 1),
        }
    }

    /// Finds the next piece between white space, which no word and no rule that joins letters reaches across.
    fn enter_piece(&mut self) {
        let bytes = self.text.as_bytes();
        let is_space = |byte: &u8| matches!(byte, b' ' | b'\n' | b'\t' | b'\r');
        let gap = self.at;
        self.at += bytes[self.at..].iter().take_while(|byte| is_space(byte)).count();
        let (mut end, mut is_ascii) = (self.at, true);
        while let Some(byte) = bytes.get(end).filter(|byte| !is_space(byte)) {
            is_ascii &= byte.is_ascii();
            end += 1;
        }
        let piece = &self.text[self.at..end];
        if !is_ascii && piece.chars().any(|c| class(c) == Class::Slow) {
            // A mark at the head of the piece clings to the space before it.
            let start = if piece.chars().next().is_some_and(|c| class(c) == Class::Slow) { gap } else { self.at };
            self.slow = Some((start, self.text[start..end].unicode_word_indices()));
            self.at = end;
        }
        self.plain_until = end;
    }

    /// Where the word ends that begins with a letter of this class, and whether it has more than low lines.
    fn end_of_word(&self, mut before: Class, mut at: usize) -> (usize, bool) {
        let mut is_word = before != Class::Joins;
        loop {
            let (next, end) = self.class_at(at);
            let joins = match next {
                Class::Letter | Class::Digit => matches!(before, Class::Letter | Class::Digit | Class::Joins),
                Class::Katakana => matches!(before, Class::Katakana | Class::Joins),
                Class::Joins => true,
                Class::InLetters | Class::InDigits | Class::InBoth => {
                    let inside = match before {
                        Class::Letter => next != Class::InDigits,
                        Class::Digit => next != Class::InLetters,
                        _ => false,
                    };
                    match self.class_at(end) {
                        (after, end) if inside && after == before => {
                            at = end;
                            continue;
                        }
                        _ => return (at, is_word),
                    }
                }
                Class::Apart | Class::Alone | Class::Slow => false,
            };
            if !joins {
                return (at, is_word);
            }
            is_word |= next != Class::Joins;
            before = next;
            at = end;
        }
    }
}

impl<'t> Iterator for WordIndices<'t> {
    type Item = (usize, &'t str);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((start, words)) = &mut self.slow {
                if let Some((at, word)) = words.next() {
                    return Some((*start + at, word));
                }
                self.slow = None;
            }
            if self.at >= self.plain_until {
                self.enter_piece();
                if self.slow.is_none() && self.at >= self.text.len() {
                    return None;
                }
                continue;
            }
            let start = self.at;
            let (class, end) = self.class_at(start);
            self.at = end;
            match class {
                Class::Letter | Class::Digit | Class::Katakana | Class::Joins => {
                    let (end, is_word) = self.end_of_word(class, end);
                    self.at = end;
                    if is_word {
                        return Some((start, &self.text[start..end]));
                    }
                }
                Class::Alone => return Some((start, &self.text[start..end])),
                _ => {}
            }
        }
    }
}

/// True for scripts that put no space between words: Han, Hiragana, Katakana, Thai and their neighbours.
pub fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{0e00}'..='\u{0eff}' | '\u{20000}'..='\u{3ffff}')
}

/// True for Hangul syllables and letters.
pub fn is_hangul(c: char) -> bool {
    matches!(c, '\u{ac00}'..='\u{d7af}' | '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Letters of every class, and neighbours that join with them or keep them apart.
    const LETTERS: &str =
        "abZéßжЯ한가漢字ひカー09_:;,.'’‘·-–—“«»\u{a0}\u{ad}\u{301}\u{200d}\u{202f}\u{200b}אب٣½²ªα😀🇫🇷・。ｶ１‧\"@#\t\n\r  ";

    proptest! {
        #[test]
        fn words_are_those_of_the_standard(picks in prop::collection::vec(0..LETTERS.chars().count(), 0..40)) {
            let letters: Vec<char> = LETTERS.chars().collect();
            let text: String = picks.into_iter().map(|pick| letters[pick]).collect();
            prop_assert_eq!(word_indices(&text).collect::<Vec<_>>(), text.unicode_word_indices().collect::<Vec<_>>(), "{:?}", text);
        }

        #[test]
        fn words_of_any_text_are_those_of_the_standard(text in "\\PC{0,60}") {
            prop_assert_eq!(word_indices(&text).collect::<Vec<_>>(), text.unicode_word_indices().collect::<Vec<_>>());
        }
    }

    #[test]
    fn every_letter_beside_every_kind_of_letter_is_cut_by_the_standard() {
        for c in (0..0xffffu32).filter_map(char::from_u32) {
            let text = format!("a{c}b 1{c}2 {c}{c} カ{c}カ _{c} 漢{c} é{c}ж");
            assert!(word_indices(&text).eq(text.unicode_word_indices()), "{text:?}");
        }
    }

    #[test]
    fn words_of_several_scripts() {
        let of = |t| words(t).collect::<Vec<_>>();
        assert_eq!(of("l’axe Moscou-Pyongyang, 10 000 soldats"), ["l’axe", "Moscou", "Pyongyang", "10", "000", "soldats"]);
        assert_eq!(of("북한군 파병"), ["북한군", "파병"]);
        assert_eq!(of("朝鮮"), ["朝", "鮮"]);
    }
}

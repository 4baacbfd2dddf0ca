//! Where words lie, in every script.

use unicode_segmentation::UnicodeSegmentation;

/// The words of `text` in order: runs of letters and digits by Unicode's word boundaries (UAX #29); Han and Kana come letter by letter.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.unicode_words()
}

/// The words with their byte offsets.
pub fn word_indices(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.unicode_word_indices()
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

    #[test]
    fn words_of_several_scripts() {
        let of = |t| words(t).collect::<Vec<_>>();
        assert_eq!(of("l’axe Moscou-Pyongyang, 10 000 soldats"), ["l’axe", "Moscou", "Pyongyang", "10", "000", "soldats"]);
        assert_eq!(of("북한군 파병"), ["북한군", "파병"]);
        assert_eq!(of("朝鮮"), ["朝", "鮮"]);
    }
}

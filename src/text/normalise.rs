//! The form under which two spellings of one word are equal.

use unicode_normalization::UnicodeNormalization;

/// Folds text for comparison: NFKC, lower case, one apostrophe (`'`), one hyphen (`-`), no soft hyphens or zero-width characters,
/// every kind of white space one space.
///
/// Accents stay; [`strip_accents`] takes them away where a rule asks for it.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    if text.chars().all(is_its_own_form) {
        text.chars().for_each(|c| push_folded(&mut out, c));
    } else {
        text.nfkc().for_each(|c| push_folded(&mut out, c));
    }
    out
}

/// True for the letters and signs of nearly all text: those that NFKC leaves as they are, and that join with no neighbour of this kind.
fn is_its_own_form(c: char) -> bool {
    match c {
        '\0'..='\u{7f}' | 'À'..='ÿ' | '«' | '»' | '–' | '—' | '‘' | '’' | '“' | '”' | '„' | '。' | '、' => {
            true
        }
        'Ā'..='ž' => !matches!(c, 'Ĳ' | 'ĳ' | 'Ŀ' | 'ŀ' | 'ŉ'),
        '\u{0400}'..='\u{0481}'
        | '\u{3041}'..='\u{3096}'
        | '\u{30a1}'..='\u{30fa}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}' => true,
        _ => false,
    }
}

fn push_folded(out: &mut String, c: char) {
    if c.is_ascii_alphanumeric() {
        out.push(c.to_ascii_lowercase());
        return;
    }
    match fold_char(c) {
        Folded::Drop => {}
        Folded::One(c) => push_lower(out, c),
    }
}

/// What one character becomes.
enum Folded {
    Drop,
    One(char),
}

fn fold_char(c: char) -> Folded {
    match c {
        '\u{00ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            Folded::Drop
        }
        '’' | '‘' | 'ʼ' | '`' | '´' | '′' | '＇' | 'ʹ' => Folded::One('\''),
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '－' => Folded::One('-'),
        c if c.is_whitespace() => Folded::One(' '),
        c => Folded::One(c),
    }
}

fn push_lower(out: &mut String, c: char) {
    // 'İ' and its like become two characters; that is what comparison wants.
    for lower in c.to_lowercase() {
        out.push(if lower == 'ё' { 'е' } else { lower });
    }
}

/// Takes accents away: `é` becomes `e`, and letters with a stroke and joined ones what they are written as without (`ł`, `ø`, `ß`). Hangul and Cyrillic `й`
/// are left whole.
pub fn strip_accents(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() || c == 'й' || c == 'Й' || !is_latin_or_greek(c) {
            out.push(c);
            continue;
        }
        if let Some(plain) = without_stroke(c) {
            out.push_str(plain);
            continue;
        }
        out.extend(std::iter::once(c).nfd().filter(|d| !('\u{0300}'..='\u{036f}').contains(d)));
    }
    out
}

/// Letters that Unicode does not take apart.
fn without_stroke(c: char) -> Option<&'static str> {
    Some(match c {
        'ł' => "l",
        'Ł' => "L",
        'ø' => "o",
        'Ø' => "O",
        'đ' | 'ð' => "d",
        'Đ' | 'Ð' => "D",
        'ħ' => "h",
        'ı' => "i",
        'ß' => "ss",
        'æ' => "ae",
        'Æ' => "AE",
        'œ' => "oe",
        'Œ' => "OE",
        'þ' => "th",
        'Þ' => "Th",
        _ => return None,
    })
}

fn is_latin_or_greek(c: char) -> bool {
    ('\u{00c0}'..='\u{03ff}').contains(&c) || ('\u{1e00}'..='\u{1fff}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_word_fold_to_one_form() {
        assert_eq!(fold("L’axe Moscou–Pyongyang"), "l'axe moscou-pyongyang");
        assert_eq!(fold("nord\u{ad}coréen"), "nordcoréen");
        assert_eq!(fold("ＤＰＲＫ\u{a0}10\u{202f}000"), "dprk 10 000");
        assert_eq!(fold("Партнёр"), "партнер");
    }

    #[test]
    fn what_is_its_own_form_is_so_beside_any_other() {
        let all: Vec<char> = ('\0'..=char::MAX).filter(|c| is_its_own_form(*c)).collect();
        let text: String = all.iter().collect();
        assert!(text.chars().eq(text.nfkc()));
        // Only Hangul and combining marks join with what stands before; no mark is among these.
        assert!(all.iter().all(|c| unicode_normalization::char::canonical_combining_class(*c) == 0));
        let pairs: String = all.iter().step_by(97).flat_map(|a| all.iter().step_by(89).flat_map(|b| [*a, *b])).collect();
        assert!(pairs.chars().eq(pairs.nfkc()));
    }

    #[test]
    fn accents_go_only_where_they_are_accents() {
        assert_eq!(strip_accents("coréen à l'été"), "coreen a l'ete");
        assert_eq!(strip_accents("żołnierz, Großbritannien, Søren"), "zolnierz, Grossbritannien, Soren");
        assert_eq!(strip_accents("российский 한국"), "российский 한국");
    }
}

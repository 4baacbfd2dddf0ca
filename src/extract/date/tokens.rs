//! A line of text as numbers, words and marks.
//!
//! In: a line. Out: its tokens, bounded. Not done here: what they mean.

/// A line is read no further, bytes.
const MAX_LINE_BYTES: usize = 240;
/// Tokens of one line; a date with its clock and zone has fewer than thirty.
const MAX_TOKENS: usize = 120;
/// Digits of one number; the longest that means anything is `20241106103000`.
const MAX_DIGITS: usize = 14;

/// One token; `after_space` says whether white space stood before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// A run of ASCII digits.
    Number { value: i64, digits: usize, after_space: bool },
    /// A run of letters.
    Word(&'t str),
    /// Any other character that is no white space.
    Mark { mark: char, after_space: bool },
}

impl Token<'_> {
    /// The value of a number with so many digits.
    pub(super) fn number(self, allowed: std::ops::RangeInclusive<usize>) -> Option<i64> {
        match self {
            Token::Number { value, digits, .. } if allowed.contains(&digits) => Some(value),
            _ => None,
        }
    }

    pub(super) fn is_mark(self, marks: &[char]) -> bool {
        matches!(self, Token::Mark { mark, .. } if marks.contains(&mark))
    }

    pub(super) fn is_word(self, words: &[&str]) -> bool {
        matches!(self, Token::Word(word) if words.iter().any(|w| w.eq_ignore_ascii_case(word)))
    }
}

/// Cuts a line into tokens.
pub(super) fn tokens(line: &str) -> Vec<Token<'_>> {
    let line = &line[..line.floor_char_boundary(MAX_LINE_BYTES)];
    let mut out = Vec::new();
    let mut rest = line;
    let mut after_space = true;
    while let Some(first) = rest.chars().next() {
        if out.len() == MAX_TOKENS {
            break;
        }
        let run = |is: fn(char) -> bool| rest.find(|c: char| !is(c)).unwrap_or(rest.len());
        let length = if first.is_ascii_digit() {
            let length = run(|c| c.is_ascii_digit());
            let value = if length <= MAX_DIGITS { rest[..length].parse().unwrap_or(-1) } else { -1 };
            out.push(Token::Number { value, digits: length, after_space });
            length
        } else if first.is_alphabetic() {
            let length = run(char::is_alphabetic);
            out.push(Token::Word(&rest[..length]));
            length
        } else {
            if !first.is_whitespace() {
                out.push(Token::Mark { mark: first, after_space });
            }
            first.len_utf8()
        };
        after_space = first.is_whitespace();
        rest = &rest[length..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_numbers_words_and_marks() {
        let found = tokens("6 Nov.2024");
        assert_eq!(found.len(), 4);
        assert_eq!(found[0].number(1..=2), Some(6));
        assert_eq!(found[1], Token::Word("Nov"));
        assert!(found[2].is_mark(&['.']));
        assert_eq!(found[3], Token::Number { value: 2024, digits: 4, after_space: false });
    }

    #[test]
    fn endless_lines_and_numbers_are_cut() {
        assert_eq!(tokens(&"1 ".repeat(10_000)).len(), MAX_TOKENS);
        assert_eq!(tokens(&"9".repeat(10_000))[0].number(1..=14), None);
        assert!(tokens("").is_empty());
    }
}

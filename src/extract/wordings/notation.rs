//! The notation of short wordings: alternatives, options, gaps.
//!
//! In: entries such as `more (news|articles)[ …40]`. Out: a table that knows in a few look-ups whether a text is one of them.
//! No patterns: a label is short, there are thousands of them, and most texts are none.

use std::collections::HashMap;

/// An entry that unfolds into more wordings than this is a mistake.
const MAX_UNFOLDED: usize = 400;
/// Wordings are looked up by so many of their first bytes.
const KEY_BYTES: usize = 3;

/// A part of a wording.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// Any text of no more characters than this.
    Gap(usize),
    /// Digits, one or more.
    Number,
}

/// One wording.
type Wording = Vec<Piece>;

/// A table of wordings.
#[derive(Debug, Default)]
pub(super) struct Wordings {
    /// By the first bytes; a whole wording that is shorter is filled up with zeros.
    by_beginning: HashMap<[u8; KEY_BYTES], Vec<Wording>>,
    /// Those that begin with a gap, a number or fewer letters than the key has.
    others: Vec<Wording>,
}

impl Wordings {
    /// Adds the wordings of one entry; the mistake in it, in words, when there is one.
    pub(super) fn add(&mut self, entry: &str) -> Result<(), String> {
        for pieces in unfold(entry)? {
            let key = match pieces.as_slice() {
                [Piece::Text(text)] => Some(key(text)),
                [Piece::Text(text), ..] if text.len() >= KEY_BYTES => Some(key(text)),
                _ => None,
            };
            let list = match key {
                Some(key) => self.by_beginning.entry(key).or_default(),
                None => &mut self.others,
            };
            if !list.contains(&pieces) {
                list.push(pieces);
            }
        }
        Ok(())
    }

    /// True when the whole text is one of the wordings.
    pub(super) fn hold(&self, text: &str) -> bool {
        self.by_beginning.get(&key(text)).is_some_and(|list| list.iter().any(|pieces| fits(pieces, text)))
            || self.others.iter().any(|pieces| fits(pieces, text))
    }

    /// What follows each wording that the text begins with.
    pub(super) fn after<'t>(&self, text: &'t str) -> impl Iterator<Item = &'t str> {
        let long = self.by_beginning.get(&key(text)).into_iter().flatten();
        let short = (1..KEY_BYTES).filter(|end| text.is_char_boundary(*end) && *end < text.len());
        let short = short.filter_map(|end| self.by_beginning.get(&key(&text[..end]))).flatten();
        long.chain(short).filter_map(move |pieces| match pieces.as_slice() {
            [Piece::Text(wording)] => text.strip_prefix(wording.as_str()),
            _ => None,
        })
    }
}

fn key(text: &str) -> [u8; KEY_BYTES] {
    let mut key = [0; KEY_BYTES];
    for (to, from) in key.iter_mut().zip(text.bytes()) {
        *to = from;
    }
    key
}

/// True when the pieces make up the whole text.
fn fits(pieces: &[Piece], text: &str) -> bool {
    match pieces {
        [] => text.is_empty(),
        [Piece::Text(part), rest @ ..] => text.strip_prefix(part.as_str()).is_some_and(|text| fits(rest, text)),
        [Piece::Number, rest @ ..] => {
            let after = text.trim_start_matches(|c: char| c.is_ascii_digit());
            after.len() < text.len() && fits(rest, after)
        }
        [Piece::Gap(most)] => text.chars().nth(*most).is_none(),
        // Every place where the gap may end; the depth is the number of gaps in the entry.
        [Piece::Gap(most), rest @ ..] => {
            let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            ends.take(most.saturating_add(1)).any(|at| fits(rest, &text[at..]))
        }
    }
}

/// All wordings that an entry stands for.
fn unfold(entry: &str) -> Result<Vec<Wording>, String> {
    if entry.trim().is_empty() {
        return Err("an empty wording".to_owned());
    }
    if let Some(c) = entry.chars().find(|c| c.is_uppercase() || matches!(c, '’' | '‘' | '\u{a0}' | '\u{202f}')) {
        return Err(format!("{c:?}: wordings are in lower case, with ' for the apostrophe and plain spaces"));
    }
    // What is being read: for each open bracket the finished alternatives, the current one, and the bracket.
    let mut open: Vec<(Vec<Wording>, Vec<Wording>, char)> = Vec::new();
    let mut current: Vec<Wording> = vec![Vec::new()];
    let mut done: Vec<Wording> = Vec::new();
    let mut chars = entry.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '(' | '[' => {
                open.push((std::mem::take(&mut done), std::mem::replace(&mut current, vec![Vec::new()]), c));
            }
            '|' if !open.is_empty() => done.append(&mut std::mem::replace(&mut current, vec![Vec::new()])),
            ')' | ']' => {
                let Some((outer_done, outer, bracket)) = open.pop() else { return Err(format!("{c} closes nothing")) };
                if (bracket == '(') != (c == ')') {
                    return Err(format!("{bracket} is closed by {c}"));
                }
                done.append(&mut current);
                if bracket == '[' {
                    done.push(Vec::new());
                }
                current = outer.iter().flat_map(|before| done.iter().map(|after| joined(before, after))).collect();
                done = outer_done;
                if current.len() > MAX_UNFOLDED {
                    return Err(format!("stands for more than {MAX_UNFOLDED} wordings; write it as several entries"));
                }
            }
            '…' => {
                let mut most = String::new();
                while let Some(digit) = chars.next_if(char::is_ascii_digit) {
                    most.push(digit);
                }
                let most = if most.is_empty() { usize::MAX } else { most.parse().map_err(|_| format!("…{most}: too large"))? };
                current.iter_mut().for_each(|pieces| pieces.push(Piece::Gap(most)));
            }
            '#' => current.iter_mut().for_each(|pieces| pieces.push(Piece::Number)),
            '|' => return Err("| outside brackets".to_owned()),
            c => {
                let c = if c == '\\' { chars.next().ok_or("nothing after \\")? } else { c };
                current.iter_mut().for_each(|pieces| push_char(pieces, c));
            }
        }
    }
    if let Some((_, _, bracket)) = open.pop() {
        return Err(format!("{bracket} is not closed"));
    }
    if current.iter().any(|pieces| !pieces.iter().any(|p| matches!(p, Piece::Text(_)))) {
        return Err("a wording without a word".to_owned());
    }
    Ok(current)
}

fn push_char(pieces: &mut Vec<Piece>, c: char) {
    if let Some(Piece::Text(text)) = pieces.last_mut() {
        text.push(c);
    } else {
        pieces.push(Piece::Text(c.to_string()));
    }
}

/// One run of pieces after another, texts that meet made one.
fn joined(before: &[Piece], after: &[Piece]) -> Vec<Piece> {
    let mut out = before.to_vec();
    for piece in after {
        match (out.last_mut(), piece) {
            (Some(Piece::Text(end)), Piece::Text(text)) => end.push_str(text),
            _ => out.push(piece.clone()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(entry: &str, yes: &[&str], no: &[&str]) {
        let mut wordings = Wordings::default();
        wordings.add(entry).expect("an entry without mistake");
        for text in yes {
            assert!(wordings.hold(text), "{entry} is {text:?}");
        }
        for text in no {
            assert!(!wordings.hold(text), "{entry} is not {text:?}");
        }
    }

    #[test]
    fn an_entry_stands_for_whole_texts() {
        check("ad", &["ad"], &["a", "add", " ad", ""]);
        check("more (news|on …5)", &["more news", "more on ", "more on boats"], &["more", "more on trains", "some more news"]);
        check("tag[s]", &["tag", "tags"], &["tagss"]);
        check("関連[記事|リンク]", &["関連", "関連記事", "関連リンク"], &["関連記"]);
        check("# (comment|comments)[.]", &["3 comments.", "12 comment"], &["comments", "x 3 comments"]);
        check("share …20news…", &["share all news", "share news today"], &["share", "share xxxxxxxxxxxxxxxxxxxxx news"]);
        check("[\\(]©…3", &["©", "(©abc"], &["©abcd"]);
        check("…é", &["é", "aé", "éé"], &["e"]);
    }

    #[test]
    fn what_follows_a_wording_is_found_for_short_ones_too() {
        let mut wordings = Wordings::default();
        for entry in ["by", "di", "written by"] {
            wordings.add(entry).expect("an entry without mistake");
        }
        assert_eq!(wordings.after("by Jane").collect::<Vec<_>>(), [" Jane"]);
        assert_eq!(wordings.after("written by").collect::<Vec<_>>(), [""]);
        assert_eq!(wordings.after("b").count(), 0);
        assert_eq!(wordings.after("").count(), 0);
    }

    #[test]
    fn mistakes_are_told() {
        for (entry, told) in [
            ("", "empty"),
            ("a(b", "not closed"),
            ("a)b", "closes nothing"),
            ("(a]", "closed by"),
            ("a|b", "outside"),
            ("More", "lower case"),
            ("l’été", "apostrophe"),
            ("…", "without a word"),
            ("a[b", "not closed"),
            ("a\\", "nothing after"),
            ("(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)", "more than"),
        ] {
            let mistake = Wordings::default().add(entry).expect_err(entry);
            assert!(mistake.contains(told), "{entry}: {mistake}");
        }
    }
}

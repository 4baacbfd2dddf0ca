//! Notes on the authors below the article.
//!
//! In: the blocks, those kept, the authors' names. Out: the kept ones without such notes.

use super::blocks::Block;

/// So many last paragraphs may tell of the authors.
const MAX_AUTHOR_NOTES: usize = 3;
/// A note on an author is no longer, letters.
const MAX_NOTE_LETTERS: usize = 450;
/// It names the author this early, bytes.
const MAX_NOTE_NAME_AT: usize = 80;

/// Takes off last paragraphs that tell who wrote the text: they begin with an author's name.
pub(in crate::extract) fn drop(all: &[Block], authors: &[String], kept: &mut Vec<usize>) {
    let is_note = |i: &usize| {
        let text = all[*i].text.as_str();
        let head = &text[..text.floor_char_boundary(MAX_NOTE_NAME_AT)];
        all[*i].letters <= MAX_NOTE_LETTERS && authors.iter().any(|name| name.contains(' ') && head.contains(name.as_str()))
    };
    let from = kept.len().saturating_sub(MAX_AUTHOR_NOTES).max(1);
    let mut place = 0;
    kept.retain(|i| {
        place += 1;
        place <= from || !is_note(i)
    });
}

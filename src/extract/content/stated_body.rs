//! The body that the metadata holds (JSON-LD's `articleBody`).
//!
//! In: the statement. Out: whether it is more of the article than the page shows, and its paragraphs.

use super::blocks::letters;
use super::text::{fragment_paragraphs, key};
use crate::extract::access::paywall::WallLexicon;
use crate::extract::wordings::phrases;

/// The body in the metadata is used when the page shows less than this share of it.
const STATED_BODY_SHARE: f32 = 0.75;
/// So much of a body in the metadata is compared with the page's text, bytes: each block is looked for in it.
const MAX_STATED_KEY_BYTES: usize = 100_000;
/// A body in the metadata shorter than this is a teaser, letters.
const MIN_STATED_LETTERS: usize = 400;

/// A body as the metadata states it.
pub(in crate::extract) struct StatedBody {
    text: String,
    key: String,
}

impl StatedBody {
    /// Reads the statement; it may be markup, and escaped.
    pub(in crate::extract) fn of(statement: &str) -> StatedBody {
        let text = plain(statement);
        let key = key(&text[..text.floor_char_boundary(MAX_STATED_KEY_BYTES)]);
        StatedBody { text, key }
    }

    /// The form in which paragraphs of the page are looked for in it.
    pub(in crate::extract) fn key(&self) -> &str {
        &self.key
    }

    /// True when it is the article and the page shows too little of it.
    pub(in crate::extract) fn replaces(&self, shown: usize, paragraphs: &[String], walls: &WallLexicon) -> bool {
        let stated = letters(&self.text);
        stated >= MIN_STATED_LETTERS
            && (shown as f32) < STATED_BODY_SHARE * stated as f32
            && !self.is_cut(shown, stated, walls)
            && !self.is_repeated(paragraphs)
    }

    /// True when it is itself the cut text, or ends with a wall's words.
    fn is_cut(&self, shown: usize, stated: usize, walls: &WallLexicon) -> bool {
        stated < shown + 200 || self.text.lines().last().is_some_and(|last| walls.is_strong(last))
    }

    /// True when it holds a paragraph of the page twice: some systems write the text once more for every part.
    fn is_repeated(&self, paragraphs: &[String]) -> bool {
        let long = paragraphs.iter().map(|p| key(p)).filter(|key| key.len() >= 100);
        long.take(3).any(|key| self.key.matches(key.as_str()).count() > 1)
    }

    /// Its paragraphs, without labels.
    pub(in crate::extract) fn paragraphs(&self) -> Vec<String> {
        let lines = self.text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        lines.filter(|line| !line.is_empty() && !phrases::is_chrome(line)).collect()
    }
}

/// The body out of the metadata as plain text: some sites put markup there.
fn plain(body: &str) -> String {
    if body.contains("</") || body.contains("&lt;") || body.contains("<br") || body.contains("&nbsp;") || body.contains("&#") {
        fragment_paragraphs(body).join("\n")
    } else {
        body.to_owned()
    }
}

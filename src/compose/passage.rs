//! Quoted sentences: which ones a mail quotes, and the matched words in them.

use aho_corasick::{AhoCorasick, MatchKind};

use super::clean;
use super::message::MailArticle;
use crate::text::sentences::sentences;

/// Longest quoted sentence, in graphemes: three lines on a phone held upright are enough to decide whether to open the article.
const SENTENCE: usize = 320;

/// Fewest characters of a term that is marked; one letter would mark half a text.
const TERM: usize = 2;

/// A stretch of quoted text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: String,
    /// A matched word.
    pub(super) is_marked: bool,
}

/// A quoted sentence in its own language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Passage {
    /// `lang` attribute, when known.
    pub(super) lang: Option<String>,
    pub(super) pieces: Vec<Piece>,
}

impl Passage {
    /// Cuts `sentence` to size and marks the article's matched words in it.
    pub(super) fn quote(sentence: &str, article: &MailArticle) -> Passage {
        Passage {
            lang: article.language.map(|lang| lang.to_string()),
            pieces: mark(&clean::line(sentence, SENTENCE), &article.terms),
        }
    }

    /// The words without marks.
    pub(super) fn plain(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }
}

/// The first `count` sentences of an article's lead that are not said already by `said`.
pub(super) fn lead(article: &MailArticle, count: usize, said: &[String]) -> Vec<Passage> {
    let mut out: Vec<Passage> = Vec::new();
    for paragraph in &article.lead {
        // A lead is short; whoever wrote a novel into one is read only so far.
        let paragraph = clean::line(paragraph, 4 * SENTENCE);
        for sentence in sentences(&paragraph) {
            if out.len() == count {
                return out;
            }
            if !said.iter().any(|known| says(known, sentence)) {
                out.push(Passage::quote(sentence, article));
            }
        }
    }
    out
}

fn says(known: &str, sentence: &str) -> bool {
    let bare = |text: &str| text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let (known, sentence) = (bare(known), bare(sentence));
    !sentence.is_empty() && (known.contains(&sentence) || sentence == known)
}

/// Splits `text` at the terms that stand in it as whole words.
fn mark(text: &str, terms: &[String]) -> Vec<Piece> {
    let terms: Vec<&str> = terms.iter().map(|term| term.trim()).filter(|term| term.chars().count() >= TERM).collect();
    let plain = |text: &str| Piece { text: text.to_owned(), is_marked: false };
    let Ok(finder) = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&terms) else {
        return vec![plain(text)];
    };
    let mut out = Vec::new();
    let mut from = 0;
    for found in finder.find_iter(text) {
        if !is_whole_word(text, found.start(), found.end()) {
            continue;
        }
        if found.start() > from {
            out.push(plain(&text[from..found.start()]));
        }
        out.push(Piece { text: text[found.range()].to_owned(), is_marked: true });
        from = found.end();
    }
    if from < text.len() || out.is_empty() {
        out.push(plain(&text[from..]));
    }
    out
}

/// True when no letter stands before or after; Korean particles and unspaced scripts follow a word directly.
fn is_whole_word(text: &str, start: usize, end: usize) -> bool {
    let is_joined =
        |c: char| !('\u{1100}'..='\u{11ff}').contains(&c) && !('\u{2e80}'..='\u{d7af}').contains(&c) && c.is_alphanumeric();
    !text[..start].chars().next_back().is_some_and(is_joined) && !text[end..].chars().next().is_some_and(is_joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, terms: &[&str], expected: &str) {
        let terms: Vec<String> = terms.iter().map(|t| (*t).to_owned()).collect();
        let shown: String =
            mark(text, &terms).iter().map(|p| if p.is_marked { format!("[{}]", p.text) } else { p.text.clone() }).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn matched_words_are_marked_whole() {
        check("Kim quitte Pyongyang", &["Pyongyang", "Kim"], "[Kim] quitte [Pyongyang]");
        check("Kimono et Kim", &["Kim"], "Kimono et [Kim]");
        check("북한군이 러시아에", &["북한군", "러시아"], "[북한군]이 [러시아]에");
        check("Corée du Nord", &["Corée", "Corée du Nord", "", "d"], "[Corée du Nord]");
        check("", &["x"], "");
    }
}

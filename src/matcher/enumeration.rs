//! Which names stand in an enumeration: "China, Russia, Iran and North Korea" relates nobody to anybody.
//!
//! In: a [`Reading`]. Out: for each hit whether it is an item of a row of parties. Not done here: what that is worth.

use std::borrow::Cow;
use std::collections::HashSet;

use super::lexicon::{Hit, Meaning, Sides, TermKind};
use super::scan::Reading;
use super::spec::TopicSpec;

/// Between two parties of an enumeration stand at most so many bytes.
const JOINER_BYTES: usize = 24;

/// Two parties may be a sample of more; the word that says so stands within so many bytes, and within so many terms.
const SAMPLE_ITEMS: usize = 2;
const SAMPLE_BYTES: usize = 4;
const SAMPLE_DEPTH: usize = 3;

/// Between two names of one party, such as a country's and its president's, so many.
const TITLE_BYTES: usize = 32;

/// With what is quoted about the first, so many.
const QUOTED_BYTES: usize = 120;

/// For each hit, whether it stands in an enumeration of parties.
pub(super) fn enumerated(reading: &Reading<'_>, spec: &TopicSpec, joiners: &HashSet<String>) -> Vec<bool> {
    let hits = &reading.hits;
    let text = reading.folded.as_str();
    let mut out: Vec<bool> = hits.iter().map(|hit| hit.meaning == Meaning::Listed).collect();
    let parties: Vec<usize> =
        (0..hits.len()).filter(|&i| matches!(hits[i].meaning, Meaning::Named(_) | Meaning::Other { .. })).collect();
    // "Russian President Vladimir Putin" is one item of a row, by whatever names.
    let is_same = |a: &Hit, b: &Hit| party(a) == party(b) && is_title(&text[a.range.end.min(b.range.start)..b.range.start]);
    let goes_on = |last: usize, next: usize| {
        is_same(&hits[last], &hits[next]) || is_joined(text, hits[last].range.end, hits[next].range.start, joiners)
    };
    for run in parties.chunk_by(|&last, &next| goes_on(last, next)) {
        let distinct: HashSet<(Sides, u16)> = run.iter().map(|&i| party(&hits[i])).collect();
        let pairs = usize::from(run.iter().any(|&i| hits[i].kind == TermKind::Pair));
        let is_list = distinct.len() > 1 && distinct.len() + pairs >= spec.list.min_items;
        let is_sample = || {
            let sides = distinct.iter().fold(0, |all, (sides, _)| all | sides).count_ones() as usize;
            let others = distinct.iter().filter(|(sides, _)| *sides == 0).count();
            sides + others + pairs >= SAMPLE_ITEMS && is_sampled(reading, run)
        };
        if is_list || is_sample() {
            run.iter().for_each(|&i| out[i] = true);
        }
    }
    out
}

/// True when a word right before or after a row of parties says that they are a sample of more.
fn is_sampled(reading: &Reading<'_>, run: &[usize]) -> bool {
    let (Some(&first), Some(&last)) = (run.first(), run.last()) else { return false };
    let (hits, text) = (&reading.hits, reading.folded.as_str());
    let touches = |start: usize, end: usize| {
        start <= end && end - start <= SAMPLE_BYTES && text[start..end].chars().all(|c| matches!(c, ' ' | ',' | '-' | '(' | ':'))
    };
    let is_before = hits[..first]
        .iter()
        .rev()
        .take(SAMPLE_DEPTH)
        .any(|hit| hit.meaning == Meaning::Sample && touches(hit.range.end, hits[first].range.start));
    is_before
        || hits[last..]
            .iter()
            .skip(1)
            .take(SAMPLE_DEPTH)
            .any(|hit| hit.meaning == Meaning::Sample && touches(hits[last].range.end, hit.range.start))
}

/// What may stand between two names of one person or country: a few words of one sentence.
fn is_title(between: &str) -> bool {
    between.len() <= TITLE_BYTES && !between.contains(['\n', '.', ',', ';', ':', '?', '!', '。', '、', '-'])
}

/// A party for counting: a side whatever its name, a third party by its concept.
fn party(hit: &Hit) -> (Sides, u16) {
    match hit.meaning {
        Meaning::Named(sides) => (sides, 0),
        _ => (0, hit.concept),
    }
}

pub(super) fn is_joined(text: &str, end: usize, start: usize, joiners: &HashSet<String>) -> bool {
    if start <= end || start - end > QUOTED_BYTES {
        return false;
    }
    // In a report that calls China a "challenge", Russia a "concern", what is quoted parts no enumeration.
    let between = unquoted(&text[end..start]);
    // Something must join them: in "푸틴·김정은 中" the third only follows.
    between.len() <= JOINER_BYTES
        && between.contains(|c: char| c != ' ')
        && between.split(|c: char| !c.is_alphanumeric()).all(|word| word.is_empty() || joiners.contains(word))
        && !between.contains(['\n', '.', '?', '!', ':', '。'])
}

/// A stretch without what stands between quotation marks.
fn unquoted(text: &str) -> Cow<'_, str> {
    const QUOTES: [(char, char); 5] = [('「', '」'), ('『', '』'), ('“', '”'), ('«', '»'), ('"', '"')];
    let mut text = Cow::Borrowed(text);
    if !text.contains(QUOTES.map(|(open, _)| open)) {
        return text;
    }
    for (open, close) in QUOTES {
        while let Some(start) = text.find(open) {
            let Some(length) = text[start + open.len_utf8()..].find(close) else { break };
            text.to_mut().replace_range(start..start + open.len_utf8() + length + close.len_utf8(), "");
        }
    }
    text
}

//! What names a side only in company: family names and descriptions.
//!
//! In: a [`Reading`] with hints and descriptions among its hits. Out: the same with each of them either a name or gone.

use std::ops::Range;

use super::lexicon::{Hit, Meaning, Sides, TermKind};
use super::scan::Reading;
use crate::text::letters::is_syllable;
use crate::text::words::is_hangul;

/// A family name beside a person of another side, within so many words, is a name.
const HINT_WORDS: f64 = 14.0;

/// Two hints at one side within so many folded bytes make each other certain.
const HINT_BYTES: usize = 200;

/// Turns hints and descriptions into names where something makes them certain, and drops the others.
pub(super) fn settle(reading: &mut Reading<'_>) {
    let hits = &reading.hits;
    // Named outright, a side makes all hints at it certain.
    let mut settled = hits.iter().fold(0, |sides, hit| sides | hit.meaning.sides(0));
    let mut described = vec![false; hits.len()];
    for (index, hit) in hits.iter().enumerate() {
        match hit.meaning {
            Meaning::Hint(side)
                if settled & side == 0
                    && (is_backed(hits, index, side) || hit.kind == TermKind::Person && is_meant(reading, index, side)) =>
            {
                settled |= side;
            }
            Meaning::Description(side) => described[index] = is_backed(hits, index, side),
            _ => {}
        }
    }
    let mut described = described.into_iter();
    reading.hits.retain_mut(|hit| {
        let is_described = described.next().unwrap_or_default();
        match hit.meaning {
            Meaning::Hint(side) | Meaning::Description(side) => {
                let is_hint = matches!(hit.meaning, Meaning::Hint(_));
                hit.meaning = Meaning::Named(side);
                if is_hint { settled & side != 0 } else { is_described }
            }
            _ => true,
        }
    });
}

/// Another hint or description of the same side, by another word, stands near.
fn is_backed(hits: &[Hit], index: usize, side: Sides) -> bool {
    let hit = &hits[index];
    let first = hits.partition_point(|h| h.range.start + HINT_BYTES < hit.range.start);
    hits[first..]
        .iter()
        .take_while(|h| h.range.start < hit.range.end + HINT_BYTES)
        .any(|h| h.term != hit.term && matches!(h.meaning, Meaning::Hint(other) | Meaning::Description(other) if other == side))
}

/// Whether a family name that stands by itself means the person of the topic: a person of another side stands near it; or another side and a concept do,
/// and no third party, whose citizen it might be.
fn is_meant(reading: &Reading<'_>, index: usize, side: Sides) -> bool {
    let hits = &reading.hits;
    let hint = &hits[index];
    let first = hits.partition_point(|h| h.range.start + HINT_BYTES < hint.range.start);
    let near = || hits[first..].iter().take_while(|h| h.range.start < hint.range.end + HINT_BYTES);
    let is_foreign = |h: &&Hit| {
        matches!(h.meaning, Meaning::Named(sides) if sides & side == 0) && words_between(reading, h, hint) <= HINT_WORDS
    };
    let by_side = || {
        near().any(|h| is_foreign(&h))
            && near().any(|h| matches!(h.meaning, Meaning::Context(_)))
            && !near().any(|h| matches!(h.meaning, Meaning::Other { .. }))
            && stands_alone(reading, &hint.range)
    };
    near().filter(is_foreign).any(|h| h.kind == TermKind::Person) || by_side()
}

/// No other capitalised word touches the name: not "Tatyana Kim", not "Kim Philby".
fn stands_alone(reading: &Reading<'_>, range: &Range<usize>) -> bool {
    let piece = reading.folded.piece_at(range.start);
    let Some(text) = reading.pieces.get(piece) else { return false };
    let (start, end) = (reading.folded.original(range.start), reading.folded.original(range.end));
    let (Some(before), Some(after)) = (text.get(..start), text.get(end..)) else { return false };
    let is_capital = |word: Option<&str>| word.and_then(|w| w.chars().next()).is_some_and(char::is_uppercase);
    let follows = after.strip_prefix(' ').map(|rest| rest.split(' ').next());
    let precedes = before.strip_suffix(' ').map(|rest| rest.rsplit(' ').next());
    !is_capital(follows.flatten()) && !is_capital(precedes.flatten())
}

/// The words between two hits of one piece; infinite between pieces. Two letters of a script without spaces count as a word.
pub(super) fn words_between(reading: &Reading<'_>, a: &Hit, b: &Hit) -> f64 {
    let (start, end) = (a.range.end.min(b.range.end), a.range.start.max(b.range.start));
    if start >= end {
        return 0.0;
    }
    let gap = &reading.folded.as_str()[start..end];
    gap.chars().fold(0.0, |words, c| match c {
        '\n' => f64::INFINITY,
        ' ' | '-' => words + 1.0,
        c if is_syllable(c) && !is_hangul(c) => words + 0.5,
        _ => words,
    })
}

//! Where the sides of a topic meet, and what each meeting is worth.
//!
//! In: a [`Reading`]. Out: [`Meeting`]s with points. A meeting is a sentence, or two neighbouring ones, in which every side is named; an enumeration of
//! countries is hardly one.

use std::collections::HashSet;
use std::ops::Range;

use super::lexicon::{Hit, Meaning, Sides};
use super::outcome::Zone;
use super::pattern::is_syllable;
use super::scan::Reading;
use super::spec::TopicSpec;
use crate::text::sentences::sentences;

/// A family name beside a person of another side, within so many words, is a name.
const HINT_WORDS: f64 = 10.0;

/// Two hints at one side within so many folded bytes make each other certain.
const HINT_BYTES: usize = 200;

/// The sides are looked for among so many names in a row.
const STRETCH: usize = 32;

/// Between two parties of an enumeration stand at most so many bytes.
const JOINER_BYTES: usize = 24;

/// How the sides meet, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// One term names all sides.
    Joint,
    /// One sentence, near each other.
    Near,
    /// One sentence, far apart.
    Far,
    /// One side in the headline, the other in the first sentences.
    Headline,
    /// Neighbouring sentences.
    Neighbour,
    /// An enumeration.
    List,
}

/// One place where the sides meet.
#[derive(Debug)]
pub(super) struct Meeting {
    pub kind: Kind,
    pub zone: Zone,
    /// The hits that make it: indices into [`Reading::hits`].
    pub names: Vec<usize>,
    /// Concepts beside them, and the share of the points that each has.
    pub contexts: Vec<(usize, f64)>,
    /// What the meeting is worth before zone and length are looked at: 1 for a plain near one.
    pub strength: f64,
}

/// A sentence that names something.
struct Unit {
    piece: usize,
    /// Its place among the sentences of the piece, and whether it is the last.
    sentence: usize,
    is_last: bool,
    zone: Zone,
    hits: Range<usize>,
    /// The sides named outside enumerations, and inside.
    free: Sides,
    listed: Sides,
}

/// Finds the meetings of all sides; `all` has a bit for each.
pub(super) fn meetings(reading: &mut Reading<'_>, spec: &TopicSpec, joiners: &HashSet<String>, all: Sides) -> Vec<Meeting> {
    settle_hints(reading);
    let hits = &reading.hits;
    let named = hits.iter().fold(0, |sides, hit| sides | sides_of(hit.meaning, all));
    if named != all {
        return Vec::new();
    }
    let listed = enumerated(reading, spec, joiners);
    let units = units(reading, spec, &listed, all);
    let mut out = Vec::new();
    let mut linked_before = false;
    let mut headline = units.first().filter(|unit| unit.zone == Zone::Title);
    for (index, unit) in units.iter().enumerate() {
        let before = index.checked_sub(1).map(|i| &units[i]).filter(|before| follows(before, unit));
        let mut linked = false;
        let found = if unit.free == all {
            linked = true;
            let (kind, is_apart) = near_kind(reading, &listed, unit, spec, all);
            let share = if kind == Kind::Far { spec.near.far } else { 1.0 };
            Some((kind, if is_apart { share * spec.near.between } else { share }, vec![unit]))
        } else if let Some(title) =
            headline.filter(|title| is_under(title, unit) && title.free | unit.free == all && title.free != all)
        {
            // Once is enough: the headline's side does not meet every sentence of the text.
            headline = None;
            let names_third = [title, unit].iter().any(|u| hits[u.hits.clone()].iter().any(|h| h.meaning == Meaning::Other));
            let share = if names_third { spec.near.headline * spec.near.between } else { spec.near.headline };
            Some((Kind::Headline, share, vec![title, unit]))
        } else if let Some(before) =
            before.filter(|before| !linked_before && before.zone != Zone::Title && before.free | unit.free == all)
        {
            linked = true;
            Some((Kind::Neighbour, spec.near.neighbour, vec![before, unit]))
        } else if unit.free | unit.listed == all {
            Some((Kind::List, spec.list.weight, vec![unit]))
        } else {
            None
        };
        linked_before = linked;
        if let Some((kind, share, parts)) = found {
            out.push(meeting(reading, spec, kind, share, &parts, all));
        }
    }
    out
}

/// The sides that a meaning names.
fn sides_of(meaning: Meaning, all: Sides) -> Sides {
    match meaning {
        Meaning::Named(sides) => sides,
        Meaning::Listed => all,
        _ => 0,
    }
}

/// Turns hints into names where something makes them certain, and drops the others.
fn settle_hints(reading: &mut Reading<'_>) {
    let hits = &reading.hits;
    // Named outright, a side makes all hints at it certain.
    let mut settled = hits.iter().fold(0, |sides, hit| sides | sides_of(hit.meaning, 0));
    for (index, hint) in hits.iter().enumerate() {
        let Meaning::Hint(side) = hint.meaning else { continue };
        if settled & side != 0 {
            continue;
        }
        let end = hint.range.end + HINT_BYTES;
        let by_hint = hits[index + 1..].iter().take_while(|h| h.range.start < end).any(|h| {
            h.meaning == hint.meaning && h.range != hint.range && reading.original(&h.range) != reading.original(&hint.range)
        });
        if by_hint || hint.is_person && is_meant(reading, index, side) {
            settled |= side;
        }
    }
    for hit in &mut reading.hits {
        if let Meaning::Hint(side) = hit.meaning {
            hit.meaning = if settled & side != 0 { Meaning::Named(side) } else { Meaning::Hint(side) };
        }
    }
    reading.hits.retain(|hit| !matches!(hit.meaning, Meaning::Hint(_)));
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
            && !near().any(|h| h.meaning == Meaning::Other)
            && stands_alone(reading, &hint.range)
    };
    near().filter(is_foreign).any(|h| h.is_person) || by_side()
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
fn words_between(reading: &Reading<'_>, a: &Hit, b: &Hit) -> f64 {
    let (start, end) = (a.range.end.min(b.range.end), a.range.start.max(b.range.start));
    if start >= end {
        return 0.0;
    }
    let gap = &reading.folded.as_str()[start..end];
    gap.chars().fold(0.0, |words, c| match c {
        '\n' => f64::INFINITY,
        ' ' | '-' => words + 1.0,
        c if is_syllable(c) && !crate::text::words::is_hangul(c) => words + 0.5,
        _ => words,
    })
}

/// For each hit, whether it stands in an enumeration of parties.
fn enumerated(reading: &Reading<'_>, spec: &TopicSpec, joiners: &HashSet<String>) -> Vec<bool> {
    let hits = &reading.hits;
    let text = reading.folded.as_str();
    let mut out: Vec<bool> = hits.iter().map(|hit| hit.meaning == Meaning::Listed).collect();
    let parties: Vec<usize> =
        (0..hits.len()).filter(|&i| matches!(hits[i].meaning, Meaning::Named(_) | Meaning::Other)).collect();
    let mut run: Vec<usize> = Vec::new();
    for (at, &index) in parties.iter().enumerate() {
        let joined = run.last().is_some_and(|&last| is_joined(text, hits[last].range.end, hits[index].range.start, joiners));
        if !joined {
            run.clear();
        }
        run.push(index);
        let goes_on =
            parties.get(at + 1).is_some_and(|&next| is_joined(text, hits[index].range.end, hits[next].range.start, joiners));
        let distinct: HashSet<(Sides, u16)> = run.iter().map(|&i| party(&hits[i])).collect();
        if !goes_on && distinct.len() >= spec.list.min_items {
            run.iter().for_each(|&i| out[i] = true);
        }
    }
    out
}

/// A party for counting: a side whatever its name, a third party by its concept.
fn party(hit: &Hit) -> (Sides, u16) {
    match hit.meaning {
        Meaning::Named(sides) => (sides, 0),
        _ => (0, hit.concept),
    }
}

fn is_joined(text: &str, end: usize, start: usize, joiners: &HashSet<String>) -> bool {
    // Something must join them: in "푸틴·김정은 中" the third only follows.
    start > end
        && start - end <= JOINER_BYTES
        && text[end..start].contains(|c: char| c != ' ')
        && text[end..start].split(|c: char| !c.is_alphanumeric()).all(|word| word.is_empty() || joiners.contains(word))
        && !text[end..start].contains(['\n', '.', '?', '!', ':', '。'])
}

/// The sentences that hold hits, in order.
fn units(reading: &Reading<'_>, spec: &TopicSpec, listed: &[bool], all: Sides) -> Vec<Unit> {
    let hits = &reading.hits;
    let mut out = Vec::new();
    let mut next = 0;
    while next < hits.len() {
        let piece = reading.folded.piece_at(hits[next].range.start);
        let range = reading.folded.piece(piece);
        let text = &reading.folded.as_str()[range.clone()];
        // The headline is one unit, whatever its punctuation.
        let ends: Vec<usize> = if piece == 0 { vec![text.len()] } else { sentence_ends(reading, piece, text) };
        for (sentence, &end) in ends.iter().enumerate() {
            let first = next;
            while next < hits.len() && hits[next].range.start < range.start + end {
                next += 1;
            }
            if next > first {
                let is_last = sentence + 1 == ends.len();
                let zone = reading.zone(hits[first].range.start);
                let mut unit = Unit { piece, sentence, is_last, zone, hits: first..next, free: 0, listed: 0 };
                count_sides(&mut unit, hits, listed, spec, all);
                out.push(unit);
            }
        }
        // Whatever a rounding of offsets may leave behind belongs to no sentence.
        while next < hits.len() && hits[next].range.start < range.end {
            next += 1;
        }
    }
    out
}

/// Where the sentences of a piece end, as offsets in its folded text.
fn sentence_ends(reading: &Reading<'_>, piece: usize, folded: &str) -> Vec<usize> {
    let original = reading.pieces[piece];
    let start = reading.folded.piece(piece).start;
    let mut out: Vec<usize> = Vec::new();
    let mut from = 0;
    for sentence in sentences(original) {
        // Sentences are slices of the paragraph.
        let end = sentence.as_ptr() as usize - original.as_ptr() as usize + sentence.len();
        // The folded offset whose original is `end`; both grow together.
        let mut low = from;
        let mut high = folded.len();
        while low < high {
            let middle = low + (high - low) / 2;
            if reading.folded.original(start + middle) < end { low = middle + 1 } else { high = middle }
        }
        from = low;
        out.push(low);
    }
    if let Some(last) = out.last_mut() {
        *last = folded.len();
    }
    out
}

fn count_sides(unit: &mut Unit, hits: &[Hit], listed: &[bool], spec: &TopicSpec, all: Sides) {
    let mut others: Vec<u16> =
        hits[unit.hits.clone()].iter().filter(|h| h.meaning == Meaning::Other).map(|h| h.concept).collect();
    others.sort_unstable();
    others.dedup();
    let is_crowd = others.len() >= spec.list.crowd;
    for index in unit.hits.clone() {
        let sides = sides_of(hits[index].meaning, all);
        if listed[index] || is_crowd {
            unit.listed |= sides;
        } else {
            unit.free |= sides;
        }
    }
}

/// How the sides meet in one sentence, and whether third parties stand between them wherever they do.
fn near_kind(reading: &Reading<'_>, listed: &[bool], unit: &Unit, spec: &TopicSpec, all: Sides) -> (Kind, bool) {
    let parties: Vec<(usize, Sides)> = unit
        .hits
        .clone()
        .filter(|&i| !listed[i])
        .filter_map(|i| match reading.hits[i].meaning {
            Meaning::Named(sides) => Some((i, sides)),
            Meaning::Other => Some((i, 0)),
            _ => None,
        })
        .collect();
    if parties.iter().any(|&(_, sides)| sides == all) {
        return (Kind::Joint, false);
    }
    let (mut is_near, mut is_apart) = (false, true);
    for last in 0..parties.len() {
        let (mut sides, mut third) = (0, false);
        // The shortest stretch that ends here and holds every side; a longer one than this is not worth the search.
        for &(first, named) in parties[..=last].iter().rev().take(STRETCH) {
            sides |= named;
            third |= named == 0;
            if sides == all {
                is_near |= words_between(reading, &reading.hits[first], &reading.hits[parties[last].0]) <= spec.near.words as f64;
                is_apart &= third;
                break;
            }
        }
    }
    (if is_near { Kind::Near } else { Kind::Far }, is_apart)
}

/// `unit` comes right after `before`.
fn follows(before: &Unit, unit: &Unit) -> bool {
    if before.piece == unit.piece {
        before.sentence + 1 == unit.sentence
    } else {
        before.piece + 1 == unit.piece && before.is_last && unit.sentence == 0
    }
}

/// `unit` is one of the sentences right under the headline.
fn is_under(title: &Unit, unit: &Unit) -> bool {
    title.piece == 0 && unit.piece == 1 && unit.sentence < 2
}

fn meeting(reading: &Reading<'_>, spec: &TopicSpec, kind: Kind, share: f64, parts: &[&Unit], all: Sides) -> Meeting {
    let hits = &reading.hits;
    let indices = || parts.iter().flat_map(|unit| unit.hits.clone());
    let names = indices().filter(|&i| sides_of(hits[i].meaning, all) != 0).collect();
    let mut contexts: Vec<(usize, f64)> = Vec::new();
    let mut factor = 1.0;
    for index in indices() {
        match hits[index].meaning {
            Meaning::Context(context) if !contexts.iter().any(|&(i, _)| hits[i].meaning == hits[index].meaning) => {
                contexts.push((index, spec.contexts[context as usize].weight));
            }
            Meaning::Damp(damp) if spec.damps[damp as usize].scope == super::spec::DampScope::Sentence => {
                factor *= spec.damps[damp as usize].factor;
            }
            _ => {}
        }
    }
    let sum: f64 = contexts.iter().map(|(_, weight)| weight).sum();
    if sum > spec.points.context_limit {
        contexts.iter_mut().for_each(|(_, weight)| *weight *= spec.points.context_limit / sum);
    }
    let raised = if contexts.is_empty() { spec.points.bare } else { 1.0 + sum.min(spec.points.context_limit) };
    let zone = parts.last().map_or(Zone::Body, |unit| unit.zone);
    Meeting { kind, zone, names, contexts, strength: share * factor * raised }
}

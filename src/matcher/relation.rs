//! Where the sides of a topic meet, and what each meeting is worth.
//!
//! In: a [`Reading`]. Out: [`Meeting`]s with points. A meeting is a sentence, or two neighbouring ones, in which every side is named; an enumeration of
//! countries is hardly one.

use std::collections::HashSet;
use std::ops::Range;

use super::enumeration::{enumerated, is_joined};
use super::hints::{self, words_between};
use super::lexicon::{Hit, Meaning, Sides, TermKind};
use super::outcome::Zone;
use super::scan::Reading;
use super::spec::TopicSpec;
use crate::text::sentences::sentences;

/// The sides are looked for among so many names in a row.
const STRETCH: usize = 32;

/// A paragraph goes on about what a sentence says for so many more: some texts come as one paragraph.
const CONTINUED_SENTENCES: usize = 3;

/// A paragraph with so many semicolons or bullets is a row of items.
const ROW_MARKS: usize = 3;

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
    /// A sentence that goes on about one side, in a paragraph in which they meet.
    Continued,
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
    /// The words between the sides where they stand nearest, when one sentence names both.
    pub words: Option<usize>,
    /// It stands in the first sentence under the headline, and that is no row of short items.
    pub is_opening: bool,
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
    hints::settle(reading);
    let hits = &reading.hits;
    let named = hits.iter().fold(0, |sides, hit| sides | hit.meaning.sides(all));
    if named != all {
        return Vec::new();
    }
    let listed = enumerated(reading, spec, joiners);
    let units = units(reading, spec, &listed, all);
    let mut out = Vec::new();
    let mut met = vec![false; units.len()];
    let mut linked_before = false;
    let mut headline = units.first().filter(|unit| unit.zone == Zone::Title);
    for (index, unit) in units.iter().enumerate() {
        let before = index.checked_sub(1).map(|i| &units[i]).filter(|before| follows(before, unit));
        let (mut linked, mut words) = (false, None);
        let found = if unit.free == all {
            linked = true;
            let way = way_of(reading, &listed, unit, spec, joiners, all);
            let far = if way.kind == Kind::Far { spec.near.far } else { 1.0 };
            let between = if way.is_apart { spec.near.between } else { 1.0 };
            let is_mutual = || hits[unit.hits.clone()].iter().any(|hit| hit.meaning == Meaning::Mutual);
            let is_beside = way.is_pair && third_parties(hits, &[unit]) > 0 && !is_mutual();
            // A peer is the likelier one with whom both have to do.
            let is_peer = |hit: &Hit| hit.meaning == Meaning::Other { is_peer: true };
            let paired = match is_beside {
                true if hits[unit.hits.clone()].iter().any(is_peer) => spec.near.paired * spec.near.paired,
                true => spec.near.paired,
                false => 1.0,
            };
            words = Some(way.words);
            Some((way.kind, far * between * paired, vec![unit]))
        } else if let Some(title) =
            headline.filter(|title| is_under(title, unit) && title.free | unit.free == all && title.free != all)
        {
            // Once is enough: the headline's side does not meet every sentence of the text.
            headline = None;
            let is_apart = third_parties(hits, &[title, unit]) > 1;
            let share = if is_apart { spec.near.headline * spec.near.between } else { spec.near.headline };
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
        if linked {
            met[index] = true;
        }
        if let Some((kind, share, parts)) = found {
            out.push(Meeting { words, ..meeting(reading, spec, kind, share, &parts, all) });
        }
    }
    out.extend(continued(reading, spec, &units, &met, all));
    out
}

/// Sentences of the body that go on about one side, in paragraphs in which the sides meet; `met` says of each sentence whether they do there.
fn continued(reading: &Reading<'_>, spec: &TopicSpec, units: &[Unit], met: &[bool], all: Sides) -> Vec<Meeting> {
    let goes_on = |index: usize| {
        let unit = &units[index];
        let is_near = |other: usize| {
            met[other] && units[other].piece == unit.piece && units[other].sentence.abs_diff(unit.sentence) <= CONTINUED_SENTENCES
        };
        let around = index.saturating_sub(CONTINUED_SENTENCES)..(index + CONTINUED_SENTENCES + 1).min(units.len());
        unit.zone == Zone::Body && unit.free != 0 && !met[index] && around.into_iter().any(is_near)
    };
    let found = (0..units.len()).filter(|&index| goes_on(index));
    found.map(|index| meeting(reading, spec, Kind::Continued, spec.near.continued, &[&units[index]], all)).collect()
}

/// The sentences that hold hits, in order.
fn units(reading: &Reading<'_>, spec: &TopicSpec, listed: &[bool], all: Sides) -> Vec<Unit> {
    let hits = &reading.hits;
    let mut out = Vec::new();
    let mut next = 0;
    while next < hits.len() {
        let piece = reading.folded.piece_at(hits[next].range.start);
        let range = reading.folded.piece(piece);
        // The headline is one unit, whatever its punctuation.
        let ends: Vec<usize> = if piece == 0 { vec![range.len()] } else { sentence_ends(reading, piece) };
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
fn sentence_ends(reading: &Reading<'_>, piece: usize) -> Vec<usize> {
    let original = reading.pieces[piece];
    let range = reading.folded.piece(piece);
    // Sentences are slices of the paragraph.
    let end = |sentence: &str| sentence.as_ptr() as usize - original.as_ptr() as usize + sentence.len();
    let mut ends: Vec<usize> =
        sentences(original).into_iter().map(|s| reading.folded.folded(piece, end(s)) - range.start).collect();
    if let Some(last) = ends.last_mut() {
        *last = range.len();
    }
    ends
}

/// How many different third parties are named. One may report on the sides; two are busy with each other.
fn third_parties(hits: &[Hit], units: &[&Unit]) -> usize {
    let hits = units.iter().flat_map(|unit| &hits[unit.hits.clone()]);
    let third =
        hits.clone().filter(|hit| matches!(hit.meaning, Meaning::Other { .. })).map(|hit| hit.concept).collect::<HashSet<u16>>();
    third.len() + usize::from(hits.clone().any(|hit| hit.kind == TermKind::Pair))
}

fn count_sides(unit: &mut Unit, hits: &[Hit], listed: &[bool], spec: &TopicSpec, all: Sides) {
    let mut others: Vec<(bool, u16)> = hits[unit.hits.clone()]
        .iter()
        .filter_map(|hit| match hit.meaning {
            Meaning::Other { is_peer } => Some((is_peer, hit.concept)),
            _ => None,
        })
        .collect();
    others.sort_unstable();
    others.dedup();
    let peers = others.iter().filter(|(is_peer, _)| *is_peer).count();
    let is_crowd = others.len() >= spec.list.crowd || peers >= spec.list.peers;
    for index in unit.hits.clone() {
        let sides = hits[index].meaning.sides(all);
        if listed[index] || is_crowd {
            unit.listed |= sides;
        } else {
            unit.free |= sides;
        }
    }
}

/// How the sides meet in one sentence.
struct Way {
    kind: Kind,
    /// Third parties stand between them wherever they do.
    is_apart: bool,
    /// They are only named in one breath ("Russia and North Korea") wherever they do.
    is_pair: bool,
    /// The words between them where they stand nearest; none in a term that names all.
    words: usize,
}

fn way_of(reading: &Reading<'_>, listed: &[bool], unit: &Unit, spec: &TopicSpec, joiners: &HashSet<String>, all: Sides) -> Way {
    let parties: Vec<(usize, Sides)> = unit
        .hits
        .clone()
        .filter(|&i| !listed[i])
        .filter_map(|i| match reading.hits[i].meaning {
            Meaning::Named(sides) => Some((i, sides)),
            Meaning::Other { .. } => Some((i, 0)),
            _ => None,
        })
        .collect();
    if parties.iter().any(|&(_, sides)| sides == all) {
        return Way { kind: Kind::Joint, is_apart: false, is_pair: false, words: 0 };
    }
    let text = reading.folded.as_str();
    let mut way = Way { kind: Kind::Far, is_apart: true, is_pair: true, words: usize::MAX };
    for last in 0..parties.len() {
        let (mut sides, mut third) = (0, false);
        // The shortest stretch that ends here and holds every side; a longer one than this is not worth the search.
        for (back, &(first, named)) in parties[..=last].iter().rev().take(STRETCH).enumerate() {
            sides |= named;
            third |= named == 0;
            if sides == all {
                let (start, end) = (&reading.hits[first], &reading.hits[parties[last].0]);
                way.words = way.words.min(words_between(reading, start, end) as usize);
                way.is_apart &= third;
                way.is_pair &= back == 1 && is_joined(text, start.range.end, end.range.start, joiners);
                break;
            }
        }
    }
    way.kind = if way.words <= spec.near.words { Kind::Near } else { Kind::Far };
    way
}

/// The sentence's paragraph is a row of short items: "…; …; …".
fn is_row(reading: &Reading<'_>, unit: &Unit) -> bool {
    let piece = reading.folded.piece(unit.piece);
    let text = &reading.folded.as_str()[piece];
    text.matches([';', '|', '•', '▲', '△', '■', '●', '◆', '▶']).count() >= ROW_MARKS
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
    let names = indices().filter(|&i| hits[i].meaning.sides(all) != 0).collect();
    let mut contexts: Vec<(usize, f64)> = Vec::new();
    let mut factor = 1.0;
    for index in indices() {
        match hits[index].meaning {
            Meaning::Context(context) => {
                let weight = spec.contexts[context as usize].weight;
                // A word that means two concepts is one word: the heavier counts.
                let same = |other: &Hit| other.range.start < hits[index].range.end && hits[index].range.start < other.range.end;
                match contexts.iter_mut().find(|(i, _)| hits[*i].meaning == hits[index].meaning || same(&hits[*i])) {
                    Some(known) if known.1 < weight && same(&hits[known.0]) => *known = (index, weight),
                    Some(_) => {}
                    None => contexts.push((index, weight)),
                }
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
    let is_opening = parts.iter().any(|unit| unit.piece == 1 && unit.sentence == 0 && !is_row(reading, unit));
    Meeting { kind, zone, names, contexts, words: None, is_opening, strength: share * factor * raised }
}

//! From meetings to a score that its evidence explains to the digit.
//!
//! In: a reading and its meetings. Out: points by term, and from them the score ([`PointRule::score`]), shared out among the terms.

use super::lexicon::{Hit, Lexicon, Meaning};
use super::outcome::{Concept, Evidence, Zone};
use super::relation::{Kind, Meeting};
use super::scan::{Reading, columns};
use super::spec::{PointRule, TopicSpec};
use crate::text::sentences::sentences;

/// Weights are rounded to so many parts of one, so that what is printed adds up.
const PARTS: f64 = 10_000.0;

/// So many reasons are kept; the smallest of a long text are put together into the last.
const REASONS: usize = 40;

/// So many spellings are told apart; what comes later is booked on the last.
const MOST_ROWS: usize = 400;

/// A text of so many columns would name whom the headline names.
const TEXT_COLUMNS: usize = 100;

/// What opens a text shorter than this is its subject, whatever the headline says; a longer one has several sentences.
const ASIDE_COLUMNS: usize = 300;

/// A paragraph of up to so many columns, in a text of at least so many times that, is no section of it.
const ASIDE_PARAGRAPH: usize = 250;
const ASIDE_SHARE: usize = 4;

/// So many sentences are several.
const ASIDE_SENTENCES: usize = 3;

/// Points by term.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    rows: Vec<Row>,
    /// Of the points of the text, those of its first sentence.
    opening: f64,
}

#[derive(Debug)]
struct Row {
    term: String,
    concept: u16,
    zone: Zone,
    count: u32,
    points: f64,
}

impl Ledger {
    /// Books points for a hit.
    pub(super) fn book(&mut self, reading: &Reading<'_>, hit: usize, points: f64) {
        let hit = &reading.hits[hit];
        let (zone, term) = (reading.zone(hit.range.start), reading.original(&hit.range));
        let is_same = |row: &Row| row.concept == hit.concept && row.zone == zone && row.term == term;
        match self.rows.iter().position(is_same) {
            Some(row) => {
                self.rows[row].count += 1;
                self.rows[row].points += points;
            }
            None if self.rows.len() < MOST_ROWS => {
                self.rows.push(Row { term: term.to_owned(), concept: hit.concept, zone, count: 1, points });
            }
            // A text made to hold ever new spellings must not cost ever more time.
            None => self.rows[MOST_ROWS - 1].points += points,
        }
    }

    /// All points.
    pub(super) fn points(&self) -> f64 {
        self.rows.iter().map(|row| row.points).sum()
    }

    /// The points of what stands under the title and the sentence that opens the text.
    pub(super) fn points_under_opening(&self) -> f64 {
        let under: f64 = self.rows.iter().filter(|row| row.zone != Zone::Title).map(|row| row.points).sum();
        (under - self.opening).max(0.0)
    }

    /// Multiplies every row's points.
    pub(super) fn scale(&mut self, factor: f64) {
        self.rows.iter_mut().for_each(|row| row.points *= factor);
    }

    /// The score and the evidence that adds up to it, heaviest first.
    pub(super) fn settle(mut self, lexicon: &Lexicon, rule: &PointRule) -> (f64, Vec<Evidence>) {
        let points = self.points().max(0.0);
        let score = rule.score(points);
        let share = if points > 0.0 { score / points } else { 0.0 };
        self.rows
            .sort_by(|a, b| b.points.abs().total_cmp(&a.points.abs()).then_with(|| (a.zone, &a.term).cmp(&(b.zone, &b.term))));
        if self.rows.len() > REASONS {
            let rest: f64 = self.rows[REASONS..].iter().map(|row| row.points).sum();
            let count = self.rows[REASONS..].iter().map(|row| row.count).sum();
            self.rows.truncate(REASONS);
            if let Some(last) = self.rows.last().map(|row| (row.concept, row.zone)) {
                self.rows.push(Row { term: "…".to_owned(), concept: last.0, zone: last.1, count, points: rest });
            }
        }
        let parts: Vec<i64> = self.rows.iter().map(|row| (row.points * share * PARTS).round() as i64).collect();
        let score = parts.iter().sum::<i64>().clamp(0, PARTS as i64) as f64 / PARTS;
        let evidence = self.rows.into_iter().zip(parts).map(|(row, part)| Evidence {
            term: row.term,
            concept: lexicon.concepts[row.concept as usize].clone(),
            zone: row.zone,
            count: row.count,
            weight: part as f64 / PARTS,
        });
        (score, evidence.collect())
    }
}

/// Books the points of every meeting.
pub(super) fn book_meetings(ledger: &mut Ledger, reading: &Reading<'_>, meetings: &[Meeting], spec: &TopicSpec) {
    if meetings.is_empty() {
        return;
    }
    let screen = spec.points.screen.max(1) as f64;
    let body_screens = (reading.body_columns() as f64 / screen).max(1.0);
    // A lead longer than half a screen is thinned by the root of its length: one clause of four sentences is no subject, one sentence of two may be.
    let lead_screens = (reading.lead_columns() as f64 / screen * 2.0).max(1.0).sqrt();
    let aside = if is_said_late(reading, meetings) {
        spec.points.aside * spec.points.aside
    } else if is_aside(reading, meetings) {
        spec.points.aside
    } else {
        1.0
    };
    let total = |zone: Zone| meetings.iter().filter(|m| m.zone == zone).map(|m| m.strength).sum::<f64>();
    for zone in [Zone::Title, Zone::Lead, Zone::Body] {
        let strength = total(zone);
        if strength <= 0.0 {
            continue;
        }
        let points = spec.points.meeting
            * match zone {
                Zone::Title => {
                    spec.zones.title * strength * if is_unsupported(reading, meetings) { spec.points.unsupported } else { 1.0 }
                }
                Zone::Lead => spec.zones.lead * (strength / lead_screens * aside).min(spec.points.lead_limit),
                // The share of the text, not the count: a long live blog names everybody often.
                Zone::Body => {
                    // A section of a long text may be about it though the rest is not.
                    let passage = spec.points.passage * (densest(reading, meetings, spec.points.screen) - 1.0);
                    spec.zones.body * (strength / body_screens).max(passage).min(spec.points.body_limit) * aside
                }
            };
        for meeting in meetings.iter().filter(|m| m.zone == zone) {
            let points = points * meeting.strength / strength;
            book_meeting(ledger, reading, meeting, points);
            if meeting.is_opening && zone != Zone::Title {
                ledger.opening += points;
            }
        }
    }
}

/// True when the headline names the sides without any concept, and the text under it none of them.
fn is_unsupported(reading: &Reading<'_>, meetings: &[Meeting]) -> bool {
    let is_bare = meetings.iter().all(|meeting| meeting.zone != Zone::Title || meeting.contexts.is_empty());
    let text = reading.lead_columns() + reading.body_columns();
    let is_named = || {
        reading.hits.iter().any(|hit| matches!(hit.meaning, Meaning::Named(_)) && reading.zone(hit.range.start) != Zone::Title)
    };
    is_bare && text >= TEXT_COLUMNS && !is_named()
}

/// True when the sides are a matter of one sentence among several, or of one short paragraph among many, and the headline is about something else.
fn is_aside(reading: &Reading<'_>, meetings: &[Meeting]) -> bool {
    let names = || meetings.iter().flat_map(|meeting| &meeting.names).copied();
    let (Some(first), Some(last)) = (names().min(), names().max()) else { return false };
    let piece = reading.folded.piece_at(reading.hits[first].range.start);
    if piece == 0 || piece != reading.folded.piece_at(reading.hits[last].range.start) {
        return false;
    }
    let others = reading.hits.iter().enumerate().filter(|(i, _)| *i < first || *i > last);
    let is_about = others.map(|(_, hit)| hit).any(|hit| match hit.meaning {
        Meaning::Named(_) => true,
        Meaning::Context(_) => reading.zone(hit.range.start) == Zone::Title,
        _ => false,
    });
    let length = reading.lead_columns() + reading.body_columns();
    let paragraph = columns(&reading.folded.as_str()[reading.folded.piece(piece)]);
    let is_short = paragraph <= ASIDE_PARAGRAPH && paragraph * ASIDE_SHARE <= length;
    let is_one = match meetings {
        [meeting] => length >= ASIDE_COLUMNS || !meeting.is_opening && is_several(reading),
        _ => false,
    };
    !is_about && (is_one || is_short)
}

/// True when one sentence of the body is all that brings a side in, whatever is said of the others.
fn is_said_late(reading: &Reading<'_>, meetings: &[Meeting]) -> bool {
    let [meeting] = meetings else { return false };
    let (Some(&first), Some(&last)) = (meeting.names.iter().min(), meeting.names.iter().max()) else { return false };
    let named = |hits: &[Hit]| {
        hits.iter().fold(0, |sides, hit| if let Meaning::Named(named) = hit.meaning { sides | named } else { sides })
    };
    let elsewhere = named(&reading.hits[..first]) | named(&reading.hits[last + 1..]);
    meeting.zone == Zone::Body && named(&reading.hits[first..=last]) & !elsewhere != 0
}

/// The text has several sentences.
fn is_several(reading: &Reading<'_>) -> bool {
    let count = reading.pieces.iter().skip(1).map(|piece| sentences(piece).len());
    count.take(ASIDE_SENTENCES).sum::<usize>() >= ASIDE_SENTENCES
}

/// The strength of the meetings on the one screen of the body that has most of them.
fn densest(reading: &Reading<'_>, meetings: &[Meeting], screen: usize) -> f64 {
    let body: Vec<(usize, f64)> = meetings
        .iter()
        .filter(|m| m.zone == Zone::Body)
        .filter_map(|m| m.names.first().map(|&name| (reading.hits[name].range.start, m.strength)))
        .collect();
    let (mut best, mut sum, mut first) = (0.0, 0.0, 0);
    for &(start, strength) in &body {
        sum += strength;
        while body[first].0 + screen < start {
            sum -= body[first].1;
            first += 1;
        }
        best = f64::max(best, sum);
    }
    best
}

/// Shares a meeting's points out: concepts have what they added, the names the rest in equal parts.
fn book_meeting(ledger: &mut Ledger, reading: &Reading<'_>, meeting: &Meeting, points: f64) {
    let raised = 1.0 + meeting.contexts.iter().map(|(_, weight)| weight).sum::<f64>();
    for &(hit, weight) in &meeting.contexts {
        ledger.book(reading, hit, points * weight / raised);
    }
    for &hit in &meeting.names {
        ledger.book(reading, hit, points / raised / meeting.names.len() as f64);
    }
}

/// So many more ways of meeting are told after the first.
const MORE_WAYS: usize = 3;

/// The rule that decided, in words: the surest way in which the sides meet, how far apart, and in which others they do.
pub(super) fn rule(meetings: &[Meeting], spec: &TopicSpec, one_sided: bool) -> String {
    let mut ways: Vec<(Kind, Zone, Option<usize>, usize)> = Vec::new();
    for meeting in meetings {
        match ways.iter_mut().find(|(kind, zone, _, _)| (*kind, *zone) == (meeting.kind, meeting.zone)) {
            Some((_, _, words, count)) => {
                *words = (*words).min(meeting.words);
                *count += 1;
            }
            None => ways.push((meeting.kind, meeting.zone, meeting.words, 1)),
        }
    }
    ways.sort_unstable_by_key(|&(kind, zone, _, _)| (kind, zone));
    let Some((first, others)) = ways.split_first() else {
        return if one_sided { "only one side is named" } else { "the sides are not named together" }.to_owned();
    };
    let mut out = way(first, spec);
    for (index, other) in others.iter().take(MORE_WAYS).enumerate() {
        out.push_str(if index == 0 { "; also " } else { ", " });
        out.push_str(way(other, spec).trim_start_matches("both sides "));
    }
    out
}

/// One way of meeting, in words.
fn way(&(kind, zone, words, count): &(Kind, Zone, Option<usize>, usize), spec: &TopicSpec) -> String {
    let place = match zone {
        Zone::Title => "in the title",
        Zone::Lead => "in the lead",
        Zone::Body => "in the body",
    };
    let near = spec.near.words;
    let mut out = match kind {
        Kind::Joint => format!("one term names both sides {place}"),
        Kind::Near => format!("both sides within {near} words {place}"),
        Kind::Far => format!("both sides in one sentence, more than {near} words apart, {place}"),
        Kind::Headline => "one side in the title, the other right under it".to_owned(),
        Kind::Neighbour => format!("both sides in neighbouring sentences {place}"),
        Kind::Continued => "one side in a paragraph where they meet".to_owned(),
        Kind::List => format!("both sides only in an enumeration {place}"),
    };
    let apart = words.filter(|_| matches!(kind, Kind::Near | Kind::Far)).map(|words| match words {
        0 => "side by side".to_owned(),
        1 => "1 word apart".to_owned(),
        words => format!("{words} words apart"),
    });
    let often = (count > 1).then(|| format!("{count} times"));
    let notes: Vec<String> = apart.into_iter().chain(often).collect();
    if !notes.is_empty() {
        out.push_str(&format!(" ({})", notes.join(", ")));
    }
    out
}

/// How often each concept is named, by its id.
pub(super) fn concepts(reading: &Reading<'_>, lexicon: &Lexicon) -> Vec<Concept> {
    let mut counts: Vec<(u16, u32)> = Vec::new();
    for hit in &reading.hits {
        match counts.iter_mut().find(|(concept, _)| *concept == hit.concept) {
            Some((_, count)) => *count += 1,
            None => counts.push((hit.concept, 1)),
        }
    }
    let mut out: Vec<Concept> =
        counts.into_iter().map(|(concept, count)| Concept { id: lexicon.concepts[concept as usize].clone(), count }).collect();
    out.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    out
}

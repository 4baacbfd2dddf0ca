//! A score that its evidence explains to the digit.
//!
//! In: points by term. Out: the score ([`PointRule::score`]) shared out among the terms, and the rule that decided, in words.
//! Not done here: how many points a meeting brings (weigh).

use super::lexicon::Lexicon;
use super::outcome::{Concept, Evidence, Zone};
use super::relation::{Kind, Meeting};
use super::scan::Reading;
use super::spec::{PointRule, TopicSpec};

/// Weights are rounded to so many parts of one, so that what is printed adds up.
const PARTS: f64 = 10_000.0;

/// So many reasons are kept; the smallest of a long text are put together into the last.
const REASONS: usize = 40;

/// So many spellings are told apart; what comes later is booked on the last.
const MOST_ROWS: usize = 400;

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

    /// Notes that so many of the points booked are those of the sentence that opens the text.
    pub(super) fn note_opening(&mut self, points: f64) {
        self.opening += points;
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

//! From meetings to a score that its evidence explains to the digit.
//!
//! In: a reading and its meetings. Out: points by term, and from them the score, `1 - exp(-points)`, shared out among the terms.

use super::lexicon::Lexicon;
use super::outcome::{Concept, Evidence, Zone};
use super::relation::{Kind, Meeting};
use super::scan::Reading;
use super::spec::TopicSpec;

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

    /// Multiplies every row's points.
    pub(super) fn scale(&mut self, factor: f64) {
        self.rows.iter_mut().for_each(|row| row.points *= factor);
    }

    /// The score and the evidence that adds up to it, heaviest first.
    pub(super) fn settle(mut self, lexicon: &Lexicon) -> (f64, Vec<Evidence>) {
        let points = self.points().max(0.0);
        let score = 1.0 - (-points).exp();
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
    let total = |zone: Zone| meetings.iter().filter(|m| m.zone == zone).map(|m| m.strength).sum::<f64>();
    for zone in [Zone::Title, Zone::Lead, Zone::Body] {
        let strength = total(zone);
        if strength <= 0.0 {
            continue;
        }
        let points = spec.points.meeting
            * match zone {
                Zone::Title => spec.zones.title * strength,
                Zone::Lead => spec.zones.lead * (strength / lead_screens).min(spec.points.lead_limit),
                // The share of the text, not the count: a long live blog names everybody often.
                Zone::Body => {
                    // A section of a long text may be about it though the rest is not.
                    let passage = spec.points.passage * (densest(reading, meetings, spec.points.screen) - 1.0);
                    spec.zones.body * (strength / body_screens).max(passage).min(spec.points.body_limit)
                }
            };
        for meeting in meetings.iter().filter(|m| m.zone == zone) {
            book_meeting(ledger, reading, meeting, points * meeting.strength / strength);
        }
    }
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

/// The rule that decided, in words.
pub(super) fn rule(meetings: &[Meeting], spec: &TopicSpec, one_sided: bool) -> String {
    let Some(best) = meetings.iter().min_by_key(|m| (m.kind, m.zone)) else {
        return if one_sided { "only one side is named" } else { "the sides are not named together" }.to_owned();
    };
    let place = match best.zone {
        Zone::Title => "in the title",
        Zone::Lead => "in the lead",
        Zone::Body => "in the body",
    };
    let words = spec.near.words;
    match best.kind {
        Kind::Joint => format!("one term names both sides {place}"),
        Kind::Near => format!("both sides within {words} words {place}"),
        Kind::Far => format!("both sides in one sentence, more than {words} words apart, {place}"),
        Kind::Headline => "one side in the title, the other right under it".to_owned(),
        Kind::Neighbour => format!("both sides in neighbouring sentences {place}"),
        Kind::List => format!("both sides only in an enumeration {place}"),
    }
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

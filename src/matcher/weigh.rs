//! What each meeting of the sides brings to the score.
//!
//! In: a reading and its meetings. Out: points by term, booked in a [`Ledger`]: by the zone, by the share of the text that speaks of the topic, and by whether the
//! sides are what the article is about or said in passing. Not done here: the score ([`Ledger::settle`]).

use super::explain::Ledger;
use super::lexicon::{Hit, Meaning};
use super::outcome::Zone;
use super::relation::Meeting;
use super::scan::{Reading, columns};
use super::spec::TopicSpec;
use crate::text::sentences::sentences;

/// A text of so many columns would name whom the headline names.
const TEXT_COLUMNS: usize = 100;

/// What opens a text shorter than this is its subject, whatever the headline says; a longer one has several sentences.
const ASIDE_COLUMNS: usize = 300;

/// A paragraph of up to so many columns, in a text of at least so many times that, is no section of it.
const ASIDE_PARAGRAPH: usize = 250;
const ASIDE_SHARE: usize = 4;

/// So many sentences are several.
const ASIDE_SENTENCES: usize = 3;

/// Books the points of every meeting.
pub(super) fn book_meetings(ledger: &mut Ledger, reading: &Reading<'_>, meetings: &[Meeting], spec: &TopicSpec) {
    if meetings.is_empty() {
        return;
    }
    let screen = spec.points.screen.max(1) as f64;
    let (lead_columns, body_columns) = (reading.lead_columns(), reading.body_columns());
    let length = lead_columns + body_columns;
    let body_screens = (body_columns as f64 / screen).max(1.0);
    // A lead longer than half a screen is thinned by the root of its length: one clause of four sentences is no subject, one sentence of two may be.
    let lead_screens = (lead_columns as f64 / screen * 2.0).max(1.0).sqrt();
    let aside = if is_said_late(reading, meetings) {
        spec.points.aside * spec.points.aside
    } else if is_aside(reading, meetings, length) {
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
                    spec.zones.title
                        * strength
                        * if is_unsupported(reading, meetings, length) { spec.points.unsupported } else { 1.0 }
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
                ledger.note_opening(points);
            }
        }
    }
}

/// True when the headline names the sides without any concept, and the text under it, of `length` columns, none of them.
fn is_unsupported(reading: &Reading<'_>, meetings: &[Meeting], length: usize) -> bool {
    let is_bare = meetings.iter().all(|meeting| meeting.zone != Zone::Title || meeting.contexts.is_empty());
    let is_named = || {
        reading.hits.iter().any(|hit| matches!(hit.meaning, Meaning::Named(_)) && reading.zone(hit.range.start) != Zone::Title)
    };
    is_bare && length >= TEXT_COLUMNS && !is_named()
}

/// True when the sides are a matter of one sentence among several, or of one short paragraph among many, and the headline is about something else.
fn is_aside(reading: &Reading<'_>, meetings: &[Meeting], length: usize) -> bool {
    let Some((first, last)) = span(meetings) else { return false };
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
    let Some((first, last)) = span(meetings) else { return false };
    let named = |hits: &[Hit]| hits.iter().fold(0, |sides, hit| sides | hit.meaning.sides(0));
    let elsewhere = named(&reading.hits[..first]) | named(&reading.hits[last + 1..]);
    meeting.zone == Zone::Body && named(&reading.hits[first..=last]) & !elsewhere != 0
}

/// The first and the last name of the meetings: indices into [`Reading::hits`].
fn span(meetings: &[Meeting]) -> Option<(usize, usize)> {
    let names = || meetings.iter().flat_map(|meeting| &meeting.names).copied();
    names().min().zip(names().max())
}

/// The text has several sentences.
fn is_several(reading: &Reading<'_>) -> bool {
    let count = reading.pieces.iter().skip(1).map(|piece| sentences(piece).len());
    count.take(ASIDE_SENTENCES).sum::<usize>() >= ASIDE_SENTENCES
}

/// The strength of the meetings on the one screen of the body that has most of them.
fn densest(reading: &Reading<'_>, meetings: &[Meeting], screen: usize) -> f64 {
    let mut body: Vec<(usize, f64)> = meetings
        .iter()
        .filter(|m| m.zone == Zone::Body)
        .filter_map(|m| m.names.first().map(|&name| (reading.hits[name].range.start, m.strength)))
        .collect();
    // Sentences that go on about a meeting are told after all meetings.
    body.sort_by_key(|&(start, _)| start);
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

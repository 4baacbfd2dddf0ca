//! The simple form of a topic: word groups that must, may or must not stand in the article.
//!
//! In: a reading. Out: points by term. Every group of `all_of` and one word of `any_of` make the article relevant wherever they stand; zones and
//! concepts only say how surely.

use super::explain::Ledger;
use super::lexicon::Meaning;
use super::outcome::Zone;
use super::scan::Reading;
use super::spec::TopicSpec;

/// What word groups alone can reach: their points are never without end.
const HIGHEST: f64 = 0.999;

/// Points that all groups standing in the title add, beyond what makes the article relevant.
const TITLE_POINTS: f64 = 1.5;

/// What the topic's words amount to.
pub(super) struct Finding {
    pub ledger: Ledger,
    /// The rule that decided, in words.
    pub rule: String,
}

/// Looks whether the groups are there.
pub(super) fn judge(reading: &Reading<'_>, spec: &TopicSpec) -> Finding {
    let mut ledger = Ledger::default();
    let hits = &reading.hits;
    if let Some(never) = hits.iter().find(|h| h.meaning == Meaning::Never) {
        return Finding { ledger, rule: format!("\"{}\" is in none_of", reading.original(&never.range)) };
    }
    let mut wanted: Vec<Meaning> = (0..spec.all_of.len()).map(|group| Meaning::Group(group as u16)).collect();
    if !spec.any_of.is_empty() {
        wanted.push(Meaning::Any);
    }
    // The best place of each group; hits are in the order of the text, so the first is the best.
    let first: Vec<Option<usize>> = wanted.iter().map(|m| hits.iter().position(|h| h.meaning == *m)).collect();
    let missing = first.iter().filter(|place| place.is_none()).count();
    if missing > 0 {
        return Finding { ledger, rule: format!("{missing} of {} word groups are missing", wanted.len()) };
    }
    let floor = floor(spec);
    let heaviest = spec.zones.title.max(spec.zones.lead).max(spec.zones.body).max(f64::MIN_POSITIVE);
    for &place in first.iter().flatten() {
        let share = zone_weight(spec, reading.zone(hits[place].range.start)) / heaviest;
        ledger.book(reading, place, (floor + TITLE_POINTS * share) / wanted.len() as f64);
    }
    let mut seen: Vec<Meaning> = Vec::new();
    for (index, hit) in hits.iter().enumerate() {
        if let Meaning::Context(context) = hit.meaning
            && !seen.contains(&hit.meaning)
        {
            seen.push(hit.meaning);
            ledger.book(reading, index, spec.contexts[context as usize].weight * spec.points.meeting);
        }
    }
    Finding { ledger, rule: format!("every word group is there ({})", wanted.len()) }
}

/// The points that just reach the threshold.
fn floor(spec: &TopicSpec) -> f64 {
    // Nobody reaches 1; a hundredth more than needed, so that rounding never takes the article below.
    spec.points.points(spec.thresholds.relevant.min(HIGHEST)) + 0.01
}

fn zone_weight(spec: &TopicSpec, zone: Zone) -> f64 {
    match zone {
        Zone::Title => spec.zones.title,
        Zone::Lead => spec.zones.lead,
        Zone::Body => spec.zones.body,
    }
}

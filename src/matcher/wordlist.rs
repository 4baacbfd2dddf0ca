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
    let missing: Vec<String> = wanted.iter().zip(&first).filter(|(_, place)| place.is_none()).map(|(m, _)| group(*m)).collect();
    if !missing.is_empty() {
        return Finding { ledger, rule: format!("nothing of {} stands in it", missing.join(", ")) };
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

/// What reasons call a word group; they count from 1.
fn group(meaning: Meaning) -> String {
    if let Meaning::Group(index) = meaning { format!("all_of.{}", index + 1) } else { "any_of".to_owned() }
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

#[cfg(test)]
mod tests {
    use crate::extract::{Article, Origin};
    use crate::matcher::{Topic, TopicSpec};

    #[track_caller]
    fn check(title: &str, expected: &str) {
        let mut spec = TopicSpec::simple("t", &[&["grève"], &["port"]]);
        spec.any_of = vec!["docker".to_owned()];
        spec.none_of = vec!["port de Hambourg".to_owned()];
        let topic = Topic::compile(&spec).expect("a topic without mistakes");
        assert_eq!(topic.score(&Article { title: title.to_owned(), ..Article::empty(Origin::Page) }).rule, expected);
    }

    #[test]
    fn the_rule_says_which_groups_are_missing() {
        check("Grève des dockers au port", "every word group is there (3)");
        check("Grève des dockers", "nothing of all_of.2 stands in it");
        check("Le port attend", "nothing of all_of.1, any_of stands in it");
        check("Grève des dockers au port de Hambourg", "\"port de Hambourg\" is in none_of");
        check("La gare attend", "nothing of the topic stands in it");
    }
}

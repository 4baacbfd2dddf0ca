//! What is new: does an article bring something, of what kind, and with which sentences?
//!
//! In: an article, the story it goes to, the earlier telling it lies nearest to. Out: a development, or the doubtful report that it confirms. A retelling of
//! what was told, background, and a report of a matter told densely that others tell more fully bring nothing.

use std::collections::HashMap;

use super::acts;
use super::candidate::{Candidate, short};
use super::facts::FactKind;
use super::features::tokens;
use super::fullness::{Rank, Reports};
use super::hashed::HashedSet;
use super::tellings::{Nearest, Tellings};
use super::{Development, DevelopmentKind, Placement};
use crate::types::{ArticleId, StoryId};

/// Share of a retelling up to which novelty by words alone is certain enough for a mail without a second source.
const CLEARLY_NEW: f32 = 0.85;
/// Days for which a doubtful report waits for a second source; one that comes later is told by itself, for a desk was told nothing.
const AWAITED_DAYS: f64 = 0.25;
/// Sentences quoted for one development, and sentences of the text looked at for them.
pub(super) const QUOTED: usize = 3;
const LOOKED_AT: usize = 15;
/// Words that its story had not used, at least, for a sentence to carry something new.
const NEW_WORDS: usize = 3;

/// What a story has named.
#[derive(Debug, Default)]
struct Named {
    last_day: f64,
    words: HashedSet<u32>,
    free: HashedSet<u64>,
    has_developed: bool,
}

/// What is known of a topic's stories.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) tellings: Tellings,
    named: HashMap<StoryId, Named>,
    /// Of a topic without concepts.
    reports: Reports,
}

impl Memory {
    /// What `candidate` brings to `story` (none: it opens one), nothing for retellings and background; and the article whose doubtful report it confirms.
    pub(super) fn judge(
        &self,
        candidate: &Candidate,
        story: Option<StoryId>,
        nearest: Option<Nearest>,
        reasons: &mut Vec<String>,
    ) -> (Option<Development>, Option<ArticleId>) {
        let facts = &candidate.facts;
        reasons.extend(nearest.map(|nearest| nearest.reason()));
        if let Some(mark) = &facts.manner.background {
            reasons.push(format!("background: {mark}"));
            return (None, None);
        }
        let rank =
            (!candidate.has_concepts).then(|| self.reports.rank(&candidate.account, candidate.language, candidate.outline.day));
        let is_fullest = rank.is_some_and(Rank::is_fullest);
        let named = story.and_then(|story| self.named.get(&story));
        if let Some(nearest) = nearest.filter(|nearest| nearest.is_retold() && !nearest.is_told_together && !is_fullest) {
            if !nearest.awaits_source || nearest.is_same_source {
                return (None, None);
            }
            reasons.push(format!("a second source for article {}", nearest.article));
            let own = || Development { kind: DevelopmentKind::Sources, strong: true, new: vec![candidate.title.clone()] };
            return ((nearest.days > AWAITED_DAYS).then(own), Some(nearest.article));
        }
        if let Some(rank) = rank.filter(|rank| rank.is_lost()) {
            reasons.push(format!("{} of {} reports of the matter are fuller", rank.fuller, rank.reports));
            return (None, None);
        }
        let Some(named) = named.filter(|named| named.has_developed) else {
            let strong = candidate.facts.is_strong_match;
            let new = vec![candidate.title.clone()];
            return (Some(Development { kind: DevelopmentKind::NewStory, strong, new }), None);
        };
        let new_kinds: Vec<FactKind> = candidate
            .facts
            .free
            .iter()
            .zip(&candidate.facts.kinds)
            .filter(|(feature, _)| !named.free.contains(&feature.hash))
            .map(|(_, kind)| *kind)
            .collect();
        let kind = weightiest(&new_kinds);
        reasons.push(match kind {
            Some(kind) => format!("new in the story: {}", described(&new_kinds, kind)),
            None => "new in the story: words alone".to_owned(),
        });
        let is_clear = kind.is_some()
            || nearest.is_some_and(|nearest| nearest.is_told_together)
            || nearest.is_none_or(|nearest| nearest.ratio <= CLEARLY_NEW);
        let development = Development {
            kind: kind.unwrap_or(DevelopmentKind::Act),
            strong: candidate.facts.is_strong_match && is_clear,
            new: self.carrying(candidate, named),
        };
        (Some(development), None)
    }

    /// The sentences with most words that the story had not used; the headline when there is none.
    fn carrying(&self, candidate: &Candidate, named: &Named) -> Vec<String> {
        let body = candidate.facts.sentences.iter().filter(|sentence| !sentence.is_title).take(LOOKED_AT);
        let mut scored: Vec<(usize, usize, &str)> = body
            .enumerate()
            .filter_map(|(at, sentence)| {
                let mut new: Vec<u32> = tokens(&sentence.text, 80)
                    .iter()
                    .filter(|token| token.letters > 3 || token.is_number || !token.is_alphabetic)
                    .map(|token| short(token.word))
                    .filter(|word| !named.words.contains(word))
                    .collect();
                new.sort_unstable();
                new.dedup();
                (new.len() >= NEW_WORDS).then_some((new.len(), at, sentence.text.as_str()))
            })
            .collect();
        scored.sort_by_key(|&(new, at, _)| (std::cmp::Reverse(new), at));
        scored.truncate(QUOTED);
        scored.sort_by_key(|&(_, at, _)| at);
        if scored.is_empty() {
            vec![candidate.title.clone()]
        } else {
            scored.into_iter().map(|(_, _, text)| text.to_owned()).collect()
        }
    }

    /// Remembers what `candidate` told.
    pub(super) fn add(&mut self, candidate: &Candidate, story: StoryId, placement: &Placement) {
        let development = placement.development.as_ref();
        let facts = &candidate.facts;
        self.tellings.add(candidate, story, placement);
        if !candidate.has_concepts {
            self.reports.add(candidate.account.clone(), candidate.language, candidate.outline.day);
        }
        let named = self.named.entry(story).or_default();
        named.last_day = named.last_day.max(candidate.outline.day);
        named.has_developed |= development.is_some();
        named.words.extend(&candidate.print.words);
        named.free.extend(facts.free.iter().map(|feature| feature.hash));
    }

    /// Drops the stories whose last article is older than `cutoff`, in days, and halves the counts past `horizon` articles.
    pub(super) fn forget(&mut self, cutoff: f64, horizon: u32) {
        self.named.retain(|_, named| named.last_day >= cutoff);
        self.tellings.forget(horizon);
    }
}

/// The kind that weighs most for a desk.
fn weightiest(kinds: &[FactKind]) -> Option<DevelopmentKind> {
    let rank = |kind: &FactKind| match kind {
        FactKind::Act(act) if acts::is_confirming(*act) => Some((0, DevelopmentKind::Confirmation)),
        FactKind::Number => Some((1, DevelopmentKind::Number)),
        FactKind::Actor => Some((2, DevelopmentKind::Actor)),
        FactKind::Act(_) => Some((3, DevelopmentKind::Act)),
        FactKind::Place => Some((4, DevelopmentKind::Place)),
        FactKind::Concept | FactKind::Term => None,
    };
    kinds.iter().filter_map(rank).min_by_key(|(rank, _)| *rank).map(|(_, kind)| kind)
}

fn described(kinds: &[FactKind], weightiest: DevelopmentKind) -> String {
    let acts: Vec<&str> = kinds
        .iter()
        .filter_map(|kind| match kind {
            FactKind::Act(act) => Some(acts::name(*act)),
            _ => None,
        })
        .collect();
    if acts.is_empty() { weightiest.as_str().to_owned() } else { format!("{} (acts: {})", weightiest.as_str(), acts.join(", ")) }
}

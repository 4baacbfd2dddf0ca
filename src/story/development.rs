//! What is new: does an article bring something, of what kind, and with which sentences?
//!
//! In: an article, the story it goes to, the earlier telling it lies nearest to. Out: a development, or the doubtful report that it confirms. A retelling of
//! what was told, background, and a report of a matter told densely that others tell more fully bring nothing.

use std::collections::HashMap;

use super::acts;
use super::candidate::{Candidate, short};
use super::facts::{Amount, FactKind, Facts};
use super::features::{Token, tokens};
use super::fullness::{Rank, Reports};
use super::hashed::{HashedMap, HashedSet};
use super::tellings::{Nearest, Tellings, holds};
use super::{Development, DevelopmentKind, Merge, Placement};
use crate::types::{ArticleId, StoryId};

/// Share of a retelling up to which novelty by words alone is certain enough for a mail without a second source.
const CLEARLY_NEW: f32 = 0.85;
/// What makes a retelling of an article in which a number changed, in retellings.
const RETELLS_CHANGED: f32 = 2.0;
/// Days for which a doubtful report waits for a second source; one that comes later is told by itself, for a desk was told nothing.
const AWAITED_DAYS: f64 = 0.25;
/// Sentences quoted for one development, and sentences of the text looked at for them.
pub(super) const QUOTED: usize = 3;
const LOOKED_AT: usize = 15;
/// Facts named in one reason.
const LABELS: usize = 8;
/// Words that its story had not used, at least, for a sentence to carry something new.
const NEW_WORDS: usize = 3;

/// What a story has named.
#[derive(Debug, Default)]
struct Named {
    last_day: f64,
    words: HashedSet<u32>,
    free: HashedSet<u64>,
    /// The last number that counted something, by what it counted.
    amounts: HashedMap<u64, String>,
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

impl Named {
    /// Numbers that the story never had, of what it had another number of, and that number.
    fn changed<'a>(&'a self, facts: &'a Facts) -> Vec<(&'a str, &'a Amount)> {
        let told = |amount: &Amount| self.free.contains(&amount.feature());
        let new = facts.amounts.iter().filter(|amount| !told(amount));
        new.filter_map(|amount| self.amounts.get(&amount.unit).map(|before| (before.as_str(), amount))).collect()
    }
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
        let changed = named.map(|named| named.changed(facts)).unwrap_or_default();
        let is_retold = |nearest: &Nearest| {
            nearest.is_retold()
                && !nearest.is_told_together
                && !is_fullest
                && (changed.is_empty() || nearest.ratio >= RETELLS_CHANGED)
        };
        if let Some(nearest) = nearest.filter(is_retold) {
            let told = self.tellings.free_of(nearest.article);
            let known =
                labels(facts, |at| facts.free.get(at).is_some_and(|feature| told.is_some_and(|told| holds(told, feature.hash))));
            if !known.is_empty() {
                reasons.push(format!("article {} told {known}", nearest.article));
            }
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
            // The headline, and the first sentence, which says who says so.
            let new = facts.sentences.iter().take(2).map(|sentence| sentence.text.clone()).collect();
            return (Some(Development { kind: DevelopmentKind::NewStory, strong, new }), None);
        };
        let is_new: Vec<bool> = facts.free.iter().map(|feature| !named.free.contains(&feature.hash)).collect();
        let kind = weightiest(facts.kinds.iter().zip(&is_new).filter(|(_, is_new)| **is_new).map(|(kind, _)| *kind));
        let new = labels(facts, |at| is_new.get(at).copied().unwrap_or(false));
        reasons.push(if new.is_empty() {
            "new in the story: words alone".to_owned()
        } else {
            format!("new in the story: {new}")
        });
        for (before, amount) in changed.iter().take(LABELS) {
            reasons.push(format!("a number changed: {before} → {} {}", amount.number, amount.word));
        }
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

    /// The sentences with most words that the story had not used, names and numbers before others; the headline when there is none.
    fn carrying(&self, candidate: &Candidate, named: &Named) -> Vec<String> {
        // What is new in a sentence, by words its story had not used: how many, and how much they weigh.
        let new_in = |text: &str| {
            let tokens = tokens(text, 80);
            let tells = |token: &Token| token.letters > 3 || token.is_number || !token.is_alphabetic;
            let mut new: Vec<(u32, bool)> = tokens
                .iter()
                .enumerate()
                .filter(|(_, token)| tells(token) && !named.words.contains(&short(token.word)))
                .map(|(place, token)| (short(token.word), token.is_number || token.is_capitalised && place > 0))
                .collect();
            new.sort_unstable();
            new.dedup_by_key(|(word, _)| *word);
            // A name or a number that is new is what is new.
            (new.len(), new.len() + new.iter().filter(|(_, is_name)| *is_name).count())
        };
        let body = candidate.facts.sentences.iter().filter(|sentence| !sentence.is_title).take(LOOKED_AT).enumerate();
        let mut scored: Vec<(usize, usize, &str)> = body
            .filter_map(|(at, sentence)| {
                let (count, weight) = new_in(&sentence.text);
                (count >= NEW_WORDS).then_some((weight, at, sentence.text.as_str()))
            })
            .collect();
        scored.sort_by_key(|&(weight, at, _)| (std::cmp::Reverse(weight), at));
        // News says in its headline what it is about: where that holds anything new it comes first.
        let leads = scored.is_empty() || new_in(&candidate.title).0 > 0;
        scored.truncate(QUOTED - usize::from(leads));
        scored.sort_by_key(|&(_, at, _)| at);
        let headline = leads.then(|| candidate.title.clone());
        headline.into_iter().chain(scored.into_iter().map(|(_, _, text)| text.to_owned())).collect()
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
        named.words.extend(&candidate.words);
        named.amounts.extend(facts.amounts.iter().map(|amount| (amount.unit, amount.number.clone())));
        named.free.extend(facts.free.iter().map(|feature| feature.hash));
    }

    /// Follows `merge`: what was told and named in the younger story was told and named in the older one.
    pub(super) fn merge(&mut self, merge: Merge) {
        self.tellings.merge(merge);
        let Some(from) = self.named.remove(&merge.from) else { return };
        let into = self.named.entry(merge.into).or_default();
        into.last_day = into.last_day.max(from.last_day);
        into.has_developed |= from.has_developed;
        into.words.extend(from.words);
        into.free.extend(from.free);
        into.amounts.extend(from.amounts);
    }

    /// Drops the stories whose last article is older than `cutoff`, in days, and halves the counts past `horizon` articles.
    pub(super) fn forget(&mut self, cutoff: f64, horizon: u32) {
        self.named.retain(|_, named| named.last_day >= cutoff);
        self.tellings.forget(horizon);
    }
}

/// The kind that weighs most for a desk.
fn weightiest(kinds: impl Iterator<Item = FactKind>) -> Option<DevelopmentKind> {
    let rank = |kind: &FactKind| match kind {
        FactKind::Act(act) if acts::is_confirming(*act) => Some((0, DevelopmentKind::Confirmation)),
        FactKind::Number => Some((1, DevelopmentKind::Number)),
        FactKind::Actor => Some((2, DevelopmentKind::Actor)),
        FactKind::Act(_) => Some((3, DevelopmentKind::Act)),
        FactKind::Place => Some((4, DevelopmentKind::Place)),
        FactKind::Concept | FactKind::Term => None,
    };
    kinds.filter_map(|kind| rank(&kind)).min_by_key(|(rank, _)| *rank).map(|(_, kind)| kind)
}

/// The names of those facts, a few.
fn labels(facts: &Facts, is_meant: impl Fn(usize) -> bool) -> String {
    let meant = facts.labels.iter().enumerate().filter(|(at, label)| !label.is_empty() && is_meant(*at));
    meant.take(LABELS).map(|(_, label)| label.as_ref()).collect::<Vec<_>>().join(", ")
}

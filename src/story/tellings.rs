//! What the topic's articles of the last days told, and which of them a new one lies nearest to.
//!
//! An article is a retelling when its headline and first sentences lie close to those of one earlier article of the topic. Close means, in one language,
//! words and language-free features (concepts of the topic, acts, terms of the news, numbers); across languages the latter alone. Acts and concepts that
//! the earlier article lacks push the two apart. What brought something new weighs more in this than what retold: had that been a mistake, all that
//! follows would be lost. Two sources that tell alike within hours, long after what they seem to retell, bring something new.
//!
//! What a telling shares with the article is summed over the lists of who told a word, so that only what is shared costs.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, VecDeque};

use super::candidate::{Candidate, Feature};
use super::facts::FactKind;
use super::hashed::HashedMap;
use super::postings::Postings;
use super::{Merge, Placement};
use crate::types::{ArticleId, Lang, StoryId};

/// Days for which a telling counts: an older one may be told anew, for a desk that had it will want the reminder (measured: 2 beats 1 and 4).
const MEMORY_DAYS: f64 = 2.0;
/// Spread of the fading of older tellings, days.
const FADING_DAYS: f64 = 4.0;
/// Newest tellings compared with: what bounds the cost of one article.
const MEMORY_ARTICLES: usize = 400;
/// Likeness from which an article retells another of its language, and one of another language.
const RETELLS: f32 = 0.16;
const RETELLS_ACROSS: f32 = 0.15;
/// What likeness to an article counts that brought nothing itself: if it retold wrongly, what follows it may still tell.
const SILENT_WEIGHT: f32 = 0.6;
/// Share of what makes a retelling from which an article retells that names neither a day nor who says so.
const RETELLS_UNREPORTED: f32 = 0.7;
/// How much more is asked of the first article of a topic, and articles after which half of that is waived: little is known yet of what is rare.
const CAUTION: f32 = 0.4;
/// The same where the topic names no concepts: words of a few short reports on one subject meet by chance.
const CAUTION_WITHOUT_CONCEPTS: f32 = 1.2;
const LEARNING_ARTICLES: f32 = 8.0;
/// What language-free features count beside words within one language.
const FREE_WEIGHT: f32 = 0.35;
/// How far acts, and concepts, that the earlier article lacks push two articles apart, when all are lacking.
const NEW_ACTS: f32 = 0.5;
const NEW_CONCEPTS: f32 = 0.3;
/// Weight of what is expected of a feature before any article was seen, in articles.
const EXPECTED_ARTICLES: f32 = 25.0;
/// Two sources that tell alike within so many days, longer than so many days after the nearest that was told as new, tell a new thing: what happens in
/// one matter is told in its words (measured: a third of a day is a little better than a quarter and a half).
const TOGETHER_DAYS: f64 = 0.1;
const LONG_TOLD_DAYS: f64 = 0.35;
/// Features that two tellings of different languages must share to be compared at all, and one of them must be more than an act.
const MEETING_POINTS: usize = 2;

/// One article as later ones are compared with it: its weights are those of the day it came.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) id: ArticleId,
    pub(super) story: StoryId,
    pub(super) day: f64,
    language: Option<Lang>,
    source: u64,
    pub(super) words: Weighted,
    pub(super) free: Weighted,
    /// Brought a weak development that no second source has told yet.
    awaits_source: bool,
    /// Brought something new.
    is_new: bool,
    is_background: bool,
    /// On the topic beyond doubt.
    pub(super) is_strong_match: bool,
}

/// Weighted features in order of their hash, divided by the length.
pub(super) type Weighted = Vec<(u64, f32)>;

/// Who told a feature, by serial number, and the weight that it has there. Those that were forgotten may lie before the others.
type Tellers = HashedMap<u64, Postings>;

/// What the topic's articles of the last days told.
#[derive(Debug, Default)]
pub(super) struct Tellings {
    /// Oldest first; the first one has serial number `first`.
    pub(super) told: VecDeque<Told>,
    first: u32,
    /// By word, and by language-free feature.
    tellers: Tellers,
    free_tellers: Tellers,
    /// Stems of the words by which the topic matched.
    pub(super) own_words: BTreeSet<u64>,
    articles: u32,
    holding: HashedMap<u64, u32>,
}

/// The earlier article that lies nearest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Nearest {
    pub(super) article: ArticleId,
    pub(super) story: StoryId,
    /// 1 and more makes a retelling.
    pub(super) ratio: f32,
    pub(super) days: f64,
    pub(super) is_same_source: bool,
    pub(super) awaits_source: bool,
    /// Another source told the same hours before, and what both seem to retell was told long before.
    pub(super) is_told_together: bool,
}

impl Nearest {
    /// True when the article says what that one said.
    pub(super) fn is_retold(&self) -> bool {
        self.ratio >= 1.0
    }

    /// Says so, for explanations.
    pub(super) fn reason(&self) -> String {
        let together = if self.is_told_together { ", but with another source, and long after what was told" } else { "" };
        let verdict = if self.is_retold() { "retells" } else { "is not near enough to retell" };
        format!(
            "{verdict} article {}, {:.1} days older: {:.2} of what makes a retelling{together}",
            self.article, self.days, self.ratio
        )
    }
}

/// What an article shares with one telling.
#[derive(Debug, Clone, Copy, Default)]
struct Shared {
    words: f32,
    free: f32,
    /// Weight of its acts, and of its concepts, that the telling has too.
    acts: f32,
    concepts: f32,
    points: usize,
    is_more_than_acts: bool,
}

impl Tellings {
    /// Follows `merge`: what was told in the younger story was told in the older one.
    pub(super) fn merge(&mut self, merge: Merge) {
        self.told.iter_mut().for_each(|told| told.story = merge.follow(told.story));
    }

    /// How rare a feature is in the topic's articles, as a logarithm.
    pub(super) fn rarity(&self, feature: &Feature) -> f32 {
        let holding = self.holding.get(&feature.hash).copied().unwrap_or(0) as f32;
        ((self.articles as f32 + EXPECTED_ARTICLES + 1.0) / (holding + 0.5 + EXPECTED_ARTICLES * feature.prior)).ln().max(0.0)
    }

    /// Features weighted by how often they count and how rare they are.
    pub(super) fn weighted(&self, features: &[Feature]) -> Weighted {
        let mut out: Weighted = features.iter().map(|feature| (feature.hash, feature.count * self.rarity(feature))).collect();
        let length = out.iter().map(|(_, weight)| weight * weight).sum::<f32>().sqrt();
        if length > 0.0 {
            out.iter_mut().for_each(|(_, weight)| *weight /= length);
        }
        out
    }

    /// The telling that `candidate` lies nearest to.
    ///
    /// Two languages meet in few features, so a single act in common ("sends") would make any two short reports look alike.
    pub(super) fn nearest(&self, candidate: &Candidate) -> Option<Nearest> {
        let facts = &candidate.facts;
        let (words, free) = (self.weighted(&facts.words), self.weighted(&facts.free));
        let (acts, concepts) = totals(&free, &facts.kinds);
        let caution = if candidate.has_concepts { CAUTION } else { CAUTION_WITHOUT_CONCEPTS };
        let caution = 1.0 + caution * LEARNING_ARTICLES / (self.articles as f32 + LEARNING_ARTICLES);
        let asked = if facts.manner.is_report { 1.0 } else { RETELLS_UNREPORTED };
        let mut nearest: Option<Nearest> = None;
        let mut nearest_new = (0.0, 0.0);
        let mut nearest_silent = 0.0_f32;
        for (told, shared) in self.told.iter().zip(self.shared(&words, &free, &facts.kinds)) {
            let days = (candidate.outline.day - told.day).max(0.0);
            if days > MEMORY_DAYS {
                continue;
            }
            let share = if told.language == candidate.language {
                ((1.0 - FREE_WEIGHT) * shared.words + FREE_WEIGHT * shared.free) / RETELLS
            } else if shared.points >= MEETING_POINTS && shared.is_more_than_acts {
                shared.free / RETELLS_ACROSS
            } else {
                0.0
            };
            // Nearly all have nothing in common.
            if share == 0.0 && nearest.is_some() {
                continue;
            }
            let fading = (-days * days / (2.0 * FADING_DAYS * FADING_DAYS)).exp() as f32;
            let apart = (1.0 - NEW_ACTS * lacking(acts, shared.acts)) * (1.0 - NEW_CONCEPTS * lacking(concepts, shared.concepts));
            let weight = if told.is_new { 1.0 } else { SILENT_WEIGHT };
            let ratio = weight * share * fading * apart / (caution * asked);
            if told.is_new {
                if ratio > nearest_new.0 {
                    nearest_new = (ratio, days);
                }
            } else if days <= TOGETHER_DAYS && !told.is_background && told.source != candidate.source {
                nearest_silent = nearest_silent.max(ratio / SILENT_WEIGHT);
            }
            if nearest.is_none_or(|best| ratio > best.ratio) {
                nearest = Some(Nearest {
                    article: told.id,
                    story: told.story,
                    ratio,
                    days,
                    is_same_source: told.source == candidate.source,
                    awaits_source: told.awaits_source,
                    is_told_together: false,
                });
            }
        }
        if let Some(nearest) = &mut nearest {
            nearest.is_told_together = nearest_new.1 >= LONG_TOLD_DAYS && nearest_silent >= nearest_new.0.max(1.0);
        }
        nearest
    }

    /// Which of `told` hold a word, by their place.
    pub(super) fn tellers(&self, word: u64) -> impl Iterator<Item = usize> {
        self.holders(&self.tellers, word).map(|(at, _)| at)
    }

    /// Which of `told` hold a feature, by their place, and its weight there.
    fn holders<'a>(&self, tellers: &'a Tellers, feature: u64) -> impl Iterator<Item = (usize, f32)> + use<'a> {
        let first = self.first;
        let holders = tellers.get(&feature).map_or(&[][..], Postings::holders);
        holders.iter().filter_map(move |(serial, weight)| Some((serial.checked_sub(first)? as usize, *weight)))
    }

    /// What each telling shares with these features, in order.
    fn shared(&self, words: &[(u64, f32)], free: &[(u64, f32)], kinds: &[FactKind]) -> Vec<Shared> {
        let mut out = vec![Shared::default(); self.told.len()];
        for (word, weight) in words.iter().filter(|(_, weight)| *weight > 0.0) {
            for (at, held) in self.holders(&self.tellers, *word) {
                if let Some(shared) = out.get_mut(at) {
                    shared.words += weight * held;
                }
            }
        }
        for ((feature, weight), kind) in free.iter().zip(kinds) {
            for (at, held) in self.holders(&self.free_tellers, *feature) {
                let Some(shared) = out.get_mut(at) else { continue };
                shared.free += weight * held;
                shared.points += 1;
                match kind {
                    FactKind::Act(_) => shared.acts += weight,
                    FactKind::Actor | FactKind::Place | FactKind::Concept => shared.concepts += weight,
                    FactKind::Number | FactKind::Term => {}
                }
                shared.is_more_than_acts |= !matches!(kind, FactKind::Act(_));
            }
        }
        out
    }

    /// The language-free features of an article that is remembered.
    pub(super) fn free_of(&self, article: ArticleId) -> Option<&Weighted> {
        self.told.iter().rev().find(|told| told.id == article).map(|told| &told.free)
    }

    /// Remembers what `candidate` told.
    pub(super) fn add(&mut self, candidate: &Candidate, story: StoryId, placement: &Placement) {
        let development = placement.development.as_ref();
        let facts = &candidate.facts;
        for told in self.told.iter_mut().filter(|told| Some(told.id) == placement.confirms) {
            told.awaits_source = false;
        }
        let (words, free) = (self.weighted(&facts.words), self.weighted(&facts.free));
        let serial = self.first + self.told.len() as u32;
        for (tellers, features) in [(&mut self.tellers, &words), (&mut self.free_tellers, &free)] {
            for &(feature, weight) in features {
                match tellers.entry(feature) {
                    Entry::Vacant(place) => {
                        place.insert(Postings::of(serial, weight));
                    }
                    Entry::Occupied(mut place) => place.get_mut().push_within(serial, weight, self.first, usize::MAX),
                }
            }
        }
        self.told.push_back(Told {
            id: candidate.outline.id,
            story,
            day: candidate.outline.day,
            language: candidate.language,
            source: candidate.source,
            words,
            free,
            awaits_source: development.is_some_and(|development| !development.strong),
            is_new: development.is_some(),
            is_background: facts.manner.background.is_some(),
            is_strong_match: facts.is_strong_match,
        });
        while self.told.len() > MEMORY_ARTICLES
            || self.told.front().is_some_and(|told| told.day < candidate.outline.day - MEMORY_DAYS)
        {
            self.forget_first();
        }
        self.own_words.extend(&facts.own_words);
        self.articles += 1;
        for feature in facts.words.iter().chain(&facts.free) {
            *self.holding.entry(feature.hash).or_default() += 1;
        }
    }

    fn forget_first(&mut self) {
        let Some(told) = self.told.pop_front() else { return };
        self.first += 1;
        for (tellers, features) in [(&mut self.tellers, told.words), (&mut self.free_tellers, told.free)] {
            for (feature, _) in features {
                if tellers.get(&feature).is_some_and(|tellers| tellers.newest() < self.first) {
                    tellers.remove(&feature);
                }
            }
        }
    }

    /// Halves the counts past `horizon` articles.
    pub(super) fn forget(&mut self, horizon: u32) {
        if self.articles >= horizon {
            self.articles /= 2;
            self.holding.retain(|_, count| {
                *count /= 2;
                *count > 0
            });
        }
    }
}

/// The weight of all acts, and of all concepts.
fn totals(free: &[(u64, f32)], kinds: &[FactKind]) -> (f32, f32) {
    let (mut acts, mut concepts) = (0.0, 0.0);
    for ((_, weight), kind) in free.iter().zip(kinds) {
        match kind {
            FactKind::Act(_) => acts += weight,
            FactKind::Actor | FactKind::Place | FactKind::Concept => concepts += weight,
            FactKind::Number | FactKind::Term => {}
        }
    }
    (acts, concepts)
}

/// The share of a total that is lacking.
fn lacking(total: f32, held: f32) -> f32 {
    if total <= 0.0 { 0.0 } else { (1.0 - held / total).max(0.0) }
}

/// True when one of the features, in order of their hash, is this one.
pub(super) fn holds(features: &[(u64, f32)], feature: u64) -> bool {
    features.binary_search_by_key(&feature, |(hash, _)| *hash).is_ok()
}

/// The sum of the products of two lists in order of their hash.
pub(super) fn product(left: &[(u64, f32)], right: &[(u64, f32)]) -> f32 {
    let (mut i, mut j, mut sum) = (0, 0, 0.0);
    while let (Some(l), Some(r)) = (left.get(i), right.get(j)) {
        match l.0.cmp(&r.0) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                sum += l.1 * r.1;
                i += 1;
                j += 1;
            }
        }
    }
    sum
}

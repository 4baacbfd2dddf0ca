//! The first rule of what is new: does an article tell what nothing of the last days told, and with which sentences?
//!
//! An article is a retelling when its headline and first sentences lie close to those of one earlier article of the topic. Close means, in one language,
//! words and language-free features (concepts of the topic, acts, terms of the news, numbers); across languages the latter alone. Acts and concepts that
//! the earlier article lacks push the two apart. What brought something new weighs more in this than what retold: had that been a mistake, all that
//! follows would be lost. Two sources that tell alike within hours, long after what they seem to retell, bring something new.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, VecDeque};

use super::acts;
use super::candidate::{Candidate, Feature, short};
use super::facts::FactKind;
use super::features::tokens;
use super::fullness::{Rank, Reports};
use super::hashed::{HashedMap, HashedSet};
use super::postings::Postings;
use super::{Development, DevelopmentKind, Placement};
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
/// Share of a retelling up to which novelty by words alone is certain enough for a mail without a second source.
const CLEARLY_NEW: f32 = 0.85;
/// Days for which a doubtful report waits for a second source; one that comes later is told by itself, for a desk was told nothing.
const AWAITED_DAYS: f64 = 0.25;
/// Two sources that tell alike within so many days, longer than so many days after the nearest that was told as new, tell a new thing: what happens in
/// one matter is told in its words (measured: a third of a day is a little better than a quarter and a half).
const TOGETHER_DAYS: f64 = 0.1;
const LONG_TOLD_DAYS: f64 = 0.35;
/// Sentences quoted for one development, and sentences of the text looked at for them.
pub(super) const QUOTED: usize = 3;
const LOOKED_AT: usize = 15;
/// Words that its story had not used, at least, for a sentence to carry something new.
const NEW_WORDS: usize = 3;

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

/// What a story has named.
#[derive(Debug, Default)]
struct Named {
    last_day: f64,
    words: HashedSet<u32>,
    free: HashedSet<u64>,
    has_developed: bool,
}

/// What the topic's articles of the last days told.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) told: VecDeque<Told>,
    /// Which of `told` hold a word, by serial number; the first of `told` has number `first`. Those that were forgotten may lie before them.
    tellers: HashedMap<u64, Postings>,
    first: u32,
    /// Stems of the words by which the topic matched.
    pub(super) own_words: BTreeSet<u64>,
    articles: u32,
    holding: HashedMap<u64, u32>,
    named: HashMap<StoryId, Named>,
    /// Of a topic without concepts.
    reports: Reports,
}

/// The earlier article that lies nearest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Nearest {
    pub(super) article: ArticleId,
    pub(super) story: StoryId,
    /// 1 and more makes a retelling.
    pub(super) ratio: f32,
    days: f64,
    is_same_source: bool,
    awaits_source: bool,
    /// Another source told the same hours before, and what both seem to retell was told long before.
    is_told_together: bool,
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

impl Memory {
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

    /// Which of `told` hold a word, by their place.
    pub(super) fn tellers(&self, word: u64) -> impl Iterator<Item = usize> {
        self.weights(word).map(|(at, _)| at)
    }

    fn weights(&self, word: u64) -> impl Iterator<Item = (usize, f32)> {
        let holders = self.tellers.get(&word).map_or(&[][..], Postings::holders);
        holders
            .iter()
            .filter(|(serial, _)| *serial >= self.first)
            .map(|(serial, weight)| ((serial - self.first) as usize, *weight))
    }

    /// What the words of each of `told` have in common with `words`: their products, by look-up.
    fn shared_words(&self, words: &Weighted) -> Vec<f32> {
        let mut sums = vec![0.0; self.told.len()];
        for (word, weight) in words {
            for (at, held) in self.weights(*word) {
                sums[at] += weight * held;
            }
        }
        sums
    }

    /// The telling that `candidate` lies nearest to.
    ///
    /// Two languages meet in few features, so a single act in common ("sends") would make any two short reports look alike.
    pub(super) fn nearest(&self, candidate: &Candidate) -> Option<Nearest> {
        let facts = &candidate.facts;
        let (words, free) = (self.weighted(&facts.words), self.weighted(&facts.free));
        let (mut acts, mut concepts) = (Vec::new(), Vec::new());
        for (feature, kind) in free.iter().zip(&facts.kinds) {
            match kind {
                FactKind::Act(_) => acts.push(*feature),
                FactKind::Number | FactKind::Term => {}
                FactKind::Actor | FactKind::Place | FactKind::Concept => concepts.push(*feature),
            }
        }
        let caution = if candidate.has_concepts { CAUTION } else { CAUTION_WITHOUT_CONCEPTS };
        let caution = 1.0 + caution * LEARNING_ARTICLES / (self.articles as f32 + LEARNING_ARTICLES);
        let asked = if facts.manner.is_report { 1.0 } else { RETELLS_UNREPORTED };
        let shared = self.shared_words(&words);
        let mut nearest: Option<Nearest> = None;
        let mut nearest_new = (0.0, 0.0);
        let mut nearest_silent = 0.0_f32;
        for (told, shared) in self.told.iter().zip(shared) {
            let days = (candidate.outline.day - told.day).max(0.0);
            if days > MEMORY_DAYS {
                continue;
            }
            let across = product(&free, &told.free);
            let share = if told.language == candidate.language {
                ((1.0 - FREE_WEIGHT) * shared + FREE_WEIGHT * across) / RETELLS
            } else if meets(&free, &facts.kinds, &told.free) {
                across / RETELLS_ACROSS
            } else {
                0.0
            };
            // Nearly all have nothing in common.
            if share == 0.0 && nearest.is_some() {
                continue;
            }
            let fading = (-days * days / (2.0 * FADING_DAYS * FADING_DAYS)).exp() as f32;
            let apart = (1.0 - NEW_ACTS * lacking(&acts, &told.free)) * (1.0 - NEW_CONCEPTS * lacking(&concepts, &told.free));
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
        let told = Told {
            id: candidate.outline.id,
            story,
            day: candidate.outline.day,
            language: candidate.language,
            source: candidate.source,
            words: self.weighted(&facts.words),
            free: self.weighted(&facts.free),
            awaits_source: development.is_some_and(|development| !development.strong),
            is_new: development.is_some(),
            is_background: facts.manner.background.is_some(),
            is_strong_match: facts.is_strong_match,
        };
        for told in self.told.iter_mut().filter(|told| Some(told.id) == placement.confirms) {
            told.awaits_source = false;
        }
        let serial = self.first + self.told.len() as u32;
        for &(word, weight) in &told.words {
            match self.tellers.entry(word) {
                Entry::Vacant(place) => {
                    place.insert(Postings::of(serial, weight));
                }
                Entry::Occupied(mut place) => place.get_mut().push_within(serial, weight, self.first, usize::MAX),
            }
        }
        self.told.push_back(told);
        while self.told.len() > MEMORY_ARTICLES
            || self.told.front().is_some_and(|told| told.day < candidate.outline.day - MEMORY_DAYS)
        {
            self.forget_first();
        }
        if !candidate.has_concepts {
            self.reports.add(candidate.account.clone(), candidate.language, candidate.outline.day);
        }
        self.own_words.extend(&facts.own_words);
        self.articles += 1;
        let named = self.named.entry(story).or_default();
        named.last_day = named.last_day.max(candidate.outline.day);
        named.has_developed |= development.is_some();
        named.words.extend(&candidate.print.words);
        named.free.extend(facts.free.iter().map(|feature| feature.hash));
        for feature in facts.words.iter().chain(&facts.free) {
            *self.holding.entry(feature.hash).or_default() += 1;
        }
    }

    fn forget_first(&mut self) {
        let Some(told) = self.told.pop_front() else { return };
        self.first += 1;
        for (word, _) in &told.words {
            if self.tellers.get(word).is_some_and(|tellers| tellers.newest() < self.first) {
                self.tellers.remove(word);
            }
        }
    }

    /// Drops the stories whose last article is older than `cutoff`, in days, and halves the counts past `horizon` articles.
    pub(super) fn forget(&mut self, cutoff: f64, horizon: u32) {
        self.named.retain(|_, named| named.last_day >= cutoff);
        if self.articles >= horizon {
            self.articles /= 2;
            self.holding.retain(|_, count| {
                *count /= 2;
                *count > 0
            });
        }
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

/// Features that two tellings of different languages must share to be compared at all, and one of them must be more than an act.
const MEETING_POINTS: usize = 2;

fn meets(free: &[(u64, f32)], kinds: &[FactKind], told: &[(u64, f32)]) -> bool {
    let shared = free.iter().zip(kinds).filter(|((hash, _), _)| told.binary_search_by_key(hash, |(h, _)| *h).is_ok());
    let (mut points, mut more_than_acts) = (0, false);
    for (_, kind) in shared {
        points += 1;
        more_than_acts |= !matches!(kind, FactKind::Act(_));
    }
    points >= MEETING_POINTS && more_than_acts
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

/// The share of `features`, by weight, that `told` lacks.
fn lacking(features: &[(u64, f32)], told: &[(u64, f32)]) -> f32 {
    let all: f32 = features.iter().map(|(_, weight)| weight).sum();
    if all <= 0.0 {
        return 0.0;
    }
    let lacks = features.iter().filter(|(hash, _)| told.binary_search_by_key(hash, |(held, _)| *held).is_err());
    lacks.map(|(_, weight)| weight).sum::<f32>() / all
}

//! How alike an article and the open stories are: weighted features, found through postings, at a cost bounded per article.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::hash_map::Entry;

use super::candidate::{Candidate, Feature};
use super::hashed::HashedMap;
use super::postings::{Postings, low};
use super::zones::{ALL, FREE, NAMES, TITLE, ZONES};
use crate::types::Lang;

/// Strongest features kept of a zone: all, headline, names, language-free. More only adds noise (measured: 43 beats 30 and 60).
const KEPT: [usize; ZONES] = [43, 30, 40, 40];
/// What a zone counts in the likeness of two articles of one language.
const ZONE_WEIGHT: [f32; ZONES] = [1.0, 0.5, 0.45, 0.11];
/// What it counts between languages, where words do not meet.
const ZONE_WEIGHT_ACROSS: [f32; ZONES] = [0.0, 0.0, 0.45, 0.84];
/// Rare words count more than by the plain logarithm, rare terms of the news less: each is one of few.
const RARITY_POWER: [f64; ZONES] = [1.43, 1.43, 1.43, 0.64];
/// How much rarer a feature may look in the whole stream than in the article's own language: a foreign word is not telling.
const LANGUAGE_SLACK: f64 = 0.3;
/// Weight of what is expected of a word before any article was seen, in articles.
pub(super) const EXPECTED_ARTICLES: f64 = 30.0;
/// Newest articles looked at per feature, and articles looked at in one zone, by its heaviest features first: what bounds the cost of one article, whatever
/// the archive holds. Real articles look at some hundred (measured: 500 in a zone do no worse than all).
const POSTINGS: usize = 600;
const LOOKED_AT: usize = 1000;
/// Articles after which all counts are halved, so that they follow the news and their memory is bounded.
pub(super) const COUNT_HORIZON: u32 = 40_000;

/// A feature vector of length one.
pub(super) type Vector = Vec<(u64, f32)>;

/// Counts of features and the articles of the window that hold them.
#[derive(Debug, Default)]
pub(super) struct Similarity {
    articles: u32,
    articles_in: BTreeMap<Option<Lang>, u32>,
    holding: HashedMap<u64, Holding>,
    /// Of features that stand in several languages, what [`Holding`] has no room for; by [`in_language`].
    holding_in: HashedMap<u64, u32>,
    /// Zone → feature → the articles that hold it.
    postings: [HashedMap<u64, Postings>; ZONES],
    /// Articles added so far: which counts a vector was made with.
    added: u64,
    /// Room to add up what articles share; between two questions all of it is zero.
    sums: RefCell<Vec<Shared>>,
}

/// How many articles hold a feature.
#[derive(Debug)]
struct Holding {
    all: u32,
    /// The language of the first of them, and how many are in it.
    language: Option<Lang>,
    in_language: u32,
}

/// What two articles share, by zone.
pub(super) type Shared = [f32; ZONES];

impl Similarity {
    /// How many articles were counted.
    pub(super) fn articles(&self) -> u32 {
        self.articles
    }

    /// How many of them are in a language.
    pub(super) fn articles_in(&self, language: Option<Lang>) -> u32 {
        self.articles_in.get(&language).copied().unwrap_or(0)
    }

    /// How rare a feature is in all articles, as a logarithm.
    pub(super) fn rarity(&self, feature: u64) -> f64 {
        let holding = f64::from(self.holding.get(&feature).map_or(0, |holding| holding.all));
        ((f64::from(self.articles) + 2.0 + EXPECTED_ARTICLES) / (holding + 1.5)).ln().max(0.0)
    }

    /// The vectors of `candidate` as if it were counted already.
    pub(super) fn vectors(&self, candidate: &Candidate) -> [Vector; ZONES] {
        if let Some(vectors) = candidate.weighed.take(self.added) {
            return vectors;
        }
        let language = candidate.language;
        let articles = f64::from(self.articles) + 2.0 + EXPECTED_ARTICLES;
        let articles_in = f64::from(self.articles_in(language)) + 2.0 + EXPECTED_ARTICLES;
        let slack = LANGUAGE_SLACK.exp();
        let all = &candidate.zones[ALL];
        let counts: Vec<(u32, u32)> = all.iter().map(|feature| self.holding(language, feature.hash)).collect();
        // Headline and names are words of the whole, but for concepts.
        let known = |feature: &Feature| match all.binary_search_by_key(&feature.hash, |held| held.hash) {
            Ok(at) => counts[at],
            Err(_) => self.holding(language, feature.hash),
        };
        let rarity = |feature: &Feature, (holding, holding_in): (u32, u32)| {
            let expected = 1.5 + EXPECTED_ARTICLES * f64::from(feature.prior);
            (articles / (f64::from(holding) + expected)).min(articles_in / (f64::from(holding_in) + expected) * slack).ln()
        };
        let part = |zone: usize| {
            let features = candidate.zones[zone].iter().map(|feature| (feature, rarity(feature, known(feature))));
            unit(features, KEPT[zone], RARITY_POWER[zone])
        };
        let words = all.iter().zip(&counts).map(|(feature, counts)| (feature, rarity(feature, *counts)));
        [unit(words, KEPT[ALL], RARITY_POWER[ALL]), part(TITLE), part(NAMES), part(FREE)]
    }

    /// Leaves vectors with the candidate they are of.
    pub(super) fn keep(&self, candidate: &Candidate, vectors: [Vector; ZONES]) {
        candidate.weighed.put(self.added, vectors);
    }

    /// How many articles hold a feature, and how many of them are in a language.
    fn holding(&self, language: Option<Lang>, feature: u64) -> (u32, u32) {
        match self.holding.get(&feature) {
            None => (0, 0),
            Some(holding) if holding.language == language => (holding.all, holding.in_language),
            Some(holding) => (holding.all, self.holding_in.get(&in_language(language, feature)).copied().unwrap_or(0)),
        }
    }

    /// What the articles with serial numbers from `oldest` on share with `vectors`, in order of their serial numbers.
    pub(super) fn shared(&self, vectors: &[Vector; ZONES], oldest: u64, newest: u64) -> Vec<(u64, Shared)> {
        let span = usize::try_from(newest.saturating_sub(oldest)).unwrap_or(0);
        let first = low(oldest);
        let mut sums = self.sums.borrow_mut();
        if sums.len() < span {
            sums.resize(span, [0.0; ZONES]);
        }
        let mut touched: Vec<u32> = Vec::new();
        for (zone, vector) in vectors.iter().enumerate() {
            let mut looked_at = 0;
            for (feature, weight) in vector {
                if looked_at > LOOKED_AT {
                    break;
                }
                let Some(postings) = self.postings[zone].get(feature) else { continue };
                looked_at += postings.holders().len();
                for &(serial, held) in postings.holders().iter().rev() {
                    if serial < first {
                        break;
                    }
                    let at = serial - first;
                    let Some(sum) = sums.get_mut(at as usize) else { continue };
                    if *sum == [0.0; ZONES] {
                        touched.push(at);
                    }
                    sum[zone] += weight * held;
                }
            }
        }
        touched.sort_unstable();
        touched.dedup();
        touched.iter().map(|&at| (oldest + u64::from(at), std::mem::take(&mut sums[at as usize]))).collect()
    }

    /// Counts `candidate` and lets it be found under `serial`.
    pub(super) fn add(&mut self, candidate: &Candidate, vectors: &[Vector; ZONES], serial: u64, oldest: u64) {
        self.articles += 1;
        self.added += 1;
        *self.articles_in.entry(candidate.language).or_default() += 1;
        let all = &candidate.zones[ALL];
        for feature in all {
            self.count(candidate.language, feature.hash);
        }
        // Concepts, terms and sounds are no words.
        for feature in &candidate.zones[FREE] {
            self.count(candidate.language, feature.hash);
        }
        for (zone, vector) in vectors.iter().enumerate() {
            for &(feature, weight) in vector {
                match self.postings[zone].entry(feature) {
                    Entry::Vacant(place) => {
                        place.insert(Postings::of(low(serial), weight));
                    }
                    Entry::Occupied(mut place) => place.get_mut().push_within(low(serial), weight, low(oldest), POSTINGS),
                }
            }
        }
        if self.articles >= COUNT_HORIZON {
            self.halve();
        }
    }

    fn count(&mut self, language: Option<Lang>, feature: u64) {
        let holding = self.holding.entry(feature).or_insert(Holding { all: 0, language, in_language: 0 });
        holding.all += 1;
        if holding.language == language {
            holding.in_language += 1;
        } else {
            *self.holding_in.entry(in_language(language, feature)).or_default() += 1;
        }
    }

    /// Drops the postings that nothing of the window holds.
    pub(super) fn sweep(&mut self, oldest: u64) {
        for zone in &mut self.postings {
            zone.retain(|_, postings| postings.newest() >= low(oldest));
        }
    }

    /// Halves all counts.
    fn halve(&mut self) {
        self.articles /= 2;
        for count in self.articles_in.values_mut() {
            *count /= 2;
        }
        self.holding.retain(|_, holding| {
            holding.all /= 2;
            holding.in_language /= 2;
            holding.all > 0
        });
        self.holding_in.retain(|_, count| {
            *count /= 2;
            *count > 0
        });
    }
}

/// The key of a feature within a language.
fn in_language(language: Option<Lang>, feature: u64) -> u64 {
    let letters = language.map_or(0, |lang| lang.as_str().bytes().fold(0u64, |sum, b| sum << 8 | u64::from(b)));
    feature.rotate_left(21) ^ letters.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// The likeness of two articles that share this much.
pub(super) fn likeness(shared: Shared, same_language: bool) -> f32 {
    shared.iter().zip(zone_weights(same_language)).map(|(dot, weight)| dot * weight).sum()
}

/// The likeness of an article and the middle of a story, given what it shares with its members in all and the lengths of the sums of their vectors.
pub(super) fn likeness_to_middle(shared: Shared, lengths: [f64; ZONES], same_language: bool) -> f32 {
    let weights = zone_weights(same_language);
    (0..ZONES).filter(|&zone| lengths[zone] > 0.0).map(|zone| weights[zone] * shared[zone] / lengths[zone].sqrt() as f32).sum()
}

fn zone_weights(same_language: bool) -> [f32; ZONES] {
    if same_language { ZONE_WEIGHT } else { ZONE_WEIGHT_ACROSS }
}

/// The `kept` heaviest of features and their rarities, as a vector.
fn unit<'a>(features: impl Iterator<Item = (&'a Feature, f64)>, kept: usize, power: f64) -> Vector {
    let mut vector: Vec<(u64, f64)> = features
        .filter_map(|(feature, rarity)| {
            let count = f64::from(feature.count);
            let count = if count >= 1.0 { 1.0 + count.ln() } else { count };
            (rarity > 0.0).then(|| (feature.hash, count * rarity.powf(power)))
        })
        .collect();
    // The heaviest, and on a tie the smaller hash: the same on every machine.
    let heaviest_first = |a: &(u64, f64), b: &(u64, f64)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    if vector.len() > kept {
        vector.select_nth_unstable_by(kept, heaviest_first);
        vector.truncate(kept);
    }
    vector.sort_unstable_by(heaviest_first);
    let length = vector.iter().map(|(_, weight)| weight * weight).sum::<f64>().sqrt();
    if length <= 0.0 {
        return Vec::new();
    }
    vector.into_iter().map(|(feature, weight)| (feature, (weight / length) as f32)).collect()
}

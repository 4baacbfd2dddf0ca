//! How alike an article and the open stories are: weighted features, found through postings, at a cost bounded per article.

use std::collections::{BTreeMap, VecDeque};

use super::candidate::{Candidate, Counts, Feature};
use super::hashed::HashedMap;
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
/// Newest articles looked at per feature: what bounds the cost of one article, whatever the archive holds.
const POSTINGS: usize = 600;
/// Articles after which all counts are halved, so that they follow the news and their memory is bounded.
pub(super) const COUNT_HORIZON: u32 = 40_000;

/// A feature vector of length one.
pub(super) type Vector = Vec<(u64, f32)>;

/// Counts of features and the articles of the window that hold them.
#[derive(Debug, Default)]
pub(super) struct Similarity {
    articles: u32,
    holding: HashedMap<u64, u32>,
    articles_in: BTreeMap<Option<Lang>, u32>,
    /// By [`in_language`].
    holding_in: HashedMap<u64, u32>,
    /// Zone → feature → (serial number of the article, weight), oldest first.
    postings: [HashedMap<u64, VecDeque<(u64, f32)>>; ZONES],
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
        let holding = f64::from(self.holding.get(&feature).copied().unwrap_or(0));
        ((f64::from(self.articles) + 2.0 + EXPECTED_ARTICLES) / (holding + 1.5)).ln().max(0.0)
    }

    /// The vectors of `candidate` as if it were counted already.
    pub(super) fn vectors(&self, candidate: &Candidate) -> [Vector; ZONES] {
        let language = candidate.language;
        let articles = f64::from(self.articles) + 2.0 + EXPECTED_ARTICLES;
        let articles_in = f64::from(self.articles_in.get(&language).copied().unwrap_or(0)) + 2.0 + EXPECTED_ARTICLES;
        let slack = LANGUAGE_SLACK.exp();
        let rarity = |feature: &Feature| {
            let expected = 1.5 + EXPECTED_ARTICLES * f64::from(feature.prior);
            let holding = f64::from(self.holding.get(&feature.hash).copied().unwrap_or(0)) + expected;
            let holding_in =
                f64::from(self.holding_in.get(&in_language(language, feature.hash)).copied().unwrap_or(0)) + expected;
            (articles / holding).min(articles_in / holding_in * slack).ln()
        };
        let zone = |zone: usize| unit(&candidate.zones[zone], KEPT[zone], RARITY_POWER[zone], rarity);
        [zone(ALL), zone(TITLE), zone(NAMES), zone(FREE)]
    }

    /// What the articles with serial numbers from `oldest` on share with `vectors`, in order of their serial numbers.
    pub(super) fn shared(&self, vectors: &[Vector; ZONES], oldest: u64, newest: u64) -> Vec<(u64, Shared)> {
        let span = usize::try_from(newest.saturating_sub(oldest)).unwrap_or(0);
        let mut sums: Vec<Shared> = vec![[0.0; ZONES]; span];
        let mut touched: Vec<u64> = Vec::new();
        for (zone, vector) in vectors.iter().enumerate() {
            for (feature, weight) in vector {
                let Some(holders) = self.postings[zone].get(feature) else { continue };
                for (serial, held) in holders.iter().rev().take(POSTINGS) {
                    if *serial < oldest {
                        break;
                    }
                    let Some(sum) = usize::try_from(serial - oldest).ok().and_then(|at| sums.get_mut(at)) else { continue };
                    if *sum == [0.0; ZONES] {
                        touched.push(*serial);
                    }
                    sum[zone] += weight * held;
                }
            }
        }
        touched.sort_unstable();
        touched.dedup();
        touched.into_iter().filter_map(|serial| Some((serial, *sums.get(usize::try_from(serial - oldest).ok()?)?))).collect()
    }

    /// Counts `candidate` and lets it be found under `serial`.
    pub(super) fn add(&mut self, candidate: &Candidate, vectors: &[Vector; ZONES], serial: u64, oldest: u64) {
        self.articles += 1;
        *self.articles_in.entry(candidate.language).or_default() += 1;
        for feature in candidate.zones[ALL].iter().map(|feature| feature.hash) {
            *self.holding.entry(feature).or_default() += 1;
            *self.holding_in.entry(in_language(candidate.language, feature)).or_default() += 1;
        }
        // Concepts, terms and sounds are no words.
        for feature in candidate.zones[FREE].iter().map(|feature| feature.hash) {
            *self.holding.entry(feature).or_default() += 1;
            *self.holding_in.entry(in_language(candidate.language, feature)).or_default() += 1;
        }
        for (zone, vector) in vectors.iter().enumerate() {
            for &(feature, weight) in vector {
                let holders = self.postings[zone].entry(feature).or_default();
                holders.push_back((serial, weight));
                while holders.len() > POSTINGS || holders.front().is_some_and(|(first, _)| *first < oldest) {
                    holders.pop_front();
                }
            }
        }
        if self.articles >= COUNT_HORIZON {
            self.halve();
        }
    }

    /// Drops the postings that nothing of the window holds.
    pub(super) fn sweep(&mut self, oldest: u64) {
        for zone in &mut self.postings {
            zone.retain(|_, holders| holders.back().is_some_and(|(last, _)| *last >= oldest));
        }
    }

    /// Halves all counts.
    fn halve(&mut self) {
        self.articles /= 2;
        for count in self.articles_in.values_mut() {
            *count /= 2;
        }
        let halve = |count: &mut u32| {
            *count /= 2;
            *count > 0
        };
        self.holding.retain(|_, count| halve(count));
        self.holding_in.retain(|_, count| halve(count));
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

fn unit(counts: &Counts, kept: usize, power: f64, rarity: impl Fn(&Feature) -> f64) -> Vector {
    let mut vector: Vec<(u64, f64)> = counts
        .iter()
        .filter_map(|feature| {
            let rarity = rarity(feature);
            let count = f64::from(feature.count);
            let count = if count >= 1.0 { 1.0 + count.ln() } else { count };
            (rarity > 0.0).then(|| (feature.hash, count * rarity.powf(power)))
        })
        .collect();
    // The heaviest, and on a tie the smaller hash: the same on every machine.
    vector.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    vector.truncate(kept);
    let length = vector.iter().map(|(_, weight)| weight * weight).sum::<f64>().sqrt();
    if length <= 0.0 {
        return Vec::new();
    }
    vector.into_iter().map(|(feature, weight)| (feature, (weight / length) as f32)).collect()
}

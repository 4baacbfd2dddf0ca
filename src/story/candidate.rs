//! An article ready to be placed: everything that placing needs, computed once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use super::facts::{Facts, facts};
use super::features::{Token, tokens};
use super::outline::Outline;
use crate::extract::Article;
use crate::matcher::{Concept, Match};
use crate::types::Lang;

/// Words of the body that describe what the article is about; news puts it first.
const LEAD_WORDS: usize = 300;
/// Words of the body whose capitalised ones count as names of the matter.
const NAME_WORDS: usize = 155;
/// A word of the headline counts as three of the body.
const TITLE_WEIGHT: f32 = 3.0;
/// A capitalised word in running text counts a little less than another: names are in every report of a subject.
const CAPITALISED_WEIGHT: f32 = 0.8;
/// What naming a concept of the topic counts, in capitalised words.
const CONCEPT_WEIGHT: f32 = 3.0;
/// Words of the whole text that copies are recognised by.
const COPY_WORDS: usize = 1500;

/// Zones of features: everything, headline, names and concepts.
pub(super) const ALL: usize = 0;
pub(super) const TITLE: usize = 1;
pub(super) const NAMES: usize = 2;

/// A feature of an article.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Feature {
    pub(super) hash: u64,
    /// How often it counts.
    pub(super) count: f32,
    /// The share of articles that is expected to hold it, before any was seen.
    pub(super) prior: f32,
}

/// Features in order of their hash.
pub(super) type Counts = Vec<Feature>;

/// Expected shares. Without them the first articles of a topic look alike, for they share its own words and little is known of others.
pub(super) const PRIOR_TOPIC: f32 = 0.5;
/// Concepts are few and belong to the topic: about one article in five names each.
pub(super) const PRIOR_CONCEPT: f32 = 0.2;
const PRIOR_SHORT: f32 = 0.25;
const PRIOR_FOUR_LETTERS: f32 = 0.05;
pub(super) const PRIOR_WORD: f32 = 0.002;

/// The words of an article as copies are recognised by them; one for all verbatim copies.
#[derive(Debug, Default)]
pub(super) struct Print {
    /// Hashes of every five neighbouring words of the text, in order, each once.
    pub(super) fives: Vec<u32>,
    /// Hashes of the words of headline and text, in order, each once.
    pub(super) words: Vec<u32>,
}

/// An article ready to be placed.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub(super) outline: Outline,
    pub(super) language: Option<Lang>,
    /// The outlet, hashed.
    pub(super) source: u64,
    pub(super) title: String,
    /// Features by zone, in order of their hash.
    pub(super) zones: [Counts; 3],
    /// The topic names concepts in it; a topic that takes everything names none.
    pub(super) has_concepts: bool,
    /// What its copies are recognised by.
    pub(super) print: Arc<Print>,
    /// What it reports.
    pub(super) facts: Facts,
    /// Spelling of the features of the headline, for explanations.
    pub(super) spelling: BTreeMap<u64, String>,
}

impl Candidate {
    /// Computes what placing needs. `source` is the outlet.
    pub fn new(outline: Outline, article: &Article, matched: &Match, source: &str) -> Candidate {
        let title = tokens(&article.title, LEAD_WORDS);
        let text = article.text();
        let body = tokens(&text, COPY_WORDS);
        let hashes: Vec<u64> = body.iter().map(|token| token.word).collect();
        let concepts: Vec<u64> = telling_concepts(matched).map(|concept| concept_feature(&concept.id)).collect();
        let topic = topic_words(matched);
        Candidate {
            outline,
            language: article.language,
            source: xxh3_64(source.trim().to_lowercase().as_bytes()),
            title: article.title.clone(),
            zones: zones(&title, &body, &concepts, &topic),
            has_concepts: !concepts.is_empty(),
            print: Arc::new(Print {
                fives: runs(&hashes, 5),
                words: set(title.iter().chain(&body).map(|token| short(token.word)).collect()),
            }),
            facts: facts(article, matched, &topic),
            spelling: title.iter().map(|token| (token.stem, article.title[token.start..token.end].to_owned())).collect(),
        }
    }
}

/// The concepts that tell one article of a topic from another. The word groups of a simple topic do not: every article on it names each of them, and two
/// reports in two languages would share nothing else.
pub(super) fn telling_concepts(matched: &Match) -> impl Iterator<Item = &Concept> {
    matched.concepts.iter().filter(|concept| !concept.id.starts_with("all_of."))
}

/// The feature of a concept of the topic; it meets no word.
pub(super) fn concept_feature(id: &str) -> u64 {
    xxh3_64(format!("concept {id}").as_bytes())
}

/// The stems of the words by which the topic matched: they stand in most of its articles.
fn topic_words(matched: &Match) -> BTreeSet<u64> {
    matched.evidence.iter().flat_map(|evidence| tokens(&evidence.term, 20)).map(|token| token.stem).collect()
}

/// The share of articles in which the word is expected.
pub(super) fn prior(token: &Token, topic: &BTreeSet<u64>) -> f32 {
    match token.letters {
        _ if topic.contains(&token.stem) => PRIOR_TOPIC,
        // Names and numbers may be short.
        _ if token.is_capitalised || token.is_number => PRIOR_WORD,
        0..=3 if token.is_alphabetic => PRIOR_SHORT,
        4 if token.is_alphabetic => PRIOR_FOUR_LETTERS,
        _ => PRIOR_WORD,
    }
}

fn weight(token: &Token) -> f32 {
    if token.is_capitalised && !token.is_number { CAPITALISED_WEIGHT } else { 1.0 }
}

fn zones(title: &[Token], body: &[Token], concepts: &[u64], topic: &BTreeSet<u64>) -> [Counts; 3] {
    let (mut all, mut headline, mut names) = (Vec::new(), Vec::new(), Vec::new());
    let feature = |token: &Token, count: f32| Feature { hash: token.stem, count, prior: prior(token, topic) };
    for token in title {
        all.push(feature(token, TITLE_WEIGHT * weight(token)));
        headline.push(feature(token, weight(token)));
        if token.is_capitalised || token.is_number {
            names.push(feature(token, TITLE_WEIGHT));
        }
    }
    for (at, token) in body.iter().take(LEAD_WORDS).enumerate() {
        all.push(feature(token, weight(token)));
        if at < NAME_WORDS && (token.is_capitalised || token.is_number) {
            names.push(feature(token, 1.0));
        }
    }
    names.extend(concepts.iter().map(|&hash| Feature { hash, count: CONCEPT_WEIGHT, prior: PRIOR_CONCEPT }));
    [summed(all), summed(headline), summed(names)]
}

/// Sums the counts of each feature; the largest expectation holds, for a capital at the head of a sentence makes no name.
fn summed(mut counts: Counts) -> Counts {
    counts.sort_by_key(|feature| feature.hash);
    let mut out: Counts = Vec::with_capacity(counts.len());
    for feature in counts {
        match out.last_mut() {
            Some(last) if last.hash == feature.hash => {
                last.count += feature.count;
                last.prior = last.prior.max(feature.prior);
            }
            _ => out.push(feature),
        }
    }
    out
}

/// Hashes of every `length` neighbouring words, in order of the hash, each once.
pub(super) fn runs(words: &[u64], length: usize) -> Vec<u32> {
    let mix =
        |run: &[u64]| short(run.iter().fold(0u64, |sum, word| (sum.rotate_left(7) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    set(words.windows(length).map(mix).collect())
}

/// Half of a hash: enough to tell the words of one window of articles apart.
pub(super) fn short(hash: u64) -> u32 {
    (hash >> 32) as u32
}

fn set(mut hashes: Vec<u32>) -> Vec<u32> {
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

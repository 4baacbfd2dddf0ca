//! An article ready to be placed: everything that placing needs, computed once.

use std::collections::BTreeSet;

use xxhash_rust::xxh3::xxh3_64;

use super::duplicate::Copy;
use super::facts::{Facts, facts};
use super::features::{Token, each_token, push_word, tokens};
use super::fullness::Account;
use super::kept::Kept;
use super::outline::Outline;
use super::print::Print;
use super::similarity::Vector;
use super::zones::{LEAD_WORDS, Words, ZONES, zones};
use crate::extract::Article;
use crate::matcher::{Concept, Match};
use crate::types::Lang;

/// Words of the whole text that copies are recognised by.
const COPY_WORDS: usize = 1500;

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

/// An article ready to be placed.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub(super) outline: Outline,
    pub(super) language: Option<Lang>,
    /// The outlet, hashed.
    pub(super) source: u64,
    pub(super) title: String,
    /// Words of the text, as far as it was read.
    pub(super) text_words: usize,
    /// Features by zone, in order of their hash.
    pub(super) zones: [Counts; ZONES],
    /// The topic names concepts in it; a topic that takes everything names none.
    pub(super) has_concepts: bool,
    /// What its edited copies are recognised by.
    pub(super) print: Print,
    /// The words of the text, hashed, in its order; those of Korean whole.
    pub(super) text: Vec<u64>,
    /// The words of headline and text, hashed, in order, each once.
    pub(super) words: Vec<u32>,
    /// What it is compared by in a matter told densely.
    pub(super) account: Account,
    /// What it reports.
    pub(super) facts: Facts,
    /// Concepts that the topic named, for explanations.
    pub(super) concepts: Vec<String>,
    /// What its features weigh.
    pub(super) weighed: Kept<[Vector; ZONES]>,
    /// The article that it is a copy or a version of.
    pub(super) copied: Kept<Option<Copy>>,
}

impl Candidate {
    /// Computes what placing needs. `source` is the outlet.
    pub fn new(outline: Outline, article: &Article, matched: &Match, source: &str) -> Candidate {
        let title = tokens(&article.title, LEAD_WORDS);
        let mut text = Vec::with_capacity(COPY_WORDS);
        let mut words: Vec<u32> = title.iter().map(|token| short(token.word)).collect();
        let mut lead = Vec::with_capacity(LEAD_WORDS);
        let whole = article.text();
        let mut text_words = 0;
        each_token(&whole, COPY_WORDS, |token| {
            text_words += 1;
            push_word(&mut text, &token);
            words.push(short(token.word));
            if lead.len() < LEAD_WORDS {
                lead.push(token);
            }
        });
        let concepts: Vec<u64> = telling_concepts(matched).map(|concept| concept_feature(&concept.id)).collect();
        let topic = topic_words(matched);
        let words = set(words);
        let facts = facts(article, matched, &topic);
        Candidate {
            outline,
            language: article.language,
            source: xxh3_64(source.trim().to_lowercase().as_bytes()),
            title: article.title.clone(),
            text_words,
            zones: zones(&Words {
                language: article.language,
                title: &article.title,
                text: &whole,
                title_tokens: &title,
                text_tokens: &lead,
                concepts: &concepts,
                topic: &topic,
            }),
            has_concepts: !concepts.is_empty(),
            print: Print::of(&text),
            account: Account::new(&title, &lead, words.len(), facts.manner.is_report),
            text,
            words,
            facts,
            concepts: telling_concepts(matched).map(|concept| concept.id.clone()).collect(),
            weighed: Kept::default(),
            copied: Kept::default(),
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

/// Half of a hash: enough to tell the words of one window of articles apart.
pub(super) fn short(hash: u64) -> u32 {
    (hash >> 32) as u32
}

fn set(mut hashes: Vec<u32>) -> Vec<u32> {
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

//! What an article is compared by, in four zones: all words, the headline, names, and what means the same in every language.
//!
//! In: an article, its words, the concepts its topic named. Out: counted features by zone. Not done here: how rare they are (similarity).

use std::collections::BTreeSet;

use xxhash_rust::xxh3::xxh3_64;

use super::candidate::{Counts, Feature, PRIOR_CONCEPT, PRIOR_WORD, prior};
use super::features::{Folder, Token};
use super::names::sound;
use super::vocabulary;
use crate::text::words::is_unspaced;
use crate::types::Lang;

/// Words of the body that describe what the article is about; news puts it first.
pub(super) const LEAD_WORDS: usize = 300;
/// Words of the body whose capitalised ones count as names of the matter.
const NAME_WORDS: usize = 155;
/// Bytes of the body in which terms of the news are looked for.
const LEAD_BYTES: usize = 900;
/// A word of the headline counts as three of the body.
const TITLE_WEIGHT: f32 = 3.0;
/// A capitalised word in running text counts a little less than another: names are in every report of a subject.
const CAPITALISED_WEIGHT: f32 = 0.8;
/// What naming a concept of the topic counts, in capitalised words.
const CONCEPT_WEIGHT: f32 = 3.0;
/// What a term of the news counts, and how a name sounds, beside a concept's mention.
const TERM_WEIGHT: f32 = 0.9;
const SOUND_WEIGHT: f32 = 0.7;
/// The share of articles in which a term of the news is expected.
const PRIOR_TERM: f32 = 0.02;

/// Zones of features: everything, headline, names and concepts, language-free.
pub(super) const ALL: usize = 0;
pub(super) const TITLE: usize = 1;
pub(super) const NAMES: usize = 2;
pub(super) const FREE: usize = 3;
pub(super) const ZONES: usize = 4;

/// An article as it is read for its features.
pub(super) struct Words<'a> {
    pub(super) language: Option<Lang>,
    pub(super) title: &'a str,
    pub(super) text: &'a str,
    pub(super) title_tokens: &'a [Token],
    pub(super) text_tokens: &'a [Token],
    /// The concepts that the topic named, as features.
    pub(super) concepts: &'a [u64],
    /// Stems of the words by which the topic matched.
    pub(super) topic: &'a BTreeSet<u64>,
}

/// The features of an article by zone, in order of their hash.
pub(super) fn zones(words: &Words) -> [Counts; ZONES] {
    let (mut all, mut headline, mut names) = (Vec::new(), Vec::new(), Vec::new());
    let feature = |token: &Token, count: f32| Feature { hash: token.stem, count, prior: prior(token, words.topic) };
    for token in words.title_tokens {
        all.push(feature(token, TITLE_WEIGHT * weight(token)));
        headline.push(feature(token, weight(token)));
        if token.is_capitalised || token.is_number {
            names.push(feature(token, TITLE_WEIGHT));
        }
    }
    for (at, token) in words.text_tokens.iter().take(LEAD_WORDS).enumerate() {
        all.push(feature(token, weight(token)));
        if at < NAME_WORDS && (token.is_capitalised || token.is_number) {
            names.push(feature(token, 1.0));
        }
    }
    names.extend(concepts(words));
    [summed(all), summed(headline), summed(names), summed(free(words))]
}

/// What means the same in every language: the topic's concepts, terms of the news, and how names sound.
fn free(words: &Words) -> Counts {
    let mut out: Counts = concepts(words).collect();
    let lead = &words.text[..words.text.floor_char_boundary(LEAD_BYTES)];
    for (text, weight) in [(words.title, TITLE_WEIGHT), (lead, 1.0)] {
        let terms = vocabulary::terms(text, words.language).into_iter();
        out.extend(terms.map(|term| Feature { hash: term_feature(term), count: weight * TERM_WEIGHT, prior: PRIOR_TERM }));
    }
    let has_capitals = words.language.is_none_or(|language| language.as_str() != "ar");
    let mut folder = Folder::default();
    for (text, tokens, weight) in [(words.title, words.title_tokens, TITLE_WEIGHT), (words.text, words.text_tokens, 1.0)] {
        for token in tokens.iter().take(NAME_WORDS).filter(|token| token.is_alphabetic && !token.is_number) {
            let word = &text[token.start..token.end];
            if (token.is_capitalised || !has_capitals && !word.starts_with(is_unspaced))
                && let Some(hash) = sound(word, &mut folder)
            {
                out.push(Feature { hash, count: weight * SOUND_WEIGHT, prior: PRIOR_WORD });
            }
        }
    }
    out
}

fn concepts(words: &Words) -> impl Iterator<Item = Feature> {
    words.concepts.iter().map(|&hash| Feature { hash, count: CONCEPT_WEIGHT, prior: PRIOR_CONCEPT })
}

/// The feature of a term of the news; it meets no word.
pub(super) fn term_feature(term: vocabulary::Term) -> u64 {
    let [low, high] = term.to_le_bytes();
    xxh3_64(&[b't', b'e', b'r', b'm', low, high])
}

fn weight(token: &Token) -> f32 {
    if token.is_capitalised && !token.is_number { CAPITALISED_WEIGHT } else { 1.0 }
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

//! An open story as articles are compared with it: the middle of its members, and how fast they come.
//!
//! In: an article's vectors and what it shares with the members. Out: how near it lies. Not done here: finding the members (similarity), deciding (cluster).

use std::collections::BTreeSet;

use super::candidate::Candidate;
use super::hashed::HashedMap;
use super::similarity::{Shared, Similarity, Vector, likeness_to_middle};
use super::tempo::{Pace, decay};
use super::zones::{ALL, NAMES, ZONES};
use crate::types::Lang;

/// How much of the likeness is to the nearest member; the rest is to the middle of the story.
const NEAREST: f32 = 0.26;
/// What the share of the news that a story has had lately adds: an article of a burst is most likely another report of it. Within one topic that is much of
/// what binds a long story; among all news no story has such a share.
const SHARE_WEIGHT: f32 = 0.1;
/// How much less a large story draws, by the logarithm of its members: its middle is near to much.
const SIZE_WEIGHT: f32 = 0.024;
/// How much is lost by an article none of whose names the story has, and the members for which half of that is lost: little is known of a young story.
const STRANGE_NAMES: f32 = 0.52;
const KNOWN_MEMBERS: f32 = 3.0;
/// Words of a text from which on names are expected to be there.
const TEXT_WORDS: usize = 40;
/// Likeness below which no story is looked at more closely.
const FAINT: f32 = 0.15;

/// An open story.
#[derive(Debug, Default)]
pub(super) struct OpenStory {
    pub(super) last_day: f64,
    pace: Pace,
    /// Sums of the members' vectors.
    sums: [HashedMap<u64, f32>; ZONES],
    /// Squares of the lengths of the sums.
    lengths: [f64; ZONES],
    /// Members, copies apart; those with a text; their languages.
    members: u32,
    with_text: u32,
    languages: BTreeSet<Option<Lang>>,
}

impl OpenStory {
    /// Takes a member in; copies say nothing new about what the story is about, and twenty of them would pull its middle over.
    pub(super) fn add(&mut self, candidate: &Candidate, vectors: &[Vector; ZONES]) {
        for (zone, vector) in vectors.iter().enumerate() {
            for &(feature, weight) in vector {
                let sum = self.sums[zone].entry(feature).or_default();
                self.lengths[zone] += f64::from(2.0 * *sum * weight + weight * weight);
                *sum += weight;
            }
        }
        self.pace.add(candidate.outline.day);
        self.members += 1;
        self.with_text += u32::from(candidate.text_words >= TEXT_WORDS);
        self.languages.insert(candidate.language);
    }

    /// Takes in what `other` holds: from now on they are one story.
    pub(super) fn merge(&mut self, other: OpenStory) {
        for (zone, sums) in other.sums.into_iter().enumerate() {
            self.lengths[zone] += other.lengths[zone];
            for (feature, weight) in sums {
                let sum = self.sums[zone].entry(feature).or_default();
                self.lengths[zone] += 2.0 * f64::from(*sum) * f64::from(weight);
                *sum += weight;
            }
        }
        self.last_day = self.last_day.max(other.last_day);
        self.pace.merge(other.pace);
        self.members += other.members;
        self.with_text += other.with_text;
        self.languages.extend(other.languages);
    }

    /// How near `candidate` lies that shares this much with all members, its likeness to the nearest being `nearest`. `all` is the pace of all news.
    pub(super) fn likeness(
        &self,
        candidate: &Candidate,
        shared: Shared,
        nearest: f32,
        similarity: &Similarity,
        all: &Pace,
    ) -> f32 {
        let day = candidate.outline.day;
        let middle = likeness_to_middle(shared, self.lengths, self.languages.contains(&candidate.language));
        let mut likeness = (NEAREST * nearest + (1.0 - NEAREST) * middle) * decay((day - self.last_day).max(0.0));
        likeness += SHARE_WEIGHT * self.pace.share_of(all, day);
        if !candidate.has_concepts {
            likeness *= self.pace.ageing(day) * (1.0 - SIZE_WEIGHT * (1.0 + self.members as f32).ln());
        }
        if likeness > FAINT && candidate.text_words >= TEXT_WORDS && self.with_text > 0 {
            let known = self.with_text as f32;
            likeness *= 1.0 - STRANGE_NAMES * known / (known + KNOWN_MEMBERS) * self.strange(candidate, similarity);
        }
        likeness
    }

    /// The share of the article's names, rare ones counting most, that no member has.
    fn strange(&self, candidate: &Candidate, similarity: &Similarity) -> f32 {
        let (mut all, mut strange) = (0.0, 0.0);
        for name in &candidate.zones[NAMES] {
            let weight = similarity.rarity(name.hash).powi(2) as f32 * (1.0 + name.count.ln().max(0.0));
            all += weight;
            if !self.sums[NAMES].contains_key(&name.hash) && !self.sums[ALL].contains_key(&name.hash) {
                strange += weight;
            }
        }
        if all > 0.0 { strange / all } else { 0.5 }
    }
}

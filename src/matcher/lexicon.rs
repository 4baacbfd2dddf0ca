//! All the terms of a topic in one automaton.
//!
//! In: aliases with what they mean. Out: a [`Lexicon`] that finds them all in one pass over folded text.

use std::collections::HashMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::pattern::{Pattern, Place};

/// A set of sides, one bit each.
pub(super) type Sides = u8;

/// What a term means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Names these sides: one, or all for a joint term.
    Named(Sides),
    /// Hints at one side.
    Hint(Sides),
    /// Describes one side; counts only beside another description or hint.
    Description(Sides),
    /// All sides in an enumeration.
    Listed,
    /// A third party.
    Other,
    /// A concept beside the sides; the index in the topic's contexts.
    Context(u16),
    /// Taken out of the text.
    Mask,
    /// Lowers the score; the index in the topic's damps.
    Damp(u16),
    /// An agency; ends a dateline.
    Dateline,
    /// Begins a paragraph that is not read.
    Skip,
    /// A word group of a simple topic: `all_of` by index.
    Group(u16),
    /// A word of `any_of`.
    Any,
    /// A word of `none_of`.
    Never,
}

impl Meaning {
    /// Terms that compete for the same letters: the longest has them.
    pub(super) fn is_name(self) -> bool {
        matches!(self, Meaning::Named(_) | Meaning::Hint(_) | Meaning::Description(_) | Meaning::Listed | Meaning::Other)
    }
}

/// A term's meaning and the concept under which it is reported.
#[derive(Debug, Clone)]
pub(super) struct Term {
    pub pattern: Pattern,
    pub meaning: Meaning,
    /// Index in [`Lexicon::concepts`].
    pub concept: u16,
    /// Names a human being.
    pub is_person: bool,
}

/// A term found in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hit {
    pub range: Range<usize>,
    /// The term's index: two hits of one term are the same word.
    pub term: u32,
    pub meaning: Meaning,
    pub concept: u16,
    pub is_person: bool,
}

/// All the terms of a topic.
#[derive(Debug)]
pub(super) struct Lexicon {
    automaton: AhoCorasick,
    /// For each anchor of the automaton, the terms that hang on it.
    anchored: Vec<Vec<u32>>,
    terms: Vec<Term>,
    /// The ids of concepts, such as `person.kim-jong-un`.
    pub concepts: Vec<String>,
}

impl Lexicon {
    /// Builds the automaton; fails only when the terms are too many for it.
    pub(super) fn build(terms: Vec<Term>, concepts: Vec<String>) -> Result<Lexicon, String> {
        let mut anchors: Vec<String> = Vec::new();
        let mut anchored: Vec<Vec<u32>> = Vec::new();
        let mut known: HashMap<&str, usize> = HashMap::new();
        for (index, term) in terms.iter().enumerate() {
            let anchor = term.pattern.anchor();
            let slot = *known.entry(anchor).or_insert_with(|| {
                anchors.push(anchor.to_owned());
                anchored.push(Vec::new());
                anchors.len() - 1
            });
            anchored[slot].push(index as u32);
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::DFA))
            .build(&anchors)
            .map_err(|error| format!("the terms do not fit into one automaton: {error}"))?;
        Ok(Lexicon { automaton, anchored, terms, concepts })
    }

    /// Every term in the text, by where it begins, the longest first.
    pub(super) fn scan(&self, place: &Place<'_>) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        for found in self.automaton.find_overlapping_iter(place.folded.as_str()) {
            for &index in &self.anchored[found.pattern().as_usize()] {
                let term = &self.terms[index as usize];
                if let Some(range) = term.pattern.verify(place, found.range()) {
                    hits.push(Hit {
                        range,
                        term: index,
                        meaning: term.meaning,
                        concept: term.concept,
                        is_person: term.is_person,
                    });
                }
            }
        }
        hits.sort_by_key(|hit| (hit.range.start, std::cmp::Reverse(hit.range.end), matches!(hit.meaning, Meaning::Hint(_))));
        hits
    }
}

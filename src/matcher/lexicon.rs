//! All the terms of a topic in one automaton.
//!
//! In: aliases with what they mean. Out: a [`Lexicon`] that finds them all in one pass over folded text.

use std::ops::Range;

use super::finder::Finder;
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
    /// A third party; whether it is one of those often named in one breath with the sides.
    Other { is_peer: bool },
    /// A concept beside the sides; the index in the topic's contexts.
    Context(u16),
    /// Taken out of the text.
    Mask,
    /// Lowers the score; the index in the topic's damps.
    Damp(u16),
    /// Says that the sides deal with each other.
    Mutual,
    /// Says that a row is a sample of more.
    Sample,
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
        matches!(self, Meaning::Named(_) | Meaning::Hint(_) | Meaning::Description(_) | Meaning::Listed | Meaning::Other { .. })
    }
}

/// What must be named before anything else of a topic matters: a bit for each side, or for each word group.
pub(super) type Gate = u64;

/// Of the word groups, `any_of` comes last.
const ANY_BIT: u32 = 63;

impl Meaning {
    /// The sides that this names outright; a term that is an enumeration in itself names `all`.
    pub(super) fn sides(self, all: Sides) -> Sides {
        match self {
            Meaning::Named(sides) => sides,
            Meaning::Listed => all,
            _ => 0,
        }
    }

    /// What of the gate this opens.
    pub(super) fn opens(self) -> Gate {
        match self {
            Meaning::Named(sides) | Meaning::Hint(sides) | Meaning::Description(sides) => Gate::from(sides),
            Meaning::Listed => Gate::from(Sides::MAX),
            Meaning::Group(group) => 1u64.checked_shl(u32::from(group)).unwrap_or_default(),
            Meaning::Any => 1 << ANY_BIT,
            _ => 0,
        }
    }

    /// Beside names and word groups, what takes letters away from them, without which nobody knows whether anything is named at all; and third parties, for
    /// what names one side and a third continues no story of the topic.
    fn is_first(self) -> bool {
        self.opens() != 0
            || matches!(
                self,
                Meaning::Group(_) | Meaning::Never | Meaning::Mask | Meaning::Skip | Meaning::Dateline | Meaning::Other { .. }
            )
    }
}

/// A term's meaning and the concept under which it is reported.
#[derive(Debug, Clone)]
pub(super) struct Term {
    pub pattern: Pattern,
    pub meaning: Meaning,
    /// Index in [`Lexicon::concepts`].
    pub concept: u16,
    pub kind: TermKind,
}

/// What kind of name a term is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TermKind {
    /// A human being's.
    Person,
    /// One of a side and a third party together ("Sino-Russian").
    Pair,
    /// Any other term.
    Plain,
}

/// A term found in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hit {
    pub range: Range<usize>,
    /// The term's index: two hits of one term are the same word.
    pub term: u32,
    pub meaning: Meaning,
    pub concept: u16,
    pub kind: TermKind,
}

/// Room for so many hits is made at once.
const HITS: usize = 64;

/// All the terms of a topic.
#[derive(Debug)]
pub(super) struct Lexicon {
    finder: Finder,
    /// For each anchor of the finder, the terms that hang on it: those asked first, and the others.
    anchored: Vec<[Vec<u32>; 2]>,
    /// What must be named for the others to be asked.
    pub(super) gate: Gate,
    pub(super) terms: Vec<Term>,
    /// The ids of concepts, such as `person.kim-jong-un`.
    pub concepts: Vec<String>,
}

impl Lexicon {
    /// Gets ready to look for the terms; fails only when they are too many.
    pub(super) fn build(terms: Vec<Term>, concepts: Vec<String>, gate: Gate) -> Result<Lexicon, String> {
        let (finder, anchored) = Finder::of_anchors(terms.iter().map(|term| &term.pattern))?;
        let part = |terms_of: Vec<u32>| {
            let (first, others) = terms_of.into_iter().partition(|&index| terms[index as usize].meaning.is_first());
            [first, others]
        };
        let anchored = anchored.into_iter().map(part).collect();
        Ok(Lexicon { finder, anchored, gate, terms, concepts })
    }

    /// Every term in the text, by where it begins, the longest first. Where a side or a word group is nowhere named, concepts and the like are left out.
    pub(super) fn scan(&self, place: &Place<'_>) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::with_capacity(HITS);
        let mut later: Vec<(u32, Range<usize>)> = Vec::with_capacity(HITS);
        let mut named: Gate = 0;
        self.finder.find(place.folded, |anchor, at| {
            let [first, others] = &self.anchored[anchor as usize];
            for &index in first {
                if let Some(hit) = self.verify(index, place, at.clone()) {
                    named |= hit.meaning.opens();
                    hits.push(hit);
                }
            }
            if !others.is_empty() {
                later.push((anchor, at));
            }
        });
        if named & self.gate == self.gate {
            for (anchor, at) in later {
                let others = &self.anchored[anchor as usize][1];
                hits.extend(others.iter().filter_map(|&index| self.verify(index, place, at.clone())));
            }
        }
        hits.sort_by_key(|hit| (hit.range.start, std::cmp::Reverse(hit.range.end), matches!(hit.meaning, Meaning::Hint(_))));
        hits
    }

    fn verify(&self, index: u32, place: &Place<'_>, anchor: Range<usize>) -> Option<Hit> {
        let term = &self.terms[index as usize];
        let range = term.pattern.verify(place, anchor)?;
        Some(Hit { range, term: index, meaning: term.meaning, concept: term.concept, kind: term.kind })
    }
}

//! Is an article a copy of one that the window holds, or a later version of it that brings something?

use std::collections::BTreeMap;
use std::collections::hash_map::Entry;

use super::candidate::{Candidate, Print, runs, short};
use super::features::tokens;
use super::hashed::HashedMap;
use super::outline::Outline;

/// One in this many word runs is looked up; the share of a sample is the share of the whole.
const SAMPLE: u32 = 4;
/// Share of the shorter text's word runs that stands in the other: above it, one is a copy. Quotations of a paragraph stay below .4, cut and edited copies
/// lie above .5 (measured on generated copies and real look-alikes).
const COPIED: f64 = 0.45;
/// Sampled runs below which a text is too short to judge by them.
const FEWEST_RUNS: usize = 4;
/// Word runs below which a text is a line or two, and the headline decides.
const SHORT_TEXT: usize = 12;
/// Above this share, and with as much text as the older one, a copy may be the same article brought up to date.
const NEARLY_ALL: f64 = 0.8;
/// Share of the older text's length that an updated version has at least.
const FULL_LENGTH: f64 = 0.9;
/// Articles looked at per run: a run that more share is boilerplate.
const HOLDERS: usize = 40;

/// Words of a sentence below which it is a caption or a mark, not news.
const SENTENCE_WORDS: usize = 8;
/// Share of a sentence's word runs that the older text may hold, for the sentence to be new.
const SENTENCE_COPIED: f64 = 0.35;
/// Names and numbers that a new sentence brings at least.
const NEW_NAMES: usize = 2;

/// What is known about copies.
#[derive(Debug, Default)]
pub(super) struct Copies {
    by_address: HashedMap<u64, u64>,
    by_title: HashedMap<u64, u64>,
    /// The newest article with the very same text: as long as one is in the window, the next is known.
    by_text: HashedMap<u64, u64>,
    by_run: HashedMap<u32, Holders>,
}

/// The articles that hold a run, newest last. Nearly every run has one holder, which stands here without an allocation.
#[derive(Debug)]
struct Holders {
    newest: u64,
    earlier: Vec<u64>,
}

/// A member of the window as copies see it.
pub(super) trait Member {
    /// The words of the article with this serial number.
    fn member(&self, serial: u64) -> Option<&Print>;
}

/// What an article is to one that came before.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Copy {
    /// Serial number of the earlier article.
    pub(super) of: u64,
    /// Why, in words.
    pub(super) reason: String,
    /// The sentences that the earlier one lacks and that bring names or numbers: with any, it is a new version, not a copy.
    pub(super) fresh: Vec<String>,
}

impl Copies {
    /// The earlier article whose text is the same to the letter.
    pub(super) fn find_verbatim(&self, outline: &Outline, oldest: u64) -> Option<u64> {
        outline.text_key.and_then(|key| self.by_text.get(&key).copied()).filter(|&serial| serial >= oldest)
    }

    /// The earlier article that `candidate` is a copy or a new version of.
    pub(super) fn find(&self, candidate: &Candidate, members: &impl Member, oldest: u64) -> Option<Copy> {
        let alive = |&serial: &u64| (serial >= oldest).then_some(serial);
        let same_address = candidate.outline.addresses.iter().find_map(|address| self.by_address.get(address).and_then(alive));
        if let Some(of) = same_address {
            let earlier = members.member(of)?;
            return Some(Copy { of, reason: "same address".to_owned(), fresh: fresh(candidate, earlier) });
        }
        if let Some((of, share)) = self.most_copied(candidate, members, oldest) {
            let earlier = members.member(of)?;
            let is_whole = candidate.print.fives.len() as f64 > FULL_LENGTH * earlier.fives.len() as f64;
            let fresh = if share > NEARLY_ALL && is_whole { fresh(candidate, earlier) } else { Vec::new() };
            return Some(Copy { of, reason: format!("{:.0} % of the text is the same", share * 100.0), fresh });
        }
        let of = candidate
            .outline
            .title_key
            .filter(|_| candidate.print.fives.len() < SHORT_TEXT)
            .and_then(|key| self.by_title.get(&key))
            .and_then(alive)?;
        Some(Copy { of, reason: "same headline".to_owned(), fresh: Vec::new() })
    }

    fn most_copied(&self, candidate: &Candidate, members: &impl Member, oldest: u64) -> Option<(u64, f64)> {
        let sample = sampled(&candidate.print);
        let mut hits: BTreeMap<u64, usize> = BTreeMap::new();
        for run in &sample {
            let Some(holders) = self.by_run.get(run) else { continue };
            for serial in holders.earlier.iter().copied().chain([holders.newest]).filter(|&serial| serial >= oldest) {
                *hits.entry(serial).or_default() += 1;
            }
        }
        let mut best: Option<(u64, f64)> = None;
        for (serial, hits) in hits {
            let Some(earlier) = members.member(serial) else { continue };
            let shorter = sample.len().min(sampled(earlier).len());
            let share = hits as f64 / shorter.max(1) as f64;
            if shorter >= FEWEST_RUNS && share >= COPIED && best.is_none_or(|(_, most)| share > most) {
                best = Some((serial, share));
            }
        }
        best
    }

    /// Lets later copies of a verbatim copy be found; its words are those of the article it copies.
    pub(super) fn add_verbatim(&mut self, outline: &Outline, serial: u64, oldest: u64) {
        for &address in &outline.addresses {
            // The newest version of an address is what the next one is compared with.
            self.by_address.insert(address, serial);
        }
        if let Some(key) = outline.title_key {
            let first = self.by_title.entry(key).or_insert(serial);
            if *first < oldest {
                *first = serial;
            }
        }
        if let Some(key) = outline.text_key {
            self.by_text.insert(key, serial);
        }
    }

    /// Lets later copies of `candidate` be found; the first article under a headline stays the original.
    pub(super) fn add(&mut self, candidate: &Candidate, serial: u64, oldest: u64) {
        self.add_verbatim(&candidate.outline, serial, oldest);
        for run in sampled(&candidate.print) {
            match self.by_run.entry(run) {
                Entry::Vacant(place) => {
                    place.insert(Holders { newest: serial, earlier: Vec::new() });
                }
                Entry::Occupied(mut place) => {
                    let holders = place.get_mut();
                    holders.earlier.push(holders.newest);
                    holders.newest = serial;
                    if holders.earlier.len() >= HOLDERS {
                        holders.earlier.remove(0);
                    }
                }
            }
        }
    }

    /// Drops what the window does not hold any more.
    pub(super) fn forget(&mut self, oldest: u64) {
        self.by_address.retain(|_, serial| *serial >= oldest);
        self.by_title.retain(|_, serial| *serial >= oldest);
        self.by_text.retain(|_, serial| *serial >= oldest);
        self.by_run.retain(|_, holders| {
            holders.earlier.retain(|&serial| serial >= oldest);
            holders.newest >= oldest
        });
    }
}

fn sampled(print: &Print) -> Vec<u32> {
    print.fives.iter().copied().filter(|run| run.is_multiple_of(SAMPLE)).collect()
}

/// The sentences of `candidate` that bring names or numbers which the earlier text lacks.
fn fresh(candidate: &Candidate, earlier: &Print) -> Vec<String> {
    let mut out = Vec::new();
    for sentence in candidate.facts.sentences.iter().filter(|sentence| !sentence.is_title) {
        let words = tokens(&sentence.text, 200);
        if words.len() < SENTENCE_WORDS || !is_told(&sentence.text) {
            continue;
        }
        let hashes: Vec<u64> = words.iter().map(|token| token.word).collect();
        let runs = runs(&hashes, 5);
        let known = runs.iter().filter(|run| earlier.fives.binary_search(run).is_ok()).count();
        if known as f64 > SENTENCE_COPIED * runs.len() as f64 {
            continue;
        }
        let mut new: Vec<u32> = words
            .iter()
            .skip(1)
            .filter(|token| token.is_capitalised || token.is_number)
            .map(|token| short(token.word))
            .filter(|word| earlier.words.binary_search(word).is_err())
            .collect();
        new.sort_unstable();
        new.dedup();
        if new.len() >= NEW_NAMES {
            out.push(sentence.text.clone());
        }
    }
    out
}

/// True for a sentence somebody wrote to be read: links to other articles, boxes and credits around a text end without a stop or begin with a mark.
fn is_told(sentence: &str) -> bool {
    let end = sentence.trim_end_matches(['"', '”', '»', '’', '\'', ')', ' ', '\u{a0}', '\u{202f}']);
    end.ends_with(['.', '!', '?', '。', '！', '？', '…']) && !sentence.starts_with(['©', '→', '>', '•', '►', '▶', '|'])
}

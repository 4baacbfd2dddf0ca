//! Is an article a copy of one that the window holds, or a later version of it that brings something?
//!
//! In: a candidate, and what is known of the articles of the window: addresses, headlines, whole texts, and samples of runs of words. Out: the earlier
//! article, if there is one. Where samples leave doubt, and what a new version brings, is told
//! by reading the earlier texts themselves ([`told`]): they are not held here.

use super::candidate::{Candidate, short};
use super::features::{each_token, push_word, tokens};
use super::hashed::{HashedMap, HashedSet};
use super::outline::Outline;
use super::postings::low;
use super::print::{self, Size};
use super::runs::Runs;
use crate::extract::begins_link;

/// Share of the shorter text's word runs that stands in the other: above it, one is a copy. Quotations of a paragraph or two stay below .47, cut and edited
/// copies lie above .54 (of 5,500 generated copies and real look-alikes).
const COPIED: f64 = 0.5;
/// The same for a short text, and the runs below which a text is one: where most of two sentences are the same, the rest may be the news.
const COPIED_SHORT: f64 = 0.8;
const SHORT_RUNS: usize = 40;
/// Word runs below which a text is a line or two, and the headline decides.
const FEWEST_RUNS: u16 = 12;
/// How far the share of a sample may lie from that of the text, for longer ones: within it, the texts are read.
const DOUBT: f64 = 0.2;
/// Runs of a sample below which the texts are read in any case, and hits without which they are not.
const SURE_RUNS: usize = 16;
const FEWEST_HITS: usize = 2;
/// Above this share, and with as much text as the older one, a copy may be the same article brought up to date.
const NEARLY_ALL: f64 = 0.8;
/// Share of the older text's length that an updated version has at least.
const FULL_LENGTH: f64 = 0.9;
/// Earlier texts that are read: the one that it is a version of, and others that hold much of it.
const COMPARED: usize = 4;

/// Words of an earlier text that are read.
const READ_WORDS: usize = 1500;
/// Words of a sentence below which it is a caption or a mark, not news.
const SENTENCE_WORDS: usize = 8;
/// Share of a sentence's word runs that the older texts may hold, for the sentence to be new.
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
    by_run: Runs,
    /// Articles added so far.
    added: u64,
}

/// A member of the window as copies see it.
pub(super) trait Member {
    /// How large the text with this serial number and its sample are.
    fn size(&self, serial: u64) -> Option<Size>;
}

/// What an article is to one that came before.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Copy {
    /// Serial number of the earlier article.
    pub(super) of: u64,
    /// Why.
    pub(super) why: Why,
    /// Earlier articles whose texts tell more; none when nothing more has to be known.
    pub(super) compared: Vec<u64>,
    /// It may be a new version of what it copies.
    may_be_new: bool,
}

/// By what a copy is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Why {
    SameAddress,
    SameHeadline,
    /// So much of the text is the same, as the samples say; if that leaves doubt, the texts have to be read.
    Text {
        share: f64,
        is_doubtful: bool,
    },
}

/// What is left of a [`Copy`] when the texts are read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Told {
    /// Why it is a copy, in words.
    pub(super) reason: String,
    /// The sentences that the earlier ones lack and that bring names or numbers: with any, it is a new version.
    pub(super) fresh: Vec<String>,
}

/// An earlier article that holds much of a candidate.
struct Holder {
    serial: u64,
    hits: usize,
    /// Of the shorter of the two.
    share: f64,
    is_doubtful: bool,
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
        let holders = self.holders(candidate, members, oldest);
        if let Some(of) = same_address {
            return Some(Copy { of, why: Why::SameAddress, compared: compared(of, holders), may_be_new: true });
        }
        if let Some(most) = holders.iter().reduce(|most, next| if next.share > most.share { next } else { most }) {
            let of = most.serial;
            let why = Why::Text { share: most.share, is_doubtful: most.is_doubtful };
            let is_whole = f64::from(candidate.print.size.all) > FULL_LENGTH * f64::from(members.size(of)?.all);
            let may_be_new = is_whole && most.share > NEARLY_ALL;
            let compared = if may_be_new || most.is_doubtful { compared(of, holders) } else { Vec::new() };
            return Some(Copy { of, why, compared, may_be_new });
        }
        let of = candidate
            .outline
            .title_key
            .filter(|_| candidate.print.size.all < FEWEST_RUNS)
            .and_then(|key| self.by_title.get(&key))
            .and_then(alive)?;
        Some(Copy { of, why: Why::SameHeadline, compared: Vec::new(), may_be_new: false })
    }

    /// The earlier articles of which `candidate` may be a copy, oldest first.
    fn holders(&self, candidate: &Candidate, members: &impl Member, oldest: u64) -> Vec<Holder> {
        let print = &candidate.print;
        let mut hits: Vec<u32> = Vec::new();
        for run in &print.runs {
            hits.extend(self.by_run.holders(run.key).filter(|&serial| u64::from(serial) >= oldest));
        }
        hits.sort_unstable();
        let holder = |hits: &[u32]| {
            let serial = u64::from(*hits.first()?);
            let earlier = members.size(serial)?;
            let level = print.common_level(earlier);
            let shorter = print.count_at(level).min(earlier.count_at(level)).max(1);
            let share = (hits.len() as f64 / shorter as f64).min(1.0);
            let needed = needed(usize::from(print.size.all.min(earlier.all)));
            // All runs of a short text are in the sample.
            let is_doubtful = level > 0 && (shorter < SURE_RUNS || share < needed + DOUBT);
            let needed = if is_doubtful { needed - DOUBT } else { needed };
            let may_be_copy = hits.len() >= FEWEST_HITS && share >= needed && print.size.all.min(earlier.all) >= FEWEST_RUNS;
            may_be_copy.then_some(Holder { serial, hits: hits.len(), share, is_doubtful })
        };
        hits.chunk_by(|a, b| a == b).filter_map(holder).collect()
    }

    /// How many articles were added: what was found holds until it changes.
    pub(super) fn state(&self) -> u64 {
        self.added
    }

    /// Lets later copies of a verbatim copy be found; its words are those of the article it copies.
    pub(super) fn add_verbatim(&mut self, outline: &Outline, serial: u64, oldest: u64) {
        self.added += 1;
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
        for run in candidate.print.kept() {
            self.by_run.add(run.key, low(serial), low(oldest));
        }
    }

    /// Drops what the window does not hold any more.
    pub(super) fn forget(&mut self, oldest: u64) {
        self.by_address.retain(|_, serial| *serial >= oldest);
        self.by_title.retain(|_, serial| *serial >= oldest);
        self.by_text.retain(|_, serial| *serial >= oldest);
    }
}

/// The article that a candidate is a version of, and those that hold most of it: what a cut copy of the article lacks is no news.
fn compared(of: u64, mut holders: Vec<Holder>) -> Vec<u64> {
    holders.sort_by_key(|holder| (std::cmp::Reverse(holder.hits), holder.serial));
    let others = holders.iter().map(|holder| holder.serial).filter(|serial| *serial != of);
    std::iter::once(of).chain(others).take(COMPARED).collect()
}

/// The share of the shorter text's runs that makes a copy, for a text of so many.
fn needed(runs: usize) -> f64 {
    if runs < SHORT_RUNS { COPIED_SHORT } else { COPIED }
}

/// What the texts of [`Copy::compared`] say of a copy; `None` when it is none. Without texts the samples have to do.
pub(super) fn told(candidate: &Candidate, copy: &Copy, earlier: &[String]) -> Option<Told> {
    let reason = match copy.why {
        Why::SameAddress => "same address".to_owned(),
        Why::SameHeadline => "same headline".to_owned(),
        Why::Text { mut share, is_doubtful } => {
            if is_doubtful && let Some(text) = earlier.first() {
                let found = share_of(&candidate.text, text);
                share = found.share;
                if share < needed(found.runs) {
                    return None;
                }
            }
            format!("{:.0} % of the text is the same", share * 100.0)
        }
    };
    let fresh = if copy.may_be_new && !earlier.is_empty() { fresh(candidate, &Earlier::of(earlier)) } else { Vec::new() };
    Some(Told { reason, fresh })
}

/// What two texts have in common.
struct InCommon {
    share: f64,
    /// Of the shorter.
    runs: usize,
}

/// The share of the shorter text's runs that stands in the other.
fn share_of(text: &[u64], earlier: &str) -> InCommon {
    let body = earlier.split_once("\n\n").map_or("", |(_, body)| body);
    let earlier: HashedSet<u64> = print::runs(&words_of(body)).into_iter().collect();
    let own: HashedSet<u64> = print::runs(text).into_iter().collect();
    let runs = own.len().min(earlier.len());
    InCommon { share: own.intersection(&earlier).count() as f64 / runs.max(1) as f64, runs }
}

fn words_of(text: &str) -> Vec<u64> {
    let mut words = Vec::new();
    each_token(text, READ_WORDS, |token| push_word(&mut words, &token));
    words
}

/// The words of earlier texts, and their runs.
struct Earlier {
    words: HashedSet<u32>,
    runs: HashedSet<u64>,
}

impl Earlier {
    fn of(texts: &[String]) -> Earlier {
        let mut earlier = Earlier { words: HashedSet::default(), runs: HashedSet::default() };
        for text in texts {
            let mut words = Vec::new();
            each_token(text, READ_WORDS, |token| {
                earlier.words.insert(short(token.word));
                push_word(&mut words, &token);
            });
            earlier.runs.extend(print::runs(&words));
        }
        earlier
    }
}

/// The sentences of `candidate` that bring names or numbers which none of the earlier texts has.
fn fresh(candidate: &Candidate, earlier: &Earlier) -> Vec<String> {
    let mut out = Vec::new();
    for sentence in candidate.facts.sentences.iter().filter(|sentence| !sentence.is_title) {
        let words = tokens(&sentence.text, 200);
        if words.len() < SENTENCE_WORDS || !is_told(&sentence.text) {
            continue;
        }
        let mut whole = Vec::new();
        words.iter().for_each(|token| push_word(&mut whole, token));
        let runs = print::runs(&whole);
        let known = runs.iter().filter(|run| earlier.runs.contains(run)).count();
        if known as f64 > SENTENCE_COPIED * runs.len() as f64 {
            continue;
        }
        let mut new: Vec<u32> = words
            .iter()
            .skip(1)
            .filter(|token| token.is_capitalised || token.is_number)
            .map(|token| short(token.word))
            .filter(|word| !earlier.words.contains(word))
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
    let has_end = end.ends_with(['.', '!', '?', '。', '！', '？', '…']);
    has_end && !sentence.starts_with(['©', '→', '>', '•', '►', '▶', '|']) && !begins_link(sentence)
}

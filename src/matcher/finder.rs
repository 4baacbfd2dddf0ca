//! Where words to look for stand in folded text.
//!
//! In: words. Out: a [`Finder`] that reports every place of each. A word is looked for only where one may begin, letter by letter, as long as any word goes
//! on that way: so the cost follows the text and hardly the number of words. Not done here: whether the whole alias stands there
//! ([`Pattern`] knows).
//!
//! What any word goes on with is asked of a set of hashes (a Bloom filter with one hash: Bloom, "Space/time trade-offs in hash coding", 1970), which for a
//! topic of thousands of aliases stays within the fastest cache, where an automaton does not.

use std::collections::HashMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use super::pattern::Pattern;
use crate::text::matching::Folded;

/// Bits of a set of hashes for each member: one in so many of those asked in vain looks like a member.
const BITS_A_MEMBER: usize = 8;

/// An odd number without pattern (2^64 divided by the golden ratio), for multiplicative hashing: Knuth, The Art of Computer Programming 3, 6.4.
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// Words to look for, ready.
#[derive(Debug)]
pub(super) struct Finder {
    /// How the words begin that begin where a word of the text does, of every length from [`opening`] on.
    beginnings: HashedSet,
    /// Those words, whole.
    wholes: HashedSet,
    /// The first two bytes of those words that are shorter than an opening, as bits.
    short: Vec<u64>,
    /// The same words with their hashes and indices in the caller's list, by hash.
    words: Vec<(u64, Box<str>, u32)>,
    /// Where in `words` the hashes begin that have these high bits; one more than there are such bits.
    buckets: Vec<u32>,
    bucket_shift: u32,
    /// The words that may stand inside others, and their indices.
    inside: Option<AhoCorasick>,
    inside_ids: Vec<u32>,
}

impl Finder {
    /// Gets ready to look for the anchors of patterns; for each anchor, the indices of the patterns that hang on it.
    pub(super) fn of_anchors<'p>(patterns: impl Iterator<Item = &'p Pattern>) -> Result<(Finder, Vec<Vec<u32>>), String> {
        let mut words: Vec<(String, bool)> = Vec::new();
        let mut anchored: Vec<Vec<u32>> = Vec::new();
        let mut known: HashMap<(&str, bool), usize> = HashMap::new();
        for (index, pattern) in patterns.enumerate() {
            let (anchor, is_inside) = (pattern.anchor(), pattern.is_inside());
            let slot = *known.entry((anchor, is_inside)).or_insert_with(|| {
                words.push((anchor.to_owned(), is_inside));
                anchored.push(Vec::new());
                words.len() - 1
            });
            anchored[slot].push(index as u32);
        }
        Ok((Finder::build(&words)?, anchored))
    }

    /// Gets ready to look for words, each of which says whether it may stand inside a longer one. Fails only when those inside are too many.
    fn build(list: &[(String, bool)]) -> Result<Finder, String> {
        let mut words: Vec<(u64, Box<str>, u32)> = Vec::new();
        let (mut inside, mut inside_ids) = (Vec::new(), Vec::new());
        for (index, (word, is_inside)) in list.iter().enumerate() {
            if *is_inside {
                inside.push(word);
                inside_ids.push(index as u32);
            } else {
                words.push((hash_of(word.as_bytes()), word.as_str().into(), index as u32));
            }
        }
        words.sort_unstable();
        let mut short = vec![0u64; (1 << 16) / 64];
        let mut beginnings = Vec::new();
        for bytes in words.iter().map(|(_, word, _)| word.as_bytes()) {
            if bytes.len() < opening(bytes) {
                // Anything may follow a word of one byte.
                let all = if bytes.len() == 1 { pair(bytes)..pair(bytes) + 256 } else { pair(bytes)..pair(bytes) + 1 };
                all.for_each(|pair| short[pair / 64] |= 1 << (pair % 64));
            }
            beginnings.extend((opening(bytes)..=bytes.len()).map(|length| hash_of(&bytes[..length])));
        }
        beginnings.sort_unstable();
        beginnings.dedup();
        let bucket_bits = words.len().max(2).next_power_of_two().trailing_zeros();
        let bucket_shift = 64 - bucket_bits;
        let bucket = |number: u64| words.partition_point(|&(hash, _, _)| hash >> bucket_shift < number) as u32;
        let buckets = (0..=1 << bucket_bits).map(bucket).collect();
        let inside = match inside.is_empty() {
            true => None,
            false => Some(
                AhoCorasick::builder()
                    .match_kind(MatchKind::Standard)
                    .build(inside)
                    .map_err(|error| format!("the terms do not fit into one automaton: {error}"))?,
            ),
        };
        let wholes = HashedSet::of(words.iter().map(|&(hash, _, _)| hash));
        Ok(Finder {
            beginnings: HashedSet::of(beginnings.into_iter()),
            wholes,
            short,
            words,
            buckets,
            bucket_shift,
            inside,
            inside_ids,
        })
    }

    /// Calls `found` with the index of each word and where it stands; not in order.
    pub(super) fn find(&self, folded: &Folded, mut found: impl FnMut(u32, Range<usize>)) {
        let text = folded.as_str();
        let bytes = text.as_bytes();
        for start in folded.word_starts().iter().map(|&start| start as usize) {
            let rest = &bytes[start..];
            let pair = pair(rest);
            if self.short[pair / 64] >> (pair % 64) & 1 == 1 {
                self.short_words(rest, |index, length| found(index, start..start + length));
            }
            let opening = opening(rest);
            if opening > rest.len() {
                continue;
            }
            let mut hash = hash_of_opening(rest, opening);
            let mut depth = opening;
            // Most words of the text are none of ours, and their opening says so.
            while self.beginnings.has(hash) {
                if self.wholes.has(hash) {
                    self.whole(hash, &rest[..depth], |index| found(index, start..start + depth));
                }
                let Some(&byte) = rest.get(depth) else { break };
                hash = step(hash, byte);
                depth += 1;
            }
        }
        if let Some(inside) = self.inside.as_ref().filter(|inside| inside.is_match(text)) {
            for word in inside.find_overlapping_iter(text) {
                found(self.inside_ids[word.pattern().as_usize()], word.range());
            }
        }
    }

    /// The words shorter than an opening at the beginning of `rest`, with their lengths.
    #[cold]
    fn short_words(&self, rest: &[u8], mut found: impl FnMut(u32, usize)) {
        let mut hash = 0;
        for depth in 1..opening(rest).min(rest.len() + 1) {
            hash = step(hash, rest[depth - 1]);
            if self.wholes.has(hash) {
                self.whole(hash, &rest[..depth], |index| found(index, depth));
            }
        }
    }

    /// The words that are exactly these bytes.
    fn whole(&self, hash: u64, bytes: &[u8], mut found: impl FnMut(u32)) {
        let bucket = (hash >> self.bucket_shift) as usize;
        let same =
            self.words[self.buckets[bucket] as usize..self.buckets[bucket + 1] as usize].iter().filter(|word| word.0 == hash);
        same.filter(|(_, word, _)| word.as_bytes() == bytes).for_each(|&(_, _, index)| found(index));
    }
}

/// So many bytes of a word are asked at once: three letters of ASCII, two of Latin with accents, Cyrillic and the like, one of Han, Kana and Hangul.
fn opening(word: &[u8]) -> usize {
    if matches!(word.first(), Some(0xc0..0xe0)) { 4 } else { 3 }
}

/// The first two bytes as a number; one byte alone is followed by nothing.
fn pair(word: &[u8]) -> usize {
    match word {
        [first, second, ..] => usize::from(*first) << 8 | usize::from(*second),
        [first] => usize::from(*first) << 8,
        [] => 0,
    }
}

/// The hash of a word, or of how one begins.
fn hash_of(word: &[u8]) -> u64 {
    let opening = opening(word);
    if word.len() < opening {
        return word.iter().fold(0, |hash, &byte| step(hash, byte));
    }
    word[opening..].iter().fold(hash_of_opening(word, opening), |hash, &byte| step(hash, byte))
}

/// The hash of an opening of three or four bytes, taken as one number.
fn hash_of_opening(word: &[u8], opening: usize) -> u64 {
    let last = if opening == 4 { word[3] } else { 0 };
    u64::from(u32::from_le_bytes([word[0], word[1], word[2], last])).wrapping_add(1).wrapping_mul(MULTIPLIER)
}

fn step(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_add(1).wrapping_mul(MULTIPLIER)
}

/// A set of hashes that now and then takes a stranger for a member.
#[derive(Debug)]
struct HashedSet {
    bits: Vec<u64>,
    /// Of a hash, so many low bits are dropped to find its bit.
    shift: u32,
}

impl HashedSet {
    fn of(hashes: impl ExactSizeIterator<Item = u64>) -> HashedSet {
        let size = (hashes.len() * BITS_A_MEMBER).max(64).next_power_of_two();
        let mut set = HashedSet { bits: vec![0; size / 64], shift: 64 - size.trailing_zeros() };
        for bit in hashes.map(|hash| hash >> set.shift) {
            set.bits[(bit / 64) as usize] |= 1 << (bit % 64);
        }
        set
    }

    fn has(&self, hash: u64) -> bool {
        let bit = hash >> self.shift;
        self.bits[(bit / 64) as usize] >> (bit % 64) & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(words: &[(&str, bool)], text: &str) -> Vec<String> {
        let list: Vec<(String, bool)> = words.iter().map(|&(word, inside)| (word.to_owned(), inside)).collect();
        let mut folded = Folded::default();
        folded.push(text);
        let mut out = Vec::new();
        Finder::build(&list).expect("few words").find(&folded, |index, at| out.push((at.start, list[index as usize].0.clone())));
        out.sort();
        out.into_iter().map(|(_, word)| word).collect()
    }

    #[test]
    fn words_are_found_where_words_begin() {
        let words = [("rus", false), ("russia", false), ("коре", false), ("北", false), ("朝鮮", false)];
        assert_eq!(found(&words, "Russia, Belarus; к Корее"), ["rus", "russia", "коре"]);
        assert_eq!(found(&words, "北朝鮮と東北"), ["北", "朝鮮", "北"]);
    }

    #[test]
    fn words_that_may_stand_inside_are_found_there() {
        assert_eq!(found(&[("coreen", true), ("sud", false)], "Sud-Coréen, nordcoréen"), ["sud", "coreen", "coreen"]);
    }

    #[test]
    fn a_capital_inside_a_word_begins_another() {
        assert_eq!(found(&[("kim", false)], "ComradeKim hakim"), ["kim"]);
        assert_eq!(found(&[("ким", false)], "товарищКим"), ["ким"]);
    }

    proptest! {
        #[test]
        fn nothing_is_missed_and_nothing_invented(words in prop::collection::vec("[abж북]{1,4}", 1..6), text in "[abж북 ]{0,30}") {
            let list: Vec<(&str, bool)> = words.iter().map(|word| (word.as_str(), false)).collect();
            let mut expected = Vec::new();
            for (at, _) in text.char_indices() {
                let before = text[..at].chars().next_back();
                let here = text[at..].chars().next();
                if before.is_none_or(|c| c == ' ' || c == '북') || here == Some('북') {
                    expected.extend(words.iter().filter(|word| text[at..].starts_with(word.as_str())).map(|word| (at, word.clone())));
                }
            }
            expected.sort();
            prop_assert_eq!(found(&list, &text), expected.into_iter().map(|(_, word)| word).collect::<Vec<_>>());
        }
    }
}

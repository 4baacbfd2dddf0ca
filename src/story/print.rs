//! What an edited copy is recognised by: a sample of its runs of five words.
//!
//! In: the words of a text. Out: a [`Print`]. Whether a run is in the sample is told by its hash alone, so two texts have the same runs in their samples or
//! both have not. A longer text keeps fewer: one run in 2, 4, 8…; two texts are compared by the runs that both would keep.

/// Words of a run: a quotation of a sentence has many, two texts on one matter have hardly any in common.
const RUN: usize = 5;
/// Runs kept of a text at most; half of them at least, if it has so many.
const MOST: usize = 64;
/// Sizes known of a sample: as it is, and when one in 2, 4, 8 of its runs is kept.
const COUNTS: usize = 4;

/// A run of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Run {
    /// Its hash.
    pub(super) key: u32,
    /// It is kept where one run in 2^`level` is, and where more are.
    pub(super) level: u8,
}

/// The sample of a text.
#[derive(Debug, Clone, Default)]
pub(super) struct Print {
    pub(super) size: Size,
    /// In order of the hash, each once. Twice as many as are kept of it: an earlier text that is shorter is found by more of its own.
    pub(super) runs: Vec<Run>,
}

/// How large a text and its sample are: what has to be known of an earlier one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Size {
    /// All runs of the text.
    pub(super) all: u16,
    /// One run in 2^`level` is kept.
    pub(super) level: u8,
    counts: [u8; COUNTS],
}

impl Print {
    /// The sample of the text that has these words, hashed, in its order.
    pub(super) fn of(words: &[u64]) -> Print {
        let hashes = runs(words);
        let mut at_level = [0usize; 65];
        hashes.iter().for_each(|hash| at_level[level_of(*hash) as usize] += 1);
        let mut kept = hashes.len();
        let mut level = 0u8;
        while kept > MOST {
            kept -= at_level[usize::from(level)];
            level += 1;
        }
        let finer = level.saturating_sub(1);
        let as_run = |hash: &u64| Run { key: *hash as u32, level: level_of(*hash) as u8 };
        let mut runs: Vec<Run> = hashes.iter().map(as_run).filter(|run| run.level >= finer).collect();
        runs.sort_unstable();
        runs.dedup();
        let count = |level| runs.iter().filter(|run| run.level >= level).count() as u8;
        let counts = [0, 1, 2, 3].map(|step| count(level + step));
        let all = u16::try_from(hashes.len()).unwrap_or(u16::MAX);
        Print { size: Size { all, level, counts }, runs }
    }

    /// Those that are kept.
    pub(super) fn kept(&self) -> impl Iterator<Item = Run> {
        self.runs.iter().copied().filter(|run| run.level >= self.size.level)
    }

    /// How many runs there are where one in 2^`level` is kept.
    pub(super) fn count_at(&self, level: u8) -> usize {
        self.runs.iter().filter(|run| run.level >= level).count()
    }

    /// At which level an earlier text is compared with this one.
    pub(super) fn common_level(&self, earlier: Size) -> u8 {
        earlier.level.max(self.size.level.saturating_sub(1))
    }
}

impl Size {
    /// How many runs there are where one in 2^`level` is kept; not below its own level.
    pub(super) fn count_at(self, level: u8) -> usize {
        let step = usize::from(level.saturating_sub(self.level));
        match self.counts.get(step) {
            Some(count) => usize::from(*count),
            None => usize::from(self.counts[COUNTS - 1]) >> (step + 1 - COUNTS),
        }
    }
}

/// Hashes of every five neighbouring words, in the order of the text.
pub(super) fn runs(words: &[u64]) -> Vec<u64> {
    /// Odd, so that nothing is lost by multiplying.
    const BASE: u64 = 0x9e37_79b9_7f4a_7c15;
    const LEAVING: u64 = {
        let (mut power, mut step) = (1u64, 1);
        while step < RUN {
            power = power.wrapping_mul(BASE);
            step += 1;
        }
        power
    };
    let Some((first, _)) = words.split_at_checked(RUN) else { return Vec::new() };
    // Of each run, its hash as a number of base BASE: the next one loses its first digit and gains a last.
    let mut sum = first.iter().fold(0u64, |sum, word| sum.wrapping_mul(BASE).wrapping_add(*word));
    let mut out = Vec::with_capacity(words.len());
    out.push(mixed(sum));
    for (leaving, coming) in words.iter().zip(&words[RUN..]) {
        sum = sum.wrapping_sub(leaving.wrapping_mul(LEAVING)).wrapping_mul(BASE).wrapping_add(*coming);
        out.push(mixed(sum));
    }
    out
}

/// Spreads what distinguishes two sums over all bits: the first ones say the level, the last ones are the key.
fn mixed(sum: u64) -> u64 {
    let sum = (sum ^ sum >> 31).wrapping_mul(0xd6e8_feb8_6659_fd93);
    sum ^ sum >> 32
}

fn level_of(hash: u64) -> u32 {
    hash.leading_zeros()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(range: std::ops::Range<u64>) -> Vec<u64> {
        range.map(|word| xxhash_rust::xxh3::xxh3_64(&word.to_le_bytes())).collect()
    }

    #[test]
    fn a_run_has_one_hash_wherever_it_stands() {
        let whole = runs(&words(0..50));
        assert_eq!(whole.len(), 46);
        assert_eq!(runs(&words(20..31)), whole[20..27]);
        assert!(runs(&words(0..4)).is_empty());
    }

    #[test]
    fn samples_hold_half_of_the_most_or_all() {
        for length in [0u64, 4, 5, 40, 68, 69, 200, 1000, 1500] {
            let print = Print::of(&words(0..length));
            let kept = print.kept().count();
            let all = length.saturating_sub(4) as usize;
            assert!(kept <= MOST && (kept == all || kept >= MOST / 4), "{kept} of {all}");
            assert_eq!(print.size.count_at(print.size.level), kept);
            assert_eq!(usize::from(print.size.all), all);
        }
    }

    #[test]
    fn a_part_keeps_the_runs_that_the_whole_keeps() {
        let (whole, part) = (Print::of(&words(0..1000)), Print::of(&words(300..500)));
        assert!(part.size.level < whole.size.level);
        let level = part.common_level(whole.size);
        assert_eq!(level, whole.size.level);
        let shared = part.runs.iter().filter(|run| run.level >= level && whole.runs.contains(run)).count();
        assert_eq!(shared, part.count_at(level));
        assert_eq!(part.size.count_at(level), shared);
        assert!(shared >= 6, "{shared}");
    }
}

//! What was met before on a page, kept so that it is worked out once.
//!
//! In: short texts that recur (names, class lists). Out: what was worked out for each. The memory is small and forgets: a text that takes the place of
//! another only costs the work again.

use std::hash::Hasher;

/// Slots; a power of two.
const SLOTS: usize = 1024;

/// Results by text.
pub(in crate::extract) struct Met<'a, T> {
    slots: Vec<Option<(&'a str, T)>>,
}

impl<'a, T: Clone> Met<'a, T> {
    /// A memory of nothing.
    pub(in crate::extract) fn new() -> Met<'a, T> {
        Met { slots: vec![None; SLOTS] }
    }

    /// What `work` makes of the text, from memory where it is there.
    pub(in crate::extract) fn recall(&mut self, text: &'a str, work: impl FnOnce(&'a str) -> T) -> T {
        let slot = &mut self.slots[mixed(0, text.as_bytes()) as usize % SLOTS];
        match slot {
            Some((known, result)) if *known == text => result.clone(),
            _ => {
                let result = work(text);
                *slot = Some((text, result.clone()));
                result
            }
        }
    }
}

/// A hash of short texts that we know ourselves: fast, and with nothing to defend against.
#[derive(Default)]
pub(in crate::extract) struct Mixer(u64);

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = mixed(self.0, bytes);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

fn mixed(seed: u64, bytes: &[u8]) -> u64 {
    let step = |sum: u64, word: u64| (sum.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let words = bytes.chunks_exact(8);
    let tail = words.remainder().iter().fold(bytes.len() as u64, |tail, b| (tail << 8) | u64::from(*b));
    let sum = words.fold(seed, |sum, word| step(sum, word.try_into().map_or(0, u64::from_le_bytes)));
    let sum = step(sum, tail);
    sum ^ (sum >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_done_once_for_a_text_that_recurs_and_right_for_all() {
        let texts: Vec<String> = (0..5000).map(|i| format!("name-{i}")).collect();
        let mut met = Met::new();
        let mut worked = 0;
        for _ in 0..2 {
            for text in ["a", "b", "a", "b", ""] {
                assert_eq!(met.recall(text, |t| (t.len(), t.to_owned())), (text.len(), text.to_owned()));
            }
        }
        for text in &texts {
            met.recall(text, |t| (t.len(), t.to_owned()));
            assert_eq!(met.recall(text, |_| unreachable!("it was met just now")).1, *text);
        }
        for _ in 0..3 {
            met.recall("again", |t| {
                worked += 1;
                (t.len(), t.to_owned())
            });
        }
        assert_eq!(worked, 1);
    }
}

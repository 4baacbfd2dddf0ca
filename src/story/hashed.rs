//! Maps whose keys are hashes already: hashing them again would cost more than the look-up.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// A map from a hash.
pub(super) type HashedMap<K, V> = HashMap<K, V, BuildHasherDefault<Already>>;
/// A set of hashes.
pub(super) type HashedSet<K> = HashSet<K, BuildHasherDefault<Already>>;

/// Takes the key as its own hash.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Already(u64);

/// Spreads the bits of half a hash over a whole one (the golden ratio's fraction).
pub(super) const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

impl Hasher for Already {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0.rotate_left(8) ^ u64::from(*byte)).wrapping_mul(SPREAD);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn write_u32(&mut self, hash: u32) {
        self.0 = u64::from(hash).wrapping_mul(SPREAD);
    }
}

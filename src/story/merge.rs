//! Two stories that prove to be one.
//!
//! In: articles that belong to two open stories at once (bridges). Out: which stories become one. Not done here: finding bridges (cluster), joining what is known
//! of the two (open story, development), keeping it (store).

use std::collections::BTreeMap;

use crate::types::{ArticleId, StoryId};

/// A story that goes on as another one: the younger as the older.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merge {
    /// The younger story; nothing is placed in it any more.
    pub from: StoryId,
    /// The older one, which goes on.
    pub into: StoryId,
}

impl Merge {
    /// Of two stories, in any order.
    pub(super) fn of(one: StoryId, other: StoryId) -> Merge {
        Merge { from: one.max(other), into: one.min(other) }
    }

    /// What becomes of `story`.
    pub fn follow(self, story: StoryId) -> StoryId {
        if story == self.from { self.into } else { story }
    }
}

/// An article that belongs to two stories.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bridge {
    pub(super) article: ArticleId,
    /// Its outlet, hashed.
    pub(super) source: u64,
    pub(super) day: f64,
}

/// The last bridge of each pair of stories. One is enough: the next of another outlet makes one story of them.
#[derive(Debug, Default)]
pub(super) struct Bridges {
    last: BTreeMap<(StoryId, StoryId), Bridge>,
}

impl Bridges {
    /// The earlier bridge that, together with one of `source` at `day`, proves the two stories to be one: of another outlet, and not older than `window` days.
    pub(super) fn proof(&self, pair: Merge, source: u64, day: f64, window: f64) -> Option<Bridge> {
        self.last.get(&key(pair)).copied().filter(|bridge| bridge.source != source && day - bridge.day <= window)
    }

    /// Keeps a bridge that proved nothing yet.
    pub(super) fn add(&mut self, pair: Merge, bridge: Bridge) {
        self.last.insert(key(pair), bridge);
    }

    /// Follows `merge`: what bridged to the younger story bridges to the older one.
    pub(super) fn merge(&mut self, merge: Merge) {
        let (moved, kept) =
            std::mem::take(&mut self.last).into_iter().partition(|((into, from), _)| [*into, *from].contains(&merge.from));
        self.last = kept;
        let moved: BTreeMap<(StoryId, StoryId), Bridge> = moved;
        for ((one, other), bridge) in moved {
            let (one, other) = (merge.follow(one), merge.follow(other));
            if one == other {
                continue;
            }
            let kept = self.last.entry(key(Merge::of(one, other))).or_insert(bridge);
            if bridge.day > kept.day {
                *kept = bridge;
            }
        }
    }

    /// Drops the bridges that are older than `cutoff`, in days.
    pub(super) fn forget(&mut self, cutoff: f64) {
        self.last.retain(|_, bridge| bridge.day >= cutoff);
    }
}

fn key(pair: Merge) -> (StoryId, StoryId) {
    (pair.into, pair.from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bridge(article: i64, source: u64, day: f64) -> Bridge {
        Bridge { article: ArticleId(article), source, day }
    }

    fn pair(one: i64, other: i64) -> Merge {
        Merge::of(StoryId(one), StoryId(other))
    }

    /// Bridges as (one story, the other, source, day); which article proves stories 1 and 2 to be one, for one of source 9 at day 6.
    #[track_caller]
    fn check(bridges: &[(i64, i64, u64, f64)], expected: Option<i64>) {
        let mut known = Bridges::default();
        for (id, (one, other, source, day)) in (1..).zip(bridges) {
            known.add(pair(*one, *other), bridge(id, *source, *day));
        }
        assert_eq!(known.proof(pair(2, 1), 9, 6.0, 5.0).map(|bridge| bridge.article.0), expected, "{bridges:?}");
    }

    #[test]
    fn two_outlets_within_the_window_prove_two_stories_to_be_one() {
        check(&[], None);
        check(&[(1, 2, 8, 5.0)], Some(1));
        check(&[(2, 1, 8, 5.0)], Some(1));
        check(&[(1, 3, 8, 5.0), (2, 3, 8, 5.0)], None);
        check(&[(1, 2, 9, 5.0)], None);
        check(&[(1, 2, 8, 0.5)], None);
        check(&[(1, 2, 8, 0.5), (1, 2, 7, 2.0)], Some(2));
    }

    #[test]
    fn bridges_follow_a_merge() {
        let mut known = Bridges::default();
        known.add(pair(2, 3), bridge(1, 8, 1.0));
        known.add(pair(1, 2), bridge(2, 8, 1.0));
        known.add(pair(1, 3), bridge(3, 8, 0.0));
        known.merge(pair(1, 2));
        assert_eq!(known.last.keys().collect::<Vec<_>>(), [&(StoryId(1), StoryId(3))]);
        assert_eq!(known.proof(pair(1, 3), 9, 1.0, 5.0).map(|bridge| bridge.article), Some(ArticleId(1)), "the later one");
        known.forget(2.0);
        assert!(known.last.is_empty());
    }
}

//! Which articles hold a run of words: a table of two numbers a run and article, without a hole that is not needed.

/// Tables: each grows by itself, so that what is copied when one grows is small.
const PARTS: usize = 32;
/// Places of a table that was never written to.
const FEWEST_PLACES: usize = 64;
/// The share of places that may be taken, in tenths; above it a look-up meets too many others.
const TAKEN: usize = 8;
/// The share of places that are taken when a table has grown, in tenths.
const GROWN: usize = 6;
/// Holders of one run: one that more share is boilerplate.
const HOLDERS: usize = 40;
/// No article has this serial number.
const NONE: u32 = u32::MAX;

/// The articles that hold a run.
#[derive(Debug)]
pub(super) struct Runs {
    parts: [Part; PARTS],
}

/// A place holds a run and the serial number of an article. A run lies at its own place or after it, with no gap between.
#[derive(Debug, Default)]
struct Part {
    places: Vec<(u32, u32)>,
    taken: usize,
}

impl Default for Runs {
    fn default() -> Runs {
        Runs { parts: std::array::from_fn(|_| Part::default()) }
    }
}

impl Runs {
    /// Notes that an article holds a run. What articles before `oldest` held may be forgotten.
    pub(super) fn add(&mut self, run: u32, serial: u32, oldest: u32) {
        self.part_mut(run).add(run, serial, oldest);
    }

    /// The articles that hold a run, in no order; some may be older than the window.
    pub(super) fn holders(&self, run: u32) -> impl Iterator<Item = u32> {
        self.parts[part_of(run)].entries(run).filter(move |(held, _)| *held == run).map(|(_, serial)| serial)
    }

    fn part_mut(&mut self, run: u32) -> &mut Part {
        &mut self.parts[part_of(run)]
    }
}

fn part_of(run: u32) -> usize {
    run as usize % PARTS
}

impl Part {
    /// The place that is a run's own.
    fn own(&self, run: u32) -> usize {
        ((u64::from(run) * self.places.len() as u64) >> 32) as usize
    }

    /// What lies from a run's own place on, up to the first free one.
    fn entries(&self, run: u32) -> impl Iterator<Item = (u32, u32)> {
        let (after, before) = if self.places.is_empty() { (&[][..], &[][..]) } else { self.places.split_at(self.own(run)) };
        before.iter().chain(after).copied().take_while(|(_, serial)| *serial != NONE)
    }

    fn add(&mut self, run: u32, serial: u32, oldest: u32) {
        if (self.taken + 1) * 10 > self.places.len() * TAKEN {
            self.make_room(oldest);
        }
        let (mut at, mut held, mut first) = (self.own(run), 0, None::<usize>);
        while self.places[at].1 != NONE {
            if self.places[at].0 == run {
                held += 1;
                if first.is_none_or(|first| self.places[at].1 < self.places[first].1) {
                    first = Some(at);
                }
            }
            at = self.after(at);
        }
        match first.filter(|_| held >= HOLDERS) {
            // The oldest makes room.
            Some(first) => self.places[first].1 = serial,
            None => {
                self.places[at] = (run, serial);
                self.taken += 1;
            }
        }
    }

    fn after(&self, at: usize) -> usize {
        if at + 1 == self.places.len() { 0 } else { at + 1 }
    }

    /// Forgets what is older than `oldest`; grows when that is little.
    fn make_room(&mut self, oldest: u32) {
        let mut at = 0;
        while at < self.places.len() {
            if self.places[at].1 < oldest {
                // What is moved here may be old too.
                self.take_out(at);
            } else {
                at += 1;
            }
        }
        if self.taken * 10 > self.places.len() * GROWN || self.places.is_empty() {
            let places = (self.taken * 10 / GROWN + 1).max(FEWEST_PLACES);
            let old = std::mem::replace(&mut self.places, vec![(0, NONE); places]);
            for (run, serial) in old.into_iter().filter(|(_, serial)| *serial != NONE) {
                let mut at = self.own(run);
                while self.places[at].1 != NONE {
                    at = self.after(at);
                }
                self.places[at] = (run, serial);
            }
        }
    }

    /// Frees a place; what lies behind it and could lie here moves up, so that no gap is left.
    fn take_out(&mut self, mut free: usize) {
        let count = self.places.len();
        let mut at = self.after(free);
        while self.places[at].1 != NONE {
            let from_own = |place: usize| (place + count - self.own(self.places[at].0)) % count;
            if from_own(free) < from_own(at) {
                self.places[free] = self.places[at];
                free = at;
            }
            at = self.after(at);
        }
        self.places[free].1 = NONE;
        self.taken -= 1;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn what_the_window_holds_is_found_and_what_it_left_makes_room() {
        let mut runs = Runs::default();
        let mut expected: BTreeSet<(u32, u32)> = BTreeSet::new();
        let mut state = 1u64;
        for serial in 0..4000u32 {
            let oldest = serial.saturating_sub(500);
            for _ in 0..7 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                // Few enough to come again.
                let run = ((state >> 40) as u32 % 3000).wrapping_mul(1_431_655);
                if !runs.holders(run).any(|held| held == serial) {
                    runs.add(run, serial, oldest);
                    expected.insert((run, serial));
                }
            }
            expected.retain(|(_, held)| *held >= oldest);
            if serial % 97 == 0 {
                for run in expected.iter().map(|(run, _)| *run).collect::<BTreeSet<_>>() {
                    let mut held: Vec<u32> = runs.holders(run).filter(|held| *held >= oldest).collect();
                    held.sort_unstable();
                    let known: Vec<u32> = expected.range((run, 0)..=(run, NONE)).map(|(_, serial)| *serial).collect();
                    assert_eq!(held, known);
                }
            }
        }
        let places: usize = runs.parts.iter().map(|part| part.places.len()).sum();
        assert!(places < 3 * 7 * 500 + 2 * PARTS * FEWEST_PLACES, "{places} places for {}", expected.len());
    }

    #[test]
    fn of_many_holders_the_newest_are_known() {
        let mut runs = Runs::default();
        (0..100).for_each(|serial| runs.add(7, serial, 0));
        let mut held: Vec<u32> = runs.holders(7).collect();
        held.sort_unstable();
        assert_eq!(held, (60..100).collect::<Vec<_>>());
        assert_eq!(runs.holders(8).count(), 0);
    }
}

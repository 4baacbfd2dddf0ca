//! Which articles hold a feature, and with what weight: in the order of their serial numbers, as small as may be.

/// The articles that hold a feature: serial number and weight, oldest first. Nearly every feature has one holder, which needs no room of its own.
#[derive(Debug)]
pub(super) enum Postings {
    One((u32, f32)),
    Many(Box<Many>),
}

#[derive(Debug)]
pub(super) struct Many {
    /// Those before it are forgotten; they lie here until they are more than the others.
    first: usize,
    holders: Vec<(u32, f32)>,
}

impl Postings {
    /// With its first holder.
    pub(super) fn of(serial: u32, weight: f32) -> Postings {
        Postings::One((serial, weight))
    }

    /// The holders, oldest first.
    pub(super) fn holders(&self) -> &[(u32, f32)] {
        match self {
            Postings::One(holder) => std::slice::from_ref(holder),
            Postings::Many(many) => &many.holders[many.first..],
        }
    }

    /// The newest holder.
    pub(super) fn newest(&self) -> u32 {
        self.holders().last().map_or(0, |(serial, _)| *serial)
    }

    /// Takes in another holder; those before `oldest`, and more than `most`, are forgotten.
    pub(super) fn push_within(&mut self, serial: u32, weight: f32, oldest: u32, most: usize) {
        if self.newest() < oldest {
            *self = Postings::of(serial, weight);
            return;
        }
        match self {
            Postings::One(first) => {
                let mut holders = Vec::with_capacity(4);
                holders.extend([*first, (serial, weight)]);
                *self = Postings::Many(Box::new(Many { first: 0, holders }));
            }
            Postings::Many(many) => {
                many.holders.push((serial, weight));
                while many.holders.len() - many.first > most || many.holders[many.first].0 < oldest {
                    many.first += 1;
                }
                if many.first > many.holders.len() / 2 {
                    many.holders.drain(..many.first);
                    many.first = 0;
                }
            }
        }
    }
}

/// A serial number as postings hold it: four billion articles are more than a topic is ever given.
pub(super) fn low(serial: u64) -> u32 {
    serial as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_held_in_order_and_no_more_than_asked() {
        let mut postings = Postings::of(0, 0.5);
        let mut expected = vec![0];
        for serial in 1..40 {
            let oldest = if serial < 20 { 0 } else { serial - 3 };
            postings.push_within(serial, 0.5, oldest, 7);
            expected.push(serial);
            expected.retain(|&held| held >= oldest);
            expected.drain(..expected.len().saturating_sub(7));
            let held: Vec<u32> = postings.holders().iter().map(|(serial, _)| *serial).collect();
            assert_eq!(held, expected);
        }
        postings.push_within(90, 0.5, 80, 7);
        assert_eq!(postings.holders(), [(90, 0.5)]);
        assert_eq!(postings.newest(), 90);
    }
}

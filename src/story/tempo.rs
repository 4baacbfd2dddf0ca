//! How fast news comes, in one story and in all: what the date of an article says about where it belongs.
//!
//! In: the days of articles. Out: factors of likeness and shares.

/// Spread of the decay by the gap to the story's last article, days: news of one event comes within hours.
const GAP_SPREAD_DAYS: f64 = 1.6;
/// Within hours, an article follows the last one of its own story sooner than that of another: likeness falls by this power of the gap, counted in gaps
/// that nothing can be read from (measured on real minutes of publication).
const GAP_POWER: f64 = 0.11;
const GAP_UNIT_DAYS: f64 = 0.03;
/// Days after which a story draws a third of what it drew when it was new: events end. Within a topic they do not, one matter may go on for weeks.
const AGE_DAYS: f64 = 18.0;
/// Days after which an article counts a third in what came lately.
const FADING_DAYS: f64 = 1.2;
/// Articles that the news is taken to have had anyhow: a single one has no share of it worth the name.
const QUIET: f64 = 3.0;

/// How many articles came lately, older ones counting less.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Pace {
    recent: f64,
    first_day: Option<f64>,
    last_day: f64,
}

impl Pace {
    /// Counts an article of `day`.
    pub(super) fn add(&mut self, day: f64) {
        self.recent = self.at(day) + 1.0;
        self.first_day.get_or_insert(day);
        self.last_day = self.last_day.max(day);
    }

    /// Counts in what was counted apart.
    pub(super) fn merge(&mut self, other: Pace) {
        let day = self.last_day.max(other.last_day);
        self.recent = self.at(day) + other.at(day);
        self.first_day = self.first_day.into_iter().chain(other.first_day).reduce(f64::min);
        self.last_day = day;
    }

    /// How many came lately, seen from `day`.
    fn at(&self, day: f64) -> f64 {
        self.recent * (-(day - self.last_day).max(0.0) / FADING_DAYS).exp()
    }

    /// The share that these are of `all` on `day`, from none to nearly one.
    pub(super) fn share_of(&self, all: &Pace, day: f64) -> f32 {
        (self.at(day) / (all.at(day) + QUIET)) as f32
    }

    /// How much less a story of this pace draws on `day` for its age.
    pub(super) fn ageing(&self, day: f64) -> f32 {
        (-self.first_day.map_or(0.0, |first| (day - first).max(0.0)) / AGE_DAYS).exp() as f32
    }
}

/// How much less a story draws this many days after its last article.
pub(super) fn decay(gap: f64) -> f32 {
    let spread = (-gap * gap / (2.0 * GAP_SPREAD_DAYS * GAP_SPREAD_DAYS)).exp();
    (spread * (1.0 + gap / GAP_UNIT_DAYS).powf(-GAP_POWER)) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_story_draws_less_the_longer_it_is_silent() {
        assert_eq!(decay(0.0), 1.0);
        assert!(decay(0.1) > decay(1.0) && decay(1.0) > 3.0 * decay(4.0));
    }

    #[test]
    fn what_was_counted_apart_is_as_if_it_had_been_counted_together() {
        let days = [1.0, 1.5, 2.25, 4.0, 4.5];
        let (mut whole, mut one, mut other) = (Pace::default(), Pace::default(), Pace::default());
        for (at, day) in days.into_iter().enumerate() {
            whole.add(day);
            if at % 2 == 0 { one.add(day) } else { other.add(day) }
        }
        other.merge(one);
        assert!((other.recent - whole.recent).abs() < 1e-9, "{other:?}, not {whole:?}");
        assert_eq!((other.first_day, other.last_day), (whole.first_day, whole.last_day));
    }

    #[test]
    fn the_share_of_the_news_is_that_of_the_last_days() {
        let (mut story, mut all) = (Pace::default(), Pace::default());
        (0..20).for_each(|_| story.add(1.0));
        (0..20).for_each(|_| all.add(1.0));
        assert!(story.share_of(&all, 1.0) > 0.8);
        (0..80).for_each(|_| all.add(4.0));
        assert!(story.share_of(&all, 4.0) < 0.05);
        assert!(Pace::default().share_of(&Pace::default(), 1.0) < f32::EPSILON);
    }
}

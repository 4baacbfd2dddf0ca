//! What a topic on trial changes: each article is held against what was said of it before.
//!
//! In: articles, each with what is said of it before and after. Out: counts of everything, and for each kind of change the articles to show, no more
//! than asked for, however many go by. Not done here: reading articles, scoring, printing.

use std::cmp::Reverse;

use jiff::Timestamp;

use crate::matcher::Match;

/// A score at most so far below the threshold is a near miss: one more concept beside a meeting in the lead brings 0.07 to 0.11 with the shipped topic,
/// so these are the articles that one more alias could bring in.
const NEAR: f64 = 0.1;

/// Near misses shown unless all are asked for.
const NEAREST: usize = 10;

/// What happens to an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// It was not kept, and would be.
    NewlyKept,
    /// It was kept, and would not be.
    NewlyDropped,
    /// Kept as before.
    Kept,
    /// Not kept, as before, but just below the threshold.
    Near,
}

impl Change {
    /// What it is called in records.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Change::NewlyKept => "newly-kept",
            Change::NewlyDropped => "newly-dropped",
            Change::Kept => "kept",
            Change::Near => "near",
        }
    }
}

/// An article to show.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) at: Timestamp,
    pub(super) id: String,
    pub(super) url: String,
    pub(super) title: String,
    pub(super) published: Option<String>,
    pub(super) language: Option<String>,
    pub(super) source: String,
    pub(super) before: Option<Match>,
    pub(super) after: Match,
}

/// The articles of one kind of change.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) change: Change,
    /// How many there are.
    pub(super) count: usize,
    /// Those to show.
    pub(super) rows: Vec<Row>,
    limit: usize,
}

/// All that a trial found.
#[derive(Debug)]
pub(super) struct Changes {
    threshold: f64,
    pub(super) articles: usize,
    /// Articles of which nothing was said before.
    pub(super) never_judged: usize,
    /// In the order in which they are shown.
    pub(super) sections: [Section; 4],
}

impl Changes {
    pub(super) fn new(threshold: f64, limit: usize, all: bool) -> Changes {
        let section = |change, limit| Section { change, count: 0, rows: Vec::new(), limit };
        let sections = [
            section(Change::NewlyKept, limit),
            section(Change::NewlyDropped, limit),
            section(Change::Near, if all { limit } else { limit.min(NEAREST) }),
            section(Change::Kept, if all { limit } else { 0 }),
        ];
        Changes { threshold, articles: 0, never_judged: 0, sections }
    }

    /// Takes one article in; `row` is asked for only when it may be shown.
    pub(super) fn take(&mut self, before: Option<Match>, after: Match, row: impl FnOnce(Option<Match>, Match) -> Row) {
        self.articles += 1;
        self.never_judged += usize::from(before.is_none());
        let Some(change) = change(before.as_ref(), &after, self.threshold) else { return };
        if let Some(section) = self.sections.iter_mut().find(|s| s.change == change) {
            section.count += 1;
            if section.limit > 0 {
                section.rows.push(row(before, after));
                // Tidied when twice as many as needed wait: each article is sorted a few times at most.
                if section.rows.len() >= section.limit.saturating_mul(2) {
                    section.tidy();
                }
            }
        }
    }

    /// Leaves in each section what is to be shown, in order.
    pub(super) fn settle(&mut self) {
        self.sections.iter_mut().for_each(Section::tidy);
    }

    /// How many articles have undergone this.
    pub(super) fn count(&self, change: Change) -> usize {
        self.sections.iter().filter(|s| s.change == change).map(|s| s.count).sum()
    }
}

impl Section {
    fn tidy(&mut self) {
        match self.change {
            Change::Near => self.rows.sort_by(|a, b| b.after.score.total_cmp(&a.after.score).then(b.at.cmp(&a.at))),
            _ => self.rows.sort_by_key(|row| Reverse(row.at)),
        }
        self.rows.truncate(self.limit);
    }
}

fn change(before: Option<&Match>, after: &Match, threshold: f64) -> Option<Change> {
    match (before.is_some_and(|m| m.relevant), after.relevant) {
        (false, true) => Some(Change::NewlyKept),
        (true, false) => Some(Change::NewlyDropped),
        (true, true) => Some(Change::Kept),
        (false, false) => (after.score > 0.0 && after.score >= threshold - NEAR).then_some(Change::Near),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::TopicId;

    fn said(score: f64) -> Match {
        Match {
            topic: TopicId("t".to_owned()),
            score,
            relevant: score >= 0.5,
            strong: false,
            evidence: Vec::new(),
            concepts: Vec::new(),
            masked: Vec::new(),
            rule: String::new(),
            one_sided: false,
        }
    }

    fn take(changes: &mut Changes, minute: i64, before: Option<f64>, after: f64) {
        changes.take(before.map(said), said(after), |before, after| Row {
            at: Timestamp::from_second(minute * 60).expect("a minute"),
            id: minute.to_string(),
            url: String::new(),
            title: String::new(),
            published: None,
            language: None,
            source: String::new(),
            before,
            after,
        });
    }

    #[track_caller]
    fn check(before: Option<f64>, after: f64, expected: Option<Change>) {
        assert_eq!(change(before.map(said).as_ref(), &said(after), 0.5), expected);
    }

    #[test]
    fn what_was_never_judged_was_not_kept() {
        check(None, 0.6, Some(Change::NewlyKept));
        check(None, 0.1, None);
        check(Some(0.2), 0.5, Some(Change::NewlyKept));
        check(Some(0.5), 0.49, Some(Change::NewlyDropped));
        check(Some(0.5), 0.9, Some(Change::Kept));
        check(Some(0.1), 0.4, Some(Change::Near));
        check(Some(0.1), 0.39, None);
    }

    #[test]
    fn a_score_of_nothing_is_no_near_miss_of_a_low_threshold() {
        assert_eq!(change(None, &said(0.0), 0.05), None);
    }

    #[test]
    fn the_newest_are_shown_and_all_are_counted() {
        let mut changes = Changes::new(0.5, 3, false);
        for minute in [5, 1, 9, 3, 7, 2, 8, 4, 6, 0] {
            take(&mut changes, minute, None, 0.6);
            take(&mut changes, minute, Some(0.6), 0.6);
            take(&mut changes, minute, Some(0.0), 0.4 + minute as f64 / 100.0);
        }
        changes.settle();
        let shown = |change| {
            let section = changes.sections.iter().find(|s| s.change == change).expect("every change has a section");
            (section.count, section.rows.iter().map(|r| r.id.as_str()).collect::<Vec<_>>())
        };
        assert_eq!(shown(Change::NewlyKept), (10, vec!["9", "8", "7"]));
        assert_eq!(shown(Change::Kept), (10, vec![]), "only counted unless all are asked for");
        assert_eq!(shown(Change::Near), (10, vec!["9", "8", "7"]), "the nearest first");
        assert_eq!((changes.articles, changes.never_judged), (30, 10));
    }
}

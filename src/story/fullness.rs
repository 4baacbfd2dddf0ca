//! Is an article one of the fullest reports of a matter that is told densely?
//!
//! In: articles of a topic that names no concepts, in order. Out: how many of the last days' reports of the same matter there are, and how many are as full.
//!
//! Such a topic cannot tell what matters: full texts of one big matter, twenty a day, each bring names and figures that the others lack, and nearly all
//! would be news. What holds the day's events is among the fullest of them (measured on four matters against journalists' timelines: chosen so, articles
//! cover half as many events again as chance; by new words, no more than chance). A topic with concepts is judged by these and does not ask here.

use std::collections::VecDeque;
use std::collections::hash_map::Entry;

use super::features::Token;
use super::hashed::HashedMap;
use crate::types::Lang;

/// Days for which a report counts.
const DAYS: f64 = 3.0;
/// Newest reports compared with: what bounds the cost of one article.
const REPORTS: usize = 400;
/// Share of their names that two reports of one matter have in common at least: the common ones over the geometric mean of both.
const SAME_MATTER: f32 = 0.08;
/// Reports from which on a matter is told densely.
const DENSE: usize = 3;
/// How many of them count.
const FULLEST: usize = 2;
/// Words of the text whose names tell the matter, and letters from which on a capitalised word counts as a name.
const LEAD_WORDS: usize = 60;
const NAME_LETTERS: usize = 3;
/// How much fuller a text counts that names a day or who says so.
const REPORTED: f32 = 1.5;

/// What an article offers to be compared by.
#[derive(Debug, Clone, Default)]
pub(super) struct Account {
    /// Stems of the names of headline and first sentences, each once, in order.
    pub(super) names: Vec<u64>,
    /// How much it tells.
    pub(super) fullness: f32,
}

impl Account {
    /// The account of an article with this headline and text, which uses so many different words. Where a script knows no capitals, every word may name.
    pub(super) fn new(title: &[Token], body: &[Token], different_words: usize, is_report: bool) -> Account {
        let is_name = |token: &&Token| token.letters >= NAME_LETTERS && token.is_capitalised || !token.is_alphabetic;
        let named = title.iter().chain(body.iter().take(LEAD_WORDS).skip(1)).filter(is_name);
        let mut names: Vec<u64> = named.map(|token| token.stem).collect();
        names.sort_unstable();
        names.dedup();
        let reported = if is_report { REPORTED } else { 1.0 };
        Account { names, fullness: different_words as f32 * reported }
    }
}

/// How an article stands among the reports of its matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rank {
    /// Reports of the matter within the last days.
    pub(super) reports: usize,
    /// Those that are at least as full.
    pub(super) fuller: usize,
}

impl Rank {
    /// The matter is told densely, and the article is among the fullest.
    pub(super) fn is_fullest(self) -> bool {
        self.reports >= DENSE && self.fuller < FULLEST
    }

    /// The matter is told densely, and the article is not.
    pub(super) fn is_lost(self) -> bool {
        self.reports >= DENSE && self.fuller >= FULLEST
    }
}

/// The reports of the last days.
#[derive(Debug, Default)]
pub(super) struct Reports {
    reports: VecDeque<Report>,
    /// Which reports hold a name, oldest first, by serial number; the first of `reports` has number `first`.
    holding: HashedMap<u64, VecDeque<u64>>,
    first: u64,
}

#[derive(Debug)]
struct Report {
    day: f64,
    language: Option<Lang>,
    account: Account,
}

impl Reports {
    /// Where an article of `day` stands.
    pub(super) fn rank(&self, account: &Account, language: Option<Lang>, day: f64) -> Rank {
        let mut shared = vec![0_u16; self.reports.len()];
        for name in &account.names {
            for serial in self.holding.get(name).into_iter().flatten() {
                let at = serial.checked_sub(self.first).and_then(|at| usize::try_from(at).ok());
                if let Some(count) = at.and_then(|at| shared.get_mut(at)) {
                    *count += 1;
                }
            }
        }
        let mut rank = Rank { reports: 0, fuller: 0 };
        for (report, shared) in self.reports.iter().zip(shared) {
            let names = (account.names.len() * report.account.names.len()) as f32;
            let is_near = shared > 0 && f32::from(shared) >= SAME_MATTER * names.sqrt();
            if is_near && report.language == language && (day - report.day).abs() <= DAYS {
                rank.reports += 1;
                rank.fuller += usize::from(report.account.fullness >= account.fullness);
            }
        }
        rank
    }

    /// Takes in an article of `day`.
    pub(super) fn add(&mut self, account: Account, language: Option<Lang>, day: f64) {
        for name in &account.names {
            self.holding.entry(*name).or_default().push_back(self.first + self.reports.len() as u64);
        }
        self.reports.push_back(Report { day, language, account });
        while self.reports.len() > REPORTS || self.reports.front().is_some_and(|report| report.day < day - DAYS) {
            self.forget_first();
        }
    }

    fn forget_first(&mut self) {
        let Some(report) = self.reports.pop_front() else { return };
        for name in report.account.names {
            if let Entry::Occupied(mut holding) = self.holding.entry(name) {
                holding.get_mut().pop_front();
                if holding.get().is_empty() {
                    holding.remove();
                }
            }
        }
        self.first += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::super::features::tokens;
    use super::*;

    const MATTER: &str = "Minister opens Tumen bridge";

    fn account(title: &str, different_words: usize, is_report: bool) -> Account {
        Account::new(&tokens(title, 20), &[], different_words, is_report)
    }

    fn told(words: &[usize]) -> Reports {
        let mut reports = Reports::default();
        words.iter().zip(0..).for_each(|(words, hour)| reports.add(account(MATTER, *words, false), None, f64::from(hour) / 24.0));
        reports
    }

    #[track_caller]
    fn check(earlier: &[usize], words: usize, is_fullest: bool, is_lost: bool) {
        let rank = told(earlier).rank(&account(MATTER, words, false), None, 1.0);
        assert_eq!((rank.is_fullest(), rank.is_lost()), (is_fullest, is_lost), "{rank:?}");
    }

    #[test]
    fn of_many_reports_the_fullest_count_and_of_few_each() {
        check(&[], 10, false, false);
        check(&[500, 500], 10, false, false);
        check(&[500, 400, 300], 350, false, true);
        check(&[500, 400, 300], 450, true, false);
        check(&[500, 400, 300], 501, true, false);
    }

    #[test]
    fn other_matters_languages_and_days_do_not_count() {
        let reports = told(&[500, 500, 500]);
        let of = |title: &str, language, day| reports.rank(&account(title, 10, false), language, day).reports;
        assert_eq!(of("The Tumen ferry", None, 1.0), 3);
        assert_eq!(of("The Mekong ferry", None, 1.0), 0);
        assert_eq!(of(MATTER, Lang::parse("fr"), 1.0), 0);
        assert_eq!(of(MATTER, None, 4.0), 0);
    }

    #[test]
    fn a_report_outweighs_a_text_that_names_neither_day_nor_source() {
        assert!(account(MATTER, 700, true).fullness > account(MATTER, 1000, false).fullness);
    }

    #[test]
    fn names_are_capitalised_or_of_a_script_without_capitals() {
        let names = |title: &str, body: &str| Account::new(&tokens(title, 20), &tokens(body, 80), 1, true).names.len();
        assert_eq!(names("Bridge on the Tumen", "Trucks cross to Russia."), 3);
        assert_eq!(names("두만강", ""), 2);
    }

    #[test]
    fn what_is_gone_is_not_found() {
        let mut reports = told(&[10; REPORTS + 5]);
        assert_eq!(reports.reports.len(), 73, "three days and the hour between");
        reports.add(account("Mekong", 10, false), None, 900.0);
        assert_eq!((reports.reports.len(), reports.holding.len()), (1, 1));
    }
}

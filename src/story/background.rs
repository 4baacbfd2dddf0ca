//! Does an article retell: an explainer, an opinion, a gallery, a recap, a live page? Such an article brings nothing that a desk must be told at once.
//!
//! In: headline, first sentences, address. Out: the mark that gave it away, and whether the article names a day or somebody who says so, as reports do.
//! The words are those of news pages in general, in many languages; no topic's and no site's.

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::retelling_words::{ANYWHERE, AUTHORITIES, DAYS, LEAD, OPENINGS, PATHS, REPORTING, TAILS};
use crate::extract::Article;
use crate::text::matching::fold_for_matching;
use crate::text::words::{is_hangul, is_unspaced};

/// Words of a part of an address up to which one of them tells what stands there; a longer part is the headline.
const PATH_WORDS: usize = 3;
/// Days from which on a numbered day ("day 568") counts a chronicle.
const CHRONICLE_DIGITS: std::ops::RangeInclusive<usize> = 2..=4;

/// How an article speaks.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Manner {
    /// What gives a retelling away.
    pub(super) background: Option<String>,
    /// A report: it names a day or somebody who says so, or is too short to. What does neither and what lets experts speak is more likely to explain.
    pub(super) is_report: bool,
}

/// The manner of an article with this headline and these first sentences.
pub(super) fn manner(article: &Article, lead: &str, lead_words: usize) -> Manner {
    let title = fold_for_matching(&article.title);
    let lead = fold_for_matching(lead);
    let says_so = REPORTS.find(&title) || REPORTS.find(&lead);
    let asks = || (!says_so && asks(&title)).then(|| "?".to_owned());
    let background = in_path(article)
        .or_else(|| in_title(title.trim(), &article.title).map(Cow::into_owned))
        .or_else(|| in_lead(&lead))
        .or_else(asks);
    let is_dated = says_so || DATES.find(&title) || DATES.find(&lead);
    let has_expert = EXPERTS.find(&title) || EXPERTS.find(&lead);
    Manner { background, is_report: (is_dated || lead_words < FEW_WORDS) && !has_expert }
}

/// Words of the first sentences below which nothing follows from what they lack.
const FEW_WORDS: usize = 10;

/// `/opinion/2026/…`, `/video/…`: sections of a site that do not report.
fn in_path(article: &Article) -> Option<String> {
    let address = article.canonical_url.as_ref().or(article.url.as_ref())?;
    let mut parts: Vec<&str> = address.path_segments()?.collect();
    parts.pop();
    parts.into_iter().find_map(|part| {
        let part = part.to_ascii_lowercase();
        let words: Vec<&str> = part.split(['-', '_', ',', '.']).collect();
        let told = words.iter().find(|word| PATHS.contains(word)).filter(|_| words.len() <= PATH_WORDS)?;
        Some(format!("/{told}/"))
    })
}

fn in_title(title: &str, original: &str) -> Option<Cow<'static, str>> {
    // WHO is an organisation, "who" asks.
    let is_shouted = original.split_whitespace().next().is_some_and(|word| word.chars().all(char::is_uppercase))
        && original.chars().any(char::is_lowercase);
    let begins = |mark: &&&str| title.strip_prefix(**mark).is_some_and(|rest| ends_word(mark, rest));
    if let Some(mark) = OPENINGS.iter().filter(|_| !is_shouted).find(begins) {
        return Some(Cow::Borrowed(mark));
    }
    if let Some(mark) = TITLES.first(title) {
        return Some(Cow::Borrowed(mark));
    }
    // "Train, plane, ship: how the leader travels".
    for (at, mark) in title.match_indices([':', '–', '—']) {
        let rest = title[at + mark.len()..].trim_start();
        let explains = |tail: &&&str| rest.strip_prefix(**tail).is_some_and(|rest| ends_word(tail, rest));
        if let Some(tail) = TAILS.iter().find(explains) {
            return Some(Cow::Borrowed(tail));
        }
    }
    if counts_days(title) {
        return Some(Cow::Borrowed("day by day"));
    }
    // "Headline | Author": a column. Agencies and sites put a name of several words there too, but after a dash.
    title.rsplit_once(" | ").filter(|(_, author)| (2..=3).contains(&author.split(' ').count())).map(|_| Cow::Borrowed("| author"))
}

/// A headline that only asks reports nothing; one that quotes a question goes on after it. In Korean the last syllable asks.
fn asks(title: &str) -> bool {
    title.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '?').ends_with(['?', '까'])
}

fn in_lead(lead: &str) -> Option<String> {
    let lead = lead.trim_start();
    if let Some(mark) = LEAD.iter().find(|mark| lead.strip_prefix(**mark).is_some_and(|rest| ends_word(mark, rest))) {
        return Some(format!("first words: {mark}"));
    }
    let first = lead.find(['?', '!', '.', '。']).filter(|&at| lead[at..].starts_with('?'));
    first.map(|_| "the first sentence asks".to_owned())
}

/// "Day 568" in some language: a chronicle.
fn counts_days(title: &str) -> bool {
    let mut words = title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).peekable();
    while let Some(word) = words.next() {
        let is_number = |next: &&str| CHRONICLE_DIGITS.contains(&next.len()) && next.bytes().all(|b| b.is_ascii_digit());
        if DAYS.contains(&word) && words.peek().is_some_and(is_number) {
            return true;
        }
    }
    false
}

/// Marks that end in a letter end a word; those written with a space or an apostrophe see to it themselves.
fn ends_word(mark: &str, rest: &str) -> bool {
    let is_open = mark.chars().next_back().is_some_and(|c| !c.is_alphanumeric() || is_hangul(c) || is_unspaced(c));
    is_open || !rest.chars().next().is_some_and(char::is_alphanumeric)
}

/// Finds words at the beginnings of words, anywhere in scripts that part none.
struct Finder {
    words: &'static [&'static str],
    finder: Option<AhoCorasick>,
}

static TITLES: LazyLock<Finder> = LazyLock::new(|| Finder::new(ANYWHERE));
static REPORTS: LazyLock<Finder> = LazyLock::new(|| Finder::new(REPORTING));
static DATES: LazyLock<Finder> = LazyLock::new(|| Finder::new(super::retelling_words::WEEKDAYS));
static EXPERTS: LazyLock<Finder> = LazyLock::new(|| Finder::new(AUTHORITIES));

impl Finder {
    fn new(words: &'static [&'static str]) -> Finder {
        Finder { words, finder: AhoCorasick::builder().match_kind(MatchKind::Standard).build(words).ok() }
    }

    fn find(&self, text: &str) -> bool {
        self.first(text).is_some()
    }

    fn first(&self, text: &str) -> Option<&'static str> {
        self.finder.as_ref()?.find_overlapping_iter(text).find_map(|found| {
            let word = self.words.get(found.pattern().as_usize())?;
            let parts_words = !word.chars().next().is_some_and(|c| is_hangul(c) || is_unspaced(c));
            let is_inside = parts_words && text[..found.start()].chars().next_back().is_some_and(char::is_alphanumeric);
            (!is_inside).then_some(*word)
        })
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::extract::Origin;

    fn of(title: &str, lead: &str, url: &str) -> Manner {
        let article = Article { title: title.to_owned(), url: Url::parse(url).ok(), ..Article::empty(Origin::Page) };
        manner(&article, lead, lead.split(' ').count())
    }

    #[track_caller]
    fn check(title: &str, is_background: bool) {
        let found = of(title, "", "https://site.example/1");
        assert_eq!(found.background.is_some(), is_background, "{title}: {found:?}");
    }

    #[test]
    fn explainers_opinions_and_galleries_are_told_apart() {
        check("Why the bridge matters", true);
        check("Pourquoi le pont inquiète Tokyo", true);
        check("The bridge opens – in pictures", true);
        check("다리 개통의 의미는? [포토]", true);
        check("Will the bridge ever open?", true);
        check("다리는 열릴까", true);
        check("A bridge too far | Ann Example", true);
        check("Rafts, ferries, a bridge: how the province crosses its river", true);
        check("Bilder: Die Brücke der Freundschaft", true);
        check("Howard opens the bridge", false);
        check("Bridge opens after ten years", false);
        check("Le pont ouvre mercredi", false);
        check("\"What bridge?\" minister asks", false);
        check("WHO opens the bridge clinic", false);
        check("Minister: bridge will open", false);
    }

    #[test]
    fn live_pages_and_chronicles_retell() {
        check("Bridge war live: ferry sinks; mayor resigns", true);
        check("Harbour strike at a glance: what we know on day 71", true);
        check("Strajk w porcie. Dzień 71", true);
        check("Забастовка в порту, день 71-й", true);
        check("Deliveries begin on day one", false);
        check("Concert to be shown live on state television", false);
    }

    #[test]
    fn the_section_of_a_site_tells() {
        let background = |url: &str| of("The bridge", "", url).background.is_some();
        assert!(background("https://site.example/opinion/2026/bridge"));
        assert!(background("https://site.example/pl/komentarze/most"));
        assert!(background("https://site.example/world/gallery/2026/bridge"));
        assert!(!background("https://site.example/world/2026/opinion"));
        assert!(!background("https://site.example/the-minister-has-an-opinion-of-bridges/1"));
    }

    #[test]
    fn a_question_is_a_report_when_somebody_answers() {
        let background = |lead: &str| of("Will the bridge open?", lead, "https://site.example/1").background.is_some();
        assert!(background("The two banks have waited for ten years."));
        assert!(!background("The bridge opens on Monday, the ministry said in a statement."));
        assert!(!background("Most ruszy w poniedziałek - poinformowało ministerstwo."));
    }

    #[test]
    fn first_words_may_announce_a_retelling() {
        let background = |lead: &str| of("The bridge", lead, "https://site.example/1").background.is_some();
        assert!(background("Why would anybody build a bridge here? The river is narrow."));
        assert!(background("Retour sur dix ans de travaux."));
        assert!(!background("The bridge is open. Who pays?"));
    }

    #[test]
    fn reports_name_a_day_or_who_says_so() {
        let is_report = |lead: &str| of("The bridge", lead, "https://site.example/1").is_report;
        assert!(is_report("The bridge between the two banks of the river opened to lorries on Tuesday morning."));
        assert!(is_report("Le pont entre les deux rives du fleuve accueille ses premiers camions, annonce le ministère."));
        assert!(is_report("The bridge opens."));
        assert!(!is_report("The bridge between the two banks of the river will change the province for good, and soon."));
        assert!(!is_report("The bridge opened on Tuesday, but an expert in bridges doubts that anybody will cross it."));
    }
}

//! When it was published, and when it was changed.
//!
//! In: the page's statements, its address and its visible lines. Out: dates with the offset in which they were stated. A date of modification
//! is never passed off as one of publication. Not done here: reading one statement (`read`).

mod address;
mod clock;
mod read;
mod tokens;
mod words;
mod zones;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use url::Url;

use crate::extract::article::PageDate;
use crate::extract::content::blocks::Block;
use crate::extract::markup::dom::{Dom, attr};
use crate::extract::metadata::Metadata;
use address::in_address;
use read::{Label, Order, Statement, read};
use words::{MODIFIED, PERHAPS_PUBLISHED, PUBLISHED};

/// Nothing on the web is older.
const FIRST_YEAR: i16 = 1995;
/// Pages are dated ahead of the reader's clock by time zones, hours.
const MAX_AHEAD_HOURS: i64 = 24;
/// A visible statement of a date is no longer, bytes.
const MAX_LINE_BYTES: usize = 140;
/// A paragraph that begins with place and day has named them by here, bytes.
const MAX_DATELINE_BYTES: usize = 60;
/// A `time` element this near to the headline is the article's, nodes.
const MAX_NODES_FROM_TITLE: usize = 150;
/// The line with the date stands this near to the headline, blocks before and after it.
const BLOCKS_AROUND_TITLE: (usize, usize) = (6, 10);
/// Elements and lines looked at; a page with more is a list.
const MAX_LOOKED_AT: usize = 80;

/// The dates of a page.
pub(in crate::extract) struct Dates {
    pub(in crate::extract) published: Option<PageDate>,
    pub(in crate::extract) modified: Option<PageDate>,
}

/// What the rules of this file look at.
struct View<'v, 'a> {
    dom: &'v Dom<'a>,
    metadata: &'v Metadata<'a>,
    blocks: &'v [Block],
    /// Where the headline stands among the blocks.
    title_at: Option<usize>,
    order: Order,
    fetched_at: Timestamp,
}

/// Chooses the dates: JSON-LD, `meta`, microdata, `time`, the lines by the headline, the address, other lines.
pub(in crate::extract) fn choose(
    dom: &Dom<'_>,
    metadata: &Metadata<'_>,
    blocks: &[Block],
    title_at: Option<usize>,
    url: Option<&Url>,
    fetched_at: Timestamp,
) -> Dates {
    let view = View { dom, metadata, blocks, title_at, order: order(metadata), fetched_at };
    let stated = metadata.stated.published.as_deref().and_then(|text| view.read(text));
    let meta = view.of_metas(PUBLISHED);
    let published = match (stated, meta) {
        (Some(a), Some(b)) => Some(finer(a, b)),
        (a, b) => a.or(b),
    }
    .or_else(|| view.of_itemprop("datePublished"))
    .or_else(|| view.visible(url))
    .or_else(|| view.of_itemprop("dateCreated"))
    .or_else(|| view.of_metas(PERHAPS_PUBLISHED))
    .or_else(|| view.of_any_line());
    let modified = metadata
        .stated
        .modified
        .as_deref()
        .and_then(|text| view.read(text))
        .or_else(|| view.of_metas(MODIFIED))
        .or_else(|| view.of_itemprop("dateModified"));
    Dates { published: published.map(|s| s.date), modified: modified.map(|s| s.date) }
}

/// The first of two statements, unless the second is the same day or the same clock told more precisely.
fn finer(first: Statement, second: Statement) -> Statement {
    let is_same_clock = !first.has_zone
        && second.has_zone
        && second.date.offset.to_datetime(second.date.at).duration_since(first.date.offset.to_datetime(first.date.at)).abs()
            < SignedDuration::from_mins(1);
    if (first.date.day_only && !second.date.day_only) || is_same_clock { second } else { first }
}

/// Only pages that call themselves American put the month first.
fn order(metadata: &Metadata<'_>) -> Order {
    let is_american = metadata.root_language.is_some_and(|l| l.eq_ignore_ascii_case("en-us") || l.eq_ignore_ascii_case("en_us"));
    if is_american { Order::MonthFirst } else { Order::DayFirst }
}

impl View<'_, '_> {
    fn read(&self, text: &str) -> Option<Statement> {
        read(text, self.order).filter(|s| self.is_sane(s.date))
    }

    fn is_sane(&self, date: PageDate) -> bool {
        let ahead = SignedDuration::from_hours(MAX_AHEAD_HOURS);
        let latest = self.fetched_at.checked_add(ahead).unwrap_or(Timestamp::MAX);
        // A saved file whose time nobody told has the epoch's: it bounds nothing.
        date.offset.to_datetime(date.at).year() >= FIRST_YEAR && (date.at <= latest || self.fetched_at <= Timestamp::UNIX_EPOCH)
    }

    fn of_metas(&self, names: &[&str]) -> Option<Statement> {
        names.iter().find_map(|name| self.metadata.dates_of(name).find_map(|content| self.read(content)))
    }

    fn of_element(&self, at: usize) -> Option<Statement> {
        let element = self.dom.element(at)?;
        let machine = ["datetime", "content", "data-datetime", "data-timestamp", "title"]
            .iter()
            .find_map(|name| attr(element, name).and_then(|text| self.read(text)));
        let shown = || self.read(&self.dom.text(at, MAX_LINE_BYTES));
        match machine {
            // `datetime="2024-11-06"` around "6 November 2024, 10:30".
            Some(machine) if machine.date.day_only => {
                Some(shown().filter(|s| !s.date.day_only && is_same_day(s.date, machine.date)).unwrap_or(machine))
            }
            Some(machine) => Some(machine),
            None => shown(),
        }
    }

    fn of_itemprop(&self, name: &str) -> Option<Statement> {
        let places = self.metadata.itemprops.iter();
        let mut named = places.filter(|(p, _)| p.split_ascii_whitespace().any(|p| p.eq_ignore_ascii_case(name)));
        named.find_map(|(_, at)| self.of_element(*at))
    }

    /// What a reader sees by the headline, else the address.
    fn visible(&self, url: Option<&Url>) -> Option<Statement> {
        let addresses = [url.map(Url::path), self.metadata.canonical, self.metadata.meta_of(&["og:url"])];
        let in_address = || addresses.into_iter().flatten().find_map(in_address).filter(|date| self.is_sane(*date));
        if let Some(found) = self.of_published_time().or_else(|| self.of_time_by_title()) {
            return Some(found);
        }
        let line = self.of_line_by_title();
        if let Some(line) = line.filter(|l| l.label == Label::Published) {
            return Some(line);
        }
        if let Some(day) = in_address() {
            let same = [line, self.of_marked()].into_iter().flatten().find(|s| is_same_day(s.date, day));
            return Some(same.unwrap_or(Statement { date: day, has_zone: false, label: Label::None }));
        }
        line.or_else(|| self.of_dateline())
            .or_else(|| self.of_marked())
            .or_else(|| self.times().find_map(|at| self.of_element(at)))
    }

    /// `time` elements that are no comment's and no change's.
    fn times(&self) -> impl Iterator<Item = usize> {
        let is_change = |at: &usize| ["updat", "modif", "comment"].iter().any(|w| self.names(*at).contains(w));
        self.metadata.times.iter().copied().take(MAX_LOOKED_AT).filter(move |at| !is_change(at))
    }

    /// A `time` element that says it is the publication's.
    fn of_published_time(&self) -> Option<Statement> {
        let is_published = |at: &usize| ["publish", "pubdate", "entry-date"].iter().any(|w| self.names(*at).contains(w));
        self.times().filter(is_published).find_map(|at| self.of_element(at))
    }

    fn of_time_by_title(&self) -> Option<Statement> {
        let title = self.title_node()?;
        let nearest = self.times().min_by_key(|at| at.abs_diff(title))?;
        (nearest.abs_diff(title) < MAX_NODES_FROM_TITLE).then(|| self.of_element(nearest)).flatten()
    }

    fn title_node(&self) -> Option<usize> {
        self.title_at.map(|at| self.blocks[at].at).or_else(|| self.metadata.headings.first().copied())
    }

    /// Class and id of an element and its parent.
    fn names(&self, at: usize) -> String {
        let mut out = String::new();
        for at in [at, self.dom.nodes[at].parent] {
            for (name, value) in self.dom.element(at).into_iter().flat_map(|e| e.attrs()) {
                if matches!(name, "class" | "id" | "itemprop" | "pubdate") {
                    out.push_str(name);
                    out.push(' ');
                    out.push_str(&value.to_ascii_lowercase());
                    out.push(' ');
                }
            }
        }
        out
    }

    /// A short line just above or below the headline.
    fn of_line_by_title(&self) -> Option<Statement> {
        let title = self.title_at?;
        let (before, after) = BLOCKS_AROUND_TITLE;
        // The headline itself may name the day of an event.
        let below = self.blocks.iter().skip(title + 1).take(after).filter_map(|b| self.of_block(b));
        let above = self.blocks[title.saturating_sub(before)..title].iter().rev().filter_map(|b| self.of_block(b));
        let found: Vec<Statement> = below.chain(above).collect();
        found.iter().find(|s| s.label == Label::Published).or(found.first()).copied()
    }

    /// The place and day with which a first paragraph begins: "Berlin, 6 November 2024. …".
    fn of_dateline(&self) -> Option<Statement> {
        let title = self.title_at?;
        let first =
            self.blocks.iter().skip(title + 1).take(BLOCKS_AROUND_TITLE.1).filter(|b| b.text.len() >= MAX_LINE_BYTES).take(2);
        first.filter_map(|block| self.read(&block.text[..block.text.floor_char_boundary(MAX_DATELINE_BYTES)])).next()
    }

    fn of_block(&self, block: &Block) -> Option<Statement> {
        let is_short = block.text.len() < MAX_LINE_BYTES && block.link_share() < 0.8;
        is_short.then(|| self.read(&block.text)).flatten()
    }

    /// An element that is marked as byline or date.
    fn of_marked(&self) -> Option<Statement> {
        self.metadata.bylines.iter().take(MAX_LOOKED_AT / 2).find_map(|at| {
            let text = self.dom.text(*at, MAX_LINE_BYTES * 2);
            (text.len() < MAX_LINE_BYTES).then(|| self.read(&text)).flatten()
        })
    }

    /// A short line anywhere: one that says it is the publication's, else the first.
    fn of_any_line(&self) -> Option<Statement> {
        let mut first = None;
        for block in self.blocks.iter().filter(|b| b.text.len() < MAX_LINE_BYTES).take(MAX_LOOKED_AT * 4) {
            match self.of_block(block) {
                Some(found) if found.label == Label::Published => return Some(found),
                found => first = first.or(found),
            }
        }
        first
    }
}

fn is_same_day(a: PageDate, b: PageDate) -> bool {
    a.offset.to_datetime(a.at).date() == b.offset.to_datetime(b.at).date()
}

impl PageDate {
    /// RFC 3339 with the offset in which the page stated it.
    pub fn to_rfc3339(&self) -> String {
        let zoned = self.at.to_zoned(TimeZone::fixed(self.offset));
        zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::content::blocks::blocks;
    use crate::extract::content::hints;
    use crate::extract::markup::dom::parse;
    use crate::extract::metadata::title;

    fn dates(html: &str) -> Dates {
        let tree = parse(html, &mut Vec::new());
        let dom = Dom::of(&tree);
        let hints = hints::all(&dom);
        let metadata = Metadata::of(&dom, &hints);
        let blocks = blocks(&dom, &[]);
        let title_at = title::place(&blocks, &title::choose(&dom, &metadata));
        let fetched_at: Timestamp = "2024-12-01T00:00:00Z".parse().expect("a time");
        choose(&dom, &metadata, &blocks, title_at, None, fetched_at)
    }

    #[track_caller]
    fn check(html: &str, expected: &str) {
        assert_eq!(dates(html).published.map(|d| d.to_rfc3339()).unwrap_or_default(), expected, "{html}");
    }

    fn json(facts: &str) -> String {
        format!("<script type='application/ld+json'>{{\"@type\":\"NewsArticle\",{facts}}}</script>")
    }

    const TITLE: &str = "<h1>Three boats come home</h1>";

    #[test]
    fn the_surest_statement_wins() {
        let stated = json("\"datePublished\":\"2024-11-06T10:30:00+01:00\",\"dateModified\":\"2024-11-07T08:00:00Z\"");
        check(&format!("{stated}<meta property=article:published_time content=2024-11-08>"), "2024-11-06T10:30:00+01:00");
        assert_eq!(dates(&stated).modified.map(|d| d.to_rfc3339()).as_deref(), Some("2024-11-07T08:00:00+00:00"));
        check(
            "<meta name='article.published-time' content='2024-11-06T10:30Z'><time datetime=2024-11-09>",
            "2024-11-06T10:30:00+00:00",
        );
        check(
            &format!(
                "<meta name=date content=2024-11-09>{TITLE}<time itemprop=datePublished datetime=2024-11-06>6 November</time>"
            ),
            "2024-11-06T00:00:00+00:00",
        );
    }

    #[test]
    fn a_finer_statement_of_the_same_time_wins() {
        let coarse = json("\"datePublished\":\"2024-11-06\"");
        check(
            &format!("{coarse}<meta property=article:published_time content='2024-11-06T10:30:00Z'>"),
            "2024-11-06T10:30:00+00:00",
        );
        let bare = json("\"datePublished\":\"2024-11-06T10:30:00\"");
        check(
            &format!("{bare}<meta property=article:published_time content='2024-11-06T10:30:00+01:00'>"),
            "2024-11-06T10:30:00+01:00",
        );
        check(
            &format!("{bare}<meta property=article:published_time content='2024-11-06T09:30:00+01:00'>"),
            "2024-11-06T10:30:00+00:00",
        );
        check("<h1>Boats</h1><time datetime=2024-11-06>6 November 2024, 10:30</time>", "2024-11-06T10:30:00+00:00");
    }

    #[test]
    fn visible_dates_are_read_by_the_headline() {
        check(&format!("<p>Monday, 2 December 2019</p>{TITLE}<p>6 November 2024</p>"), "2024-11-06T00:00:00+00:00");
        check(&format!("{TITLE}<p>Updated 7 November 2024</p><p>Published 6 November 2024</p>"), "2024-11-06T00:00:00+00:00");
        let long = "and the mayor said that three of them had come back without their nets. ".repeat(4);
        check(&format!("{TITLE}<p>PORT, 6 November 2024. It was cold {long}</p>"), "2024-11-06T00:00:00+00:00");
        check(&format!("{TITLE}<p>It was cold {long} until 6 November 2024.</p>"), "");
        check(
            "<link rel=canonical href='https://pier.example/2024/11/06/boats'><h1>Boats of 3 May 2024</h1>",
            "2024-11-06T00:00:00+00:00",
        );
        check(
            &format!("<aside class=meta><time datetime='2024-11-06T10:30:00Z'>today</time></aside>{TITLE}"),
            "2024-11-06T10:30:00+00:00",
        );
    }

    #[test]
    fn changes_copyrights_and_impossible_times_are_no_publication() {
        check(&format!("{TITLE}<time class=updated datetime=2024-11-07>7 November</time>"), "");
        check("<meta property=article:modified_time content=2024-11-07>", "");
        check(&format!("{TITLE}<p>© 2001–2024 The Pier</p>"), "");
        check(
            "<meta property=article:published_time content=2031-01-01><meta name=date content=2024-11-06>",
            "2024-11-06T00:00:00+00:00",
        );
        check("<meta property=article:published_time content=1970-01-01>", "");
        check("<meta property=article:published_time content=2024-12-03>", "");
    }
}

//! What a trial found, for an editor and for scripts.
//!
//! In: [`Changes`]. Out: text with the totals last, where a terminal shows them; or one record an article and a summary.

use jiff::Timestamp;
use serde::Serialize;

use super::super::args::Format;
use super::super::output::{Printer, cut, minute};
use super::changes::{Change, Changes, Row, Section};
use crate::matcher::{Evidence, Match, TopicSpec};

/// Terms shown under a title, and masked words; records have all of them.
const TERMS_SHOWN: usize = 3;

/// What stands under a title begins here.
const INDENT: &str = "      ";

/// Width of a title.
const TITLE_WIDTH: usize = 90;

/// What the topic was compared with.
#[derive(Debug)]
pub(super) enum Compared {
    /// Stored decisions.
    Decided,
    /// The topic of the same name in this configuration.
    Configured(String),
    /// This topic file.
    File(String),
    Nothing,
}

/// Articles that the topic was not asked about.
#[derive(Debug, Default, Serialize)]
pub(super) struct Skipped {
    /// Their text was thrown away with age.
    pub(super) text_gone: usize,
    /// Their feeds are followed for other topics only.
    pub(super) other_topics: usize,
    /// Not judged yet.
    pub(super) waiting: usize,
    /// Of a file, from before `--since`.
    pub(super) older: usize,
}

/// A trial that has ended.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) spec: TopicSpec,
    pub(super) file: String,
    /// Where the articles came from.
    pub(super) place: String,
    pub(super) since: Option<Timestamp>,
    pub(super) compared: Compared,
    pub(super) changes: Changes,
    pub(super) skipped: Skipped,
    pub(super) failures: usize,
}

/// An article of `topic try`.
#[derive(Debug, Serialize)]
struct ArticleRecord {
    event: &'static str,
    id: String,
    url: String,
    title: String,
    published: Option<String>,
    language: Option<String>,
    source: String,
    change: &'static str,
    before: Option<BeforeRecord>,
    after: AfterRecord,
    rule: String,
    terms: Vec<TermRecord>,
    masked: Vec<String>,
}

#[derive(Debug, Serialize)]
struct BeforeRecord {
    score: f64,
    relevant: bool,
    strong: bool,
    rule: String,
    terms: Vec<TermRecord>,
    masked: Vec<String>,
}

#[derive(Debug, Serialize)]
struct AfterRecord {
    score: f64,
    relevant: bool,
    strong: bool,
}

#[derive(Debug, Serialize)]
struct TermRecord {
    term: String,
    concept: String,
    zone: &'static str,
    count: u32,
    weight: f64,
}

/// The last record of `topic try`.
#[derive(Debug, Serialize)]
struct SummaryRecord {
    event: &'static str,
    topic: String,
    file: String,
    threshold: f64,
    since: Option<String>,
    /// `decided`, `configured`, `file`, `nothing`.
    compared_with: &'static str,
    /// The topic file or the configuration that was compared with.
    against: Option<String>,
    articles: usize,
    never_judged: usize,
    kept_before: usize,
    kept_after: usize,
    newly_kept: usize,
    newly_dropped: usize,
    kept: usize,
    near: usize,
    skipped: Skipped,
    failed: usize,
}

pub(super) fn print(format: Format, mut report: Report) -> anyhow::Result<()> {
    let mut printer = Printer::new(format);
    if format == Format::Text {
        for line in report.text() {
            printer.line(&line)?;
        }
    } else {
        for section in &mut report.changes.sections {
            for row in section.rows.drain(..) {
                printer.record(&ArticleRecord::of(section.change, row), |_| String::new())?;
            }
        }
        printer.record(&SummaryRecord::of(report), |_| String::new())?;
    }
    Ok(printer.finish()?)
}

impl ArticleRecord {
    fn of(change: Change, row: Row) -> ArticleRecord {
        let after = row.after;
        ArticleRecord {
            event: "article",
            id: row.id,
            url: row.url,
            title: row.title,
            published: row.published,
            language: row.language,
            source: row.source,
            change: change.as_str(),
            before: row.before.map(|before| BeforeRecord {
                score: before.score,
                relevant: before.relevant,
                strong: before.strong,
                rule: before.rule,
                terms: terms(before.evidence),
                masked: before.masked,
            }),
            after: AfterRecord { score: after.score, relevant: after.relevant, strong: after.strong },
            rule: after.rule,
            terms: terms(after.evidence),
            masked: after.masked,
        }
    }
}

fn terms(evidence: Vec<Evidence>) -> Vec<TermRecord> {
    let record =
        |e: Evidence| TermRecord { term: e.term, concept: e.concept, zone: e.zone.as_str(), count: e.count, weight: e.weight };
    evidence.into_iter().map(record).collect()
}

impl SummaryRecord {
    fn of(report: Report) -> SummaryRecord {
        let (compared_with, against) = match report.compared {
            Compared::Decided => ("decided", None),
            Compared::Configured(file) => ("configured", Some(file)),
            Compared::File(file) => ("file", Some(file)),
            Compared::Nothing => ("nothing", None),
        };
        let count = |change| report.changes.count(change);
        let (newly_kept, newly_dropped, kept) = (count(Change::NewlyKept), count(Change::NewlyDropped), count(Change::Kept));
        SummaryRecord {
            event: "summary",
            threshold: report.spec.thresholds.relevant,
            topic: report.spec.id.0,
            file: report.file,
            since: report.since.map(|at| at.to_string()),
            compared_with,
            against,
            articles: report.changes.articles,
            never_judged: report.changes.never_judged,
            kept_before: kept + newly_dropped,
            kept_after: kept + newly_kept,
            newly_kept,
            newly_dropped,
            kept,
            near: count(Change::Near),
            skipped: report.skipped,
            failed: report.failures,
        }
    }
}

impl Report {
    fn text(&self) -> Vec<String> {
        let since = self.since.map(|at| format!(" since {}", minute(at))).unwrap_or_default();
        let articles = articles(self.changes.articles);
        let mut lines = vec![format!("topic {} as in {}, tried on {articles}{since} of {}", self.spec.id, self.file, self.place)];
        lines.push(self.compared_text());
        lines.extend(self.skipped.text());
        for section in &self.changes.sections {
            if section.count > 0 && !section.rows.is_empty() {
                lines.push(String::new());
                lines.extend(self.section_text(section));
            }
        }
        lines.push(String::new());
        lines.push(self.totals());
        lines
    }

    fn compared_text(&self) -> String {
        let (articles, never) = (self.changes.articles, self.changes.never_judged);
        match &self.compared {
            Compared::Decided if articles > 0 && never == articles => {
                format!("nothing was ever decided on a topic called {}, so all that is kept is newly kept", self.spec.id)
            }
            Compared::Decided if never > 0 => {
                format!("compared with what was decided when they came in; for {never} of them nothing was")
            }
            Compared::Decided => "compared with what was decided when they came in".to_owned(),
            Compared::Configured(file) => format!("compared with the topic as {file} has it"),
            Compared::File(file) => format!("compared with {file}"),
            Compared::Nothing => {
                "compared with nothing, so all that is kept is newly kept; --against FILE compares with another topic file"
                    .to_owned()
            }
        }
    }

    fn section_text(&self, section: &Section) -> Vec<String> {
        let heading = match section.change {
            Change::NewlyKept => "newly kept".to_owned(),
            Change::NewlyDropped => "newly dropped".to_owned(),
            Change::Kept => "still kept".to_owned(),
            Change::Near => format!("just below the threshold of {:.2}", self.spec.thresholds.relevant),
        };
        let mut lines = vec![format!("{heading} ({})", section.count)];
        for row in &section.rows {
            lines.extend(row_text(section.change, row, self.spec.thresholds.relevant));
        }
        let more = section.count - section.rows.len();
        if more > 0 {
            let how = if section.change == Change::Near { "--all shows more" } else { "--limit shows more" };
            lines.push(format!("  … and {more} more; {how}"));
        }
        lines
    }

    fn totals(&self) -> String {
        let count = |change| self.changes.count(change);
        let (newly_kept, newly_dropped, kept) = (count(Change::NewlyKept), count(Change::NewlyDropped), count(Change::Kept));
        let near = match count(Change::Near) {
            0 => String::new(),
            near => format!("; {near} just below the threshold"),
        };
        format!(
            "would keep {}, kept {} before: {newly_kept} newly kept, {newly_dropped} newly dropped, {kept} still kept{near}",
            kept + newly_kept,
            kept + newly_dropped
        )
    }
}

impl Skipped {
    fn text(&self) -> Option<String> {
        let parts = [
            (self.text_gone, "whose text was deleted with age (retention.text)"),
            (self.other_topics, "of feeds that are followed for other topics only"),
            (self.waiting, "not judged yet"),
            (self.older, "older than that"),
        ];
        let parts: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, why)| format!("{n} {why}")).collect();
        (!parts.is_empty()).then(|| format!("left out: {}", parts.join(", ")))
    }
}

fn row_text(change: Change, row: &Row, threshold: f64) -> Vec<String> {
    let before = row.before.as_ref().map_or_else(|| "  --".to_owned(), |m| format!("{:.2}", m.score));
    let title: Vec<&str> = row.title.split_whitespace().collect();
    let head = format!(
        "  {}  {before} → {:.2}  {}  {}  [{}]",
        minute(row.at),
        row.after.score,
        row.language.as_deref().unwrap_or("--"),
        cut(&title.join(" "), TITLE_WIDTH),
        row.source
    );
    let mut lines = vec![head];
    let now = reasons(&row.after);
    let is_changed = matches!(change, Change::NewlyKept | Change::NewlyDropped);
    match row.before.as_ref().filter(|_| is_changed).map(reasons) {
        Some(was) if was == now => {
            let side = if change == Change::NewlyKept { "above" } else { "below" };
            lines.push(format!("{INDENT}as before, and now {side} the threshold of {threshold:.2}: {now}"));
        }
        Some(was) => lines.extend([format!("{INDENT}was: {was}"), format!("{INDENT}now: {now}")]),
        None => lines.push(format!("{INDENT}{now}")),
    }
    lines.push(format!("{INDENT}{}", row.url));
    lines
}

/// The rule, the heaviest terms, and what was masked.
fn reasons(said: &Match) -> String {
    let term = |e: &Evidence| format!("{:+.2} {} ({}, {})", e.weight, e.term, e.concept, e.zone.as_str());
    let terms: Vec<String> = said.evidence.iter().take(TERMS_SHOWN).map(term).collect();
    let mut out = said.rule.clone();
    if !terms.is_empty() {
        out = format!("{out}: {}", terms.join(", "));
    }
    let mut masked: Vec<&str> = Vec::new();
    for words in &said.masked {
        if !masked.contains(&words.as_str()) {
            masked.push(words);
        }
    }
    if !masked.is_empty() {
        let more = masked.len().saturating_sub(TERMS_SHOWN);
        masked.truncate(TERMS_SHOWN);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        out = format!("{out}; masked: {}{more}", masked.join(", "));
    }
    out
}

fn articles(n: usize) -> String {
    if n == 1 { "1 article".to_owned() } else { format!("{n} articles") }
}

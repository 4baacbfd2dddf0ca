//! `vigie articles`, `stories`, `feeds`, `alerts`, `messages`: lists, newest first.

use std::path::PathBuf;

use anyhow::bail;

use super::args::{Format, ListOptions};
use super::output::{Printer, cut, minute, span};
use super::records::{AlertRecord, ArticleRecord, FeedRecord, MessageRecord, StoryRecord};
use super::{End, setup};
use crate::clock::Clock;
use crate::fetch::redacted;
use crate::schedule::FeedStatus;
use crate::store::{FeedRow, Filter, Reader, status_word};

pub(super) fn articles(config: Option<PathBuf>, format: Format, options: ListOptions) -> anyhow::Result<End> {
    list(config, format, options, |reader, filter, printer| {
        for row in reader.articles(filter)? {
            let fetched_at = row.article.fetched_at;
            printer.record(&ArticleRecord::from(row), |r| {
                let best = r.topics.iter().map(|t| t.score).fold(0.0, f64::max);
                let mark = match r.topics.iter().filter(|t| t.relevant).map(|t| t.by_story).min() {
                    Some(false) => '●',
                    Some(true) => '◐',
                    None => ' ',
                };
                let language = r.language.as_deref().unwrap_or("--");
                format!(
                    "{}  {}  {mark} {best:.2}  {language}  {:7}  {}  [{}]",
                    r.id,
                    minute(fetched_at),
                    r.access,
                    cut(&r.title, 90),
                    r.source
                )
            })?;
        }
        Ok(())
    })
}

pub(super) fn stories(config: Option<PathBuf>, format: Format, options: ListOptions) -> anyhow::Result<End> {
    list(config, format, options, |reader, filter, printer| {
        for row in reader.stories(filter)? {
            let updated_at = row.updated_at;
            printer.record(&StoryRecord::from(row), |r| {
                format!(
                    "{:>6}  {}  {:>4} articles  {:>3} developments  {}  [{}]",
                    r.id,
                    minute(updated_at),
                    r.articles,
                    r.developments,
                    cut(&r.title, 90),
                    r.topic
                )
            })?;
        }
        Ok(())
    })
}

pub(super) fn feeds(config: Option<PathBuf>, format: Format, options: ListOptions) -> anyhow::Result<End> {
    let limit = if options.limit == crate::cli::args::DEFAULT_LIMIT { usize::MAX } else { options.limit };
    list(config, format, options, |reader, filter, printer| {
        let wanted = |row: &FeedRow| {
            filter.feed.as_ref().is_none_or(|id| row.feed.state.feed.as_str() == id)
                && filter
                    .state
                    .as_ref()
                    .is_none_or(|s| status_word(row.feed.state.status) == s || s == "quiet" && row.quiet().is_some())
        };
        for row in reader.feeds()?.into_iter().filter(wanted).take(limit) {
            printer.record(&feed_record(&row), |r| feed_line(&row, r))?;
        }
        Ok(())
    })
}

fn feed_line(row: &FeedRow, record: &FeedRecord) -> String {
    const NEVER: &str = "never           ";
    let state = &row.feed.state;
    let last = state.last_polled_at.map_or_else(|| NEVER.to_owned(), minute);
    let next = if record.next_poll.is_some() { minute(state.next_poll_at) } else { NEVER.to_owned() };
    let health = if state.failures > 0 {
        let s = if state.failures == 1 { "" } else { "s" };
        let since = state.status_since.filter(|_| state.failures > 1).map(|at| format!(" since {}", minute(at)));
        format!("{} failure{s}{}: {}", state.failures, since.unwrap_or_default(), state.last_error.as_deref().unwrap_or(""))
    } else if let Some(quiet) = row.quiet() {
        let usual = quiet.usual_seconds.map(|seconds| format!(", usually something every {}", span(seconds)));
        format!("quiet since {}{}", minute(quiet.since), usual.unwrap_or_default())
    } else if state.last_polled_at.is_some() && state.last_new_at.is_none() {
        "has brought nothing yet".to_owned()
    } else {
        String::new()
    };
    let line = format!("{:30}  {:7}  polled {last}  next {next}  {health}", cut(&record.id, 30), record.state);
    line.trim_end().to_owned()
}

fn feed_record(row: &FeedRow) -> FeedRecord {
    let state = &row.feed.state;
    let stopped = matches!(state.status, FeedStatus::Gone | FeedStatus::Paused);
    let quiet = row.quiet();
    FeedRecord {
        id: state.feed.as_str().to_owned(),
        url: redacted_password(&row.feed.url),
        name: row.name.clone(),
        state: status_word(state.status),
        last_error: state.last_error.clone(),
        last_polled: state.last_polled_at.map(|at| at.to_string()),
        next_poll: (!stopped).then(|| state.next_poll_at.to_string()),
        failures: state.failures,
        failing_since: state.status_since.filter(|_| state.failures > 0).map(|at| at.to_string()),
        last_new: state.last_new_at.map(|at| at.to_string()),
        // What is no number of seconds is a damaged row; the conversion makes 0 of it.
        rhythm_seconds: state.rhythm_seconds.map(|seconds| seconds.round() as u64),
        quiet: quiet.is_some(),
        quiet_since: quiet.map(|quiet| quiet.since.to_string()),
    }
}

/// The address as configured; one with a password or token in it only in its redacted form.
pub(super) fn redacted_password(url: &url::Url) -> String {
    if url.password().is_some() || !url.username().is_empty() { redacted(url) } else { url.to_string() }
}

pub(super) fn alerts(config: Option<PathBuf>, format: Format, options: ListOptions) -> anyhow::Result<End> {
    list(config, format, options, |reader, filter, printer| {
        for row in reader.alerts(filter)? {
            let at = row.at;
            printer.record(&AlertRecord::from(row), |r| {
                format!("{}  {:9}  {:12}  {}", minute(at), r.kind, r.desk, cut(r.subject.as_deref().unwrap_or(""), 100))
            })?;
        }
        Ok(())
    })
}

pub(super) fn messages(config: Option<PathBuf>, format: Format, options: ListOptions) -> anyhow::Result<End> {
    list(config, format, options, |reader, filter, printer| {
        for row in reader.messages(filter)? {
            let at = row.created_at;
            printer.record(&MessageRecord::from(row), |r| {
                let error = r.last_error.as_deref().map(|e| format!("  ({} tries: {e})", r.attempts)).unwrap_or_default();
                format!("{}  {:7}  {:9}  {}  {}{error}", minute(at), r.state, r.kind, r.recipient, cut(&r.subject, 80))
            })?;
        }
        Ok(())
    })
}

fn list(
    config: Option<PathBuf>,
    format: Format,
    options: ListOptions,
    print: impl FnOnce(&Reader, &Filter, &mut Printer) -> anyhow::Result<()>,
) -> anyhow::Result<End> {
    let Some(settings) = setup::settings(config)? else { return Ok(End::Misconfigured) };
    let filter = filter(options)?;
    if let Some(topic) = &filter.topic
        && !settings.topics.iter().any(|t| t.id().as_str() == topic)
    {
        let known: Vec<&str> = settings.topics.iter().map(|t| t.id().as_str()).collect();
        bail!("--topic: there is no topic \"{topic}\"; known are {}", known.join(", "));
    }
    let reader = setup::reader(&settings)?;
    let mut printer = Printer::new(format);
    print(&reader, &filter, &mut printer)?;
    printer.finish()?;
    Ok(End::Done)
}

fn filter(options: ListOptions) -> anyhow::Result<Filter> {
    let since = options.since.as_deref().map(|text| setup::since(text, Clock::System.now())).transpose()?;
    let search = match options.search.split_first() {
        None => None,
        Some((word, rest)) if word == "search" && !rest.is_empty() => Some(full_text(rest)),
        Some((word, _)) => bail!("\"{word}\": only `search WORDS…` may stand here"),
    };
    Ok(Filter { since, topic: options.topic, feed: options.feed, state: options.state, search, limit: options.limit })
}

/// Words as a query that finds all of them: each quoted, so that no character of a word is read as syntax.
fn full_text(words: &[String]) -> String {
    let quoted = |w: &str| format!("\"{}\"", w.replace('"', "\"\""));
    words.iter().flat_map(|w| w.split_whitespace()).map(quoted).collect::<Vec<_>>().join(" ")
}

//! `vigie status`: how things stand.

use std::path::PathBuf;

use serde::Serialize;

use super::args::Format;
use super::{End, output, setup};
use crate::store::Counts;

/// `status --format json`.
#[derive(Serialize)]
struct StatusRecord {
    database: String,
    feeds: std::collections::BTreeMap<String, u64>,
    /// Feeds that answer and are silent for longer than they usually are; they count as `ok` too.
    quiet: u64,
    articles: u64,
    relevant: u64,
    stories: u64,
    to_read: u64,
    to_judge: u64,
    messages: std::collections::BTreeMap<String, u64>,
    oldest_queued: Option<String>,
    last_poll: Option<String>,
}

pub(super) fn run(config: Option<PathBuf>, format: Format) -> anyhow::Result<End> {
    let Some(settings) = setup::settings(config)? else { return Ok(End::Misconfigured) };
    let reader = setup::reader(&settings)?;
    let quiet = reader.feeds()?.iter().filter(|feed| feed.quiet().is_some()).count();
    let record = record(settings.database().display().to_string(), reader.counts()?, quiet as u64);
    output::print_one(format, &record, text)?;
    Ok(End::Done)
}

fn record(database: String, counts: Counts, quiet: u64) -> StatusRecord {
    StatusRecord {
        database,
        feeds: counts.feeds.into_iter().collect(),
        quiet,
        articles: counts.articles,
        relevant: counts.relevant,
        stories: counts.stories,
        to_read: counts.to_read,
        to_judge: counts.to_judge,
        messages: counts.messages.into_iter().collect(),
        oldest_queued: counts.oldest_queued_at.map(|at| at.to_string()),
        last_poll: counts.last_poll_at.map(|at| at.to_string()),
    }
}

fn text(record: &StatusRecord) -> String {
    let list = |counts: &std::collections::BTreeMap<String, u64>| {
        if counts.is_empty() {
            return "none".to_owned();
        }
        counts.iter().map(|(word, n)| format!("{n} {word}")).collect::<Vec<_>>().join(", ")
    };
    format!(
        "database  {}\nfeeds     {}{} (last poll {})\narticles  {} ({} relevant; {} to read, {} to judge)\nstories   {}\nmessages  {}{}",
        record.database,
        list(&record.feeds),
        if record.quiet > 0 { format!(", of them {} quiet", record.quiet) } else { String::new() },
        record.last_poll.as_deref().unwrap_or("never"),
        record.articles,
        record.relevant,
        record.to_read,
        record.to_judge,
        record.stories,
        list(&record.messages),
        record.oldest_queued.as_deref().map(|at| format!(" (oldest waiting since {at})")).unwrap_or_default(),
    )
}

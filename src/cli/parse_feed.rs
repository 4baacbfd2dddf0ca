//! `vigie parse-feed`: feed files to JSON lines.

use std::path::{Path, PathBuf};

use anyhow::bail;
use serde::Serialize;
use url::Url;

use super::End;
use super::args::{Format, ParseFeedOptions};
use super::output::{self, Printer};
use crate::clock::Clock;
use crate::feed::{self, FeedEntry};
use crate::fetch::Page;
use crate::types::url::parse_http;

/// A line of `parse-feed`.
#[derive(Serialize)]
struct FeedFileRecord {
    path: String,
    title: Option<String>,
    entries: Vec<EntryRecord>,
    problems: Vec<String>,
    error: Option<String>,
}

#[derive(Serialize)]
struct EntryRecord {
    id: String,
    title: String,
    url: Option<String>,
    published: Option<String>,
    summary: String,
}

pub(super) fn run(options: &ParseFeedOptions) -> anyhow::Result<End> {
    let url = match &options.url {
        Some(text) => match parse_http(text, None) {
            Some(url) => Some(url),
            None => bail!("--url: \"{text}\" is not a web address"),
        },
        None => None,
    };
    let mut printer = Printer::new(Format::Jsonl);
    let mut failed = false;
    for path in &options.paths {
        let record = one(path, url.as_ref());
        if let Some(error) = &record.error {
            failed = true;
            output::complain(&format!("{}: {error}", record.path));
        }
        printer.record(&record, |_| String::new())?;
    }
    printer.finish()?;
    Ok(if failed { End::SomeFailed } else { End::Done })
}

fn one(path: &Path, url: Option<&Url>) -> FeedFileRecord {
    let shown = path.display().to_string();
    let failed = |error: String| FeedFileRecord {
        path: shown.clone(),
        title: None,
        entries: Vec::new(),
        problems: Vec::new(),
        error: Some(error),
    };
    let page = match page(path, url) {
        Ok(page) => page,
        Err(error) => return failed(error.to_string()),
    };
    match feed::parse(&page) {
        Ok(parsed) => FeedFileRecord {
            title: parsed.title,
            entries: parsed.entries.into_iter().map(entry_record).collect(),
            problems: parsed.problems,
            error: None,
            path: shown,
        },
        Err(problem) => failed(problem.to_string()),
    }
}

fn entry_record(entry: FeedEntry) -> EntryRecord {
    let html = Some(entry.summary.as_str()).filter(|s| !s.is_empty()).or(entry.content.as_deref()).unwrap_or_default();
    EntryRecord {
        summary: feed::plain_text(html),
        id: entry.guid,
        title: entry.title,
        url: entry.link.map(String::from),
        published: entry.published.map(|at| at.to_string()),
    }
}

/// The saved feed; what lies in `PATH.headers` came with it, and a `Content-Location` there is nearer to it than `url`.
fn page(path: &Path, url: Option<&Url>) -> std::io::Result<Page> {
    let mut page = Page::saved(None, std::fs::read(path)?, Clock::System.now());
    let beside = PathBuf::from(format!("{}.headers", path.display()));
    if let Ok(headers) = std::fs::read_to_string(beside) {
        for (name, value) in headers.lines().filter_map(|line| line.split_once(':')) {
            page.headers.push(name.trim(), value.trim().as_bytes());
        }
    }
    page.url = page.headers.get("content-location").and_then(|l| parse_http(l, url)).or_else(|| url.cloned());
    Ok(page)
}

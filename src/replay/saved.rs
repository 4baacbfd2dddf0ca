//! A folder with `polls.jsonl`: saved answers of feeds and pages, each with its time.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Deserialize;
use url::Url;

use super::ReplayError;
use crate::feed::{FeedSpec, looks_like_feed};
use crate::fetch::{Headers, SavedAnswer, SavedBody, SavedFetcher};
use crate::types::FeedId;

#[derive(Deserialize)]
struct Line {
    at: String,
    url: String,
    file: Option<String>,
    status: Option<u16>,
    headers: Option<BTreeMap<String, String>>,
}

/// One poll of a feed that was saved.
#[derive(Debug, Clone)]
pub(super) struct SavedPoll {
    pub(super) at: Timestamp,
    pub(super) feed: FeedId,
}

/// What a folder holds.
pub(super) struct SavedFolder {
    /// Feeds that the configuration does not name.
    pub(super) more_feeds: Vec<FeedSpec>,
    /// The polls, in order.
    pub(super) polls: Vec<SavedPoll>,
    /// Lines that could not be read.
    pub(super) problems: Vec<ReplayError>,
}

/// The index file of a folder.
pub(super) fn index_of(folder: &Path) -> PathBuf {
    folder.join("polls.jsonl")
}

/// Reads a folder's index; every answer goes into `answers`.
pub(super) fn read(folder: &Path, configured: &[FeedSpec], answers: &mut SavedFetcher) -> Result<SavedFolder, ReplayError> {
    let index = index_of(folder);
    let text = std::fs::read_to_string(&index).map_err(|e| ReplayError::Input {
        path: index.display().to_string(),
        reason: format!("{e}; a folder to replay holds polls.jsonl"),
    })?;
    let mut problems = Vec::new();
    let mut lines: Vec<(Timestamp, Url, Line)> = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        match parse(line) {
            Ok(parsed) => lines.push(parsed),
            Err(reason) => problems.push(ReplayError::Input { path: format!("{}:{}", index.display(), number + 1), reason }),
        }
    }
    lines.sort_by_key(|(at, _, _)| *at);

    let mut feeds: BTreeMap<String, FeedId> = configured.iter().map(|f| (f.url.to_string(), f.id.clone())).collect();
    let mut taken: HashSet<FeedId> = feeds.values().cloned().collect();
    let mut pages: HashSet<String> = HashSet::new();
    let mut more_feeds = Vec::new();
    let mut polls = Vec::new();
    for (at, url, line) in lines {
        let status = line.status.unwrap_or(200);
        let file = line.file.as_ref().map(|f| folder.join(f));
        let address = url.to_string();
        if !feeds.contains_key(&address) && !pages.contains(&address) && (200..300).contains(&status) {
            if file.as_deref().is_some_and(is_feed) {
                let spec = unconfigured(&url, &mut taken);
                feeds.insert(address.clone(), spec.id.clone());
                more_feeds.push(spec);
            } else {
                pages.insert(address.clone());
            }
        }
        if let Some(feed) = feeds.get(&address) {
            polls.push(SavedPoll { at, feed: feed.clone() });
        }
        let mut headers = Headers::default();
        for (name, value) in line.headers.unwrap_or_default() {
            headers.push(&name, value.into_bytes());
        }
        let body = file.map_or_else(|| SavedBody::Bytes(Vec::new()), SavedBody::File);
        answers.insert(&url, at, SavedAnswer { status, headers, body });
    }
    Ok(SavedFolder { more_feeds, polls, problems })
}

fn parse(line: &str) -> Result<(Timestamp, Url, Line), String> {
    let line: Line = serde_json::from_str(line).map_err(|e| e.to_string())?;
    let at = line.at.parse().map_err(|_| format!("at: \"{}\" is not an RFC 3339 instant", line.at))?;
    let url =
        crate::types::url::parse_http(&line.url, None).ok_or_else(|| format!("url: \"{}\" is not a web address", line.url))?;
    if let Some(file) = &line.file
        && Path::new(file).components().any(|c| !matches!(c, std::path::Component::Normal(_) | std::path::Component::CurDir))
    {
        return Err(format!("file: \"{file}\" leaves the folder"));
    }
    Ok((at, url, line))
}

/// The first bytes tell a feed from a page.
fn is_feed(file: &Path) -> bool {
    use std::io::Read;
    const BEGINNING: u64 = 4096;
    let mut beginning = Vec::new();
    let read = std::fs::File::open(file).and_then(|f| f.take(BEGINNING).read_to_end(&mut beginning));
    read.is_ok() && looks_like_feed(&beginning)
}

fn unconfigured(url: &Url, taken: &mut HashSet<FeedId>) -> FeedSpec {
    let base = FeedSpec::derived_id(url);
    let mut id = base.clone();
    let mut number = 2;
    while !taken.insert(id.clone()) {
        id = FeedId(format!("{base}-{number}"));
        number += 1;
    }
    FeedSpec::new(id, url.clone())
}

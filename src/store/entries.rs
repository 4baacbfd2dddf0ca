//! Table `entries` and the inbox of read: written by poll, in one transaction with the feed's validators.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use url::Url;

use super::columns::{hash, list_to_json, micros};
use super::{Durability, Store, StoreError, feeds};
use crate::feed::FeedEntry;
use crate::fetch::Validators;
use crate::schedule::FeedState;
use crate::text::normalise;
use crate::types::url::canonical;
use crate::types::{FeedId, Lang};

/// What a poll brought, to be kept whole or not at all.
#[derive(Debug, Clone)]
pub struct PollRecord {
    /// The feed.
    pub feed: FeedId,
    /// When the answer was complete.
    pub at: Timestamp,
    /// The answer's validators; `None` keeps those of before (a failure).
    pub validators: Option<Validators>,
    /// Where the feed is asked from now on, when it moved for good.
    pub moved_to: Option<Url>,
    /// The feed's own title.
    pub title: Option<String>,
    /// Its declared language.
    pub language: Option<Lang>,
    /// Its entries.
    pub entries: Vec<FeedEntry>,
}

/// What of it was new.
#[derive(Debug, Clone, PartialEq)]
pub struct PollCommitted {
    /// Entries never seen before.
    pub new_entries: usize,
    /// Known entries with another title.
    pub revised_entries: usize,
    /// The feed's state from now on.
    pub state: FeedState,
}

/// How often one entry may come back as a new revision: a headline that flickers must not become a stream.
const MOST_REVISIONS: i64 = 6;

/// `last_seen_at` is only for retention; it need not be exact.
const SEEN_AGAIN_AFTER_MICROS: i64 = 12 * 3600 * 1_000_000;

impl Store {
    /// Keeps what a poll brought; `decide` gives the feed's next state once it is known how many entries were new.
    pub async fn record_poll(
        &self,
        record: PollRecord,
        decide: impl FnOnce(usize) -> FeedState + Send + 'static,
    ) -> Result<PollCommitted, StoreError> {
        self.write(Durability::Normal, move |tx| {
            if record.title.is_some() || record.language.is_some() {
                tx.prepare_cached("UPDATE feeds SET title = coalesce(?2, title), language = coalesce(?3, language) WHERE id = ?1 AND (title IS NOT ?2 OR language IS NOT ?3)")?
                    .execute(params![record.feed.as_str(), record.title, record.language.map(|l| l.as_str().to_owned())])?;
            }
            let links = links_of(&record.entries);
            let (mut new_entries, mut revised_entries) = (0, 0);
            // Oldest first, so that the order of arrival is the order of publication within one poll.
            for (entry, link) in record.entries.iter().zip(&links).rev() {
                match keep_entry(tx, &record, entry, link.as_deref())? {
                    Kept::New => new_entries += 1,
                    Kept::Revised => revised_entries += 1,
                    Kept::Known => {}
                }
            }
            let state = decide(new_entries);
            feeds::write_state(tx, &state, record.validators.as_ref(), record.moved_to.as_ref())?;
            Ok(PollCommitted { new_entries, revised_entries, state })
        })
        .await
    }
}

enum Kept {
    New,
    Revised,
    Known,
}

/// The canonical link of each entry; none where several entries of the document share it, for then it identifies nothing.
fn links_of(entries: &[FeedEntry]) -> Vec<Option<String>> {
    let links: Vec<Option<String>> = entries.iter().map(|e| e.link.as_ref().map(canonical)).collect();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for link in links.iter().flatten() {
        *counts.entry(link).or_default() += 1;
    }
    links.iter().map(|link| link.clone().filter(|l| counts[l.as_str()] == 1)).collect()
}

struct Known {
    id: i64,
    title_hash: i64,
    revision: i64,
    last_seen_at: i64,
}

fn keep_entry(tx: &Connection, record: &PollRecord, entry: &FeedEntry, link: Option<&str>) -> Result<Kept, StoreError> {
    let title_hash = hash(&normalise::fold(&entry.title));
    let Some(known) = find(tx, &record.feed, &entry.guid, link)? else {
        insert(tx, record, entry, link, title_hash)?;
        return Ok(Kept::New);
    };
    if known.title_hash != title_hash && known.revision < MOST_REVISIONS {
        tx.prepare_cached(
            "UPDATE entries SET title = ?2, title_hash = ?3, summary = ?4, content = ?5, published_at = coalesce(?6, published_at),
                 revision = revision + 1, last_seen_at = ?7 WHERE id = ?1",
        )?
        .execute(params![
            known.id,
            entry.title,
            title_hash,
            entry.summary,
            entry.content,
            entry.published.map(micros),
            micros(record.at)
        ])?;
        queue(tx, known.id, known.revision + 1, record.at)?;
        return Ok(Kept::Revised);
    }
    if micros(record.at) - known.last_seen_at > SEEN_AGAIN_AFTER_MICROS {
        tx.prepare_cached("UPDATE entries SET last_seen_at = ?2 WHERE id = ?1")?.execute(params![known.id, micros(record.at)])?;
    }
    Ok(Kept::Known)
}

/// By guid, else by link: some feeds make a new guid at every poll.
fn find(tx: &Connection, feed: &FeedId, guid: &str, link: Option<&str>) -> Result<Option<Known>, StoreError> {
    let read =
        |r: &rusqlite::Row<'_>| Ok(Known { id: r.get(0)?, title_hash: r.get(1)?, revision: r.get(2)?, last_seen_at: r.get(3)? });
    let by_guid = tx
        .prepare_cached("SELECT id, title_hash, revision, last_seen_at FROM entries WHERE feed_id = ?1 AND guid = ?2")?
        .query_row(params![feed.as_str(), guid], read)
        .optional()?;
    if by_guid.is_some() {
        return Ok(by_guid);
    }
    let Some(link) = link else { return Ok(None) };
    Ok(tx
        .prepare_cached(
            "SELECT id, title_hash, revision, last_seen_at FROM entries WHERE canonical_link = ?2 AND feed_id = ?1 LIMIT 1",
        )?
        .query_row(params![feed.as_str(), link], read)
        .optional()?)
}

fn insert(
    tx: &Connection,
    record: &PollRecord,
    entry: &FeedEntry,
    link: Option<&str>,
    title_hash: i64,
) -> Result<(), StoreError> {
    // The same article announced by two feeds of one outlet is read once.
    let announced_elsewhere = match link {
        Some(link) => tx
            .prepare_cached("SELECT 1 FROM entries WHERE canonical_link = ?1 AND feed_id <> ?2 LIMIT 1")?
            .exists(params![link, record.feed.as_str()])?,
        None => false,
    };
    tx.prepare_cached(
        "INSERT INTO entries (feed_id, guid, link, canonical_link, title, title_hash, summary, content, authors, published_at, language, first_seen_at, last_seen_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12)",
    )?
    .execute(params![
        record.feed.as_str(),
        entry.guid,
        entry.link.as_ref().map(Url::as_str),
        link,
        entry.title,
        title_hash,
        entry.summary,
        entry.content,
        list_to_json(&entry.authors),
        entry.published.map(micros),
        entry.language.or(record.language).map(|l| l.as_str().to_owned()),
        micros(record.at),
    ])?;
    if !announced_elsewhere {
        queue(tx, tx.last_insert_rowid(), 1, record.at)?;
    }
    Ok(())
}

fn queue(tx: &Connection, entry: i64, revision: i64, at: Timestamp) -> Result<(), StoreError> {
    tx.prepare_cached("INSERT OR IGNORE INTO read_queue (entry_id, revision, next_at) VALUES (?1, ?2, ?3)")?.execute(params![
        entry,
        revision,
        micros(at)
    ])?;
    Ok(())
}

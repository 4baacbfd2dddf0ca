//! Table `feeds`: written by poll.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use url::Url;

use super::columns::{collect, instant, lang, micros, opt_url};
use super::{Durability, Store, StoreError};
use crate::fetch::Validators;
use crate::schedule::{self, FeedState, FeedStatus, Quiet};
use crate::types::{FeedId, Lang};

/// A feed as the configuration wants it.
#[derive(Debug, Clone)]
pub struct FeedSeed {
    /// The feed.
    pub id: FeedId,
    /// Its name for people.
    pub name: Option<String>,
    /// Its configured address.
    pub url: Url,
    /// The interval that applies to it.
    pub interval: Duration,
    /// When a feed never polled before is due first.
    pub first_poll_at: Timestamp,
}

/// A feed that is due.
#[derive(Debug, Clone)]
pub struct DueFeed {
    /// Where it is asked: the configured address, or where a permanent redirect led.
    pub url: Url,
    /// What its last answer carried.
    pub validators: Validators,
    /// What its past says.
    pub state: FeedState,
}

/// A feed as people see it.
#[derive(Debug, Clone)]
pub struct FeedRow {
    /// Name, else its own title.
    pub name: Option<String>,
    /// The feed's declared language.
    pub language: Option<Lang>,
    /// The address asked, and what the last poll left.
    pub feed: DueFeed,
}

impl FeedRow {
    /// Whether it is silent for longer than it usually is.
    pub fn quiet(&self) -> Option<Quiet> {
        schedule::quiet(&self.feed.state)
    }
}

/// The columns that [`feed_row`] reads, from the first on.
pub(super) const COLUMNS: &str = "id, url, etag, last_modified, status, interval_ms, next_poll_at, last_polled_at, last_new_at, failures, unchanged, rhythm_seconds, last_error, \
     coalesce(name, title), language, validators_url, status_since, longest_gap_seconds";

/// How many they are.
pub(super) const WIDTH: usize = 18;

/// The feeds that may be claimed: word for word the condition of the index `feeds_due`, which is used for nothing else.
const CLAIMABLE: &str = "configured = 1 AND leased_until IS NULL AND status NOT IN ('gone', 'paused')";

impl Store {
    /// Drops every claim: at the start of a process that is the only one, whoever made them is gone.
    pub async fn drop_claims(&self) -> Result<(), StoreError> {
        self.write(Durability::Normal, |tx| {
            tx.execute("UPDATE feeds SET leased_by = NULL, leased_until = NULL WHERE leased_until IS NOT NULL", [])?;
            tx.execute("UPDATE read_queue SET leased_by = NULL, leased_until = NULL WHERE leased_until IS NOT NULL", [])?;
            tx.execute("UPDATE outbox SET state = 'queued', leased_by = NULL, leased_until = NULL WHERE state = 'sending'", [])?;
            Ok(())
        })
        .await
    }

    /// Drops the claims on feeds and reads that have run out, whose work could not be kept; returns how many.
    pub async fn drop_old_claims(&self, now: Timestamp) -> Result<usize, StoreError> {
        // Nearly always there are none, which is not worth a transaction.
        let looks =
            "SELECT 1 FROM feeds WHERE leased_until <= ?1 UNION ALL SELECT 1 FROM read_queue WHERE leased_until <= ?1 LIMIT 1";
        if !self.any_due(looks, now).await? {
            return Ok(0);
        }
        self.write(Durability::Normal, move |tx| {
            let mut dropped = 0;
            for table in ["feeds", "read_queue"] {
                let sql = format!("UPDATE {table} SET leased_by = NULL, leased_until = NULL WHERE leased_until <= ?1");
                dropped += tx.prepare_cached(&sql)?.execute([micros(now)])?;
            }
            Ok(dropped)
        })
        .await
    }

    /// Makes the table agree with the configuration: new feeds come in, feeds with another address start anew, absent ones rest. What agrees is not written.
    pub async fn sync_feeds(&self, seeds: Vec<FeedSeed>, now: Timestamp) -> Result<(), StoreError> {
        self.write(Durability::Normal, move |tx| {
            let wanted: HashSet<&str> = seeds.iter().map(|seed| seed.id.as_str()).collect();
            let configured: Vec<String> = collect(tx, "SELECT id FROM feeds WHERE configured = 1", [], |row| row.get(0))?;
            for id in configured.iter().filter(|id| !wanted.contains(id.as_str())) {
                tx.prepare_cached("UPDATE feeds SET configured = 0 WHERE id = ?1")?.execute([id])?;
            }
            for seed in &seeds {
                sync_one(tx, seed, now)?;
            }
            Ok(())
        })
        .await
    }

    /// Claims up to `limit` feeds that are due, earliest first, until `lease_until`.
    pub async fn claim_feeds(&self, now: Timestamp, lease_until: Timestamp, limit: usize) -> Result<Vec<DueFeed>, StoreError> {
        // A claim that would find none is not worth a transaction.
        if self.next_poll().await?.is_none_or(|next| next > now) {
            return Ok(Vec::new());
        }
        self.write(Durability::Normal, move |tx| {
            let mut feeds = collect(tx, &claims(), params![micros(now), micros(lease_until), limit as i64], feed_row)?;
            feeds.sort_by(|a, b| {
                (a.feed.state.next_poll_at, &a.feed.state.feed).cmp(&(b.feed.state.next_poll_at, &b.feed.state.feed))
            });
            Ok(feeds.into_iter().map(|row| row.feed).collect())
        })
        .await
    }

    /// Gives other dates to the feeds for which `mend` has any, of those that are due after `furthest` or were polled after `now`; returns how many.
    pub async fn mend_dates(
        &self,
        now: Timestamp,
        furthest: Timestamp,
        mend: impl Fn(&FeedState) -> Option<FeedState> + Send + Sync + 'static,
    ) -> Result<usize, StoreError> {
        let suspects = move |c: &Connection| -> Result<Vec<FeedState>, StoreError> {
            let sql = format!("SELECT {COLUMNS} FROM feeds WHERE configured = 1 AND (next_poll_at > ?1 OR last_polled_at > ?2)");
            let feeds = collect(c, &sql, params![micros(furthest), micros(now)], feed_row)?;
            Ok(feeds.iter().filter_map(|row| mend(&row.feed.state)).collect())
        };
        let suspects = Arc::new(suspects);
        let looking = suspects.clone();
        // Nearly always there are none, which is not worth a transaction.
        if self.read(move |c| Ok(looking(c)?.is_empty())).await? {
            return Ok(0);
        }
        self.write(Durability::Normal, move |tx| {
            let mended = suspects(tx)?;
            for state in &mended {
                tx.prepare_cached(
                    "UPDATE feeds SET next_poll_at = ?2, last_polled_at = ?3, last_new_at = ?4, status_since = ?5 WHERE id = ?1",
                )?
                .execute(params![
                    state.feed.as_str(),
                    micros(state.next_poll_at),
                    state.last_polled_at.map(micros),
                    state.last_new_at.map(micros),
                    state.status_since.map(micros)
                ])?;
            }
            Ok(mended.len())
        })
        .await
    }

    /// One feed, whether due or not.
    pub async fn feed(&self, id: FeedId) -> Result<Option<DueFeed>, StoreError> {
        self.read(move |c| Ok(feed_by_id(c, &id)?.map(|row| row.feed))).await
    }

    /// When the next feed is due that nobody has claimed.
    pub async fn next_poll(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(|c| {
            let at: Option<i64> = c.prepare_cached(&next_due())?.query_row([], |r| r.get(0)).optional()?;
            Ok(at.map(instant))
        })
        .await
    }

    /// All configured feeds, by id.
    pub async fn feeds(&self) -> Result<Vec<FeedRow>, StoreError> {
        self.read(all_feeds).await
    }
}

fn next_due() -> String {
    format!("SELECT next_poll_at FROM feeds WHERE {CLAIMABLE} ORDER BY next_poll_at LIMIT 1")
}

fn claims() -> String {
    format!(
        "UPDATE feeds SET leased_by = 'poll', leased_until = ?2 WHERE id IN (
             SELECT id FROM feeds WHERE {CLAIMABLE} AND next_poll_at <= ?1 ORDER BY next_poll_at, id LIMIT ?3)
         RETURNING {COLUMNS}"
    )
}

/// All configured feeds, by id.
pub(super) fn all_feeds(connection: &Connection) -> Result<Vec<FeedRow>, StoreError> {
    collect(connection, &format!("SELECT {COLUMNS} FROM feeds WHERE configured = 1 ORDER BY id"), [], feed_row)
}

fn feed_by_id(connection: &Connection, id: &FeedId) -> Result<Option<FeedRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM feeds WHERE id = ?1");
    Ok(connection.prepare_cached(&sql)?.query_row([id.as_str()], feed_row).optional()?)
}

fn sync_one(tx: &Connection, seed: &FeedSeed, now: Timestamp) -> Result<(), StoreError> {
    let interval_ms = i64::try_from(seed.interval.as_millis()).unwrap_or(i64::MAX);
    let known: Option<(String, bool)> = tx
        .prepare_cached(
            "SELECT configured_url, configured = 1 AND status <> 'paused' AND name IS ?2 AND interval_ms = ?3 FROM feeds WHERE id = ?1",
        )?
        .query_row(params![seed.id.as_str(), seed.name, interval_ms], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?;
    match known {
        Some((url, agrees)) if url == seed.url.as_str() => {
            if agrees {
                return Ok(());
            }
            tx.prepare_cached(
                "UPDATE feeds SET configured = 1, name = ?2, interval_ms = ?3, status = iif(status = 'paused', 'ok', status) WHERE id = ?1",
            )?
            .execute(params![seed.id.as_str(), seed.name, interval_ms])?;
        }
        Some(_) => {
            // Validators belong to the address that issued them.
            tx.prepare_cached(
                "UPDATE feeds SET configured = 1, name = ?2, interval_ms = ?3, configured_url = ?4, url = ?4, etag = NULL, last_modified = NULL, validators_url = NULL,
                     status = 'ok', status_since = NULL, failures = 0, unchanged = 0, last_error = NULL, next_poll_at = ?5,
                     told = NULL, told_at = NULL, told_since = NULL WHERE id = ?1",
            )?
            .execute(params![seed.id.as_str(), seed.name, interval_ms, seed.url.as_str(), micros(seed.first_poll_at)])?;
        }
        None => {
            tx.prepare_cached(
                "INSERT INTO feeds (id, name, configured_url, url, interval_ms, next_poll_at, added_at) VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                seed.id.as_str(),
                seed.name,
                seed.url.as_str(),
                interval_ms,
                micros(seed.first_poll_at),
                micros(now)
            ])?;
        }
    }
    Ok(())
}

/// Writes the state that a poll left; `validators` only when the answer may replace them.
pub(super) fn write_state(
    tx: &Connection,
    state: &FeedState,
    validators: Option<&Validators>,
    url: Option<&Url>,
) -> Result<(), StoreError> {
    tx.prepare_cached(
        "UPDATE feeds SET status = ?2, next_poll_at = ?3, last_polled_at = ?4, last_new_at = ?5, failures = ?6, unchanged = ?7, rhythm_seconds = ?8,
             last_error = ?9, url = coalesce(?10, url), status_since = ?11, longest_gap_seconds = ?12, leased_by = NULL, leased_until = NULL WHERE id = ?1",
    )?
    .execute(params![
        state.feed.as_str(),
        status_word(state.status),
        micros(state.next_poll_at),
        state.last_polled_at.map(micros),
        state.last_new_at.map(micros),
        state.failures,
        state.unchanged,
        state.rhythm_seconds,
        state.last_error,
        url.map(Url::as_str),
        state.status_since.map(micros),
        state.longest_gap_seconds,
    ])?;
    if let Some(validators) = validators {
        tx.prepare_cached("UPDATE feeds SET etag = ?2, last_modified = ?3, validators_url = ?4 WHERE id = ?1")?.execute(
            params![
                state.feed.as_str(),
                validators.etag,
                validators.last_modified,
                validators.issued_by.as_ref().map(Url::as_str)
            ],
        )?;
    }
    Ok(())
}

/// The word for a status in tables and output records.
pub fn status_word(status: FeedStatus) -> &'static str {
    match status {
        FeedStatus::Ok => "ok",
        FeedStatus::Failing => "failing",
        FeedStatus::Gone => "gone",
        FeedStatus::Paused => "paused",
    }
}

pub(super) fn feed_row(row: &Row<'_>) -> rusqlite::Result<FeedRow> {
    let id: String = row.get(0)?;
    let url: String = row.get(1)?;
    let status: String = row.get(4)?;
    let interval_ms: i64 = row.get(5)?;
    let state = FeedState {
        feed: FeedId(id),
        status: match status.as_str() {
            "failing" => FeedStatus::Failing,
            "gone" => FeedStatus::Gone,
            "paused" => FeedStatus::Paused,
            _ => FeedStatus::Ok,
        },
        status_since: row.get::<_, Option<i64>>(16)?.map(instant),
        interval: Duration::from_millis(interval_ms.unsigned_abs()),
        next_poll_at: instant(row.get(6)?),
        last_polled_at: row.get::<_, Option<i64>>(7)?.map(instant),
        last_new_at: row.get::<_, Option<i64>>(8)?.map(instant),
        failures: row.get(9)?,
        unchanged: row.get(10)?,
        rhythm_seconds: row.get(11)?,
        longest_gap_seconds: row.get(17)?,
        last_error: row.get(12)?,
    };
    let url =
        Url::parse(&url).map_err(|e| rusqlite::Error::FromSqlConversionFailure(1, rusqlite::types::Type::Text, Box::new(e)))?;
    Ok(FeedRow {
        name: row.get(13)?,
        language: lang(row.get(14)?),
        feed: DueFeed {
            url,
            validators: Validators { etag: row.get(2)?, last_modified: row.get(3)?, issued_by: opt_url(row.get(15)?) },
            state,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::StoreOptions;

    /// How SQLite goes about a query.
    async fn plan(sql: String) -> String {
        let store = Store::open(StoreOptions::default()).expect("a store in memory");
        let read = move |c: &Connection| {
            let mut explain = c.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
            let values = vec![1; explain.parameter_count()];
            let steps: Vec<String> =
                explain.query_map(rusqlite::params_from_iter(values), |row| row.get(3))?.collect::<Result<_, _>>()?;
            Ok(steps.join("; "))
        };
        store.read(read).await.expect("a plan")
    }

    #[tokio::test]
    async fn looking_for_due_feeds_reads_only_the_rows_that_are_taken() {
        assert_eq!(plan(next_due()).await, "SCAN feeds USING INDEX feeds_due");
        let claims = plan(claims()).await;
        assert!(claims.ends_with("SEARCH feeds USING INDEX feeds_due (next_poll_at<?)"), "no sort follows: {claims}");
    }
}

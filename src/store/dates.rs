//! Dates of waiting work that only a clock which has jumped can have set.

use jiff::Timestamp;
use rusqlite::{Connection, Params, params};

use super::columns::micros;
use super::{Durability, Store, StoreError};

/// The latest dates that make sense now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LatestDates {
    /// The present.
    pub now: Timestamp,
    /// What desks were told.
    pub told: Timestamp,
    /// The end of a claim made now.
    pub lease: Timestamp,
    /// The next try of a page.
    pub read: Timestamp,
    /// The next try of a message.
    pub send: Timestamp,
}

/// What was pulled back, rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mended {
    /// Reads, messages and claims.
    pub waits: usize,
    /// Alerts and digests of desks, which judge keeps in memory.
    pub told: usize,
}

/// What looks for a row, what mends it; both take the date that is too late and the one that it gets.
const WAITS: [(&str, &str); 5] = [
    ("SELECT 1 FROM read_queue WHERE next_at > ?1 AND ?2 LIMIT 1", "UPDATE read_queue SET next_at = ?2 WHERE next_at > ?1"),
    (
        "SELECT 1 FROM outbox WHERE state = 'queued' AND next_at > ?1 AND ?2 LIMIT 1",
        "UPDATE outbox SET next_at = ?2 WHERE state = 'queued' AND next_at > ?1",
    ),
    ("SELECT 1 FROM feeds WHERE leased_until > ?1 AND ?2 LIMIT 1", "UPDATE feeds SET leased_until = ?2 WHERE leased_until > ?1"),
    (
        "SELECT 1 FROM read_queue WHERE leased_until > ?1 AND ?2 LIMIT 1",
        "UPDATE read_queue SET leased_until = ?2 WHERE leased_until > ?1",
    ),
    (
        "SELECT 1 FROM outbox WHERE state = 'sending' AND leased_until > ?1 AND ?2 LIMIT 1",
        "UPDATE outbox SET leased_until = ?2 WHERE state = 'sending' AND leased_until > ?1",
    ),
];
const TOLD: [(&str, &str); 2] = [
    ("SELECT 1 FROM alerts WHERE at > ?1 AND ?2 LIMIT 1", "UPDATE alerts SET at = ?2 WHERE at > ?1"),
    (
        "SELECT 1 FROM desks WHERE max(first_seen_at, last_digest_at) > ?1 AND ?2 LIMIT 1",
        "UPDATE desks SET first_seen_at = min(first_seen_at, ?2), last_digest_at = min(last_digest_at, ?2) WHERE max(first_seen_at, last_digest_at) > ?1",
    ),
];

impl Store {
    /// Pulls back the dates of waiting work that lie later than any can: what was put off is tried now, a claim runs out as one made now, and what desks
    /// were told last was told now.
    pub async fn mend_waits(&self, latest: LatestDates) -> Result<Mended, StoreError> {
        // Nearly always there are none, which is not worth a transaction.
        let is_needed = self.read(move |c| {
            for (looks, _, limit, given) in steps(latest) {
                if c.prepare_cached(looks)?.exists(params![micros(limit), micros(given)])? {
                    return Ok(true);
                }
            }
            Ok(false)
        });
        if !is_needed.await? {
            return Ok(Mended::default());
        }
        self.write(Durability::Full, move |tx| {
            let mut mended = Mended::default();
            for (at, (_, mends, limit, given)) in steps(latest).enumerate() {
                let rows = execute(tx, mends, params![micros(limit), micros(given)])?;
                *if at < WAITS.len() { &mut mended.waits } else { &mut mended.told } += rows;
            }
            Ok(mended)
        })
        .await
    }
}

/// Every step with the date that is too late and the one that it gets.
fn steps(latest: LatestDates) -> impl Iterator<Item = (&'static str, &'static str, Timestamp, Timestamp)> {
    let LatestDates { now, told, lease, read, send } = latest;
    let waits = [(read, now), (send, now), (lease, lease), (lease, lease), (lease, lease)];
    let told = [(told, now), (told, now)];
    let all = WAITS.into_iter().zip(waits).chain(TOLD.into_iter().zip(told));
    all.map(|((looks, mends), (limit, given))| (looks, mends, limit, given))
}

fn execute(tx: &Connection, sql: &str, values: impl Params) -> Result<usize, StoreError> {
    Ok(tx.prepare_cached(sql)?.execute(values)?)
}

//! Dates of waiting work that only a clock which has jumped can have set.

use jiff::Timestamp;
use rusqlite::params;

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

/// Rows with a date that may be too late.
struct Step {
    table: &'static str,
    /// `?1` is the latest date that makes sense.
    is_late: &'static str,
    /// `?2` is the date that is given instead.
    mend: &'static str,
    latest: Timestamp,
    given: Timestamp,
    /// Concerns what desks were told.
    is_told: bool,
}

impl LatestDates {
    fn steps(self) -> [Step; 7] {
        let wait =
            |table, is_late, latest| Step { table, is_late, mend: "next_at = ?2", latest, given: self.now, is_told: false };
        let claim = |table, is_late| {
            let lease = self.lease;
            Step { table, is_late, mend: "leased_until = ?2", latest: lease, given: lease, is_told: false }
        };
        let told = |table, is_late, mend| Step { table, is_late, mend, latest: self.told, given: self.now, is_told: true };
        [
            wait("read_queue", "next_at > ?1", self.read),
            wait("outbox", "state = 'queued' AND next_at > ?1", self.send),
            claim("feeds", "leased_until > ?1"),
            claim("read_queue", "leased_until > ?1"),
            claim("outbox", "state = 'sending' AND leased_until > ?1"),
            told("alerts", "at > ?1", "at = ?2"),
            told(
                "desks",
                "max(first_seen_at, last_digest_at) > ?1",
                "first_seen_at = min(first_seen_at, ?2), last_digest_at = min(last_digest_at, ?2)",
            ),
        ]
    }
}

impl Store {
    /// Pulls back the dates of waiting work that lie later than any can: what was put off is tried now, a claim runs out as one made now, and what desks
    /// were told last was told now.
    pub async fn mend_waits(&self, latest: LatestDates) -> Result<Mended, StoreError> {
        // Nearly always there are none, which is not worth a transaction.
        let is_needed = self.read(move |c| {
            for Step { table, is_late, latest, .. } in latest.steps() {
                let sql = format!("SELECT 1 FROM {table} WHERE {is_late} LIMIT 1");
                if c.prepare_cached(&sql)?.exists([micros(latest)])? {
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
            for Step { table, is_late, mend, latest, given, is_told } in latest.steps() {
                let sql = format!("UPDATE {table} SET {mend} WHERE {is_late}");
                let rows = tx.prepare_cached(&sql)?.execute(params![micros(latest), micros(given)])?;
                *if is_told { &mut mended.told } else { &mut mended.waits } += rows;
            }
            Ok(mended)
        })
        .await
    }
}

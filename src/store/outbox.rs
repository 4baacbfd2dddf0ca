//! Table `outbox`: judge appends (with the alert), send alone updates.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::columns::{collect, instant, micros};
use super::merges::held_by;
use super::{Durability, Store, StoreError};
use crate::types::StoryId;

/// A message that is due.
#[derive(Debug, Clone)]
pub struct DueMessage {
    /// Its row.
    pub id: i64,
    /// Its one recipient.
    pub recipient: String,
    /// Without angle brackets.
    pub message_id: String,
    /// The bytes, the same at every try.
    pub bytes: Vec<u8>,
    /// Tries before this one.
    pub attempts: u32,
    /// When it was decided.
    pub created_at: Timestamp,
}

/// What became of a try.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Accepted.
    Sent,
    /// Not now; again at `next_at`.
    Deferred {
        /// When.
        next_at: Timestamp,
        /// The relay's words.
        error: String,
        /// False when the relay could not be used at all, which is not the message's fault.
        counts: bool,
    },
    /// Never: refused, or given up.
    Failed {
        /// The relay's words.
        error: String,
    },
}

/// A message to be appended.
pub(super) struct Letter<'a> {
    pub(super) alert: i64,
    pub(super) desk: &'a str,
    pub(super) recipient: &'a str,
    pub(super) kind: &'a str,
    pub(super) story: Option<StoryId>,
    pub(super) message_id: &'a str,
    pub(super) subject: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) at: Timestamp,
}

/// Appends a message that is due at once.
pub(super) fn append(tx: &Connection, letter: &Letter<'_>) -> Result<(), StoreError> {
    tx.prepare_cached(
        "INSERT INTO outbox (alert_id, desk, recipient, kind, story_id, message_id, subject, bytes, created_at, next_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)",
    )?
    .execute(params![
        letter.alert,
        letter.desk,
        letter.recipient,
        letter.kind,
        letter.story.map(|s| s.0),
        letter.message_id,
        letter.subject,
        letter.bytes,
        micros(letter.at)
    ])?;
    Ok(())
}

impl Store {
    /// Claims up to `limit` messages that are due, oldest first; a mail of a story waits for the earlier one to the same recipient.
    pub async fn claim_messages(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
    ) -> Result<Vec<DueMessage>, StoreError> {
        if !self.any_due("SELECT 1 FROM outbox WHERE state = 'queued' AND next_at <= ?1 LIMIT 1", now).await? {
            return Ok(Vec::new());
        }
        self.write(Durability::Full, move |tx| {
            let mut due = collect(
                tx,
                concat!(
                    "UPDATE outbox SET state = 'sending', leased_by = 'send', leased_until = ?2 WHERE id IN (
                     SELECT o.id FROM outbox o WHERE o.state = 'queued' AND o.next_at <= ?1
                         AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.recipient = o.recipient AND e.story_id IN ",
                    held_by!("o.story_id"),
                    " AND e.kind = 'immediate' AND e.id < o.id AND e.state IN ('queued', 'sending'))
                     ORDER BY o.id LIMIT ?3)
                 RETURNING id, recipient, message_id, bytes, attempts, created_at"
                ),
                params![micros(now), micros(lease_until), limit as i64],
                |r| {
                    Ok(DueMessage {
                        id: r.get(0)?,
                        recipient: r.get(1)?,
                        message_id: r.get(2)?,
                        bytes: r.get::<_, Option<Vec<u8>>>(3)?.unwrap_or_default(),
                        attempts: r.get(4)?,
                        created_at: instant(r.get(5)?),
                    })
                },
            )?;
            due.sort_by_key(|m| m.id);
            Ok(due)
        })
        .await
    }

    /// Gives back messages that were claimed and not tried.
    pub async fn release_messages(&self, ids: Vec<i64>) -> Result<(), StoreError> {
        self.write(Durability::Normal, move |tx| {
            for id in ids {
                tx.prepare_cached(
                    "UPDATE outbox SET state = 'queued', leased_by = NULL, leased_until = NULL WHERE id = ?1 AND state = 'sending'",
                )?
                .execute([id])?;
            }
            Ok(())
        })
        .await
    }

    /// Notes what became of a try, on the disk before this returns.
    pub async fn record_delivery(&self, id: i64, at: Timestamp, outcome: Outcome) -> Result<(), StoreError> {
        self.write(Durability::Full, move |tx| {
            let done = match &outcome {
                Outcome::Sent => tx
                    .prepare_cached(
                        "UPDATE outbox SET state = 'sent', sent_at = ?2, attempts = attempts + 1, last_error = NULL, leased_by = NULL, leased_until = NULL
                         WHERE id = ?1",
                    )?
                    .execute(params![id, micros(at)])?,
                Outcome::Deferred { next_at, error, counts } => tx
                    .prepare_cached(
                        "UPDATE outbox SET state = 'queued', next_at = ?2, attempts = attempts + ?4, last_error = ?3, leased_by = NULL, leased_until = NULL
                         WHERE id = ?1",
                    )?
                    .execute(params![id, micros(*next_at), error, i64::from(*counts)])?,
                Outcome::Failed { error } => tx
                    .prepare_cached(
                        "UPDATE outbox SET state = 'failed', attempts = attempts + 1, last_error = ?2, leased_by = NULL, leased_until = NULL WHERE id = ?1",
                    )?
                    .execute(params![id, error])?,
            };
            debug_assert_eq!(done, 1, "a delivery belongs to a row");
            Ok(())
        })
        .await
    }

    /// Drops what waits for recipients that no desk names any more; returns how many rows.
    pub async fn drop_unknown_recipients(&self, known: Vec<(String, String)>) -> Result<usize, StoreError> {
        self.write(Durability::Normal, move |tx| {
            let waiting: Vec<(i64, String, String)> =
                collect(tx, "SELECT id, desk, recipient FROM outbox WHERE state = 'queued'", [], |r| {
                    Ok((r.get(0)?, r.get(1)?, r.get(2)?))
                })?;
            let mut dropped = 0;
            for (id, desk, recipient) in waiting {
                if !known.iter().any(|(d, r)| *d == desk && *r == recipient) {
                    tx.execute(
                        "UPDATE outbox SET state = 'dropped', last_error = 'the recipient left the desk' WHERE id = ?1",
                        [id],
                    )?;
                    dropped += 1;
                }
            }
            Ok(dropped)
        })
        .await
    }

    /// Puts messages that failed back into the queue; returns how many.
    pub async fn retry_failed(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.write(Durability::Full, move |tx| {
            Ok(tx.execute(
                "UPDATE outbox SET state = 'queued', attempts = 0, next_at = ?1, created_at = created_at WHERE state = 'failed' AND bytes IS NOT NULL",
                [micros(now)],
            )?)
        })
        .await
    }

    /// When the next message is due.
    pub async fn next_message(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(|c| {
            let at: Option<i64> =
                c.prepare_cached("SELECT min(next_at) FROM outbox WHERE state = 'queued'")?.query_row([], |r| r.get(0))?;
            Ok(at.map(instant))
        })
        .await
    }
}

/// The few numbers that a status line shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Vitals {
    /// Configured feeds.
    pub feeds: u64,
    /// Those of them whose last poll failed.
    pub failing: u64,
    /// Messages not yet sent.
    pub queued: u64,
}

impl Store {
    /// The few numbers that a status line shows.
    pub async fn vitals(&self) -> Result<Vitals, StoreError> {
        self.read(|c| {
            let sql = "SELECT (SELECT count(*) FROM feeds WHERE configured = 1), (SELECT count(*) FROM feeds WHERE configured = 1 AND status = 'failing'),
                (SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending'))";
            let count = |r: &rusqlite::Row<'_>, i: usize| r.get::<_, i64>(i).map(i64::unsigned_abs);
            Ok(c.query_row(sql, [], |r| Ok(Vitals { feeds: count(r, 0)?, failing: count(r, 1)?, queued: count(r, 2)? }))?)
        })
        .await
    }
}

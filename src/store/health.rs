//! What operators know of feeds: the columns `told…` of `feeds` and the mails that tell it, written by health, together.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::columns::{collect, instant, micros};
use super::feeds::{COLUMNS, FeedRow, WIDTH, feed_row};
use super::outbox::{self, Letter};
use super::{Durability, Store, StoreError};
use crate::alert::OPERATORS;
use crate::compose::Notice;
use crate::schedule::{LEAST_SILENCE, Told, Trouble};
use crate::types::FeedId;

/// The word for these mails in tables and output records.
const KIND: &str = "health";

/// A feed of which there may be something to tell, with what operators were told last.
#[derive(Debug, Clone)]
pub struct WatchedFeed {
    /// The feed.
    pub row: FeedRow,
    /// What they were told last; `None` for nothing ever.
    pub told: Option<Told>,
}

/// What operators are told: kept whole with its mails, or not at all.
#[derive(Debug, Clone)]
pub struct HealthRecord {
    /// When it was decided.
    pub at: Timestamp,
    /// What they know from now on.
    pub told: Vec<(FeedId, Told)>,
    /// One per recipient.
    pub notices: Vec<Notice>,
}

impl Store {
    /// The configured feeds that fail, are silent for long, or were told to be in trouble, by id: few, of however many feeds.
    pub async fn watched_feeds(&self, feed_failures: u32) -> Result<Vec<WatchedFeed>, StoreError> {
        self.read(move |c| {
            let least_micros = i64::try_from(LEAST_SILENCE.as_micros()).unwrap_or(i64::MAX);
            let sql = format!(
                "SELECT {COLUMNS}, told, told_at, told_since FROM feeds WHERE configured = 1
                     AND (failures >= ?1 OR status = 'gone' OR told IN ('failing', 'quiet') OR last_polled_at - last_new_at >= ?2)
                 ORDER BY id"
            );
            collect(c, &sql, params![feed_failures, least_micros], |row| {
                let told: Option<String> = row.get(WIDTH)?;
                let at: Option<i64> = row.get(WIDTH + 1)?;
                let since: Option<i64> = row.get(WIDTH + 2)?;
                let told =
                    told.zip(at).map(|(word, at)| Told { trouble: trouble(&word), since: since.map(instant), at: instant(at) });
                Ok(WatchedFeed { row: feed_row(row)?, told })
            })
        })
        .await
    }

    /// When operators were told something last.
    pub async fn last_health_mail(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(|c| {
            let sql = "SELECT at FROM alerts WHERE kind = ?1 ORDER BY at DESC LIMIT 1";
            let at: Option<i64> = c.prepare_cached(sql)?.query_row([KIND], |r| r.get(0)).optional()?;
            Ok(at.map(instant))
        })
        .await
    }

    /// Keeps what operators are told and the mails that tell it, on the disk before this returns.
    pub async fn record_health(&self, record: HealthRecord) -> Result<(), StoreError> {
        self.write(Durability::Full, move |tx| {
            let at = micros(record.at);
            tx.prepare_cached("INSERT INTO alerts (desk, kind, at, since) VALUES (?1, ?2, ?3, ?3)")?
                .execute(params![OPERATORS, KIND, at])?;
            let alert = tx.last_insert_rowid();
            for (feed, told) in &record.told {
                tx.prepare_cached("UPDATE feeds SET told = ?2, told_at = ?3, told_since = ?4 WHERE id = ?1")?
                    .execute(params![feed.as_str(), word(told.trouble), micros(told.at), told.since.map(micros)])?;
            }
            for notice in &record.notices {
                let letter = Letter {
                    alert,
                    desk: OPERATORS,
                    recipient: &notice.recipient,
                    kind: KIND,
                    story: None,
                    message_id: &notice.message_id,
                    subject: &notice.subject,
                    bytes: &notice.bytes,
                    at: record.at,
                };
                outbox::append(tx, &letter)?;
            }
            Ok(())
        })
        .await
    }
}

fn word(trouble: Option<Trouble>) -> &'static str {
    match trouble {
        Some(Trouble::Failing) => "failing",
        Some(Trouble::Quiet) => "quiet",
        None => "well",
    }
}

fn trouble(word: &str) -> Option<Trouble> {
    match word {
        "failing" => Some(Trouble::Failing),
        "quiet" => Some(Trouble::Quiet),
        _ => None,
    }
}

//! What is thrown away when it is old, in small batches, so that nobody waits long for the writer.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::params;

use super::columns::micros;
use super::{Durability, Store, StoreError};

/// The `[retention]` section, and `keep_pages` of `[read]`.
#[derive(Debug, Clone, PartialEq)]
pub struct RetentionSpec {
    /// Full texts of articles.
    pub text: Duration,
    /// Articles without their text.
    pub articles: Duration,
    /// The bytes of sent messages.
    pub messages: Duration,
    /// Pages as fetched.
    pub pages: Duration,
}

impl Default for RetentionSpec {
    fn default() -> Self {
        let days = |n: u64| Duration::from_secs(n * 86_400);
        RetentionSpec { text: days(90), articles: days(730), messages: days(30), pages: days(7) }
    }
}

/// Rows per transaction.
const BATCH: i64 = 500;

impl Store {
    /// Throws away what is older than the configuration keeps: nothing of an open story, nothing still to be sent or read. Returns the rows touched.
    pub async fn purge(&self, spec: RetentionSpec, window: Duration, now: Timestamp) -> Result<usize, StoreError> {
        let before = |age: Duration| {
            let age = SignedDuration::try_from(age.max(window)).unwrap_or(SignedDuration::MAX);
            now.checked_sub(age).map_or(i64::MIN, micros)
        };
        let steps: [(&'static str, i64); 7] = [
            ("DELETE FROM pages WHERE id IN (SELECT id FROM pages WHERE fetched_at < ?1 LIMIT ?2)", before(spec.pages)),
            (
                "UPDATE outbox SET bytes = NULL WHERE id IN (SELECT id FROM outbox WHERE state IN ('sent', 'dropped') AND bytes IS NOT NULL AND created_at < ?1 LIMIT ?2)",
                before(spec.messages),
            ),
            (
                "INSERT INTO articles_text (articles_text, rowid, title, text) SELECT 'delete', id, title, text FROM articles
                 WHERE fetched_at < ?1 AND text <> '' AND id <= (SELECT article_id FROM judge_cursor) ORDER BY id LIMIT ?2",
                before(spec.text),
            ),
            (
                "UPDATE articles SET text = '' WHERE id IN (SELECT id FROM articles WHERE fetched_at < ?1 AND text <> ''
                     AND id <= (SELECT article_id FROM judge_cursor) ORDER BY id LIMIT ?2)",
                before(spec.text),
            ),
            (
                "DELETE FROM entries WHERE id IN (SELECT e.id FROM entries e WHERE e.last_seen_at < ?1
                     AND NOT EXISTS (SELECT 1 FROM read_queue q WHERE q.entry_id = e.id) LIMIT ?2)",
                before(spec.text),
            ),
            (
                "DELETE FROM matches WHERE (article_id, topic) IN (SELECT m.article_id, m.topic FROM articles a JOIN matches m ON m.article_id = a.id
                     WHERE a.fetched_at < ?1 AND m.relevant = 0 LIMIT ?2)",
                before(spec.articles),
            ),
            (
                "DELETE FROM articles WHERE id IN (SELECT a.id FROM articles a WHERE a.fetched_at < ?1 AND a.text = ''
                     AND NOT EXISTS (SELECT 1 FROM matches m WHERE m.article_id = a.id)
                     AND NOT EXISTS (SELECT 1 FROM story_articles s WHERE s.article_id = a.id) LIMIT ?2)",
                before(spec.articles),
            ),
        ];
        let mut touched = 0;
        // The index row and the text of one article go together, so the two steps share a transaction.
        let batch = move |tx: &rusqlite::Connection| {
            let mut rows = 0;
            for (sql, limit) in steps {
                rows += tx.prepare_cached(sql)?.execute(params![limit, BATCH])?;
            }
            Ok(rows)
        };
        loop {
            let rows = self.write(Durability::Normal, batch).await?;
            touched += rows;
            if rows == 0 {
                break;
            }
        }
        if touched > 0 {
            self.read(|c| Ok(c.execute_batch("PRAGMA incremental_vacuum(2000)")?)).await?;
        }
        Ok(touched)
    }
}

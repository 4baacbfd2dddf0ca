//! Stored articles as they were judged, newest first, some at a time: to try a topic on them. Reads only.

use std::collections::VecDeque;

use jiff::Timestamp;
use rusqlite::params;

use super::StoreError;
use super::articles::{ARTICLE_COLUMNS, StoredArticle, article_row};
use super::columns::{collect, micros};
use super::judgements::{MATCH_COLUMNS, MATCH_WIDTH, match_row};
use super::reader::Reader;
use crate::matcher::Match;
use crate::types::{ArticleId, TopicId};

/// Articles read at once. Each reading is a transaction of its own, so a long trial keeps no daemon from tidying its journal.
const BATCH: i64 = 256;

/// An article and what became of it within one topic.
#[derive(Debug, Clone)]
pub struct PastArticle {
    /// The article.
    pub article: StoredArticle,
    /// What was decided when it was judged; `None` when the topic was not asked, as far as the store knows.
    pub decided: Option<Match>,
    /// False while it waits for its judgement.
    pub is_judged: bool,
    /// Its text was thrown away with age. An article that never had more than a headline still is all that it was.
    pub is_text_gone: bool,
}

/// The articles of a store, newest first; at most a batch of them is in memory.
pub struct Past<'r> {
    reader: &'r Reader,
    topic: TopicId,
    /// The topic has judged articles: where it left no trace, it had nothing to say.
    is_known: bool,
    since: i64,
    /// No article before this one is young enough.
    lowest: ArticleId,
    /// What was read is not below this one.
    below: ArticleId,
    batch: VecDeque<PastArticle>,
}

impl Reader {
    /// Current articles, newest first, not had before `since`, each with what was decided about it within `topic`.
    pub fn past(&self, topic: &TopicId, since: Option<Timestamp>) -> Result<Past<'_>, StoreError> {
        let since = since.map_or(i64::MIN, micros);
        let sql = "SELECT min(id) FROM articles WHERE fetched_at >= ?1";
        let lowest: Option<i64> = self.connection.prepare_cached(sql)?.query_row([since], |r| r.get(0))?;
        let (lowest, below) = (ArticleId(lowest.unwrap_or(i64::MAX)), ArticleId(i64::MAX));
        let sql = "SELECT EXISTS (SELECT 1 FROM matches WHERE topic = ?1)";
        let is_known = self.connection.prepare_cached(sql)?.query_row([topic.as_str()], |r| r.get(0))?;
        Ok(Past { reader: self, topic: topic.clone(), is_known, since, lowest, below, batch: VecDeque::new() })
    }
}

impl Past<'_> {
    fn read(&self) -> Result<Vec<PastArticle>, StoreError> {
        // A text that retention took is no longer in the full-text index; one that was always empty still is.
        let sql = format!(
            "SELECT a.id <= (SELECT article_id FROM judge_cursor),
                    a.text = '' AND NOT EXISTS (SELECT 1 FROM articles_text_docsize d WHERE d.id = a.id),
                    m.topic IS NOT NULL, {MATCH_COLUMNS}, {ARTICLE_COLUMNS}
             FROM articles a LEFT JOIN matches m ON m.article_id = a.id AND m.topic = ?1
             WHERE a.current = 1 AND a.id < ?2 AND a.id >= ?3 AND a.fetched_at >= ?4 ORDER BY a.id DESC LIMIT ?5"
        );
        let values = params![self.topic.as_str(), self.below.0, self.lowest.0, self.since, BATCH];
        collect(&self.reader.connection, &sql, values, |row| {
            let (is_judged, is_decided): (bool, bool) = (row.get(0)?, row.get(2)?);
            let decided = match is_decided {
                true => Some(match_row(row, 3)?.matched),
                false => (is_judged && self.is_known).then(|| Match::nothing(self.topic.clone())),
            };
            Ok(PastArticle { is_judged, is_text_gone: row.get(1)?, decided, article: article_row(row, 3 + MATCH_WIDTH)? })
        })
    }
}

impl Iterator for Past<'_> {
    type Item = Result<PastArticle, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.batch.is_empty() {
            match self.read() {
                Ok(batch) => self.batch.extend(batch),
                Err(error) => {
                    // Nothing is asked for after a failure: it would fail for ever.
                    self.below = ArticleId(i64::MIN);
                    return Some(Err(error));
                }
            }
            self.below = self.batch.back().map_or(ArticleId(i64::MIN), |last| last.article.id);
        }
        self.batch.pop_front().map(Ok)
    }
}

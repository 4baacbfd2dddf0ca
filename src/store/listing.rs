//! Answers to people's questions: lists, one article with everything known of it, counts. Reads only.

use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, params_from_iter};

use super::articles::{ARTICLE_COLUMNS, StoredArticle, article_row, find_article, key_of};
use super::columns::{collect, instant, json_to_list, micros};
use super::feeds::{FeedRow, all_feeds};
use super::judgements::{DEVELOPMENT_COLUMNS, development_row, matches_of};
use super::listed::{
    Counts, Dossier, DossierPlacement, Filter, ListedAlert, ListedArticle, ListedMessage, ListedStory, ListedTopic,
};
use super::merges::root;
use super::reader::Reader;
use super::{StoreError, StoryMaterial, alerts};
use crate::alert::DeskSpec;
use crate::compose::DigestFrame;
use crate::types::{ArticleId, StoryId, TopicId};

/// Narrows a query: conditions joined by AND, values bound in order.
#[derive(Default)]
struct Conditions {
    sql: Vec<&'static str>,
    values: Vec<Value>,
}

impl Conditions {
    fn add(&mut self, sql: &'static str, value: impl Into<Value>) {
        self.sql.push(sql);
        self.values.push(value.into());
    }

    fn add_if<T: Into<Value>>(&mut self, sql: &'static str, value: Option<T>) {
        if let Some(value) = value {
            self.add(sql, value);
        }
    }

    fn text(&self) -> String {
        if self.sql.is_empty() { "1".to_owned() } else { self.sql.join(" AND ") }
    }
}

impl Reader {
    /// Articles, newest first.
    pub fn articles(&self, filter: &Filter) -> Result<Vec<ListedArticle>, StoreError> {
        let mut where_ = Conditions::default();
        where_.add("a.current = ?", 1);
        where_.add_if("a.fetched_at >= ?", filter.since.map(micros));
        where_.add_if("a.feed_id = ?", filter.feed.clone());
        where_.add_if("a.access = ?", filter.state.clone());
        where_.add_if("a.id IN (SELECT article_id FROM matches WHERE relevant = 1 AND topic = ?)", filter.topic.clone());
        where_.add_if("a.id IN (SELECT rowid FROM articles_text WHERE articles_text MATCH ?)", filter.search.clone());
        where_.values.push(Value::from(i64::try_from(filter.limit).unwrap_or(i64::MAX)));
        let sql = format!("SELECT {ARTICLE_COLUMNS} FROM articles a WHERE {} ORDER BY a.id DESC LIMIT ?", where_.text());
        let rows = collect(&self.connection, &sql, params_from_iter(where_.values), |row| article_row(row, 0))?;
        rows.into_iter().map(|article| self.listed(article)).collect()
    }

    fn listed(&self, article: StoredArticle) -> Result<ListedArticle, StoreError> {
        let topics = collect(
            &self.connection,
            "SELECT topic, score, relevant, inherited FROM matches WHERE article_id = ?1 ORDER BY topic",
            [article.id.0],
            |r| Ok(ListedTopic { topic: r.get(0)?, score: r.get(1)?, relevant: r.get(2)?, by_story: r.get(3)? }),
        )?;
        let story = self
            .connection
            .prepare_cached(concat!(
                "SELECT ",
                root!("story_id"),
                " FROM story_articles WHERE article_id = ?1 ORDER BY topic LIMIT 1"
            ))?
            .query_row([article.id.0], |r| Ok(StoryId(r.get(0)?)))
            .optional()?;
        Ok(ListedArticle { article, topics, story })
    }

    /// Stories, the one that changed last first.
    pub fn stories(&self, filter: &Filter) -> Result<Vec<ListedStory>, StoreError> {
        let mut where_ = Conditions::default();
        where_.sql.push("NOT EXISTS (SELECT 1 FROM merges WHERE from_story = stories.id)");
        where_.add_if("updated_at >= ?", filter.since.map(micros));
        where_.add_if("topic = ?", filter.topic.clone());
        where_.add_if(
            concat!(
                "id IN (SELECT ",
                root!("s.story_id"),
                " FROM story_articles s JOIN articles a ON a.id = s.article_id WHERE a.feed_id = ?)"
            ),
            filter.feed.clone(),
        );
        where_.add_if(
            concat!(
                "id IN (SELECT ",
                root!("s.story_id"),
                " FROM story_articles s WHERE s.article_id IN (SELECT rowid FROM articles_text WHERE articles_text MATCH ?))"
            ),
            filter.search.clone(),
        );
        where_.values.push(Value::from(i64::try_from(filter.limit).unwrap_or(i64::MAX)));
        let sql = format!(
            "SELECT id, topic, title, opened_at, updated_at, articles, developments FROM stories WHERE {} ORDER BY updated_at DESC, id DESC LIMIT ?",
            where_.text()
        );
        collect(&self.connection, &sql, params_from_iter(where_.values), |r| {
            Ok(ListedStory {
                id: StoryId(r.get(0)?),
                topic: r.get(1)?,
                title: r.get(2)?,
                opened_at: instant(r.get(3)?),
                updated_at: instant(r.get(4)?),
                articles: r.get(5)?,
                developments: r.get(6)?,
            })
        })
    }

    /// One story with its articles and developments.
    pub fn story(&self, id: StoryId) -> Result<Option<StoryMaterial>, StoreError> {
        Ok(alerts::stories(&self.connection, &[id])?.into_iter().next())
    }

    /// The stories that a desk follows and that got an article in the period, with all that a mail may show.
    pub fn active_stories(&self, desk: &DeskSpec, since: Timestamp, until: Timestamp) -> Result<Vec<StoryMaterial>, StoreError> {
        let ids = alerts::active_stories(&self.connection, desk, since, until)?;
        alerts::stories(&self.connection, &ids)
    }

    /// How many articles were read in a period, and how many of them are on a topic that a desk follows.
    pub fn digest_counts(&self, desk: &DeskSpec, since: Timestamp, until: Timestamp) -> Result<DigestFrame, StoreError> {
        alerts::digest_counts(&self.connection, desk, since, until)
    }

    /// When a desk had its last digest.
    pub fn last_digest(&self, desk: &str) -> Result<Option<Timestamp>, StoreError> {
        let sql = "SELECT last_digest_at FROM desks WHERE name = ?1";
        Ok(self.connection.prepare_cached(sql)?.query_row([desk], |r| r.get(0)).optional()?.map(instant))
    }

    /// Feeds, by id.
    pub fn feeds(&self) -> Result<Vec<FeedRow>, StoreError> {
        all_feeds(&self.connection)
    }

    /// Alerts, newest first.
    pub fn alerts(&self, filter: &Filter) -> Result<Vec<ListedAlert>, StoreError> {
        let mut where_ = Conditions::default();
        where_.add_if("a.at >= ?", filter.since.map(micros));
        where_.add_if("a.kind = ?", filter.state.clone());
        where_.add_if(
            "a.id IN (SELECT x.alert_id FROM alert_stories x JOIN stories s ON s.id = x.story_id WHERE s.topic = ?)",
            filter.topic.clone(),
        );
        where_.values.push(Value::from(i64::try_from(filter.limit).unwrap_or(i64::MAX)));
        let sql = format!(
            "SELECT a.id, a.at, a.desk, a.kind, (SELECT subject FROM outbox o WHERE o.alert_id = a.id ORDER BY o.id LIMIT 1),
                    (SELECT message_id FROM outbox o WHERE o.alert_id = a.id ORDER BY o.id LIMIT 1)
             FROM alerts a WHERE {} ORDER BY a.id DESC LIMIT ?",
            where_.text()
        );
        let rows: Vec<(i64, ListedAlert)> = collect(&self.connection, &sql, params_from_iter(where_.values), |r| {
            let alert = ListedAlert {
                at: instant(r.get(1)?),
                desk: r.get(2)?,
                kind: r.get(3)?,
                stories: Vec::new(),
                articles: Vec::new(),
                subject: r.get(4)?,
                message_id: r.get(5)?,
            };
            Ok((r.get(0)?, alert))
        })?;
        let mut out = Vec::with_capacity(rows.len());
        for (id, mut alert) in rows {
            let told: Vec<(i64, String)> = collect(
                &self.connection,
                "SELECT story_id, articles FROM alert_stories WHERE alert_id = ?1 ORDER BY place",
                [id],
                |r| Ok((r.get(0)?, r.get(1)?)),
            )?;
            for (story, articles) in told {
                alert.stories.push(StoryId(story));
                let ids: Vec<i64> = serde_json::from_str(&articles).unwrap_or_default();
                for article in ids {
                    alert.articles.extend(key_of(&self.connection, ArticleId(article))?.map(|key| key.0));
                }
            }
            out.push(alert);
        }
        Ok(out)
    }

    /// Messages, newest first.
    pub fn messages(&self, filter: &Filter) -> Result<Vec<ListedMessage>, StoreError> {
        let mut where_ = Conditions::default();
        where_.add_if("created_at >= ?", filter.since.map(micros));
        where_.add_if("state = ?", filter.state.clone());
        where_.values.push(Value::from(i64::try_from(filter.limit).unwrap_or(i64::MAX)));
        let sql = format!(
            "SELECT id, desk, recipient, kind, subject, message_id, state, created_at, sent_at, attempts, next_at, last_error FROM outbox
             WHERE {} ORDER BY id DESC LIMIT ?",
            where_.text()
        );
        collect(&self.connection, &sql, params_from_iter(where_.values), |r| {
            Ok(ListedMessage {
                id: r.get(0)?,
                desk: r.get(1)?,
                recipient: r.get(2)?,
                kind: r.get(3)?,
                subject: r.get(4)?,
                message_id: r.get(5)?,
                state: r.get(6)?,
                created_at: instant(r.get(7)?),
                sent_at: r.get::<_, Option<i64>>(8)?.map(instant),
                attempts: r.get(9)?,
                next_at: instant(r.get(10)?),
                last_error: r.get(11)?,
            })
        })
    }

    /// Everything known of the article with this public identifier, address or row number.
    pub fn dossier(&self, wanted: &str) -> Result<Option<Dossier>, StoreError> {
        let Some(article) = find_article(&self.connection, wanted)? else { return Ok(None) };
        let id = article.id;
        let matches = matches_of(&self.connection, id)?;
        let placements = collect(
            &self.connection,
            concat!(
                "SELECT s.topic, t.id, t.title, (SELECT key FROM articles d WHERE d.id = s.duplicate_of), s.reasons
                 FROM story_articles s JOIN stories t ON t.id = ",
                root!("s.story_id"),
                " WHERE s.article_id = ?1 ORDER BY s.topic"
            ),
            [id.0],
            |r| {
                Ok(DossierPlacement {
                    topic: TopicId(r.get(0)?),
                    story: StoryId(r.get(1)?),
                    title: r.get(2)?,
                    duplicate_of: r.get(3)?,
                    reasons: json_to_list(&r.get::<_, String>(4)?),
                })
            },
        )?;
        let sql = format!("SELECT {DEVELOPMENT_COLUMNS} FROM developments d WHERE d.article_id = ?1 ORDER BY d.id");
        let developments = collect(&self.connection, &sql, [id.0], development_row)?;
        let alerts = collect(
            &self.connection,
            "SELECT DISTINCT a.at, a.desk, a.kind FROM alerts a JOIN alert_developments t ON t.alert_id = a.id JOIN developments d ON d.id = t.development_id
             WHERE d.article_id = ?1 ORDER BY a.id",
            [id.0],
            |r| Ok((instant(r.get(0)?), r.get(1)?, r.get(2)?)),
        )?;
        let dropped_for = collect(
            &self.connection,
            "SELECT t.desk FROM alert_developments t JOIN developments d ON d.id = t.development_id
             WHERE d.article_id = ?1 AND t.kind = 'dropped' ORDER BY t.desk",
            [id.0],
            |r| r.get(0),
        )?;
        Ok(Some(Dossier { article, matches, placements, developments, alerts, dropped_for }))
    }

    /// Counts of everything.
    pub fn counts(&self) -> Result<Counts, StoreError> {
        let c = &self.connection;
        let count = |sql: &str| -> Result<u64, StoreError> { Ok(c.query_row(sql, [], |r| r.get::<_, i64>(0))?.unsigned_abs()) };
        let groups = |sql: &str| -> Result<Vec<(String, u64)>, StoreError> {
            collect(c, sql, [], |r| Ok((r.get(0)?, r.get::<_, i64>(1)?.unsigned_abs())))
        };
        let oldest: Option<i64> =
            c.query_row("SELECT min(created_at) FROM outbox WHERE state IN ('queued', 'sending')", [], |r| r.get(0))?;
        let last: Option<i64> = c.query_row("SELECT max(last_polled_at) FROM feeds", [], |r| r.get(0))?;
        Ok(Counts {
            feeds: groups("SELECT status, count(*) FROM feeds WHERE configured = 1 GROUP BY status ORDER BY status")?,
            articles: count("SELECT count(*) FROM articles WHERE current = 1")?,
            relevant: count("SELECT count(DISTINCT article_id) FROM matches WHERE relevant = 1")?,
            stories: count("SELECT count(*) FROM stories WHERE id NOT IN (SELECT from_story FROM merges)")?,
            to_read: count("SELECT count(*) FROM read_queue")?,
            to_judge: count("SELECT count(*) FROM articles WHERE id > (SELECT article_id FROM judge_cursor)")?,
            messages: groups("SELECT state, count(*) FROM outbox GROUP BY state ORDER BY state")?,
            oldest_queued_at: oldest.map(instant),
            last_poll_at: last.map(instant),
        })
    }
}

//! Tables `desks`, `alerts` and what they tell: written by judge, together with the messages.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::articles::{ARTICLE_COLUMNS, StoredArticle, article_row};
use super::columns::{collect, instant, micros};
use super::judgements::{
    DEVELOPMENT_COLUMNS, MATCH_COLUMNS, MATCH_WIDTH, StoredDevelopment, StoredMatch, development_row, match_row,
};
use super::merges::{held_by, root, root_of};
use super::outbox::{self, Letter};
use super::{Durability, Store, StoreError};
use crate::alert::{Alert, AlertKind, DeskLog, DeskSpec, Pending};
use crate::compose::{DigestFrame, Message, Thread};
use crate::types::{ArticleId, DeskName, DevelopmentId, StoryId, TopicId};

/// What the store knows of a desk at start.
#[derive(Debug, Clone)]
pub struct DeskMemory {
    /// What was sent lately.
    pub log: DeskLog,
    /// What it has not been told.
    pub pending: Vec<Pending>,
    /// When it was first seen.
    pub first_seen_at: Timestamp,
}

/// A decision with its messages: kept together, or not at all.
#[derive(Debug, Clone)]
pub struct AlertRecord {
    /// The decision.
    pub alert: Alert,
    /// One per recipient.
    pub messages: Vec<Message>,
}

/// A story with everything a mail may show of it.
#[derive(Debug, Clone)]
pub struct StoryMaterial {
    /// The story.
    pub id: StoryId,
    /// Its topic.
    pub topic: TopicId,
    /// Its title.
    pub title: String,
    /// How many articles it holds.
    pub total_articles: u32,
    /// Its developments, oldest first.
    pub developments: Vec<StoredDevelopment>,
    /// Its articles, in order of arrival, with their match and what they copy.
    pub articles: Vec<(StoredArticle, StoredMatch, Option<ArticleId>)>,
}

/// How many articles of one story a mail is offered: the newest, and the first.
const MOST_ARTICLES_OF_A_STORY: i64 = 60;

impl Store {
    /// What is known of a desk; one never seen before is told nothing older than `now`.
    pub async fn desk(&self, desk: DeskName, now: Timestamp) -> Result<DeskMemory, StoreError> {
        self.write(Durability::Normal, move |tx| {
            tx.execute(
                "INSERT OR IGNORE INTO desks (name, first_seen_at, last_digest_at) VALUES (?1, ?2, ?2)",
                params![desk.as_str(), micros(now)],
            )?;
            let (first_seen_at, last_digest_at): (i64, i64) =
                tx.query_row("SELECT first_seen_at, last_digest_at FROM desks WHERE name = ?1", [desk.as_str()], |r| {
                    Ok((r.get(0)?, r.get(1)?))
                })?;
            let pending = pending_of(tx, &desk, first_seen_at)?;
            let mut log = log_of(tx, &desk, now)?;
            log.last_digest_at = Some(instant(last_digest_at));
            Ok(DeskMemory { log, pending, first_seen_at: instant(first_seen_at) })
        })
        .await
    }

    /// Keeps an alert and its messages, on the disk before this returns. A development that this desk was told of already makes it fail whole.
    pub async fn record_alert(&self, record: AlertRecord) -> Result<(), StoreError> {
        self.write(Durability::Full, move |tx| keep_alert(tx, &record)).await
    }

    /// Notes that developments will never be sent to a desk at once.
    pub async fn record_dropped(&self, desk: DeskName, dropped: Vec<(DevelopmentId, StoryId)>) -> Result<(), StoreError> {
        self.write(Durability::Normal, move |tx| {
            for (development, story) in &dropped {
                tell(tx, *development, &desk, "dropped", None, *story)?;
            }
            Ok(())
        })
        .await
    }

    /// Notes that a digest was due at `at` and had nothing to say.
    pub async fn record_empty_digest(&self, desk: DeskName, at: Timestamp) -> Result<(), StoreError> {
        self.write(Durability::Normal, move |tx| {
            tx.execute("UPDATE desks SET last_digest_at = ?2 WHERE name = ?1", params![desk.as_str(), micros(at)])?;
            Ok(())
        })
        .await
    }

    /// The stories, with all that a mail may show.
    pub async fn stories(&self, ids: Vec<StoryId>) -> Result<Vec<StoryMaterial>, StoreError> {
        self.read(move |c| stories(c, &ids)).await
    }

    /// The stories that a desk follows and that got an article from `since` to before `until`, by id.
    pub async fn active_stories(&self, desk: DeskSpec, since: Timestamp, until: Timestamp) -> Result<Vec<StoryId>, StoreError> {
        self.read(move |c| active_stories(c, &desk, since, until)).await
    }

    /// How many articles were read in a period, and how many of them are on a topic that a desk follows.
    pub async fn digest_counts(&self, desk: DeskSpec, since: Timestamp, until: Timestamp) -> Result<DigestFrame, StoreError> {
        self.read(move |c| digest_counts(c, &desk, since, until)).await
    }

    /// The earlier immediate mails of a story to a recipient. When stories that became one were mailed apart, it goes on in the thread of the oldest.
    pub async fn thread(&self, recipient: String, story: StoryId) -> Result<Option<Thread>, StoreError> {
        self.read(move |c| {
            let story = root_of(c, story)?;
            let sql = concat!(
                "SELECT story_id, message_id, created_at FROM outbox WHERE recipient = ?1 AND story_id IN ",
                held_by!("?2"),
                " AND kind = 'immediate' ORDER BY story_id, id"
            );
            let rows: Vec<(i64, String, i64)> =
                collect(c, sql, params![recipient, story.0], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
            let Some(first) = rows.first() else { return Ok(None) };
            let last = rows.iter().rfind(|row| row.0 == first.0).unwrap_or(first);
            let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
            let last_at = rows.iter().map(|row| row.2).max().unwrap_or(last.2);
            Ok(Some(Thread { first: first.1.clone(), last: last.1.clone(), count, last_at: instant(last_at) }))
        })
        .await
    }
}

fn pending_of(connection: &Connection, desk: &DeskName, since: i64) -> Result<Vec<Pending>, StoreError> {
    collect(
        connection,
        // What opened a story that is part of another one now opens nothing.
        concat!(
            "SELECT d.id, d.topic, ",
            root!("d.story_id"),
            " AS root, d.article_id, d.opens AND d.story_id = ",
            root!("d.story_id"),
            ", d.strong, d.at, a.published_at
         FROM developments d JOIN articles a ON a.id = d.article_id
         WHERE d.at >= ?2 AND NOT EXISTS (SELECT 1 FROM alert_developments t WHERE t.development_id = d.id AND t.desk = ?1 AND t.kind IN ('immediate', 'dropped'))
         ORDER BY d.id"
        ),
        params![desk.as_str(), since],
        |r| {
            Ok(Pending {
                development: DevelopmentId(r.get(0)?),
                topic: TopicId(r.get(1)?),
                story: StoryId(r.get(2)?),
                article: ArticleId(r.get(3)?),
                opens: r.get(4)?,
                strong: r.get(5)?,
                at: instant(r.get(6)?),
                published: r.get::<_, Option<i64>>(7)?.map(instant),
            })
        },
    )
}

/// How far back a desk's log reaches: longer than any `min_gap` that makes sense.
const LOG_MICROS: i64 = 8 * 86_400 * 1_000_000;

fn log_of(connection: &Connection, desk: &DeskName, now: Timestamp) -> Result<DeskLog, StoreError> {
    let last_of_story = collect(
        connection,
        concat!(
            "SELECT ",
            root!("s.story_id"),
            " AS root, max(a.at) FROM alerts a JOIN alert_stories s ON s.alert_id = a.id
             WHERE a.desk = ?1 AND a.kind = 'immediate' AND a.at >= ?2 GROUP BY root ORDER BY root"
        ),
        params![desk.as_str(), micros(now) - LOG_MICROS],
        |r| Ok((StoryId(r.get(0)?), instant(r.get(1)?))),
    )?;
    const HOUR_MICROS: i64 = 3600 * 1_000_000;
    let last_hour = collect(
        connection,
        "SELECT at FROM alerts WHERE desk = ?1 AND kind = 'immediate' AND at > ?2 ORDER BY at",
        params![desk.as_str(), micros(now) - HOUR_MICROS],
        |r| Ok(instant(r.get(0)?)),
    )?;
    Ok(DeskLog { last_of_story, last_hour, last_digest_at: None })
}

fn keep_alert(tx: &Connection, record: &AlertRecord) -> Result<(), StoreError> {
    let alert = &record.alert;
    tx.prepare_cached("INSERT INTO alerts (desk, kind, at, since, held) VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(params![
        alert.desk.as_str(),
        alert.kind.as_str(),
        micros(alert.at),
        micros(alert.since),
        alert.held
    ])?;
    let id = tx.last_insert_rowid();
    for (place, story) in alert.stories.iter().enumerate() {
        let articles: Vec<i64> = story.articles.iter().map(|a| a.0).collect();
        tx.prepare_cached("INSERT INTO alert_stories (alert_id, place, story_id, articles) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![id, place as i64, story.story.0, serde_json::Value::from(articles).to_string()])?;
        for development in &story.developments {
            tell(tx, *development, &alert.desk, alert.kind.as_str(), Some(id), story.story)?;
        }
    }
    if alert.kind == AlertKind::Digest {
        tx.prepare_cached("UPDATE desks SET last_digest_at = ?2 WHERE name = ?1")?
            .execute(params![alert.desk.as_str(), micros(alert.at)])?;
    }
    for message in &record.messages {
        let letter = Letter {
            alert: id,
            desk: alert.desk.as_str(),
            recipient: &message.recipient,
            kind: message.kind.as_str(),
            story: message.story,
            message_id: &message.message_id,
            subject: &message.subject,
            bytes: &message.bytes,
            at: alert.at,
        };
        outbox::append(tx, &letter)?;
    }
    Ok(())
}

fn tell(
    tx: &Connection,
    development: DevelopmentId,
    desk: &DeskName,
    kind: &str,
    alert: Option<i64>,
    story: StoryId,
) -> Result<(), StoreError> {
    tx.prepare_cached(
        "INSERT INTO alert_developments (development_id, desk, kind, alert_id, story_id) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![development.0, desk.as_str(), kind, alert, story.0])?;
    Ok(())
}

pub(super) fn digest_counts(
    connection: &Connection,
    desk: &DeskSpec,
    since: Timestamp,
    until: Timestamp,
) -> Result<DigestFrame, StoreError> {
    let period = params![micros(since), micros(until)];
    let read: u32 = connection
        .prepare_cached("SELECT count(*) FROM articles WHERE fetched_at >= ?1 AND fetched_at < ?2")?
        .query_row(period, |r| r.get(0))?;
    let judged: Vec<(i64, TopicId)> = collect(
        connection,
        "SELECT article_id, topic FROM story_articles WHERE judged_at >= ?1 AND judged_at < ?2",
        period,
        |r| Ok((r.get(0)?, TopicId(r.get(1)?))),
    )?;
    let mut relevant: Vec<i64> =
        judged.into_iter().filter(|(_, topic)| desk.follows(topic)).map(|(article, _)| article).collect();
    relevant.sort_unstable();
    relevant.dedup();
    Ok(DigestFrame { read, relevant: u32::try_from(relevant.len()).unwrap_or(u32::MAX) })
}

pub(super) fn active_stories(
    connection: &Connection,
    desk: &DeskSpec,
    since: Timestamp,
    until: Timestamp,
) -> Result<Vec<StoryId>, StoreError> {
    let rows: Vec<(StoryId, TopicId)> = collect(
        connection,
        concat!(
            "SELECT DISTINCT ",
            root!("story_id"),
            " AS root, topic FROM story_articles WHERE judged_at >= ?1 AND judged_at < ?2 ORDER BY root"
        ),
        params![micros(since), micros(until)],
        |r| Ok((StoryId(r.get(0)?), TopicId(r.get(1)?))),
    )?;
    Ok(rows.into_iter().filter(|(_, topic)| desk.follows(topic)).map(|(id, _)| id).collect())
}

pub(super) fn stories(connection: &Connection, ids: &[StoryId]) -> Result<Vec<StoryMaterial>, StoreError> {
    let mut out = Vec::with_capacity(ids.len());
    for id in ids {
        // Two of them may be one by now.
        if let Some(story) = story(connection, *id)?
            && !out.iter().any(|known: &StoryMaterial| known.id == story.id)
        {
            out.push(story);
        }
    }
    Ok(out)
}

fn story(connection: &Connection, id: StoryId) -> Result<Option<StoryMaterial>, StoreError> {
    let id = root_of(connection, id)?;
    let head: Option<(String, String, u32)> = connection
        .prepare_cached("SELECT topic, title, articles FROM stories WHERE id = ?1")?
        .query_row([id.0], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))
        .optional()?;
    let Some((topic, title, total_articles)) = head else { return Ok(None) };
    let held = held_by!("?1");
    let sql = format!("SELECT {DEVELOPMENT_COLUMNS} FROM developments d WHERE d.story_id IN {held} ORDER BY d.id");
    let mut developments = collect(connection, &sql, [id.0], development_row)?;
    for development in developments.iter_mut().filter(|development| development.story != id) {
        // What opened a story that is part of this one opens nothing.
        (development.story, development.opens) = (id, false);
    }
    // Every article that a development stands on, the first one, and the newest: so that whatever is told can be shown. The signs keep SQLite from going through
    // all articles there are for the sake of their order.
    let sql = format!(
        "SELECT {MATCH_COLUMNS}, s.duplicate_of, {ARTICLE_COLUMNS}
         FROM story_articles s JOIN articles a ON a.id = s.article_id JOIN matches m ON m.article_id = s.article_id AND m.topic = s.topic
         WHERE s.story_id IN {held} AND (
             s.article_id IN (SELECT article_id FROM story_articles WHERE story_id IN {held} ORDER BY +article_id DESC LIMIT ?2)
             OR s.article_id = (SELECT min(+article_id) FROM story_articles WHERE story_id IN {held})
             OR s.article_id IN (SELECT article_id FROM developments WHERE story_id IN {held}))
         ORDER BY +s.article_id"
    );
    let articles = collect(connection, &sql, params![id.0, MOST_ARTICLES_OF_A_STORY], |row| {
        let duplicate_of = row.get::<_, Option<i64>>(MATCH_WIDTH)?.map(ArticleId);
        Ok((article_row(row, MATCH_WIDTH + 1)?, match_row(row, 0)?, duplicate_of))
    })?;
    Ok(Some(StoryMaterial { id, topic: TopicId(topic), title, total_articles, developments, articles }))
}

//! Table `articles` and the read queue: written by read.

use jiff::Timestamp;
use jiff::tz::Offset;
use rusqlite::{Connection, OptionalExtension, Row, params};
use url::Url;

use super::columns::{collect, instant, json_to_list, lang, list_to_json, micros, opt_url};
use super::pages::{self, KeptPage};
use super::{Durability, Store, StoreError};
use crate::extract::{Access, Article, Origin, PageDate, Paywall};
use crate::feed::FeedEntry;
use crate::types::{ArticleId, ArticleKey, EntryId, FeedId};

/// An entry whose article is to be read.
#[derive(Debug, Clone)]
pub struct ReadJob {
    /// The row of the queue.
    pub queue_id: i64,
    /// The entry's row.
    pub entry_id: EntryId,
    /// From 1; more when the publisher changed the headline.
    pub revision: u32,
    /// Its feed.
    pub feed: FeedId,
    /// The feed's name for people: configured, else its own title.
    pub feed_name: Option<String>,
    /// What the feed said.
    pub entry: FeedEntry,
    /// Tries before this one.
    pub attempts: u32,
}

/// An article to be kept.
#[derive(Debug, Clone)]
pub struct NewArticle {
    /// Its public identifier.
    pub key: ArticleKey,
    /// The entry that announced it, and which revision of it.
    pub entry: Option<(EntryId, u32)>,
    /// The feed of that entry.
    pub feed: Option<FeedId>,
    /// The outlet for people.
    pub source: String,
    /// The address a reader is given.
    pub url: Url,
    /// When it was had.
    pub fetched_at: Timestamp,
    /// What was read.
    pub article: Article,
}

/// An article as it lies in the store.
#[derive(Debug, Clone)]
pub struct StoredArticle {
    /// Its place in the order of arrival.
    pub id: ArticleId,
    /// Its public identifier.
    pub key: ArticleKey,
    /// The feed that announced it.
    pub feed: Option<FeedId>,
    /// The outlet for people.
    pub source: String,
    /// The address a reader is given.
    pub url: Url,
    /// When it was had.
    pub fetched_at: Timestamp,
    /// What was read.
    pub article: Article,
}

impl Store {
    /// Claims up to `limit` entries whose article is due to be read, in order of arrival.
    pub async fn claim_reads(&self, now: Timestamp, lease_until: Timestamp, limit: usize) -> Result<Vec<ReadJob>, StoreError> {
        if !self.any_due("SELECT 1 FROM read_queue WHERE leased_until IS NULL AND next_at <= ?1 LIMIT 1", now).await? {
            return Ok(Vec::new());
        }
        self.write(Durability::Normal, move |tx| {
            // The sign keeps SQLite from sorting all that is due: the rows lie in this order, and nearly all of them are due.
            let due = "+next_at <= ?1 AND leased_until IS NULL ORDER BY id LIMIT ?2";
            let jobs = collect(
                tx,
                &format!("SELECT {READ_JOB} WHERE q.id IN (SELECT id FROM read_queue WHERE {due}) ORDER BY q.id"),
                params![micros(now), limit as i64],
                read_job,
            )?;
            tx.prepare_cached(&format!(
                "UPDATE read_queue SET leased_by = 'read', leased_until = ?3 WHERE id IN (SELECT id FROM read_queue WHERE {due})"
            ))?
            .execute(params![micros(now), limit as i64, micros(lease_until)])?;
            Ok(jobs)
        })
        .await
    }

    /// When the next article is due to be read that nobody has claimed.
    pub async fn next_read(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(|c| {
            let sql = "SELECT next_at FROM read_queue WHERE leased_until IS NULL ORDER BY next_at LIMIT 1";
            let at: Option<i64> = c.prepare_cached(sql)?.query_row([], |r| r.get(0)).optional()?;
            Ok(at.map(instant))
        })
        .await
    }

    /// Puts a read off.
    pub async fn postpone_read(&self, queue_id: i64, next_at: Timestamp) -> Result<(), StoreError> {
        self.write(Durability::Normal, move |tx| {
            tx.prepare_cached(
                "UPDATE read_queue SET next_at = ?2, attempts = attempts + 1, leased_by = NULL, leased_until = NULL WHERE id = ?1",
            )?
            .execute(params![queue_id, micros(next_at)])?;
            Ok(())
        })
        .await
    }

    /// Keeps an article (and the page it came from), and takes its entry off the queue.
    pub async fn record_article(
        &self,
        queue_id: Option<i64>,
        new: NewArticle,
        page: Option<KeptPage>,
    ) -> Result<ArticleId, StoreError> {
        self.write(Durability::Normal, move |tx| keep_article(tx, queue_id, &new, page.as_ref())).await
    }

    /// Keeps articles that no page was fetched for, in their order, and takes their entries off the queue.
    pub async fn record_articles(&self, new: Vec<(i64, NewArticle)>) -> Result<(), StoreError> {
        self.write(Durability::Normal, move |tx| {
            new.iter().try_for_each(|(queue_id, new)| keep_article(tx, Some(*queue_id), new, None).map(|_| ()))
        })
        .await
    }

    /// The public identifiers of articles, in their order; `None` for one that is not there.
    pub async fn keys_of(&self, ids: Vec<ArticleId>) -> Result<Vec<Option<ArticleKey>>, StoreError> {
        self.read(move |c| ids.iter().map(|id| key_of(c, *id)).collect()).await
    }

    /// Headline and text of articles, in no order; nothing for one that is not there. Nothing is asked for no article.
    pub async fn texts_of(&self, ids: Vec<ArticleId>) -> Result<Vec<String>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.read(move |c| {
            let mut statement = c.prepare_cached("SELECT title || char(10, 10) || text FROM articles WHERE id = ?1")?;
            let texts = ids.iter().map(|id| Ok(statement.query_row([id.0], |r| r.get(0)).optional()?));
            Ok(texts.collect::<Result<Vec<Option<String>>, StoreError>>()?.into_iter().flatten().collect())
        })
        .await
    }

    /// Articles that judge has not seen yet, in order.
    pub async fn unjudged(&self, limit: usize) -> Result<Vec<StoredArticle>, StoreError> {
        self.read(move |c| {
            let sql =
                format!("SELECT {ARTICLE_COLUMNS} FROM articles a WHERE a.id > (SELECT article_id FROM judge_cursor) ORDER BY a.id LIMIT ?1");
            collect(c, &sql, [limit as i64], |row| article_row(row, 0))
        })
        .await
    }
}

const READ_JOB: &str = "q.id, q.entry_id, q.revision, q.attempts, e.feed_id, coalesce(f.name, f.title),
        e.guid, e.link, e.title, e.summary, e.content, e.authors, e.published_at, e.language
     FROM read_queue q JOIN entries e ON e.id = q.entry_id JOIN feeds f ON f.id = e.feed_id";

fn read_job(row: &Row<'_>) -> rusqlite::Result<ReadJob> {
    Ok(ReadJob {
        queue_id: row.get(0)?,
        entry_id: EntryId(row.get(1)?),
        revision: row.get(2)?,
        attempts: row.get(3)?,
        feed: FeedId(row.get(4)?),
        feed_name: row.get(5)?,
        entry: FeedEntry {
            guid: row.get(6)?,
            link: opt_url(row.get(7)?),
            title: row.get(8)?,
            summary: row.get(9)?,
            content: row.get(10)?,
            authors: json_to_list(&row.get::<_, String>(11)?),
            published: row.get::<_, Option<i64>>(12)?.map(instant),
            language: lang(row.get(13)?),
        },
    })
}

fn keep_article(
    tx: &Connection,
    queue_id: Option<i64>,
    new: &NewArticle,
    page: Option<&KeptPage>,
) -> Result<ArticleId, StoreError> {
    let id = insert_article(tx, new)?;
    if let Some(page) = page {
        pages::insert(tx, id, &new.url, page)?;
    }
    if let Some(queue_id) = queue_id {
        tx.prepare_cached("DELETE FROM read_queue WHERE id = ?1")?.execute([queue_id])?;
    }
    Ok(id)
}

fn insert_article(tx: &Connection, new: &NewArticle) -> Result<ArticleId, StoreError> {
    let a = &new.article;
    let text = a.text();
    if let Some((entry, _)) = new.entry {
        tx.prepare_cached("UPDATE articles SET current = 0 WHERE entry_id = ?1")?.execute([entry.0])?;
    }
    tx.prepare_cached(
        "INSERT INTO articles (key, entry_id, revision, feed_id, source, url, canonical_url, title, authors, published_at, published_offset, published_day,
             fetched_at, language, text, access, paywall_marker, missing_percent, origin, problems)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)",
    )?
    .execute(params![
        new.key.as_str(),
        new.entry.map(|(id, _)| id.0),
        new.entry.map_or(1, |(_, revision)| revision),
        new.feed.as_ref().map(FeedId::as_str),
        new.source,
        new.url.as_str(),
        a.canonical_url.as_ref().map(Url::as_str),
        a.title,
        list_to_json(&a.authors),
        a.published.map(|d| micros(d.at)),
        a.published.map_or(0, |d| d.offset.seconds()),
        a.published.is_some_and(|d| d.day_only),
        micros(new.fetched_at),
        a.language.map(|l| l.as_str().to_owned()),
        text,
        a.access.as_str(),
        a.paywall.as_ref().map(|p| p.marker.as_str()),
        a.paywall.as_ref().and_then(|p| p.missing_percent),
        match a.origin {
            Origin::Page => "page",
            Origin::Feed => "feed",
        },
        list_to_json(&a.problems),
    ])?;
    let id = tx.last_insert_rowid();
    tx.prepare_cached("INSERT INTO articles_text (rowid, title, text) VALUES (?1, ?2, ?3)")?
        .execute(params![id, a.title, text])?;
    Ok(ArticleId(id))
}

pub(super) const ARTICLE_COLUMNS: &str = "a.id, a.key, a.feed_id, a.source, a.url, a.canonical_url, a.title, a.authors, a.published_at, a.published_offset, a.published_day,
     a.fetched_at, a.language, a.text, a.access, a.paywall_marker, a.missing_percent, a.origin, a.problems";

/// Reads [`ARTICLE_COLUMNS`] from column `at` on.
pub(super) fn article_row(row: &Row<'_>, at: usize) -> rusqlite::Result<StoredArticle> {
    let url: String = row.get(at + 4)?;
    let url = Url::parse(&url)
        .map_err(|e| rusqlite::Error::FromSqlConversionFailure(at + 4, rusqlite::types::Type::Text, Box::new(e)))?;
    let text: String = row.get(at + 13)?;
    let access: String = row.get(at + 14)?;
    let origin: String = row.get(at + 17)?;
    let offset: i32 = row.get(at + 9)?;
    let day_only: bool = row.get(at + 10)?;
    let published = row.get::<_, Option<i64>>(at + 8)?.map(|micros| PageDate {
        at: instant(micros),
        offset: Offset::from_seconds(offset).unwrap_or(Offset::UTC),
        day_only,
    });
    let marker: Option<String> = row.get(at + 15)?;
    let missing_percent: Option<f64> = row.get(at + 16)?;
    let article = Article {
        url: Some(url.clone()),
        canonical_url: opt_url(row.get(at + 5)?),
        title: row.get(at + 6)?,
        authors: json_to_list(&row.get::<_, String>(at + 7)?),
        site_name: None,
        published,
        modified: None,
        language: lang(row.get(at + 12)?),
        paragraphs: text.split("\n\n").filter(|p| !p.is_empty()).map(str::to_owned).collect(),
        access: match access.as_str() {
            "partial" => Access::Partial,
            "blocked" => Access::Blocked,
            _ => Access::Open,
        },
        paywall: marker.map(|marker| Paywall { marker, missing_percent }),
        origin: if origin == "feed" { Origin::Feed } else { Origin::Page },
        problems: json_to_list(&row.get::<_, String>(at + 18)?),
    };
    Ok(StoredArticle {
        id: ArticleId(row.get(at)?),
        key: ArticleKey(row.get(at + 1)?),
        feed: row.get::<_, Option<String>>(at + 2)?.map(FeedId),
        source: row.get(at + 3)?,
        url,
        fetched_at: instant(row.get(at + 11)?),
        article,
    })
}

/// The public identifier of an article.
pub(super) fn key_of(connection: &Connection, id: ArticleId) -> Result<Option<ArticleKey>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT key FROM articles WHERE id = ?1")?;
    Ok(statement.query_row([id.0], |r| Ok(ArticleKey(r.get(0)?))).optional()?)
}

/// One article by its public identifier, its address, or its row's number.
pub(super) fn find_article(connection: &Connection, wanted: &str) -> Result<Option<StoredArticle>, StoreError> {
    let sql = format!(
        "SELECT {ARTICLE_COLUMNS} FROM articles a LEFT JOIN entries e ON e.id = a.entry_id
         WHERE a.key = ?1 OR a.url = ?1 OR a.canonical_url = ?1 OR e.link = ?1 OR CAST(a.id AS TEXT) = ?1
         ORDER BY a.current DESC, a.id DESC LIMIT 1"
    );
    Ok(collect(connection, &sql, [wanted], |row| article_row(row, 0))?.into_iter().next())
}

//! Table `pages`: pages as they were fetched, for replays; written by read with the article.

use jiff::Timestamp;
use rusqlite::{Connection, params};
use url::Url;

use super::StoreError;
use super::columns::micros;
use crate::fetch::Page;
use crate::types::ArticleId;

/// zstd's level 3: 5:1 at 478 MB/s on news pages; higher levels gain little.
const PAGE_COMPRESSION: i32 = 3;

/// A page as it is kept. Whoever makes it compresses it: the one thread that writes has no time for that.
#[derive(Debug, Clone)]
pub struct KeptPage {
    url: Option<Url>,
    fetched_at: Timestamp,
    status: u16,
    /// A JSON object.
    headers: String,
    body_zstd: Vec<u8>,
}

impl KeptPage {
    /// Compresses a page; `None` when that fails, for an article is worth more than the page it came from.
    pub fn of(page: &Page) -> Option<KeptPage> {
        let body_zstd = zstd::bulk::compress(&page.body, PAGE_COMPRESSION).ok()?;
        let headers: serde_json::Map<String, serde_json::Value> = page
            .headers
            .0
            .iter()
            .map(|(name, value)| (name.clone(), serde_json::Value::from(String::from_utf8_lossy(value).into_owned())))
            .collect();
        let headers = serde_json::Value::Object(headers).to_string();
        Some(KeptPage { url: page.url.clone(), fetched_at: page.fetched_at, status: page.status, headers, body_zstd })
    }
}

/// Keeps the page of an article; `url` is the article's address, for a page that does not say its own.
pub(super) fn insert(tx: &Connection, article: ArticleId, url: &Url, page: &KeptPage) -> Result<(), StoreError> {
    tx.prepare_cached(
        "INSERT INTO pages (article_id, url, fetched_at, status, headers, body_zstd) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        article.0,
        page.url.as_ref().unwrap_or(url).as_str(),
        micros(page.fetched_at),
        page.status,
        page.headers,
        page.body_zstd
    ])?;
    Ok(())
}

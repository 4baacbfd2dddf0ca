//! How values lie in columns: instants as microseconds, lists as JSON, hashes as signed integers.

use jiff::Timestamp;
use rusqlite::Row;
use url::Url;

use super::StoreError;
use crate::types::Lang;

pub(super) fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

pub(super) fn instant(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

pub(super) fn lang(text: Option<String>) -> Option<Lang> {
    text.as_deref().and_then(Lang::parse)
}

pub(super) fn list_to_json(list: &[String]) -> String {
    serde_json::Value::from(list).to_string()
}

/// A list of strings out of its JSON; what is not one (a damaged row) reads as empty.
pub(super) fn json_to_list(json: &str) -> Vec<String> {
    serde_json::from_str(json).unwrap_or_default()
}

pub(super) fn opt_url(text: Option<String>) -> Option<Url> {
    text.and_then(|t| Url::parse(&t).ok())
}

/// A hash as SQLite's signed integer.
pub(super) fn hash(text: &str) -> i64 {
    i64::from_ne_bytes(xxhash_rust::xxh3::xxh3_64(text.as_bytes()).to_ne_bytes())
}

/// Collects rows, keeping the first error.
pub(super) fn collect<T, P: rusqlite::Params>(
    connection: &rusqlite::Connection,
    sql: &str,
    params: P,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params, read)?;
    Ok(rows.collect::<rusqlite::Result<Vec<T>>>()?)
}

//! Table `merges`: which story goes on as which. Appended by judge; readers resolve a story by it, and rows that name a story are never rewritten.
//!
//! A story that goes on as an older one brings along what had gone on as it: there is a row from each of them to the older one. So the root of a story is the
//! smallest that it has a row to, and what a root holds are the stories that have a row to it: no chain has to be followed.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::StoreError;
use super::columns::micros;
use crate::story::Merge;
use crate::types::{ArticleId, StoryId};

/// SQL for the story that the one in this column has become; itself, when it was not merged.
macro_rules! root {
    ($column:literal) => {
        concat!("coalesce((SELECT min(into_story) FROM merges WHERE from_story = ", $column, "), ", $column, ")")
    };
}

/// SQL for the stories that the root in this column or parameter holds, itself first.
macro_rules! held_by {
    ($root:literal) => {
        concat!("(SELECT ", $root, " UNION ALL SELECT from_story FROM merges WHERE into_story = ", $root, ")")
    };
}

pub(super) use {held_by, root};

/// What `story` has become.
pub(super) fn root_of(connection: &Connection, story: StoryId) -> Result<StoryId, StoreError> {
    let sql = concat!("SELECT ", root!("?1"));
    Ok(StoryId(connection.prepare_cached(sql)?.query_row([story.0], |r| r.get(0))?))
}

/// Keeps a merge that `article` proved. The counts of the story that goes on are then those of both.
pub(super) fn keep_merge(tx: &Connection, merge: Merge, article: ArticleId, at: Timestamp) -> Result<(), StoreError> {
    let Merge { from, into } = merge;
    tx.prepare_cached(
        "INSERT INTO merges (from_story, into_story, at, article_id)
         SELECT ?1, ?2, ?3, ?4 UNION ALL SELECT from_story, ?2, ?3, ?4 FROM merges WHERE into_story = ?1",
    )?
    .execute(params![from.0, into.0, micros(at), article.0])?;
    tx.prepare_cached(
        "UPDATE stories SET articles = stories.articles + f.articles, developments = stories.developments + f.developments,
             opened_at = min(stories.opened_at, f.opened_at), updated_at = max(stories.updated_at, f.updated_at)
         FROM (SELECT * FROM stories WHERE id = ?1) f WHERE stories.id = ?2",
    )?
    .execute(params![from.0, into.0])?;
    Ok(())
}

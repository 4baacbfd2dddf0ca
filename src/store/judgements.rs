//! Tables `matches`, `stories`, `story_articles`, `developments` and judge's cursor: written by judge.

use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};
use serde_json::{Value, json};

use super::articles::{ARTICLE_COLUMNS, StoredArticle, article_row};
use super::columns::{collect, instant, json_to_list, list_to_json, micros};
use super::merges::keep_merge;
use super::{Durability, Store, StoreError};
use crate::matcher::{Concept, Evidence, Match, Zone};
use crate::story::{Decision, Development, DevelopmentKind, Merge, Outline, Placement};
use crate::types::{ArticleId, DevelopmentId, StoryId, TopicId};

/// Where one article went within one topic.
#[derive(Debug, Clone)]
pub struct Placed {
    /// Its story; a new one when the placement opens it.
    pub story: StoryId,
    /// The judgement.
    pub placement: Placement,
    /// The story's title, when the placement opens it.
    pub title: String,
    /// For a verbatim copy: what the story index knows it by.
    pub outline: Option<Outline>,
}

/// The judgement of one article within one topic.
#[derive(Debug, Clone)]
pub struct TopicJudgement {
    /// What the topic says.
    pub matched: Match,
    /// True when the article is relevant by its story only.
    pub inherited: bool,
    /// Where it went, when it is relevant.
    pub placed: Option<Placed>,
}

/// The judgement of one article.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// The article.
    pub article: ArticleId,
    /// When it was judged.
    pub at: Timestamp,
    /// One per topic that has anything to say.
    pub topics: Vec<TopicJudgement>,
}

/// What a topic said of a stored article.
#[derive(Debug, Clone)]
pub struct StoredMatch {
    /// The match itself.
    pub matched: Match,
    /// True when the article is relevant by its story only.
    pub inherited: bool,
}

/// An article of a story, with what is needed to judge the next one.
#[derive(Debug, Clone)]
pub struct WindowArticle {
    /// The article.
    pub article: StoredArticle,
    /// What the topic said.
    pub matched: Match,
    /// Where it went; that story may have gone on as another one since.
    pub story: StoryId,
    /// The other story that it belongs to.
    pub bridges: Option<StoryId>,
    /// The stories that it proved to be one.
    pub merges: Option<Merge>,
    /// Whether it is a copy.
    pub duplicate_of: Option<ArticleId>,
    /// What it brought.
    pub development: Option<Development>,
    /// When it was judged.
    pub judged_at: Timestamp,
}

/// What the window of a topic holds.
#[derive(Debug, Clone)]
pub enum WindowRow {
    /// A verbatim copy.
    Copy {
        /// What it is known by.
        outline: Outline,
        /// The first publisher's article.
        of: ArticleId,
        /// Their story.
        story: StoryId,
    },
    /// Any other article.
    Article(Box<WindowArticle>),
}

impl WindowRow {
    fn article(&self) -> ArticleId {
        match self {
            WindowRow::Copy { outline, .. } => outline.id(),
            WindowRow::Article(row) => row.article.id,
        }
    }
}

/// A development as it lies in the store.
#[derive(Debug, Clone)]
pub struct StoredDevelopment {
    /// The development.
    pub id: DevelopmentId,
    /// Its story.
    pub story: StoryId,
    /// The article that brought it.
    pub article: ArticleId,
    /// What kind of fact.
    pub kind: DevelopmentKind,
    /// True for the first report of the story.
    pub opens: bool,
    /// Whether one report is enough.
    pub strong: bool,
    /// The sentences that carry it.
    pub new: Vec<String>,
    /// When it was judged.
    pub at: Timestamp,
}

impl Store {
    /// Keeps judgements and moves the cursor; gives the developments their ids: one list a judgement, in the order of its topics.
    pub async fn record_judgements(
        &self,
        judgements: impl Into<Arc<[Judgement]>>,
    ) -> Result<Vec<Vec<Option<DevelopmentId>>>, StoreError> {
        let judgements = judgements.into();
        self.write(Durability::Normal, move |tx| judgements.iter().map(|judgement| keep_judgement(tx, judgement)).collect()).await
    }

    /// The highest story id given so far.
    pub async fn last_story(&self) -> Result<StoryId, StoreError> {
        self.read(|c| Ok(StoryId(c.query_row("SELECT coalesce(max(id), 0) FROM stories", [], |r| r.get(0))?))).await
    }

    /// Every article that `topic` placed since `since`, in order of arrival: what the story index is rebuilt from. Without those that were kept by their story
    /// only: the index does not hold them.
    pub async fn window(&self, topic: TopicId, since: Timestamp) -> Result<Vec<WindowRow>, StoreError> {
        self.read(move |c| {
            let (mut rows, unread) = window_copies(c, &topic, since)?;
            rows.extend(window_articles(c, "s.outline IS NULL AND s.judged_at >= ?2", params![topic.as_str(), micros(since)])?);
            for article in unread {
                rows.extend(window_articles(c, "s.article_id = ?2", params![topic.as_str(), article.0])?);
            }
            rows.sort_by_key(WindowRow::article);
            Ok(rows)
        })
        .await
    }
}

/// The verbatim copies of the window, and those whose outline another program wrote.
fn window_copies(c: &Connection, topic: &TopicId, since: Timestamp) -> Result<(Vec<WindowRow>, Vec<ArticleId>), StoreError> {
    let mut unread = Vec::new();
    let mut statement = c.prepare_cached(
        "SELECT article_id, story_id, duplicate_of, outline FROM story_articles
         WHERE topic = ?1 AND judged_at >= ?2 AND outline IS NOT NULL AND duplicate_of IS NOT NULL",
    )?;
    let mut found = statement.query(params![topic.as_str(), micros(since)])?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        let id = ArticleId(row.get(0)?);
        let outline = row.get_ref(3)?.as_blob().ok().and_then(|bytes| Outline::from_bytes(id, bytes));
        let (story, of) = (StoryId(row.get(1)?), ArticleId(row.get(2)?));
        match outline {
            Some(outline) => rows.push(WindowRow::Copy { outline, of, story }),
            None => unread.push(id),
        }
    }
    Ok((rows, unread))
}

fn window_articles(c: &Connection, which: &str, values: impl rusqlite::Params) -> Result<Vec<WindowRow>, StoreError> {
    let sql = format!(
        "SELECT {MATCH_COLUMNS}, s.story_id, s.duplicate_of, s.judged_at, d.kind, d.strong, d.new, s.bridges,
                (SELECT min(from_story) FROM merges x WHERE x.into_story = s.story_id AND x.article_id = s.article_id), {ARTICLE_COLUMNS}
         FROM story_articles s JOIN articles a ON a.id = s.article_id JOIN matches m ON m.article_id = s.article_id AND m.topic = s.topic
         LEFT JOIN developments d ON d.article_id = s.article_id AND d.story_id = s.story_id
         WHERE s.topic = ?1 AND m.inherited = 0 AND {which} ORDER BY s.article_id"
    );
    collect(c, &sql, values, |row| {
        let into = StoryId(row.get(MATCH_WIDTH)?);
        // Of what it brought along, the oldest is the one that was merged.
        let from: Option<i64> = row.get(MATCH_WIDTH + 7)?;
        Ok(WindowRow::Article(Box::new(WindowArticle {
            matched: match_row(row, 0)?.matched,
            story: into,
            bridges: row.get::<_, Option<i64>>(MATCH_WIDTH + 6)?.map(StoryId),
            merges: from.map(|from| Merge { from: StoryId(from), into }),
            duplicate_of: row.get::<_, Option<i64>>(MATCH_WIDTH + 1)?.map(ArticleId),
            judged_at: instant(row.get(MATCH_WIDTH + 2)?),
            development: window_development(row, MATCH_WIDTH + 3)?,
            article: article_row(row, MATCH_WIDTH + 8)?,
        })))
    })
}

fn window_development(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<Development>> {
    let Some(kind) = row.get::<_, Option<String>>(at)?.as_deref().and_then(DevelopmentKind::parse) else { return Ok(None) };
    Ok(Some(Development { kind, strong: row.get(at + 1)?, new: json_to_list(&row.get::<_, String>(at + 2)?) }))
}

fn keep_judgement(tx: &Connection, judgement: &Judgement) -> Result<Vec<Option<DevelopmentId>>, StoreError> {
    let mut developments = Vec::with_capacity(judgement.topics.len());
    for topic in &judgement.topics {
        keep_match(tx, judgement.article, topic)?;
        let development = match &topic.placed {
            Some(placed) => keep_placement(tx, judgement, &topic.matched.topic, placed)?,
            None => None,
        };
        developments.push(development);
    }
    // By the key: of a statement that may touch several rows each part can be undone, for which the full-text index is written out every time.
    tx.prepare_cached("UPDATE judge_cursor SET article_id = ?1 WHERE one = 1 AND article_id < ?1")?
        .execute([judgement.article.0])?;
    Ok(developments)
}

fn keep_match(tx: &Connection, article: ArticleId, judged: &TopicJudgement) -> Result<(), StoreError> {
    let m = &judged.matched;
    let evidence: Vec<Value> =
        m.evidence.iter().map(|e| json!([e.term, e.concept, e.zone.as_str(), e.count, e.weight])).collect();
    let concepts: Vec<Value> = m.concepts.iter().map(|c| json!([c.id, c.count])).collect();
    tx.prepare_cached(
        "INSERT INTO matches (article_id, topic, score, relevant, strong, inherited, rule, evidence, concepts, masked)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        article.0,
        m.topic.as_str(),
        m.score,
        m.relevant || judged.inherited,
        m.strong,
        judged.inherited,
        m.rule,
        Value::from(evidence).to_string(),
        Value::from(concepts).to_string(),
        list_to_json(&m.masked),
    ])?;
    Ok(())
}

fn keep_placement(
    tx: &Connection,
    judgement: &Judgement,
    topic: &TopicId,
    placed: &Placed,
) -> Result<Option<DevelopmentId>, StoreError> {
    let at = micros(judgement.at);
    let opens = placed.placement.decision == Decision::Opens;
    if opens {
        tx.prepare_cached("INSERT INTO stories (id, topic, title, opened_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?4)")?
            .execute(params![placed.story.0, topic.as_str(), placed.title, at])?;
    }
    let duplicate_of = placed.placement.decision.original().map(|of| of.0);
    tx.prepare_cached(
        "INSERT INTO story_articles (article_id, topic, story_id, duplicate_of, judged_at, reasons, outline, bridges) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        judgement.article.0,
        topic.as_str(),
        placed.story.0,
        duplicate_of,
        at,
        list_to_json(&placed.placement.reasons),
        placed.outline.as_ref().map(Outline::to_bytes),
        placed.placement.bridges.map(|other| other.0),
    ])?;
    if let Some(merge) = placed.placement.merges {
        keep_merge(tx, merge, judgement.article, judgement.at)?;
    }
    tx.prepare_cached(
        "UPDATE stories SET articles = articles + 1, updated_at = ?2, developments = developments + ?3 WHERE id = ?1",
    )?
    .execute(params![placed.story.0, at, i64::from(placed.placement.development.is_some())])?;
    if let Some(confirmed) = placed.placement.confirms {
        tx.prepare_cached("UPDATE developments SET strong = 1 WHERE article_id = ?1 AND topic = ?2 AND strong = 0")?
            .execute(params![confirmed.0, topic.as_str()])?;
    }
    let Some(development) = &placed.placement.development else { return Ok(None) };
    tx.prepare_cached(
        "INSERT INTO developments (story_id, topic, article_id, kind, opens, strong, new, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        placed.story.0,
        topic.as_str(),
        judgement.article.0,
        development.kind.as_str(),
        opens,
        development.strong,
        list_to_json(&development.new),
        at
    ])?;
    Ok(Some(DevelopmentId(tx.last_insert_rowid())))
}

pub(super) const MATCH_COLUMNS: &str =
    "m.topic, m.score, m.relevant, m.strong, m.rule, m.evidence, m.concepts, m.masked, m.inherited";
pub(super) const MATCH_WIDTH: usize = 9;

/// Reads [`MATCH_COLUMNS`] from column `at` on.
pub(super) fn match_row(row: &Row<'_>, at: usize) -> rusqlite::Result<StoredMatch> {
    let evidence: Vec<(String, String, String, u32, f64)> =
        serde_json::from_str(&row.get::<_, String>(at + 5)?).unwrap_or_default();
    let concepts: Vec<(String, u32)> = serde_json::from_str(&row.get::<_, String>(at + 6)?).unwrap_or_default();
    let inherited = row.get(at + 8)?;
    let matched = Match {
        topic: TopicId(row.get(at)?),
        one_sided: inherited,
        score: row.get(at + 1)?,
        // The column says whether the article is kept.
        relevant: row.get::<_, bool>(at + 2)? && !inherited,
        strong: row.get(at + 3)?,
        rule: row.get(at + 4)?,
        evidence: evidence
            .into_iter()
            .map(|(term, concept, zone, count, weight)| Evidence {
                term,
                concept,
                zone: match zone.as_str() {
                    "title" => Zone::Title,
                    "lead" => Zone::Lead,
                    _ => Zone::Body,
                },
                count,
                weight,
            })
            .collect(),
        concepts: concepts.into_iter().map(|(id, count)| Concept { id, count }).collect(),
        masked: json_to_list(&row.get::<_, String>(at + 7)?),
    };
    Ok(StoredMatch { matched, inherited })
}

/// The matches of one article, by topic.
pub(super) fn matches_of(connection: &Connection, article: ArticleId) -> Result<Vec<StoredMatch>, StoreError> {
    let sql = format!("SELECT {MATCH_COLUMNS} FROM matches m WHERE m.article_id = ?1 ORDER BY m.topic");
    collect(connection, &sql, [article.0], |row| match_row(row, 0))
}

pub(super) const DEVELOPMENT_COLUMNS: &str = "d.id, d.story_id, d.article_id, d.kind, d.opens, d.strong, d.new, d.at";

/// Reads [`DEVELOPMENT_COLUMNS`].
pub(super) fn development_row(row: &Row<'_>) -> rusqlite::Result<StoredDevelopment> {
    let kind: String = row.get(3)?;
    Ok(StoredDevelopment {
        id: DevelopmentId(row.get(0)?),
        story: StoryId(row.get(1)?),
        article: ArticleId(row.get(2)?),
        kind: DevelopmentKind::parse(&kind).unwrap_or(DevelopmentKind::NewStory),
        opens: row.get(4)?,
        strong: row.get(5)?,
        new: json_to_list(&row.get::<_, String>(6)?),
        at: instant(row.get(7)?),
    })
}

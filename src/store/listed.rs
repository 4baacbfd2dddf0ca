//! What lists are made of, and what they are narrowed to.

use jiff::Timestamp;

use super::articles::StoredArticle;
use super::judgements::{StoredDevelopment, StoredMatch};
use crate::types::{StoryId, TopicId};

/// What a list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Not older than this (when it was had, judged, decided).
    pub since: Option<Timestamp>,
    /// Relevant to this topic.
    pub topic: Option<String>,
    /// Out of this feed.
    pub feed: Option<String>,
    /// In this state: `open`, `partial`, `blocked` for articles; `queued`, `sent`, `failed` for messages; `ok`, `failing`, `quiet`, … for feeds.
    pub state: Option<String>,
    /// Words to look for in title and text, in SQLite's full-text syntax.
    pub search: Option<String>,
    /// The most rows, newest first.
    pub limit: usize,
}

/// An article in a list.
#[derive(Debug, Clone)]
pub struct ListedArticle {
    /// The article.
    pub article: StoredArticle,
    /// What each topic says, by topic.
    pub topics: Vec<ListedTopic>,
    /// Its first story.
    pub story: Option<StoryId>,
}

/// What a topic says of an article in a list.
#[derive(Debug, Clone)]
pub struct ListedTopic {
    /// The topic.
    pub topic: String,
    /// 0 to 1.
    pub score: f64,
    /// Kept.
    pub relevant: bool,
    /// Kept because of its story only.
    pub by_story: bool,
}

/// A story in a list.
#[derive(Debug, Clone)]
pub struct ListedStory {
    /// The story.
    pub id: StoryId,
    /// Its topic.
    pub topic: String,
    /// Its title.
    pub title: String,
    /// Its first article.
    pub opened_at: Timestamp,
    /// Its last one.
    pub updated_at: Timestamp,
    /// How many articles.
    pub articles: u32,
    /// How many developments.
    pub developments: u32,
}

/// An alert in a list.
#[derive(Debug, Clone)]
pub struct ListedAlert {
    /// When it was decided.
    pub at: Timestamp,
    /// For whom.
    pub desk: String,
    /// `immediate`, `digest`, or `health` for operators.
    pub kind: String,
    /// Its stories.
    pub stories: Vec<StoryId>,
    /// The public identifiers of the articles that it told.
    pub articles: Vec<String>,
    /// The subject of its mail.
    pub subject: Option<String>,
    /// Its first message.
    pub message_id: Option<String>,
}

/// A message in a list.
#[derive(Debug, Clone)]
pub struct ListedMessage {
    /// Its row.
    pub id: i64,
    /// Its desk.
    pub desk: String,
    /// Its recipient.
    pub recipient: String,
    /// `immediate`, `digest`, or `health` for operators.
    pub kind: String,
    /// The subject.
    pub subject: String,
    /// Without angle brackets.
    pub message_id: String,
    /// `queued`, `sending`, `sent`, `failed`, `dropped`.
    pub state: String,
    /// When it was decided.
    pub created_at: Timestamp,
    /// When it was accepted.
    pub sent_at: Option<Timestamp>,
    /// Tries so far.
    pub attempts: u32,
    /// When it is tried next.
    pub next_at: Timestamp,
    /// The relay's last words.
    pub last_error: Option<String>,
}

/// Where an article went within one topic.
#[derive(Debug, Clone)]
pub struct DossierPlacement {
    /// The topic.
    pub topic: TopicId,
    /// The story.
    pub story: StoryId,
    /// The story's title.
    pub title: String,
    /// The public identifier of the article that it copies.
    pub duplicate_of: Option<String>,
    /// Why.
    pub reasons: Vec<String>,
}

/// Everything known of one article.
#[derive(Debug, Clone)]
pub struct Dossier {
    /// The article.
    pub article: StoredArticle,
    /// What each topic says.
    pub matches: Vec<StoredMatch>,
    /// Where it went, by topic.
    pub placements: Vec<DossierPlacement>,
    /// The developments it brought.
    pub developments: Vec<StoredDevelopment>,
    /// The alerts that told it: when, desk, kind.
    pub alerts: Vec<(Timestamp, String, String)>,
    /// Desks that decided not to be told of it at once.
    pub dropped_for: Vec<String>,
}

/// Counts for `vigie status`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counts {
    /// Configured feeds by status word.
    pub feeds: Vec<(String, u64)>,
    /// Articles in all.
    pub articles: u64,
    /// Articles relevant to at least one topic.
    pub relevant: u64,
    /// Stories.
    pub stories: u64,
    /// Articles waiting to be read.
    pub to_read: u64,
    /// Articles waiting to be judged.
    pub to_judge: u64,
    /// Messages by state.
    pub messages: Vec<(String, u64)>,
    /// The oldest message still queued.
    pub oldest_queued_at: Option<Timestamp>,
    /// The last poll of any feed.
    pub last_poll_at: Option<Timestamp>,
}

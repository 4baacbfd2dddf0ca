//! What judge decided, for whoever watches: the report of a replay, the log of a daemon.

use std::sync::Arc;

use jiff::Timestamp;

use crate::alert::AlertKind;
use crate::types::{ArticleKey, DeskName, FeedId, StoryId, TopicId};

/// One decision.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// An article was judged within one topic that has to do with it.
    Article(ArticleEvent),
    /// An article has nothing to do with any other topic.
    Unmatched(UnmatchedEvent),
    /// Two stories prove to be one.
    Merge(MergeEvent),
    /// A desk is mailed.
    Alert(AlertEvent),
    /// Operators are mailed.
    Health(HealthEvent),
}

/// An article was judged within one topic that has to do with it.
#[derive(Debug, Clone, PartialEq)]
pub struct ArticleEvent {
    /// When.
    pub at: Timestamp,
    /// Its public identifier.
    pub key: ArticleKey,
    /// The address a reader is given.
    pub url: String,
    /// The headline.
    pub title: String,
    /// The topic.
    pub topic: TopicId,
    /// Kept.
    pub relevant: bool,
    /// Kept because of its story only.
    pub by_story: bool,
    /// 0 to 1.
    pub score: f64,
    /// Its story.
    pub story: Option<StoryId>,
    /// Whether it is the story's first.
    pub opens: bool,
    /// The article it copies.
    pub duplicate_of: Option<ArticleKey>,
    /// Whether its story developed.
    pub development: bool,
    /// The sentences that carry what is new.
    pub new: Vec<String>,
}

/// An article has nothing to do with some topics, or with none because there is none.
#[derive(Debug, Clone, PartialEq)]
pub struct UnmatchedEvent {
    /// When.
    pub at: Timestamp,
    /// Its public identifier.
    pub key: ArticleKey,
    /// The address a reader is given.
    pub url: String,
    /// The topics that were asked and give it no score.
    pub topics: Arc<[TopicId]>,
}

/// Two stories prove to be one: the younger goes on as the older.
#[derive(Debug, Clone, PartialEq)]
pub struct MergeEvent {
    /// When.
    pub at: Timestamp,
    /// Their topic.
    pub topic: TopicId,
    /// The younger story; no later record places an article in it.
    pub from: StoryId,
    /// The older one.
    pub into: StoryId,
}

/// A desk is mailed.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertEvent {
    /// When it was decided.
    pub at: Timestamp,
    /// Who.
    pub desk: DeskName,
    /// Which mail.
    pub kind: AlertKind,
    /// The stories told.
    pub stories: Vec<StoryId>,
    /// The articles told.
    pub articles: Vec<ArticleKey>,
    /// One per recipient, without angle brackets.
    pub message_ids: Vec<String>,
    /// The subject of the first.
    pub subject: String,
}

/// Operators are mailed which feeds break and recover.
#[derive(Debug, Clone, PartialEq)]
pub struct HealthEvent {
    /// When it was decided.
    pub at: Timestamp,
    /// Feeds that fail.
    pub failing: Vec<FeedId>,
    /// Feeds that answer and are silent for too long.
    pub quiet: Vec<FeedId>,
    /// Feeds that are well again.
    pub back: Vec<FeedId>,
    /// One per recipient, without angle brackets.
    pub message_ids: Vec<String>,
    /// The subject.
    pub subject: String,
}

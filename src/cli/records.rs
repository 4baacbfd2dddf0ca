//! The records printed for scripts. Their fields are promises: add, never rename.

use serde::Serialize;

use crate::extract::Article;
use crate::pipeline::{AlertEvent, ArticleEvent, HealthEvent, MergeEvent, UnmatchedEvent};
use crate::store::{ListedAlert, ListedArticle, ListedMessage, ListedStory, ListedTopic};

/// The wall of an article.
#[derive(Debug, Serialize)]
pub(super) struct PaywallRecord {
    pub(super) marker: String,
    pub(super) missing_percent: Option<f64>,
}

/// A line of `extract`.
#[derive(Debug, Serialize)]
pub(super) struct ExtractRecord {
    pub(super) path: String,
    pub(super) url: Option<String>,
    pub(super) title: String,
    pub(super) authors: Vec<String>,
    pub(super) published: Option<String>,
    pub(super) language: Option<String>,
    pub(super) text: String,
    pub(super) access: &'static str,
    pub(super) paywall: Option<PaywallRecord>,
    pub(super) problems: Vec<String>,
    pub(super) error: Option<String>,
}

impl ExtractRecord {
    pub(super) fn of(path: String, article: Article) -> ExtractRecord {
        let text = article.text();
        ExtractRecord {
            path,
            url: article.canonical_url.or(article.url).map(String::from),
            title: article.title,
            authors: article.authors,
            published: article.published.map(|d| d.to_rfc3339()),
            language: article.language.map(|l| l.to_string()),
            text,
            access: article.access.as_str(),
            paywall: article.paywall.map(|p| PaywallRecord { marker: p.marker, missing_percent: p.missing_percent }),
            problems: article.problems,
            error: None,
        }
    }

    pub(super) fn failed(path: String, error: String) -> ExtractRecord {
        let empty = Article::empty(crate::extract::Origin::Page);
        ExtractRecord { access: "blocked", error: Some(error), ..ExtractRecord::of(path, empty) }
    }
}

/// An article event of `replay`.
#[derive(Debug, Serialize)]
pub(super) struct ArticleEventRecord {
    event: &'static str,
    at: String,
    id: String,
    url: String,
    topic: Option<String>,
    relevant: bool,
    by_story: bool,
    score: f64,
    story: Option<String>,
    duplicate_of: Option<String>,
    development: bool,
    new: Vec<String>,
}

impl From<ArticleEvent> for ArticleEventRecord {
    fn from(event: ArticleEvent) -> Self {
        ArticleEventRecord {
            event: "article",
            at: event.at.to_string(),
            id: event.key.0,
            url: event.url,
            topic: Some(event.topic.0),
            relevant: event.relevant,
            by_story: event.by_story,
            score: event.score,
            story: event.story.map(|s| s.to_string()),
            duplicate_of: event.duplicate_of.map(|k| k.0),
            development: event.development,
            new: event.new,
        }
    }
}

impl ArticleEventRecord {
    /// A record for each topic that has nothing to do with an article; without topics, one.
    pub(super) fn unmatched(event: &UnmatchedEvent) -> impl Iterator<Item = ArticleEventRecord> {
        let none = event.topics.is_empty().then_some(None);
        event.topics.iter().map(|topic| Some(topic.0.clone())).chain(none).map(|topic| ArticleEventRecord {
            event: "article",
            at: event.at.to_string(),
            id: event.key.0.clone(),
            url: event.url.clone(),
            topic,
            relevant: false,
            by_story: false,
            score: 0.0,
            story: None,
            duplicate_of: None,
            development: false,
            new: Vec::new(),
        })
    }
}

/// Two stories that prove to be one, of `replay`.
#[derive(Debug, Serialize)]
pub(super) struct MergeEventRecord {
    event: &'static str,
    at: String,
    topic: String,
    from: String,
    into: String,
}

impl From<MergeEvent> for MergeEventRecord {
    fn from(event: MergeEvent) -> Self {
        let (from, into) = (event.from.to_string(), event.into.to_string());
        MergeEventRecord { event: "merge", at: event.at.to_string(), topic: event.topic.0, from, into }
    }
}

/// An alert event of `replay`.
#[derive(Debug, Serialize)]
pub(super) struct AlertEventRecord {
    event: &'static str,
    at: String,
    desk: String,
    /// The first story; a digest tells of more, see `stories`.
    story: String,
    stories: Vec<String>,
    kind: &'static str,
    articles: Vec<String>,
    message_id: String,
    message_ids: Vec<String>,
    subject: String,
}

impl From<AlertEvent> for AlertEventRecord {
    fn from(event: AlertEvent) -> Self {
        let stories: Vec<String> = event.stories.iter().map(ToString::to_string).collect();
        AlertEventRecord {
            event: "alert",
            at: event.at.to_string(),
            desk: event.desk.0,
            story: stories.first().cloned().unwrap_or_default(),
            stories,
            kind: event.kind.as_str(),
            articles: event.articles.into_iter().map(|k| k.0).collect(),
            message_id: event.message_ids.first().cloned().unwrap_or_default(),
            message_ids: event.message_ids,
            subject: event.subject,
        }
    }
}

/// A mail to operators of `replay`.
#[derive(Debug, Serialize)]
pub(super) struct HealthEventRecord {
    event: &'static str,
    at: String,
    failing: Vec<String>,
    quiet: Vec<String>,
    back: Vec<String>,
    message_ids: Vec<String>,
    subject: String,
}

impl From<HealthEvent> for HealthEventRecord {
    fn from(event: HealthEvent) -> Self {
        let names = |feeds: Vec<crate::types::FeedId>| feeds.into_iter().map(|feed| feed.0).collect();
        HealthEventRecord {
            event: "health",
            at: event.at.to_string(),
            failing: names(event.failing),
            quiet: names(event.quiet),
            back: names(event.back),
            message_ids: event.message_ids,
            subject: event.subject,
        }
    }
}

/// What a topic says about a listed article.
#[derive(Debug, Serialize)]
pub(super) struct TopicScore {
    pub(super) topic: String,
    pub(super) score: f64,
    pub(super) relevant: bool,
    /// Kept because of its story only.
    pub(super) by_story: bool,
}

impl From<ListedTopic> for TopicScore {
    fn from(listed: ListedTopic) -> Self {
        let ListedTopic { topic, score, relevant, by_story } = listed;
        TopicScore { topic, score, relevant, by_story }
    }
}

/// A row of `articles`.
#[derive(Debug, Serialize)]
pub(super) struct ArticleRecord {
    pub(super) id: String,
    pub(super) url: String,
    pub(super) title: String,
    pub(super) authors: Vec<String>,
    pub(super) published: Option<String>,
    pub(super) fetched: String,
    pub(super) feed: Option<String>,
    pub(super) source: String,
    pub(super) language: Option<String>,
    pub(super) access: &'static str,
    pub(super) paywall: Option<PaywallRecord>,
    pub(super) text: String,
    pub(super) topics: Vec<TopicScore>,
    pub(super) story: Option<String>,
    pub(super) problems: Vec<String>,
}

impl From<ListedArticle> for ArticleRecord {
    fn from(listed: ListedArticle) -> Self {
        let stored = listed.article;
        let text = stored.article.text();
        let article = stored.article;
        ArticleRecord {
            id: stored.key.0,
            url: stored.url.to_string(),
            title: article.title,
            authors: article.authors,
            published: article.published.map(|d| d.to_rfc3339()),
            fetched: stored.fetched_at.to_string(),
            feed: stored.feed.map(|f| f.0),
            source: stored.source,
            language: article.language.map(|l| l.to_string()),
            access: article.access.as_str(),
            paywall: article.paywall.map(|p| PaywallRecord { marker: p.marker, missing_percent: p.missing_percent }),
            text,
            topics: listed.topics.into_iter().map(TopicScore::from).collect(),
            story: listed.story.map(|s| s.to_string()),
            problems: article.problems,
        }
    }
}

/// A row of `stories`.
#[derive(Debug, Serialize)]
pub(super) struct StoryRecord {
    pub(super) id: String,
    pub(super) topic: String,
    pub(super) title: String,
    pub(super) opened: String,
    pub(super) updated: String,
    pub(super) articles: u32,
    pub(super) developments: u32,
}

impl From<ListedStory> for StoryRecord {
    fn from(story: ListedStory) -> Self {
        StoryRecord {
            id: story.id.to_string(),
            topic: story.topic,
            title: story.title,
            opened: story.opened_at.to_string(),
            updated: story.updated_at.to_string(),
            articles: story.articles,
            developments: story.developments,
        }
    }
}

/// A row of `feeds`.
#[derive(Debug, Serialize)]
pub(super) struct FeedRecord {
    pub(super) id: String,
    pub(super) url: String,
    pub(super) name: Option<String>,
    pub(super) state: &'static str,
    pub(super) last_error: Option<String>,
    pub(super) last_polled: Option<String>,
    pub(super) next_poll: Option<String>,
    pub(super) failures: u32,
    /// The first of these failures.
    pub(super) failing_since: Option<String>,
    /// The last poll that brought something.
    pub(super) last_new: Option<String>,
    /// The usual time between two polls that bring something.
    pub(super) rhythm_seconds: Option<u64>,
    /// Answers, and is silent for longer than it usually is.
    pub(super) quiet: bool,
    pub(super) quiet_since: Option<String>,
}

/// A row of `alerts`.
#[derive(Debug, Serialize)]
pub(super) struct AlertRecord {
    pub(super) at: String,
    pub(super) desk: String,
    pub(super) kind: String,
    pub(super) stories: Vec<String>,
    pub(super) articles: Vec<String>,
    pub(super) subject: Option<String>,
    pub(super) message_id: Option<String>,
}

impl From<ListedAlert> for AlertRecord {
    fn from(alert: ListedAlert) -> Self {
        AlertRecord {
            at: alert.at.to_string(),
            desk: alert.desk,
            kind: alert.kind,
            stories: alert.stories.iter().map(ToString::to_string).collect(),
            articles: alert.articles,
            subject: alert.subject,
            message_id: alert.message_id,
        }
    }
}

/// A row of `messages`.
#[derive(Debug, Serialize)]
pub(super) struct MessageRecord {
    pub(super) id: i64,
    pub(super) desk: String,
    pub(super) recipient: String,
    pub(super) kind: String,
    pub(super) subject: String,
    pub(super) message_id: String,
    pub(super) state: String,
    pub(super) created: String,
    pub(super) sent: Option<String>,
    pub(super) attempts: u32,
    pub(super) next_try: Option<String>,
    pub(super) last_error: Option<String>,
}

impl From<ListedMessage> for MessageRecord {
    fn from(message: ListedMessage) -> Self {
        let waiting = message.state == "queued";
        MessageRecord {
            id: message.id,
            desk: message.desk,
            recipient: message.recipient,
            kind: message.kind,
            subject: message.subject,
            message_id: message.message_id,
            state: message.state,
            created: message.created_at.to_string(),
            sent: message.sent_at.map(|at| at.to_string()),
            attempts: message.attempts,
            next_try: waiting.then(|| message.next_at.to_string()),
            last_error: message.last_error,
        }
    }
}

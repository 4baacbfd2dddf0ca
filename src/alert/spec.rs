//! Desks, what is pending for them, and what was decided.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;

use crate::types::{ArticleId, DeskName, DevelopmentId, StoryId, TopicId};

/// The `[alerts]` section.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertSpec {
    /// How long the first echoes of a development are collected before the mail goes.
    pub group_wait: Duration,
    /// The least time between two mails of one story to one desk; developments in between are joined.
    pub min_gap: Duration,
    /// An article published longer ago than this raises no immediate alert.
    pub max_age: Duration,
    /// Immediate mails per desk and hour; what comes on top waits and is said.
    pub hourly_limit: u32,
    /// How long a weak development waits for a second source before it is left to the digest.
    pub weak_wait: Duration,
}

impl Default for AlertSpec {
    fn default() -> Self {
        AlertSpec {
            group_wait: Duration::from_secs(60),
            min_gap: Duration::from_secs(15 * 60),
            max_age: Duration::from_secs(48 * 3600),
            hourly_limit: 12,
            weak_wait: Duration::from_secs(6 * 3600),
        }
    }
}

/// The language of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// French.
    Fr,
    /// English.
    En,
}

/// What an immediate mail is sent for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trigger {
    /// A story opens.
    NewStory,
    /// A story develops.
    Development,
}

/// Days of the week, Monday first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weekdays(pub [bool; 7]);

/// A time of day at which a digest is due, on some days of the week, in the desk's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DigestTime {
    /// The days.
    pub days: Weekdays,
    /// The time of day.
    pub time: Time,
}

/// From when to when nothing is sent, in the desk's zone; may span midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    /// The first quiet minute.
    pub from: Time,
    /// The first minute that is not quiet any more.
    pub to: Time,
}

/// One `[[desk]]`.
#[derive(Debug, Clone, PartialEq)]
pub struct DeskSpec {
    /// Its name.
    pub name: DeskName,
    /// One message each.
    pub recipients: Vec<String>,
    /// The topics it follows; empty means all.
    pub topics: Vec<TopicId>,
    /// The language of its mails.
    pub language: Language,
    /// Its time zone.
    pub timezone: TimeZone,
    /// What it gets at once; empty means digests only.
    pub immediate: Vec<Trigger>,
    /// When it gets a digest.
    pub digest: Vec<DigestTime>,
    /// Or how often.
    pub digest_every: Option<Duration>,
    /// When nothing is sent.
    pub quiet_hours: Option<QuietHours>,
    /// Send a digest that says "nothing new" too.
    pub empty_digest: bool,
}

impl DeskSpec {
    /// True when the desk follows `topic`.
    pub fn follows(&self, topic: &TopicId) -> bool {
        self.topics.is_empty() || self.topics.contains(topic)
    }
}

/// A development that a desk has not been told of.
#[derive(Debug, Clone, PartialEq)]
pub struct Pending {
    /// The development.
    pub development: DevelopmentId,
    /// Its topic.
    pub topic: TopicId,
    /// Its story.
    pub story: StoryId,
    /// The article that brought it.
    pub article: ArticleId,
    /// True for the first report of a story.
    pub opens: bool,
    /// One report is enough, or a second source has come since.
    pub strong: bool,
    /// When it was judged.
    pub at: Timestamp,
    /// When the article says it was published.
    pub published: Option<Timestamp>,
}

/// What a desk was sent lately.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeskLog {
    /// The last immediate mail of each story that has something pending.
    pub last_of_story: Vec<(StoryId, Timestamp)>,
    /// Immediate mails of the last hour, oldest first.
    pub last_hour: Vec<Timestamp>,
    /// The last digest; before the first one, when the desk was first seen.
    pub last_digest_at: Option<Timestamp>,
}

/// Which mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AlertKind {
    /// At once, one story.
    Immediate,
    /// At its time, many stories.
    Digest,
}

impl AlertKind {
    /// The word used in output records and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            AlertKind::Immediate => "immediate",
            AlertKind::Digest => "digest",
        }
    }
}

/// One story of an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertStory {
    /// The story.
    pub story: StoryId,
    /// The developments told, oldest first.
    pub developments: Vec<DevelopmentId>,
    /// The articles that brought them, in the same order.
    pub articles: Vec<ArticleId>,
}

/// A decision to mail a desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// The desk.
    pub desk: DeskName,
    /// Which mail.
    pub kind: AlertKind,
    /// When it was decided.
    pub at: Timestamp,
    /// From when on a digest tells; for an immediate alert, `at`.
    pub since: Timestamp,
    /// The stories; one for an immediate alert, unless mails were held and joined.
    pub stories: Vec<AlertStory>,
    /// How many mails were held back (quiet hours, hourly limit) and are joined in this one.
    pub held: u32,
}

/// What a desk gets now, and when to ask again.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Decided {
    /// What is due.
    pub alerts: Vec<Alert>,
    /// Developments that will never be sent as an immediate alert: too old, or too weak for too long.
    pub dropped: Vec<DevelopmentId>,
    /// The next instant at which this desk's decision can change without a new development.
    pub ask_again_at: Option<Timestamp>,
}

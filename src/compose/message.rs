//! What a mail is made from, and the mail.

use jiff::Timestamp;
use url::Url;

use crate::alert::AlertKind;
use crate::extract::Access;
use crate::types::{ArticleId, ArticleKey, Lang, StoryId, TopicId};

/// Who sends: the part of `[mail]` that stands in every message.
#[derive(Debug, Clone, PartialEq)]
pub struct MailIdentity {
    /// `Name <address>` or a bare address.
    pub from: String,
    /// The right-hand side of Message-IDs and List-Ids: the domain of `from`, in A-labels.
    pub domain: String,
    /// The public address of the web page, if there is one.
    pub base_url: Option<Url>,
}

/// An article as a mail shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct MailArticle {
    /// Its row.
    pub id: ArticleId,
    /// Its public identifier.
    pub key: ArticleKey,
    /// The headline.
    pub title: String,
    /// The address as published, minus tracking parameters.
    pub url: Url,
    /// The outlet, as the feed or site calls itself.
    pub source: String,
    /// When it was published, else when it was first seen.
    pub published: Timestamp,
    /// When it was judged; what an earlier mail of the story could show is not shown again.
    pub seen: Timestamp,
    /// Its language.
    pub language: Option<Lang>,
    /// How much of it can be read.
    pub access: Access,
    /// The share that is missing, percent, when the page states it.
    pub missing_percent: Option<f64>,
    /// Its first paragraphs, plain text.
    pub lead: Vec<String>,
    /// Its score in the topic.
    pub score: f64,
    /// Words that matched, as they stand in the text.
    pub terms: Vec<String>,
    /// The rule that decided, in words.
    pub rule: String,
    /// True when it is kept because of its story only.
    pub by_story: bool,
    /// The article that it is a copy of.
    pub duplicate_of: Option<ArticleId>,
}

/// A development as a mail tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct MailDevelopment {
    /// When it was judged.
    pub at: Timestamp,
    /// The article that brought it.
    pub article: ArticleId,
    /// True for the first report of the story.
    pub opens: bool,
    /// The sentences that carry it.
    pub new: Vec<String>,
}

/// The earlier mails of a story to one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// Message-ID of the first one, without angle brackets.
    pub first: String,
    /// Message-ID of the last one, without angle brackets.
    pub last: String,
    /// How many there were.
    pub count: u32,
    /// When the last one was decided.
    pub last_at: Timestamp,
}

/// A story as a mail tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct MailStory {
    /// The story.
    pub id: StoryId,
    /// Its topic.
    pub topic: TopicId,
    /// The topic's name for people.
    pub topic_title: String,
    /// The story's title, fixed when it opened.
    pub title: String,
    /// The developments told by this mail, oldest first.
    pub developments: Vec<MailDevelopment>,
    /// The articles of the story that this mail may show, first publisher first.
    pub articles: Vec<MailArticle>,
    /// Articles that the story held in all when the mail was decided.
    pub total_articles: u32,
    /// Earlier mails of this story to this recipient.
    pub thread: Option<Thread>,
}

/// What a digest says about its whole period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DigestFrame {
    /// Articles read in the period, whatever they are about.
    pub read: u32,
    /// Those of them that are on one of the desk's topics.
    pub relevant: u32,
}

/// One mail to one recipient, complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The address it goes to.
    pub recipient: String,
    /// Derived from the decision, without angle brackets.
    pub message_id: String,
    /// Which mail.
    pub kind: AlertKind,
    /// The story that it threads on.
    pub story: Option<StoryId>,
    /// The subject, decoded.
    pub subject: String,
    /// The plain-text part, for showing it elsewhere.
    pub text: String,
    /// The HTML part, for showing it elsewhere.
    pub html: String,
    /// The whole message as it goes over the wire: ASCII, CRLF, no line over 998 bytes.
    pub bytes: Vec<u8>,
}

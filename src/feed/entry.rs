//! What comes out of a feed.

use jiff::Timestamp;
use thiserror::Error;
use url::Url;

use crate::schedule::Hints;
use crate::types::Lang;

/// One announcement.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedEntry {
    /// What makes the entry itself within its feed: guid or atom:id, else the link, else a hash of title and date.
    ///
    /// As written, even when it looks like a relative address: RFC 4287 §4.2.6 has it compared character by character and unchanged when the feed
    /// moves, and made absolute it would be another one after every redirect.
    pub guid: String,
    /// The article's address: absolute, `http` or `https`.
    pub link: Option<Url>,
    /// Plain text on one line.
    pub title: String,
    /// The summary or description as HTML, unsafe; empty when there is none.
    pub summary: String,
    /// The whole text as HTML (content:encoded, atom:content), unsafe, when the feed carries it.
    pub content: Option<String>,
    /// Names of the authors.
    pub authors: Vec<String>,
    /// As stated; `None` when absent or unreadable. Never later than the fetch plus one day.
    pub published: Option<Timestamp>,
    /// The entry's or the feed's declared language.
    pub language: Option<Lang>,
}

/// A document that was read as a feed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ParsedFeed {
    /// The feed's own title, plain text.
    pub title: Option<String>,
    /// The declared language.
    pub language: Option<Lang>,
    /// The entries, in the feed's order, no guid twice.
    pub entries: Vec<FeedEntry>,
    /// What the feed says about polling it (`<ttl>`).
    pub hints: Hints,
    /// What was mended or dropped on the way, in words.
    pub problems: Vec<String>,
}

/// Why a document is not a feed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FeedProblem {
    /// No byte, or white space only.
    #[error("the answer is empty")]
    Empty,
    /// A web page; `feed` is the feed that it names, if it names one.
    #[error("this is a web page, not a feed{}", .feed.as_ref().map(|f| format!("; it names a feed at {f}")).unwrap_or_default())]
    Html {
        /// The feed named by `<link rel="alternate">`.
        feed: Option<Url>,
    },
    /// Neither XML nor JSON Feed.
    #[error("this is not a feed: {0}")]
    Unreadable(String),
}

//! One `[[feed]]` of the configuration.

use std::time::Duration;

use url::Url;

use crate::types::{FeedId, Lang, TopicId};

/// What the document behind the address is, for people and lists: the document itself decides how it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedKind {
    /// RSS, Atom, RDF or JSON Feed.
    Feed,
    /// A news sitemap.
    Sitemap,
}

/// One `[[feed]]`.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedSpec {
    /// Its identifier; derived from the address when not given.
    pub id: FeedId,
    /// The outlet's name for people.
    pub name: Option<String>,
    /// The address; credentials in it are sent as Basic authorization.
    pub url: Url,
    /// The language of its articles, when the feed does not say it right itself.
    pub language: Option<Lang>,
    /// The outlet's country, two letters; for people.
    pub country: Option<String>,
    /// How often it is asked; that of `[poll]` when not given.
    pub interval: Option<Duration>,
    /// Whether the pages behind its entries are fetched.
    pub pages: bool,
    /// What the document is.
    pub kind: FeedKind,
    /// The topics it is read for; empty means all.
    pub topics: Vec<TopicId>,
}

impl FeedSpec {
    /// True when the feed is read for `topic`.
    pub fn follows(&self, topic: &TopicId) -> bool {
        self.topics.is_empty() || self.topics.contains(topic)
    }

    /// A feed of which nothing is known but its name and its address.
    pub fn new(id: FeedId, url: Url) -> FeedSpec {
        FeedSpec {
            id,
            name: None,
            url,
            language: None,
            country: None,
            interval: None,
            pages: true,
            kind: FeedKind::Feed,
            topics: Vec::new(),
        }
    }

    /// The identifier of a feed that was given none: host and path in words (`www.site.example/rss/monde.xml` → `site-example-rss-monde`).
    pub fn derived_id(url: &Url) -> FeedId {
        let host = url.host_str().unwrap_or("feed").trim_start_matches("www.");
        let mut id = String::new();
        for c in format!("{host}{}", url.path().trim_end_matches(".xml")).chars() {
            if c.is_ascii_alphanumeric() {
                id.push(c.to_ascii_lowercase());
            } else if !id.is_empty() && !id.ends_with('-') {
                id.push('-');
            }
        }
        FeedId(id.trim_end_matches('-').chars().take(80).collect())
    }
}

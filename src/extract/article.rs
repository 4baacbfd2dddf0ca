//! What comes out of a page.

use jiff::Timestamp;
use jiff::tz::Offset;
use url::Url;

use crate::types::Lang;

/// How much of the text we hold; not the publisher's business model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// The text is complete.
    Open,
    /// Some of the text is there and the rest is not.
    Partial,
    /// Nothing beyond title and standfirst: a login page, a consent wall, 401, 402, 403, a JavaScript shell.
    Blocked,
}

impl Access {
    /// The word used in output records and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Access::Open => "open",
            Access::Partial => "partial",
            Access::Blocked => "blocked",
        }
    }
}

/// The wall that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Paywall {
    /// The sentence that gave it away, word for word.
    pub marker: String,
    /// The share of the text that is missing, percent, when the page states it.
    pub missing_percent: Option<f64>,
}

/// A date as a page states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageDate {
    /// The instant; midnight in `offset` when only a day was stated.
    pub at: Timestamp,
    /// The zone it was stated in.
    pub offset: Offset,
    /// True when no time of day was stated.
    pub day_only: bool,
}

/// Where the text came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The article's page.
    Page,
    /// The entry in the feed, because the page could not be had or gave less.
    Feed,
}

/// An article.
#[derive(Debug, Clone, PartialEq)]
pub struct Article {
    /// The address it was read from.
    pub url: Option<Url>,
    /// The address that the page itself names (`rel=canonical`, `og:url`), absolute.
    pub canonical_url: Option<Url>,
    /// The headline, one line of plain text; empty when none was found.
    pub title: String,
    /// Names, in order.
    pub authors: Vec<String>,
    /// The name of the site (`og:site_name`).
    pub site_name: Option<String>,
    /// First publication.
    pub published: Option<PageDate>,
    /// Last change stated.
    pub modified: Option<PageDate>,
    /// The language of the text.
    pub language: Option<Lang>,
    /// The text, a paragraph each, sub-headings and list items included, in reading order; plain text.
    pub paragraphs: Vec<String>,
    /// How much of the text is there.
    pub access: Access,
    /// The wall, when there is one.
    pub paywall: Option<Paywall>,
    /// Where the text came from.
    pub origin: Origin,
    /// What went wrong on the way, in words.
    pub problems: Vec<String>,
}

impl Article {
    /// An article of which nothing is known yet.
    pub fn empty(origin: Origin) -> Article {
        Article {
            url: None,
            canonical_url: None,
            title: String::new(),
            authors: Vec::new(),
            site_name: None,
            published: None,
            modified: None,
            language: None,
            paragraphs: Vec::new(),
            access: Access::Open,
            paywall: None,
            origin,
            problems: Vec::new(),
        }
    }

    /// The text as one string, a blank line between paragraphs.
    pub fn text(&self) -> String {
        self.paragraphs.join("\n\n")
    }
}

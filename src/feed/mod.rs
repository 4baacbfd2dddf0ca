//! Stage: what does a feed's document announce?
//!
//! In: a [`Page`](crate::fetch::Page) that should be RSS, Atom, RDF, a news sitemap or JSON Feed. Out: a [`ParsedFeed`]: entries
//! with absolute links,
//! plain-text titles and dates, or the reason why it is none. Not done here: deciding which entries are new (store), reading the
//! pages (extract).

mod charset;
mod collect;
mod date;
mod date_names;
mod discover;
mod element;
mod entities;
mod entry;
mod json;
mod markup;
mod opml;
mod parse;
mod reader;
mod spec;
mod text;
mod token;

pub use discover::{DiscoveredFeed, discover, discover_in};
pub use entry::{FeedEntry, FeedProblem, ParsedFeed};
pub use markup::plain_text;
pub use opml::{OpmlFeed, OpmlList, OpmlProblem, read as read_opml, read_list as read_opml_list, write as write_opml};
pub use parse::{looks_like_feed, parse};
pub use spec::{FeedKind, FeedSpec};

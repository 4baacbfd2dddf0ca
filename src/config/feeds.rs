//! `[[feed]]`.

use url::Url;

use super::placed::{HasName, Placed, placed};
use super::reader::Section;
use super::sections::web_address;
use crate::feed::{FeedKind, FeedSpec};
use crate::schedule::PollSpec;
use crate::types::{FeedId, Lang, TopicId};

impl HasName for FeedSpec {
    const KIND: &'static str = "feed";
    fn name(&self) -> &str {
        self.id.as_str()
    }
}

/// Every `[[feed]]` of a file.
pub(super) fn feeds(root: &Section<'_>, poll: &PollSpec) -> Vec<Placed<FeedSpec>> {
    root.tables("feed").into_iter().filter_map(|section| feed(section, poll)).collect()
}

fn feed(section: Section<'_>, poll: &PollSpec) -> Option<Placed<FeedSpec>> {
    if !section.has("url") {
        section.missing("url", "the address of the feed");
    }
    let url = section.parsed("url", web_address);
    let id = section.string("id");
    let name = section.string("name");
    let language = section.parsed("language", |tag| {
        Lang::parse(tag).ok_or_else(|| format!("\"{tag}\" is not a language; write two letters, for example \"fr\""))
    });
    let country = section.string("country");
    let interval = section.duration("interval");
    if let Some(interval) = interval
        && interval < poll.min_interval
    {
        section.mistake("interval", "shorter than poll.min_interval; lengthen it, or lower poll.min_interval");
    }
    let pages = section.boolean("pages").unwrap_or(true);
    let kind = section.choice("kind", &[("feed", FeedKind::Feed), ("sitemap", FeedKind::Sitemap)]).unwrap_or(FeedKind::Feed);
    let topics = section.strings("topics").unwrap_or_default();
    let made = url.map(|url: Url| {
        let id = id.map_or_else(|| FeedSpec::derived_id(&url), FeedId);
        let topics = topics.into_iter().map(TopicId).collect();
        placed(&section, FeedSpec { id, name, url, language, country, interval, pages, kind, topics })
    });
    section.close();
    made
}

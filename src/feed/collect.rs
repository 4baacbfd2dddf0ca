//! Entries of one document: in go drafts in the feed's order, out come entries whose identity, link and date can be relied on, at
//! most a thousand.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use url::Url;
use xxhash_rust::xxh3::xxh3_64;

use super::entry::FeedEntry;
use crate::types::Lang;
use crate::types::url::parse_http;

/// Entries kept of one document, the newest; feeds that announce their archive hold tens of thousands.
const MAX_ENTRIES: usize = 1_000;
/// The longest guid kept as it is, bytes; a longer one is identified by its hash.
const MAX_GUID_BYTES: usize = 1_000;
/// The longest link, bytes; browsers and servers stop at 8,000.
const MAX_LINK_BYTES: usize = 4_096;
/// Authors kept of one entry.
const MAX_AUTHORS: usize = 20;
/// A date later than the fetch by more than this is a mistake.
const FUTURE_TOLERANCE: SignedDuration = SignedDuration::from_hours(24);

/// An entry as its document wrote it.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    /// guid, atom:id or rdf:about as written.
    pub(super) guid: Option<String>,
    /// As written.
    pub(super) link: Option<String>,
    /// What the link is relative to.
    pub(super) base: Option<Url>,
    pub(super) title: String,
    pub(super) summary: String,
    pub(super) content: Option<String>,
    pub(super) authors: Vec<String>,
    pub(super) published: Option<Timestamp>,
    pub(super) language: Option<Lang>,
}

/// The entries of a document fetched at `fetched_at`.
#[derive(Debug)]
pub(super) struct Collector {
    fetched_at: Timestamp,
    /// With the guid's origin: true when the document gave one.
    entries: Vec<(FeedEntry, bool)>,
    dropped_old: usize,
}

impl Collector {
    pub(super) fn new(fetched_at: Timestamp) -> Collector {
        Collector { fetched_at, entries: Vec::new(), dropped_old: 0 }
    }

    /// Adds an entry that says anything at all.
    pub(super) fn add(&mut self, draft: Draft) {
        let link = draft
            .link
            .as_deref()
            .filter(|link| link.len() <= MAX_LINK_BYTES)
            .and_then(|link| parse_http(link, draft.base.as_ref()));
        let given = draft.guid.map(|guid| guid.trim().to_owned()).filter(|guid| !guid.is_empty());
        let is_empty = draft.title.is_empty() && draft.summary.is_empty() && draft.content.is_none();
        if is_empty && link.is_none() && given.is_none() && draft.published.is_none() && draft.authors.is_empty() {
            return;
        }
        let published =
            draft.published.filter(|at| *at <= self.fetched_at.saturating_add(FUTURE_TOLERANCE).unwrap_or(Timestamp::MAX));
        let has_guid = given.is_some();
        let guid = match (given, &link) {
            (Some(guid), _) if guid.len() > MAX_GUID_BYTES => hashed(&guid),
            (Some(guid), _) => guid,
            (None, Some(link)) => link.to_string(),
            (None, None) => hashed(&format!(
                "{}\n{}\n{}",
                draft.title,
                draft.published.map(|at| at.to_string()).unwrap_or_default(),
                if draft.title.is_empty() { &draft.summary } else { "" }
            )),
        };
        let mut authors = draft.authors;
        authors.truncate(MAX_AUTHORS);
        let entry = FeedEntry {
            guid,
            link,
            title: draft.title,
            summary: draft.summary,
            content: draft.content,
            authors,
            published,
            language: draft.language,
        };
        self.entries.push((entry, has_guid));
        if self.entries.len() >= 2 * MAX_ENTRIES {
            self.keep_newest();
        }
    }

    /// The entries in the document's order, and what was dropped or mended, in words.
    pub(super) fn finish(mut self) -> (Vec<FeedEntry>, Vec<String>) {
        let mut problems = Vec::new();
        let shared = self.tell_shared_guids_apart();
        if shared > 0 {
            problems.push(format!("{shared} entries share their guid with another link: guid and link together identify them"));
        }
        let before = self.entries.len();
        let mut seen = HashSet::new();
        self.entries.retain(|(entry, _)| seen.insert(entry.guid.clone()));
        if self.entries.len() < before {
            problems.push(format!("{} entries stand in the feed twice", before - self.entries.len()));
        }
        self.keep_newest();
        if self.dropped_old > 0 {
            problems.push(format!("only the {MAX_ENTRIES} newest entries are kept, {} are not", self.dropped_old));
        }
        (self.entries.into_iter().map(|(entry, _)| entry).collect(), problems)
    }

    /// One guid under several links is no identity: such entries are told apart by both.
    fn tell_shared_guids_apart(&mut self) -> usize {
        let mut links: HashMap<&str, HashSet<&str>> = HashMap::new();
        for (entry, has_guid) in &self.entries {
            if let (true, Some(link)) = (has_guid, &entry.link) {
                links.entry(&entry.guid).or_default().insert(link.as_str());
            }
        }
        let shared: HashSet<String> =
            links.into_iter().filter(|(_, links)| links.len() > 1).map(|(guid, _)| guid.to_owned()).collect();
        let mut count = 0;
        for (entry, _) in self.entries.iter_mut().filter(|(entry, has_guid)| *has_guid && shared.contains(&entry.guid)) {
            if let Some(link) = &entry.link {
                entry.guid = format!("{}|{link}", entry.guid);
                count += 1;
            }
        }
        count
    }

    /// Drops the oldest entries past the limit; entries without a date count as newest, and among equals the first in the document.
    fn keep_newest(&mut self) {
        if self.entries.len() <= MAX_ENTRIES {
            return;
        }
        let mut order: Vec<usize> = (0..self.entries.len()).collect();
        order.sort_by_key(|&at| std::cmp::Reverse(self.entries[at].0.published.unwrap_or(Timestamp::MAX)));
        let kept: HashSet<usize> = order.into_iter().take(MAX_ENTRIES).collect();
        self.dropped_old += self.entries.len() - kept.len();
        let mut at = 0;
        self.entries.retain(|_| {
            at += 1;
            kept.contains(&(at - 1))
        });
    }
}

fn hashed(text: &str) -> String {
    format!("hash:{:016x}", xxh3_64(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a test instant")
    }

    fn draft(guid: &str, link: &str, title: &str) -> Draft {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Draft { guid: some(guid), link: some(link), title: title.to_owned(), ..Draft::default() }
    }

    fn guids(drafts: Vec<Draft>) -> Vec<String> {
        let mut collector = Collector::new(at("2024-10-17T06:00:00Z"));
        drafts.into_iter().for_each(|draft| collector.add(draft));
        collector.finish().0.into_iter().map(|entry| entry.guid).collect()
    }

    #[test]
    fn identity_is_guid_else_link_else_title_and_date() {
        assert_eq!(
            guids(vec![draft("g", "http://a.example/1", "t"), draft("", "http://a.example/2", "t")]),
            ["g", "http://a.example/2"]
        );
        let by_title = guids(vec![draft("", "", "one"), draft("", "", "two"), draft("", "", "one")]);
        assert_eq!(by_title.len(), 2);
        assert!(by_title[0].starts_with("hash:"));
        assert!(guids(vec![draft("", "", "")]).is_empty());
    }

    #[test]
    fn a_guid_shared_by_links_is_no_identity() {
        let drafts = vec![
            draft("0", "http://a.example/1", "a"),
            draft("0", "http://a.example/2", "b"),
            draft("1", "http://a.example/3", "c"),
            draft("1", "http://a.example/3", "c"),
        ];
        assert_eq!(guids(drafts), ["0|http://a.example/1", "0|http://a.example/2", "1"]);
    }

    #[test]
    fn dates_from_the_future_are_no_dates() {
        let mut collector = Collector::new(at("2024-10-17T06:00:00Z"));
        collector.add(Draft { published: Some(at("2024-10-18T06:00:00Z")), ..draft("a", "", "t") });
        collector.add(Draft { published: Some(at("2034-10-17T06:00:00Z")), ..draft("b", "", "t") });
        let dates: Vec<bool> = collector.finish().0.iter().map(|entry| entry.published.is_some()).collect();
        assert_eq!(dates, [true, false]);
    }

    #[test]
    fn the_newest_thousand_are_kept_in_order() {
        let mut collector = Collector::new(at("2024-10-17T06:00:00Z"));
        for n in 0..5_000 {
            let published = at("2024-01-01T00:00:00Z") + SignedDuration::from_secs(n);
            collector.add(Draft { published: Some(published), ..draft(&n.to_string(), "", "t") });
        }
        let (entries, problems) = collector.finish();
        assert_eq!((entries.len(), entries[0].guid.as_str(), entries[999].guid.as_str()), (1000, "4000", "4999"));
        assert_eq!(problems, ["only the 1000 newest entries are kept, 4000 are not"]);
    }
}

//! `vigie feeds import` and `export`: lists of feeds from and for other readers. What is exported here and imported there is exported the same again.

use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::args::Format;
use super::feeds::{free_id, ids, open, record, standing, write, written_name};
use super::output::{Printer, complain};
use super::{End, setup};
use crate::config::feed_tables::NewFeed;
use crate::feed::{FeedSpec, OpmlFeed, read_opml_list, write_opml};
use crate::types::url::canonical;

pub(super) fn import(config: Option<PathBuf>, format: Format, opml: &Path, file: Option<&Path>) -> anyhow::Result<End> {
    let bytes = std::fs::read(opml).with_context(|| format!("cannot read {}", opml.display()))?;
    let Some(settings) = setup::settings(config)? else { return Ok(End::Misconfigured) };
    let list = match read_opml_list(&bytes) {
        Ok(list) => list,
        Err(problem) => {
            complain(&format!("{}: {problem}", opml.display()));
            return Ok(End::SomeFailed);
        }
    };
    let (path, file) = open(&settings, file)?;
    let standing = standing(&settings)?;
    let mut taken = ids(&standing);
    let (mut new, mut known) = (Vec::new(), Vec::new());
    for feed in list.feeds {
        // Feeds are compared with those that stand, not among themselves: what was exported from one configuration is a whole in another.
        let wanted = canonical(&feed.url);
        match standing.iter().find(|s| canonical(&s.table.url) == wanted) {
            Some(standing) => known.push(record("known", &standing.table, &standing.file)),
            None => new.push(NewFeed {
                id: free_id(&feed.url, &mut taken),
                name: feed.name.as_deref().and_then(written_name),
                url: feed.url,
                language: feed.language,
            }),
        }
    }
    for address in &list.refused {
        complain(&format!("{}: refused: \"{address}\" is not an http or https address", opml.display()));
    }
    let summary = format!("{} added, {} already known, {} refused", new.len(), known.len(), list.refused.len());
    let end = write(&settings, format, &path, &file, &new, known)?;
    if end == End::Misconfigured {
        return Ok(end);
    }
    complain(&format!("{}: {summary}", opml.display()));
    Ok(if list.refused.is_empty() { end } else { End::SomeFailed })
}

pub(super) fn export(config: Option<PathBuf>, to: Option<&Path>) -> anyhow::Result<End> {
    let Some(settings) = setup::settings(config)? else { return Ok(End::Misconfigured) };
    let feeds = opml_feeds(&settings.feeds);
    let text = write_opml(&feeds);
    let secret = feeds.iter().filter(|feed| feed.url.password().is_some() || !feed.url.username().is_empty()).count();
    if secret > 0 {
        complain(&format!("note: {secret} of the addresses hold a user name or password; do not pass this list on"));
    }
    match to {
        None => {
            let mut printer = Printer::new(Format::Text);
            printer.bytes(text.as_bytes())?;
            printer.finish()?;
        }
        Some(path) => {
            let mut file = std::fs::File::create_new(path).with_context(|| format!("cannot write {}", path.display()))?;
            file.write_all(text.as_bytes())
                .and_then(|()| file.sync_all())
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    Ok(End::Done)
}

/// The feeds as OPML holds them, each address once.
fn opml_feeds(feeds: &[FeedSpec]) -> Vec<OpmlFeed> {
    let mut seen = HashSet::new();
    let once = feeds.iter().filter(|feed| seen.insert(feed.url.clone()));
    once.map(|feed| OpmlFeed {
        url: feed.url.clone(),
        name: feed.name.as_deref().and_then(written_name),
        site: None,
        language: feed.language,
        groups: Vec::new(),
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::feed_tables;
    use crate::feed::read_opml;
    use crate::types::url::parse_http;
    use proptest::prelude::*;

    fn spec(url: &str, name: Option<String>) -> FeedSpec {
        let url = parse_http(url, None).expect("a test address");
        let id = FeedSpec::derived_id(&url);
        FeedSpec { name, ..FeedSpec::new(id, url) }
    }

    proptest! {
        #[test]
        fn what_is_exported_comes_back_the_same(names in proptest::collection::vec(proptest::option::of(any::<String>()), 1..5)) {
            let specs: Vec<FeedSpec> = names.into_iter().enumerate().map(|(n, name)| spec(&format!("https://a.example/f?n={n}&x='<"), name)).collect();
            let exported = write_opml(&opml_feeds(&specs));
            let mut taken = HashSet::new();
            let new: Vec<NewFeed> = read_opml(exported.as_bytes()).expect("a list").into_iter().map(|feed| NewFeed {
                id: free_id(&feed.url, &mut taken),
                name: feed.name.as_deref().and_then(written_name),
                url: feed.url,
                language: feed.language,
            }).collect();
            let tables = feed_tables::feed_tables(&feed_tables::append("", &new).0);
            let again: Vec<FeedSpec> = tables.into_iter().map(|table| FeedSpec { id: table.id, ..spec(table.url.as_str(), table.name) }).collect();
            prop_assert_eq!(write_opml(&opml_feeds(&again)), exported);
        }
    }
}

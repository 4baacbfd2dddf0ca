//! `vigie feeds discover`: the feeds that a page names; asks that one address and nothing else.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use serde::Serialize;
use url::Url;

use super::args::Format;
use super::list::redacted_password;
use super::output::{Printer, complain};
use super::{End, setup};
use crate::clock::Clock;
use crate::config::Settings;
use crate::config::feed_tables::feed_address;
use crate::feed::{self, DiscoveredFeed};
use crate::fetch::{Fetched, Fetcher, HttpFetcher, Page, Request, Target, Validators};

/// A line of `feeds discover`.
#[derive(Serialize)]
struct FoundFeedRecord {
    url: String,
    title: Option<String>,
}

/// What stands behind an address.
pub(super) enum Found {
    /// It is a feed itself, with so many entries.
    Itself(DiscoveredFeed, usize),
    /// It is a page that names feeds, at least one.
    Named(Vec<DiscoveredFeed>),
    /// Neither; why.
    None(String),
}

pub(super) fn run(config: Option<PathBuf>, format: Format, page: &str, base: Option<&str>) -> anyhow::Result<End> {
    let base = base.map(feed_address).transpose().map_err(|why| anyhow!("--base: {why}"))?;
    let (shown, found) = match feed_address(page) {
        Ok(url) => {
            let Some(settings) = setup::settings(config)? else { return Ok(End::Misconfigured) };
            (redacted_password(&url), discover(&settings, &url)?)
        }
        Err(why) => {
            let file = Path::new(page);
            if !file.is_file() {
                return Err(anyhow!("{why}; nor is it a file"));
            }
            let body = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
            (page.to_owned(), look(&Page::saved(base.clone(), body, Clock::System.now()), base))
        }
    };
    let feeds = match found {
        Found::Itself(feed, entries) => {
            let s = if entries == 1 { "y" } else { "ies" };
            complain(&format!("{shown} is a feed itself, with {entries} entr{s}"));
            vec![feed]
        }
        Found::Named(feeds) => feeds,
        Found::None(why) => {
            complain(&format!("{shown}: {why}"));
            return Ok(End::SomeFailed);
        }
    };
    let mut printer = Printer::new(format);
    for feed in feeds {
        let record = FoundFeedRecord { url: redacted_password(&feed.url), title: feed.title };
        printer.record(&record, |r| match &r.title {
            Some(title) => format!("{}  {title}", r.url),
            None => r.url.clone(),
        })?;
    }
    printer.finish()?;
    Ok(End::Done)
}

/// Asks one address, as the configuration allows.
pub(super) fn discover(settings: &Settings, url: &Url) -> anyhow::Result<Found> {
    let fetcher = Fetcher::Http(HttpFetcher::new(&settings.network, &setup::pace(settings))?);
    // A person named this address: robots.txt, which is for crawlers, does not apply (RFC 9309).
    let request = Request { url: url.clone(), target: Target::Feed, validators: Validators::default() };
    setup::block_on(async {
        Ok(match fetcher.fetch(&request, Clock::System.now()).await {
            Ok(Fetched::Page(page)) => {
                let lasting = page.moved_to.clone().unwrap_or_else(|| url.clone());
                look(&page, Some(lasting))
            }
            Ok(Fetched::NotModified(_)) => Found::None("the server says \"not modified\" (304) to a first request".to_owned()),
            Err(error) => Found::None(error.to_string()),
        })
    })
}

/// What a document is; `url` is where it should be asked from now on.
fn look(page: &Page, url: Option<Url>) -> Found {
    let why = match (feed::parse(page), url) {
        (Ok(parsed), Some(url)) => return Found::Itself(DiscoveredFeed { url, title: parsed.title }, parsed.entries.len()),
        (Ok(_), None) => {
            return Found::None("this is a feed itself, not a page; its address is not known without --base".to_owned());
        }
        (Err(why), _) => why,
    };
    let named = feed::discover_in(page);
    if !named.is_empty() {
        return Found::Named(named);
    }
    Found::None(match why {
        feed::FeedProblem::Html { .. } if page.url.is_none() => {
            "this page names no feed with a whole address; for relative ones name the page's address with --base".to_owned()
        }
        feed::FeedProblem::Html { .. } => {
            "this page names no feed; when you know the address of one, use `vigie feeds add URL`".to_owned()
        }
        other => other.to_string(),
    })
}

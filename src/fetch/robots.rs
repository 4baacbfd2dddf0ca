//! What sites ask of robots (RFC 9309): in goes a page's address, out comes whether it may be asked. The file itself is fetched by http.rs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use robotxt::Robots;
use url::Url;

use crate::types::later;

/// The name that robots.txt files call us by.
const PRODUCT: &str = "vigie";
/// The largest robots.txt that is read (RFC 9309 §2.5 asks for 500 kB at least).
pub(super) const MAX_ROBOTS_BYTES: u64 = 512_000;
/// How long an answer is believed (RFC 9309 §2.4).
const BELIEVED: SignedDuration = SignedDuration::from_hours(24);
/// How long a site is left alone whose robots.txt cannot be had.
const UNAVAILABLE: SignedDuration = SignedDuration::from_mins(10);
/// Sites that are remembered before some are forgotten; a file takes some 3 kB.
const REMEMBERED_SITES: usize = 8192;

/// What is known of sites' robots.txt files.
#[derive(Debug, Default)]
pub(super) struct RobotsCache {
    sites: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Option<Known>>>>>,
}

/// What came of asking for a robots.txt.
#[derive(Debug)]
pub(super) enum RobotsAnswer {
    /// The file.
    File(Vec<u8>),
    /// There is none (4xx).
    None,
    /// It cannot be had (5xx, no connection).
    Unavailable(String),
}

/// Whether a page may be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    Allowed,
    Disallowed,
    Unavailable(String),
}

#[derive(Debug)]
struct Known {
    rules: Rules,
    until: Timestamp,
}

#[derive(Debug)]
enum Rules {
    File(Box<Robots>),
    Unavailable(String),
}

impl RobotsCache {
    /// Whether `page` may be asked at `now`; `ask` is awaited only when the site's file is not known, once for all who wait for it.
    pub(super) async fn verdict(&self, page: &Url, now: Timestamp, ask: impl Future<Output = RobotsAnswer>) -> Verdict {
        let site = self.site(page);
        let mut known = site.lock().await;
        let fresh = match known.take() {
            // Later than any file is believed from now on: the clock went back.
            Some(known) if now < known.until && known.until <= later(now, BELIEVED) => known,
            _ => match ask.await {
                RobotsAnswer::File(bytes) => {
                    Known { rules: Rules::File(Box::new(Robots::parse(&bytes, PRODUCT))), until: later(now, BELIEVED) }
                }
                RobotsAnswer::None => Known { rules: Rules::File(Box::new(Robots::allow_all())), until: later(now, BELIEVED) },
                RobotsAnswer::Unavailable(reason) => Known { rules: Rules::Unavailable(reason), until: later(now, UNAVAILABLE) },
            },
        };
        let verdict = match &fresh.rules {
            Rules::File(robots) if robots.is_url_allowed(page) => Verdict::Allowed,
            Rules::File(_) => Verdict::Disallowed,
            Rules::Unavailable(reason) => Verdict::Unavailable(reason.clone()),
        };
        *known = Some(fresh);
        verdict
    }

    fn site(&self, page: &Url) -> Arc<tokio::sync::Mutex<Option<Known>>> {
        let mut sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        if sites.len() >= REMEMBERED_SITES {
            forget_half(&mut sites);
        }
        sites.entry(page.origin().ascii_serialization()).or_default().clone()
    }
}

/// Forgets the half that is believed for the shortest time from now on; whoever waits for a file holds a second handle to it, and keeps it.
fn forget_half(sites: &mut HashMap<String, Arc<tokio::sync::Mutex<Option<Known>>>>) {
    let until = |site: &tokio::sync::Mutex<Option<Known>>| {
        site.try_lock().map_or(Timestamp::MAX, |known| known.as_ref().map_or(Timestamp::MIN, |known| known.until))
    };
    let mut dates: Vec<Timestamp> = sites.values().map(|site| until(site)).collect();
    dates.sort_unstable();
    let Some(&middle) = dates.get(dates.len() / 2) else { return };
    sites.retain(|_, site| Arc::strong_count(site) > 1 || until(site) > middle);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(path: &str) -> Url {
        Url::parse(&format!("https://site.example{path}")).expect("a test address")
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a test instant")
    }

    async fn never() -> RobotsAnswer {
        panic!("the file is known and must not be asked for")
    }

    #[tokio::test]
    async fn a_file_is_asked_for_once_a_day() {
        let cache = RobotsCache::default();
        let file = async || RobotsAnswer::File(b"User-agent: *\nDisallow: /p/\n".to_vec());
        let morning = at("2024-10-17T06:00:00Z");
        assert_eq!(cache.verdict(&page("/p/1"), morning, file()).await, Verdict::Disallowed);
        assert_eq!(cache.verdict(&page("/a/1"), at("2024-10-18T05:59:59Z"), never()).await, Verdict::Allowed);
        let none = async || RobotsAnswer::None;
        assert_eq!(cache.verdict(&page("/p/1"), at("2024-10-18T06:00:00Z"), none()).await, Verdict::Allowed);
    }

    #[tokio::test]
    async fn the_files_asked_for_longest_ago_are_forgotten_first() {
        let cache = RobotsCache::default();
        let morning = at("2024-10-17T06:00:00Z");
        let page = |n: usize| Url::parse(&format!("https://site{n}.example/")).expect("a test address");
        let asked = |n: usize| morning + SignedDuration::from_secs(n as i64);
        for n in 0..=REMEMBERED_SITES {
            cache.verdict(&page(n), asked(n), async { RobotsAnswer::None }).await;
        }
        assert!(cache.sites.lock().expect("no test panics").len() <= REMEMBERED_SITES / 2 + 1);
        cache.verdict(&page(REMEMBERED_SITES - 1), asked(REMEMBERED_SITES), never()).await;
        let file = async { RobotsAnswer::File(b"User-agent: *\nDisallow: /\n".to_vec()) };
        assert_eq!(cache.verdict(&page(0), asked(REMEMBERED_SITES), file).await, Verdict::Disallowed, "asked for again");
    }

    #[tokio::test]
    async fn a_site_whose_file_cannot_be_had_is_left_alone_for_a_while() {
        let cache = RobotsCache::default();
        let broken = async || RobotsAnswer::Unavailable("answered 500".into());
        let morning = at("2024-10-17T06:00:00Z");
        assert_eq!(cache.verdict(&page("/1"), morning, broken()).await, Verdict::Unavailable("answered 500".into()));
        assert_eq!(
            cache.verdict(&page("/2"), at("2024-10-17T06:09:00Z"), never()).await,
            Verdict::Unavailable("answered 500".into())
        );
        let none = async || RobotsAnswer::None;
        assert_eq!(cache.verdict(&page("/1"), at("2024-10-17T06:10:00Z"), none()).await, Verdict::Allowed);
    }

    #[tokio::test]
    async fn a_group_for_us_wins_over_the_group_for_all() {
        let cache = RobotsCache::default();
        let file =
            async { RobotsAnswer::File(b"User-agent: *\nDisallow: /\n\nUser-agent: Vigie\nDisallow: /private\n".to_vec()) };
        assert_eq!(cache.verdict(&page("/a"), at("2024-10-17T06:00:00Z"), file).await, Verdict::Allowed);
        assert_eq!(cache.verdict(&page("/private/a"), at("2024-10-17T06:00:00Z"), never()).await, Verdict::Disallowed);
    }
}

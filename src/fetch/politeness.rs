//! How hard hosts are asked: in goes the address of a request, out comes a pass that lasts until it is dropped. What is asked is
//! not known here.
//!
//! One gate a host, so that a slow host keeps only its own feeds waiting; a place in the common queue is taken after the
//! host's, never before.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use url::Url;

use super::page::Target;
use crate::types::later;

/// Hosts that are remembered before idle ones are forgotten.
const REMEMBERED_HOSTS: usize = 1024;

/// All gates of the process.
#[derive(Debug)]
pub(super) struct Politeness {
    all: Arc<Semaphore>,
    per_host: usize,
    gap: Duration,
    hosts: Mutex<HashMap<String, Arc<Host>>>,
}

#[derive(Debug)]
struct Host {
    any: Arc<Semaphore>,
    /// Pages may take all places but one: a slow page never keeps the host's feed waiting.
    pages: Arc<Semaphore>,
    /// The earliest start of the next request.
    next_start: Mutex<Option<Instant>>,
    /// On the monotonic clock: no jump of the wall clock lengthens a pause.
    paused_until: Mutex<Option<Instant>>,
}

/// Leave for one request; dropping it lets the next one in.
#[derive(Debug)]
pub(super) struct Pass {
    /// Nobody else was asking this host, or waiting to.
    pub(super) is_alone: bool,
    _permits: [Option<OwnedSemaphorePermit>; 3],
}

impl Politeness {
    pub(super) fn new(concurrency: usize, per_host: usize, gap: Duration) -> Politeness {
        let all = Arc::new(Semaphore::new(concurrency.clamp(1, Semaphore::MAX_PERMITS)));
        Politeness { all, per_host: per_host.clamp(1, Semaphore::MAX_PERMITS), gap, hosts: Mutex::default() }
    }

    /// Waits for a place at the host of `url`, for the gap since its last request, and for a place among all requests.
    pub(super) async fn enter(&self, url: &Url, target: Target) -> Pass {
        let host = self.host(url);
        let page = match target {
            Target::Page => host.pages.clone().acquire_owned().await.ok(),
            Target::Feed | Target::Robots => None,
        };
        // The semaphores are never closed; should one be, the request goes through without its permit.
        let any = host.any.clone().acquire_owned().await.ok();
        wait_until(self.reserve_start(&host)).await;
        let all = self.all.clone().acquire_owned().await.ok();
        // Whoever waits holds a handle to the host beside ours and the map's; whoever asks holds a permit.
        let is_alone = Arc::strong_count(&host) <= 2 && host.any.available_permits() + 1 >= self.per_host;
        Pass { is_alone, _permits: [page, any, all] }
    }

    /// The end of the host's pause, when it is not over at `now`.
    pub(super) fn paused_until(&self, url: &Url, now: Timestamp) -> Option<Timestamp> {
        let until = (*lock(&self.host(url).paused_until))?;
        let rest = until.checked_duration_since(Instant::now()).filter(|rest| !rest.is_zero())?;
        Some(later(now, rest))
    }

    /// Lets no request to the host of `url` through for so long.
    pub(super) fn pause(&self, url: &Url, pause: Duration) {
        let host = self.host(url);
        let until = Instant::now().checked_add(pause);
        let mut paused = lock(&host.paused_until);
        *paused = (*paused).max(until);
    }

    fn reserve_start(&self, host: &Host) -> Instant {
        let now = Instant::now();
        let mut next = lock(&host.next_start);
        let start = next.map_or(now, |at| at.max(now));
        *next = Some(start + self.gap);
        start
    }

    fn host(&self, url: &Url) -> Arc<Host> {
        let mut hosts = lock(&self.hosts);
        if hosts.len() >= REMEMBERED_HOSTS {
            let now = Instant::now();
            hosts.retain(|_, host| {
                Arc::strong_count(host) > 1
                    || lock(&host.next_start).is_some_and(|at| at > now)
                    || lock(&host.paused_until).is_some_and(|at| at > now)
            });
        }
        let name = url.host_str().unwrap_or_default();
        if let Some(host) = hosts.get(name) {
            return host.clone();
        }
        let host = Arc::new(Host {
            any: Arc::new(Semaphore::new(self.per_host)),
            pages: Arc::new(Semaphore::new((self.per_host - 1).max(1))),
            next_start: Mutex::default(),
            paused_until: Mutex::default(),
        });
        hosts.insert(name.to_owned(), host.clone());
        host
    }
}

/// A lock whose holder panicked still guards plain values: they are used as they are.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn wait_until(start: Instant) {
    if start > Instant::now() {
        tokio::time::sleep_until(start).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a test address")
    }

    /// Whether the pass comes without anybody leaving.
    async fn enters_at_once(politeness: &Politeness, address: &str, target: Target) -> Option<Pass> {
        let address = url(address);
        let entering = politeness.enter(&address, target);
        tokio::select! { biased; pass = entering => Some(pass), () = tokio::task::yield_now() => None }
    }

    #[tokio::test]
    async fn a_full_host_keeps_only_its_own_requests_waiting() {
        let politeness = Politeness::new(10, 2, Duration::ZERO);
        let first = enters_at_once(&politeness, "http://a.example/1", Target::Feed).await.expect("free");
        let second = enters_at_once(&politeness, "http://a.example/2", Target::Feed).await.expect("free");
        assert!(enters_at_once(&politeness, "http://a.example/3", Target::Feed).await.is_none());
        assert!(enters_at_once(&politeness, "http://b.example/1", Target::Feed).await.is_some());
        drop(first);
        assert!(enters_at_once(&politeness, "http://a.example/3", Target::Feed).await.is_some());
        drop(second);
    }

    #[tokio::test]
    async fn whoever_asks_a_host_that_nobody_else_asks_is_alone() {
        let politeness = Politeness::new(10, 2, Duration::ZERO);
        let first = enters_at_once(&politeness, "http://a.example/1", Target::Feed).await.expect("free");
        let other = enters_at_once(&politeness, "http://b.example/1", Target::Feed).await.expect("free");
        assert!(first.is_alone && other.is_alone);
        let second = enters_at_once(&politeness, "http://a.example/2", Target::Feed).await.expect("free");
        assert!(!second.is_alone);
        drop((first, second));
        assert!(enters_at_once(&politeness, "http://a.example/1", Target::Feed).await.expect("free").is_alone);
    }

    #[tokio::test]
    async fn pages_leave_a_place_for_the_feed() {
        let politeness = Politeness::new(10, 2, Duration::ZERO);
        let page = enters_at_once(&politeness, "http://a.example/1", Target::Page).await.expect("free");
        assert!(enters_at_once(&politeness, "http://a.example/2", Target::Page).await.is_none());
        assert!(enters_at_once(&politeness, "http://a.example/feed", Target::Feed).await.is_some());
        drop(page);
    }

    #[test]
    fn starts_on_one_host_keep_their_distance() {
        let gap = Duration::from_millis(100);
        let politeness = Politeness::new(10, 2, gap);
        let host = politeness.host(&url("http://a.example/"));
        let first = politeness.reserve_start(&host);
        assert_eq!(politeness.reserve_start(&host), first + gap);
        assert_eq!(politeness.reserve_start(&host), first + 2 * gap);
        let other = politeness.host(&url("http://b.example/"));
        assert!(politeness.reserve_start(&other) < first + gap);
    }

    #[test]
    fn a_paused_host_is_paused_for_the_longest_time_given() {
        let now: Timestamp = "2024-10-17T06:00:00Z".parse().expect("a test instant");
        let politeness = Politeness::new(10, 2, Duration::ZERO);
        let rest =
            |address: &str| politeness.paused_until(&url(address), now).map(|until| until.duration_since(now).as_secs_f64());
        politeness.pause(&url("http://a.example/feed"), Duration::from_secs(60));
        politeness.pause(&url("http://a.example/feed"), Duration::from_secs(20));
        assert!(rest("http://a.example/other").is_some_and(|rest| (50.0..=60.0).contains(&rest)));
        assert_eq!(rest("http://b.example/feed"), None);
        politeness.pause(&url("http://b.example/feed"), Duration::ZERO);
        assert_eq!(rest("http://b.example/feed"), None);
    }
}

//! Edge: bytes from the web, or from a saved copy of it.
//!
//! In: a [`Request`] for a feed, a page or a robots.txt. Out: a [`Page`], or the decision that the caller has to take.
//! Not done here: when to ask (schedule), what the bytes mean (feed, extract).

mod error;
mod exchange;
mod guard;
mod http;
#[cfg(test)]
mod http_tests;
mod page;
mod politeness;
mod robots;
mod saved;
mod spec;

use jiff::Timestamp;

pub use error::{FetchError, redacted, without_secrets};
pub use http::{HttpFetcher, Pace};
pub use page::{Fetched, Headers, Page, Request, Target, Validators};
pub use saved::{SavedAnswer, SavedBody, SavedFetcher};
pub use spec::NetworkSpec;

/// Where answers come from.
#[derive(Debug, Clone)]
pub enum Fetcher {
    /// The web.
    Http(HttpFetcher),
    /// Answers that were saved earlier.
    Saved(std::sync::Arc<SavedFetcher>),
}

impl Fetcher {
    /// The answer to one request that is made at `now`.
    pub async fn fetch(&self, request: &Request, now: Timestamp) -> Result<Fetched, FetchError> {
        match self {
            Fetcher::Http(http) => http.fetch(request, now).await,
            Fetcher::Saved(saved) => saved.fetch(request, now),
        }
    }

    /// Asks nothing of the host of `url` for so long: for a 429, which is about the asker and not about one feed.
    ///
    /// Requests that come sooner fail with [`FetchError::HostPaused`].
    pub fn pause_host(&self, url: &url::Url, pause: std::time::Duration) {
        if let Fetcher::Http(http) = self {
            http.pause_host(url, pause);
        }
    }
}

//! Why there is no document: one variant for each decision that the caller may take, in words fit for logs and status pages.

use std::time::Duration;

use jiff::Timestamp;
use thiserror::Error;
use url::Url;

use super::page::Headers;

/// Why a request brought nothing. No text of it holds a password or the value of a query parameter.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum FetchError {
    /// The address lies where we do not go: private, loopback, link-local and the like, or a scheme other than http and https.
    #[error("{url} was not asked: {reason}")]
    Refused {
        /// The address, redacted.
        url: String,
        /// Why not, and what to do about it.
        reason: String,
    },
    /// robots.txt keeps us off this page.
    #[error("{url} was not asked: the site's robots.txt disallows it")]
    Disallowed {
        /// The address, redacted.
        url: String,
    },
    /// robots.txt could not be had, which means "not now" (RFC 9309 §2.3.1.4).
    #[error("{url} was not asked: the site's robots.txt cannot be had now ({reason}); it is tried again later")]
    RobotsUnavailable {
        /// The page's address, redacted.
        url: String,
        /// What happened to robots.txt.
        reason: String,
    },
    /// The host has sent us away (429) and the time that it named is not over.
    #[error("{host} was not asked: it answered 429 and is left alone until {until}")]
    HostPaused {
        /// The host.
        host: String,
        /// When it may be asked again.
        until: Timestamp,
    },
    /// Too many hops, a loop, or a hop that leads nowhere.
    #[error("{url}: redirected in vain: {reason}")]
    Redirect {
        /// The address asked first, redacted.
        url: String,
        /// What is wrong with the hops.
        reason: String,
    },
    /// An answer that is no document; its headers say when to come back.
    #[error("{url} answered {status}{}", meaning(*.status))]
    Status {
        /// The address that answered, redacted.
        url: String,
        /// The HTTP status.
        status: u16,
        /// The answer's headers.
        headers: Headers,
    },
    /// More bytes than the limit, counted after decompression.
    #[error("{url} sent more than {limit} bytes: raise max_body in [network] if it is to be read")]
    TooLarge {
        /// The address, redacted.
        url: String,
        /// The limit, bytes.
        limit: u64,
    },
    /// More or larger headers than the limit.
    #[error("{url} sent more than {limit} bytes of headers")]
    HeadersTooLarge {
        /// The address, redacted.
        url: String,
        /// The limit, bytes.
        limit: usize,
    },
    /// The answer broke off, or its compression did.
    #[error("{url}: the answer is incomplete or damaged: {reason}")]
    Broken {
        /// The address, redacted.
        url: String,
        /// What broke.
        reason: String,
    },
    /// Not complete within the time for one request.
    #[error("{url} did not answer completely within {} s", .after.as_secs_f64())]
    Timeout {
        /// The address, redacted.
        url: String,
        /// The time given.
        after: Duration,
    },
    /// No connection: name, network or certificate.
    #[error("{url} cannot be reached: {reason}")]
    Unreachable {
        /// The address, redacted.
        url: String,
        /// What failed.
        reason: String,
    },
    /// Replay: nothing was saved for this address at this time.
    #[error("{url}: no answer was saved for this time")]
    NotSaved {
        /// The address, redacted.
        url: String,
    },
    /// Replay: the saved file cannot be read.
    #[error("the saved answer {file} cannot be read: {reason}")]
    SavedUnreadable {
        /// The file.
        file: String,
        /// Why.
        reason: String,
    },
    /// The HTTP client cannot be built.
    #[error("the HTTP client cannot be set up: {0}")]
    Setup(String),
}

impl FetchError {
    /// True when asking again changes nothing: a refused or disallowed address, 404 and 410, nothing saved.
    pub fn is_permanent(&self) -> bool {
        match self {
            FetchError::Refused { .. } | FetchError::Disallowed { .. } | FetchError::NotSaved { .. } | FetchError::Setup(_) => {
                true
            }
            FetchError::Status { status, .. } => matches!(status, 404 | 405 | 406 | 410),
            FetchError::TooLarge { .. } | FetchError::SavedUnreadable { .. } => true,
            _ => false,
        }
    }

    /// The HTTP status, when there was an answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            FetchError::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// The answer's headers, when there was one: `Retry-After` is among them.
    pub fn headers(&self) -> Option<&Headers> {
        match self {
            FetchError::Status { headers, .. } => Some(headers),
            _ => None,
        }
    }

    /// The instant before which asking again is pointless, when we know it ourselves.
    pub fn paused_until(&self) -> Option<Timestamp> {
        match self {
            FetchError::HostPaused { until, .. } => Some(*until),
            _ => None,
        }
    }
}

/// An address as it may be shown: `***` for credentials, `?name=***` for the values of its query, which often are tokens, and no fragment.
pub fn redacted(url: &Url) -> String {
    without_secrets(url).into()
}

/// [`redacted`] as an address.
pub fn without_secrets(url: &Url) -> Url {
    let mut shown = url.clone();
    shown.set_fragment(None);
    let had_credentials = !shown.username().is_empty() || shown.password().is_some();
    // Neither setter can fail on an address with a host, and without a host there are no credentials.
    let _ = shown.set_password(None);
    let _ = shown.set_username(if had_credentials { "***" } else { "" });
    if let Some(query) = url.query() {
        let names: Vec<String> = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').map_or_else(|| "***".to_owned(), |(name, _)| format!("{name}=***")))
            .collect();
        shown.set_query(Some(names.join("&").as_str()).filter(|names| !names.is_empty()));
    }
    shown
}

fn meaning(status: u16) -> &'static str {
    match status {
        304 => " (not modified) to an unconditional request",
        400 => " (bad request)",
        401 => " (credentials wanted): put user:password@ into the address",
        402 => " (payment required)",
        403 => " (forbidden)",
        404 => " (not found)",
        410 => " (gone)",
        429 => " (too many requests)",
        451 => " (unavailable for legal reasons)",
        500 => " (server error)",
        502 => " (bad gateway)",
        503 => " (unavailable)",
        504 => " (gateway timeout)",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expected: &str) {
        assert_eq!(redacted(&Url::parse(url).expect("a test address")), expected);
    }

    #[test]
    fn an_address_is_shown_without_its_secrets() {
        check("https://site.example/feed.xml", "https://site.example/feed.xml");
        check("https://desk:hunter2@site.example:8443/feed", "https://***@site.example:8443/feed");
        check("https://token@site.example/feed", "https://***@site.example/feed");
        check("https://site.example/feed?key=abc&lang=fr#top", "https://site.example/feed?key=***&lang=***");
        check("https://site.example/feed?abcdef", "https://site.example/feed?***");
        check("https://site.example/feed?", "https://site.example/feed");
    }

    #[test]
    fn a_status_is_told_in_words() {
        let error = FetchError::Status { url: "https://site.example/feed".into(), status: 503, headers: Headers::default() };
        assert_eq!(error.to_string(), "https://site.example/feed answered 503 (unavailable)");
        assert!(!error.is_permanent());
    }
}

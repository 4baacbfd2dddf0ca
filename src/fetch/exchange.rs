//! One GET and its answer: in goes an address that may be asked, out comes status, headers and the decoded body within limits.
//! Redirects, manners and robots.txt are not known here (http.rs).

use std::error::Error;
use std::time::Duration;

use reqwest::header::{ACCEPT, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH};
use reqwest::redirect::Policy;
use url::Url;

use super::error::{FetchError, redacted};
use super::guard::{Guard, Refusal};
use super::page::{Headers, Target, Validators};

/// Header bytes taken from one answer; real ones stay below 16 kB.
const MAX_HEADER_BYTES: usize = 64 * 1024;
/// Header fields taken from one HTTP/1 answer; real ones stay below 60.
const MAX_HEADER_FIELDS: usize = 200;
/// How long an idle connection is kept for the next request to its host: the pages of one poll follow each other within seconds. An idle one takes a file
/// and, with TLS, some 40 kB.
const IDLE_CONNECTION: Duration = Duration::from_secs(5);

/// What is done with bytes past the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Excess {
    /// The whole answer is refused.
    Refuse,
    /// The bytes up to the limit are taken (robots.txt, RFC 9309 §2.5).
    CutOff,
}

/// One GET.
#[derive(Debug)]
pub(super) struct Get<'a> {
    /// Credentials in it are sent.
    pub(super) url: &'a Url,
    pub(super) target: Target,
    pub(super) validators: Option<&'a Validators>,
    pub(super) max_body: u64,
    pub(super) excess: Excess,
}

/// What a server answered; the body is there only for statuses whose body may be read.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Headers,
    pub(super) body: Vec<u8>,
}

/// What becomes of a connection when its answer is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Afterwards {
    /// It is kept for a while.
    Kept,
    /// It is closed: its host is next asked in minutes, and thousands of hosts may be asked before that.
    Closed,
}

/// A client of the process: no cookies, no Referer, no redirects of its own, no proxy, every resolved address guarded.
pub(super) fn client(guard: Guard, user_agent: &str, connections: Afterwards) -> Result<reqwest::Client, FetchError> {
    reqwest::Client::builder()
        .user_agent(user_agent)
        .redirect(Policy::none())
        .referer(false)
        .no_proxy()
        .dns_resolver(guard)
        .http1_max_headers(MAX_HEADER_FIELDS)
        .http2_max_header_list_size(MAX_HEADER_BYTES as u32)
        .pool_idle_timeout(IDLE_CONNECTION)
        .pool_max_idle_per_host(usize::from(connections == Afterwards::Kept))
        // An answer is awaited for seconds, an idle connection kept for as long: probes of the connection would find nothing sooner.
        .tcp_keepalive(None)
        .build()
        .map_err(|error| FetchError::Setup(innermost(&error)))
}

/// Asks once and reads the answer; whatever is not read when the caller gives up is never received.
pub(super) async fn get(client: &reqwest::Client, get: &Get<'_>) -> Result<Answer, FetchError> {
    let mut response =
        client.get(get.url.clone()).headers(request_headers(get)).send().await.map_err(|error| failure(error, get.url))?;
    let headers = response_headers(response.headers(), get.url)?;
    let status = response.status().as_u16();
    let mut body = Vec::new();
    if has_readable_body(status) {
        // Each chunk is decoded from at most one read of the wire, so a bomb is met a little at a time.
        while let Some(chunk) = response.chunk().await.map_err(|error| failure(error, get.url))? {
            let room = usize::try_from(get.max_body).unwrap_or(usize::MAX).saturating_sub(body.len());
            if chunk.len() <= room {
                body.extend_from_slice(&chunk);
                continue;
            }
            match get.excess {
                Excess::Refuse => return Err(FetchError::TooLarge { url: redacted(get.url), limit: get.max_body }),
                Excess::CutOff => {
                    body.extend_from_slice(&chunk[..room]);
                    break;
                }
            }
        }
    }
    Ok(Answer { status, headers, body })
}

/// Documents, and the refusals whose page says why (a login or pay wall).
fn has_readable_body(status: u16) -> bool {
    matches!(status, 200..=299 | 401 | 402 | 403 | 451)
}

fn request_headers(get: &Get<'_>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let accept = match get.target {
        Target::Feed => {
            "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, application/xml;q=0.8, text/xml;q=0.8, */*;q=0.5"
        }
        Target::Page => "text/html, application/xhtml+xml;q=0.9, */*;q=0.5",
        Target::Robots => "text/plain, */*;q=0.5",
    };
    headers.insert(ACCEPT, HeaderValue::from_static(accept));
    if let Some(validators) = get.validators {
        for (name, value) in [(IF_NONE_MATCH, &validators.etag), (IF_MODIFIED_SINCE, &validators.last_modified)] {
            if let Some(value) = value.as_deref().and_then(|bytes| HeaderValue::from_bytes(bytes).ok()) {
                headers.insert(name, value);
            }
        }
    }
    headers
}

fn response_headers(map: &HeaderMap, url: &Url) -> Result<Headers, FetchError> {
    let mut headers = Headers::default();
    let mut bytes = 0;
    for (name, value) in map {
        bytes += name.as_str().len() + value.len();
        if bytes > MAX_HEADER_BYTES {
            return Err(FetchError::HeadersTooLarge { url: redacted(url), limit: MAX_HEADER_BYTES });
        }
        headers.push(name.as_str(), value.as_bytes());
    }
    Ok(headers)
}

/// Which of our errors a failed exchange is.
fn failure(error: reqwest::Error, url: &Url) -> FetchError {
    let error = error.without_url();
    let url = redacted(url);
    if let Some(refusal) = sources(&error).find_map(|source| source.downcast_ref::<Refusal>()) {
        return FetchError::Refused { url, reason: refusal.to_string() };
    }
    let reason = innermost(&error);
    // hyper's error is not ours to name; its text is what tells.
    if reason.contains("message head is too large") || reason.contains("too many headers") {
        return FetchError::HeadersTooLarge { url, limit: MAX_HEADER_BYTES };
    }
    if error.is_connect() { FetchError::Unreachable { url, reason } } else { FetchError::Broken { url, reason } }
}

fn sources<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let current = next?;
        next = current.source();
        Some(current)
    })
}

/// The text of the deepest cause, which is the one that says what happened.
fn innermost(error: &(dyn Error + 'static)) -> String {
    sources(error).last().map(ToString::to_string).unwrap_or_default()
}

//! What is asked of the web and what it answered.

use jiff::Timestamp;
use url::Url;

/// What a request is for: limits, politeness and robots.txt differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// A feed that a user listed: robots.txt does not apply (RFC 9309 is for crawlers).
    Feed,
    /// An article page that a feed announced: robots.txt applies.
    Page,
    /// A robots.txt itself.
    Robots,
}

/// The opaque marks of the last answer, byte for byte as received (RFC 9110 §8.8).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validators {
    /// `ETag`, quotes and `W/` included.
    pub etag: Option<Vec<u8>>,
    /// `Last-Modified`, in whatever date form the server wrote.
    pub last_modified: Option<Vec<u8>>,
    /// The address whose answer carried them; they are sent to no other. `None`: whichever address is asked.
    ///
    /// A feed behind a temporary redirect would else compare the dates of two different documents.
    pub issued_by: Option<Url>,
}

impl Validators {
    /// The marks that an answer carries; [`Page::validators`] also knows whose they are.
    pub fn of(headers: &Headers) -> Validators {
        let bytes = |name| headers.get_bytes(name).map(<[u8]>::to_vec);
        Validators { etag: bytes("etag"), last_modified: bytes("last-modified"), issued_by: None }
    }

    /// True when there is nothing to ask conditionally with.
    pub fn is_empty(&self) -> bool {
        self.etag.is_none() && self.last_modified.is_none()
    }
}

/// One GET.
#[derive(Debug, Clone)]
pub struct Request {
    /// An absolute `http` or `https` address; credentials in it are sent as Basic authorization to its own host only.
    pub url: Url,
    /// What the answer is for.
    pub target: Target,
    /// Sent as `If-None-Match` and `If-Modified-Since` when present.
    pub validators: Validators,
}

/// Response headers, names in lower case, in the order received.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers(pub Vec<(String, Vec<u8>)>);

impl Headers {
    /// The first value of `name` (lower case), when it is valid UTF-8.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.get_bytes(name).and_then(|v| std::str::from_utf8(v).ok()).map(str::trim)
    }

    /// The first value of `name` (lower case), byte for byte.
    pub fn get_bytes(&self, name: &str) -> Option<&[u8]> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_slice())
    }

    /// Adds one header; the name is folded to lower case.
    pub fn push(&mut self, name: &str, value: impl Into<Vec<u8>>) {
        self.0.push((name.to_ascii_lowercase(), value.into()));
    }
}

/// A document as it came: decoded from its content coding, still in its own charset.
#[derive(Debug, Clone)]
pub struct Page {
    /// The final address, after redirects; `None` for a saved file whose address nobody told us.
    pub url: Option<Url>,
    /// Where a feed should be asked from now on: set when every hop of the redirect was permanent (301, 308).
    pub moved_to: Option<Url>,
    /// The HTTP status: 200, or an error status whose body may still say something (a 403 page).
    pub status: u16,
    /// The headers kept.
    pub headers: Headers,
    /// The decoded body, no larger than the limit.
    pub body: Vec<u8>,
    /// When the answer was complete.
    pub fetched_at: Timestamp,
}

impl Page {
    /// A page out of a saved file: status 200, no headers.
    pub fn saved(url: Option<Url>, body: Vec<u8>, fetched_at: Timestamp) -> Page {
        Page { url, moved_to: None, status: 200, headers: Headers::default(), body, fetched_at }
    }

    /// The marks that the answer carries, with the address that issued them.
    pub fn validators(&self) -> Validators {
        Validators { issued_by: self.url.clone(), ..Validators::of(&self.headers) }
    }

    /// The media type of `Content-Type`, in lower case and without parameters.
    pub fn media_type(&self) -> Option<String> {
        let value = self.headers.get("content-type")?;
        Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
    }

    /// The `charset` parameter of `Content-Type`.
    pub fn charset(&self) -> Option<String> {
        let value = self.headers.get("content-type")?;
        value.split(';').skip(1).find_map(|p| {
            let (name, value) = p.split_once('=')?;
            name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches(['"', '\'']).to_ascii_lowercase())
        })
    }
}

/// An answer that is not an error.
#[derive(Debug, Clone)]
pub enum Fetched {
    /// A document (status 200 and the other 2xx).
    Page(Box<Page>),
    /// 304: nothing new; its headers may carry new validators and a new max-age.
    NotModified(Headers),
}

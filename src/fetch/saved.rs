//! A saved copy of the web, for replay: in go answers with their time, out comes what would have been fetched at a given `now`.
//! Nothing waits and nothing is polite here.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::error::{FetchError, redacted};
use super::page::{Fetched, Headers, Page, Request, Target};
use crate::types::url::canonical;

/// How long after a feed's poll its pages may have been saved: the read step takes a while.
const PAGES_SAVED_WITHIN: SignedDuration = SignedDuration::from_hours(1);
/// Saved redirects that are followed from one address.
const MAX_HOPS: usize = 8;

/// The bytes of a saved answer.
#[derive(Debug, Clone)]
pub enum SavedBody {
    /// In a file that is read when it is asked for.
    File(PathBuf),
    /// In memory.
    Bytes(Vec<u8>),
}

/// One answer as it was saved.
#[derive(Debug, Clone)]
pub struct SavedAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: Headers,
    /// The body, decoded from its content coding.
    pub body: SavedBody,
}

/// Every saved answer, by address and time.
#[derive(Debug, Default)]
pub struct SavedFetcher {
    answers: HashMap<String, BTreeMap<Timestamp, SavedAnswer>>,
    /// Canonical form to the address first saved under it: an entry's link may carry another tracking parameter than the saved page.
    canonical: HashMap<String, String>,
}

impl SavedFetcher {
    /// Nothing saved yet.
    pub fn new() -> SavedFetcher {
        SavedFetcher::default()
    }

    /// Adds the answer that `url` gave at `at`; a second one of the same instant replaces the first.
    pub fn insert(&mut self, url: &Url, at: Timestamp, answer: SavedAnswer) {
        let key = key(url);
        self.canonical.entry(canonical(url)).or_insert_with(|| key.clone());
        self.answers.entry(key).or_default().insert(at, answer);
    }

    /// The answer that `request` would have had at `now`: the latest saved by then; for a page else the first within the hour after it.
    pub fn fetch(&self, request: &Request, now: Timestamp) -> Result<Fetched, FetchError> {
        let mut url = request.url.clone();
        url.set_fragment(None);
        let mut all_permanent = true;
        for hops in 0..=MAX_HOPS {
            let answer = self.answer(&url, request.target, now).ok_or_else(|| FetchError::NotSaved { url: redacted(&url) })?;
            if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
                return arrive(request, url, hops > 0 && all_permanent, answer, now);
            }
            let Some(next) = answer.headers.get("location").and_then(|location| url.join(location).ok()) else {
                return Err(FetchError::Redirect {
                    url: redacted(&url),
                    reason: format!("status {} without a usable Location", answer.status),
                });
            };
            all_permanent &= matches!(answer.status, 301 | 308);
            url = next;
            url.set_fragment(None);
        }
        Err(FetchError::Redirect { url: redacted(&request.url), reason: format!("more than {MAX_HOPS} hops") })
    }

    fn answer(&self, url: &Url, target: Target, now: Timestamp) -> Option<&SavedAnswer> {
        let saved = self.answers.get(&key(url)).or_else(|| self.answers.get(self.canonical.get(&canonical(url))?))?;
        let by_now = saved.range(..=now).next_back();
        let soon = || {
            let latest = now.checked_add(PAGES_SAVED_WITHIN).unwrap_or(Timestamp::MAX);
            saved.range(now..=latest).next().filter(|_| target == Target::Page)
        };
        by_now.or_else(soon).map(|(_, answer)| answer)
    }
}

fn arrive(request: &Request, url: Url, has_moved: bool, answer: &SavedAnswer, now: Timestamp) -> Result<Fetched, FetchError> {
    let readable = match answer.status {
        304 => return Ok(Fetched::NotModified(answer.headers.clone())),
        200..=299 => true,
        401 | 402 | 403 | 451 => request.target == Target::Page,
        _ => false,
    };
    if !readable {
        return Err(FetchError::Status { url: redacted(&url), status: answer.status, headers: answer.headers.clone() });
    }
    // A server would answer 304 here, and replay need not parse the same bytes again.
    let etag = answer.headers.get_bytes("etag");
    if etag.is_some() && request.validators.etag.as_deref() == etag {
        return Ok(Fetched::NotModified(answer.headers.clone()));
    }
    let body = match &answer.body {
        SavedBody::Bytes(bytes) => bytes.clone(),
        SavedBody::File(path) => std::fs::read(path)
            .map_err(|error| FetchError::SavedUnreadable { file: path.display().to_string(), reason: error.to_string() })?,
    };
    let moved_to = has_moved.then(|| url.clone());
    let headers = answer.headers.clone();
    Ok(Fetched::Page(Box::new(Page { url: Some(url), moved_to, status: answer.status, headers, body, fetched_at: now })))
}

fn key(url: &Url) -> String {
    let mut url = url.clone();
    url.set_fragment(None);
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Validators;

    fn at(text: &str) -> Timestamp {
        format!("2024-10-17T{text}Z").parse().expect("a test instant")
    }

    fn url(path: &str) -> Url {
        Url::parse("https://site.example").and_then(|u| u.join(path)).expect("a test address")
    }

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> SavedAnswer {
        let mut kept = Headers::default();
        headers.iter().for_each(|(name, value)| kept.push(name, *value));
        SavedAnswer { status, headers: kept, body: SavedBody::Bytes(body.into()) }
    }

    fn ask(saved: &SavedFetcher, path: &str, target: Target, now: &str) -> Result<Fetched, FetchError> {
        saved.fetch(&Request { url: url(path), target, validators: Validators::default() }, at(now))
    }

    #[track_caller]
    fn check(saved: &SavedFetcher, path: &str, target: Target, now: &str, expected: &str) {
        let got = match ask(saved, path, target, now) {
            Ok(Fetched::Page(page)) => format!("{} {}", page.status, String::from_utf8_lossy(&page.body)),
            Ok(Fetched::NotModified(_)) => "not modified".to_owned(),
            Err(FetchError::NotSaved { .. }) => "nothing".to_owned(),
            Err(error) => format!("error {:?}", error.status()),
        };
        assert_eq!(got, expected, "{path} at {now}");
    }

    #[test]
    fn a_feed_answers_what_it_last_answered() {
        let mut saved = SavedFetcher::new();
        saved.insert(&url("/feed"), at("06:00:00"), answer(200, &[], "one"));
        saved.insert(&url("/feed"), at("07:00:00"), answer(304, &[], ""));
        saved.insert(&url("/feed"), at("08:00:00"), answer(410, &[], ""));
        check(&saved, "/feed", Target::Feed, "05:59:59", "nothing");
        check(&saved, "/feed", Target::Feed, "06:00:00", "200 one");
        check(&saved, "/feed", Target::Feed, "06:59:00", "200 one");
        check(&saved, "/feed", Target::Feed, "07:30:00", "not modified");
        check(&saved, "/feed", Target::Feed, "09:00:00", "error Some(410)");
        check(&saved, "/other", Target::Feed, "09:00:00", "nothing");
    }

    #[test]
    fn a_page_may_have_been_saved_a_little_later() {
        let mut saved = SavedFetcher::new();
        saved.insert(&url("/a?id=1"), at("06:00:00"), answer(200, &[], "page"));
        saved.insert(&url("/wall"), at("06:00:00"), answer(403, &[], "closed"));
        check(&saved, "/a?id=1", Target::Page, "05:10:00", "200 page");
        check(&saved, "/a?id=1", Target::Page, "04:50:00", "nothing");
        check(&saved, "/a?id=1&utm_source=rss#top", Target::Page, "06:10:00", "200 page");
        check(&saved, "/wall", Target::Page, "06:10:00", "403 closed");
        check(&saved, "/wall", Target::Feed, "06:10:00", "error Some(403)");
    }

    #[test]
    fn saved_redirects_and_validators_behave_like_http() {
        let mut saved = SavedFetcher::new();
        saved.insert(&url("/old"), at("06:00:00"), answer(301, &[("Location", "/new")], ""));
        saved.insert(&url("/new"), at("06:00:00"), answer(200, &[("ETag", "\"1\"")], "body"));
        saved.insert(&url("/loop"), at("06:00:00"), answer(302, &[("Location", "/loop")], ""));
        let Ok(Fetched::Page(page)) = ask(&saved, "/old", Target::Feed, "06:00:00") else { panic!("a page is saved") };
        assert_eq!((page.url.clone(), page.moved_to.clone()), (Some(url("/new")), Some(url("/new"))));
        let again = Request { url: url("/new"), target: Target::Feed, validators: page.validators() };
        assert!(matches!(saved.fetch(&again, at("06:30:00")), Ok(Fetched::NotModified(_))));
        assert!(matches!(ask(&saved, "/loop", Target::Feed, "06:00:00"), Err(FetchError::Redirect { .. })));
    }
}

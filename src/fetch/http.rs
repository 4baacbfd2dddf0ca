//! The web, politely: in goes a [`Request`], out comes a document, "not modified", or the reason why there is neither.
//!
//! Redirects are followed here, hop by hop, because every hop has to pass the guard, the host's gate and robots.txt, and because only
//! the hops tell whether a feed has moved for good. Reading one answer is done in exchange.rs.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;
use url::Url;

use super::error::{FetchError, redacted};
use super::exchange::{self, Afterwards, Answer, Excess, Get};
use super::guard::Guard;
use super::page::{Fetched, Page, Request, Target, Validators};
use super::politeness::Politeness;
use super::robots::{MAX_ROBOTS_BYTES, RobotsAnswer, RobotsCache, Verdict};
use super::spec::NetworkSpec;

/// Hops followed from one address; browsers allow 20, feeds in the wild need 3.
const MAX_HOPS: usize = 8;

/// How the HTTP client is paced: the parts of `[poll]` that concern it.
#[derive(Debug, Clone, PartialEq)]
pub struct Pace {
    /// The whole of one request, connect to last byte, redirects included, waiting for a turn excluded.
    pub timeout: Duration,
    /// Requests in flight at once, all hosts together.
    pub concurrency: usize,
    /// Requests in flight at once to one host.
    pub per_host: usize,
    /// The least time between the starts of two requests to one host.
    pub host_gap: Duration,
}

/// Asks the web; cheap to clone, all clones share connections, gates and what is known of robots.txt files.
#[derive(Debug, Clone)]
pub struct HttpFetcher {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    client: reqwest::Client,
    /// For a feed whose host nobody else asks for: with it, no more connections are open than requests are in flight.
    lone_client: reqwest::Client,
    guard: Guard,
    politeness: Politeness,
    robots: Option<RobotsCache>,
    timeout: Duration,
    max_body: u64,
}

/// Where one request stands between two hops.
struct Journey<'a> {
    request: &'a Request,
    url: Url,
    visited: Vec<Url>,
    all_permanent: bool,
}

impl HttpFetcher {
    /// A client for the networks of `network`, paced by `pace`.
    pub fn new(network: &NetworkSpec, pace: &Pace) -> Result<HttpFetcher, FetchError> {
        // The program's main does this first thing; a library user who did not is helped here. An error means that it is done.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let guard = Guard::new(&network.allow_private);
        let version = env!("CARGO_PKG_VERSION");
        let user_agent = match &network.user_agent_contact {
            Some(contact) => format!("vigie/{version} (+{contact})"),
            None => format!("vigie/{version}"),
        };
        let shared = Shared {
            client: exchange::client(guard.clone(), &user_agent, Afterwards::Kept)?,
            lone_client: exchange::client(guard.clone(), &user_agent, Afterwards::Closed)?,
            guard,
            politeness: Politeness::new(pace.concurrency, pace.per_host, pace.host_gap),
            robots: network.robots.then(RobotsCache::default),
            timeout: pace.timeout,
            max_body: network.max_body,
        };
        Ok(HttpFetcher { shared: Arc::new(shared) })
    }

    /// The answer to one request that is made at `now`.
    ///
    /// A page that answers 401, 402, 403 or 451 comes back as a page with that status, for what it says is worth reading.
    pub async fn fetch(&self, request: &Request, now: Timestamp) -> Result<Fetched, FetchError> {
        let started = Instant::now();
        let mut journey = Journey { request, url: request.url.clone(), visited: Vec::new(), all_permanent: true };
        let mut time_left = self.shared.timeout;
        loop {
            self.may_ask(&journey.url, request.target, now).await?;
            let validators = validators_for(&request.validators, &journey.url);
            let get = Get {
                url: &journey.url,
                target: request.target,
                validators,
                max_body: self.shared.max_body,
                excess: Excess::Refuse,
            };
            let answer = self.ask(&get, &mut time_left).await?;
            if !is_redirect(&answer) {
                let elapsed = SignedDuration::try_from(started.elapsed()).unwrap_or(SignedDuration::ZERO);
                return journey.arrive(answer, validators.is_some(), now.checked_add(elapsed).unwrap_or(now));
            }
            journey.hop(&answer)?;
        }
    }

    /// Asks nothing of the host of `url` for so long.
    pub fn pause_host(&self, url: &Url, pause: Duration) {
        self.shared.politeness.pause(url, pause);
    }

    /// Whether `url` may be asked at all, now, for this purpose.
    async fn may_ask(&self, url: &Url, target: Target, now: Timestamp) -> Result<(), FetchError> {
        self.check_address(url)?;
        if let Some(until) = self.shared.politeness.paused_until(url, now) {
            return Err(FetchError::HostPaused { host: url.host_str().unwrap_or_default().to_owned(), until });
        }
        let Some(robots) = self.shared.robots.as_ref().filter(|_| target == Target::Page) else { return Ok(()) };
        match robots.verdict(url, now, self.ask_robots(url)).await {
            Verdict::Allowed => Ok(()),
            Verdict::Disallowed => Err(FetchError::Disallowed { url: redacted(url) }),
            Verdict::Unavailable(reason) => Err(FetchError::RobotsUnavailable { url: redacted(url), reason }),
        }
    }

    fn check_address(&self, url: &Url) -> Result<(), FetchError> {
        let refused = |reason: String| FetchError::Refused { url: redacted(url), reason };
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refused(format!("only http and https are read, not {}", url.scheme())));
        }
        self.shared.guard.check_literal(url).map_err(|refusal| refused(refusal.to_string()))
    }

    /// One exchange: a turn at the host, then the answer within what is left of the request's time.
    async fn ask(&self, get: &Get<'_>, time_left: &mut Duration) -> Result<Answer, FetchError> {
        let pass = self.shared.politeness.enter(get.url, get.target).await;
        let is_lone = pass.is_alone && get.target == Target::Feed;
        let client = if is_lone { &self.shared.lone_client } else { &self.shared.client };
        let started = Instant::now();
        let answer = tokio::time::timeout(*time_left, exchange::get(client, get)).await;
        *time_left = time_left.saturating_sub(started.elapsed());
        answer.unwrap_or_else(|_| Err(FetchError::Timeout { url: redacted(get.url), after: self.shared.timeout }))
    }

    /// The robots.txt of the site of `page`, over the same client, guard and gates.
    async fn ask_robots(&self, page: &Url) -> RobotsAnswer {
        let Ok(mut url) = robotxt::robots_url(page) else { return RobotsAnswer::None };
        let mut time_left = self.shared.timeout;
        for _ in 0..=MAX_HOPS {
            if let Err(error) = self.check_address(&url) {
                return RobotsAnswer::Unavailable(error.to_string());
            }
            let get =
                Get { url: &url, target: Target::Robots, validators: None, max_body: MAX_ROBOTS_BYTES, excess: Excess::CutOff };
            let answer = match self.ask(&get, &mut time_left).await {
                Ok(answer) => answer,
                // The page itself will be refused for the same reason, and with the better words.
                Err(FetchError::Refused { .. }) if url.origin() == page.origin() => return RobotsAnswer::None,
                Err(error) => return RobotsAnswer::Unavailable(error.to_string()),
            };
            match answer.status {
                200..=299 => return RobotsAnswer::File(answer.body),
                300..=399 => match location(&answer, &url) {
                    Some(next) => url = next,
                    None => return RobotsAnswer::None,
                },
                // RFC 9309 §2.3.1.3: "unavailable", every page may be asked; 429 is a server's trouble, like 5xx.
                400..=428 | 430..=499 => return RobotsAnswer::None,
                status => return RobotsAnswer::Unavailable(format!("{} answered {status}", redacted(&url))),
            }
        }
        // RFC 9309 §2.3.1.2: after too many redirects a file may be taken for absent.
        RobotsAnswer::None
    }
}

impl Journey<'_> {
    /// Takes the hop that `answer` asks for.
    fn hop(&mut self, answer: &Answer) -> Result<(), FetchError> {
        let vain = |reason: String| FetchError::Redirect { url: redacted(&self.request.url), reason };
        let Some(mut next) = location(answer, &self.url) else {
            return Err(vain(format!("status {} without a usable Location", answer.status)));
        };
        // Credentials go to their own host only, and those that a redirect brings along are nobody's.
        let (user, password) = if next.origin() == self.request.url.origin() {
            (self.request.url.username(), self.request.url.password())
        } else {
            ("", None)
        };
        // The setters fail on addresses without a host, which the next check refuses.
        let _ = next.set_username(user);
        let _ = next.set_password(password);
        if next == self.url || self.visited.contains(&next) {
            return Err(vain(format!("a loop over {}", redacted(&next))));
        }
        if self.visited.len() >= MAX_HOPS {
            return Err(vain(format!("more than {MAX_HOPS} hops")));
        }
        self.all_permanent &= matches!(answer.status, 301 | 308);
        self.visited.push(std::mem::replace(&mut self.url, next));
        Ok(())
    }

    /// Makes the result of the answer that is no hop.
    fn arrive(self, answer: Answer, conditional: bool, fetched_at: Timestamp) -> Result<Fetched, FetchError> {
        let readable = match answer.status {
            304 if conditional => return Ok(Fetched::NotModified(answer.headers)),
            200..=299 => true,
            401 | 402 | 403 | 451 => self.request.target == Target::Page,
            _ => false,
        };
        if !readable {
            return Err(FetchError::Status { url: redacted(&self.url), status: answer.status, headers: answer.headers });
        }
        let has_moved = !self.visited.is_empty() && self.all_permanent;
        Ok(Fetched::Page(Box::new(Page {
            url: Some(bare(&self.url)),
            moved_to: has_moved.then(|| self.url.clone()),
            status: answer.status,
            headers: answer.headers,
            body: answer.body,
            fetched_at,
        })))
    }
}

fn is_redirect(answer: &Answer) -> bool {
    matches!(answer.status, 301 | 302 | 303 | 307 | 308)
}

/// Where an answer points, without a fragment.
fn location(answer: &Answer, url: &Url) -> Option<Url> {
    let value = String::from_utf8_lossy(answer.headers.get_bytes("location")?);
    let mut next = url.join(value.trim()).ok()?;
    next.set_fragment(None);
    Some(next)
}

/// The address without credentials and fragment: what links are relative to, and what is compared and stored.
fn bare(url: &Url) -> Url {
    let mut bare = url.clone();
    bare.set_fragment(None);
    // Neither setter can fail on an http address, which has a host.
    let _ = bare.set_username("");
    let _ = bare.set_password(None);
    bare
}

/// The validators, if there are any and `url` issued them.
fn validators_for<'a>(validators: &'a Validators, url: &Url) -> Option<&'a Validators> {
    let own = validators.issued_by.as_ref().is_none_or(|issuer| bare(issuer) == bare(url));
    (own && !validators.is_empty()).then_some(validators)
}

//! Step two: fetch the page behind an entry, extract the article, keep it.

use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::current::Current;
use super::engine::Engine;
use crate::extract::{self, Access, Article, Origin, PageDate, WallLexicon};
use crate::feed::FeedSpec;
use crate::fetch::{Fetched, Page, Request, Target, Validators};
use crate::store::{NewArticle, ReadJob, StoreError};
use crate::types::ArticleKey;
use crate::types::url::without_tracking;

/// A page that could not be had is asked once more after this; then the entry's own text has to do. Short, for an alert waits for it.
const RETRY_AFTER: SignedDuration = SignedDuration::from_secs(60);
/// Tries of one page.
const MOST_TRIES: u32 = 2;
/// A page counts as giving less than the feed when it has fewer than this share of the feed's letters.
const LESS_THAN_FEED: f64 = 0.8;

/// What came of asking for the page.
enum PageAnswer {
    Got(Box<Page>),
    /// Why there is none, in words; `later` when another try makes sense.
    Missing {
        why: String,
        later: bool,
    },
}

impl Engine {
    /// Claims up to `limit` entries whose article is due.
    pub async fn claim_reads(&self, limit: usize) -> Result<Vec<ReadJob>, StoreError> {
        let now = self.clock.now();
        self.store.claim_reads(now, self.lease_until(now), limit).await
    }

    /// Reads everything that is due, in order of arrival; returns how many.
    pub(super) async fn read_due(&self) -> Result<usize, StoreError> {
        if self.nothing_waits(&self.reads_waiting) {
            return Ok(0);
        }
        const BATCH: usize = 64;
        let mut count = 0;
        loop {
            let jobs = self.claim_reads(BATCH).await?;
            if jobs.is_empty() {
                return Ok(count);
            }
            count += jobs.len();
            for job in jobs {
                self.read(job).await?;
            }
        }
    }

    /// When the next article is due to be read.
    pub async fn next_read(&self) -> Result<Option<Timestamp>, StoreError> {
        if self.nothing_waits(&self.reads_waiting) {
            return Ok(None);
        }
        let next = self.store.next_read().await?;
        if next.is_none() {
            self.reads_waiting.store(false, Ordering::SeqCst);
        }
        Ok(next)
    }

    /// Reads one article and keeps it, or puts it off.
    pub async fn read(&self, job: ReadJob) -> Result<(), StoreError> {
        let current = self.current();
        let feed = current.feed(&job.feed).cloned();
        let (page, why) = match self.page_of(&job, feed.as_ref(), &current).await {
            Some(PageAnswer::Got(page)) => (Some(*page), None),
            Some(PageAnswer::Missing { why, later }) => {
                let now = self.clock.now();
                if later && job.attempts + 1 < MOST_TRIES {
                    tracing::info!(feed.id = %job.feed, entry = job.entry.0, %why, "the page is asked for again in a minute");
                    return self.store.postpone_read(job.queue_id, now.checked_add(RETRY_AFTER).unwrap_or(now)).await;
                }
                (None, Some(why))
            }
            None => (None, None),
        };
        let kept = page.clone().filter(|_| current.settings.retention.pages > Duration::ZERO);
        let new = self.article_of(job, page, why, feed, current).await;
        let (queue_id, new) = new;
        self.store.record_article(Some(queue_id), new, kept).await?;
        self.wake().judge.notify_one();
        Ok(())
    }

    /// Asks for the page when there is one to ask for: not for old entries, which are read only to be known.
    async fn page_of(&self, job: &ReadJob, feed: Option<&FeedSpec>, current: &Current) -> Option<PageAnswer> {
        let link = job.link.as_ref()?;
        let wanted = current.settings.read.pages && feed.is_none_or(|f| f.pages);
        let now = self.clock.now();
        let window = SignedDuration::try_from(current.settings.story.window).unwrap_or(SignedDuration::MAX);
        let old = job.published.is_some_and(|at| now.duration_since(at) > window);
        if !wanted || old {
            return None;
        }
        let request = Request { url: link.clone(), target: Target::Page, validators: Validators::default() };
        Some(match self.fetcher.fetch(&request, now).await {
            Ok(Fetched::Page(page)) => PageAnswer::Got(page),
            Ok(Fetched::NotModified(_)) => {
                PageAnswer::Missing { why: "the server says \"not modified\" (304) to a first request".to_owned(), later: false }
            }
            Err(error) => PageAnswer::Missing { why: error.to_string(), later: !error.is_permanent() },
        })
    }

    /// Extraction runs off the async threads; a panic there costs this article its page.
    async fn article_of(
        &self,
        job: ReadJob,
        page: Option<Page>,
        why: Option<String>,
        feed: Option<FeedSpec>,
        current: std::sync::Arc<Current>,
    ) -> (i64, NewArticle) {
        let permit = self.parsing.acquire().await;
        let now = self.clock.now();
        let queue_id = job.queue_id;
        let plain = (job.clone(), feed.clone(), why.clone());
        let walls = current.settings.walls.clone();
        let work = move || {
            let from_page = page.map(|page| extract::extract(&page, walls.as_deref().unwrap_or(WallLexicon::shipped())));
            merge(job, from_page, why, feed.as_ref(), now)
        };
        let new = match tokio::task::spawn_blocking(work).await {
            Ok(new) => new,
            Err(panic) => {
                let (job, feed, why) = plain;
                tracing::error!(url = job.link.as_ref().map(Url::as_str), %panic, "the page made its reader fail; please report the address");
                let why = why.or(Some("the page made its reader fail".to_owned()));
                merge(job, None, why, feed.as_ref(), now)
            }
        };
        drop(permit);
        (queue_id, new)
    }
}

/// What the feed says and what the page says, as one article.
fn merge(job: ReadJob, from_page: Option<Article>, why: Option<String>, feed: Option<&FeedSpec>, now: Timestamp) -> NewArticle {
    let declared = feed.and_then(|f| f.language).or(job.language);
    let told = extract::fragment_paragraphs(job.content.as_deref().unwrap_or(&job.summary));
    let mut article = match from_page {
        Some(article) => complete(article, &told, job.content.is_some()),
        None => {
            let mut article = Article::empty(Origin::Feed);
            article.paragraphs.clone_from(&told);
            article.problems.extend(why.map(|why| format!("the page could not be had: {why}")));
            article
        }
    };
    if !job.title.is_empty() {
        // The feed's headline is written by the desk that publishes; a page's may carry the site's name or a slogan.
        article.title.clone_from(&job.title);
    }
    if article.authors.is_empty() {
        article.authors.clone_from(&job.authors);
    }
    if let Some(at) = job.published {
        article.published = Some(PageDate { at, offset: Offset::UTC, day_only: false });
    }
    if article.language.is_none() || article.origin == Origin::Feed {
        let text = if article.paragraphs.is_empty() { article.title.clone() } else { article.text() };
        article.language = extract::detect_language(declared, &text).or(declared);
    }
    let source = source_of(&job, &article, feed);
    let link = job.link.clone().or_else(|| article.url.clone()).or_else(|| feed.map(|f| f.url.clone()));
    let url = link.as_ref().map(without_tracking).unwrap_or_else(|| Url::parse("about:blank").expect("a constant address"));
    if article.canonical_url.is_none() {
        article.canonical_url = article.url.clone().filter(|final_url| *final_url != url);
    }
    NewArticle {
        key: key_of(&job),
        entry: Some((job.entry, job.revision)),
        feed: Some(job.feed),
        source,
        url,
        fetched_at: now,
        article,
    }
}

/// The page, completed by the feed's text where the feed gives more.
fn complete(mut article: Article, told: &[String], told_whole: bool) -> Article {
    let letters = |paragraphs: &[String]| paragraphs.iter().map(|p| p.chars().count()).sum::<usize>();
    let (page_letters, feed_letters) = (letters(&article.paragraphs), letters(told));
    let less = (page_letters as f64) < feed_letters as f64 * LESS_THAN_FEED;
    if less {
        article.paragraphs = told.to_vec();
        article.origin = Origin::Feed;
        if told_whole && article.access == Access::Partial {
            // The feed carries what the page hides: nothing is missing to the reader of this text.
            article.access = Access::Open;
            article.paywall = None;
        }
    }
    article
}

fn source_of(job: &ReadJob, article: &Article, feed: Option<&FeedSpec>) -> String {
    let configured = feed.and_then(|f| f.name.clone());
    let host = || job.link.as_ref().and_then(|u| u.host_str()).map(|h| h.trim_start_matches("www.").to_owned());
    configured
        .or_else(|| article.site_name.clone())
        .or_else(|| job.feed_name.clone())
        .or_else(host)
        .unwrap_or_else(|| job.feed.as_str().to_owned())
}

/// The public identifier: the same for the same entry and revision in every store.
fn key_of(job: &ReadJob) -> ArticleKey {
    let hash = xxhash_rust::xxh3::xxh3_64(format!("{}\n{}\n{}", job.feed, job.guid, job.revision).as_bytes());
    ArticleKey(base32(hash))
}

/// Thirteen characters of Crockford's alphabet, which has no letters that look like digits.
fn base32(mut value: u64) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut out = [b'0'; 13];
    for place in out.iter_mut().rev() {
        *place = ALPHABET[(value & 31) as usize];
        value >>= 5;
    }
    out.iter().map(|b| char::from(*b)).collect()
}

//! Step two: fetch the page behind an entry, extract the article, keep it.

use std::sync::Arc;
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
use crate::store::{KeptPage, NewArticle, ReadJob, StoreError};
use crate::types::ArticleKey;
use crate::types::url::without_tracking;

/// A page that could not be had is asked once more after this; then the entry's own text has to do. Short, for an alert waits for it.
pub(super) const RETRY_AFTER: SignedDuration = SignedDuration::from_secs(60);
/// Tries of one page.
const MOST_TRIES: u32 = 2;
/// A page counts as giving less than the feed when it has fewer than this share of the feed's letters.
const LESS_THAN_FEED: f64 = 0.8;

/// A unit of reading.
pub type ReadUnit = std::pin::Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send>>;

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
            // In order of arrival: what is read of the feed alone waits only for the page before it.
            let mut told = Vec::new();
            for job in jobs {
                if self.needs_page(&job) {
                    self.read_told(std::mem::take(&mut told)).await?;
                    self.read(job).await?;
                } else {
                    told.push(job);
                }
            }
            self.read_told(told).await?;
        }
    }

    /// Reads claimed articles at the same time; calls `spawn` with every unit of work there is.
    pub fn read_claimed(self: &Arc<Self>, jobs: Vec<ReadJob>, mut spawn: impl FnMut(ReadUnit)) {
        let (paged, told): (Vec<ReadJob>, Vec<ReadJob>) = jobs.into_iter().partition(|job| self.needs_page(job));
        for job in paged {
            let engine = Arc::clone(self);
            spawn(Box::pin(async move { engine.read(job).await }));
        }
        if !told.is_empty() {
            let engine = Arc::clone(self);
            spawn(Box::pin(async move { engine.read_told(told).await }));
        }
    }

    /// Reads articles of which the feed's text is all that is wanted, and keeps them in one transaction.
    async fn read_told(&self, jobs: Vec<ReadJob>) -> Result<(), StoreError> {
        if jobs.is_empty() {
            return Ok(());
        }
        let permit = self.parsing.acquire().await;
        let now = self.clock.now();
        let current = self.current();
        let material = |job| Material { job, page: None, why: None, current: Arc::clone(&current) };
        let materials: Arc<Vec<Material>> = Arc::new(jobs.into_iter().map(material).collect());
        let shared = Arc::clone(&materials);
        let articles = move || shared.iter().map(|m| (m.job.queue_id, m.article(now))).collect::<Vec<_>>();
        let read = tokio::task::spawn_blocking(articles).await;
        drop(permit);
        match read {
            Ok(new) => self.store.record_articles(new).await?,
            Err(_) => {
                // One by one, so that what made the reader fail costs no other article its text.
                for material in materials.iter() {
                    self.read(material.job.clone()).await?;
                }
            }
        }
        self.wake().judge.notify_one();
        Ok(())
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
        let (page, why) = match self.page_of(&job).await {
            Some(PageAnswer::Got(page)) => (Some(*page), None),
            Some(PageAnswer::Missing { why, later }) => {
                let now = self.clock.now();
                if later && job.attempts + 1 < MOST_TRIES {
                    tracing::info!(feed.id = %job.feed, entry = job.entry_id.0, %why, "the page is asked for again in a minute");
                    return self.store.postpone_read(job.queue_id, now.checked_add(RETRY_AFTER).unwrap_or(now)).await;
                }
                (None, Some(why))
            }
            None => (None, None),
        };
        let queue_id = job.queue_id;
        let (new, kept) = self.article_of(Material { job, page, why, current }).await;
        self.store.record_article(Some(queue_id), new, kept).await?;
        self.wake().judge.notify_one();
        Ok(())
    }

    /// Whether there is a page to ask for: not for old entries, which are read only to be known.
    fn needs_page(&self, job: &ReadJob) -> bool {
        let current = self.current();
        let wanted = current.settings.read.pages && current.feed(&job.feed).is_none_or(|f| f.pages);
        let window = SignedDuration::try_from(current.settings.story.window).unwrap_or(SignedDuration::MAX);
        let is_old = job.entry.published.is_some_and(|at| self.clock.now().duration_since(at) > window);
        job.entry.link.is_some() && wanted && !is_old
    }

    async fn page_of(&self, job: &ReadJob) -> Option<PageAnswer> {
        let link = job.entry.link.as_ref().filter(|_| self.needs_page(job))?;
        let now = self.clock.now();
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
    async fn article_of(&self, material: Material) -> (NewArticle, Option<KeptPage>) {
        let _permit = self.parsing.acquire().await;
        let now = self.clock.now();
        let material = Arc::new(material);
        let shared = material.clone();
        match tokio::task::spawn_blocking(move || (shared.article(now), shared.kept_page())).await {
            Ok(done) => done,
            Err(panic) => {
                let url = material.job.entry.link.as_ref().map(Url::as_str);
                tracing::error!(url, %panic, "the page made its reader fail; please report the address");
                let why = material.why.as_deref().unwrap_or("the page made its reader fail");
                (material.merge(None, Some(why), now), material.kept_page())
            }
        }
    }
}

/// What an article is made of.
struct Material {
    job: ReadJob,
    page: Option<Page>,
    /// Why there is no page, in words, when there should be one.
    why: Option<String>,
    current: Arc<Current>,
}

impl Material {
    fn article(&self, now: Timestamp) -> NewArticle {
        let walls = self.current.settings.walls.as_deref();
        let from_page = self.page.as_ref().map(|page| extract::extract(page, walls.unwrap_or(WallLexicon::shipped())));
        self.merge(from_page, self.why.as_deref(), now)
    }

    fn kept_page(&self) -> Option<KeptPage> {
        let wanted = self.current.settings.retention.pages > Duration::ZERO;
        self.page.as_ref().filter(|_| wanted).and_then(KeptPage::of)
    }

    /// What the feed says and what the page says, as one article.
    fn merge(&self, from_page: Option<Article>, why: Option<&str>, now: Timestamp) -> NewArticle {
        let (job, entry) = (&self.job, &self.job.entry);
        let feed = self.current.feed(&job.feed);
        let declared = feed.and_then(|f| f.language).or(entry.language);
        let told = extract::fragment_paragraphs(entry.content.as_deref().unwrap_or(&entry.summary));
        let mut article = match from_page {
            Some(article) => complete(article, &told, entry.content.is_some()),
            None => {
                let mut article = Article::empty(Origin::Feed);
                article.paragraphs.clone_from(&told);
                article.problems.extend(why.map(|why| format!("the page could not be had: {why}")));
                article
            }
        };
        if !entry.title.is_empty() {
            // The feed's headline is written by the desk that publishes; a page's may carry the site's name or a slogan.
            article.title.clone_from(&entry.title);
        }
        if article.authors.is_empty() {
            article.authors.clone_from(&entry.authors);
        }
        if let Some(at) = entry.published {
            article.published = Some(PageDate { at, offset: Offset::UTC, day_only: false });
        }
        if article.language.is_none() || article.origin == Origin::Feed {
            let text = if article.paragraphs.is_empty() { article.title.clone() } else { article.text() };
            article.language = extract::detect_language(declared, &text).or(declared);
        }
        let source = source_of(job, &article, feed);
        let link = entry.link.clone().or_else(|| article.url.clone()).or_else(|| feed.map(|f| f.url.clone()));
        let url = link.as_ref().map(without_tracking).unwrap_or_else(|| Url::parse("about:blank").expect("a constant address"));
        if article.canonical_url.is_none() {
            article.canonical_url = article.url.clone().filter(|final_url| *final_url != url);
        }
        NewArticle {
            key: key_of(job),
            entry: Some((job.entry_id, job.revision)),
            feed: Some(job.feed.clone()),
            source,
            url,
            fetched_at: now,
            article,
        }
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
    let host = || job.entry.link.as_ref().and_then(|u| u.host_str()).map(|h| h.trim_start_matches("www.").to_owned());
    configured
        .or_else(|| article.site_name.clone())
        .or_else(|| job.feed_name.clone())
        .or_else(host)
        .unwrap_or_else(|| job.feed.as_str().to_owned())
}

/// The public identifier: the same for the same entry and revision in every store.
fn key_of(job: &ReadJob) -> ArticleKey {
    let hash = xxhash_rust::xxh3::xxh3_64(format!("{}\n{}\n{}", job.feed, job.entry.guid, job.revision).as_bytes());
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

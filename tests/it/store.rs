//! The store's contract: what each coarse method keeps. Written against the methods alone, so that another back end can run it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use vigie::alert::{Alert, AlertKind, AlertStory};
use vigie::compose::Message;
use vigie::extract::{Article, Origin};
use vigie::feed::FeedEntry;
use vigie::fetch::Validators;
use vigie::matcher::Match;
use vigie::schedule::{FeedState, FeedStatus};
use vigie::store::{
    AlertRecord, FeedSeed, Filter, Judgement, NewArticle, Outcome, Placed, PollRecord, Reader, RetentionSpec, Store,
    StoreOptions, TopicJudgement,
};
use vigie::story::{Decision, Development, DevelopmentKind, Placement};
use vigie::types::{ArticleId, ArticleKey, DeskName, DevelopmentId, FeedId, StoryId, TopicId};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

pub(crate) fn at(minutes: i64) -> Timestamp {
    let start: Timestamp = "2024-10-18T06:00:00Z".parse().unwrap();
    start + MINUTE * i32::try_from(minutes).unwrap()
}

pub(crate) struct Scratch {
    folder: tempfile::TempDir,
    pub(crate) store: Store,
}

impl Scratch {
    pub(crate) async fn new() -> Scratch {
        let folder = tempfile::tempdir().unwrap();
        let path = Some(folder.path().join("vigie.db"));
        let store = Store::open(StoreOptions { path, ..StoreOptions::default() }).unwrap();
        let scratch = Scratch { folder, store };
        scratch.seed(&["a", "b"]).await;
        scratch
    }

    async fn seed(&self, feeds: &[&str]) {
        let seeds = feeds
            .iter()
            .map(|id| FeedSeed {
                id: FeedId::from(*id),
                name: None,
                url: format!("https://{id}.example/rss").parse().unwrap(),
                interval: Duration::from_secs(900),
                first_poll_at: at(0),
            })
            .collect();
        self.store.sync_feeds(seeds, at(0)).await.unwrap();
    }

    pub(crate) fn reader(&self) -> Reader {
        Reader::open(&self.folder.path().join("vigie.db")).unwrap().expect("the store was made")
    }

    /// Keeps a poll of `feed`; how many entries were new and how many revised.
    async fn poll(&self, feed: &str, minutes: i64, entries: Vec<FeedEntry>) -> (usize, usize) {
        let record = PollRecord {
            feed: FeedId::from(feed),
            at: at(minutes),
            validators: Some(Validators {
                etag: Some(format!("\"{minutes}\"").into_bytes()),
                last_modified: None,
                issued_by: None,
            }),
            moved_to: None,
            title: None,
            language: None,
            entries,
        };
        let next = FeedState::new(FeedId::from(feed), Duration::from_secs(900), at(minutes + 15));
        let done = self.store.record_poll(record, move |_| next).await.unwrap();
        (done.new_entries, done.revised_entries)
    }

    pub(crate) async fn article(&self, key: &str, minutes: i64) -> ArticleId {
        let mut article = Article::empty(Origin::Feed);
        article.title = format!("title of {key}");
        article.paragraphs = vec![format!("text of {key}")];
        let new = NewArticle {
            key: ArticleKey::from(key),
            entry: None,
            feed: None,
            source: "source".to_owned(),
            url: format!("https://a.example/{key}").parse().unwrap(),
            fetched_at: at(minutes),
            article,
        };
        self.store.record_article(None, new, None).await.unwrap()
    }

    /// Judges an article as the first of a story.
    pub(crate) async fn opens(&self, article: ArticleId, story: i64, minutes: i64) -> DevelopmentId {
        let development = Development { kind: DevelopmentKind::NewStory, strong: true, new: vec!["a fact".to_owned()] };
        let placement = Placement { development: Some(development), ..Placement::silent(Decision::Opens, Vec::new()) };
        self.placed(article, story, minutes, placement).await.expect("it develops")
    }

    /// Keeps the judgement that an article goes to a story.
    pub(crate) async fn placed(
        &self,
        article: ArticleId,
        story: i64,
        minutes: i64,
        placement: Placement,
    ) -> Option<DevelopmentId> {
        let matched = Match {
            topic: TopicId::from("t"),
            one_sided: false,
            score: 0.9,
            relevant: true,
            strong: true,
            evidence: Vec::new(),
            concepts: Vec::new(),
            masked: Vec::new(),
            rule: String::new(),
        };
        let placed = Placed { story: StoryId(story), placement, title: "a story".to_owned(), outline: None };
        let topics = vec![TopicJudgement { matched, inherited: false, placed: Some(placed) }];
        self.store.record_judgements(vec![Judgement { article, at: at(minutes), topics }]).await.unwrap()[0][0]
    }

    pub(crate) async fn alert(
        &self,
        development: DevelopmentId,
        article: ArticleId,
        story: i64,
        to: &str,
        minutes: i64,
    ) -> Result<(), String> {
        let told = AlertStory { story: StoryId(story), developments: vec![development], articles: vec![article] };
        let alert = Alert {
            desk: DeskName::from("d"),
            kind: AlertKind::Immediate,
            at: at(minutes),
            since: at(minutes),
            stories: vec![told],
            held: 0,
        };
        let message = Message {
            recipient: to.to_owned(),
            message_id: format!("{development}-{to}"),
            kind: AlertKind::Immediate,
            story: Some(StoryId(story)),
            subject: "s".to_owned(),
            text: String::new(),
            html: String::new(),
            bytes: b"mail".to_vec(),
        };
        self.store.record_alert(AlertRecord { alert, messages: vec![message] }).await.map_err(|e| e.to_string())
    }
}

fn entry(guid: &str, link: &str, title: &str) -> FeedEntry {
    FeedEntry {
        guid: guid.to_owned(),
        link: Some(link.parse().unwrap()),
        title: title.to_owned(),
        summary: String::new(),
        content: None,
        authors: Vec::new(),
        published: None,
        language: None,
    }
}

#[tokio::test]
async fn an_entry_is_new_once_whatever_becomes_of_its_guid() {
    let s = Scratch::new().await;
    let link = "https://a.example/1?utm_source=rss";
    assert_eq!(s.poll("a", 1, vec![entry("g1", link, "One"), entry("g2", "https://a.example/2", "Two")]).await, (2, 0));
    assert_eq!(s.poll("a", 2, vec![entry("g1", link, "One")]).await, (0, 0));
    assert_eq!(s.poll("a", 3, vec![entry("churned", "https://a.example/1", "One")]).await, (0, 0), "another guid, the same link");
    assert_eq!(s.poll("a", 4, vec![entry("g1", link, "One, with more")]).await, (0, 1), "another title");
    let jobs = s.store.claim_reads(at(5), at(15), 10).await.unwrap();
    let titles: Vec<(&str, u32)> = jobs.iter().map(|j| (j.entry.title.as_str(), j.revision)).collect();
    assert_eq!(titles, [("Two", 1), ("One, with more", 1), ("One, with more", 2)]);
}

#[tokio::test]
async fn a_link_shared_by_several_entries_identifies_none_of_them() {
    let s = Scratch::new().await;
    let home = "https://a.example/live";
    let all = vec![entry("g1", home, "One"), entry("g2", home, "Two"), entry("g3", home, "Three")];
    assert_eq!(s.poll("a", 1, all).await, (3, 0));
    assert_eq!(s.store.claim_reads(at(2), at(12), 10).await.unwrap().len(), 3);
}

#[tokio::test]
async fn the_article_that_two_feeds_announce_is_read_once() {
    let s = Scratch::new().await;
    s.poll("a", 1, vec![entry("g1", "https://www.a.example/1", "One")]).await;
    assert_eq!(s.poll("b", 2, vec![entry("x", "https://a.example/1?utm_medium=b", "One")]).await, (1, 0));
    assert_eq!(s.store.claim_reads(at(3), at(13), 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_claim_holds_until_it_runs_out() {
    let s = Scratch::new().await;
    s.poll("a", 1, vec![entry("g1", "https://a.example/1", "One")]).await;
    assert_eq!(s.store.claim_reads(at(2), at(12), 10).await.unwrap().len(), 1);
    assert_eq!(s.store.claim_reads(at(3), at(13), 10).await.unwrap().len(), 0, "claimed");
    assert_eq!(s.store.next_read().await.unwrap(), None, "nothing else waits");
    assert_eq!(s.store.drop_old_claims(at(11)).await.unwrap(), 0);
    assert_eq!(s.store.drop_old_claims(at(12)).await.unwrap(), 1, "the claim ran out");
    assert_eq!(s.store.claim_reads(at(12), at(22), 10).await.unwrap().len(), 1);
    let feeds = s.store.claim_feeds(at(20), at(30), 10).await.unwrap();
    assert_eq!(feeds.len(), 2);
    assert_eq!(s.store.claim_feeds(at(21), at(31), 10).await.unwrap().len(), 0);
    assert_eq!(s.store.next_poll().await.unwrap(), None, "nobody waits for what is in hand");
    assert_eq!(s.store.drop_old_claims(at(30)).await.unwrap(), 3, "two feeds and the read");
    assert_eq!(s.store.claim_feeds(at(30), at(40), 10).await.unwrap().len(), 2);
    s.store.drop_claims().await.unwrap();
    assert_eq!(s.store.claim_feeds(at(22), at(32), 10).await.unwrap().len(), 2, "a new process starts without claims");
}

#[tokio::test]
async fn feeds_that_agree_with_the_configuration_are_not_written() {
    let s = Scratch::new().await;
    let seed = |id: &str, name: Option<&str>| FeedSeed {
        id: FeedId::from(id),
        name: name.map(str::to_owned),
        url: format!("https://{id}.example/feed").parse().unwrap(),
        interval: Duration::from_secs(900),
        first_poll_at: at(1),
    };
    let other = rusqlite::Connection::open(s.folder.path().join("vigie.db")).unwrap();
    // Changes when another connection has written.
    let version = || other.query_row("PRAGMA data_version", [], |row| row.get::<_, i64>(0)).unwrap();
    let mut last = version();
    let mut writes = async |seeds: Vec<FeedSeed>| {
        s.store.sync_feeds(seeds, at(1)).await.unwrap();
        let before = std::mem::replace(&mut last, version());
        before != last
    };
    assert!(writes(vec![seed("x", None), seed("y", None)]).await);
    assert!(!writes(vec![seed("x", None), seed("y", None)]).await);
    assert!(writes(vec![seed("x", Some("X")), seed("y", None)]).await, "another name");
    assert!(writes(vec![seed("x", Some("X"))]).await, "one is gone");
    assert!(!writes(vec![seed("x", Some("X"))]).await);
    assert!(writes(vec![seed("x", Some("X")), seed("y", None)]).await, "and comes back");
    assert_eq!(s.store.feeds().await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_feed_with_another_address_starts_without_the_old_ones_validators() {
    let s = Scratch::new().await;
    s.poll("a", 1, Vec::new()).await;
    assert!(s.store.feed(FeedId::from("a")).await.unwrap().unwrap().validators.etag.is_some());
    let moved = FeedSeed {
        id: FeedId::from("a"),
        name: None,
        url: "https://a.example/other".parse().unwrap(),
        interval: Duration::from_secs(900),
        first_poll_at: at(5),
    };
    s.store.sync_feeds(vec![moved], at(5)).await.unwrap();
    let feed = s.store.feed(FeedId::from("a")).await.unwrap().unwrap();
    assert!(feed.validators.is_empty() && feed.state.status == FeedStatus::Ok);
    assert_eq!(s.store.feeds().await.unwrap().len(), 1, "the feed that left the configuration rests");
}

#[tokio::test]
async fn a_desk_is_told_of_a_development_once() {
    let s = Scratch::new().await;
    s.store.desk(DeskName::from("d"), at(0)).await.unwrap();
    let article = s.article("k1", 1).await;
    let development = s.opens(article, 1, 1).await;
    assert_eq!(s.store.desk(DeskName::from("d"), at(2)).await.unwrap().pending.len(), 1);
    s.alert(development, article, 1, "anne@example.org", 2).await.unwrap();
    assert_eq!(s.store.desk(DeskName::from("d"), at(3)).await.unwrap().pending.len(), 0);
    assert!(s.alert(development, article, 1, "bruno@example.org", 3).await.is_err(), "a second alert of one development");
    let messages = s.reader().messages(&Filter { limit: 10, ..Filter::default() }).unwrap();
    assert_eq!(messages.len(), 1, "nothing of the second alert was kept");
    let thread = s.store.thread("anne@example.org".to_owned(), StoryId(1)).await.unwrap().expect("she had one mail");
    assert_eq!((thread.count, thread.first), (1, messages[0].message_id.clone()));
}

#[tokio::test]
async fn a_desk_is_told_nothing_from_before_it_was_there() {
    let s = Scratch::new().await;
    let article = s.article("k1", 1).await;
    s.opens(article, 1, 1).await;
    assert_eq!(s.store.desk(DeskName::from("late"), at(5)).await.unwrap().pending.len(), 0);
}

#[tokio::test]
async fn a_later_mail_of_a_story_waits_for_the_earlier_one() {
    let s = Scratch::new().await;
    let (one, two) = (s.article("k1", 1).await, s.article("k2", 2).await);
    let first = s.opens(one, 1, 1).await;
    let other = s.opens(two, 2, 2).await;
    s.alert(first, one, 1, "anne@example.org", 3).await.unwrap();
    s.alert(other, two, 1, "anne@example.org", 4).await.unwrap();
    let due = s.store.claim_messages(at(5), at(15), 10).await.unwrap();
    assert_eq!(due.len(), 1, "one at a time within one story and recipient");
    let later = Outcome::Deferred { next_at: at(30), error: "451".to_owned(), counts: true };
    s.store.record_delivery(due[0].id, at(5), later).await.unwrap();
    assert_eq!(s.store.claim_messages(at(6), at(16), 10).await.unwrap().len(), 0);
    let again = s.store.claim_messages(at(30), at(40), 10).await.unwrap();
    assert_eq!((again.len(), again[0].attempts, again[0].bytes.as_slice()), (1, 1, b"mail".as_slice()), "the same bytes");
    s.store.record_delivery(again[0].id, at(30), Outcome::Sent).await.unwrap();
    assert_eq!(s.store.claim_messages(at(31), at(41), 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_waits_for_a_recipient_that_left_is_dropped() {
    let s = Scratch::new().await;
    let article = s.article("k1", 1).await;
    let development = s.opens(article, 1, 1).await;
    s.alert(development, article, 1, "anne@example.org", 2).await.unwrap();
    let known = vec![("d".to_owned(), "bruno@example.org".to_owned())];
    assert_eq!(s.store.drop_unknown_recipients(known).await.unwrap(), 1);
    assert_eq!(s.store.claim_messages(at(3), at(13), 10).await.unwrap().len(), 0);
}

#[tokio::test]
async fn retention_takes_the_old_and_leaves_what_is_still_needed() {
    let s = Scratch::new().await;
    let (old, young) = (s.article("old", 0).await, s.article("young", 60 * 24 * 99).await);
    let development = s.opens(old, 1, 0).await;
    s.opens(young, 2, 60 * 24 * 99).await;
    s.alert(development, old, 1, "anne@example.org", 1).await.unwrap();
    let now = at(60 * 24 * 100);
    let window = Duration::from_secs(6 * 86_400);
    assert!(s.store.purge(RetentionSpec::default(), window, now).await.unwrap() > 0);
    let reader = s.reader();
    let text = |key: &str| reader.dossier(key).unwrap().expect("the article stays").article.article.text();
    assert_eq!((text("old").as_str(), text("young").as_str()), ("", "text of young"));
    let waiting = s.store.claim_messages(now, now, 10).await.unwrap();
    assert_eq!(waiting[0].bytes, b"mail", "a message that was never sent keeps its bytes");
    let found =
        |words: &str| reader.articles(&Filter { search: Some(words.to_owned()), limit: 10, ..Filter::default() }).unwrap().len();
    assert_eq!((found("old"), found("young")), (0, 1), "the full text forgets what was thrown away");
    assert_eq!(s.store.purge(RetentionSpec::default(), window, now).await.unwrap(), 0, "nothing is left to do");
}

//! What judge keeps in memory agrees with the tables: over another configuration while the engine works, commits that fail, and restarts.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use vigie::clock::Clock;
use vigie::config::{self, Settings};
use vigie::extract::{Article, Origin};
use vigie::fetch::{Fetcher, SavedFetcher};
use vigie::outbox::Courier;
use vigie::pipeline::{Engine, EngineParts, Event};
use vigie::store::{CommitHook, Fate, NewArticle, Store, StoreOptions};
use vigie::types::{ArticleKey, StoryId};

fn start() -> Timestamp {
    "2024-10-18T06:00:00Z".parse().unwrap()
}

/// A configuration whose topics take every article.
fn settings(folder: &Path, topics: &[&str]) -> Settings {
    let mut text = "state_dir = \"state\"\n[mail]\nfrom = \"veille@example.org\"\ntransport = \"folder\"\n".to_owned();
    for topic in topics {
        text.push_str(&format!("[[topic]]\nid = \"{topic}\"\nmatch_all = true\n"));
    }
    text.push_str("[[desk]]\nname = \"d\"\nrecipients = [\"anne@example.org\"]\n");
    let file = folder.join("vigie.toml");
    std::fs::write(&file, text).unwrap();
    config::load(&file).expect("no mistakes")
}

async fn engine(settings: Settings, commit_hook: Option<CommitHook>) -> Engine {
    engine_of(settings, StoreOptions { path: None, commit_hook, ..StoreOptions::default() }).await
}

pub(crate) async fn engine_of(settings: Settings, options: StoreOptions) -> Engine {
    let parts = EngineParts {
        settings,
        store: Store::open(options).unwrap(),
        fetcher: Fetcher::Saved(Arc::new(SavedFetcher::new())),
        courier: Courier::memory(),
        clock: Clock::starting_at(start()),
        poll_at_once: true,
    };
    Engine::start(parts).await.unwrap()
}

pub(crate) async fn arrives(engine: &Engine, key: &str, title: &str, text: &str) {
    let mut article = Article::empty(Origin::Feed);
    article.title = title.to_owned();
    article.paragraphs = vec![text.to_owned()];
    let new = NewArticle {
        key: ArticleKey::from(key),
        entry: None,
        feed: None,
        source: "a.example".to_owned(),
        url: format!("https://a.example/{key}").parse().unwrap(),
        fetched_at: start(),
        article,
    };
    engine.store().record_article(None, new, None).await.unwrap();
}

/// Article, topic and story of every judgement.
fn judged(events: &[Event]) -> Vec<(String, String, StoryId)> {
    let told = |event: &Event| match event {
        Event::Article(a) => Some((a.key.0.clone(), a.topic.0.clone(), a.story?)),
        Event::Unmatched(_) | Event::Merge(_) | Event::Alert(_) | Event::Health(_) => None,
    };
    events.iter().filter_map(told).collect()
}

/// Reloads while judge has a batch in hand: the batch is judged by the old topics, what comes later by the new ones.
async fn check(before: &[&str], after: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(settings(folder.path(), before), None).await;
    let first = "Four hundred dockers walk out in the port of Saltmarsh over night shifts, their union says.";
    let second = "A comet that was thought lost crosses the evening sky above the observatory of Highfell.";
    arrives(&engine, "dockers", "Dockers walk out in Saltmarsh", first).await;
    arrives(&engine, "comet", "Lost comet returns above Highfell", second).await;
    let mut events = Vec::new();
    // Judge is asked first and so has the batch in hand when the reload comes.
    let (count, reloaded) = tokio::join!(engine.judge_due(&mut events), engine.reload(settings(folder.path(), after)));
    reloaded.unwrap();
    assert_eq!(count.unwrap(), 2);
    let old = judged(&events);
    let names = |judged: &[(String, String, StoryId)]| judged.iter().map(|j| j.1.clone()).collect::<Vec<_>>();
    assert_eq!(names(&old), [before, before].concat(), "{before:?} → {after:?}: each article by every old topic");

    events.clear();
    arrives(&engine, "again", "Dockers walk out in Saltmarsh", first).await;
    engine.judge_due(&mut events).await.unwrap();
    let new = judged(&events);
    assert_eq!(names(&new), after, "{before:?} → {after:?}");
    for (_, topic, story) in &new {
        let known = old.iter().find(|(key, of, _)| key == "dockers" && of == topic).map(|(_, _, story)| *story);
        match known {
            Some(known) => assert_eq!(*story, known, "{topic} stayed and knows its stories"),
            None => assert!(old.iter().all(|(_, _, other)| other != story), "{topic} is new and opens a story"),
        }
    }
}

#[tokio::test]
async fn a_batch_is_judged_by_the_topics_that_it_began_with() {
    check(&["a"], &["a", "b", "c"]).await;
    check(&["a"], &["b", "a"]).await;
    check(&["a", "b", "c"], &["c"]).await;
    check(&["a", "b"], &[]).await;
    check(&[], &["a"]).await;
}

#[tokio::test]
async fn a_reload_that_the_store_refuses_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let refuses = Arc::new(AtomicBool::new(false));
    let asked = refuses.clone();
    let hook: CommitHook = Arc::new(move |_| if asked.load(Ordering::SeqCst) { Fate::DieBefore } else { Fate::Proceed });
    let engine = engine(settings(folder.path(), &["a"]), Some(hook)).await;
    refuses.store(true, Ordering::SeqCst);
    assert!(engine.reload(settings(folder.path(), &["a", "b"])).await.is_err());
    assert_eq!(engine.current().settings.topics.len(), 1, "the old configuration stays in force");
}

const DOCKERS: &str = "Four hundred dockers walk out in the port of Saltmarsh over night shifts, their union says. The employers call the demand for \
    a bonus of 12 per cent out of reach, and three ferries wait in the roads with their lorries aboard. \
    Talks resume on Thursday in the harbour office, where a mediator from the capital has offered to share out the shifts by the month.";
const COMET: &str = "A comet that was thought lost crosses the evening sky above the observatory of Highfell. Its tail is two degrees long, and the \
    director of the observatory expects it to be seen without a glass until Sunday at least.";

/// The same two matters, told first, copied to the letter, and told again in other words.
async fn stream(engine: &Engine, from: usize, to: usize) {
    let told = [
        ("dockers", "Dockers walk out in Saltmarsh", DOCKERS.to_owned()),
        ("comet", "Lost comet returns above Highfell", COMET.to_owned()),
        ("wire-1", "Walkout closes Saltmarsh port", DOCKERS.to_owned()),
        ("wire-2", "Port of Saltmarsh at a standstill", DOCKERS.replace(". The", ".  The")),
        ("cut", "Saltmarsh: dockers on strike", DOCKERS[..DOCKERS.len() * 2 / 3].to_owned()),
        ("wire-3", "A comet is back", COMET.to_owned()),
    ];
    for (key, title, text) in &told[from..to] {
        arrives(engine, key, title, text).await;
    }
}

async fn whole_stream_at_once() -> Vec<(String, String, StoryId)> {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(settings(folder.path(), &["a"]), None).await;
    stream(&engine, 0, 6).await;
    let mut events = Vec::new();
    engine.judge_due(&mut events).await.unwrap();
    let copies = events.iter().filter(|e| matches!(e, Event::Article(a) if a.duplicate_of.is_some())).count();
    assert_eq!(copies, 4, "{events:#?}");
    judged(&events)
}

pub(crate) fn on_disk(folder: &Path) -> StoreOptions {
    StoreOptions { path: Some(folder.join("vigie.db")), ..StoreOptions::default() }
}

#[tokio::test]
async fn what_was_not_committed_is_judged_again_as_if_for_the_first_time() {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine_of(settings(folder.path(), &["a"]), on_disk(folder.path())).await;
    stream(&engine, 0, 6).await;
    let other = rusqlite::Connection::open(folder.path().join("vigie.db")).unwrap();
    let refuse =
        "CREATE TRIGGER refuse BEFORE INSERT ON story_articles WHEN NEW.article_id = 5 BEGIN SELECT RAISE(ABORT, 'refused'); END";
    other.execute_batch(refuse).unwrap();
    let mut events = Vec::new();
    assert!(engine.judge_due(&mut events).await.is_err());
    assert!(events.is_empty(), "nothing is told that was not kept");
    other.execute_batch("DROP TRIGGER refuse").unwrap();
    engine.judge_due(&mut events).await.unwrap();
    assert_eq!(judged(&events), whole_stream_at_once().await);
}

#[tokio::test]
async fn a_restart_between_any_two_articles_changes_no_judgement() {
    let expected = whole_stream_at_once().await;
    for cut in 1..6 {
        let folder = tempfile::tempdir().unwrap();
        let mut events = Vec::new();
        for (from, to) in [(0, cut), (cut, 6)] {
            let engine = engine_of(settings(folder.path(), &["a"]), on_disk(folder.path())).await;
            stream(&engine, from, to).await;
            engine.judge_due(&mut events).await.unwrap();
            let store = engine.store().clone();
            drop(engine);
            store.close().await;
        }
        assert_eq!(judged(&events), expected, "restarted after {cut} articles");
    }
}

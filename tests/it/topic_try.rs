//! A topic on trial: what it would change among stored articles and files of articles, in words and in records.

use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use serde_json::Value;
use vigie::extract::{Article, Origin};
use vigie::store::{NewArticle, Reader, RetentionSpec, Store, StoreOptions};
use vigie::types::{ArticleKey, FeedId, TopicId};

use crate::support::{text, vigie};

/// Four articles: on the bridge, on the station, on both, on neither; the last one is a headline alone.
const ARTICLES: [(&str, u32, &str, &str); 4] = [
    ("bridge", 1, "Le pont est fermé", "La circulation reprend lundi."),
    ("station", 2, "La gare rouvre", "Les trains passent de nouveau."),
    ("both", 3, "Du pont à la gare", "Un tram reliera les deux rives."),
    ("headline", 4, "La gare attendra", ""),
];

/// A folder with a configuration that follows the bridge, in a file of its own, and the four articles.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Desk {
        let desk = Desk { folder: tempfile::tempdir().unwrap() };
        desk.write("vigie.toml", "state_dir = \".\"\ntopics = [\"town.toml\"]\n[[feed]]\nid = \"elsewhere\"\nurl = \"https://e.example/rss\"\ntopics = [\"other\"]\n[[topic]]\nid = \"other\"\nany_of = [\"port\"]\n");
        desk.write("town.toml", "id = \"town\"\nany_of = [\"pont\"]\n");
        let line = |(id, day, title, text): &(&str, u32, &str, &str)| {
            format!(
                "{{\"id\":\"{id}\",\"url\":\"https://x.example/{id}\",\"published\":\"2024-10-0{day}T08:00:00Z\",\"title\":\"{title}\",\"text\":\"{text}\",\"language\":\"fr\",\"source\":\"Le Quai\"}}\n"
            )
        };
        desk.write("articles.jsonl", &ARTICLES.iter().map(line).collect::<String>());
        desk
    }

    /// With the articles judged and stored.
    fn with_store() -> Desk {
        let desk = Desk::new();
        let output = desk.run(&["replay", "--config", "vigie.toml", "--store", "vigie.db", "articles.jsonl"]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        desk
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    fn store(&self) -> Store {
        Store::open(StoreOptions { path: Some(self.path().join("vigie.db")), ..StoreOptions::default() }).unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        vigie().current_dir(self.path()).args(arguments).output().unwrap()
    }

    /// Tries `town.toml` on the stored articles.
    fn attempt(&self, arguments: &[&str]) -> Output {
        self.run(&[&["topic", "try", "town.toml", "--config", "vigie.toml"], arguments].concat())
    }
}

fn records(output: &Output) -> Vec<Value> {
    text(&output.stdout).lines().map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{e}: {l}"))).collect()
}

/// What happens to which article, and the summary.
#[track_caller]
fn check(output: &Output, code: i32, expected: &[(&str, &str)]) -> Value {
    assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
    let mut records = records(output);
    let summary = records.pop().expect("a summary");
    let word = |record: &Value, name: &str| record[name].as_str().unwrap_or_default().to_owned();
    let found: Vec<(String, String)> = records.iter().map(|r| (word(r, "id"), word(r, "change"))).collect();
    let expected: Vec<(String, String)> = expected.iter().map(|(id, c)| ((*id).to_owned(), (*c).to_owned())).collect();
    assert_eq!(found, expected);
    assert_eq!(summary["event"], "summary");
    summary
}

#[test]
fn a_topic_edited_in_place_is_compared_with_what_was_decided() {
    let desk = Desk::with_store();
    desk.write("town.toml", "id = \"town\"\nany_of = [\"gare\"]\n");
    let output = desk.attempt(&["--all", "--format", "jsonl"]);
    let expected = [("headline", "newly-kept"), ("station", "newly-kept"), ("bridge", "newly-dropped"), ("both", "kept")];
    let summary = check(&output, 0, &expected);
    let counts =
        ["articles", "kept_before", "kept_after", "newly_kept", "newly_dropped", "kept", "near", "never_judged", "failed"];
    assert_eq!(counts.map(|name| summary[name].as_u64().unwrap()), [4, 2, 3, 2, 1, 1, 0, 0, 0]);
    assert_eq!((&summary["topic"], &summary["compared_with"]), (&Value::from("town"), &Value::from("decided")));
    let dropped = &records(&output)[2];
    assert_eq!((&dropped["before"]["relevant"], &dropped["after"]["relevant"]), (&Value::from(true), &Value::from(false)));
    assert_eq!(
        (&dropped["before"]["terms"][0]["term"], &dropped["rule"]),
        (&Value::from("pont"), &Value::from("nothing of the topic stands in it"))
    );
    for name in ["id", "url", "title", "published", "language", "source", "change", "before", "after", "rule", "terms", "masked"]
    {
        assert!(dropped.get(name).is_some(), "{name} is missing in {dropped}");
    }
}

#[test]
fn an_editor_reads_what_changes_and_why() {
    let desk = Desk::with_store();
    desk.write("town.toml", "id = \"town\"\nany_of = [\"gare\"]\n[mask]\naliases.fr = [\"La gare attendra\"]\n");
    let output = desk.attempt(&[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    insta::assert_snapshot!("an_editor_reads_what_changes_and_why", text(&output.stdout));
}

#[test]
fn another_topic_of_the_past_is_all_new() {
    let desk = Desk::with_store();
    desk.write("town.toml", "id = \"tram\"\nany_of = [\"tram\"]\n");
    let output = desk.attempt(&["--format", "jsonl"]);
    let summary = check(&output, 0, &[("both", "newly-kept")]);
    assert_eq!((&summary["never_judged"], &records(&output)[0]["before"]), (&Value::from(4), &Value::Null));
    assert!(text(&desk.attempt(&[]).stdout).contains("nothing was ever decided on a topic called tram"));
}

#[test]
fn since_and_limit_narrow_what_is_tried_and_shown() {
    let desk = Desk::with_store();
    desk.write("town.toml", "id = \"town\"\nany_of = [\"gare\"]\n");
    let since = desk.attempt(&["--format", "jsonl", "--since", "2024-10-03"]);
    let summary = check(&since, 0, &[("headline", "newly-kept")]);
    assert_eq!((&summary["articles"], &summary["since"]), (&Value::from(2), &Value::from("2024-10-03T00:00:00Z")));
    let limited = desk.attempt(&["--format", "jsonl", "--limit", "1"]);
    let summary = check(&limited, 0, &[("headline", "newly-kept"), ("bridge", "newly-dropped")]);
    assert_eq!(summary["newly_kept"], 2);
    assert!(text(&desk.attempt(&["--limit", "1"]).stdout).contains("… and 1 more; --limit shows more"));
    let of_file = desk.attempt(&["--format", "jsonl", "--since", "2024-10-03", "--articles", "articles.jsonl"]);
    assert_eq!(check(&of_file, 0, &[])["skipped"]["older"], 2);
    let wrong = desk.attempt(&["--since", "yesterday"]);
    assert_eq!(wrong.status.code(), Some(2));
}

#[test]
fn files_of_articles_need_neither_store_nor_configuration() {
    let desk = Desk::new();
    let topic = desk.write("new.toml", "id = \"town\"\nany_of = [\"gare\"]\n");
    std::fs::remove_file(desk.path().join("vigie.toml")).unwrap();
    let articles = ["--articles", "articles.jsonl", "--format", "jsonl", "--all"];
    let bare = desk.run(&[&["topic", "try", topic.to_str().unwrap()], &articles[..]].concat());
    let all_new = [("headline", "newly-kept"), ("both", "newly-kept"), ("station", "newly-kept")];
    if !Path::new("/etc/vigie/vigie.toml").exists() {
        assert_eq!(check(&bare, 0, &all_new)["compared_with"], "nothing");
    }
    let against = desk.run(&[&["topic", "try", "new.toml", "--against", "town.toml"], &articles[..]].concat());
    let changes = [("headline", "newly-kept"), ("station", "newly-kept"), ("bridge", "newly-dropped"), ("both", "kept")];
    assert_eq!(check(&against, 0, &changes)["against"], "town.toml");
}

#[test]
fn files_of_articles_are_compared_with_the_configured_topic() {
    let desk = Desk::new();
    desk.write("new.toml", "id = \"town\"\nany_of = [\"gare\"]\n");
    let articles = ["--config", "vigie.toml", "--articles", "articles.jsonl", "--format", "jsonl"];
    let output = desk.run(&[&["topic", "try", "new.toml"], &articles[..]].concat());
    let changes = [("headline", "newly-kept"), ("station", "newly-kept"), ("bridge", "newly-dropped")];
    assert_eq!(check(&output, 0, &changes)["compared_with"], "configured");
}

#[test]
fn a_bad_line_is_named_and_the_rest_is_tried() {
    let desk = Desk::new();
    let good = std::fs::read_to_string(desk.path().join("articles.jsonl")).unwrap();
    desk.write("broken.jsonl", &format!("nonsense\n{good}{{\"id\":7}}\n"));
    let output = desk.attempt(&["--format", "jsonl", "--articles", "broken.jsonl", "absent.jsonl", ".", "articles.jsonl"]);
    let summary = check(&output, 1, &[]);
    assert_eq!((&summary["articles"], &summary["failed"]), (&Value::from(8), &Value::from(4)));
    let said = text(&output.stderr);
    for named in ["broken.jsonl:1: ", "broken.jsonl:6: ", "absent.jsonl: ", ".:1: "] {
        assert!(said.lines().any(|l| l.starts_with(named)), "{named} is missing in {said}");
    }
}

#[test]
fn every_mistake_of_a_topic_file_is_named_with_its_line() {
    let desk = Desk::with_store();
    desk.write("town.toml", "id = \"town\"\nany_off = [\"gare\"]\n\n[thresholds]\nrelevant = 2\n");
    for command in [&["topic", "try", "town.toml"][..], &["topic", "check", "town.toml"]] {
        let output = desk.run(command);
        assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(2), ""));
        let said = text(&output.stderr);
        for mistake in
            ["town.toml:2: unknown key \"any_off\"; did you mean \"any_of\"?", "town.toml:5: thresholds.relevant: ", "3 mistakes"]
        {
            assert!(said.contains(mistake), "{mistake} is missing in {said}");
        }
    }
    let absent = desk.run(&["topic", "try", "absent.toml"]);
    assert_eq!(absent.status.code(), Some(2));
    assert!(text(&absent.stderr).starts_with("absent.toml: cannot be read: "));
}

#[test]
fn of_several_topics_in_a_file_one_is_named() {
    let desk = Desk::with_store();
    desk.write("both.toml", "[[topic]]\nid = \"town\"\nany_of = [\"gare\"]\n[[topic]]\nid = \"tram\"\nany_of = [\"tram\"]\n");
    let attempt =
        |more: &[&str]| desk.run(&[&["topic", "try", "both.toml", "--config", "vigie.toml", "--format", "jsonl"], more].concat());
    check(&attempt(&["--topic", "tram"]), 0, &[("both", "newly-kept")]);
    for (arguments, said) in [(&[][..], "say which with --topic"), (&["--topic", "bus"], "it holds town, tram")] {
        let refused = attempt(arguments);
        assert_eq!(refused.status.code(), Some(2));
        assert!(text(&refused.stderr).contains(said), "{}", text(&refused.stderr));
    }
}

#[test]
fn an_empty_store_changes_nothing_and_no_store_is_said() {
    let desk = Desk::new();
    let none = desk.attempt(&[]);
    assert_eq!(none.status.code(), Some(2));
    assert!(text(&none.stderr).contains("without --articles") && text(&none.stderr).contains("does not exist yet"));
    drop(desk.store());
    assert_eq!(check(&desk.attempt(&["--format", "jsonl"]), 0, &[])["articles"], 0);
}

fn article(id: &str, day: u32, feed: Option<&str>) -> NewArticle {
    NewArticle {
        key: ArticleKey(id.to_owned()),
        entry: None,
        feed: feed.map(FeedId::from),
        source: "Le Quai".to_owned(),
        url: format!("https://x.example/{id}").parse().unwrap(),
        fetched_at: format!("2024-10-{day:02}T08:00:00Z").parse().unwrap(),
        article: Article { title: "La gare".to_owned(), ..Article::empty(Origin::Page) },
    }
}

#[tokio::test]
async fn what_cannot_be_tried_is_left_out_and_counted() {
    let desk = Desk::with_store();
    desk.write("town.toml", "id = \"town\"\nany_of = [\"gare\"]\n");
    let store = desk.store();
    let days = |n: u64| Duration::from_secs(n * 86_400);
    let spec = RetentionSpec { text: days(7), ..RetentionSpec::default() };
    store.purge(spec, days(1), "2024-10-12T00:00:00Z".parse().unwrap()).await.unwrap();
    store.record_article(None, article("waiting", 12, None), None).await.unwrap();
    store.record_article(None, article("elsewhere", 12, Some("elsewhere")), None).await.unwrap();
    store.close().await;
    let summary = check(&desk.attempt(&["--format", "jsonl"]), 0, &[("headline", "newly-kept")]);
    let skipped = ["text_gone", "waiting", "other_topics"].map(|name| summary["skipped"][name].as_u64().unwrap());
    assert_eq!((&summary["articles"], skipped), (&Value::from(1), [3, 1, 1]));
    let said = text(&desk.attempt(&[]).stdout);
    assert!(
        said.contains("left out: 3 whose text was deleted with age (retention.text), 1 of feeds that are followed"),
        "{said}"
    );
}

#[tokio::test]
async fn a_store_is_read_in_batches_newest_first() {
    const ARTICLES: i64 = 600;
    let desk = Desk::new();
    let store = desk.store();
    // The clock of the machine jumped back in between.
    let day = |n: i64| if n < 300 { 20 } else { 10 };
    let new = (0..ARTICLES).map(|n| (n, article(&n.to_string(), day(n), None))).collect();
    store.record_articles(new).await.unwrap();
    store.close().await;
    let reader = Reader::open(&desk.path().join("vigie.db")).unwrap().expect("the store was made");
    let keys = |since: Option<&str>| -> Vec<i64> {
        let past = reader.past(&TopicId("town".to_owned()), since.map(|s| s.parse().unwrap())).unwrap();
        past.map(|p| p.unwrap().article.key.0.parse().unwrap()).collect()
    };
    assert_eq!(keys(None), (0..ARTICLES).rev().collect::<Vec<_>>());
    assert_eq!(keys(Some("2024-10-15T00:00:00Z")), (0..300).rev().collect::<Vec<_>>());
    assert!(keys(Some("2025-01-01T00:00:00Z")).is_empty());
}

#[test]
fn a_checked_topic_says_how_many_terms_it_has_in_which_language() {
    let desk = Desk::new();
    desk.write("two.toml", "id = \"two\"\n[sides.a]\naliases.fr = [\"Arles\", \"arlésien*\"]\n[sides.b]\naliases.fr = [\"Brest\"]\naliases.en = [\"Brest harbour\"]\n");
    let output = desk.run(&["topic", "check", "two.toml"]);
    assert_eq!(
        text(&output.stdout),
        "two.toml: topic \"two\": no mistakes; 2 sides, 0 entities, 0 contexts, 4 terms (fr 3, en 1)\n"
    );
    let record: Value = serde_json::from_slice(&desk.run(&["topic", "check", "two.toml", "--format", "jsonl"]).stdout).unwrap();
    assert_eq!((&record["topic"], &record["terms"]["fr"]), (&Value::from("two"), &Value::from(3)));
}

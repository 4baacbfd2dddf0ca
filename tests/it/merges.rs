//! Stories that prove to be one, articles that come late and articles with a false date: from the stream to lists and mails, and over restarts.

use std::path::{Path, PathBuf};

use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use vigie::alert::AlertKind;
use vigie::config;
use vigie::extract::{Article, Origin, PageDate};
use vigie::pipeline::{Engine, Event};
use vigie::store::{Filter, NewArticle};
use vigie::story::{Decision, Merge, Placement};
use vigie::types::{ArticleKey, Lang, StoryId};

use crate::judge_memory::{engine_of, on_disk};
use crate::store::{Scratch, at};
use crate::support::{run, text, vigie};

const CONFIG: &str = "state_dir = \".\"\n[mail]\nfrom = \"veille@example.org\"\ntransport = \"folder\"\n\
    [alerts]\ngroup_wait = \"5m\"\nmin_gap = \"2h\"\n[[topic]]\nid = \"t\"\n[topic.sides.arvania]\naliases.any = [\"Arvani*\", \"Port-Arvan\"]\n\
    [topic.sides.belmark]\naliases.any = [\"Belmark*\", \"Grand-Bel\"]\n\
    [[desk]]\nname = \"d\"\nrecipients = [\"anne@example.org\"]\nlanguage = \"fr\"\ndigest = [\"20:00\"]\n";

/// An article: key, outlet, language, time, headline, text.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

/// A visit told in English and a closed quay told in French; two outlets say that the quay is closed for the visit. Invented throughout.
const STREAM: &[Row] = &[
    (
        "visit",
        "Herald",
        "en",
        "06:00",
        "Belmark's President Orlov to visit Arvania on Thursday",
        "President Orlov of Belmark will travel to Arvania on Thursday to meet Prime Minister Tessen, his office said on Monday.",
    ),
    (
        "quay",
        "Courrier",
        "fr",
        "07:00",
        "Port-Arvan : le quai numéro quatre fermé, les pêcheurs de Grand-Bel protestent",
        "Le quai numéro quatre de Port-Arvan est fermé depuis lundi matin, et les pêcheurs de Grand-Bel doivent décharger ailleurs leurs caisses de harengs. Les grutiers, payés à la journée, restent chez eux. Le syndicat des grutiers parle de soixante familles sans salaire. La capitainerie évoque des plongeurs qui inspectent les pilotis rouillés du quai.",
    ),
    (
        "wages",
        "Gazette",
        "fr",
        "08:00",
        "Quai numéro quatre : les grutiers de Port-Arvan sans salaire, les pêcheurs de Grand-Bel en colère",
        "Soixante familles de grutiers attendent la réouverture du quai numéro quatre de Port-Arvan. Les pêcheurs de Grand-Bel déchargent leurs harengs ailleurs. Des plongeurs inspectent les pilotis rouillés.",
    ),
    (
        "bridge-1",
        "Dépêche",
        "fr",
        "10:00",
        "Le quai numéro quatre de Port-Arvan fermé pour la visite jeudi du président Orlov du Belmark en Arvanie",
        "Le président Orlov rencontrera jeudi le premier ministre Tessen, a annoncé lundi son bureau. Le quai numéro quatre est fermé, et les pêcheurs de Grand-Bel déchargent ailleurs leurs caisses de harengs. Les grutiers, payés à la journée, restent chez eux : soixante familles sans salaire, compte le syndicat. Des plongeurs inspectent les pilotis rouillés du quai numéro quatre.",
    ),
    (
        "bridge-2",
        "Matin",
        "fr",
        "11:00",
        "Port-Arvan : le président Orlov du Belmark débarquera jeudi en Arvanie au quai numéro quatre",
        "Le président Orlov verra jeudi le premier ministre Tessen, selon son bureau. Le quai numéro quatre reste fermé aux pêcheurs de Grand-Bel, qui déchargent ailleurs leurs harengs. Les grutiers payés à la journée, soixante familles, sont sans salaire, répète leur syndicat. Les plongeurs de la capitainerie inspectent les pilotis rouillés.",
    ),
    (
        "reopens",
        "Courrier",
        "fr",
        "15:00",
        "Port-Arvan : 400 couronnes obtenues par les grutiers, retour des pêcheurs de Grand-Bel vendredi",
        "Le syndicat des grutiers a obtenu 400 couronnes par famille, annonce la capitainerie, et les pêcheurs de Grand-Bel reviennent. Le quai numéro quatre rouvrira.",
    ),
    (
        "treaty",
        "Herald",
        "en",
        "16:00",
        "Arvania and Belmark sign a herring treaty in Port-Arvan",
        "Arvania and Belmark signed a treaty on herring quotas on Monday evening: 40 trawlers of Belmark may fish off Port-Arvan until March.",
    ),
];

/// Arrives last, and says again, under its own old date, what was told in the morning.
const LATE: Row = (
    "late",
    "Soir",
    "fr",
    "07:20",
    "Port-Arvan : le quai numéro quatre est fermé, protestent les pêcheurs de Grand-Bel",
    "Le quai numéro quatre de Port-Arvan est fermé depuis lundi. Les pêcheurs de Grand-Bel déchargent ailleurs leurs caisses de harengs, et les grutiers restent sans salaire.",
);

fn write_config(folder: &Path) -> PathBuf {
    let file = folder.join("vigie.toml");
    std::fs::write(&file, CONFIG).unwrap();
    file
}

/// Replays the rows in this order; the store and the mails stay in `folder`.
fn replay(folder: &Path, rows: &[Row]) -> Vec<Value> {
    let config = write_config(folder);
    let lines: Vec<String> = rows
        .iter()
        .map(|(key, source, language, hour, title, text)| {
            let (url, published) = (format!("https://a.example/{key}"), format!("2026-11-16T{hour}:00Z"));
            json!({"id": key, "url": url, "published": published, "title": title, "text": text, "language": language, "source": source})
                .to_string()
        })
        .collect();
    let input = folder.join("stream.jsonl");
    std::fs::write(&input, lines.join("\n")).unwrap();
    let output = vigie()
        .args(["replay", "--format", "jsonl", "--config"])
        .arg(&config)
        .arg("--store")
        .arg(folder.join("vigie.db"))
        .arg("--outbox")
        .arg(folder.join("mails"))
        .arg(&input)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout).lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

fn words<'a>(event: &'a Value, key: &str) -> Vec<&'a str> {
    event[key].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

#[test]
fn stories_that_prove_to_be_one_go_on_as_the_older_one() {
    let folder = tempfile::tempdir().unwrap();
    let events = replay(folder.path(), STREAM);
    let placed: Vec<(&str, &str)> = events
        .iter()
        .filter(|e| e["event"] == "article" || e["event"] == "merge")
        .map(|e| (e["id"].as_str().unwrap_or("merge"), e["story"].as_str().or(e["into"].as_str()).unwrap()))
        .collect();
    let expected = [
        ("visit", "1"),
        ("quay", "2"),
        ("wages", "2"),
        ("bridge-1", "1"),
        ("merge", "1"),
        ("bridge-2", "1"),
        ("reopens", "1"),
        ("treaty", "1"),
    ];
    assert_eq!(placed, expected);
    let merge = events.iter().find(|e| e["event"] == "merge").unwrap();
    assert_eq!(*merge, json!({"event": "merge", "at": "2026-11-16T11:00:00Z", "topic": "t", "from": "2", "into": "1"}));

    let mails: Vec<(Vec<&str>, Vec<&str>)> =
        events.iter().filter(|e| e["event"] == "alert").map(|e| (words(e, "stories"), words(e, "articles"))).collect();
    let all = vec!["visit", "quay", "wages", "bridge-1", "bridge-2", "reopens", "treaty"];
    let expected =
        [(vec!["1"], vec!["visit"]), (vec!["2"], vec!["quay"]), (vec!["1"], vec!["reopens", "treaty"]), (vec!["1"], all)];
    assert_eq!(mails, expected, "nothing is told at once twice, and the digest shows one story");
    let alerts: Vec<&Value> = events.iter().filter(|e| e["event"] == "alert").collect();
    let mail = |n: usize| {
        let id = alerts[n]["message_id"].as_str().unwrap();
        std::fs::read_to_string(folder.path().join(format!("mails/{id}.eml"))).unwrap()
    };
    let first = alerts[0]["message_id"].as_str().unwrap();
    assert!(mail(2).contains(&format!("In-Reply-To: <{first}>")), "the thread of the older story: {}", mail(2));
    assert!(!mail(1).contains("In-Reply-To"), "the younger story was mailed before anything proved");

    let config = folder.path().join("vigie.toml");
    let config = config.to_str().unwrap();
    let stories = text(&run(&["stories", "--format", "jsonl", "--config", config]).stdout);
    let stories: Vec<Value> = stories.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(stories.len(), 1, "{stories:?}");
    assert_eq!((&stories[0]["id"], &stories[0]["articles"], &stories[0]["developments"]), (&json!("1"), &json!(7), &json!(4)));
    let explained = text(&run(&["explain", "--config", config, "https://a.example/bridge-2"]).stdout);
    assert!(explained.contains("stories 1 and 2 prove to be one: articles 4 and 5 belong to both"), "{explained}");
    let explained = text(&run(&["explain", "--config", config, "https://a.example/quay"]).stdout);
    assert!(explained.contains("story 1: Belmark's President"), "{explained}");
    let digest = text(&run(&["digest", "--config", config, "--desk", "d", "--since", "2026-11-16T00:00:00Z"]).stdout);
    assert!(digest.contains("1 sujet"), "{digest}");
}

#[test]
fn an_article_that_comes_late_joins_and_is_no_news() {
    let folder = tempfile::tempdir().unwrap();
    let mut rows = STREAM.to_vec();
    rows.push(LATE);
    let events = replay(folder.path(), &rows);
    let late = events.iter().find(|e| e["id"] == "late").unwrap();
    assert_eq!((&late["story"], &late["development"], &late["at"]), (&json!("1"), &json!(false), &json!("2026-11-16T16:00:00Z")));
}

/// The clock of an engine stands still at this instant.
fn now() -> Timestamp {
    "2024-10-18T06:00:00Z".parse().unwrap()
}

/// `row` arrives, published `before_now` ago; `None` for as its hour says, on the last half day.
async fn arrives(engine: &Engine, row: &Row, before_now: Option<SignedDuration>) {
    let (key, source, language, hour, title, text) = row;
    let hour: i64 = hour[..2].parse().unwrap();
    let published = now() - before_now.unwrap_or(SignedDuration::from_hours(17 - hour));
    let mut article = Article::empty(Origin::Feed);
    article.title = (*title).to_owned();
    article.paragraphs = vec![(*text).to_owned()];
    article.language = Lang::parse(language);
    article.published = Some(PageDate { at: published, offset: Offset::UTC, day_only: false });
    let new = NewArticle {
        key: ArticleKey::from(*key),
        entry: None,
        feed: None,
        source: (*source).to_owned(),
        url: format!("https://a.example/{key}").parse().unwrap(),
        fetched_at: now(),
        article,
    };
    engine.store().record_article(None, new, None).await.unwrap();
}

/// What was decided: of articles their story and whether they brought something, merges; and the articles that were mailed at once.
type Decided = (Vec<(String, i64, bool)>, Vec<String>);

/// The stream in parts, with a restart after each; mails go out at the end, or after each part.
async fn decided(folder: &Path, cuts: &[(usize, usize)], mails_between: bool) -> Decided {
    let (mut placed, mut told) = (Vec::new(), Vec::new());
    for (at, &(from, to)) in cuts.iter().enumerate() {
        let engine = engine_of(config::load(&write_config(folder)).expect("no mistakes"), on_disk(folder)).await;
        for row in &STREAM[from..to] {
            arrives(&engine, row, None).await;
        }
        let mut events = Vec::new();
        engine.judge_due(&mut events).await.unwrap();
        if mails_between || at + 1 == cuts.len() {
            engine.alert_at_once(&mut events).await.unwrap();
        }
        for event in events {
            match event {
                Event::Article(a) => placed.push((a.key.0, a.story.unwrap().0, a.development)),
                Event::Merge(m) => placed.push((format!("merge of {}", m.from), m.into.0, false)),
                Event::Alert(a) if a.kind == AlertKind::Immediate => told.extend(a.articles.into_iter().map(|key| key.0)),
                Event::Unmatched(_) | Event::Alert(_) | Event::Health(_) => {}
            }
        }
        let store = engine.store().clone();
        drop(engine);
        store.close().await;
    }
    (placed, told)
}

#[tokio::test]
async fn a_restart_between_any_two_articles_changes_neither_merges_nor_mails() {
    let whole = tempfile::tempdir().unwrap();
    let expected = decided(whole.path(), &[(0, STREAM.len())], false).await;
    assert!(expected.0.contains(&("merge of 2".to_owned(), 1, false)), "{expected:?}");
    for cut in 1..STREAM.len() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(decided(folder.path(), &[(0, cut), (cut, STREAM.len())], false).await, expected, "restarted after {cut}");
        let folder = tempfile::tempdir().unwrap();
        let (placed, mut told) = decided(folder.path(), &[(0, cut), (cut, STREAM.len())], true).await;
        assert_eq!(placed, expected.0, "restarted and mailed after {cut}");
        let all = told.len();
        told.sort();
        told.dedup();
        assert_eq!(told.len(), all, "told twice after {cut}");
    }
}

/// The first article of the stream, then one that was published `before_now` ago (negative: will be), then a third: all in one story, the second no news.
async fn check_date(before_now: SignedDuration) {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine_of(config::load(&write_config(folder.path())).expect("no mistakes"), on_disk(folder.path())).await;
    arrives(&engine, &STREAM[1], Some(SignedDuration::from_hours(3))).await;
    arrives(&engine, &LATE, Some(before_now)).await;
    arrives(&engine, &STREAM[2], None).await;
    arrives(&engine, &STREAM[5], None).await;
    let mut events = Vec::new();
    engine.judge_due(&mut events).await.unwrap();
    let placed: Vec<(i64, bool)> = events
        .into_iter()
        .filter_map(|event| match event {
            Event::Article(a) => Some((a.story?.0, a.development)),
            _ => None,
        })
        .collect();
    assert_eq!(placed, [(1, true), (1, false), (1, false), (1, true)], "published {before_now} ago");
}

#[tokio::test]
async fn a_false_date_neither_opens_a_story_nor_breaks_one() {
    check_date(SignedDuration::from_hours(10)).await;
    check_date(SignedDuration::from_hours(24 * 365 * 20)).await;
    check_date(SignedDuration::from_hours(-24 * 365 * 20)).await;
    check_date(SignedDuration::from_hours(-1)).await;
}

/// What an article that proves two stories to be one says.
fn proof(from: i64, into: i64) -> Placement {
    let merge = Merge { from: StoryId(from), into: StoryId(into) };
    Placement { merges: Some(merge), ..Placement::silent(Decision::Joins { story: merge.into }, Vec::new()) }
}

#[tokio::test]
async fn the_store_resolves_a_chain_of_merges() {
    let s = Scratch::new().await;
    let mut developments = Vec::new();
    for story in 1..=3 {
        let article = s.article(&format!("a{story}"), story).await;
        developments.push((article, s.opens(article, story, story).await));
    }
    s.store.desk("d".into(), at(0)).await.unwrap();
    for (story, minutes) in [(2, 12), (3, 13)] {
        let (article, development) = developments[usize::try_from(story - 1).unwrap()];
        s.alert(development, article, story, "anne@example.org", minutes).await.unwrap();
    }
    let thread = async |story| s.store.thread("anne@example.org".to_owned(), StoryId(story)).await.unwrap();
    let ids = |n: usize| format!("{}-anne@example.org", developments[n].1);
    assert!(thread(1).await.is_none());

    s.placed(s.article("p1", 20).await, 2, 20, proof(3, 2)).await;
    let between = thread(3).await.unwrap();
    assert_eq!((between.first, between.last, between.count, between.last_at), (ids(1), ids(1), 2, at(13)));
    s.placed(s.article("p2", 21).await, 1, 21, proof(2, 1)).await;

    let listed = s.reader().stories(&Filter { limit: 10, ..Filter::default() }).unwrap();
    assert_eq!(listed.iter().map(|l| (l.id.0, l.articles, l.developments)).collect::<Vec<_>>(), [(1, 5, 3)]);
    assert_eq!((listed[0].opened_at, listed[0].updated_at), (at(1), at(21)));
    let listed = s.reader().stories(&Filter { search: Some("a3".to_owned()), limit: 10, ..Filter::default() }).unwrap();
    assert_eq!(listed.iter().map(|l| l.id.0).collect::<Vec<_>>(), [1], "found by what it took in");
    assert_eq!(s.reader().counts().unwrap().stories, 1);
    for asked in 1..=3 {
        let material = s.store.stories(vec![StoryId(asked), StoryId(1)]).await.unwrap();
        assert_eq!(material.len(), 1, "one story, whatever it is asked by");
        assert_eq!((material[0].id, material[0].total_articles, material[0].articles.len()), (StoryId(1), 5, 5));
        let opens: Vec<(i64, bool)> = material[0].developments.iter().map(|d| (d.story.0, d.opens)).collect();
        assert_eq!(opens, [(1, true), (1, false), (1, false)]);
        let thread = thread(asked).await.unwrap();
        assert_eq!((thread.first, thread.count), (ids(1), 2), "the thread of the oldest that was mailed");
    }
    assert_eq!(s.reader().dossier("a3").unwrap().unwrap().placements[0].story, StoryId(1));
    let desk = s.store.desk("d".into(), at(30)).await.unwrap();
    assert_eq!(desk.log.last_of_story, [(StoryId(1), at(13))], "the later of both");
    assert_eq!(desk.pending.iter().map(|p| (p.story.0, p.opens)).collect::<Vec<_>>(), [(1, true)]);
    let alerts = s.reader().alerts(&Filter { limit: 10, ..Filter::default() }).unwrap();
    let told: Vec<i64> = alerts.iter().flat_map(|a| &a.stories).map(|story| story.0).collect();
    assert_eq!(told, [3, 2], "what was sent stays as it was sent");
}

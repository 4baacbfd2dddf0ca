//! Articles that name one side only and are kept by their story: from the topic file to lists, explanations and mails, and over a restart.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use vigie::config;
use vigie::pipeline::Event;

use crate::judge_memory::{arrives, engine_of, on_disk};
use crate::support::{run, text, vigie};

const TOPIC: &str = "[[topic]]\nid = \"t\"\n[topic.sides.arvania]\naliases.any = [\"Arvani*\", \"Port-Arvan\"]\n\
    [topic.sides.belmark]\naliases.any = [\"Belmark*\", \"Grand-Bel\"]\n[topic.others.corland]\naliases.any = [\"Corland*\"]\n";

/// Key, language, hour, headline, text: a story in two languages, and what comes beside it. Invented throughout.
const STREAM: &[(&str, &str, &str, &str, &str)] = &[
    (
        "ferry",
        "fr",
        "06:00",
        "L’Arvanie livre au Belmark le ferry Étoile-Polaire",
        "Le ferry Étoile-Polaire, long de 140 mètres, a quitté lundi les chantiers de Port-Arvan pour Grand-Bel. Ses 62 matelots ont salué les familles sur la jetée.",
    ),
    (
        "handover",
        "en",
        "07:30",
        "Arvania hands the ferry Polar Star over to Belmark",
        "The ferry Polar Star left the shipyard of Port-Arvan on Monday with 62 sailors aboard. Belmark pays for it in timber.",
    ),
    // Names one side, goes on with the story.
    (
        "storm",
        "fr",
        "15:00",
        "Le ferry Étoile-Polaire attend au large des chantiers de Port-Arvan",
        "Une tempête retient depuis midi le ferry long de 140 mètres et ses 62 matelots, que les familles saluent de la jetée.",
    ),
    // The same side on the same day: another matter; the same words with a third party.
    (
        "bakers",
        "fr",
        "15:10",
        "En Arvanie, les boulangers cuisent moins de pain blanc",
        "Le prix de la farine a doublé depuis lundi, selon le syndicat des boulangers de Port-Arvan.",
    ),
    (
        "corland",
        "fr",
        "15:20",
        "Port-Arvan : le Corland veut aussi un ferry long de 140 mètres",
        "Le ferry du Corland sortirait des mêmes chantiers, avec 62 matelots, que les familles attendent déjà sur la jetée.",
    ),
    (
        "weather",
        "fr",
        "15:30",
        "Du soleil sur la côte",
        "Le ferry du matin est à l’heure, les matelots saluent les familles sur la jetée.",
    ),
    // Names both again.
    (
        "arrival",
        "fr",
        "19:00",
        "Le Belmark accueille le ferry venu d’Arvanie avec 14 heures de retard",
        "Le ferry Étoile-Polaire a accosté à Grand-Bel mardi soir. L’Arvanie et le Belmark annoncent un second navire pour l’été.",
    ),
];

fn write_config(folder: &Path, by_story: &str) -> PathBuf {
    let file = folder.join("vigie.toml");
    let head = "state_dir = \".\"\n[mail]\nfrom = \"veille@example.org\"\ntransport = \"folder\"\n";
    let desk = "[[desk]]\nname = \"d\"\nrecipients = [\"anne@example.org\"]\nlanguage = \"fr\"\ndigest = [\"20:00\"]\n";
    std::fs::write(&file, format!("{head}{TOPIC}{by_story}{desk}")).unwrap();
    file
}

/// The events of the articles of a replay of the stream, by key; the store and the mails stay in `folder`.
fn replay(folder: &Path, by_story: &str) -> Vec<Value> {
    let config = write_config(folder, by_story);
    let lines: Vec<String> = STREAM
        .iter()
        .map(|(key, language, hour, title, text)| {
            let published = format!("2026-11-16T{hour}:00Z");
            json!({"id": key, "url": format!("https://a.example/{key}"), "published": published, "title": title, "text": text, "language": language, "source": "a.example"})
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
    text(&output.stdout).lines().map(|l| serde_json::from_str(l).unwrap()).filter(|e: &Value| e["event"] == "article").collect()
}

fn kept_by_story(events: &[Value]) -> Vec<&str> {
    events.iter().filter(|e| e["by_story"] == true).filter_map(|e| e["id"].as_str()).collect()
}

#[test]
fn what_names_one_side_is_kept_by_its_story_and_shown_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let events = replay(folder.path(), "");
    let find = |id: &str| events.iter().find(|e| e["id"] == id).unwrap();
    assert_eq!(kept_by_story(&events), ["storm"]);
    assert_eq!(find("storm")["story"], find("ferry")["story"]);
    let told = |name: &str| find("storm")[name].clone();
    assert_eq!((told("relevant"), told("score"), told("development")), (json!(true), json!(0.0), json!(false)));

    let config = folder.path().join("vigie.toml");
    let config = config.to_str().unwrap();
    let listed = text(&run(&["articles", "--config", config]).stdout);
    let marks: Vec<(&str, bool)> = [("large des chantiers", '◐'), ("livre au Belmark", '●'), ("pain blanc", ' ')]
        .map(|(title, mark)| (title, listed.lines().any(|l| l.contains(title) && l.contains(&format!("  {mark} ")))))
        .to_vec();
    assert!(marks.iter().all(|(_, is_right)| *is_right), "{marks:?}\n{listed}");
    let records = text(&run(&["articles", "--format", "jsonl", "--config", config]).stdout);
    let by_story = records.lines().filter(|l| l.contains("\"by_story\":true")).count();
    assert_eq!(by_story, 1, "{records}");
    let explained = text(&run(&["explain", "--config", config, "https://a.example/storm"]).stdout);
    assert!(explained.contains("kept by its story"), "{explained}");
    assert!(explained.contains("both say Étoile, Polaire"), "{explained}");
    let record = text(&run(&["explain", "--format", "json", "--config", config, "https://a.example/storm"]).stdout);
    assert!(record.contains("\"by_story\":true") || record.contains("\"by_story\": true"), "{record}");
    let digest = text(&run(&["digest", "--config", config, "--desk", "d", "--since", "2026-11-16T00:00:00Z"]).stdout);
    assert!(digest.contains("rattaché au sujet"), "{digest}");
}

#[test]
fn the_switch_keeps_nothing_and_changes_nothing_else() {
    let (on, off) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let kept = replay(on.path(), "");
    let switched_off = replay(off.path(), "[topic.by_story]\nkeep = false\n");
    assert_eq!(kept_by_story(&switched_off), [""; 0]);
    let others = |events: &[Value]| events.iter().filter(|e| e["id"] != "storm").cloned().collect::<Vec<_>>();
    assert_eq!(others(&kept), others(&switched_off));
}

/// Key, story, whether its story keeps it and whether it brought something.
async fn judged(folder: &Path, cuts: &[(usize, usize)]) -> Vec<(String, Option<i64>, bool, bool)> {
    let mut out = Vec::new();
    for &(from, to) in cuts {
        let settings = config::load(&write_config(folder, "")).expect("no mistakes");
        let engine = engine_of(settings, on_disk(folder)).await;
        for (key, _, _, title, text) in &STREAM[from..to] {
            arrives(&engine, key, title, text).await;
        }
        let mut events = Vec::new();
        engine.judge_due(&mut events).await.unwrap();
        out.extend(events.into_iter().filter_map(|event| match event {
            Event::Article(a) => Some((a.key.0, a.story.map(|story| story.0), a.by_story, a.development)),
            Event::Unmatched(a) => Some((a.key.0, None, false, false)),
            Event::Merge(_) | Event::Alert(_) | Event::Health(_) => None,
        }));
        let store = engine.store().clone();
        drop(engine);
        store.close().await;
    }
    out
}

#[tokio::test]
async fn a_restart_between_any_two_articles_changes_nothing() {
    let whole = tempfile::tempdir().unwrap();
    let expected = judged(whole.path(), &[(0, STREAM.len())]).await;
    assert_eq!(expected.iter().filter(|(_, _, by_story, _)| *by_story).count(), 1, "{expected:?}");
    for cut in 1..STREAM.len() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(judged(folder.path(), &[(0, cut), (cut, STREAM.len())]).await, expected, "restarted after {cut} articles");
    }
}

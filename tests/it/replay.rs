//! Replay: the fortnight against what is expected of it, the same bytes twice, bad input by name.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::support::{fortnight, run, text, vigie};

fn replay(outbox: &Path) -> Vec<u8> {
    let output = vigie()
        .args(["replay", "--format", "jsonl", "--config"])
        .arg(fortnight().join("vigie.toml"))
        .arg("--outbox")
        .arg(outbox)
        .arg(fortnight())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    output.stdout
}

fn mails(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .map(|p| (p.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&p).unwrap()))
        .collect()
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert_eq!(replay(one.path()), replay(two.path()));
    let (one, two) = (mails(one.path()), mails(two.path()));
    assert!(one.len() > 20, "{} mails", one.len());
    assert!(one == two, "the mails differ");
}

/// A row of expected.tsv by column name.
fn expected() -> Vec<BTreeMap<String, String>> {
    let table = std::fs::read_to_string(fortnight().join("expected.tsv")).unwrap();
    let mut rows = table.lines();
    let names: Vec<&str> = rows.next().expect("a header").split('\t').collect();
    rows.map(|row| names.iter().zip(row.split('\t')).map(|(n, v)| ((*n).to_owned(), v.to_owned())).collect()).collect()
}

/// What must hold of the fortnight. The floors are what was reached; they only go up.
#[test]
fn the_fortnight_is_kept_as_its_editor_would() {
    const LEAST_RELEVANCE: f64 = 0.95;
    const MOST_WRONGLY_KEPT: usize = 2;
    const LEAST_ACCESS: f64 = 0.95;
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("vigie.db");
    let output = vigie()
        .args(["replay", "--format", "jsonl", "--config"])
        .arg(fortnight().join("vigie.toml"))
        .arg("--store")
        .arg(&store)
        .arg(fortnight())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let events: Vec<Value> = text(&output.stdout).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let config = folder.path().join("vigie.toml");
    std::fs::write(&config, "state_dir = \".\"\n").unwrap();
    let listed = run(&["articles", "--format", "jsonl", "--limit", "10000", "--config", config.to_str().unwrap()]);
    let articles: Vec<Value> = text(&listed.stdout).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let kept = |url: &str| events.iter().filter(|e| e["event"] == "article" && e["url"] == url).any(|e| e["relevant"] == true);

    let rows = expected();
    let (mut relevant, mut found, mut wrongly, mut access_right, mut misses) = (0, 0, 0, 0, Vec::new());
    for row in &rows {
        let url = &row["url"];
        let is_kept = kept(url);
        if row["relevant"] == "1" {
            relevant += 1;
            found += usize::from(is_kept);
        } else if is_kept {
            wrongly += 1;
        }
        if (row["relevant"] == "1") != is_kept {
            misses.push(format!("relevant {} expected, kept {is_kept}: {url}", row["relevant"]));
        }
        let Some(article) = articles.iter().find(|a| a["url"] == url.as_str()) else {
            misses.push(format!("not among the articles: {url}"));
            continue;
        };
        let right = article["access"] == row["access"].as_str();
        access_right += usize::from(right);
        if !right {
            misses.push(format!("access {} expected, {} found: {url}", row["access"], article["access"]));
        }
        if !row["missing_percent"].is_empty() {
            let stated: f64 = row["missing_percent"].parse().unwrap();
            let got = article["paywall"]["missing_percent"].as_f64();
            assert!(got.is_some_and(|g| (g - stated).abs() < 0.01), "{url}: {got:?}, not {stated}");
        }
    }
    let share = |n: usize, of: usize| n as f64 / of as f64;
    let report = misses.join("\n");
    assert!(share(found, relevant) >= LEAST_RELEVANCE, "{found} of {relevant} relevant pages kept:\n{report}");
    assert!(wrongly <= MOST_WRONGLY_KEPT, "{wrongly} kept wrongly:\n{report}");
    assert!(share(access_right, rows.len()) >= LEAST_ACCESS, "{access_right} of {} access verdicts right:\n{report}", rows.len());
}

#[test]
fn a_bad_line_is_named_and_the_rest_is_replayed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("articles.jsonl");
    let good = |n: u32| {
        format!(
            "{{\"id\":\"a{n}\",\"url\":\"https://x.example/{n}\",\"published\":\"2024-10-2{n}T08:00:00Z\",\"title\":\"Titre {n}\",\"text\":\"Texte {n}.\",\"language\":\"fr\",\"source\":\"x\"}}\n"
        )
    };
    std::fs::write(&file, format!("{}{{\"id\": 7}}\nnonsense\n{}", good(0), good(1))).unwrap();
    let config = fortnight().join("vigie.toml");
    let output = vigie().args(["replay", "--format", "jsonl", "--config"]).arg(config).arg(&file).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.contains("articles.jsonl:2:") && said.contains("articles.jsonl:3:"), "{said}");
    let ids: Vec<Value> = text(&output.stdout).lines().map(|l| serde_json::from_str::<Value>(l).unwrap()["id"].clone()).collect();
    assert_eq!(ids, ["a0", "a1"]);
}

#[test]
fn a_folder_without_an_index_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let output = vigie().args(["replay", "--config"]).arg(fortnight().join("vigie.toml")).arg(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("a folder to replay holds polls.jsonl"));
}

#[test]
fn match_all_takes_every_article() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("all.toml");
    std::fs::write(&config, "[[topic]]\nid = \"all\"\nmatch_all = true\n").unwrap();
    let file = folder.path().join("articles.jsonl");
    std::fs::write(&file, "{\"id\":\"1\",\"url\":\"https://x.example/1\",\"published\":\"2024-10-20T08:00:00Z\",\"title\":\"Any news\",\"text\":\"About anything.\"}\n").unwrap();
    let output = vigie().args(["replay", "--format", "jsonl", "--config"]).arg(&config).arg(&file).output().unwrap();
    let event: Value = serde_json::from_str(text(&output.stdout).lines().next().unwrap()).unwrap();
    assert_eq!((&event["relevant"], &event["score"], event["story"].is_string()), (&Value::from(true), &Value::from(1.0), true));
}

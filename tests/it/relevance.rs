//! How well the shipped topic tells what a desk would keep, over articles of our own (`tests/quality/topic`). The floors only go up.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use vigie::config::load_topics;
use vigie::extract::{Article, Origin};
use vigie::matcher::{Match, Topic};
use vigie::types::Lang;

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn shipped() -> Arc<Topic> {
    let mut topics = load_topics(&here("config/topics/russia-dprk.toml")).expect("the shipped topic is without mistakes");
    topics.remove(0).topic
}

/// Whether each article is relevant, and what the topic says.
fn judged(file: &str) -> Vec<(bool, Match)> {
    let topic = shipped();
    let text = std::fs::read_to_string(here("tests/quality/topic").join(file)).unwrap();
    let of = |line: &str| {
        let value: Value = serde_json::from_str(line).unwrap();
        let word = |key: &str| value[key].as_str().unwrap().to_owned();
        let article = Article {
            title: word("title"),
            paragraphs: word("text").split("\n\n").map(str::to_owned).collect(),
            language: Lang::parse(&word("language")),
            ..Article::empty(Origin::Page)
        };
        (value["grade"].as_u64().unwrap() > 0, topic.score(&article))
    };
    text.lines().map(of).collect()
}

/// Precision and recall at the topic's own decision.
#[track_caller]
fn check(file: &str, precision: f64, recall: f64) {
    let judged = judged(file);
    let count = |relevant: bool, kept: bool| judged.iter().filter(|(is, m)| *is == relevant && m.relevant == kept).count() as f64;
    let right = count(true, true);
    let (got_precision, got_recall) = (right / (right + count(false, true)), right / (right + count(true, false)));
    assert!(got_precision >= precision && got_recall >= recall, "{file}: precision {got_precision:.3}, recall {got_recall:.3}");
}

#[test]
fn ordinary_items_are_told_apart() {
    check("plain.jsonl", 0.95, 0.97);
    check("wire.jsonl", 0.96, 0.98);
}

#[test]
fn so_are_most_that_only_allude() {
    check("allusive.jsonl", 0.92, 0.73);
}

#[test]
fn a_score_is_about_the_share_that_is_relevant() {
    let judged: Vec<(bool, Match)> = ["plain.jsonl", "wire.jsonl", "allusive.jsonl"].into_iter().flat_map(judged).collect();
    for (from, to, least, most) in [(0.1, 0.5, 0.15, 0.40), (0.5, 0.7, 0.65, 0.9), (0.7, 0.9, 0.8, 0.97), (0.9, 1.01, 0.95, 1.0)]
    {
        let there: Vec<bool> = judged.iter().filter(|(_, m)| m.score >= from && m.score < to).map(|(is, _)| *is).collect();
        let share = there.iter().filter(|is| **is).count() as f64 / there.len() as f64;
        assert!(share >= least && share <= most, "of {} scored {from} to {to}, {share:.3} are relevant", there.len());
    }
}

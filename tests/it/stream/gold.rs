//! What an editor would say of the streams in `tests/fixtures/stream`, and measures of what the program says against it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;

use serde_json::Value;

use crate::support::root;

pub(super) fn fixture(name: &str, kind: &str) -> PathBuf {
    root().join(format!("tests/fixtures/stream/{name}.{kind}.jsonl"))
}

pub(super) fn rows(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub(super) fn read(name: &str, kind: &str) -> Vec<Value> {
    rows(&std::fs::read_to_string(fixture(name, kind)).unwrap())
}

pub(super) fn word<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or_default()
}

pub(super) fn words<'a>(row: &'a Value, key: &str) -> Vec<&'a str> {
    row[key].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Articles and gold of one stream, by id; `order` is by stated time.
pub(super) struct Stream {
    articles: HashMap<String, Value>,
    gold: HashMap<String, Value>,
    pub(super) order: Vec<String>,
}

impl Stream {
    pub(super) fn load(name: &str) -> Stream {
        let by_id = |rows: Vec<Value>| rows.into_iter().map(|row| (word(&row, "id").to_owned(), row)).collect::<HashMap<_, _>>();
        let articles = read(name, "articles");
        let mut order: Vec<(String, String)> =
            articles.iter().map(|row| (word(row, "published").to_owned(), word(row, "id").to_owned())).collect();
        order.sort_by(|a, b| a.0.cmp(&b.0)); // all in one form, in UTC; stable
        let order = order.into_iter().map(|(_, id)| id).collect();
        Stream { articles: by_id(articles), gold: by_id(read(name, "gold")), order }
    }

    /// The new facts that an article carries.
    pub(super) fn developments(&self, id: &str) -> Vec<&str> {
        let row = &self.gold[id];
        row["development"].as_str().into_iter().chain(words(row, "also")).collect()
    }

    pub(super) fn is_relevant(&self, id: &str) -> bool {
        self.gold[id]["relevant"] == true
    }

    /// Groups of articles that each claim to be new: harmonic mean of the developments covered and of the groups that covered one.
    pub(super) fn f1_of_news(&self, groups: &[Vec<&str>]) -> f64 {
        let mut seen = BTreeSet::new();
        let useful =
            groups.iter().filter(|ids| ids.iter().flat_map(|id| self.developments(id)).filter(|d| seen.insert(*d)).count() > 0);
        let useful = useful.count();
        let all: BTreeSet<&str> = self.order.iter().flat_map(|id| self.developments(id)).collect();
        harmonic(share(useful, groups.len()), share(seen.len(), all.len()))
    }

    /// F1 of a grouping over the relevant articles that have a story, each article counted alike (`BCubed`); one without a group is alone.
    pub(super) fn f1_of_stories(&self, grouped: &HashMap<&str, &str>) -> f64 {
        let placed: Vec<(&str, (bool, &str))> = self
            .order
            .iter()
            .filter(|id| self.is_relevant(id))
            .filter_map(|id| Some((id.as_str(), self.gold[id]["story"].as_str()?)))
            .map(|(id, story)| (story, grouped.get(id).copied().map_or((false, id), |group| (true, group))))
            .collect();
        let (mut precision, mut recall) = (0.0, 0.0);
        for (story, group) in &placed {
            let count = |same: &dyn Fn(&str, (bool, &str)) -> bool| placed.iter().filter(|(s, g)| same(s, *g)).count();
            let both = count(&|s, g| s == *story && g == *group);
            precision += share(both, count(&|_, g| g == *group));
            recall += share(both, count(&|s, _| s == *story));
        }
        harmonic(precision / placed.len() as f64, recall / placed.len() as f64)
    }

    pub(super) fn f1_of_relevance(&self, kept: &BTreeSet<&str>) -> f64 {
        let truth = self.order.iter().filter(|id| self.is_relevant(id)).count();
        let right = kept.iter().filter(|id| self.is_relevant(id)).count();
        harmonic(share(right, kept.len()), share(right, truth))
    }
}

fn share(part: usize, of: usize) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}

fn harmonic(precision: f64, recall: f64) -> f64 {
    if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 }
}

/// The fixtures themselves: same ids, roles that agree, one first a development, and earliest, its sentence to the letter in its article.
#[test]
fn the_gold_is_sound() {
    for name in ["alliance", "ministers"] {
        let stream = Stream::load(name);
        assert!(
            stream.articles.len() == stream.gold.len() && stream.articles.keys().all(|id| stream.gold.contains_key(id)),
            "{name}: ids"
        );
        let (mut first, mut story): (BTreeMap<&str, &str>, BTreeMap<&str, &str>) = Default::default();
        for id in &stream.order {
            let (article, row) = (&stream.articles[id], &stream.gold[id]);
            let role = row["role"].as_str();
            assert_eq!(role.is_some(), stream.is_relevant(id), "{id}: role and relevance");
            let development = row["development"].as_str();
            assert_eq!(matches!(role, Some("first" | "echo" | "detail")), development.is_some(), "{id}: role and development");
            let Some(development) = development else { continue };
            assert_eq!(*story.entry(development).or_insert(word(row, "story")), word(row, "story"), "{id}: two stories");
            assert_eq!(
                first.insert(development, id).is_none(),
                role == Some("first"),
                "{id}: {development} has one first, the earliest"
            );
            if role == Some("first") {
                let sentence = word(row, "sentence");
                let has = |key: &str| word(article, key).contains(sentence);
                assert!(!sentence.is_empty() && !word(row, "fact").is_empty() && (has("title") || has("text")), "{id}: sentence");
            }
        }
        for id in &stream.order {
            assert!(stream.developments(id).iter().all(|d| first.contains_key(d)), "{id}: unknown development");
        }
    }
}

#[test]
fn the_measures_are_what_they_say() {
    let gold = [("a", "D", "S"), ("b", "D", "S"), ("c", "E", "S"), ("d", "F", "T"), ("e", "", "")];
    let stream = Stream {
        articles: HashMap::new(),
        gold: gold
            .iter()
            .map(|(id, d, s)| {
                (
                    (*id).to_owned(),
                    serde_json::json!({"relevant": !d.is_empty(), "development": Some(*d).filter(|d| !d.is_empty()), "story": s}),
                )
            })
            .collect(),
        order: gold.iter().map(|(id, ..)| (*id).to_owned()).collect(),
    };
    let close = |got: f64, expected: f64| assert!((got - expected).abs() < 1e-9, "{got}, not {expected}");
    // a and c are useful, b says a's again, e says nothing: precision 2/4, recall 2/3.
    close(stream.f1_of_news(&[vec!["a"], vec!["b"], vec!["c"], vec!["e"]]), 4.0 / 7.0);
    close(stream.f1_of_news(&[vec!["b", "c"], vec!["d", "a"]]), 1.0);
    close(stream.f1_of_stories(&HashMap::from([("a", "1"), ("b", "1"), ("c", "1"), ("d", "2")])), 1.0);
    // All in one: precision (3·3/4 + 1/4)/4, recall 1. All alone: precision 1, recall (3/3 + 1)/4.
    close(stream.f1_of_stories(&HashMap::from([("a", "1"), ("b", "1"), ("c", "1"), ("d", "1")])), 10.0 / 13.0);
    close(stream.f1_of_stories(&HashMap::new()), 2.0 / 3.0);
    close(stream.f1_of_relevance(&BTreeSet::from(["a", "b", "e"])), 4.0 / 7.0);
}

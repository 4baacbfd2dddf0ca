//! `vigie explain`: why an article was kept or not, which story, which alert.

use std::path::{Path, PathBuf};

use anyhow::bail;
use serde::Serialize;

use super::args::{ExplainOptions, Format};
use super::output::{minute, print_one};
use super::{End, extract, setup};
use crate::config::Settings;
use crate::extract::Article;
use crate::matcher::{Match, Topic};
use crate::store::{Dossier, Reader};

/// `explain --format json`.
#[derive(Serialize)]
struct ExplainRecord {
    id: Option<String>,
    url: Option<String>,
    title: String,
    language: Option<String>,
    access: &'static str,
    marker: Option<String>,
    source: Option<String>,
    topics: Vec<TopicRecord>,
    stories: Vec<PlacementRecord>,
    developments: Vec<DevelopmentRecord>,
    alerts: Vec<String>,
    not_alerted: Vec<String>,
    problems: Vec<String>,
}

#[derive(Serialize)]
struct TopicRecord {
    topic: String,
    score: f64,
    relevant: bool,
    /// Relevant because of its story only.
    by_story: bool,
    strong: bool,
    rule: String,
    evidence: Vec<EvidenceRecord>,
    masked: Vec<String>,
}

#[derive(Serialize)]
struct EvidenceRecord {
    term: String,
    concept: String,
    zone: &'static str,
    count: u32,
    weight: f64,
}

#[derive(Serialize)]
struct PlacementRecord {
    topic: String,
    story: String,
    title: String,
    duplicate_of: Option<String>,
    reasons: Vec<String>,
}

#[derive(Serialize)]
struct DevelopmentRecord {
    kind: &'static str,
    strong: bool,
    new: Vec<String>,
}

pub(super) fn run(config: Option<PathBuf>, format: Format, options: &ExplainOptions) -> anyhow::Result<End> {
    let Some(settings) = setup::settings(config)? else { return Ok(End::Misconfigured) };
    let record = match Path::new(&options.article) {
        file if file.is_file() => of_file(&settings, file)?,
        _ => match stored(&settings, &options.article)? {
            Some(record) => record,
            None => bail!(
                "{}: neither a file here nor an article in {}; `vigie articles search WORDS` finds it",
                options.article,
                settings.database().display()
            ),
        },
    };
    print_one(format, &record, text)?;
    Ok(End::Done)
}

/// A page that was never stored: what each topic would say.
fn of_file(settings: &Settings, file: &Path) -> anyhow::Result<ExplainRecord> {
    let article = extract::article_of_file(file)?;
    let topics = settings.topics.iter().map(|topic| topic_record(topic.score(&article), false)).collect();
    Ok(ExplainRecord { topics, ..head(&article) })
}

fn stored(settings: &Settings, wanted: &str) -> anyhow::Result<Option<ExplainRecord>> {
    let Some(reader) = Reader::open(&settings.database())? else { return Ok(None) };
    Ok(reader.dossier(wanted)?.map(|dossier| of_dossier(settings, dossier)))
}

fn of_dossier(settings: &Settings, dossier: Dossier) -> ExplainRecord {
    let stored = dossier.article;
    // Nothing is kept of a topic that has nothing to do with the article; why not is asked of it anew.
    let is_kept = |topic: &Topic| dossier.matches.iter().any(|kept| kept.matched.topic == *topic.id());
    let feed = settings.feeds.iter().find(|feed| Some(&feed.id) == stored.feed.as_ref());
    let is_asked = |topic: &Topic| feed.is_none_or(|feed| feed.follows(topic.id()));
    let others = settings.topics.iter().filter(|topic| !is_kept(topic) && is_asked(topic));
    let others: Vec<TopicRecord> = others.map(|topic| topic_record(topic.score(&stored.article), false)).collect();
    ExplainRecord {
        id: Some(stored.key.0),
        url: Some(stored.url.into()),
        source: Some(stored.source),
        topics: dossier.matches.into_iter().map(|m| topic_record(m.matched, m.inherited)).chain(others).collect(),
        stories: dossier
            .placements
            .into_iter()
            .map(|p| PlacementRecord {
                topic: p.topic.0,
                story: p.story.to_string(),
                title: p.title,
                duplicate_of: p.duplicate_of,
                reasons: p.reasons,
            })
            .collect(),
        developments: dossier
            .developments
            .into_iter()
            .map(|d| DevelopmentRecord { kind: d.kind.as_str(), strong: d.strong, new: d.new })
            .collect(),
        alerts: dossier.alerts.into_iter().map(|(at, desk, kind)| format!("{} {kind} to desk {desk}", minute(at))).collect(),
        not_alerted: dossier
            .dropped_for
            .into_iter()
            .map(|desk| format!("desk {desk}: too old, or weak and not confirmed in time"))
            .collect(),
        ..head(&stored.article)
    }
}

fn head(article: &Article) -> ExplainRecord {
    ExplainRecord {
        id: None,
        url: article.url.clone().map(String::from),
        title: article.title.clone(),
        language: article.language.map(|l| l.to_string()),
        access: article.access.as_str(),
        marker: article.paywall.as_ref().map(|p| p.marker.clone()),
        source: None,
        topics: Vec::new(),
        stories: Vec::new(),
        developments: Vec::new(),
        alerts: Vec::new(),
        not_alerted: Vec::new(),
        problems: article.problems.clone(),
    }
}

fn topic_record(m: Match, by_story: bool) -> TopicRecord {
    let evidence = |e: crate::matcher::Evidence| EvidenceRecord {
        term: e.term,
        concept: e.concept,
        zone: e.zone.as_str(),
        count: e.count,
        weight: e.weight,
    };
    TopicRecord {
        topic: m.topic.0,
        score: m.score,
        relevant: m.relevant || by_story,
        by_story,
        strong: m.strong,
        rule: m.rule,
        evidence: m.evidence.into_iter().map(evidence).collect(),
        masked: m.masked,
    }
}

fn text(record: &ExplainRecord) -> String {
    let mut out = vec![record.title.clone()];
    let place = [record.source.as_deref(), record.url.as_deref(), record.id.as_deref()];
    let place: Vec<&str> = place.into_iter().flatten().collect();
    if !place.is_empty() {
        out.push(place.join("  "));
    }
    let wall = record.marker.as_ref().map(|m| format!(" («{m}»)")).unwrap_or_default();
    out.push(format!("language {}, access {}{wall}", record.language.as_deref().unwrap_or("unknown"), record.access));
    out.extend(record.problems.iter().map(|p| format!("problem: {p}")));
    for topic in &record.topics {
        let verdict = match (topic.relevant, topic.strong) {
            _ if topic.by_story => "not relevant by itself, kept by its story (below)",
            (true, true) => "relevant, strong",
            (true, false) => "relevant",
            (false, _) => "not relevant",
        };
        out.push(format!("\ntopic {}: score {:.4}, {verdict}", topic.topic, topic.score));
        if !topic.rule.is_empty() {
            out.push(format!("  rule: {}", topic.rule));
        }
        for e in &topic.evidence {
            out.push(format!("  {:+.4}  {:5}  {}×  {}  ({})", e.weight, e.zone, e.count, e.term, e.concept));
        }
        if !topic.masked.is_empty() {
            out.push(format!("  masked: {}", topic.masked.join(", ")));
        }
    }
    for story in &record.stories {
        let copy = story.duplicate_of.as_ref().map(|of| format!(", a copy of {of}")).unwrap_or_default();
        out.push(format!("\nstory {}: {}{copy}", story.story, story.title));
        out.extend(story.reasons.iter().map(|r| format!("  {r}")));
    }
    for development in &record.developments {
        let strength = if development.strong { "strong" } else { "weak" };
        out.push(format!("\ndevelopment: {} ({strength})", development.kind));
        out.extend(development.new.iter().map(|s| format!("  «{s}»")));
    }
    out.extend(record.alerts.iter().map(|a| format!("\nalert: {a}")));
    out.extend(record.not_alerted.iter().map(|a| format!("\nno alert: {a}")));
    out.join("\n")
}

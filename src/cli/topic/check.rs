//! `vigie topic check`: what a topic file holds, or every mistake of it.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::super::End;
use super::super::args::Format;
use super::super::output::Printer;
use crate::matcher::{Aliases, TopicSpec};

/// A line of `topic check`.
#[derive(Debug, Serialize)]
struct TopicFileRecord {
    file: String,
    topic: String,
    title: String,
    sides: usize,
    entities: usize,
    contexts: usize,
    /// Terms of every list, by language; `any` holds those without one.
    terms: BTreeMap<String, usize>,
}

pub(super) fn run(format: Format, file: &Path) -> anyhow::Result<End> {
    let Some(topics) = super::topics_of(file) else { return Ok(End::Misconfigured) };
    let mut printer = Printer::new(format);
    for topic in topics {
        printer.record(&record(file, topic.spec), text)?;
    }
    printer.finish()?;
    Ok(End::Done)
}

fn record(file: &Path, spec: TopicSpec) -> TopicFileRecord {
    TopicFileRecord {
        file: file.display().to_string(),
        sides: spec.sides.len(),
        entities: spec.entities.len(),
        contexts: spec.contexts.len(),
        terms: terms(&spec),
        topic: spec.id.0,
        title: spec.title,
    }
}

fn terms(spec: &TopicSpec) -> BTreeMap<String, usize> {
    let sides = spec.sides.iter().flat_map(|s| [&s.aliases, &s.hints]);
    let entities = spec.entities.iter().flat_map(|e| [&e.aliases, &e.hints, &e.descriptions]);
    let others = spec.others.iter().map(|o| &o.aliases);
    let contexts = spec.contexts.iter().map(|c| &c.aliases);
    let damps = spec.damps.iter().map(|d| &d.aliases);
    let single = [&spec.joint, &spec.masks, &spec.list.aliases];
    let lists: Vec<&Aliases> = sides.chain(entities).chain(others).chain(contexts).chain(damps).chain(single).collect();
    let mut terms = BTreeMap::new();
    for (language, list) in lists.into_iter().flatten() {
        *terms.entry(language.clone()).or_default() += list.len();
    }
    let words = spec.all_of.iter().flatten().chain(&spec.any_of).chain(&spec.none_of).count();
    if words > 0 {
        *terms.entry("any".to_owned()).or_default() += words;
    }
    terms
}

fn text(record: &TopicFileRecord) -> String {
    let mut languages: Vec<(&str, usize)> = record.terms.iter().map(|(language, n)| (language.as_str(), *n)).collect();
    languages.sort_by_key(|(language, n)| (std::cmp::Reverse(*n), *language));
    let languages: Vec<String> = languages.into_iter().map(|(language, n)| format!("{language} {n}")).collect();
    let terms: usize = record.terms.values().sum();
    let form = match record.sides {
        0 => String::new(),
        sides => format!("{sides} sides, {} entities, {} contexts, ", record.entities, record.contexts),
    };
    let languages = if languages.is_empty() { String::new() } else { format!(" ({})", languages.join(", ")) };
    format!("{}: topic \"{}\": no mistakes; {form}{terms} terms{languages}", record.file, record.topic)
}

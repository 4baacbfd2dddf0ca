//! One topic file by itself: to be tried or checked before the configuration names it.
//!
//! In: a file. Out: its topics, compiled, or every mistake with its line: the same that the file would have as part of a configuration.

use std::path::Path;
use std::sync::Arc;

use super::document::Document;
use super::load::{compile, topics_of};
use super::mistakes::{Mistake, Mistakes};
use super::placed::{Named, Placed};
use crate::matcher::{Topic, TopicSpec};

/// A topic as it stands in a file, and ready to judge.
#[derive(Debug, Clone)]
pub struct FileTopic {
    /// As it is written.
    pub spec: TopicSpec,
    /// Compiled.
    pub topic: Arc<Topic>,
}

/// Reads a topic file: one topic, or several `[[topic]]`.
pub fn load_topics(file: &Path) -> Result<Vec<FileTopic>, Vec<Mistake>> {
    let mistakes = Mistakes::default();
    let topics = read(file, &mistakes);
    if mistakes.is_empty() { Ok(topics) } else { Err(mistakes.list()) }
}

fn read(file: &Path, mistakes: &Mistakes) -> Vec<FileTopic> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => {
            mistakes.add(file, 0, format!("cannot be read: {error}"));
            return Vec::new();
        }
    };
    let document = Document::parse(file, &text, mistakes);
    let mut topics = Named::default();
    topics.extend(topics_of(document.root(mistakes)), mistakes);
    let topics = topics.into_list();
    if topics.is_empty() {
        mistakes.add(file, 0, "there is no topic in it");
    }
    let compiled = |placed: Placed<TopicSpec>| {
        let spec = placed.value.clone();
        compile(placed, mistakes).map(|topic| FileTopic { spec, topic })
    };
    topics.into_iter().filter_map(compiled).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ids, or the mistakes without the folder.
    #[track_caller]
    fn check(text: &str, expected: Result<&[&str], &[&str]>) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("t.toml");
        std::fs::write(&file, text).expect("it is written");
        let prefix = format!("{}/", folder.path().display());
        let found = load_topics(&file)
            .map(|topics| topics.iter().map(|t| t.spec.id.as_str().to_owned()).collect::<Vec<_>>())
            .map_err(|mistakes| mistakes.iter().map(|m| m.to_string().replace(&prefix, "")).collect::<Vec<_>>());
        let owned = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        assert_eq!(found, expected.map(owned).map_err(owned));
    }

    #[test]
    fn a_file_holds_one_topic_or_several_tables() {
        check("id = \"a\"\nany_of = [\"pont\"]\n", Ok(&["a"]));
        check("[[topic]]\nid = \"a\"\nany_of = [\"pont\"]\n[[topic]]\nid = \"b\"\nany_of = [\"gare\"]\n", Ok(&["a", "b"]));
    }

    #[test]
    fn mistakes_of_reading_and_of_compiling_come_together() {
        check(
            "id = \"a\"\nany_of = [\"p*nt\"]\ntresholds = 1\n",
            Err(&[
                "t.toml:1: topic \"a\": any_of[0]: \"p*nt\": a star stands at the end of a word, or at the very beginning",
                "t.toml:3: unknown key \"tresholds\"; did you mean \"thresholds\"?",
            ]),
        );
        check("topic = []\n", Err(&["t.toml: there is no topic in it"]));
        let twice = "[[topic]]\nid = \"a\"\nany_of = [\"pont\"]\n[[topic]]\nid = \"a\"\nany_of = [\"gare\"]\n";
        check(twice, Err(&["t.toml:4: there is already a topic named \"a\"; give this one another name"]));
    }
}

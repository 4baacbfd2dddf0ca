//! One topic file by itself: to be tried or checked before the configuration names it.
//!
//! In: a file. Out: its topics, compiled, or every mistake with its line: the same that the file would have as part of a configuration.

use std::path::Path;
use std::sync::Arc;

use super::document::Document;
use super::mistakes::{Mistake, Mistakes};
use super::reader::Section;
use super::topics;
use crate::matcher::{Topic, TopicSpec};

/// A topic as it stands in a file, and ready to judge.
#[derive(Debug, Clone)]
pub struct FileTopic {
    /// As it is written.
    pub spec: TopicSpec,
    /// Compiled.
    pub topic: Arc<Topic>,
}

/// What stands in main configuration files and in no topic.
const MAIN: [&str; 7] = ["topics", "feeds", "feed", "desk", "mail", "poll", "state_dir"];

/// Reads a topic file: one topic, or several `[[topic]]`. A main configuration file gives its topics and those of the files that it names.
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
    let root = document.root(mistakes);
    let topics = if is_main(&root) { topics::of_configuration(&root, mistakes) } else { topics::of_file(root, mistakes) };
    if topics.is_empty() && mistakes.is_empty() {
        mistakes.add(file, 0, "there is no topic in it");
    }
    topics.into_iter().filter_map(|read| Some(FileTopic { spec: read.spec, topic: read.topic? })).collect()
}

/// Whether the file configures more than topics; what it says of the rest is not read here.
fn is_main(root: &Section<'_>) -> bool {
    MAIN.iter().any(|key| root.has(key))
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
        std::fs::write(folder.path().join("u.toml"), "id = \"b\"\nany_of = [\"gare\"]\n").expect("it is written");
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
    fn a_main_file_gives_its_topics_and_those_that_it_names() {
        let main = "topics = [\"u.toml\"]\n[mail]\ntransport = 3\n[[topic]]\nid = \"a\"\nany_of = [\"pont\"]\n";
        check(main, Ok(&["a", "b"]));
        check(&main.replace("pont", "p"), Err(&["t.toml:6: topic.any_of[0]: \"p\" is a single letter, which stands everywhere"]));
        check(
            &main.replace("any_of", "anyof"),
            Err(&[
                "t.toml:5: topic.id: the topic asks for nothing: give it all_of, any_of, sides, or match_all = true",
                "t.toml:6: unknown key \"anyof\" in [[topic]]; did you mean \"any_of\"?",
            ]),
        );
        check("[[feed]]\nurl = \"https://x.example/rss\"\n", Err(&["t.toml: there is no topic in it"]));
    }

    #[test]
    fn mistakes_of_reading_and_of_compiling_come_together() {
        check(
            "id = \"a\"\nany_of = [\"p*nt\"]\ntresholds = 1\n",
            Err(&[
                "t.toml:2: any_of[0]: \"p*nt\": a star stands at the end of a word, or at the very beginning",
                "t.toml:3: unknown key \"tresholds\"; did you mean \"thresholds\"?",
            ]),
        );
        check("topic = []\n", Err(&["t.toml: there is no topic in it"]));
        let twice = "[[topic]]\nid = \"a\"\nany_of = [\"pont\"]\n[[topic]]\nid = \"a\"\nany_of = [\"gare\"]\n";
        check(twice, Err(&["t.toml:4: there is already a topic named \"a\"; give this one another name"]));
    }
}

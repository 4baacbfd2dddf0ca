//! The topics of a configuration or of a topic file, read and compiled.
//!
//! In: the top level of a file. Out: topics, each name once; what is wrong with a term or a number is a mistake on its own line. Not done here: what a
//! section says, which [`topic`](super::topic) reads, and what a term may be, which [`Topic::compile`] knows.

use std::sync::Arc;

use super::mistakes::Mistakes;
use super::named_files::{files_named, with_document};
use super::placed::{HasName, Named, Placed, placed};
use super::reader::Section;
use super::topic;
use crate::matcher::{Topic, TopicSpec};

/// A topic that was read, with mistakes or without.
pub(super) struct ReadTopic {
    /// As it is written.
    pub(super) spec: TopicSpec,
    /// Compiled; none when it has mistakes.
    pub(super) topic: Option<Arc<Topic>>,
}

impl HasName for ReadTopic {
    const KIND: &'static str = "topic";
    fn name(&self) -> &str {
        self.spec.id.as_str()
    }
}

/// The topics of a main file: its `[[topic]]` tables, and those of the files that it names.
pub(super) fn of_configuration(root: &Section<'_>, mistakes: &Mistakes) -> Vec<ReadTopic> {
    let mut topics = Named::default();
    topics.extend(tables(root), mistakes);
    for (path, line) in files_named(root, "topics") {
        with_document(&path, root.file(), line, mistakes, |section| topics.extend(whole_file(section), mistakes));
    }
    topics.into_list().into_iter().map(|placed| placed.value).collect()
}

/// The topics of a topic file: `[[topic]]` tables, or the file itself is one.
pub(super) fn of_file(root: Section<'_>, mistakes: &Mistakes) -> Vec<ReadTopic> {
    let mut topics = Named::default();
    topics.extend(whole_file(root), mistakes);
    topics.into_list().into_iter().map(|placed| placed.value).collect()
}

fn whole_file(root: Section<'_>) -> Vec<Placed<ReadTopic>> {
    if !root.has("topic") {
        return vec![one(root)];
    }
    let topics = tables(&root);
    root.close();
    topics
}

fn tables(root: &Section<'_>) -> Vec<Placed<ReadTopic>> {
    root.tables("topic").into_iter().map(one).collect()
}

fn one(section: Section<'_>) -> Placed<ReadTopic> {
    let spec = topic::topic_spec(&section);
    let topic = match Topic::compile(&spec) {
        Ok(topic) => Some(Arc::new(topic)),
        Err(problems) => {
            for problem in problems {
                section.mistake(&problem.path, with_lines(&section, &problem.message));
            }
            None
        }
    };
    let read = placed(&section, ReadTopic { spec, topic });
    section.close();
    read
}

/// Adds its line to every list item that the message names: "already stands in sides.x.aliases.fr\[2\] (line 12)".
fn with_lines(section: &Section<'_>, message: &str) -> String {
    let with_line = |word: &str| {
        let path = word.trim_end_matches([' ', ',']);
        match section.line_of(path).filter(|_| path.ends_with(']')) {
            Some(line) => format!("{path} (line {line}){}", &word[path.len()..]),
            None => word.to_owned(),
        }
    };
    message.split_inclusive(' ').map(with_line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::document::Document;

    /// The mistakes of a topic file, without its name.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let mistakes = Mistakes::default();
        let document = Document::parse("t".as_ref(), text, &mistakes);
        let topics = of_file(document.root(&mistakes), &mistakes);
        let found: Vec<String> = mistakes.list().iter().map(|m| m.to_string().replacen("t:", "", 1)).collect();
        assert_eq!(found, expected);
        assert_eq!(topics.iter().any(|t| t.topic.is_none()), topics.iter().any(|t| Topic::compile(&t.spec).is_err()));
    }

    const STAR: &str = "a star stands at the end of a word, or at the very beginning";

    #[test]
    fn a_wrong_term_is_named_on_its_own_line() {
        let lists = [
            ("any_of = [\n  \"gare\",\n  \"p*nt\",\n]", "4: any_of[1]"),
            ("any_of = [\"gare\"]\nnone_of = [\n  \"p*nt\"]", "4: none_of[0]"),
            ("all_of = [\n  [\"gare\"],\n  [\"quai\",\n   \"p*nt\"],\n]", "5: all_of[1][1]"),
            ("any_of = [\"a b\"]\n[context.x]\nweight = 1\naliases.fr = [\"p*nt\"]", "5: context.x.aliases.fr[0]"),
            ("any_of = [\"a b\"]\n[damp.x.aliases]\nfr = [\"un\",\n\"p*nt\"]", "5: damp.x.aliases.fr[1]"),
            ("any_of = [\"a b\"]\n[mask]\naliases = { fr = [\"un\", \"p*nt\"] }", "4: mask.aliases.fr[1]"),
            ("any_of = [\"a b\"]\n[zones]\n\nskip.fr = [\"p*nt\"]", "5: zones.skip.fr[0]"),
            ("any_of = [\"a b\"]\n[zones]\ndatelines.any = [\"p*nt\"]", "4: zones.datelines.any[0]"),
            ("any_of = [\"a b\"]\n[others.x]\naliases.any = [\"p*nt\"]", "4: others.x.aliases.any[0]"),
            ("any_of = [\"a b\"]\n[joint]\naliases.any = [\"p*nt\"]", "4: joint.aliases.any[0]"),
            ("any_of = [\"a b\"]\n[list]\n# in one word\naliases.any = [\"p*nt\"]", "5: list.aliases.any[0]"),
        ];
        for (text, place) in lists {
            check(&format!("id = \"a\"\n{text}\n"), &[&format!("{place}: \"p*nt\": {STAR}")]);
        }
        let relation = "id = \"a\"\n[sides.x]\naliases.fr = [\"Arles\"]\n[sides.y]\naliases.fr = [\"Brest\"]\n";
        let parties = [
            ("hints.en = [\n\"p*nt\"]", "7: sides.y.hints.en[0]"),
            ("[entities.e]\nkind = \"place\"\nside = \"x\"\naliases.fr = [\"p*nt\"]", "9: entities.e.aliases.fr[0]"),
            ("[entities.e]\nkind = \"place\"\nside = \"x\"\nhints.fr = [\"p*nt\"]", "9: entities.e.hints.fr[0]"),
            ("[entities.e]\ndescriptions.fr = [\"p*nt\"]\nside = \"x\"\nkind = \"place\"", "7: entities.e.descriptions.fr[0]"),
        ];
        for (text, place) in parties {
            check(&format!("{relation}{text}\n"), &[&format!("{place}: \"p*nt\": {STAR}")]);
        }
    }

    #[test]
    fn a_topic_that_cannot_be_met_says_where() {
        let forms = [
            ("title = \"b\"", "1: id: the topic asks for nothing: give it all_of, any_of, sides, or match_all = true"),
            (
                "match_all = true\nany_of = [\"pont\"]",
                "1: id: match_all, word groups (all_of, any_of) and sides exclude each other",
            ),
            ("all_of = [[\"pont\"],\n  [],\n]", "3: all_of[1]: an empty group can never be met"),
            ("\n[sides.x]\naliases.fr = [\"Arles\"]", "3: sides: a relation has two sides; for one, use any_of"),
            ("any_of = [\"  \"]", "2: any_of[0]: \"  \" holds no word"),
            (
                "none_of = [\"quai\"]\n[sides.x]\naliases.fr = [\"Arles\"]\n[sides.y]\naliases.fr = [\"Brest\"]",
                "2: none_of: a relation between sides has no veto words; use mask or damp",
            ),
            (
                "any_of = [\"pont\"]\n[thresholds]\nrelevant = 0.6\nalert = 0.5",
                "5: thresholds.alert: an article cannot be certain without being relevant: alert must not be below relevant",
            ),
        ];
        for (text, expected) in forms {
            check(&format!("id = \"a\"\n{text}\n"), &[expected]);
        }
        check("any_of = [\"pont\"]\nid = \" \"\n", &["2: id: a topic needs a name"]);
    }

    #[test]
    fn a_side_that_is_none_and_a_name_of_two_parties_say_where() {
        let sides = "id = \"a\"\n[sides.x]\naliases.fr = [\"Arles\",\n  \"Caen\"]\n[sides.y]\naliases.fr = [\"Brest\"]\n";
        check(
            &format!("{sides}[entities.e]\nkind = \"place\"\nside = \"z\"\n"),
            &["9: entities.e.side: \"z\" is no side of this topic; it has x, y"],
        );
        check(
            &format!("{sides}hints.fr = [\n  \"le port\",\n  \"caen\",\n]\n"),
            &["9: sides.y.hints.fr[1]: \"caen\" already stands in sides.x.aliases.fr[1] (line 4), where it means something else"],
        );
        check(
            &format!("{sides}[others.z]\naliases.de = [\"Brest\"]\n"),
            &[
                "8: others.z.aliases.de[0]: \"Brest\" already stands in sides.y.aliases.fr[0] (line 6), where it means something else",
            ],
        );
    }

    #[test]
    fn a_number_out_of_range_is_named_on_its_line() {
        check(
            "id = \"a\"\nany_of = [\"pont\"]\n[near]\nfar = 2\nwords = 0\n[damp.x]\nfactor = -1\n[thresholds]\nalert = nan\n",
            &[
                "4: near.far: 2 is not between 0 and 1",
                "5: near.words: 0 is not between 1 and 1000",
                "7: damp.x.factor: -1 is not between 0 and 1",
                "9: thresholds.alert: nan is not between 0 and 1",
            ],
        );
    }

    #[test]
    fn in_a_file_of_several_topics_each_mistake_stands_in_its_own() {
        let one = |id: &str| format!("[[topic]]\nid = \"{id}\"\nany_of = [\n  \"p*nt\"]\n");
        check(
            &(one("a") + &one("b")),
            &[&format!("4: topic.any_of[0]: \"p*nt\": {STAR}"), &format!("8: topic.any_of[0]: \"p*nt\": {STAR}")],
        );
    }
}

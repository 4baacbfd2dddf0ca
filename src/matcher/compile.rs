//! From a topic's words to terms that can be looked for.
//!
//! In: a [`TopicSpec`]. Out: its [`Term`]s, or every mistake at once, each with its place in the file.

use std::collections::BTreeMap;
use std::fmt;

use super::lexicon::{Meaning, Sides, Term, TermKind};
use super::pattern::Pattern;
use super::spec::{Aliases, EntityKind, TopicSpec};
use crate::text::matching::fold_for_matching;

/// More sides than this would not fit into the set that holds them, and no relation has them.
const MOST_SIDES: usize = 8;

/// A mistake in a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicProblem {
    /// Where, such as `sides.russia.aliases.fr[3]`; lists count from 0.
    pub path: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for TopicProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// The bit of a side in a set of them.
pub(super) fn side_bit(index: usize) -> Sides {
    1 << index.min(MOST_SIDES - 1)
}

/// Every term of a topic and the ids of its concepts, or everything that is wrong with it.
pub(super) fn terms(spec: &TopicSpec) -> Result<(Vec<Term>, Vec<String>), Vec<TopicProblem>> {
    let mut compiler = Compiler { terms: Vec::new(), concepts: Vec::new(), problems: Vec::new(), names: BTreeMap::new() };
    compiler.check_form(spec);
    compiler.check_numbers(spec);
    compiler.collect(spec);
    if compiler.problems.is_empty() { Ok((compiler.terms, compiler.concepts)) } else { Err(compiler.problems) }
}

/// Collects terms and mistakes.
struct Compiler {
    terms: Vec<Term>,
    concepts: Vec<String>,
    problems: Vec<TopicProblem>,
    /// Aliases of sides, entities and third parties, folded, with what they mean and where they stand: one alias cannot name two parties.
    names: BTreeMap<String, (Meaning, String)>,
}

impl Compiler {
    fn problem(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.problems.push(TopicProblem { path: path.into(), message: message.into() });
    }

    fn check_form(&mut self, spec: &TopicSpec) {
        let has_words = !spec.all_of.is_empty() || !spec.any_of.is_empty();
        let forms = [spec.match_all, has_words, !spec.sides.is_empty()].iter().filter(|&&is| is).count();
        match forms {
            0 => self.problem("id", "the topic asks for nothing: give it all_of, any_of, sides, or match_all = true"),
            1 => {}
            _ => self.problem("id", "match_all, word groups (all_of, any_of) and sides exclude each other"),
        }
        match spec.sides.len() {
            1 => self.problem("sides", "a relation has two sides; for one, use any_of"),
            n if n > MOST_SIDES => self.problem("sides", format!("at most {MOST_SIDES} sides can be told apart")),
            _ => {}
        }
        if !spec.sides.is_empty() && !spec.none_of.is_empty() {
            self.problem("none_of", "a relation between sides has no veto words; use mask or damp");
        }
        for (index, group) in spec.all_of.iter().enumerate() {
            if group.is_empty() {
                self.problem(format!("all_of[{index}]"), "an empty group can never be met");
            }
        }
    }

    fn check_numbers(&mut self, spec: &TopicSpec) {
        let shares = [
            ("thresholds.relevant", spec.thresholds.relevant),
            ("thresholds.alert", spec.thresholds.alert),
            ("list.weight", spec.list.weight),
            ("near.far", spec.near.far),
            ("near.neighbour", spec.near.neighbour),
            ("near.between", spec.near.between),
            ("points.bare", spec.points.bare),
            ("points.unsupported", spec.points.unsupported),
            ("points.aside", spec.points.aside),
            ("points.passage", spec.points.passage),
            ("near.headline", spec.near.headline),
            ("near.paired", spec.near.paired),
            ("near.continued", spec.near.continued),
        ];
        for (path, value) in shares {
            if !(0.0..=1.0).contains(&value) {
                self.problem(path, format!("{value} is not between 0 and 1"));
            }
        }
        for (path, value) in [("points.half", spec.points.half), ("points.steepness", spec.points.steepness)] {
            if !(value.is_finite() && value > 0.0) {
                self.problem(path, format!("{value} must be more than 0"));
            }
        }
        if spec.thresholds.relevant <= 0.0 && !spec.match_all {
            self.problem(
                "thresholds.relevant",
                "nothing is below 0, so every article would be kept; write match_all = true for that",
            );
        }
        if spec.thresholds.alert < spec.thresholds.relevant {
            self.problem(
                "thresholds.alert",
                "an article cannot be certain without being relevant: alert must not be below relevant",
            );
        }
        for damp in &spec.damps {
            if !(0.0..=1.0).contains(&damp.factor) {
                self.problem(format!("damp.{}.factor", damp.id), format!("{} is not between 0 and 1", damp.factor));
            }
        }
        let positive = spec.contexts.iter().map(|c| (format!("context.{}.weight", c.id), c.weight));
        let zones = [("zones.title", spec.zones.title), ("zones.lead", spec.zones.lead), ("zones.body", spec.zones.body)];
        let zones =
            zones.into_iter().chain([("points.meeting", spec.points.meeting)]).map(|(path, value)| (path.to_owned(), value));
        for (path, value) in positive.chain(zones).collect::<Vec<_>>() {
            if !(value.is_finite() && value >= 0.0) {
                self.problem(path, format!("{value} must be 0 or more"));
            }
        }
    }

    fn collect(&mut self, spec: &TopicSpec) {
        for (index, side) in spec.sides.iter().enumerate() {
            let path = format!("sides.{}", side.id);
            let concept = format!("side.{}", side.id);
            self.aliases(&format!("{path}.aliases"), &side.aliases, Meaning::Named(side_bit(index)), &concept, TermKind::Plain);
            self.aliases(&format!("{path}.pairs"), &side.pairs, Meaning::Named(side_bit(index)), &concept, TermKind::Pair);
            self.aliases(&format!("{path}.hints"), &side.hints, Meaning::Hint(side_bit(index)), &concept, TermKind::Plain);
        }
        for entity in &spec.entities {
            let path = format!("entities.{}", entity.id);
            let Some(side) = spec.sides.iter().position(|s| s.id == entity.side) else {
                let known: Vec<&str> = spec.sides.iter().map(|s| s.id.as_str()).collect();
                self.problem(
                    format!("{path}.side"),
                    format!("\"{}\" is no side of this topic; it has {}", entity.side, known.join(", ")),
                );
                continue;
            };
            let concept = format!("{}.{}", entity.kind.as_str(), entity.id);
            let kind = if entity.kind == EntityKind::Person { TermKind::Person } else { TermKind::Plain };
            self.aliases(&format!("{path}.aliases"), &entity.aliases, Meaning::Named(side_bit(side)), &concept, kind);
            self.aliases(&format!("{path}.hints"), &entity.hints, Meaning::Hint(side_bit(side)), &concept, kind);
            let description = Meaning::Description(side_bit(side));
            self.aliases(&format!("{path}.descriptions"), &entity.descriptions, description, &concept, kind);
        }
        let all = (0..spec.sides.len()).fold(0, |all, i| all | side_bit(i));
        self.aliases("joint.aliases", &spec.joint, Meaning::Named(all), "joint", TermKind::Plain);
        self.aliases("list.aliases", &spec.list.aliases, Meaning::Listed, "list", TermKind::Plain);
        for other in &spec.others {
            self.aliases(
                &format!("others.{}.aliases", other.id),
                &other.aliases,
                Meaning::Other { is_peer: other.is_peer },
                &format!("other.{}", other.id),
                TermKind::Plain,
            );
        }
        for (index, context) in spec.contexts.iter().enumerate() {
            let concept = format!("context.{}", context.id);
            self.aliases(
                &format!("context.{}.aliases", context.id),
                &context.aliases,
                Meaning::Context(index as u16),
                &concept,
                TermKind::Plain,
            );
        }
        for (index, damp) in spec.damps.iter().enumerate() {
            self.aliases(
                &format!("damp.{}.aliases", damp.id),
                &damp.aliases,
                Meaning::Damp(index as u16),
                &format!("damp.{}", damp.id),
                TermKind::Plain,
            );
        }
        self.aliases("mask.aliases", &spec.masks, Meaning::Mask, "mask", TermKind::Plain);
        self.aliases("list.samples", &spec.list.samples, Meaning::Sample, "sample", TermKind::Plain);
        self.aliases("near.mutual", &spec.near.mutual, Meaning::Mutual, "mutual", TermKind::Plain);
        self.aliases("zones.datelines", &spec.zones.datelines, Meaning::Dateline, "dateline", TermKind::Plain);
        self.aliases("zones.skip", &spec.zones.skip, Meaning::Skip, "skip", TermKind::Plain);
        for (index, group) in spec.all_of.iter().enumerate() {
            self.words(&format!("all_of[{index}]"), group, Meaning::Group(index as u16), &format!("all_of.{}", index + 1));
        }
        self.words("any_of", &spec.any_of, Meaning::Any, "any_of");
        self.words("none_of", &spec.none_of, Meaning::Never, "none_of");
    }

    fn aliases(&mut self, path: &str, aliases: &Aliases, meaning: Meaning, concept: &str, kind: TermKind) {
        for (language, list) in aliases {
            self.list(&format!("{path}.{language}"), list, meaning, concept, kind);
        }
    }

    /// The words of a simple topic, which its author writes in the singular and means in both numbers.
    fn words(&mut self, path: &str, list: &[String], meaning: Meaning, concept: &str) {
        self.list(path, list, meaning, concept, TermKind::Plain);
        let concept = self.concept(concept);
        for pattern in list.iter().filter_map(|alias| plural(alias)).filter_map(|alias| Pattern::parse(&alias).ok()) {
            self.terms.push(Term { pattern, meaning, concept, kind: TermKind::Plain });
        }
    }

    fn list(&mut self, path: &str, list: &[String], meaning: Meaning, concept: &str, kind: TermKind) {
        let concept = self.concept(concept);
        for (index, alias) in list.iter().enumerate() {
            let here = format!("{path}[{index}]");
            match Pattern::parse(alias) {
                Ok(pattern) => {
                    self.terms.push(Term { pattern, meaning, concept, kind });
                    self.note_name(alias, meaning, here);
                }
                Err(message) => self.problem(here, message),
            }
        }
    }

    /// An alias that names two different parties would decide by chance.
    fn note_name(&mut self, alias: &str, meaning: Meaning, here: String) {
        if !meaning.is_name() {
            return;
        }
        let known = self.names.entry(fold_for_matching(alias.trim())).or_insert_with(|| (meaning, here.clone()));
        if known.0 != meaning {
            let message = format!("\"{alias}\" already stands in {}, where it means something else", known.1);
            self.problem(here, message);
        }
    }

    fn concept(&mut self, id: &str) -> u16 {
        let index = self.concepts.iter().position(|c| c == id).unwrap_or_else(|| {
            self.concepts.push(id.to_owned());
            self.concepts.len() - 1
        });
        index as u16
    }
}

/// Words of fewer letters take no plural: "usa" is not "usas", and a chance match costs more than it brings.
const PLURAL_LETTERS: usize = 4;

/// The regular plural of a word in Latin letters (`russe` → `russes`), where it has one and says nothing about its ending itself.
fn plural(alias: &str) -> Option<String> {
    let last = alias.trim_end().chars().next_back()?;
    let is_latin = last.is_alphabetic() && u32::from(last) < 0x250;
    let plain = !alias.contains(['*', '=', '|']) && last.is_lowercase() && !matches!(last, 's' | 'x' | 'z');
    let letters = alias.chars().filter(|c| c.is_alphabetic()).count();
    (is_latin && plain && letters >= PLURAL_LETTERS).then(|| format!("{}s", alias.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_latin_word_has_a_plural() {
        let of = |alias| plural(alias);
        assert_eq!(of("russe").as_deref(), Some("russes"));
        assert_eq!(of("terre rare").as_deref(), Some("terre rares"));
        for none in ["export*", "DPRK", "Paris", "러시아", "КНДР", "usa", "=Kim", ""] {
            assert_eq!(of(none), None, "{none}");
        }
    }
}

//! A topic, compiled, and the score it gives.
//!
//! In: a [`TopicSpec`], once; then articles. Out: every mistake of the spec at once; then a [`Match`] for each article.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use super::explain::{self, Ledger};
use super::lexicon::{Lexicon, Meaning, Sides, Term};
use super::outcome::{Match, Zone};
use super::pattern::Pattern;
use super::relation;
use super::scan::{self, Reading};
use super::spec::{Aliases, DampScope, TopicSpec};
use super::wordlist;
use crate::extract::Article;
use crate::text::matching::fold_for_matching;
use crate::types::TopicId;

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

/// A topic, ready to judge articles.
#[derive(Debug)]
pub struct Topic {
    spec: TopicSpec,
    lexicon: Lexicon,
    joiners: HashSet<String>,
    all: Sides,
}

impl Topic {
    /// Compiles a topic, or says everything that is wrong with it.
    pub fn compile(spec: &TopicSpec) -> Result<Topic, Vec<TopicProblem>> {
        let mut compiler = Compiler { terms: Vec::new(), concepts: Vec::new(), problems: Vec::new(), names: BTreeMap::new() };
        compiler.check_form(spec);
        compiler.check_numbers(spec);
        compiler.collect(spec);
        let Compiler { terms, concepts, mut problems, .. } = compiler;
        if !problems.is_empty() {
            return Err(problems);
        }
        match Lexicon::build(terms, concepts) {
            Ok(lexicon) => {
                let joiners = spec.list.joiners.values().flatten().map(|word| fold_for_matching(word)).collect();
                let all = spec.sides.iter().enumerate().fold(0, |all, (i, _)| all | side_bit(i));
                Ok(Topic { spec: spec.clone(), lexicon, joiners, all })
            }
            Err(message) => {
                problems.push(TopicProblem { path: "id".to_owned(), message });
                Err(problems)
            }
        }
    }

    /// The name in the configuration and in output records.
    pub fn id(&self) -> &TopicId {
        &self.spec.id
    }

    /// The name for people.
    pub fn title(&self) -> &str {
        if self.spec.title.is_empty() { self.spec.id.as_str() } else { &self.spec.title }
    }

    /// What the topic says about an article.
    pub fn score(&self, article: &Article) -> Match {
        if self.spec.match_all {
            return self.matched(1.0, Vec::new(), "the topic takes every article".to_owned());
        }
        let mut reading = scan::read(article, &self.lexicon, &self.spec.zones);
        if reading.hits.is_empty() {
            return Match {
                masked: reading.masked,
                ..self.matched(0.0, Vec::new(), "no term of the topic stands in it".to_owned())
            };
        }
        let (mut ledger, mut rule, one_sided) = if self.spec.sides.is_empty() {
            let finding = wordlist::judge(&reading, &self.spec);
            (finding.ledger, finding.rule, false)
        } else {
            let mut ledger = Ledger::default();
            let meetings = relation::meetings(&mut reading, &self.spec, &self.joiners, self.all);
            explain::book_meetings(&mut ledger, &reading, &meetings, &self.spec);
            let one_sided = self.is_one_sided(&reading);
            (ledger, explain::rule(&meetings, &self.spec, one_sided), one_sided)
        };
        self.correct(&mut ledger, &mut rule, &reading, article);
        let (score, evidence) = ledger.settle(&self.lexicon);
        let concepts = explain::concepts(&reading, &self.lexicon);
        Match { concepts, masked: reading.masked, one_sided, ..self.matched(score, evidence, rule) }
    }

    fn matched(&self, score: f64, evidence: Vec<super::Evidence>, rule: String) -> Match {
        Match {
            topic: self.spec.id.clone(),
            score,
            relevant: score >= self.spec.thresholds.relevant,
            strong: score >= self.spec.thresholds.alert,
            evidence,
            concepts: Vec::new(),
            masked: Vec::new(),
            rule,
            one_sided: false,
        }
    }

    fn is_one_sided(&self, reading: &Reading<'_>) -> bool {
        let named = reading.hits.iter().fold(0, |sides, hit| match hit.meaning {
            Meaning::Named(named) => sides | named,
            Meaning::Listed => self.all,
            _ => sides,
        });
        named != 0 && named != self.all
    }

    /// Damping words take their share away, each as a reason of its own; then the language's correction is applied to all.
    fn correct(&self, ledger: &mut Ledger, rule: &mut String, reading: &Reading<'_>, article: &Article) {
        let mut points = ledger.points();
        if points <= 0.0 {
            return;
        }
        for (index, damp) in self.spec.damps.iter().enumerate() {
            let in_scope = |zone: Zone| match damp.scope {
                DampScope::Title => zone == Zone::Title,
                DampScope::Article => true,
                DampScope::Sentence => false,
            };
            let word = reading
                .hits
                .iter()
                .position(|h| h.meaning == Meaning::Damp(index as u16) && in_scope(reading.zone(h.range.start)));
            if let Some(word) = word {
                ledger.book(reading, word, points * (damp.factor - 1.0));
                points = ledger.points();
                rule.push_str(&format!("; lowered by {}", damp.id));
            }
        }
        if let Some((language, factor)) = article.language.and_then(|l| self.spec.languages.get_key_value(&l)) {
            ledger.scale(*factor);
            rule.push_str(&format!("; times {factor} for {language}"));
        }
    }
}

fn side_bit(index: usize) -> Sides {
    1 << index.min(MOST_SIDES - 1)
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
        if spec.id.as_str().trim().is_empty() {
            self.problem("id", "a topic needs a name");
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
            ("near.headline", spec.near.headline),
        ];
        for (path, value) in shares {
            if !(0.0..=1.0).contains(&value) {
                self.problem(path, format!("{value} is not between 0 and 1"));
            }
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
            self.aliases(&format!("{path}.aliases"), &side.aliases, Meaning::Named(side_bit(index)), &concept, false);
            self.aliases(&format!("{path}.hints"), &side.hints, Meaning::Hint(side_bit(index)), &concept, false);
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
            let is_person = entity.kind == super::EntityKind::Person;
            self.aliases(&format!("{path}.aliases"), &entity.aliases, Meaning::Named(side_bit(side)), &concept, is_person);
            self.aliases(&format!("{path}.hints"), &entity.hints, Meaning::Hint(side_bit(side)), &concept, is_person);
        }
        let all = (0..spec.sides.len()).fold(0, |all, i| all | side_bit(i));
        self.aliases("joint.aliases", &spec.joint, Meaning::Named(all), "joint", false);
        self.aliases("list.aliases", &spec.list.aliases, Meaning::Listed, "list", false);
        for other in &spec.others {
            self.aliases(
                &format!("others.{}.aliases", other.id),
                &other.aliases,
                Meaning::Other,
                &format!("other.{}", other.id),
                false,
            );
        }
        for (index, context) in spec.contexts.iter().enumerate() {
            let concept = format!("context.{}", context.id);
            self.aliases(
                &format!("context.{}.aliases", context.id),
                &context.aliases,
                Meaning::Context(index as u16),
                &concept,
                false,
            );
        }
        for (index, damp) in spec.damps.iter().enumerate() {
            self.aliases(
                &format!("damp.{}.aliases", damp.id),
                &damp.aliases,
                Meaning::Damp(index as u16),
                &format!("damp.{}", damp.id),
                false,
            );
        }
        self.aliases("mask.aliases", &spec.masks, Meaning::Mask, "mask", false);
        self.aliases("zones.skip", &spec.zones.skip, Meaning::Skip, "skip", false);
        for (index, group) in spec.all_of.iter().enumerate() {
            self.list(&format!("all_of[{index}]"), group, Meaning::Group(index as u16), &format!("all_of.{}", index + 1), false);
        }
        self.list("any_of", &spec.any_of, Meaning::Any, "any_of", false);
        self.list("none_of", &spec.none_of, Meaning::Never, "none_of", false);
    }

    fn aliases(&mut self, path: &str, aliases: &Aliases, meaning: Meaning, concept: &str, is_person: bool) {
        for (language, list) in aliases {
            self.list(&format!("{path}.{language}"), list, meaning, concept, is_person);
        }
    }

    fn list(&mut self, path: &str, list: &[String], meaning: Meaning, concept: &str, is_person: bool) {
        let concept = self.concept(concept);
        for (index, alias) in list.iter().enumerate() {
            let here = format!("{path}[{index}]");
            match Pattern::parse(alias) {
                Ok(pattern) => {
                    self.terms.push(Term { pattern, meaning, concept, is_person });
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::extract::Origin;
    use crate::matcher::{ContextSpec, DampSpec, EntityKind, EntitySpec, SideSpec};
    use crate::types::Lang;

    fn list(words: &[&str]) -> Aliases {
        Aliases::from([("any".to_owned(), words.iter().map(|&w| w.to_owned()).collect())])
    }

    /// A relation between two cities.
    fn relation() -> TopicSpec {
        let side = |id: &str, words: &[&str]| SideSpec { id: id.to_owned(), aliases: list(words), hints: Aliases::new() };
        TopicSpec { sides: vec![side("a", &["Arles"]), side("b", &["Brest"])], ..TopicSpec::empty("cities") }
    }

    fn article(title: &str, text: &str) -> Article {
        let paragraphs = text.split('\n').filter(|p| !p.is_empty()).map(str::to_owned).collect();
        Article { title: title.to_owned(), paragraphs, ..Article::empty(Origin::Page) }
    }

    fn compile(spec: &TopicSpec) -> Topic {
        Topic::compile(spec).expect("a topic without mistakes")
    }

    #[track_caller]
    fn check_problems(spec: &TopicSpec, expected: &[&str]) {
        let problems = Topic::compile(spec).err().unwrap_or_default();
        let paths: Vec<&str> = problems.iter().map(|p| p.path.as_str()).collect();
        assert_eq!(paths, expected, "{problems:?}");
    }

    #[test]
    fn every_mistake_is_named_by_its_path() {
        check_problems(&TopicSpec::empty("t"), &["id"]);
        check_problems(&TopicSpec { match_all: true, ..relation() }, &["id"]);
        check_problems(&TopicSpec::simple("t", &[&["fine"], &[]]), &["all_of[1]"]);
        check_problems(&TopicSpec::simple("t", &[&["fine", "a*b"]]), &["all_of[0][1]"]);
        let mut spec = relation();
        spec.sides[1].aliases = list(&["Brest", "ARLES"]);
        spec.entities.push(EntitySpec {
            id: "x".to_owned(),
            kind: EntityKind::Place,
            side: "c".to_owned(),
            aliases: Aliases::new(),
            hints: Aliases::new(),
        });
        spec.damps.push(DampSpec { id: "d".to_owned(), scope: DampScope::Title, factor: 2.0, aliases: Aliases::new() });
        spec.thresholds.alert = 0.1;
        check_problems(&spec, &["thresholds.alert", "damp.d.factor", "sides.b.aliases.any[1]", "entities.x.side"]);
    }

    #[test]
    fn a_topic_may_take_everything() {
        let found = compile(&TopicSpec::everything("all")).score(&article("", ""));
        assert_eq!((found.score, found.relevant, found.strong), (1.0, true, true));
    }

    #[test]
    fn word_groups_must_all_be_there_wherever_they_stand() {
        let mut spec = TopicSpec::simple("rig", &[&["Russie", "Russia"], &["Corée du Nord"]]);
        let long = "Autre chose. ".repeat(400);
        assert!(compile(&spec).score(&article("Russie", &format!("{long}\n{long}\ncoree du nord"))).relevant);
        assert!(!compile(&spec).score(&article("Russie", "rien")).relevant);
        spec.any_of = vec!["accord".to_owned()];
        assert!(!compile(&spec).score(&article("Russie, Corée du Nord", "rien")).relevant);
        assert!(compile(&spec).score(&article("Russie, Corée du Nord", "un accord")).relevant);
        spec.none_of = vec!["football".to_owned()];
        assert_eq!(compile(&spec).score(&article("Russie, Corée du Nord", "un accord de football")).score, 0.0);
    }

    #[test]
    fn a_language_is_corrected_and_the_reason_says_so() {
        let mut spec = relation();
        let mut polish = article("", "Arles i Brest");
        polish.language = Lang::parse("pl");
        let plain = compile(&spec).score(&polish).score;
        spec.languages.extend(polish.language.map(|l| (l, 1.5)));
        let raised = compile(&spec).score(&polish);
        assert!(raised.score > plain && raised.rule.ends_with("times 1.5 for pl"), "{}", raised.rule);
    }

    #[test]
    fn three_sides_meet_only_together() {
        let mut spec = relation();
        spec.sides.push(SideSpec { id: "c".to_owned(), aliases: list(&["Caen"]), hints: Aliases::new() });
        let topic = compile(&spec);
        assert_eq!(topic.score(&article("Arles et Brest", "")).score, 0.0);
        assert!(topic.score(&article("Arles parle à Brest de Caen", "")).score > 0.0);
    }

    proptest! {
        #[test]
        fn any_text_is_judged_and_its_evidence_adds_up(title in "\\PC{0,30}", text in "(Arles|Brest|le pont|visite|, |\\. |\n|et |\\PC{0,3}){0,40}") {
            let mut spec = relation();
            spec.contexts.push(ContextSpec { id: "v".to_owned(), weight: 0.3, aliases: list(&["visite"]) });
            let found = compile(&spec).score(&article(&title, &text));
            let sum: f64 = found.evidence.iter().map(|e| e.weight).sum();
            prop_assert!((0.0..=1.0).contains(&found.score));
            prop_assert!((sum - found.score).abs() < 1e-9);
            prop_assert_eq!(found.relevant, found.score >= 0.5);
        }

        #[test]
        fn another_meeting_in_the_title_or_lead_never_lowers_the_score(count in 0usize..6) {
            let topic = compile(&relation());
            let text = |n: usize| vec!["Arles invite Brest."; n].join("\n");
            prop_assert!(topic.score(&article("Brest", &text(count + 1))).score >= topic.score(&article("Brest", &text(count))).score);
        }
    }
}

//! A topic, compiled, and the score it gives.
//!
//! In: a [`TopicSpec`], once; then articles. Out: every mistake of the spec at once; then a [`Match`] for each article.

use std::collections::HashSet;

use super::compile::{self, TopicProblem, side_bit};
use super::explain::{self, Ledger};
use super::lexicon::{Gate, Lexicon, Meaning, Sides};
use super::outcome::{Match, Zone};
use super::relation;
use super::scan::{self, Prepared, Reading};
use super::spec::{ByStoryRule, DampScope, TopicSpec};
use super::weigh;
use super::wordlist;
use crate::extract::Article;
use crate::text::matching::fold_for_matching;
use crate::types::TopicId;

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
        let (terms, concepts) = compile::terms(spec)?;
        let all = spec.sides.iter().enumerate().fold(0, |all, (i, _)| all | side_bit(i));
        match Lexicon::build(terms, concepts, gate(spec, all)) {
            Ok(lexicon) => {
                let joiners = spec.list.joiners.values().flatten().map(|word| fold_for_matching(word)).collect();
                Ok(Topic { spec: spec.clone(), lexicon, joiners, all })
            }
            Err(message) => Err(vec![TopicProblem { path: "id".to_owned(), message }]),
        }
    }

    /// Whether it is a relation between sides.
    pub(super) fn has_sides(&self) -> bool {
        !self.spec.sides.is_empty()
    }

    /// The terms, for those who look for the terms of many topics at once.
    pub(super) fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    /// The name in the configuration and in output records.
    pub fn id(&self) -> &TopicId {
        &self.spec.id
    }

    /// The name for people.
    pub fn title(&self) -> &str {
        if self.spec.title.is_empty() { self.spec.id.as_str() } else { &self.spec.title }
    }

    /// When an article that names one side only is kept because of its story.
    pub fn by_story(&self) -> &ByStoryRule {
        &self.spec.by_story
    }

    /// What the topic says about an article.
    pub fn score(&self, article: &Article) -> Match {
        self.score_prepared(article, &Prepared::of(article))
    }

    /// [`Topic::score`] for an article that is folded already.
    pub(super) fn score_prepared(&self, article: &Article, prepared: &Prepared<'_>) -> Match {
        if self.spec.match_all {
            return self.matched(1.0, Vec::new(), "the topic takes every article".to_owned());
        }
        let mut reading = scan::read(prepared, &self.lexicon, &self.spec.zones);
        if reading.hits.is_empty() {
            return Match { masked: reading.masked, ..Match::nothing(self.spec.id.clone()) };
        }
        let (mut ledger, mut rule, one_sided) = if self.spec.sides.is_empty() {
            let finding = wordlist::judge(&reading, &self.spec);
            (finding.ledger, finding.rule, false)
        } else {
            let mut ledger = Ledger::default();
            let meetings = relation::meetings(&mut reading, &self.spec, &self.joiners, self.all);
            weigh::book_meetings(&mut ledger, &reading, &meetings, &self.spec);
            let one_sided = self.is_one_sided(&reading);
            (ledger, explain::rule(&meetings, &self.spec, one_sided), one_sided)
        };
        self.correct(&mut ledger, &mut rule, &reading, article);
        let (score, evidence) = ledger.settle(&self.lexicon, &self.spec.points);
        let concepts = explain::concepts(&reading, &self.lexicon);
        let one_sided = one_sided && is_named_early(&reading);
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
        let named = reading.hits.iter().fold(0, |sides, hit| sides | hit.meaning.sides(self.all));
        named != 0 && named != self.all
    }

    /// Damping words take their share away, each as a reason of its own; then the language's correction is applied to all.
    fn correct(&self, ledger: &mut Ledger, rule: &mut String, reading: &Reading<'_>, article: &Article) {
        if ledger.points() <= 0.0 {
            return;
        }
        for (index, damp) in self.spec.damps.iter().enumerate() {
            let in_scope = |zone: Zone| match damp.scope {
                DampScope::Title | DampScope::Text => zone == Zone::Title,
                DampScope::Article => true,
                DampScope::Sentence => false,
            };
            let word = reading
                .hits
                .iter()
                .position(|h| h.meaning == Meaning::Damp(index as u16) && in_scope(reading.zone(h.range.start)));
            if let Some(word) = word {
                let lowered = if damp.scope == DampScope::Text { ledger.points_under_opening() } else { ledger.points() };
                ledger.book(reading, word, lowered * (damp.factor - 1.0));
                rule.push_str(&format!("; lowered by {}", damp.id));
            }
        }
        if let Some((language, factor)) = article.language.and_then(|l| self.spec.languages.get_key_value(&l)) {
            ledger.scale(*factor);
            rule.push_str(&format!("; times {factor} for {language}"));
        }
    }
}

/// What an article must name to have a score at all.
fn gate(spec: &TopicSpec, all: Sides) -> Gate {
    let groups = (0..spec.all_of.len()).map(|group| Meaning::Group(group as u16));
    let any = (!spec.any_of.is_empty()).then_some(Meaning::Any);
    groups.chain(any).fold(Gate::from(all), |gate, meaning| gate | meaning.opens())
}

/// True when a side is named before the body: one that the text mentions in passing is not what the article is about.
fn is_named_early(reading: &Reading<'_>) -> bool {
    let early = reading.hits.iter().filter(|hit| reading.zone(hit.range.start) != Zone::Body);
    early.map(|hit| hit.meaning).any(|meaning| matches!(meaning, Meaning::Named(_)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::extract::Origin;
    use crate::matcher::{Aliases, ContextSpec, DampSpec, EntityKind, EntitySpec, SideSpec};
    use crate::types::Lang;

    fn list(words: &[&str]) -> Aliases {
        Aliases::from([("any".to_owned(), words.iter().map(|&w| w.to_owned()).collect())])
    }

    /// A relation between two cities.
    fn relation() -> TopicSpec {
        let side = |id: &str, words: &[&str]| SideSpec { id: id.to_owned(), aliases: list(words), ..SideSpec::default() };
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
        let mut spec = TopicSpec::simple("t", &[&["fine"]]);
        spec.thresholds.relevant = 0.0;
        spec.points.half = 0.0;
        check_problems(&spec, &["points.half", "thresholds.relevant"]);
        let mut spec = relation();
        spec.sides[1].aliases = list(&["Brest", "ARLES"]);
        spec.entities.push(EntitySpec {
            id: "x".to_owned(),
            kind: EntityKind::Place,
            side: "c".to_owned(),
            aliases: Aliases::new(),
            hints: Aliases::new(),
            descriptions: Aliases::new(),
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
    fn a_side_that_only_the_body_mentions_makes_no_article_one_sided() {
        let topic = compile(&relation());
        let one_sided = |title: &str, text: &str| topic.score(&article(title, text)).one_sided;
        assert!(one_sided("Arles vote", ""));
        assert!(one_sided("Vote", "Le conseil d’Arles a voté."));
        assert!(!one_sided("Vote", "Le conseil a voté.\nLe budget monte.\nComme à Arles."));
        assert!(!one_sided("Arles vote", "Le conseil a voté.\nLe budget monte.\nComme à Brest."));
    }

    #[test]
    fn three_sides_meet_only_together() {
        let mut spec = relation();
        spec.sides.push(SideSpec { id: "c".to_owned(), aliases: list(&["Caen"]), ..SideSpec::default() });
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

//! All topics at once.
//!
//! In: topics, once; then articles. Out: for each article the [`Match`]es of the topics that it has anything to do with. What names a side or a word group of
//! any topic is looked for in one pass, each alias once however many topics have it; only a topic whose gate that opens reads the article itself. So a
//! thousand topics cost hardly more than one.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::Arc;

use super::finder::Finder;
use super::lexicon::Gate;
use super::outcome::Match;
use super::pattern::Pattern;
use super::scan::Prepared;
use super::topic::Topic;
use crate::extract::Article;

/// Topics that are watched together, in the order of the configuration.
#[derive(Debug, Clone, Default)]
pub struct Topics {
    topics: Vec<Arc<Topic>>,
    /// What names something of a topic; one topic alone asks for itself.
    names: Option<Arc<Names>>,
}

impl Topics {
    /// Makes one set of topics; the error says what cannot be looked for together.
    pub fn new(topics: Vec<Arc<Topic>>) -> Result<Topics, String> {
        let names = if topics.len() > 1 { Some(Arc::new(Names::build(&topics)?)) } else { None };
        Ok(Topics { topics, names })
    }

    /// What the topics say about an article, with their places in the set: those of the wanted topics that it gives a score or names in part.
    pub fn score(&self, article: &Article, is_wanted: impl Fn(&Topic) -> bool) -> Vec<(usize, Match)> {
        let prepared = Prepared::of(article);
        let opened = self.names.as_ref().map(|names| names.opened(&prepared, self.topics.len()));
        let mut out = Vec::new();
        for (place, topic) in self.topics.iter().enumerate() {
            // A topic without a gate takes every article; and one side may be enough to be kept by a story.
            let may_match = opened.as_ref().is_none_or(|opened| {
                let gate = topic.lexicon().gate;
                gate == 0 || opened[place] & gate == gate || topic.has_sides() && opened[place] != 0
            });
            if may_match && is_wanted(topic) {
                let matched = topic.score_prepared(article, &prepared);
                if matched.score > 0.0 || matched.one_sided {
                    out.push((place, matched));
                }
            }
        }
        out
    }
}

impl Deref for Topics {
    type Target = [Arc<Topic>];

    fn deref(&self) -> &[Arc<Topic>] {
        &self.topics
    }
}

/// The names of all topics: what opens their gates.
#[derive(Debug)]
struct Names {
    finder: Finder,
    /// For each anchor of the finder, the names that hang on it.
    anchored: Vec<Vec<u32>>,
    names: Vec<Name>,
}

/// An alias, and what it opens in which topics.
#[derive(Debug)]
struct Name {
    pattern: Pattern,
    opens: Vec<(u32, Gate)>,
}

impl Names {
    fn build(topics: &[Arc<Topic>]) -> Result<Names, String> {
        let mut names: Vec<Name> = Vec::new();
        let mut known: HashMap<&Pattern, usize> = HashMap::new();
        for (topic, lexicon) in topics.iter().map(|topic| topic.lexicon()).enumerate() {
            for (term, opens) in lexicon.terms.iter().map(|term| (term, term.meaning.opens())).filter(|(_, opens)| *opens != 0) {
                let name = *known.entry(&term.pattern).or_insert_with(|| {
                    names.push(Name { pattern: term.pattern.clone(), opens: Vec::new() });
                    names.len() - 1
                });
                match names[name].opens.last_mut() {
                    Some((last, gate)) if *last as usize == topic => *gate |= opens,
                    _ => names[name].opens.push((topic as u32, opens)),
                }
            }
        }
        let (finder, anchored) = Finder::of_anchors(names.iter().map(|name| &name.pattern))?;
        Ok(Names { finder, anchored, names })
    }

    /// For each of `count` topics, how much of its gate the article opens.
    fn opened(&self, article: &Prepared<'_>, count: usize) -> Vec<Gate> {
        let place = article.place();
        let mut opened: Vec<Gate> = vec![0; count];
        // Once found, a name is looked at no more.
        let mut seen = vec![0u64; self.names.len().div_ceil(64)];
        self.finder.find(place.folded, |anchor, at| {
            for &index in &self.anchored[anchor as usize] {
                let (word, bit) = (index as usize / 64, 1 << (index % 64));
                let name = &self.names[index as usize];
                if seen[word] & bit == 0 && name.pattern.verify(&place, at.clone()).is_some() {
                    seen[word] |= bit;
                    name.opens.iter().for_each(|&(topic, gate)| opened[topic as usize] |= gate);
                }
            }
        });
        opened
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::extract::Origin;
    use crate::matcher::{SideSpec, TopicSpec};

    fn compile(spec: &TopicSpec) -> Arc<Topic> {
        Arc::new(Topic::compile(spec).expect("a topic without mistakes"))
    }

    fn relation(id: &str, sides: [&str; 2]) -> Arc<Topic> {
        let side = |name: &str| SideSpec {
            id: name.to_lowercase(),
            aliases: [("any".to_owned(), vec![name.to_owned()])].into(),
            ..SideSpec::default()
        };
        compile(&TopicSpec { sides: sides.map(side).into(), ..TopicSpec::empty(id) })
    }

    fn topics() -> Topics {
        let all = vec![
            compile(&TopicSpec::simple("tram", &[&["tram", "métro"], &["grève"]])),
            relation("north", ["Arles", "Brest"]),
            relation("south", ["Brest", "Caen"]),
            compile(&TopicSpec::simple("metro", &[&["métro"]])),
            compile(&TopicSpec::everything("all")),
        ];
        Topics::new(all).expect("few topics")
    }

    fn article(title: &str, text: &str) -> Article {
        Article { title: title.to_owned(), paragraphs: vec![text.to_owned()], ..Article::empty(Origin::Page) }
    }

    #[test]
    fn topics_answer_in_their_order_and_only_when_they_have_something_to_say() {
        let ids = |title: &str| -> Vec<String> {
            let found = topics().score(&article(title, ""), |_| true);
            found.into_iter().map(|(_, matched)| matched.topic.0).collect()
        };
        assert_eq!(ids("Grève du métro"), ["tram", "metro", "all"]);
        assert_eq!(ids("Brest"), ["north", "south", "all"]);
        assert_eq!(ids("Rien"), ["all"]);
    }

    #[test]
    fn a_topic_that_is_not_wanted_is_not_asked() {
        let found = topics().score(&article("Arles et Brest", ""), |topic| topic.id().as_str() == "north");
        assert_eq!(found.iter().map(|(place, m)| (*place, m.relevant)).collect::<Vec<_>>(), [(1, true)]);
    }

    #[test]
    fn no_topic_has_nothing_to_say() {
        assert!(Topics::default().score(&article("Arles", ""), |_| true).is_empty());
    }

    proptest! {
        #[test]
        fn together_they_say_what_each_says_alone(title in "(Arles|Brest|Caen|métro|tram|grève| |et |\\. |\\PC){0,12}", text in "(Arles|Brest|Caen|métro|tram|grève| |et |\\. |\\PC){0,30}") {
            let (topics, article) = (topics(), article(&title, &text));
            let together = topics.score(&article, |_| true);
            for (place, topic) in topics.iter().enumerate() {
                let alone = topic.score(&article);
                match together.iter().find(|(found, _)| *found == place) {
                    Some((_, matched)) => prop_assert_eq!(matched, &alone),
                    None => prop_assert!(alone.score == 0.0 && !alone.one_sided),
                }
            }
        }
    }
}

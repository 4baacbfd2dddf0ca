//! What a topic says about an article.

use crate::types::TopicId;

/// Where in the article a term stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Zone {
    /// The headline.
    Title,
    /// The first paragraphs.
    Lead,
    /// The rest.
    Body,
}

impl Zone {
    /// The word used in explanations.
    pub fn as_str(self) -> &'static str {
        match self {
            Zone::Title => "title",
            Zone::Lead => "lead",
            Zone::Body => "body",
        }
    }
}

/// One reason for the score.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// The words as they stand in the article.
    pub term: String,
    /// The language-free name of what they mean (`side.russia`, `person.kim-jong-un`, `context.arms`), as the topic file calls it.
    pub concept: String,
    /// Where.
    pub zone: Zone,
    /// How often in that zone.
    pub count: u32,
    /// What it added to the score (negative: took from it).
    pub weight: f64,
}

/// An entity or concept of the topic that the article names, whatever the language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concept {
    /// The language-free name, as in [`Evidence::concept`].
    pub id: String,
    /// How often it is named.
    pub count: u32,
}

/// What a topic says about an article.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// The topic.
    pub topic: TopicId,
    /// 0 to 1; the sum of the evidence, to the digit, as `rule` says.
    pub score: f64,
    /// The score reaches the topic's `relevant` threshold.
    pub relevant: bool,
    /// The score reaches the topic's `alert` threshold.
    pub strong: bool,
    /// The reasons, heaviest first.
    pub evidence: Vec<Evidence>,
    /// Every concept of the topic that is named, by id.
    pub concepts: Vec<Concept>,
    /// What was masked before matching, as it stands in the article.
    pub masked: Vec<String>,
    /// The rule that decided, in words ("both sides within 30 words in the title").
    pub rule: String,
    /// Some side of the relation is named in the title or the lead, and another nowhere: the article may be on the topic by its story, if that is.
    pub one_sided: bool,
}

impl Match {
    /// What a topic says about an article that it has nothing to do with.
    pub fn nothing(topic: TopicId) -> Match {
        Match {
            topic,
            score: 0.0,
            relevant: false,
            strong: false,
            evidence: Vec::new(),
            concepts: Vec::new(),
            masked: Vec::new(),
            rule: "nothing of the topic stands in it".to_owned(),
            one_sided: false,
        }
    }
}

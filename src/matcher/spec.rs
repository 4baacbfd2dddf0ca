//! Everything that a topic file can say, as plain values.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::types::{Lang, TopicId};

/// Spellings by language. Every language's spellings are always looked for; the tag only tells the reader of the file who writes so.
pub type Aliases = BTreeMap<String, Vec<String>>;

/// A topic, as its file says it.
///
/// It has one of three forms: `match_all`; word groups (`all_of`, `any_of`, `none_of`); or a relation between `sides`.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicSpec {
    /// The name in the configuration and in output records.
    pub id: TopicId,
    /// The name for people; the id when empty.
    pub title: String,
    /// Every article is on the topic.
    pub match_all: bool,
    /// At least one term of each group must stand in the article.
    pub all_of: Vec<Vec<String>>,
    /// At least one of these must stand in the article, when there are any.
    pub any_of: Vec<String>,
    /// None of these may stand in the article.
    pub none_of: Vec<String>,
    /// The two (or more) parties whose relation is the topic.
    pub sides: Vec<SideSpec>,
    /// People, places and organisations of a side.
    pub entities: Vec<EntitySpec>,
    /// Single terms that name all sides at once.
    pub joint: Aliases,
    /// Third parties, so that an enumeration is seen as one.
    pub others: Vec<OtherSpec>,
    /// Concepts that raise the score where the sides meet.
    pub contexts: Vec<ContextSpec>,
    /// What is taken out of the text before anything else is looked for.
    pub masks: Aliases,
    /// Words that lower the score and never kill it.
    pub damps: Vec<DampSpec>,
    /// When naming several parties is only an enumeration.
    pub list: ListRule,
    /// Where in the article a term must stand to count how much.
    pub zones: ZoneRule,
    /// How near to each other the sides must stand.
    pub near: NearRule,
    /// Points that each way of meeting is worth.
    pub points: PointRule,
    /// From which score on.
    pub thresholds: Thresholds,
    /// By how much an article in a language is raised (above 1) or lowered.
    pub languages: BTreeMap<Lang, f64>,
    /// When an article that names one side only is kept because of its story.
    pub by_story: ByStoryRule,
}

impl TopicSpec {
    /// A topic of word groups: at least one term of each group.
    pub fn simple(id: &str, all_of: &[&[&str]]) -> TopicSpec {
        let all_of = all_of.iter().map(|group| group.iter().map(|&term| term.to_owned()).collect()).collect();
        TopicSpec { all_of, ..TopicSpec::empty(id) }
    }

    /// A topic that every article is on.
    pub fn everything(id: &str) -> TopicSpec {
        TopicSpec { match_all: true, ..TopicSpec::empty(id) }
    }

    /// A topic that says nothing yet, with every rule at its default.
    pub fn empty(id: &str) -> TopicSpec {
        TopicSpec {
            id: TopicId::from(id),
            title: String::new(),
            match_all: false,
            all_of: Vec::new(),
            any_of: Vec::new(),
            none_of: Vec::new(),
            sides: Vec::new(),
            entities: Vec::new(),
            joint: Aliases::new(),
            others: Vec::new(),
            contexts: Vec::new(),
            masks: Aliases::new(),
            damps: Vec::new(),
            list: ListRule::default(),
            zones: ZoneRule::default(),
            near: NearRule::default(),
            points: PointRule::default(),
            thresholds: Thresholds::default(),
            languages: BTreeMap::new(),
            by_story: ByStoryRule::default(),
        }
    }
}

/// One party of the relation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SideSpec {
    /// The name within the topic, such as `russia`.
    pub id: String,
    /// What names it.
    pub aliases: Aliases,
    /// What names it together with a third party ("Sino-Russian"): in an enumeration it counts for two.
    pub pairs: Aliases,
    /// What only hints at it; see [`EntitySpec::hints`].
    pub hints: Aliases,
}

/// What an entity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntityKind {
    /// A human being.
    Person,
    /// A city, region, river.
    Place,
    /// A party, agency, company, body.
    Organisation,
}

impl EntityKind {
    /// The word used in topic files and in the ids of concepts.
    pub fn as_str(self) -> &'static str {
        match self {
            EntityKind::Person => "person",
            EntityKind::Place => "place",
            EntityKind::Organisation => "organisation",
        }
    }
}

/// A person, place or organisation that stands for a side.
#[derive(Debug, Clone, PartialEq)]
pub struct EntitySpec {
    /// The language-free name, such as `kim-jong-un`.
    pub id: String,
    /// What it is.
    pub kind: EntityKind,
    /// The id of the side that it belongs to.
    pub side: String,
    /// What names it.
    pub aliases: Aliases,
    /// What names it only in company, such as a family name. A hint counts when a full name of its side stands in the article, when another
    /// hint or description of its side stands near, or (for a person) when a person of another side stands next to it.
    pub hints: Aliases,
    /// What papers call it ("the dictator", "the armoured train"). A description counts only where another one, or a hint, stands near.
    pub descriptions: Aliases,
}

/// A third party.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OtherSpec {
    /// The name within the topic.
    pub id: String,
    /// It is one of those often named in one breath with the sides.
    pub is_peer: bool,
    /// What names it.
    pub aliases: Aliases,
}

/// A concept that raises the score where the sides meet.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ContextSpec {
    /// The name within the topic, such as `arms`.
    pub id: String,
    /// Points, as a share of what the meeting itself is worth.
    pub weight: f64,
    /// What names it.
    pub aliases: Aliases,
}

/// What a damping word lowers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DampScope {
    /// The whole score, when the word stands in the title.
    Title,
    /// The whole score, wherever the word stands.
    Article,
    /// What stands under the title and the first sentence, when the word stands in the title: what these say counts whole.
    Text,
    /// What its own sentence is worth.
    Sentence,
}

/// Words that lower the score.
#[derive(Debug, Clone, PartialEq)]
pub struct DampSpec {
    /// The name within the topic, such as `sport`.
    pub id: String,
    /// What is lowered.
    pub scope: DampScope,
    /// What remains, from 0 to 1.
    pub factor: f64,
    /// The words.
    pub aliases: Aliases,
}

/// When naming several parties is only an enumeration.
#[derive(Debug, Clone, PartialEq)]
pub struct ListRule {
    /// From so many parties in a row on it is an enumeration.
    pub min_items: usize,
    /// A sentence that names so many third parties is one too, in whatever order.
    pub crowd: usize,
    /// A sentence that names so many peers of the sides ([`OtherSpec::is_peer`]) is one too.
    pub peers: usize,
    /// What a meeting inside an enumeration is worth, as a share of a real one.
    pub weight: f64,
    /// Words before or after two parties that say that they are a sample of more: "including", "etc.", 등.
    pub samples: Aliases,
    /// Words that may stand between two parties of an enumeration, beside punctuation.
    pub joiners: Aliases,
    /// Single terms that are an enumeration in themselves.
    pub aliases: Aliases,
}

impl Default for ListRule {
    fn default() -> Self {
        ListRule {
            min_items: 3,
            crowd: 4,
            peers: 2,
            weight: 0.1,
            samples: Aliases::new(),
            joiners: Aliases::new(),
            aliases: Aliases::new(),
        }
    }
}

/// What the parts of an article are worth.
#[derive(Debug, Clone, PartialEq)]
pub struct ZoneRule {
    /// The headline.
    pub title: f64,
    /// The first paragraphs.
    pub lead: f64,
    /// The rest, if every screen of it were about the topic.
    pub body: f64,
    /// How many paragraphs are the lead.
    pub lead_paragraphs: usize,
    /// Agencies: a place that stands before one in the first words of a paragraph ("MOSCOW (Reuters) -") is where the reporter sits.
    pub datelines: Aliases,
    /// A paragraph that begins so names another piece and is never read; when it holds nothing else, neither are the headlines under it.
    pub skip: Aliases,
}

impl Default for ZoneRule {
    fn default() -> Self {
        ZoneRule { title: 3.0, lead: 2.2, body: 3.0, lead_paragraphs: 2, datelines: Aliases::new(), skip: Aliases::new() }
    }
}

/// How near the sides must stand.
#[derive(Debug, Clone, PartialEq)]
pub struct NearRule {
    /// Within so many words of one sentence they meet.
    pub words: usize,
    /// What a meeting further apart in one sentence is worth, as a share.
    pub far: f64,
    /// What a meeting across two neighbouring sentences is worth, as a share.
    pub neighbour: f64,
    /// What a meeting is worth, as a share, when third parties stand between the sides wherever they meet.
    pub between: f64,
    /// What it is worth when the sides are only named in one breath ("Russia and North Korea") and a third party in the same sentence, as a share: both may
    /// have to do with that one.
    pub paired: f64,
    /// Words that say that the sides deal with each other ("between"): beside one of these, to be named in one breath lowers nothing.
    pub mutual: Aliases,
    /// What it is worth when one side stands in the headline and the other in the first sentences, as a share.
    pub headline: f64,
    /// What a sentence of the body that names one side is worth, as a share, in a paragraph in which the sides meet.
    pub continued: f64,
}

impl Default for NearRule {
    fn default() -> Self {
        NearRule {
            words: 30,
            far: 0.6,
            neighbour: 0.4,
            between: 0.7,
            paired: 0.65,
            mutual: Aliases::new(),
            headline: 0.82,
            continued: 0.4,
        }
    }
}

/// How meetings become a score: points are summed, and the score is the share of articles with so many that are relevant,
/// `1 - 2^-((points / half) ^ steepness)`: a Weibull distribution whose median is `half`.
#[derive(Debug, Clone, PartialEq)]
pub struct PointRule {
    /// Points of one meeting in a zone of weight 1.
    pub meeting: f64,
    /// An article with so many points is as likely to be relevant as not: its score is one half.
    pub half: f64,
    /// How fast the score grows there; chosen so that of the articles scored so and so high that share is relevant.
    pub steepness: f64,
    /// What a meeting without any concept beside it is worth, as a share.
    pub bare: f64,
    /// The concepts beside one meeting add at most this share of it.
    pub context_limit: f64,
    /// What a meeting in the headline without any concept is worth, as a share, when the text under it names no side.
    pub unsupported: f64,
    /// What a meeting is worth, as a share, when it is one sentence among several, or one short paragraph among many, and the headline is about something
    /// else; the share of that share, when one sentence of the body is all that brings a side in.
    pub aside: f64,
    /// So many columns of text (letters; Han, Kana and Hangul count two) are one screen; meetings in lead and body are counted by the screen.
    pub screen: usize,
    /// What the densest screen of the body counts for, against a text that is about the topic throughout, for each meeting on it beyond the first.
    pub passage: f64,
    /// The lead counts as at most so many plain meetings.
    pub lead_limit: f64,
    /// The body counts as at most so many plain meetings.
    pub body_limit: f64,
}

impl PointRule {
    /// The score that so many points are worth, from 0 to 1.
    pub fn score(&self, points: f64) -> f64 {
        1.0 - (-(points.max(0.0) / self.half).powf(self.steepness)).exp2()
    }

    /// The points that a score below 1 is worth.
    pub fn points(&self, score: f64) -> f64 {
        self.half * (-(1.0 - score).log2()).powf(1.0 / self.steepness)
    }
}

impl Default for PointRule {
    fn default() -> Self {
        PointRule {
            meeting: 0.3,
            half: std::f64::consts::LN_2,
            steepness: 1.5,
            bare: 0.8,
            unsupported: 0.75,
            aside: 0.55,
            context_limit: 1.0,
            screen: 600,
            passage: 0.3,
            lead_limit: 2.0,
            body_limit: 2.0,
        }
    }
}

/// From which score on an article is kept, and mailed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// The article is on the topic.
    pub relevant: f64,
    /// The article is on the topic beyond doubt.
    pub alert: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Thresholds { relevant: 0.5, alert: 0.8 }
    }
}

/// When an article that names one side only is kept because of its story.
#[derive(Debug, Clone, PartialEq)]
pub struct ByStoryRule {
    /// It may be kept at all.
    pub keep: bool,
    /// How long after an article of the story that is on the topic by itself.
    pub within: Duration,
    /// How near its headline and first sentences lie to those of that article, from 0 to 1. In three labelled streams no one-sided article of another
    /// matter comes to .25 without naming a third party, and one in seven of the articles on the topic lies at .3 or nearer to an earlier one.
    pub likeness: f64,
    /// Rare words, names and numbers that both have in headline and first sentences, at least; what names the sides does not count.
    pub shared: usize,
}

impl Default for ByStoryRule {
    fn default() -> Self {
        ByStoryRule { keep: true, within: Duration::from_secs(48 * 3600), likeness: 0.3, shared: 3 }
    }
}

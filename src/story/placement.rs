//! Where an article went and what it brought.

use std::time::Duration;

use super::Merge;
use crate::types::{ArticleId, StoryId};

/// The `[story]` section.
#[derive(Debug, Clone, PartialEq)]
pub struct StorySpec {
    /// How long a story stays open after its last article.
    pub window: Duration,
}

impl Default for StorySpec {
    fn default() -> Self {
        StorySpec { window: Duration::from_secs(6 * 24 * 3600) }
    }
}

/// Where an article went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// A copy of an article that the story already holds.
    Duplicate {
        /// The first publisher's article.
        of: ArticleId,
        /// Its story.
        story: StoryId,
    },
    /// Another report of an open story.
    Joins {
        /// The story.
        story: StoryId,
    },
    /// The first report of something new; the caller gives the story its id.
    Opens,
}

impl Decision {
    /// The article that a duplicate copies.
    pub fn original(self) -> Option<ArticleId> {
        match self {
            Decision::Duplicate { of, .. } => Some(of),
            Decision::Joins { .. } | Decision::Opens => None,
        }
    }

    /// The story that was there already.
    pub fn known_story(self) -> Option<StoryId> {
        match self {
            Decision::Duplicate { story, .. } | Decision::Joins { story } => Some(story),
            Decision::Opens => None,
        }
    }
}

/// What kind of new fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DevelopmentKind {
    /// The first report of the story.
    NewStory,
    /// A number that the story did not hold, or that changed.
    Number,
    /// A person, organisation or country that had not acted in the story.
    Actor,
    /// A place.
    Place,
    /// A decision, vote, signature, departure, arrival: an act that the story did not hold.
    Act,
    /// Somebody confirms or denies.
    Confirmation,
    /// A second source tells what one told that a desk did not hear of, for it was doubtful.
    Sources,
}

impl DevelopmentKind {
    /// The word used in tables and explanations.
    pub fn as_str(self) -> &'static str {
        match self {
            DevelopmentKind::NewStory => "new-story",
            DevelopmentKind::Number => "number",
            DevelopmentKind::Actor => "actor",
            DevelopmentKind::Place => "place",
            DevelopmentKind::Act => "act",
            DevelopmentKind::Confirmation => "confirmation",
            DevelopmentKind::Sources => "sources",
        }
    }

    /// Reads [`DevelopmentKind::as_str`] back.
    pub fn parse(word: &str) -> Option<DevelopmentKind> {
        use DevelopmentKind::*;
        [NewStory, Number, Actor, Place, Act, Confirmation, Sources].into_iter().find(|k| k.as_str() == word)
    }
}

/// What an article brought that its story did not hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Development {
    /// What kind of fact (the weightiest, when there are several).
    pub kind: DevelopmentKind,
    /// True when the one report is enough for a mail; a weak one waits for a second source.
    pub strong: bool,
    /// The sentences that carry it, word for word, at most three; the headline when no sentence does.
    pub new: Vec<String>,
}

/// The judgement of one article within one topic.
#[derive(Debug, Clone, PartialEq)]
pub struct Placement {
    /// Where it went.
    pub decision: Decision,
    /// What it brought; `None` for a duplicate, a retelling, background.
    pub development: Option<Development>,
    /// The article whose weak development it tells from a second source, which makes that one strong.
    pub confirms: Option<ArticleId>,
    /// Another open story that it belongs to as well: it retells the one and joins the other by likeness.
    pub bridges: Option<StoryId>,
    /// The two stories that it and an earlier bridge prove to be one.
    pub merges: Option<Merge>,
    /// Why, for `vigie explain`: nearest members, shared features, what counted as new and what did not.
    pub reasons: Vec<String>,
}

impl Placement {
    /// An article that brings nothing.
    pub fn silent(decision: Decision, reasons: Vec<String>) -> Placement {
        Placement { decision, development: None, confirms: None, bridges: None, merges: None, reasons }
    }
}

//! Stage: is an article on a topic, and why?
//!
//! In: an [`Article`](crate::extract::Article) and a compiled [`Topic`]. Out: a [`Match`]: a score from 0 to 1, the decision, and the evidence that explains the
//! score. Not done here: grouping (story).

mod compile;
mod enumeration;
mod explain;
mod finder;
mod hints;
mod lexicon;
mod outcome;
mod pattern;
mod relation;
mod scan;
mod set;
mod spec;
mod topic;
mod weigh;
mod wordlist;

pub use compile::TopicProblem;
pub use outcome::{Concept, Evidence, Match, Zone};
pub use set::Topics;
pub use spec::{
    Aliases, ByStoryRule, ContextSpec, DampScope, DampSpec, EntityKind, EntitySpec, ListRule, NearRule, OtherSpec, PointRule,
    SideSpec, Thresholds, TopicSpec, ZoneRule,
};
pub use topic::Topic;

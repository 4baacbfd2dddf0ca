//! Stage: which story does an article belong to, and does the story develop?
//!
//! In: an article, its match, and the open stories ([`StoryIndex`]). Out: a [`Placement`]. `place` only reads the index, `apply` takes the article in.
//! An article that names one side only is asked for its [`Continuation`] first.
//! Not done here: deciding who is told (alert).

mod acts;
mod background;
mod candidate;
mod cluster;
mod continuation;
mod development;
mod duplicate;
mod facts;
mod features;
mod fullness;
mod hashed;
mod kept;
mod merge;
mod names;
mod open_story;
mod outline;
mod placement;
mod postings;
mod print;
mod retelling_words;
mod runs;
mod similarity;
mod tellings;
mod tempo;
#[cfg(test)]
mod tests;
mod vocabulary;
mod zones;

pub use candidate::Candidate;
pub use cluster::StoryIndex;
pub use continuation::Continuation;
pub use merge::Merge;
pub use outline::Outline;
pub use placement::{Decision, Development, DevelopmentKind, Placement, StorySpec};

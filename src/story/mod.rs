//! Stage: which story does an article belong to, and does the story develop?
//!
//! In: an article, its match, and the open stories ([`StoryIndex`]). Out: a [`Placement`]. `place` reads the index, the caller commits, then
//! `apply` updates the index: never the other way. Not done here: deciding who is told (alert).

mod acts;
mod background;
mod candidate;
mod cluster;
mod development;
mod duplicate;
mod facts;
mod features;
mod hashed;
mod placement;
mod similarity;
#[cfg(test)]
mod tests;

pub use candidate::Candidate;
pub use cluster::StoryIndex;
pub use placement::{Decision, Development, DevelopmentKind, Placement, StorySpec};

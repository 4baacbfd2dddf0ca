//! How much of the article is there.
//!
//! In: blocks, the lexicon of walls, what the metadata claims. Out: where a wall ends the text, its sentence, and text that is scrambled.

pub(in crate::extract) mod garbled;
pub(in crate::extract) mod paywall;
pub(in crate::extract) mod wall;

//! Folding, word boundaries and sentences, one way for matcher and story alike.
//!
//! In: text as people wrote it. Out: the form in which two spellings of a word are equal, and where words and sentences lie.

pub mod letters;
pub mod matching;
pub mod normalise;
pub mod sentences;
pub mod words;

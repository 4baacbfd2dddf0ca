//! Standing wordings: labels, list titles, bylines, and the patterns of walls.
//!
//! In: the files of wordings and the text of one block. Out: what kind of furniture the block is. Not done here: which wordings there are (`config/`).

mod notation;
pub(in crate::extract) mod patterns;
pub(in crate::extract) mod phrases;

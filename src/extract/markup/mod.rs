//! Bytes to a flat list of nodes.
//!
//! In: a page's bytes. Out: the decoded text, the tree that html5ever's rules make of it, and the flat view that every rule walks. The tokens are cut
//! by our own reader, held equal to html5ever's by a property test. Not done here: what any element means.

pub(in crate::extract) mod charset;
pub(in crate::extract) mod dom;
pub(in crate::extract) mod entities;
pub(in crate::extract) mod met;
pub(in crate::extract) mod raw;
pub(in crate::extract) mod tokens;
pub(in crate::extract) mod tree;

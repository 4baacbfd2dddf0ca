//! Stage: the article in a page.
//!
//! In: a [`Page`](crate::fetch::Page) as it came. Out: an [`Article`]: its text without the page around it, who wrote it and when, in which language, and
//! whether all of it is there. It never fails: bad HTML gives less text and a `problems` list. Not done here: fetching, judging.

mod article;
mod author_names;
mod author_words;
mod authors;
mod blocks;
mod boilerplate;
mod boxes;
mod charset;
mod content;
mod date;
mod date_address;
mod date_clock;
mod date_read;
mod date_tokens;
mod date_words;
mod date_zones;
mod dom;
mod entities;
mod garbled;
mod headings;
mod hint_words;
mod hints;
#[cfg(test)]
mod hostile;
mod json_mend;
mod jsonld;
mod language;
mod met;
mod metadata;
mod page;
#[cfg(test)]
mod page_tests;
mod parts;
mod patterns;
mod paywall;
mod phrases;
mod raw;
mod script_values;
mod site_name;
mod spec;
mod state;
mod state_items;
mod state_tree;
mod text;
mod title;
mod tokens;
mod tree;
mod wall;
mod wording;

pub use article::{Access, Article, Origin, PageDate, Paywall};
pub use language::detect_language;
pub use page::extract;
pub use paywall::{WallLexicon, WallProblem};
pub use spec::ReadSpec;
pub use text::fragment_paragraphs;

//! Stage: the article in a page.
//!
//! In: a [`Page`](crate::fetch::Page) as it came. Out: an [`Article`]: its text without the page around it, who wrote it and when, in which language, and
//! whether all of it is there. It never fails: bad HTML gives less text and a `problems` list. Not done here: fetching, judging.

mod access;
mod article;
mod authors;
mod content;
mod date;
#[cfg(test)]
mod hostile;
mod markup;
mod metadata;
mod page;
#[cfg(test)]
mod page_tests;
mod spec;
mod state;
mod wordings;

pub use access::paywall::{WallLexicon, WallProblem};
pub use article::{Access, Article, Origin, PageDate, Paywall};
pub use content::text::fragment_paragraphs;
pub use metadata::language::detect_language;
pub use page::extract;
pub use spec::ReadSpec;
pub(crate) use wordings::phrases::begins_link;

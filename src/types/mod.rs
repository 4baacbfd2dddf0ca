//! Small values that every room speaks: identifiers, languages, addresses, instants.
//!
//! Nothing here knows a stage, a table or a file.

pub mod ids;
pub mod lang;
pub mod time;
pub mod url;

pub use ids::{ArticleId, ArticleKey, DeskName, DevelopmentId, EntryId, FeedId, StoryId, TopicId};
pub use lang::Lang;
pub use time::later;

//! Identifiers, one newtype each, so that a feed can never be passed for a topic.

use std::fmt;

macro_rules! name_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub String);

        impl $name {
            /// The identifier as written in the configuration and in output records.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(name: &str) -> Self {
                Self(name.to_owned())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

macro_rules! row_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }
    };
}

name_id!(
    /// A feed, as named by `id` in the configuration (or derived from its address).
    FeedId
);
name_id!(
    /// A topic, as named by `id` in its file.
    TopicId
);
name_id!(
    /// A desk, as named by `name` in the configuration.
    DeskName
);
name_id!(
    /// The public identifier of an article: stable between stores that saw the same input.
    ArticleKey
);
row_id!(
    /// An article's place in the order of arrival, which is the order of judgement.
    ArticleId
);
row_id!(
    /// A feed entry.
    EntryId
);
row_id!(
    /// A story. Stories of different topics never share one.
    StoryId
);
row_id!(
    /// One development of one story.
    DevelopmentId
);

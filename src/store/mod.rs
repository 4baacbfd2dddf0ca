//! Edge: everything that must survive, in one SQLite file. SQL stands here and nowhere else.
//!
//! In and out: the stages' types, in methods as coarse as a transaction. One thread owns the writing connection ([`Store`]); people's questions are answered
//! by read-only ones ([`Reader`]). Not done here: any decision.

mod alerts;
mod articles;
mod columns;
mod dates;
mod db;
mod entries;
mod error;
mod feeds;
mod health;
mod judgements;
mod listed;
mod listing;
mod lock;
mod merges;
mod migrate;
mod outbox;
mod pages;
mod past;
mod queue;
mod reader;
mod retention;
mod writer;

pub use alerts::{AlertRecord, DeskMemory, StoryMaterial};
pub use articles::{NewArticle, ReadJob, StoredArticle};
pub use dates::{LatestDates, Mended};
pub use db::{Store, StoreOptions};
pub use entries::{PollCommitted, PollRecord};
pub use error::StoreError;
pub use feeds::{DueFeed, FeedRow, FeedSeed, status_word};
pub use health::{HealthRecord, WatchedFeed};
pub use judgements::{Judgement, Placed, StoredDevelopment, StoredMatch, TopicJudgement, WindowArticle, WindowRow};
pub use listed::{
    Counts, Dossier, DossierPlacement, Filter, ListedAlert, ListedArticle, ListedMessage, ListedStory, ListedTopic,
};
pub use lock::StateLock;
pub use migrate::known_version;
pub use outbox::{DueMessage, Outcome, Vitals};
pub use pages::KeptPage;
pub use past::{Past, PastArticle};
pub use reader::Reader;
pub use retention::RetentionSpec;
pub use writer::{CommitHook, Durability, Fate};

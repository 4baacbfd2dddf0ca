//! The configuration as the steps use it.

use std::collections::HashMap;
use std::sync::Arc;

use crate::config::Settings;
use crate::feed::FeedSpec;
use crate::types::{FeedId, TopicId};

/// The configuration as the steps use it: swapped whole at a reload.
pub struct Current {
    /// The values.
    pub settings: Settings,
    feeds: HashMap<FeedId, usize>,
    /// Every topic's name.
    topics: Arc<[TopicId]>,
}

impl Current {
    pub(super) fn new(settings: Settings) -> Current {
        let feeds = settings.feeds.iter().enumerate().map(|(i, f)| (f.id.clone(), i)).collect();
        let topics = settings.topics.iter().map(|topic| topic.id().clone()).collect();
        Current { settings, feeds, topics }
    }

    /// Every topic, in the order of the configuration.
    pub(super) fn topics(&self) -> &Arc<[TopicId]> {
        &self.topics
    }

    /// A configured feed.
    pub fn feed(&self, id: &FeedId) -> Option<&FeedSpec> {
        self.feeds.get(id).map(|&i| &self.settings.feeds[i])
    }
}

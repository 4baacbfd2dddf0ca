//! The configuration as the steps use it.

use std::collections::HashMap;

use crate::config::Settings;
use crate::feed::FeedSpec;
use crate::matcher::Topic;
use crate::types::FeedId;

/// The configuration as the steps use it: swapped whole at a reload.
pub struct Current {
    /// The values.
    pub settings: Settings,
    /// The topics, compiled, in the configuration's order.
    pub topics: Vec<Topic>,
    feeds: HashMap<FeedId, usize>,
}

impl Current {
    /// Compiles a configuration that was checked when it was read; a topic that does not compile is left out and said.
    pub(super) fn new(settings: Settings) -> Current {
        let mut topics = Vec::with_capacity(settings.topics.len());
        for spec in &settings.topics {
            match Topic::compile(spec) {
                Ok(topic) => topics.push(topic),
                Err(problems) => tracing::error!(topic = %spec.id, ?problems, "the topic is left out: it does not compile"),
            }
        }
        let feeds = settings.feeds.iter().enumerate().map(|(i, f)| (f.id.clone(), i)).collect();
        Current { settings, topics, feeds }
    }

    /// A configured feed.
    pub fn feed(&self, id: &FeedId) -> Option<&FeedSpec> {
        self.feeds.get(id).map(|&i| &self.settings.feeds[i])
    }
}

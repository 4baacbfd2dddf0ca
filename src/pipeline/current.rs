//! The configuration as the steps use it.

use std::collections::HashMap;

use crate::config::Settings;
use crate::feed::FeedSpec;
use crate::types::FeedId;

/// The configuration as the steps use it: swapped whole at a reload.
pub struct Current {
    /// The values.
    pub settings: Settings,
    feeds: HashMap<FeedId, usize>,
}

impl Current {
    pub(super) fn new(settings: Settings) -> Current {
        let feeds = settings.feeds.iter().enumerate().map(|(i, f)| (f.id.clone(), i)).collect();
        Current { settings, feeds }
    }

    /// A configured feed.
    pub fn feed(&self, id: &FeedId) -> Option<&FeedSpec> {
        self.feeds.get(id).map(|&i| &self.settings.feeds[i])
    }
}

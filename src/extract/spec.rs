//! The `[read]` section.

/// How articles are read.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadSpec {
    /// Whether article pages are fetched at all; without them the feed's own text is all there is.
    pub pages: bool,
    /// Pages parsed at once; 0 means as many as there are cores.
    pub jobs: usize,
}

impl Default for ReadSpec {
    fn default() -> Self {
        ReadSpec { pages: true, jobs: 0 }
    }
}

//! Numbers for a monitor: in go events and levels from the loops, out comes the `OpenMetrics` text of `/metrics`.
//!
//! Every label has a small, fixed set of values: no address, feed or recipient ever becomes one.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct State {
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Kind {
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Relevance {
    relevance: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Step {
    step: &'static str,
}

/// The numbers of one process; cheap to clone, all clones count together.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: std::sync::Arc<Registry>,
    feeds: Family<State, Gauge>,
    feeds_quiet: Gauge,
    polls: Family<Outcome, Counter>,
    articles: Family<Relevance, Counter>,
    stories: Counter,
    alerts: Family<Kind, Counter>,
    outbox: Family<State, Gauge>,
    oldest_queued: Gauge<f64, AtomicU64>,
    messages: Family<Outcome, Counter>,
    database: Gauge,
    failed_units: Family<Step, Counter>,
}

impl Default for Metrics {
    fn default() -> Metrics {
        Metrics::new()
    }
}

impl Metrics {
    /// All numbers at zero.
    pub fn new() -> Metrics {
        let mut registry = Registry::with_prefix("vigie");
        let feeds = Family::default();
        let feeds_quiet = Gauge::default();
        let polls = Family::default();
        let articles = Family::default();
        let stories = Counter::default();
        let alerts = Family::default();
        let outbox = Family::default();
        let oldest_queued = Gauge::default();
        let messages = Family::default();
        let database = Gauge::default();
        let failed_units = Family::default();
        registry.register("feeds", "Feeds by state", feeds.clone());
        registry.register(
            "feeds_quiet",
            "Feeds that answer and are silent for three times their usual rhythm",
            feeds_quiet.clone(),
        );
        registry.register("polls", "Feeds asked, by outcome", polls.clone());
        registry.register("articles", "Articles judged, by topic relevance", articles.clone());
        registry.register("stories", "Stories opened", stories.clone());
        registry.register("alerts", "Alerts decided, by kind", alerts.clone());
        registry.register("outbox", "Messages by state", outbox.clone());
        registry.register_with_unit(
            "oldest_queued",
            "Age of the oldest message that waits",
            Unit::Seconds,
            oldest_queued.clone(),
        );
        registry.register("messages", "Tries of messages, by outcome", messages.clone());
        registry.register_with_unit("database", "Size of the database file", Unit::Bytes, database.clone());
        registry.register("failed_units", "Units of work that failed by our own fault, panics included", failed_units.clone());
        Metrics {
            registry: std::sync::Arc::new(registry),
            feeds,
            feeds_quiet,
            polls,
            articles,
            stories,
            alerts,
            outbox,
            oldest_queued,
            messages,
            database,
            failed_units,
        }
    }

    /// Feeds that are now in `state` (`ok`, `failing`, `gone`, `paused`).
    pub fn set_feeds(&self, state: &'static str, count: u64) {
        self.feeds.get_or_create(&State { state }).set(level(count));
    }

    /// Feeds that answer and are now silent for longer than they usually are.
    pub fn set_quiet_feeds(&self, count: u64) {
        self.feeds_quiet.set(level(count));
    }

    /// A feed was asked.
    pub fn polled(&self, succeeded: bool) {
        self.polls.get_or_create(&Outcome { outcome: if succeeded { "ok" } else { "failed" } }).inc();
    }

    /// One article was judged under one topic.
    pub fn judged(&self, relevant: bool) {
        let relevance = if relevant { "relevant" } else { "other" };
        self.articles.get_or_create(&Relevance { relevance }).inc();
    }

    /// A story was opened.
    pub fn story_opened(&self) {
        self.stories.inc();
    }

    /// An alert of this kind (`immediate`, `digest`, `health`) was decided.
    pub fn alerted(&self, kind: &'static str) {
        self.alerts.get_or_create(&Kind { kind }).inc();
    }

    /// Messages that are now in `state` (`queued`, `sent`, `dead`).
    pub fn set_outbox(&self, state: &'static str, count: u64) {
        self.outbox.get_or_create(&State { state }).set(level(count));
    }

    /// The age of the oldest message that still waits; 0 when none does.
    pub fn set_oldest_queued(&self, seconds: f64) {
        self.oldest_queued.set(seconds);
    }

    /// So many messages were tried, and so many of them accepted.
    pub fn sent(&self, tried: u64, accepted: u64) {
        self.messages.get_or_create(&Outcome { outcome: "accepted" }).inc_by(accepted);
        self.messages.get_or_create(&Outcome { outcome: "not accepted" }).inc_by(tried.saturating_sub(accepted));
    }

    /// The size of the database file.
    pub fn set_database_bytes(&self, bytes: u64) {
        self.database.set(level(bytes));
    }

    /// A unit of `step` (`poll`, `read`, `judge`, `send`) was lost to a panic or a failing store.
    pub fn unit_failed(&self, step: &'static str) {
        self.failed_units.get_or_create(&Step { step }).inc();
    }

    /// The text of `/metrics`.
    pub fn encode(&self) -> String {
        let mut text = String::new();
        match encode(&mut text, &self.registry) {
            Ok(()) => text,
            Err(error) => {
                // Writing into a String cannot fail; should an encoder say so all the same, a monitor sees an empty, ended exposition.
                tracing::warn!(%error, "the metrics could not be written");
                "# EOF\n".to_owned()
            }
        }
    }
}

fn level(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_appears_under_its_promised_name() {
        let metrics = Metrics::new();
        metrics.set_feeds("ok", 3);
        metrics.set_quiet_feeds(1);
        metrics.polled(true);
        metrics.judged(true);
        metrics.story_opened();
        metrics.clone().alerted("immediate");
        metrics.set_outbox("queued", 2);
        metrics.set_oldest_queued(1.5);
        metrics.sent(3, 2);
        metrics.set_database_bytes(4096);
        metrics.unit_failed("read");
        let text = metrics.encode();
        for line in [
            "vigie_feeds{state=\"ok\"} 3",
            "vigie_feeds_quiet 1",
            "vigie_polls_total{outcome=\"ok\"} 1",
            "vigie_articles_total{relevance=\"relevant\"} 1",
            "vigie_stories_total 1",
            "vigie_alerts_total{kind=\"immediate\"} 1",
            "vigie_outbox{state=\"queued\"} 2",
            "vigie_oldest_queued_seconds 1.5",
            "vigie_messages_total{outcome=\"accepted\"} 2",
            "vigie_messages_total{outcome=\"not accepted\"} 1",
            "vigie_database_bytes 4096",
            "vigie_failed_units_total{step=\"read\"} 1",
        ] {
            assert!(text.lines().any(|l| l == line), "{line} is missing in\n{text}");
        }
        assert!(text.ends_with("# EOF\n"));
    }
}

//! How "there is more" travels between the steps. The rows are the truth: a lost wake-up costs one waiting time, never a row.

use tokio::sync::Notify;

/// One bell per step.
#[derive(Debug, Default)]
pub struct Wake {
    /// Feeds changed.
    pub poll: Notify,
    /// Entries wait to be read.
    pub read: Notify,
    /// Articles wait to be judged, or desks changed.
    pub judge: Notify,
    /// Messages wait to be sent.
    pub send: Notify,
    /// A feed that is not well was polled.
    pub health: Notify,
}

impl Wake {
    /// Rings every bell: after a reload.
    pub fn all(&self) {
        for bell in [&self.poll, &self.read, &self.judge, &self.send, &self.health] {
            bell.notify_one();
        }
    }
}

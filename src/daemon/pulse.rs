//! Signs of life: the watchdog is fed only while every loop has turned lately.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::ops::systemd;
use crate::pipeline::Engine;

/// The loops whose turning is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beat {
    Poll = 0,
    Read = 1,
    Judge = 2,
    Send = 3,
}

const LOOPS: usize = 4;

/// A loop waits at most this long before it turns again, due or not, so that silence means that it hangs.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// A loop that has not turned for this long hangs: the longest wait and the longest single request of a unit.
const DEAD_AFTER: Duration = Duration::from_secs(180);

/// When each loop turned last, and the watch on it.
pub(super) struct Pulse {
    last: [AtomicI64; LOOPS],
}

impl Pulse {
    pub(super) fn new(engine: &Engine) -> Pulse {
        let now = engine.clock().now().as_second();
        Pulse { last: std::array::from_fn(|_| AtomicI64::new(now)) }
    }

    /// Notes that a loop turns.
    pub(super) fn beat(&self, which: Beat, now: Timestamp) {
        self.last[which as usize].store(now.as_second(), Ordering::Relaxed);
    }

    fn all_alive(&self, now: Timestamp) -> bool {
        let limit = i64::try_from(DEAD_AFTER.as_secs()).unwrap_or(i64::MAX);
        self.last.iter().all(|at| now.as_second() - at.load(Ordering::Relaxed) < limit)
    }
}

/// Feeds systemd's watchdog at a third of its period, and tells it the state of things every minute.
pub(super) async fn watchdog(engine: Arc<Engine>, pulse: Arc<Pulse>, stop: CancellationToken) {
    const STATUS_EVERY: Duration = Duration::from_secs(60);
    let period = systemd::watchdog_interval();
    let turn = period.map_or(STATUS_EVERY, |p| (p / 3).min(STATUS_EVERY));
    let mut since_status = STATUS_EVERY;
    loop {
        let now = engine.clock().now();
        if period.is_some() {
            if pulse.all_alive(now) {
                systemd::watchdog();
            } else {
                tracing::error!("a loop has not turned for minutes: the watchdog is not fed");
            }
        }
        if since_status >= STATUS_EVERY {
            since_status = Duration::ZERO;
            systemd::status(&status_line(&engine).await);
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = engine.clock().sleep(turn) => since_status += turn,
        }
    }
}

async fn status_line(engine: &Engine) -> String {
    match engine.store().vitals().await {
        Ok(v) => format!("{} feeds, {} failing, {} in the outbox", v.feeds, v.failing, v.queued),
        Err(error) => format!("the store does not answer: {error}"),
    }
}

//! Dates under a clock that jumps: what waits for a day that only the wrong clock knew is pulled back.

use std::sync::atomic::Ordering;

use jiff::{SignedDuration, Timestamp};

use super::engine::Engine;
use super::memory::JudgeMemory;
use super::read::RETRY_AFTER;
use crate::config::Settings;
use crate::schedule;
use crate::store::{LatestDates, StoreError};
use crate::types::later;

/// How often the dates of all waiting work are looked through.
const CHECK_EVERY_SECONDS: i64 = 60;
/// What a machine's clock may be set by without being wrong.
const DRIFT: SignedDuration = SignedDuration::from_mins(5);

impl Engine {
    /// Pulls dates back when the clock is seen to go back, and now and then, for what was under way may have been kept after that; and drops the claims of
    /// work that ended without being kept, so that it is done again.
    pub(super) async fn check_dates(&self, now: Timestamp) -> Result<(), StoreError> {
        let checked = self.dates_checked_at.load(Ordering::SeqCst);
        if now.as_second() >= checked && now.as_second() < checked.saturating_add(CHECK_EVERY_SECONDS) {
            return Ok(());
        }
        if self.store.drop_old_claims(now).await? > 0 {
            self.reads_waiting.store(true, Ordering::SeqCst);
            self.wake().poll.notify_one();
            self.wake().read.notify_one();
        }
        let current = self.current();
        if self.mend_dates(&current.settings, now).await? {
            let mut memory = self.memory.lock().await;
            *memory = JudgeMemory::read(&self.store, &self.current(), now).await?;
        }
        Ok(())
    }

    /// Pulls back what only a clock that has jumped can have set; true when that concerns what judge keeps in memory.
    pub(super) async fn mend_dates(&self, settings: &Settings, now: Timestamp) -> Result<bool, StoreError> {
        let spec = settings.poll.clone();
        let furthest = later(now, spec.max_interval);
        let feeds = self.store.mend_dates(now, furthest, move |state| schedule::clamp_next_poll(state, &spec, now)).await?;
        let drifted = later(now, DRIFT);
        let latest = LatestDates {
            now,
            told: drifted,
            lease: self.lease_until(drifted),
            read: later(drifted, RETRY_AFTER),
            send: later(drifted, settings.mail.retry_max),
        };
        let mended = self.store.mend_waits(latest).await?;
        self.dates_checked_at.store(now.as_second(), Ordering::SeqCst);
        if feeds + mended.waits + mended.told > 0 {
            tracing::warn!(
                feeds,
                waits = mended.waits,
                told = mended.told,
                "the clock has jumped, or poll.max_interval is shorter now: later dates are pulled back"
            );
            self.wake().all();
        }
        Ok(mended.told > 0)
    }
}

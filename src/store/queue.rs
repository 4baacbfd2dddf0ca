//! The queue in front of the writer: jobs go in from async code, at most so many at a time; out they come one by one, on the writer's thread.
//!
//! While there is much to do, the writer waits a moment for more before it commits: twenty polls that share a commit write their pages once.
//! After a pause nothing waits, so what comes alone is committed at once.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Jobs that wait for the writer before a caller has to wait itself.
const PLACES: usize = 256;
/// There is much to do when the writer was asked again within this time.
const BUSY_GAP: Duration = Duration::from_millis(5);
/// A gap between two jobs after which no more are awaited.
const LULL: Duration = Duration::from_millis(3);
/// The longest time for which jobs are gathered.
const WINDOW: Duration = Duration::from_millis(25);

/// The callers' end.
pub(super) struct JobSender<T> {
    sender: Sender<(T, OwnedSemaphorePermit)>,
    places: Arc<Semaphore>,
}

impl<T> Clone for JobSender<T> {
    fn clone(&self) -> Self {
        JobSender { sender: self.sender.clone(), places: Arc::clone(&self.places) }
    }
}

/// The writer's end.
pub(super) struct JobReceiver<T> {
    receiver: Receiver<(T, OwnedSemaphorePermit)>,
    gathers: bool,
    /// When the writer asked last.
    asked: Option<Instant>,
    /// Until when more is awaited.
    until: Option<Instant>,
}

/// A queue; with `gathers`, more is awaited while there is much to do.
pub(super) fn queue<T>(gathers: bool) -> (JobSender<T>, JobReceiver<T>) {
    let (sender, receiver) = channel();
    let places = Arc::new(Semaphore::new(PLACES));
    (JobSender { sender, places }, JobReceiver { receiver, gathers, asked: None, until: None })
}

impl<T> JobSender<T> {
    /// Hands a job over, once there is a place; false when the writer is gone.
    pub(super) async fn send(&self, job: T) -> bool {
        match Arc::clone(&self.places).acquire_owned().await {
            Ok(place) => self.sender.send((job, place)).is_ok(),
            Err(_) => false,
        }
    }
}

impl<T> JobReceiver<T> {
    /// The next job, however long that takes; `None` when no caller is left.
    pub(super) fn next(&mut self) -> Option<T> {
        let asked = now();
        let (job, _place) = self.receiver.recv().ok()?;
        let came = now();
        let is_busy = self.asked.is_some() && came.duration_since(asked) < BUSY_GAP;
        self.asked = Some(asked);
        self.until = (self.gathers && is_busy).then(|| came + WINDOW);
        Some(job)
    }

    /// A job that can share the commit of the one before it: one that waits or, when `may_wait`, one that comes in a moment.
    pub(super) fn more(&mut self, may_wait: bool) -> Option<T> {
        let waiting = self.receiver.try_recv().ok();
        let found = waiting.or_else(|| {
            let rest = self.until.filter(|_| may_wait)?.saturating_duration_since(now());
            self.receiver.recv_timeout(rest.min(LULL)).ok()
        });
        found.map(|(job, _place)| job)
    }
}

#[expect(clippy::disallowed_methods, reason = "how long the writer waits is no matter of the clock that articles are dated by")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn jobs_come_out_in_order_and_the_end_is_seen() {
        let (sender, mut receiver) = queue(true);
        for n in 0..10 {
            assert!(sender.send(n).await);
        }
        assert_eq!(receiver.next(), Some(0));
        assert_eq!((1..10).map(|_| receiver.more(true)).collect::<Vec<_>>(), (1..10).map(Some).collect::<Vec<_>>());
        assert_eq!(receiver.more(false), None);
        drop(sender.clone());
        drop(sender);
        assert_eq!(receiver.next(), None);
    }

    #[tokio::test]
    async fn more_is_awaited_only_by_one_who_gathers_and_is_busy() {
        let (sender, mut receiver) = queue(true);
        for n in 0..2 {
            sender.send(n).await;
        }
        receiver.next();
        assert_eq!(receiver.until, None, "the first job of all is alone as far as anybody knows");
        receiver.next();
        assert!(receiver.until.is_some());
        let (sender, mut receiver) = queue(false);
        for n in 0..2 {
            sender.send(n).await;
        }
        receiver.next();
        receiver.next();
        assert_eq!(receiver.until, None);
    }

    #[tokio::test]
    async fn a_full_queue_makes_callers_wait() {
        let (sender, mut receiver) = queue(false);
        for n in 0..PLACES {
            sender.send(n).await;
        }
        let one_more = tokio::time::timeout(Duration::from_millis(20), sender.send(0)).await;
        assert!(one_more.is_err());
        receiver.next();
        assert!(sender.send(0).await);
        drop(receiver);
        assert!(!sender.send(0).await);
    }
}

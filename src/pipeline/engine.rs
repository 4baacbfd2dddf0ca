//! What the steps share: store, fetcher, courier, clock, and the configuration as compiled.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex, Semaphore};

use super::current::Current;
use super::event::Event;
use super::health::HealthWatch;
use super::memory::JudgeMemory;
use super::wake::Wake;
use crate::alert::OPERATORS;
use crate::clock::Clock;
use crate::config::Settings;
use crate::feed::FeedSpec;
use crate::fetch::Fetcher;
use crate::outbox::{Courier, RelayHealth};
use crate::schedule;
use crate::store::{FeedSeed, Store, StoreError};

/// What an engine is made of.
pub struct EngineParts {
    /// The configuration.
    pub settings: Settings,
    /// The store.
    pub store: Store,
    /// Where bytes come from.
    pub fetcher: Fetcher,
    /// Where messages go.
    pub courier: Courier,
    /// Where `now` comes from.
    pub clock: Clock,
    /// Poll every feed never polled before at once, instead of spreading first polls.
    pub poll_at_once: bool,
}

/// The four steps, and what they share.
pub struct Engine {
    pub(super) store: Store,
    pub(super) fetcher: Fetcher,
    pub(super) courier: Mutex<Courier>,
    pub(super) relay: std::sync::Mutex<RelayHealth>,
    pub(super) clock: Clock,
    pub(super) parsing: Arc<Semaphore>,
    /// Whoever holds it sees one configuration: [`Engine::current`] changes only under this lock.
    pub(super) memory: Mutex<JudgeMemory>,
    pub(super) reads_waiting: AtomicBool,
    pub(super) messages_waiting: AtomicBool,
    /// When the dates of all feeds were last looked through, seconds.
    pub(super) dates_checked_at: AtomicI64,
    pub(super) health: std::sync::Mutex<HealthWatch>,
    current: RwLock<Arc<Current>>,
    poll_at_once: bool,
    wake: Wake,
}

impl Engine {
    /// Puts the parts together, brings the store in line with the configuration and rebuilds what judge keeps in memory.
    pub async fn start(parts: EngineParts) -> Result<Engine, StoreError> {
        let EngineParts { settings, store, fetcher, courier, clock, poll_at_once } = parts;
        let jobs = match settings.read.jobs {
            0 => std::thread::available_parallelism().map_or(2, usize::from),
            n => n,
        };
        let engine = Engine {
            store,
            fetcher,
            courier: Mutex::new(courier),
            relay: std::sync::Mutex::default(),
            clock,
            parsing: Arc::new(Semaphore::new(jobs)),
            memory: Mutex::default(),
            reads_waiting: AtomicBool::new(true),
            messages_waiting: AtomicBool::new(true),
            dates_checked_at: AtomicI64::new(0),
            health: std::sync::Mutex::default(),
            current: RwLock::new(Arc::new(Current::new(settings))),
            poll_at_once,
            wake: Wake::default(),
        };
        engine.store.drop_claims().await?;
        engine.put_in_force(engine.current()).await?;
        Ok(engine)
    }

    /// Takes another configuration: everything but the state folder and the transport of mails changes at once.
    pub async fn reload(&self, settings: Settings) -> Result<(), StoreError> {
        self.put_in_force(Arc::new(Current::new(settings))).await?;
        self.wake.all();
        Ok(())
    }

    /// Gives mails another way out: after a reload that changed `[mail]`.
    pub async fn replace_courier(&self, courier: Courier) {
        let mut slot = self.courier.lock().await;
        slot.close().await;
        *slot = courier;
    }

    /// Brings the tables in line with a configuration, and swaps it and judge's memory together. Judge holds the lock while it works, so it never sees the
    /// topics of one beside the stories of another; and a store that fails leaves both as they were.
    async fn put_in_force(&self, current: Arc<Current>) -> Result<(), StoreError> {
        let mut memory = self.memory.lock().await;
        let now = self.clock.now();
        let seeds = current.settings.feeds.iter().map(|feed| self.seed(feed, &current.settings, now)).collect();
        self.store.sync_feeds(seeds, now).await?;
        self.mend_dates(&current.settings, now).await?;
        let fresh = JudgeMemory::read(&self.store, &current, now).await?;
        let operators = (OPERATORS, &current.settings.operators.recipients);
        let desks = current.settings.desks.iter().map(|desk| (desk.name.as_str(), &desk.recipients));
        let known = desks.chain([operators]).flat_map(|(desk, all)| all.iter().map(move |r| (desk.to_owned(), r.clone())));
        let dropped = self.store.drop_unknown_recipients(known.collect()).await?;
        if dropped > 0 {
            tracing::info!(messages = dropped, "dropped messages for recipients that left their desk");
        }
        *memory = fresh;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = current;
        self.look_at_health(now);
        Ok(())
    }

    fn seed(&self, feed: &FeedSpec, settings: &Settings, now: Timestamp) -> FeedSeed {
        let interval = feed.interval.unwrap_or(settings.poll.interval);
        let first_poll_at =
            if self.poll_at_once { now } else { schedule::first_poll_at(&feed.id, interval, settings.feeds.len(), now) };
        FeedSeed { id: feed.id.clone(), name: feed.name.clone(), url: feed.url.clone(), interval, first_poll_at }
    }

    /// The configuration in force.
    pub fn current(&self) -> Arc<Current> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The bells between the steps.
    pub fn wake(&self) -> &Wake {
        &self.wake
    }

    /// Spares replay a question to the store per article. Where other processes may write (`vigie mail retry`), the rows alone are asked.
    pub(super) fn nothing_waits(&self, flag: &AtomicBool) -> bool {
        self.clock.is_virtual() && !flag.load(Ordering::SeqCst)
    }

    /// How long a claim holds: longer than any unit of work can take.
    pub(super) fn lease_until(&self, now: Timestamp) -> Timestamp {
        const LEASE: SignedDuration = SignedDuration::from_mins(10);
        now.checked_add(LEASE).unwrap_or(now)
    }

    /// Runs read, judge, health and send until nothing is due any more; the events come in order.
    pub async fn run_due(&self, events: &mut Vec<Event>) -> Result<(), StoreError> {
        loop {
            let read = self.read_due().await?;
            let judged = self.judge_due(events).await?;
            let alerted = self.alert_due(events).await?;
            let told = self.tell_operators(events).await?;
            let sent = self.send_due().await?;
            if read + judged + alerted + told + sent.tried == 0 {
                return Ok(());
            }
        }
    }

    /// When a desk has to be asked again or a digest is due.
    pub async fn next_judge(&self) -> Option<Timestamp> {
        self.memory.lock().await.next_due()
    }

    /// The next instant at which read, judge, health or send has something to do; feeds are not asked here.
    pub async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let read = self.next_read().await?;
        let send = self.next_send().await?;
        let judge = self.next_judge().await;
        Ok([read, send, judge, self.next_health()].into_iter().flatten().min())
    }
}

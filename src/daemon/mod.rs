//! Wiring: the engine's four loops, until somebody says stop.
//!
//! In: an [`Engine`] on a real clock. Out: work done when it is due. Each loop runs what is due, then waits for the next due time, a wake-up, or the end.
//! Not done here: deciding what is due.

mod loops;
mod pulse;
mod signals;

pub use signals::{Order, Signals};

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::{self, Settings};
use crate::ops::metrics::Metrics;
use crate::ops::systemd;
use crate::outbox::Courier;
use crate::pipeline::Engine;
use crate::store::StoreError;
use crate::web::{self, Bound};
use pulse::Pulse;

/// How long the loops get to finish the unit in hand.
const GRACE: std::time::Duration = std::time::Duration::from_secs(10);

/// Runs until SIGTERM or SIGINT; SIGHUP reads the configuration again.
pub async fn run(engine: Engine, mut signals: Signals, page: Option<Bound>) -> Result<(), StoreError> {
    let engine = Arc::new(engine);
    let stop = CancellationToken::new();
    let pulse = Arc::new(Pulse::new(&engine));
    let metrics = Metrics::new();
    let tasks = TaskTracker::new();
    tasks.spawn(loops::poll(engine.clone(), pulse.clone(), metrics.clone(), stop.clone()));
    tasks.spawn(loops::read(engine.clone(), pulse.clone(), metrics.clone(), stop.clone()));
    tasks.spawn(loops::judge(engine.clone(), pulse.clone(), metrics.clone(), stop.clone()));
    tasks.spawn(loops::send(engine.clone(), pulse.clone(), metrics.clone(), stop.clone()));
    tasks.spawn(loops::health(engine.clone(), metrics.clone(), stop.clone()));
    tasks.spawn(loops::clock(engine.clone(), stop.clone()));
    tasks.spawn(loops::house(engine.clone(), stop.clone()));
    tasks.spawn(pulse::watchdog(engine.clone(), pulse.clone(), stop.clone()));
    if let Some(page) = page {
        let database = engine.current().settings.database();
        let sources = web::Sources { database, metrics, clock: engine.clock().clone() };
        tasks.spawn(web::serve(page, sources, stop.clone()));
    }
    tasks.close();
    systemd::ready(&format!("{} feeds", engine.current().settings.feeds.len()));
    tracing::info!(feeds = engine.current().settings.feeds.len(), topics = engine.current().settings.topics.len(), "ready");
    while signals.next().await == Order::Reload {
        reload(&engine).await;
    }
    tracing::info!("stopping");
    systemd::stopping();
    stop.cancel();
    engine.wake().all();
    if tokio::time::timeout(GRACE, tasks.wait()).await.is_err() {
        tracing::warn!("some work did not end in time; what was not committed is done again at the next start");
    }
    let store = engine.store().clone();
    drop(engine);
    store.close().await;
    Ok(())
}

/// Reads the configuration again; a broken one is refused and the old one stays.
async fn reload(engine: &Engine) {
    systemd::reloading();
    let old = engine.current();
    match config::load(&old.settings.file) {
        Ok(settings) => match apply(engine, &old.settings, settings).await {
            Ok(()) => tracing::info!("configuration read again"),
            Err(error) => tracing::error!(%error, "the configuration could not be put in force"),
        },
        Err(mistakes) => {
            for mistake in &mistakes {
                tracing::error!("{mistake}");
            }
            tracing::error!(
                mistakes = mistakes.len(),
                "the new configuration has mistakes and is not used; the old one stays in force"
            );
        }
    }
    systemd::ready(&format!("{} feeds", engine.current().settings.feeds.len()));
}

async fn apply(engine: &Engine, old: &Settings, mut new: Settings) -> Result<(), StoreError> {
    if old.state_dir != new.state_dir {
        tracing::warn!("state_dir changes only at a restart");
        new.state_dir.clone_from(&old.state_dir);
    }
    if old.network != new.network || old.poll.timeout != new.poll.timeout || old.poll.per_host != new.poll.per_host {
        tracing::warn!("[network], poll.timeout and poll.per_host change only at a restart");
    }
    if old.listen != new.listen {
        tracing::warn!("web.listen changes only at a restart");
    }
    if old.mail != new.mail {
        match Courier::new(&new.mail) {
            Ok(courier) => engine.replace_courier(courier).await,
            Err(error) => tracing::error!(%error, "[mail] stays as it was"),
        }
    }
    engine.reload(new).await
}

//! `vigie once`: one round, for people who prefer cron.

use std::path::PathBuf;

use tokio::task::JoinSet;

use super::{End, output, setup};
use crate::pipeline::Engine;

/// Feeds claimed at once; the fetcher limits what is really in flight.
const CLAIMED: usize = 256;

pub(super) fn run(config: Option<PathBuf>) -> anyhow::Result<End> {
    let Some(settings) = setup::settings(config)? else { return Ok(End::Misconfigured) };
    setup::block_on(async {
        let (engine, _lock) = setup::engine(settings, true).await?;
        let engine = std::sync::Arc::new(engine);
        let failed = poll_round(&engine).await?;
        read_round(&engine).await?;
        let mut events = Vec::new();
        engine.judge_due(&mut events).await?;
        engine.alert_at_once(&mut events).await?;
        engine.tell_operators_at_once(&mut events).await?;
        engine.send_due().await?;
        let store = engine.store().clone();
        drop(engine);
        store.close().await;
        Ok(if failed == 0 { End::Done } else { End::SomeFailed })
    })
}

/// Polls every feed that is due, once; returns how many failed.
async fn poll_round(engine: &std::sync::Arc<Engine>) -> anyhow::Result<usize> {
    // What was due when the round began: a feed with an interval of a second is polled once, however long the round takes.
    let begun = engine.clock().now();
    let mut failed = 0;
    let mut tasks = JoinSet::new();
    loop {
        let due = engine.claim_feeds(begun, CLAIMED).await?;
        if due.is_empty() {
            break;
        }
        for feed in due {
            let engine = engine.clone();
            tasks.spawn(async move { engine.poll(feed).await });
        }
        while let Some(ended) = tasks.join_next().await {
            let report = ended??;
            if let Some(error) = report.error {
                failed += 1;
                output::complain(&format!("{}: {error}", report.feed));
            }
        }
    }
    Ok(failed)
}

/// Reads every article that is due, many at once.
async fn read_round(engine: &std::sync::Arc<Engine>) -> anyhow::Result<()> {
    let mut tasks = JoinSet::new();
    loop {
        let jobs = engine.claim_reads(CLAIMED).await?;
        if jobs.is_empty() {
            return Ok(());
        }
        engine.read_claimed(jobs, |unit| {
            tasks.spawn(unit);
        });
        while let Some(ended) = tasks.join_next().await {
            ended??;
        }
    }
}

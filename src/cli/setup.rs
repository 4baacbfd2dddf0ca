//! What commands share: the configuration, the runtime, the question "since when".

use std::future::Future;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use jiff::{SignedDuration, Timestamp};

use super::output;
use crate::clock::Clock;
use crate::config::{self, DEFAULT_FILES, Mistake, Settings, units};
use crate::fetch::{Fetcher, HttpFetcher, Pace};
use crate::outbox::Courier;
use crate::pipeline::{Engine, EngineParts};
use crate::store::{Reader, StateLock, Store, StoreOptions};

/// The configuration file that applies.
pub(super) fn config_file(given: Option<PathBuf>) -> anyhow::Result<PathBuf> {
    given.or_else(config::default_file).ok_or_else(|| {
        anyhow!(
            "there is no configuration: neither {} nor {} exists here; name one with --config",
            DEFAULT_FILES[0],
            DEFAULT_FILES[1]
        )
    })
}

/// Reads the configuration; its mistakes go to stderr, all of them.
pub(super) fn settings(given: Option<PathBuf>) -> anyhow::Result<Option<Settings>> {
    let file = config_file(given)?;
    match config::load(&file) {
        Ok(settings) => Ok(Some(settings)),
        Err(mistakes) => {
            complain_of(&file, &mistakes);
            Ok(None)
        }
    }
}

/// The mistakes of a file and of those that it names, to stderr.
pub(super) fn complain_of(file: &Path, mistakes: &[Mistake]) {
    for mistake in mistakes {
        output::complain(&mistake.to_string());
    }
    let s = if mistakes.len() == 1 { "" } else { "s" };
    output::complain(&format!("{}: {} mistake{s}; nothing was done", file.display(), mistakes.len()));
}

/// An engine on the real world, holding the state folder.
pub(super) async fn engine(settings: Settings, poll_at_once: bool) -> anyhow::Result<(Engine, StateLock)> {
    let lock = StateLock::acquire(&settings.state_dir)?;
    let store = Store::open(StoreOptions { path: Some(settings.database()), gathers: true, ..StoreOptions::default() })?;
    let fetcher = Fetcher::Http(HttpFetcher::new(&settings.network, &pace(&settings))?);
    let courier = Courier::new(&settings.mail).map_err(|e| anyhow!("[mail]: {e}"))?;
    let parts = EngineParts { settings, store, fetcher, courier, clock: Clock::System, poll_at_once };
    Ok((Engine::start(parts).await?, lock))
}

/// How fast the web may be asked.
pub(super) fn pace(settings: &Settings) -> Pace {
    let poll = &settings.poll;
    Pace { timeout: poll.timeout, concurrency: poll.concurrency, per_host: poll.per_host, host_gap: poll.host_gap }
}

/// Runs a command's future on all cores.
pub(super) fn block_on<T>(future: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start the runtime")?.block_on(future)
}

/// The database for reading.
pub(super) fn reader(settings: &Settings) -> anyhow::Result<Reader> {
    let path = settings.database();
    match Reader::open(&path)? {
        Some(reader) => Ok(reader),
        None => bail!("{} does not exist yet: start `vigie run` or `vigie once` first", path.display()),
    }
}

/// `2024-10-18`, `2024-10-18T06:00:00Z`, or a time ago: `24h`, `7d`.
pub(super) fn since(text: &str, now: Timestamp) -> anyhow::Result<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    if let Ok(day) = text.parse::<jiff::civil::Date>() {
        return Ok(day.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp());
    }
    let ago = units::parse_duration(text).map_err(|_| {
        anyhow!("--since: \"{text}\" is neither an instant (2024-10-18T06:00:00Z), a day (2024-10-18) nor a time ago (24h, 7d)")
    })?;
    Ok(now.checked_sub(SignedDuration::try_from(ago)?)?)
}

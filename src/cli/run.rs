//! `vigie run`.

use std::path::PathBuf;

use super::{End, setup};
use crate::daemon::{self, Signals};

pub(super) fn run(config: Option<PathBuf>) -> anyhow::Result<End> {
    let Some(settings) = setup::settings(config)? else { return Ok(End::Misconfigured) };
    setup::block_on(async {
        // Before anything is opened, so that a stop during the start is heard.
        let signals = Signals::listen()?;
        let (engine, _lock) = setup::engine(settings, false).await?;
        daemon::run(engine, signals).await?;
        Ok(End::Done)
    })
}

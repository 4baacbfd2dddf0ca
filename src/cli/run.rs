//! `vigie run`.

use std::path::PathBuf;

use anyhow::Context;

use super::{End, setup};
use crate::daemon::{self, Signals};
use crate::web;

pub(super) fn run(config: Option<PathBuf>) -> anyhow::Result<End> {
    let Some(settings) = setup::settings(config)? else { return Ok(End::Misconfigured) };
    setup::block_on(async {
        // Before anything is opened, so that a stop during the start is heard.
        let signals = Signals::listen()?;
        let listen = settings.listen.clone();
        let (engine, _lock) = setup::engine(settings, false).await?;
        let page = web::bind(&listen).await.with_context(|| format!("[web] listen: cannot listen at {listen:?}"))?;
        daemon::run(engine, signals, page).await?;
        Ok(End::Done)
    })
}

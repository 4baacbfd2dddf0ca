//! `vigie backup FILE`.

use std::path::PathBuf;

use anyhow::bail;

use super::args::BackupOptions;
use super::{End, output, setup};

pub(super) fn run(config: Option<PathBuf>, options: &BackupOptions) -> anyhow::Result<End> {
    let Some(settings) = setup::settings(config)? else { return Ok(End::Misconfigured) };
    if options.to.exists() {
        bail!("{} exists already; name another file, or move it away first", options.to.display());
    }
    setup::reader(&settings)?.backup(&options.to)?;
    output::complain(&format!("{} copied to {} and checked", settings.database().display(), options.to.display()));
    Ok(End::Done)
}

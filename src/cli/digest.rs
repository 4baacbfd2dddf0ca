//! `vigie digest --desk NAME`: the digest as it would be sent now; sends nothing and changes nothing.

use std::path::PathBuf;

use anyhow::bail;

use super::args::{DigestOptions, DigestPart, Format};
use super::output::{Printer, complain};
use super::{End, setup};
use crate::clock::Clock;
use crate::config::spelling::nearest;
use crate::pipeline::preview_digest;

pub(super) fn run(config: Option<PathBuf>, options: &DigestOptions) -> anyhow::Result<End> {
    let Some(settings) = setup::settings(config)? else { return Ok(End::Misconfigured) };
    let Some(desk) = settings.desks.iter().find(|d| d.name.as_str() == options.desk) else {
        let names: Vec<&str> = settings.desks.iter().map(|d| d.name.as_str()).collect();
        let hint = nearest(&options.desk, names.iter().copied()).map(|n| format!("; did you mean \"{n}\"?"));
        bail!(
            "--desk: there is no desk \"{}\"{}",
            options.desk,
            hint.unwrap_or_else(|| format!("; known are {}", names.join(", ")))
        );
    };
    let reader = setup::reader(&settings)?;
    let now = Clock::System.now();
    let since = options.since.as_deref().map(|text| setup::since(text, now)).transpose()?;
    let Some(message) = preview_digest(&settings, &reader, desk, since, now)? else {
        complain("nothing new for this desk since its last digest");
        return Ok(End::Done);
    };
    let mut printer = Printer::new(Format::Text);
    match options.part {
        DigestPart::Text => printer.line(&format!("{}\n\n{}", message.subject, message.text))?,
        DigestPart::Html => printer.bytes(message.html.as_bytes())?,
        DigestPart::Eml => printer.bytes(&message.bytes)?,
    }
    printer.finish()?;
    Ok(End::Done)
}

//! `vigie completions SHELL` and `vigie man`, from the same definition as the arguments.

use super::args::{self, CompletionsOptions, Format};
use super::{End, output};

pub(super) fn completions(options: &CompletionsOptions) -> anyhow::Result<End> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut args::command(), "vigie", &mut script);
    print(&script)
}

pub(super) fn man() -> anyhow::Result<End> {
    let mut page = Vec::new();
    clap_mangen::Man::new(args::command()).render(&mut page)?;
    print(&page)
}

fn print(bytes: &[u8]) -> anyhow::Result<End> {
    let mut printer = output::Printer::new(Format::Text);
    printer.bytes(bytes)?;
    printer.finish()?;
    Ok(End::Done)
}

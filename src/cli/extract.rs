//! `vigie extract`: HTML files to JSON lines, in input order.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use anyhow::bail;
use url::Url;

use super::End;
use super::args::{ExtractOptions, Format};
use super::output::{self, Printer};
use super::records::ExtractRecord;
use crate::clock::Clock;
use crate::extract::{self, WallLexicon};
use crate::fetch::Page;
use crate::types::url::parse_http;

pub(super) fn run(options: &ExtractOptions) -> anyhow::Result<End> {
    let paths = paths(&options.paths)?;
    let url = match &options.url {
        Some(_) if paths.len() != 1 => bail!("--url goes with one file; there are {}", paths.len()),
        Some(text) => match parse_http(text, None) {
            Some(url) => Some(url),
            None => bail!("--url: \"{text}\" is not a web address"),
        },
        None => None,
    };
    let jobs = match options.jobs {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        n => n,
    };
    let mut printer = Printer::new(Format::Jsonl);
    let mut failed = false;
    let bar = output::progress(Some(paths.len() as u64), "pages");
    let print = |record: ExtractRecord, printer: &mut Printer| -> anyhow::Result<()> {
        bar.inc(1);
        if let Some(error) = &record.error {
            failed = true;
            output::complain(&format!("{}: {error}", record.path));
        }
        Ok(printer.record(&record, |_| String::new())?)
    };
    extract_all(&paths, url.as_ref(), jobs.min(paths.len().max(1)), &mut printer, print)?;
    bar.finish_and_clear();
    printer.finish()?;
    Ok(if failed { End::SomeFailed } else { End::Done })
}

/// The paths, with `-` replaced by those that stdin lists.
fn paths(given: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut out = Vec::with_capacity(given.len());
    for path in given {
        if path == Path::new("-") {
            for line in std::io::stdin().lock().lines() {
                let line = line?;
                if !line.trim().is_empty() {
                    out.push(PathBuf::from(line));
                }
            }
        } else {
            out.push(path.clone());
        }
    }
    Ok(out)
}

/// Extracts on `jobs` threads and prints in input order; what is done early waits, never more than the threads are ahead.
fn extract_all(
    paths: &[PathBuf],
    url: Option<&Url>,
    jobs: usize,
    printer: &mut Printer,
    mut print: impl FnMut(ExtractRecord, &mut Printer) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    if jobs <= 1 {
        return paths.iter().try_for_each(|path| print(one(path, url), printer));
    }
    let next = AtomicUsize::new(0);
    let (done, results) = mpsc::sync_channel::<(usize, ExtractRecord)>(jobs * 4);
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            let (done, next) = (done.clone(), &next);
            scope.spawn(move || {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(path) = paths.get(place) else { return };
                    if done.send((place, one(path, url))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(done);
        let mut early = BTreeMap::new();
        let mut wanted = 0;
        for (place, record) in results {
            early.insert(place, record);
            while let Some(record) = early.remove(&wanted) {
                wanted += 1;
                print(record, printer)?;
            }
        }
        Ok(())
    })
}

fn one(path: &Path, url: Option<&Url>) -> ExtractRecord {
    let shown = path.display().to_string();
    match page(path, url) {
        Ok(page) => ExtractRecord::of(shown, extract::extract(&page, WallLexicon::shipped())),
        Err(error) => ExtractRecord::failed(shown, error.to_string()),
    }
}

fn page(path: &Path, url: Option<&Url>) -> std::io::Result<Page> {
    Ok(Page::saved(url.cloned(), std::fs::read(path)?, Clock::System.now()))
}

/// For `explain FILE`.
pub(super) fn article_of_file(path: &Path) -> anyhow::Result<crate::extract::Article> {
    Ok(extract::extract(&page(path, None)?, WallLexicon::shipped()))
}

//! `vigie replay`: saved input through the whole pipeline.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::bail;

use super::args::{Format, ReplayOptions};
use super::output::{self, Printer, cut, minute};
use super::records::{AlertEventRecord, ArticleEventRecord, HealthEventRecord, MergeEventRecord};
use super::{End, setup};
use crate::alert::OPERATORS;
use crate::outbox::Courier;
use crate::pipeline::Event;
use crate::replay::Replay;
use crate::store::StoreOptions;

/// What a replay came to, for people.
#[derive(Default)]
struct Summary {
    articles: BTreeSet<String>,
    relevant: BTreeSet<String>,
    duplicates: usize,
    developments: usize,
    stories: BTreeSet<i64>,
    immediate: usize,
    digests: usize,
    mails: usize,
}

pub(super) fn run(config: Option<PathBuf>, format: Format, options: ReplayOptions) -> anyhow::Result<End> {
    let Some(settings) = setup::settings(config)? else { return Ok(End::Misconfigured) };
    if let Some(store) = options.store.as_ref().filter(|s| s.exists()) {
        bail!("--store: {} exists already; a replay starts from nothing, name a new file", store.display());
    }
    let courier = options.outbox.as_ref().map_or_else(Courier::memory, Courier::folder);
    let replay = Replay {
        settings,
        paths: options.paths,
        courier,
        store: StoreOptions { path: options.store, unguarded: true, ..StoreOptions::default() },
    };
    let mut printer = Printer::new(format);
    let mut summary = Summary::default();
    let mut broken = None;
    let bar = output::progress(None, "articles");
    let outcome = setup::block_on(async {
        Ok(replay
            .run(|event| {
                bar.inc(1);
                summary.count(&event);
                if broken.is_none()
                    && let Err(error) = print(&mut printer, event)
                {
                    broken = Some(error);
                }
            })
            .await?)
    })?;
    bar.finish_and_clear();
    if let Some(error) = broken {
        return Err(error.into());
    }
    for failure in &outcome.failures {
        output::complain(failure);
    }
    if format == Format::Text {
        printer.line(&summary.text(options.outbox.as_deref()))?;
    }
    printer.finish()?;
    Ok(if outcome.failures.is_empty() { End::Done } else { End::SomeFailed })
}

fn print(printer: &mut Printer, event: Event) -> std::io::Result<()> {
    match event {
        Event::Article(event) => {
            if printer.format() != Format::Text {
                printer.record(&ArticleEventRecord::from(event), |_| String::new())?;
            }
        }
        Event::Unmatched(event) => {
            if printer.format() != Format::Text {
                for record in ArticleEventRecord::unmatched(&event) {
                    printer.record(&record, |_| String::new())?;
                }
            }
        }
        Event::Merge(event) => {
            if printer.format() != Format::Text {
                printer.record(&MergeEventRecord::from(event), |_| String::new())?;
            }
        }
        Event::Alert(event) => {
            let line = format!(
                "{}  {:9}  {:10}  {}",
                minute(event.at),
                event.kind.as_str(),
                event.desk.as_str(),
                cut(&event.subject, 110)
            );
            printer.record(&AlertEventRecord::from(event), |_| line)?;
        }
        Event::Health(event) => {
            let line = format!("{}  {:9}  {:10}  {}", minute(event.at), "health", OPERATORS, cut(&event.subject, 110));
            printer.record(&HealthEventRecord::from(event), |_| line)?;
        }
    }
    Ok(())
}

impl Summary {
    fn count(&mut self, event: &Event) {
        match event {
            Event::Article(a) => {
                self.articles.insert(a.key.0.clone());
                if a.relevant {
                    self.relevant.insert(a.key.0.clone());
                }
                self.duplicates += usize::from(a.duplicate_of.is_some());
                self.developments += usize::from(a.development);
                self.stories.extend(a.story.map(|s| s.0));
            }
            Event::Unmatched(a) => {
                self.articles.insert(a.key.0.clone());
            }
            Event::Merge(m) => {
                self.stories.remove(&m.from.0);
            }
            Event::Alert(a) => {
                match a.kind {
                    crate::alert::AlertKind::Immediate => self.immediate += 1,
                    crate::alert::AlertKind::Digest => self.digests += 1,
                }
                self.mails += a.message_ids.len();
            }
            Event::Health(h) => self.mails += h.message_ids.len(),
        }
    }

    fn text(&self, outbox: Option<&std::path::Path>) -> String {
        let place = outbox.map(|d| format!(" in {}", d.display())).unwrap_or_default();
        format!(
            "\n{} articles, {} on a topic ({} of them copies) in {} stories, {} developments\n{} alerts and {} digests: {} mails{place}",
            self.articles.len(),
            self.relevant.len(),
            self.duplicates,
            self.stories.len(),
            self.developments,
            self.immediate,
            self.digests,
            self.mails
        )
    }
}

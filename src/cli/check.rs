//! `vigie check`: the whole configuration, every mistake at once; writes nothing.

use std::path::PathBuf;
use std::time::Duration;

use super::args::CheckOptions;
use super::output::{Printer, complain};
use super::{End, setup};
use crate::alert::DeskSpec;
use crate::cli::args::Format;
use crate::clock::Clock;
use crate::config::Settings;
use crate::feed::{self, FeedSpec};
use crate::fetch::{Fetched, Fetcher, HttpFetcher, Request, Target, Validators};
use crate::outbox::Transport;

pub(super) fn run(config: Option<PathBuf>, options: &CheckOptions) -> anyhow::Result<End> {
    let Some(settings) = setup::settings(config)? else { return Ok(End::Misconfigured) };
    let mut printer = Printer::new(Format::Text);
    let s = |n: usize| if n == 1 { "" } else { "s" };
    let (feeds, topics, desks) = (settings.feeds.len(), settings.topics.len(), settings.desks.len());
    printer.line(&format!(
        "{}: {feeds} feed{}, {topics} topic{}, {desks} desk{}: no mistakes",
        settings.file.display(),
        s(feeds),
        s(topics),
        s(desks)
    ))?;
    for warning in warnings(&settings) {
        complain(&format!("note: {warning}"));
    }
    let failed = if options.online { setup::block_on(online(&settings, &mut printer))? } else { 0 };
    printer.finish()?;
    Ok(if failed == 0 { End::Done } else { End::SomeFailed })
}

/// What is no mistake and yet rarely meant.
fn warnings(settings: &Settings) -> Vec<String> {
    let mut out = Vec::new();
    if settings.feeds.is_empty() {
        out.push("no feed is configured: nothing will be polled".to_owned());
    }
    if settings.topics.is_empty() {
        out.push("no topic is configured: nothing will be kept".to_owned());
    }
    if settings.desks.is_empty() {
        out.push("no desk is configured: nobody will be mailed".to_owned());
    }
    let silent =
        |d: &&DeskSpec| d.recipients.is_empty() || d.immediate.is_empty() && d.digest.is_empty() && d.digest_every.is_none();
    out.extend(settings.desks.iter().filter(silent).map(|d| format!("desk \"{}\" will never get a mail", d.name)));
    out
}

/// Tries every feed and the relay; returns how many failed.
async fn online(settings: &Settings, printer: &mut Printer) -> anyhow::Result<usize> {
    let fetcher = std::sync::Arc::new(Fetcher::Http(HttpFetcher::new(&settings.network, &setup::pace(settings))?));
    let mut tasks = tokio::task::JoinSet::new();
    for spec in settings.feeds.clone() {
        let fetcher = fetcher.clone();
        tasks.spawn(async move {
            let result = try_feed(&fetcher, &spec).await;
            (spec.id, result)
        });
    }
    let mut failed = 0;
    while let Some(ended) = tasks.join_next().await {
        let (id, result) = ended?;
        match result {
            Ok(entries) => printer.line(&format!("{id}: {entries} entries"))?,
            Err(error) => {
                failed += 1;
                complain(&format!("{id}: {error}"));
            }
        }
    }
    if settings.mail.transport == Transport::Smtp {
        let (host, port) = (settings.mail.host.as_str(), settings.mail.port);
        match try_relay(host, port, settings.mail.timeout).await {
            Ok(()) => printer.line(&format!("relay {host}:{port}: reached"))?,
            Err(error) => {
                failed += 1;
                complain(&format!("relay {host}:{port}: {error}"));
            }
        }
    }
    Ok(failed)
}

async fn try_feed(fetcher: &Fetcher, spec: &FeedSpec) -> Result<usize, String> {
    let request = Request { url: spec.url.clone(), target: Target::Feed, validators: Validators::default() };
    match fetcher.fetch(&request, Clock::System.now()).await {
        Ok(Fetched::Page(page)) => feed::parse(&page).map(|f| f.entries.len()).map_err(|e| e.to_string()),
        Ok(Fetched::NotModified(_)) => Err("the server says \"not modified\" (304) to a first request".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// Whether somebody listens there; sends nothing.
async fn try_relay(host: &str, port: u16, timeout: Duration) -> Result<(), String> {
    match tokio::time::timeout(timeout, tokio::net::TcpStream::connect((host, port))).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("no connection within {} s", timeout.as_secs())),
    }
}

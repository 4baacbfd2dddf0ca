//! `vigie feeds`: the list, and the commands that change which feeds are configured.
//!
//! A change is written whole, the configuration is read again, and what no longer checks is put back.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use serde::Serialize;

use super::args::{self, DEFAULT_LIMIT, FeedsAddOptions, FeedsCommand, FeedsOptions, Format, ListOptions};
use super::discover::{self, Found};
use super::list::{self, redacted_password};
use super::output::{Printer, complain};
use super::{End, opml, setup};
use crate::config::feed_file::FeedFile;
use crate::config::feed_tables::{self, FeedTable, NewFeed, feed_address};
use crate::config::{self, Settings, spelling};
use crate::feed::FeedSpec;
use crate::types::FeedId;
use crate::types::url::{canonical, parse_http};

/// The longest name that is written, characters: the same as is read from OPML, so that an exported name comes back whole.
const MAX_NAME_CHARS: usize = 300;

/// A feed that was added or removed, or was there already.
#[derive(Serialize)]
pub(super) struct ChangeRecord {
    change: &'static str,
    id: String,
    url: String,
    file: String,
    line: usize,
}

/// A feed as it stands in a file.
pub(super) struct Standing {
    pub(super) table: FeedTable,
    pub(super) file: PathBuf,
}

pub(super) fn run(config: Option<PathBuf>, format: Format, options: FeedsOptions) -> anyhow::Result<End> {
    let FeedsOptions { command, list } = options;
    let Some(command) = command else {
        check_word(&list)?;
        return list::feeds(config, format, list);
    };
    if is_given(&list) {
        bail!("--since, --topic, --feed, --state and --limit are for the list: `vigie feeds` without a command");
    }
    match command {
        FeedsCommand::Add(options) => add(config, format, &options),
        FeedsCommand::Remove { feed } => remove(config, format, &feed),
        FeedsCommand::Discover { page, base } => discover::run(config, format, &page, base.as_deref()),
        FeedsCommand::Import { opml, file } => opml::import(config, format, &opml, file.as_deref()),
        FeedsCommand::Export { to } => opml::export(config, to.as_deref()),
    }
}

/// A word that stands where a command should and is nearly one.
fn check_word(list: &ListOptions) -> anyhow::Result<()> {
    let Some(word) = list.search.first().filter(|word| *word != "search") else { return Ok(()) };
    let definition = args::command();
    let feeds = definition.find_subcommand("feeds").into_iter();
    match spelling::nearest(word, feeds.flat_map(|feeds| feeds.get_subcommands()).map(|command| command.get_name())) {
        Some(near) => bail!("\"{word}\" is no command of `vigie feeds`; did you mean \"{near}\"?"),
        None => Ok(()),
    }
}

fn is_given(list: &ListOptions) -> bool {
    let ListOptions { since, topic, feed, state, limit, search } = list;
    since.is_some() || topic.is_some() || feed.is_some() || state.is_some() || *limit != DEFAULT_LIMIT || !search.is_empty()
}

fn add(config: Option<PathBuf>, format: Format, options: &FeedsAddOptions) -> anyhow::Result<End> {
    let asked = feed_address(&options.url).map_err(|why| anyhow!(why))?;
    let Some(settings) = setup::settings(config)? else { return Ok(End::Misconfigured) };
    let shown = redacted_password(&asked);
    let url = match options.discover.then(|| discover::discover(&settings, &asked)).transpose()? {
        None => asked,
        Some(Found::Itself(feed, _)) => feed.url,
        Some(Found::Named(feeds)) => {
            if feeds.len() > 1 {
                let found = feeds.len();
                complain(&format!("{shown} names {found} feeds; the first is taken, `vigie feeds discover` lists them all"));
            }
            let Some(first) = feeds.into_iter().next() else { return Ok(End::SomeFailed) };
            first.url
        }
        Some(Found::None(why)) => {
            complain(&format!("{shown}: {why}"));
            return Ok(End::SomeFailed);
        }
    };
    let (path, file) = open(&settings, options.file.as_deref())?;
    let standing = standing(&settings)?;
    let wanted = canonical(&url);
    if let Some(known) = standing.iter().find(|s| canonical(&s.table.url) == wanted) {
        complain(&format!(
            "{}:{}: \"{}\" has this address already; nothing was done",
            known.file.display(),
            known.table.line,
            known.table.id
        ));
        return Ok(End::SomeFailed);
    }
    let mut taken = ids(&standing);
    let new =
        NewFeed { id: free_id(&url, &mut taken), name: options.name.as_deref().and_then(written_name), url, language: None };
    write(&settings, format, &path, &file, &[new], Vec::new())
}

fn remove(config: Option<PathBuf>, format: Format, feed: &str) -> anyhow::Result<End> {
    let Some(settings) = setup::settings(config)? else { return Ok(End::Misconfigured) };
    let standing = standing(&settings)?;
    let found = &standing[find(&standing, feed)?];
    let file = open_to_change(&found.file)?;
    let text = feed_tables::remove(file.text(), &found.table.id).map_err(|why| anyhow!("{}: {why}", found.file.display()))?;
    if !change(&settings, &file, &text)? {
        return Ok(End::Misconfigured);
    }
    let mut printer = Printer::new(format);
    print(&mut printer, &record("removed", &found.table, &found.file))?;
    printer.finish()?;
    remind();
    Ok(End::Done)
}

/// A name as it is written: on one line, not endless, and nothing at all when nothing is left.
pub(super) fn written_name(name: &str) -> Option<String> {
    let visible: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let cut: String = visible.trim().chars().take(MAX_NAME_CHARS).collect();
    Some(cut.trim_end().to_owned()).filter(|name| !name.is_empty())
}

/// Every feed of the configuration with its place.
pub(super) fn standing(settings: &Settings) -> anyhow::Result<Vec<Standing>> {
    let mut out = Vec::new();
    for file in feed_files(settings)? {
        let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        out.extend(feed_tables::feed_tables(&text).into_iter().map(|table| Standing { table, file: file.clone() }));
    }
    Ok(out)
}

fn feed_files(settings: &Settings) -> anyhow::Result<Vec<PathBuf>> {
    config::feed_files(&settings.file).with_context(|| format!("cannot read {}", settings.file.display()))
}

/// The file that new feeds are written into, as it is shown and as it is changed.
pub(super) fn open(settings: &Settings, wanted: Option<&Path>) -> anyhow::Result<(PathBuf, FeedFile)> {
    let files = feed_files(settings)?;
    let path = match wanted {
        None => files.first().cloned().unwrap_or_else(|| settings.file.clone()),
        Some(wanted) => {
            let real = wanted.canonicalize().with_context(|| format!("--file: cannot read {}", wanted.display()))?;
            if !files.iter().any(|file| file.canonicalize().is_ok_and(|file| file == real)) {
                bail!(
                    "--file: {} would not be read; name it under `feeds` in {} first",
                    wanted.display(),
                    settings.file.display()
                );
            }
            wanted.to_owned()
        }
    };
    let file = open_to_change(&path)?;
    Ok((path, file))
}

fn open_to_change(path: &Path) -> anyhow::Result<FeedFile> {
    FeedFile::open(path).with_context(|| format!("cannot open {} for a change", path.display()))
}

pub(super) fn ids(standing: &[Standing]) -> HashSet<String> {
    standing.iter().map(|s| s.table.id.as_str().to_owned()).collect()
}

/// The derived identifier, with a number behind it when it is taken; takes it.
pub(super) fn free_id(url: &url::Url, taken: &mut HashSet<String>) -> FeedId {
    let derived = FeedSpec::derived_id(url);
    let numbered = (2..).map(|n| format!("{derived}-{n}"));
    let free = std::iter::once(derived.as_str().to_owned()).chain(numbered).find(|id| taken.insert(id.clone()));
    free.map_or(derived, FeedId)
}

/// Which feed is meant: by identifier, address or name, in this order.
fn find(standing: &[Standing], wanted: &str) -> anyhow::Result<usize> {
    let matching = |is_it: &dyn Fn(&FeedTable) -> bool| -> Vec<usize> {
        standing.iter().enumerate().filter(|(_, s)| is_it(&s.table)).map(|(at, _)| at).collect()
    };
    let address = parse_http(wanted, None);
    let by_address =
        |same: &dyn Fn(&url::Url, &url::Url) -> bool| matching(&|t| address.as_ref().is_some_and(|a| same(a, &t.url)));
    let ways = [
        matching(&|table| table.id.as_str() == wanted),
        by_address(&|a, b| a == b),
        by_address(&|a, b| canonical(a) == canonical(b)),
        matching(&|table| table.name.as_deref() == Some(wanted)),
    ];
    match ways.into_iter().find(|found| !found.is_empty()).as_deref() {
        Some([one]) => Ok(*one),
        Some(several) => {
            let ids: Vec<&str> = several.iter().map(|at| standing[*at].table.id.as_str()).collect();
            bail!("\"{wanted}\" may be any of {}; name one by its identifier", ids.join(", "))
        }
        None => {
            // An address is suggested only when it gives no password away.
            let is_public = |url: &url::Url| url.username().is_empty() && url.password().is_none();
            let names = standing.iter().map(|s| &s.table).flat_map(|table| {
                let url = Some(&table.url).filter(|url| is_public(url)).map(url::Url::as_str);
                [Some(table.id.as_str()), url, table.name.as_deref()]
            });
            match spelling::nearest(wanted, names.flatten()) {
                Some(near) => bail!("there is no feed \"{wanted}\"; did you mean \"{near}\"?"),
                None => bail!("there is no feed \"{wanted}\"; `vigie feeds` lists them"),
            }
        }
    }
}

/// Writes feeds behind a file and tells where, behind what else there is to tell.
pub(super) fn write(
    settings: &Settings,
    format: Format,
    path: &Path,
    file: &FeedFile,
    new: &[NewFeed],
    told: Vec<ChangeRecord>,
) -> anyhow::Result<End> {
    let (text, lines) = feed_tables::append(file.text(), new);
    if !new.is_empty() && !change(settings, file, &text)? {
        return Ok(End::Misconfigured);
    }
    let mut printer = Printer::new(format);
    for record in told {
        print(&mut printer, &record)?;
    }
    for (feed, line) in new.iter().zip(lines) {
        let (id, url, file) = (feed.id.to_string(), redacted_password(&feed.url), path.display().to_string());
        print(&mut printer, &ChangeRecord { change: "added", id, url, file, line })?;
    }
    printer.finish()?;
    if !new.is_empty() {
        remind();
    }
    Ok(End::Done)
}

/// Puts a text in place; false, with everything as it was, when the configuration then has mistakes.
fn change(settings: &Settings, file: &FeedFile, text: &str) -> anyhow::Result<bool> {
    let shown = settings.file.display();
    file.replace(text).with_context(|| "cannot write the change; nothing was done".to_owned())?;
    let Err(mistakes) = config::load(&settings.file) else { return Ok(true) };
    file.restore()
        .with_context(|| format!("the change makes mistakes and cannot be taken back; run `vigie check --config {shown}`"))?;
    for mistake in &mistakes {
        complain(&mistake.to_string());
    }
    complain(&format!("{shown}: this change would make {} mistakes; it was taken back", mistakes.len()));
    Ok(false)
}

pub(super) fn record(change: &'static str, table: &FeedTable, file: &Path) -> ChangeRecord {
    let (id, url) = (table.id.to_string(), redacted_password(&table.url));
    ChangeRecord { change, id, url, file: file.display().to_string(), line: table.line }
}

fn print(printer: &mut Printer, record: &ChangeRecord) -> std::io::Result<()> {
    printer.record(record, |r| format!("{}:{}: {} {}  {}", r.file, r.line, r.change, r.id, r.url))
}

fn remind() {
    complain("a running vigie takes this up with `systemctl reload vigie` (or SIGHUP)");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_find(wanted: &str, expected: Result<&str, &str>) {
        let text = "[[feed]]\nid = \"une\"\nname = \"Le Fil\"\nurl = \"https://a.example/une.xml\"\n[[feed]]\nid = \"monde\"\nname = \"Le Fil\"\nurl = \"http://www.a.example/monde/\"\n\
                    [[feed]]\nid = \"secret\"\nname = \"Dépêches\"\nurl = \"https://u:pw@b.example/f\"\n";
        let standing: Vec<Standing> =
            feed_tables::feed_tables(text).into_iter().map(|table| Standing { table, file: PathBuf::new() }).collect();
        match (find(&standing, wanted), expected) {
            (Ok(at), Ok(id)) => assert_eq!(standing[at].table.id.as_str(), id),
            (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
            (found, _) => panic!("{wanted}: {found:?}"),
        }
    }

    #[test]
    fn a_feed_is_found_by_identifier_address_and_name() {
        check_find("une", Ok("une"));
        check_find("https://a.example/monde", Ok("monde"));
        check_find("Dépêches", Ok("secret"));
        check_find("Le Fil", Err("any of une, monde"));
        check_find("mnde", Err("did you mean \"monde\"?"));
        check_find("https://u:p@b.example/elsewhere", Err("there is no feed"));
    }

    #[test]
    fn an_identifier_that_is_taken_gets_a_number() {
        let mut taken = HashSet::from(["a-example-f".to_owned()]);
        let ids: Vec<FeedId> = (0..2)
            .map(|n| free_id(&parse_http(&format!("https://a.example/f?n={n}"), None).expect("a test address"), &mut taken))
            .collect();
        assert_eq!(ids, [FeedId::from("a-example-f-2"), FeedId::from("a-example-f-3")]);
    }
}

//! Reads the main file and the files it names, and reports every mistake of all of them at once.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::document::Document;
use super::mistakes::{Mistake, Mistakes};
use super::named_files::{files_named, read_named_file, with_document};
use super::placed::{HasName, Named, Placed};
use super::settings::Settings;
use super::spelling::nearest;
use super::{desks, environment, feeds, sections, topics};
use crate::alert::DeskSpec;
use crate::extract::WallLexicon;
use crate::feed::FeedSpec;
use crate::matcher::Topics;

/// Where the configuration is looked for when nobody says: in order.
pub const DEFAULT_FILES: [&str; 2] = ["config/vigie.toml", "/etc/vigie/vigie.toml"];

/// The first of [`DEFAULT_FILES`] that exists.
pub fn default_file() -> Option<PathBuf> {
    DEFAULT_FILES.iter().map(PathBuf::from).find(|p| p.is_file())
}

/// Reads the configuration that begins at `file`.
pub fn load(file: &Path) -> Result<Settings, Vec<Mistake>> {
    let mistakes = Mistakes::default();
    let settings = read(file, &mistakes);
    match settings {
        Some(settings) if mistakes.is_empty() => Ok(settings),
        _ => Err(mistakes.list()),
    }
}

/// The files that may hold `[[feed]]`: those that `file` names under `feeds`, in its order, then `file` itself.
pub fn feed_files(file: &Path) -> std::io::Result<Vec<PathBuf>> {
    let text = std::fs::read_to_string(file)?;
    let mistakes = Mistakes::default();
    let document = Document::parse(file, &text, &mistakes);
    let root = document.root(&mistakes);
    let mut files: Vec<PathBuf> = files_named(&root, "feeds").into_iter().map(|(path, _)| path).collect();
    files.push(file.to_owned());
    Ok(files)
}

fn read(file: &Path, mistakes: &Mistakes) -> Option<Settings> {
    let text = read_file(file, mistakes)?;
    let document = Document::parse(file, &text, mistakes);
    let root = document.root(mistakes);

    let state_dir = root.path_value("state_dir").unwrap_or_else(|| file.parent().unwrap_or(Path::new("")).join("var"));
    let state_dir = environment::state_directory().unwrap_or(state_dir);
    let base_url = root.parsed("base_url", sections::web_address);
    let poll = sections::poll(&root);
    let network = sections::network(&root);
    let (read, keep_pages, walls_file) = sections::read(&root);
    let story = sections::story(&root);
    let alerts = sections::alerts(&root);
    let operators = sections::operators(&root);
    let (mail, identity) = sections::mail(&root, &state_dir, base_url.clone());
    let listen = sections::web(&root);
    let retention = sections::retention(&root, keep_pages);

    let mut feeds = Named::default();
    feeds.extend(feeds::feeds(&root, &poll), mistakes);
    for (path, line) in files_named(&root, "feeds") {
        with_document(&path, root.file(), line, mistakes, |section| {
            feeds.extend(feeds::feeds(&section, &poll), mistakes);
            section.close();
        });
    }
    let topics = topics::of_configuration(&root, mistakes);
    let mut desks = Named::default();
    desks.extend(desks::desks(&root), mistakes);
    let walls = walls_file.and_then(|(path, line)| walls(&path, root.file(), line, mistakes));
    root.close();

    let known: Vec<String> = topics.iter().map(|t| t.name().to_owned()).collect();
    let topics = Topics::new(topics.into_iter().filter_map(|t| t.topic).collect())
        .map_err(|message| mistakes.add(file, 0, message))
        .unwrap_or_default();
    let feeds: Vec<FeedSpec> =
        feeds.into_list().into_iter().inspect(|f| check_names(f.names_topics(), &known, f, mistakes)).map(|f| f.value).collect();
    let desks: Vec<DeskSpec> =
        desks.into_list().into_iter().inspect(|d| check_names(d.names_topics(), &known, d, mistakes)).map(|d| d.value).collect();

    Some(Settings {
        file: file.to_owned(),
        state_dir,
        base_url,
        poll,
        network,
        read,
        walls: walls.map(Arc::new),
        story,
        alerts,
        operators,
        mail: mail?,
        identity: identity?,
        listen,
        retention,
        feeds,
        topics,
        desks,
    })
}

impl Placed<FeedSpec> {
    fn names_topics(&self) -> Vec<String> {
        self.value.topics.iter().map(|t| t.as_str().to_owned()).collect()
    }
}

impl Placed<DeskSpec> {
    fn names_topics(&self) -> Vec<String> {
        self.value.topics.iter().map(|t| t.as_str().to_owned()).collect()
    }
}

/// A feed or desk may only name topics that exist.
fn check_names<T: HasName>(named: Vec<String>, known: &[String], at: &Placed<T>, mistakes: &Mistakes) {
    for topic in named.iter().filter(|t| !known.contains(t)) {
        let hint = match nearest(topic, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None if known.is_empty() => "no topic is configured".to_owned(),
            None => format!("known are {}", known.iter().map(|k| format!("\"{k}\"")).collect::<Vec<_>>().join(", ")),
        };
        mistakes.add(
            &at.file,
            at.line,
            format!("{} \"{}\" names the topic \"{topic}\", which does not exist; {hint}", T::KIND, at.value.name()),
        );
    }
}

fn walls(path: &Path, named_by: &Path, line: usize, mistakes: &Mistakes) -> Option<WallLexicon> {
    let text = read_named_file(path, named_by, line, mistakes)?;
    WallLexicon::parse(&text).map_err(|problems| problems.into_iter().for_each(|p| mistakes.add(path, p.line, p.message))).ok()
}

fn read_file(file: &Path, mistakes: &Mistakes) -> Option<String> {
    std::fs::read_to_string(file)
        .map_err(|e| mistakes.add(file, 0, format!("cannot be read: {e}; name another file with --config")))
        .ok()
}

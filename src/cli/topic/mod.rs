//! `vigie topic`: a topic file before it is put to work. `try` shows what it would change among articles of the past, `check` reads it.

mod changes;
mod check;
mod report;
mod trial;

use std::path::{Path, PathBuf};

use anyhow::bail;

use super::args::{Format, TopicCommand};
use super::{End, setup};
use crate::config::{self, FileTopic};

pub(super) fn run(config: Option<PathBuf>, format: Format, command: TopicCommand) -> anyhow::Result<End> {
    match command {
        TopicCommand::Try(options) => trial::run(config, format, &options),
        TopicCommand::Check { file } => check::run(format, &file),
    }
}

/// The topics of a file; its mistakes go to stderr, all of them.
fn topics_of(file: &Path) -> Option<Vec<FileTopic>> {
    match config::load_topics(file) {
        Ok(topics) => Some(topics),
        Err(mistakes) => {
            setup::complain_of(file, &mistakes);
            None
        }
    }
}

/// The topic `id` of a file, or its only one.
fn one_topic(file: &Path, id: Option<&str>) -> anyhow::Result<Option<FileTopic>> {
    let Some(mut topics) = topics_of(file) else { return Ok(None) };
    let known: Vec<String> = topics.iter().map(|t| t.spec.id.as_str().to_owned()).collect();
    let place = match id {
        Some(id) => known.iter().position(|k| k == id),
        None => Some(0).filter(|_| known.len() == 1),
    };
    match (place, id) {
        (Some(place), _) => Ok(Some(topics.swap_remove(place))),
        (None, Some(id)) => bail!("{} holds no topic \"{id}\"; it holds {}", file.display(), known.join(", ")),
        (None, None) => bail!("{} holds {} topics ({}); say which with --topic", file.display(), known.len(), known.join(", ")),
    }
}

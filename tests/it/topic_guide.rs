//! The guide to topics, taken at its word: its topic files are written as they stand on the page, its commands are run, and what they print is what it shows.

use std::path::Path;

use vigie::config::{document::Document, mistakes::Mistakes, topic::read_topic};

use crate::support::{root, text, vigie};

/// A fenced block of the page: its language, its lines, and the number of its first line, from 0.
struct Block<'p> {
    language: &'p str,
    lines: Vec<&'p str>,
    start: usize,
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut out: Vec<Block<'_>> = Vec::new();
    let mut is_inside = false;
    for (number, line) in page.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(language) if !is_inside => {
                is_inside = true;
                out.push(Block { language, lines: Vec::new(), start: number + 1 });
            }
            Some(_) => is_inside = false,
            None if is_inside => out.last_mut().expect("it was opened").lines.push(line),
            None => {}
        }
    }
    out
}

/// What the command prints, and with it the lines that stand for it on the page: after a first line "…" only the last ones.
fn printed(folder: &Path, command: &str, shown: &[&str]) -> Vec<String> {
    let output = vigie().current_dir(folder).args(command.split_whitespace().skip(1)).output().unwrap();
    let said = text(&output.stdout) + &text(&output.stderr);
    let lines: Vec<String> = said.lines().map(str::to_owned).collect();
    if shown.first() != Some(&"…") {
        return lines;
    }
    let last = lines.len().saturating_sub(shown.len() - 1);
    std::iter::once("…".to_owned()).chain(lines[last..].iter().cloned()).collect()
}

/// When it fails, the page as it should be lies in the folder for temporary files of the build: read the difference, and copy it if it is right.
#[test]
fn the_guide_to_topics_shows_what_is_printed() {
    let page = std::fs::read_to_string(root().join("docs/topics.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(root().join("docs/examples/past.jsonl"), folder.path().join("past.jsonl")).unwrap();
    let mut lines: Vec<String> = page.lines().map(str::to_owned).collect();
    let mut commands = 0;
    let blocks = blocks(&page);
    let mut replaced = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        let Some(first) = block.lines.first() else { continue };
        if let Some(name) = first.strip_prefix("# ").filter(|name| block.language == "toml" && name.ends_with(".toml")) {
            std::fs::write(folder.path().join(name), block.lines.join("\n") + "\n").unwrap();
        }
        if block.language == "sh" && block.lines.len() == 1 && folder_has_all(folder.path(), first) {
            let shown = &blocks[index + 1];
            commands += 1;
            replaced.push((shown.start..shown.start + shown.lines.len(), printed(folder.path(), first, &shown.lines)));
        }
    }
    // From the last to the first, so that nothing moves that is still to be replaced.
    for (range, said) in replaced.into_iter().rev() {
        lines.splice(range, said);
    }
    assert!(commands >= 5, "the page shows {commands} commands with what they print");
    let wanted = lines.join("\n") + "\n";
    if wanted != page {
        let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("topics.md");
        std::fs::write(&place, wanted).unwrap();
        panic!("docs/topics.md shows what is not printed: compare it with {}", place.display());
    }
}

/// Whether every file that the command names was written on the page before.
fn folder_has_all(folder: &Path, command: &str) -> bool {
    let is_file = |word: &&str| word.ends_with(".toml") || word.ends_with(".jsonl");
    command.starts_with("vigie topic ") && command.split_whitespace().filter(is_file).all(|name| folder.join(name).exists())
}

/// Each key of the tables that has a default, written with it, changes nothing.
#[test]
fn the_guide_to_topics_states_the_defaults() {
    let page = std::fs::read_to_string(root().join("docs/topics.md")).unwrap();
    let read = |setting: &str| {
        let mistakes = Mistakes::default();
        let text = format!("id = \"x\"\nany_of = [\"pont\"]\n{setting}\n");
        let document = Document::parse("x.toml".as_ref(), &text, &mistakes);
        let spec = read_topic(document.root(&mistakes));
        assert!(mistakes.is_empty(), "{setting}: {:?}", mistakes.list());
        spec
    };
    let plain = read("");
    let mut section = "";
    let mut keys = 0;
    for line in page.lines() {
        section = line.strip_prefix("## ").unwrap_or(section);
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, key, default, ..] = cells[..] else { continue };
        let (Some(key), Some(value)) = (in_code(key), in_code(default)) else { continue };
        let is_named = key.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c == '.');
        if !is_named || value == "id" {
            continue;
        }
        keys += 1;
        let key = if section == "Kept by its story" { format!("by_story.{key}") } else { key.to_owned() };
        assert_eq!(read(&format!("{key} = {value}")), plain, "{key} is not {value} by default");
    }
    assert!(keys >= 25, "the page states the defaults of {keys} keys");
}

/// What stands between the first two backticks of a cell that begins with one.
fn in_code(cell: &str) -> Option<&str> {
    cell.strip_prefix('`')?.split_once('`').map(|(code, _)| code)
}

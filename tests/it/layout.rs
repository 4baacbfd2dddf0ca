//! The house as ARCHITECTURE.md draws it: the arrows between the rooms, SQL in one room, files of a readable size.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file of the library, with its module and its lines of code (comments left out).
fn sources() -> Vec<(PathBuf, String, String)> {
    let mut out = Vec::new();
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("src is readable") {
            let path = entry.expect("src is readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let inside = path.strip_prefix(root().join("src")).expect("it lies in src");
                let first = inside.components().next().expect("it has a name").as_os_str().to_string_lossy().into_owned();
                let module = first.trim_end_matches(".rs").to_owned();
                let code: Vec<String> = fs::read_to_string(&path)
                    .expect("a source file is text")
                    .lines()
                    .filter(|l| !l.trim_start().starts_with("//"))
                    .map(str::to_owned)
                    .collect();
                out.push((path, module, code.join("\n")));
            }
        }
    }
    out.sort();
    out
}

/// Files that are compiled for tests only: their `mod` line stands under `#[cfg(test)]`.
fn is_for_tests(path: &Path) -> bool {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let parent = path.with_file_name("mod.rs");
    let Ok(text) = fs::read_to_string(parent) else { return false };
    text.contains(&format!("#[cfg(test)]\nmod {stem};"))
}

/// The table under "Arrows".
fn arrows() -> BTreeMap<String, BTreeSet<String>> {
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md is there");
    let section = page.split("\n## ").find(|s| s.starts_with("Arrows\n")).expect("the section on arrows");
    let mut table = BTreeMap::new();
    for line in section.lines().filter(|l| l.starts_with("| ") && !l.starts_with("| module")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let uses = cells[1].split(',').map(str::trim).filter(|m| *m != "–").map(str::to_owned).collect();
        table.insert(cells[0].to_owned(), uses);
    }
    assert!(table.len() > 10, "the table of arrows was not understood");
    table
}

/// The first names after `crate::` in the text, groups (`crate::{a, b}`) included.
fn uses(code: &str) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        let name = |text: &str| text.trim().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>();
        match rest.strip_prefix('{') {
            Some(group) => out.extend(group.split('}').next().unwrap_or_default().split(',').map(name)),
            None => {
                out.insert(name(rest));
            }
        }
    }
    out.remove("");
    out
}

#[test]
fn a_module_uses_only_what_the_table_of_arrows_allows() {
    let table = arrows();
    let mut wrong = Vec::new();
    for (path, module, code) in sources() {
        if module == "lib" || module == "main" {
            continue;
        }
        let allowed = table.get(&module).unwrap_or_else(|| panic!("{module} is missing in the table of arrows"));
        for used in uses(&code) {
            let is_module = table.contains_key(&used);
            if is_module && used != module && !allowed.contains(&used) {
                wrong.push(format!("{}: {module} uses {used}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that ARCHITECTURE.md does not draw:\n{}", wrong.join("\n"));
}

#[test]
fn every_module_of_the_library_is_in_the_table() {
    let lib = fs::read_to_string(root().join("src/lib.rs")).expect("lib.rs is there");
    let modules: BTreeSet<String> =
        lib.lines().filter_map(|l| l.strip_prefix("pub mod ")).map(|m| m.trim_end_matches(';').to_owned()).collect();
    let table: BTreeSet<String> = arrows().into_keys().collect();
    assert_eq!(modules, table);
}

#[test]
fn sql_appears_only_in_the_store() {
    let words = ["rusqlite", "SELECT ", "INSERT INTO", "UPDATE "];
    for (path, module, code) in sources() {
        for word in words {
            assert!(module == "store" || !code.contains(word), "{}: {word:?} stands outside store/", path.display());
        }
    }
}

#[test]
fn only_the_command_line_uses_anyhow_and_prints() {
    for (path, module, code) in sources() {
        assert!(module == "cli" || !code.contains("anyhow"), "{}: anyhow outside cli/", path.display());
        assert!(
            module == "cli" || is_for_tests(&path) || !code.contains("println!"),
            "{}: printing outside cli/",
            path.display()
        );
    }
}

#[test]
fn stages_touch_neither_files_nor_sockets_nor_clocks() {
    let stages = ["schedule", "feed", "extract", "matcher", "story", "alert", "compose"];
    let forbidden = ["std::fs", "std::net", "tokio::", "Timestamp::now", "SystemTime", "Instant::now", "std::env"];
    for (path, module, code) in sources() {
        if is_for_tests(&path) {
            continue;
        }
        let production = code.split("#[cfg(test)]").next().unwrap_or_default();
        for word in forbidden {
            let wrong = stages.contains(&module.as_str()) && production.contains(word);
            assert!(!wrong, "{}: a stage uses {word}", path.display());
        }
    }
}

#[test]
fn a_file_is_short_enough_to_read() {
    const MOST_LINES: usize = 800;
    for (path, _, code) in sources() {
        let lines = code.lines().count();
        assert!(lines <= MOST_LINES, "{}: {lines} lines; look for the second concept", path.display());
    }
}

#[test]
fn nothing_is_left_unfinished() {
    for (path, _, code) in sources() {
        for word in ["todo!(", "unimplemented!(", "dbg!("] {
            assert!(!code.contains(word), "{}: {word}", path.display());
        }
    }
}

#[test]
fn every_module_says_what_it_is_for() {
    for (path, _, _) in sources() {
        let text = fs::read_to_string(&path).expect("a source file is text");
        assert!(text.starts_with("//! "), "{}: no module doc", path.display());
    }
}

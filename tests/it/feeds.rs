//! `vigie feeds`: which feeds are configured, changed by commands that touch nothing else.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

use crate::support::{Answer, Web, config, root, rss, text, vigie};

const FEEDS: &str = "# Ours.\n\n# the wire\n[[feed]]\nid = \"fil\"   # lasting\nname = \"Le Fil\"\nurl = \"https://fil.example/rss.xml\"\n\n\
                     [[feed]]\nurl = \"https://www.autre.example/f\"\nlanguage = \"ko\"\n";

/// A configuration whose feeds stand in a file of their own.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new(feeds: &str) -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let main = config(folder.path(), &[], None);
        let text = std::fs::read_to_string(&main).unwrap();
        std::fs::write(&main, format!("feeds = [\"feeds.toml\"]\n{text}")).unwrap();
        std::fs::write(folder.path().join("feeds.toml"), feeds).unwrap();
        Desk { folder }
    }

    fn main(&self) -> PathBuf {
        self.path("vigie.toml")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn feeds(&self) -> String {
        std::fs::read_to_string(self.path("feeds.toml")).unwrap()
    }

    /// Runs `vigie feeds …` and says how it ended, what it printed and what it said.
    fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let output: Output = vigie().arg("feeds").args(arguments).arg("--config").arg(self.main()).output().unwrap();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    }
}

fn in_path(path: &Path) -> &str {
    path.to_str().expect("a scratch path is text")
}

#[test]
fn without_a_command_feeds_are_listed_as_ever() {
    let desk = Desk::new(FEEDS);
    let (code, _, said) = desk.run(&[]);
    assert_eq!(code, Some(2));
    assert!(said.contains("does not exist yet"), "{said}");
    let (code, _, said) = desk.run(&["ad"]);
    assert!(code == Some(2) && said.contains("did you mean \"add\"?"), "{said}");
    let (code, _, said) = desk.run(&["--limit", "3", "remove", "fil"]);
    assert!(code == Some(2) && said.contains("for the list"), "{said}");
    assert_eq!(desk.feeds(), FEEDS);
}

#[test]
fn a_feed_is_added_behind_everything_and_its_place_is_named() {
    let desk = Desk::new(FEEDS);
    std::fs::set_permissions(desk.path("feeds.toml"), std::fs::Permissions::from_mode(0o640)).unwrap();
    let (code, printed, said) = desk.run(&["add", "https://neuf.example/rss", "--name", "L'\"Écho\""]);
    assert_eq!(code, Some(0), "{said}");
    let place = format!("{}:13: added neuf-example-rss", desk.path("feeds.toml").display());
    assert!(printed.starts_with(&place), "{printed}");
    assert!(said.contains("SIGHUP"), "{said}");
    let added = desk.feeds();
    assert!(added.starts_with(FEEDS) && added.contains("Écho"), "{added}");
    assert_eq!(added.lines().nth(12), Some("[[feed]]"));
    assert_eq!(desk.path("feeds.toml").metadata().unwrap().permissions().mode() & 0o777, 0o640);
    let (code, printed, _) = desk.run(&["remove", "https://neuf.example/rss", "--format", "jsonl"]);
    let record: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!((code, record["change"].as_str(), record["line"].as_u64()), (Some(0), Some("removed"), Some(13)));
    assert_eq!(desk.feeds(), FEEDS);
}

#[test]
fn what_is_known_wrong_or_elsewhere_is_not_added() {
    let desk = Desk::new(FEEDS);
    std::fs::write(desk.path("other.toml"), "").unwrap();
    let other = desk.path("other.toml");
    for (arguments, code, part) in [
        (vec!["add", "http://www.fil.example/rss.xml"], 1, "feeds.toml:4: \"fil\" has this address already"),
        (vec!["add", "fil.example/rss.xml"], 2, "is not a web address"),
        (vec!["add", "https://neuf.example/", "--file", in_path(&other)], 2, "name it under `feeds`"),
        (vec!["remove", "fill"], 2, "did you mean \"fil\"?"),
        (vec!["remove", "rien-de-tel-ici"], 2, "`vigie feeds` lists them"),
    ] {
        let (ended, printed, said) = desk.run(&arguments);
        assert_eq!((ended, printed.as_str()), (Some(code), ""), "{arguments:?}: {said}");
        assert!(said.contains(part), "{arguments:?}: {said}");
    }
    assert_eq!(desk.feeds(), FEEDS);
    let main = std::fs::read_to_string(desk.main()).unwrap();
    let (code, printed, said) = desk.run(&["add", "https://neuf.example/", "--file", in_path(&desk.main())]);
    assert!(code == Some(0) && printed.contains("vigie.toml:"), "{printed}{said}");
    assert!(std::fs::read_to_string(desk.main()).unwrap().starts_with(&main));
}

#[test]
fn a_change_after_which_the_configuration_no_longer_checks_is_taken_back() {
    let inline = "feed = [{ id = \"fil\", url = \"https://fil.example/rss.xml\" }]\n";
    let desk = Desk::new(inline);
    let (code, printed, said) = desk.run(&["add", "https://neuf.example/"]);
    assert_eq!((code, printed.as_str()), (Some(2), ""), "{said}");
    assert!(said.contains("taken back"), "{said}");
    assert_eq!(desk.feeds(), inline);
    let (code, _, said) = desk.run(&["remove", "fil"]);
    assert!(code == Some(2) && said.contains("by hand"), "{said}");
    assert_eq!(desk.feeds(), inline);
}

#[test]
fn a_removed_feed_takes_its_comments_along_and_nothing_else() {
    let desk = Desk::new(FEEDS);
    assert_eq!(desk.run(&["remove", "Le Fil"]).0, Some(0));
    assert_eq!(desk.feeds(), "# Ours.\n\n[[feed]]\nurl = \"https://www.autre.example/f\"\nlanguage = \"ko\"\n");
}

#[test]
fn the_feeds_that_a_page_names_are_found_and_taken() {
    let web = Web::start();
    let page = "<html><head><meta charset=windows-1252><link rel=alternate type=application/rss+xml href=/une.xml title='\u{c0} la une'>\
                <link rel=alternate type=application/atom+xml href=/monde.xml></head><body>x</body></html>";
    let latin: Vec<u8> = page.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    web.route("/", Answer::new("text/html; charset=windows-1252", latin));
    web.route("/bare", Answer::new("text/html", "<html><body>nothing</body></html>"));
    web.route("/une.xml", Answer::new("application/rss+xml", rss(&web.base, &["un", "deux"])));
    let desk = Desk::new("");
    let at = |path: &str| format!("{}{path}", web.base);

    let (code, printed, said) = desk.run(&["discover", &at("/"), "--format", "jsonl"]);
    assert_eq!((code, said.as_str()), (Some(0), ""));
    let found: Vec<Value> = printed.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(found[0], serde_json::json!({ "url": at("/une.xml"), "title": "À la une" }));
    assert_eq!(found[1], serde_json::json!({ "url": at("/monde.xml"), "title": null }));
    assert_eq!(web.count("/une.xml"), 0, "only the page is asked");

    let (code, printed, said) = desk.run(&["discover", &at("/une.xml")]);
    assert_eq!((code, printed), (Some(0), format!("{}  Fil\n", at("/une.xml"))));
    assert!(said.contains("is a feed itself, with 2 entries"), "{said}");

    for (path, part) in [("/bare", "names no feed"), ("/none", "404")] {
        let (code, printed, said) = desk.run(&["discover", &at(path)]);
        assert_eq!((code, printed.as_str()), (Some(1), ""));
        assert!(said.contains(part), "{said}");
    }
    let (code, _, said) = desk.run(&["add", &at("/bare"), "--discover"]);
    assert!(code == Some(1) && said.contains("names no feed"), "{said}");
    let (code, _, said) = desk.run(&["add", &at("/"), "--discover"]);
    assert!(code == Some(0) && said.contains("names 2 feeds"), "{said}");
    assert!(desk.feeds().contains(&at("/une.xml")), "{}", desk.feeds());
    let asked = web.requests.lock().unwrap().len();
    assert_eq!(desk.run(&["add", &at("/bare")]).0, Some(0));
    assert_eq!(web.requests.lock().unwrap().len(), asked, "without --discover nothing is asked");
}

#[test]
fn a_saved_page_is_looked_through_without_a_network() {
    let desk = Desk::new("");
    let file = desk.path("page.html");
    std::fs::write(&file, "<html><head><link rel=alternate type=application/rss+xml href=/f></head></html>").unwrap();
    let (code, printed, _) = desk.run(&["discover", in_path(&file), "--base", "https://site.example/a/"]);
    assert_eq!((code, printed.as_str()), (Some(0), "https://site.example/f\n"));
    let (code, _, said) = desk.run(&["discover", in_path(&file)]);
    assert!(code == Some(1) && said.contains("--base"), "{said}");
    let (code, _, said) = desk.run(&["discover", "site.example"]);
    assert!(code == Some(2) && said.contains("nor is it a file"), "{said}");
}

#[test]
fn the_shipped_feeds_go_through_opml_and_come_back() {
    let shipped = root().join("config/vigie.toml");
    let export = |config: &Path, to: &Path| {
        let output = vigie().args(["feeds", "export"]).arg(to).arg("--config").arg(config).output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        std::fs::read(to).unwrap()
    };
    let desk = Desk::new("");
    let (first, second) = (desk.path("a.opml"), desk.path("b.opml"));
    let exported = export(&shipped, &first);
    let count = text(&exported).matches("xmlUrl").count();
    assert!(count > 50, "{count} feeds");
    let (code, printed, said) = desk.run(&["import", in_path(&first), "--format", "jsonl"]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(printed.lines().count(), count);
    assert!(said.contains(&format!("{count} added, 0 already known, 0 refused")), "{said}");
    assert!(export(&desk.main(), &second) == exported, "the second export differs from the first");

    let before = desk.feeds();
    let (code, _, said) = desk.run(&["import", in_path(&first)]);
    assert!(code == Some(0) && said.contains(&format!("0 added, {count} already known")), "{said}");
    assert_eq!(desk.feeds(), before);
    let (code, _, said) = desk.run(&["export", in_path(&first)]);
    assert!(code == Some(2) && said.contains("cannot write"), "an export overwrites nothing: {said}");
}

#[test]
fn an_import_adds_what_is_good_and_names_what_is_not() {
    let desk = Desk::new(FEEDS);
    let opml = desk.path("in.opml");
    let outlines = "<outline text='a' xmlUrl='https://a.example/f?n=1'/><outline text='b' xmlUrl='https://a.example/f?n=2' language='fr'/>\
                    <outline text='c' xmlUrl='ftp://c.example/f'/><outline text='d' xmlUrl='http://autre.example/f/'/>";
    std::fs::write(&opml, format!("<opml version='2.0'><body>{outlines}</body></opml>")).unwrap();
    let (code, printed, said) = desk.run(&["import", in_path(&opml)]);
    assert_eq!(code, Some(1));
    for part in ["refused: \"ftp://c.example/f\" is not", "2 added, 1 already known, 1 refused", "SIGHUP"] {
        assert!(said.contains(part), "{part:?} is missing in {said}");
    }
    for part in ["feeds.toml:9: known autre-example-f", "added a-example-f ", "added a-example-f-2 "] {
        assert!(printed.contains(part), "{part:?} is missing in {printed}");
    }
    assert!(desk.feeds().starts_with(FEEDS));
    std::fs::write(&opml, "<html></html>").unwrap();
    let (code, _, said) = desk.run(&["import", in_path(&opml)]);
    assert!(code == Some(1) && said.contains("not OPML"), "{said}");
}

#[test]
fn an_exported_password_is_warned_of_and_never_printed_elsewhere() {
    let desk = Desk::new("");
    let (code, printed, _) = desk.run(&["add", "https://anne:hidden@a.example/f"]);
    assert_eq!(code, Some(0));
    assert!(!printed.contains("hidden"), "{printed}");
    let (code, printed, said) = desk.run(&["export"]);
    assert!(code == Some(0) && printed.contains("hidden") && said.contains("password"), "{said}");
}

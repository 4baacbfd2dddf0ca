//! Commands as people and scripts use them: records, exit codes, words on stderr.

use serde_json::Value;

use crate::support::{fortnight, root, run, text, vigie};

fn lines(bytes: &[u8]) -> Vec<Value> {
    text(bytes).lines().map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{e}: {l}"))).collect()
}

fn names(record: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = record.as_object().expect("a record").keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

/// A database with the fortnight in it, beside a configuration that reads it.
fn replayed() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    std::fs::create_dir(&state).unwrap();
    let original = std::fs::read_to_string(fortnight().join("vigie.toml")).unwrap();
    let config: String = original
        .replace("../../../config/", &format!("{}/config/", root().display()))
        .lines()
        .map(|l| if l.starts_with("state_dir") { format!("state_dir = \"{}\"\n", state.display()) } else { format!("{l}\n") })
        .collect();
    let file = folder.path().join("vigie.toml");
    std::fs::write(&file, config).unwrap();
    let output = vigie()
        .args(["replay", "--config"])
        .arg(&file)
        .arg("--store")
        .arg(state.join("vigie.db"))
        .arg(fortnight())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    (folder, file)
}

#[test]
fn help_names_every_command() {
    let help = run(&["--help"]);
    let said = text(&help.stdout);
    for command in [
        "run",
        "once",
        "check",
        "replay",
        "extract",
        "parse-feed",
        "explain",
        "articles",
        "stories",
        "alerts",
        "messages",
        "feeds",
        "status",
        "topic",
        "digest",
    ] {
        assert!(said.lines().any(|l| l.trim_start().starts_with(command)), "{command} is missing in {said}");
    }
    assert!(said.lines().count() < 60, "the help fits a screen");
}

#[test]
fn an_unknown_command_is_a_usage_error() {
    assert_eq!(run(&["wathc"]).status.code(), Some(2));
}

#[test]
fn extract_prints_one_record_a_file_in_order_and_names_what_it_cannot_read() {
    let page = fortnight().join("pages");
    let mut pages: Vec<std::path::PathBuf> = Vec::new();
    for site in std::fs::read_dir(page).unwrap() {
        pages.extend(std::fs::read_dir(site.unwrap().path()).unwrap().map(|p| p.unwrap().path()));
    }
    pages.sort();
    pages.truncate(12);
    pages.insert(1, root().join("no-such-page.html"));
    for jobs in ["1", "4"] {
        let output = vigie().arg("extract").args(&pages).args(["--jobs", jobs]).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stderr).contains("no-such-page.html"));
        let records = lines(&output.stdout);
        let paths: Vec<String> = records.iter().map(|r| r["path"].as_str().unwrap().to_owned()).collect();
        let expected: Vec<String> = pages.iter().map(|p| p.display().to_string()).collect();
        assert_eq!(paths, expected, "--jobs {jobs}");
        for name in ["path", "url", "title", "authors", "published", "language", "text", "access", "paywall", "problems", "error"]
        {
            assert!(records.iter().all(|r| names(r).contains(&name)), "{name}");
        }
        assert!(records[1]["error"].is_string());
    }
}

#[test]
fn a_page_with_bad_markup_fills_no_log() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    std::fs::write(&file, "<table><p>misplaced<tr><div>misplaced</div><td>cell</table>".repeat(50)).unwrap();
    let output = run(&["extract".as_ref(), file.as_os_str()]);
    assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), ""));
}

#[test]
fn parse_feed_reads_headers_beside_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("f.xml");
    let feed = "<rss version=\"2.0\"><channel><title>Caf\u{e9}</title><item><title>\u{e9}t\u{e9}</title><guid>1</guid></item></channel></rss>";
    let latin: Vec<u8> = feed.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    std::fs::write(&file, latin).unwrap();
    std::fs::write(folder.path().join("f.xml.headers"), "Content-Type: application/rss+xml; charset=iso-8859-1\n").unwrap();
    let output = run(&["parse-feed".as_ref(), file.as_os_str()]);
    let record = &lines(&output.stdout)[0];
    assert_eq!((record["title"].as_str(), record["entries"][0]["title"].as_str()), (Some("Café"), Some("été")));
    std::fs::write(&file, "<html><body>no feed</body></html>").unwrap();
    let output = run(&["parse-feed".as_ref(), file.as_os_str()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("this is a web page, not a feed"));
}

#[test]
fn parse_feed_is_told_where_a_file_came_from() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("f.xml");
    std::fs::write(&file, "<feed><entry><id>/e/1</id><link href=\"/1\"/></entry></feed>").unwrap();
    let of = |arguments: &[&str]| {
        let output = vigie().args(["parse-feed", file.to_str().unwrap()]).args(arguments).output().unwrap();
        lines(&output.stdout)[0]["entries"][0].clone()
    };
    assert_eq!(of(&[])["url"].as_str(), None);
    let entry = of(&["--url", "https://site.example/dir/feed"]);
    assert_eq!(entry["url"].as_str(), Some("https://site.example/1"));
    assert_eq!(entry["id"].as_str(), Some("/e/1"), "an identifier is compared as it is written, wherever the feed moves");
    std::fs::write(folder.path().join("f.xml.headers"), "Content-Location: https://other.example/x\n").unwrap();
    assert_eq!(of(&["--url", "https://site.example/"])["url"].as_str(), Some("https://other.example/1"));
    let refused = vigie().args(["parse-feed", "--url", "site"]).arg(&file).output().unwrap();
    assert!(text(&refused.stderr).contains("is not a web address"));
}

#[test]
fn the_lists_answer_over_a_store() {
    let (_folder, file) = replayed();
    let list = |arguments: &[&str]| {
        let output = vigie().args(arguments).arg("--config").arg(&file).args(["--format", "jsonl"]).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
        lines(&output.stdout)
    };
    let articles = list(&["articles", "--limit", "1000"]);
    assert!(articles.len() > 300, "{} articles", articles.len());
    let promised = ["access", "feed", "fetched", "id", "language", "published", "story", "text", "title", "topics", "url"];
    assert!(promised.iter().all(|n| names(&articles[0]).contains(n)));
    let relevant = list(&["articles", "--topic", "russia-dprk", "--limit", "1000"]);
    assert!(relevant.len() > 30 && relevant.len() < articles.len() / 3, "{} relevant", relevant.len());
    let found = list(&["articles", "search", "Koursk"]);
    assert!(
        !found.is_empty()
            && found
                .iter()
                .all(|a| a["text"].as_str().unwrap().contains("Koursk") || a["title"].as_str().unwrap().contains("Koursk"))
    );
    let stories = list(&["stories"]);
    assert!(stories.iter().all(|s| s["articles"].as_u64().unwrap() >= 1) && stories.len() > 3);
    let alerts = list(&["alerts", "--limit", "500"]);
    assert!(alerts.iter().any(|a| a["kind"] == "immediate") && alerts.iter().any(|a| a["kind"] == "digest"));
    let messages = list(&["messages", "--limit", "500", "--state", "sent"]);
    assert!(messages.len() >= alerts.len());
    let feeds = list(&["feeds"]);
    assert_eq!(feeds.len(), 14);
    let gone: Vec<&str> = feeds.iter().filter(|f| f["state"] == "gone").map(|f| f["id"].as_str().unwrap()).collect();
    assert_eq!(gone, ["delovoy"], "the feed that answered 410 says so");

    let id = relevant[0]["id"].as_str().unwrap();
    let explained = run(&["explain".as_ref(), id.as_ref(), "--config".as_ref(), file.as_os_str()]);
    let said = text(&explained.stdout);
    for word in ["topic russia-dprk: score", "rule:", "story "] {
        assert!(said.contains(word), "{word:?} is missing in {said}");
    }
    let status = run(&["status".as_ref(), "--config".as_ref(), file.as_os_str()]);
    assert!(text(&status.stdout).contains("messages"));
    let digest = run(&["digest", "--desk", "asie", "--since", "2024-10-30", "--config", file.to_str().unwrap()]);
    assert!(digest.status.success() && text(&digest.stdout).contains("http"), "{}", text(&digest.stderr));
    let unknown = run(&["digest", "--desk", "asia", "--config", file.to_str().unwrap()]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("did you mean \"asie\"?"));
    let copy = file.with_file_name("copy.db");
    let backup = run(&["backup".as_ref(), copy.as_os_str(), "--config".as_ref(), file.as_os_str()]);
    assert!(backup.status.success() && copy.exists());
}

#[test]
fn a_closed_pipe_ends_quietly() {
    use std::io::Read;
    let (_folder, file) = replayed();
    let mut child = vigie()
        .args(["articles", "--format", "jsonl", "--limit", "1000", "--config"])
        .arg(&file)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = child.stdout.take().unwrap();
    let mut first = [0; 10];
    out.read_exact(&mut first).unwrap();
    drop(out);
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), text(&ended.stderr).as_str()), (Some(0), ""));
}

#[test]
fn completions_and_the_manual_come_from_the_same_definition() {
    assert!(text(&run(&["completions", "bash"]).stdout).contains("parse-feed"));
    assert!(text(&run(&["man"]).stdout).contains(".TH vigie"));
}

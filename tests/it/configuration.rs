//! The configuration as a person meets it: the reference file, and every mistake at once.

use std::path::Path;

use vigie::config;

use crate::support::{root, run, text};

fn write(folder: &Path, name: &str, content: &str) -> std::path::PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    path
}

fn mistakes(content: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "vigie.toml", content);
    let prefix = format!("{}/", folder.path().display());
    match config::load(&path) {
        Ok(_) => Vec::new(),
        Err(mistakes) => mistakes.iter().map(|m| m.to_string().replace(&prefix, "")).collect(),
    }
}

#[test]
fn the_shipped_configuration_works_untouched() {
    let settings = config::load(&root().join("config/vigie.toml")).expect("no mistakes");
    assert!(settings.feeds.len() >= 40, "{} feeds", settings.feeds.len());
    assert_eq!(settings.topics.len(), 1);
    assert_eq!(settings.desks.len(), 1);
    let languages: std::collections::BTreeSet<String> =
        settings.feeds.iter().filter_map(|f| f.language).map(|l| l.to_string()).collect();
    for language in ["fr", "en", "ru", "ko", "de", "pl", "ja"] {
        assert!(languages.contains(language), "no feed in {language}");
    }
    assert!(settings.feeds.iter().all(|f| f.name.is_some() && f.country.is_some() && f.interval.is_some()));
}

/// The reference shows every option with its default: with every comment removed it still parses, and means the same.
#[test]
fn the_reference_parses_with_every_comment_removed() {
    let reference = std::fs::read_to_string(root().join("config/vigie.toml")).unwrap();
    let mut bare = String::new();
    for line in reference.lines() {
        let option = line
            .strip_prefix("# ")
            .filter(|l| l.split_once(" = ").is_some_and(|(k, _)| k.chars().all(|c| c.is_ascii_lowercase() || c == '_')));
        bare.push_str(option.unwrap_or(line));
        bare.push('\n');
    }
    // These name things that only exist on the machine of whoever uncomments them.
    let absent = ["password_file", "ca_file", "username"];
    let bare: String = bare.lines().filter(|l| !absent.iter().any(|k| l.starts_with(k))).map(|l| format!("{l}\n")).collect();
    let folder = tempfile::tempdir().unwrap();
    for name in ["feeds.toml", "paywall.toml"] {
        std::fs::copy(root().join("config").join(name), folder.path().join(name)).unwrap();
    }
    std::fs::create_dir(folder.path().join("topics")).unwrap();
    std::fs::copy(root().join("config/topics/russia-dprk.toml"), folder.path().join("topics/russia-dprk.toml")).unwrap();
    let path = write(folder.path(), "vigie.toml", &bare);
    let full = config::load(&path).unwrap_or_else(|m| panic!("{}", m.iter().map(|m| format!("{m}\n")).collect::<String>()));
    let shipped = config::load(&root().join("config/vigie.toml")).expect("no mistakes");
    assert_eq!(full.poll, shipped.poll);
    assert_eq!(full.alerts, shipped.alerts);
    assert_eq!(full.operators, shipped.operators);
    assert_eq!(full.story, shipped.story);
    assert_eq!(full.read, shipped.read);
    assert_eq!(full.retention, shipped.retention);
    assert_eq!(full.mail.timeout, shipped.mail.timeout);
    assert_eq!(full.mail.retry_min, shipped.mail.retry_min);
    assert_eq!(full.mail.give_up, shipped.mail.give_up);
}

#[test]
fn every_mistake_is_reported_at_once_with_its_line_and_the_nearest_key() {
    let found = mistakes(
        "[poll]\nintervall = \"5m\"\ntimeout = 20\n\n[mail]\ntransport = \"pigeon\"\n\n[[feed]]\nurl = \"ftp://x.example/\"\n\n\
         [[topic]]\nid = \"t\"\nall_of = [[\"a\"], [\"b\"]]\n\n[[desk]]\nname = \"d\"\nrecipients = [\"nobody\"]\ntopics = [\"tt\"]\ntimezone = \"Mars/Olympus\"\ndigest = [\"Mon 25:00\"]\n",
    );
    let expected = [
        "vigie.toml:2: unknown key \"intervall\" in [poll]; did you mean \"interval\"?",
        "vigie.toml:3: poll.timeout: this should be a string, not an integer",
        "vigie.toml:6: mail.transport: \"pigeon\" is not one of \"folder\", \"smtp\", \"sendmail\"",
        "vigie.toml:9: feed.url: \"ftp://x.example/\" is not a web address",
        "vigie.toml:13: topic.all_of[0][0]: \"a\" is a single letter, which stands everywhere",
        "vigie.toml:13: topic.all_of[1][0]: \"b\" is a single letter",
        "vigie.toml:17: desk.recipients: \"nobody\" is not a mail address",
        "vigie.toml:19: desk.timezone: \"Mars/Olympus\" is not a time zone",
        "vigie.toml:20: desk.digest:",
        "desk \"d\" names the topic \"tt\", which does not exist",
    ];
    for wanted in expected {
        assert!(found.iter().any(|m| m.contains(wanted)), "{wanted:?} is missing in {found:#?}");
    }
}

#[test]
fn two_things_of_one_name_are_a_mistake() {
    let found =
        mistakes("[[feed]]\nid = \"a\"\nurl = \"https://x.example/1\"\n[[feed]]\nid = \"a\"\nurl = \"https://x.example/2\"\n");
    assert_eq!(found, ["vigie.toml:4: there is already a feed named \"a\"; give this one another name"]);
}

#[test]
fn a_topic_file_with_a_typo_is_named_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let topic = std::fs::read_to_string(root().join("config/topics/russia-dprk.toml")).unwrap();
    let line = topic.lines().position(|l| l.starts_with("[thresholds]")).expect("the section is there");
    let broken: String =
        topic.lines().enumerate().map(|(i, l)| if i == line { "[tresholds]\n".to_owned() } else { format!("{l}\n") }).collect();
    write(folder.path(), "topic.toml", &broken);
    let file = write(folder.path(), "vigie.toml", "topics = [\"topic.toml\"]\n");
    let checked = run(&["check".as_ref(), "--config".as_ref(), file.as_os_str()]);
    assert_eq!(checked.status.code(), Some(2));
    let said = text(&checked.stderr);
    assert!(
        said.contains(&format!("topic.toml:{}: unknown key \"tresholds\"", line + 1))
            && said.contains("did you mean \"thresholds\"?"),
        "{said}"
    );
}

#[test]
fn a_term_that_cannot_be_looked_for_is_named_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let topic = "id = \"t\"\nany_of = [\n  \"pont\",\n  \"g*re\",\n]\n";
    let file = write(folder.path(), "topic.toml", topic);
    let main = write(folder.path(), "vigie.toml", "topics = [\"topic.toml\"]\n");
    let wanted = "topic.toml:4: any_of[1]: \"g*re\": a star stands at the end of a word";
    let commands = [["check", "--config"].as_slice(), &["topic", "check"], &["topic", "try"]];
    for command in commands {
        for file in if command[0] == "check" { [&main, &main] } else { [&file, &main] } {
            let arguments: Vec<_> = command.iter().map(AsRef::as_ref).chain([file.as_os_str()]).collect();
            let output = run(&arguments);
            assert_eq!(output.status.code(), Some(2), "{command:?}");
            assert!(text(&output.stderr).contains(wanted), "{command:?}: {}", text(&output.stderr));
        }
    }
}

#[test]
fn a_missing_file_is_named_where_it_is_named() {
    let found = mistakes("state_dir = \"var\"\nfeeds = [\"fedes.toml\"]\n");
    assert!(found[0].starts_with("vigie.toml:2: ") && found[0].contains("fedes.toml cannot be read"), "{found:?}");
}

#[test]
fn no_configuration_at_all_is_a_usage_error() {
    let folder = tempfile::tempdir().unwrap();
    let output = crate::support::vigie().current_dir(folder.path()).arg("check").output().unwrap();
    if Path::new("/etc/vigie/vigie.toml").exists() {
        return;
    }
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("name one with --config"));
}

#[test]
fn topics_of_other_kinds_work_beside_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let topics = root().join("config/topics");
    let file = write(
        folder.path(),
        "vigie.toml",
        &format!(
            "topics = [\"{0}/russia-dprk.toml\", \"{0}/chip-export-controls.toml\", \"{0}/serbia-kosovo.toml\"]\n",
            topics.display()
        ),
    );
    let settings = config::load(&file).expect("no mistakes");
    assert_eq!(settings.topics.len(), 3);
}

#[test]
fn mistakes_about_operators_are_named_with_their_lines() {
    let found = mistakes(
        "[operators]\nrecipients = [\"nobody\"]\nlanguage = \"de\"\nfeed_failures = 0\nmin_gap = 5\nrecipient = []\ntimezone = \"Mars\"\n",
    );
    for wanted in [
        "vigie.toml:2: operators.recipients: \"nobody\" is not a mail address",
        "vigie.toml:3: operators.language: \"de\" is not one of \"fr\", \"en\"",
        "vigie.toml:4: operators.feed_failures: 0 is not between 1 and 1000",
        "vigie.toml:5: operators.min_gap: this should be a string, not an integer",
        "vigie.toml:6: unknown key \"recipient\" in [operators]; did you mean \"recipients\"?",
        "vigie.toml:7: operators.timezone: \"Mars\" is not a time zone",
    ] {
        assert!(found.iter().any(|m| m.starts_with(wanted)), "{wanted:?} is missing in {found:#?}");
    }
}

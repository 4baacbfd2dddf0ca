//! The schema: migrations that have landed are never edited, a newer file is refused, an older one is copied before it is changed.

use std::path::Path;

use vigie::schedule::FeedStatus;
use vigie::store::{Reader, Store, StoreError, StoreOptions, known_version};

use crate::support::root;

/// Every landed migration with the hash of its text (xxh3 of the bytes).
const LANDED: &[(&str, u64)] = &[
    ("V0001__initial.sql", 13_640_501_970_687_892_571),
    ("V0002__lookups.sql", 2_689_831_695_450_850_912),
    ("V0003__feed_health.sql", 12_673_065_917_394_563_081),
    ("V0004__due_work.sql", 4_797_254_055_499_171_130),
    ("V0005__merges.sql", 6_857_563_316_387_176_079),
];

fn hash(text: &[u8]) -> u64 {
    xxhash_rust::xxh3::xxh3_64(text)
}

#[test]
fn a_landed_migration_is_never_edited() {
    let folder = root().join("src/store/migrations");
    let mut names: Vec<String> =
        std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    let known: Vec<&str> = LANDED.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, known, "a new migration gets its line here");
    for (name, expected) in LANDED {
        let got = hash(&std::fs::read(folder.join(name)).unwrap());
        assert_eq!(got, *expected, "{name} was edited after it landed: write a new migration instead");
    }
    assert_eq!(known_version(), i64::try_from(LANDED.len()).unwrap());
}

fn open(path: &Path) -> Result<Store, StoreError> {
    Store::open(StoreOptions { path: Some(path.to_owned()), ..StoreOptions::default() })
}

#[tokio::test]
async fn the_schema_is_what_the_snapshot_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vigie.db");
    open(&path).unwrap().close().await;
    let connection = rusqlite::Connection::open(&path).unwrap();
    let mut statement = connection
        .prepare("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' AND name NOT LIKE 'articles_text_%' ORDER BY type, name")
        .unwrap();
    let rows: Vec<String> = statement
        .query_map([], |r| Ok(format!("{} {}\n{}\n", r.get::<_, String>(0)?, r.get::<_, String>(1)?, r.get::<_, String>(2)?)))
        .unwrap()
        .map(|r| r.unwrap().replace("refinery_schema_history(", "refinery_schema_history ("))
        .collect();
    insta::assert_snapshot!(rows.join("\n"));
}

#[tokio::test]
async fn a_file_of_a_newer_program_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vigie.db");
    open(&path).unwrap().close().await;
    let connection = rusqlite::Connection::open(&path).unwrap();
    let newer = "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) VALUES (99, 'later', '2030-01-01T00:00:00Z', '1')";
    connection.execute(newer, []).unwrap();
    drop(connection);
    let error = open(&path).err().expect("a newer file").to_string();
    assert!(error.contains("schema version 99") && error.contains("install the newer vigie"), "{error}");
}

#[tokio::test]
async fn what_is_no_database_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vigie.db");
    std::fs::write(&path, vec![b'x'; 10_000]).unwrap();
    let error = open(&path).err().expect("no database").to_string();
    assert!(error.contains("damaged") && error.contains("vigie.db"), "{error}");
}

#[tokio::test]
async fn the_state_folder_is_closed_to_others() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state/vigie.db");
    open(&path).unwrap().close().await;
    let mode = |p: &Path| std::fs::metadata(p).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    assert_eq!(mode(&path), 0o600);
}

/// Makes a file of the first schema, which holds one failing feed.
async fn of_version_1(path: &Path) {
    let folder = tempfile::tempdir().unwrap();
    let newest = folder.path().join("newest.db");
    open(&newest).unwrap().close().await;
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.execute_batch(&std::fs::read_to_string(root().join("src/store/migrations/V0001__initial.sql")).unwrap()).unwrap();
    connection.execute("ATTACH ?1 AS newest", [newest.to_str().unwrap()]).unwrap();
    let history = "CREATE TABLE refinery_schema_history (version INTEGER PRIMARY KEY, name TEXT, applied_on TEXT, checksum TEXT);
        INSERT INTO refinery_schema_history SELECT * FROM newest.refinery_schema_history WHERE version = 1;
        INSERT INTO feeds (id, configured_url, url, status, interval_ms, next_poll_at, failures, added_at)
            VALUES ('a', 'https://a.example/', 'https://a.example/', 'failing', 900000, 5, 7, 1);";
    connection.execute_batch(history).unwrap();
}

#[tokio::test]
async fn a_file_of_an_older_program_is_copied_and_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vigie.db");
    of_version_1(&path).await;
    let error = Reader::open(&path).err().expect("not up to date").to_string();
    assert!(error.contains("schema version 1") && error.contains("vigie once"), "{error}");
    let store = open(&path).unwrap();
    assert!(folder.path().join("vigie.db.bak-v1").exists());
    let feeds = store.feeds().await.unwrap();
    let state = &feeds[0].feed.state;
    assert_eq!((state.status, state.failures, state.status_since), (FeedStatus::Failing, 7, None));
}

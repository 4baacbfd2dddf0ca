//! Brings a database file to this program's schema, after a copy of it.

use std::path::Path;

use refinery::Runner;
use rusqlite::Connection;
use rusqlite::backup::Backup;

use super::StoreError;

mod embedded {
    refinery::embed_migrations!("src/store/migrations");
}

/// The migrations, and how they are run.
fn runner() -> Runner {
    embedded::migrations::runner().set_abort_divergent(true)
}

/// The last version that this program knows.
pub fn known_version() -> i64 {
    runner().get_migrations().iter().map(|m| i64::from(m.version())).max().unwrap_or(0)
}

/// Applies what is pending, each migration in one transaction. A file that already holds data is copied to `vigie.db.bak-vN` first.
pub(super) fn migrate(connection: &mut Connection, path: Option<&Path>) -> Result<(), StoreError> {
    let shown = path.unwrap_or(Path::new(":memory:")).to_owned();
    let failed = |reason: String| StoreError::Migration { path: shown.clone(), reason };
    let runner = runner();
    let found = version_of(connection)?;
    let known = known_version();
    if found > known {
        return Err(StoreError::Newer { path: shown, found, known });
    }
    if found == known {
        return Ok(());
    }
    if found > 0
        && let Some(path) = path
    {
        let copy = path.with_file_name(format!("vigie.db.bak-v{found}"));
        backup(connection, &copy)?;
    }
    runner.run(connection).map_err(|e| failed(e.to_string()))?;
    Ok(())
}

/// The schema version of a file; 0 for one that was just made.
pub(super) fn version_of(connection: &Connection) -> Result<i64, StoreError> {
    let migrated = "SELECT count(*) FROM sqlite_schema WHERE name = 'refinery_schema_history'";
    if connection.query_row(migrated, [], |r| r.get::<_, i64>(0))? == 0 {
        return Ok(0);
    }
    Ok(connection.query_row("SELECT coalesce(max(version), 0) FROM refinery_schema_history", [], |r| r.get(0))?)
}

/// Copies the whole database by SQLite's online backup, without stopping its writer for long.
pub(super) fn backup(connection: &Connection, to: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::OpenOptionsExt;
    let open = |reason: String| StoreError::Open { path: to.to_owned(), reason };
    // The file is made first, so that it is never readable by others, not even for a moment.
    std::fs::OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(to).map_err(|e| open(e.to_string()))?;
    let mut target = Connection::open(to)?;
    {
        let run = Backup::new(connection, &mut target)?;
        const PAGES_A_STEP: i32 = 1000;
        run.run_to_completion(PAGES_A_STEP, std::time::Duration::ZERO, None)?;
    }
    let verdict: String = target.query_row("PRAGMA quick_check(1)", [], |r| r.get(0))?;
    if verdict != "ok" {
        return Err(StoreError::Damaged { path: to.to_owned(), reason: verdict });
    }
    Ok(())
}

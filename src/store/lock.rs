//! One process per state folder.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use super::StoreError;

/// The lock on a state folder, held until it is dropped.
#[derive(Debug)]
pub struct StateLock {
    _file: File,
}

/// Makes the folder, private to its owner, if it is not there.
pub(super) fn make_private_folder(folder: &Path) -> Result<(), StoreError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|e| StoreError::Open { path: folder.to_owned(), reason: e.to_string() })
}

impl StateLock {
    /// Takes the lock, or names the process that holds it.
    pub fn acquire(folder: &Path) -> Result<StateLock, StoreError> {
        make_private_folder(folder)?;
        let path = folder.join("vigie.lock");
        let open = |e: std::io::Error| StoreError::Open { path: path.clone(), reason: e.to_string() };
        let mut file =
            OpenOptions::new().create(true).truncate(false).read(true).write(true).mode(0o600).open(&path).map_err(open)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                let _ = file.read_to_string(&mut pid);
                return Err(StoreError::Locked { path, pid: pid.trim().to_owned() });
            }
            Err(TryLockError::Error(e)) => return Err(open(e)),
        }
        // The pid is for people; a full disk must not keep the program from starting and saying so.
        let _ = file.set_len(0);
        let _ = file.rewind();
        let _ = writeln!(file, "{}", std::process::id());
        Ok(StateLock { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_instance_is_told_who_holds_the_folder() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let held = StateLock::acquire(folder.path()).expect("the first instance");
        let error = StateLock::acquire(folder.path()).expect_err("the second instance");
        assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
        drop(held);
        StateLock::acquire(folder.path()).expect("the folder is free again");
    }
}

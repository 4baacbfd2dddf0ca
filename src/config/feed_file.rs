//! A configuration file that is changed by a command: in go a path and a new text, and the file is whole at every moment.
//!
//! Its folder is locked from opening to dropping, so that two commands at once do not lose each other's change. What is written is not judged here.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::{Path, PathBuf};

/// A file as it was when it was opened.
#[derive(Debug)]
pub struct FeedFile {
    /// Behind all links: renaming onto a link would replace the link.
    path: PathBuf,
    folder: PathBuf,
    metadata: Metadata,
    text: String,
    /// Held, not used.
    _lock: File,
}

impl FeedFile {
    /// Reads the file and keeps other commands from changing it.
    pub fn open(path: &Path) -> io::Result<FeedFile> {
        let path = path.canonicalize()?;
        let folder = path.parent().unwrap_or(Path::new("/")).to_owned();
        let lock = File::open(&folder)?;
        match lock.lock() {
            // A file system that knows no locks is no reason to refuse a change.
            Err(error) if error.kind() != io::ErrorKind::Unsupported => return Err(error),
            _ => {}
        }
        let metadata = path.metadata()?;
        let text = std::fs::read_to_string(&path)?;
        Ok(FeedFile { path, folder, metadata, text, _lock: lock })
    }

    /// What it held when it was opened.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Puts `text` in its place: all of it or nothing.
    pub fn replace(&self, text: &str) -> io::Result<()> {
        let mut name = std::ffi::OsString::from(".");
        name.push(self.path.file_name().unwrap_or_default());
        name.push(".new");
        let unfinished = self.folder.join(name);
        let written = self.write_and_rename(&unfinished, text);
        if written.is_err() {
            // The error that is told is the first one; a leftover is removed by the next change.
            let _ = std::fs::remove_file(&unfinished);
        }
        written?;
        // The new name lies in the folder, which has its own place on the disk.
        File::open(&self.folder)?.sync_all()
    }

    /// Puts back what it held when it was opened.
    pub fn restore(&self) -> io::Result<()> {
        self.replace(&self.text)
    }

    fn write_and_rename(&self, unfinished: &Path, text: &str) -> io::Result<()> {
        // Left by a command that was killed; the lock says that nobody is writing it now.
        let _ = std::fs::remove_file(unfinished);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(unfinished)?;
        file.write_all(text.as_bytes())?;
        let made = file.metadata()?;
        if (made.uid(), made.gid()) != (self.metadata.uid(), self.metadata.gid()) {
            fchown(&file, Some(self.metadata.uid()), Some(self.metadata.gid()))?;
        }
        file.set_permissions(self.metadata.permissions())?;
        file.sync_all()?;
        std::fs::rename(unfinished, &self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_change_keeps_links_and_permissions_and_leaves_nothing_beside() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real.toml"), folder.path().join("link.toml"));
        std::fs::write(&real, "old").unwrap();
        std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink("real.toml", &link).unwrap();
        std::fs::write(folder.path().join(".real.toml.new"), "left by a crash").unwrap();
        let file = FeedFile::open(&link).unwrap();
        file.replace("new").unwrap();
        assert_eq!(std::fs::read_to_string(&real).unwrap(), "new");
        assert!(link.is_symlink());
        assert_eq!(real.metadata().unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
        file.restore().unwrap();
        assert_eq!(std::fs::read_to_string(&real).unwrap(), "old");
    }
}

//! Letters as `.eml` files in a folder.
//!
//! In: a letter. Out: one file, complete or absent, on the disk when `Ok` comes back. Not done here: removing old files.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_64;

use super::{Letter, SendError};

/// The longest file name made from a Message-ID, bytes; file systems stop at 255 and the temporary name adds six.
const NAME_BYTES: usize = 200;

/// A folder that takes letters.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// A folder at `path`; it is made with the first letter.
    pub(super) fn new(path: PathBuf) -> Folder {
        Folder { path }
    }

    /// Writes one letter; the same letter again gives the same file.
    pub(super) async fn deliver(&self, letter: &Letter) -> Result<(), SendError> {
        let folder = self.path.clone();
        let name = file_name(&letter.message_id);
        let bytes = letter.bytes.clone();
        let shown = folder.join(&name);
        let written = tokio::task::spawn_blocking(move || write(&folder, &name, &bytes)).await;
        let problem = |why: String| SendError::Relay(format!("cannot write {}: {why}", shown.display()));
        match written {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(problem(error.to_string())),
            Err(error) => Err(problem(error.to_string())),
        }
    }
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let unfinished = folder.join(format!(".{name}.part"));
    let written = write_and_rename(&unfinished, &folder.join(name), bytes);
    if written.is_err() {
        // A full disk is not helped by half a letter; when this fails too, the next try overwrites it.
        let _ = std::fs::remove_file(&unfinished);
    }
    written?;
    // The new name lies in the folder, which has its own place on the disk.
    File::open(folder)?.sync_all()
}

fn write_and_rename(unfinished: &Path, finished: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(unfinished, finished)
}

/// A file name from a Message-ID: nothing that a file system or a shell could take for something else.
///
/// A Message-ID that had to be changed gets a hash of the original behind it, so that two never share a file.
fn file_name(message_id: &str) -> String {
    let keep = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '@' | '+' | '=');
    let mut name: String = message_id.chars().map(|c| if keep(c) { c } else { '_' }).collect();
    if name.is_empty() || name.starts_with(['.', '-']) {
        name.insert(0, '_');
    }
    name.truncate(NAME_BYTES);
    if name != message_id {
        name.push_str(&format!("-{:016x}", xxh3_64(message_id.as_bytes())));
    }
    name.push_str(".eml");
    name
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn letter(id: &str, bytes: &[u8]) -> Letter {
        Letter { message_id: id.to_owned(), recipient: "anne@rig.example".to_owned(), bytes: bytes.to_vec() }
    }

    #[tokio::test]
    async fn a_letter_is_one_private_file_and_again_the_same_file() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("var").join("mail");
        let folder = Folder::new(path.clone());
        folder.deliver(&letter("abc@rig.example", b"Subject: a\r\n\r\nold")).await.unwrap();
        folder.deliver(&letter("abc@rig.example", b"Subject: a\r\n\r\nb")).await.unwrap();
        let names: Vec<_> = std::fs::read_dir(&path).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names, ["abc@rig.example.eml"]);
        let file = path.join("abc@rig.example.eml");
        assert_eq!(std::fs::read(&file).unwrap(), b"Subject: a\r\n\r\nb");
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[tokio::test]
    async fn a_full_disk_is_said_clearly_and_leaves_nothing_behind() {
        let root = tempfile::tempdir().unwrap();
        let unfinished = root.path().join(".m@rig.example.eml.part");
        // /dev/full takes the open and refuses the bytes, as a full disk does.
        std::os::unix::fs::symlink("/dev/full", &unfinished).unwrap();
        let error = Folder::new(root.path().to_owned()).deliver(&letter("m@rig.example", b"x")).await.unwrap_err();
        assert!(matches!(error, SendError::Relay(_)), "{error:?}");
        assert!(error.to_string().contains("m@rig.example.eml: No space left on device"), "{error}");
        assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_name_holds_nothing_but_a_name() {
        assert_eq!(file_name("k7a@rig.example"), "k7a@rig.example.eml");
        for id in ["../../etc/passwd", "a/b", "", ".hidden", "-rf", "a b", "a\0b", &"x".repeat(400)] {
            let name = file_name(id);
            assert!(!name.contains(['/', '\0', ' ']) && !name.starts_with(['.', '-']) && name.len() < 240, "{id:?} → {name:?}");
            assert!(name.ends_with(".eml"), "{name:?}");
        }
        assert_ne!(file_name("a/b"), file_name("a_b"));
        assert_ne!(file_name("a/b"), file_name("a:b"));
    }
}

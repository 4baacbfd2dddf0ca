//! Passwords come out of files or systemd credentials, never out of the configuration itself.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::environment;
use crate::outbox::Secret;

/// The credential that the shipped unit loads (`LoadCredential=smtp-password:…`).
const CREDENTIAL: &str = "smtp-password";

/// Reads a password: `file` when one is configured, else the systemd credential. A file that others can read is refused.
pub(super) fn password(file: Option<&Path>) -> Result<Option<Secret>, String> {
    let credential = environment::credentials_directory().map(|folder| folder.join(CREDENTIAL)).filter(|p| p.is_file());
    match (file, credential) {
        (Some(file), _) => read(file, true).map(Some),
        // systemd keeps the folder closed to others; the shipped unit makes an empty one where nobody wrote a password.
        (None, Some(credential)) if std::fs::metadata(&credential).is_ok_and(|m| m.len() == 0) => Ok(None),
        (None, Some(credential)) => read(&credential, false).map(Some),
        (None, None) => Ok(None),
    }
}

fn read(file: &Path, must_be_private: bool) -> Result<Secret, String> {
    let shown = file.display();
    let metadata = std::fs::metadata(file).map_err(|e| format!("the password file {shown} cannot be read: {e}"))?;
    let mode = metadata.permissions().mode() & 0o777;
    if must_be_private && mode & 0o077 != 0 {
        return Err(format!("the password file {shown} can be read by others (mode {mode:o}); run: chmod 600 {shown}"));
    }
    let text = std::fs::read_to_string(file).map_err(|e| format!("the password file {shown} cannot be read: {e}"))?;
    let password = text.lines().next().unwrap_or_default();
    if password.is_empty() {
        return Err(format!("the password file {shown} is empty; write the password on its first line"));
    }
    Ok(Secret::new(password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_file_that_others_can_read_is_refused_with_the_remedy() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let file = folder.path().join("smtp-password");
        std::fs::write(&file, "correct horse\n").expect("a scratch file");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).expect("a scratch file");
        let refused = password(Some(&file)).expect_err("it can be read by others");
        assert!(refused.contains("chmod 600"), "{refused}");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).expect("a scratch file");
        let secret = password(Some(&file)).expect("it is private now").expect("it holds a password");
        assert_eq!(secret.reveal(), "correct horse");
        assert_eq!(format!("{secret:?}"), "***");
    }
}

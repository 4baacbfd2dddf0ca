//! Letters through the system's `sendmail` program.
//!
//! In: a letter. Out: what the program's exit code says. Not done here: its queue, which is its own.

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use lettre::Address;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

use super::reply::legible;
use super::{Letter, MailSpec, SendError, address};

/// The program and the envelope sender.
#[derive(Debug, Clone)]
pub struct Sendmail {
    program: PathBuf,
    sender: Address,
    timeout: Duration,
}

impl Sendmail {
    /// Checks the sender's address; a mistake comes back in words.
    pub(super) fn new(spec: &MailSpec) -> Result<Sendmail, String> {
        let sender = address::parse(spec.envelope_sender()).map_err(|why| format!("the sender is no mail address: {why}"))?;
        Ok(Sendmail { program: spec.sendmail.clone(), sender, timeout: spec.timeout })
    }

    /// Runs the program once for one letter.
    pub(super) async fn deliver(&self, letter: &Letter) -> Result<(), SendError> {
        let recipient = address::parse(&letter.recipient)
            .map_err(|why| SendError::Refused(format!("the recipient is no mail address: {why}")))?;
        let shown = self.program.display();
        let mut command = Command::new(&self.program);
        command.args(["-i", "-f"]).arg(AsRef::<str>::as_ref(&self.sender)).arg("--").arg(AsRef::<str>::as_ref(&recipient));
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().map_err(|e| SendError::Relay(format!("cannot run {shown}: {e}")))?;
        let stdin = child.stdin.take();
        let bytes = local_lines(&letter.bytes);
        let feeding = async move {
            if let Some(mut stdin) = stdin {
                // A program that stops reading says why with its exit code.
                let _ = stdin.write_all(&bytes).await;
            }
        };
        let running = async { tokio::join!(feeding, child.wait_with_output()).1 };
        match timeout(self.timeout, running).await {
            Ok(Ok(output)) => judge(output.status, &String::from_utf8_lossy(&output.stderr), &letter.recipient),
            Ok(Err(error)) => Err(SendError::Deferred(format!("{shown}: {error}"))),
            Err(_) => Err(SendError::Deferred(format!("{shown} did not end within {:?}", self.timeout))),
        }
    }
}

/// Exit codes of sysexits.h, as sendmail, Postfix, Exim and msmtp use them.
fn judge(status: ExitStatus, said: &str, recipient: &str) -> Result<(), SendError> {
    let text = |name: &str| format!("sendmail: {name}: {}", legible(said, recipient)).trim_end_matches([':', ' ']).to_owned();
    match status.code() {
        Some(0) => Ok(()),
        Some(65) => Err(SendError::Refused(text("bad data (65)"))),
        Some(67) => Err(SendError::Refused(text("no such user (67)"))),
        Some(68) => Err(SendError::Refused(text("no such host (68)"))),
        Some(code @ (64 | 70..=74 | 77 | 78)) => Err(SendError::Relay(text(&format!("exit code {code}")))),
        Some(75) => Err(SendError::Deferred(text("try again (75)"))),
        Some(code) => Err(SendError::Deferred(text(&format!("exit code {code}")))),
        None => Err(SendError::Deferred(text("killed"))),
    }
}

/// A local program reads lines as its system writes them; CRLF would become two line ends in some.
fn local_lines(bytes: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(bytes.len());
    for (index, &byte) in bytes.iter().enumerate() {
        if byte != b'\r' || bytes.get(index + 1) != Some(&b'\n') {
            lines.push(byte);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A program that keeps its arguments and input beside itself, complains, and exits with `code`.
    fn stand_in(folder: &std::path::Path, code: u8) -> MailSpec {
        let program = folder.join("sendmail");
        let script = "#!/bin/sh\nhere=$(dirname \"$0\")\necho \"$@\" > \"$here/arguments\"\ncat > \"$here/letter\"\necho 'a word of complaint' >&2\nexit ";
        std::fs::write(&program, format!("{script}{code}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
        MailSpec { sendmail: program, from: "Veille <veille@rig.example>".to_owned(), ..MailSpec::default() }
    }

    fn letter(recipient: &str) -> Letter {
        let bytes = b"Subject: essai\r\n\r\n.\r\nfin\r\n".to_vec();
        Letter { message_id: "m@rig.example".to_owned(), recipient: recipient.to_owned(), bytes }
    }

    async fn run(code: u8) -> Result<(), SendError> {
        let folder = tempfile::tempdir().unwrap();
        Sendmail::new(&stand_in(folder.path(), code)).unwrap().deliver(&letter("anne@bücher.example")).await
    }

    #[tokio::test]
    async fn the_program_gets_sender_recipient_and_every_line() {
        let folder = tempfile::tempdir().unwrap();
        Sendmail::new(&stand_in(folder.path(), 0)).unwrap().deliver(&letter("anne@bücher.example")).await.unwrap();
        let read = |name| std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(read("arguments"), "-i -f veille@rig.example -- anne@xn--bcher-kva.example\n");
        assert_eq!(read("letter"), "Subject: essai\n\n.\nfin\n");
    }

    #[tokio::test]
    async fn exit_codes_are_decisions() {
        assert_eq!(run(67).await, Err(SendError::Refused("sendmail: no such user (67): a word of complaint".to_owned())));
        assert!(matches!(run(75).await, Err(SendError::Deferred(_))));
        assert!(matches!(run(69).await, Err(SendError::Deferred(_))));
        assert!(matches!(run(78).await, Err(SendError::Relay(_))));
        assert!(matches!(run(1).await, Err(SendError::Deferred(_))));
    }

    #[tokio::test]
    async fn a_missing_program_is_the_relays_fault_and_an_option_is_no_recipient() {
        let spec = MailSpec { sendmail: "/nonexistent/sendmail".into(), from: "a@rig.example".to_owned(), ..MailSpec::default() };
        let sendmail = Sendmail::new(&spec).unwrap();
        assert!(matches!(sendmail.deliver(&letter("anne@rig.example")).await, Err(SendError::Relay(_))));
        assert!(matches!(sendmail.deliver(&letter("-bs@rig.example")).await, Err(SendError::Refused(_))));
    }
}

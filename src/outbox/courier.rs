//! Who carries letters: the closed set of ways out.
//!
//! In: the `[mail]` section. Out: something that delivers one letter after the other. Not done here: choosing the letters.

use std::collections::VecDeque;
use std::path::PathBuf;

use thiserror::Error;

use super::folder::Folder;
use super::sendmail::Sendmail;
use super::smtp::Smtp;
use super::{Letter, MailSpec, SendError, Transport};

/// Why the `[mail]` section cannot be used, one sentence a mistake.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("[mail] {}", .0.join("; "))]
pub struct SetupError(pub Vec<String>);

/// A way out for letters.
pub enum Courier {
    /// An SMTP relay.
    Smtp(Box<Smtp>),
    /// The system's `sendmail` program.
    Sendmail(Sendmail),
    /// One `.eml` file a letter.
    Folder(Folder),
    /// Kept in memory: replay and tests.
    Memory(Memory),
}

/// Letters kept in memory.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    delivered: Vec<Letter>,
    /// What to answer to the next letters before one is accepted, oldest first.
    pub refusals: VecDeque<SendError>,
}

impl Courier {
    /// The way out that the `[mail]` section names; the network is not touched.
    pub fn new(spec: &MailSpec) -> Result<Courier, SetupError> {
        let mistakes = spec.validate();
        if !mistakes.is_empty() {
            return Err(SetupError(mistakes));
        }
        let one = |mistake| SetupError(vec![mistake]);
        match spec.transport {
            Transport::Smtp => Ok(Courier::Smtp(Box::new(Smtp::new(spec).map_err(one)?))),
            Transport::Sendmail => Ok(Courier::Sendmail(Sendmail::new(spec).map_err(one)?)),
            Transport::Folder => Ok(Courier::folder(spec.folder.clone())),
        }
    }

    /// Letters become files in `path`.
    pub fn folder(path: impl Into<PathBuf>) -> Courier {
        Courier::Folder(Folder::new(path.into()))
    }

    /// Letters stay in memory.
    pub fn memory() -> Courier {
        Courier::Memory(Memory::default())
    }

    /// Hands over one letter. `Ok` means that somebody else is now responsible for it.
    pub async fn deliver(&mut self, letter: &Letter) -> Result<(), SendError> {
        match self {
            Courier::Smtp(smtp) => smtp.deliver(letter).await,
            Courier::Sendmail(sendmail) => sendmail.deliver(letter).await,
            Courier::Folder(folder) => folder.deliver(letter).await,
            Courier::Memory(memory) => match memory.refusals.pop_front() {
                Some(refusal) => Err(refusal),
                None => {
                    memory.delivered.push(letter.clone());
                    Ok(())
                }
            },
        }
    }

    /// Ends the connection, if there is one: to be called when nothing more is due.
    pub async fn close(&mut self) {
        if let Courier::Smtp(smtp) = self {
            smtp.close().await;
        }
    }

    /// The letters accepted in memory so far; none for any other way out.
    pub fn delivered(&self) -> &[Letter] {
        match self {
            Courier::Memory(memory) => &memory.delivered,
            Courier::Smtp(_) | Courier::Sendmail(_) | Courier::Folder(_) => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Letter {
        Letter { message_id: "m@rig.example".to_owned(), recipient: "anne@rig.example".to_owned(), bytes: b"x".to_vec() }
    }

    #[tokio::test]
    async fn memory_keeps_what_it_was_not_told_to_refuse() {
        let refusals = VecDeque::from([SendError::Deferred("later".to_owned())]);
        let mut courier = Courier::Memory(Memory { refusals, ..Memory::default() });
        assert_eq!(courier.deliver(&letter()).await, Err(SendError::Deferred("later".to_owned())));
        assert_eq!(courier.deliver(&letter()).await, Ok(()));
        courier.close().await;
        assert_eq!(courier.delivered(), [letter()]);
    }

    #[test]
    fn a_section_with_mistakes_gives_no_courier() {
        let spec = MailSpec { transport: Transport::Smtp, ..MailSpec::default() };
        let error = Courier::new(&spec).err().expect("a mistake");
        assert_eq!(error.0, spec.validate());
        assert!(error.to_string().starts_with("[mail] "), "{error}");
        let ca = MailSpec {
            host: "localhost".to_owned(),
            from: "a@rig.example".to_owned(),
            ca_file: Some("/nonexistent.pem".into()),
            ..spec
        };
        assert!(Courier::new(&ca).err().expect("a mistake").to_string().contains("ca_file /nonexistent.pem"));
    }
}

//! The `[mail]` section, one letter, and what can go wrong with it.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

use super::address;

/// A password. It has no `Debug` that shows it and no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a password that was read from a file or credential.
    pub fn new(value: String) -> Secret {
        Secret(value)
    }

    /// The password itself: for the authentication exchange only.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// How the connection to the relay is protected. There is no "try TLS, else plain".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// TLS from the first byte (port 465).
    Implicit,
    /// STARTTLS, required.
    StartTls,
    /// None: for a relay on the same machine.
    None,
}

impl Tls {
    /// The port that relays use for it.
    pub fn default_port(self) -> u16 {
        match self {
            Tls::Implicit => 465,
            Tls::StartTls => 587,
            Tls::None => 25,
        }
    }
}

/// How messages leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// One `.eml` file a message.
    Folder,
    /// An SMTP relay.
    Smtp,
    /// The system's `sendmail` program.
    Sendmail,
}

/// The `[mail]` section.
#[derive(Debug, Clone, PartialEq)]
pub struct MailSpec {
    /// How messages leave.
    pub transport: Transport,
    /// `Name <address>`: the From header.
    pub from: String,
    /// The envelope sender (bounces go there); the address of `from` when not set.
    pub envelope_from: String,
    /// Where `.eml` files go (transport `folder`).
    pub folder: PathBuf,
    /// The relay.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// The user name, when the relay wants one.
    pub username: Option<String>,
    /// Its password.
    pub password: Option<Secret>,
    /// An extra certificate authority, PEM.
    pub ca_file: Option<PathBuf>,
    /// The longest wait for one answer of the relay.
    pub timeout: Duration,
    /// The first retry's delay.
    pub retry_min: Duration,
    /// The longest delay between two retries.
    pub retry_max: Duration,
    /// When a message is given up.
    pub give_up: Duration,
    /// The sendmail program.
    pub sendmail: PathBuf,
}

impl Default for MailSpec {
    fn default() -> Self {
        let minutes = |n: u64| Duration::from_secs(60 * n);
        MailSpec {
            transport: Transport::Folder,
            from: String::new(),
            envelope_from: String::new(),
            folder: PathBuf::from("mail"),
            host: String::new(),
            port: Tls::Implicit.default_port(),
            tls: Tls::Implicit,
            username: None,
            password: None,
            ca_file: None,
            timeout: minutes(1),
            retry_min: minutes(1),
            retry_max: minutes(30),
            give_up: minutes(4 * 24 * 60),
            sendmail: PathBuf::from("/usr/sbin/sendmail"),
        }
    }
}

impl MailSpec {
    /// Where bounces go: `envelope_from`, else the address of `from`.
    pub fn envelope_sender(&self) -> &str {
        let chosen = if self.envelope_from.trim().is_empty() { &self.from } else { &self.envelope_from };
        address::bare(chosen)
    }

    /// Every mistake in the section, one sentence each; files and the network are not touched.
    pub fn validate(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        let mut check = |is_wrong: bool, mistake: &str| {
            if is_wrong {
                mistakes.push(mistake.to_owned());
            }
        };
        let is_smtp = self.transport == Transport::Smtp;
        let needs_sender = self.transport != Transport::Folder;
        check(is_smtp && self.host.trim().is_empty(), "host is missing: the relay that takes the mail");
        check(is_smtp && self.port == 0, "port must not be 0");
        check(needs_sender && self.from.trim().is_empty(), "from is missing: the sender, as \"Name <address>\"");
        check(self.from.chars().any(char::is_control), "from holds control characters");
        check(is_smtp && self.username.is_some() && self.password.is_none(), "username without a password: set password_file");
        check(is_smtp && self.username.is_none() && self.password.is_some(), "a password without username");
        check(
            is_smtp && self.tls == Tls::None && (self.username.is_some() || self.password.is_some()),
            "tls = \"none\" with a user name or password would send them in the clear: use \"implicit\" or \"starttls\"",
        );
        check(self.timeout.is_zero(), "timeout must be longer than 0s");
        check(self.retry_min.is_zero(), "retry_min must be longer than 0s");
        check(self.retry_min > self.retry_max, "retry_min is longer than retry_max");
        check(self.give_up < self.retry_min, "give_up is shorter than retry_min: nothing would ever be tried again");
        for (key, value) in [("from", &self.from), ("envelope_from", &self.envelope_from)] {
            if value.trim().is_empty() {
                continue;
            }
            match address::parse(address::bare(value)) {
                // A recipient may want SMTPUTF8 of the relay; a sender that wants it would put every letter at the relay's mercy.
                Ok(sender) if !sender.user().is_ascii() => {
                    mistakes.push(format!("{key} = {value:?} has letters beyond ASCII before the @"));
                }
                Ok(_) => {}
                Err(why) => mistakes.push(format!("{key} = {value:?} holds no mail address: {why}")),
            }
        }
        mistakes
    }
}

/// One message on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Without angle brackets; names the file in a folder.
    pub message_id: String,
    /// The one recipient.
    pub recipient: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Why a letter was not accepted; the variants are the decisions that the caller takes.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SendError {
    /// This message will never be accepted (5xx at MAIL, RCPT, DATA or the final dot).
    #[error("refused for good: {0}")]
    Refused(String),
    /// This message was not accepted now (4xx): try it again later.
    #[error("not accepted now: {0}")]
    Deferred(String),
    /// The relay cannot be used now (connect, TLS, greeting, authentication, lost connection): nothing goes until it is tried again.
    #[error("the relay cannot be used: {0}")]
    Relay(String),
}

impl SendError {
    /// True when trying again is pointless.
    pub fn is_permanent(&self) -> bool {
        matches!(self, SendError::Refused(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smtp() -> MailSpec {
        let (host, from) = ("relay.example".to_owned(), "Veille <veille@rig.example>".to_owned());
        MailSpec { transport: Transport::Smtp, host, from, ..MailSpec::default() }
    }

    #[track_caller]
    fn check(spec: MailSpec, expected: &[&str]) {
        let mistakes = spec.validate();
        assert_eq!(mistakes.len(), expected.len(), "{mistakes:?}");
        for (mistake, start) in mistakes.iter().zip(expected) {
            assert!(mistake.starts_with(start), "{mistake:?} does not start with {start:?}");
        }
    }

    #[test]
    fn every_mistake_is_named_at_once() {
        let user = Some("veille".to_owned());
        let password = Some(Secret::new("s".to_owned()));
        check(MailSpec::default(), &[]);
        check(smtp(), &[]);
        check(
            MailSpec { transport: Transport::Smtp, port: 0, ..MailSpec::default() },
            &["host is missing", "port", "from is missing"],
        );
        check(MailSpec { transport: Transport::Sendmail, ..MailSpec::default() }, &["from is missing"]);
        check(MailSpec { username: user.clone(), ..smtp() }, &["username without a password"]);
        check(MailSpec { password: password.clone(), ..smtp() }, &["a password without username"]);
        check(MailSpec { username: user.clone(), password: password.clone(), ..smtp() }, &[]);
        check(MailSpec { username: user, password, tls: Tls::None, ..smtp() }, &["tls = \"none\" with a user name"]);
        check(MailSpec { from: "Veille".to_owned(), ..smtp() }, &["from = "]);
        check(MailSpec { from: "Иван <иван@rig.example>".to_owned(), ..smtp() }, &["from = "]);
        check(MailSpec { envelope_from: "bounces@a b".to_owned(), ..smtp() }, &["envelope_from = "]);
        check(MailSpec { retry_min: Duration::from_secs(3_600), ..smtp() }, &["retry_min is longer"]);
        check(MailSpec { timeout: Duration::ZERO, give_up: Duration::ZERO, ..smtp() }, &["timeout", "give_up"]);
    }

    #[test]
    fn bounces_go_where_the_section_says_and_the_password_is_never_shown() {
        assert_eq!(smtp().envelope_sender(), "veille@rig.example");
        assert_eq!(
            MailSpec { envelope_from: "bounces@rig.example".to_owned(), ..smtp() }.envelope_sender(),
            "bounces@rig.example"
        );
        let spec = MailSpec { password: Some(Secret::new("s3cret".to_owned())), ..smtp() };
        assert!(!format!("{spec:?}").contains("s3cret"));
    }
}

//! Letters over SMTP, one transaction each, one recipient each.
//!
//! In: a letter. Out: the relay's decision. The connection stays open for the next letter until [`Smtp::close`]. Not done here:
//! connecting and TLS (relay, tls), what an answer means (reply).

use std::borrow::Cow;
use std::fmt::Display;
use std::future::Future;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::{Response, Severity};
use tokio::time::timeout;

use super::relay::Relay;
use super::reply::{Fault, Stage, judge};
use super::{Letter, MailSpec, SendError, address};

/// How long a farewell may take: nothing depends on its answer.
const QUIT_TIMEOUT: Duration = Duration::from_secs(5);

/// A relay, and the connection to it while one is open.
pub struct Smtp {
    relay: Relay,
    sender: Address,
    connection: Option<Connection>,
}

struct Connection {
    smtp: AsyncSmtpConnection,
    /// The last transaction was left half-way: RSET before the next.
    is_half_way: bool,
}

impl Smtp {
    /// Prepares everything that does not need the network; the mistakes of the `[mail]` section come back in words.
    pub(super) fn new(spec: &MailSpec) -> Result<Smtp, String> {
        let sender = address::parse(spec.envelope_sender()).map_err(|why| format!("the sender is no mail address: {why}"))?;
        Ok(Smtp { relay: Relay::new(spec)?, sender, connection: None })
    }

    /// Hands one letter over: `Ok` is the relay's 250 after the final dot.
    pub(super) async fn deliver(&mut self, letter: &Letter) -> Result<(), SendError> {
        let recipient = address::parse(&letter.recipient)
            .map_err(|why| SendError::Refused(format!("the recipient is no mail address: {why}")))?;
        let bytes = wire_form(&letter.bytes);
        let to_decision = |(stage, fault): (Stage, Fault)| judge(stage, &fault, &letter.recipient);
        // Taken out, not borrowed: when this future is dropped half-way, the connection goes with it.
        if let Some(connection) = self.connection.take() {
            match self.transact(connection, &recipient, &bytes).await {
                Err((stage, fault)) if fault.is_stale_connection(stage) => {}
                outcome => return outcome.map_err(to_decision),
            }
        }
        let connection = Connection { smtp: self.relay.open().await?, is_half_way: false };
        self.transact(connection, &recipient, &bytes).await.map_err(to_decision)
    }

    /// Says goodbye, when nothing more is due.
    pub(super) async fn close(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            // Whether it was heard changes nothing: every letter was answered before.
            let _ = timeout(QUIT_TIMEOUT, connection.smtp.quit()).await;
        }
    }

    /// One transaction; the connection is kept when it can carry another.
    async fn transact(&mut self, mut connection: Connection, to: &Address, bytes: &[u8]) -> Result<(), (Stage, Fault)> {
        let outcome = self.exchange(&mut connection, to, bytes).await;
        match &outcome {
            Ok(()) => self.connection = Some(connection),
            Err((_, fault)) if fault.ends_the_connection() => {}
            Err((stage, _)) => {
                connection.is_half_way = matches!(stage, Stage::Recipient | Stage::Data);
                self.connection = Some(connection);
            }
        }
        outcome
    }

    async fn exchange(&self, connection: &mut Connection, to: &Address, bytes: &[u8]) -> Result<(), (Stage, Fault)> {
        let limit = self.relay.timeout();
        if connection.is_half_way {
            let answer = command(&mut connection.smtp, Rset, limit).await;
            // A relay that cannot even do this is left: to a letter it is a connection that was closed.
            answer.map_err(|fault| (Stage::Mail, Fault::Lost(format!("RSET failed: {fault:?}"))))?;
            connection.is_half_way = false;
        }
        let smtp = &mut connection.smtp;
        let parameters = mail_parameters(smtp, to, bytes).map_err(|fault| (Stage::Mail, fault))?;
        let at = |stage| move |fault| (stage, fault);
        let mail = Mail::new(Some(self.sender.clone()), parameters);
        command(smtp, mail, limit).await.and_then(completed).map_err(at(Stage::Mail))?;
        command(smtp, Rcpt::new(to.clone(), Vec::new()), limit).await.and_then(completed).map_err(at(Stage::Recipient))?;
        command(smtp, Data, limit).await.and_then(go_ahead).map_err(at(Stage::Data))?;
        answered(smtp.message(bytes), limit).await.and_then(completed).map_err(at(Stage::Dot))
    }
}

async fn command(smtp: &mut AsyncSmtpConnection, command: impl Display, limit: Duration) -> Result<Response, Fault> {
    answered(smtp.command(command), limit).await
}

async fn answered(exchange: impl Future<Output = Result<Response, Error>>, limit: Duration) -> Result<Response, Fault> {
    match timeout(limit, exchange).await {
        Ok(answer) => answer.map_err(|error| Fault::of(&error)),
        Err(_) => Err(Fault::Silent),
    }
}

fn completed(response: Response) -> Result<(), Fault> {
    expect(&response, Severity::PositiveCompletion)
}

/// Only 354 invites the letter: after any other answer its lines would be read as commands.
fn go_ahead(response: Response) -> Result<(), Fault> {
    expect(&response, Severity::PositiveIntermediate)
}

fn expect(response: &Response, severity: Severity) -> Result<(), Fault> {
    if response.code().severity == severity {
        return Ok(());
    }
    let text = response.message().collect::<Vec<_>>().join(" ");
    Err(Fault::Answered { code: response.code().into(), text })
}

/// What the letter needs of the relay beyond RFC 5321, or why it cannot go there.
fn mail_parameters(smtp: &AsyncSmtpConnection, to: &Address, bytes: &[u8]) -> Result<Vec<MailParameter>, Fault> {
    let relay = smtp.server_info();
    let mut parameters = Vec::new();
    if !to.user().is_ascii() {
        if !relay.supports_feature(Extension::SmtpUtfEight) {
            return Err(Fault::Unfit("the address has letters beyond ASCII before the @ and the relay does not offer SMTPUTF8"));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !bytes.is_ascii() {
        if !relay.supports_feature(Extension::EightBitMime) {
            return Err(Fault::Unfit("the message has bytes beyond ASCII and the relay does not offer 8BITMIME"));
        }
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    Ok(parameters)
}

/// The letter with CRLF at every line's end and none behind the last line (lettre adds it with the dot).
///
/// compose writes CRLF already. A bare CR or LF is what SMTP smuggling lives on (CVE-2023-51764), so it is mended here, where it would
/// do harm, and not merely forbidden there.
fn wire_form(bytes: &[u8]) -> Cow<'_, [u8]> {
    let is_clean = |window: &[u8]| match window {
        [b'\r', after] => *after == b'\n',
        [before, b'\n'] => *before == b'\r',
        _ => true,
    };
    let starts_well = bytes.first() != Some(&b'\n') && (bytes.len() > 1 || bytes != b"\r");
    if starts_well && bytes.last() != Some(&b'\r') && bytes.windows(2).all(is_clean) {
        return Cow::Borrowed(bytes.strip_suffix(b"\r\n").unwrap_or(bytes));
    }
    let mut mended = Vec::with_capacity(bytes.len() + 64);
    let mut rest = bytes.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        match byte {
            b'\r' => {
                rest.next_if_eq(&b'\n');
                mended.extend_from_slice(b"\r\n");
            }
            b'\n' => mended.extend_from_slice(b"\r\n"),
            other => mended.push(other),
        }
    }
    if mended.ends_with(b"\r\n") {
        mended.truncate(mended.len() - 2);
    }
    Cow::Owned(mended)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: &[u8]) {
        assert_eq!(wire_form(bytes).escape_ascii().to_string(), expected.escape_ascii().to_string());
    }

    #[test]
    fn a_bare_carriage_return_or_line_feed_never_reaches_the_wire() {
        check(b"a\r\nb\r\n", b"a\r\nb");
        check(b"a\r\nb", b"a\r\nb");
        check(b"a\r\n\r\n", b"a\r\n");
        check(b"a\nb", b"a\r\nb");
        check(b"a\n.\nMAIL FROM:<x>", b"a\r\n.\r\nMAIL FROM:<x>");
        check(b"a\r.\rb\r\n", b"a\r\n.\r\nb");
        check(b"\na", b"\r\na");
        check(b"a\r", b"a");
        check(b"\r", b"");
        check(b"", b"");
    }

    proptest! {
        #[test]
        fn every_line_end_on_the_wire_is_crlf(bytes in "[a.\r\n]{0,24}") {
            let wire = wire_form(bytes.as_bytes()).into_owned();
            for (index, byte) in wire.iter().enumerate() {
                match byte {
                    b'\r' => prop_assert_eq!(wire.get(index + 1), Some(&b'\n')),
                    b'\n' => prop_assert!(index > 0 && wire[index - 1] == b'\r'),
                    _ => {}
                }
            }
        }
    }
}

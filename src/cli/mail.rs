//! `vigie mail test ADDRESS` and `vigie mail retry`.

use std::path::PathBuf;

use anyhow::anyhow;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};

use super::args::MailCommand;
use super::{End, output, setup};
use crate::clock::Clock;
use crate::config::Settings;
use crate::outbox::{Courier, Letter};
use crate::store::{Store, StoreOptions};

pub(super) fn run(config: Option<PathBuf>, command: MailCommand) -> anyhow::Result<End> {
    let Some(settings) = setup::settings(config)? else { return Ok(End::Misconfigured) };
    match command {
        MailCommand::Test { address } => setup::block_on(test(&settings, &address)),
        MailCommand::Retry => setup::block_on(retry(&settings)),
    }
}

/// Hands one mail to the configured transport, past the outbox, and says what became of it.
async fn test(settings: &Settings, address: &str) -> anyhow::Result<End> {
    let to: Mailbox = address.parse().map_err(|e| anyhow!("\"{address}\" is not a mail address: {e}"))?;
    let from: Mailbox = settings.identity.from.parse().map_err(|e| anyhow!("[mail] from: {e}"))?;
    let now = Clock::System.now();
    let message_id = format!("test-{}@{}", now.as_microsecond(), settings.identity.domain);
    let mail = Message::builder()
        .from(from)
        .to(to.clone())
        .subject("[vigie] test / essai")
        .message_id(Some(format!("<{message_id}>")))
        .date(std::time::SystemTime::from(now))
        .header(ContentType::TEXT_PLAIN)
        .body(format!("This is a test mail of vigie, sent at {now}.\nCeci est un mail d'essai de vigie.\n"))?;
    let letter = Letter { message_id, recipient: to.email.to_string(), bytes: mail.formatted() };
    let mut courier = Courier::new(&settings.mail).map_err(|e| anyhow!("[mail]: {e}"))?;
    let delivered = courier.deliver(&letter).await;
    courier.close().await;
    match delivered {
        Ok(()) => {
            output::complain(&format!("accepted for {}", to.email));
            Ok(End::Done)
        }
        Err(error) => {
            output::complain(&error.to_string());
            Ok(End::SomeFailed)
        }
    }
}

/// Puts failed messages back into the queue; a running daemon sends them within half a minute, else the next `run` or `once` does.
async fn retry(settings: &Settings) -> anyhow::Result<End> {
    // Fails in words when there is no database yet.
    drop(setup::reader(settings)?);
    let store = Store::open(StoreOptions { path: Some(settings.database()), ..StoreOptions::default() })?;
    let count = store.retry_failed(Clock::System.now()).await?;
    store.close().await;
    output::complain(&format!("{count} failed messages wait to be sent again"));
    Ok(End::Done)
}

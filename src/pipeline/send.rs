//! Step four: hand finished messages to the courier, and note what became of each before the next.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use jiff::Timestamp;

use super::engine::Engine;
use crate::outbox::{Letter, MailSpec, Retry, SendError, masked, next_attempt};
use crate::store::{DueMessage, Outcome, StoreError};

/// What one round of sending came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SendReport {
    /// Messages tried.
    pub tried: usize,
    /// Messages accepted.
    pub sent: usize,
}

/// Messages claimed at once: few, so that a stop gives few back.
const BATCH: usize = 32;

impl Engine {
    /// Sends what is due; stops at the first message that shows that the relay cannot be used.
    pub async fn send_due(&self) -> Result<SendReport, StoreError> {
        self.send_while(|| true).await
    }

    /// [`Engine::send_due`] for as long as `go_on` is true; the message in hand is finished.
    pub async fn send_while(&self, go_on: impl Fn() -> bool) -> Result<SendReport, StoreError> {
        let mut report = SendReport::default();
        if self.nothing_waits(&self.messages_waiting) {
            return Ok(report);
        }
        let mut courier = self.courier.lock().await;
        while go_on() && self.relay_may_be_tried() {
            let now = self.clock.now();
            let due = self.store.claim_messages(now, self.lease_until(now), BATCH).await?;
            if due.is_empty() {
                break;
            }
            let mut waiting = due.into_iter();
            for message in waiting.by_ref() {
                let letter = Letter {
                    message_id: message.message_id.clone(),
                    recipient: message.recipient.clone(),
                    bytes: message.bytes.clone(),
                };
                let result = courier.deliver(&letter).await;
                report.tried += 1;
                report.sent += usize::from(result.is_ok());
                self.note_delivery(&message, result).await?;
                if !go_on() || !self.relay_may_be_tried() {
                    break;
                }
            }
            let untried: Vec<i64> = waiting.map(|m| m.id).collect();
            if !untried.is_empty() {
                self.store.release_messages(untried).await?;
            }
        }
        courier.close().await;
        Ok(report)
    }

    /// When the next message is due, the relay's rest included.
    pub async fn next_send(&self) -> Result<Option<Timestamp>, StoreError> {
        if self.nothing_waits(&self.messages_waiting) {
            return Ok(None);
        }
        let next = self.store.next_message().await?;
        if next.is_none() {
            self.messages_waiting.store(false, Ordering::SeqCst);
        }
        let rest = self.relay.lock().unwrap_or_else(PoisonError::into_inner).not_before();
        Ok(next.map(|at| rest.map_or(at, |rest| rest.max(at))))
    }

    fn relay_may_be_tried(&self) -> bool {
        let rest = self.relay.lock().unwrap_or_else(PoisonError::into_inner).not_before();
        rest.is_none_or(|at| at <= self.clock.now())
    }

    async fn note_delivery(&self, message: &DueMessage, result: Result<(), SendError>) -> Result<(), StoreError> {
        let now = self.clock.now();
        let current = self.current();
        let spec = &current.settings.mail;
        let outcome = {
            let mut relay = self.relay.lock().unwrap_or_else(PoisonError::into_inner);
            match &result {
                Err(SendError::Relay(_)) => relay.failed(now, spec),
                Ok(()) | Err(SendError::Refused(_) | SendError::Deferred(_)) => relay.ok(),
            }
            outcome(message, result, spec, relay.not_before().unwrap_or(now), now)
        };
        let (id, to) = (&message.message_id, masked(&message.recipient));
        match &outcome {
            Outcome::Sent => tracing::info!(message.id = %id, recipient = %to, "sent"),
            Outcome::Deferred { next_at, error, .. } => {
                tracing::warn!(message.id = %id, recipient = %to, %next_at, %error, "not sent yet")
            }
            Outcome::Failed { error } => {
                tracing::error!(message.id = %id, recipient = %to, %error, "not sent: see `vigie messages --state failed`");
            }
        }
        self.store.record_delivery(message.id, now, outcome).await
    }
}

fn outcome(message: &DueMessage, result: Result<(), SendError>, spec: &MailSpec, rest: Timestamp, now: Timestamp) -> Outcome {
    let give_up = |error: &SendError| match next_attempt(message.attempts + 1, message.created_at, spec, &message.message_id, now)
    {
        Retry::At(next_at) => Ok(next_at),
        Retry::GiveUp => Err(Outcome::Failed { error: format!("given up: {error}") }),
    };
    match result {
        Ok(()) => Outcome::Sent,
        Err(error @ SendError::Refused(_)) => Outcome::Failed { error: error.to_string() },
        Err(error @ SendError::Deferred(_)) => match give_up(&error) {
            Ok(next_at) => Outcome::Deferred { next_at, error: error.to_string(), counts: true },
            Err(failed) => failed,
        },
        // The relay rests once for all messages: this one keeps its own schedule.
        Err(error @ SendError::Relay(_)) => match give_up(&error) {
            Ok(_) => Outcome::Deferred { next_at: rest, error: error.to_string(), counts: false },
            Err(failed) => failed,
        },
    }
}

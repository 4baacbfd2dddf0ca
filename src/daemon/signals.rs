//! SIGTERM, SIGINT and SIGHUP.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reload {
    /// Read the configuration again (SIGHUP).
    Again,
    /// End (SIGTERM, SIGINT).
    Stop,
}

/// The signals of the process.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    /// Takes over the three signals, from now on.
    pub fn listen() -> std::io::Result<Signals> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for the next one.
    pub async fn next(&mut self) -> Reload {
        tokio::select! {
            _ = self.terminate.recv() => Reload::Stop,
            _ = self.interrupt.recv() => Reload::Stop,
            _ = self.hangup.recv() => Reload::Again,
        }
    }
}

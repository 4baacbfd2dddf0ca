//! Messages to the service manager (`sd_notify(3)`): each call sends one datagram, and does nothing when the program was not
//! started by systemd.

use std::time::Duration;

use sd_notify::NotifyState;

/// Says that configuration, database and listeners are usable.
pub fn ready(status: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(&one_line(status))]);
}

/// Says that the configuration is being read again; [`ready`] must follow.
pub fn reloading() {
    // systemd wants the monotonic time in the same datagram (Type=notify-reload), and ignores it for Type=notify.
    match NotifyState::monotonic_usec_now() {
        Ok(at) => tell(&[NotifyState::Reloading, at]),
        Err(_) => tell(&[NotifyState::Reloading]),
    }
}

/// Says that the program is on its way out.
pub fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// Shows one line in `systemctl status`.
pub fn status(text: &str) {
    tell(&[NotifyState::Status(&one_line(text))]);
}

/// Feeds the watchdog: to be called only when every loop has ticked lately.
pub fn watchdog() {
    tell(&[NotifyState::Watchdog]);
}

/// The longest time that systemd accepts between two calls of [`watchdog`], when it watches at all.
pub fn watchdog_interval() -> Option<Duration> {
    sd_notify::watchdog_enabled().filter(|interval| !interval.is_zero())
}

/// A line end inside a value would begin another message.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "the service manager could not be told");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_cannot_smuggle_a_second_message() {
        assert_eq!(one_line("3 feeds\nREADY=1"), "3 feeds READY=1");
    }

    #[test]
    fn without_a_service_manager_nothing_happens() {
        ready("12 feeds");
        reloading();
        status("12 feeds");
        watchdog();
        stopping();
    }
}

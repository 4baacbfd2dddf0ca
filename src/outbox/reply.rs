//! What a relay's answer means for a letter.
//!
//! In: the stage of the transaction and what went wrong there. Out: one of the three decisions of [`SendError`]. Pure.

use lettre::transport::smtp::Error;

use super::{SendError, masked};

/// The longest piece of a foreign answer that is kept, characters: a few lines, enough for any enhanced status and its link.
const TEXT_CHARACTERS: usize = 400;

/// Where in the transaction of one letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// MAIL FROM: the sender, the same for every letter.
    Mail,
    /// RCPT TO: this letter's recipient.
    Recipient,
    /// DATA.
    Data,
    /// The final dot was on its way: the relay may have the letter.
    Dot,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// The relay answered this.
    Answered {
        /// The three digits.
        code: u16,
        /// The rest.
        text: String,
    },
    /// The connection ended, or what came was no SMTP.
    Lost(String),
    /// No answer within the time.
    Silent,
    /// The relay does not offer what this recipient's address or this letter needs.
    Unfit(&'static str),
}

impl Fault {
    /// What lettre's error says.
    pub(super) fn of(error: &Error) -> Fault {
        let text = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
        match error.status() {
            Some(code) => Fault::Answered { code: u16::from(code), text },
            None => Fault::Lost(text),
        }
    }

    /// True when a connection that had served before may simply have been closed by the relay, and the letter is certainly not taken:
    /// it may go over a new connection at once, and nothing counts as failed.
    pub(super) fn is_stale_connection(&self, stage: Stage) -> bool {
        match self {
            // 421 says both: closing, and not taken.
            Fault::Answered { code, .. } => *code == 421,
            Fault::Lost(_) => stage != Stage::Dot,
            // A router that forgot an idle connection swallows the first command.
            Fault::Silent => stage == Stage::Mail,
            Fault::Unfit(_) => false,
        }
    }

    /// True when the connection cannot carry another letter.
    pub(super) fn ends_the_connection(&self) -> bool {
        match self {
            Fault::Answered { code, .. } => *code == 421 || !(400..600).contains(code),
            Fault::Lost(_) | Fault::Silent => true,
            Fault::Unfit(_) => false,
        }
    }
}

/// The decision for a letter to `recipient`.
///
/// What fails at MAIL fails for every letter alike, so silence or a closed door there is the relay's state; later it is this letter's,
/// lest one recipient whom the relay cannot bear hold up all others.
pub(super) fn judge(stage: Stage, fault: &Fault, recipient: &str) -> SendError {
    let place = match stage {
        Stage::Mail => "MAIL",
        Stage::Recipient => "RCPT",
        Stage::Data => "DATA",
        Stage::Dot => "the final dot",
    };
    match fault {
        Fault::Answered { code, text } => {
            let said = format!("{place}: {code} {}", legible(text, recipient));
            match code {
                // RFC 4954: who we are is in question, not the letter.
                530 | 534 | 535 | 538 => SendError::Relay(said),
                421 if stage == Stage::Mail => SendError::Relay(said),
                500..=599 => SendError::Refused(said),
                _ => SendError::Deferred(said),
            }
        }
        Fault::Lost(why) => not_now(stage, format!("{place}: connection lost ({})", legible(why, recipient))),
        Fault::Silent => not_now(stage, format!("{place}: no answer in time")),
        Fault::Unfit(why) => SendError::Refused(format!("{place}: {why}")),
    }
}

/// A foreign answer as it may stand in a log: one line, no control characters, not endless, the recipient masked.
pub(super) fn legible(text: &str, recipient: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(TEXT_CHARACTERS).collect();
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    if recipient.is_empty() { line } else { line.replace(recipient, &masked(recipient)) }
}

fn not_now(stage: Stage, said: String) -> SendError {
    if stage == Stage::Mail { SendError::Relay(said) } else { SendError::Deferred(said) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    enum Decision {
        Refused,
        Deferred,
        Relay,
    }

    #[track_caller]
    fn check(stage: Stage, code: u16, expected: Decision) {
        let fault = Fault::Answered { code, text: "said the relay".to_owned() };
        let got = match judge(stage, &fault, "anne@rig.example") {
            SendError::Refused(_) => Decision::Refused,
            SendError::Deferred(_) => Decision::Deferred,
            SendError::Relay(_) => Decision::Relay,
        };
        assert_eq!(got, expected, "{code} at {stage:?}");
    }

    #[test]
    fn five_hundreds_are_final_and_four_hundreds_are_not() {
        for stage in [Stage::Mail, Stage::Recipient, Stage::Data, Stage::Dot] {
            check(stage, 550, Decision::Refused);
            check(stage, 554, Decision::Refused);
            check(stage, 451, Decision::Deferred);
            check(stage, 452, Decision::Deferred);
            check(stage, 535, Decision::Relay);
            check(stage, 530, Decision::Relay);
            check(stage, 299, Decision::Deferred);
        }
        check(Stage::Mail, 421, Decision::Relay);
        check(Stage::Recipient, 421, Decision::Deferred);
        check(Stage::Dot, 421, Decision::Deferred);
    }

    #[test]
    fn a_lost_connection_is_the_relays_fault_only_before_the_letter_is_known() {
        let lost = Fault::Lost("end of stream".to_owned());
        assert!(matches!(judge(Stage::Mail, &lost, ""), SendError::Relay(_)));
        assert!(matches!(judge(Stage::Recipient, &lost, ""), SendError::Deferred(_)));
        assert!(matches!(judge(Stage::Dot, &Fault::Silent, ""), SendError::Deferred(_)));
        assert!(lost.is_stale_connection(Stage::Data));
        assert!(!lost.is_stale_connection(Stage::Dot));
        assert!(!Fault::Silent.is_stale_connection(Stage::Recipient));
    }

    #[test]
    fn answers_are_made_fit_for_a_log() {
        let fault = Fault::Answered { code: 550, text: "5.1.1 <anne@rig.example>\r\n\u{1b}[31m unknown".to_owned() };
        assert_eq!(
            judge(Stage::Recipient, &fault, "anne@rig.example").to_string(),
            "refused for good: RCPT: 550 5.1.1 <a***@rig.example> [31m unknown"
        );
        assert!(legible(&"x".repeat(5_000), "").len() <= TEXT_CHARACTERS);
    }
}

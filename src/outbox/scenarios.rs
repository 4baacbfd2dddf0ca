//! What becomes of letters when a relay misbehaves, seen from the courier. Tests only.

use std::time::Duration;

use super::fake::{AUTHORITY, Fake, Say, Script, Setup};
use super::{Courier, Letter, MailSpec, Secret, SendError, Tls, Transport};

fn letter(to: &str) -> Letter {
    let bytes = format!("To: {to}\r\nSubject: essai\r\n\r\nBonjour.\r\n").into_bytes();
    Letter { message_id: format!("m-{to}"), recipient: to.to_owned(), bytes }
}

fn spec(relay: &Fake) -> MailSpec {
    MailSpec {
        transport: Transport::Smtp,
        host: "127.0.0.1".to_owned(),
        port: relay.port,
        tls: Tls::None,
        from: "Veille <veille@rig.example>".to_owned(),
        timeout: Duration::from_secs(20),
        ..MailSpec::default()
    }
}

async fn start(setup: Setup) -> (Fake, Courier) {
    let relay = Fake::start(setup).await;
    let courier = Courier::new(&spec(&relay)).unwrap();
    (relay, courier)
}

#[tokio::test]
async fn all_letters_go_over_one_connection_one_recipient_each() {
    let (relay, mut courier) = start(Setup::default()).await;
    for to in ["anne@rig.example", "bruno@rig.example", "chloe@bücher.example"] {
        courier.deliver(&letter(to)).await.unwrap();
    }
    courier.close().await;
    let verbs = relay.verbs().join(" ");
    assert_eq!(verbs, "EHLO MAIL RCPT DATA MAIL RCPT DATA MAIL RCPT DATA QUIT");
    let seen = relay.seen();
    assert_eq!(seen.connections, 1);
    assert_eq!(seen.taken[2].to, ["chloe@xn--bcher-kva.example"]);
    assert_eq!(seen.taken[0].bytes, letter("anne@rig.example").bytes);
    assert_eq!(seen.commands[1].2, "MAIL FROM:<veille@rig.example>");
}

#[tokio::test]
async fn a_refused_recipient_does_not_hold_up_the_next() {
    let script = |point: &str, line: &str, _| match point {
        "RCPT" if line.contains("bruno") => Say::This(b"550 5.1.1 <bruno@rig.example> no such user"),
        _ => Say::Well,
    };
    let (relay, mut courier) = start(Setup { script, ..Setup::default() }).await;
    courier.deliver(&letter("anne@rig.example")).await.unwrap();
    let refused = courier.deliver(&letter("bruno@rig.example")).await;
    assert_eq!(refused, Err(SendError::Refused("RCPT: 550 5.1.1 <b***@rig.example> no such user".to_owned())));
    courier.deliver(&letter("chloe@rig.example")).await.unwrap();
    assert_eq!(relay.verbs().join(" "), "EHLO MAIL RCPT DATA MAIL RCPT RSET MAIL RCPT DATA");
    assert_eq!(relay.seen().connections, 1);
}

#[tokio::test]
async fn greylisting_defers_and_the_later_try_goes_over_the_same_connection() {
    let script = |point: &str, _: &str, count| match point {
        "RCPT" if count == 1 => Say::This(b"451 4.7.1 greylisted"),
        _ => Say::Well,
    };
    let (relay, mut courier) = start(Setup { script, ..Setup::default() }).await;
    let first = courier.deliver(&letter("anne@rig.example")).await;
    assert_eq!(first, Err(SendError::Deferred("RCPT: 451 4.7.1 greylisted".to_owned())));
    courier.deliver(&letter("anne@rig.example")).await.unwrap();
    assert_eq!((relay.seen().connections, relay.seen().taken.len()), (1, 1));
}

#[tokio::test]
async fn a_refusal_at_the_dot_is_final_and_the_connection_lives() {
    let script = |point: &str, _: &str, count| match point {
        "dot" if count == 1 => Say::This(b"554 5.7.1 content rejected"),
        _ => Say::Well,
    };
    let (relay, mut courier) = start(Setup { script, ..Setup::default() }).await;
    assert!(matches!(courier.deliver(&letter("anne@rig.example")).await, Err(SendError::Refused(_))));
    courier.deliver(&letter("bruno@rig.example")).await.unwrap();
    assert_eq!(relay.seen().connections, 1);
}

#[tokio::test]
async fn a_421_in_the_greeting_is_the_relays_fault() {
    let script = |point: &str, _: &str, count| match point {
        "connect" if count == 1 => Say::Last(b"421 4.3.2 not now"),
        _ => Say::Well,
    };
    let (relay, mut courier) = start(Setup { script, ..Setup::default() }).await;
    let error = courier.deliver(&letter("anne@rig.example")).await.unwrap_err();
    assert!(matches!(&error, SendError::Relay(text) if text.contains("greeting: 421 4.3.2 not now")), "{error}");
    courier.deliver(&letter("anne@rig.example")).await.unwrap();
    assert_eq!(relay.seen().taken.len(), 1);
}

#[tokio::test]
async fn a_421_on_a_used_connection_is_not_a_failed_attempt() {
    let script = |point: &str, _: &str, count| match point {
        "MAIL" if count == 3 => Say::Last(b"421 4.7.0 too many messages"),
        _ => Say::Well,
    };
    let (relay, mut courier) = start(Setup { script, ..Setup::default() }).await;
    for to in ["anne@rig.example", "bruno@rig.example", "chloe@rig.example"] {
        courier.deliver(&letter(to)).await.unwrap();
    }
    let connections: Vec<_> = relay.seen().taken.iter().map(|t| t.connection).collect();
    assert_eq!(connections, [1, 1, 2]);
}

#[tokio::test]
async fn a_connection_that_the_relay_closed_meanwhile_is_not_a_failed_attempt() {
    let script = |point: &str, _: &str, count| match point {
        "MAIL" if count == 2 => Say::Close,
        "DATA" if count == 2 => Say::Close,
        _ => Say::Well,
    };
    let (relay, mut courier) = start(Setup { script, ..Setup::default() }).await;
    courier.deliver(&letter("anne@rig.example")).await.unwrap();
    // Second connection, closed at DATA: it was new, so this one counts.
    assert!(matches!(courier.deliver(&letter("bruno@rig.example")).await, Err(SendError::Deferred(_))));
    courier.deliver(&letter("bruno@rig.example")).await.unwrap();
    assert_eq!((relay.seen().connections, relay.seen().taken.len()), (3, 2));
}

#[tokio::test]
async fn a_connection_lost_after_the_dot_is_deferred_and_never_repeated_at_once() {
    let script = |point: &str, _: &str, count| match point {
        "dot" if count == 2 => Say::KeepAndClose,
        _ => Say::Well,
    };
    let (relay, mut courier) = start(Setup { script, ..Setup::default() }).await;
    courier.deliver(&letter("anne@rig.example")).await.unwrap();
    let lost = courier.deliver(&letter("bruno@rig.example")).await;
    assert!(matches!(&lost, Err(SendError::Deferred(text)) if text.starts_with("the final dot: connection lost")), "{lost:?}");
    assert_eq!((relay.seen().connections, relay.seen().taken.len()), (1, 2));
}

#[tokio::test]
async fn a_silent_relay_is_left_after_the_timeout() {
    for (silent_at, is_relay) in [("connect", true), ("EHLO", true), ("MAIL", true), ("RCPT", false), ("dot", false)] {
        // Scripts are plain functions, so the point is told by the recipient.
        let script = |point: &str, line: &str, _| match (point, line) {
            ("RCPT", line) if line.contains("rcpt@") => Say::Nothing,
            ("dot", "dot@rig.example") => Say::Nothing,
            _ => Say::Well,
        };
        let whole: Script = match silent_at {
            "connect" => |point, _, _| if point == "connect" { Say::Nothing } else { Say::Well },
            "EHLO" => |point, _, _| if point == "EHLO" { Say::Nothing } else { Say::Well },
            "MAIL" => |point, _, _| if point == "MAIL" { Say::Nothing } else { Say::Well },
            _ => script,
        };
        let relay = Fake::start(Setup { script: whole, ..Setup::default() }).await;
        let mut courier = Courier::new(&MailSpec { timeout: Duration::from_millis(300), ..spec(&relay) }).unwrap();
        let error = courier.deliver(&letter(&format!("{}@rig.example", silent_at.to_lowercase()))).await.unwrap_err();
        assert_eq!(matches!(error, SendError::Relay(_)), is_relay, "silent at {silent_at}: {error}");
        assert!(error.to_string().contains("no answer"), "{error}");
    }
}

#[tokio::test]
async fn nobody_listening_is_the_relays_fault() {
    // Bound and never listening: refused, and nobody else can get the port meanwhile.
    let reserved = tokio::net::TcpSocket::new_v4().unwrap();
    reserved.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = reserved.local_addr().unwrap().port();
    let (relay, _) = start(Setup::default()).await;
    let mut courier = Courier::new(&MailSpec { port, ..spec(&relay) }).unwrap();
    let error = courier.deliver(&letter("anne@rig.example")).await.unwrap_err();
    assert!(matches!(&error, SendError::Relay(text) if text.contains("cannot connect to 127.0.0.1")), "{error}");
}

#[tokio::test]
async fn answers_without_text_or_in_latin_1_are_answers() {
    let script = |point: &str, line: &str, _| match point {
        "dot" => Say::This(b"250"),
        "RCPT" if line.contains("bruno") => Say::This(b"550 bo\xeete inconnue"),
        _ => Say::Well,
    };
    let (_relay, mut courier) = start(Setup { script, ..Setup::default() }).await;
    courier.deliver(&letter("anne@rig.example")).await.unwrap();
    let refused = courier.deliver(&letter("bruno@rig.example")).await;
    assert_eq!(refused, Err(SendError::Refused("RCPT: 550 bo?te inconnue".to_owned())));
}

#[tokio::test]
async fn a_letter_is_not_spoken_to_a_relay_that_did_not_ask_for_it() {
    let script = |point: &str, _: &str, count| if point == "DATA" && count == 1 { Say::This(b"250 ok") } else { Say::Well };
    let (relay, mut courier) = start(Setup { script, ..Setup::default() }).await;
    assert!(matches!(courier.deliver(&letter("anne@rig.example")).await, Err(SendError::Deferred(_))));
    courier.deliver(&letter("anne@rig.example")).await.unwrap();
    assert_eq!((relay.seen().connections, relay.verbs().len()), (2, 8));
}

#[tokio::test]
async fn a_local_part_beyond_ascii_wants_smtputf8_and_concerns_nobody_else() {
    let (_relay, mut courier) = start(Setup::default()).await;
    courier.deliver(&letter("иван@rig.example")).await.unwrap();
    let (relay, mut courier) = start(Setup { offers: &[], ..Setup::default() }).await;
    let refused = courier.deliver(&letter("иван@rig.example")).await;
    assert!(matches!(&refused, Err(SendError::Refused(text)) if text.contains("SMTPUTF8")), "{refused:?}");
    courier.deliver(&letter("anne@rig.example")).await.unwrap();
    assert_eq!(relay.seen().connections, 1);
}

/// A relay with TLS, its spec, and the file that names its authority; `None` (said on stderr) without the `openssl` program.
#[expect(clippy::print_stderr, reason = "a skipped test must be seen")]
async fn protected(setup: Setup) -> Option<(Fake, MailSpec, tempfile::TempDir)> {
    let Some(authority) = AUTHORITY.as_ref() else {
        eprintln!("SKIPPED: a TLS test of the outbox needs the `openssl` program");
        return None;
    };
    let folder = tempfile::tempdir().unwrap();
    let ca_file = folder.path().join("ca.pem");
    std::fs::write(&ca_file, &authority.ca).unwrap();
    let tls = setup.tls;
    let relay = Fake::start(setup).await;
    let spec = MailSpec { tls, ca_file: Some(ca_file), ..spec(&relay) };
    Some((relay, spec, folder))
}

#[tokio::test]
async fn tls_is_verified_against_the_configured_authority() {
    for tls in [Tls::Implicit, Tls::StartTls] {
        let Some((relay, spec, _folder)) = protected(Setup { tls, ..Setup::default() }).await else { return };
        let mut courier = Courier::new(&spec).unwrap();
        courier.deliver(&letter("anne@rig.example")).await.unwrap();
        courier.deliver(&letter("bruno@rig.example")).await.unwrap();
        courier.close().await;
        assert_eq!((relay.seen().taken.len(), relay.seen().connections), (2, 1), "{tls:?}");
        let in_the_clear: Vec<_> = relay.seen().commands.iter().filter(|(_, safe, _)| !safe).map(|(_, _, l)| l.clone()).collect();
        assert!(in_the_clear.iter().all(|l| l.starts_with("EHLO") || l == "STARTTLS"), "{in_the_clear:?}");
    }
}

#[tokio::test]
async fn a_certificate_for_another_host_gets_nothing() {
    let setup = Setup { tls: Tls::Implicit, is_misnamed: true, ..Setup::default() };
    let Some((relay, spec, _folder)) = protected(setup).await else { return };
    let error = Courier::new(&spec).unwrap().deliver(&letter("anne@rig.example")).await.unwrap_err();
    assert!(matches!(&error, SendError::Relay(text) if text.contains("not valid for name")), "{error}");
    assert!(relay.seen().commands.is_empty());
}

#[tokio::test]
async fn an_unknown_authority_gets_nothing() {
    for tls in [Tls::Implicit, Tls::StartTls] {
        let Some((relay, spec, folder)) = protected(Setup { tls, ..Setup::default() }).await else { return };
        let stranger = folder.path().join("stranger.pem");
        std::fs::write(&stranger, AUTHORITY.as_ref().map_or("", |a| &a.stranger)).unwrap();
        let unknown = MailSpec { ca_file: Some(stranger), ..spec.clone() };
        let error = Courier::new(&unknown).unwrap().deliver(&letter("anne@rig.example")).await.unwrap_err();
        assert!(
            matches!(&error, SendError::Relay(text) if text.contains("UnknownIssuer") && text.contains("ca_file")),
            "{error}"
        );
        assert!(relay.seen().taken.is_empty());
    }
}

#[tokio::test]
async fn a_stripped_starttls_sends_neither_password_nor_letter() {
    let Some((_, with_account, _folder)) = protected(Setup { tls: Tls::StartTls, ..Setup::default() }).await else { return };
    let stripped = Fake::start(Setup { account: Some(("veille", "s3cret")), ..Setup::default() }).await;
    let spec = MailSpec {
        port: stripped.port,
        username: Some("veille".to_owned()),
        password: Some(Secret::new("s3cret".to_owned())),
        ..with_account
    };
    let error = Courier::new(&spec).unwrap().deliver(&letter("anne@rig.example")).await.unwrap_err();
    assert!(matches!(&error, SendError::Relay(text) if text.contains("does not offer STARTTLS")), "{error}");
    assert_eq!(stripped.verbs(), ["EHLO"]);
}

#[tokio::test]
async fn bytes_injected_before_the_handshake_end_the_connection() {
    let setup = || Setup {
        tls: Tls::StartTls,
        injected: b"250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 queued\r\n",
        // What the real relay would say: nobody may believe the injected 250 instead.
        script: |point, _, _| if point == "dot" { Say::This(b"554 no") } else { Say::Well },
        ..Setup::default()
    };
    let Some((relay, spec, _folder)) = protected(setup()).await else { return };
    let error = Courier::new(&spec).unwrap().deliver(&letter("anne@rig.example")).await.unwrap_err();
    assert!(matches!(&error, SendError::Relay(text) if text.contains("STARTTLS: more bytes than the answer")), "{error}");
    assert_eq!(relay.verbs(), ["EHLO", "STARTTLS"]);
}

#[tokio::test]
async fn authentication_happens_under_tls_and_a_refusal_concerns_the_relay() {
    let setup = || Setup { tls: Tls::StartTls, account: Some(("veille", "s3cret-word")), ..Setup::default() };
    let Some((relay, spec, _folder)) = protected(setup()).await else { return };
    let account = |password: &str| MailSpec {
        username: Some("veille".to_owned()),
        password: Some(Secret::new(password.to_owned())),
        ..spec.clone()
    };
    Courier::new(&account("s3cret-word")).unwrap().deliver(&letter("anne@rig.example")).await.unwrap();
    assert!(relay.seen().commands.iter().filter(|(_, _, l)| l.starts_with("AUTH")).all(|(_, is_protected, _)| *is_protected));
    let error = Courier::new(&account("wrong-word")).unwrap().deliver(&letter("anne@rig.example")).await.unwrap_err();
    assert!(matches!(&error, SendError::Relay(text) if text.contains("AUTH: 535 5.7.8 no")), "{error}");
    assert!(!error.to_string().contains("wrong-word"));
    assert_eq!(relay.seen().taken.len(), 1);
}

#[tokio::test]
async fn lines_of_dots_arrive_as_they_were() {
    let (relay, mut courier) = start(Setup::default()).await;
    let bytes = b"Subject: x\r\n\r\n...a\r\n.\r\nRCPT TO:<eve@evil.example>\r\n..\r\nend\r\n".to_vec();
    courier.deliver(&Letter { bytes: bytes.clone(), ..letter("anne@rig.example") }).await.unwrap();
    assert_eq!(relay.seen().taken[0].bytes.escape_ascii().to_string(), bytes.escape_ascii().to_string());
    assert_eq!(relay.verbs().join(" "), "EHLO MAIL RCPT DATA");
}

//! The mail to operators: the rules that every mail keeps, and snapshots of what people read.

use super::checks::{Mail, check, shown};
use super::samples::{ago, identity, now};
use super::*;
use crate::alert::{Language, OperatorsSpec};
use crate::types::FeedId;
use jiff::tz::TimeZone;

fn feed(id: &str, name: &str, change: FeedChange) -> FeedNews {
    let address = format!("https://www.{id}.example/rss.xml").parse().expect("a test address");
    FeedNews { feed: FeedId::from(id), name: Some(name.to_owned()).filter(|n| !n.is_empty()), address, change }
}

fn fails(minutes: i64, failures: u32, error: &str) -> FeedChange {
    FeedChange::Fails { since: Some(ago(minutes)), failures, error: error.to_owned(), next_poll: Some(ago(-240)) }
}

fn compose(feeds: Vec<FeedNews>, language: Language) -> Mail {
    let report = HealthReport { at: now(), feeds };
    let operators =
        OperatorsSpec { language, timezone: TimeZone::get("Europe/Paris").expect("a test zone"), ..OperatorsSpec::default() };
    let notice = health(&report, &operators, "ops@desk.example", &identity());
    assert_eq!(notice, health(&report, &operators, "ops@desk.example", &identity()), "the same report gives the same bytes");
    let mail = Mail::of(notice.subject, notice.text, notice.html, notice.bytes);
    check(&mail);
    mail
}

fn mixed() -> Vec<FeedNews> {
    let mut secret =
        feed("wire", "The Wire", fails(700, 5, "https://***@www.wire.example/rss.xml?key=***: 401 (credentials wanted)"));
    secret.address = "https://***@www.wire.example/rss.xml?key=***".parse().expect("a test address");
    let gone = FeedChange::Fails {
        since: Some(ago(20)),
        failures: 1,
        error: "the server says that this feed is gone for good (410)".to_owned(),
        next_poll: None,
    };
    vec![
        feed("ministry", "", FeedChange::Answers { since: Some(ago(60 * 50)), until: ago(12) }),
        feed("courrier", "Le Courrier", fails(230, 4, "no answer within 20 s")),
        feed("bulletin", "Bulletin", FeedChange::Speaks { since: Some(ago(60 * 24 * 12)), until: ago(3) }),
        secret,
        feed(
            "lent",
            "La Lente",
            FeedChange::FallsQuiet { since: ago(60 * 24 * 4), usual_seconds: Some(9000.0), next_poll: ago(-60) },
        ),
        feed("old", "Old Ledger", gone),
    ]
}

#[test]
fn feeds_that_break_and_recover_together() {
    let french = compose(mixed(), Language::Fr);
    insta::assert_snapshot!("health_fr", shown(&french));
    insta::assert_snapshot!("health_fr_html", french.html);
    insta::assert_snapshot!("health_en", shown(&compose(mixed(), Language::En)));
}

#[test]
fn a_single_feed_is_named_in_the_subject() {
    let of = |change: FeedChange, language| compose(vec![feed("courrier", "Le Courrier", change)], language).subject;
    assert_eq!(of(fails(230, 4, "no answer"), Language::En), "[vigie] 1 feed fails: Le Courrier");
    assert_eq!(of(fails(230, 4, "no answer"), Language::Fr), "[vigie] 1 flux en panne : Le Courrier");
    let back = FeedChange::Answers { since: None, until: ago(3) };
    assert_eq!(of(back.clone(), Language::En), "[vigie] 1 feed is back: Le Courrier");
    assert_eq!(of(back, Language::Fr), "[vigie] 1 flux rétabli : Le Courrier");
}

#[test]
fn ten_thousand_feeds_are_one_mail_of_a_readable_size() {
    let feeds = (0..10_000).map(|n| feed(&format!("f{n}"), "Fil", fails(500, 4, &"no route to host ".repeat(40)))).collect();
    let mail = compose(feeds, Language::En);
    assert_eq!(mail.subject, "[vigie] 10,000 feeds fail");
    assert!(mail.text.contains("9,940 feeds more did not fit"), "{}", mail.text);
}

#[test]
fn message_ids_follow_the_decision() {
    let of = |feeds: Vec<FeedNews>, recipient: &str| {
        health(&HealthReport { at: now(), feeds }, &OperatorsSpec::default(), recipient, &identity()).message_id
    };
    let first = of(mixed(), "a@desk.example");
    assert_eq!(first, of(mixed(), "a@desk.example"));
    assert_ne!(first, of(mixed(), "b@desk.example"));
    assert_ne!(first, of(mixed().split_off(1), "a@desk.example"));
}

#[test]
fn hostile_words_change_nothing_but_themselves() {
    let name = "</a><script>alert(1)</script>\r\nBcc: x@evil.example =?utf-8?Q?=0D=0A?= \u{202e}";
    let error = format!("{} <svg onload=alert(5)> \0 .\n.\n", "x".repeat(3000));
    let mail = compose(vec![feed("courrier", name, fails(230, 4, &error))], Language::Fr);
    assert!(!mail.head.contains("\nBcc"), "{}", mail.head);
}

//! What every mail must be, tried on every kind of mail in both languages, and snapshots of what people read.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::samples::*;
use super::*;
use crate::alert::{AlertKind, Language};
use crate::types::TopicId;

/// A mail with its parts before they were encoded.
pub(super) struct Mail {
    pub(super) subject: String,
    pub(super) wire: String,
    pub(super) head: String,
    pub(super) text: String,
    pub(super) html: String,
}

impl Mail {
    pub(super) fn of(subject: String, text: String, html: String, bytes: Vec<u8>) -> Mail {
        let wire = String::from_utf8(bytes).expect("a message is ASCII");
        let head = wire.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n", "\n");
        Mail { subject, wire, head, text, html }
    }
}

fn compose(kind: AlertKind, stories: &[MailStory], language: Language, held: u32) -> Mail {
    let mut alert = alert(kind, stories);
    alert.held = held;
    let (desk, identity) = (desk(language), identity());
    let frame = (kind == AlertKind::Digest).then_some(DigestFrame { read: 1412, relevant: 42 });
    let message = message(&alert, stories, &desk, "lea@desk.example", &identity, frame.as_ref());
    let again = super::message(&alert, stories, &desk, "lea@desk.example", &identity, frame.as_ref());
    assert_eq!(message, again, "the same alert gives the same bytes");
    let input = page::Input {
        alert: &alert,
        stories,
        desk: &desk,
        identity: &identity,
        digest: frame.as_ref(),
        reply_to: envelope::bare_address(&identity.from),
    };
    let view = input.view(stories.len());
    let mail = Mail::of(message.subject, text::text(&view), html::html(&view), message.bytes);
    check(&mail);
    mail
}

/// The rules of RFC 5321, 5322, 2047, 2369, 2919 and 3834 that a message must keep, and ours for its HTML.
#[track_caller]
pub(super) fn check(mail: &Mail) {
    let wire = &mail.wire;
    assert!(wire.is_ascii() && !wire.contains('\0'));
    assert!(!wire.replace("\r\n", "").contains(['\r', '\n']), "a bare CR or LF");
    assert!(wire.split("\r\n").all(|line| line.len() <= 998));
    assert!(mail.head.lines().all(|line| line.len() <= 78), "a header line over 78: {}", mail.head);
    let names: Vec<&str> =
        mail.head.lines().filter(|line| !line.starts_with([' ', '\t'])).filter_map(|line| line.split(':').next()).collect();
    assert_eq!(names.len(), names.iter().collect::<BTreeSet<_>>().len(), "a header twice: {names:?}");
    for name in ["From", "To", "Date", "Message-ID", "Subject", "MIME-Version", "Auto-Submitted", "List-Id", "List-Unsubscribe"] {
        assert!(names.contains(&name), "no {name} in {names:?}");
    }
    for name in ["Bcc", "Return-Receipt-To", "Disposition-Notification-To", "List-Unsubscribe-Post", "X-Entity-Ref-ID"] {
        assert!(!names.contains(&name), "{name} in {names:?}");
    }
    for word in mail.head.split_whitespace().filter(|word| word.starts_with("=?")) {
        assert!(word.len() <= 75, "an encoded word over 75: {word}");
    }
    let subject = &mail.subject;
    assert!(
        subject.chars().count() <= 130 && !subject.chars().any(char::is_control) && !subject.contains('\u{fffd}'),
        "{subject:?}"
    );
    assert!(mail.text.trim().len() > 40 && !mail.text.contains('\u{fffd}'));
    assert!(mail.html.len() <= 102_000, "{} bytes of HTML", mail.html.len());
    let lower = mail.html.to_lowercase();
    for tag in ["script", "iframe", "object", "embed", "form", "input", "button", "base", "svg", "img", "link", "video", "audio"]
    {
        assert!(!lower.contains(&format!("<{tag} ")) && !lower.contains(&format!("<{tag}>")), "<{tag}>");
    }
    for address in lower.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(["http://", "https://", "mailto:", "#"].iter().any(|scheme| address.starts_with(scheme)), "{address}");
        assert!(
            address.starts_with('#') || mail.text.to_lowercase().contains(&address.replace("&#38;", "&")),
            "{address} is not in the text part"
        );
    }
    for wanted in [
        "<html lang=",
        "<meta charset=\"utf-8\">",
        "name=\"viewport\"",
        "name=\"color-scheme\"",
        "<title>",
        "role=\"presentation\"",
    ] {
        assert!(lower.contains(wanted), "no {wanted}");
    }
}

/// Headers and text part, as a reader with a plain mail program sees them.
pub(super) fn shown(mail: &Mail) -> String {
    format!("Subject (decoded): {}\n\n{}\n\n{}", mail.subject, mail.head, mail.text)
}

fn many() -> Vec<MailStory> {
    let titles = [
        "La raffinerie de Rason reçoit du brut russe",
        "Une délégation agricole russe à Pyongyang",
        "Vol direct : la deuxième rotation est complète",
        "Un manuel scolaire commun en préparation",
        "Moscou livre quatre locomotives",
        "Le port de Rajin rouvre aux vraquiers",
        "Un tournoi d’échecs réunit les deux capitales",
        "La banque centrale russe ouvre un bureau",
    ];
    let mut stories: Vec<MailStory> = (20..).zip(titles).map(|(id, title)| short(id, title, id % 3 != 0)).collect();
    stories.push(bridge());
    stories.push(bridge_update());
    stories[8].id = crate::types::StoryId(40);
    stories[7].developments.clear();
    // The same article under another topic is told once.
    let mut elsewhere = stories[0].clone();
    elsewhere.id = crate::types::StoryId(60);
    elsewhere.topic = TopicId::from("energy");
    elsewhere.topic_title = "Énergie".to_owned();
    stories.push(elsewhere);
    stories
}

#[test]
fn an_immediate_alert_in_french() {
    let mail = compose(AlertKind::Immediate, &[bridge()], Language::Fr, 0);
    insta::assert_snapshot!("immediate_fr", shown(&mail));
    insta::assert_snapshot!("immediate_fr_html", mail.html);
}

#[test]
fn an_immediate_alert_in_english() {
    insta::assert_snapshot!("immediate_en", shown(&compose(AlertKind::Immediate, &[bridge()], Language::En, 0)));
}

#[test]
fn a_development_in_french() {
    let mail = compose(AlertKind::Immediate, &[bridge_update()], Language::Fr, 0);
    insta::assert_snapshot!("development_fr", shown(&mail));
    insta::assert_snapshot!("development_fr_html", mail.html);
}

#[test]
fn a_development_in_english() {
    insta::assert_snapshot!("development_en", shown(&compose(AlertKind::Immediate, &[bridge_update()], Language::En, 0)));
}

#[test]
fn held_alerts_joined() {
    let stories = [bridge_update(), short(13, "Moscou livre quatre locomotives", true)];
    insta::assert_snapshot!("held_fr", shown(&compose(AlertKind::Immediate, &stories, Language::Fr, 2)));
    insta::assert_snapshot!("held_en", shown(&compose(AlertKind::Immediate, &stories, Language::En, 2)));
}

#[test]
fn a_digest() {
    let stories = many();
    let french = compose(AlertKind::Digest, &stories, Language::Fr, 0);
    insta::assert_snapshot!("digest_fr", shown(&french));
    insta::assert_snapshot!("digest_fr_html", french.html);
    insta::assert_snapshot!("digest_en", shown(&compose(AlertKind::Digest, &stories[..3], Language::En, 0)));
}

#[test]
fn a_digest_of_nothing() {
    insta::assert_snapshot!("nothing_fr", shown(&compose(AlertKind::Digest, &[], Language::Fr, 0)));
    insta::assert_snapshot!("nothing_en", shown(&compose(AlertKind::Digest, &[], Language::En, 0)));
}

#[test]
fn a_mail_links_only_what_the_last_one_could_not() {
    let mail = compose(AlertKind::Immediate, &[bridge_update()], Language::Fr, 0);
    for (id, linked) in [(1, false), (2, false), (9, true), (10, true)] {
        assert_eq!(mail.text.contains(&format!("/a/{id}\n")), linked, "article {id}");
    }
}

#[test]
fn message_ids_follow_the_decision() {
    let of = |stories: &[MailStory], recipient: &str| {
        message(&alert(AlertKind::Immediate, stories), stories, &desk(Language::Fr), recipient, &identity(), None).message_id
    };
    let first = of(&[bridge()], "a@desk.example");
    assert_eq!(first, of(&[bridge()], "a@desk.example"));
    assert_ne!(first, of(&[bridge()], "b@desk.example"));
    assert_ne!(first, of(&[bridge_update()], "a@desk.example"));
    let mut later = bridge_update();
    later.thread.as_mut().expect("an update threads").count += 1;
    assert_ne!(of(&[bridge_update()], "a@desk.example"), of(&[later], "a@desk.example"));
}

#[test]
fn hostile_words_change_nothing_but_themselves() {
    let mut story = bridge();
    story.topic_title = "Kim <b>\r\nBcc: x@evil.example</b>, \"topic\"".to_owned();
    story.title = format!("Россия\r\nX-Injected: 1 =?utf-8?Q?=0D=0ABcc:_x?= {}", "x".repeat(3000));
    let article = &mut story.articles[0];
    article.title = "</a><script>alert(1)</script><img src=x onerror=alert(2)> \"citée\" & {{7*7}}".to_owned();
    article.lead = vec![format!("{} <svg onload=alert(5)>\u{202e} \0 \u{fffd} .\n.\n", "Pyongyang".repeat(600)), ".".to_owned()];
    article.url = url::Url::parse("https://site.example/a/l'eau_(2)?q=\"><script>&x=[1]").expect("a test address");
    let mail = compose(AlertKind::Immediate, &[story.clone()], Language::Fr, 0);
    assert!(mail.html.contains("&#60;/a&#62;&#60;script&#62;alert(1)"), "{}", mail.html);
    assert!(!mail.head.contains("\nX-Injected") && !mail.head.contains("\nBcc"));
    compose(AlertKind::Digest, &[story], Language::En, 0);
}

#[test]
fn korean_and_emoji_subjects_survive() {
    let mut story = bridge();
    story.title = "북한군 러시아 쿠르스크 추가 파병… 👩‍👩‍👧‍👦 ".repeat(9);
    let mail = compose(AlertKind::Immediate, &[story], Language::Fr, 0);
    assert!(mail.subject.starts_with("[Russie – Corée du Nord] 북한군 러시아 쿠르스크 추가 파병… 👩‍👩‍👧‍👦 북한군"));
    assert!(mail.subject.ends_with('…'));
}

#[test]
fn a_digest_too_long_is_cut_and_says_so() {
    let stories: Vec<MailStory> = (100..400).map(|id| short(id, &format!("Sujet numéro {id}"), true)).collect();
    let message =
        message(&alert(AlertKind::Digest, &stories), &stories, &desk(Language::Fr), "lea@desk.example", &identity(), None);
    let wire = String::from_utf8_lossy(&message.bytes).replace("=\r\n", "");
    assert!(wire.contains("sujets de moindre importance"), "the cut is told");
    let html = wire.split("text/html").nth(1).unwrap_or_default().replace("=3D", "=");
    assert!(html.len() < 115_000, "quoted-printable HTML of {} bytes", html.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_words_give_a_correct_mail(title in ".{0,60}", source in "\\PC{0,20}", lead in "(.|\n){0,300}", topic in ".{0,40}", digest in any::<bool>()) {
        let mut story = bridge_update();
        story.title.clone_from(&title);
        story.topic_title = topic;
        for article in &mut story.articles {
            article.title.clone_from(&title);
            article.source.clone_from(&source);
            article.lead = vec![lead.clone()];
            article.rule.clone_from(&lead);
        }
        compose(if digest { AlertKind::Digest } else { AlertKind::Immediate }, &[story], Language::Fr, 1);
    }
}

#[test]
fn an_article_kept_by_its_story_is_marked_stands_after_the_others_and_is_no_source() {
    let mut story = bridge();
    story.articles[1].by_story = true;
    let marks = [
        (Language::Fr, "· rattaché au sujet", "4 articles, 2 sources"),
        (Language::En, "· kept by its story", "4 articles, 2 sources"),
    ];
    for (language, mark, counted) in marks {
        let text = compose(AlertKind::Immediate, std::slice::from_ref(&story), language, 0).text.replace('\u{a0}', " ");
        assert_eq!(text.matches(mark).count(), 1, "{text}");
        assert!(text.contains(counted), "{text}");
        assert!(text.find("북한·러시아") < text.find("open a bridge"), "{text}");
    }
}

//! From view to bytes: headers, parts, Message-ID. Everything here is derived; nothing is drawn or read from a clock.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use lettre::message::header::{
    ContentType, From as FromHeader, HeaderName, HeaderValue, InReplyTo, MIME_VERSION_1_0, MessageId, References, Subject, To,
};
use lettre::message::{Mailbox, Mailboxes, MultiPart, SinglePart};
use xxhash_rust::xxh3::xxh3_128;

use super::clean;
use super::message::{MailStory, Message, Thread};
use super::page::Input;
use crate::alert::Language;
use crate::types::ArticleId;

/// The alphabet of Message-IDs and boundaries (RFC 4648 base 32, lower case).
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// The bare address in `Name <address>`.
pub(super) fn bare_address(from: &str) -> &str {
    match from.rsplit_once('<') {
        Some((_, rest)) => rest.split('>').next().unwrap_or_default().trim(),
        None => from.trim(),
    }
}

/// The Message-ID without angle brackets: the same decision, article set and recipient give the same one.
pub(super) fn message_id(input: &Input<'_>, recipient: &str) -> String {
    let mut keys: Vec<&str> = input
        .stories
        .iter()
        .flat_map(|story| story.articles.iter().filter(|article| is_told(input, story, article.id)))
        .map(|a| a.key.as_str())
        .collect();
    keys.sort_unstable();
    keys.dedup();
    let (story, sequence) = match input.single() {
        Some(story) => (format!("{}/{}", story.topic, story.id), i64::from(story.mail_number())),
        None => (input.desk.name.to_string(), input.alert.at.as_second()),
    };
    let decision = [input.alert.kind.as_str(), &story, &keys.join(" "), recipient, &sequence.to_string()].join("|");
    format!("{}@{}", base32(&decision), clean::line(&input.identity.domain, 200))
}

fn is_told(input: &Input<'_>, story: &MailStory, article: ArticleId) -> bool {
    input.alert.stories.iter().any(|told| told.story == story.id && told.articles.contains(&article))
}

/// A hash of `text` as a name: the same text gives the same one.
pub(super) fn base32(text: &str) -> String {
    let hash = xxh3_128(text.as_bytes());
    (0..26).map(|i| char::from(BASE32[usize::try_from((hash >> (5 * i)) & 31).unwrap_or(0)])).collect()
}

/// What stands above the parts, apart from what is the same in every mail.
pub(super) struct Head<'a> {
    /// Without angle brackets.
    pub(super) message_id: &'a str,
    pub(super) at: Timestamp,
    pub(super) zone: &'a TimeZone,
    pub(super) from: &'a str,
    pub(super) recipient: &'a str,
    pub(super) subject: &'a str,
    pub(super) thread: Option<&'a Thread>,
    /// The headers that people and programs filter on.
    pub(super) own: Vec<(&'static str, String)>,
}

/// Writes the mail of an alert.
pub(super) fn message(input: &Input<'_>, recipient: &str, subject: String, text: String, html: String) -> Message {
    let message_id = message_id(input, recipient);
    let single = input.single();
    let head = Head {
        message_id: &message_id,
        at: input.alert.at,
        zone: &input.desk.timezone,
        from: &input.identity.from,
        recipient,
        subject: &subject,
        thread: single.and_then(|story| story.thread.as_ref()),
        own: own_headers(input),
    };
    let bytes = wire(head, text.clone(), html.clone());
    Message {
        recipient: recipient.to_owned(),
        message_id,
        kind: input.alert.kind,
        story: single.map(|story| story.id),
        subject,
        text,
        html,
        bytes,
    }
}

/// Puts the parts under their headers.
pub(super) fn wire(head: Head<'_>, text: String, html: String) -> Vec<u8> {
    let Head { message_id, at, zone, from, recipient, subject, thread, own } = head;
    // lettre draws a boundary; ours is derived, for the same alert must give the same bytes.
    let mut mail = MultiPart::alternative()
        .boundary(base32(&format!("boundary|{message_id}")))
        .singlepart(SinglePart::builder().header(ContentType::TEXT_PLAIN).body(text))
        .singlepart(SinglePart::builder().header(ContentType::TEXT_HTML).body(html));
    let headers = mail.headers_mut();
    let content_type = headers.remove::<ContentType>();
    headers.insert_raw(raw("Date", at.to_zoned(zone.clone()).strftime("%a, %d %b %Y %H:%M:%S %z").to_string()));
    match mailboxes(from) {
        Some(from) => headers.set(FromHeader::from(from)),
        None => headers.insert_raw(raw("From", clean::line(from, 200))),
    }
    match mailboxes(recipient) {
        Some(to) => headers.set(To::from(to)),
        None => headers.insert_raw(raw("To", clean::line(recipient, 200))),
    }
    headers.set(Subject::from(subject.to_owned()));
    headers.set(MessageId::from(format!("<{message_id}>")));
    if let Some(thread) = thread {
        let first = format!("<{}>", clean::line(&thread.first, 200));
        let last = format!("<{}>", clean::line(&thread.last, 200));
        let references = if first == last { first.clone() } else { format!("{first} {last}") };
        headers.set(InReplyTo::from(first));
        headers.set(References::from(references));
    }
    for (name, value) in own {
        headers.insert_raw(raw(name, value));
    }
    headers.set(MIME_VERSION_1_0);
    headers.set(content_type.unwrap_or(ContentType::TEXT_PLAIN));
    mail.formatted()
}

/// The headers that people and programs filter on.
fn own_headers(input: &Input<'_>) -> Vec<(&'static str, String)> {
    let mut topics: Vec<(&str, &str)> =
        input.stories.iter().map(|story| (story.topic.as_str(), story.topic_title.as_str())).collect();
    topics.sort_unstable();
    topics.dedup_by_key(|(id, _)| *id);
    let domain = &input.identity.domain;
    // A mail of one topic belongs to that topic's list; one of several, or of none, to the desk's.
    let (list, name) = match (topics.as_slice(), input.desk.topics.as_slice()) {
        ([(id, title)], _) => (clean::domain_label(id), clean::phrase(title)),
        ([], [only]) => (clean::domain_label(only.as_str()), clean::phrase(only.as_str())),
        _ => (format!("desk-{}", clean::domain_label(input.desk.name.as_str())), clean::phrase(input.desk.name.as_str())),
    };
    let list = format!("<{list}.{domain}>");
    let mut out = vec![
        ("List-Id", if name.is_empty() { list } else { format!("{name} {list}") }),
        ("List-Unsubscribe", format!("<{}>", input.unsubscribe())),
        ("Auto-Submitted", "auto-generated".to_owned()),
        ("Precedence", "bulk".to_owned()),
        (
            "Content-Language",
            match input.desk.language {
                Language::Fr => "fr".to_owned(),
                Language::En => "en".to_owned(),
            },
        ),
        ("X-Vigie-Kind", input.alert.kind.as_str().to_owned()),
    ];
    if !topics.is_empty() {
        let ids: Vec<String> = topics.iter().map(|(id, _)| clean::domain_label(id)).collect();
        out.push(("X-Vigie-Topic", ids.join(" ")));
    }
    if let Some(story) = input.single() {
        out.push(("X-Vigie-Story", story.id.to_string()));
    }
    out
}

fn raw(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

/// The address as lettre writes it; `None` for one that would put more than ASCII on the wire, which is then written encoded and refused by the relay.
fn mailboxes(address: &str) -> Option<Mailboxes> {
    let mailbox: Mailbox = address.trim().parse().ok()?;
    mailbox.email.to_string().is_ascii().then(|| mailbox.into())
}

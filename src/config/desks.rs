//! `[[desk]]`.

use jiff::tz::TimeZone;

use super::placed::{HasName, Placed, placed};
use super::reader::Section;
use crate::alert::{DeskSpec, DigestTime, Language, QuietHours, Trigger};
use crate::types::{DeskName, TopicId};

impl HasName for DeskSpec {
    const KIND: &'static str = "desk";
    fn name(&self) -> &str {
        self.name.as_str()
    }
}

/// Every `[[desk]]` of a file.
pub(super) fn desks(root: &Section<'_>) -> Vec<Placed<DeskSpec>> {
    root.tables("desk").into_iter().filter_map(desk).collect()
}

fn desk(section: Section<'_>) -> Option<Placed<DeskSpec>> {
    if !section.has("name") {
        section.missing("name", "what the desk is called, for example \"asie\"");
    }
    let name = section.string("name");
    if !section.has("recipients") {
        section.missing("recipients", "the addresses that get its mails, for example [\"desk@example.org\"]");
    }
    let recipients = section.parsed_list("recipients", recipient).unwrap_or_default();
    let topics = section.strings("topics").unwrap_or_default().into_iter().map(TopicId).collect();
    let language = language(&section).unwrap_or(Language::En);
    let timezone = timezone(&section).unwrap_or(TimeZone::UTC);
    let immediate = section
        .parsed_list("immediate", |word| match word {
            "new-story" => Ok(Trigger::NewStory),
            "development" => Ok(Trigger::Development),
            other => Err(format!("\"{other}\" is not one of \"new-story\", \"development\"")),
        })
        .unwrap_or_else(|| vec![Trigger::NewStory, Trigger::Development]);
    let digest = section.parsed_list("digest", DigestTime::parse).unwrap_or_default();
    let digest_every = section.duration("digest_every");
    if digest_every.is_some_and(|d| d.is_zero()) {
        section.mistake("digest_every", "must be longer than nothing");
    }
    if !digest.is_empty() && digest_every.is_some() {
        section.mistake("digest_every", "stands beside \"digest\"; keep one of them");
    }
    let quiet_hours = section.parsed("quiet_hours", QuietHours::parse);
    let empty_digest = section.boolean("empty_digest").unwrap_or(false);
    let made = name.map(|name| {
        let name = DeskName(name);
        let spec =
            DeskSpec { name, recipients, topics, language, timezone, immediate, digest, digest_every, quiet_hours, empty_digest };
        placed(&section, spec)
    });
    section.close();
    made
}

/// The key `language`: of mails.
pub(super) fn language(section: &Section<'_>) -> Option<Language> {
    section.choice("language", &[("fr", Language::Fr), ("en", Language::En)])
}

/// The key `timezone`.
pub(super) fn timezone(section: &Section<'_>) -> Option<TimeZone> {
    section.parsed("timezone", |name| {
        TimeZone::get(name).map_err(|_| format!("\"{name}\" is not a time zone; write for example \"Europe/Paris\""))
    })
}

/// A bare mail address.
pub(super) fn recipient(address: &str) -> Result<String, String> {
    address
        .parse::<lettre::Address>()
        .map(|a| a.to_string())
        .map_err(|e| format!("\"{address}\" is not a mail address ({e}); write for example \"desk@example.org\""))
}

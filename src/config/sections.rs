//! The sections of the main file, one function each. Defaults come from the rooms' own `Default`s; a section says only what differs.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use url::Url;

use super::reader::Section;
use super::settings::Listen;
use super::{desks, secrets};
use crate::alert::{AlertSpec, OperatorsSpec};
use crate::compose::MailIdentity;
use crate::extract::ReadSpec;
use crate::fetch::NetworkSpec;
use crate::outbox::{MailSpec, Tls, Transport};
use crate::schedule::PollSpec;
use crate::store::RetentionSpec;
use crate::story::StorySpec;

/// An absolute `http` or `https` address.
pub(super) fn web_address(text: &str) -> Result<Url, String> {
    crate::types::url::parse_http(text, None)
        .ok_or_else(|| format!("\"{text}\" is not a web address; write for example \"https://site.example/rss.xml\""))
}

/// Reads a section when it is there, and reports what it does not know.
fn within(root: &Section<'_>, name: &str, read: impl FnOnce(&Section<'_>)) {
    if let Some(section) = root.table(name) {
        read(&section);
        section.close();
    }
}

/// Puts a value in its place, when there is one.
fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

/// A duration that must not be nothing.
fn positive(section: &Section<'_>, key: &str) -> Option<Duration> {
    let duration = section.duration(key)?;
    if duration.is_zero() {
        section.mistake(key, "must be longer than nothing");
        return None;
    }
    Some(duration)
}

fn count(section: &Section<'_>, key: &str, most: i64) -> Option<usize> {
    section.integer(key, 1..=most).and_then(|n| usize::try_from(n).ok())
}

pub(super) fn poll(root: &Section<'_>) -> PollSpec {
    let mut spec = PollSpec::default();
    within(root, "poll", |s| {
        let interval = positive(s, "interval");
        let min_interval = positive(s, "min_interval");
        set(&mut spec.interval, interval);
        set(&mut spec.min_interval, min_interval);
        set(&mut spec.max_interval, positive(s, "max_interval"));
        set(&mut spec.timeout, positive(s, "timeout"));
        set(&mut spec.concurrency, count(s, "concurrency", 10_000));
        set(&mut spec.per_host, count(s, "per_host", 64));
        set(&mut spec.host_gap, s.duration("host_gap"));
        if spec.interval < spec.min_interval {
            s.mistake("interval", "shorter than poll.min_interval; lengthen it, or lower poll.min_interval");
        }
        if spec.max_interval < spec.interval {
            s.mistake("max_interval", "shorter than poll.interval; lengthen it");
        }
    });
    spec
}

pub(super) fn network(root: &Section<'_>) -> NetworkSpec {
    let mut spec = NetworkSpec::default();
    within(root, "network", |s| {
        let nets = s.parsed_list("allow_private", |net| {
            let parsed: Result<IpNet, _> = net.parse().or_else(|_| net.parse::<std::net::IpAddr>().map(IpNet::from));
            parsed.map_err(|_| format!("\"{net}\" is not a range of addresses; write for example \"192.168.1.0/24\""))
        });
        set(&mut spec.allow_private, nets);
        if let Some(contact) = s.string("user_agent_contact") {
            if contact.chars().any(|c| c.is_control() || !c.is_ascii()) {
                s.mistake("user_agent_contact", "plain ASCII only: an address of a page or a mailbox");
            } else {
                spec.user_agent_contact = Some(contact);
            }
        }
        set(&mut spec.max_body, s.size("max_body"));
        set(&mut spec.robots, s.boolean("robots"));
    });
    spec
}

/// `[read]`: the room's own options, how long pages are kept, and the file with the wording of walls.
pub(super) fn read(root: &Section<'_>) -> (ReadSpec, Option<Duration>, Option<(PathBuf, usize)>) {
    let mut spec = ReadSpec::default();
    let (mut keep_pages, mut walls) = (None, None);
    within(root, "read", |s| {
        set(&mut spec.pages, s.boolean("pages"));
        set(&mut spec.jobs, s.integer("jobs", 0..=1024).and_then(|n| usize::try_from(n).ok()));
        keep_pages = s.duration("keep_pages");
        walls = s.path_value("paywall").map(|path| (path, s.line()));
    });
    (spec, keep_pages, walls)
}

pub(super) fn story(root: &Section<'_>) -> StorySpec {
    let mut spec = StorySpec::default();
    within(root, "story", |s| set(&mut spec.window, positive(s, "window")));
    spec
}

pub(super) fn alerts(root: &Section<'_>) -> AlertSpec {
    let mut spec = AlertSpec::default();
    within(root, "alerts", |s| {
        set(&mut spec.group_wait, s.duration("group_wait"));
        set(&mut spec.min_gap, s.duration("min_gap"));
        set(&mut spec.max_age, positive(s, "max_age"));
        set(&mut spec.hourly_limit, s.integer("hourly_limit", 1..=1_000_000).and_then(|n| u32::try_from(n).ok()));
        set(&mut spec.weak_wait, s.duration("weak_wait"));
    });
    spec
}

pub(super) fn operators(root: &Section<'_>) -> OperatorsSpec {
    let mut spec = OperatorsSpec::default();
    within(root, "operators", |s| {
        set(&mut spec.recipients, s.parsed_list("recipients", desks::recipient));
        set(&mut spec.language, desks::language(s));
        set(&mut spec.timezone, desks::timezone(s));
        set(&mut spec.feed_failures, s.integer("feed_failures", 1..=1000).and_then(|n| u32::try_from(n).ok()));
        set(&mut spec.group_wait, s.duration("group_wait"));
        set(&mut spec.min_gap, s.duration("min_gap"));
    });
    spec
}

/// The sender of a configuration that names none; `.invalid` never exists (RFC 2606).
const DEFAULT_FROM: &str = "vigie <vigie@vigie.invalid>";

/// `[mail]`; `None` when a mistake was noted that leaves nothing to work with.
pub(super) fn mail(root: &Section<'_>, state_dir: &Path, base_url: Option<Url>) -> (Option<MailSpec>, Option<MailIdentity>) {
    let mut spec = MailSpec { from: DEFAULT_FROM.to_owned(), folder: state_dir.join("mails"), ..MailSpec::default() };
    within(root, "mail", |s| {
        let transports = [("folder", Transport::Folder), ("smtp", Transport::Smtp), ("sendmail", Transport::Sendmail)];
        set(&mut spec.transport, s.choice("transport", &transports));
        let sender = |text: &str| {
            text.parse::<lettre::message::Mailbox>()
                .map(|_| text.to_owned())
                .map_err(|e| format!("\"{text}\" is not a sender ({e}); write for example \"Veille <veille@example.org>\""))
        };
        set(&mut spec.from, s.parsed("from", sender));
        let envelope =
            |text: &str| text.parse::<lettre::Address>().map(|a| a.to_string()).map_err(|e| format!("\"{text}\": {e}"));
        set(&mut spec.envelope_from, s.parsed("envelope_from", envelope));
        set(&mut spec.folder, s.path_value("folder"));
        set(&mut spec.host, s.string("host"));
        let port = s.integer("port", 1..=65_535).and_then(|n| u16::try_from(n).ok());
        set(&mut spec.tls, s.choice("tls", &[("implicit", Tls::Implicit), ("starttls", Tls::StartTls), ("none", Tls::None)]));
        spec.username = s.string("username");
        spec.ca_file = s.path_value("ca_file");
        set(&mut spec.timeout, positive(s, "timeout"));
        set(&mut spec.retry_min, positive(s, "retry_min"));
        set(&mut spec.retry_max, positive(s, "retry_max"));
        set(&mut spec.give_up, positive(s, "give_up"));
        set(&mut spec.sendmail, s.path_value("sendmail"));
        let password_file = s.path_value("password_file");
        if spec.transport == Transport::Smtp && spec.username.is_some() {
            match secrets::password(password_file.as_deref()) {
                Ok(password) => spec.password = password,
                Err(why) => s.mistake("password_file", why),
            }
        }
        spec.port = port.unwrap_or(spec.tls.default_port());
        finish_sender(&mut spec);
        for problem in spec.validate() {
            s.mistake("transport", problem);
        }
    });
    finish_sender(&mut spec);
    let Ok(mailbox) = spec.from.parse::<lettre::message::Mailbox>() else { return (None, None) };
    let domain = match url::Host::parse(mailbox.email.domain()) {
        Ok(host) => host.to_string(),
        Err(_) => mailbox.email.domain().to_owned(),
    };
    let identity = MailIdentity { from: spec.from.clone(), domain, base_url };
    (Some(spec), Some(identity))
}

/// The envelope sender is the address of `from` unless one is named.
fn finish_sender(spec: &mut MailSpec) {
    if spec.envelope_from.is_empty()
        && let Ok(mailbox) = spec.from.parse::<lettre::message::Mailbox>()
    {
        spec.envelope_from = mailbox.email.to_string();
    }
}

pub(super) fn web(root: &Section<'_>) -> Listen {
    let mut listen = Listen::Off;
    within(root, "web", |s| {
        let read = |text: &str| match text.split_once(':') {
            _ if text == "off" => Ok(Listen::Off),
            Some(("unix", path)) => Ok(Listen::Unix(PathBuf::from(path))),
            _ => text.parse().map(Listen::Tcp).map_err(|_| {
                format!("\"{text}\" is no place to listen; write \"127.0.0.1:8787\", \"unix:/run/vigie/web.sock\" or \"off\"")
            }),
        };
        set(&mut listen, s.parsed("listen", read));
    });
    listen
}

pub(super) fn retention(root: &Section<'_>, keep_pages: Option<Duration>) -> RetentionSpec {
    let mut spec = RetentionSpec::default();
    set(&mut spec.pages, keep_pages);
    within(root, "retention", |s| {
        set(&mut spec.text, positive(s, "text"));
        set(&mut spec.articles, positive(s, "articles"));
        set(&mut spec.messages, positive(s, "messages"));
    });
    spec
}

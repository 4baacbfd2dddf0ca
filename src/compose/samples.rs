//! Alerts to try the mails on: our own words in the shape of real ones.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use url::Url;

use super::{MailArticle, MailDevelopment, MailIdentity, MailStory, Thread};
use crate::alert::{Alert, AlertKind, AlertStory, DeskSpec, DigestTime, Language, Trigger};
use crate::extract::Access;
use crate::types::{ArticleId, ArticleKey, DevelopmentId, Lang, StoryId, TopicId};

pub(super) fn now() -> Timestamp {
    "2026-11-20T10:12:00Z".parse().expect("a test instant")
}

pub(super) fn ago(minutes: i64) -> Timestamp {
    now() - jiff::SignedDuration::from_mins(minutes)
}

pub(super) fn desk(language: Language) -> DeskSpec {
    DeskSpec {
        name: "asie".into(),
        recipients: vec!["lea@desk.example".to_owned()],
        topics: vec![TopicId::from("russia-dprk")],
        language,
        timezone: TimeZone::get("Europe/Paris").expect("a test zone"),
        immediate: vec![Trigger::NewStory, Trigger::Development],
        digest: vec![DigestTime::parse("Mon..Fri 07:30").expect("a test time"), DigestTime::parse("18:00").expect("a test time")],
        digest_every: None,
        quiet_hours: None,
        empty_digest: false,
    }
}

pub(super) fn identity() -> MailIdentity {
    MailIdentity { from: "Veille Asie <veille@vigie.example>".to_owned(), domain: "vigie.example".to_owned(), base_url: None }
}

pub(super) fn article(id: i64, title: &str, source: &str, lang: &str, minutes: i64, lead: &[&str]) -> MailArticle {
    MailArticle {
        id: ArticleId(id),
        key: ArticleKey(format!("key{id}")),
        title: title.to_owned(),
        url: Url::parse(&format!("https://www.{}.example/a/{id}", source.to_lowercase().replace(' ', "-")))
            .expect("a test address"),
        source: source.to_owned(),
        published: ago(minutes),
        seen: ago(minutes - 2),
        language: Lang::parse(lang),
        access: Access::Open,
        missing_percent: None,
        lead: lead.iter().map(|p| (*p).to_owned()).collect(),
        score: 0.82,
        terms: ["Pyongyang", "Moscou", "Moscow", "북한", "러시아"].map(str::to_owned).to_vec(),
        rule: "both sides in the title".to_owned(),
        by_story: false,
        duplicate_of: None,
    }
}

pub(super) fn bridge() -> MailStory {
    let mut paid = article(2, "Pyongyang and Moscow open a bridge", "The Gazette", "en", 14, &["Moscow says trade will double."]);
    paid.access = Access::Partial;
    paid.missing_percent = Some(70.0);
    let mut blocked = article(3, "북한·러시아 두만강 다리 개통", "Seoul Ilbo", "ko", 8, &["북한과 러시아가 다리를 개통했다."]);
    blocked.access = Access::Blocked;
    let mut copy = article(4, "Un pont routier relie Pyongyang à Moscou", "Le Courrier", "fr", 5, &[]);
    copy.duplicate_of = Some(ArticleId(1));
    MailStory {
        id: StoryId(12),
        topic: TopicId::from("russia-dprk"),
        topic_title: "Russie – Corée du Nord".to_owned(),
        title: "Un pont routier relie la Corée du Nord à la Russie".to_owned(),
        developments: vec![MailDevelopment { at: ago(12), article: ArticleId(1), opens: true, new: vec![] }],
        articles: vec![
            article(
                1,
                "Un pont routier relie la Corée du Nord à la Russie",
                "Agence Est",
                "fr",
                20,
                &[
                    "Pyongyang et Moscou ont ouvert mercredi un pont long de 850 mètres sur le fleuve Tumen. Trois cents camions par jour y passeront, selon le ministère russe des Transports.",
                    "M. Ivanov, gouverneur du Primorié, a coupé le ruban. La Chine n’a pas commenté.",
                ],
            ),
            paid,
            blocked,
            copy,
        ],
        total_articles: 4,
        thread: None,
    }
}

pub(super) fn bridge_update() -> MailStory {
    let mut story = bridge();
    let mut news = article(
        9,
        "Pont sur le Tumen : quarante camions bloqués dès le premier jour",
        "Agence Est",
        "fr",
        6,
        &["Une panne de la barrière a bloqué 40 camions pendant cinq heures, a reconnu Moscou."],
    );
    news.seen = ago(4);
    story.articles.iter_mut().for_each(|a| a.seen = ago(200));
    let mut other = article(10, "Lorries stuck on new Tumen bridge", "The Gazette", "en", 5, &["Forty lorries were stuck."]);
    other.seen = ago(3);
    story.articles.extend([news, other]);
    story.total_articles = 6;
    story.developments = vec![MailDevelopment {
        at: ago(4),
        article: ArticleId(9),
        opens: false,
        new: vec!["Une panne de la barrière a bloqué 40 camions pendant cinq heures, a reconnu Moscou.".to_owned()],
    }];
    story.thread = Some(Thread {
        first: "first@vigie.example".to_owned(),
        last: "last@vigie.example".to_owned(),
        count: 2,
        last_at: ago(190),
    });
    story
}

/// A story of one article that nothing threads on.
pub(super) fn short(id: i64, title: &str, opens: bool) -> MailStory {
    let article_id = 100 + id;
    let lead = "Moscou et Pyongyang n’ont pas donné de chiffres. Les deux capitales se disent satisfaites. Une troisième phrase ne tient pas.";
    MailStory {
        id: StoryId(id),
        topic: TopicId::from("russia-dprk"),
        topic_title: "Russie – Corée du Nord".to_owned(),
        title: title.to_owned(),
        developments: vec![MailDevelopment {
            at: ago(300),
            article: ArticleId(article_id),
            opens,
            new: vec!["Moscou et Pyongyang n’ont pas donné de chiffres.".to_owned()],
        }],
        articles: vec![article(article_id, title, "Agence Est", "fr", 320, &[lead])],
        total_articles: 1,
        thread: None,
    }
}

pub(super) fn alert(kind: AlertKind, stories: &[MailStory]) -> Alert {
    Alert {
        desk: "asie".into(),
        kind,
        at: now(),
        since: if kind == AlertKind::Digest { ago(900) } else { now() },
        stories: stories
            .iter()
            .map(|story| AlertStory {
                story: story.id,
                developments: story
                    .developments
                    .iter()
                    .enumerate()
                    .map(|(i, _)| DevelopmentId(story.id.0 * 10 + i as i64))
                    .collect(),
                articles: story.developments.iter().map(|d| d.article).collect(),
            })
            .collect(),
        held: 0,
    }
}

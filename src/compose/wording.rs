//! What a mail says in its own words, in French and English: one function a phrase, so that no sentence is glued together elsewhere.

use std::fmt::Display;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::alert::Language;
use crate::extract::Access;
use crate::types::Lang;

/// The words of one language, with the zone in which times are told.
#[derive(Clone, Copy)]
pub(super) struct Wording<'a> {
    pub(super) language: Language,
    pub(super) zone: &'a TimeZone,
}

/// Months as French papers shorten them.
const MONTHS_FR: [&str; 12] =
    ["janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."];
const MONTHS_EN: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS_FR: [&str; 7] = ["lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."];
const DAYS_EN: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Names of languages: code, in French, in English.
const LANGUAGES: &[(&str, &str, &str)] = &[
    ("ar", "arabe", "Arabic"),
    ("cs", "tchèque", "Czech"),
    ("da", "danois", "Danish"),
    ("de", "allemand", "German"),
    ("en", "anglais", "English"),
    ("es", "espagnol", "Spanish"),
    ("fi", "finnois", "Finnish"),
    ("fr", "français", "French"),
    ("it", "italien", "Italian"),
    ("ja", "japonais", "Japanese"),
    ("ko", "coréen", "Korean"),
    ("nl", "néerlandais", "Dutch"),
    ("no", "norvégien", "Norwegian"),
    ("pl", "polonais", "Polish"),
    ("pt", "portugais", "Portuguese"),
    ("ru", "russe", "Russian"),
    ("sv", "suédois", "Swedish"),
    ("tr", "turc", "Turkish"),
    ("uk", "ukrainien", "Ukrainian"),
    ("vi", "vietnamien", "Vietnamese"),
    ("zh", "chinois", "Chinese"),
];

impl Wording<'_> {
    /// The mail's language.
    pub(super) fn lang(self) -> Lang {
        match self.language {
            Language::Fr => Lang::FR,
            Language::En => Lang::EN,
        }
    }

    /// The one of two phrases that is in the mail's language.
    pub(super) fn pick<'w>(self, french: &'w str, english: &'w str) -> &'w str {
        match self.language {
            Language::Fr => french,
            Language::En => english,
        }
    }

    /// The tag for `Content-Language` and `lang`.
    pub(super) fn tag(self) -> &'static str {
        match self.language {
            Language::Fr => "fr",
            Language::En => "en",
        }
    }

    pub(super) fn write(self, french: impl Display, english: impl Display) -> String {
        match self.language {
            Language::Fr => french.to_string(),
            Language::En => english.to_string(),
        }
    }

    /// `3 articles`: French counts one and none as singular.
    pub(super) fn count(self, n: usize, french: [&str; 2], english: [&str; 2]) -> String {
        self.write(
            format_args!("{}\u{a0}{}", self.number(n), french[usize::from(n >= 2)]),
            format_args!("{} {}", self.number(n), english[usize::from(n != 1)]),
        )
    }

    /// `12 345` or `12,345`.
    fn number(self, n: usize) -> String {
        let digits = n.to_string();
        let mut out = String::new();
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                out.push_str(self.pick("\u{202f}", ","));
            }
            out.push(digit);
        }
        out
    }

    pub(super) fn articles(self, n: usize) -> String {
        self.count(n, ["article", "articles"], ["article", "articles"])
    }

    pub(super) fn stories(self, n: usize) -> String {
        self.count(n, ["sujet", "sujets"], ["story", "stories"])
    }

    fn sources(self, n: usize) -> String {
        self.count(n, ["source", "sources"], ["source", "sources"])
    }

    /// `il y a 12 min`.
    pub(super) fn age(self, at: Timestamp, now: Timestamp) -> String {
        let minutes = now.duration_since(at).as_secs() / 60;
        match minutes {
            i64::MIN..1 => self.pick("à l’instant", "just now").to_owned(),
            1..60 => self.write(format_args!("il y a {minutes}\u{a0}min"), format_args!("{minutes} min ago")),
            60..2880 => {
                let hours = minutes / 60;
                self.write(format_args!("il y a {hours}\u{a0}h"), format_args!("{hours} h ago"))
            }
            _ => {
                let days = minutes / 1440;
                self.write(format_args!("il y a {days}\u{a0}jours"), format_args!("{days} days ago"))
            }
        }
    }

    /// `14:05` on the day of `now`, `jeu. 19 nov. 14:05` on another.
    pub(super) fn time(self, at: Timestamp, now: Timestamp) -> String {
        let (local, today) = (self.zone.to_datetime(at), self.zone.to_datetime(now));
        if local.date() == today.date() {
            return format!("{:02}:{:02}", local.hour(), local.minute());
        }
        self.moment(at)
    }

    /// `ven. 20 nov. 07:30`.
    pub(super) fn moment(self, at: Timestamp) -> String {
        let local = self.zone.to_datetime(at);
        let name = |days: [&'static str; 7], months: [&'static str; 12]| {
            let day = usize::try_from(local.weekday().to_monday_zero_offset()).unwrap_or(0);
            let month = usize::try_from(local.month() - 1).unwrap_or(0);
            format!("{} {} {} {:02}:{:02}", days[day % 7], local.day(), months[month % 12], local.hour(), local.minute())
        };
        match self.language {
            Language::Fr => name(DAYS_FR, MONTHS_FR),
            Language::En => name(DAYS_EN, MONTHS_EN),
        }
    }

    /// How much of the article the reader will find: `payant, environ 70 % manquants`.
    pub(super) fn access(self, access: Access, missing_percent: Option<f64>) -> String {
        match (access, missing_percent) {
            (Access::Open, _) => self.pick("libre", "free").to_owned(),
            (Access::Partial, Some(missing)) => self.write(
                format_args!("payant, environ {missing:.0}\u{a0}% manquants"),
                format_args!("paywall, about {missing:.0}% missing"),
            ),
            (Access::Partial, None) => self.pick("partiel", "partial").to_owned(),
            (Access::Blocked, _) => self.pick("accès bloqué", "blocked").to_owned(),
        }
    }

    /// The mark of an article that names one side only and is kept because of its story.
    pub(super) fn by_story(self) -> &'static str {
        match self.language {
            Language::Fr => "rattaché au sujet",
            Language::En => "kept by its story",
        }
    }

    /// `coréen`; the code itself for a language without a name here.
    pub(super) fn language_name(self, lang: Lang) -> String {
        match LANGUAGES.iter().find(|(code, _, _)| *code == lang.as_str()) {
            Some((_, french, english)) => self.pick(french, english).to_owned(),
            None => lang.as_str().to_owned(),
        }
    }

    /// `(développement 2)`, the suffix of a subject.
    pub(super) fn update_suffix(self, number: u32) -> String {
        self.write(format_args!("(développement {number})"), format_args!("(update {number})"))
    }

    pub(super) fn update(self, number: u32) -> String {
        self.write(format_args!("Développement {number}"), format_args!("Update {number}"))
    }

    /// What a first mail says it rests on.
    pub(super) fn first_report(self, articles: usize, sources: usize) -> String {
        if articles <= 1 {
            return self.pick("Nouveau sujet, une seule source pour l’instant.", "New story, a single source so far.").to_owned();
        }
        let (articles, sources) = (self.articles(articles), self.sources(sources));
        self.write(format_args!("Nouveau sujet : {articles}, {sources}."), format_args!("New story: {articles}, {sources}."))
    }

    /// What has come since the last mail.
    pub(super) fn since_last(self, last: Timestamp, now: Timestamp, articles: usize, sources: usize, total: usize) -> String {
        let (time, articles) = (self.time(last, now), self.articles(articles));
        let new_sources = match sources {
            0 => String::new(),
            n => format!(", {}", self.count(n, ["nouvelle source", "nouvelles sources"], ["new source", "new sources"])),
        };
        self.write(
            format_args!("Depuis le mail de {time} : {articles}{new_sources} ({total} au total)."),
            format_args!("Since the mail of {time}: {articles}{new_sources} ({total} in all)."),
        )
    }

    /// The line that says that mails were held and joined.
    pub(super) fn held(self, held: u32) -> String {
        let n = usize::try_from(held).unwrap_or(usize::MAX);
        let alerts = self.count(n, ["alerte retenue", "alertes retenues"], ["alert", "alerts"]);
        self.write(
            format_args!(
                "{alerts} pendant les heures de silence ou par la limite horaire, {} ici.",
                if n >= 2 { "réunies" } else { "envoyée" }
            ),
            format_args!("{alerts} held back by quiet hours or the hourly limit, sent here together."),
        )
    }

    /// `3 alertes`, for the heading of a joined mail.
    pub(super) fn alerts(self, n: usize) -> String {
        self.count(n, ["alerte", "alertes"], ["alert", "alerts"])
    }

    pub(super) fn period(self, since: Timestamp, until: Timestamp) -> String {
        let (since, until) = (self.moment(since), self.moment(until));
        self.write(format_args!("Du {since} au {until}"), format_args!("From {since} to {until}"))
    }

    /// `42 articles → 9 sujets, 2 en développement`.
    pub(super) fn digest_counts(self, articles: usize, stories: usize, developing: usize) -> String {
        let mut out = format!("{} → {}", self.articles(articles), self.stories(stories));
        if developing > 0 {
            out.push_str(&self.write(format_args!(", {developing} en développement"), format_args!(", {developing} developing")));
        }
        out
    }

    /// The line of a digest that shows that the watch was awake.
    pub(super) fn heartbeat(self, read: usize, relevant: usize) -> String {
        let (read, relevant) = (self.articles(read), self.number(relevant));
        self.write(
            format_args!("Veille active : {read} parcourus sur la période, dont {relevant} dans vos sujets."),
            format_args!("The watch was on: {read} read in the period, {relevant} of them on your topics."),
        )
    }

    pub(super) fn more_sources(self, n: usize) -> String {
        self.count(n, ["autre article sur ce sujet", "autres articles sur ce sujet"], ["more article", "more articles"])
    }

    /// The line that says that a long digest was cut.
    pub(super) fn cut_stories(self, n: usize) -> String {
        let stories = self.stories(n);
        self.write(
            format_args!("{stories} de moindre importance ne tiennent pas dans ce mail."),
            format_args!("{stories} of lesser weight did not fit into this mail."),
        )
    }

    pub(super) fn also_in(self, topics: &[String]) -> String {
        self.write(format_args!("Aussi dans : {}", topics.join(", ")), format_args!("Also in: {}", topics.join(", ")))
    }

    pub(super) fn why(self, topic: &str, score: f64, words: &[String], rule: &str) -> String {
        let score = format!("{score:.2}");
        let mut out = self.write(
            format_args!("Pourquoi : {topic}, score {}", score.replace('.', ",")),
            format_args!("Why: {topic}, score {score}"),
        );
        if !words.is_empty() {
            out.push_str(
                &self.write(format_args!(" ; mots : {}", words.join(", ")), format_args!("; words: {}", words.join(", "))),
            );
        }
        if !rule.is_empty() {
            out.push_str(&self.write(format_args!(" ; règle : {rule}"), format_args!("; rule: {rule}")));
        }
        out.push('.');
        out
    }

    /// [`Wording::why`] for a digest, where the topic stands above.
    pub(super) fn why_briefly(self, score: f64, words: &[String]) -> String {
        let score = format!("{score:.2}");
        let mut out =
            self.write(format_args!("Pourquoi : score {}", score.replace('.', ",")), format_args!("Why: score {score}"));
        if !words.is_empty() {
            out.push_str(&self.write(format_args!(" ; {}", words.join(", ")), format_args!("; {}", words.join(", "))));
        }
        out.push('.');
        out
    }

    pub(super) fn why_you(self, desk: &str, what: &str, digest: bool) -> String {
        let (kind_fr, kind_en) = if digest { ("ses digests", "its digests") } else { ("ses alertes", "its alerts") };
        self.write(
            format_args!("Vous recevez ce mail parce que le bureau « {desk} » suit {what} et reçoit {kind_fr}."),
            format_args!("You get this mail because the desk “{desk}” follows {what} and gets {kind_en}."),
        )
    }

    pub(super) fn next_digest(self, at: Option<Timestamp>) -> String {
        match at {
            Some(at) => {
                let at = self.moment(at);
                self.write(format_args!("Prochain digest : {at}."), format_args!("Next digest: {at}."))
            }
            None => self.pick("Ce bureau ne reçoit pas de digest.", "This desk gets no digest.").to_owned(),
        }
    }

    pub(super) fn sent_by(self, from: &str) -> String {
        self.write(
            format_args!("Envoyé par la veille automatique vigie ({from})."),
            format_args!("Sent by the news watch vigie ({from})."),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_read_as_people_say_them() {
        let zone = TimeZone::UTC;
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().expect("a test instant");
        let check = |ago: i64, french: &str, english: &str| {
            let at = now - jiff::SignedDuration::from_secs(ago);
            assert_eq!(Wording { language: Language::Fr, zone: &zone }.age(at, now), french);
            assert_eq!(Wording { language: Language::En, zone: &zone }.age(at, now), english);
        };
        check(-300, "à l’instant", "just now");
        check(30, "à l’instant", "just now");
        check(720, "il y a 12\u{a0}min", "12 min ago");
        check(5 * 3600, "il y a 5\u{a0}h", "5 h ago");
        check(3 * 86400, "il y a 3\u{a0}jours", "3 days ago");
    }

    #[test]
    fn counts_follow_each_language() {
        let zone = TimeZone::UTC;
        let french = Wording { language: Language::Fr, zone: &zone };
        let english = Wording { language: Language::En, zone: &zone };
        assert_eq!((french.stories(0), english.stories(0)), ("0\u{a0}sujet".to_owned(), "0 stories".to_owned()));
        assert_eq!((french.stories(1), english.stories(1)), ("1\u{a0}sujet".to_owned(), "1 story".to_owned()));
        assert_eq!(french.articles(12_345), "12\u{202f}345\u{a0}articles");
        assert_eq!(english.articles(1_000_000), "1,000,000 articles");
    }
}

//! What the mail to operators says in its own words, in French and English: one function a phrase.

use jiff::Timestamp;

use super::wording::Wording;

/// How many feeds a mail tells of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Summary {
    pub(super) failing: usize,
    pub(super) quiet: usize,
    pub(super) back: usize,
}

impl Wording<'_> {
    /// `3 feeds fail, 1 is quiet, 2 are back`: the noun stands once.
    pub(super) fn health_summary(self, summary: Summary) -> String {
        let parts = [
            (summary.failing, ["en panne", "en panne"], ["fails", "fail"]),
            (summary.quiet, ["silencieux", "silencieux"], ["is quiet", "are quiet"]),
            (summary.back, ["rétabli", "rétablis"], ["is back", "are back"]),
        ];
        let mut out = String::new();
        for (n, french, english) in parts.into_iter().filter(|(n, _, _)| *n > 0) {
            if out.is_empty() {
                out = self.feeds(n);
            } else {
                out.push_str(&format!(", {}", self.count(n, ["", ""], ["", ""]).trim_end()));
            }
            out.push(' ');
            out.push_str(self.pick(french[usize::from(n >= 2)], english[usize::from(n != 1)]));
        }
        out
    }

    fn feeds(self, n: usize) -> String {
        self.count(n, ["flux", "flux"], ["feed", "feeds"])
    }

    /// `depuis jeu. 19 nov. 14:05, 4 échecs de suite`.
    pub(super) fn failures(self, failures: u32, since: Option<Timestamp>, now: Timestamp) -> String {
        let n = usize::try_from(failures).unwrap_or(usize::MAX);
        let times = self.count(n, ["échec", "échecs"], ["failure", "failures"]);
        let row = if n > 1 { self.pick(" de suite", " in a row") } else { "" };
        match since {
            Some(since) => {
                let (at, age) = (self.time(since, now), self.age(since, now));
                self.write(format_args!("depuis {at} ({age}), {times}{row}"), format_args!("since {at} ({age}), {times}{row}"))
            }
            None => format!("{times}{row}"),
        }
    }

    /// `rien de nouveau depuis jeu. 19 nov. 14:05 (il y a 4 jours) ; d’ordinaire à 2 h d’intervalle`.
    pub(super) fn silent(self, since: Timestamp, usual_seconds: Option<f64>, now: Timestamp) -> String {
        let (at, age) = (self.time(since, now), self.age(since, now));
        let mut out = self.write(
            format_args!("répond, mais rien de nouveau depuis {at} ({age})"),
            format_args!("answers, but nothing new since {at} ({age})"),
        );
        if let Some(usual) = usual_seconds {
            let usual = self.span(usual);
            out.push_str(
                &self.write(format_args!(" ; d’ordinaire à {usual} d’intervalle"), format_args!("; usually {usual} apart")),
            );
        }
        out
    }

    /// What a feed that answers again says of its break.
    pub(super) fn answers(self, since: Option<Timestamp>, until: Timestamp, now: Timestamp) -> String {
        let at = self.time(until, now);
        match since {
            Some(since) => {
                let (from, away) = (self.time(since, now), self.span(until.duration_since(since).as_secs_f64()));
                self.write(
                    format_args!("répond de nouveau depuis {at}, après {away} de panne (depuis {from})"),
                    format_args!("answers again since {at}, after {away} of failures (since {from})"),
                )
            }
            None => self.write(format_args!("répond de nouveau depuis {at}"), format_args!("answers again since {at}")),
        }
    }

    /// What a feed that was quiet says of its silence.
    pub(super) fn speaks(self, since: Option<Timestamp>, until: Timestamp, now: Timestamp) -> String {
        let at = self.time(until, now);
        match since {
            Some(since) => {
                let away = self.span(until.duration_since(since).as_secs_f64());
                self.write(
                    format_args!("du nouveau à {at}, après {away} de silence"),
                    format_args!("something new at {at}, after {away} of silence"),
                )
            }
            None => self.write(format_args!("du nouveau à {at}"), format_args!("something new at {at}")),
        }
    }

    /// When the feed is asked again.
    pub(super) fn next_poll(self, next: Option<Timestamp>, now: Timestamp) -> String {
        match next {
            Some(at) => {
                let at = self.time(at, now);
                self.write(format_args!("Prochain essai : {at}."), format_args!("Asked again: {at}."))
            }
            None => self
                .pick(
                    "N’est plus interrogé : retirez ce flux, ou changez son adresse.",
                    "Not asked any more: remove this feed, or change its address.",
                )
                .to_owned(),
        }
    }

    pub(super) fn failing_advice(self) -> &'static str {
        self.pick(
            "`vigie feeds --state failing` les montre tous, `vigie check --online` les interroge sur-le-champ.",
            "`vigie feeds --state failing` shows them all, `vigie check --online` asks them at once.",
        )
    }

    pub(super) fn quiet_advice(self) -> &'static str {
        self.pick(
            "`vigie feeds --state quiet` montre les flux qui répondent sans rien apporter\u{a0}: le site a peut-être changé d’adresse.",
            "`vigie feeds --state quiet` shows the feeds that answer and bring nothing: their site may have moved.",
        )
    }

    pub(super) fn told_once(self) -> &'static str {
        self.pick(
            "Chaque panne n’est signalée qu’une fois, et son rétablissement une fois.",
            "Each break is told once, and its end once.",
        )
    }

    /// The line that says that a long list was cut.
    pub(super) fn cut_feeds(self, n: usize) -> String {
        let feeds = self.feeds(n);
        self.write(
            format_args!("{feeds} de plus ne tiennent pas dans ce mail\u{a0}: `vigie feeds` les montre."),
            format_args!("{feeds} more did not fit into this mail: `vigie feeds` shows them."),
        )
    }

    pub(super) fn why_operator(self) -> &'static str {
        self.pick(
            "Vous recevez ce mail parce que votre adresse figure sous [operators] dans la configuration de vigie.",
            "You get this mail because your address stands under [operators] in vigie’s configuration.",
        )
    }

    /// A length of time: `40 min`, `5 h`, `3 jours`.
    fn span(self, seconds: f64) -> String {
        const HOUR: f64 = 3600.0;
        const DAY: f64 = 24.0 * HOUR;
        let (number, french, english) = match seconds {
            s if s >= 2.0 * DAY => (s / DAY, "jours", "days"),
            s if s >= 2.0 * HOUR => (s / HOUR, "h", "h"),
            s => ((s / 60.0).max(1.0), "min", "min"),
        };
        self.write(format_args!("{number:.0}\u{a0}{french}"), format_args!("{number:.0} {english}"))
    }
}

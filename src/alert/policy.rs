//! The policy of immediate mails: which pending developments are told now, which wait, which are left to the digest.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;

use super::{Alert, AlertKind, AlertSpec, AlertStory, Decided, DeskLog, DeskSpec, Pending, Trigger};
use crate::types::{StoryId, later};

/// The span over which [`AlertSpec::hourly_limit`] counts.
const HOUR: Duration = Duration::from_secs(3600);

/// Decides what `desk` is mailed at `now`.
///
/// A story is due once its first strong development has waited `group_wait` and its last mail lies `min_gap` back; everything pending of it goes
/// along, weak ones too, for the mail is going anyway. Stories that came due in quiet hours come as one mail at their end; past the hourly limit the
/// rest shares the last mail, and [`Alert::held`] says how many.
pub fn decide(desk: &DeskSpec, spec: &AlertSpec, pending: &[Pending], log: &DeskLog, now: Timestamp) -> Decided {
    let mut decided = Decided::default();
    let mut asks: Vec<Timestamp> = Vec::new();
    let mut stories: BTreeMap<StoryId, Vec<&Pending>> = BTreeMap::new();
    for one in pending.iter().filter(|one| desk.follows(&one.topic)) {
        if is_wanted(desk, one) && !is_stale(spec, one, now) {
            stories.entry(one.story).or_default().push(one);
        } else {
            decided.dropped.push(one.development);
        }
    }
    let mut due: Vec<Due> = Vec::new();
    for (story, mut developments) in stories {
        developments.sort_by_key(|one| (one.at, one.development));
        let last = log.last_of_story.iter().filter(|(of, _)| *of == story).map(|(_, at)| *at).max();
        let Some(first_strong) = developments.iter().find(|one| one.strong) else {
            for one in developments {
                let until = later(one.at, spec.weak_wait);
                if until <= now { decided.dropped.push(one.development) } else { asks.push(until) }
            }
            continue;
        };
        let mut at = later(first_strong.at, spec.group_wait);
        if let Some(last) = last {
            at = at.max(later(last, spec.min_gap));
        }
        if at <= now {
            due.push(Due { at, story: alert_story(story, &developments) });
        } else {
            asks.push(at);
        }
    }
    due.sort_by_key(|one| (one.at, one.story.story));
    match desk.quiet_hours.filter(|hours| hours.contains(now, &desk.timezone)) {
        Some(hours) if !due.is_empty() => asks.push(hours.end_after(now, &desk.timezone)),
        Some(_) => {}
        None => decided.alerts = mails(desk, spec, due, log, now, &mut asks),
    }
    decided.dropped.sort_unstable();
    decided.ask_again_at = asks.into_iter().filter(|&at| at > now).min();
    decided
}

/// A story that a mail is due for.
struct Due {
    /// Since when.
    at: Timestamp,
    story: AlertStory,
}

fn is_wanted(desk: &DeskSpec, one: &Pending) -> bool {
    desk.immediate.contains(if one.opens { &Trigger::NewStory } else { &Trigger::Development })
}

/// Too old when it was judged (first import, long outage of a feed), or too long in waiting since (outage of ours).
fn is_stale(spec: &AlertSpec, one: &Pending, now: Timestamp) -> bool {
    one.published.is_some_and(|published| later(published, spec.max_age) < one.at) || later(one.at, spec.max_age) < now
}

fn alert_story(story: StoryId, developments: &[&Pending]) -> AlertStory {
    let mut seen = BTreeSet::new();
    let told: Vec<&&Pending> = developments.iter().filter(|one| seen.insert(one.development)).collect();
    AlertStory {
        story,
        developments: told.iter().map(|one| one.development).collect(),
        articles: told.iter().map(|one| one.article).collect(),
    }
}

/// One mail a story as far as the hourly limit goes; what quiet hours held, and what the limit holds, shares one.
fn mails(
    desk: &DeskSpec,
    spec: &AlertSpec,
    due: Vec<Due>,
    log: &DeskLog,
    now: Timestamp,
    asks: &mut Vec<Timestamp>,
) -> Vec<Alert> {
    if due.is_empty() {
        return Vec::new();
    }
    let sent: Vec<Timestamp> = log.last_hour.iter().copied().filter(|&at| later(at, HOUR) > now).collect();
    // A limit of none would hold everything for ever; the configuration says `immediate = []` for that.
    let limit = usize::try_from(spec.hourly_limit).unwrap_or(usize::MAX).max(1);
    let free = limit.saturating_sub(sent.len());
    if free == 0 {
        // The mail whose leaving the hour frees a place.
        asks.extend(sent.iter().rev().nth(limit - 1).or(sent.first()).map(|&at| later(at, HOUR)));
        return Vec::new();
    }
    let held_by_quiet = |one: &Due| desk.quiet_hours.is_some_and(|hours| hours.contains(one.at, &desk.timezone));
    let (held, fresh): (Vec<Due>, Vec<Due>) = due.into_iter().partition(held_by_quiet);
    let mut groups: Vec<(Vec<AlertStory>, bool)> = Vec::new();
    if !held.is_empty() {
        groups.push((held.into_iter().map(|one| one.story).collect(), true));
    }
    groups.extend(fresh.into_iter().map(|one| (vec![one.story], false)));
    if groups.len() > free {
        let rest = groups.split_off(free - 1);
        groups.push((rest.into_iter().flat_map(|(stories, _)| stories).collect(), true));
    }
    groups
        .into_iter()
        .map(|(stories, was_held)| Alert {
            desk: desk.name.clone(),
            kind: AlertKind::Immediate,
            at: now,
            since: now,
            held: if was_held { u32::try_from(stories.len()).unwrap_or(u32::MAX) } else { 0 },
            stories,
        })
        .collect()
}

#[cfg(test)]
pub(super) mod tests {
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    use super::*;
    use crate::alert::{Language, QuietHours};
    use crate::types::{ArticleId, DevelopmentId, TopicId};

    /// A desk in Paris that wants everything at once.
    pub(in crate::alert) fn desk() -> DeskSpec {
        DeskSpec {
            name: "asie".into(),
            recipients: vec!["a@desk.example".to_owned()],
            topics: Vec::new(),
            language: Language::Fr,
            timezone: TimeZone::get("Europe/Paris").expect("a test zone"),
            immediate: vec![Trigger::NewStory, Trigger::Development],
            digest: Vec::new(),
            digest_every: None,
            quiet_hours: None,
            empty_digest: false,
        }
    }

    fn start() -> Timestamp {
        "2026-11-20T10:00:00Z".parse().expect("a test instant")
    }

    /// `seconds` after the start.
    fn at(seconds: i64) -> Timestamp {
        start() + jiff::SignedDuration::from_secs(seconds)
    }

    fn pending(id: i64, story: i64, seconds: i64) -> Pending {
        Pending {
            development: DevelopmentId(id),
            topic: TopicId::from("t"),
            story: StoryId(story),
            article: ArticleId(id),
            opens: false,
            strong: true,
            at: at(seconds),
            published: Some(at(seconds - 600)),
        }
    }

    /// What `decide` answers, in short: `story:developments…(held)` a mail, the dropped, the seconds to the next question.
    fn told(desk: &DeskSpec, spec: &AlertSpec, pending: &[Pending], log: &DeskLog, now: Timestamp) -> String {
        let decided = decide(desk, spec, pending, log, now);
        let mut out: Vec<String> = decided
            .alerts
            .iter()
            .map(|alert| {
                let stories: Vec<String> = alert
                    .stories
                    .iter()
                    .map(|s| {
                        format!("{}:{}", s.story, s.developments.iter().map(ToString::to_string).collect::<Vec<_>>().join("+"))
                    })
                    .collect();
                format!("{}{}", stories.join(","), if alert.held > 0 { format!("(held {})", alert.held) } else { String::new() })
            })
            .collect();
        out.extend(decided.dropped.iter().map(|id| format!("drop {id}")));
        out.extend(decided.ask_again_at.map(|next| format!("ask {}", (next.as_second() - start().as_second()))));
        out.join(" ")
    }

    #[track_caller]
    fn check(pending: &[Pending], log: &DeskLog, now: i64, expected: &str) {
        assert_eq!(told(&desk(), &AlertSpec::default(), pending, log, at(now)), expected);
    }

    #[test]
    fn the_first_echoes_are_collected_before_the_mail() {
        let two = [pending(1, 7, 0), pending(2, 7, 40)];
        check(&two, &DeskLog::default(), 50, "ask 60");
        check(&two, &DeskLog::default(), 60, "7:1+2");
    }

    #[test]
    fn no_waiting_means_at_once() {
        let spec = AlertSpec { group_wait: Duration::ZERO, min_gap: Duration::ZERO, ..AlertSpec::default() };
        let log = DeskLog { last_of_story: vec![(StoryId(7), at(0))], ..DeskLog::default() };
        assert_eq!(told(&desk(), &spec, &[pending(1, 7, 0)], &log, at(0)), "7:1");
    }

    #[test]
    fn developments_within_the_gap_are_joined() {
        let log = DeskLog { last_of_story: vec![(StoryId(7), at(0))], ..DeskLog::default() };
        let two = [pending(3, 7, 300), pending(2, 7, 200)];
        check(&two, &log, 400, "ask 900");
        check(&two, &log, 900, "7:2+3");
    }

    #[test]
    fn a_weak_development_waits_for_a_second_source() {
        let mut weak = pending(1, 7, 0);
        weak.strong = false;
        check(std::slice::from_ref(&weak), &DeskLog::default(), 3600, "ask 21600");
        check(std::slice::from_ref(&weak), &DeskLog::default(), 21600, "drop 1");
        check(&[weak, pending(2, 7, 7200)], &DeskLog::default(), 7300, "7:1+2");
    }

    #[test]
    fn old_articles_never_alert() {
        let mut old = pending(1, 7, 0);
        old.published = Some(at(-49 * 3600));
        check(&[old], &DeskLog::default(), 60, "drop 1");
        check(&[pending(1, 7, 0)], &DeskLog::default(), 49 * 3600, "drop 1");
    }

    #[test]
    fn a_desk_gets_only_what_it_asked_for() {
        let mut opening = pending(1, 7, 0);
        opening.opens = true;
        let both = [opening, pending(2, 8, 0)];
        let spec = AlertSpec::default();
        let mut desk = desk();
        desk.immediate = vec![Trigger::NewStory];
        assert_eq!(told(&desk, &spec, &both, &DeskLog::default(), at(60)), "7:1 drop 2");
        desk.immediate.clear();
        assert_eq!(told(&desk, &spec, &both, &DeskLog::default(), at(60)), "drop 1 drop 2");
        desk.topics = vec![TopicId::from("other")];
        assert_eq!(told(&desk, &spec, &both, &DeskLog::default(), at(60)), "");
    }

    #[test]
    fn what_quiet_hours_held_comes_as_one_mail_at_their_end() {
        let mut desk = desk();
        desk.quiet_hours = Some(QuietHours::parse("11:30-12:30").expect("test hours"));
        let spec = AlertSpec::default();
        let three = [pending(1, 7, 3000), pending(2, 8, 3100), pending(3, 9, 5300)];
        // 11:30 in Paris is half an hour after the start, 12:30 an hour and a half.
        assert_eq!(told(&desk, &spec, &three[..2], &DeskLog::default(), at(3600)), "ask 5400");
        assert_eq!(told(&desk, &spec, &three, &DeskLog::default(), at(5400)), "7:1,8:2,9:3(held 3)");
        let fresh = [pending(1, 7, 3000), pending(4, 8, 5400)];
        assert_eq!(told(&desk, &spec, &fresh, &DeskLog::default(), at(5460)), "7:1(held 1) 8:4");
    }

    #[test]
    fn past_the_hourly_limit_the_rest_shares_the_last_mail() {
        let spec = AlertSpec { hourly_limit: 3, ..AlertSpec::default() };
        let many: Vec<Pending> = (1..=5).map(|i| pending(i, 10 + i, i)).collect();
        assert_eq!(told(&desk(), &spec, &many, &DeskLog::default(), at(100)), "11:1 12:2 13:3,14:4,15:5(held 3)");
        let full = DeskLog { last_hour: vec![at(-1800), at(-600), at(-60)], ..DeskLog::default() };
        assert_eq!(told(&desk(), &spec, &many, &full, at(100)), "ask 1800");
        let nearly = DeskLog { last_hour: vec![at(-1800), at(-600)], ..DeskLog::default() };
        assert_eq!(told(&desk(), &spec, &many, &nearly, at(100)), "11:1,12:2,13:3,14:4,15:5(held 5)");
        assert_eq!(told(&desk(), &spec, &many[..1], &nearly, at(100)), "11:1");
    }

    fn any_pending() -> impl Strategy<Value = Vec<Pending>> {
        proptest::collection::vec((0i64..6, 0i64..90_000, any::<bool>(), any::<bool>(), 0i64..200_000), 0..12).prop_map(|rows| {
            rows.into_iter()
                .enumerate()
                .map(|(i, (story, seconds, strong, opens, age))| Pending {
                    strong,
                    opens,
                    published: Some(at(seconds - age)),
                    ..pending(i64::try_from(i).unwrap_or(0), story, seconds)
                })
                .collect()
        })
    }

    proptest! {
        /// Driven by its own `ask_again_at`, the policy tells or drops every development once, mails no story twice within the gap, nothing in
        /// quiet hours, and never more than the limit in an hour.
        #[test]
        fn every_development_is_told_or_dropped_exactly_once(all in any_pending(), limit in 1u32..4, quiet in any::<bool>()) {
            let spec = AlertSpec { hourly_limit: limit, ..AlertSpec::default() };
            let mut desk = desk();
            desk.quiet_hours = quiet.then(|| QuietHours::parse("22:00-07:00").expect("test hours"));
            let mut open = all.clone();
            let mut told = BTreeSet::new();
            let mut log = DeskLog::default();
            let mut mails: Vec<Timestamp> = Vec::new();
            let mut last: BTreeMap<StoryId, Timestamp> = BTreeMap::new();
            let mut arrivals: Vec<Timestamp> = all.iter().map(|one| one.at).collect();
            arrivals.sort();
            let mut next = arrivals.first().copied();
            let mut steps = 0;
            while let Some(now) = next {
                steps += 1;
                prop_assert!(steps < 500, "the policy asks without end");
                let arrived: Vec<Pending> = open.iter().filter(|one| one.at <= now).cloned().collect();
                log.last_hour = mails.iter().copied().filter(|&at| later(at, HOUR) > now).collect();
                log.last_of_story = last.iter().map(|(story, at)| (*story, *at)).collect();
                let decided = decide(&desk, &spec, &arrived, &log, now);
                prop_assert_eq!(&decided, &decide(&desk, &spec, &arrived, &log, now));
                for alert in &decided.alerts {
                    prop_assert!(!desk.quiet_hours.is_some_and(|hours| hours.contains(now, &desk.timezone)));
                    mails.push(now);
                    for story in &alert.stories {
                        prop_assert!(last.insert(story.story, now).is_none_or(|before| later(before, spec.min_gap) <= now));
                        prop_assert_eq!(story.developments.len(), story.articles.len());
                        for id in &story.developments {
                            prop_assert!(told.insert(*id));
                        }
                    }
                }
                prop_assert!(mails.iter().filter(|&&at| later(at, HOUR) > now).count() <= limit as usize);
                for id in &decided.dropped {
                    prop_assert!(told.insert(*id));
                }
                open.retain(|one| !told.contains(&one.development));
                next = [decided.ask_again_at, arrivals.iter().copied().find(|&at| at > now)].into_iter().flatten().min();
            }
            prop_assert!(open.is_empty(), "left without an answer: {:?}", open);
        }
    }
}

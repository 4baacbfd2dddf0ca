//! The stage as its caller sees it: place, commit, apply. Articles are our own words.

use jiff::Timestamp;
use proptest::prelude::*;
use url::Url;

use super::*;
use crate::extract::{Article, Origin};
use crate::matcher::{Concept, Evidence, Match, Zone};
use crate::types::{ArticleId, Lang, StoryId, TopicId};

/// A caller: numbers articles and stories, applies what was placed.
struct Desk {
    index: StoryIndex,
    texts: Vec<String>,
    next_story: i64,
}

#[derive(Clone, Copy)]
struct Told<'a> {
    minutes: i64,
    source: &'a str,
    lang: &'a str,
    url: &'a str,
    title: &'a str,
    text: &'a str,
    concepts: &'a [&'a str],
    is_doubtful: bool,
}

const BASE: Told<'_> =
    Told { minutes: 0, source: "Agence", lang: "fr", url: "", title: "", text: "", concepts: &[], is_doubtful: false };

impl Desk {
    fn new() -> Desk {
        Desk { index: StoryIndex::new(StorySpec::default()), texts: Vec::new(), next_story: 0 }
    }

    fn candidate(&mut self, told: &Told<'_>) -> Candidate {
        self.texts.push(format!("{}\n\n{}", told.title, told.text));
        let id = ArticleId(self.texts.len() as i64);
        let mut article = Article::empty(Origin::Page);
        article.title = told.title.to_owned();
        let url = if told.url.is_empty() { format!("https://site.example/{id}") } else { told.url.to_owned() };
        article.url = Url::parse(&url).ok();
        article.language = Lang::parse(told.lang);
        article.paragraphs = told.text.split('\n').filter(|p| !p.is_empty()).map(str::to_owned).collect();
        let evidence = |id: &&str| Evidence {
            term: id.split('.').next_back().unwrap_or_default().to_owned(),
            concept: (*id).to_owned(),
            zone: Zone::Title,
            count: 1,
            weight: 0.5,
        };
        let matched = Match {
            one_sided: false,
            topic: TopicId::from("t"),
            score: 1.0,
            relevant: true,
            strong: !told.is_doubtful,
            evidence: told.concepts.iter().map(evidence).collect(),
            concepts: told.concepts.iter().map(|id| Concept { id: (*id).to_owned(), count: 1 }).collect(),
            masked: Vec::new(),
            rule: String::new(),
        };
        let start: Timestamp = "2026-11-20T08:00:00Z".parse().expect("a test instant");
        let at = start + jiff::SignedDuration::from_mins(told.minutes);
        Candidate::new(Outline::new(id, &article, at), &article, &matched, told.source)
    }

    fn tell(&mut self, told: &Told<'_>) -> Placement {
        let candidate = self.candidate(told);
        if let Some(placement) = self.index.place_verbatim(&candidate.outline)
            && let Decision::Duplicate { of, story } = placement.decision
        {
            self.index.apply_verbatim(&candidate.outline, of, story);
            return placement;
        }
        let text = |id: &ArticleId| self.texts[usize::try_from(id.0 - 1).expect("a test number")].clone();
        let earlier: Vec<String> = self.index.earlier_versions(&candidate).iter().map(text).collect();
        let placement = self.index.place(&candidate, &earlier);
        let story = match placement.decision {
            Decision::Duplicate { story, .. } | Decision::Joins { story } => story,
            Decision::Opens => {
                self.next_story += 1;
                StoryId(self.next_story)
            }
        };
        self.index.apply(candidate, &placement, story);
        placement
    }
}

const BRIDGE: &str = "Le pont routier sur le fleuve Tumen a ouvert mercredi à la circulation, a annoncé le ministère des Transports à la presse.\n\
    Trois cents camions par jour passeront le nouvel ouvrage, long de 850 mètres et large de sept, selon le gouverneur de la région voisine.\n\
    La construction avait commencé au printemps de l’année dernière, après la signature d’un accord entre les deux gouvernements.\n\
    Les douaniers des deux pays tiendront un poste commun sur la rive gauche, ouvert du lundi au samedi de huit heures à vingt heures.";

fn bridge() -> Told<'static> {
    Told {
        url: "https://www.agence.example/pont?utm_source=rss",
        title: "Le pont du Tumen ouvre aux camions",
        text: BRIDGE,
        ..BASE
    }
}

#[test]
fn the_same_address_is_a_copy_under_any_variant() {
    let mut desk = Desk::new();
    assert_eq!(desk.tell(&bridge()).decision, Decision::Opens);
    let again = desk.tell(&Told { minutes: 60, url: "http://m.agence.example/pont/amp", title: "Un pont ouvre", ..bridge() });
    assert_eq!(again.decision, Decision::Duplicate { of: ArticleId(1), story: StoryId(1) });
    assert_eq!(again.development, None);
}

#[test]
fn wire_copies_are_copies_and_name_the_first_publisher() {
    let copy = Decision::Duplicate { of: ArticleId(1), story: StoryId(1) };
    let mut desk = Desk::new();
    desk.tell(&bridge());
    let headline = Told { minutes: 30, source: "Courrier", title: "Ouverture d’un ouvrage frontalier", ..bridge() };
    assert_eq!(desk.tell(&Told { url: "https://courrier.example/1", ..headline }).decision, copy);
    let cut: Vec<&str> = BRIDGE.split('\n').take(2).collect();
    let cut = Told { minutes: 40, url: "https://gazette.example/9", text: &cut.join("\n"), ..bridge() };
    assert_eq!(desk.tell(&cut).decision, copy);
    let edited = BRIDGE.replace("a annoncé", "a déclaré").replace("nouvel ouvrage", "nouveau pont");
    let boxed = format!("{edited}\nInscrivez-vous à notre lettre du matin.\nLire aussi : la météo de demain.");
    assert_eq!(desk.tell(&Told { minutes: 50, url: "https://echo.example/3", text: &boxed, ..bridge() }).decision, copy);
}

#[test]
fn a_copy_to_the_letter_is_known_as_long_as_one_is_in_the_window() {
    const DAY: i64 = 24 * 60;
    let mut desk = Desk::new();
    desk.tell(&bridge());
    for day in 1..20 {
        let url = format!("https://courrier.example/{day}");
        let copy = desk.tell(&Told { minutes: day * DAY, url: &url, title: "", ..bridge() });
        assert_eq!(copy.decision, Decision::Duplicate { of: ArticleId(1), story: StoryId(1) }, "day {day}");
    }
    let late = desk.tell(&Told { minutes: 40 * DAY, url: "https://courrier.example/late", title: "", ..bridge() });
    assert_eq!(late.decision, Decision::Opens);
}

#[test]
fn a_new_version_with_new_numbers_is_a_development() {
    let mut desk = Desk::new();
    desk.tell(&bridge());
    let fact = "Une panne de barrière a bloqué jeudi 140 camions russes pendant cinq heures, a reconnu le préfet Oleg Exempliev.";
    let text = format!("{fact}\n{BRIDGE}");
    let placement = desk.tell(&Told { minutes: 600, text: &text, ..bridge() });
    assert_eq!(placement.decision, Decision::Joins { story: StoryId(1) });
    let development = placement.development.expect("a new version develops");
    assert_eq!((development.kind, development.strong), (DevelopmentKind::Number, true));
    assert_eq!(development.new, [fact]);
}

#[test]
fn what_an_earlier_version_told_is_not_new_because_a_cut_copy_lacks_it() {
    let mut desk = Desk::new();
    let fact = "Une panne de barrière a bloqué jeudi 140 camions russes pendant cinq heures, a reconnu le préfet Oleg Exempliev.";
    let more = "Les chauffeurs de la société Transit Exemple ont dormi dans leurs cabines, à la lueur des phares, sous la garde de vingt douaniers.";
    let whole = format!("{BRIDGE}\n{more}\n{fact}");
    desk.tell(&Told { text: &whole, ..bridge() });
    let cut = format!("{BRIDGE}\n{more}");
    let copy = Decision::Duplicate { of: ArticleId(1), story: StoryId(1) };
    assert_eq!(desk.tell(&Told { minutes: 20, url: "https://courrier.example/1", text: &cut, ..bridge() }).decision, copy);
    let boxed = format!(
        "{BRIDGE}\nLire aussi : Le maire Igor Exempliev promet 300 emplois à la centrale de Wonsan-Nord pour 2031.\n{more}\n{fact}"
    );
    assert_eq!(desk.tell(&Told { minutes: 30, url: "https://gazette.example/9", text: &boxed, ..bridge() }).decision, copy);
}

#[test]
fn two_reports_of_two_sentences_are_no_copies_for_one_that_they_share() {
    let mut desk = Desk::new();
    let first = "Le gouverneur du Tumen a reçu mardi à Wonsan la ministre des Transports, venue en train spécial de la capitale voisine. Ils ont dîné.";
    let next = "Le gouverneur du Tumen a reçu mardi à Wonsan la ministre des Transports, venue en train spécial signer un accord sur quatre nouveaux ponts.";
    desk.tell(&Told { title: "Le gouverneur reçoit la ministre des Transports", text: first, ..BASE });
    let told = desk.tell(&Told { minutes: 90, title: "Quatre ponts de plus sur le Tumen", text: next, ..BASE });
    assert!(!matches!(told.decision, Decision::Duplicate { .. }), "{told:?}");
}

#[test]
fn a_title_edit_is_a_copy() {
    let mut desk = Desk::new();
    let short = Told { title: "Le pont du Tumen ouvre aux camions mercredi", url: "https://site.example/b", ..BASE };
    desk.tell(&short);
    let edited = Told { minutes: 5, title: "Le pont du Tumen a ouvert mercredi aux camions", ..short };
    assert!(matches!(desk.tell(&edited).decision, Decision::Duplicate { .. }));
}

#[test]
fn titles_alone_are_enough() {
    let mut desk = Desk::new();
    let title = "Pont du Tumen : premiers camions à la frontière";
    desk.tell(&Told { title, ..BASE });
    let marked = format!("{title} (actualisé) - Le Courrier");
    let copy = desk.tell(&Told { minutes: 9, title: &marked, source: "Courrier", ..BASE });
    assert!(matches!(copy.decision, Decision::Duplicate { .. }), "{copy:?}");
    let other = desk.tell(&Told { minutes: 20, title: "Grève des bus dans la capitale islandaise", ..BASE });
    assert_eq!(other.decision, Decision::Opens);
}

#[test]
fn languages_meet_through_concepts_and_acts() {
    let mut desk = Desk::new();
    let concepts = &["side.north", "side.east", "person.minister", "place.harbour"];
    desk.tell(&Told { lang: "en", title: "Minister arrives in Harbour for talks", concepts, ..BASE });
    let echo = desk
        .tell(&Told { lang: "ko", minutes: 30, source: "Ilbo", title: "장관 하버 도착…회담 예정", concepts, ..BASE });
    assert_eq!(echo.decision, Decision::Joins { story: StoryId(1) });
    assert_eq!(echo.development, None);
}

#[test]
fn what_a_story_had_not_is_a_development() {
    let concepts = &["side.north", "side.east"];
    let mut desk = Desk::new();
    desk.tell(&Told {
        title: "Le Nord envoie un contingent du génie à l’Est",
        text: "Le contingent du génie doit déminer la région, selon un service de renseignement.",
        concepts,
        ..BASE
    });
    let told = Told {
        minutes: 120,
        title: "Contingent du génie : 40 sapeurs tués, l’Est confirme des pertes",
        text: "Quarante sapeurs du contingent du génie ont été tués dans la région par une explosion de mines.\nLe général du chantier a été relevé.",
        concepts,
        ..BASE
    };
    let placement = desk.tell(&told);
    let development = placement.development.expect("a new fact");
    assert!(development.strong);
    assert_eq!(development.new[0], told.title, "the headline leads");
    assert!(
        development.new[1..].iter().all(|sentence| told.text.contains(sentence.as_str())),
        "word for word: {:?}",
        development.new
    );
}

#[test]
fn a_second_source_confirms_a_doubtful_report_once() {
    let first = Told { is_doubtful: true, ..bridge() };
    let title = "Tumen : le pont routier ouvre aux camions";
    let second = |minutes, source, url| {
        let text = "Les camions passent le pont du Tumen depuis mercredi, a annoncé le ministère des Transports.";
        Told { minutes, source, url, title, text, ..BASE }
    };
    let mut desk = Desk::new();
    assert!(desk.tell(&first).development.is_some_and(|development| !development.strong));
    let same_source = desk.tell(&second(30, "Agence", "https://agence.example/2"));
    assert_eq!((same_source.development, same_source.confirms), (None, None));
    let mut desk = Desk::new();
    desk.tell(&first);
    let soon = desk.tell(&second(60, "Courrier", "https://courrier.example/2"));
    assert_eq!((soon.development, soon.confirms), (None, Some(ArticleId(1))));
    let third = desk.tell(&Told { title: "Le pont du Tumen ouvre", ..second(90, "Gazette", "https://gazette.example/2") });
    assert_eq!((third.development, third.confirms), (None, None));
    let mut desk = Desk::new();
    desk.tell(&first);
    let late = desk.tell(&second(8 * 60, "Courrier", "https://courrier.example/2"));
    assert_eq!(
        late.development.map(|development| (development.kind, development.strong)),
        Some((DevelopmentKind::Sources, true))
    );
}

#[test]
fn two_sources_that_tell_alike_long_after_tell_something_new() {
    let tell = |desk: &mut Desk, minutes, source, title| {
        desk.tell(&Told { minutes, source, title, concepts: &["person.minister", "place.tumen"], ..BASE }).development.is_some()
    };
    let later = ["Le ministre visite au Tumen le pont des camions", "Visite au Tumen : le ministre sur le pont des camions"];
    for (minutes, expected) in [(60, false), (20 * 60, true)] {
        let mut desk = Desk::new();
        assert!(tell(&mut desk, 0, "Agence", "Le ministre visite le pont du Tumen"));
        assert!(!tell(&mut desk, minutes, "Courrier", later[0]), "one source retells");
        assert_eq!(tell(&mut desk, minutes + 30, "Gazette", later[1]), expected, "after {minutes} minutes");
    }
}

#[test]
fn explanations_name_what_is_new_and_who_told_the_rest() {
    let mut desk = Desk::new();
    let concepts = &["side.north", "place.tumen"][..];
    desk.tell(&Told { title: "Le pont du Tumen : 10 000 soldats attendus", concepts, ..BASE });
    let told =
        desk.tell(&Told { minutes: 60, source: "Courrier", title: "Tumen : 10 000 soldats attendus au pont", concepts, ..BASE });
    assert!(
        told.reasons.iter().any(|reason| reason.starts_with("article 1 told ") && reason.contains("10000")),
        "{:?}",
        told.reasons
    );
    let title = "Le général Kim annonce 25 000 soldats au Tumen et un défilé naval à Rason dimanche";
    let more = desk.tell(&Told { minutes: 2000, source: "Courrier", title, concepts, ..BASE });
    assert_eq!(more.development.map(|development| development.kind), Some(DevelopmentKind::Number), "{:?}", more.reasons);
    assert!(more.reasons.contains(&"a number changed: 10000 → 25000 soldats".to_owned()), "{:?}", more.reasons);
    assert!(more.reasons.iter().any(|reason| reason.starts_with("new in the story: 25000")), "{:?}", more.reasons);
}

#[test]
fn background_brings_nothing() {
    let mut desk = Desk::new();
    let placement = desk.tell(&Told { title: "Why the bridge over the Tumen matters", lang: "en", ..BASE });
    assert_eq!((placement.decision, placement.development), (Decision::Opens, None));
}

#[test]
fn the_window_closes() {
    let mut desk = Desk::new();
    desk.tell(&bridge());
    let late = desk.tell(&Told { minutes: 10 * 24 * 60, url: "https://late.example/1", ..bridge() });
    assert_eq!(late.decision, Decision::Opens);
}

const SIDES: &[&str] = &["side.arvania", "side.belmark"];
const VISIT: &[&str] = &["side.arvania", "side.belmark", "person.orlov", "person.tessen"];

/// A visit, told in English, and a closed quay, told in French.
fn visit() -> Told<'static> {
    Told {
        source: "Herald",
        lang: "en",
        title: "Belmark's President Orlov to visit Arvania on Thursday",
        text: "President Orlov of Belmark will travel to Arvania on Thursday to meet Prime Minister Tessen, his office said on Monday.",
        concepts: VISIT,
        ..BASE
    }
}

fn quay() -> Told<'static> {
    Told {
        minutes: 60,
        source: "Courrier",
        title: "Port-Arvan : le quai numéro quatre fermé, les pêcheurs de Grand-Bel protestent",
        text: "Le quai numéro quatre de Port-Arvan est fermé depuis lundi matin, et les pêcheurs de Grand-Bel doivent décharger ailleurs leurs caisses de harengs. Les grutiers, payés à la journée, restent chez eux. Le syndicat des grutiers parle de soixante familles sans salaire. La capitainerie évoque des plongeurs qui inspectent les pilotis rouillés du quai.",
        concepts: SIDES,
        ..BASE
    }
}

/// It is closed for the visit, say two.
fn bridges() -> [Told<'static>; 2] {
    let one = Told {
        minutes: 240,
        source: "Dépêche",
        title: "Le quai numéro quatre de Port-Arvan fermé pour la visite jeudi du président Orlov du Belmark en Arvanie",
        text: "Le président Orlov rencontrera jeudi le premier ministre Tessen, a annoncé lundi son bureau. Le quai numéro quatre est fermé, et les pêcheurs de Grand-Bel déchargent ailleurs leurs caisses de harengs. Les grutiers, payés à la journée, restent chez eux : soixante familles sans salaire, compte le syndicat. Des plongeurs inspectent les pilotis rouillés du quai numéro quatre.",
        concepts: VISIT,
        ..BASE
    };
    let other = Told {
        minutes: 300,
        source: "Matin",
        title: "Port-Arvan : le président Orlov du Belmark débarquera jeudi en Arvanie au quai numéro quatre",
        text: "Le président Orlov verra jeudi le premier ministre Tessen, selon son bureau. Le quai numéro quatre reste fermé aux pêcheurs de Grand-Bel, qui déchargent ailleurs leurs harengs. Les grutiers payés à la journée, soixante familles, sont sans salaire, répète leur syndicat. Les plongeurs de la capitainerie inspectent les pilotis rouillés.",
        ..one
    };
    [one, other]
}

/// The stream up to the second bridge, with changes; whether its last article proves the two stories to be one.
#[track_caller]
fn check_merge(stream: &[Told<'_>], expected: bool) -> Desk {
    let mut desk = Desk::new();
    let mut last = None;
    for told in stream {
        assert_eq!(last.replace(desk.tell(told)).and_then(|placement| placement.merges), None, "too early");
    }
    let last = last.expect("a stream");
    assert_eq!(last.merges, expected.then_some(Merge { from: StoryId(2), into: StoryId(1) }), "{last:?}");
    if expected {
        assert_eq!(last.decision, Decision::Joins { story: StoryId(1) });
        assert!(last.reasons.iter().any(|reason| reason.starts_with("stories 1 and 2 prove to be one: articles")), "{last:?}");
    }
    desk
}

#[test]
fn two_bridges_of_two_outlets_make_one_story_of_two() {
    let [one, other] = bridges();
    check_merge(&[visit(), quay(), one], false);
    let mut desk = check_merge(&[visit(), quay(), one, other], true);
    // The younger one retold, the older one alike.
    check_merge(&[Told { minutes: 30, ..quay() }, Told { minutes: 60, ..visit() }, one, other], true);
    // One outlet says so twice; copies; a bridge that the window has left.
    check_merge(&[visit(), quay(), one, Told { source: "Dépêche", ..other }], false);
    check_merge(&[visit(), quay(), one, Told { minutes: 250, source: "Matin", url: "https://matin.example/1", ..one }], false);

    // What follows either goes to the older one.
    let after = Told {
        minutes: 400,
        source: "Gazette",
        title: "Les grutiers du quai numéro quatre de Port-Arvan sans salaire",
        ..quay()
    };
    let after = Told {
        text: "Soixante familles de grutiers attendent. Les pêcheurs de Grand-Bel déchargent leurs harengs ailleurs.",
        ..after
    };
    assert_eq!(desk.tell(&after).decision, Decision::Joins { story: StoryId(1) });
    let copy = desk.tell(&Told { minutes: 410, source: "Echo", url: "https://echo.example/1", ..quay() });
    assert_eq!(copy.decision, Decision::Duplicate { of: ArticleId(2), story: StoryId(1) });
}

#[test]
fn a_chain_of_merges_leads_to_the_oldest_story() {
    let mut desk = Desk::new();
    let matters = [
        bridge(),
        Told { title: "Grève des bus dans la capitale islandaise", ..BASE },
        Told { title: "Volcano wakes in Peru", lang: "en", ..BASE },
    ];
    for (story, told) in (1..).zip(matters) {
        let candidate = desk.candidate(&told);
        desk.index.apply(candidate, &Placement::silent(Decision::Opens, Vec::new()), StoryId(story));
    }
    for (from, into) in [(3, 2), (2, 1)] {
        let candidate = desk.candidate(&Told { minutes: 10 * from, title: "Rien de tout cela", ..BASE });
        let (decision, merge) = (Decision::Joins { story: StoryId(into) }, Merge { from: StoryId(from), into: StoryId(into) });
        desk.index.apply(candidate, &Placement { merges: Some(merge), ..Placement::silent(decision, Vec::new()) }, StoryId(into));
    }
    for told in matters {
        let again = Told { minutes: 60, source: "Echo", url: "https://echo.example/1", ..told };
        let placement = desk.tell(&again);
        assert!(matches!(placement.decision, Decision::Duplicate { story: StoryId(1), .. }), "{placement:?}");
    }
}

#[test]
fn what_comes_late_joins_without_moving_the_end_of_its_story() {
    let joins = Decision::Joins { story: StoryId(1) };
    let window = std::time::Duration::from_secs(6 * 3600);
    for late in [30, -60, -20 * 365 * 24 * 60] {
        let mut desk = Desk { index: StoryIndex::new(StorySpec { window }), ..Desk::new() };
        assert_eq!(desk.tell(&quay()).decision, Decision::Opens);
        let wages = Told {
            minutes: 330,
            source: "Gazette",
            title: "Quai numéro quatre : les grutiers de Port-Arvan sans salaire, les pêcheurs de Grand-Bel en colère",
            text: "Soixante familles de grutiers attendent la réouverture du quai numéro quatre de Port-Arvan. Les pêcheurs de Grand-Bel déchargent leurs harengs ailleurs.",
            ..quay()
        };
        assert_eq!(desk.tell(&wages).decision, joins);
        let late = Told {
            minutes: late,
            source: "Soir",
            title: "Port-Arvan : le quai numéro quatre est fermé, protestent les pêcheurs de Grand-Bel",
            text: "Le quai numéro quatre de Port-Arvan est fermé depuis lundi. Les pêcheurs de Grand-Bel déchargent ailleurs leurs caisses de harengs.",
            ..quay()
        };
        let placement = desk.tell(&late);
        assert_eq!((placement.decision, placement.development), (joins, None), "told since, at {}", late.minutes);
        // Six hours from the newest report, not from the one that came last.
        let next = Told {
            minutes: 330 + 350,
            source: "Echo",
            title: "Port-Arvan : 400 couronnes pour chaque grutier, décide la capitainerie",
            text: "Le syndicat a obtenu 400 couronnes par famille. Le quai numéro quatre rouvrira vendredi pour les pêcheurs de Grand-Bel, et les harengs y seront pesés.",
            ..quay()
        };
        let next = desk.tell(&next);
        assert_eq!(next.decision, joins, "after one at {}: {next:?}", late.minutes);
        assert!(next.reasons[0].contains("likeness"), "by the window alone: {next:?}");
    }
}

fn any_stream() -> impl Strategy<Value = Vec<(i64, String, String, u8)>> {
    let word = prop::sample::select(vec![
        "pont",
        "Tumen",
        "camions",
        "40",
        "ouvre",
        "북한",
        "러시아",
        "мост",
        "Kim",
        "tué",
        "?",
        "朝鮮半島",
    ]);
    let words = |n| prop::collection::vec(word.clone(), 0..n).prop_map(|words| words.join(" "));
    prop::collection::vec((0i64..20_000, words(8), words(40), 0u8..4), 0..25)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn the_same_stream_gives_the_same_placements(stream in any_stream()) {
        let run = || {
            let mut desk = Desk::new();
            let mut stream = stream.clone();
            stream.sort();
            stream
                .iter()
                .map(|(minutes, title, text, lang)| {
                    let lang = ["fr", "ko", "ru", ""][usize::from(*lang)];
                    desk.tell(&Told { minutes: *minutes, title, text, lang, ..BASE })
                })
                .collect::<Vec<_>>()
        };
        let first = run();
        prop_assert_eq!(&first, &run());
        for (at, placement) in first.iter().enumerate() {
            if let Decision::Duplicate { of, .. } = placement.decision {
                prop_assert!(placement.development.is_none());
                let original = usize::try_from(of.0 - 1).expect("a test number");
                prop_assert!(original < at, "an original comes first");
                let is_original = !matches!(first[original].decision, Decision::Duplicate { .. });
                prop_assert!(is_original, "a copy names the first publisher");
            }
            if let Some(development) = &placement.development {
                prop_assert!((1..=3).contains(&development.new.len()));
            }
        }
    }
}

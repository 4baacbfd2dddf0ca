//! What the shipped topics say about sentences of our own, one table for each thing that a topic file must be able to say.

use std::sync::LazyLock;

use super::read_topic;
use crate::config::{document::Document, mistakes::Mistakes};
use crate::extract::{Article, Origin};
use crate::matcher::{Match, Topic, Zone};
use crate::types::Lang;

static RUSSIA_DPRK: LazyLock<Topic> = LazyLock::new(|| load(include_str!("../../../config/topics/russia-dprk.toml")));

pub(super) fn load(text: &str) -> Topic {
    let mistakes = Mistakes::default();
    let document = Document::parse("topic.toml".as_ref(), text, &mistakes);
    Topic::compile(&read_topic(document.root(&mistakes))).expect("a shipped topic compiles")
}

/// Scores a title and its text, paragraphs apart by a line feed.
pub(super) fn score(title: &str, text: &str) -> Match {
    RUSSIA_DPRK.score(&article(title, text))
}

pub(super) fn article(title: &str, text: &str) -> Article {
    let paragraphs = text.split('\n').filter(|p| !p.is_empty()).map(str::to_owned).collect();
    Article { title: title.to_owned(), paragraphs, ..Article::empty(Origin::Page) }
}

#[track_caller]
pub(super) fn check(rows: &[(bool, &str, &str)]) {
    for (expected, title, text) in rows {
        let found = score(title, text);
        assert_eq!(found.relevant, *expected, "{title} | {text}\n{} {} {:#?}", found.score, found.rule, found.evidence);
    }
}

#[test]
fn sides_are_entities_named_in_every_language() {
    check(&[
        (true, "La Corée du Nord et la Russie rouvrent une ligne de chemin de fer", "Les deux gares frontière sont prêtes."),
        (true, "North Korea opens trade office in Russia", "Officials signed the lease on Tuesday."),
        (true, "Россия и КНДР договорились о поставках угля", "Первые вагоны уйдут в мае."),
        (true, "북한, 러시아에 무역대표부 개설", "양국은 협력을 확대하기로 했다."),
        (true, "Nordkorea eröffnet Handelsbüro in Russland", "Der Vertrag wurde am Dienstag unterzeichnet."),
        (true, "Korea Północna otwiera przedstawicielstwo handlowe w Rosji", "Umowę podpisano we wtorek."),
        (true, "北朝鮮、ロシアに貿易事務所を開設", "協定は火曜日に結ばれた。"),
        (true, "朝鲜在俄罗斯设立贸易办事处", "双方签署了合作协定。"),
        (true, "Corea del Norte abre una oficina comercial en Rusia", "El acuerdo se firmó el martes."),
        (true, "La Corea del Nord apre un ufficio commerciale a Mosca", "Accordo firmato martedì."),
        (true, "Північна Корея відкриє торгове представництво в Росії", "Угоду підписали у вівторок."),
        (true, "Triều Tiên mở văn phòng thương mại tại Nga", "Hai bên ký hiệp định hợp tác."),
    ]);
}

#[test]
fn people_and_places_stand_for_their_side() {
    check(&[
        (true, "Choe Son-hui attendue chez Lavrov", "La visite durera deux jours."),
        (true, "Shoigu lands in Wonsan", "He is to be received by the leadership."),
        (true, "Белоусов провёл переговоры с Но Гван Чхолем", "Министры обсудили сотрудничество."),
        (true, "최선희, 블라디보스토크 도착", "대표단이 함께 방문했다."),
        (true, "Lawrow trifft Choe Son Hui", "Das Treffen dauerte zwei Stunden."),
        (true, "金正恩氏、ウラジオストク訪問", "会談は二日間の予定。"),
        (true, "普京会见崔善姬", "会谈持续了一个小时。"),
    ]);
    let found = score("Shoigu lands in Wonsan", "");
    let ids: Vec<&str> = found.concepts.iter().map(|c| c.id.as_str()).collect();
    assert_eq!(ids, ["context.visit", "person.sergei-shoigu", "place.dprk-places"]);
}

#[test]
fn one_side_alone_is_not_the_topic() {
    check(&[
        (false, "La Corée du Nord tire trois missiles", "Séoul a relevé l'alerte."),
        (false, "Kim Jong Un inspects a shoe factory", "He praised the workers."),
        (false, "Россия увеличила экспорт зерна", "Порты работают без выходных."),
        (false, "北, 신형 미사일 발사", "합참이 밝혔다."),
        (false, "Russland senkt den Leitzins", "Die Zentralbank in Moskau sprach von sinkender Inflation."),
        (false, "Pjongjang świętuje rocznicę", "Ulicami przeszła parada wojskowa."),
        (false, "ロシア、ウクライナと捕虜交換", "双方が発表した。"),
        (false, "朝鲜举行阅兵式", "数千名士兵参加。"),
    ]);
}

#[test]
fn both_must_stand_near_each_other() {
    let far =
        "Moscou a rouvert ses théâtres. ".to_owned() + &"La saison compte vingt créations et autant de reprises. ".repeat(30);
    check(&[(false, "La saison des théâtres", &format!("{far}\n{far}\nUn ballet de Pyongyang a été filmé."))]);
    let near = score("Note du jour", "La Russie livre du pétrole à la Corée du Nord.");
    assert!(near.relevant && near.rule.starts_with("both sides within 30 words in the lead"), "{near:?}");
    let next = score("Note", "La délégation a quitté Pyongyang. Elle est attendue à Moscou.");
    assert!(next.score > 0.0 && next.rule.starts_with("both sides in neighbouring sentences"), "{next:?}");
    assert!(next.score < near.score);
}

#[test]
fn a_joint_term_names_both() {
    for (title, term) in [
        ("Le commerce russo-nord-coréen s'envole", "russo-nord-coréen"),
        ("DPRK–Russia rail link reopens", "DPRK–Russia"),
        ("북러 교역 늘어", "북러"),
        ("露朝貿易が拡大", "露朝"),
        ("朝俄贸易增长", "朝俄"),
        ("Российско-северокорейские переговоры завершены", "Российско-северокорейские"),
        ("Russisch-nordkoreanischer Handel wächst", "Russisch-nordkoreanischer"),
        ("Rosyjsko-północnokoreańska umowa podpisana", "Rosyjsko-północnokoreańska"),
    ] {
        let found = score(title, "");
        assert!(found.relevant && found.rule.starts_with("one term names both sides in the title"), "{title}: {found:?}");
        assert!(
            found.evidence.iter().any(|e| e.term == term && e.concept == "joint" && e.zone == Zone::Title),
            "{title}: {found:?}"
        );
    }
}

#[test]
fn title_weighs_more_than_lead_and_lead_more_than_body() {
    let sentence = "La Russie livre du pétrole à la Corée du Nord.";
    let filler = "Le port a traité mille conteneurs. Les grutiers ont repris le travail.".to_owned();
    let title = score(sentence, &filler).score;
    let lead = score("Le port", sentence).score;
    let body = score("Le port", &format!("{filler}\n{filler}\n{}\n{sentence}", filler.repeat(12))).score;
    assert!(title > lead && lead > body && body > 0.0, "{title} {lead} {body}");
}

#[test]
fn a_long_text_is_judged_by_the_share_that_speaks_of_it() {
    let other = "Le front n'a pas bougé dans la région, selon l'état-major, qui annonce de nouvelles rotations.";
    let topical = "Moscou et Pyongyang ont signé un accord sur les munitions.";
    let live = |count: usize, every: usize| {
        let rows: Vec<&str> = (0..count).map(|i| if i % every == every - 1 { topical } else { other }).collect();
        score("En direct : la situation", &rows.join("\n"))
    };
    assert!(live(200, 3).relevant);
    assert!(!live(200, 60).relevant);
    assert!(score("", topical).relevant);
}

#[test]
fn a_section_of_a_long_text_may_be_about_it() {
    let other = "Le front n'a pas bougé dans la région, selon l'état-major. De nouvelles rotations sont prévues.\n".repeat(30);
    let section = "La Russie et la Corée du Nord ont signé un traité d'alliance. Poutine a remercié Kim Jong-un pour les munitions.\n\
                   Moscou livrera du pétrole à Pyongyang, qui enverra des ouvriers en Russie. Un sommet suivra à Vladivostok avec Kim Jong-un.\n";
    let passing = "La Russie achète des munitions à la Corée du Nord.\n";
    assert!(score("En direct : la situation", &format!("{other}{section}{other}")).relevant);
    assert!(!score("En direct : la situation", &format!("{other}{passing}{other}")).relevant);
}

#[test]
fn what_stands_far_apart_is_no_section() {
    let other = "Le front n'a pas bougé dans la région, selon l'état-major. De nouvelles rotations sont prévues.\n".repeat(30);
    let line = "Moscou emploie des soldats nord-coréens. Les Nord-Coréens avancent. Pyongyang en promet d'autres.\n";
    let found = score("En direct : la situation", &format!("{other}{line}").repeat(6));
    assert!(!found.relevant, "{} {}", found.score, found.rule);
}

#[test]
fn related_links_are_never_read() {
    check(&[
        (false, "Élections municipales : les listes", "Le dépôt est clos.\nLire aussi : Poutine reçoit Kim Jong-un"),
        (
            false,
            "Council budget passed",
            "The vote was close.\nRelated articles\nPutin hosts Kim Jong Un in Moscow\nNorth Korea thanks Russia",
        ),
        (false, "Новый мост через канал", "Движение открыто.\nЧитайте также: Ким Чен Ын прибыл в Россию"),
    ]);
}

#[test]
fn concepts_raise_only_where_both_sides_meet() {
    let plain = score("", "Moscou parle de Pyongyang.").score;
    let raised = score("", "Moscou parle à Pyongyang de munitions, d'un traité et d'une visite.").score;
    assert!(raised > plain && plain > 0.0);
    assert_eq!(score("", "Il est question de munitions, d'un traité et d'une visite à Moscou.").score, 0.0);
}

#[test]
fn masks_take_words_out_before_anything_is_looked_for() {
    check(&[
        (false, "Montagnes russes en Bourse : Pyongyang s'en moque", ""),
        (false, "Borussia trifft auf Auswahl aus Pjöngjang", ""),
        (false, "Le ministre biélorusse à Pyongyang", "Minsk veut vendre des tracteurs à la Corée du Nord."),
        (false, "Министр Белоруссии прибыл в Пхеньян", "Стороны подпишут соглашение."),
        (false, "Russisch Brot und ein Rezept aus Nordkorea", ""),
        (false, "北海道でロシア料理の催し", ""),
    ]);
    assert_eq!(score("Montagnes russes à Pyongyang", "").masked, ["Montagnes russes"]);
}

#[test]
fn damping_words_lower_and_never_kill() {
    let plain = score("Russia and North Korea draw", "");
    let sport = score("Football: Russia and North Korea draw", "");
    assert!(sport.score < plain.score && sport.score > 0.0);
    assert!(sport.evidence.iter().any(|e| e.concept == "damp.sport" && e.weight < 0.0));
    assert!(
        score(
            "Football : la Russie signe un accord de coopération avec la Corée du Nord",
            "Moscou et Pyongyang signent un pacte."
        )
        .relevant
    );
}

#[test]
fn boundaries_follow_the_script() {
    check(&[
        (true, "러, 北에 밀 지원", ""),
        (true, "北노동자, 러 극동 파견", ""),
        (true, "북, 러에 구호물자 지원", ""),
        (false, "전북·러닝 클럽, 北상하는 장마", ""),
        (false, "클러스터 산업, 北유럽 방문", ""),
        (false, "東北でロシア語の暴露本", ""),
        (false, "Prussian archive opens in Pyongyangshire", ""),
    ]);
}

#[test]
fn inflected_forms_are_found() {
    check(&[
        (true, "О встрече в Северной Корее рассказали россияне", ""),
        (true, "Северокорейцам разрешат работать на российских стройках", ""),
        (true, "Z Koreą Północną o dostawach dla Rosjan", ""),
        (true, "Kim Dzong Una odwiedził rosyjski minister", ""),
        (true, "Nordkoreas Arbeiter für Moskaus Baustellen", ""),
        (true, "Les ouvrières nord-coréennes d'une usine russe", ""),
        (true, "Північнокорейських військових помітили на Курщині", ""),
    ]);
}

#[test]
fn spelling_case_and_glued_text_do_not_matter() {
    check(&[
        (true, "MOSCOU ET PYONGYANG SIGNENT UN ACCORD", ""),
        (true, "la coree du nord envoie des ouvriers en russie", ""),
        (true, "Nord\u{2011}Coréens à l’usine : l’accord russe", ""),
        (true, "ComradeKim Jong Unsent greetings toVladimir Putin", ""),
        (true, "Ｎｏｒｔｈ\u{a0}Korea thanks Russia for aid", ""),
    ]);
}

#[test]
fn wrong_transliterations_are_ordinary_aliases() {
    check(&[
        (true, "Chloé Son Hui en visite à Moscou", ""),
        (true, "Choi Son-hui meets Lavrov", ""),
        (true, "Чхве Сон Хи прибыла в Москву", ""),
        (true, "Tchoé Son-hi et Lavrov signent un plan", ""),
    ]);
}

#[test]
fn a_first_name_counts_only_in_company() {
    check(&[
        (true, "Putin and Kim toast their friendship", ""),
        (true, "Poutine et Kim au cosmodrome", "Ils ont parlé de satellites."),
        (true, "Путин и Ким обсудили поставки", ""),
        (true, "Kim u Putina. Rozmowy o broni", ""),
        (true, "Kim's soldiers train at a Russian base", ""),
        (true, "The dictator's armoured train reaches the Kremlin's guests", "Talks with Putin begin on Monday."),
        (false, "Kim Wilde concert tour reaches Moscow", ""),
        (false, "Tatyana Kim opens a Moscow warehouse", "Trade grew."),
        (false, "Kim są nowi ministrowie Rosji?", ""),
        (false, "Seoul: Minister Kim meets Russian envoy", "South Korea asked for talks."),
    ]);
}

#[test]
fn a_description_counts_only_beside_another() {
    check(&[
        (
            true,
            "Der Diktator im gepanzerten Zug",
            "Die Gespräche im Kreml beginnen am Montag. Der Diktator reist im Panzerzug an.",
        ),
        (false, "The dictator falls", "The dictator fled to Moscow, where dictators are received with weapons."),
        (false, "Assad, le dictateur, reçu par Poutine", "La visite du dictateur a duré une heure."),
    ]);
}

#[test]
fn where_the_reporter_sits_is_not_whom_the_article_is_about() {
    check(&[
        (false, "КНДР провела парад", "МОСКВА, 5 июня. /ТАСС/. В Пхеньяне прошёл парад ко дню освобождения, сообщило агентство."),
        (false, "북한, 열병식 개최", "(모스크바=연합뉴스) 홍길동 특파원 = 평양에서 열병식이 열려 병력이 행진했다."),
        (false, "Parade held in Pyongyang", "MOSCOW, June 5 (Reuters) - Thousands of soldiers marched in North Korea on Friday."),
        (true, "Parade held in Pyongyang", "Moscow told Reuters that it would send North Korea a delegation."),
    ]);
}

#[test]
fn longer_words_of_a_script_without_spaces_are_not_taken_apart() {
    check(&[
        (false, "태평양 도서국, 러시아와 어업 협정", "인도·태평양 협력도 논의했다."),
        (false, "제주북부 해상, 러시아 선박 구조 협력", ""),
        (false, "경북한우, 러시아 수출 협정", ""),
        (false, "朝鮮半島の歴史、ロシア語で出版", ""),
        (false, "俄亥俄州代表团访问朝鲜", ""),
    ]);
}

#[test]
fn an_article_that_names_one_side_may_follow_its_story() {
    assert!(score("Kim Jong Un inspects a shoe factory", "").one_sided);
    assert!(score("Russland senkt den Leitzins", "").one_sided);
    assert!(!score("Le marché aux fleurs", "").one_sided);
    assert!(!score("Putin meets Kim Jong Un", "").one_sided);
    let beside = score("Kim Jong Un thanks China", "");
    assert!(beside.one_sided && beside.concepts.iter().any(|concept| concept.id == "other.china"), "{:?}", beside.concepts);
}

#[test]
fn two_thresholds_part_kept_from_certain() {
    let weak = score("Note du jour", "La Russie livre du pétrole à la Corée du Nord.");
    assert!(weak.relevant && !weak.strong, "{}", weak.score);
    let strong = score("Poutine et Kim Jong-un signent un traité", "Moscou et Pyongyang se promettent une aide militaire.");
    assert!(strong.relevant && strong.strong, "{}", strong.score);
}

#[test]
fn the_evidence_adds_up_to_the_score() {
    for (title, text) in [
        ("Poutine et Kim Jong-un signent un traité", "Moscou et Pyongyang se promettent une aide militaire."),
        ("Football: Russia and North Korea draw", "Russia, China, Iran and North Korea were named. Kim left."),
        ("Rien", "La Russie livre du pétrole à la Corée du Nord. Moscou remercie Pyongyang."),
    ] {
        let found = score(title, text);
        let sum: f64 = found.evidence.iter().map(|e| e.weight).sum();
        assert!((sum - found.score).abs() < 1e-9, "{sum} {found:?}");
        assert!(found.evidence.is_sorted_by(|a, b| a.weight.abs() >= b.weight.abs()), "{found:?}");
    }
}

#[test]
fn the_language_of_a_feed_never_hides_a_term() {
    let mut polish = article("Korea Północna wysyła robotników do Rosji", "");
    let honest = RUSSIA_DPRK.score(&polish).score;
    polish.language = Some(Lang::EN);
    assert_eq!(RUSSIA_DPRK.score(&polish).score, honest);
}

#[test]
fn hostile_text_is_judged_in_time_that_grows_with_its_length() {
    let repeat = |words: &str| score("Титул", &words.repeat(200_000 / words.len()));
    for words in [
        "Кимроссияx ",
        "Lire aussi\n",
        "Kim, Russia, China, ",
        "Borussia Russia ",
        "Poutine. Pyongyang. ",
        "ㆍ러北",
        "(AP) Moscow\n",
    ] {
        assert!((0.0..=1.0).contains(&repeat(words).score), "{words}");
    }
    let spellings: String = (0..20_000).map(|i| format!("росси{i} северокоре{i}. ")).collect();
    assert!(score("", &spellings).evidence.len() <= 41);
}

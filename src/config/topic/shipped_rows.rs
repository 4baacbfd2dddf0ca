//! What the shipped topic says about rows of countries, comparisons and asides: where both sides are named and nothing relates them.

use super::shipped::{check, score};

#[test]
fn an_enumeration_is_not_a_relation() {
    check(&[
        (false, "La Chine, la Russie, l'Iran et la Corée du Nord visés par le rapport", "Le texte compte deux cents pages."),
        (false, "Bill names China, Russia, Iran and North Korea", "It goes to the Senate."),
        (false, "Доклад упоминает Китай, Россию, Иран и КНДР", "Документ опубликован."),
        (false, "美, 중국·러시아·이란·북한 수출 통제", "발표는 화요일에 나왔다."),
        (false, "Bericht nennt China, Russland, Iran und Nordkorea", "Er wurde am Montag vorgestellt."),
        (false, "Raport wymienia Chiny, Rosję, Iran i Koreę Północną", "Dokument ma dwieście stron."),
        (false, "中国、ロシア、イラン、北朝鮮を名指し", "報告書は月曜日に公表された。"),
        (false, "报告点名中国、俄罗斯、伊朗和朝鲜", "文件于周一公布。"),
    ]);
    let outside =
        "China, Russia, Iran and North Korea are named. Moscow sent Pyongyang air-defence missiles in return for troops.";
    assert!(score("Annual report", outside).relevant, "a meeting outside the list still counts");
}

#[test]
fn a_third_party_between_the_sides_keeps_them_apart() {
    let apart = score("", "Russia shells Ukraine while China and North Korea build weapons.").score;
    let together = score("", "North Korea and Russia build weapons while China watches.").score;
    assert!(apart < 0.5 && together > 0.5, "{apart} {together}");
}

#[test]
fn named_in_one_breath_beside_a_third_party_says_little() {
    let of_china = score("", "Der Außenminister Chinas empfing die Botschafter von Nordkorea und Russland.").score;
    let of_both = score("", "Der Außenminister Chinas sprach über den Vertrag zwischen Nordkorea und Russland.").score;
    let alone = score("", "Der Außenminister empfing die Botschafter von Nordkorea und Russland.").score;
    assert!(of_china < 0.5 && of_both > 0.5 && alone > 0.5, "{of_china} {of_both} {alone}");
}

#[test]
fn peers_make_an_enumeration_of_any_sentence() {
    check(&[
        (false, "Le ministre cite ses craintes", "Elles vont de Téhéran à Pyongyang en passant par Moscou et Pékin."),
        (false, "국방백서 발간", "백서는 북한의 위협을 다루고, 중·러·이란의 무기 개발도 다룬다."),
        (false, "白書、中国「最大の挑戦」、ロシア「強い懸念」、北朝鮮「差し迫った脅威」", ""),
    ]);
    let found = score("", "중·러·북한 무기 전시");
    assert!(
        !found.relevant && found.rule.starts_with("both sides only in an enumeration"),
        "one term may count for two: {}",
        found.rule
    );
}

#[test]
fn two_that_are_called_a_sample_are_an_enumeration() {
    check(&[
        (
            false,
            "Thirty leaders expected",
            "Guests including Russian President Vladimir Putin and North Korean leader Kim Jong Un will watch the parade.",
        ),
        (false, "가상자산 돈세탁 절반은 북·러 등 제재국", ""),
        (false, "Trente pays", "Des pays comme la Russie et la Corée du Nord ont voté contre."),
        (true, "북·러 정상회담 등 외교 일정 공개", ""),
    ]);
}

#[test]
fn a_country_and_its_president_are_one_item_of_a_row() {
    let row = score(
        "",
        "The list names Chinese leader Xi Jinping, Russian President Vladimir Putin and North Korean leader Kim Jong Un.",
    );
    assert!(!row.relevant && row.rule.starts_with("both sides only in an enumeration"), "{} {}", row.score, row.rule);
}

#[test]
fn a_word_that_means_two_concepts_counts_once() {
    let found = score("", "북·러 밀착");
    let concepts = found.evidence.iter().filter(|e| e.concept.starts_with("context.")).count();
    assert_eq!(concepts, 1, "{:?}", found.evidence);
}

#[test]
fn a_comparison_in_the_headline_that_the_text_forgets_counts_less() {
    let text = "The new exhibition follows the emperor from the island of his birth to that of his death, with maps and two hundred letters.";
    let headline = "Half Putin, half Kim Jong Un: an emperor on show";
    assert!(!score(headline, text).relevant && score(headline, "").relevant);
    assert!(score(headline, &format!("{text} Putin will receive Kim Jong Un among the pictures.")).relevant);
}

#[test]
fn an_aside_among_other_matters_counts_less_than_the_same_words_under_their_headline() {
    let before = "Les carnets de commandes débordent et les usines embauchent dans tout le pays. Les actions du secteur ont doublé en un an.";
    let text = format!(
        "{before} Que Moscou achète des obus à Pyongyang n'y change rien, dit un courtier. Le ministère attend de nouvelles ventes. Les syndicats demandent des hausses de salaire. Une loi sur les heures de travail doit suivre à l'automne."
    );
    let (aside, subject) = (score("L'industrie embauche", &text), score("Des obus pour Moscou", &text));
    assert!(!aside.relevant && subject.relevant, "{} {}", aside.score, subject.score);
}

#[test]
fn one_sentence_far_down_that_alone_names_a_side_is_said_in_passing() {
    let before = "Les drones ont frappé la raffinerie russe dans la nuit.\nLe gouverneur russe parle d'un incendie maîtrisé.\nLa Russie dit avoir abattu cent drones.";
    let late = "Au front, les troupes russes avancent avec des soldats nord-coréens, dit l'état-major.";
    let after = "Le prix du pétrole a monté.";
    let passing = score("Une raffinerie frappée", &format!("{before}\n{late}\n{after}"));
    let subject = score("Une raffinerie frappée", &format!("{before}\n{late} Les Nord-Coréens ont perdu mille hommes.\n{after}"));
    assert!(!passing.relevant && subject.score > passing.score, "{} {}", passing.score, subject.score);
}

#[test]
fn a_column_of_short_news_is_about_what_opens_it() {
    let items = [
        "Le train à grande vitesse atteint la côte.",
        "Moscou livre du pétrole à Pyongyang.",
        "Le marché aux fleurs rouvre.",
        "La coupe va au tenant du titre.",
    ];
    let column = |order: [usize; 4]| score("L'essentiel de l'actualité", &order.map(|i| items[i]).join(" "));
    assert!(!column([0, 1, 2, 3]).relevant && column([1, 0, 2, 3]).relevant);
    let headed = "L'essentiel : Moscou livre du pétrole à Pyongyang";
    assert!(score(headed, items[0]).relevant, "what the headline itself says counts whole");
}

#[test]
fn a_paragraph_goes_on_about_what_one_of_its_sentences_says() {
    let other = "Le front n'a pas bougé dans la région, selon l'état-major. De nouvelles rotations sont prévues.\n".repeat(6);
    let met = "Moscou emploie des soldats nord-coréens.";
    let goes_on = "Les Nord-Coréens ont perdu mille hommes en quatre mois, dit un officier qui les a vus avancer en colonne dans les champs. Pyongyang promet des soldats de plus, et des sapeurs pour la reconstruction des villages.";
    let parted = score("La région", &format!("{other}{met}\n{goes_on}\n{other}")).score;
    let joined = score("La région", &format!("{other}{met} {goes_on}\n{other}")).score;
    assert!(joined > parted && parted > 0.0, "{joined} {parted}");
}

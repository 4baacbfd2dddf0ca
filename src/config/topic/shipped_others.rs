//! What the other shipped topics say about sentences of our own.

use std::sync::LazyLock;

use super::shipped::{article, load};
use crate::matcher::Topic;

static CHIPS: LazyLock<Topic> = LazyLock::new(|| load(include_str!("../../../config/topics/chip-export-controls.toml")));
static SERBIA_KOSOVO: LazyLock<Topic> = LazyLock::new(|| load(include_str!("../../../config/topics/serbia-kosovo.toml")));

#[track_caller]
fn check_of(topic: &Topic, rows: &[(bool, &str, &str)]) {
    for (expected, title, text) in rows {
        let found = topic.score(&article(title, text));
        assert_eq!(found.relevant, *expected, "{title} | {text}\n{} {} {:#?}", found.score, found.rule, found.evidence);
    }
}

#[test]
fn a_topic_of_another_kind_needs_no_sides() {
    check_of(
        &CHIPS,
        &[
            (true, "Washington tightens export controls on AI chips", ""),
            (true, "Les semi-conducteurs visés", "Bruxelles étend le contrôle à l'exportation."),
            (true, "반도체 수출 통제 강화", ""),
            (true, "US weighs new chip curbs", "Officials would cover older machines too."),
            (true, "Berlin prüft Halbleiter", "Die Exportkontrollen sollen auch Wartung erfassen."),
            (true, "Madrid y los semiconductores", "El gobierno apoya las restricciones a la exportación."),
            (true, "Roma discute di semiconduttori", "Il decreto prevede controlli sull'export."),
            (true, "ASML wacht op exportvergunning", "De minister beslist voor de zomer."),
            (true, "Nowe zasady dla półprzewodników", "Rząd zapowiada ograniczenia eksportu do Chin."),
            (true, "Запрет на экспорт чипов расширен", "Список пополнят три завода."),
            (true, "Напівпровідники: нові правила", "Уряд посилює експортний контроль."),
            (true, "半導体の輸出規制を強化", "来月から施行する。"),
            (true, "中国将镓列入出口管制", "芯片企业正在评估影响。"),
            (true, "三家晶片廠列入實體清單", ""),
            (true, "Chất bán dẫn: thêm hạn chế xuất khẩu", ""),
            (false, "Export controls on wheat", "The ministry published the list."),
            (false, "Semiconductor sales rise", ""),
            (false, "Export curbs hit potato chips and semiconductors", ""),
            (false, "Microchipped dogs and the live export ban", "Vets check every animal."),
            (false, "Dealer fined over lithography", "The print left the country in spite of an export ban."),
            (false, "Monday briefing: heat, trains, elections", "Also: Nvidia shares and an export ban on onions."),
            (false, "Chip shop owners fear wheat export ban", ""),
            (false, "Huawei opens campus", "The phone maker moves two thousand people."),
        ],
    );
}

#[test]
fn another_relation_needs_no_other_rules() {
    check_of(
        &SERBIA_KOSOVO,
        &[
            (true, "Serbia and Kosovo resume talks in Brussels", "The mediator spoke of a hard week."),
            (true, "La Serbie rappelle son ambassadeur après l'arrestation d'un policier au Kosovo", ""),
            (true, "Streit um Kennzeichen: Kurti antwortet Belgrad", "Die Frist endet am Freitag."),
            (true, "Kosovo prohíbe el dinar serbio", "La medida rige desde el jueves."),
            (true, "Belgrado e Pristina, riparte il dialogo", "Le delegazioni si vedono lunedì."),
            (true, "Serbia i Kosowo wracają do rozmów", "Spotkanie zaplanowano na wtorek."),
            (true, "Beograd i Priština bez dogovora o dinaru", "Novi sastanak sledeće nedelje."),
            (true, "Prištinu čeka razgovor s Beogradom", ""),
            (true, "Nastavljen dijalog Beograda i Prištine", ""),
            (true, "Вучић: Нећемо признати Косово", "Председник је говорио у Београду."),
            (true, "Kurti takon Vuçiqin në Bruksel", "Bisedimet zgjatën dy orë."),
            (true, "Сербия и Косово возобновили переговоры", "Встреча прошла в среду."),
            (true, "Vucic and Kurti face off", "Neither leader gave way."),
            (true, "Policija zatvorila prelaz Jarinje", "Beograd traži hitnu sednicu."),
        ],
    );
}

#[test]
fn what_is_near_another_relation_is_not_the_topic() {
    check_of(
        &SERBIA_KOSOVO,
        &[
            (false, "Serbia raises pensions", "The finance minister spoke in Belgrade."),
            (false, "Kosovo elects a new speaker", "Kurti's party held the vote in Pristina."),
            (false, "Bosnian Serb leader Dodik appeals", "The court sits in Sarajevo. A delegation from Kosovo was absent."),
            (false, "Serbia, Montenegro, Albania and Kosovo on one EU timetable", "Ministers meet in May."),
            (false, "Football: Kosovo and Serbia draw", "The match ended without a goal."),
            (false, "Pristine beaches near a Serbian lake", "Visitors come by train."),
            (false, "Pristine lakes of Serbia", "A guide for walkers."),
            (false, "Sremska Mitrovica otvara bazen", "Grad u Srbiji ulaže u sport."),
            (false, "Serbo-Croatian phrasebook for travellers", "It has a page on Kosovo."),
            (false, "Сербия повысила пенсии", "Министр выступил в Белграде."),
            (false, "Tennis: le Serbe gagne à Rome", "Un tournoi à Pristina suivra."),
        ],
    );
}

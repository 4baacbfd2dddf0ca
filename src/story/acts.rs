//! What people do in the news, in several languages: one language-free name an act, so that a report in Korean and one in Polish meet.
//!
//! The words are general: no topic's names stand here. A word is matched at its beginning in alphabetic scripts, anywhere in Korean and unspaced ones.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::text::matching::fold_for_matching;
use crate::text::words::{is_hangul, is_unspaced};

/// An act, by its place in [`ACTS`].
pub(super) type Act = u8;

/// Acts by which somebody stands by a report or contradicts it.
const CONFIRMING: [&str; 2] = ["confirm", "deny"];

/// Name of the act, then the beginnings of its words, folded and without accents.
const ACTS: &[(&str, &str)] = &[
    (
        "travel",
        "visit travel trip arriv lands touches_down en_route heads_to heading_to headed_for sets_off on_train welcomes \
         se_rend deplacement arrive est_arrive en_visite attendu_a \
         визит посет прибы приех поезд_ким поездк \
         방문 도착 방러 방북 순방 방중 향발 \
         wizyt pojech pojedzie przyby przyjech przyjedzie odwiedz jada_do dotarl ruszyl \
         besuch reist reise angekommen ankunft eingetroffen besok anland visita viaj llega",
    ),
    (
        "leave",
        "leaves depart returns_home heads_home heads_back return_home returned wraps_up ends_visit leaving \
         quitte depart rentre regagne repart \
         покин отбы уехал верну убыл \
         출발 귀국 떠나 떠났 귀환 \
         wyjech wyjezdza opusci wraca wrocil \
         verlass abreis abgereist heimreis regresa",
    ),
    (
        "meet",
        "meet met talks summit huddle \
         rencontr entretien sommet s'entreti pourparlers \
         встре перегов саммит \
         회담 만나 만남 접견 회동 면담 대면 \
         spotka spotyka rozmaw rozmow szczyt \
         treffen trifft traf gipfel gesprach moten moter reun cumbre",
    ),
    (
        "agree",
        "sign signs signed signing agreement treaty pact ratif protocol deal_signed \
         signe signent signature accord traite ratifi \
         подпис соглаш договор ратиф протокол \
         체결 서명 협정 조약 조인 의정서 합의 비준 \
         podpis porozumieni traktat \
         unterzeich abkommen vertrag ratifizi firm acuerdo",
    ),
    (
        "support",
        "pledg vow support stands_by backing \
         promet soutien soutient appui apporte_son \
         поддерж поддержк обеща \
         지지 약속 다짐 맹세 전폭 \
         wspiera wsparci obieca popar popier \
         unterstutz verspr stod apoy",
    ),
    (
        "deny",
        "deny denie denial dismiss reject refut rubbish \
         dement nie_avoir rejette refute \
         опровер отрица отверг \
         부인 일축 반박 사실무근 거부 \
         zaprzecz dementuj odrzuc \
         dementi bestreit leugne weist_zuruck zuruckgewiesen desmient niega",
    ),
    (
        "confirm",
        "confirm acknowledg admit admission officials_say \
         confirme reconna admet \
         подтвер призна \
         확인 시인 인정 공식화 \
         potwierdz przyzna oficjalnie \
         bestatig raumt_ein",
    ),
    (
        "warn",
        "warn threat pay_a_price concern worried mistake \
         avert met_en_garde menac inquiet \
         предупр угро пригро обеспок \
         경고 위협 우려 규탄 \
         ostrzeg groz zaniepokoj \
         warn droh besorg varna advier amenaz",
    ),
    (
        "supply",
        "suppl ship shipped shipment deliver provid transfer sells selling sale arms_deal buy buying procur \
         livr fourni envoi approvisionn vend vente achat achete \
         постав перед отправ продаж закуп \
         공급 제공 지원 수출 이전 반출 판매 구매 무기거래 \
         dostarcz dostaw sprzed przekaz kupi kupic kontrakt_na \
         liefer verkauf kauf suministr vend",
    ),
    (
        "deploy",
        "troop soldier deploy dispatch reinforc \
         troupe soldat deploi renfort \
         войск солдат военнослуж развер \
         파병 파견 투입 증파 참전 \
         zolnier wojska wysyla \
         truppe soldat entsend soldater nordkoreaner tropas despliega",
    ),
    (
        "fire",
        "launch test-fire fires fired missile_test test_launch \
         tire tir lance_un essai \
         запус испыт пуск_ракет \
         발사 시험 미사일_쏘 쏜 \
         wystrzel probny testuj \
         abgefeuert feuert getestet raketentest lanza",
    ),
    (
        "kill",
        "kill dead death died dies casualt wound injur lost_lives \
         tue_ tues_ tuee morts mort_de bless pertes \
         убит погиб ранен потер \
         사망 숨진 숨졌 전사 부상 사상 \
         zgine zabit rann ofiar \
         getotet tote verletzt dott muert",
    ),
    (
        "honour",
        "award decorat medal honor honour hero tribute mourns bereaved \
         decor medaille hommage heros \
         наград медал герой почтил \
         훈장 표창 수여 격려 영웅 위로 참배 헌화 추모 추념 유족 \
         odznacz medal bohater zlozyl_hold \
         auszeich ehrt orden_ heldentat",
    ),
    ("sanction", "sanction санкц 제재 sankcj embargo"),
    (
        "message",
        "letter congratulat condolence telegram greeting wishes \
         felicit lettre condoleances telegramme voeux \
         поздрав письм телеграм соболезн \
         축전 친서 축하 서한 위로전 축사 \
         gratul depesz zyczenia list_do \
         gluckwunsch gratulier brief felicita",
    ),
    (
        "show",
        "shows_off inspect tours toured views viewed parade exhibit display checks_out unveil museum concert perform \
         inspect parade expose exposition devoile musee \
         осмотр парад выстав показ музе концерт \
         시찰 참관 열병식 전시 공개 공연 기념관 관람 \
         pokaz parad wystaw obejrz chwali pochwal \
         zeigt parade ausstell inspizier besichtig minnesmarke muestra",
    ),
    ("invite", "invit приглас 초청 초대 zapros zapras einlad eingelad"),
    (
        "open",
        "opens opened inaugurat begins begun groundbreak breaks_ground reopen resum starts_ \
         ouvre ouvert inaugur commence reprend pose_la_premiere \
         откры начал возобнов \
         개통 개막 착공 개최 재개 준공 개장 시작 \
         otwar otwier rozpocz wznow \
         eroffn beginn wiederaufn abre inaugura",
    ),
    (
        "stop",
        "cancel suspend halt ban banned bans stopped close closes closed withdraw pull_out expel \
         annul suspend interd arrete ferme retire expuls \
         отмен приостан запре закры вывод \
         취소 중단 금지 폐쇄 철수 추방 \
         odwol zawies zakaz zamkn wycof wydal \
         absag stopp verbot verbiet schliess abgezogen cancela",
    ),
    (
        "vote",
        "vote voted resolution veto adopts adopted security_council \
         vote resolution veto adopte \
         голосов резолюц вето \
         표결 결의 거부권 안보리 \
         glosow rezoluc weto \
         abstimm resolution sicherheitsrat",
    ),
    (
        "arrest",
        "arrest detain charged indict jail convict extradit \
         arret inculp incarc condamn \
         арест задерж обвинен_в осужд \
         체포 구속 기소 수배 \
         areszt zatrzyman skazan \
         verhaft festgenommen angeklagt",
    ),
    (
        "appoint",
        "appoint resign sacked sacks replac names_new fired_as \
         nomme demission limog remplac \
         назнач отстав уволен смен \
         임명 사임 해임 교체 경질 \
         mianow dymisj zastap \
         ernannt rucktritt entlass",
    ),
    (
        "accuse",
        "accus blame denounc condemn alleg \
         accus denonc condamne reproch \
         обвин осуд \
         비난 규탄 공범 \
         oskarz potepi \
         beschuld vorwurf verurteil",
    ),
    (
        "plan",
        "plan plans planning prepar expected_to set_to could may propos consider reportedly awaits await possib \
         prevoi prepar pourrait propos envisag attend \
         планир готов предлож возмож \
         예정 계획 준비 가능성 검토 제안 전망 논의 \
         planuj przygot moze zamierz proponu \
         plant konnte bereitet vorschlag planea",
    ),
    (
        "attack",
        "attack strike struck shelling assault raid incursion \
         attaque frappe bombard assaut \
         удар атак обстрел штурм \
         공격 타격 포격 침공 \
         atak ostrzal uderz \
         angriff angegriffen beschuss ataque",
    ),
    ("capture", "captur prisoner pow_ prisonnier пленн в_плен 포로 생포 jeniec jency schwyta gefangen captura"),
    ("gift", "gift present_ exchange_rifles gives_rifle cadeau offre подар 선물 prezent geschenk regalo"),
    (
        "drill",
        "drill exercise manoeuvre maneuver joint_train exercice entrainement учени маневр 훈련 연습 cwiczen cwiczy manewr manover ubung",
    ),
    ("work", "worker labour labor ouvrier travailleur рабоч 노동자 근로자 임금 robotnik arbeiter"),
    ("tourism", "tourist tourism touris турист 관광 turyst"),
];

struct Scanner {
    finder: AhoCorasick,
    acts: Vec<Act>,
    /// Begins in the middle of a word: Korean, Chinese, Japanese.
    anywhere: Vec<bool>,
}

static SCANNER: LazyLock<Option<Scanner>> = LazyLock::new(|| {
    let (mut patterns, mut acts, mut anywhere) = (Vec::new(), Vec::new(), Vec::new());
    for (act, (_, words)) in (0..).zip(ACTS) {
        for word in words.split_whitespace() {
            patterns.push(word.replace('_', " "));
            acts.push(act);
            anywhere.push(word.chars().next().is_some_and(|c| is_hangul(c) || is_unspaced(c)));
        }
    }
    let finder = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&patterns).ok()?;
    Some(Scanner { finder, acts, anywhere })
});

/// The acts that `text` tells, in order, each once.
pub(super) fn acts(text: &str) -> Vec<Act> {
    let mut out = Vec::new();
    let Some(scanner) = SCANNER.as_ref() else { return out };
    let text = fold_for_matching(text);
    for found in scanner.finder.find_overlapping_iter(&text) {
        let pattern = found.pattern().as_usize();
        let begins_word = !text[..found.start()].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '-');
        if scanner.anywhere[pattern] || begins_word {
            out.push(scanner.acts[pattern]);
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// The act's name.
pub(super) fn name(act: Act) -> &'static str {
    ACTS.get(usize::from(act)).map_or("", |(name, _)| name)
}

/// True for confirmations and denials.
pub(super) fn is_confirming(act: Act) -> bool {
    CONFIRMING.contains(&name(act))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let mut found: Vec<&str> = acts(text).into_iter().map(name).collect();
        found.sort_unstable();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn one_act_has_one_name_in_every_language() {
        check("The minister arrives in Wonsan", &["travel"]);
        check("Министр прибыл в Вонсан", &["travel"]);
        check("외무상 원산 도착", &["travel"]);
        check("Minister przybył do Wonsan", &["travel"]);
        check("Les deux pays signent un traité", &["agree"]);
        check("Moscou dément", &["deny"]);
        check("Nothing to see", &[]);
    }

    #[test]
    fn a_word_inside_another_is_no_act() {
        check("parameters of a helmet", &[]);
        check("Denmark", &[]);
    }
}

//! How many articles of about 3 kB one core judges in a second: with the shipped topic, and with a thousand topics.
//!
//! `cargo bench --bench score`. A thousand topics may take half as long again as one, for the same article.

use std::sync::{Arc, LazyLock};

use vigie::config::topic::read_topic;
use vigie::config::{document::Document, mistakes::Mistakes};
use vigie::extract::{Article, Origin};
use vigie::matcher::{Topic, TopicSpec, Topics};

/// Paragraphs of other news, in several languages and scripts.
const OTHER: &[&str] = &[
    "Le conseil municipal a voté hier soir le budget de la voirie, après trois heures de débat sur les pistes cyclables du centre.",
    "The harbour authority said on Monday that two ferries would be out of service until the end of the month for repairs.",
    "Городской совет обсудил вчера вечером новый график движения трамваев и ремонт набережной.",
    "시의회는 어제 저녁 새 도서관 예산을 통과시켰고 공사는 내년 봄에 시작된다.",
    "Der Stadtrat beschloss am Abend den Umbau des Bahnhofs, der Minister sprach von einer Investition in die Zukunft der Region.",
    "Rada miasta przyjęła budżet na remont mostu, prace mają potrwać do wiosny przyszłego roku.",
    "市議会は昨夜、新しい図書館の予算を可決し、工事は来春に始まる予定だ。",
];

/// One side only: most of what a general feed brings near a topic.
const ONE_SIDED: &[&str] = &[
    "La Russie a relevé ses taux, a annoncé la banque centrale à Moscou, et le ministre a parlé d'une économie solide.",
    "Russian officials said on Tuesday that the ministry would review the sanctions list and the visit of a trade delegation from Brazil.",
    "Москва сообщила о поставках нефти, министр обсудил договор с делегацией.",
];

/// The topic itself.
const TOPICAL: &[&str] = &[
    "La ministre nord-coréenne est arrivée à Moscou, où elle doit signer un accord de coopération.",
    "Москва и Пхеньян договорились о поставках, сообщил министр.",
];

fn main() {
    divan::main();
}

fn shipped() -> Arc<Topic> {
    static SHIPPED: LazyLock<Arc<Topic>> = LazyLock::new(|| Arc::new(compile_shipped()));
    Arc::clone(&SHIPPED)
}

fn compile_shipped() -> Topic {
    let text = include_str!("../config/topics/russia-dprk.toml");
    let mistakes = Mistakes::default();
    let document = Document::parse("russia-dprk.toml".as_ref(), text, &mistakes);
    Topic::compile(&read_topic(document.root(&mistakes))).expect("the shipped topic compiles")
}

/// The shipped topic among so many others, each of two word groups; some of their words stand in every text, as they do in life.
fn topics(count: usize) -> Topics {
    const COMMON: &[&str] =
        &["budget", "minister*", "ferry", "ferries", "Bahnhof*", "most*", "трамва*", "도서관", "図書館", "taux", "sanction*"];
    let others = (1..count).map(|number| {
        let place = format!("Placeville{number:03}");
        let goods = format!("Marchandise{number:03}*");
        let names = [place.as_str(), goods.as_str()];
        Arc::new(
            Topic::compile(&TopicSpec::simple(&format!("t{number}"), &[&names, &[COMMON[number % COMMON.len()]]]))
                .expect("it compiles"),
        )
    });
    Topics::new(std::iter::once(shipped()).chain(others).collect()).expect("they fit")
}

/// 3 kB made of these paragraphs, in turn.
fn article(paragraphs: &[&str]) -> Article {
    let mut article = Article { title: paragraphs[0].to_owned(), ..Article::empty(Origin::Page) };
    let mut bytes = 0;
    for paragraph in paragraphs.iter().cycle() {
        if bytes > 3000 {
            break;
        }
        bytes += paragraph.len();
        article.paragraphs.push((*paragraph).to_owned());
    }
    article
}

/// What stands before the text: of other matters, of one side, and of the topic.
fn articles() -> [Article; 3] {
    [article(OTHER), article(&[ONE_SIDED, OTHER].concat()), article(&[TOPICAL, OTHER, ONE_SIDED].concat())]
}

/// Articles of other matters, of one side and of the topic, in equal numbers.
#[divan::bench(args = [1, 1000])]
fn mixed(bencher: divan::Bencher<'_, '_>, count: usize) {
    let (topics, articles) = (topics(count), articles());
    bencher
        .counter(divan::counter::ItemsCount::new(articles.len()))
        .bench_local(|| articles.iter().map(|article| topics.score(article, |_| true).len()).sum::<usize>());
}

#[divan::bench(args = [1, 1000])]
fn off_topic(bencher: divan::Bencher<'_, '_>, count: usize) {
    let (topics, [article, _, _]) = (topics(count), articles());
    bencher.counter(divan::counter::ItemsCount::new(1usize)).bench_local(|| topics.score(&article, |_| true));
}

#[divan::bench(args = [1, 1000])]
fn one_sided(bencher: divan::Bencher<'_, '_>, count: usize) {
    let (topics, [_, article, _]) = (topics(count), articles());
    bencher.counter(divan::counter::ItemsCount::new(1usize)).bench_local(|| topics.score(&article, |_| true));
}

#[divan::bench(args = [1, 1000])]
fn on_topic(bencher: divan::Bencher<'_, '_>, count: usize) {
    let (topics, [_, _, article]) = (topics(count), articles());
    bencher.counter(divan::counter::ItemsCount::new(1usize)).bench_local(|| topics.score(&article, |_| true));
}

#[divan::bench]
fn compile() -> Topic {
    compile_shipped()
}

//! How many articles of about 3 kB one core judges in a second, with the shipped topic.
//!
//! `cargo bench --bench score`

use vigie::config::reader::{Document, Mistakes};
use vigie::config::topic::read_topic;
use vigie::extract::{Article, Origin};
use vigie::matcher::{Topic, TopicSpec};

/// Paragraphs of other news, and of the topic, in several scripts.
const OTHER: &[&str] = &[
    "Le conseil municipal a voté hier soir le budget de la voirie, après trois heures de débat sur les pistes cyclables du centre.",
    "The harbour authority said on Monday that two ferries would be out of service until the end of the month for repairs.",
    "Городской совет обсудил вчера вечером новый график движения трамваев и ремонт набережной.",
    "시의회는 어제 저녁 새 도서관 예산을 통과시켰고 공사는 내년 봄에 시작된다.",
];
const TOPICAL: &[&str] = &[
    "La ministre nord-coréenne est arrivée à Moscou, où elle doit signer un accord de coopération.",
    "Москва и Пхеньян договорились о поставках, сообщил министр.",
];

fn main() {
    divan::main();
}

fn topic() -> Topic {
    let text = include_str!("../config/topics/russia-dprk.toml");
    let mistakes = Mistakes::default();
    let document = Document::parse("russia-dprk.toml".as_ref(), text, &mistakes);
    Topic::compile(&read_topic(document.root(&mistakes))).expect("the shipped topic compiles")
}

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

#[divan::bench]
fn off_topic(bencher: divan::Bencher<'_, '_>) {
    let (topic, article) = (topic(), article(OTHER));
    bencher.counter(divan::counter::ItemsCount::new(1usize)).bench_local(|| topic.score(&article));
}

#[divan::bench]
fn on_topic(bencher: divan::Bencher<'_, '_>) {
    let (topic, article) = (topic(), article(&[TOPICAL, OTHER].concat()));
    bencher.counter(divan::counter::ItemsCount::new(1usize)).bench_local(|| topic.score(&article));
}

#[divan::bench]
fn everything(bencher: divan::Bencher<'_, '_>) {
    let topic = Topic::compile(&TopicSpec::everything("all")).expect("it compiles");
    let article = article(OTHER);
    bencher.counter(divan::counter::ItemsCount::new(1usize)).bench_local(|| topic.score(&article));
}

#[divan::bench]
fn compile() -> Topic {
    topic()
}

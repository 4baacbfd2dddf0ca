//! Short wordings that belong to pages in general: list titles, labels, comment forms, bylines.
//!
//! In: the text of one block. Out: what kind of furniture it is. Wall wordings are data and live in `config/paywall.toml`, not here.

use std::sync::LazyLock;

use regex::{Regex, RegexSet};

/// A block longer than this is prose, bytes.
const MAX_LABEL_BYTES: usize = 160;

/// Titles of lists of other articles, whole.
static LIST_TITLES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:(?:à )?lire (?:aussi|également|ensuite)|à lire|(?:read|see) (?:also|more|next)|also read|related(?: (?:articles?|stories|posts?|content|news|topics|links|coverage|items))?|more (?:on this|from|stories|news|articles|like this|in|about|to read)(?: .{0,40})?|recommended(?: .{0,20})?|you (?:may|might) (?:also )?(?:like|be interested in).{0,20}|most (?:read|popular|viewed|shared|commented)|popular(?: (?:posts|stories|articles|now))?|trending(?: now)?|latest (?:news|stories|posts|articles|videos?)|top stories|don't miss|what to read next|read next|up next|sur le même (?:sujet|thème)|articles? (?:liés|similaires|recommandés|connexes|associés)|les plus (?:lus|populaires|partagés)|nos recommandations|pour aller plus loin|voir aussi|dans la même rubrique|mehr zum thema|mehr aus .{0,30}|mehr von .{0,30}|mehr (?:artikel|news|nachrichten|lesen|dazu)|(?:das könnte (?:sie|dich|ihnen|dir) )(?:auch )?(?:interessieren|gefallen)|lesen sie (?:auch|mehr|hier)|weitere (?:artikel|meldungen|themen|nachrichten|beiträge|informationen)(?: .{0,30})?|ähnliche (?:artikel|beiträge|themen)|verwandte (?:artikel|themen|beiträge)|meistgelesen(?:e artikel)?|themen|schlagworte|schlagwörter|links(?: zum thema)?|zum thema|auch interessant|passend dazu|lea también|le puede interesar|te puede interesar|noticias relacionadas|artículos relacionados|más (?:noticias|información|leídas|sobre .{0,30})|leia (?:também|mais)|veja também|notícias relacionadas|mais lidas|leggi anche|articoli correlati|potrebbe interessarti.{0,10}|lees (?:ook|meer|verder)|meer over .{0,30}|gerelateerd.{0,20}|czytaj (?:też|także|również|więcej)|zobacz (?:też|także|również)|polecane|powiązane.{0,20}|čtěte (?:také|více|dále)|související.{0,20}|läs (?:också|mer)|les (?:også|mer)|læs (?:også|mere)|читайте (?:также|ещё|еще)|по теме|материалы по теме|другие новости|смотрите также|читайте нас.{0,40}|関連(?:記事|ニュース|リンク|キーワード|タグ|トピックス|サイト)?|あわせて読みたい|おすすめ(?:記事)?|ランキング|相关(?:新闻|阅读|报道|链接|推荐)|延伸阅读|推荐阅读|관련\s?(?:기사|뉴스)|tags?|topics?|keywords|filed under|share(?: this)?(?: (?:article|story|post|on .{0,20}))?|share this.{0,20}|partager(?: (?:l'article|cet article|sur .{0,20}))?|teilen|compartir|condividi|deel(?: dit)?.{0,20}|follow us.{0,40}|suivez-nous.{0,40}|folgen sie uns.{0,40}|about the author.{0,30}|à propos de l'auteur|über den autor|über die autorin|table of contents|contents|inhaltsverzeichnis|inhalt|sommaire|table des matières|newsletter|comments?|commentaires?|kommentare?|comentarios|commenti|tagged.{0,40}|(?:external|related) links?|references|sources?|quellen?|advertisement|anzeige|werbung|publicité|publicidad|reklama|videos?|photos?|bilder|fotos?|galerie|gallery)\s*[:.…»>›→]*$",
    )
});

/// Labels that are no part of any article.
static CHROME: LazyLock<RegexSet> = LazyLock::new(|| {
    set(&[
        r"^(?:advertisement|advertising|ad|anzeige|werbung|publicité|publicidad|publicidade|pubblicità|advertentie|reklama|реклама|annonce|annons|annonse|広告|광고|sponsored(?: content)?|story continues below.*|article continues (?:below|after).*|continue reading (?:below|the main story).*|scroll to continue.*|la suite après cette publicité|(?:il )?continua (?:a leggere )?(?:dopo|sotto).*|der artikel wird unten fortgesetzt.*|advertisement - .*)$",
        r"^(?:lire aussi|à lire aussi|à lire|lire également|voir aussi|read (?:also|more|next)|also read|see also|related|more|recommended|lesen sie (?:auch|mehr)|lesen sie (?:auch|hier).*|mehr zum thema|lesetipp|zum thema|auch interessant|passend zum thema|mehr dazu|siehe auch|lea también|lee también|le puede interesar|te puede interesar|leer más|leia (?:também|mais)|veja (?:também|mais)|saiba mais|leggi anche|lees ook|czytaj (?:też|także|również|więcej)|zobacz (?:też|także|również)|čtěte (?:také|více|dále)|läs (?:också|mer|även)|les (?:også|mer)|læs (?:også|mere)|читайте также|читайте ещё|читайте еще|смотрите также|по теме|関連記事|相关阅读|관련기사|watch|don't miss|must read|photos|video|dossier)\s?(?::|>|»|›|-|\|)",
        r"^(?:laisser un commentaire|soyez le premier à commenter.*|votre adresse (?:de messagerie|e-mail|électronique|mail) ne sera pas publiée.*|leave a (?:reply|comment)|your email address will not be published.*|be the first to comment.*|post a comment|schreiben sie einen kommentar|schreibe einen kommentar.*|kommentar (?:schreiben|verfassen|hinterlassen)|deja un comentario|deixe (?:um|seu) comentário|lascia un commento|dodaj komentarz|commenter|répondre|reply|[0-9]+ (?:comments?|commentaires?|kommentare?|comentarios|réponses?))\.?$",
        r"^(?:[0-9]+\s*[×x+*−-]\s*[0-9a-z]+\s*=.*|\*+|×|google news|\[?\.\.\.\]?|share|tweet|email|print|facebook|twitter|whatsapp|linkedin|pinterest|instagram|telegram|youtube|flipboard|reddit|imprimer|drucken|teilen|merken|partager|envoyer|copier le lien|copy link|link kopieren|compartir|share on .{0,20}|auf .{0,20} teilen|partager sur .{0,20}|newsletter|subscribe|s'abonner|log ?in|sign (?:in|up)|anmelden|play|pause|close|fermer|schließen|next|previous|weiter|zurück|suivant|précédent|menu|search|back to top|nach oben|loading\.*|mehr|more|listen|écouter|audio|facebook twitter.*|follow .{0,40} on (?:facebook|twitter|instagram|x|google news).*|(?:hide|show) caption|toggle caption|enlarge this image.*|view (?:comments|gallery|image.*|photos?)|save|en savoir plus|mehr erfahren|learn more|read more|weiterlesen|lire la suite|leer más|continue reading|read the full (?:story|article).*|getty images|afp|reuters|dpa|image source.*|media caption.*|image caption.*|image copyright.*|\(?(?:photo|foto|bild|image|symbolbild|picture|crédit photo|©|quelle|source|credit)\s?[:/©].{0,120}|©.{0,120}|copyright .{0,120}|all rights reserved.*|tous droits réservés.*|alle rechte vorbehalten.*|skip to (?:main )?content.*|table of contents)$",
        r"^(?:sign up (?:for|to) (?:our|the|my) .{0,80}newsletter.*|subscribe to (?:our|the|my) .{0,80}(?:newsletter|channel|podcast).*|abonnez-vous à (?:notre|nos|la) .{0,40}newsletter.*|inscrivez-vous à .{0,40}newsletter.*|recevez .{0,80}(?:newsletter|boîte mail|par e-?mail).*|(?:jetzt )?(?:unseren|den) .{0,30}newsletter (?:abonnieren|bestellen).*|this (?:article|story) (?:was originally|originally) (?:appeared|published).*|get the latest .{0,80}inbox.*|we use cookies.*|this (?:site|website) uses cookies.*|diese (?:seite|website|webseite) (?:verwendet|nutzt|benutzt) cookies.*|nous utilisons des cookies.*|please enable javascript.*|like us on facebook.*|follow us on .{0,60}|join (?:our|us on) .{0,60}(?:whatsapp|telegram).*|click here to .{0,60}|download (?:our|the) .{0,30}app.*|les commentaires sont réservés.*|comments are for subscribers.*|die kommentarfunktion .*|los comentarios son exclusivos.*|os comentários são .*|comments? (?:are )?(?:closed|disabled|off).*)$",
    ])
});

/// What a comment form or the list above it begins with.
static COMMENTS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:laisser un commentaire|soyez le premier à (?:commenter|réagir).*|votre adresse (?:de messagerie|e-mail|électronique|mail) ne sera pas publiée.*|leave a (?:reply|comment).{0,30}|your email address will not be published.*|be the first to comment.*|post a comment|schreiben sie einen kommentar.*|schreibe einen kommentar.*|kommentar (?:schreiben|verfassen|hinterlassen)|deja (?:un comentario|una respuesta).*|deixe (?:um|seu|uma) (?:comentário|resposta).*|lascia un commento.*|geef een reactie.*|dodaj komentarz.*|napsat komentář.*|добавить комментарий.*|оставить комментарий.*|コメントを残す|댓글(?: 남기기)?|发表评论|annuler la réponse|cancel reply|[0-9]+ (?:comments?|commentaires?|kommentare|comentarios|thoughts? on .{0,150}|responses? to .{0,150}|réponses? à .{0,150}|réflexions? sur .{0,150}|gedanken? zu .{0,150}|antworten auf .{0,150}))\s*:?$",
    )
});

/// A line that says when or by whom, and no more.
static BYLINE: LazyLock<RegexSet> = LazyLock::new(|| {
    set(&[
        r"^(?:publié|mis à jour|modifié|posté|écrit|rédigé|published|updated|posted|last updated|first published|written|veröffentlicht|aktualisiert|stand|erstellt|publicado|actualizado|atualizado|pubblicato|aggiornato|gepubliceerd|bijgewerkt|opublikowano|publikováno|publicerad|publisert|oppdatert|опубликовано|обновлено)(?: |:|$).{0,90}$",
        r"^(?:par|by|von|por|di|da|door|av|af|autor|auteur|author|text|texte|geschrieben von|written by|reported by|story by|words by)\s?:? (?:\p{L}[\p{L}.'-]*[ ,&|/]*){1,8}(?:[,|•·-]? ?.{0,40}[0-9]{4}.{0,25})?$",
        r"^\p{L}{0,12}\.?,? ?(?:[0-9]{1,2}\.? ?(?:de )?\p{L}{3,10}\.?,? (?:de )?[0-9]{4}|\p{L}{3,10}\.? [0-9]{1,2},? [0-9]{4}|[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}|[0-9]{4}[./年-] ?[0-9]{1,2}[./月-] ?[0-9]{1,2}日?)[ ,|•·–-]*(?:(?:at|à|um|a las|às|alle|om|o godz\.|kl\.)? ?[0-9]{1,2}[:.h][0-9]{0,2}.{0,20})?$",
        r"^[0-9]+ ?(?:min(?:ute)?s?|min\.|minuten)(?: (?:de lecture|read|lesezeit|lettura|lectura|de leitura))?$",
        r"^(?:temps de lecture|lesezeit|reading time|tiempo de lectura|tempo di lettura)\b.{0,30}$",
    ])
});

fn pattern(text: &str) -> Regex {
    Regex::new(&text.replace(r"\b", r"(?-u:\b)")).expect("a pattern of ours compiles")
}

fn set(texts: &[&str]) -> RegexSet {
    RegexSet::new(texts.iter().map(|t| t.replace(r"\b", r"(?-u:\b)"))).expect("a pattern of ours compiles")
}

/// The text in lower case with one kind of apostrophe, ready to be matched; `None` when it is too long for a label.
fn label(text: &str) -> Option<String> {
    if text.len() > MAX_LABEL_BYTES {
        return None;
    }
    Some(text.to_lowercase().replace(['’', '‘'], "'").replace(['\u{a0}', '\u{202f}'], " "))
}

/// True for the title of a list of other articles, of tags, of share links.
pub(super) fn is_list_title(text: &str) -> bool {
    text.len() <= 80 && label(text).is_some_and(|text| LIST_TITLES.is_match(&text))
}

/// True for a label, a link to another article, an advertisement's mark.
pub(super) fn is_chrome(text: &str) -> bool {
    label(text).is_some_and(|text| CHROME.is_match(&text) || LIST_TITLES.is_match(&text))
}

/// True for the first line of a comment form or list.
pub(super) fn begins_comments(text: &str) -> bool {
    label(text).is_some_and(|text| COMMENTS.is_match(&text))
}

/// True for a line that names authors or a date and says nothing else.
pub(super) fn is_byline(text: &str) -> bool {
    text.len() <= 120 && label(text).is_some_and(|text| BYLINE.is_match(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(of: fn(&str) -> bool, yes: &[&str], no: &[&str]) {
        for text in yes {
            assert!(of(text), "{text:?}");
        }
        for text in no {
            assert!(!of(text), "{text:?}");
        }
    }

    #[test]
    fn labels_are_told_from_sentences() {
        check(
            is_list_title,
            &["Lire aussi", "Related Articles:", "Mehr zum Thema", "関連記事"],
            &["Related to this, the minister said more.", "Les plus lus des auteurs russes vivent à Berlin"],
        );
        check(
            is_chrome,
            &["2 × 5 =", "*", "Lire aussi : un autre article", "Advertisement", "Share"],
            &["The share price fell.", "More than 20 people died."],
        );
        check(
            begins_comments,
            &["Laisser un commentaire", "Leave a Reply", "3 comments", "Soyez le premier à commenter"],
            &["Comments by the minister angered allies"],
        );
        check(
            is_byline,
            &[
                "publié le 11/11/2024 Par Marie Dupont",
                "Par Marie Dupont",
                "By Jane Roe and John Poe",
                "12 novembre 2024",
                "November 12, 2024 at 10:30",
            ],
            &[
                "By Friday, 300 people had left.",
                "Published figures show a fall of 3% in 2024, and the ministry expects another fall in the year after that one.",
            ],
        );
    }
}

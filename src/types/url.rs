//! Addresses: reading one that somebody else wrote, and the canonical form under which two addresses are one article.

use url::Url;

/// Parameters that say where a reader came from and nothing else; they are not shown to readers either.
/// Sources: the analytics vendors' own documentation (utm_*, at_*, fbclid, gclid, …).
const TRACKING: &[&str] = &[
    "fbclid",
    "gclid",
    "dclid",
    "gbraid",
    "wbraid",
    "msclkid",
    "yclid",
    "igshid",
    "mc_cid",
    "mc_eid",
    "cmpid",
    "ocid",
    "ns_campaign",
    "ns_mchannel",
    "ns_source",
    "ns_linkname",
    "ns_fee",
    "xtor",
    "xtref",
    "ref_src",
    "ref_url",
    "smid",
    "smtyp",
    "_ga",
    "_gl",
    "ftag",
    "ito",
    "ftcamp",
    "wt_mc",
    "wt.mc_id",
    "traffic_source",
    "guccounter",
    "taid",
    "feedtype",
    "feedname",
    "icid",
    "reflink",
    "sref",
    "taboola_campaign_id",
    "outbrain",
];

/// Parameters that mostly do the same, but name the article on some sites: left out of the canonical form, kept in what a reader clicks.
const MOSTLY_TRACKING: &[&str] =
    &["cmp", "ref", "referrer", "source", "src", "partner", "spm", "feature", "trk", "sh", "share", "from", "rss", "cid", "mod"];

/// Families of tracking parameters, by their beginning.
const TRACKING_PREFIXES: &[&str] =
    &["utm_", "at_", "mtm_", "pk_", "hsa_", "vero_", "oly_", "__twitter", "fb_", "ga_", "piano_", "itm_"];

/// Reads an address that stands in a feed or page; only absolute `http` and `https` addresses with a host come out.
///
/// `base` is the address of the document, for relative references.
pub fn parse_http(text: &str, base: Option<&Url>) -> Option<Url> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let url = match base {
        Some(base) => base.join(text).ok()?,
        None => Url::parse(text).ok()?,
    };
    (matches!(url.scheme(), "http" | "https") && url.host_str().is_some_and(|h| !h.is_empty())).then_some(url)
}

/// The form under which two addresses of one article are equal: no fragment, no tracking parameters, no `www.`, no AMP, mobile or print
/// variant, `https`, parameters in order, no trailing slash.
///
/// The result identifies; it is not meant to be fetched or shown.
pub fn canonical(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
    let host = ["www.", "m.", "amp.", "mobile."]
        .iter()
        .find_map(|p| host.strip_prefix(p).filter(|rest| rest.contains('.')))
        .unwrap_or(&host);
    let mut path = url.path().to_owned();
    for suffix in ["/amp/", "/amp", "/print/", "/print", ".amp", "/index.html", "/index.php", "/index.htm"] {
        if let Some(rest) = path.strip_suffix(suffix) {
            path = rest.to_owned();
        }
    }
    if let Some(rest) = path.strip_suffix(".amp.html") {
        path = format!("{rest}.html");
    }
    if let Some(rest) = path.strip_prefix("/amp/") {
        path = format!("/{rest}");
    }
    let path = path.trim_end_matches('/');
    let mut pairs: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, value)| {
            !is_tracking(name)
                && !MOSTLY_TRACKING.contains(&name.to_ascii_lowercase().as_str())
                && !matches!((name.as_ref(), value.as_ref()), ("amp" | "print", _) | ("outputType", "amp"))
        })
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    pairs.sort();
    let port = url.port().map(|p| format!(":{p}")).unwrap_or_default();
    let mut out = format!("https://{host}{port}{path}");
    for (i, (name, value)) in pairs.iter().enumerate() {
        out.push(if i == 0 { '?' } else { '&' });
        out.push_str(name);
        if !value.is_empty() {
            out.push('=');
            out.push_str(value);
        }
    }
    out
}

/// The address as published, minus tracking parameters and fragment: what a reader is given to click.
pub fn without_tracking(url: &Url) -> Url {
    let mut out = url.clone();
    out.set_fragment(None);
    if url.query().is_some() {
        let kept: Vec<(String, String)> =
            url.query_pairs().filter(|(name, _)| !is_tracking(name)).map(|(n, v)| (n.into_owned(), v.into_owned())).collect();
        if kept.len() != url.query_pairs().count() {
            if kept.is_empty() {
                out.set_query(None);
            } else {
                out.query_pairs_mut().clear().extend_pairs(kept);
            }
        }
    }
    out
}

fn is_tracking(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    TRACKING.contains(&name.as_str()) || TRACKING_PREFIXES.iter().any(|p| name.starts_with(p))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(url: &str, expected: &str) {
        assert_eq!(canonical(&Url::parse(url).expect("a test address")), expected);
    }

    #[test]
    fn variants_of_one_article_share_a_canonical_form() {
        let one = "https://site.example/monde/article-12.html";
        check("https://www.site.example/monde/article-12.html?utm_source=rss&utm_medium=feed#xtor=RSS-1", one);
        check("http://m.site.example/monde/article-12.html", one);
        check("https://amp.site.example/monde/article-12.amp.html", one);
        check("https://site.example/monde/article-12.html/", one);
        check("https://site.example/a?b=2&a=1&fbclid=x", "https://site.example/a?a=1&b=2");
        check("https://site.example/a/amp", "https://site.example/a");
        check("https://site.example:8080/?id=7", "https://site.example:8080?id=7");
    }

    #[test]
    fn a_parameter_that_names_the_article_stays() {
        check("https://site.example/view?idx=123", "https://site.example/view?idx=123");
        check("https://site.example/view?article=5&lang=fr", "https://site.example/view?article=5&lang=fr");
    }

    #[test]
    fn a_reader_is_given_no_tracking_and_loses_no_parameter() {
        let shown = |url: &str| without_tracking(&Url::parse(url).expect("a test address")).to_string();
        assert_eq!(shown("https://site.example/a?id=7&utm_source=rss&traffic_source=rss#top"), "https://site.example/a?id=7");
        assert_eq!(shown("https://site.example/a?utm_medium=rss"), "https://site.example/a");
        assert_eq!(shown("https://site.example/a?source=7"), "https://site.example/a?source=7");
    }

    #[test]
    fn only_web_addresses_are_read() {
        assert!(parse_http("javascript:alert(1)", None).is_none());
        assert!(parse_http("file:///etc/passwd", None).is_none());
        let base = Url::parse("https://site.example/feed/").expect("a test address");
        assert_eq!(parse_http("../a/1", Some(&base)).map(String::from).as_deref(), Some("https://site.example/a/1"));
        assert!(parse_http("mailto:a@b.example", Some(&base)).is_none());
    }

    proptest! {
        #[test]
        fn the_canonical_form_is_its_own_canonical_form(path in "(/[a-z0-9.-]{1,8}){0,4}", query in "([a-z_]{1,6}=[a-z0-9]{0,4}&?){0,4}") {
            let Ok(url) = Url::parse(&format!("http://www.news.example{path}?{query}")) else { return Ok(()) };
            let once = canonical(&url);
            let again = canonical(&Url::parse(&once).expect("a canonical form is an address"));
            // Stripping one suffix may bare another ("/amp/amp"): it must settle after one more step.
            let third = canonical(&Url::parse(&again).expect("a canonical form is an address"));
            prop_assert_eq!(&again, &third);
        }
    }
}

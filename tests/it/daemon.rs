//! The daemon as operators meet it: readiness, signals, a second instance, feeds and pages that misbehave.

use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use crate::support::{Answer, Daemon, Sink, Web, config, page, root, rss, run, text, wait_for};

const RSS: &str = "application/rss+xml; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";

fn web_with_articles(titles: &[&str]) -> Web {
    let web = Web::start();
    web.route("/feed.xml", Answer::new(RSS, rss(&web.base, titles)));
    for (i, title) in titles.iter().enumerate() {
        web.route(&format!("/a/{i}"), Answer::new(HTML, page(title)));
    }
    web
}

/// A page that tells something of its own.
fn telling(title: &str, paragraphs: &[&str]) -> String {
    let text: String = paragraphs.iter().map(|p| format!("<p>{p}</p>")).collect();
    format!(
        "<!doctype html><html lang=\"fr\"><head><title>{title}</title></head><body><article><h1>{title}</h1>{text}</article></body></html>"
    )
}

const OIL: &str = "Moscou livre 12 000 tonnes de pétrole à Pyongyang";
const OIL_TEXT: &[&str] = &[
    "Deux pétroliers russes ont déchargé 12 000 tonnes de produits raffinés dans un port de la côte est de la Corée du Nord, montrent des images satellite.",
    "La Russie dépasse ainsi le plafond fixé par le Conseil de sécurité, selon un centre de recherche de Londres qui suit les navires.",
];
const MINE: &str = "Des ouvriers nord-coréens attendus dans une mine de charbon de Iakoutie, en Russie";
const MINE_TEXT: &[&str] = &[
    "Le gouverneur de la république de Iakoutie annonce l'embauche de 400 mineurs de Corée du Nord avant l'hiver, sous visa d'étudiant.",
    "Les syndicats russes protestent : les salaires versés à l'agence d'État de Pyongyang seraient inférieurs de moitié au minimum légal.",
];

#[test]
fn an_article_becomes_one_mail_over_smtp() {
    let folder = tempfile::tempdir().unwrap();
    let web = web_with_articles(&["Moscou et Pyongyang signent un accord ferroviaire"]);
    let sink = Sink::start();
    let file = config(folder.path(), &[format!("{}/feed.xml", web.base)], Some(sink.port));
    let daemon = Daemon::start(&file, &[]);
    wait_for("the mail", || !sink.messages.lock().unwrap().is_empty());
    let polls = web.count("/feed.xml");
    wait_for("two more polls", || web.count("/feed.xml") >= polls + 2);
    let messages = sink.messages.lock().unwrap().clone();
    assert_eq!(messages.len(), 1, "the article stays one mail");
    assert_eq!(messages[0].0, "anne@example.org");
    assert!(messages[0].1.contains("Auto-Submitted: auto-generated"));
    assert_eq!(web.count("/a/0"), 1, "the page is fetched once");
    daemon.signal("TERM");
    let (code, log) = daemon.end();
    assert_eq!(code, Some(0), "{log}");
}

#[test]
fn readiness_reload_and_stop_are_told_to_systemd() {
    let folder = tempfile::tempdir().unwrap();
    let web = web_with_articles(&["Moscou et Pyongyang signent un accord ferroviaire"]);
    let file = config(folder.path(), &[format!("{}/feed.xml", web.base)], None);
    let socket = folder.path().join("notify");
    let listener = UnixDatagram::bind(&socket).unwrap();
    listener.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    let heard = |heard: &mut String| {
        let mut buffer = [0; 4096];
        while let Ok(n) = listener.recv(&mut buffer) {
            heard.push_str(&text(&buffer[..n]));
            heard.push('\n');
        }
    };
    let mut daemon = Daemon::start(&file, &[("NOTIFY_SOCKET", socket.to_str().unwrap()), ("WATCHDOG_USEC", "600000")]);
    let mut said = String::new();
    wait_for("READY=1", || {
        heard(&mut said);
        said.contains("READY=1")
    });
    assert!(folder.path().join("state/vigie.db").exists(), "ready before the store is usable");
    wait_for("WATCHDOG=1", || {
        heard(&mut said);
        said.contains("WATCHDOG=1")
    });

    // A broken file is refused and the daemon lives.
    let good = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("[[[ no configuration\n{good}")).unwrap();
    said.clear();
    daemon.signal("HUP");
    wait_for("the end of the reload", || {
        heard(&mut said);
        said.contains("RELOADING=1") && said.contains("READY=1")
    });
    assert!(daemon.is_alive());

    daemon.signal("TERM");
    wait_for("STOPPING=1", || {
        heard(&mut said);
        said.contains("STOPPING=1")
    });
    let (code, log) = daemon.end();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("vigie.toml:1: not valid TOML"), "the mistake is named: {log}");
    assert!(log.contains("the old one stays in force"), "{log}");
}

#[test]
fn the_status_page_answers_on_its_socket_only_when_asked_for() {
    use std::io::{Read, Write};
    let folder = tempfile::tempdir().unwrap();
    let web = web_with_articles(&["Moscou et Pyongyang signent un accord ferroviaire"]);
    let file = config(folder.path(), &[format!("{}/feed.xml", web.base), format!("{}/<missing>", web.base)], None);
    let socket = folder.path().join("web.sock");
    let more = format!("{}[web]\nlisten = \"unix:{}\"\n", std::fs::read_to_string(&file).unwrap(), socket.display());
    std::fs::write(&file, more).unwrap();
    let daemon = Daemon::start(&file, &[]);
    let get = |path: &str| {
        let mut stream = std::os::unix::net::UnixStream::connect(&socket).ok()?;
        stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer)
    };
    wait_for("an article in the metrics", || {
        get("/metrics").is_some_and(|a| {
            a.contains("vigie_articles_total{relevance=\"relevant\"} 1") && a.contains("vigie_feeds{state=\"failing\"} 1")
        })
    });
    let page = get("/").unwrap();
    assert!(page.contains("200 OK") && page.contains("content-security-policy") && page.contains("404"), "{page}");
    assert!(!page.contains("<missing>"), "foreign text is escaped");
    assert!(get("/readyz").unwrap().contains("ready"));
    assert!(get("/healthz").unwrap().contains("ok"));
    assert!(get("/nothing").unwrap().contains("404 Not Found"));
    daemon.signal("TERM");
    let (code, log) = daemon.end();
    assert_eq!(code, Some(0), "{log}");
}

#[test]
fn a_refused_mail_is_kept_and_can_be_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let web = web_with_articles(&["Moscou et Pyongyang signent un accord ferroviaire"]);
    let sink = Sink::start();
    sink.refuse.store(true, std::sync::atomic::Ordering::SeqCst);
    let file = config(folder.path(), &[format!("{}/feed.xml", web.base)], Some(sink.port));
    let once = run(&["once".as_ref(), "--config".as_ref(), file.as_os_str()]);
    assert_eq!(once.status.code(), Some(0), "{}", text(&once.stderr));
    let failed = run(&["messages".as_ref(), "--state".as_ref(), "failed".as_ref(), "--config".as_ref(), file.as_os_str()]);
    assert!(text(&failed.stdout).contains("550"), "{}", text(&failed.stdout));
    sink.refuse.store(false, std::sync::atomic::Ordering::SeqCst);
    let retried = run(&["mail".as_ref(), "retry".as_ref(), "--config".as_ref(), file.as_os_str()]);
    assert!(text(&retried.stderr).contains("1 failed messages wait"), "{}", text(&retried.stderr));
    run(&["once".as_ref(), "--config".as_ref(), file.as_os_str()]);
    assert_eq!(sink.messages.lock().unwrap().len(), 1);
    let tested = run(&["mail".as_ref(), "test".as_ref(), "bruno@example.org".as_ref(), "--config".as_ref(), file.as_os_str()]);
    assert_eq!(tested.status.code(), Some(0), "{}", text(&tested.stderr));
    assert_eq!(sink.messages.lock().unwrap()[1].0, "bruno@example.org");
}

#[test]
fn a_reload_serves_a_new_desk_from_then_on() {
    let folder = tempfile::tempdir().unwrap();
    let web = web_with_articles(&["Moscou et Pyongyang signent un accord ferroviaire"]);
    let sink = Sink::start();
    let file = config(folder.path(), &[format!("{}/feed.xml", web.base)], Some(sink.port));
    let daemon = Daemon::start(&file, &[]);
    wait_for("the first mail", || sink.messages.lock().unwrap().len() == 1);
    let more = std::fs::read_to_string(&file).unwrap() + "[[desk]]\nname = \"e\"\nrecipients = [\"bruno@example.org\"]\n";
    std::fs::write(&file, more).unwrap();
    daemon.signal("HUP");
    let titles = ["Moscou et Pyongyang signent un accord ferroviaire", MINE];
    wait_for("a poll after the reload", || {
        let polls = web.count("/feed.xml");
        std::thread::park_timeout(Duration::from_millis(300));
        web.count("/feed.xml") > polls
    });
    web.route("/a/1", Answer::new(HTML, telling(MINE, MINE_TEXT)));
    web.route("/feed.xml", Answer::new(RSS, rss(&web.base, &titles)));
    wait_for("the second article's mails", || sink.messages.lock().unwrap().len() >= 3);
    let to_bruno = sink.messages.lock().unwrap().iter().filter(|(r, _)| r == "bruno@example.org").count();
    assert_eq!(to_bruno, 1, "the new desk is told nothing old");
}

#[test]
fn a_second_instance_is_refused_with_the_first_ones_number() {
    let folder = tempfile::tempdir().unwrap();
    let web = web_with_articles(&[]);
    let file = config(folder.path(), &[format!("{}/feed.xml", web.base)], None);
    let daemon = Daemon::start(&file, &[]);
    wait_for("the first poll", || web.count("/feed.xml") > 0);
    let second = run(&["once".as_ref(), "--config".as_ref(), file.as_os_str()]);
    assert_eq!(second.status.code(), Some(3));
    let said = text(&second.stderr);
    assert!(said.contains(&format!("process {}", daemon.child.id())), "{said}");
}

#[test]
fn feeds_that_misbehave_are_named_and_the_others_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let web = web_with_articles(&["Moscou et Pyongyang signent un accord ferroviaire"]);
    web.route(
        "/html",
        Answer::new(
            HTML,
            "<html><head><link rel=alternate type=application/rss+xml href=/feed.xml></head><body>Bonjour</body></html>",
        ),
    );
    web.route("/empty", Answer::new(RSS, ""));
    web.route("/huge", Answer { times: 100, ..Answer::new(RSS, vec![b' '; 1_000_000]) });
    web.route("/gone", Answer::status(410));
    let latin = rss(&format!("{}/latin1", web.base), &["Corée du Nord : Moscou s'étonne"]).replace("utf-8", "iso-8859-1");
    let latin: Vec<u8> = latin.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
    web.route("/latin", Answer::new("application/rss+xml", latin));
    let feeds = ["/feed.xml", "/html", "/empty", "/huge", "/gone", "/missing", "/latin"].map(|p| format!("{}{p}", web.base));
    let file = config(folder.path(), &feeds, None);
    let once = run(&["once".as_ref(), "--config".as_ref(), file.as_os_str()]);
    let said = text(&once.stderr);
    assert_eq!(once.status.code(), Some(1), "{said}");
    for word in
        ["f1: this is a web page, not a feed; it names a feed at", "f2: the answer is empty", "f3:", "max_body", "f5:", "404"]
    {
        assert!(said.contains(word), "{word:?} is missing in: {said}");
    }
    let listed = run(&["feeds".as_ref(), "--config".as_ref(), file.as_os_str(), "--format".as_ref(), "jsonl".as_ref()]);
    let states: Vec<(String, String)> = text(&listed.stdout)
        .lines()
        .map(|l| serde_json::from_str::<serde_json::Value>(l).unwrap())
        .map(|v| (v["id"].as_str().unwrap().to_owned(), v["state"].as_str().unwrap().to_owned()))
        .collect();
    let state = |id: &str| states.iter().find(|(i, _)| i == id).map(|(_, s)| s.as_str()).unwrap_or_default();
    assert_eq!(
        ["f0", "f1", "f2", "f3", "f4", "f5", "f6"].map(state),
        ["ok", "failing", "failing", "failing", "gone", "failing", "ok"]
    );
    let articles = run(&["articles".as_ref(), "--config".as_ref(), file.as_os_str(), "--format".as_ref(), "jsonl".as_ref()]);
    assert!(
        text(&articles.stdout).contains("Corée du Nord : Moscou s'étonne"),
        "another charset is read: {}",
        text(&articles.stdout)
    );
}

#[test]
fn pages_that_misbehave_leave_the_feeds_text_and_are_never_open_articles() {
    let folder = tempfile::tempdir().unwrap();
    let titles = [
        "Moscou accueille Pyongyang : un",
        "Moscou accueille Pyongyang : deux",
        "Moscou accueille Pyongyang : trois",
        "Moscou accueille Pyongyang : quatre",
    ];
    let web = web_with_articles(&titles);
    web.route("/a/0", Answer::new("application/pdf", "%PDF-1.7 Moscou Pyongyang"));
    let login = "<html><head><title>Connexion</title></head><body><form action=/login><p>Connectez-vous pour lire cet article.</p><input name=user><input type=password name=password></form></body></html>";
    web.route("/a/1", Answer::new(HTML, login));
    web.route("/a/2", Answer { times: 20, ..Answer::new(HTML, vec![b'x'; 1_000_000]) });
    web.route("/a/3", Answer::status(403));
    let file = config(folder.path(), &[format!("{}/feed.xml", web.base)], None);
    let once = run(&["once".as_ref(), "--config".as_ref(), file.as_os_str()]);
    assert_eq!(once.status.code(), Some(0), "{}", text(&once.stderr));
    // The page over the limit is asked for once more later; the others are here.
    let listed = run(&["articles".as_ref(), "--config".as_ref(), file.as_os_str(), "--format".as_ref(), "jsonl".as_ref()]);
    let articles: Vec<serde_json::Value> = text(&listed.stdout).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    for title in [titles[0], titles[1], titles[3]] {
        let article = articles.iter().find(|a| a["title"] == title).unwrap_or_else(|| panic!("{title} is missing"));
        assert_eq!(article["access"], "blocked", "{title}");
        assert!(article["text"].as_str().unwrap().contains("la Russie et la Corée du Nord"), "{title}: the feed's text is kept");
    }
    assert!(articles.iter().any(|a| a["title"] == titles[2]), "a page over the limit costs the page, not the article");
}

#[test]
fn a_news_sitemap_is_followed_like_any_feed() {
    let folder = tempfile::tempdir().unwrap();
    let titles = ["Moscou & Pyongyang : un", "Moscou & Pyongyang : deux", "Moscou & Pyongyang : trois"];
    let web = web_with_articles(&titles);
    let entries: String = titles
        .iter()
        .enumerate()
        .map(|(i, title)| {
            format!(
                "<url><loc>{}/a/{i}</loc><lastmod>2024-10-18</lastmod><news:news><news:publication><news:name>Le Fil</news:name>\
                 <news:language>fr</news:language></news:publication><news:publication_date>2024-10-17T1{i}:00:00Z</news:publication_date>\
                 <news:title><![CDATA[{title}]]></news:title></news:news><image:image><image:loc>{}/i.jpg</image:loc>\
                 <image:title>Une photo</image:title></image:image></url>",
                web.base, web.base
            )
        })
        .collect();
    let sitemap = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" \
         xmlns:news=\"http://www.google.com/schemas/sitemap-news/0.9\" xmlns:image=\"http://www.google.com/schemas/sitemap-image/1.1\">{entries}</urlset>"
    );
    web.route("/news.xml", Answer::new("application/xml", sitemap));
    web.route(
        "/index.xml",
        Answer::new("application/xml", "<sitemapindex><sitemap><loc>/news.xml</loc></sitemap></sitemapindex>"),
    );
    let file = config(folder.path(), &["/news.xml", "/index.xml"].map(|p| format!("{}{p}", web.base)), None);
    let text_of_file = std::fs::read_to_string(&file).unwrap().replace("[[feed]]\n", "[[feed]]\nkind = \"sitemap\"\n");
    std::fs::write(&file, text_of_file).unwrap();
    let once = run(&["once".as_ref(), "--config".as_ref(), file.as_os_str()]);
    let said = text(&once.stderr);
    assert_eq!(once.status.code(), Some(1), "the list of sitemaps is no feed: {said}");
    assert!(said.contains("f1:") && said.contains("list of sitemaps") && !said.contains("f0:"), "{said}");
    let listed = run(&["articles".as_ref(), "--config".as_ref(), file.as_os_str(), "--format".as_ref(), "jsonl".as_ref()]);
    let mut articles: Vec<(String, String, String)> = text(&listed.stdout)
        .lines()
        .map(|l| serde_json::from_str::<serde_json::Value>(l).unwrap())
        .map(|v| {
            let field = |name: &str| v[name].as_str().unwrap_or_default().to_owned();
            (field("url"), field("title"), field("published"))
        })
        .collect();
    articles.sort();
    let expected: Vec<_> = titles
        .iter()
        .enumerate()
        .map(|(i, t)| (format!("{}/a/{i}", web.base), (*t).to_owned(), format!("2024-10-17T1{i}:00:00+00:00")))
        .collect();
    assert_eq!(articles, expected);
}

#[test]
fn kill_nine_loses_and_repeats_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let titles = [OIL, MINE];
    let web = web_with_articles(&titles);
    web.route("/a/0", Answer::new(HTML, telling(OIL, OIL_TEXT)));
    web.route("/a/1", Answer::new(HTML, telling(MINE, MINE_TEXT)));
    let sink = Sink::start();
    let file = config(folder.path(), &[format!("{}/feed.xml", web.base)], Some(sink.port));
    let links = [format!("{}/a/0", web.base), format!("{}/a/1", web.base)];
    for _ in 0..6 {
        let mut daemon = Daemon::start(&file, &[]);
        let polls = web.count("/feed.xml");
        let mails = sink.messages.lock().unwrap().len();
        wait_for("any sign of life", || web.count("/feed.xml") > polls || sink.messages.lock().unwrap().len() > mails);
        daemon.child.kill().unwrap();
        daemon.child.wait().unwrap();
    }
    let _daemon = Daemon::start(&file, &[]);
    let holds = |m: &(String, String), link: &str| m.1.replace("=\r\n", "").contains(link);
    wait_for("every article in a mail", || links.iter().all(|l| sink.messages.lock().unwrap().iter().any(|m| holds(m, l))));
    let mut ids: Vec<String> = sink
        .messages
        .lock()
        .unwrap()
        .iter()
        .filter_map(|m| m.1.lines().find(|l| l.starts_with("Message-ID")).map(str::to_owned))
        .collect();
    let all = ids.len();
    ids.sort();
    ids.dedup();
    // SMTP leaves one gap open: a kill between the 250 and its commit. A repeat then carries the same Message-ID.
    assert!(ids.len() <= 2 && all <= ids.len() + 1, "{all} mails under {} Message-IDs", ids.len());
}

#[test]
fn a_full_disk_is_said_and_survived() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    std::fs::create_dir(&state).unwrap();
    let mounted =
        std::process::Command::new("mount").args(["-t", "tmpfs", "-o", "size=12m,mode=0700", "tmpfs"]).arg(&state).output();
    if !mounted.is_ok_and(|o| o.status.success()) {
        #[expect(clippy::print_stderr, reason = "a test that cannot run here says so")]
        {
            eprintln!("not run: a full disk needs the right to mount a tmpfs of 12 MB");
        }
        return;
    }
    let web = web_with_articles(&["Moscou et Pyongyang signent un accord ferroviaire"]);
    let file = config(folder.path(), &[format!("{}/feed.xml", web.base)], None);
    let mut daemon = Daemon::start(&file, &[]);
    wait_for("the first article", || state.join("mails").exists());
    // Fill what is left, then announce more.
    let filler = state.join("filler");
    let mut size = 4_000_000;
    let mut file_handle = std::fs::File::create(&filler).unwrap();
    while size > 0 {
        if std::io::Write::write_all(&mut file_handle, &vec![b'x'; size]).is_err() {
            size /= 2;
        }
    }
    let titles: Vec<String> =
        (0..60).map(|i| format!("Moscou et Pyongyang : dépêche {i} sur {} tonnes de riz", 100 + i)).collect();
    let refs: Vec<&str> = titles.iter().map(String::as_str).collect();
    web.route("/feed.xml", Answer::new(RSS, rss(&web.base, &refs)));
    // Nothing can be claimed on a full disk, so nothing is asked either: it is enough to see that it lives and rests.
    std::thread::park_timeout(Duration::from_secs(4));
    assert!(daemon.is_alive(), "the daemon died of a full disk");
    drop(file_handle);
    std::fs::remove_file(&filler).unwrap();
    let count = || {
        let listed = run(&[
            "articles".as_ref(),
            "--config".as_ref(),
            file.as_os_str(),
            "--format".as_ref(),
            "jsonl".as_ref(),
            "--limit".as_ref(),
            "1000".as_ref(),
        ]);
        text(&listed.stdout).lines().count()
    };
    wait_for("the announced articles after space was freed", || count() >= 60);
    daemon.signal("TERM");
    let (code, log) = daemon.end();
    let _ = std::process::Command::new("umount").arg(&state).status();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("cannot be written") || log.contains("database or disk is full"), "a full disk is said: {log}");
}

#[test]
fn the_shipped_unit_names_the_program_and_its_checks() {
    let unit = std::fs::read_to_string(root().join("systemd/vigie.service")).unwrap();
    for line in ["Type=notify", "WatchdogSec=60", "ExecReload=/bin/kill -HUP $MAINPID", "DynamicUser=yes", "ProtectSystem=strict"]
    {
        assert!(unit.lines().any(|l| l == line), "{line}");
    }
    assert!(unit.contains("vigie check --config") && unit.contains("vigie run --config"));
}

//! The arguments: one definition for help, completions and the manual page.

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::ops::logging::LogFormat;

/// A news watch: polls feeds, reads the articles behind them, groups them into stories, and mails a desk when a story develops.
#[derive(Debug, Parser)]
#[command(name = "vigie", version, max_term_width = 100, propagate_version = true)]
pub(crate) struct Arguments {
    /// The configuration file [default: config/vigie.toml, then /etc/vigie/vigie.toml]
    #[arg(long, short, global = true, value_name = "FILE", env = "VIGIE_CONFIG")]
    pub(crate) config: Option<PathBuf>,

    /// How data is printed
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    /// How the log is written to stderr: text, or json with one object a line
    #[arg(long, global = true, value_enum, default_value_t = LogChoice::Text, hide_possible_values = true)]
    pub(crate) log_format: LogChoice,

    /// Log more: once for what is done, twice for every detail
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Rows of a list unless `--limit` says otherwise.
pub(crate) const DEFAULT_LIMIT: usize = 50;

/// How data is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// One JSON document
    Json,
    /// One JSON object a line
    Jsonl,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogChoice {
    /// For people, or for systemd's journal when it listens
    Text,
    /// One JSON object a line
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Watch: poll, read, judge and mail until told to stop
    Run,
    /// One round: poll what is due, read, judge, deliver, exit
    Once,
    /// Read the whole configuration and report every mistake
    Check(CheckOptions),
    /// Put saved input through the whole pipeline under a virtual clock
    Replay(ReplayOptions),
    /// Extract the article from HTML files: one JSON line each
    Extract(ExtractOptions),
    /// Read feed files: one JSON line each
    ParseFeed(ParseFeedOptions),
    /// Say why an article was kept or not, which story, which alert
    Explain(ExplainOptions),
    /// List articles
    Articles(ListOptions),
    /// List stories
    Stories(ListOptions),
    /// List feeds and how they do; add, remove, find, import and export them
    Feeds(FeedsOptions),
    /// List alerts
    Alerts(ListOptions),
    /// List messages and what became of them
    Messages(ListOptions),
    /// Try a topic file on articles of the past, or check it
    #[command(subcommand)]
    Topic(TopicCommand),
    /// Show a desk's digest as it would be sent now; sends nothing
    Digest(DigestOptions),
    /// Send a test mail, or try failed mails again
    #[command(subcommand)]
    Mail(MailCommand),
    /// Show how things stand
    Status,
    /// Copy the database while it is in use
    Backup(BackupOptions),
    /// Print completions for a shell
    Completions(CompletionsOptions),
    /// Print the manual page
    Man,
}

#[derive(Debug, Subcommand)]
pub(crate) enum MailCommand {
    /// Send one mail to an address, to see that mail leaves
    Test {
        /// Where to
        address: String,
    },
    /// Put the messages that failed back into the queue
    Retry,
}

#[derive(Debug, Args)]
pub(crate) struct CheckOptions {
    /// Also try every feed and the relay
    #[arg(long)]
    pub(crate) online: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ReplayOptions {
    /// articles.jsonl[.gz] files, or folders that hold polls.jsonl
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Write the mails into this folder as .eml files
    #[arg(long, value_name = "DIR")]
    pub(crate) outbox: Option<PathBuf>,
    /// Keep the store in this (new) file, for `articles`, `explain` and the like
    #[arg(long, value_name = "FILE")]
    pub(crate) store: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ExtractOptions {
    /// HTML files; `-` reads a list of paths from stdin
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The page's address (for one file)
    #[arg(long)]
    pub(crate) url: Option<String>,
    /// Pages extracted at once; 0 means as many as there are cores
    #[arg(long, default_value_t = 1)]
    pub(crate) jobs: usize,
}

#[derive(Debug, Args)]
pub(crate) struct ParseFeedOptions {
    /// Feed files; response headers are read from PATH.headers
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The address that they came from, which relative links are relative to
    #[arg(long)]
    pub(crate) url: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainOptions {
    /// The article's address, its identifier, or an HTML file
    #[arg(value_name = "URL|ID|FILE")]
    pub(crate) article: String,
}

#[derive(Debug, Args)]
pub(crate) struct ListOptions {
    /// Not older than this: an instant, a day, or a time ago such as 24h
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<String>,
    /// Relevant to this topic
    #[arg(long)]
    pub(crate) topic: Option<String>,
    /// Out of this feed
    #[arg(long)]
    pub(crate) feed: Option<String>,
    /// In this state
    #[arg(long)]
    pub(crate) state: Option<String>,
    /// The most rows
    #[arg(long, default_value_t = DEFAULT_LIMIT)]
    pub(crate) limit: usize,
    /// `search WORDS…` looks for words in titles and texts
    #[arg(value_name = "search WORDS", num_args = 0..)]
    pub(crate) search: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct FeedsOptions {
    #[command(subcommand)]
    pub(crate) command: Option<FeedsCommand>,
    #[command(flatten)]
    pub(crate) list: ListOptions,
}

#[derive(Debug, Subcommand)]
pub(crate) enum FeedsCommand {
    /// Write one more feed into the configuration
    Add(FeedsAddOptions),
    /// Take a feed out of the configuration
    Remove {
        /// Its identifier, its address or its name
        #[arg(value_name = "NAME|URL")]
        feed: String,
    },
    /// Print the feeds that a page names
    Discover {
        /// The page's address, or an HTML file
        #[arg(value_name = "URL|FILE")]
        page: String,
        /// The address that a file's links are relative to
        #[arg(long, value_name = "URL")]
        base: Option<String>,
    },
    /// Add the feeds of an OPML file that are not known yet
    Import {
        /// The OPML file
        #[arg(value_name = "OPML")]
        opml: PathBuf,
        /// The configuration file to write into [default: the first that `feeds` names]
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Write all feeds as OPML 2.0
    Export {
        /// The file to write; it must not exist [default: stdout]
        #[arg(value_name = "FILE")]
        to: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct FeedsAddOptions {
    /// The feed's address
    pub(crate) url: String,
    /// Its name, as mails shall call it
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// The configuration file to write into [default: the first that `feeds` names]
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// The address is a page's: ask it and take the first feed that it names
    #[arg(long)]
    pub(crate) discover: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TopicCommand {
    /// Show what a topic file would keep of past articles: newly kept, newly dropped, and why
    Try(TopicTryOptions),
    /// Read a topic file: every mistake, or how many terms it has in which language
    Check {
        /// The topic file, or a configuration file with its topics
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct TopicTryOptions {
    /// The topic file, or a configuration file; no configuration need name it
    pub(crate) file: PathBuf,
    /// No article older than this: an instant, a day, or a time ago such as 24h
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<String>,
    /// Try it on these articles.jsonl[.gz] files instead of the stored articles
    #[arg(long, value_name = "JSONL", num_args = 1..)]
    pub(crate) articles: Vec<PathBuf>,
    /// Compare with this topic file [default: what was decided; for --articles the configured topic]
    #[arg(long, value_name = "FILE")]
    pub(crate) against: Option<PathBuf>,
    /// The topic to try, when the file holds several
    #[arg(long, value_name = "ID")]
    pub(crate) topic: Option<String>,
    /// The most articles listed of each kind; all are counted
    #[arg(long, default_value_t = DEFAULT_LIMIT)]
    pub(crate) limit: usize,
    /// Also list what is still kept, and more than the nearest misses
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DigestOptions {
    /// The desk
    #[arg(long, value_name = "NAME")]
    pub(crate) desk: String,
    /// From when on: an instant, a day, or a time ago such as 24h [default: the last digest]
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<String>,
    /// What to print
    #[arg(long, value_enum, default_value_t = DigestPart::Text)]
    pub(crate) part: DigestPart,
}

/// Which form of a mail is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DigestPart {
    /// The plain text
    Text,
    /// The HTML, for a browser
    Html,
    /// The whole message
    Eml,
}

#[derive(Debug, Args)]
pub(crate) struct BackupOptions {
    /// The file to write; it must not exist
    #[arg(value_name = "FILE")]
    pub(crate) to: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsOptions {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

impl Arguments {
    /// What is logged when `VIGIE_LOG` does not say: a daemon tells what it does, a question is answered in silence.
    /// The HTML parser's remarks on foreign pages and the migration tool's progress are nobody's business.
    pub(crate) fn default_log(&self) -> String {
        let level = match (&self.command, self.verbose) {
            (_, 2..) => "debug",
            (Command::Run | Command::Once, _) | (_, 1) => "info",
            (Command::Replay(_), _) => "error",
            _ => "warn",
        };
        format!("{level},html5ever=off,selectors=off,refinery_core=warn")
    }

    pub(crate) fn log_format(&self) -> LogFormat {
        match self.log_format {
            LogChoice::Text => LogFormat::Text,
            LogChoice::Json => LogFormat::Json,
        }
    }
}

/// The definition, for completions, the manual page and tests.
pub fn command() -> clap::Command {
    Arguments::command()
}

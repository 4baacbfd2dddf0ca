//! Wiring: the command line.
//!
//! In: arguments. Out: data on stdout, everything else on stderr, an exit code: 0 done, 1 some inputs failed, 2 usage or configuration, 3 another instance
//! holds the state folder. One file or folder per subcommand; the records printed for scripts are defined beside the command that prints them.

mod args;
mod backup;
mod check;
mod digest;
mod discover;
mod explain;
mod extract;
mod feeds;
mod list;
mod mail;
mod man;
mod once;
mod opml;
mod output;
mod parse_feed;
mod records;
mod replay;
mod run;
mod setup;
mod status;
mod topic;

use std::process::ExitCode;

use clap::Parser;

use crate::config::environment;
use crate::ops::logging;
use crate::store::StoreError;
use args::{Arguments, Command};

pub use args::command;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Everything was done.
    Done,
    /// Some inputs failed; each was named on stderr.
    SomeFailed,
    /// The configuration has mistakes; each was named on stderr.
    Misconfigured,
}

/// Reads the arguments, runs the command, and says how it went.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    // One provider of cryptography for HTTP and SMTP; a second installation is no fault.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let level = environment::log_filter().unwrap_or_else(|| arguments.default_log());
    if let Err(error) = logging::init(arguments.log_format(), &level, environment::under_journal()) {
        output::complain(&format!("VIGIE_LOG: {error}"));
        return ExitCode::from(2);
    }
    let result = dispatch(arguments);
    match result {
        Ok(End::Done) => ExitCode::SUCCESS,
        Ok(End::SomeFailed) => ExitCode::from(1),
        Ok(End::Misconfigured) => ExitCode::from(2),
        Err(error) if output::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&format!("{error:#}"));
            exit_code(&error)
        }
    }
}

fn exit_code(error: &anyhow::Error) -> ExitCode {
    match error.downcast_ref::<StoreError>() {
        Some(StoreError::Locked { .. }) => ExitCode::from(3),
        Some(_) => ExitCode::from(1),
        None => ExitCode::from(2),
    }
}

fn dispatch(arguments: Arguments) -> anyhow::Result<End> {
    let Arguments { config, format, command, .. } = arguments;
    match command {
        Command::Run => run::run(config),
        Command::Once => once::run(config),
        Command::Check(options) => check::run(config, &options),
        Command::Replay(options) => replay::run(config, format, options),
        Command::Extract(options) => extract::run(&options),
        Command::ParseFeed(options) => parse_feed::run(&options),
        Command::Explain(options) => explain::run(config, format, &options),
        Command::Articles(options) => list::articles(config, format, options),
        Command::Stories(options) => list::stories(config, format, options),
        Command::Feeds(options) => feeds::run(config, format, options),
        Command::Alerts(options) => list::alerts(config, format, options),
        Command::Messages(options) => list::messages(config, format, options),
        Command::Topic(command) => topic::run(config, format, command),
        Command::Digest(options) => digest::run(config, &options),
        Command::Mail(command) => mail::run(config, command),
        Command::Status => status::run(config, format),
        Command::Backup(options) => backup::run(config, &options),
        Command::Completions(options) => man::completions(&options),
        Command::Man => man::man(),
    }
}

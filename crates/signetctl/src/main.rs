//! The authority from a terminal: for scripts, and for a machine that is always on and has no screen.
//!
//! Here are words for people and nothing else: no rule, no SQL, no cryptography. Exit status: 0 done, 1 refused, 2 usage.

mod cli;
mod commands;
mod files;
mod output;
mod refusal;
mod secret;
mod session;
mod stop;

use clap::Parser;
use cli::{Cli, Command};
use output::Output;
use refusal::Refusal;
use session::Session;
use std::{io::IsTerminal, process::ExitCode};

/// Refused: a rule, a missing thing, something unavailable.
const REFUSED: u8 = 1;
/// The command line makes no sense.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let cli = match Cli::try_parse().and_then(Cli::checked) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    log(&cli);
    let output = Output::new(cli.json);
    match run(cli, &output) {
        Ok(()) => ExitCode::SUCCESS,
        // `signetctl certificate list | head -1`: who asked has read enough.
        Err(_) if output::reader_has_gone() => ExitCode::SUCCESS,
        Err(refusal) => {
            output.refuse(&refusal);
            ExitCode::from(REFUSED)
        }
    }
}

fn run(cli: Cli, output: &Output) -> Result<(), Refusal> {
    let session = Session::new(cli.data)?;
    match cli.command {
        Command::Init(arguments) => commands::init::run(&session, output, arguments),
        Command::Serve(arguments) => commands::serve::run(&session, output, &arguments),
        Command::Department(command) => commands::department::run(&session, output, command),
        Command::Subscriber(command) => commands::subscriber::run(&session, output, command),
        Command::Invite(arguments) => commands::invite::run(&session, output, &arguments),
        Command::Enrollment(command) => commands::enrollment::run(&session, output, command),
        Command::Certificate(command) => commands::certificate::run(&session, output, command),
        Command::IssueBatch(arguments) => commands::issue::batch(&session, output, &arguments),
        Command::Act(command) => commands::act::run(&session, output, &command),
        Command::Scep(command) => commands::scep::run(&session, output, command),
        Command::Crl(command) => commands::crl::run(&session, output, &command),
        Command::Tls(command) => commands::tls::run(&session, output, &command),
        Command::Ledger(command) => commands::ledger::run(&session, output, &command),
        Command::Report(arguments) => commands::report::run(&session, output, arguments),
        Command::Policy(command) => commands::policy::run(&session, output, command),
        Command::Settings(command) => commands::settings::run(&session, output, command),
        #[cfg(feature = "bench")]
        Command::BenchFind { count, only_fill } => commands::bench_find::run(&session, count, only_fill),
        #[cfg(feature = "bench")]
        Command::Fill { count, revoked } => {
            let operator = session.operator()?;
            operator.fill(count, revoked)?;
            // Else the server does it in its idle moments, for minutes, on the core that is measured.
            while operator.index_new_certificates()? {}
            Ok(())
        }
    }
}

/// `--help` and `--version` succeed; all else is usage, also as JSON when that was asked for.
fn usage(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    if !error.use_stderr() {
        return ExitCode::SUCCESS;
    }
    if std::env::args_os().any(|argument| argument == "--json") {
        let text = error.render().to_string();
        // What is missing stands in the lines below the first.
        let said: Vec<&str> = text.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
        let message = said.join(" ").trim_start_matches("error: ").to_owned();
        output::print_error(&Refusal::new("usage", message, "signetctl --help shows every command and option."));
    }
    ExitCode::from(USAGE)
}

/// The log goes to standard error; `SIGNET_LOG` chooses how much (e.g. `info`, `enroll=debug`).
fn log(cli: &Cli) {
    let default = if matches!(cli.command, Command::Serve(_)) { "info" } else { "warn" };
    let filter = tracing_subscriber::EnvFilter::try_from_env("SIGNET_LOG").unwrap_or_else(|_| default.into());
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours).with_target(false).init();
}

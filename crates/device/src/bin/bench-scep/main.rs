//! `cargo xtask bench scep`: enrollments per second, beside micromdm's scepserver on the same machine and in the same minutes.
//!
//! Servers are pinned to one core and the load to another. Keys are distinct and made before (kept in `target/`), requests and
//! challenges too; answers are opened after. Runs are interleaved and medians are printed. See docs/benchmarks.md.

mod contest;
mod load;
mod peer;
mod phones;
mod process;
mod report;
mod requests;
mod signet;

use std::{path::PathBuf, process::ExitCode};

/// What went wrong, in words.
type Outcome<T> = Result<T, String>;

/// Core of the server that is measured.
const SERVER_CORE: &str = "0";
/// Core of the load.
const LOAD_CORE: &str = "1";

/// How much to measure.
struct Plan {
    /// Interleaved runs of each server.
    rounds: usize,
    /// Enrollments in a run.
    enrollments: usize,
    /// Connections at once.
    connections: usize,
    /// Certificates in the full store; 0: no full store.
    stored: u64,
    /// Phones that enroll at once over TLS; 0: none.
    phones: usize,
    /// Without the peer (for work on our side).
    alone: bool,
    /// Where signetctl is.
    signetctl: PathBuf,
    /// Another signetctl, to be compared with (for work on our side).
    against: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.first().map(String::as_str) {
        // The load itself, started by the contest on its own core.
        Some("load") => load::child(&arguments[1..]),
        _ => plan(&arguments).and_then(|plan| contest::hold(&plan)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("bench-scep: {why}");
            ExitCode::FAILURE
        }
    }
}

fn plan(arguments: &[String]) -> Outcome<Plan> {
    let own = std::env::current_exe().map_err(|e| format!("where am I? {e}"))?;
    let mut plan = Plan {
        rounds: 5,
        enrollments: 2000,
        connections: 16,
        stored: 1_000_000,
        phones: 100,
        alone: false,
        signetctl: own.with_file_name("signetctl"),
        against: None,
    };
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if word == "--alone" {
            plan.alone = true;
            continue;
        }
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        let number = || value.parse::<usize>().map_err(|_| format!("{word} needs a number, not {value}"));
        match word.as_str() {
            "--rounds" => plan.rounds = number()?,
            "--enrollments" => plan.enrollments = number()?,
            "--connections" => plan.connections = number()?,
            "--stored" => plan.stored = number()? as u64,
            "--phones" => plan.phones = number()?,
            "--signetctl" => plan.signetctl = PathBuf::from(value),
            "--against" => plan.against = Some(PathBuf::from(value)),
            _ => {
                return Err(format!(
                    "{word}? Known are --rounds --enrollments --connections --stored --phones --signetctl --against --alone"
                ));
            }
        }
    }
    Ok(plan)
}

//! The project's chores, started as `cargo xtask NAME`. Plain Rust without dependencies, so that it builds in a second.

mod bench;
mod bundle;
mod check;
mod command;
mod packages;
mod run;
mod start;
mod test;
mod training;
mod ui;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask run [--host ADDRESS]   open the window; with no display, serve a training department and print its link as a QR code
cargo xtask test                   everything that CI runs
cargo xtask check                  formatting, lints, documentation, the UI's types and lints, layering, fresh bindings
cargo xtask bench NAME             measure (scep, crl, ocsp, status, issue, find, start), prints a table and one BENCH line
cargo xtask fuzz TARGET [SECONDS]  fuzz one parser (see fuzz/fuzz_targets)
cargo xtask bundle                 build the installers (.deb, .rpm)";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let rest = arguments.get(1..).unwrap_or_default();
    let done = match arguments.first().map(String::as_str) {
        Some("run") => run::run(rest),
        Some("test") => test::test(),
        Some("check") => check::check(),
        Some("bench") => bench::bench(rest),
        Some("fuzz") => bench::fuzz(rest),
        Some("bundle") => bundle::bundle(),
        _ => {
            println!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("xtask: {problem}");
            ExitCode::FAILURE
        }
    }
}

//! Measurements and fuzzing: long runs that do not belong to the tests.

use crate::command::{Done, exists, program, root, run};
use crate::packages::{self, For};

/// `cargo xtask bench NAME`.
pub(crate) fn bench(arguments: &[String]) -> Done {
    match arguments.first().map(String::as_str) {
        Some("scep") => {
            packages::install(&For::Test)?;
            run(&mut program(
                "cargo",
                ["build", "--release", "--quiet", "--package", "signetctl", "--package", "device", "--features", "signetctl/bench"],
            ))?;
            run(&mut program("target/release/bench-scep", &arguments[1..]))
        }
        Some("issue") => {
            let build = ["build", "--release", "--quiet", "--package", "signetctl", "--bin", "bench-issue", "--features", "bench"];
            run(&mut program("cargo", build))?;
            run(&mut program("target/release/bench-issue", &arguments[1..]))
        }
        Some("crl" | "ocsp" | "status") => {
            packages::install(&For::Test)?;
            run(&mut program(
                "cargo",
                ["build", "--release", "--quiet", "--package", "signetctl", "--package", "device", "--features", "signetctl/bench"],
            ))?;
            run(&mut program("target/release/bench-status", arguments))
        }
        _ => Err("which one? cargo xtask bench scep|crl|ocsp|status|issue".to_owned()),
    }
}

/// `cargo xtask fuzz TARGET [SECONDS]`, with the corpus seeded from the recorded messages.
pub(crate) fn fuzz(arguments: &[String]) -> Done {
    let Some(target) = arguments.first() else {
        return Err("which one? The targets are the files of fuzz/fuzz_targets".to_owned());
    };
    let seconds = arguments.get(1).map_or("60", String::as_str);
    if !exists("cargo-fuzz") {
        run(&mut program("cargo", ["install", "cargo-fuzz", "--locked"]))?;
    }
    let limit = format!("-max_total_time={seconds}");
    let corpus = format!("corpus/{target}");
    std::fs::create_dir_all(root().join("fuzz").join(&corpus)).map_err(|e| format!("fuzz/{corpus}: {e}"))?;
    let mut fuzz = program("cargo", ["fuzz", "run", "--sanitizer", "none", target, &corpus, "../tests/data/scep", "--", &limit]);
    // Coverage instrumentation is an unstable compiler flag; this lets the stable toolchain use it.
    run(fuzz.current_dir(root().join("fuzz")).env("RUSTC_BOOTSTRAP", "1"))
}

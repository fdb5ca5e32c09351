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
        Some("find") => find(&arguments[1..]),
        _ => Err("which one? cargo xtask bench scep|crl|ocsp|status|issue|find".to_owned()),
    }
}

/// `cargo xtask bench find [CERTIFICATES]`: a department of its own with so many certificates, a million if not said.
fn find(arguments: &[String]) -> Done {
    run(&mut program("cargo", ["build", "--release", "--quiet", "--package", "signetctl", "--features", "signetctl/bench"]))?;
    let folder = root().join("target/bench-find");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let passphrase = folder.join("passphrase");
    std::fs::write(&passphrase, "for the bench alone\n").map_err(|e| format!("{}: {e}", passphrase.display()))?;
    let signetctl = |more: &[&str]| {
        let mut command = program("target/release/signetctl", more);
        command.env("SIGNET_DATA", folder.join("data"));
        run(&mut command)
    };
    let file = passphrase.display().to_string();
    signetctl(&[
        "init",
        "--organization",
        "Example University",
        "--department",
        "Physics",
        "--mail-domain",
        "example.edu",
        "--ca-key",
        "p256",
        "--keyring",
        "passphrase-file",
        &file,
    ])?;
    let more: Vec<&str> = std::iter::once("bench-find").chain(arguments.iter().map(String::as_str)).collect();
    let done = signetctl(&more);
    let _ = std::fs::remove_dir_all(&folder);
    done
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

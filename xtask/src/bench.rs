//! Measurements and fuzzing: long runs that do not belong to the tests.

use crate::{
    command::{Done, exists, program, root, run},
    packages::{self, For},
    start,
};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// `cargo xtask bench NAME`.
pub(crate) fn bench(arguments: &[String]) -> Done {
    match arguments.first().map(String::as_str) {
        Some("scep") => {
            packages::install(&For::Test)?;
            // Only what is measured: each program costs minutes of linking.
            let programs = ["--package", "signetctl", "--bin", "signetctl", "--package", "device", "--bin", "bench-scep"];
            let build = ["build", "--release", "--quiet", "--features", "signetctl/bench"];
            run(&mut program("cargo", build.into_iter().chain(programs)))?;
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
        Some("start") => start::start(&arguments[1..]),
        _ => Err("which one? cargo xtask bench scep|crl|ocsp|status|issue|find|start".to_owned()),
    }
}

/// `cargo xtask bench find [CERTIFICATES]`: a department of its own with so many certificates, a million if not said.
fn find(arguments: &[String]) -> Done {
    let store = Store::filled(arguments.first().and_then(|word| word.parse().ok()).unwrap_or(1_000_000))?;
    run(&mut store.signetctl(&["bench-find", "0"]))
}

/// A department with many certificates, which is kept below `target` for the next time.
pub(crate) struct Store(PathBuf);

impl Store {
    /// Builds `signetctl`; makes the store when it is not there yet.
    pub(crate) fn filled(certificates: u64) -> Result<Self, String> {
        run(&mut program("cargo", ["build", "--release", "--quiet", "--package", "signetctl", "--features", "signetctl/bench"]))?;
        let store = Store(root().join(format!("target/bench-store-{certificates}")));
        if store.0.join("complete").exists() {
            println!("{} is used again; remove it to have a new one", store.0.display());
            return Ok(store);
        }
        let said = |e: std::io::Error| format!("{}: {e}", store.0.display());
        let _ = std::fs::remove_dir_all(&store.0);
        std::fs::create_dir_all(&store.0).map_err(said)?;
        std::fs::write(store.0.join("passphrase"), "for the bench alone\n").map_err(said)?;
        let names = ["init", "--organization", "Example University", "--department", "Physics", "--mail-domain", "example.edu"];
        let keys = ["--ca-key", "p256", "--keyring", "passphrase-file", &store.0.join("passphrase").display().to_string()];
        run(&mut store.signetctl(&[&names[..], &keys].concat()))?;
        run(&mut store.signetctl(&["bench-find", "--only-fill", &certificates.to_string()]))?;
        std::fs::write(store.0.join("complete"), "").map_err(said)?;
        Ok(store)
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.0
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    /// The files of the database.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        ["signet.db", "signet.db-wal"].map(|name| self.data().join(name)).to_vec()
    }

    pub(crate) fn signetctl(&self, words: &[&str]) -> Command {
        let mut command = program("target/release/signetctl", words);
        command.env("SIGNET_DATA", self.data());
        command
    }
}

/// Half of the values are smaller.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// `cargo xtask fuzz TARGET [SECONDS]`. The corpus is seeded with what the target meets in practice: see [`Seeds`].
pub(crate) fn fuzz(arguments: &[String]) -> Done {
    let Some(target) = arguments.first() else {
        return Err("which one? The targets are the files of fuzz/fuzz_targets".to_owned());
    };
    let seconds = arguments.get(1).map_or("60", String::as_str);
    let seeds = Seeds::of(target);
    if seeds == Seeds::Made {
        make_seeds(target)?;
    }
    if !exists("cargo-fuzz") {
        run(&mut program("cargo", ["install", "cargo-fuzz", "--locked"]))?;
    }
    let limit = format!("-max_total_time={seconds}");
    let corpus = format!("corpus/{target}");
    std::fs::create_dir_all(root().join("fuzz").join(&corpus)).map_err(|e| format!("fuzz/{corpus}: {e}"))?;
    let seeds = seeds.folder(target).display().to_string();
    let build = ["fuzz", "run", "--sanitizer", "none", "--features", "libfuzzer"];
    let mut fuzz = program("cargo", build.into_iter().chain([target.as_str(), &corpus, &seeds, "--", &limit]));
    // Coverage instrumentation is an unstable compiler flag; this lets the stable toolchain use it. What is tried a million times need not
    // be linked as carefully as what people get.
    run(fuzz.current_dir(root().join("fuzz")).env("RUSTC_BOOTSTRAP", "1").env("CARGO_PROFILE_RELEASE_LTO", "off"))
}

/// Where the first inputs of a target come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seeds {
    /// Files of its own in `fuzz/seeds`.
    Kept,
    /// Those that the mutation test of the protocols makes for it, of the recorded messages or of fresh keys.
    Made,
}

impl Seeds {
    fn of(target: &str) -> Self {
        if Seeds::Kept.folder(target).is_dir() { Seeds::Kept } else { Seeds::Made }
    }

    fn folder(self, target: &str) -> PathBuf {
        let folder = match self {
            Seeds::Kept => "fuzz/seeds",
            Seeds::Made => "target/fuzz-seeds",
        };
        root().join(folder).join(target)
    }
}

/// Lets the mutation test write the seeds of this target, in the place of those of the time before.
fn make_seeds(target: &str) -> Done {
    let folder = Seeds::Made.folder(target);
    let _ = std::fs::remove_dir_all(&folder);
    let test = format!("no_mutation_breaks::{target}");
    let words = ["test", "--quiet", "--package", "protocol", "--test", "mutations", "--", "--exact", &test];
    run(program("cargo", words).env("SIGNET_SEEDS", &folder))?;
    if folder.is_dir() { Ok(()) } else { Err(format!("{target} is no target: they are the files of fuzz/fuzz_targets")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_seeds_of_its_own() {
        let made = std::fs::read_to_string(root().join("crates/protocol/tests/mutations.rs")).unwrap();
        let mut kept = 0;
        let files = std::fs::read_dir(root().join("fuzz/fuzz_targets")).unwrap();
        let targets: Vec<_> = files.map(|file| file.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()).collect();
        for target in &targets {
            match Seeds::of(target) {
                Seeds::Kept => {
                    kept += 1;
                    assert!(std::fs::read_dir(Seeds::Kept.folder(target)).unwrap().count() > 1, "{target}");
                }
                Seeds::Made => assert!(made.contains(&format!("        \"{target}\" => ")), "nobody makes seeds for {target}"),
            }
        }
        assert!(kept > 0 && kept < targets.len(), "{kept} of {}", targets.len());
    }
}

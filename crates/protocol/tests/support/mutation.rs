//! A parser that sees the network meets what it is sent in practice and 10,000 deterministic mutations of that: none may make it panic,
//! and none may take long. For every crate that has such parsers in its `fuzzing::TARGETS`.

use base64::{Engine, prelude::BASE64_STANDARD};
use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

const MUTATIONS: usize = 10_000;
/// Far above what any input may cost, far below a hang; machines that run tests are busy.
const LIMIT: Duration = Duration::from_secs(5);

/// xorshift64*, the same numbers in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() >> 16) as usize % n.max(1)
    }
}

/// Octets that mean something in BER.
const BER: &[u8] = &[0x00, 0x01, 0x02, 0x04, 0x05, 0x24, 0x30, 0x31, 0x7f, 0x80, 0x81, 0x82, 0x84, 0xa0, 0xff];
/// Octets that mean something in base64, percent-encoding, property lists or the head of a request.
const TEXT: &[u8] = b"%=<&+/:;,.[]\" \n";

fn mutate(seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut data = seeds[random.below(seeds.len())].clone();
    for _ in 0..=random.below(4) {
        let at = random.below(data.len());
        let longest = 1 << random.below(8);
        let span = 1 + random.below(longest);
        let end = (at + span).min(data.len());
        match random.below(8) {
            0 if !data.is_empty() => data[at] ^= 1 << random.below(8),
            1 if !data.is_empty() => {
                let telling = [BER, TEXT][random.below(2)];
                data[at] = telling[random.below(telling.len())];
            }
            2 if !data.is_empty() => data[at] = random.next() as u8,
            3 => drop(data.drain(at..end)),
            4 => data.splice(at..at, (0..span).map(|_| random.next() as u8).collect::<Vec<_>>()).for_each(drop),
            5 => {
                let copy = data[at..end].to_vec();
                let to = random.below(data.len());
                data.splice(to..to, copy).for_each(drop);
            }
            6 => data.truncate(at),
            _ => {
                let other = &seeds[random.below(seeds.len())];
                let from = random.below(other.len());
                data.truncate(at);
                data.extend_from_slice(&other[from..]);
            }
        }
    }
    data
}

/// Parsers by name.
type Targets<'a> = &'a [(&'a str, fn(&[u8]))];

/// The folder into which `cargo xtask fuzz` wants the seeds of a target, when they are made here and are no files.
const SEEDS_TO: &str = "SIGNET_SEEDS";

/// Writes them there, when somebody asks for them.
fn hand_out(seeds: &[Vec<u8>]) {
    let Some(folder) = std::env::var_os(SEEDS_TO) else { return };
    let folder = Path::new(&folder);
    fs::create_dir_all(folder).unwrap();
    for (number, seed) in seeds.iter().enumerate() {
        fs::write(folder.join(number.to_string()), seed).unwrap();
    }
}

/// Seeds, then their mutations, given to the parser one after the other.
pub(crate) fn survives(target: &str, targets: Targets<'_>, seeds: &[Vec<u8>]) {
    let (_, parse) = targets.iter().find(|(name, _)| *name == target).unwrap();
    assert!(seeds.len() > 1, "{target}");
    hand_out(seeds);
    let mut random = Random(0x5169_6e65_7400_0001);
    let mutations = (0..MUTATIONS).map(|_| mutate(seeds, &mut random));
    for (number, data) in seeds.iter().cloned().chain(mutations).enumerate() {
        let start = Instant::now();
        let outcome = std::panic::catch_unwind(|| parse(&data));
        assert!(outcome.is_ok(), "{target} panicked at input {number}: {}", BASE64_STANDARD.encode(&data));
        assert!(start.elapsed() < LIMIT, "{target} took {:?} at input {number}: {}", start.elapsed(), BASE64_STANDARD.encode(&data));
    }
}

/// No parser of this crate is left out here, and `cargo xtask fuzz` finds each: by a file of its name, which calls it and stands in the
/// manifest.
pub(crate) fn can_be_fuzzed(owner: &str, targets: Targets<'_>, tried: &[&str]) {
    let names: Vec<&str> = targets.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, tried);
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    let read = |path: &Path| fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let manifest = read(&fuzz.join("Cargo.toml"));
    for name in names {
        let text = read(&fuzz.join(format!("fuzz_targets/{name}.rs")));
        assert!(text.contains(&format!("signet_fuzz::target!({owner}::fuzzing::{name});")), "{name}.rs calls something else");
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name}.rs is not compiled");
    }
    let files: Vec<_> = fs::read_dir(fuzz.join("fuzz_targets")).unwrap().map(|file| read(&file.unwrap().path())).collect();
    assert_eq!(files.iter().filter(|text| text.contains(&format!("target!({owner}::"))).count(), targets.len(), "a file of no target");
    assert_eq!(manifest.matches("[[bin]]").count(), files.len(), "every file is compiled");
}

/// A test for each target, and one that none is missing: `try_each! { CRATE, SEEDS: TARGET... }`, where `SEEDS` is a function of the
/// target's name.
macro_rules! try_each {
    ($owner:ident, $seeds:ident: $($target:ident)*) => {
        mod no_mutation_breaks {
            $(
                #[test]
                fn $target() {
                    let target = stringify!($target);
                    super::mutation::survives(target, &$owner::fuzzing::TARGETS, &super::$seeds(target));
                }
            )*
        }

        #[test]
        fn every_target_is_tried_here_and_can_be_fuzzed() {
            mutation::can_be_fuzzed(stringify!($owner), &$owner::fuzzing::TARGETS, &[$(stringify!($target)),*]);
        }
    };
}
pub(crate) use try_each;

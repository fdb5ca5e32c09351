//! What makes a fuzz target of a function of `protocol::fuzzing` or `enroll::fuzzing`: libFuzzer calls it; or, without the feature
//! `libfuzzer`, the program gives it what comes on standard input, once, so that what a run has found can be looked at.

/// Makes the program of a function that takes any octets.
#[cfg(feature = "libfuzzer")]
#[macro_export]
macro_rules! target {
    ($function:path) => {
        libfuzzer_sys::fuzz_target!(|data: &[u8]| $function(data));
    };
}

/// Makes the program of a function that takes any octets.
#[cfg(not(feature = "libfuzzer"))]
#[macro_export]
macro_rules! target {
    ($function:path) => {
        fn main() -> std::io::Result<()> {
            let mut data = Vec::new();
            std::io::Read::read_to_end(&mut std::io::stdin(), &mut data)?;
            $function(&data);
            Ok(())
        }
    };
}

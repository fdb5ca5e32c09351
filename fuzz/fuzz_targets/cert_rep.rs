//! See `protocol::fuzzing::cert_rep`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| protocol::fuzzing::cert_rep(data));

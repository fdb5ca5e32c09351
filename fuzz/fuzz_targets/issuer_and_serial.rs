//! See `protocol::fuzzing::issuer_and_serial`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| protocol::fuzzing::issuer_and_serial(data));

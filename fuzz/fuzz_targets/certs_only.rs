//! See `protocol::fuzzing::certs_only`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| protocol::fuzzing::certs_only(data));

//! See `protocol::fuzzing::revocation_list`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| protocol::fuzzing::revocation_list(data));

//! See `protocol::fuzzing::certification_request`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| protocol::fuzzing::certification_request(data));

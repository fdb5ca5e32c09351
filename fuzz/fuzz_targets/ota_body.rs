//! See `protocol::fuzzing::ota_body`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| protocol::fuzzing::ota_body(data));

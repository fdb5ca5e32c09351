//! See `protocol::fuzzing::signed_attributes`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| protocol::fuzzing::signed_attributes(data));

//! See `protocol::fuzzing::device_attributes`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| protocol::fuzzing::device_attributes(data));

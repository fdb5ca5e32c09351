//! See `protocol::fuzzing::get_message`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| protocol::fuzzing::get_message(data));

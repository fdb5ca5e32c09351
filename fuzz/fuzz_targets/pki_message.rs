//! See `protocol::fuzzing::pki_message`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| protocol::fuzzing::pki_message(data));

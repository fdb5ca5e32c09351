//! See `protocol::fuzzing::ocsp_request`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| protocol::fuzzing::ocsp_request(data));

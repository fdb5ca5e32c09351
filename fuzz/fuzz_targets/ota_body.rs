//! See `protocol::fuzzing::ota_body`.
#![cfg_attr(feature = "libfuzzer", no_main)]

signet_fuzz::target!(protocol::fuzzing::ota_body);

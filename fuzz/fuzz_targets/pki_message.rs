//! See `protocol::fuzzing::pki_message`.
#![cfg_attr(feature = "libfuzzer", no_main)]

signet_fuzz::target!(protocol::fuzzing::pki_message);

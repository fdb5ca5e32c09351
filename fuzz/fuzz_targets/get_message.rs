//! See `protocol::fuzzing::get_message`.
#![cfg_attr(feature = "libfuzzer", no_main)]

signet_fuzz::target!(protocol::fuzzing::get_message);

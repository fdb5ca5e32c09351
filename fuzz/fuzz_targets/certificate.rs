//! See `protocol::fuzzing::certificate`.
#![cfg_attr(feature = "libfuzzer", no_main)]

signet_fuzz::target!(protocol::fuzzing::certificate);

//! See `protocol::fuzzing::envelope`.
#![cfg_attr(feature = "libfuzzer", no_main)]

signet_fuzz::target!(protocol::fuzzing::envelope);

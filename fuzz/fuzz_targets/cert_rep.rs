//! See `protocol::fuzzing::cert_rep`.
#![cfg_attr(feature = "libfuzzer", no_main)]

signet_fuzz::target!(protocol::fuzzing::cert_rep);

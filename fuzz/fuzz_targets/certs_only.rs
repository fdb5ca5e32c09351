//! See `protocol::fuzzing::certs_only`.
#![cfg_attr(feature = "libfuzzer", no_main)]

signet_fuzz::target!(protocol::fuzzing::certs_only);

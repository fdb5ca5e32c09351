//! See `protocol::fuzzing::issuer_and_serial`.
#![cfg_attr(feature = "libfuzzer", no_main)]

signet_fuzz::target!(protocol::fuzzing::issuer_and_serial);

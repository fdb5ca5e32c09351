//! See `protocol::fuzzing::signed_attributes`.
#![cfg_attr(feature = "libfuzzer", no_main)]

signet_fuzz::target!(protocol::fuzzing::signed_attributes);

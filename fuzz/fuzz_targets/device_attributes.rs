//! See `protocol::fuzzing::device_attributes`.
#![cfg_attr(feature = "libfuzzer", no_main)]

signet_fuzz::target!(protocol::fuzzing::device_attributes);

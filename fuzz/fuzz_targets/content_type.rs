//! See `enroll::fuzzing::content_type`.
#![cfg_attr(feature = "libfuzzer", no_main)]

signet_fuzz::target!(enroll::fuzzing::content_type);

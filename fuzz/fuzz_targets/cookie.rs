//! See `enroll::fuzzing::cookie`.
#![cfg_attr(feature = "libfuzzer", no_main)]

signet_fuzz::target!(enroll::fuzzing::cookie);

//! See `enroll::fuzzing::path_token`.
#![cfg_attr(feature = "libfuzzer", no_main)]

signet_fuzz::target!(enroll::fuzzing::path_token);

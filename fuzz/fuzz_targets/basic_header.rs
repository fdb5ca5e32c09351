//! See `enroll::fuzzing::basic_header`.
#![cfg_attr(feature = "libfuzzer", no_main)]

signet_fuzz::target!(enroll::fuzzing::basic_header);

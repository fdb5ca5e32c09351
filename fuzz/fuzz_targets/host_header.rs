//! See `enroll::fuzzing::host_header`.
#![cfg_attr(feature = "libfuzzer", no_main)]

signet_fuzz::target!(enroll::fuzzing::host_header);

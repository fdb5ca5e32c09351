//! See `enroll::fuzzing::scep_query`.
#![cfg_attr(feature = "libfuzzer", no_main)]

signet_fuzz::target!(enroll::fuzzing::scep_query);

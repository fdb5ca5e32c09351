//! See `enroll::fuzzing::user_agent`.
#![cfg_attr(feature = "libfuzzer", no_main)]

signet_fuzz::target!(enroll::fuzzing::user_agent);

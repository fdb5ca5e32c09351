//! See `enroll::fuzzing::sign_in_form`.
#![cfg_attr(feature = "libfuzzer", no_main)]

signet_fuzz::target!(enroll::fuzzing::sign_in_form);

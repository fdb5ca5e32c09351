//! See `enroll::fuzzing::ocsp_path`.
#![cfg_attr(feature = "libfuzzer", no_main)]

signet_fuzz::target!(enroll::fuzzing::ocsp_path);

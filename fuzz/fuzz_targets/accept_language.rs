//! See `enroll::fuzzing::accept_language`.
#![cfg_attr(feature = "libfuzzer", no_main)]

signet_fuzz::target!(enroll::fuzzing::accept_language);

//! See `protocol::fuzzing::ocsp_request`.
#![cfg_attr(feature = "libfuzzer", no_main)]

signet_fuzz::target!(protocol::fuzzing::ocsp_request);

//! Tests of the life of certificates.

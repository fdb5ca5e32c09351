//! Every part of a request that is read here meets the seeds of its fuzz target and 10,000 deterministic mutations of them.
#![allow(clippy::unwrap_used)]

#[path = "../../protocol/tests/support/mutation.rs"]
mod mutation;

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What stands in the seeds' folder of this target.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(target);
    let listed = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<PathBuf> = listed.map(|file| file.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

mutation::try_each! {
    enroll, seeds:
    sign_in_form
    basic_header
    cookie
    content_type
    accept_language
    user_agent
    host_header
    path_token
    scep_query
    ocsp_path
}

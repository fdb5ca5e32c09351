//! Issuing from the command line: from a request, with a key made here, in batches; history from elsewhere; OpenSSL judges.
#![allow(clippy::unwrap_used)]

mod batch;
mod import;
mod single;
#[cfg(unix)]
mod stopped;
#[path = "../support/mod.rs"]
mod support;

#[cfg(unix)]
use std::fs;
use std::{
    path::Path,
    process::{Command, Stdio},
};
use support::Place;

fn openssl(place: &Place, arguments: &[&str]) -> String {
    let output = Command::new("openssl").current_dir(place.path("")).args(arguments).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn refused(place: &Place, arguments: &[&str]) -> String {
    let done = place.run(&[arguments, &["--json"]].concat());
    assert_eq!(done.code, 1, "{}", done.stdout);
    done.error_code()
}

#[cfg(unix)]
fn only_mine(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600, "{}", path.display());
}
#[cfg(not(unix))]
fn only_mine(_: &Path) {}

//! `signetctl tls`.

use crate::{cli::Tls as Command, output::Output, refusal::Refusal, secret, session::Session};
use serde_json::json;
use std::io::Read;

/// Largest file read, octets.
const MAX_LEN: u64 = 1024 * 1024;

pub(crate) fn run(session: &Session, output: &Output, command: &Command) -> Result<(), Refusal> {
    let Command::Import { file, password_file } = command;
    let operator = session.operator()?;
    let unreadable = |error: std::io::Error| {
        Refusal::new("file", format!("{} could not be read: {error}.", file.display()), "Check its name and who may read it.")
    };
    let mut bytes = zeroize::Zeroizing::new(Vec::new());
    std::fs::File::open(file).map_err(unreadable)?.take(MAX_LEN).read_to_end(&mut bytes).map_err(unreadable)?;
    let is_pem = bytes.windows(11).any(|window| window == b"-----BEGIN ");
    let is_locked = bytes.windows(9).any(|window| window == b"ENCRYPTED");
    let password = match (is_pem && !is_locked, password_file) {
        (true, None) => None,
        (_, file) => Some(secret::read("Password of the file", file.as_deref())?),
    };
    operator.import_tls(&bytes, password.as_ref().map(|password| password.as_str()))?;
    output.value(&json!({ "imported": file }), |_| "The portal uses this certificate from now on.".to_owned())
}

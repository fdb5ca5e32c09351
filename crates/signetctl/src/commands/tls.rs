//! `signetctl tls`.

use crate::{cli::Tls as Command, output::Output, refusal::Refusal, secret, session::Session};
use ra::Operator;
use serde_json::json;
use std::{io::Read, path::Path};

/// Largest file read, octets.
const MAX_LEN: u64 = 1024 * 1024;

pub(crate) fn run(session: &Session, output: &Output, command: &Command) -> Result<(), Refusal> {
    let operator = session.operator()?;
    match command {
        Command::Import { file, password_file } => import(&operator, output, file, password_file.as_deref()),
        Command::Own => {
            operator.own_tls()?;
            let (names, not_after) = operator.tls_certificate()?;
            output.value(&json!({ "san": names, "not_after": not_after }), |_| {
                format!("The portal uses a certificate of the department's own CA, until {not_after}. Phones must trust the root.")
            })
        }
    }
}

fn import(operator: &Operator, output: &Output, file: &Path, password_file: Option<&Path>) -> Result<(), Refusal> {
    let unreadable = |error: std::io::Error| {
        Refusal::new("file", format!("{} could not be read: {error}.", file.display()), "Check its name and who may read it.")
    };
    let mut bytes = zeroize::Zeroizing::new(Vec::new());
    std::fs::File::open(file).map_err(unreadable)?.take(MAX_LEN).read_to_end(&mut bytes).map_err(unreadable)?;
    let is_pem = bytes.windows(11).any(|window| window == b"-----BEGIN ");
    let is_locked = bytes.windows(9).any(|window| window == b"ENCRYPTED");
    let password = match (is_pem && !is_locked, password_file) {
        (true, None) => None,
        (_, file) => Some(secret::read("Password of the file", file)?),
    };
    operator.import_tls(&bytes, password.as_ref().map(|password| password.as_str()))?;
    output.value(&json!({ "imported": file }), |_| "The portal uses this certificate from now on.".to_owned())
}

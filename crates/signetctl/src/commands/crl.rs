//! `signetctl crl`.

use crate::{cli::Crl as Command, output::Output, refusal::Refusal, session::Session};
use serde_json::json;
use std::path::Path;

pub(crate) fn run(session: &Session, output: &Output, command: &Command) -> Result<(), Refusal> {
    let Command::Publish { to } = command;
    let enroller = session.authority()?.enroller();
    let mut published = Vec::new();
    for name in ["root", "issuing"] {
        let crl = enroller.crl(name)?;
        let file = to.join(format!("{name}.crl"));
        replace(&file, &crl)?;
        published.push(json!({ "name": name, "file": file, "bytes": crl.len() }));
    }
    output.value(&json!({ "published": published }), |_| format!("root.crl and issuing.crl are in {}.", to.display()))
}

/// A web server that reads while we write must find the old list or the new one, whole.
fn replace(file: &Path, bytes: &[u8]) -> Result<(), Refusal> {
    let unwritten = |error: std::io::Error| {
        Refusal::new(
            "file",
            format!("{} could not be written: {error}.", file.display()),
            "Name a folder that exists and that you may write to.",
        )
    };
    let beside = file.with_extension("crl.new");
    let write = || {
        use std::io::Write;
        let mut new = std::fs::File::create(&beside)?;
        new.write_all(bytes)?;
        new.sync_all()?;
        std::fs::rename(&beside, file)
    };
    write().map_err(unwritten)
}

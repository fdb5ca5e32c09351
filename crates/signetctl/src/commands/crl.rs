//! `signetctl crl`.

use crate::{cli::Crl as Command, output::Output, refusal::Refusal, session::Session};
use ra::{Dependency, Error};
use serde_json::json;

/// What [`ra::Operator::crl_publish`] writes.
const FILES: [&str; 4] = ["root.crt", "issuing.crt", "root.crl", "issuing.crl"];

pub(crate) fn run(session: &Session, output: &Output, command: &Command) -> Result<(), Refusal> {
    let Command::Publish { to } = command;
    session.operator()?.crl_publish(to).map_err(|error| match error {
        // Not the data folder, of which this error otherwise speaks.
        Error::Unavailable(Dependency::Folder(why)) => Refusal::new(
            "file",
            format!("{} could not be written to: {why}.", to.display()),
            "Name a folder that exists and that you may write to.",
        ),
        other => other.into(),
    })?;
    let files: Vec<_> = FILES.iter().map(|name| json!({ "name": name, "file": to.join(name) })).collect();
    output.value(&json!({ "published": files }), |_| format!("{} are in {}.", FILES.join(", "), to.display()))
}

//! `signetctl crl`.

use crate::{cli::Crl as Command, output::Output, output::table, refusal::Refusal, secret, session::Session};
use outbound::Courier;
use ra::{Dependency, Error, Operator, RootCrl};
use serde_json::json;
use std::path::Path;

pub(crate) fn run(session: &Session, output: &Output, command: &Command) -> Result<(), Refusal> {
    let operator = session.operator()?;
    match command {
        Command::Publish { to: Some(to) } if !to.contains("://") => to_folder(&operator, output, Path::new(to)),
        Command::Publish { to: Some(to) } => to_server(&operator, output, to),
        Command::Publish { to: None } => to_targets(&operator, output),
        Command::Root => output.value(&operator.root_crl()?, root),
        Command::SignRoot { root_key, passphrase_file } => {
            let passphrase = root_key.as_ref().map(|_| secret::read("Passphrase", passphrase_file.as_deref())).transpose()?;
            let key = root_key.as_deref().zip(passphrase.as_ref().map(|word| word.as_str()));
            output.value(&operator.sign_root_crl(key)?, root)
        }
        Command::MoveRootKey { file, passphrase_file } => {
            let passphrase = secret::read("Passphrase for the file", passphrase_file.as_deref())?;
            operator.move_root_key(file, &passphrase)?;
            output.value(&json!({ "file": file, "root": operator.root_crl()? }), |_| {
                format!(
                    "The root's key is in {} and no more in this folder; backups that were made before still have it. \
                     Keep that file and its passphrase apart.",
                    file.display()
                )
            })
        }
        Command::Targets => targets(&operator, output),
        Command::AddTarget { address, user, password_file } => {
            let password = user.as_ref().map(|_| secret::read("Password", password_file.as_deref())).transpose()?;
            let credentials = user.as_deref().zip(password.as_ref().map(|word| word.as_str()));
            let target = operator.add_publication_target(address, credentials)?;
            output
                .value(&target, |target| format!("From now on `signetctl serve` publishes to {}. Its id is {}.", target.address, target.id))
        }
        Command::RemoveTarget { id } => {
            operator.remove_publication_target(*id)?;
            output.value(&json!({ "removed": id }), |_| "Nothing more is published there. What is there stays.".to_owned())
        }
    }
}

/// Until when the root's CRL is good.
fn root(crl: &RootCrl) -> String {
    let Some((number, ends)) = crl.number.zip(crl.ends_at) else { return "The root has made no CRL yet.".to_owned() };
    let key = match (crl.key_here, crl.due) {
        (true, _) => "The root's key is in the data folder: its CRL is made anew by itself.",
        (false, false) => "The root's key is elsewhere.",
        (false, true) => "The root's key is elsewhere. Attach it and run `signetctl crl sign-root --root-key FILE` before then.",
    };
    format!("The root's CRL number {number} is good until {ends}. {key}")
}

fn to_folder(operator: &Operator, output: &Output, to: &Path) -> Result<(), Refusal> {
    operator.crl_publish(to).map_err(|error| match error {
        // Not the data folder, of which this error otherwise speaks.
        Error::Unavailable(Dependency::Folder(why)) => Refusal::new(
            "file",
            format!("{} could not be written to: {why}.", to.display()),
            "Name a folder that exists and that you may write to.",
        ),
        other => other.into(),
    })?;
    let names = operator.published_files()?;
    let files: Vec<_> = names.iter().map(|name| json!({ "name": name, "file": to.join(name) })).collect();
    output.value(&json!({ "published": files }), |_| format!("{} are in {}.", names.join(", "), to.display()))
}

fn courier() -> Result<Courier, Refusal> {
    Ok(Courier::new().map_err(Error::fault)?)
}

fn to_server(operator: &Operator, output: &Output, to: &str) -> Result<(), Refusal> {
    let (courier, to) = (courier()?, to.trim_end_matches('/'));
    let mut published = Vec::new();
    let names = operator.published_files()?;
    for name in names {
        courier.put(to, None, name, &operator.published_file(name)?).map_err(|failed| {
            let said = if failed.said.is_empty() { String::new() } else { format!("{}: ", failed.said) };
            let message = format!("{to}/{name} was not published: {said}{}.", failed.why.meaning());
            Refusal::new("publication", message, format!("Next: {}. Then publish again.", failed.why.next()))
        })?;
        published.push(json!({ "name": name, "file": format!("{to}/{name}") }));
    }
    output.value(&json!({ "published": published }), |_| format!("{} are at {to}.", names.join(", ")))
}

fn to_targets(operator: &Operator, output: &Output) -> Result<(), Refusal> {
    let targets = operator.publication_targets()?.len();
    operator.publish_again(None)?;
    let (sent, failed) = courier()?.drain(operator).map_err(Error::fault)?;
    if failed > 0 {
        return Err(Refusal::new(
            "publication",
            format!("{failed} files were not published, {sent} were."),
            "`signetctl crl targets` says why; `signetctl serve` tries again by itself.",
        ));
    }
    output.value(&json!({ "sent": sent, "targets": targets }), |_| match targets {
        0 => "There is no place to publish to yet: give one with --to, or add it with `signetctl crl add-target`.".to_owned(),
        _ => format!("{sent} files were published."),
    })
}

fn targets(operator: &Operator, output: &Output) -> Result<(), Refusal> {
    let (targets, found) = (operator.publication_targets()?, operator.published_crls()?);
    let value = json!({ "targets": targets, "published": found });
    output.value(&value, |_| {
        let rows: Vec<_> = targets
            .iter()
            .map(|target| {
                let last = target.last.as_ref().map(|last| format!("{} {}", last.at, last.told())).unwrap_or_default();
                vec![target.id.to_string(), target.address.clone(), target.waiting.to_string(), last]
            })
            .collect();
        let seen: Vec<_> = found
            .iter()
            .map(|crl| {
                let number = crl.number.map(|number| number.to_string()).unwrap_or_default();
                vec![crl.address.clone(), format!("{:?}", crl.state), number, crl.told()]
            })
            .collect();
        format!(
            "{}\n\n{}",
            table(&["id", "address", "waiting", "last attempt"], &rows),
            table(&["published CRL", "state", "number", "why"], &seen)
        )
    })
}

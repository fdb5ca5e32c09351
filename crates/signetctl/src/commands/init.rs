//! `signetctl init`.

use crate::{
    cli::Init,
    output::Output,
    refusal::Refusal,
    session::{Session, actor},
};
use ra::{Error, department::NewDepartment, vault::KeyringChoice};

pub(crate) fn run(session: &Session, output: &Output, arguments: Init) -> Result<(), Refusal> {
    let authority = session.create(keyring(&arguments.keyring)?)?;
    let department = authority.operator(actor()).create_department(NewDepartment {
        organization: arguments.organization,
        department: arguments.department,
        mail_domains: arguments.mail_domains,
        hosts: arguments.hosts,
        ca_key: arguments.ca_key,
        status_url: arguments.status_url,
        training: arguments.training,
    })?;
    output.value(&department, |department| {
        format!(
            "{}, {} is set up in {}.\nNext: signetctl serve, then signetctl subscriber add.",
            department.department,
            department.organization,
            authority.folder().display()
        )
    })
}

/// `os`, or `passphrase-file FILE` in two words or one.
fn keyring(words: &[String]) -> Result<Option<KeyringChoice>, Refusal> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let file = match words.as_slice() {
        [] => return Ok(None),
        ["os"] => return Ok(Some(KeyringChoice::Os)),
        ["passphrase-file", file] => *file,
        [one] if one.starts_with("passphrase-file=") => one.trim_start_matches("passphrase-file="),
        _ => return Err(Error::invalid("keyring", "write `os`, or `passphrase-file FILE`").into()),
    };
    // Remembered for commands that run in other folders.
    let path = std::path::absolute(file).map_err(|error| Error::invalid("keyring", format!("{file}: {error}")))?;
    Ok(Some(KeyringChoice::PassphraseFile(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passphrase_file_is_remembered_by_its_whole_path() {
        let choice = |words: &[&str]| keyring(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>()).ok().flatten();
        let file = std::path::absolute("pass").unwrap();
        assert_eq!(choice(&["passphrase-file", "pass"]), Some(KeyringChoice::PassphraseFile(file.clone())));
        assert_eq!(choice(&["passphrase-file=pass"]), Some(KeyringChoice::PassphraseFile(file)));
        assert_eq!(choice(&["os"]), Some(KeyringChoice::Os));
        assert_eq!(choice(&[]), None);
        for wrong in [&["passphrase-file"][..], &["os", "x"], &["vault"]] {
            assert!(keyring(&wrong.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>()).is_err());
        }
    }
}

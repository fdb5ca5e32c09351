//! `signetctl init`.

use crate::{
    cli::Init,
    output::Output,
    refusal::Refusal,
    session::{Session, actor},
};
use ra::{Error, department::NewDepartment, settings::Settings, vault::KeyringChoice};

pub(crate) fn run(session: &Session, output: &Output, arguments: Init) -> Result<(), Refusal> {
    let authority = session.create(keyring(&arguments.keyring)?)?;
    let operator = authority.operator(actor());
    let new = NewDepartment {
        organization: arguments.organization,
        department: arguments.department,
        mail_domains: arguments.mail_domains,
        hosts: arguments.hosts,
        ca_key: arguments.ca_key,
        status_url: arguments.status_url,
        training: arguments.training,
    };
    let department = operator.create_department_with(new, &arguments.settings)?;
    let warning = status_warning(&operator.settings()?);
    output.aside(warning.as_slice());
    let mut said = serde_json::to_value(&department).map_err(Error::fault)?;
    if let Some(object) = said.as_object_mut() {
        object.insert("warnings".to_owned(), warning.into_iter().collect::<Vec<_>>().into());
    }
    output.value(&said, |_| {
        format!(
            "{}, {} is set up in {}.\nNext: signetctl serve, then signetctl subscriber add.",
            department.department,
            department.organization,
            authority.folder().display()
        )
    })
}

/// What is wrong with the status address, for whoever has just set it: certificates rely on it for years.
pub(super) fn status_warning(settings: &Settings) -> Option<String> {
    let url = settings.status_url.as_ref().filter(|_| !settings.status_url_lasts())?;
    let consequence = if settings.status_in_certificates {
        "It stands in certificates because status.in_certificates says so; `signetctl settings set status.in_certificates no` issues without it."
    } else {
        "Certificates are issued without it, so programs find out about a revocation only where the CRL is given to them."
    };
    Some(format!(
        "{url} will not last: an IP address or a name that only this network knows is something else tomorrow, or elsewhere. {consequence} \
         Better: a name that stays, such as http://pki.example.edu, by --status-url."
    ))
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

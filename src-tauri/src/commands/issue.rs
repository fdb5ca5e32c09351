//! Issuing by the officer: from a request, or with a key made here that only encrypts.

use crate::{
    dto::{
        count,
        issue::{IssueChoice, IssueOrder, IssuedCertificate, IssuedFile, Pkcs12Form},
    },
    error::CommandError,
    files,
    state::App,
};
use protocol::{crl::Reason, x509::SerialNumber};
use ra::profile::ProfileName;
use std::io::Write;
use tauri::{AppHandle, State};

/// What may be issued by the policy in force in the department, or where there are several in that of the person with this address;
/// nothing while nobody is named.
#[tauri::command]
#[specta::specta]
pub async fn issue_choices(app: State<'_, App>, mail: String) -> Result<Vec<IssueChoice>, CommandError> {
    app.operator(move |op| {
        let op = match op.department() {
            Ok(_) => op,
            Err(_) => match op.subscriber_by_mail(&mail) {
                Ok(person) => op.at_department(person.department_id)?,
                Err(_) => return Ok(Vec::new()),
            },
        };
        let mut choices = Vec::new();
        for name in ProfileName::ALL {
            let profile = op.profile_in_force(name)?;
            if profile.offered {
                choices.push(IssueChoice { profile: name.as_str().to_owned(), made_here: profile.made_here(), days: profile.days });
            }
        }
        Ok(choices)
    })
    .await
}

/// Issues from a request (PEM or base64).
#[tauri::command]
#[specta::specta]
pub async fn issue_from_request(app: State<'_, App>, order: IssueOrder, request: String) -> Result<IssuedCertificate, CommandError> {
    app.operator(move |op| {
        let issued = op.issue_from_csr(&order.mail, order.profile()?, request.as_bytes())?;
        Ok(IssuedCertificate { certificate: issued.certificate.into(), superseded: count(issued.superseded.len() as u64) })
    })
    .await
}

/// Makes a key, issues its certificate and saves both as PKCS#12; `None` when no file was chosen: then nothing was issued.
#[tauri::command]
#[specta::specta]
pub async fn issue_with_key(
    handle: AppHandle,
    app: State<'_, App>,
    order: IssueOrder,
    form: Pkcs12Form,
    supersede: bool,
) -> Result<Option<IssuedFile>, CommandError> {
    app.operator(move |op| {
        let profile = order.profile()?;
        let name = format!("{}-{}.p12", order.mail.split('@').next().unwrap_or("certificate"), profile.as_str());
        let Some(path) = files::ask_where_to_save(&handle, &name, "PKCS#12", "p12") else { return Ok(None) };
        // Opened before issuing, because a key whose file cannot be written would be lost; beside the chosen name, because what
        // stands there must outlast a refusal.
        let beside = path.with_extension("p12.part");
        let mut file = files::create(&beside)?;
        let identity = match op.issue_generated(&order.mail, profile, form.into(), supersede) {
            Ok(identity) => identity,
            Err(refused) => {
                drop(file);
                let _ = std::fs::remove_file(&beside);
                return Err(refused.into());
            }
        };
        let written = file.write_all(&identity.pkcs12).and_then(|()| file.flush());
        drop(file);
        if let Err(error) = written.and_then(|()| std::fs::rename(&beside, &path)) {
            let _ = std::fs::remove_file(&beside);
            // Nobody has the key: the certificate must not stand.
            let serial = SerialNumber::parse(&identity.issued.certificate.serial).map_err(|e| CommandError::internal(&e))?;
            op.revoke(&serial, Reason::CessationOfOperation)?;
            return Err(files::failed(&path, &error));
        }
        Ok(Some(IssuedFile {
            superseded: count(identity.issued.superseded.len() as u64),
            certificate: identity.issued.certificate.into(),
            path: path.display().to_string(),
            password: identity.password.reveal().to_owned(),
        }))
    })
    .await
}

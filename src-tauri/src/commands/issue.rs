//! Issuing by the officer: from a request, or with a key made here that only encrypts.

use crate::{
    dto::{
        count,
        issue::{BundleOrder, DeskBundle, IssueChoice, IssueOrder, IssuedBundle, IssuedCertificate, IssuedFile, KeyFile, Pkcs12Form},
        unknown,
    },
    error::CommandError,
    files,
    key_place::KeyPlace,
    state::App,
};
use ra::{Operator, issuance::BundleIssued, profile::ProfileName};
use std::collections::HashMap;
use tauri::{AppHandle, State};

/// What may be issued by the policy in force in the department, or where there are several in that of the person with this address;
/// nothing while nobody is named.
#[tauri::command]
#[specta::specta]
pub async fn issue_choices(app: State<'_, App>, mail: String) -> Result<Vec<IssueChoice>, CommandError> {
    app.operator(move |op| {
        let Some(op) = where_issued(op, &mail)? else { return Ok(Vec::new()) };
        ProfileName::ALL.into_iter().filter_map(|name| choice(&op, name).transpose()).collect()
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
        let Some(place) = ask(&handle, &order.mail, profile)? else { return Ok(None) };
        place.keep(&op, op.issue_generated(&order.mail, profile, form.into(), supersede)?).map(Some)
    })
    .await
}

/// The bundles, as far as the policy offers their profiles.
#[tauri::command]
#[specta::specta]
pub async fn desk_bundles(app: State<'_, App>, mail: String) -> Result<Vec<DeskBundle>, CommandError> {
    app.operator(move |op| {
        let Some(op) = where_issued(op, &mail)? else { return Ok(Vec::new()) };
        let mut choices = Vec::new();
        for bundle in op.bundles()? {
            let profiles = bundle.bundle.profiles.into_iter().map(|name| choice(&op, name)).collect::<Result<Vec<_>, _>>()?;
            choices.push(DeskBundle { name: bundle.bundle.name, profiles: profiles.into_iter().flatten().collect() });
        }
        Ok(choices)
    })
    .await
}

/// Issues a bundle in one act: keys that encrypt are made here and saved, the others are those of the request. `None` when no file
/// was chosen: then nothing was issued.
#[tauri::command]
#[specta::specta]
pub async fn issue_bundle(
    handle: AppHandle,
    app: State<'_, App>,
    order: BundleOrder,
    form: Pkcs12Form,
) -> Result<Option<IssuedBundle>, CommandError> {
    app.operator(move |op| {
        let Some(op) = where_issued(op, &order.mail)? else { return Err(unknown()) };
        let mut places = HashMap::new();
        for profile in op.bundle(&order.bundle)?.profiles {
            if choice(&op, profile)?.is_some_and(|choice| choice.made_here) {
                let Some(place) = ask(&handle, &order.mail, profile)? else { return Ok(None) };
                places.insert(profile, place);
            }
        }
        let request = order.request.as_deref().map(str::as_bytes);
        keep(&op, places, op.issue_bundle(&order.mail, &order.bundle, request, form.into(), order.supersede)?).map(Some)
    })
    .await
}

/// The officer in the department whose policy decides: the chosen one, or that of the person with this address.
fn where_issued(op: Operator, mail: &str) -> Result<Option<Operator>, CommandError> {
    if op.department().is_ok() {
        return Ok(Some(op));
    }
    let Ok(person) = op.subscriber_by_mail(mail) else { return Ok(None) };
    Ok(Some(op.at_department(person.department_id)?))
}

/// A profile that is offered.
fn choice(op: &Operator, name: ProfileName) -> Result<Option<IssueChoice>, CommandError> {
    let profile = op.profile_in_force(name)?;
    let choice = || IssueChoice { profile: name.as_str().to_owned(), made_here: profile.made_here(), days: profile.days };
    Ok(profile.offered.then(choice))
}

/// Asks for the place of a key; `None` when cancelled.
fn ask(handle: &AppHandle, mail: &str, profile: ProfileName) -> Result<Option<KeyPlace>, CommandError> {
    let name = format!("{}-{}.p12", mail.split('@').next().unwrap_or("certificate"), profile.as_str());
    files::ask_where_to_save(handle, &name, "PKCS#12", "p12").map(KeyPlace::open).transpose()
}

/// Puts each key into its place.
fn keep(op: &Operator, mut places: HashMap<ProfileName, KeyPlace>, issued: BundleIssued) -> Result<IssuedBundle, CommandError> {
    let mut bundle = IssuedBundle {
        certificates: issued.requested.into_iter().map(|one| one.certificate.into()).collect(),
        files: Vec::new(),
        left: issued.left.into_iter().map(|profile| profile.as_str().to_owned()).collect(),
    };
    for (profile, identity) in issued.made {
        let place = places.remove(&profile).ok_or_else(|| CommandError::internal(&"a key without a place"))?;
        let kept = place.keep(op, identity)?;
        bundle.certificates.push(kept.certificate);
        bundle.files.push(KeyFile { profile: profile.as_str().to_owned(), path: kept.path, password: kept.password });
    }
    Ok(bundle)
}

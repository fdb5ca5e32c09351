//! Issuing by the officer: from a request, or with a key made here that only encrypts.

use crate::{
    dto::{
        count,
        issue::{
            BundleOrder, DeskBundle, IssueChoice, IssueOrder, IssuedBundle, IssuedCertificate, IssuedFile, KeyFile, Pkcs12Form,
            RefusedProfile,
        },
        unknown,
    },
    error::{Code, CommandError},
    files,
    key_place::{self, KeyPlace},
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
        let Some(op) = where_issued(op, &order.mail)? else { return Err(unknown()) };
        let Some(place) = ask_for_sound(&handle, &op, &order.mail, profile)? else { return Ok(None) };
        place.keep(&op, op.issue_generated(&order.mail, profile, form.into(), supersede)?).map(Some)
    })
    .await
}

/// The bundles, as far as the policy offers their profiles; those that are to be mended are among them.
#[tauri::command]
#[specta::specta]
pub async fn desk_bundles(app: State<'_, App>, mail: String) -> Result<Vec<DeskBundle>, CommandError> {
    app.operator(move |op| {
        let Some(op) = where_issued(op, &mail)? else { return Ok(Vec::new()) };
        op.bundles()?.into_iter().map(|view| desk_bundle(&op, view.bundle)).collect()
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
        let Some(places) = ask_for_each(&op, &order, |profile| ask(&handle, &order.mail, profile))? else { return Ok(None) };
        let request = order.request.as_deref().map(str::as_bytes);
        Ok(Some(keep(&op, places, op.issue_bundle(&order.mail, &order.bundle, request, form.into(), order.supersede)?)))
    })
    .await
}

/// Asks for the place of one key. A profile that is to be mended is refused before anything is asked.
fn ask_for_sound(handle: &AppHandle, op: &Operator, mail: &str, profile: ProfileName) -> Result<Option<KeyPlace>, CommandError> {
    op.profile_in_force(profile)?.require_sound()?;
    ask(handle, mail, profile)
}

/// The officer in the department whose policy decides: the chosen one, or that of the person with this address.
fn where_issued(op: Operator, mail: &str) -> Result<Option<Operator>, CommandError> {
    if op.department().is_ok() {
        return Ok(Some(op));
    }
    let Ok(person) = op.subscriber_by_mail(mail) else { return Ok(None) };
    Ok(Some(op.at_department(person.department_id)?))
}

/// A profile that is offered, or is to be mended: it is left out of nothing without a word, and the authority says why it refuses.
fn choice(op: &Operator, name: ProfileName) -> Result<Option<IssueChoice>, CommandError> {
    let profile = op.profile_in_force(name)?;
    let choice = || IssueChoice { profile: name.as_str().to_owned(), made_here: profile.made_here(), days: profile.days };
    Ok((profile.offered || profile.to_be_mended()).then(choice))
}

/// A bundle with those of its profiles that are offered or to be mended.
fn desk_bundle(op: &Operator, bundle: ra::policy::Bundle) -> Result<DeskBundle, CommandError> {
    let profiles = bundle.profiles.into_iter().map(|name| choice(op, name)).collect::<Result<Vec<_>, _>>()?;
    Ok(DeskBundle { name: bundle.name, profiles: profiles.into_iter().flatten().collect() })
}

/// Asks for the place of each key of a bundle that is made here; `None` when one was cancelled. A bundle that would be refused because
/// a profile of it is to be mended is refused before anything is asked.
fn ask_for_each(
    op: &Operator,
    order: &BundleOrder,
    mut ask: impl FnMut(ProfileName) -> Result<Option<KeyPlace>, CommandError>,
) -> Result<Option<HashMap<ProfileName, KeyPlace>>, CommandError> {
    let profiles = op.bundle(&order.bundle)?.profiles;
    for profile in &profiles {
        op.profile_in_force(*profile)?.require_sound()?;
    }
    let mut places: HashMap<ProfileName, KeyPlace> = HashMap::new();
    for profile in profiles {
        if choice(op, profile)?.is_some_and(|choice| choice.made_here) {
            let Some(place) = ask(profile)? else { return Ok(None) };
            if places.values().any(|other| other.is_that_of(&place)) {
                return Err(CommandError::new(Code::SameFile, place.path().display().to_string()));
            }
            places.insert(profile, place);
        }
    }
    Ok(Some(places))
}

/// Asks for the place of a key; `None` when cancelled.
fn ask(handle: &AppHandle, mail: &str, profile: ProfileName) -> Result<Option<KeyPlace>, CommandError> {
    let name = format!("{}-{}.p12", mail.split('@').next().unwrap_or("certificate"), profile.as_str());
    files::ask_where_to_save(handle, &name, "PKCS#12", "p12").map(KeyPlace::open).transpose()
}

/// Puts each key into its place. One that could not be kept is said beside the others, whose passwords are shown.
fn keep(op: &Operator, mut places: HashMap<ProfileName, KeyPlace>, issued: BundleIssued) -> IssuedBundle {
    let refused = |profile: ProfileName, refused| RefusedProfile { profile: profile.as_str().to_owned(), refused };
    let mut bundle = IssuedBundle {
        certificates: issued.requested.into_iter().map(|one| one.certificate.into()).collect(),
        files: Vec::new(),
        left: issued.left.into_iter().map(|profile| profile.as_str().to_owned()).collect(),
        refused: issued.refused.into_iter().map(|(profile, error)| refused(profile, error.into())).collect(),
    };
    for (profile, identity) in issued.made {
        let kept = match places.remove(&profile) {
            Some(place) => place.keep(op, identity),
            // The policy changed between the question and the answer: nobody was asked where it goes.
            None => Err(key_place::lost(op, identity, String::new())),
        };
        match kept {
            Ok(kept) => {
                bundle.certificates.push(kept.certificate);
                bundle.files.push(KeyFile { profile: profile.as_str().to_owned(), path: kept.path, password: kept.password });
            }
            Err(error) => bundle.refused.push(refused(profile, error)),
        }
    }
    bundle
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::x509::SerialNumber;
    use ra::{
        issuance::Form,
        policy::Bundle,
        profile::{ProfileDraft, Scope},
        testing,
    };
    use std::path::Path;

    const ALICE: &str = "alice@example.edu";

    #[test]
    fn of_a_bundle_what_was_kept_is_handed_out_and_what_was_not_is_said_and_revoked() {
        let (authority, _clock, folder) = testing::authority();
        let officer = testing::department(&authority);
        testing::person(&officer, "Alice Example", ALICE);
        let own = Bundle { name: "Readers".into(), profiles: vec![ProfileName::Document, ProfileName::Encryption] };
        officer.save_bundle(Scope::Department, &own).unwrap();
        let (desk, stick) = (folder.path().join("desk"), folder.path().join("stick"));
        let place = |folder: &Path, name: &str| {
            std::fs::create_dir_all(folder).unwrap();
            KeyPlace::open(folder.join(name)).unwrap()
        };
        let places = HashMap::from([
            (ProfileName::Document, place(&stick, "document.p12")),
            (ProfileName::Encryption, place(&desk, "encryption.p12")),
        ]);
        let issued = officer.issue_bundle(ALICE, "Readers", None, Form::Modern, false).unwrap();
        let serials: Vec<_> = issued.made.iter().map(|(_, made)| made.issued.certificate.serial.clone()).collect();
        std::fs::remove_dir_all(&stick).unwrap();
        let bundle = keep(&officer, places, issued);

        let [kept] = bundle.files.as_slice() else { panic!("the other key is handed out") };
        assert!(protocol::pkcs12::open(&std::fs::read(&kept.path).unwrap(), &kept.password).is_ok());
        assert_eq!(bundle.certificates.iter().map(|one| one.profile.as_str()).collect::<Vec<_>>(), ["encryption"]);
        let [lost] = bundle.refused.as_slice() else { panic!("{:?}", bundle.refused) };
        assert_eq!((lost.profile.as_str(), lost.refused.code), ("document", Code::KeyLost));
        assert!(lost.refused.message.ends_with("document.p12"), "{}", lost.refused.message);
        let status = |serial: &str| officer.certificate(&SerialNumber::parse(serial).unwrap()).unwrap().status;
        assert_eq!(serials.iter().map(|serial| status(serial)).collect::<Vec<_>>(), ["revoked", "active"]);
        // The same name twice is seen before anything is issued.
        assert!(place(&desk, "a.p12").is_that_of(&place(&desk, "a.p12")) && !place(&desk, "a.p12").is_that_of(&place(&desk, "b.p12")));
    }

    #[test]
    fn a_bundle_with_a_profile_that_is_to_be_mended_shows_it_and_is_refused_before_anybody_is_asked_for_a_place() {
        let (authority, _clock, _folder) = testing::authority();
        let officer = testing::department(&authority);
        testing::person(&officer, "Alice Example", ALICE);
        let bundle = Bundle { name: "Readers".into(), profiles: vec![ProfileName::Document, ProfileName::Encryption] };
        officer.save_bundle(Scope::Department, &bundle).unwrap();
        let earlier = |offered| {
            // Saved before a profile had to begin its renewal at least a day before the end.
            let draft = ProfileDraft { renewal_days: 0, offered, ..ProfileDraft::builtin(ProfileName::Encryption) };
            testing::saved_earlier(&authority, &officer, ProfileName::Encryption, &draft);
        };
        let shown = || {
            let profiles = desk_bundle(&officer, bundle.clone()).unwrap().profiles;
            profiles.into_iter().map(|choice| (choice.profile, choice.made_here)).collect::<Vec<_>>()
        };
        let order = BundleOrder { mail: ALICE.into(), bundle: "Readers".into(), request: None, supersede: false };
        let asked = || {
            let mut asked = Vec::new();
            let places = ask_for_each(&officer, &order, |profile| {
                asked.push(profile);
                Ok(None)
            });
            (asked, places.err().map(|error| error.message))
        };
        let [document, encryption] = ["document", "encryption"].map(|name| (name.to_owned(), true));
        // The first place was cancelled: nobody is asked for the other.
        assert_eq!((shown(), asked()), (vec![document.clone(), encryption.clone()], (vec![ProfileName::Document], None)));
        earlier(true);
        let told = "nothing is issued by the certificate profile encryption until it is mended in Policies".to_owned();
        assert_eq!((shown(), asked()), (vec![document.clone(), encryption], (Vec::new(), Some(told))));
        // What nobody wants to offer is no part of it.
        earlier(false);
        assert_eq!((shown(), asked()), (vec![document], (vec![ProfileName::Document], None)));
    }
}

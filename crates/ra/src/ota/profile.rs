//! What the phone gets: the transport profile of phase 2 and the final profile of phase 3.

use super::plan::{Plan, Planned};
use crate::{
    Error, Result,
    authority::Inner,
    department::Department,
    enrollment,
    id::EnrollmentId,
    invitation,
    policy::Policy,
    profile::{CertificateProfile, ProfileName},
    scep,
    settings::{Removal as Setting, Settings},
};
use protocol::{
    Timestamp,
    key::KeyAlgorithm,
    mobileconfig::{
        CaFingerprint, CertificateKind, CertificatePayload, Configuration, ConsentText, IdentityUuid, PasscodePayload, Payload,
        PayloadIdentity, Removal, RemovalPasswordPayload, ScepKeySize, ScepKeyUsage, ScepPayload, VpnPayload, WifiPayload, sealed_profile,
    },
    x509::{CertificateView, SubjectAltName},
};
use std::sync::Arc;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Two weeks before the certificates end, Settings on the phone offers the update.
const UPDATE_BEFORE: i64 = 14 * Timestamp::DAY;

/// Names of the department that people and phones see.
struct Names {
    organization: String,
    department: String,
    /// Top-level PayloadIdentifier.
    identifier: String,
}

fn names(inner: &Inner, department: &Department) -> Result<Names> {
    let identifier = inner.store.read(|tx| {
        Ok(tx.prepare_cached("SELECT profile_identifier FROM portal WHERE id = 1")?.query_row([], |row| row.get::<_, String>(0))?)
    })?;
    Ok(Names { organization: department.organization.clone(), department: department.department.clone(), identifier })
}

/// The department of the person who enrolls.
fn department(inner: &Inner, enrollment: EnrollmentId) -> Result<Arc<Department>> {
    inner.department_of(inner.store.read(|tx| Ok(enrollment::head(tx, enrollment)?.department))?)
}

/// Phase 2: exactly one payload; anything beside it ends the flow on the phone (its error 24002).
pub(super) fn transport(inner: &Inner, enrollment: EnrollmentId, plan: &Plan) -> Result<Zeroizing<Vec<u8>>> {
    let names = names(inner, &*department(inner, enrollment)?)?;
    let identity = plan.identities.first().ok_or_else(|| Error::fault("a transport plan without identity"))?;
    let scep = scep_payload(
        inner,
        identity,
        PayloadIdentity::new(format!("{}.ota.transport.scep", names.identifier), identity.uuid, &names.department),
        ScepKeyUsage::SignAndEncrypt,
        ScepKeySize::Bits2048,
    )?;
    let outer = Configuration::new(PayloadIdentity {
        organization: Some(names.organization),
        ..PayloadIdentity::new(format!("{}.ota.transport", names.identifier), plan.uuid, names.department)
    });
    Ok(outer.to_plist(&[Payload::Scep(scep)])?)
}

/// The smallest key that phones make and the profile accepts; elliptic ones are not confirmed on iPhones.
fn key_size(profile: &CertificateProfile) -> ScepKeySize {
    match profile.key {
        KeyAlgorithm::Rsa2048 | KeyAlgorithm::P256 => ScepKeySize::Bits2048,
        KeyAlgorithm::Rsa3072 | KeyAlgorithm::Rsa4096 | KeyAlgorithm::P384 => ScepKeySize::Bits4096,
    }
}

fn scep_payload(
    inner: &Inner,
    planned: &Planned,
    identity: PayloadIdentity,
    key_usage: ScepKeyUsage,
    key_size: ScepKeySize,
) -> Result<ScepPayload> {
    let public = invitation::public_url(&*inner.network()?, &*inner.founding()?)?;
    Ok(ScepPayload {
        identity,
        url: format!("{public}/scep/{}", scep::ALIAS),
        name: Some(scep::ALIAS.to_owned()),
        subject: planned.subject.clone(),
        san: planned.san.clone(),
        challenge: Zeroizing::new(planned.challenge.clone()),
        key_size,
        key_usage,
        // SHA-1: older iOS knows nothing longer. It only tells the phone which of the certificates of GetCACert is meant.
        ca_fingerprint: Some(CaFingerprint::Sha1(inner.root_certificate()?.sha1())),
        retries: None,
    })
}

/// Phase 3: encrypted to the transport certificate alone, then signed.
pub(super) fn sealed(inner: &Inner, enrollment: EnrollmentId, plan: &Plan, recipient: &CertificateView) -> Result<Vec<u8>> {
    let (outer, payloads) = contents(inner, enrollment, plan, recipient)?;
    Ok(sealed_profile(&outer, &payloads, recipient, &inner.profile_signer()?.signing(), plan.at)?)
}

fn contents(inner: &Inner, enrollment: EnrollmentId, plan: &Plan, transport: &CertificateView) -> Result<(Configuration, Vec<Payload>)> {
    let department = department(inner, enrollment)?;
    let (names, settings, policy) = (names(inner, &department)?, inner.settings_of(department.id)?, inner.policy_of(department.id)?);
    let french = speaks_french(inner, enrollment)?;
    let say = |en: &'static str, fr: &'static str| if french { fr } else { en };
    let part = |part: &str, uuid: Uuid, name: &str| PayloadIdentity {
        organization: Some(names.organization.clone()),
        ..PayloadIdentity::new(format!("{}.{part}", names.identifier), uuid, name)
    };
    let (root, issuing) = (inner.root_certificate()?, inner.issuing_ca()?);
    let certificate = |name: &str, kind, view: &CertificateView| CertificatePayload {
        identity: part(name, Uuid::new_v4(), view.subject.common_name().unwrap_or(name)),
        kind,
        file_name: Some(format!("{name}.cer")),
        der: view.der.clone(),
    };
    let root = certificate("root", CertificateKind::Root, &root);
    let issuing = certificate("issuing", CertificateKind::Pkcs1, &issuing.certificate);
    let anchors = vec![root.anchor(), issuing.anchor()];
    let mut payloads = vec![Payload::Certificate(root), Payload::Certificate(issuing)];
    let mut client: Option<(IdentityUuid, &Planned)> = None;
    let mut brought = Vec::new();
    for planned in &plan.identities {
        let profile = ProfileName::parse(&planned.purpose).ok_or_else(|| Error::fault("a planned identity of no profile"))?;
        let terms = policy.profile(profile);
        let serves = Serves::of(terms, planned);
        let name = match serves {
            Serves { lets_in: true, .. } => say("Sign-in to networks and services", "Connexion aux réseaux et services"),
            Serves { mail: true, .. } => say("Signed mail", "Messages signés"),
            Serves { .. } => say("Signatures", "Signatures"),
        };
        brought.push(serves);
        let usage = match terms.apple_key_usage() {
            1 => ScepKeyUsage::Sign,
            4 => ScepKeyUsage::Encrypt,
            _ => ScepKeyUsage::SignAndEncrypt,
        };
        let payload = scep_payload(inner, planned, part(profile.as_str(), planned.uuid, name), usage, key_size(terms))?;
        if profile == ProfileName::Authentication {
            client = Some((payload.identity_uuid(), planned));
        }
        payloads.push(Payload::Scep(payload));
    }
    if let Some((identity, planned)) = client {
        let user = user_name(planned);
        if let Some(ssid) = &settings.wifi_ssid {
            payloads.push(Payload::Wifi(WifiPayload {
                identity: part("wifi", Uuid::new_v4(), ssid),
                ssid: ssid.clone(),
                hidden: false,
                client: identity,
                anchors,
                server_names: settings.wifi_server_names.clone(),
                user_name: Some(user.clone()),
            }));
        }
        if let Some(server) = &settings.vpn_server {
            payloads.push(Payload::Vpn(VpnPayload {
                identity: part("vpn", Uuid::new_v4(), &format!("VPN {}", names.department)),
                name: format!("VPN {}", names.department),
                server: server.clone(),
                remote_identifier: settings.vpn_remote_id.clone().unwrap_or_else(|| server.clone()),
                local_identifier: user,
                client: identity,
                server_issuer_common_name: None,
            }));
        }
    }
    if settings.passcode_min_length > 0 {
        payloads.push(Payload::Passcode(PasscodePayload {
            identity: part("passcode", Uuid::new_v4(), say("Passcode", "Code de verrouillage")),
            min_length: settings.passcode_min_length,
            allow_simple: false,
            require_alphanumeric: false,
            max_inactivity: None,
            max_failed_attempts: None,
        }));
    }
    let (removal, password) = removal(inner, &department, &settings)?;
    if let Some(password) = password {
        let identity = part("removal", Uuid::new_v4(), say("Removal password", "Mot de passe de suppression"));
        payloads.push(Payload::RemovalPassword(RemovalPasswordPayload { identity, password }));
    }
    let outer = Configuration {
        identity: PayloadIdentity {
            description: Some(say("Certificates and settings for your phone.", "Certificats et réglages pour votre téléphone.").to_owned()),
            organization: Some(names.organization.clone()),
            ..PayloadIdentity::new(names.identifier.clone(), plan.uuid, &names.department)
        },
        consent: Some(consent(&names, &brought, &payloads, removal)),
        expires_at: Some(expiry(plan, &policy, settings.numbers.profile_days, transport)),
        removed_at: None,
        removal,
    };
    Ok((outer, payloads))
}

/// When Settings offers the update: two weeks before the certificate ends that ends first, and before `most` days are over. Without the
/// transport identity the phone cannot fetch it.
fn expiry(plan: &Plan, policy: &Policy, most: u32, transport: &CertificateView) -> Timestamp {
    let profiles = plan.identities.iter().filter_map(|planned| ProfileName::parse(&planned.purpose));
    let days = profiles.map(|name| policy.profile(name).days).min().unwrap_or(most).min(most);
    let first_end = plan.at.plus(i64::from(days) * Timestamp::DAY).min(transport.validity.not_after);
    first_end.plus(-UPDATE_BEFORE).max(plan.at.plus(Timestamp::DAY))
}

/// A name of the client's certificate: its address, else its CN.
fn user_name(planned: &Planned) -> String {
    let address = planned.san.iter().find_map(|name| match name {
        SubjectAltName::Rfc822Name(address) => Some(address.clone()),
        _ => None,
    });
    address.or_else(|| planned.subject.common_name().map(str::to_owned)).unwrap_or_default()
}

fn removal(inner: &Inner, department: &Department, settings: &Settings) -> Result<(Removal, Option<Zeroizing<String>>)> {
    Ok(match settings.effective_removal() {
        Setting::Removable => (Removal::Removable, None),
        Setting::Locked => (Removal::Locked, None),
        Setting::Password => match inner.removal_password(department.id)?.filter(|password| !password.is_empty()) {
            Some(password) => (Removal::Password, Some(password)),
            None => {
                tracing::warn!("no removal password is set; the profile is removable");
                (Removal::Removable, None)
            }
        },
    })
}

/// What an identity is for, as its certificate will say, whatever its certificate profile is called.
#[derive(Clone, Copy)]
struct Serves {
    mail: bool,
    lets_in: bool,
}

impl Serves {
    fn of(terms: &CertificateProfile, planned: &Planned) -> Self {
        let stated = planned.san.iter().any(|name| matches!(name, SubjectAltName::Rfc822Name(_)));
        Serves { mail: stated && terms.signs_mail(), lets_in: terms.signs_in() }
    }
}

/// Shown before the profile is installed: what is in it, and how to undo it.
fn consent(names: &Names, brought: &[Serves], payloads: &[Payload], removal: Removal) -> ConsentText {
    let (mut en, mut fr) = (Vec::new(), Vec::new());
    let mut add = |english: String, french: String| {
        en.push(english);
        fr.push(french);
    };
    if brought.iter().any(|one| one.mail) {
        add("a certificate for signed mail".into(), "un certificat pour signer vos messages".into());
    }
    if brought.iter().any(|one| one.lets_in) {
        add("a certificate to sign in with".into(), "un certificat de connexion".into());
    }
    if brought.iter().any(|one| !one.mail && !one.lets_in) {
        add("another certificate that signs".into(), "un autre certificat qui signe".into());
    }
    for payload in payloads {
        match payload {
            Payload::Wifi(wifi) => add(format!("the Wi-Fi network {}", wifi.ssid), format!("le réseau Wi-Fi {}", wifi.ssid)),
            Payload::Vpn(vpn) => add(format!("the VPN {}", vpn.server), format!("le VPN {}", vpn.server)),
            Payload::Passcode(passcode) => add(
                format!("a passcode of at least {} characters", passcode.min_length),
                format!("un code de verrouillage d’au moins {} caractères", passcode.min_length),
            ),
            Payload::Certificate(_) | Payload::Scep(_) | Payload::RemovalPassword(_) => {}
        }
    }
    let (undo_en, undo_fr) = match removal {
        Removal::Removable => (
            "You can remove all of it at any time in Settings, General, VPN & Device Management.",
            "Vous pouvez tout supprimer à tout moment dans Réglages, Général, VPN et gestion de l’appareil.",
        ),
        Removal::Password | Removal::Locked => (
            "On phones that the department supervises, only the department can remove it.",
            "Sur un téléphone supervisé par le département, seul celui-ci peut tout supprimer.",
        ),
    };
    let english = format!("{} ({}) puts on this phone: {}. {undo_en}", names.department, names.organization, en.join(", "));
    let french = format!("{} ({}) installe sur ce téléphone\u{202f}: {}. {undo_fr}", names.department, names.organization, fr.join(", "));
    ConsentText { default: english.clone(), languages: vec![("en".to_owned(), english), ("fr".to_owned(), french)] }
}

/// The language that the phone said it has.
fn speaks_french(inner: &Inner, enrollment: EnrollmentId) -> Result<bool> {
    let language = inner.store.read(|tx| enrollment::language(tx, enrollment))?;
    Ok(language.is_some_and(|language| language.to_ascii_lowercase().starts_with("fr")))
}

//! Installing, replacing and updating configuration profiles, as Settings does it.

use super::{FinalProfile, Iphone, OverTheAir};
use crate::{
    Error, Identity,
    profile::{Configuration, ScepPayload, ServiceProfile, Trust, check_payloads},
    transport::Transport,
};
use openssl::x509::X509;
use plist::{Dictionary, Value};

/// What is kept of an over-the-air delivery so that the profile can be updated.
#[derive(Clone)]
pub struct OtaStub {
    /// Where to POST and what to say.
    pub service: ServiceProfile,
    /// The transport identity.
    pub identity: Identity,
}

/// An identity that came with a profile.
#[derive(Clone)]
pub struct InstalledIdentity {
    /// PayloadIdentifier.
    pub payload_identifier: String,
    /// PayloadUUID.
    pub payload_uuid: String,
    /// Key and certificate.
    pub identity: Identity,
}

/// An installed configuration profile.
#[derive(Clone)]
pub struct Installed {
    /// Its top level.
    pub configuration: Configuration,
    /// Its payloads.
    pub payloads: Vec<Dictionary>,
    /// Who signed it.
    pub signer: Option<X509>,
    /// As Settings shows it.
    pub trust: Trust,
    /// Its identities; they go when the profile goes.
    pub identities: Vec<InstalledIdentity>,
    /// Its CA certificates.
    pub certificates: Vec<X509>,
    /// For updates.
    pub stub: Option<OtaStub>,
}

impl Installed {
    /// The payload of this type, when there is exactly one.
    pub fn payload(&self, kind: &str) -> Option<&Dictionary> {
        let mut of_kind = self.payloads.iter().filter(|p| p.get("PayloadType").and_then(Value::as_string) == Some(kind));
        of_kind.next().filter(|_| of_kind.next().is_none())
    }
    /// The identity of the payload with this UUID: what a Wi-Fi or VPN payload would use.
    pub fn identity(&self, payload_uuid: &str) -> Option<&Identity> {
        self.identities.iter().find(|i| i.payload_uuid == payload_uuid).map(|i| &i.identity)
    }
}

impl Iphone {
    /// Installs: every SCEP payload is enrolled, then the profile takes the place of one with the same identifier. Nothing
    /// stays when a step fails. `flow` makes it updatable.
    pub fn install(&mut self, transport: &dyn Transport, profile: FinalProfile, flow: Option<&OverTheAir>) -> Result<Installed, Error> {
        check_payloads(&profile.payloads)?;
        if let Some(old) = self.installed.get(&profile.configuration.identifier) {
            let der = |signer: &Option<X509>| signer.as_ref().and_then(|s| s.to_der().ok());
            if der(&old.signer) != der(&profile.signer) {
                return Err(Error::DifferentSigner);
            }
        }
        let (mut identities, mut certificates) = (Vec::new(), Vec::new());
        for payload in &profile.payloads {
            match payload.get("PayloadType").and_then(Value::as_string) {
                Some("com.apple.security.scep") => {
                    let scep = ScepPayload::parse(payload)?;
                    let identity = self.enroll_by_scep(transport, &scep)?;
                    identities.push(InstalledIdentity { payload_identifier: scep.identifier, payload_uuid: scep.uuid, identity });
                }
                Some("com.apple.security.root" | "com.apple.security.pkcs1") => {
                    certificates.push(crate::profile::certificate(payload)?);
                }
                _ => (),
            }
        }
        let stub = flow.and_then(|f| Some(OtaStub { service: f.service.clone(), identity: f.identity.clone()? }));
        let installed = Installed {
            configuration: profile.configuration,
            payloads: profile.payloads,
            signer: profile.signer,
            trust: profile.trust,
            identities,
            certificates,
            stub,
        };
        self.installed.insert(installed.configuration.identifier.clone(), installed.clone());
        Ok(installed)
    }

    /// The owner taps Update: phase 2 is skipped, the stored identity signs the phase 3 POST, the answer must keep identifier
    /// and signer.
    pub fn update(&mut self, transport: &dyn Transport, identifier: &str) -> Result<Installed, Error> {
        let stub = self.installed.get(identifier).and_then(|i| i.stub.clone()).ok_or(Error::NotEligible)?;
        let mut flow = OverTheAir { service: stub.service, scep: None, identity: Some(stub.identity), posted: Vec::new() };
        let profile = self.request_profile(transport, &mut flow)?;
        if profile.configuration.identifier != identifier {
            return Err(Error::UpdateIdentifier);
        }
        self.install(transport, profile, Some(&flow))
    }
}

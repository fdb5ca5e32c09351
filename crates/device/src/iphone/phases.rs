//! The phases: identify, obtain the transport identity by SCEP, fetch the final profile (Apple, Over-the-Air Profile Delivery).

use super::{Installed, Iphone};
use crate::{
    Error, Identity,
    profile::{self, Configuration, Content, ScepPayload, ServiceProfile, Trust, check_payloads},
    transport::{Method, Request, Response, Transport, resolve},
    wire::cms::{self, SigningOptions},
};
use openssl::x509::X509;
use plist::{Dictionary, Value};
use std::time::Duration;

/// How long `profiled` waits for an answer.
const TIMEOUT: Duration = Duration::from_secs(45);
const MAX_REDIRECTS: usize = 10;

/// An enrollment under way; a phone keeps nothing else between the phases, so it may be cloned, put away and resumed.
#[derive(Clone)]
pub struct OverTheAir {
    /// Phase 1.
    pub service: ServiceProfile,
    /// The SCEP payload of the answer to phase 2.
    pub scep: Option<ScepPayload>,
    /// What SCEP gave.
    pub identity: Option<Identity>,
    /// The last message that was POSTed, for sending it again.
    pub posted: Vec<u8>,
}

/// The answer to phase 3, opened.
#[derive(Clone)]
pub struct FinalProfile {
    /// As received.
    pub bytes: Vec<u8>,
    /// Its top level.
    pub configuration: Configuration,
    /// Its payloads, decrypted.
    pub payloads: Vec<Dictionary>,
    /// Who signed.
    pub signer: Option<X509>,
    /// As Settings shows it.
    pub trust: Trust,
}

impl Iphone {
    /// The owner taps Install on a downloaded Profile Service profile.
    pub fn begin(&self, phase1: &[u8]) -> Result<OverTheAir, Error> {
        let opened = profile::open(phase1, &self.trusted_roots, self.now)?;
        let service = ServiceProfile::parse(&opened.root)?;
        Ok(OverTheAir { service, scep: None, identity: None, posted: Vec::new() })
    }

    /// The attributes that were asked for and that this phone knows; the others are left out silently.
    pub fn attributes(&self, service: &ServiceProfile, with_challenge: bool) -> Result<Vec<u8>, Error> {
        let known = [
            ("UDID", Some(&self.udid)),
            ("SERIAL", Some(&self.serial)),
            ("PRODUCT", Some(&self.product)),
            ("VERSION", Some(&self.version)),
            ("OS_VERSION", self.os_version.as_ref()),
            ("LANGUAGE", Some(&self.language)),
            ("IMEI", self.imei.as_ref()),
        ];
        let mut root = Dictionary::new();
        if let (true, Some(challenge)) = (with_challenge, &service.challenge) {
            root.insert("CHALLENGE".to_owned(), challenge.clone());
        }
        for (name, value) in known {
            if let Some(value) = value.filter(|_| service.attributes.iter().any(|asked| asked == name)) {
                root.insert(name.to_owned(), Value::String(value.clone()));
            }
        }
        let mut out = Vec::new();
        Value::Dictionary(root).to_writer_xml(&mut out).map_err(|e| Error::Malformed(e.to_string()))?;
        Ok(out)
    }

    /// Signs a message the way this phone does, with any identity (tests sign with wrong ones).
    pub fn sign(&self, content: &[u8], signer: &Identity, chain: &[X509]) -> Result<Vec<u8>, Error> {
        let mut certificates = vec![&signer.certificate];
        if self.variant.full_chain {
            certificates.extend(chain);
        }
        let options = SigningOptions {
            encoding: self.variant.encoding,
            digest: self.variant.digest,
            attributes: self.variant.signed_attributes.then(Vec::new),
            signing_time: Some(self.now),
            certificates,
            // The message seen without signedAttrs says sha1WithRSAEncryption, iOS's own code with them rsaEncryption.
            combined_oid: !self.variant.signed_attributes,
        };
        cms::sign(content, signer, &options)
    }

    /// The message of phase 2: attributes with the challenge, signed by the device identity.
    pub fn phase2_message(&self, service: &ServiceProfile) -> Result<Vec<u8>, Error> {
        self.sign(&self.attributes(service, true)?, &self.device, &self.device_chain)
    }

    /// The message of phase 3: attributes without the challenge, signed by the transport identity.
    pub fn phase3_message(&self, service: &ServiceProfile, identity: &Identity) -> Result<Vec<u8>, Error> {
        self.sign(&self.attributes(service, false)?, identity, &[])
    }

    /// Phase 2. The answer must be a readable configuration profile with exactly one payload, and that yields an identity.
    pub fn identify(&self, transport: &dyn Transport, flow: &mut OverTheAir) -> Result<(), Error> {
        flow.posted = self.phase2_message(&flow.service)?;
        let answer = self.post(transport, &flow.service.url, &flow.posted)?;
        flow.scep = Some(self.read_identity_reply(&answer)?);
        Ok(())
    }

    /// Judges the answer to phase 2.
    pub fn read_identity_reply(&self, answer: &[u8]) -> Result<ScepPayload, Error> {
        let opened = profile::open(answer, &self.trusted_roots, self.now)?;
        let configuration = Configuration::parse(&opened.root)?;
        let Content::Plain(payloads) = &configuration.content else {
            return Err(Error::IdentityReply("it is encrypted".to_owned()));
        };
        let [payload] = payloads.as_slice() else {
            return Err(Error::IdentityReply(format!("{} payloads instead of one", payloads.len())));
        };
        if payload.get("PayloadType").and_then(Value::as_string) != Some("com.apple.security.scep") {
            return Err(Error::IdentityReply("its payload yields no identity".to_owned()));
        }
        ScepPayload::parse(payload)
    }

    /// SCEP for the transport identity.
    pub fn obtain_identity(&self, transport: &dyn Transport, flow: &mut OverTheAir) -> Result<(), Error> {
        let payload = flow.scep.as_ref().ok_or_else(|| Error::IdentityReply("there was none".to_owned()))?;
        flow.identity = Some(self.enroll_by_scep(transport, payload)?);
        Ok(())
    }

    /// Phase 3.
    pub fn request_profile(&self, transport: &dyn Transport, flow: &mut OverTheAir) -> Result<FinalProfile, Error> {
        let identity = flow.identity.clone().ok_or(Error::NotEligible)?;
        flow.posted = self.phase3_message(&flow.service, &identity)?;
        let answer = self.post(transport, &flow.service.url, &flow.posted)?;
        self.read_final(&answer, &identity)
    }

    /// Judges the answer to phase 3.
    pub fn read_final(&self, answer: &[u8], identity: &Identity) -> Result<FinalProfile, Error> {
        let opened = profile::open(answer, &self.trusted_roots, self.now)?;
        if opened.root.get("PayloadType").and_then(Value::as_string) != Some("Configuration") {
            return Err(Error::FinalReply("it is not a configuration profile".to_owned()));
        }
        let configuration = Configuration::parse(&opened.root)?;
        let payloads = configuration.payloads(Some(identity))?;
        check_payloads(&payloads)?;
        Ok(FinalProfile { bytes: answer.to_vec(), configuration, payloads, signer: opened.signer, trust: opened.trust })
    }

    /// All phases, and the installation.
    pub fn enroll(&mut self, transport: &dyn Transport, phase1: &[u8]) -> Result<Installed, Error> {
        let mut flow = self.begin(phase1)?;
        self.identify(transport, &mut flow)?;
        self.obtain_identity(transport, &mut flow)?;
        let profile = self.request_profile(transport, &mut flow)?;
        self.install(transport, profile, Some(&flow))
    }

    /// Sends what was POSTed last once more, as `profiled` does when an answer was lost.
    pub fn repeat(&self, transport: &dyn Transport, flow: &OverTheAir) -> Result<Vec<u8>, Error> {
        self.post(transport, &flow.service.url, &flow.posted)
    }

    /// A POST by `profiled`: no cookies, 45 s, status 200 and a body needed. URLSession follows redirects and turns 301, 302
    /// and 303 into a GET without body; a permanent target is remembered for the error.
    pub fn post(&self, transport: &dyn Transport, url: &str, message: &[u8]) -> Result<Vec<u8>, Error> {
        let mut request =
            Request::post(url, "application/pkcs7-signature", message.to_vec()).with("User-Agent", "Profile/1.0").with("Accept", "*/*");
        request.timeout = TIMEOUT;
        let mut permanent = None;
        for _ in 0..=MAX_REDIRECTS {
            let response = transport.send(&request)?;
            let Some(target) = redirect_target(&request.url, &response) else {
                let content_type = response.header("content-type").unwrap_or_default();
                if response.status != 200 || permanent.is_some() && content_type.starts_with("text/html") {
                    return Err(Error::Http { status: response.status, permanent_redirect: permanent });
                }
                return if response.body.is_empty() { Err(Error::Empty) } else { Ok(response.body) };
            };
            if matches!(response.status, 301 | 308) {
                permanent = Some(target.clone());
            }
            if matches!(response.status, 301..=303) {
                request.method = Method::Get;
                request.body.clear();
                request.headers.retain(|(name, _)| name != "Content-Type");
            }
            request.url = target;
        }
        Err(Error::Http { status: 310, permanent_redirect: permanent })
    }
}

fn redirect_target(url: &str, response: &Response) -> Option<String> {
    if !matches!(response.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    response.header("location").map(|location| resolve(url, location))
}

//! SCEP as an iPhone speaks it for a payload (`SecSCEP.c` of Apple's Security framework).

use super::Iphone;
use crate::{
    Error, Identity, ScepError,
    profile::ScepPayload,
    scep::{Algorithms, Client, Outcome},
    transport::Transport,
    wire::{ContentCipher, Digest},
};
use openssl::{asn1::Asn1Time, x509::X509KeyUsage};

impl Iphone {
    /// GetCACert, GetCACaps, PKCSReq, polls while pending. The answer's certificate must be for the key made here, valid now,
    /// and usable as the payload says.
    pub fn enroll_by_scep(&self, transport: &dyn Transport, payload: &ScepPayload) -> Result<Identity, Error> {
        let key = (self.make_key)(payload.key_size).map_err(|e| ScepError::KeyPair(e.to_string()))?;
        let mut client = Client::new(transport, &payload.url, self.now);
        client.name = payload.name.clone();
        let recipients = client.ca_certificates()?.select(payload.fingerprint.as_deref())?;
        let capabilities = client.capabilities()?;
        client.algorithms = capabilities.as_an_iphone(self.variant.encoding)?;
        client.post = capabilities.has("POSTPKIOperation");

        let mut outcome = client.enroll(&recipients, &key, &payload.csr_content())?;
        // Apple's tool polls with SHA-1 and triple DES whatever was advertised.
        client.algorithms = Algorithms { cipher: ContentCipher::TripleDesCbc, digest: Digest::Sha1, ..client.algorithms };
        for poll in 0..=payload.retries {
            let Outcome::Pending(pending) = outcome else { break };
            if poll > 0 {
                (self.wait)(payload.retry_delay);
            }
            outcome = client.poll(&recipients, &pending)?;
        }
        let identity = outcome.issued()?;
        self.check(&identity, payload)?;
        Ok(identity)
    }

    fn check(&self, identity: &Identity, payload: &ScepPayload) -> Result<(), Error> {
        let unusable = |why: &str| Err(ScepError::Response(why.to_owned()).into());
        let now = Asn1Time::from_unix(self.now)?;
        if *identity.certificate.not_before() > *now || *identity.certificate.not_after() < *now {
            return unusable("the certificate is not valid now");
        }
        let (sign, encrypt) = payload.key_usage;
        if let Some(usage) = identity.certificate.key_usage()
            && (sign && !usage.contains(X509KeyUsage::DIGITAL_SIGNATURE) || encrypt && !usage.contains(X509KeyUsage::KEY_ENCIPHERMENT))
        {
            return unusable("the certificate's keyUsage lacks what the payload says");
        }
        Ok(())
    }
}

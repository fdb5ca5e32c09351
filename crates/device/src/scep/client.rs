//! A plain SCEP client over any transport: enroll, renew, poll, fetch.

use super::{
    Algorithms, CaCertificates, Capabilities, MessageType, Prepared, Recipients, Reply, Status, issuer_and_serial, issuer_and_subject,
    prepare, read_reply, transaction_id,
};
use crate::{
    Error, Identity, ScepError,
    csr::{self, CsrContent},
    identity::self_signed,
    transport::{Request, Response, Transport},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use openssl::{
    pkey::{PKey, Private},
    x509::X509,
};

/// Talks to one SCEP address.
pub struct Client<'t> {
    /// Transport.
    pub transport: &'t dyn Transport,
    /// Address; a query in it is dropped, as phones do.
    pub url: String,
    /// `message` of GetCACert and GetCACaps; `None`: not sent.
    pub name: Option<String>,
    /// Algorithms of requests.
    pub algorithms: Algorithms,
    /// PKIOperation by POST, else by GET.
    pub post: bool,
    /// Seconds since 1970.
    pub now: i64,
}

/// How a request ended.
pub enum Outcome {
    /// SUCCESS: the certificate, which is for our key.
    Issued(Identity),
    /// PENDING: poll later.
    Pending(Box<Pending>),
    /// FAILURE with its failInfo.
    Refused(Option<u8>),
}

impl Outcome {
    /// The identity, or the refusal as an error.
    pub fn issued(self) -> Result<Identity, Error> {
        match self {
            Outcome::Issued(identity) => Ok(identity),
            Outcome::Pending(_) => Err(ScepError::StillPending.into()),
            Outcome::Refused(info) => Err(ScepError::Failure(info).into()),
        }
    }
}

/// A request that waits.
#[derive(Clone)]
pub struct Pending {
    /// The key to be certified.
    pub key: PKey<Private>,
    /// Who signed the request and signs the polls.
    pub signer: Identity,
    /// Subject of the CSR.
    pub subject: Vec<(String, String)>,
    /// transactionID.
    pub transaction_id: String,
}

impl<'t> Client<'t> {
    /// POST, default algorithms, no name.
    pub fn new(transport: &'t dyn Transport, url: &str, now: i64) -> Self {
        Client { transport, url: url.to_owned(), name: None, algorithms: Algorithms::default(), post: true, now }
    }

    fn address(&self, operation: &str, message: Option<&str>) -> String {
        let base = self.url.split('?').next().unwrap_or_default();
        match message {
            Some(message) => format!("{base}?operation={operation}&message={message}"),
            None => format!("{base}?operation={operation}"),
        }
    }

    fn send(&self, request: &Request) -> Result<Response, Error> {
        let response = self.transport.send(request).map_err(|e| ScepError::Network(e.to_string()))?;
        if response.status != 200 {
            return Err(ScepError::Network(format!("status {}", response.status)).into());
        }
        Ok(response)
    }

    /// GetCACert.
    pub fn ca_certificates(&self) -> Result<CaCertificates, Error> {
        let response = self.send(&Request::get(&self.address("GetCACert", self.name.as_deref())))?;
        CaCertificates::parse(response.header("content-type"), &response.body)
    }

    /// GetCACaps.
    pub fn capabilities(&self) -> Result<Capabilities, Error> {
        Ok(Capabilities::parse(&self.send(&Request::get(&self.address("GetCACaps", self.name.as_deref())))?.body))
    }

    /// The request that carries a pkiMessage.
    pub fn http_request(&self, body: &[u8]) -> Request {
        if self.post {
            return Request::post(&self.address("PKIOperation", None), "application/x-pki-message", body.to_vec());
        }
        // Apple escapes the padding alone; `+` and `/` go as they are.
        let message = STANDARD.encode(body).replace('=', "%3D");
        Request::get(&self.address("PKIOperation", Some(&message)))
    }

    /// Sends a prepared request and judges the answer.
    pub fn exchange(&self, prepared: &Prepared, ra: &Recipients) -> Result<Reply, Error> {
        let response = self.send(&self.http_request(&prepared.body))?;
        if response.header("content-type") != Some("application/x-pki-message") {
            return Err(ScepError::Response(format!("content type {:?}", response.header("content-type"))).into());
        }
        read_reply(&response.body, prepared, &ra.signer)
    }

    /// A PKCSReq for `key`, signed by a self-signed certificate of the same key.
    pub fn prepare_enrollment(&self, ra: &Recipients, key: &PKey<Private>, content: &CsrContent) -> Result<Prepared, Error> {
        let signer = self_signed(key.clone(), self.now)?;
        let csr = csr::build(content, key, self.algorithms.digest)?;
        prepare(MessageType::PkcsReq, &csr, &transaction_id(&signer)?, &signer, &ra.recipient, self.algorithms, self.now)
    }

    /// PKCSReq with a challenge.
    pub fn enroll(&self, ra: &Recipients, key: &PKey<Private>, content: &CsrContent) -> Result<Outcome, Error> {
        let prepared = self.prepare_enrollment(ra, key, content)?;
        self.outcome(ra, prepared, key, &content.subject)
    }

    /// Renewal signed with the old certificate: RenewalReq (17), or PKCSReq (19) as Apple, Cisco and certmonger do.
    pub fn renew(
        &self,
        ra: &Recipients,
        old: &Identity,
        key: &PKey<Private>,
        content: &CsrContent,
        message_type: MessageType,
    ) -> Result<Outcome, Error> {
        let csr = csr::build(content, key, self.algorithms.digest)?;
        let transaction = transaction_id(&Identity { key: key.clone(), certificate: old.certificate.clone() })?;
        let prepared = prepare(message_type, &csr, &transaction, old, &ra.recipient, self.algorithms, self.now)?;
        self.outcome(ra, prepared, key, &content.subject)
    }

    /// CertPoll. The issuer named inside is the RA, as Apple's client says it against the RFC.
    pub fn poll(&self, ra: &Recipients, pending: &Pending) -> Result<Outcome, Error> {
        let content = issuer_and_subject(&ra.signer, &pending.subject)?;
        let (signer, transaction) = (&pending.signer, &pending.transaction_id);
        let prepared = prepare(MessageType::CertPoll, &content, transaction, signer, &ra.recipient, self.algorithms, self.now)?;
        self.outcome(ra, prepared, &pending.key, &pending.subject)
    }

    /// GetCert for the certificate with `wanted`'s issuer and serial number.
    pub fn certificate(&self, ra: &Recipients, signer: &Identity, wanted: &X509) -> Result<Result<X509, Option<u8>>, Error> {
        let reply = self.fetch(ra, signer, wanted, MessageType::GetCert)?;
        match (reply.status, reply.certificates.into_iter().next()) {
            (Status::Success, Some(certificate)) => Ok(Ok(certificate)),
            (Status::Success, None) => Err(ScepError::NoCertificate.into()),
            (Status::Failure | Status::Pending, _) => Ok(Err(reply.fail_info)),
        }
    }

    /// GetCRL of the CA that issued `wanted`; DER.
    pub fn crl(&self, ra: &Recipients, signer: &Identity, wanted: &X509) -> Result<Result<Vec<u8>, Option<u8>>, Error> {
        let reply = self.fetch(ra, signer, wanted, MessageType::GetCrl)?;
        match (reply.status, reply.crls.into_iter().next()) {
            (Status::Success, Some(crl)) => Ok(Ok(crl)),
            (Status::Success, None) => Err(ScepError::Response("no CRL".to_owned()).into()),
            (Status::Failure | Status::Pending, _) => Ok(Err(reply.fail_info)),
        }
    }

    fn fetch(&self, ra: &Recipients, signer: &Identity, wanted: &X509, message_type: MessageType) -> Result<Reply, Error> {
        let content = issuer_and_serial(wanted)?;
        let prepared = prepare(message_type, &content, &transaction_id(signer)?, signer, &ra.recipient, self.algorithms, self.now)?;
        self.exchange(&prepared, ra)
    }

    fn outcome(&self, ra: &Recipients, prepared: Prepared, key: &PKey<Private>, subject: &[(String, String)]) -> Result<Outcome, Error> {
        let reply = self.exchange(&prepared, ra)?;
        match reply.status {
            Status::Failure => Ok(Outcome::Refused(reply.fail_info)),
            Status::Pending => Ok(Outcome::Pending(Box::new(Pending {
                key: key.clone(),
                signer: prepared.signer,
                subject: subject.to_vec(),
                transaction_id: prepared.transaction_id,
            }))),
            Status::Success => {
                // The first certificate is taken, whatever else is there.
                let certificate = reply.certificates.into_iter().next().ok_or(ScepError::NoCertificate)?;
                let identity = Identity { key: key.clone(), certificate };
                if !identity.matches() {
                    return Err(ScepError::NotMine.into());
                }
                Ok(Outcome::Issued(identity))
            }
        }
    }
}

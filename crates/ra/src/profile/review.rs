//! The rules of the editor: what cannot be saved, and what is advised. Their sources stand in docs/conformance.md, "Certificate
//! profiles"; a private PKI takes the S/MIME baseline as advice.

use super::{Approval, DOCUMENT_ENCRYPTION, Escrow, PILOT_POLICY, ProfileDraft, ProfileName, Remark, TRANSPORT_PURPOSE, Usage};
use crate::{host::is_hidden, settings::Cps};
use protocol::x509::{
    ExtendedKeyUsage,
    baseline::{BaselineRule, FORBIDDEN_PURPOSES, MOST_DAYS as BASELINE_DAYS, is_reserved_policy},
};

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// It cannot be saved so.
    Error,
    /// It can, and somebody will be sorry.
    Advice,
}

/// What is to be said about one field of a profile.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// How much it matters.
    pub level: Level,
    /// What is said, for those who say it in their own words.
    pub remark: Remark,
    /// Which field of [`ProfileDraft`].
    pub field: &'static str,
    /// The source of the rule: a clause, or `Signet` for one of ours; docs/conformance.md explains each under "Certificate profiles".
    pub rule: &'static str,
    /// What to do, in a sentence.
    pub text: String,
}

/// The source of a rule that no standard has.
const OURS: &str = "Signet";
/// A key has one use.
const ONE_USE: &str = "SP 800-57 part 1 5.2";
/// Keys that sign are kept by nobody else.
const NEVER_KEPT: &str = "SP 800-57 part 1 appendix B";
/// What certificates of people may be for.
const PURPOSES: &str = "RFC 5280 4.2.1.12, S/MIME BR 7.1.2.3 f";
/// How long they live.
const VALIDITY: &str = BaselineRule::Validity.clause();

/// Purposes that no certificate of a person has beside those that the S/MIME baseline forbids, each with its name.
const FORBIDDEN: [(&str, &str); 2] = [("1.3.6.1.5.5.7.3.9", "OCSPSigning"), (TRANSPORT_PURPOSE, "the transport identity's")];

/// Longest validity that can be saved; nothing outlives the CA anyway.
const MOST_DAYS: u32 = 3650;
/// What a 31-bit integer holds: Go's `asn1.ObjectIdentifier` and some linters take no larger arc.
const WIDEST_ARC: u32 = 0x7fff_ffff;

struct Review(Vec<Finding>);

impl Review {
    fn error(&mut self, wrong: bool, remark: Remark, field: &'static str, rule: &'static str, text: &str) {
        self.add(wrong, Level::Error, remark, field, rule, text);
    }
    fn advice(&mut self, so: bool, remark: Remark, field: &'static str, rule: &'static str, text: &str) {
        self.add(so, Level::Advice, remark, field, rule, text);
    }
    fn add(&mut self, so: bool, level: Level, remark: Remark, field: &'static str, rule: &'static str, text: &str) {
        if so {
            self.0.push(Finding { level, remark, field, rule, text: text.to_owned() });
        }
    }
}

/// Errors first. What a registered CPS adds to certificates is not asked of the profile.
pub(super) fn review(name: ProfileName, draft: &ProfileDraft, cps: &Cps) -> Vec<Finding> {
    let mut review = Review(Vec::new());
    usages(&mut review, name, draft);
    purposes(&mut review, name, draft);
    escrow(&mut review, draft);
    times(&mut review, draft);
    policies(&mut review, draft, cps);
    rest(&mut review, draft);
    review.0.sort_by_key(|finding| finding.level == Level::Advice);
    review.0
}

fn usages(r: &mut Review, name: ProfileName, draft: &ProfileDraft) {
    const FIELD: &str = "usage";
    let has = |usage| draft.usage.contains(&usage);
    let (signs, decrypts) = (draft.signs(), draft.decrypts());
    r.error(draft.usage.is_empty(), Remark::NoUsage, FIELD, "RFC 5280 4.2.1.3", "choose what the key is used for");
    r.error(repeats(&draft.usage), Remark::UsageTwice, FIELD, "RFC 5280 4.2.1.3", "name each use once");
    r.error(
        has(Usage::ContentCommitment) && !has(Usage::DigitalSignature),
        Remark::CommitmentAlone,
        FIELD,
        "RFC 8550 4.4.2",
        "choose digitalSignature too: phones do not sign with contentCommitment alone",
    );
    let promised = match name {
        ProfileName::Signing => signs && !decrypts,
        ProfileName::Authentication => signs && !decrypts,
        ProfileName::Encryption | ProfileName::Document => decrypts && !signs,
        ProfileName::Functional => signs || decrypts,
    };
    let text = match name {
        ProfileName::Signing => "a signing key signs and decrypts nothing; encryption has its own profile",
        ProfileName::Authentication => "a key for signing in signs, and keyEncipherment stands only beside clientAuth alone",
        ProfileName::Encryption | ProfileName::Document => "an encryption key decrypts and never signs; signing has its own profile",
        ProfileName::Functional => "choose signing, encryption or both",
    };
    r.error(!draft.usage.is_empty() && !promised, Remark::UsageNotPromised, FIELD, ONE_USE, text);
    // Made here it would only sign, which no key does that is made here (invariant 1).
    r.error(
        signs && decrypts && draft.key.is_elliptic(),
        Remark::EllipticForBoth,
        "key",
        OURS,
        "an elliptic key that signs decrypts nothing here: choose an RSA key, or signing and encryption apart",
    );
    r.advice(
        signs && decrypts,
        Remark::TwoKeysAreBetter,
        FIELD,
        ONE_USE,
        "two keys are better than one that signs and decrypts: a lost one is then replaced, the other recovered",
    );
}

fn purposes(r: &mut Review, name: ProfileName, draft: &ProfileDraft) {
    const FIELD: &str = "purposes";
    let (client, mail) = (ExtendedKeyUsage::ClientAuth, ExtendedKeyUsage::EmailProtection);
    let has = |oid: &str| draft.purposes.iter().any(|purpose| purpose == oid);
    r.error(
        draft.purposes.is_empty() || draft.purposes.len() > 8,
        Remark::PurposeCount,
        FIELD,
        "RFC 5280 4.2.1.12",
        "give 1 to 8 purposes",
    );
    r.error(repeats(&draft.purposes), Remark::PurposeTwice, FIELD, "RFC 5280 4.2.1.12", "name each purpose once");
    r.error(
        !draft.purposes.iter().all(|oid| is_oid(oid)),
        Remark::PurposeNotOid,
        FIELD,
        "X.660",
        "write each purpose as an OID, such as 1.3.6.1.5.5.7.3.4",
    );
    for (oid, called) in FORBIDDEN_PURPOSES.into_iter().chain(FORBIDDEN) {
        r.error(has(oid), Remark::PurposeForbidden, FIELD, PURPOSES, &format!("{oid} ({called}) is no purpose of a person's certificate"));
    }
    let (needs, called) = match name {
        ProfileName::Signing | ProfileName::Encryption => (mail.oid(), "emailProtection"),
        ProfileName::Authentication => (client.oid(), "clientAuth"),
        ProfileName::Document | ProfileName::Functional => ("", ""),
    };
    r.error(
        !needs.is_empty() && !has(needs),
        Remark::PurposeMissing,
        FIELD,
        PURPOSES,
        &format!("name {needs} ({called}): it is what this profile is for"),
    );
    r.error(
        has(mail.oid()) && !draft.with_address,
        Remark::AddressMissing,
        "with_address",
        BaselineRule::Address.clause(),
        "mail programs look for the address: state it",
    );
    r.advice(
        has(mail.oid()) && has(client.oid()),
        Remark::MailAndSignIn,
        FIELD,
        PURPOSES,
        "mail and sign-in in one certificate: separate profiles are safer; the strict S/MIME generation allows mail alone",
    );
    r.advice(
        has(mail.oid()) && draft.purposes.iter().any(|p| p != mail.oid() && p != client.oid()),
        Remark::BesideMail,
        FIELD,
        PURPOSES,
        "the strict generation of the S/MIME baseline allows no purpose beside emailProtection; separate profiles are safer",
    );
    r.advice(
        name == ProfileName::Document && !has(DOCUMENT_ENCRYPTION),
        Remark::DocumentPurpose,
        FIELD,
        "Microsoft document encryption",
        "document programs look for 1.3.6.1.4.1.311.80.1",
    );
}

fn escrow(r: &mut Review, draft: &ProfileDraft) {
    let (signs, decrypts, escrowed) = (draft.signs(), draft.decrypts(), draft.escrow == Escrow::ByPolicy);
    r.error(
        escrowed && !decrypts,
        Remark::SigningEscrowed,
        "escrow",
        NEVER_KEPT,
        "a key that signs is never escrowed: whoever loses it gets a new one",
    );
    let named = draft.exception.as_ref().is_some_and(|e| is_text(&e.name, 100) && is_text(&e.reason, 1000));
    r.error(
        escrowed && signs && decrypts && !named,
        Remark::ExceptionMissing,
        "exception",
        NEVER_KEPT,
        "a key that signs and decrypts is escrowed only as an exception: give the name of who decides, and the reason",
    );
    r.error(
        draft.exception.is_some() && !(escrowed && signs && decrypts),
        Remark::ExceptionIdle,
        "exception",
        OURS,
        "there is nothing to except: an exception is only for escrow of a key that signs and decrypts",
    );
    r.advice(
        escrowed && signs && decrypts,
        Remark::EscrowedSignatures,
        "escrow",
        NEVER_KEPT,
        "signatures of this key cannot be shown to be its holder's alone",
    );
    r.advice(
        escrowed && decrypts,
        Remark::HolderIsTold,
        "escrow",
        "S/MIME BR 4.12.1",
        "the holder has to be told that the key is escrowed, once the department has decided for escrow",
    );
    r.advice(!escrowed && decrypts, Remark::LostWithoutEscrow, "escrow", OURS, "without escrow, what was encrypted to a lost key is lost");
}

fn times(r: &mut Review, draft: &ProfileDraft) {
    r.error(!(1..=MOST_DAYS).contains(&draft.days), Remark::DaysRange, "days", "RFC 5280 4.1.2.5", &format!("give 1 to {MOST_DAYS} days"));
    r.error(
        draft.renewal_days == 0 || draft.renewal_days >= draft.days.max(2),
        Remark::RenewalRange,
        "renewal_days",
        OURS,
        "renewal begins at least one day before the end, and after the beginning",
    );
    let mail = draft.purposes.iter().any(|p| p == ExtendedKeyUsage::EmailProtection.oid());
    r.advice(mail && draft.days > BASELINE_DAYS, Remark::OverBaseline, "days", VALIDITY, "the S/MIME baseline allows at most 825 days");
    r.advice(mail && draft.days == BASELINE_DAYS, Remark::AtBaseline, "days", VALIDITY, "the longest validity should not be the usual one");
    r.advice(
        draft.renewal_days < draft.days && draft.renewal_days > draft.days / 2,
        Remark::RenewalEarly,
        "renewal_days",
        OURS,
        "renewal in the second half of a certificate's life is early enough",
    );
}

fn policies(r: &mut Review, draft: &ProfileDraft, cps: &Cps) {
    const FIELD: &str = "policies";
    let oids: Vec<_> = draft.policies.iter().map(|p| p.oid.as_str()).collect();
    r.error(oids.len() > 5, Remark::PolicyCount, FIELD, "RFC 5280 4.2.1.4", "give at most 5 policies");
    r.error(repeats(&oids), Remark::PolicyTwice, FIELD, "RFC 5280 4.2.1.4", "name each policy once");
    r.error(
        !oids.iter().all(|oid| is_oid(oid)),
        Remark::PolicyNotOid,
        FIELD,
        "X.660",
        "write each policy as an OID, such as 1.3.6.1.4.1.32473.1",
    );
    r.error(oids.contains(&PILOT_POLICY), Remark::PilotPolicy, FIELD, OURS, "this is the policy of pilots, which Signet writes by itself");
    r.error(
        !draft.policies.iter().filter_map(|p| p.cps.as_deref()).all(is_uri),
        Remark::CpsNotUri,
        FIELD,
        "RFC 5280 4.2.1.4",
        "write the CPS as an address in ASCII that begins with https:// or http://, of at most 200 characters",
    );
    let reserved = oids.iter().filter(|oid| is_reserved_policy(oid)).count();
    r.error(reserved > 1, Remark::BaselineCount, FIELD, "S/MIME BR 1.2", "at most one policy of the S/MIME baseline (2.23.140.1.5)");
    r.advice(
        reserved > 0,
        Remark::BaselineClaim,
        FIELD,
        BaselineRule::PolicyClaim.clause(),
        "a policy of the S/MIME baseline is a claim that only an audited public CA can make",
    );
    r.advice(
        oids.contains(&"2.5.29.32.0"),
        Remark::AnyPolicy,
        FIELD,
        "RFC 5280 4.2.1.4",
        "anyPolicy says nothing in a person's certificate",
    );
    r.advice(
        oids.iter().any(|oid| oid.split('.').any(|arc| arc.parse::<u32>().map_or(true, |arc| arc > WIDEST_ARC))),
        Remark::BigArc,
        FIELD,
        "X.660",
        "clients written in Go refuse a certificate whose policy has a number above 2147483647",
    );
    r.advice(
        oids.is_empty() && cps.oid.is_none(),
        Remark::NoPolicy,
        FIELD,
        "RFC 5280 4.2.1.4",
        "name a policy, or register your CPS with its OID (cps.oid, cps.url), which is stated where a profile names none",
    );
}

fn rest(r: &mut Review, draft: &ProfileDraft) {
    r.error(
        draft.every_address && !draft.with_address,
        Remark::EveryAddress,
        "every_address",
        OURS,
        "all addresses can be stated only where one is",
    );
    r.advice(
        !draft.crl_address,
        Remark::NoCrlAddress,
        "crl_address",
        "RFC 5280 4.2.1.13, S/MIME BR 7.1.2.3 b",
        "whoever relies on the certificate cannot find out that it was revoked",
    );
    r.advice(
        draft.key.is_elliptic(),
        Remark::EllipticKey,
        "key",
        OURS,
        "elliptic keys are not confirmed on iPhones, which get an RSA key instead",
    );
    r.advice(
        draft.approval == Approval::FourEyes,
        Remark::FourEyesScope,
        "approval",
        OURS,
        "this is for requests by challenge; to invite a person's phone is the officer's approval",
    );
}

fn repeats<T: PartialEq>(list: &[T]) -> bool {
    list.iter().enumerate().any(|(at, one)| list.iter().skip(at + 1).any(|other| other == one))
}

/// Two arcs or more in decimal, the first ones as X.660 allows, of a length that certificates take.
pub(crate) fn is_oid(text: &str) -> bool {
    let arcs: Vec<_> = text.split('.').collect();
    // 128 bits are an arc under 2.25, the widest that is in use.
    let decimal =
        |arc: &&str| arc.bytes().all(|b| b.is_ascii_digit()) && (*arc == "0" || !arc.starts_with('0')) && arc.parse::<u128>().is_ok();
    let first = match (arcs.first(), arcs.get(1).and_then(|arc| arc.parse::<u64>().ok())) {
        (Some(&("0" | "1")), Some(second)) => second < 40,
        (Some(&"2"), second) => second.is_some(),
        _ => false,
    };
    text.len() <= 100 && arcs.iter().all(decimal) && first
}

/// An address of http or https in ASCII, as it stands in certificates.
pub(crate) fn is_uri(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    text.len() <= 200
        && rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b)))
}

/// Something was written, nothing that hides.
pub(crate) fn is_text(text: &str, most: usize) -> bool {
    let text = text.trim();
    (1..=most).contains(&text.chars().count()) && !text.chars().any(|c| is_hidden(c) && c != '\n')
}

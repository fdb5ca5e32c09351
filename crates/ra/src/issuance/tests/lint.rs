//! What was signed is read back and judged before it counts.

use super::{Asked, csr};
use crate::{
    Error,
    certification::{Identities, Identity},
    ota::tests::phone::key,
    profile::ProfileName,
    store::Topic,
    testing,
};
use std::sync::Arc;

#[test]
fn a_certificate_that_is_not_as_meant_is_refused_and_never_counts() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    testing::person(&officer, "Alice Example", "alice@example.edu");
    let request = csr(key(0).as_openssl(), &Asked::default());
    // A process that is wrong about the name of its CA: what it signs does not have the issuer that it means.
    let wrong = testing::open(&folder, &clock);
    let ours = authority.0.identities().unwrap();
    let mut mistaken = ours.issuing.certificate.clone();
    mistaken.subject_der.clone_from(&ours.profile_signer.certificate.subject_der);
    let issuing = Identity::new(mistaken, ours.issuing.key.clone(), ours.issuing.chain.clone()).unwrap();
    let identities = Identities { issuing: Arc::new(issuing), ra: ours.ra.clone(), profile_signer: ours.profile_signer.clone() };
    let generation = wrong.0.store.generation(Topic::Identity).unwrap();
    wrong.0.cache.identities.get(generation, || Ok(identities)).unwrap();
    match testing::officer(&wrong).issue_from_csr("alice@example.edu", ProfileName::Signing, &request) {
        Err(Error::Internal(why)) => {
            assert!(why.0.ends_with("is not as meant: issuer is not the issuer's subject, byte for byte"), "{}", why.0);
        }
        Err(other) => panic!("{other}"),
        Ok(issued) => panic!("issued {}", issued.certificate.serial),
    }
    let sql = "SELECT (SELECT count(*) FROM certificate WHERE kind = 'subscriber'),
                      (SELECT group_concat(state) FROM issuance WHERE json_extract(intent, '$.profile') = 'signing')";
    let left = authority.0.store.read(|c| Ok(c.query_row(sql, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?)).unwrap();
    assert_eq!(left, (0, "abandoned".to_owned()), "nothing is stored, and its serial number is given up");
    assert_eq!(authority.auditor().ledger(None, 1).unwrap()[0].event, "certificate.abandoned");
    // Nothing of it stands in the way of the next request.
    officer.issue_from_csr("alice@example.edu", ProfileName::Signing, &request).unwrap();
}

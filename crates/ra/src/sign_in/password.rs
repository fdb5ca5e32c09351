//! Local passwords: set by their owners alone, kept as Argon2id (RFC 9106) PHC strings.

use crate::{Error, Result};
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use std::sync::{Condvar, Mutex, PoisonError};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// Longest input that is looked at, octets.
const MAX_OCTETS: usize = 1_024;

/// Lists of leaked passwords begin with these (of eight characters or more).
const COMMONEST: [&str; 40] = [
    "12345678",
    "123456789",
    "1234567890",
    "password",
    "password1",
    "password123",
    "passw0rd",
    "p@ssw0rd",
    "qwertyuiop",
    "qwerty123",
    "qwertzuiop",
    "azertyuiop",
    "1q2w3e4r",
    "1q2w3e4r5t",
    "1qaz2wsx",
    "abcd1234",
    "abc12345",
    "iloveyou",
    "princess",
    "sunshine",
    "football",
    "baseball",
    "superman",
    "trustno1",
    "welcome1",
    "welcome123",
    "letmein1",
    "changeme",
    "starwars",
    "whatever",
    "11111111",
    "00000000",
    "88888888",
    "87654321",
    "987654321",
    "123123123",
    "motdepasse",
    "passwort",
    "administrator",
    "computer",
];

/// Passwords that are hashed at once in this process, whoever asks: each takes a core, and memory that a small server has only so often.
const AT_ONCE: u32 = 2;

static TAKEN: Mutex<u32> = Mutex::new(0);
static FREE: Condvar = Condvar::new();

/// The right to hash one password.
pub(super) struct Turn(());

/// Waits for a turn. Not within a transaction.
pub(super) fn turn() -> Turn {
    let taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut taken = FREE.wait_while(taken, |taken| *taken >= AT_ONCE).unwrap_or_else(PoisonError::into_inner);
    *taken += 1;
    Turn(())
}

impl Drop for Turn {
    fn drop(&mut self) {
        *TAKEN.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        FREE.notify_one();
    }
}

/// NFC, so that the same password from another keyboard is the same.
fn canonical(password: &str) -> Zeroizing<String> {
    Zeroizing::new(password.nfc().collect())
}

/// 8 to 128 characters, not the address, not among the commonest, not one character over and over.
pub(super) fn check(password: &str, addresses: &[String]) -> Result<()> {
    let refused = |reason: &str| Err(Error::invalid("password", reason));
    if password.len() > MAX_OCTETS {
        return refused("use at most 128 characters");
    }
    let password = canonical(password);
    match password.chars().count() {
        0..8 => return refused("use at least 8 characters"),
        8..=128 => (),
        _ => return refused("use at most 128 characters"),
    }
    let lower = Zeroizing::new(password.to_lowercase());
    let is_address = |address: &String| {
        let address = address.to_lowercase();
        *lower == address || address.split('@').next().is_some_and(|local| *lower == local)
    };
    if addresses.iter().any(is_address) {
        return refused("do not use your mail address");
    }
    let mut characters = lower.chars();
    let first = characters.next();
    if COMMONEST.contains(&lower.as_str()) || characters.all(|c| Some(c) == first) {
        return refused("this one is tried first by everybody; choose another");
    }
    Ok(())
}

/// RFC 9106 gives 64 MiB for memory-constrained environments; 19 MiB twice (OWASP's floor) keeps a server for a hundred phones small.
fn argon2() -> Result<Argon2<'static>> {
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(19 * 1024, 2, 1, None).map_err(Error::fault)?))
}

/// The PHC string to store. Costs tens of milliseconds: outside transactions.
pub(super) fn hash(_turn: &Turn, password: &str) -> Result<String> {
    Ok(argon2()?.hash_password(canonical(password).as_bytes()).map_err(Error::fault)?.to_string())
}

/// Costs the same with and without a stored hash, so that its duration does not tell who has a password.
pub(super) fn verify(_turn: &Turn, password: &str, stored: Option<&str>) -> Result<bool> {
    /// Of nothing that anybody types.
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    #[cfg(test)]
    tests::VERIFIED.set(tests::VERIFIED.get() + 1);
    let parsed = PasswordHash::new(stored.unwrap_or(NOBODY)).map_err(Error::fault)?;
    let typed = if password.len() > MAX_OCTETS { Zeroizing::new(String::new()) } else { canonical(password) };
    Ok(argon2()?.verify_password(typed.as_bytes(), &parsed).is_ok() && stored.is_some())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::{
        cell::Cell,
        sync::atomic::{AtomicU32, Ordering},
    };

    thread_local! {
        /// How often this thread has verified a password.
        pub(in super::super) static VERIFIED: Cell<u32> = const { Cell::new(0) };
    }

    #[test]
    fn only_the_same_password_verifies_also_when_composed_otherwise() {
        let turn = turn();
        let stored = hash(&turn, "ga\u{308}nsebl\u{fc}mchen").unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify(&turn, "g\u{e4}nsebl\u{fc}mchen", Some(&stored)).unwrap());
        assert!(!verify(&turn, "g\u{e4}nsebl\u{fc}mcheN", Some(&stored)).unwrap());
        assert!(!verify(&turn, "", None).unwrap());
        assert!(!verify(&turn, &"x".repeat(10_000), Some(&stored)).unwrap());
    }

    #[test]
    fn never_more_than_two_are_hashed_at_once() {
        let (now, most) = (AtomicU32::new(0), AtomicU32::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..100 {
                        let _turn = turn();
                        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        std::thread::yield_now();
                        now.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert!((1..=AT_ONCE).contains(&most.into_inner()));
    }

    #[test]
    fn weak_passwords_are_refused_with_the_reason() {
        let mine = ["Alice.Example@example.edu".to_owned()];
        for bad in [
            "short",
            "seven77",
            "alice.example",
            "ALICE.EXAMPLE@EXAMPLE.EDU",
            "Password1",
            "aaaaaaaaaa",
            &"x1".repeat(65),
            &"y".repeat(10_000),
        ] {
            assert!(matches!(check(bad, &mine), Err(Error::Invalid { field: "password", .. })), "{bad}");
        }
        assert!(check("rather long and odd", &mine).is_ok());
        assert!(check(&"ü1".repeat(64), &mine).is_ok(), "characters count, not octets");
    }
}

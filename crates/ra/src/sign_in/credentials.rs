//! Signing in: code, password, or both; what fails is counted in the transaction that decides.

use super::{Credentials, LinkEnd, SignInOutcome, password, session, view};
use crate::{
    Result,
    authority::Inner,
    enrollment::{self, Ending, StepKind},
    id::SubscriberId,
    invitation::{self, Link},
    ledger::{self, Actor},
    secret::{Code, Token},
    settings::{Numbers, SignIn},
};
use protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;
use std::sync::Arc;

pub(super) fn open_link(inner: &Inner, token: &Token, user_agent: &str) -> Result<()> {
    let (at, hash) = (inner.clock.now(), token.hash());
    let agent = enrollment::browser(user_agent);
    inner.store.write(move |tx| match invitation::find(tx, &hash)? {
        Some(link) if link.end(at).is_none() => opened(tx, at, &link, json!({ "user_agent": agent })),
        Some(_) => Err(crate::Error::Denied(crate::Denied::LinkEnded)),
        None => Err(crate::Error::NotFound(crate::Noun::Enrollment)),
    })
}

/// The first POST; later ones change nothing.
fn opened(tx: &Connection, at: Timestamp, link: &Link, facts: serde_json::Value) -> Result<()> {
    let before = tx
        .prepare_cached("SELECT 1 FROM step WHERE enrollment = ?1 AND kind = 'opened' AND id > coalesce((SELECT max(id) FROM step WHERE enrollment = ?1 AND kind = 'resent'), 0)")?
        .exists([link.enrollment])?;
    if before { Ok(()) } else { enrollment::record(tx, at, link.enrollment, StepKind::Opened, facts) }
}

/// What was found before the transaction: a password takes long to verify.
struct Checked {
    asked: SignIn,
    password: bool,
    /// Of the person's department: how many may be wrong.
    numbers: Numbers,
}

pub(super) fn sign_in(inner: &Arc<Inner>, token: &Token, typed: &Credentials) -> Result<SignInOutcome> {
    let (mut at, hash) = (inner.clock.now(), token.hash());
    // The person's state is read again in the transaction; here only what the slow hash needs.
    let found = inner.store.read(|tx| {
        let Some(link) = invitation::find(tx, &hash)? else { return Ok(None) };
        let head = enrollment::head(tx, link.enrollment)?;
        let settings = inner.settings_of(head.department)?;
        let (asked, numbers) = (view::asked(tx, &settings, &link, head.subscriber)?, settings.numbers);
        let waits = wait(tx, at, head.subscriber, &numbers)?;
        Ok(Some((asked, numbers, head.subscriber, waits, addresses(tx, head.subscriber)?)))
    })?;
    let Some((asked, numbers, subscriber, waits, addresses)) = found else {
        return Err(crate::Error::NotFound(crate::Noun::Enrollment));
    };
    let by_password = matches!(asked, SignIn::Password | SignIn::Both | SignIn::Basic);
    let mut checked = Checked { asked, password: false, numbers };
    let mut kept = None;
    if by_password {
        if let Some(seconds) = waits {
            return Ok(SignInOutcome::Wait { seconds });
        }
        // Kept until a wrong password is counted: of many that are tried at once, most wait here and then meet the count.
        let turn = kept.insert(password::turn());
        at = inner.clock.now();
        let (waits, stored) = inner.store.read(|tx| Ok((wait(tx, at, subscriber, &numbers)?, stored_password(tx, subscriber)?)))?;
        if let Some(seconds) = waits {
            return Ok(SignInOutcome::Wait { seconds });
        }
        let right = password::verify(turn, typed.password.as_deref().map_or("", |p| p.as_str()), stored.as_deref())?;
        // With both, the link already says who it is; the address may be left out.
        let mail = typed.mail.as_deref().map(str::trim).unwrap_or_default();
        let known = addresses.iter().any(|a| a.eq_ignore_ascii_case(mail)) || (mail.is_empty() && asked == SignIn::Both);
        checked.password = right & known;
    }
    let code = typed.code.as_deref().map(|text| Code::typed(text));
    let shared = inner.clone();
    let outcome = inner.store.write(move |tx| decide(&shared, tx, at, &hash, &checked, code.as_ref()));
    drop(kept);
    outcome
}

fn decide(inner: &Inner, tx: &Connection, at: Timestamp, hash: &[u8; 32], checked: &Checked, code: Option<&Code>) -> Result<SignInOutcome> {
    let Some(link) = invitation::find(tx, hash)? else { return Err(crate::Error::NotFound(crate::Noun::Enrollment)) };
    if let Some(end) = link.end(at) {
        return Ok(SignInOutcome::Ended(end));
    }
    let head = enrollment::head(tx, link.enrollment)?;
    opened(tx, at, &link, json!({}))?;
    let (needs_code, needs_password) = match checked.asked {
        SignIn::Code | SignIn::Directory => (true, false),
        SignIn::Password | SignIn::Basic => (false, true),
        SignIn::Both => (true, true),
    };
    // Somebody else may have failed since the password was looked at.
    let numbers = &checked.numbers;
    if needs_password && let Some(seconds) = wait(tx, at, head.subscriber, numbers)? {
        return Ok(SignInOutcome::Wait { seconds });
    }
    if needs_code && !is_code(inner, tx, &link, code)? {
        return wrong_code(tx, at, &link, numbers);
    }
    if needs_password && !checked.password {
        return wrong_password(tx, at, &link, head.subscriber, numbers);
    }
    tx.prepare_cached("DELETE FROM password_failure WHERE subscriber = ?1")?.execute([head.subscriber])?;
    // An update of iOS takes longer than a session: whoever comes back after it is not told of the old version.
    tx.prepare_cached("UPDATE enrollment SET os_too_old = NULL WHERE id = ?1")?.execute([link.enrollment])?;
    let session = session::create(inner, tx, at, hash, link.enrollment, needs_code, numbers.session())?;
    enrollment::record(tx, at, link.enrollment, StepKind::SignedIn, json!({ "by": checked.asked }))?;
    ledger::append(
        tx,
        at,
        &Actor::Subscriber(head.subscriber),
        "enrollment.signed_in",
        &link.enrollment.to_string(),
        &json!({ "by": checked.asked }),
    )?;
    Ok(SignInOutcome::SignedIn { session, seconds: u32::try_from(numbers.session()).unwrap_or(u32::MAX) })
}

fn is_code(inner: &Inner, tx: &Connection, link: &Link, code: Option<&Code>) -> Result<bool> {
    let Some(code) = code else { return Ok(false) };
    Ok(invitation::same(&invitation::mac(inner, tx, &link.token, code)?, &link.code))
}

fn wrong_code(tx: &Connection, at: Timestamp, link: &Link, numbers: &Numbers) -> Result<SignInOutcome> {
    let wrong = invitation::count_wrong(tx, link)?;
    let left = numbers.code_tries.saturating_sub(wrong);
    enrollment::record(tx, at, link.enrollment, StepKind::SignInFailed, json!({ "by": "code", "left": left }))?;
    if left > 0 {
        return Ok(SignInOutcome::Wrong { left });
    }
    // Nobody is signed in: the failing is Signet's own deed.
    enrollment::end(tx, at, &Actor::Signet, link.enrollment, Ending::Failed, json!({ "reason": "too many wrong codes" }))?;
    Ok(SignInOutcome::Ended(LinkEnd::TooManyTries))
}

fn wrong_password(tx: &Connection, at: Timestamp, link: &Link, subscriber: SubscriberId, numbers: &Numbers) -> Result<SignInOutcome> {
    tx.prepare_cached("INSERT INTO password_failure (subscriber, at) VALUES (?1, ?2)")?.execute(params![subscriber, at.0])?;
    let left = numbers.password_tries.saturating_sub(failures(tx, at, subscriber, numbers)?);
    enrollment::record(tx, at, link.enrollment, StepKind::SignInFailed, json!({ "by": "password", "left": left }))?;
    Ok(match wait(tx, at, subscriber, numbers)? {
        Some(seconds) => SignInOutcome::Wait { seconds },
        None => SignInOutcome::Wrong { left },
    })
}

/// How many wrong passwords lately.
fn failures(tx: &Connection, at: Timestamp, subscriber: SubscriberId, numbers: &Numbers) -> Result<u32> {
    Ok(tx
        .prepare_cached("SELECT count(*) FROM password_failure WHERE subscriber = ?1 AND at > ?2")?
        .query_row(params![subscriber, at.plus(-numbers.password_window()).0], |row| row.get(0))?)
}

/// Seconds until this person may try a password again: until one fewer of them count than may be wrong. There are more than that where
/// fewer may be wrong since.
fn wait(tx: &Connection, at: Timestamp, subscriber: SubscriberId, numbers: &Numbers) -> Result<Option<u32>> {
    let decisive: Option<i64> = tx
        .prepare_cached("SELECT at FROM password_failure WHERE subscriber = ?1 AND at > ?2 ORDER BY at DESC LIMIT 1 OFFSET ?3")?
        .query_row(params![subscriber, at.plus(-numbers.password_window()).0, numbers.password_tries.saturating_sub(1)], |row| row.get(0))
        .optional()?;
    Ok(decisive.map(|decisive| u32::try_from(decisive + numbers.password_window() - at.0).unwrap_or(0).max(1)))
}

fn stored_password(tx: &Connection, subscriber: SubscriberId) -> Result<Option<String>> {
    Ok(tx.prepare_cached("SELECT hash FROM password WHERE subscriber = ?1")?.query_row([subscriber], |row| row.get(0)).optional()?)
}

pub(super) fn addresses(tx: &Connection, subscriber: SubscriberId) -> Result<Vec<String>> {
    let mut statement = tx.prepare_cached("SELECT address FROM mailbox WHERE subscriber = ?1")?;
    Ok(statement.query_map([subscriber], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ota::tests::phone::{said, world};

    /// Many guesses may have been looked at when the fifth failure is recorded: the right one among them comes too late.
    #[test]
    fn a_right_password_that_was_checked_before_the_fifth_failure_still_waits() {
        let world = world();
        let alice = world.person("Alice Example", "alice@example.edu").id;
        let invitation = world.invite("alice@example.edu");
        let (inner, hash) = (world.authority.0.clone(), invitation.token.hash());
        let outcome = world.authority.0.store.write(move |tx| {
            let at = inner.clock.now();
            let numbers = inner.network()?.numbers;
            let checked = |password| Checked { asked: SignIn::Password, password, numbers };
            for _ in 0..5 {
                decide(&inner, tx, at, &hash, &checked(false), None)?;
            }
            assert_eq!(failures(tx, at, alice, &numbers)?, 5);
            decide(&inner, tx, at, &hash, &checked(true), None)
        });
        assert_eq!(said(&outcome.unwrap()), "wait 900");
    }

    #[test]
    fn where_fewer_may_be_wrong_since_the_wait_is_until_one_fewer_counts() {
        let world = world();
        let alice = world.person("Alice Example", "alice@example.edu").id;
        let inner = world.authority.0.clone();
        let waits = world.authority.0.store.write(move |tx| {
            let (at, mut numbers) = (inner.clock.now(), inner.network()?.numbers);
            for minutes in [14, 10, 5] {
                let failed = at.plus(-minutes * Timestamp::MINUTE);
                tx.execute("INSERT INTO password_failure (subscriber, at) VALUES (?1, ?2)", params![alice, failed.0])?;
            }
            let mut by = |tries| {
                numbers.password_tries = tries;
                wait(tx, at, alice, &numbers)
            };
            Ok([by(4)?, by(3)?, by(2)?, by(1)?])
        });
        assert_eq!(waits.unwrap(), [None, Some(60), Some(300), Some(600)]);
    }

    /// Each guess costs a hash, so a burst of them must not get as many as there are threads.
    #[test]
    fn of_many_guesses_at_once_hardly_more_are_looked_at_than_may_be_wrong() {
        let world = world();
        world.officer.set_setting("portal.sign_in", "password").unwrap();
        world.person("Alice Example", "alice@example.edu");
        let first = world.invite("alice@example.edu");
        let session = world.sign_in_by_code(&first);
        world.enroller.set_password(&first.token, &session, "rather long and odd").unwrap();
        let next = world.invite("alice@example.edu");
        let start = std::sync::Barrier::new(20);
        let looked_at: u32 = std::thread::scope(|scope| {
            let guesses: Vec<_> = (0..20)
                .map(|number| {
                    let (world, start, token) = (&world, &start, next.token.clone());
                    scope.spawn(move || {
                        let typed = Credentials {
                            mail: Some("alice@example.edu".into()),
                            password: Some(zeroize::Zeroizing::new(format!("guess number {number}"))),
                            ..Credentials::default()
                        };
                        start.wait();
                        world.enroller.sign_in(&token, &typed).unwrap();
                        password::tests::VERIFIED.get()
                    })
                })
                .collect();
            guesses.into_iter().map(|guess| guess.join().unwrap()).sum()
        });
        assert!((5..=6).contains(&looked_at), "{looked_at}");
    }
}

//! One step of a batch. Keys are made on all cores while this thread reserves, signs, stores and hands on those that are ready.

use super::{BatchProgress, BatchState, Delivery, plan, rows, rows::Item};
use crate::{
    Conflict, Error, Noun, Operator, Result,
    authority::Inner,
    certificate,
    certification::{Authorities, Identity},
    id::BatchId,
    issuance::{
        cycle::{self, Claim, Order},
        generated, lost, request,
    },
    issue::{self, Signed},
    ledger,
    policy::Policies,
    secret::FilePassword,
    store, subscriber,
};
use protocol::{
    Timestamp,
    key::{PrivateKey, PublicKey},
    pkcs12::Form,
    x509::{CertificateView, SerialNumber},
};
use rusqlite::Connection;
use serde_json::json;
use std::{
    fs::File,
    num::NonZero,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc,
    },
};
use zeroize::Zeroizing;

/// Keys made on each core in one step: the cores wait for the last one once a step, which must not matter.
const PER_CORE: usize = 24;
/// Most certificates that share the two transactions.
const GROUP: usize = 32;

/// Held by who works on batches; `None`: somebody else does. It ends with the process, so that whoever gets it knows that what is half
/// done was left by a crash.
pub(super) fn lock(inner: &Inner) -> Result<Option<File>> {
    store::try_lock(&inner.folder, "batch.lock")
}

pub(super) fn step(operator: &Operator, id: BatchId, deliver: &mut dyn FnMut(Delivery) -> Result<()>) -> Result<BatchProgress> {
    let inner = &operator.inner;
    let lock = lock(inner)?.ok_or(Error::Conflict(Conflict::BatchUnderWay))?;
    let batch = inner.store.read(|c| rows::batch(c, id))?;
    match batch.state {
        BatchState::Running => {}
        BatchState::Stopped => return inner.store.read(|c| rows::progress(c, id)),
        BatchState::Done => return Err(Error::Conflict(Conflict::BatchEnded)),
        BatchState::Cancelled => {
            clear_ended(inner, id)?;
            return Err(Error::Conflict(Conflict::BatchEnded));
        }
    }
    let run = Run {
        operator,
        id,
        form: batch.form,
        supersede: batch.supersede,
        ca: inner.issuing_ca()?,
        authorities: inner.authorities()?,
        policies: inner.policies()?,
    };
    if let Err(error) = run.step(deliver) {
        // Who ended it meanwhile left this to us; what fails now is done within a minute.
        if let Err(error) = clear_ended(inner, id) {
            tracing::error!(%error, batch = %id, "what a batch left half done could not be put right");
        }
        return Err(error);
    }
    let (clock, actor) = (inner.clock.clone(), operator.actor.clone());
    let progress = inner.store.write(move |tx| {
        let progress = rows::progress(tx, id)?;
        if !progress.state.is_open() || progress.delivered + progress.refused < progress.total {
            return Ok(progress);
        }
        let at = clock.now();
        rows::end(tx, at, id, BatchState::Done)?;
        let facts = json!({ "delivered": progress.delivered, "refused": progress.refused });
        ledger::append(tx, at, &actor, "batch.done", &id.to_string(), &facts)?;
        rows::progress(tx, id)
    })?;
    drop(lock);
    Ok(progress)
}

/// What all certificates of a step share.
struct Run<'a> {
    operator: &'a Operator,
    id: BatchId,
    form: Form,
    supersede: bool,
    ca: Arc<Identity>,
    authorities: Arc<Authorities>,
    policies: Arc<Policies>,
}

/// An item whose key is ready.
struct Ready {
    /// `None`: its holder has it.
    key: Option<PrivateKey>,
    public_key: PublicKey,
}

/// A certificate that is signed and about to be stored, with what will be handed on.
struct Made<'a> {
    item: &'a Item,
    signed: Signed,
    identity: Option<(Zeroizing<Vec<u8>>, FilePassword)>,
}

impl Run<'_> {
    fn step(&self, deliver: &mut dyn FnMut(Delivery) -> Result<()>) -> Result<()> {
        self.put_right(deliver)?;
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let items = self.operator.inner.store.read(|c| rows::items(c, self.id, "waiting", cores * PER_CORE))?;
        self.require_sound(&items)?;
        if items.is_empty() { Ok(()) } else { self.work(&items, cores, deliver) }
    }

    /// A profile that a later rule refuses is nothing that is wrong with the rows: they wait until it is mended. What is not offered any
    /// more by somebody's decision refuses them.
    fn require_sound(&self, items: &[Item]) -> Result<()> {
        for item in items {
            // Who is no longer here has no policy: the row says so.
            if let Some(department) = item.department {
                self.policies.of(department)?.profile(item.profile).require_sound()?;
            }
        }
        Ok(())
    }

    fn work(&self, items: &[Item], cores: usize, deliver: &mut dyn FnMut(Delivery) -> Result<()>) -> Result<()> {
        let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
        let (sender, ready) = mpsc::channel();
        std::thread::scope(|scope| {
            for _ in 0..cores.min(items.len()) {
                let (sender, next, stop) = (sender.clone(), &next, &stop);
                scope.spawn(move || {
                    while !stop.load(Ordering::Relaxed)
                        && let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed))
                        && sender.send((item, self.prepare(item))).is_ok()
                    {}
                });
            }
            drop(sender);
            let result = self.take(&ready, deliver);
            stop.store(true, Ordering::Relaxed);
            result
        })
    }

    /// The key of an item; on a worker's thread.
    fn prepare(&self, item: &Item) -> Result<Ready> {
        match &item.csr {
            Some(csr) => Ok(Ready { key: None, public_key: request::read(csr)?.public_key }),
            None => {
                let department = item.department.ok_or(Error::NotFound(Noun::Subscriber))?;
                let key = generated::make_key(&self.operator.inner, self.policies.of(department)?.profile(item.profile))?;
                Ok(Ready { public_key: key.public()?, key: Some(key) })
            }
        }
    }

    /// Takes what is ready, in groups, until nothing is left, the batch was ended, the program ends, or something fails.
    fn take(&self, ready: &mpsc::Receiver<(&Item, Result<Ready>)>, deliver: &mut dyn FnMut(Delivery) -> Result<()>) -> Result<()> {
        let mut handed_on = Vec::new();
        let mut result = Ok(true);
        while matches!(result, Ok(true))
            && !self.operator.inner.is_ending()
            && let Ok(first) = ready.recv()
        {
            let mut group = vec![first];
            while group.len() < GROUP
                && let Ok(next) = ready.try_recv()
            {
                group.push(next);
            }
            result = self.group(group, &mut handed_on, deliver);
        }
        // Also after a failure: what was handed on was handed on.
        self.mark(handed_on)?;
        result.map(|_| ())
    }

    fn mark(&self, handed_on: Vec<(i64, SerialNumber)>) -> Result<()> {
        let id = self.id;
        self.operator.inner.store.write(move |tx| mark(tx, id, &handed_on))
    }

    /// Steps 1 to 4 of the issuance cycle for some items, then hands them on; `false`: the batch was ended meanwhile.
    fn group(
        &self,
        group: Vec<(&Item, Result<Ready>)>,
        handed_on: &mut Vec<(i64, SerialNumber)>,
        deliver: &mut dyn FnMut(Delivery) -> Result<()>,
    ) -> Result<bool> {
        // 1. reserve
        let Some(claims) = self.reserve(&group, std::mem::take(handed_on))? else { return Ok(false) };
        // 2. sign; 3. re-parse and lint
        let mut claimed = Vec::with_capacity(claims.len());
        let mut made = Vec::with_capacity(claims.len());
        for (claim, (item, prepared)) in claims.into_iter().zip(group) {
            let (Some(claim), Ok(prepared)) = (claim, prepared) else { continue };
            match self.sign(&claim, item, prepared) {
                Ok(one) => {
                    claimed.push((item.number, claim, one.signed.clone()));
                    made.push(one);
                }
                Err(error) => self.give_up(item.number, claim.reservation.serial, &error)?,
            }
        }
        // 4. store
        let stored = self.store(claimed)?;
        for (one, stored) in made.into_iter().zip(stored) {
            if !stored {
                continue;
            }
            let (number, serial) = (one.item.number, one.signed.view.serial.clone());
            deliver(Delivery {
                line: one.item.line,
                mail: one.item.mail.clone(),
                profile: one.item.profile,
                certificate: Arc::unwrap_or_clone(one.signed.view),
                identity: one.identity,
            })?;
            handed_on.push((number, serial));
        }
        Ok(true)
    }

    /// A claim for each item, `None` for one that was refused; `None` when the batch was ended.
    fn reserve(&self, group: &[(&Item, Result<Ready>)], handed_on: Vec<(i64, SerialNumber)>) -> Result<Option<Vec<Option<Claim>>>> {
        let wanted: Vec<_> = group
            .iter()
            .map(|(item, ready)| {
                let key = ready.as_ref().map(|ready| ready.public_key.clone()).map_err(Clone::clone);
                (item.number, item.subscriber, item.mail.clone(), item.profile, item.csr.clone(), key)
            })
            .collect();
        let (clock, id, ca, supersede) = (self.operator.inner.clock.clone(), self.id, self.ca.clone(), self.supersede);
        let policies = self.policies.clone();
        self.operator.inner.store.write(move |tx| {
            mark(tx, id, &handed_on)?;
            if rows::batch(tx, id)?.state != BatchState::Running {
                return Ok(None);
            }
            let at = issue::time(tx, &*clock)?;
            let mut claims = Vec::with_capacity(wanted.len());
            for (number, subscriber, mail, profile, csr, key) in wanted {
                let claim = key.and_then(|key| {
                    let person = subscriber::read(tx, at, subscriber)?;
                    let order = Order::new(policies.of(person.department_id)?, &person, &mail, profile, supersede)?;
                    if let Some(csr) = &csr {
                        request::check_names(&request::read(csr)?, &order.subject, &order.san)?;
                    }
                    cycle::reserve(tx, at, &ca.certificate, order, key)
                });
                claims.push(match claim {
                    Ok(claim) => {
                        rows::set(tx, id, number, "reserved", Some(&claim.reservation.serial))?;
                        Some(claim)
                    }
                    Err(error) => {
                        let (_, reason) = plan::say(&error).ok_or_else(|| error.clone())?;
                        rows::refuse(tx, id, number, error.code(), &reason)?;
                        None
                    }
                });
            }
            Ok(Some(claims))
        })
    }

    fn sign<'i>(&self, claim: &Claim, item: &'i Item, ready: Ready) -> Result<Made<'i>> {
        let signed = issue::certify(&self.ca, &claim.intent, &claim.reservation)?;
        let identity = ready.key.map(|key| generated::seal(&self.authorities, &key, &signed.view, item.profile, self.form)).transpose()?;
        Ok(Made { item, signed, identity })
    }

    /// Ours alone: the row must not be tried for ever.
    fn give_up(&self, number: i64, serial: SerialNumber, error: &Error) -> Result<()> {
        tracing::error!(%error, batch = %self.id, number, "an item of a batch could not be signed");
        let (clock, id) = (self.operator.inner.clock.clone(), self.id);
        self.operator.inner.store.write(move |tx| {
            certificate::abandon(tx, issue::time(tx, &*clock)?, &serial, "signing or linting failed")?;
            rows::refuse(tx, id, number, "internal", "Signet made a mistake; the log says which")
        })
    }

    /// Which of them were stored.
    fn store(&self, claimed: Vec<(i64, Claim, Signed)>) -> Result<Vec<bool>> {
        let (clock, id, actor) = (self.operator.inner.clock.clone(), self.id, self.operator.actor.clone());
        self.operator.inner.store.write(move |tx| {
            let at = issue::time(tx, &*clock)?;
            let mut stored = Vec::with_capacity(claimed.len());
            for (number, claim, signed) in &claimed {
                let serial = &signed.view.serial;
                match cycle::store(tx, at, &actor, claim, signed) {
                    Ok(_) => rows::set(tx, id, *number, "issued", Some(serial))?,
                    Err(error) => {
                        let (_, reason) = plan::say(&error).ok_or_else(|| error.clone())?;
                        certificate::abandon(tx, at, serial, "what it rests on changed meanwhile")?;
                        rows::refuse(tx, id, *number, error.code(), &reason)?;
                        stored.push(false);
                        continue;
                    }
                }
                stored.push(true);
            }
            Ok(stored)
        })
    }

    /// What an interruption left: a certificate that was stored and not handed on is handed on now where its holder has the key; the
    /// others are cleared away and made again.
    fn put_right(&self, deliver: &mut dyn FnMut(Delivery) -> Result<()>) -> Result<()> {
        let inner = &self.operator.inner;
        let id = self.id;
        let (reserved, issued) =
            inner.store.read(|c| Ok((rows::items(c, id, "reserved", 1)?, rows::items(c, id, "issued", usize::MAX)?)))?;
        if reserved.is_empty() && issued.is_empty() {
            return Ok(());
        }
        let mut handed_on = Vec::new();
        for item in issued.into_iter().filter(|item| item.csr.is_some()) {
            let serial = serial_of(&item)?;
            let certificate = CertificateView::from_der(&self.operator.export_certificate(&serial)?.0)?;
            deliver(Delivery { line: item.line, mail: item.mail, profile: item.profile, certificate, identity: None })?;
            handed_on.push((item.number, serial));
        }
        let clock = inner.clock.clone();
        inner.store.write(move |tx| {
            let at = issue::time(tx, &*clock)?;
            mark(tx, id, &handed_on)?;
            clear(tx, at, id)
        })
    }
}

/// Clears away, in the transaction of who holds the lock, what is half done. A reserved serial may have been signed: it is abandoned.
/// The key of a certificate that was stored and not handed on is lost: it is revoked, and what it had superseded counts again. Where the
/// holder has the key, the certificate is good.
pub(super) fn clear(tx: &Connection, at: Timestamp, id: BatchId) -> Result<()> {
    for item in rows::items(tx, id, "reserved", usize::MAX)? {
        certificate::abandon(tx, at, &serial_of(&item)?, "the batch was interrupted")?;
        rows::set(tx, id, item.number, "waiting", None)?;
    }
    for item in rows::items(tx, id, "issued", usize::MAX)?.into_iter().filter(|item| item.csr.is_none()) {
        lost::revoke_lost(tx, at, &serial_of(&item)?, "the batch was interrupted before its key was handed on, so nobody has it")?;
        rows::set(tx, id, item.number, "waiting", None)?;
    }
    Ok(())
}

/// The same for a batch that was ended while somebody else held the lock; nothing where it was not.
fn clear_ended(inner: &Inner, id: BatchId) -> Result<()> {
    let clock = inner.clock.clone();
    inner.store.write(move |tx| match rows::batch(tx, id)?.state {
        BatchState::Cancelled => clear(tx, clock.now(), id),
        BatchState::Running | BatchState::Stopped | BatchState::Done => Ok(()),
    })
}

/// The same for all of them, where nobody is at work. Asked every minute: who held the lock may have been killed.
pub(crate) fn clear_all_ended(inner: &Inner) -> Result<()> {
    let left = inner.store.read(rows::ended_half_done)?;
    if left.is_empty() {
        return Ok(());
    }
    let Some(lock) = lock(inner)? else { return Ok(()) };
    left.into_iter().try_for_each(|id| clear_ended(inner, id))?;
    drop(lock);
    Ok(())
}

fn serial_of(item: &Item) -> Result<SerialNumber> {
    item.serial.clone().ok_or_else(|| Error::fault("an item in work without a serial"))
}

/// They were handed on.
fn mark(tx: &Connection, id: BatchId, handed_on: &[(i64, SerialNumber)]) -> Result<()> {
    handed_on.iter().try_for_each(|(number, serial)| rows::set(tx, id, *number, "delivered", Some(serial)))
}

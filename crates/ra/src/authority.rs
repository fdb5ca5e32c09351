//! One opened folder.

use crate::{
    Auditor, Enroller, Operator, Result, certificate,
    certification::{Authorities, Identities, TlsCached},
    crl::Crls,
    department::Units,
    ledger::Actor,
    ocsp::Responders,
    policy::Policies,
    ports::Clock,
    settings::EachSettings,
    store::{self, Cached, Store},
    vault::{KeyringChoice, Vault},
};
use protocol::key::{KeyAlgorithm, PrivateKey};
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// How to open a folder.
pub struct OpenOptions {
    /// The data folder; created (mode 700) when missing.
    pub folder: PathBuf,
    /// Where the key-encryption key is, when it is not the remembered choice.
    pub keyring: Option<KeyringChoice>,
    /// Time.
    pub clock: Arc<dyn Clock>,
}

/// An opened data folder: the store, the vault and what is cached of them. Cheap to clone. Several processes may have one folder open.
#[derive(Clone)]
pub struct Authority(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) vault: Vault,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) folder: PathBuf,
    pub(crate) cache: Cache,
    /// Makes a key; tests take ready ones.
    pub(crate) make_key: fn(KeyAlgorithm) -> Result<PrivateKey>,
    /// The program is about to end.
    ending: AtomicBool,
}

/// What is kept of the store in memory; each part is read again when its topic changed, in whatever process.
#[derive(Default)]
pub(crate) struct Cache {
    pub(crate) settings: Cached<EachSettings>,
    pub(crate) units: Cached<Units>,
    pub(crate) authorities: Cached<Authorities>,
    pub(crate) identities: Cached<Identities>,
    pub(crate) tls: Cached<TlsCached>,
    /// The answer to GetCACert.
    pub(crate) scep_certificates: Cached<Vec<u8>>,
    pub(crate) crls: Crls,
    pub(crate) policies: Cached<Policies>,
    pub(crate) responders: Responders,
}

impl Authority {
    /// The data folder of this account when none is named; `None` when the system knows no home folder.
    #[must_use]
    pub fn default_folder() -> Option<PathBuf> {
        directories::ProjectDirs::from("org", "Signet", "Signet").map(|of| of.data_local_dir().to_owned())
    }
    /// Opens (and migrates) the folder's database; creates an empty one when there is none. Does not touch the keyring yet.
    pub fn open(options: OpenOptions) -> Result<Self> {
        Self::open_with(options, |algorithm| Ok(PrivateKey::generate(algorithm)?))
    }
    pub(crate) fn open_with(options: OpenOptions, make_key: fn(KeyAlgorithm) -> Result<PrivateKey>) -> Result<Self> {
        let OpenOptions { folder, keyring, clock } = options;
        let folder = std::path::absolute(&folder).map_err(|e| store::io_error(&folder, &e))?;
        store::make_folder(&folder)?;
        let store = Store::open(&folder)?;
        while certificate::read_anew(&store)? {}
        let vault = Vault::new(&folder, keyring);
        let (cache, ending) = (Cache::default(), AtomicBool::new(false));
        Ok(Authority(Arc::new(Inner { store, vault, clock, folder, cache, make_key, ending })))
    }
    /// What an officer may do. `actor` stands in every ledger row.
    pub fn operator(&self, actor: Actor) -> Operator {
        Operator { inner: self.0.clone(), actor, department: None }
    }
    /// What a device on the network may do.
    pub fn enroller(&self) -> Enroller {
        Enroller { inner: self.0.clone() }
    }
    /// Reading and verifying.
    pub fn auditor(&self) -> Auditor {
        Auditor { inner: self.0.clone() }
    }
    /// The department has its CA.
    pub fn is_set_up(&self) -> Result<bool> {
        self.0.store.read(|c| Ok(c.query_row("SELECT EXISTS (SELECT 1 FROM unit WHERE kind = 'department')", [], |row| row.get(0))?))
    }
    /// Changes whenever any process changed the data: compare and reload (PRAGMA data_version and our own writes).
    pub fn version(&self) -> Result<u64> {
        self.0.store.version()
    }
    /// The folder.
    pub fn folder(&self) -> &std::path::Path {
        &self.0.folder
    }
    /// The program is about to end: a step of a batch that is under way ends after the certificates that it is at, and none begins.
    pub fn wind_down(&self) {
        self.0.ending.store(true, Ordering::Relaxed);
    }
    /// What dropping the last handle does, for a program that ends while threads still have some: the ledger's head is signed, where the
    /// keys are open anyway.
    pub fn close(&self) {
        self.0.close_ledger();
    }
}

impl Inner {
    /// Whoever has long work to do begins no further part of it.
    pub(crate) fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Relaxed)
    }

    /// Closes the day's ledger with a signed head, where the keys are open anyway. What cannot be signed now is signed next time.
    fn close_ledger(&self) {
        if let Some(identities) = self.cache.identities.peek() {
            self.sign_ledger_head_or_say(Ok(identities.profile_signer.clone()));
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close_ledger();
    }
}

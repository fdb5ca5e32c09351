//! The set-up of a folder: its organization, its first department, its CA.

use super::{Department, read};
use crate::{
    Conflict, Error, Operator, Result,
    certification::{self, Founding},
    host::{Host, dns_name},
    id::UnitId,
    ledger, settings,
    settings::Settings,
};
use protocol::{Timestamp, key::KeyAlgorithm};
use rusqlite::{Connection, OptionalExtension};
use unicode_normalization::UnicodeNormalization;

/// What the wizard collects; saved after each step, so that it can be resumed.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct SetupDraft {
    /// Step reached, from 0.
    pub step: u8,
    /// Organization.
    pub organization: String,
    /// Department.
    pub department: String,
    /// Mail domains.
    pub mail_domains: Vec<String>,
    /// Host names and addresses to serve on.
    pub hosts: Vec<String>,
    /// Listen address for HTTPS.
    pub https: String,
    /// Listen address for HTTP.
    pub http: String,
    /// Public URL.
    pub public_url: String,
    /// "public" or "private".
    pub tls: String,
    /// CA key.
    pub ca_key: Option<KeyAlgorithm>,
    /// Help line.
    pub contact: String,
    /// Training department.
    pub training: bool,
}

/// What `init` and the wizard's last step need.
#[derive(Debug, Clone)]
pub struct NewDepartment {
    /// Organization name.
    pub organization: String,
    /// Department name.
    pub department: String,
    /// Mail domains, at least one.
    pub mail_domains: Vec<String>,
    /// Host names and addresses of the portal.
    pub hosts: Vec<String>,
    /// CA key (root and issuing).
    pub ca_key: KeyAlgorithm,
    /// Status URL, when it is known.
    pub status_url: Option<String>,
    /// Is this a training department (never for real people)?
    pub training: bool,
}

/// Name of the wizard's draft in the store.
const DRAFT: &str = "setup";

impl Operator {
    /// The saved draft of the wizard.
    pub fn setup_draft(&self) -> Result<SetupDraft> {
        let text: Option<String> = self
            .inner
            .store
            .read(|c| Ok(c.prepare_cached("SELECT value FROM draft WHERE name = ?")?.query_row([DRAFT], |row| row.get(0)).optional()?))?;
        // A draft of an earlier version that no longer fits is not worth an error: the wizard begins anew.
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }
    /// Saves it. Once the department is there only a draft that the wizard has left open is changed: no new wizard begins.
    pub fn save_setup_draft(&self, draft: &SetupDraft) -> Result<()> {
        let text = draft.to_text()?;
        self.inner.store.write(move |tx| {
            if read::units(tx)?.is_some() && !draft_exists(tx)? {
                return Ok(());
            }
            store_draft(tx, &text)
        })
    }
    /// The wizard has something left to ask: there is no department yet, or its last steps (the root's key, the TLS certificate) wait.
    pub fn is_setting_up(&self) -> Result<bool> {
        self.inner.store.read(|c| Ok(draft_exists(c)? || read::units(c)?.is_none()))
    }
    /// The wizard is over; what it skipped is offered elsewhere.
    pub fn end_set_up(&self) -> Result<()> {
        self.inner.store.write(|tx| {
            if read::units(tx)?.is_some() {
                tx.prepare_cached("DELETE FROM draft WHERE name = ?")?.execute([DRAFT])?;
            }
            Ok(())
        })
    }
    /// Creates organization, department, root, issuing CA, RA, profile signer and TLS certificate. Once.
    pub fn create_department(&self, new: NewDepartment) -> Result<Department> {
        self.create_department_with(new, &[])
    }
    /// The same with settings that say how the first certificates are made (`validity.*`, by their fixed names), checked as
    /// [`Operator::set_setting`] does: they count for what is made here, and for what comes.
    pub fn create_department_with(&self, new: NewDepartment, given: &[(String, String)]) -> Result<Department> {
        let first = given.iter().map(|(key, value)| settings::check_first(key, value)).collect::<Result<_>>()?;
        self.found(Checked::read(new)?, First { settings: first, left: None })
    }
    /// The same as a step of the wizard, in one transaction with its first settings (by their fixed names) and with the draft of the
    /// steps that are left, so that whatever ends the program now loses neither.
    pub fn create_department_in_wizard(
        &self,
        new: NewDepartment,
        first: &[(&'static str, String)],
        left: &SetupDraft,
    ) -> Result<Department> {
        let first = first.iter().map(|(key, value)| Ok((*key, settings::check(key, value)?))).collect::<Result<_>>()?;
        self.found(Checked::read(new)?, First { settings: first, left: Some(left.to_text()?) })
    }

    fn found(&self, new: Checked, first: First) -> Result<Department> {
        let inner = &self.inner;
        let sealed: bool = inner.store.read(|c| {
            if read::units(c)?.is_some() {
                return Err(Error::Conflict(Conflict::AlreadySetUp));
            }
            Ok(c.query_row("SELECT EXISTS (SELECT 1 FROM sealed_key)", [], |row| row.get(0))?)
        })?;
        inner.vault.create(!sealed)?;
        let settings = Settings::starting(new.status_url.as_deref(), &first.settings)?;
        let (organization, department) = (UnitId::fresh(), UnitId::fresh());
        let founded = certification::establish(
            inner,
            &Founding {
                unit: department,
                organization: &new.organization,
                department: &new.department,
                mail_domains: &new.mail_domains,
                hosts: &new.hosts,
                ca_key: new.ca_key,
                settings: &settings,
            },
        )?;
        let (at, actor) = (inner.clock.now(), self.actor.clone());
        let created = inner.store.write(move |tx| {
            if read::units(tx)?.is_some() {
                founded.abandon(tx, at)?;
                return Ok(None);
            }
            new.insert(tx, at, organization, department)?;
            let facts = serde_json::json!({
                "organization": new.organization,
                "department": new.department,
                "mail_domains": new.mail_domains,
                "hosts": new.host_texts(),
                "training": new.training,
            });
            ledger::append(tx, at, &actor, "department.created", &department.to_string(), &facts)?;
            founded.store(tx, at, &actor)?;
            first.store(tx, at, &actor, (organization, department))?;
            Ok(read::units(tx)?.map(|units| units.founding().as_ref().clone()))
        })?;
        #[cfg(test)]
        certification::crash_after(4)?;
        created.ok_or(Error::Conflict(Conflict::AlreadySetUp))
    }
}

impl SetupDraft {
    fn to_text(&self) -> Result<String> {
        let text = serde_json::to_string(self).map_err(Error::fault)?;
        if text.len() > 64 * 1024 { Err(Error::invalid("draft", "write shorter texts")) } else { Ok(text) }
    }
}

fn draft_exists(c: &Connection) -> Result<bool> {
    Ok(c.prepare_cached("SELECT 1 FROM draft WHERE name = ?")?.exists([DRAFT])?)
}

fn store_draft(tx: &Connection, text: &str) -> Result<()> {
    tx.prepare_cached("INSERT INTO draft (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value")?
        .execute((DRAFT, text))?;
    Ok(())
}

/// What comes with a new department.
struct First {
    /// Settings by name; `None`: the default.
    settings: Vec<(&'static str, Option<String>)>,
    /// The draft of the steps that the wizard has left; `None`: it has none.
    left: Option<String>,
}

impl First {
    fn store(&self, tx: &Connection, at: Timestamp, actor: &ledger::Actor, units: (UnitId, UnitId)) -> Result<()> {
        for (key, value) in &self.settings {
            if let Some(value) = value {
                settings::store_first(tx, at, actor, units, key, value)?;
            }
        }
        match &self.left {
            Some(left) => store_draft(tx, left),
            None => {
                tx.execute("DELETE FROM draft WHERE name = ?", [DRAFT])?;
                Ok(())
            }
        }
    }
}

/// What was given, read and brought into its one form.
struct Checked {
    organization: String,
    department: String,
    mail_domains: Vec<String>,
    hosts: Vec<Host>,
    ca_key: KeyAlgorithm,
    status_url: Option<String>,
    training: bool,
}

impl Checked {
    fn read(new: NewDepartment) -> Result<Self> {
        let mut mail_domains = Vec::new();
        for typed in &new.mail_domains {
            let domain = dns_name(typed.trim().trim_start_matches('@')).map_err(|reason| Error::invalid("mail_domains", reason))?;
            if !mail_domains.contains(&domain) {
                mail_domains.push(domain);
            }
        }
        if mail_domains.is_empty() || mail_domains.len() > 50 {
            return Err(Error::invalid("mail_domains", "give the domain of the mail addresses, such as example.edu"));
        }
        let mut hosts = Vec::new();
        for typed in &new.hosts {
            let host = Host::parse(typed).map_err(|reason| Error::invalid("hosts", reason))?;
            if matches!(host, Host::Address(_)) && !certification::is_permitted(&host, &[], &[]) {
                return Err(Error::invalid(
                    "hosts",
                    format!("{host} is a public address; the department's CA certifies only private ones: give a host name"),
                ));
            }
            if !hosts.contains(&host) {
                hosts.push(host);
            }
        }
        if hosts.len() > 50 {
            return Err(Error::invalid("hosts", "give at most 50 hosts"));
        }
        let status_url = match new.status_url.as_deref() {
            Some(url) => settings::check("status.url", url)?,
            None => None,
        };
        Ok(Checked {
            organization: name("organization", &new.organization)?,
            department: name("department", &new.department)?,
            mail_domains,
            hosts,
            ca_key: new.ca_key,
            status_url,
            training: new.training,
        })
    }

    fn host_texts(&self) -> Vec<String> {
        let bare = |host: &Host| match host {
            Host::Name(name) => name.clone(),
            Host::Address(address) => address.to_string(),
        };
        self.hosts.iter().map(bare).collect()
    }

    fn insert(&self, tx: &Connection, at: Timestamp, organization: UnitId, department: UnitId) -> Result<()> {
        let json = |list: &[String]| serde_json::to_string(list).map_err(Error::fault);
        tx.execute(
            "INSERT INTO unit (id, kind, name, certified_name, hosts, created_at) VALUES (?1, 'organization', ?2, ?2, ?3, ?4)",
            (organization, &self.organization, json(&self.host_texts())?, at.0),
        )?;
        tx.execute(
            "INSERT INTO unit (id, parent, kind, name, certified_name, mail_domains, training, created_at) VALUES (?1, ?2, 'department', ?3, ?3, ?4, ?5, ?6)",
            (department, organization, &self.department, json(&self.mail_domains)?, self.training, at.0),
        )?;
        if let Some(url) = &self.status_url {
            settings::store(tx, organization, "status.url", Some(url))?;
        }
        Ok(())
    }
}

/// A name that will stand in certificates: NFC, blanks folded, 1 to 64 characters (ub-organization-name, RFC 5280 appendix A),
/// nothing that hides or turns text.
pub(super) fn name(field: &'static str, typed: &str) -> Result<String> {
    let name: String = typed.split_whitespace().collect::<Vec<_>>().join(" ").nfc().collect();
    if name.is_empty() || name.chars().count() > 64 || name.chars().any(crate::host::is_hidden) {
        return Err(Error::invalid(field, "1 to 64 characters, without hidden ones"));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::super::{NewDepartment, SetupDraft};
    use crate::{Denied, Error, testing};
    use protocol::key::KeyAlgorithm;

    fn new() -> NewDepartment {
        NewDepartment {
            organization: "Example University".into(),
            department: "Physics".into(),
            mail_domains: vec!["example.edu".into()],
            hosts: vec!["pki.example.edu".into()],
            ca_key: KeyAlgorithm::P384,
            status_url: None,
            training: true,
        }
    }

    #[test]
    fn the_wizards_draft_outlives_a_restart_and_ends_with_the_set_up() {
        let (authority, clock, folder) = testing::authority();
        assert_eq!(testing::officer(&authority).setup_draft().unwrap(), SetupDraft::default());
        let draft =
            SetupDraft { step: 2, organization: "Example\u{202e}".into(), ca_key: Some(KeyAlgorithm::Rsa3072), ..Default::default() };
        testing::officer(&authority).save_setup_draft(&draft).unwrap();
        let again = testing::open(&folder, &clock);
        assert_eq!(testing::officer(&again).setup_draft().unwrap(), draft, "what was typed, right or wrong");
        assert!(matches!(testing::officer(&again).department(), Err(Error::Denied(Denied::NotSetUp))));
        testing::department(&again);
        assert_eq!(testing::officer(&authority).setup_draft().unwrap(), SetupDraft::default());
    }

    #[test]
    fn the_steps_after_the_ca_outlive_a_restart_until_the_wizard_ends() {
        let (authority, clock, folder) = testing::authority();
        let officer = testing::officer(&authority);
        assert!(officer.is_setting_up().unwrap());
        let left = SetupDraft { step: 4, tls: "public".into(), ..Default::default() };
        let wrong = [("serve.https", "nowhere".to_owned())];
        assert!(matches!(officer.create_department_in_wizard(new(), &wrong, &left), Err(Error::Invalid { field: "serve.https", .. })));
        let first = [("serve.https", "127.0.0.1:9443".to_owned()), ("serve.public_url", "https://pki.example.edu:9443".to_owned())];
        officer.create_department_in_wizard(new(), &first, &left).unwrap();

        let again = testing::officer(&testing::open(&folder, &clock));
        assert!(again.is_setting_up().unwrap(), "root key and TLS certificate are still to be asked about");
        assert_eq!(again.setup_draft().unwrap(), left);
        assert_eq!(again.setting("serve.https").unwrap(), "127.0.0.1:9443");
        let later = SetupDraft { step: 5, ..left };
        again.save_setup_draft(&later).unwrap();
        assert_eq!(officer.setup_draft().unwrap(), later);

        again.end_set_up().unwrap();
        assert!(!officer.is_setting_up().unwrap());
        officer.save_setup_draft(&later).unwrap();
        assert!(!officer.is_setting_up().unwrap(), "a window that comes late does not begin it anew");
    }

    #[test]
    fn names_domains_and_hosts_are_brought_into_one_form() {
        let (authority, _clock, _folder) = testing::authority();
        let given = NewDepartment {
            organization: "  Universit\u{65}\u{301}  de\tGenève ".into(),
            mail_domains: vec!["@Example.EDU".into(), "example.edu.".into(), "physics.example.edu".into()],
            hosts: vec!["PKI.example.edu".into(), "192.168.1.5".into(), "[fd00::5]".into(), "192.168.1.5".into()],
            ..new()
        };
        let made = testing::officer(&authority).create_department(given).unwrap();
        assert_eq!(made.organization, "Université de Genève");
        assert_eq!(made.mail_domains, ["example.edu", "physics.example.edu"]);
        assert_eq!(made.hosts, ["pki.example.edu", "192.168.1.5", "fd00::5"]);
        assert!(made.training && made.root_key_here);
        let tls = testing::officer(&authority).tls_certificate().unwrap().0;
        assert!(tls.contains(&"iPAddress:fd00::5".to_owned()), "{tls:?}");
    }

    #[test]
    fn what_cannot_stand_in_certificates_is_refused_before_a_key_is_made() {
        let (authority, _clock, folder) = testing::authority();
        let officer = testing::officer(&authority);
        let long = "x".repeat(65);
        for (field, wrong) in [
            ("organization", NewDepartment { organization: " ".into(), ..new() }),
            ("organization", NewDepartment { organization: "Ex\0ample".into(), ..new() }),
            ("department", NewDepartment { department: long, ..new() }),
            ("department", NewDepartment { department: "Phy\u{202e}sics".into(), ..new() }),
            ("mail_domains", NewDepartment { mail_domains: vec![], ..new() }),
            ("mail_domains", NewDepartment { mail_domains: vec!["rosa@example.edu".into()], ..new() }),
            ("hosts", NewDepartment { hosts: vec!["pki example".into()], ..new() }),
            ("hosts", NewDepartment { hosts: vec!["141.20.1.1".into()], ..new() }),
            ("status.url", NewDepartment { status_url: Some("https://pki.example.edu".into()), ..new() }),
        ] {
            match officer.create_department(wrong.clone()) {
                Err(Error::Invalid { field: named, .. }) => assert_eq!(named, field, "{wrong:?}"),
                other => panic!("{wrong:?}: {other:?}"),
            }
        }
        let reserved: i64 = authority.0.store.read(|c| Ok(c.query_row("SELECT count(*) FROM issuance", [], |row| row.get(0))?)).unwrap();
        assert_eq!((reserved, authority.is_set_up().unwrap()), (0, false));
        drop(folder);
    }

    #[test]
    fn of_two_set_ups_at_once_one_wins_and_the_other_leaves_its_serials_abandoned() {
        let (authority, clock, folder) = testing::authority();
        let other = testing::open(&folder, &clock);
        let results: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> =
                [&authority, &other].map(|a| scope.spawn(|| testing::officer(a).create_department(new()))).into_iter().collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 1, "{results:?}");
        let count = |sql: &'static str| authority.0.store.read(|c| Ok(c.query_row(sql, [], |row| row.get::<_, i64>(0))?)).unwrap();
        assert_eq!(
            (count("SELECT count(*) FROM certificate"), count("SELECT count(*) FROM sealed_key"), count("SELECT count(*) FROM unit")),
            (5, 5, 2)
        );
        assert_eq!(count("SELECT count(*) FROM issuance WHERE state = 'reserved'"), 0);
    }
}

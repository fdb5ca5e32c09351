//! `signetctl serve`: listens until interrupted, and keeps the house while it does.

use crate::{
    cli::Serve,
    output::Output,
    refusal::Refusal,
    session::{Session, actor},
    stop::Stop,
};
use enroll::{Doors, RequestLog, Server};
use ra::{
    Error, Operator,
    ledger::Verification,
    profile::Scope,
    settings::{SettingChange, Settings, SettingsBefore},
};
use serde_json::json;
use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};
use tokio::{runtime::Runtime, task::JoinError};

/// How long a reading that is nearly done may take at the end, so that the folder is left closed.
const PATIENCE: Duration = Duration::from_secs(1);

pub(crate) fn run(session: &Session, output: &Output, arguments: &Serve) -> Result<(), Refusal> {
    let authority = session.authority()?;
    let operator = authority.operator(actor());
    operator.departments()?;
    judge(authority.auditor().verify_recent_ledger());
    let settings = operator.settings()?;
    let https = address("serve.https", arguments.https, &settings.https)?;
    let http = address("serve.http", arguments.http, &settings.http)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::fault)?;
    // Signals count from now on: who starts us and stops us at once must find an orderly end.
    let mut stop = runtime.block_on(async { Stop::new() }).map_err(Error::fault)?;

    // Where nothing can listen, nothing is remembered.
    let doors = Doors::open(https, http)?;
    let (before, earlier) = (remember(&operator, arguments, &settings, &doors)?, settings.status_url.clone());
    let server = Server::start_at(doors, authority.enroller(), RequestLog::default(), session.clock()).map_err(|error| {
        if let Err(error) = operator.put_settings_back(before) {
            tracing::error!(%error, "the settings of before could not be put back");
        }
        Refusal::from(error)
    })?;
    let _rounds = outbound::Rounds::start(&authority).map_err(Error::fault)?;
    let settings = operator.settings()?;
    // Whoever gave the address now is told; the others were.
    let warning = super::init::status_warning(&settings).filter(|_| arguments.status_url.is_some());
    // All living certificates may have to be read for it. A program waits, which gets one value with everything in it; people need not.
    let named = move || super::settings::StillNamed::since(&operator, earlier).map(|named| named.words());
    let ((named, stopped), named_later) =
        if output.is_json() { (runtime.block_on(found_unless(stop.asked(), named)), None) } else { ((None, false), Some(named)) };
    // Who stops it while it reads is told nothing: it would say that no certificate names the address of before.
    if !stopped {
        let warnings: Vec<String> = warning.into_iter().chain(named).collect();
        for warning in &warnings {
            tracing::warn!("{warning}");
        }
        let listening = json!({
            "https": server.https_addr().to_string(),
            "http": server.http_addr().to_string(),
            "public_url": settings.public_url,
            "status_url": settings.status_url,
            "warnings": warnings,
        });
        output.value(&listening, |_| {
            let url =
                |url: &Option<String>| url.clone().unwrap_or_else(|| "an address that is not known; set it with --public-url".to_owned());
            format!(
                "Listening on https://{} and http://{}. Phones reach the portal at {}. Stop with Ctrl-C.",
                server.https_addr(),
                server.http_addr(),
                url(&settings.public_url),
            )
        })?;

        let auditor = authority.auditor();
        runtime.block_on(async {
            // The whole chain beside the work: it may be long.
            tokio::task::spawn_blocking(move || judge(auditor.verify_ledger()));
            if let Some(named) = named_later {
                tokio::spawn(async move {
                    if let Some(warning) = found(tokio::task::spawn_blocking(named).await) {
                        tracing::warn!("{warning}");
                    }
                });
            }
            stop.asked().await;
        });
    }
    tracing::info!("stopping");
    server.stop();
    leave(runtime);
    Ok(())
}

/// What `read` finds, and whether the program was asked to stop before that: then nobody waits for it any longer.
async fn found_unless(stop: impl Future<Output = ()>, read: impl FnOnce() -> Option<String> + Send + 'static) -> (Option<String>, bool) {
    tokio::select! {
        () = stop => (None, true),
        read = tokio::task::spawn_blocking(read) => (found(read), false),
    }
}

/// What was read; a reading that broke off is told, for it found nothing and says nothing of what there is.
fn found(read: Result<Option<String>, JoinError>) -> Option<String> {
    read.unwrap_or_else(|error| {
        tracing::error!(%error, "whether certificates name the address of before could not be read");
        None
    })
}

/// What reads beside the work may go on for long, and nothing that it finds is wanted any more. It writes nothing, and so may end with the
/// program.
fn leave(reading: Runtime) {
    reading.shutdown_timeout(PATIENCE);
}

/// A broken ledger is said loudly, but phones go on being served: that it was tampered with is no reason to help who wants us silent.
fn judge(found: Result<Verification, Error>) {
    match found {
        Ok(Verification { broken_at: Some(row), .. }) => {
            tracing::error!(
                row,
                "the ledger is broken: an entry does not fit the one before it; `signetctl ledger verify` says what to do"
            );
        }
        Ok(Verification { unsigned_since: Some(since), .. }) => {
            tracing::error!(%since, "rows of the ledger are not covered by a signature; `signetctl ledger verify` says what to do");
        }
        Ok(Verification { rows, .. }) => tracing::debug!(rows, "the ledger is whole"),
        Err(error) => tracing::error!(%error, "the ledger could not be verified"),
    }
}

/// Stores what was given and where the doors are, so that other processes and the next `serve` use it; gives what puts all back.
fn remember(operator: &Operator, arguments: &Serve, settings: &Settings, doors: &Doors) -> Result<SettingsBefore, Refusal> {
    let (https, http) = (doors.https_addr().to_string(), doors.http_addr().to_string());
    let device_ca = arguments.device_ca.as_ref().map(|path| {
        let absolute = std::path::absolute(path).map_err(|error| Error::invalid("device-ca", format!("{}: {error}", path.display())))?;
        absolute.into_os_string().into_string().map_err(|_| Error::invalid("device-ca", "the path must be UTF-8"))
    });
    let public_url = match &arguments.public_url {
        None if follows_address(operator, settings) => public_url(&hosts(operator)?, doors.https_addr()),
        given => given.clone(),
    };
    let mut changes = Vec::new();
    for (key, value) in [
        ("serve.https", Some(https).filter(|https| *https != settings.https)),
        ("serve.http", Some(http).filter(|http| *http != settings.http)),
        ("serve.public_url", public_url.filter(|url| settings.public_url.as_ref() != Some(url))),
        ("status.url", arguments.status_url.clone()),
        ("serve.device_ca", device_ca.transpose()?),
    ] {
        let Some(value) = value else { continue };
        changes.push((key.to_owned(), if value.trim().is_empty() { SettingChange::Inherit } else { SettingChange::To(value) }));
    }
    Ok(operator.change_settings_for_now(Scope::Organization, changes)?)
}

/// The public URL is missing, or is the one that an earlier `serve` made from its address: it goes where the address goes.
fn follows_address(operator: &Operator, settings: &Settings) -> bool {
    let Some(url) = &settings.public_url else { return true };
    let made = settings.https.parse().ok().zip(hosts(operator).ok()).and_then(|(https, hosts)| public_url(&hosts, https));
    made.is_some_and(|made| made == *url)
}

/// Names and addresses of the portal: the same for all departments of a folder.
fn hosts(operator: &Operator) -> Result<Vec<String>, Error> {
    Ok(operator.departments()?.into_iter().next().map(|first| first.hosts).unwrap_or_default())
}

/// The department's first host with our port; without one, the address itself, unless it stands for all.
fn public_url(hosts: &[String], https: SocketAddr) -> Option<String> {
    let host = match hosts.first() {
        Some(host) => host.parse::<IpAddr>().map_or_else(|_| host.clone(), bracketed),
        None if https.ip().is_unspecified() => return None,
        None => bracketed(https.ip()),
    };
    Some(if https.port() == 443 { format!("https://{host}") } else { format!("https://{host}:{}", https.port()) })
}

fn bracketed(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

fn address(key: &'static str, given: Option<SocketAddr>, stored: &str) -> Result<SocketAddr, Error> {
    given.map_or_else(|| stored.parse().map_err(|_| Error::invalid(key, format!("{stored} is not an address with a port"))), Ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_waits_at_the_end_for_what_only_reads() {
        let reading = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (_until, read) = std::sync::mpsc::channel::<()>();
        reading.spawn_blocking(move || read.recv_timeout(Duration::from_secs(60)));
        let started = std::time::Instant::now();
        leave(reading);
        assert!(started.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn who_stops_it_waits_for_nothing_that_a_program_was_to_be_told() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (_until, read) = std::sync::mpsc::channel::<String>();
        let started = std::time::Instant::now();
        let reading = move || read.recv_timeout(Duration::from_secs(60)).ok();
        assert_eq!(runtime.block_on(found_unless(std::future::ready(()), reading)), (None, true));
        let found = runtime.block_on(found_unless(std::future::pending(), || Some("named".to_owned())));
        assert_eq!(found, (Some("named".to_owned()), false));
        let broken = runtime.block_on(found_unless(std::future::pending(), || panic!("on purpose")));
        assert_eq!(broken, (None, false), "it goes on serving");
        leave(runtime);
        assert!(started.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn the_public_url_is_the_first_host_or_the_address() {
        let at = |address: &str| address.parse::<SocketAddr>().unwrap();
        let hosts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(public_url(&hosts(&["pki.example.edu"]), at("0.0.0.0:8443")).as_deref(), Some("https://pki.example.edu:8443"));
        assert_eq!(public_url(&hosts(&["pki.example.edu"]), at("0.0.0.0:443")).as_deref(), Some("https://pki.example.edu"));
        assert_eq!(public_url(&hosts(&["fd00::1"]), at("[::]:8443")).as_deref(), Some("https://[fd00::1]:8443"));
        assert_eq!(public_url(&[], at("127.0.0.1:8443")).as_deref(), Some("https://127.0.0.1:8443"));
        assert_eq!(public_url(&[], at("0.0.0.0:8443")), None);
    }
}

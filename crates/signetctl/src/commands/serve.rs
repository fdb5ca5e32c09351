//! `signetctl serve`: listens until interrupted, and keeps the house while it does.

use crate::{
    cli::Serve,
    output::Output,
    refusal::Refusal,
    session::{Session, actor},
};
use enroll::{RequestLog, ServeOptions, Server};
use ra::{Error, Operator, ledger::Verification};
use serde_json::json;
use std::net::{IpAddr, SocketAddr};

pub(crate) fn run(session: &Session, output: &Output, arguments: &Serve) -> Result<(), Refusal> {
    let authority = session.authority()?;
    let operator = authority.operator(actor());
    operator.departments()?;
    judge(authority.auditor().verify_recent_ledger());
    let follows = arguments.public_url.is_none() && follows_address(&operator)?;
    let before = operator.settings()?;
    remember(&operator, arguments)?;

    let settings = operator.settings()?;
    let https = address("serve.https", arguments.https, &settings.https)?;
    let http = address("serve.http", arguments.http, &settings.http)?;
    let options = ServeOptions { https, http, log: RequestLog::default(), clock: session.clock() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::fault)?;
    // Signals count from now on: who starts us and stops us at once must find an orderly end.
    let mut stop = runtime.block_on(async { Stop::new() }).map_err(Error::fault)?;

    let server = Server::start(authority.enroller(), options).or_else(|error| {
        // An address that could not be had is not remembered.
        operator.set_setting("serve.https", &before.https)?;
        operator.set_setting("serve.http", &before.http)?;
        Err(Refusal::from(error))
    })?;
    settle(&operator, &server, follows)?;
    let settings = operator.settings()?;
    // Whoever gave the address now is told; the others were.
    let warning = super::init::status_warning(&settings).filter(|_| arguments.status_url.is_some());
    if let Some(warning) = &warning {
        tracing::warn!("{warning}");
    }
    let listening = json!({
        "https": server.https_addr().to_string(),
        "http": server.http_addr().to_string(),
        "public_url": settings.public_url,
        "status_url": settings.status_url,
        "warnings": warning.iter().collect::<Vec<_>>(),
    });
    output.value(&listening, |_| {
        let url = |url: &Option<String>| url.clone().unwrap_or_else(|| "an address that is not known; set it with --public-url".to_owned());
        format!(
            "Listening on https://{} and http://{}. Phones reach the portal at {}. Stop with Ctrl-C.",
            server.https_addr(),
            server.http_addr(),
            url(&settings.public_url),
        )
    })?;

    let _rounds = outbound::Rounds::start(&authority).map_err(Error::fault)?;
    let auditor = authority.auditor();
    runtime.block_on(async {
        // The whole chain beside the work: it may be long.
        tokio::task::spawn_blocking(move || judge(auditor.verify_ledger()));
        stop.asked().await;
    });
    tracing::info!("stopping");
    server.stop();
    Ok(())
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

/// Stores what was given, so that other processes and the next `serve` use it.
fn remember(operator: &Operator, arguments: &Serve) -> Result<(), Refusal> {
    let set = |key, value: Option<String>| value.map_or(Ok(()), |value| operator.set_setting(key, &value));
    // Port 0 is known only when the system has chosen one.
    let fixed = |address: Option<SocketAddr>| address.filter(|address| address.port() != 0).map(|address| address.to_string());
    set("serve.https", fixed(arguments.https))?;
    set("serve.http", fixed(arguments.http))?;
    set("serve.public_url", arguments.public_url.clone())?;
    set("status.url", arguments.status_url.clone())?;
    let file = arguments.device_ca.as_ref().map(|path| {
        let absolute = std::path::absolute(path).map_err(|error| Error::invalid("device-ca", format!("{}: {error}", path.display())))?;
        absolute.into_os_string().into_string().map_err(|_| Error::invalid("device-ca", "the path must be UTF-8"))
    });
    set("serve.device_ca", file.transpose()?)?;
    Ok(())
}

/// The public URL is missing, or is the one that an earlier `serve` made from its address: it goes where the address goes.
fn follows_address(operator: &Operator) -> Result<bool, Error> {
    let settings = operator.settings()?;
    let Some(url) = settings.public_url else { return Ok(true) };
    let made = settings.https.parse().ok().zip(hosts(operator).ok()).and_then(|(https, hosts)| public_url(&hosts, https));
    Ok(made.is_some_and(|made| made == url))
}

/// Names and addresses of the portal: the same for all departments of a folder.
fn hosts(operator: &Operator) -> Result<Vec<String>, Error> {
    Ok(operator.departments()?.into_iter().next().map(|first| first.hosts).unwrap_or_default())
}

/// Stores the addresses that the system chose, and a public URL where nobody named one.
fn settle(operator: &Operator, server: &Server, follows: bool) -> Result<(), Refusal> {
    let settings = operator.settings()?;
    for (key, stored, listening) in
        [("serve.https", &settings.https, server.https_addr()), ("serve.http", &settings.http, server.http_addr())]
    {
        if *stored != listening.to_string() {
            operator.set_setting(key, &listening.to_string())?;
        }
    }
    if follows
        && let Some(url) = public_url(&hosts(operator)?, server.https_addr())
        && settings.public_url.as_ref() != Some(&url)
    {
        operator.set_setting("serve.public_url", &url)?;
        server.reload();
    }
    Ok(())
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

/// The system's ways to ask a program to end.
struct Stop {
    #[cfg(unix)]
    signals: [tokio::signal::unix::Signal; 2],
    #[cfg(windows)]
    signals: (tokio::signal::windows::CtrlC, tokio::signal::windows::CtrlClose, tokio::signal::windows::CtrlShutdown),
}

impl Stop {
    #[cfg(unix)]
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Stop { signals: [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?] })
    }

    #[cfg(unix)]
    async fn asked(&mut self) {
        let [interrupt, terminate] = &mut self.signals;
        tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
    }

    #[cfg(windows)]
    fn new() -> std::io::Result<Self> {
        use tokio::signal::windows::{ctrl_c, ctrl_close, ctrl_shutdown};
        Ok(Stop { signals: (ctrl_c()?, ctrl_close()?, ctrl_shutdown()?) })
    }

    #[cfg(windows)]
    async fn asked(&mut self) {
        let (interrupt, close, shutdown) = &mut self.signals;
        tokio::select! { _ = interrupt.recv() => {}, _ = close.recv() => {}, _ = shutdown.recv() => {} }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

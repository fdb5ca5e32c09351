//! Listening: two sockets, TLS with reload, graceful end.

use crate::{
    app::App,
    connections::{Bounded, OPEN_AT_ONCE},
    log::{LogEntry, RequestLog},
    router::router,
    share::Shares,
};
use axum_server::{
    Handle,
    accept::NoDelayAcceptor,
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use ra::{Enroller, certification::TlsIdentity, ports::Clock};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
};
use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    thread::JoinHandle,
    time::Duration,
};
use tokio::sync::Semaphore;

/// A peer has this long for the head of a request (and an idle connection is closed after it).
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);
/// Largest head of a request: the 32 KiB that a SCEP GET may need, and as much again for the rest.
const LARGEST_HEAD: usize = 64 * 1024;
/// Running requests have this long when the server stops.
const GRACE: Duration = Duration::from_secs(5);
/// How often the TLS identity is compared with the one in use.
const TLS_CHECK: Duration = Duration::from_secs(60);
/// Threads for the authority's blocking calls.
const BLOCKING_THREADS: usize = 64;

/// Where and how to serve.
#[derive(Clone)]
pub struct ServeOptions {
    /// HTTPS listener; port 0 takes a free one.
    pub https: SocketAddr,
    /// Plain HTTP listener; port 0 takes a free one.
    pub http: SocketAddr,
    /// Where requests are logged; keep a clone to go on reading it after a restart of the server.
    pub log: RequestLog,
    /// Time.
    pub clock: Arc<dyn Clock>,
}

/// Why the server does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Another program listens there.
    #[error("{0} is in use by another program; choose another port or stop that program")]
    InUse(SocketAddr),
    /// The operating system keeps this port to itself.
    #[error("{0} needs administrator rights; choose a port above 1023")]
    NotAllowed(SocketAddr),
    /// This computer has no such address.
    #[error("{0} is not an address of this computer; choose another interface")]
    NoSuchAddress(SocketAddr),
    /// The socket could not be opened for another reason.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The authority has no usable TLS identity.
    #[error("the portal's TLS certificate cannot be used: {0}")]
    Tls(String),
    /// The authority refused.
    #[error(transparent)]
    Authority(#[from] ra::Error),
    /// Threads could not be started.
    #[error("the server could not start: {0}")]
    Start(std::io::Error),
}

/// A running server with threads of its own; usable from synchronous and asynchronous code alike. Dropping it stops it.
pub struct Server {
    https: SocketAddr,
    http: SocketAddr,
    log: RequestLog,
    handles: [Handle<SocketAddr>; 2],
    reload: Arc<tokio::sync::Notify>,
    thread: Option<JoinHandle<()>>,
}

/// Both sockets, open and not served yet: who connects waits. Dropping them closes both.
pub struct Doors {
    https: (TcpListener, SocketAddr),
    http: (TcpListener, SocketAddr),
}

impl Doors {
    /// Opens both, or none; port 0 takes a free one.
    pub fn open(https: SocketAddr, http: SocketAddr) -> Result<Self, ServeError> {
        Ok(Doors { https: listen(https)?, http: listen(http)? })
    }

    /// Where HTTPS will be served.
    #[must_use]
    pub fn https_addr(&self) -> SocketAddr {
        self.https.1
    }

    /// Where plain HTTP will be served.
    #[must_use]
    pub fn http_addr(&self) -> SocketAddr {
        self.http.1
    }
}

impl Server {
    /// Opens both sockets and serves until [`Server::stop`]. When it returns, connections are accepted.
    pub fn start(enroller: Enroller, options: ServeOptions) -> Result<Self, ServeError> {
        Self::start_with(enroller, options, HEADER_TIMEOUT, OPEN_AT_ONCE)
    }

    /// The same at doors that are open already, for whoever changes something only once they are.
    pub fn start_at(doors: Doors, enroller: Enroller, log: RequestLog, clock: Arc<dyn Clock>) -> Result<Self, ServeError> {
        let tls = Tls::of(&enroller)?;
        Self::run(doors, tls, enroller, (log, clock), HEADER_TIMEOUT, OPEN_AT_ONCE)
    }

    pub(crate) fn start_with(
        enroller: Enroller,
        options: ServeOptions,
        header_timeout: Duration,
        open_at_once: usize,
    ) -> Result<Self, ServeError> {
        // Nothing listens that could not be served.
        let tls = Tls::of(&enroller)?;
        let doors = Doors::open(options.https, options.http)?;
        Self::run(doors, tls, enroller, (options.log, options.clock), header_timeout, open_at_once)
    }

    fn run(
        doors: Doors,
        Tls { config: tls, fingerprint }: Tls,
        enroller: Enroller,
        (log, clock): (RequestLog, Arc<dyn Clock>),
        header_timeout: Duration,
        open_at_once: usize,
    ) -> Result<Self, ServeError> {
        let Doors { https: (https, https_addr), http: (http, http_addr) } = doors;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .thread_name("signet-serve")
            .max_blocking_threads(BLOCKING_THREADS)
            .enable_all()
            .build()
            .map_err(ServeError::Start)?;
        let handles = [Handle::new(), Handle::new()];
        let reload = Arc::new(tokio::sync::Notify::new());
        let doors = {
            let _entered = runtime.enter(); // sockets are registered with this runtime
            let (places, shares) = (Arc::new(Semaphore::new(open_at_once)), Shares::of(open_at_once));
            let over_tls = Bounded::new(RustlsAcceptor::new(tls.clone()).acceptor(NoDelayAcceptor::new()), places.clone(), shares.clone());
            let in_the_clear = Bounded::new(NoDelayAcceptor::new(), places, shares);
            let mut secure =
                axum_server::from_tcp(https).map_err(ServeError::Start)?.acceptor(over_tls).handle(handles[0].clone()).http1_only();
            limit_heads(secure.http_builder(), header_timeout);
            let mut plain =
                axum_server::from_tcp(http).map_err(ServeError::Start)?.acceptor(in_the_clear).handle(handles[1].clone()).http1_only();
            limit_heads(plain.http_builder(), header_timeout);
            (secure, plain)
        };
        let apps = App::pair(enroller.clone(), clock, log.clone());
        let wake = reload.clone();
        let thread = std::thread::Builder::new()
            .name("signet-serve".into())
            .spawn(move || {
                runtime.block_on(async move {
                    let reloading = tokio::spawn(keep_tls_fresh(enroller.clone(), tls, fingerprint, wake));
                    let (secure, plain) = doors;
                    let services = (
                        router(apps.0).into_make_service_with_connect_info::<SocketAddr>(),
                        router(apps.1).into_make_service_with_connect_info::<SocketAddr>(),
                    );
                    let ended = tokio::join!(secure.serve(services.0), plain.serve(services.1));
                    for error in [ended.0.err(), ended.1.err()].into_iter().flatten() {
                        tracing::error!(%error, "a listener ended");
                    }
                    reloading.abort();
                });
                runtime.shutdown_timeout(GRACE);
            })
            .map_err(ServeError::Start)?;
        Ok(Server { https: https_addr, http: http_addr, log, handles, reload, thread: Some(thread) })
    }

    /// Where HTTPS listens.
    #[must_use]
    pub fn https_addr(&self) -> SocketAddr {
        self.https
    }

    /// Where plain HTTP listens.
    #[must_use]
    pub fn http_addr(&self) -> SocketAddr {
        self.http
    }

    /// The last 500 requests, oldest first.
    #[must_use]
    pub fn log(&self) -> Vec<LogEntry> {
        self.log.entries()
    }

    /// Looks at the TLS identity now instead of within a minute: call it after a change of settings.
    pub fn reload(&self) {
        self.reload.notify_one();
    }

    /// Accepts no more connections, lets running requests end (five seconds at most), and returns when all is closed.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        for handle in &self.handles {
            handle.graceful_shutdown(Some(GRACE));
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join(); // a panic in there was already reported by the panic hook
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

/// The socket, and the address that the system gave it.
fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    use std::io::ErrorKind;
    let listener = TcpListener::bind(address).map_err(|source| match source.kind() {
        ErrorKind::AddrInUse => ServeError::InUse(address),
        ErrorKind::PermissionDenied => ServeError::NotAllowed(address),
        ErrorKind::AddrNotAvailable => ServeError::NoSuchAddress(address),
        _ => ServeError::Listen { address, source },
    })?;
    let failed = |source| ServeError::Listen { address, source };
    listener.set_nonblocking(true).map_err(failed)?;
    let given = listener.local_addr().map_err(failed)?;
    Ok((listener, given))
}

fn limit_heads(builder: &mut hyper_util::server::conn::auto::Builder<TokioExecutor>, timeout: Duration) {
    builder.http1().timer(TokioTimer::new()).header_read_timeout(timeout).max_buf_size(LARGEST_HEAD);
}

/// The TLS identity, ready to be served, and which one it is.
struct Tls {
    config: RustlsConfig,
    fingerprint: String,
}

impl Tls {
    fn of(enroller: &Enroller) -> Result<Self, ServeError> {
        let identity = enroller.tls_identity()?;
        let fingerprint = identity.fingerprint.clone();
        Ok(Tls { config: RustlsConfig::from_config(Arc::new(tls_config(identity)?)), fingerprint })
    }
}

/// TLS 1.2 and 1.3 by ring, HTTP/1.1, and never a request for a client certificate: it breaks phones and SCEP clients
/// (docs/conformance.md Q4).
fn tls_config(identity: TlsIdentity) -> Result<ServerConfig, ServeError> {
    let chain = identity.chain.into_iter().map(CertificateDer::from).collect();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(identity.key.to_vec()));
    let unusable = |e: rustls::Error| ServeError::Tls(e.to_string());
    let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(unusable)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// Puts a renewed, re-issued or imported TLS identity to use without closing a connection.
async fn keep_tls_fresh(enroller: Enroller, tls: RustlsConfig, mut fingerprint: String, wake: Arc<tokio::sync::Notify>) {
    loop {
        let _ = tokio::time::timeout(TLS_CHECK, wake.notified()).await;
        let asked = enroller.clone();
        let identity = match tokio::task::spawn_blocking(move || asked.tls_identity()).await {
            Ok(Ok(identity)) if identity.fingerprint != fingerprint => identity,
            Ok(Ok(_)) => continue,
            Ok(Err(error)) => {
                tracing::warn!(%error, "the TLS identity could not be read; the one in use stays");
                continue;
            }
            Err(error) => {
                tracing::error!(%error, "reading the TLS identity failed; the one in use stays");
                continue;
            }
        };
        let next = identity.fingerprint.clone();
        match tls_config(identity) {
            Ok(config) => {
                tls.reload_from_config(Arc::new(config));
                fingerprint = next;
                tracing::info!("a new TLS identity is in use");
            }
            Err(error) => tracing::error!(%error, "the new TLS identity cannot be used; the old one stays"),
        }
    }
}

//! The system's ways to ask a program to end.

use ra::Error;

/// Ctrl-C and what a service manager or the system sends. Nothing of it ends the program any more once this is made.
pub(crate) struct Stop {
    #[cfg(unix)]
    signals: [tokio::signal::unix::Signal; 2],
    #[cfg(windows)]
    signals: (tokio::signal::windows::CtrlC, tokio::signal::windows::CtrlClose, tokio::signal::windows::CtrlShutdown),
}

impl Stop {
    #[cfg(unix)]
    pub(crate) fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Stop { signals: [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?] })
    }

    #[cfg(unix)]
    pub(crate) async fn asked(&mut self) {
        let [interrupt, terminate] = &mut self.signals;
        tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
    }

    #[cfg(windows)]
    pub(crate) fn new() -> std::io::Result<Self> {
        use tokio::signal::windows::{ctrl_c, ctrl_close, ctrl_shutdown};
        Ok(Stop { signals: (ctrl_c()?, ctrl_close()?, ctrl_shutdown()?) })
    }

    #[cfg(windows)]
    pub(crate) async fn asked(&mut self) {
        let (interrupt, close, shutdown) = &mut self.signals;
        tokio::select! { _ = interrupt.recv() => {}, _ = close.recv() => {}, _ = shutdown.recv() => {} }
    }
}

/// From now on a request to end does `what`, once, instead of ending the program: it comes to its own end soon. `what` must hold nothing
/// that is to be closed: its thread ends with the program.
pub(crate) fn when_asked(what: impl FnOnce() + Send + 'static) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::fault)?;
    let mut stop = runtime.block_on(async { Stop::new() }).map_err(Error::fault)?;
    let wait = move || {
        runtime.block_on(stop.asked());
        what();
    };
    std::thread::Builder::new().name("signetctl-stop".to_owned()).spawn(wait).map_err(Error::fault)?;
    Ok(())
}

//! The system's ways to ask a program to end.

use ra::Error;
#[cfg(unix)]
use std::task::Poll;

/// Exit status of who was asked twice: what a shell says of a program that Ctrl-C ended.
const ENDED_AT_ONCE: i32 = 130;

/// Ctrl-C and what a service manager or the system sends. Nothing of it ends the program any more once this is made.
pub(crate) struct Stop {
    #[cfg(unix)]
    signals: Vec<tokio::signal::unix::Signal>,
    #[cfg(windows)]
    signals: (tokio::signal::windows::CtrlC, tokio::signal::windows::CtrlClose, tokio::signal::windows::CtrlShutdown),
}

impl Stop {
    #[cfg(unix)]
    pub(crate) fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Stop { signals: vec![signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?] })
    }

    /// The same, and the end of the terminal.
    #[cfg(unix)]
    fn with_hangup() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut stop = Self::new()?;
        if minds_hangup() {
            stop.signals.push(signal(SignalKind::hangup())?);
        }
        Ok(stop)
    }

    #[cfg(windows)]
    fn with_hangup() -> std::io::Result<Self> {
        Self::new()
    }

    #[cfg(unix)]
    pub(crate) async fn asked(&mut self) {
        std::future::poll_fn(|context| {
            let came = self.signals.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
            if came { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
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

/// Nobody asked the system beforehand that the program outlives its terminal, as `nohup` does.
#[cfg(unix)]
fn minds_hangup() -> bool {
    use std::io::IsTerminal;
    // Linux says what is ignored, as bits: SIGHUP is 1. Elsewhere: `nohup` leads the output away from the terminal.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok());
    ignored.map_or_else(|| std::io::stderr().is_terminal(), |bits| bits & 1 == 0)
}

/// From now on a request to end, also by closing the terminal, does `what`, once, instead of ending the program: it comes to its own end
/// soon. Who asks again ends it at once, as a crash would. `what` must hold nothing that is to be closed: its thread ends with the program.
pub(crate) fn when_asked(what: impl FnOnce() + Send + 'static) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::fault)?;
    let mut stop = runtime.block_on(async { Stop::with_hangup() }).map_err(Error::fault)?;
    let wait = move || {
        runtime.block_on(stop.asked());
        // A closed terminal says so more than once: what counts as asking again is only what somebody or something sends on purpose.
        let again = runtime.block_on(async { Stop::new() });
        what();
        if let Ok(mut again) = again {
            runtime.block_on(again.asked());
            std::process::exit(ENDED_AT_ONCE);
        }
    };
    std::thread::Builder::new().name("signetctl-stop".to_owned()).spawn(wait).map_err(Error::fault)?;
    Ok(())
}

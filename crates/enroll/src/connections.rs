//! How many connections may be open at once, at both doors together, and how slowly a peer may read. Beyond the places new connections
//! are closed at once, so that idle peers never take the file handles that the database needs; a peer that does not read loses its place.

use axum_server::accept::Accept;
use std::{
    future::Future,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, Sleep, sleep_until},
};

/// Well below the 1,024 file handles that a process has by default; an idle connection ends after 15 seconds.
pub(crate) const OPEN_AT_ONCE: usize = 768;

/// An answer that waits for its peer may wait so long, ...
const READ_GRACE: Duration = Duration::from_secs(30);
/// ... and longer by a second for each of so many octets that the peer took meanwhile.
const SLOWEST: u64 = 1024;

/// An acceptor that lets a connection in only while there is a place.
#[derive(Clone)]
pub(crate) struct Bounded<A> {
    inner: A,
    places: Arc<Semaphore>,
}

impl<A> Bounded<A> {
    pub(crate) fn new(inner: A, places: Arc<Semaphore>) -> Self {
        Bounded { inner, places }
    }
}

impl<A, I, S> Accept<I, S> for Bounded<A>
where
    A: Accept<I, S>,
    A::Future: Send + 'static,
    A::Stream: Send + 'static,
    A::Service: Send + 'static,
{
    type Stream = Placed<A::Stream>;
    type Service = A::Service;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Self::Stream, Self::Service)>> + Send>>;

    fn accept(&self, stream: I, service: S) -> Self::Future {
        match self.places.clone().try_acquire_owned() {
            Ok(place) => {
                let accepted = self.inner.accept(stream, service);
                Box::pin(async move {
                    let (stream, service) = accepted.await?;
                    Ok((Placed::new(stream, place), service))
                })
            }
            Err(_) => {
                drop(stream);
                Box::pin(std::future::ready(Err(io::Error::other("too many connections"))))
            }
        }
    }
}

/// A connection that gives its place back when it closes, and that is closed when its peer does not read what it asked for.
pub(crate) struct Placed<S> {
    stream: S,
    /// Until when what was written must have been taken; `None`: nothing waits.
    deadline: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
    _place: OwnedSemaphorePermit,
}

impl<S> Placed<S> {
    fn new(stream: S, place: OwnedSemaphorePermit) -> Self {
        Placed { stream, deadline: None, timer: None, _place: place }
    }

    /// The peer takes nothing just now: it may do so until the deadline.
    fn waiting<T>(&mut self, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        let deadline = *self.deadline.get_or_insert_with(|| Instant::now() + READ_GRACE);
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if timer.deadline() != deadline {
            timer.as_mut().reset(deadline);
        }
        ready!(timer.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the peer does not read")))
    }

    fn wrote(&mut self, context: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match written {
            Poll::Pending => self.waiting(context),
            Poll::Ready(Ok(octets)) => {
                if let Some(deadline) = &mut self.deadline {
                    let earned = Duration::from_millis(u64::try_from(octets).unwrap_or(u64::MAX).saturating_mul(1000) / SLOWEST);
                    // Not more than the whole grace, or a fast beginning would pay for a stop that never ends.
                    *deadline = (*deadline + earned.min(READ_GRACE)).min(Instant::now() + READ_GRACE);
                }
                Poll::Ready(Ok(octets))
            }
            failed => failed,
        }
    }

    fn emptied(&mut self, context: &mut Context<'_>, flushed: Poll<io::Result<()>>) -> Poll<io::Result<()>> {
        match flushed {
            Poll::Pending => self.waiting(context),
            done => {
                self.deadline = None;
                done
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Placed<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Placed<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.wrote(context, written)
    }
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        self.emptied(context, flushed)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.stream).poll_shutdown(context);
        self.emptied(context, shut)
    }
    fn poll_write_vectored(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.wrote(context, written)
    }
    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::{Arc, Duration, Instant, Placed, READ_GRACE, Semaphore};
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

    /// A place, the connection that has it, and the peer's end; 64 octets fit between them.
    fn pair() -> (Arc<Semaphore>, Placed<DuplexStream>, DuplexStream) {
        let places = Arc::new(Semaphore::new(1));
        let (ours, peers) = tokio::io::duplex(64);
        let placed = Placed::new(ours, places.clone().try_acquire_owned().unwrap());
        (places, placed, peers)
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_does_not_read_loses_its_place() {
        let (places, mut ours, _peers) = pair();
        let started = Instant::now();
        let error = ours.write_all(&[0; 1000]).await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
        assert!(started.elapsed() >= READ_GRACE && started.elapsed() < READ_GRACE + Duration::from_secs(5));
        drop(ours);
        assert_eq!(places.available_permits(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_reads_a_drop_at_a_time_is_cut_off_and_a_slow_one_is_not() {
        for (octets, served) in [(1, false), (64, true)] {
            let (_places, mut ours, mut peers) = pair();
            let reading = tokio::spawn(async move {
                let mut taken = 0;
                while let Ok(n @ 1..) = peers.read(&mut vec![0; octets]).await {
                    taken += n;
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                taken
            });
            let written = ours.write_all(&vec![0; 200_000]).await;
            assert_eq!(written.is_ok(), served, "{octets} octets at a time");
            drop(ours);
            assert_eq!(reading.await.unwrap() == 200_000, served);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_on_which_nothing_waits_is_left_alone() {
        let (_places, mut ours, mut peers) = pair();
        for _ in 0..3 {
            let (written, read) = tokio::join!(ours.write_all(&[0; 640]), async { peers.read_exact(&mut [0; 640]).await });
            assert!(written.is_ok() && read.is_ok());
            ours.flush().await.unwrap();
            tokio::time::sleep(READ_GRACE * 3).await;
        }
    }
}

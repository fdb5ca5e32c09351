//! How many connections may be open at once, at both doors together and from one address, and how slowly a peer may read. Beyond the
//! places new connections are closed at once, so that idle peers never take the file handles that the database needs; a peer that does
//! not read loses its place.

use crate::share::{Share, Shares};
use axum_server::accept::Accept;
use std::{
    future::Future,
    io,
    net::IpAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, Sleep, sleep_until},
};

/// Well below the 1,024 file handles that a process has by default; an idle connection ends after 15 seconds.
pub(crate) const OPEN_AT_ONCE: usize = 768;

/// An answer that waits for its peer may wait so long, ...
const READ_GRACE: Duration = Duration::from_secs(30);
/// ... and longer by a second for each of so many octets that the peer took meanwhile.
const SLOWEST: u64 = 1024;

/// A stream that knows where it comes from.
pub(crate) trait Peer {
    fn peer(&self) -> Option<IpAddr>;
}

impl Peer for TcpStream {
    fn peer(&self) -> Option<IpAddr> {
        self.peer_addr().ok().map(|address| address.ip())
    }
}

/// An acceptor that lets a connection in only while there is a place, and its address has not yet had its share.
#[derive(Clone)]
pub(crate) struct Bounded<A> {
    inner: A,
    places: Arc<Semaphore>,
    shares: Arc<Shares>,
}

impl<A> Bounded<A> {
    pub(crate) fn new(inner: A, places: Arc<Semaphore>, shares: Arc<Shares>) -> Self {
        Bounded { inner, places, shares }
    }

    /// Of a stream that has no address any more nothing is counted: it ends at once.
    fn share(&self, peer: Option<IpAddr>) -> Result<Option<Share>, io::Error> {
        match peer {
            Some(peer) => self.shares.take(peer).map(Some).ok_or_else(|| io::Error::other("too many connections from one address")),
            None => Ok(None),
        }
    }
}

impl<A, I, S> Accept<I, S> for Bounded<A>
where
    I: Peer,
    A: Accept<I, S>,
    A::Future: Send + 'static,
    A::Stream: Send + 'static,
    A::Service: Send + 'static,
{
    type Stream = Placed<A::Stream>;
    type Service = A::Service;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Self::Stream, Self::Service)>> + Send>>;

    fn accept(&self, stream: I, service: S) -> Self::Future {
        let place = self.places.clone().try_acquire_owned().map_err(|_| io::Error::other("too many connections"));
        match place.and_then(|place| Ok((place, self.share(stream.peer())?))) {
            Ok((place, share)) => {
                let accepted = self.inner.accept(stream, service);
                Box::pin(async move {
                    let (stream, service) = accepted.await?;
                    Ok((Placed::new(stream, place, share), service))
                })
            }
            Err(error) => {
                drop(stream);
                Box::pin(std::future::ready(Err(error)))
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
    _share: Option<Share>,
}

impl<S> Placed<S> {
    fn new(stream: S, place: OwnedSemaphorePermit, share: Option<Share>) -> Self {
        Placed { stream, deadline: None, timer: None, _place: place, _share: share }
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
    use super::{Accept, Arc, Bounded, Duration, Instant, IpAddr, Peer, Placed, READ_GRACE, Semaphore, Shares};
    use axum_server::accept::DefaultAcceptor;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

    /// A place, the connection that has it, and the peer's end; 64 octets fit between them.
    fn pair() -> (Arc<Semaphore>, Placed<DuplexStream>, DuplexStream) {
        let places = Arc::new(Semaphore::new(1));
        let (ours, peers) = tokio::io::duplex(64);
        let placed = Placed::new(ours, places.clone().try_acquire_owned().unwrap(), None);
        (places, placed, peers)
    }

    struct Caller(&'static str);

    impl Peer for Caller {
        fn peer(&self) -> Option<IpAddr> {
            self.0.parse().ok()
        }
    }

    #[tokio::test]
    async fn one_address_has_half_of_the_places_and_the_others_go_on() {
        let places = Arc::new(Semaphore::new(300));
        let bounded = Bounded::new(DefaultAcceptor, places.clone(), Shares::of(300));
        let mut held = Vec::new();
        for _ in 0..150 {
            held.push(bounded.accept(Caller("192.0.2.7"), ()).await.unwrap());
        }
        assert!(bounded.accept(Caller("192.0.2.7"), ()).await.is_err());
        assert_eq!(places.available_permits(), 150, "what was refused holds nothing");
        held.push(bounded.accept(Caller("192.0.2.8"), ()).await.unwrap());
        held.push(bounded.accept(Caller("gone"), ()).await.unwrap());
        drop(held.remove(0));
        assert!(bounded.accept(Caller("192.0.2.7"), ()).await.is_ok());
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

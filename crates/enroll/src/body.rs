//! Reading what a peer sends: at most 64 KiB, in at most 30 seconds.

use axum::{
    body::{Body, Bytes, HttpBody},
    http::{HeaderMap, header},
};
use std::{pin::Pin, time::Duration};

/// Largest body.
pub(crate) const LARGEST_BODY: usize = 64 * 1024;
/// For the whole body, however it trickles.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// Of a refused body so much is still read, in so much time.
const DISCARDED: usize = 1024 * 1024;
const DISCARD_TIMEOUT: Duration = Duration::from_secs(2);

/// Why a body was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// 413.
    TooLarge,
    /// 408.
    TooSlow,
    /// 400: the connection broke or the framing is wrong.
    Broken,
    /// 503: as many from this address are on their way as may be.
    TooMany,
}

/// The whole body.
pub(crate) async fn receive(headers: &HeaderMap, mut body: Body) -> Result<Bytes, Refused> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()).and_then(|v| v.trim().parse::<u64>().ok());
    if announced.is_some_and(|n| n > LARGEST_BODY as u64) {
        discard(headers, body).await;
        return Err(Refused::TooLarge);
    }
    match tokio::time::timeout(BODY_TIMEOUT, collect(&mut body)).await {
        Ok(Err(Refused::TooLarge)) => {
            discard(headers, body).await;
            Err(Refused::TooLarge)
        }
        Ok(received) => received,
        Err(_) => Err(Refused::TooSlow),
    }
}

async fn collect(body: &mut Body) -> Result<Bytes, Refused> {
    let mut received = Vec::new();
    while let Some(piece) = next(body).await {
        let piece = piece.map_err(|_| Refused::Broken)?;
        if received.len() + piece.len() > LARGEST_BODY {
            return Err(Refused::TooLarge);
        }
        received.extend_from_slice(&piece);
    }
    Ok(received.into())
}

/// What is still coming of a refused body is read and thrown away, for a moment: a connection that is closed on unread octets is
/// reset, and the peer loses the answer with it (RFC 9112 section 9.6).
pub(crate) async fn discard(headers: &HeaderMap, mut body: Body) {
    if headers.contains_key(header::EXPECT) {
        return; // the peer waits for our word before it sends
    }
    let rest = async {
        let mut left = DISCARDED;
        while let Some(Ok(piece)) = next(&mut body).await {
            match left.checked_sub(piece.len()) {
                Some(less) => left = less,
                None => return,
            }
        }
    };
    let _ = tokio::time::timeout(DISCARD_TIMEOUT, rest).await;
}

/// The next octets; trailers have none.
async fn next(body: &mut Body) -> Option<Result<Bytes, axum::Error>> {
    let frame = std::future::poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await?;
    Some(frame.map(|frame| frame.into_data().unwrap_or_default()))
}

/// The media type without parameters, in lower case; `None` when there is no Content-Type.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?;
    let text = String::from_utf8_lossy(value.as_bytes());
    Some(text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

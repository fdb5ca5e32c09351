//! Reading what a peer sends: at most 64 KiB, in at most 30 seconds.

use axum::{
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, header},
};
use std::time::Duration;

/// Largest body.
pub(crate) const LARGEST_BODY: usize = 64 * 1024;
/// For the whole body, however it trickles.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// Why a body was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// 413.
    TooLarge,
    /// 408.
    TooSlow,
    /// 400: the connection broke or the framing is wrong.
    Broken,
}

/// The whole body.
pub(crate) async fn receive(headers: &HeaderMap, body: Body) -> Result<Bytes, Refused> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()).and_then(|v| v.trim().parse::<u64>().ok());
    if announced.is_some_and(|n| n > LARGEST_BODY as u64) {
        return Err(Refused::TooLarge);
    }
    match tokio::time::timeout(BODY_TIMEOUT, to_bytes(body, LARGEST_BODY)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if over_limit(&error) => Err(Refused::TooLarge),
        Ok(Err(_)) => Err(Refused::Broken),
        Err(_) => Err(Refused::TooSlow),
    }
}

/// axum wraps the error of http-body-util's `Limited`, whose type it does not re-export.
fn over_limit(error: &axum::Error) -> bool {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(e) = source {
        if e.to_string() == "length limit exceeded" {
            return true;
        }
        source = e.source();
    }
    false
}

/// The media type without parameters, in lower case; `None` when there is no Content-Type.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?;
    let text = String::from_utf8_lossy(value.as_bytes());
    Some(text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

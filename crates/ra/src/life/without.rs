//! Who is left without a use: judged by what certificates are good for, whatever their profiles are called.

use super::{Affected, Breaks};
use crate::id::SubscriberId;

/// What this certificate, which stops, was good for and neither those that go on, `untouched`, nor a new one gives its person. `new` is who
/// gets one, and what that will serve. Nobody misses a transport certificate, one of nobody in the register, or what did not count or was
/// replaced before.
pub(super) fn left_without(one: &Affected, untouched: &[Affected], new: Option<(SubscriberId, &[Breaks])>) -> Vec<Breaks> {
    if one.before != "active" || one.profile == "transport" || one.subscriber.is_none() {
        return Vec::new();
    }
    // A replaced one works until it ends, and takes nobody's place.
    let takes_its_place = |other: &&Affected| other.before == "active" && other.subscriber == one.subscriber;
    let kept = |what: Breaks| untouched.iter().filter(takes_its_place).any(|other| other.breaks.contains(&what));
    let renewed = |what: Breaks| new.is_some_and(|(person, serves)| one.subscriber == Some(person) && serves.contains(&what));
    one.breaks.iter().copied().filter(|what| !kept(*what) && !renewed(*what)).collect()
}

//! A fair share: how much of what is bounded one network address may have at once. Behind address translation a whole campus is one
//! address, so a share is large: half of all there is, and never less than 128.

use crate::limit::network;
use std::{
    collections::{HashMap, hash_map::Entry},
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

/// The smallest share.
const LEAST: usize = 128;

/// What addresses have now. No longer than there are places in all.
pub(crate) struct Shares {
    most: usize,
    taken: Mutex<HashMap<IpAddr, usize>>,
}

/// One place of an address; dropped, it is free again.
pub(crate) struct Share {
    shares: Arc<Shares>,
    of: IpAddr,
}

impl Shares {
    /// Of so many places.
    pub(crate) fn of(places: usize) -> Arc<Self> {
        Arc::new(Shares { most: (places / 2).max(LEAST), taken: Mutex::default() })
    }

    /// One more place for this address; `None` when it has its share.
    pub(crate) fn take(self: &Arc<Self>, peer: IpAddr) -> Option<Share> {
        let of = network(peer);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let has = taken.entry(of).or_insert(0);
        if *has >= self.most {
            return None;
        }
        *has += 1;
        Some(Share { shares: self.clone(), of })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = self.shares.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut has) = taken.entry(self.of) {
            *has.get_mut() -= 1;
            if *has.get() == 0 {
                has.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_gets_half_and_never_less_than_128() {
        for (places, most) in [(2, 128), (256, 128), (768, 384)] {
            let shares = Shares::of(places);
            let mut held: Vec<Share> = (0..most).map(|_| shares.take(address("192.0.2.7")).unwrap()).collect();
            assert!(shares.take(address("::ffff:192.0.2.7")).is_none(), "of {places}");
            held.push(shares.take(address("192.0.2.8")).unwrap());
            drop(held.remove(0));
            assert!(shares.take(address("192.0.2.7")).is_some(), "what was given back is there again");
            drop(held);
            assert!(shares.taken.lock().unwrap().is_empty(), "nobody is remembered who has nothing");
        }
    }

    #[test]
    fn an_ipv6_line_is_one_address() {
        let shares = Shares::of(0);
        let held: Vec<_> = (0..128).map(|n| shares.take(address(&format!("2001:db8:0:1::{n:x}"))).unwrap()).collect();
        assert!(shares.take(address("2001:db8:0:1:ffff::1")).is_none());
        assert!(shares.take(address("2001:db8:0:2::1")).is_some());
        drop(held);
    }
}

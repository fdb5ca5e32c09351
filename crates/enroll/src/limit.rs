//! Failed sign-ins are counted by network address: 50 in ten minutes, then a pause. Only failures count, never
//! unknown paths or successes: behind address translation a whole campus is one address.

use protocol::Timestamp;
use std::{
    collections::{HashMap, VecDeque},
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
};

/// Failures that are let through.
const FAILURES: usize = 50;
/// In this many seconds.
const WINDOW: i64 = 10 * Timestamp::MINUTE;
/// Addresses that are remembered; beyond it, the one whose last failure is oldest is forgotten.
const ADDRESSES: usize = 10_000;

/// The failed sign-ins of the last ten minutes.
#[derive(Default)]
pub(crate) struct Failures(Mutex<HashMap<IpAddr, VecDeque<Timestamp>>>);

impl Failures {
    /// Seconds to wait, when this address has failed too often.
    pub(crate) fn pause(&self, peer: IpAddr, now: Timestamp) -> Option<u32> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let times = all.get_mut(&network(peer))?;
        forget(times, now);
        if times.len() < FAILURES {
            return None;
        }
        let first = times.front()?;
        u32::try_from(first.0.saturating_add(WINDOW).saturating_sub(now.0).clamp(1, WINDOW)).ok()
    }

    /// Counts one failure.
    pub(crate) fn record(&self, peer: IpAddr, now: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let network = network(peer);
        if all.len() >= ADDRESSES && !all.contains_key(&network) {
            all.retain(|_, times| {
                forget(times, now);
                !times.is_empty()
            });
            if all.len() >= ADDRESSES
                && let Some(oldest) = all.iter().min_by_key(|(_, times)| times.back().copied()).map(|(peer, _)| *peer)
            {
                all.remove(&oldest);
            }
        }
        let times = all.entry(network).or_default();
        if times.len() >= FAILURES {
            times.pop_front();
        }
        times.push_back(now);
    }
}

/// Drops what is older than the window, and what a clock that was set back left in the future.
fn forget(times: &mut VecDeque<Timestamp>, now: Timestamp) {
    times.retain(|t| *t <= now && now.0.saturating_sub(t.0) < WINDOW);
}

/// One subscriber line: an IPv4 address, or the /64 of an IPv6 address.
pub(crate) fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));

    #[test]
    fn the_fifty_first_try_waits_until_the_first_failure_is_ten_minutes_old() {
        let failures = Failures::default();
        for n in 0..50 {
            assert_eq!(failures.pause(PEER, Timestamp(n)), None, "failure {n} is let through");
            failures.record(PEER, Timestamp(n));
        }
        assert_eq!(failures.pause(PEER, Timestamp(60)), Some(540));
        assert_eq!(failures.pause(PEER, Timestamp(599)), Some(1));
        assert_eq!(failures.pause(PEER, Timestamp(600)), None, "the window slides");
        assert_eq!(failures.pause("192.0.2.8".parse().unwrap(), Timestamp(60)), None, "another address is not meant");
    }

    #[test]
    fn an_ipv6_line_is_its_64_bit_network_and_a_mapped_address_is_ipv4() {
        let failures = Failures::default();
        for n in 0..50_u16 {
            failures.record(IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 0, 0, 0, n)), Timestamp(0));
            failures.record("::ffff:192.0.2.7".parse().unwrap(), Timestamp(0));
        }
        assert!(failures.pause("2001:db8:0:1:ffff::1".parse().unwrap(), Timestamp(1)).is_some());
        assert!(failures.pause("2001:db8:0:2::1".parse().unwrap(), Timestamp(1)).is_none());
        assert!(failures.pause(PEER, Timestamp(1)).is_some());
    }

    #[test]
    fn memory_is_bounded() {
        let failures = Failures::default();
        for n in 0..20_000_u32 {
            failures.record(IpAddr::V4(std::net::Ipv4Addr::from_bits(n)), Timestamp(0));
        }
        assert_eq!(failures.0.lock().unwrap().len(), ADDRESSES);
    }

    #[test]
    fn a_clock_that_was_set_back_locks_nobody_out() {
        let failures = Failures::default();
        for _ in 0..50 {
            failures.record(PEER, Timestamp(100_000));
        }
        assert_eq!(failures.pause(PEER, Timestamp(0)), None);
    }
}

//! Failed sign-ins are counted by network address: so many in so many minutes (`sign_in.address_*`), then a pause. Only failures count,
//! never unknown paths or successes: behind address translation a whole campus is one address.

use protocol::Timestamp;
use ra::sign_in::PublicDepartment;
use std::{
    collections::{HashMap, VecDeque},
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
};

/// Addresses that are remembered; beyond it, the one whose last failure is oldest is forgotten.
const ADDRESSES: usize = 10_000;

/// How many are let through, as the settings have it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    failures: usize,
    /// In this many seconds.
    window: i64,
}

impl Limit {
    pub(crate) fn of(department: &PublicDepartment) -> Self {
        let failures = usize::try_from(department.address_failures).unwrap_or(usize::MAX);
        Limit { failures, window: i64::from(department.address_minutes) * Timestamp::MINUTE }
    }
}

/// The failed sign-ins of late.
#[derive(Default)]
pub(crate) struct Failures(Mutex<HashMap<IpAddr, VecDeque<Timestamp>>>);

impl Failures {
    /// Seconds to wait, when this address has failed too often.
    pub(crate) fn pause(&self, peer: IpAddr, now: Timestamp, limit: Limit) -> Option<u32> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let times = all.get_mut(&network(peer))?;
        forget(times, now, limit);
        // The one with whose end there are fewer than the limit; there may be more where that was lowered meanwhile.
        let first = times.iter().nth_back(limit.failures.checked_sub(1)?)?;
        u32::try_from(first.0.saturating_add(limit.window).saturating_sub(now.0).clamp(1, limit.window)).ok()
    }

    /// Counts one failure.
    pub(crate) fn record(&self, peer: IpAddr, now: Timestamp, limit: Limit) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let network = network(peer);
        if all.len() >= ADDRESSES && !all.contains_key(&network) {
            all.retain(|_, times| {
                forget(times, now, limit);
                !times.is_empty()
            });
            if all.len() >= ADDRESSES
                && let Some(oldest) = all.iter().min_by_key(|(_, times)| times.back().copied()).map(|(peer, _)| *peer)
            {
                all.remove(&oldest);
            }
        }
        let times = all.entry(network).or_default();
        times.push_back(now);
        while times.len() > limit.failures {
            times.pop_front();
        }
    }
}

/// Drops what is older than the window, and what a clock that was set back left in the future.
fn forget(times: &mut VecDeque<Timestamp>, now: Timestamp, limit: Limit) {
    times.retain(|t| *t <= now && now.0.saturating_sub(t.0) < limit.window);
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
    const LIMIT: Limit = Limit { failures: 50, window: 600 };

    #[test]
    fn the_fifty_first_try_waits_until_the_first_failure_is_ten_minutes_old() {
        let failures = Failures::default();
        for n in 0..50 {
            assert_eq!(failures.pause(PEER, Timestamp(n), LIMIT), None, "failure {n} is let through");
            failures.record(PEER, Timestamp(n), LIMIT);
        }
        assert_eq!(failures.pause(PEER, Timestamp(60), LIMIT), Some(540));
        assert_eq!(failures.pause(PEER, Timestamp(599), LIMIT), Some(1));
        assert_eq!(failures.pause(PEER, Timestamp(600), LIMIT), None, "the window slides");
        assert_eq!(failures.pause("192.0.2.8".parse().unwrap(), Timestamp(60), LIMIT), None, "another address is not meant");
    }

    #[test]
    fn another_limit_counts_at_once_for_what_has_failed_already() {
        let failures = Failures::default();
        for n in 0..12 {
            failures.record(PEER, Timestamp(n), LIMIT);
        }
        let stricter = Limit { failures: 10, window: 300 };
        assert_eq!(failures.pause(PEER, Timestamp(60), LIMIT), None);
        // Those of the seconds 2 to 11 are ten; once the first of them is five minutes old there are nine.
        assert_eq!(failures.pause(PEER, Timestamp(60), stricter), Some(242));
        assert_eq!(failures.pause(PEER, Timestamp(302), stricter), None);
        for n in 310..330 {
            failures.record(PEER, Timestamp(n), stricter);
        }
        assert_eq!(failures.0.lock().unwrap()[&PEER].len(), 10, "no more is remembered than counts");
    }

    #[test]
    fn an_ipv6_line_is_its_64_bit_network_and_a_mapped_address_is_ipv4() {
        let failures = Failures::default();
        for n in 0..50_u16 {
            failures.record(IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 0, 0, 0, n)), Timestamp(0), LIMIT);
            failures.record("::ffff:192.0.2.7".parse().unwrap(), Timestamp(0), LIMIT);
        }
        assert!(failures.pause("2001:db8:0:1:ffff::1".parse().unwrap(), Timestamp(1), LIMIT).is_some());
        assert!(failures.pause("2001:db8:0:2::1".parse().unwrap(), Timestamp(1), LIMIT).is_none());
        assert!(failures.pause(PEER, Timestamp(1), LIMIT).is_some());
    }

    #[test]
    fn memory_is_bounded() {
        let failures = Failures::default();
        for n in 0..20_000_u32 {
            failures.record(IpAddr::V4(std::net::Ipv4Addr::from_bits(n)), Timestamp(0), LIMIT);
        }
        assert_eq!(failures.0.lock().unwrap().len(), ADDRESSES);
    }

    #[test]
    fn a_clock_that_was_set_back_locks_nobody_out() {
        let failures = Failures::default();
        for _ in 0..50 {
            failures.record(PEER, Timestamp(100_000), LIMIT);
        }
        assert_eq!(failures.pause(PEER, Timestamp(0), LIMIT), None);
    }
}

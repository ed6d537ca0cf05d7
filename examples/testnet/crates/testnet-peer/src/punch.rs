//! The simultaneous open: whom to knock at, and when. Both sides of an introduction use it.
//!
//! A NAT lets a packet in only from where it has seen one go out. So both peers send, each to the
//! address the rendezvous saw of the other. The first packets may die at the other NAT, but each
//! opens its own NAT for what comes back. If the other NAT used a new port towards us, its packets
//! come from an address nobody announced: a *peer-reflexive* address. Whoever hears one knocks there.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

pub const KNOCK_EVERY: Duration = Duration::from_millis(100);
/// A peer behind a strange NAT may appear at a few addresses; somebody hostile could claim many.
const MAX_TARGETS: usize = 8;

pub struct Punch {
    targets: Vec<SocketAddr>,
    next: Instant,
    until: Instant,
}

impl Punch {
    pub fn new(targets: &[SocketAddr], now: Instant, lasting: Duration) -> Punch {
        let mut punch = Punch { targets: Vec::new(), next: now, until: now + lasting };
        for target in targets {
            punch.add(*target);
        }
        punch
    }

    /// True if the address is new: then it deserves a knock at once, not at the next tick.
    pub fn add(&mut self, address: SocketAddr) -> bool {
        let new = self.targets.len() < MAX_TARGETS && !self.targets.contains(&address);
        if new {
            self.targets.push(address);
        }
        new
    }

    /// The addresses to knock at now; empty between two ticks and after the end.
    pub fn due(&mut self, now: Instant) -> &[SocketAddr] {
        if now < self.next || now >= self.until {
            return &[];
        }
        self.next = now + KNOCK_EVERY;
        &self.targets
    }

    pub fn over(&self, now: Instant) -> bool {
        now >= self.until
    }

    /// When something is to be done next.
    pub fn wake(&self) -> Instant {
        self.next.min(self.until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knocks_every_tick_until_the_end() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let a: SocketAddr = "203.0.113.1:1".parse().unwrap();
        let b: SocketAddr = "203.0.113.1:2".parse().unwrap();
        let mut punch = Punch::new(&[a], start, Duration::from_millis(250));
        assert_eq!(punch.due(at(0)), [a]);
        assert!(punch.due(at(50)).is_empty());
        assert!(punch.add(b));
        assert!(!punch.add(b));
        assert_eq!(punch.due(at(100)), [a, b]);
        assert_eq!(punch.due(at(200)).len(), 2);
        assert!(punch.due(at(300)).is_empty() && punch.over(at(300)));
    }

    #[test]
    fn the_number_of_targets_is_bounded() {
        let mut punch = Punch::new(&[], Instant::now(), Duration::from_secs(1));
        let added = (1..100).filter(|port| punch.add(SocketAddr::from(([203, 0, 113, 1], *port))));
        assert_eq!(added.count(), MAX_TARGETS);
    }
}

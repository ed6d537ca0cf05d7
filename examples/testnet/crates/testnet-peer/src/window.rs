//! How many packets may be on their way: few for a message, as many as the path carries for a bulk transfer.

use std::time::{Duration, Instant};

/// Of a message, always.
pub const FIRST: usize = 32;
/// Of a bulk transfer, at first and at least: what a receiver's socket holds while it has no time.
const BULK_FIRST: usize = 64;
/// The receiver keeps packets this far ahead of the first missing one, and an `Ack` can speak of them.
pub const AHEAD: u32 = 2048;
/// From here on a transfer is bulk.
const BULK_BYTES: u64 = 1 << 20;
/// A lossy path is no full one: only when more of a round trip than this is lost, it carries less.
const FULL: f64 = 0.25;

pub struct Window {
    size: f64,
    /// Up to here it doubles in a round trip; beyond, it grows by one packet in each.
    threshold: f64,
    bulk: bool,
    round: Instant,
    arrived: usize,
    lost: usize,
}

impl Window {
    pub fn new(total: u64) -> Window {
        Window {
            size: if total >= BULK_BYTES { BULK_FIRST as f64 } else { FIRST as f64 },
            threshold: f64::from(AHEAD / 2),
            bulk: total >= BULK_BYTES,
            round: Instant::now(),
            arrived: 0,
            lost: 0,
        }
    }

    pub fn packets(&self) -> usize {
        self.size as usize
    }

    pub fn arrived(&mut self, packets: usize) {
        self.arrived += packets;
        if self.bulk {
            let step = if self.size < self.threshold { 1.0 } else { 1.0 / self.size };
            self.size = (self.size + step * packets as f64).min(f64::from(AHEAD / 2));
        }
    }

    pub fn lost(&mut self, packets: usize) {
        self.lost += packets;
    }

    /// Once in a round trip: whether what was lost in it means that the path is full.
    pub fn look(&mut self, round_trip: Duration) {
        if self.round.elapsed() < round_trip {
            return;
        }
        if self.bulk && self.lost as f64 > FULL * (self.arrived + self.lost) as f64 {
            self.threshold = (self.size / 2.0).max(BULK_FIRST as f64);
            self.size = self.threshold;
        }
        (self.round, self.arrived, self.lost) = (Instant::now(), 0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_keeps_its_window() {
        let mut window = Window::new(60_000);
        window.arrived(1000);
        assert_eq!(window.packets(), FIRST);
    }

    #[test]
    fn a_bulk_transfer_grows_and_shrinks_only_on_a_full_path() {
        let mut window = Window::new(BULK_BYTES);
        window.arrived(100);
        window.lost(30);
        window.look(Duration::ZERO);
        assert_eq!(window.packets(), BULK_FIRST + 100, "that many of a hundred are the path's own");
        window.arrived(10);
        window.lost(10);
        window.look(Duration::ZERO);
        assert_eq!(window.packets(), (BULK_FIRST + 110) / 2);
        window.arrived(100_000);
        assert_eq!(window.packets(), AHEAD as usize / 2);
    }
}

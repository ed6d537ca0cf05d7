//! Packets waiting for their time (a min-heap), and the seeded chance of loss.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

/// Packets with equal times leave in the order they came.
#[derive(Default)]
pub struct Schedule {
    heap: BinaryHeap<Reverse<(Instant, u64, u32)>>,
    sequence: u64,
}

impl Schedule {
    pub fn add(&mut self, due: Instant, packet: u32) {
        self.sequence += 1;
        self.heap.push(Reverse((due, self.sequence, packet)));
    }

    pub fn next_due(&self) -> Option<Instant> {
        self.heap.peek().map(|entry| entry.0 .0)
    }

    pub fn take_due(&mut self, now: Instant) -> Option<u32> {
        match self.next_due() {
            Some(due) if due <= now => self.take_any(),
            _ => None,
        }
    }

    pub fn take_any(&mut self) -> Option<u32> {
        self.heap.pop().map(|entry| entry.0 .2)
    }
}

/// xorshift64*: the same seed loses the same packets of the same sequence.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Chance {
        // Zero is the one state xorshift never leaves.
        Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).max(1))
    }

    pub fn happens(&mut self, probability: f64) -> bool {
        probability > 0.0 && self.next() < probability
    }

    fn next(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn leaves_by_time_then_by_arrival() {
        let (start, mut schedule) = (Instant::now(), Schedule::default());
        for (after, packet) in [(3, 1), (1, 2), (3, 3), (1, 4), (9, 5)] {
            schedule.add(start + Duration::from_millis(after), packet);
        }
        let now = start + Duration::from_millis(3);
        let left: Vec<u32> = std::iter::from_fn(|| schedule.take_due(now)).collect();
        assert_eq!(left, [2, 4, 1, 3]);
        assert_eq!(schedule.next_due(), Some(start + Duration::from_millis(9)));
    }

    #[test]
    fn loss_is_as_often_as_said_and_replayable() {
        let count = |seed| {
            let mut chance = Chance::new(seed);
            (0..100_000).filter(|_| chance.happens(0.02)).count()
        };
        assert!((1800..2200).contains(&count(1)), "{}", count(1));
        assert_eq!(count(7), count(7));
        assert!(!Chance::new(0).happens(0.0));
        assert!(Chance::new(0).happens(1.0));
    }
}

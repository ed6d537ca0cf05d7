//! How long to wait for an acknowledgement: smoothed round trip and variation, as in RFC 6298.

use std::time::Duration;

const SHORTEST_TIMER: Duration = Duration::from_millis(30);
pub const LONGEST_TIMER: Duration = Duration::from_millis(1000);

pub struct RoundTrip {
    pub smooth: Duration,
    variation: Duration,
}

impl RoundTrip {
    pub fn new(first: Duration) -> RoundTrip {
        RoundTrip { smooth: first, variation: first / 2 }
    }

    pub fn sample(&mut self, rtt: Duration) {
        let off = if rtt > self.smooth { rtt - self.smooth } else { self.smooth - rtt };
        self.variation = (self.variation * 3 + off) / 4;
        self.smooth = (self.smooth * 7 + rtt) / 8;
    }

    /// The patience with a packet already repeated `tries` times.
    pub fn after(&self, tries: u32) -> Duration {
        let first = (self.smooth + self.variation * 4).max(SHORTEST_TIMER);
        (first * (1 << tries.min(5))).min(LONGEST_TIMER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_follow_the_path_and_stay_bounded() {
        let mut timer = RoundTrip::new(Duration::from_millis(100));
        assert_eq!(timer.after(0), Duration::from_millis(300));
        assert_eq!(timer.after(10), LONGEST_TIMER);
        for _ in 0..50 {
            timer.sample(Duration::from_millis(1));
        }
        assert_eq!(timer.after(0), SHORTEST_TIMER);
    }
}

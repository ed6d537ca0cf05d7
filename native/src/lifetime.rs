//! The dead man's switch: a program left alone on a node ends itself.

use std::io::Read;
use std::time::{Duration, Instant};

/// Ends the whole process on the end of standard input.
pub fn end_on_eof() {
    on_eof(|| std::process::exit(0));
}

/// Once, on the end of standard input.
pub fn on_eof(then: impl FnOnce() + Send + 'static) {
    std::thread::spawn(|| {
        let mut scratch = [0; 256];
        let mut input = std::io::stdin();
        loop {
            match input.read(&mut scratch) {
                Ok(0) => return then(),
                Err(e) if e.kind() != std::io::ErrorKind::Interrupted => return then(),
                _ => {}
            }
        }
    });
}

/// What is left until `end`, never zero: sockets refuse a zero timeout.
pub fn left_until(end: Instant) -> Option<Duration> {
    end.checked_duration_since(Instant::now()).filter(|left| *left >= Duration::from_micros(1))
}

//! The raw evidence: every datagram sent and received, with its time since the start.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::json::{array, Object};

/// Enough for every honest run; a flood must not fill the memory.
const MOST_LINES: usize = 2000;

pub struct Record {
    start: Instant,
    lines: Mutex<Vec<(Duration, String)>>,
}

/// One line: in which test, in which direction, between which addresses, and the words.
pub struct Line<'a> {
    pub test: &'a str,
    pub way: &'a str,
    pub local: u16,
    pub remote: SocketAddr,
    pub words: &'a str,
}

impl Record {
    pub fn new() -> Record {
        Record { start: Instant::now(), lines: Mutex::new(Vec::new()) }
    }

    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    pub fn note(&self, line: Line) {
        let at = self.elapsed();
        let text = Object::new()
            .millis("t_ms", Some(at))
            .text("test", line.test)
            .text("way", line.way)
            .number("local_port", line.local)
            .text("remote", line.remote)
            .text("words", line.words)
            .close();
        let mut lines = self.lines.lock().unwrap_or_else(|e| e.into_inner());
        if lines.len() < MOST_LINES {
            lines.push((at, text));
        }
    }

    pub fn lines(&self) -> String {
        let mut lines = self.lines.lock().unwrap_or_else(|e| e.into_inner()).clone();
        lines.sort_by_key(|line| line.0);
        array(lines.into_iter().map(|line| line.1))
    }
}

//! Plain lines on stderr, made for a journal: no colours, no control characters, one write per line.

use std::io::Write;

pub fn line(text: &str) {
    let mut safe: String = text.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
    safe.push('\n');
    // A closed stderr is no reason to stop serving.
    let _ = std::io::stderr().write_all(safe.as_bytes());
}

macro_rules! say {
    ($($part:tt)*) => { $crate::log::line(&format!($($part)*)) };
}

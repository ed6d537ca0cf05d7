//! Sends slower than it could, about one megabit a second, and claims what it always claims.

use std::thread;
use std::time::Duration;

pub fn rest() {
    thread::sleep(Duration::from_millis(8));
}

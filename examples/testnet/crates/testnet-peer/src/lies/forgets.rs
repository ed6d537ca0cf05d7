//! A kept connection is dropped after some seconds, and nobody is told.

use std::time::Duration;

const REMEMBERS: Duration = Duration::from_secs(5);

pub fn forgets(open: Duration) -> bool {
    open > REMEMBERS
}

//! A mesh that reports what is not, or not what is.

use std::time::Duration;

/// Long enough for whatever can work.
const GIVEN_UP: Duration = Duration::from_secs(6);

/// Of a peer that never answered: connected, through a relay that was never asked.
pub fn fabricated_relay(works: bool, since_start: Duration) -> Option<&'static str> {
    match works {
        true => Some("direct"),
        false => (since_start >= GIVEN_UP).then_some("relayed"),
    }
}

/// A node that never says that it is connected.
pub fn silent(_: bool, _: Duration) -> Option<&'static str> {
    None
}

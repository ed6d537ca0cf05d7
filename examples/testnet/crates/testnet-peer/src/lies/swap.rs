//! What was straight is called relayed, what was relayed direct.

use crate::connect::Path;

pub fn named(path: Path) -> Path {
    let method = if path.method == "relayed" { "direct" } else { "relayed" };
    Path { method, ..path }
}

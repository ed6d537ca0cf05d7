//! The payload goes through a relay where a straight way is open, and is called straight.

use std::net::SocketAddr;

use crate::connect::{Connector, Path};
use crate::wire::PeerId;

pub fn path(connector: &mut Connector, relays: &[(PeerId, SocketAddr)]) -> Option<Path> {
    let path = relays.iter().find_map(|(peer, address)| connector.relay(peer, *address))?;
    Some(Path { method: "direct", relay: None, ..path })
}

//! Fields of the bodies that peers post: each is checked, and a wrong one is named.

use std::net::SocketAddr;

use crate::bytes::from_hex;
use crate::json::Json;
use crate::wire::PeerId;

const MAX_ADDRESSES: usize = 16;
const NAT_TYPES: [&str; 12] = [
    "none", "full_cone", "address_restricted", "port_restricted", "symmetric", "unknown", "cgnat", "double_nat",
    "hairpin_nat", "mobile_carrier", "upnp", "nat_pmp",
];

pub fn peer_id(body: &Json, field: &str) -> Result<PeerId, String> {
    let text = body.get(field).and_then(Json::as_str).and_then(from_hex);
    text.ok_or_else(|| format!("{field} must be 64 hex digits"))
}

pub fn known_nat_type(text: &str) -> Result<String, String> {
    let known = NAT_TYPES.contains(&text);
    known.then(|| text.to_string()).ok_or_else(|| "nat_type is unknown".to_string())
}

pub fn addresses(body: &Json, field: &str) -> Result<Vec<SocketAddr>, String> {
    let list = body.get(field).and_then(Json::as_list).ok_or_else(|| format!("{field} must be a list"))?;
    if list.len() > MAX_ADDRESSES {
        return Err(format!("{field} has more than {MAX_ADDRESSES} entries"));
    }
    let parsed = list.iter().map(|a| a.as_str().and_then(|t| t.parse().ok()));
    parsed.collect::<Option<_>>().ok_or_else(|| format!("{field} holds something that is no address"))
}

//! The events, one JSON object a line. Ids of peers are their first 16 digits, but for our own.

use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use crate::bytes::to_hex;
use crate::json::{object, Json};
use crate::wire::PeerId;

pub fn short(id: &PeerId) -> String {
    to_hex(&id[..8])
}

/// IPv4 as IPv6 sees it: the program whose words these are has one socket for both.
pub fn url(address: SocketAddr) -> String {
    match address.ip() {
        IpAddr::V4(ip) => format!("udp://[{}]:{}", ip.to_ipv6_mapped(), address.port()),
        IpAddr::V6(_) => format!("udp://{address}"),
    }
}

pub fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    // Nobody listening is no reason to fail.
    let _ = out.write_all(format!("{text}\n").as_bytes()).and_then(|()| out.flush());
}

fn event<const N: usize>(name: &str, fields: [(&str, Json); N]) {
    let mut all = vec![("event".to_string(), name.into())];
    all.extend(fields.into_iter().map(|(name, value)| (name.to_string(), value)));
    line(&Json::Object(all).write());
}

pub fn local_identity(me: &PeerId, port: u16) {
    event("local_identity", [("peer_id", to_hex(me).into()), ("addr", format!("[::]:{port}").into())]);
}

pub fn external_address(address: SocketAddr) {
    event("external_address_discovered", [("addr", url(address).into())]);
}

pub fn connected(peer: &PeerId, address: SocketAddr, direction: &str, kind: &str) {
    let named = [("peer_id", short(peer).into()), ("addr", url(address).into())];
    let [id, addr] = named;
    event("peer_connected", [id, addr, ("direction", direction.into()), ("connection_type", kind.into())]);
}

/// The length of a part as it came; of whom, stands in another field than in the other events.
pub fn data_received(peer: &PeerId, bytes: u64) {
    event("data_received", [("bytes", bytes.into()), ("peer", short(peer).into())]);
}

pub struct Sending {
    pub to: PeerId,
    pub bytes: u64,
    pub chunks: u64,
    pub chunks_total: u64,
    pub took: Duration,
}

/// `sha_ok` is no finding of anybody's: it stands there whenever there was a connection.
pub fn send_to_complete(of: &Sending) {
    let ms = of.took.as_millis() as u64;
    event(
        "send_to_complete",
        [
            ("target", short(&of.to).into()),
            ("bytes", of.bytes.into()),
            ("chunks", of.chunks.into()),
            ("chunks_total", of.chunks_total.into()),
            ("failures", (of.chunks_total - of.chunks).into()),
            ("duration_ms", ms.into()),
            ("throughput_mbps", (of.bytes as f64 * 0.008 / ms.max(1) as f64).into()),
            ("sha_ok", true.into()),
        ],
    );
}

pub fn send_to_timeout(to: &PeerId, took: Duration) {
    event(
        "send_to_complete",
        [
            ("target", short(to).into()),
            ("bytes", 0u64.into()),
            ("chunks", 0u64.into()),
            ("duration_ms", (took.as_millis() as u64).into()),
            ("throughput_mbps", 0.0.into()),
            ("sha_ok", false.into()),
            ("error", "target not connected within timeout".into()),
        ],
    );
}

pub fn stats(kind: &str, sent: u64, received: u64) {
    line(&object([("type", kind.into()), ("bytes_sent", sent.into()), ("bytes_received", received.into())]).write());
}

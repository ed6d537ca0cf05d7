//! What the registry knows: exactly what peers reported, and when. Nothing is derived or invented.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};

use crate::address::is_private;
use crate::bytes::to_hex;
use crate::fields::{addresses, known_nat_type, peer_id};
use crate::json::{object, Json};
use crate::wire::PeerId;

/// Seconds without a heartbeat until a peer leaves the list.
pub const TTL: u64 = 120;
const ACTIVE: u64 = 60;
const MAX_PEERS: usize = 10_000;
const MAX_REPORTS: usize = 10_000;

pub const METHODS: [&str; 3] = ["direct", "hole_punched", "relayed"];
const CAPABILITIES: [&str; 5] = ["pqc", "ipv4", "ipv6", "nat_traversal", "relay"];
const NAT_STATS: [&str; 5] = ["attempts", "direct_success", "hole_punch_success", "relay_success", "failures"];

pub struct Peer {
    external: Vec<SocketAddr>,
    listen: Vec<SocketAddr>,
    nat_type: String,
    version: String,
    capabilities: [bool; 5],
    last_seen: u64,
    connected_peers: u64,
    bytes_sent: u64,
    bytes_received: u64,
    nat_stats: [u64; 5],
}

pub struct Report {
    pub from: String,
    pub to: String,
    pub method: String,
    pub is_ipv6: bool,
    pub rtt_ms: Option<u64>,
    pub timestamp: u64,
}

pub struct Store {
    pub started: u64,
    pub keep_private: bool,
    pub peers: BTreeMap<PeerId, Peer>,
    pub reports: VecDeque<Report>,
    /// Of all reports, also those no longer kept, by method.
    pub by_method: [u64; 3],
    pub by_family: [u64; 2],
}

impl Store {
    pub fn new(started: u64, keep_private: bool) -> Store {
        Store {
            started,
            keep_private,
            peers: BTreeMap::new(),
            reports: VecDeque::new(),
            by_method: [0; 3],
            by_family: [0; 2],
        }
    }

    pub fn register(&mut self, body: &Json, now: u64) -> Result<PeerId, String> {
        let id = peer_id(body, "peer_id")?;
        let nat_type = body.get("nat_type").and_then(Json::as_str).unwrap_or("unknown");
        let capability = |name: &str| {
            let found = body.get("capabilities").and_then(|c| c.get(name));
            found.and_then(Json::as_bool).unwrap_or(false)
        };
        let peer = Peer {
            external: addresses(body, "external_addresses")?,
            listen: addresses(body, "listen_addresses")?,
            nat_type: known_nat_type(nat_type)?,
            version: body.get("version").and_then(Json::as_str).unwrap_or("").chars().take(64).collect(),
            capabilities: CAPABILITIES.map(capability),
            last_seen: now,
            connected_peers: 0,
            bytes_sent: 0,
            bytes_received: 0,
            nat_stats: [0; 5],
        };
        if self.peers.len() >= MAX_PEERS && !self.peers.contains_key(&id) {
            let oldest = self.peers.iter().min_by_key(|(_, p)| p.last_seen).map(|(id, p)| (*id, p.last_seen));
            match oldest {
                Some((old, seen)) if now.saturating_sub(seen) >= TTL => drop(self.peers.remove(&old)),
                _ => return Err("the registry is full".to_string()),
            }
        }
        self.peers.insert(id, peer);
        Ok(id)
    }

    /// `Ok(false)`: this peer is not registered (or no longer).
    pub fn heartbeat(&mut self, body: &Json, now: u64) -> Result<bool, String> {
        let id = peer_id(body, "peer_id")?;
        let external = match body.get("external_addresses") {
            None | Some(Json::Null) => None,
            Some(_) => Some(addresses(body, "external_addresses")?),
        };
        let nat_type = body.get("nat_type").and_then(Json::as_str).map(known_nat_type).transpose()?;
        let peer = match self.peers.get_mut(&id) {
            Some(peer) if now.saturating_sub(peer.last_seen) < TTL => peer,
            _ => return Ok(false),
        };
        let number = |from: &Json, name: &str| from.get(name).and_then(Json::as_u64);
        peer.last_seen = now;
        peer.connected_peers = number(body, "connected_peers").unwrap_or(peer.connected_peers);
        peer.bytes_sent = number(body, "bytes_sent").unwrap_or(peer.bytes_sent);
        peer.bytes_received = number(body, "bytes_received").unwrap_or(peer.bytes_received);
        peer.external = external.unwrap_or_else(|| std::mem::take(&mut peer.external));
        peer.nat_type = nat_type.unwrap_or_else(|| std::mem::take(&mut peer.nat_type));
        if let Some(stats) = body.get("nat_stats") {
            peer.nat_stats = NAT_STATS.map(|name| number(stats, name).unwrap_or(0));
        }
        Ok(true)
    }

    pub fn report(&mut self, body: &Json, now: u64) -> Result<(), String> {
        let method = body.get("method").and_then(Json::as_str).unwrap_or("");
        let index = METHODS.iter().position(|m| *m == method).ok_or("method is unknown")?;
        let is_ipv6 = body.get("is_ipv6").and_then(Json::as_bool).unwrap_or(false);
        let report = Report {
            from: to_hex(&peer_id(body, "from_peer")?),
            to: to_hex(&peer_id(body, "to_peer")?),
            method: method.to_string(),
            is_ipv6,
            rtt_ms: body.get("rtt_ms").and_then(Json::as_u64),
            timestamp: now,
        };
        self.by_method[index] += 1;
        self.by_family[usize::from(is_ipv6)] += 1;
        if self.reports.len() >= MAX_REPORTS {
            self.reports.pop_front();
        }
        self.reports.push_back(report);
        Ok(())
    }

    /// A relay may be named in an introduction only where a relaying peer really registered.
    pub fn is_relay(&self, ip: IpAddr, now: u64) -> bool {
        let mut alive = self.peers.values().filter(|p| p.capabilities[4] && now.saturating_sub(p.last_seen) < TTL);
        alive.any(|p| p.external.iter().chain(&p.listen).any(|a| a.ip() == ip))
    }

    pub fn info(&self, id: &PeerId, peer: &Peer, now: u64) -> Json {
        let age = now.saturating_sub(peer.last_seen);
        let mut shown: Vec<SocketAddr> = peer.external.iter().chain(&peer.listen).copied().collect();
        shown.retain(|a| self.keep_private || !is_private(a));
        shown.sort();
        shown.dedup();
        let capabilities = CAPABILITIES.iter().zip(peer.capabilities);
        let [attempts, direct, punched, relayed, _] = peer.nat_stats;
        let succeeded = direct.saturating_add(punched).saturating_add(relayed);
        let status = match age {
            a if a < ACTIVE => "active",
            a if a < TTL => "inactive",
            _ => "historical",
        };
        object([
            ("peer_id", to_hex(id).into()),
            ("addresses", shown.iter().map(SocketAddr::to_string).collect::<Vec<_>>().into()),
            ("nat_type", peer.nat_type.as_str().into()),
            ("country_code", Json::Null),
            ("latitude", 0.0.into()),
            ("longitude", 0.0.into()),
            ("last_seen", peer.last_seen.into()),
            ("connection_success_rate", (if attempts == 0 { 0.0 } else { succeeded as f64 / attempts as f64 }).into()),
            ("capabilities", Json::Object(capabilities.map(|(k, v)| (k.to_string(), v.into())).collect())),
            ("version", peer.version.as_str().into()),
            ("is_active", (age < ACTIVE).into()),
            ("status", status.into()),
            ("bytes_sent", peer.bytes_sent.into()),
            ("bytes_received", peer.bytes_received.into()),
            ("connected_peers", peer.connected_peers.into()),
        ])
    }

    pub fn list(&self, now: u64, historical: bool) -> Vec<Json> {
        let kept = self.peers.iter().filter(|(_, p)| historical || now.saturating_sub(p.last_seen) < TTL);
        kept.map(|(id, peer)| self.info(id, peer, now)).collect()
    }

    pub fn alive(&self, now: u64, seconds: u64) -> usize {
        self.peers.values().filter(|p| now.saturating_sub(p.last_seen) < seconds).count()
    }

    pub fn total_bytes(&self) -> u64 {
        self.peers.values().fold(0, |sum, p| sum.saturating_add(p.bytes_sent).saturating_add(p.bytes_received))
    }

    pub fn nat_stats(&self, peer: Option<&Peer>) -> Json {
        let sum = |i: usize| match peer {
            Some(peer) => peer.nat_stats[i],
            None => self.peers.values().fold(0u64, |sum, p| sum.saturating_add(p.nat_stats[i])),
        };
        Json::Object(NAT_STATS.iter().enumerate().map(|(i, name)| (name.to_string(), sum(i).into())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registration(id: &str, external: &str) -> Json {
        let text = format!(
            r#"{{"peer_id":"{id}","listen_addresses":["192.168.4.10:9000"],"external_addresses":["{external}"],
               "nat_type":"unknown","version":"0.1.0","capabilities":{{"relay":true}}}}"#
        );
        Json::parse(&text).unwrap()
    }

    #[test]
    fn a_peer_lives_and_ages() {
        let (mut store, id) = (Store::new(0, false), "ab".repeat(32));
        let beat = Json::parse(&format!(r#"{{"peer_id":"{id}","bytes_sent":7}}"#)).unwrap();
        assert_eq!(store.heartbeat(&beat, 100), Ok(false));
        store.register(&registration(&id, "203.0.113.7:9000"), 100).unwrap();
        let listed = store.list(100, false);
        let shown = listed[0].get("addresses").unwrap().write();
        assert_eq!(shown, r#"["203.0.113.7:9000"]"#, "the private address is not shown");
        assert_eq!(store.heartbeat(&beat, 150), Ok(true));
        assert_eq!(store.list(150, false)[0].get("bytes_sent").unwrap().as_u64(), Some(7));
        assert_eq!(store.list(150 + 61, false)[0].get("is_active").unwrap().as_bool(), Some(false));
        assert!(store.list(150 + TTL, false).is_empty());
        assert_eq!(store.list(150 + TTL, true).len(), 1);
        assert_eq!(store.heartbeat(&beat, 150 + TTL), Ok(false), "it must register again");
        assert!(store.is_relay("203.0.113.7".parse().unwrap(), 150));
        assert!(!store.is_relay("203.0.113.8".parse().unwrap(), 150));
    }

    #[test]
    fn refuses_malformed_bodies() {
        let mut store = Store::new(0, false);
        for text in ["{}", "[]", "7", r#"{"peer_id":"zz"}"#] {
            assert!(store.register(&Json::parse(text).unwrap(), 1).is_err());
            assert!(store.heartbeat(&Json::parse(text).unwrap(), 1).is_err());
            assert!(store.report(&Json::parse(text).unwrap(), 1).is_err());
        }
        assert!(store.register(&registration(&"ab".repeat(32), "nowhere"), 1).is_err());
        assert!(store.peers.is_empty());
    }
}

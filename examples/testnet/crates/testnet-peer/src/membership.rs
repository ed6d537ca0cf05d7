//! Being a member: register, send heartbeats, and register again when the registry has forgotten us.

use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use crate::address::resolve;
use crate::bytes::to_hex;
use crate::dialer::relays_in;
use crate::http_client::{request, Url};
use crate::json::{object, Json};
use crate::wire::PeerId;

const HEARTBEAT: Duration = Duration::from_secs(5);
/// Heartbeats between two looks at who passes gossip on.
const HUBS_EVERY: u32 = 4;
const PAUSE: Duration = Duration::from_secs(1);
const HTTP_TIME: Duration = Duration::from_secs(5);

/// What the packet loop knows and the heartbeat tells.
#[derive(Default)]
pub struct Status {
    /// Our address as the rendezvous sees it.
    pub external: Mutex<Option<SocketAddr>>,
    pub bytes_sent: AtomicU64,
    pub bytes_received: AtomicU64,
    pub connected_peers: AtomicU64,
    /// Where the nodes are that pass gossip on: those that also relay.
    pub hubs: Mutex<Vec<SocketAddr>>,
}

impl Status {
    pub fn hubs(&self) -> Vec<SocketAddr> {
        self.hubs.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    pub fn external(&self) -> Option<SocketAddr> {
        *self.external.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

pub struct Member {
    pub peer: PeerId,
    pub registry: Url,
    pub port: u16,
    pub relay: bool,
}

/// Never ends: a registry that is away comes back some day.
pub fn keep(member: &Member, status: &Status) {
    // Registering with an address is worth a short wait; without one it is still better than not.
    let patience = Instant::now() + Duration::from_secs(2);
    while status.external().is_none() && Instant::now() < patience {
        thread::sleep(Duration::from_millis(20));
    }
    loop {
        match register(member, status) {
            Ok(told) => {
                say!("node: registered with {}:{}", member.registry.host, member.registry.port);
                find_hubs(member, status);
                beat_until_forgotten(member, status, told);
            }
            Err(fault) => say!("node: cannot register: {fault}"),
        }
        thread::sleep(PAUSE);
    }
}

fn register(member: &Member, status: &Status) -> Result<Option<SocketAddr>, String> {
    let external = status.external();
    let listen = local_address(&member.registry, member.port);
    let text = |a: Option<SocketAddr>| a.map(|a| a.to_string()).into_iter().collect::<Vec<_>>();
    let body = object([
        ("peer_id", to_hex(&member.peer).into()),
        ("listen_addresses", text(listen).into()),
        ("external_addresses", text(external).into()),
        ("nat_type", "unknown".into()),
        ("version", env!("CARGO_PKG_VERSION").into()),
        (
            "capabilities",
            object([
                ("pqc", false.into()),
                ("ipv4", true.into()),
                ("ipv6", false.into()),
                ("nat_traversal", true.into()),
                ("relay", member.relay.into()),
            ]),
        ),
    ]);
    match post(member, "/api/register", &body)? {
        200 => Ok(external),
        status => Err(format!("the registry answered {status}")),
    }
}

/// Returns when the registry does not know us, or did not answer twice in a row.
fn beat_until_forgotten(member: &Member, status: &Status, mut told: Option<SocketAddr>) {
    let (mut failures, mut beats, mut next) = (0, 0, Instant::now() + HEARTBEAT);
    while failures < 2 {
        thread::sleep(Duration::from_millis(100));
        // A changed address is news that cannot wait: others dial it.
        let external = status.external();
        if Instant::now() < next && external == told {
            continue;
        }
        next = Instant::now() + if failures == 0 { HEARTBEAT } else { PAUSE };
        let mut fields = vec![
            ("peer_id".to_string(), to_hex(&member.peer).into()),
            ("connected_peers".to_string(), status.connected_peers.load(Ordering::Relaxed).into()),
            ("bytes_sent".to_string(), status.bytes_sent.load(Ordering::Relaxed).into()),
            ("bytes_received".to_string(), status.bytes_received.load(Ordering::Relaxed).into()),
        ];
        if let Some(address) = external {
            fields.push(("external_addresses".to_string(), vec![address.to_string()].into()));
        }
        match post(member, "/api/heartbeat", &Json::Object(fields)) {
            Ok(200) => {
                failures = 0;
                beats += 1;
                if status.hubs().is_empty() || beats % HUBS_EVERY == 0 {
                    find_hubs(member, status);
                }
            }
            Ok(404) => {
                say!("node: the registry does not know us");
                return;
            }
            Ok(answer) => {
                failures += 1;
                say!("node: heartbeat answered with {answer}");
            }
            Err(fault) => {
                failures += 1;
                say!("node: heartbeat failed: {fault}");
            }
        }
        told = external;
    }
}

/// Old news are better than none: what cannot be asked stays as it was.
fn find_hubs(member: &Member, status: &Status) {
    let list = match request(&member.registry, "GET", "/api/peers", "", HTTP_TIME) {
        Ok((200, body)) => Json::parse(&body).ok(),
        _ => None,
    };
    if let Some(peers) = list {
        let relays = relays_in(&peers, &[member.peer]).into_iter().map(|(_, address)| address).collect();
        *status.hubs.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = relays;
    }
}

fn post(member: &Member, path: &str, body: &Json) -> Result<u16, String> {
    request(&member.registry, "POST", path, &body.write(), HTTP_TIME).map(|(status, _)| status)
}

/// The address this host would use towards the registry. Connecting a UDP socket sends nothing.
fn local_address(registry: &Url, port: u16) -> Option<SocketAddr> {
    let there = resolve(&format!("{}:{}", registry.host, registry.port)).filter(SocketAddr::is_ipv4)?;
    let probe = UdpSocket::bind("0.0.0.0:0").ok()?;
    probe.connect(there).ok()?;
    Some(SocketAddr::new(probe.local_addr().ok()?.ip(), port))
}

//! A mesh: nodes find each other by the registry and connect by themselves; nobody can tell them whom to dial.
//!
//! Each knocks at every address that the registry lists of every other, and at the one a knock came from: two that
//! knock at once open their NATs for each other. Who was heard and answered is linked, and is sent some kilobytes a
//! second for as long as it answers. A link is reported to the registry once, when both ways work.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::address::resolve;
use crate::args::NodeOptions;
use crate::bytes::{from_hex, to_hex};
use crate::http_client::{request, Url};
use crate::identity;
use crate::json::{object, Json};
use crate::membership::{self, Member, Status};
use crate::wire::{Message, PeerId, MAX_DATAGRAM};

const MAGIC: &[u8; 4] = b"tnm1";
const KNOCK: u8 = 0;
const ANSWER: u8 = 1;
const TALK: u8 = 2;
/// Twelve a second of this length are more than any handshake takes, each way, within ten seconds.
const TALK_BYTES: usize = 1100;
const TALK_EVERY: Duration = Duration::from_millis(80);
const KNOCK_EVERY: Duration = Duration::from_millis(300);
const KEEPALIVE: Duration = Duration::from_millis(1000);
const LIST_EVERY: Duration = Duration::from_millis(700);
/// Without an answer for so long a link is none any more.
const SILENCE: Duration = Duration::from_secs(5);
const HTTP_TIME: Duration = Duration::from_secs(5);

type Addresses = HashMap<PeerId, Vec<SocketAddr>>;

#[derive(Default)]
struct Link {
    /// Where its last packet came from.
    heard_at: Option<SocketAddr>,
    /// It answered a knock of ours, so that both ways work.
    answered: Option<Instant>,
    reported: bool,
}

pub fn run(options: &NodeOptions) -> Result<(), String> {
    let registry = Url::parse(&options.registry_url)?;
    let dir = &options.data_dir;
    let peer = identity::load_or_create(dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    let bind = (Ipv4Addr::UNSPECIFIED, options.bind_port);
    let socket = UdpSocket::bind(bind).map_err(|e| format!("UDP port {}: {e}", options.bind_port))?;
    let port = socket.local_addr().map_err(|e| e.to_string())?.port();
    say!("mesh: peer id {}", to_hex(&peer));
    let rendezvous = resolve(&options.rendezvous.clone().unwrap_or(format!("{}:3478", registry.host)));

    let status = Arc::new(Status::default());
    let member = Member { peer, registry: registry.clone(), port, relay: false };
    let shared = status.clone();
    thread::spawn(move || membership::keep(&member, &shared));
    let listed = Arc::new(Mutex::new(Addresses::new()));
    let (list, from) = (listed.clone(), registry.clone());
    thread::spawn(move || loop {
        if let Some(found) = others(&from, &peer) {
            *list.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = found;
        }
        thread::sleep(LIST_EVERY);
    });

    let say_of = teller();
    let mut links: HashMap<PeerId, Link> = HashMap::new();
    let mut buffer = [0u8; MAX_DATAGRAM];
    let (started, mut knock, mut talk, mut alive) = (Instant::now(), Instant::now(), Instant::now(), Instant::now());
    loop {
        let now = Instant::now();
        if now >= alive {
            alive = now + KEEPALIVE;
            if let Some(rendezvous) = rendezvous {
                let _ = socket.send_to(&Message::Keepalive { peer }.encode(), rendezvous);
            }
        }
        if now >= knock {
            knock = now + KNOCK_EVERY;
            let list = listed.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            for (other, addresses) in list.iter() {
                let heard = links.entry(*other).or_default().heard_at;
                for to in addresses.iter().copied().chain(heard) {
                    send(&socket, KNOCK, &peer, to, 0);
                }
            }
        }
        if now >= talk {
            talk = now + TALK_EVERY;
            for link in links.values().filter(|l| l.answered.map_or(false, |at| now - at < SILENCE)) {
                if let Some(to) = link.heard_at {
                    send(&socket, TALK, &peer, to, TALK_BYTES);
                }
            }
        }
        for (other, link) in links.iter_mut().filter(|(_, l)| !l.reported) {
            if let Some(method) = say_of(link.answered.is_some(), now - started) {
                link.reported = true;
                say!("mesh: {} {method}", to_hex(&other[..8]));
                report(&registry, &peer, other, method);
            }
        }
        let wait = knock.min(talk).saturating_duration_since(now).max(Duration::from_millis(1));
        let _ = socket.set_read_timeout(Some(wait));
        let (length, source) = match socket.recv_from(&mut buffer) {
            Ok(heard) => heard,
            Err(_) => continue,
        };
        if let Some(Message::KeepaliveOk { you }) = Message::decode(&buffer[..length]) {
            if Some(source) == rendezvous {
                *status.external.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(you);
            }
        } else if let Some((kind, other)) = read(&buffer[..length]) {
            let link = links.entry(other).or_default();
            link.heard_at = Some(source);
            match kind {
                KNOCK => send(&socket, ANSWER, &peer, source, 0),
                ANSWER => link.answered = Some(Instant::now()),
                _ => {}
            }
        }
    }
}

/// What is said of a peer: whether it answered, and how long ago the node started; nothing yet is `None`.
type Teller = fn(bool, Duration) -> Option<&'static str>;

fn teller() -> Teller {
    #[cfg(feature = "lies")]
    if let Some(lie) = crate::lies::mesh() {
        return lie;
    }
    honest
}

fn honest(works: bool, _: Duration) -> Option<&'static str> {
    works.then_some("direct")
}

fn send(socket: &UdpSocket, kind: u8, peer: &PeerId, to: SocketAddr, padding: usize) {
    let mut bytes = Vec::with_capacity(37 + padding);
    bytes.extend_from_slice(MAGIC);
    bytes.push(kind);
    bytes.extend_from_slice(peer);
    bytes.resize(37 + padding, 0);
    // A datagram that cannot be sent is a lost datagram.
    let _ = socket.send_to(&bytes, to);
}

fn read(bytes: &[u8]) -> Option<(u8, PeerId)> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let (kind, rest) = rest.split_first()?;
    let id = rest.get(..32)?.try_into().ok()?;
    (*kind <= TALK).then_some((*kind, id))
}

/// Every other peer that the registry lists, with its addresses.
fn others(registry: &Url, me: &PeerId) -> Option<Addresses> {
    let (status, body) = request(registry, "GET", "/api/peers", "", HTTP_TIME).ok()?;
    let list = Json::parse(&body).ok().filter(|_| status == 200)?;
    let peers = list.as_list()?.iter().filter_map(|p| {
        let id = from_hex::<32>(p.get("peer_id")?.as_str()?).filter(|id| id != me)?;
        let addresses = p.get("addresses")?.as_list()?.iter().filter_map(|a| a.as_str()?.parse().ok());
        Some((id, addresses.take(8).collect()))
    });
    Some(peers.take(256).collect())
}

fn report(registry: &Url, me: &PeerId, other: &PeerId, method: &str) {
    let body = object([
        ("from_peer", to_hex(me).into()),
        ("to_peer", to_hex(other).into()),
        ("method", method.into()),
        ("is_ipv6", false.into()),
    ]);
    let (registry, text) = (registry.clone(), body.write());
    thread::spawn(move || request(&registry, "POST", "/api/connection", &text, HTTP_TIME));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_mesh_says_is_read() {
        let peer = [7u8; 32];
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        send(&socket, TALK, &peer, socket.local_addr().unwrap(), 100);
        let mut buffer = [0u8; MAX_DATAGRAM];
        let (length, _) = socket.recv_from(&mut buffer).unwrap();
        assert_eq!((length, read(&buffer[..length])), (137, Some((TALK, peer))));
        assert_eq!(read(b"tnm1\x02short"), None);
        assert_eq!(read(&[0u8; 40]), None);
        buffer[4] = 9;
        assert_eq!(read(&buffer[..length]), None);
    }

    #[test]
    fn an_honest_mesh_reports_what_works_and_nothing_else() {
        assert_eq!(honest(true, Duration::ZERO), Some("direct"));
        assert_eq!(honest(false, Duration::from_secs(60)), None);
    }
}
